// `annals shell` at a terminal: lines, keys, prompts, the history.

#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "annals/tests/cli/program.h"
#include "annals/tests/cli/terminal.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ShellTerminalTest : public ProgramTest {
 protected:
  std::vector<std::string> Words(const std::vector<std::string>& options) const {
    std::vector<std::string> words{"shell", store()};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }
  Terminal::Environment Surroundings() const {
    return {{"XDG_STATE_HOME", Path("state")}, {"HOME", Path("home")}, {"LC_ALL", "C.UTF-8"}};
  }
};

TEST_F(ShellTerminalTest, AStatementGoesOverLinesUntilItsSemicolon) {
  Terminal terminal(Words({}), Surroundings());
  ASSERT_TRUE(terminal.Shows("annals 1> "));
  terminal.Type("CREATE SCHEMA\r");
  ASSERT_TRUE(terminal.Shows("   ...> "));
  terminal.Type("  a;\r");
  EXPECT_TRUE(terminal.Shows("create schema A"));
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  terminal.Type("DROP SCHEMA nope;\r");
  EXPECT_TRUE(terminal.Shows("statement:1:1: "));
  EXPECT_TRUE(terminal.Shows("(SCHEMA_NOT_FOUND)"));
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  terminal.Type(".quit\r");
  EXPECT_EQ(terminal.Finish(), 0);
}

TEST_F(ShellTerminalTest, CtrlCTakesBackWhatIsTypedAndCtrlDLeaves) {
  Terminal terminal(Words({}), Surroundings());
  ASSERT_TRUE(terminal.Shows("annals 1> "));
  for (int i = 0; i < 3; ++i) {
    terminal.Type("CREATE SCHEMA\r");
    ASSERT_TRUE(terminal.Shows("   ...> "));
    terminal.Type("a");
    ASSERT_TRUE(terminal.Shows("a"));
    terminal.Type("\x03");
    ASSERT_TRUE(terminal.Shows("^C"));
    ASSERT_TRUE(terminal.Shows("annals 1> "));
  }
  terminal.Type("CREATE SCHEMA b;\r");
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  terminal.Type("\x04");
  EXPECT_EQ(terminal.Finish(), 0);
  EXPECT_THAT(Run({"ls", store(), "-o", "lines"}), Prints("schema B\n"));
}

TEST_F(ShellTerminalTest, CtrlDDropsTheStatementThatIsNotWhole) {
  Terminal terminal(Words({}), Surroundings());
  ASSERT_TRUE(terminal.Shows("annals 1> "));
  terminal.Type("CREATE SCHEMA a\r");
  ASSERT_TRUE(terminal.Shows("   ...> "));
  terminal.Type("\x04");
  EXPECT_EQ(terminal.Finish(), 0);
  EXPECT_THAT(Run({"ls", store(), "-o", "lines"}), Prints(""));
}

TEST_F(ShellTerminalTest, CtrlCEndsAWaitAndNotTheSession) {
  Terminal terminal(Words({"--delay", "600000"}), Surroundings());
  ASSERT_TRUE(terminal.Shows("annals 1> "));
  terminal.Type("CREATE SCHEMA a;\r");
  ASSERT_TRUE(terminal.Shows("a;\r\n"));
  // Nothing tells that the waiting has begun.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  terminal.Type("\x03");
  EXPECT_TRUE(terminal.Shows("nobody waits for this statement any more"));
  EXPECT_TRUE(terminal.Shows("> "));
  terminal.Type(".show 2\r");
  EXPECT_TRUE(terminal.Shows("CREATE SCHEMA a"));
  // Before the editor has the terminal, Ctrl-D is not its key.
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  terminal.Type("\x04");
  EXPECT_EQ(terminal.Finish(), 0);
}

TEST_F(ShellTerminalTest, TabCompletesWordsAndNames) {
  ASSERT_THAT(Execute("CREATE SCHEMA shop; CREATE TABLE shop.orders (id INT PRIMARY KEY)"),
              Exits(0));
  Terminal terminal(Words({}), Surroundings());
  ASSERT_TRUE(terminal.Shows("annals 3> "));
  terminal.Type("alt\tta\tsh\torders add col\tx int;\r");
  EXPECT_TRUE(terminal.Shows("alter table SHOP.ORDERS: add column X INTEGER"));
  ASSERT_TRUE(terminal.Shows("annals 4> "));
  terminal.Type("drop \t");
  EXPECT_TRUE(terminal.Shows("catalog      connection   index"));
  EXPECT_TRUE(terminal.Shows("zone"));
  EXPECT_TRUE(terminal.Shows("annals 4> drop "));
  terminal.Type("\x03");
  ASSERT_TRUE(terminal.Shows("annals 4> "));
  terminal.Type(".sch\tshop.ord\t\r");
  EXPECT_TRUE(terminal.Shows("annals 4> "));
  Write("only.sql", "CREATE SCHEMA z;");
  terminal.Type(".read " + Path("onl") + "\t\r");
  EXPECT_TRUE(terminal.Shows("create schema Z"));
}

TEST_F(ShellTerminalTest, ArrowUpBringsBackWhatWasTypedInThisSessionAndTheLast) {
  for (int session = 0; session < 2; ++session) {
    Terminal terminal(Words({}), Surroundings());
    ASSERT_TRUE(terminal.Shows("> "));
    if (session == 0) {
      terminal.Type("SHOW\r");
      ASSERT_TRUE(terminal.Shows("   ...> "));
      terminal.Type("  SCHEMAS;\r");
      ASSERT_TRUE(terminal.Shows("annals 1> "));
    }
    terminal.Type("\x1b[A");
    EXPECT_TRUE(terminal.Shows("SHOW SCHEMAS;"));
    terminal.Type("\r");
    EXPECT_TRUE(terminal.Shows("PUBLIC"));
    ASSERT_TRUE(terminal.Shows("> "));
    terminal.Type("\x04");
    EXPECT_EQ(terminal.Finish(), 0);
  }
  struct stat about {};
  ASSERT_EQ(::stat(Path("state/annals/history").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST_F(ShellTerminalTest, ThePromptSaysWhatIsLookedAt) {
  ASSERT_THAT(Execute("CREATE SCHEMA a; CREATE SCHEMA b"), Exits(0));
  Terminal terminal(Words({"--at", "2"}), Surroundings());
  ASSERT_TRUE(terminal.Shows("annals 2 of 3> "));
  terminal.Type(".at latest\r");
  ASSERT_TRUE(terminal.Shows("annals 3> "));
  Terminal other(Words({}), Surroundings());
  EXPECT_TRUE(other.Shows("is being written by somebody else"));
  EXPECT_TRUE(other.Shows("annals 3 read-only> "));
}

TEST_F(ShellTerminalTest, NamesBeyondAsciiCanBeTyped) {
  Terminal terminal(Words({}), {{"XDG_STATE_HOME", Path("state")}, {"LC_ALL", "C"}});
  ASSERT_TRUE(terminal.Shows("annals 1> "));
  terminal.Type("CREATE SCHEMA \"caf\u00e9 \u65e5\u672c\";\r");
  EXPECT_TRUE(terminal.Shows("create schema \"caf\u00e9 \u65e5\u672c\""));
}

TEST_F(ShellTerminalTest, ATerminalThatGoesAwayEndsTheSession) {
  Terminal terminal(Words({}), Surroundings());
  ASSERT_TRUE(terminal.Shows("annals 1> "));
  terminal.Type("CREATE SCHEMA a;\r");
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  terminal.HangUp();
  EXPECT_EQ(terminal.Finish(), 0);
}

}  // namespace
}  // namespace annals
