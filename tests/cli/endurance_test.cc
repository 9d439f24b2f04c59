// What a store and its users have to live through: processes killed at any moment,
// others beside them, lost and damaged files, output that cannot be written.

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "annals/log/keys.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EnduranceTest : public ProgramTest {
 protected:
  void MakeVersions(int count) {
    std::string sql;
    for (int i = 0; i < count; ++i) sql += "CREATE SCHEMA s" + std::to_string(i) + ";";
    ASSERT_THAT(Execute(sql), Exits(0));
  }
  // What lies under `key` in the store, which nobody has open.
  std::string GetValue(const std::string& key) {
    std::string value;
    EXPECT_TRUE(OpenDatabase()->Get({}, key, &value).ok());
    return value;
  }
  void PutValue(const std::string& key, const std::string& value) {
    EXPECT_TRUE(OpenDatabase()->Put({}, key, value).ok());
  }
  // The number of the newest version that can be read.
  uint64_t Head() {
    const RunResult log = Run({"log", store(), "-n", "1", "-o", "json"});
    EXPECT_THAT(log, Exits(0));
    return json::parse(log.out)[0]["version"];
  }

 private:
  std::unique_ptr<rocksdb::DB> OpenDatabase() {
    rocksdb::DB* database = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open({}, store(), &database).ok());
    return std::unique_ptr<rocksdb::DB>(database);
  }
};

// I2: what was acknowledged is there, whenever the process dies.
TEST_F(EnduranceTest, EveryVersionThatWasPrintedSurvivesAKill) {
  const char* const given = std::getenv("ANNALS_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "ANNALS_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20; ++round) {
    RunningProgram writer({"exec", store()});
    std::string sql;
    for (int i = 0; i < 400; ++i) {
      sql += "CREATE SCHEMA r" + std::to_string(round) + "_" + std::to_string(i) + ";\n";
    }
    ASSERT_TRUE(writer.Send(sql));
    std::string last;
    const uint64_t lines = random() % 60;
    for (uint64_t i = 0; i < lines; ++i) last = writer.ReadLine();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    writer.Kill();
    // What it had printed by then counts too.
    for (std::string line = writer.ReadLine(); !line.empty(); line = writer.ReadLine()) last = line;
    EXPECT_THAT(writer.Finish(), Exits(128 + SIGKILL));

    if (last.empty() && !fs::exists(store() + "/CURRENT")) continue;
    const uint64_t printed = last.empty() ? 0 : std::stoull(last);
    const RunResult opened = Run({"exec", store(), "-c", ""});
    ASSERT_THAT(opened, Exits(0)) << "round " << round;
    ASSERT_GE(Head(), printed) << "round " << round;
    if (printed > 0) {
      const std::string name = last.substr(last.rfind(' ') + 1);
      ASSERT_THAT(Run({"describe", store(), name}), Exits(0)) << "round " << round;
    }
  }
}

TEST_F(EnduranceTest, ASecondWriterIsRefusedAndReadersAreNot) {
  RunningProgram writer({"exec", store()});
  ASSERT_TRUE(writer.Send("CREATE SCHEMA a;\n"));
  ASSERT_EQ(writer.ReadLine(), "2\tcreate schema A");
  EXPECT_THAT(Execute("CREATE SCHEMA b"), AllOf(Exits(3), Complains(HasSubstr("STORE_LOCKED"))));
  EXPECT_THAT(Run({"snapshot", store()}), Exits(3));
  EXPECT_THAT(Run({"ls", store(), "-o", "lines"}), AllOf(Exits(0), Prints("schema A\n")));
  ASSERT_TRUE(writer.Send("CREATE SCHEMA b;\n"));
  ASSERT_EQ(writer.ReadLine(), "3\tcreate schema B");
  EXPECT_THAT(Run({"log", store(), "--oneline", "-n", "1"}), Prints(HasSubstr("CREATE SCHEMA b")));
  EXPECT_THAT(writer.Finish(), Exits(0));
}

TEST_F(EnduranceTest, ReadersBesideABusyWriterSeeWholeVersions) {
  MakeVersions(1);
  RunningProgram writer({"exec", store()});
  std::string sql;
  for (int i = 0; i < 1500; ++i) sql += "CREATE SCHEMA w" + std::to_string(i) + ";\n";
  std::thread feeder([&] { writer.Send(sql); });
  for (int i = 0; i < 15; ++i) {
    const RunResult list = Run({"ls", store(), "-o", "json"});
    ASSERT_THAT(list, AllOf(Exits(0), Complains(IsEmpty())));
    ASSERT_THAT(Run({"log", store(), "-n", "20", "-o", "json"}), Exits(0));
  }
  writer.Kill();
  feeder.join();
}

TEST_F(EnduranceTest, OutputThatCannotBeWrittenIsAnError) {
  MakeVersions(3);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"ls", store()}, {"log", store()}, {"--help"}}) {
    RunningProgram program(words, "/dev/full");
    EXPECT_THAT(program.Finish(), AllOf(Exits(1), Complains(HasSubstr("No space left"))));
  }
  RunningProgram writer({"exec", store(), "-c", "CREATE SCHEMA x; CREATE SCHEMA y"}, "/dev/full");
  EXPECT_THAT(writer.Finish(), AllOf(Exits(1), Complains(HasSubstr("No space left"))));
}

TEST_F(EnduranceTest, AClosedPipeEndsQuietly) {
  MakeVersions(100);
  RunningProgram reader({"log", store(), "-o", "json"});
  reader.CloseOutput();
  EXPECT_THAT(reader.Finish(), AllOf(Exits(0), Complains(IsEmpty())));
}

TEST_F(EnduranceTest, AWriterWhoseReaderIsGoneStops) {
  RunningProgram writer({"exec", store()});
  ASSERT_TRUE(writer.Send("CREATE SCHEMA a;\n"));
  ASSERT_EQ(writer.ReadLine(), "2\tcreate schema A");
  writer.CloseOutput();
  EXPECT_THAT(writer.Finish("CREATE SCHEMA b; CREATE SCHEMA c;"),
              AllOf(Exits(1), Complains(HasSubstr("standard output was closed"))));
  EXPECT_EQ(Head(), 3u);
}

// The limit stands for a disk that fails in the middle of a commit.
TEST_F(EnduranceTest, ACommitOfUnknownOutcomeExitsWithFive) {
  MakeVersions(1);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{.rlim_cur = 64 << 10, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string large(200 << 10, 'x');
  const RunResult result =
      Run({"exec", store()}, "CREATE /* " + large + " */ SCHEMA a; CREATE SCHEMA b");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_THAT(result, AllOf(Exits(5), Prints(IsEmpty()), Complains(HasSubstr("OUTCOME_UNKNOWN"))));
  EXPECT_THAT(Execute("CREATE SCHEMA IF NOT EXISTS a"), Exits(0));
}

// --- Stores that have lost something.

class LossTest : public EnduranceTest {
 protected:
  // A copy of the store as of version 4 with the mark of version 6.
  void SetUp() override {
    EnduranceTest::SetUp();
    MakeVersions(3);
    fs::copy(store(), lost(), fs::copy_options::recursive);
    ASSERT_THAT(Execute("CREATE SCHEMA x; CREATE SCHEMA y"), Exits(0));
    fs::copy(store() + "/CATALOG-HEAD", lost() + "/CATALOG-HEAD",
             fs::copy_options::overwrite_existing);
  }
  std::string lost() const { return Path("lost"); }
};

TEST_F(LossTest, IsNoticedAndNothingIsTouched) {
  const std::string before = Everything(lost());
  const auto named = Complains(HasSubstr("versions 5 to 6 were acknowledged and are missing"));
  EXPECT_THAT(Run({"ls", lost()}), AllOf(Exits(4), Prints(IsEmpty()), named));
  EXPECT_THAT(Run({"exec", lost(), "-c", "CREATE SCHEMA z"}), AllOf(Exits(4), named));
  EXPECT_THAT(Run({"diff", lost(), "1..latest"}), Exits(4));
  EXPECT_THAT(Run({"snapshot", lost()}), Exits(4));
  EXPECT_THAT(Run({"backup", lost(), Path("copy")}), Exits(4));
  EXPECT_EQ(Everything(lost()), before);
}

TEST_F(LossTest, WhatLiesBelowCanBeRead) {
  EXPECT_THAT(Run({"ls", lost(), "--at", "3", "-o", "lines"}),
              AllOf(Exits(0), Prints("schema S0\nschema S1\n"), Complains(HasSubstr("warning"))));
  EXPECT_THAT(Run({"show", lost(), "2"}), Exits(0));
  EXPECT_THAT(Run({"show", lost(), "6"}),
              AllOf(Exits(4), Complains(HasSubstr("versions 5 to 6 were acknowledged"))));
  EXPECT_THAT(Run({"show", lost(), "0"}), Exits(6));
  EXPECT_THAT(Run({"log", lost(), "--oneline"}),
              AllOf(Exits(4), Prints(HasSubstr("CREATE SCHEMA s2"))));
}

TEST_F(LossTest, RepairTellsFirstAndActsWhenTold) {
  const std::string before = Everything(lost());
  EXPECT_THAT(Run({"repair", lost()}),
              AllOf(Exits(4), Prints(AllOf(HasSubstr("versions 5 to 6"),
                                           HasSubstr("version 5 will record")))));
  EXPECT_EQ(Everything(lost()), before);
  EXPECT_THAT(Run({"repair", lost(), "--accept-loss"}),
              AllOf(Exits(0), Prints(HasSubstr("version 5"))));
  EXPECT_THAT(Run({"log", lost(), "-n", "1"}), AllOf(Exits(0), Prints(HasSubstr("loss accepted"))));
  EXPECT_THAT(Run({"exec", lost(), "-c", "CREATE SCHEMA z"}), Prints("6\tcreate schema Z\n"));
  EXPECT_THAT(Run({"repair", lost()}), AllOf(Exits(0), Prints("nothing to repair\n")));
}

TEST_F(EnduranceTest, AStoreThatLostAllIsRepairedAndItsFirstVersionSaysSo) {
  MakeVersions(2);
  for (const auto& entry : fs::directory_iterator(store())) {
    if (entry.path().extension() == ".log") fs::resize_file(entry.path(), 0);
  }
  const std::string before = Everything(store());
  const auto named = HasSubstr("versions 1 to 3 were acknowledged and are missing");
  EXPECT_THAT(Run({"ls", store()}), AllOf(Exits(4), Complains(named)));
  EXPECT_THAT(Run({"repair", store()}),
              AllOf(Exits(4), Prints(AllOf(named, HasSubstr("version 1 will record")))));
  EXPECT_EQ(Everything(store()), before);
  EXPECT_THAT(Run({"repair", store(), "--accept-loss"}),
              AllOf(Exits(0), Prints(HasSubstr("version 1 records it"))));
  EXPECT_THAT(Run({"show", store(), "1"}),
              AllOf(Exits(0), Prints(AllOf(HasSubstr("loss accepted: versions 1 to 3"),
                                           HasSubstr("create schema PUBLIC")))));
  EXPECT_THAT(Execute("CREATE SCHEMA z"), Prints("2\tcreate schema Z\n"));
}

TEST_F(LossTest, TheMessageOfARepairTellsOfTheLossAlone) {
  std::string mark = Read(lost() + "/CATALOG-HEAD");
  mark[40] ^= 1;  // Version 6; version 5 is whole. That is a warning, and no loss.
  Write("lost/CATALOG-HEAD", mark);
  EXPECT_THAT(Run({"repair", lost(), "--accept-loss"}), Exits(0));
  const json log = json::parse(Run({"log", lost(), "-n", "1", "-o", "json"}).out);
  EXPECT_EQ(log[0]["message"],
            "loss accepted: version 5 was acknowledged and is missing; the log ends at version 4");
}

TEST_F(EnduranceTest, RepairOfASoundStoreDoesNothing) {
  MakeVersions(2);
  const std::string before = Everything(store());
  EXPECT_THAT(Run({"repair", store(), "--accept-loss"}),
              AllOf(Exits(0), Prints("nothing to repair\n")));
  EXPECT_EQ(Everything(store()), before);
}

// A byte of a record is another.
TEST_F(EnduranceTest, ADamagedFileIsNoticedAndLeftAsItIs) {
  MakeVersions(3);
  for (const auto& entry : fs::directory_iterator(store())) {
    if (entry.path().extension() != ".log") continue;
    std::string bytes = Read(entry.path().string());
    const size_t place = bytes.find("CREATE SCHEMA s2");
    if (place == std::string::npos) continue;
    bytes[place] ^= 1;
    Write("store/" + entry.path().filename().string(), bytes);
  }
  const std::string before = Everything(store());
  EXPECT_THAT(Run({"ls", store()}), AllOf(Exits(4), Prints(IsEmpty())));
  EXPECT_THAT(Execute("CREATE SCHEMA z"), Exits(4));
  EXPECT_THAT(Run({"ls", store(), "--at", "2", "-o", "lines"}),
              AllOf(Exits(0), Prints("schema S0\n")));
  EXPECT_EQ(Everything(store()), before);
}

// A head of 2^64 - 1 must not keep anybody busy, nor hide what there is.
TEST_F(EnduranceTest, LogTellsAGapOfAnySizeInOneLine) {
  MakeVersions(2);
  PutValue("catalog.version", "18446744073709551615");
  for (const std::vector<std::string>& log : {std::vector<std::string>{"log", store(), "--oneline"},
                                              {"log", store(), "--oneline", "--reverse"}}) {
    EXPECT_THAT(Run(log),
                AllOf(Exits(4), Prints(AllOf(HasSubstr("1  "), HasSubstr("2  "), HasSubstr("3  "))),
                      Complains(HasSubstr("versions 4 to 18446744073709551615 are missing"))));
  }
}

TEST_F(EnduranceTest, AStrayKeyIsNoVersionOfTheLog) {
  MakeVersions(2);
  PutValue("catalog.update.18446744073709551615", "junk");
  const auto sound = HasSubstr("CREATE SCHEMA s1");
  EXPECT_THAT(Run({"log", store(), "--oneline", "-n", "1"}), AllOf(Exits(4), Prints(sound)));
  PutValue("catalog.version", "damage");
  EXPECT_THAT(Run({"log", store(), "--oneline", "-n", "1"}), AllOf(Exits(4), Prints(sound)));
}

TEST_F(EnduranceTest, RepairCallsNoStoreSoundThatHasADamagedRecord) {
  MakeVersions(3);
  std::string record = GetValue(UpdateKey({3}));
  record[record.size() / 2] ^= 1;
  PutValue(UpdateKey({3}), record);
  const std::string before = Everything(store());
  EXPECT_THAT(Run({"ls", store()}), Exits(4));
  for (const std::vector<std::string>& repair :
       {std::vector<std::string>{"repair", store()}, {"repair", store(), "--accept-loss"}}) {
    EXPECT_THAT(Run(repair), AllOf(Exits(4), Prints(AllOf(HasSubstr(UpdateKey({3})),
                                                          HasSubstr("With --cut-tail versions 3 to "
                                                                    "4 and all above go"),
                                                          HasSubstr("from version 2")))));
  }
  EXPECT_EQ(Everything(store()), before);
}

}  // namespace
}  // namespace annals
