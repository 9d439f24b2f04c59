// `annals tail`: the newest versions, and those that come.

#include <csignal>
#include <filesystem>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class TailTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    Make("a");
    Make("b");
    Make("c");
  }

  void Make(const std::string& schema) {
    ASSERT_THAT(Execute("CREATE SCHEMA " + schema), Exits(0));
  }
};

TEST_F(TailTest, ShowsTheNewestVersionsOldestFirst) {
  const RunResult two = Run({"tail", store(), "-n", "2"});
  EXPECT_THAT(two, AllOf(Exits(0), Prints(AllOf(StartsWith("3  20"), HasSubstr("\n4  20"),
                                                EndsWith("  CREATE SCHEMA c\n")))));
  EXPECT_EQ(two.out, Run({"log", store(), "-n", "2", "--oneline", "--reverse"}).out);
  EXPECT_EQ(Run({"tail", store()}).out, Run({"log", store(), "--oneline", "--reverse"}).out);
  EXPECT_EQ(Run({"tail", store(), "--stat"}).out, Run({"log", store(), "--stat", "--reverse"}).out);
  EXPECT_EQ(Run({"tail", store(), "-o", "jsonl"}).out,
            Run({"log", store(), "-o", "jsonl", "--reverse"}).out);
  EXPECT_THAT(Run({"tail", store(), "-n", "0"}), AllOf(Exits(0), Prints(IsEmpty())));
  EXPECT_THAT(Run({"tail", store(), "-n", "some"}), Exits(2));
  EXPECT_THAT(Run({"tail", store(), "--stat", "-o", "jsonl"}),
              AllOf(Exits(2), Prints(IsEmpty()), Complains(HasSubstr("--stat and --output"))));
  EXPECT_THAT(Run({"tail", Path("nowhere"), "-f"}), Exits(3));
}

TEST_F(TailTest, FollowsALiveWriterUntilCtrlC) {
  RunningProgram tail({"tail", store(), "-f", "-n", "1"});
  EXPECT_THAT(tail.ReadLine(), StartsWith("4  "));
  RunningProgram writer({"exec", store()});
  for (int version = 5; version < 9; ++version) {
    ASSERT_TRUE(writer.Send("CREATE SCHEMA s" + std::to_string(version) + ";\n"));
    EXPECT_THAT(writer.ReadLine(), StartsWith(std::to_string(version) + "\t"));
    EXPECT_THAT(tail.ReadLine(), AllOf(StartsWith(std::to_string(version) + "  "),
                                       EndsWith("  CREATE SCHEMA s" + std::to_string(version))));
  }
  EXPECT_THAT(writer.Finish(), Exits(0));
  Make("later");  // By a writer that opened the store anew.
  EXPECT_THAT(tail.ReadLine(), EndsWith("  CREATE SCHEMA later"));
  tail.Signal(SIGINT);
  EXPECT_THAT(tail.Finish(), AllOf(Exits(0), Prints(IsEmpty()), Complains(IsEmpty())));
}

TEST_F(TailTest, EndsOnceNobodyReadsIt) {
  RunningProgram tail({"tail", store(), "-f"});
  EXPECT_THAT(tail.ReadLine(), StartsWith("1  "));
  tail.CloseOutput();
  EXPECT_THAT(tail.Finish(), AllOf(Exits(0), Complains(IsEmpty())));
}

TEST_F(TailTest, SaysWhichVersionsWereTruncatedBeforeItCouldReadThem) {
  RunningProgram tail({"tail", store(), "-f", "-n", "1"});
  EXPECT_THAT(tail.ReadLine(), StartsWith("4  "));
  tail.Signal(SIGSTOP);
  for (const char* const schema : {"d", "e", "f", "g"}) ASSERT_NO_FATAL_FAILURE(Make(schema));
  ASSERT_THAT(Run({"snapshot", store(), "--at", "7"}), Exits(0));
  tail.Signal(SIGCONT);
  EXPECT_THAT(tail.ReadLine(), StartsWith("7  "));
  EXPECT_THAT(tail.ReadLine(), StartsWith("8  "));
  tail.Signal(SIGINT);
  EXPECT_THAT(tail.Finish(), AllOf(Exits(0), Prints(IsEmpty()),
                                   Complains("annals: warning: the versions 5 to 6 were truncated "
                                             "before this could be read\n")));
}

TEST_F(TailTest, ATruncationThatLosesNothingIsNothingToTell) {
  RunningProgram tail({"tail", store(), "-f", "-n", "1"});
  EXPECT_THAT(tail.ReadLine(), StartsWith("4  "));
  ASSERT_THAT(Run({"snapshot", store()}), Exits(0));
  Make("d");
  EXPECT_THAT(tail.ReadLine(), StartsWith("5  "));
  tail.Signal(SIGINT);
  EXPECT_THAT(tail.Finish(), AllOf(Exits(0), Complains(IsEmpty())));
}

TEST_F(TailTest, AnotherStoreInThePlaceOfThisOneEndsIt) {
  RunningProgram tail({"tail", store(), "-f", "-n", "1"});
  EXPECT_THAT(tail.ReadLine(), StartsWith("4  "));
  ASSERT_THAT(Run({"exec", Path("other"), "-c", "CREATE SCHEMA x"}), Exits(0));
  std::filesystem::rename(store(), Path("old"));
  std::filesystem::rename(Path("other"), store());
  const RunResult ended = tail.Finish();
  EXPECT_THAT(ended, Exits(3));
}

}  // namespace
}  // namespace annals
