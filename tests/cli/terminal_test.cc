// What is different where a terminal is looked at: colours, the pager, the command line
// that a shell completes.

#include "annals/tests/cli/terminal.h"

#include <cstdio>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TerminalTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_THAT(Execute("CREATE SCHEMA a; CREATE SCHEMA b"), Exits(0));
  }

  static std::string ShownBy(const std::vector<std::string>& arguments,
                             const Terminal::Environment& environment = {}) {
    Terminal terminal(arguments, environment);
    EXPECT_EQ(terminal.Finish(), 0) << terminal.shown();
    return terminal.shown();
  }

  // What bash offers after `line`.
  std::string Completed(const std::string& line) const {
    std::string words;
    size_t count = 0;
    for (size_t at = 0; at <= line.size(); ++count) {
      const size_t end = std::min(line.find(' ', at), line.size());
      words += "'" + line.substr(at, end - at) + "' ";
      at = end + 1;
    }
    const std::string script = "source <(" ANNALS_PROGRAM " completion bash); COMP_WORDS=(" +
                               words + "); COMP_CWORD=" + std::to_string(count - 1) +
                               "; _annals; echo ${COMPREPLY[*]}";

    const std::string command = "bash " + Write("complete.sh", script);
    FILE* const bash = ::popen(command.c_str(), "r");
    std::string answer;
    for (int c = std::fgetc(bash); c != EOF; c = std::fgetc(bash)) answer += static_cast<char>(c);
    EXPECT_EQ(::pclose(bash), 0);
    return answer;
  }
};

TEST_F(TerminalTest, ColorsAreForTerminalsAlone) {
  EXPECT_THAT(ShownBy({"log", store(), "--oneline"}), HasSubstr("\x1b[33m3\x1b[m  "));
  EXPECT_THAT(ShownBy({"diff", store(), "2..3"}), HasSubstr("\x1b[32m+ schema B\x1b[m"));
  EXPECT_THAT(Run({"log", store(), "--oneline"}), Prints(Not(HasSubstr("\x1b"))));
}

TEST_F(TerminalTest, ColorsCanBeTurnedOffAndOn) {
  const std::vector<std::string> log{"log", store(), "--oneline"};
  EXPECT_THAT(ShownBy(log, {{"NO_COLOR", "1"}}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(ShownBy(log, {{"TERM", "dumb"}}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(ShownBy({"log", store(), "--oneline", "--color=never"}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(Run({"log", store(), "--oneline", "--color", "always"}),
              Prints(HasSubstr("\x1b[33m3\x1b[m")));
  EXPECT_THAT(Run({"log", store(), "--color", "sometimes"}), Exits(2));
}

TEST_F(TerminalTest, APagerIsGivenWhatATerminalWouldBe) {
  const std::vector<std::string> log{"log", store(), "--oneline"};
  EXPECT_THAT(ShownBy(log, {{"ANNALS_PAGER", "sed 's/^/paged: /'"}}),
              HasSubstr("paged: \x1b[33m3\x1b[m"));
  EXPECT_THAT(ShownBy({"log", store(), "--oneline", "--no-pager"},
                      {{"ANNALS_PAGER", "sed 's/^/paged: /'"}}),
              AllOf(HasSubstr("3"), Not(HasSubstr("paged"))));
  // A pager that wants no more is no error, and neither is one that there is not.
  EXPECT_THAT(ShownBy(log, {{"ANNALS_PAGER", "true"}}), Not(HasSubstr("annals:")));
  EXPECT_THAT(ShownBy({"--help"}, {{"ANNALS_PAGER", "sed 's/^/paged: /'"}}),
              Not(HasSubstr("paged")));
}

TEST_F(TerminalTest, HostileTextIsVisibleOnATerminal) {
  ASSERT_THAT(
      Execute("CREATE TABLE t (c INT); ALTER TABLE t ADD COLUMN d VARCHAR DEFAULT 'e\x1b[31m'"),
      Exits(0));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"ls", store(), "-o", "lines"},
        {"ls", store(), "-o", "ddl"},
        {"describe", store(), "t"},
        {"log", store(), "--stat"},
        {"tail", store()},
        {"show", store(), "latest"},
        {"diff", store(), "4..5"},
        {"blame", store(), "t"},
        {"query", store(), "versions", "-o", "csv"}}) {
    const std::string shown = ShownBy(words);
    EXPECT_THAT(shown, AllOf(AnyOf(HasSubstr("\\x1b[31m"), HasSubstr("\\001B[31m")),
                             Not(HasSubstr("e\x1b"))))
        << words[0];
  }
  EXPECT_THAT(ShownBy({"export", store()}),
              AllOf(HasSubstr("e\\u001b[31m"), Not(HasSubstr("e\x1b"))));
}

TEST_F(TerminalTest, BashCompletesVerbsOptionsAndChoices) {
  EXPECT_EQ(Completed("annals di"), "diff\n");
  EXPECT_EQ(Completed("annals log store --on"), "--oneline\n");
  EXPECT_EQ(Completed("annals ls store -o js"), "json jsonl\n");
  EXPECT_EQ(Completed("annals ls store --output st"), "state\n");
  EXPECT_EQ(Completed("annals log store --color ne"), "never\n");
  EXPECT_EQ(Completed("annals log sto"), "\n");
}

TEST_F(TerminalTest, AVerbThatThereIsNotBringsTheOneThatWasMeant) {
  EXPECT_THAT(Run({"lgo", store()}),
              AllOf(Exits(2), Complains(HasSubstr("no verb lgo; did you mean log?"))));
  EXPECT_THAT(Run({"frobnicate"}), AllOf(Exits(2), Complains(HasSubstr("try annals --help"))));
  EXPECT_THAT(Run({"log", store(), "--onelin"}),
              AllOf(Exits(2), Complains(HasSubstr("did you mean --oneline?"))));
}

}  // namespace
}  // namespace annals
