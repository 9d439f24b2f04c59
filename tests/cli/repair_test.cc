// Repairs: told first, done on a copy, recorded, and the store as it was kept.

#include "annals/cli/repair.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "annals/log/keys.h"
#include "annals/log/record.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using cli::NeedOf;
using cli::RepairNeed;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Verification Seen(uint64_t readable, std::vector<Finding> findings) {
  Verification seen;
  seen.head.version = {8};
  seen.readable = CatalogVersion{readable};
  seen.findings = std::move(findings);
  return seen;
}

TEST(RepairNeedTest, TheWorstFindingDecides) {
  const Finding mark{.severity = Finding::Severity::kWarning, .key = "CATALOG-HEAD"};
  const Finding foreign{.severity = Finding::Severity::kWarning, .key = "zebra"};
  const Finding loss{.key = "CATALOG-HEAD"};
  const Finding record{.key = UpdateKey({5}), .version = CatalogVersion{5}};
  EXPECT_EQ(NeedOf(Seen(8, {})), RepairNeed::kNothing);
  EXPECT_EQ(NeedOf(Seen(8, {foreign})), RepairNeed::kNothing);
  EXPECT_EQ(NeedOf(Seen(8, {mark, foreign})), RepairNeed::kMark);
  EXPECT_EQ(NeedOf(Seen(8, {loss, mark})), RepairNeed::kLoss);
  EXPECT_EQ(NeedOf(Seen(4, {record, loss})), RepairNeed::kTail);
  EXPECT_EQ(NeedOf(Seen(0, {record})), RepairNeed::kHopeless);
}

// Version 2: schema S2. To 8.
class RepairTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    std::string sql;
    for (int v = 2; v <= 8; ++v) sql += "CREATE SCHEMA s" + std::to_string(v) + ";";
    ASSERT_THAT(Execute(sql), Exits(0));
  }
  std::unique_ptr<rocksdb::DB> Database() {
    rocksdb::DB* database = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open({}, store(), &database).ok());
    return std::unique_ptr<rocksdb::DB>(database);
  }
  void Flip(const std::string& key) {
    const auto database = Database();
    std::string value;
    ASSERT_TRUE(database->Get({}, key, &value).ok());
    value[value.size() - 20] ^= 4;
    ASSERT_TRUE(database->Put({}, key, value).ok());
  }
  // What lies beside the store.
  std::vector<std::string> Neighbours() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(Path(""))) {
      if (entry.path() != store()) names.push_back(entry.path());
    }
    return names;
  }
  // Repairs with `flag`, which a dry run asked for, and looks at what every repair must do.
  void ExpectRepaired(const std::string& flag, const std::string& note, uint64_t version) {
    const std::string before = Everything(store());
    EXPECT_THAT(Run({"repair", store()}), Prints(HasSubstr("Nothing was changed. With " + flag)));
    EXPECT_EQ(Everything(store()), before);
    EXPECT_THAT(Neighbours(), IsEmpty());

    ASSERT_THAT(Run({"repair", store(), flag}),
                AllOf(Exits(0), Prints(HasSubstr("repaired: version " + std::to_string(version)))));
    const std::vector<std::string> kept = Neighbours();
    ASSERT_THAT(kept, SizeIs(1));
    EXPECT_THAT(kept[0], HasSubstr("store.before-repair-"));
    EXPECT_EQ(FilesOf(kept[0]), before_files_);

    EXPECT_THAT(Run({"verify", store()}), Exits(0));
    const json log = json::parse(Run({"log", store(), "-n", "1", "-o", "json"}).out);
    EXPECT_EQ(log[0]["version"], version);
    EXPECT_EQ(log[0]["author"], "annals repair");
    EXPECT_THAT(log[0]["message"].get<std::string>(), HasSubstr(note));
    EXPECT_THAT(Execute("CREATE SCHEMA after"), Exits(0));
    EXPECT_EQ(fs::status(store()).permissions(), fs::perms::owner_all);
  }
  void Remember() { before_files_ = FilesOf(store()); }

 private:
  static std::map<std::string, std::string> FilesOf(const std::string& path) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(path)) {
      const std::string name = entry.path().filename();
      if (name != "LOCK") files[name] = Read(entry.path());
    }
    return files;
  }

  std::map<std::string, std::string> before_files_;
};

TEST_F(RepairTest, ADamagedTailIsCutOff) {
  Flip(UpdateKey({6}));
  Remember();
  ExpectRepaired("--cut-tail",
                 "repaired: damage was cut off: versions 6 to 8; loss accepted: "
                 "versions 6 to 8 were acknowledged",
                 6);
  EXPECT_THAT(Run({"ls", store(), "--at", "6", "-o", "lines"}),
              Prints("schema S2\nschema S3\nschema S4\nschema S5\n"));
}

TEST_F(RepairTest, ADamagedTailAboveASnapshotIsCutOff) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "4"}), Exits(0));
  Flip(UpdateKey({6}));
  fs::remove(store() + "/CATALOG-HEAD");  // So nobody knows that they were acknowledged.
  Remember();
  ExpectRepaired("--cut-tail", "repaired: damage was cut off: versions 6 to 8", 6);
  EXPECT_THAT(Run({"ls", store(), "--at", "4", "-o", "lines"}), Exits(0));
}

TEST_F(RepairTest, DamagedKeysAreMadeAnewWithoutLoss) {
  {
    const auto database = Database();
    ASSERT_TRUE(database->Put({}, std::string(kHeadKey), "eight").ok());
    ASSERT_TRUE(database->Delete({}, std::string(kProductKey)).ok());
    ASSERT_TRUE(database->Put({}, "catalog.update.12", "stray").ok());
  }
  Remember();
  ExpectRepaired("--cut-tail", "repaired: damaged keys were made anew", 9);
  EXPECT_THAT(Run({"show", store(), "8"}), Exits(0));
}

TEST_F(RepairTest, AHeadThatIsTooLowCostsNoVersion) {
  ASSERT_TRUE(Database()->Put({}, std::string(kHeadKey), VersionValue({3})).ok());
  EXPECT_THAT(Run({"repair", store()}),
              AllOf(Exits(4),
                    Prints(HasSubstr("catalog.version is damaged: expected version 8, "
                                     "found 3")),
                    Prints(HasSubstr("no version is lost"))));
  Remember();
  ExpectRepaired("--cut-tail", "repaired: damaged keys were made anew", 9);
  EXPECT_THAT(Run({"ls", store(), "--at", "8", "-o", "lines"}), Prints(HasSubstr("schema S8")));
}

TEST_F(RepairTest, AHeadBelowTheSnapshotCostsNoVersion) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "5"}), Exits(0));
  ASSERT_TRUE(Database()->Put({}, std::string(kHeadKey), VersionValue({3})).ok());
  EXPECT_THAT(Run({"stat", store()}), AllOf(Exits(4), Prints(HasSubstr("5 to 8"))));
  Remember();
  ExpectRepaired("--cut-tail", "repaired: damaged keys were made anew", 9);
  EXPECT_THAT(Run({"ls", store(), "--at", "8", "-o", "lines"}), Prints(HasSubstr("schema S8")));
}

TEST_F(RepairTest, RecordsThatDoNotContinueTheHeadAreALossThatIsNamed) {
  Flip(UpdateKey({5}));
  ASSERT_TRUE(Database()->Put({}, std::string(kHeadKey), VersionValue({3})).ok());
  Remember();
  ExpectRepaired("--cut-tail", "repaired: damage was cut off: versions 5 to 8", 5);
}

TEST_F(RepairTest, TheMarkIsMadeAnew) {
  fs::resize_file(store() + "/CATALOG-HEAD", 100);
  Remember();
  EXPECT_THAT(Run({"repair", store()}), Exits(1));
  ExpectRepaired("--rebuild-mark", "repaired: the mark was made anew", 9);
}

TEST_F(RepairTest, ALinkToAStoreStaysALinkToTheOneThatIsRepaired) {
  fs::create_symlink(store(), Path("link"));
  fs::remove(store() + "/CATALOG-HEAD");
  EXPECT_THAT(Run({"repair", Path("link"), "--rebuild-mark"}), Exits(0));
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_THAT(Run({"verify", store()}), Exits(0));
}

TEST_F(RepairTest, AStoreThatRocksDbCannotOpenIsMadeAnewOnACopy) {
  fs::remove(store() + "/CURRENT");
  Remember();
  EXPECT_THAT(Run({"ls", store()}), Exits(3));
  EXPECT_THAT(Run({"repair", store(), "--cut-tail"}), Exits(4));
  ExpectRepaired("--rebuild-database", "repaired: the database was made anew from its files", 9);
  EXPECT_THAT(Run({"show", store(), "8"}), Exits(0));
}

TEST_F(RepairTest, ASnapshotIsStillThereInADatabaseThatIsMadeAnew) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "5"}), Exits(0));
  fs::remove(store() + "/CURRENT");
  Remember();
  ExpectRepaired("--rebuild-database", "repaired: the database was made anew from its files", 9);
  EXPECT_THAT(Run({"ls", store(), "--at", "5"}), Exits(0));
}

TEST_F(RepairTest, RootLeavesTheStoreToItsOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can";
  constexpr uid_t kOwner = 4711;
  for (const auto& entry : fs::directory_iterator(store())) {
    ASSERT_EQ(::chown(entry.path().c_str(), kOwner, kOwner), 0);
  }
  ASSERT_EQ(::chown(store().c_str(), kOwner, kOwner), 0);
  Flip(UpdateKey({6}));
  ASSERT_THAT(Run({"repair", store(), "--cut-tail"}), Exits(0));
  struct stat about {};
  ASSERT_EQ(::stat(store().c_str(), &about), 0);
  EXPECT_EQ(about.st_uid, kOwner);
  for (const auto& entry : fs::directory_iterator(store())) {
    ASSERT_EQ(::stat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_uid, kOwner) << entry.path();
  }
}

TEST_F(RepairTest, ARepairThatNeedsMoreThanItWasToldChangesNothing) {
  Flip(UpdateKey({6}));
  for (const auto& entry : fs::directory_iterator(store())) {
    if (entry.path().filename().string().starts_with("MANIFEST-")) fs::remove(entry.path());
  }
  Remember();
  const std::string before = Everything(store());
  EXPECT_THAT(Run({"repair", store(), "--rebuild-database"}),
              AllOf(Exits(4), Complains(HasSubstr("needs --cut-tail too; nothing was changed"))));
  EXPECT_EQ(Everything(store()), before);
  EXPECT_THAT(Neighbours(), IsEmpty());
  EXPECT_THAT(Run({"repair", store(), "--rebuild-database", "--cut-tail"}), Exits(0));
  EXPECT_THAT(Run({"verify", store()}), Exits(0));
}

TEST_F(RepairTest, AStoreOfWhichNoVersionCanBeMadeIsLeftAlone) {
  Flip(UpdateKey({1}));
  const std::string before = Everything(store());
  EXPECT_THAT(Run({"repair", store(), "--cut-tail", "--accept-loss", "--rebuild-mark"}),
              AllOf(Exits(4), Complains(HasSubstr("records of versions 2 to 8 can be read"))));
  EXPECT_EQ(Everything(store()), before);
}

TEST_F(RepairTest, ARecordOfANewerReleaseIsNotDamageAndIsLeftAlone) {
  {
    const auto database = Database();
    std::string bytes;
    ASSERT_TRUE(database->Get({}, UpdateKey({8}), &bytes).ok());
    const auto record = OpenRecord("", bytes);
    ASSERT_TRUE(record.ok());
    Envelope envelope = record->envelope;
    envelope.required_features = 2;
    bytes = SealRecord(envelope, record->payload);
    ASSERT_TRUE(database->Put({}, UpdateKey({8}), bytes).ok());
  }
  const std::string before = Everything(store());
  EXPECT_THAT(Run({"verify", store()}), AllOf(Exits(3), Prints(HasSubstr("needs a newer annals"))));
  EXPECT_THAT(Run({"stat", store()}), AllOf(Exits(3), Prints(HasSubstr("needs a newer annals"))));
  EXPECT_THAT(Run({"stat", store(), "-o", "json"}), Prints(HasSubstr("\"newer\": \"")));
  EXPECT_THAT(Run({"repair", store(), "--cut-tail"}),
              AllOf(Exits(3), Complains(HasSubstr("NEWER_FORMAT"))));
  EXPECT_EQ(Everything(store()), before);
}

// Two renames, with a sync between them, would leave none for a while.
TEST_F(RepairTest, ThereIsAStoreAtThePathAllTheWhile) {
  Flip(UpdateKey({6}));
  std::atomic<bool> done = false;
  std::atomic<int> absent = 0;
  std::thread looking([&] {
    while (!done) absent += fs::exists(store() + "/CURRENT") ? 0 : 1;
  });
  const auto repaired = Run({"repair", store(), "--cut-tail"});
  done = true;
  looking.join();
  EXPECT_THAT(repaired, Exits(0));
  EXPECT_EQ(absent, 0);
}

TEST_F(RepairTest, AStoreThatAWriterHasIsNotRepaired) {
  fs::resize_file(store() + "/CATALOG-HEAD", 100);
  RunningProgram writer({"exec", store()});
  ASSERT_TRUE(writer.Send("CREATE SCHEMA a;\n"));
  ASSERT_EQ(writer.ReadLine(), "9\tcreate schema A");
  fs::resize_file(store() + "/CATALOG-HEAD", 100);
  EXPECT_THAT(Run({"repair", store(), "--rebuild-mark"}),
              AllOf(Exits(3), Complains(HasSubstr("STORE_LOCKED"))));
  EXPECT_THAT(writer.Finish(), Exits(0));
  EXPECT_THAT(Neighbours(), IsEmpty());
}

}  // namespace
}  // namespace annals
