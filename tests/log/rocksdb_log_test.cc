// What only the log on a disk has: the directory, the lock, the mark, readers
// beside the writer, copies, and writes that fail.

#include "annals/log/rocksdb/rocksdb_log.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/log/keys.h"
#include "annals/tests/support/fault_file_system.h"
#include "annals/tests/support/status_matchers.h"
#include "annals/tests/support/test_log.h"
#include "gmock/gmock.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using Outcome = AppendResult::Outcome;

std::string ReadFile(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

void WriteFile(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

// Every file of a directory, with what says whether it is the same. The log that
// RocksDB keeps for people is left out: a live writer's goes on by itself. So is
// what LOCK holds, which is nothing: a process that opens and closes the file of a
// lock that it has, has it no more (that is POSIX).
std::map<std::string, std::string> Files(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name == "LOG") continue;
    files[name] = name == "LOCK" ? "" : Sha256Hash::Of(ReadFile(entry.path())).ToString();
  }
  return files;
}

// The same, once the live writer has dropped the files that it needs no more.
std::map<std::string, std::string> SettledFiles(const fs::path& directory) {
  while (true) {
    const auto before = Files(directory);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (Files(directory) == before) return before;
  }
}

class RocksDbLogTest : public ::testing::Test {
 protected:
  RocksDbLogTest() {
    std::string name = fs::temp_directory_path() / "annals_log_XXXXXX";
    root_ = ::mkdtemp(name.data());
    path_ = root_ / "store";
  }
  ~RocksDbLogTest() override {
    log_.reset();
    fs::remove_all(root_);
  }

  RocksDbLogOptions Options() const { return {.path = path_}; }
  RocksDbLogOptions Reading() const { return {.path = path_, .read_only = true}; }

  void Open() { OpenWith(Options()); }
  void OpenWith(const RocksDbLogOptions& options) {
    log_.reset();
    auto log = OpenRocksDbLog(options);
    ASSERT_THAT(log, IsOk());
    log_ = *std::move(log);
    Continue();
  }
  // Goes on writing after what the log has.
  void Continue() {
    RecordingSink sink;
    ASSERT_THAT(log_->Subscribe(log_->Head().snapshot.Next(), &sink), IsOk());
    log_->Unsubscribe();
    writer_.emplace(log_->Head().store, sink.position);
  }
  void Close() { log_.reset(); }

  AppendResult Append(std::string_view payload) {
    const PendingRecord record = writer_->Next(payload);
    return log_->Append({&record, 1}, record.version.Previous(), absl::InfiniteFuture());
  }
  void AppendUpTo(uint64_t version) {
    while (log_->Head().version.value < version) {
      ASSERT_EQ(Append("payload").outcome, Outcome::kCommitted);
    }
  }
  // A closed store of `versions` versions.
  void Make(uint64_t versions) {
    Open();
    AppendUpTo(versions);
    Close();
  }
  // Where the write-ahead log ends now, and a way back to it.
  fs::path LiveWal() const {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
    }
    return newest;
  }
  // A closed store whose versions from 7 to 9 were acknowledged and then lost.
  void MakeWithLostTail() {
    Open();
    AppendUpTo(6);
    const auto size = fs::file_size(LiveWal());
    AppendUpTo(9);
    Close();
    fs::resize_file(LiveWal(), size);
  }
  void WithDatabase(const std::function<void(rocksdb::DB&)>& use) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, path_, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    use(*db);
  }
  fs::path In(std::string_view name) const { return fs::path(path_) / name; }
  std::string Mark() const { return ReadFile(In("CATALOG-HEAD")); }
  void SetMark(const std::string& mark) { WriteFile(In("CATALOG-HEAD"), mark); }
  // That opening fails with `reason`, for whomever, and leaves every file as it is.
  void ExpectRefused(Reason reason, const std::vector<std::string>& parts = {}) {
    const auto before = Files(root_);
    EXPECT_THAT(OpenRocksDbLog(Options()), FailsWith(reason, parts));
    EXPECT_THAT(OpenRocksDbLog(Reading()), FailsWith(reason, parts));
    EXPECT_EQ(Files(root_), before);
  }
  std::vector<std::string> Warnings() const {
    return {log_->warnings().begin(), log_->warnings().end()};
  }

  fs::path root_;
  std::string path_;
  std::unique_ptr<UpdateLog> log_;
  std::optional<RecordWriter> writer_;
};

// --- The directory ---

TEST_F(RocksDbLogTest, AStoreIsMadeForItsOwnerOnly) {
  Open();
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
  EXPECT_THAT(Files(path_), Contains(Key("CATALOG-HEAD")));
}

TEST_F(RocksDbLogTest, TheLogOfRocksDbIsThereAndTheOneBeforeIt) {
  Open();
  Close();
  EXPECT_GT(fs::file_size(fs::path(path_) / "LOG"), 0u);
  Open();
  EXPECT_GT(fs::file_size(fs::path(path_) / "LOG"), 0u);
  EXPECT_GT(fs::file_size(fs::path(path_) / "LOG.old.1"), 0u);
}

TEST_F(RocksDbLogTest, AStoreWorksWhereTheLogOfRocksDbCannotBeWritten) {
  Open();
  Close();
  // A directory that cannot be renamed over a file.
  fs::remove(fs::path(path_) / "LOG");
  fs::create_directory(fs::path(path_) / "LOG");
  std::ofstream(fs::path(path_) / "LOG.old.1") << "a file";
  Open();
  EXPECT_THAT(OpenRocksDbLog(Reading()), IsOk());
}

TEST_F(RocksDbLogTest, AMissingStoreIsNotMadeUnlessAskedFor) {
  EXPECT_THAT(OpenRocksDbLog(Reading()), FailsWith(Reason::STORE_NOT_FOUND, {path_}));
  EXPECT_THAT(OpenRocksDbLog({.path = path_, .create_if_missing = false}),
              FailsWith(Reason::STORE_NOT_FOUND, {path_}));
  EXPECT_FALSE(fs::exists(path_));
  Open();
  Close();
  EXPECT_THAT(OpenRocksDbLog({.path = path_, .create_if_missing = false}), IsOk());
}

TEST_F(RocksDbLogTest, AnEmptyDirectoryBecomesAStore) {
  fs::create_directory(path_);
  EXPECT_THAT(OpenRocksDbLog(Reading()), FailsWith(Reason::STORE_NOT_FOUND));
  EXPECT_TRUE(fs::is_empty(path_));
  Open();
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
}

TEST_F(RocksDbLogTest, AStoreWhoseMakingWasCutOffIsMadeAgain) {
  fs::create_directory(path_);
  for (const char* name : {"LOCK", "LOG", "IDENTITY", "MANIFEST-000001", "000001.dbtmp"}) {
    WriteFile(In(name), "");
  }
  EXPECT_THAT(OpenRocksDbLog(Reading()), FailsWith(Reason::STORE_NOT_FOUND));
  Open();
  AppendUpTo(1);
}

TEST_F(RocksDbLogTest, ADatabaseWithoutAnyKeyIsMadeAStore) {
  WithDatabase([](rocksdb::DB&) {});
  EXPECT_THAT(OpenRocksDbLog(Reading()), FailsWith(Reason::STORE_NOT_FOUND));
  Open();
  AppendUpTo(1);
}

TEST_F(RocksDbLogTest, AFileIsNotAStore) {
  WriteFile(path_, "something");
  ExpectRefused(Reason::NOT_A_STORE, {path_, "file"});
}

TEST_F(RocksDbLogTest, ADirectoryOfOtherFilesIsNotAStore) {
  fs::create_directory(path_);
  WriteFile(In("notes.txt"), "mine");
  ExpectRefused(Reason::NOT_A_STORE, {path_});
}

TEST_F(RocksDbLogTest, ADatabaseOfSomebodyElseIsNotAStore) {
  WithDatabase([](rocksdb::DB& db) { ASSERT_TRUE(db.Put({}, "their", "key").ok()); });
  ExpectRefused(Reason::NOT_A_STORE, {path_});
}

TEST_F(RocksDbLogTest, AStoreThatLostItsDatabaseIsDamaged) {
  Make(3);
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (entry.path().filename() != "CATALOG-HEAD") fs::remove(entry.path());
  }
  ExpectRefused(Reason::STORE_UNREADABLE, {path_, "CURRENT"});
}

TEST_F(RocksDbLogTest, WithoutItsParentNoStoreCanBeMade) {
  EXPECT_THAT(OpenRocksDbLog({.path = path_ + "/deeper/store"}), FailsWith(Reason::IO_ERROR));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(RocksDbLogTest, DamageOfRocksDbsOwnFilesIsNoCrash) {
  Make(3);
  WriteFile(In("CURRENT"), "MANIFEST-999999\n");
  const auto before = Files(root_);
  EXPECT_FALSE(OpenRocksDbLog(Options()).ok());
  EXPECT_EQ(Files(root_), before);
}

// --- The lock ---

TEST_F(RocksDbLogTest, ASecondWriterIsRefusedByName) {
  Open();
  AppendUpTo(1);
  const auto before = SettledFiles(root_);
  EXPECT_THAT(OpenRocksDbLog(Options()), FailsWith(Reason::STORE_LOCKED, {path_}));
  EXPECT_EQ(Files(root_), before);
  AppendUpTo(2);
  Close();
  EXPECT_THAT(OpenRocksDbLog(Options()), IsOk());
}

// The test runs itself again, in a process of its own that is told of the store.
TEST_F(RocksDbLogTest, ASecondWriterInAnotherProcessIsRefusedAndAReaderIsNot) {
  constexpr const char* kVariable = "ANNALS_TEST_LOCKED_STORE";
  if (const char* store = std::getenv(kVariable); store != nullptr) {
    EXPECT_THAT(OpenRocksDbLog({.path = store}), FailsWith(Reason::STORE_LOCKED, {store}));
    EXPECT_THAT(OpenRocksDbLog({.path = store, .read_only = true}), IsOk());
    return;
  }
  Open();
  AppendUpTo(1);
  const auto before = SettledFiles(path_);
  const std::string self = fs::read_symlink("/proc/self/exe");
  const std::string command = absl::StrCat(
      kVariable, "='", path_, "' '", self,
      "' --gtest_filter=", "RocksDbLogTest.ASecondWriterInAnotherProcess* >/dev/null 2>&1");
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(Files(path_), before);
  AppendUpTo(2);
}

TEST_F(RocksDbLogTest, ALockThatCannotBeTakenIsNotCalledAnotherWriter) {
  Make(1);
  fs::remove(In("LOCK"));
  fs::create_directory(In("LOCK"));  // Rights do not keep a privileged user out; this does.
  const auto log = OpenRocksDbLog(Options());
  EXPECT_THAT(log, FailsWith(Reason::IO_ERROR, {"cannot lock " + path_}));
  EXPECT_THAT(std::string(log.status().message()), Not(HasSubstr("another writer")));
}

// --- Readers ---

TEST_F(RocksDbLogTest, AReaderSeesWhatThereWasAndChangesNoFile) {
  Open();
  AppendUpTo(3);
  const auto before = SettledFiles(path_);
  auto reader = OpenRocksDbLog(Reading());
  ASSERT_THAT(reader, IsOk());
  RecordingSink sink;
  EXPECT_THAT((*reader)->Subscribe({1}, &sink), IsOk());
  EXPECT_EQ(sink.lines.size(), 3u);
  EXPECT_EQ(Files(path_), before);

  AppendUpTo(5);
  EXPECT_EQ((*reader)->Head().version, CatalogVersion{3});
  EXPECT_EQ((*OpenRocksDbLog(Reading()))->Head().version, CatalogVersion{5});
  (*reader)->Unsubscribe();
}

TEST_F(RocksDbLogTest, AReaderWritesNothing) {
  Make(2);
  OpenWith(Reading());
  const auto before = Files(path_);
  const AppendResult result = Append("no");
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_THAT(result.status, FailsWith(Reason::READ_ONLY));
  const std::string attempt(32, 'a');
  EXPECT_THAT(log_->PutChunk({1}, attempt, 0, ""), FailsWith(Reason::READ_ONLY));
  EXPECT_THAT(log_->InstallRoot({1}, {0}, attempt, ""), FailsWith(Reason::READ_ONLY));
  EXPECT_THAT(log_->Backup(path_ + ".copy"), FailsWith(Reason::READ_ONLY));
  Close();
  EXPECT_EQ(Files(path_), before);
}

TEST_F(RocksDbLogTest, AReaderSweepsNothing) {
  Make(2);
  const std::string orphan = ChunkKey({2}, std::string(32, 'a'), 0);
  WithDatabase([&](rocksdb::DB& db) { ASSERT_TRUE(db.Put({}, orphan, "chunk").ok()); });
  const auto reader = OpenRocksDbLog(Reading());
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(*(*reader)->ReadChunk({2}, std::string(32, 'a'), 0), "chunk");
}

// The writer flushes and drops files all the while, so readers meet every state
// that there is. Each must see a prefix that has all that was acknowledged before.
TEST_F(RocksDbLogTest, ReadersBesideABusyWriterSeeAWholePrefix) {
  Open();
  std::atomic<uint64_t> acknowledged = 0;
  std::atomic<bool> done = false;
  std::atomic<int> opened = 0;
  std::thread writer([&] {
    const std::string payload(256 << 10, 'x');
    // More, where readers are slow.
    for (int i = 0; i < 300 || (opened <= 3 && i < 3000); ++i) {
      ASSERT_EQ(Append(payload).outcome, Outcome::kCommitted);
      acknowledged = log_->Head().version.value;
    }
    done = true;
  });
  for (; !done; ++opened) {
    const uint64_t before = acknowledged;
    const auto reader = OpenRocksDbLog(Reading());
    ASSERT_THAT(reader, IsOk());
    ASSERT_THAT((*reader)->warnings(), IsEmpty());
    RecordingSink sink;
    ASSERT_THAT((*reader)->Subscribe({1}, &sink), IsOk());
    ASSERT_GE(sink.position.version.value, before);
    ASSERT_EQ(sink.position.version, (*reader)->Head().version);
    (*reader)->Unsubscribe();
  }
  writer.join();
  EXPECT_GT(opened, 3);
}

// --- The mark ---

TEST_F(RocksDbLogTest, TheMarkIsTheNewestVersion) {
  // The format of release 0.1: slot, magic, format, store, version, hash, checksum.
  Open();
  AppendUpTo(2);
  const std::string mark = Mark();
  ASSERT_EQ(mark.size(), 256u);
  EXPECT_EQ(mark.substr(0, 4), "ANMK") << "version 2 is in slot 0";
  EXPECT_EQ(mark.substr(128, 4), "ANMK") << "version 1 is in slot 1";
  EXPECT_EQ(mark[24], 2);
  EXPECT_EQ(mark[128 + 24], 1);
  EXPECT_EQ(mark.substr(32, 32),
            std::string(reinterpret_cast<const char*>(writer_->position().hash.bytes.data()), 32));
}

TEST_F(RocksDbLogTest, LostVersionsAreNamedAndTheRestIsLeftAsItIs) {
  MakeWithLostTail();
  ExpectRefused(Reason::LOST_VERSIONS,
                {path_, "versions 7 to 9 were acknowledged and are missing", "ends at version 6"});
}

// Fact 1: this is what RocksDB by itself says nothing about.
TEST_F(RocksDbLogTest, AFlippedBitInTheWriteAheadLogIsNeverAnOlderStateInSilence) {
  Make(9);
  const std::string good = ReadFile(LiveWal());
  for (size_t at = 0; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] ^= 1;
    WriteFile(LiveWal(), bad);
    const auto reader = OpenRocksDbLog(Reading());
    if (!reader.ok()) continue;
    RecordingSink sink;
    EXPECT_THAT((*reader)->Subscribe({1}, &sink), IsOk());
    EXPECT_EQ(sink.position.version, CatalogVersion{9}) << at;
  }
  WriteFile(LiveWal(), good);
  Open();
  EXPECT_EQ(log_->Head().version, CatalogVersion{9});
}

TEST_F(RocksDbLogTest, OneLostVersionIsNamed) {
  Open();
  AppendUpTo(1);
  const auto size = fs::file_size(LiveWal());
  AppendUpTo(2);
  Close();
  fs::resize_file(LiveWal(), size);
  ExpectRefused(Reason::LOST_VERSIONS, {"version 2 was acknowledged and is missing"});
}

TEST_F(RocksDbLogTest, AStoreThatLostEverythingIsNoNewStore) {
  Make(3);
  const std::string mark = Mark();
  fs::remove_all(path_);
  WithDatabase([](rocksdb::DB&) {});
  SetMark(mark);
  ExpectRefused(Reason::LOST_VERSIONS, {"versions 1 to 3 were acknowledged"});
  RocksDbLogOptions accepting = Options();
  accepting.create_if_missing = false;
  accepting.accept_loss = true;
  OpenWith(accepting);
  EXPECT_EQ(log_->Head().version, CatalogVersion{0});
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("versions 1 to 3 were acknowledged")));
  Close();
  EXPECT_EQ(Mark(), mark);
  EXPECT_THAT(OpenRocksDbLog(Options()), FailsWith(Reason::LOST_VERSIONS));

  OpenWith(accepting);
  ASSERT_EQ(Append("versions 1 to 3 are lost").outcome, Outcome::kCommitted);
  Close();
  EXPECT_EQ(ReadFile(In("CATALOG-HEAD.bak")), mark);
  Open();
  EXPECT_EQ(log_->Head().version, CatalogVersion{1});
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(RocksDbLogTest, OnlyReadersSalvage) {
  MakeWithLostTail();
  RocksDbLogOptions salvaging = Options();
  salvaging.salvage = true;
  EXPECT_THAT(OpenRocksDbLog(salvaging), FailsWith(Reason::LOST_VERSIONS));
}

TEST_F(RocksDbLogTest, AnotherVersionThanTheMarkedOneIsALoss) {
  Make(3);
  fs::copy(path_, root_ / "first");
  Open();
  ASSERT_EQ(Append("this").outcome, Outcome::kCommitted);
  const std::string mark = Mark();
  Close();
  fs::remove_all(path_);
  fs::rename(root_ / "first", path_);
  Open();
  ASSERT_EQ(Append("that").outcome, Outcome::kCommitted);
  Close();
  SetMark(mark);
  ExpectRefused(Reason::LOST_VERSIONS, {"version 4 was acknowledged with the hash"});
  // Not only at the head.
  fs::remove(In("CATALOG-HEAD"));
  Open();
  AppendUpTo(6);
  Close();
  SetMark(mark);
  ExpectRefused(Reason::LOST_VERSIONS, {"version 4 was acknowledged with the hash"});
}

TEST_F(RocksDbLogTest, AnAcceptedLossRaisesItsAlarmUntilItIsRecorded) {
  MakeWithLostTail();
  const std::string mark = Mark();
  RocksDbLogOptions accepting = Options();
  accepting.accept_loss = true;
  OpenWith(accepting);
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("versions 7 to 9 were acknowledged")));
  EXPECT_EQ(log_->Head().version, CatalogVersion{6});
  Close();
  EXPECT_EQ(Mark(), mark);
  EXPECT_THAT(OpenRocksDbLog(Options()), FailsWith(Reason::LOST_VERSIONS));

  OpenWith(accepting);
  ASSERT_EQ(Append("versions 7 to 9 are lost").outcome, Outcome::kCommitted);
  Close();
  EXPECT_EQ(ReadFile(In("CATALOG-HEAD.bak")), mark);
  Open();
  EXPECT_EQ(log_->Head().version, CatalogVersion{7});
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(RocksDbLogTest, AcceptingALossThatIsNotThereChangesNothing) {
  Make(3);
  RocksDbLogOptions accepting = Options();
  accepting.accept_loss = true;
  OpenWith(accepting);
  EXPECT_THAT(Warnings(), IsEmpty());
  EXPECT_FALSE(fs::exists(In("CATALOG-HEAD.bak")));
}

TEST_F(RocksDbLogTest, OnlyALossIsAnAcceptedLoss) {
  RocksDbLogOptions accepting = Options();
  accepting.accept_loss = true;
  MakeWithLostTail();
  OpenWith(accepting);
  EXPECT_THAT(std::string(log_->accepted_loss()), HasSubstr("versions 7 to 9"));
  Close();
  fs::remove(In("CATALOG-HEAD"));
  OpenWith(accepting);
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("CATALOG-HEAD is absent")));
  EXPECT_EQ(log_->accepted_loss(), "");
}

TEST_F(RocksDbLogTest, AnAbsentMarkIsAWarningAndWrittenAgain) {
  Make(3);
  fs::remove(In("CATALOG-HEAD"));
  OpenWith(Reading());
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("CATALOG-HEAD is absent")));
  Open();
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("CATALOG-HEAD is absent")));
  Open();
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(RocksDbLogTest, AMarkWithOneTornHalfIsAWarningAndStillAnAlarm) {
  MakeWithLostTail();
  std::string mark = Mark();
  mark[128 + 40] ^= 1;  // Version 9; version 8 is whole.
  SetMark(mark);
  EXPECT_THAT(OpenRocksDbLog(Options()),
              FailsWith(Reason::LOST_VERSIONS, {"versions 7 to 8 were acknowledged"}));
}

TEST_F(RocksDbLogTest, ATornMarkIsAWarning) {
  Make(3);
  const std::string good = Mark();
  for (const std::string& bad :
       {std::string(), good.substr(0, 200), std::string(256, '\0'), std::string(256, 'x')}) {
    SetMark(bad);
    Open();
    EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("CATALOG-HEAD is damaged")));
    EXPECT_EQ(log_->Head().version, CatalogVersion{3});
    Close();
    Open();
    EXPECT_THAT(Warnings(), IsEmpty());
    Close();
  }
}

TEST_F(RocksDbLogTest, AMarkThatLagsIsNoAlarmAndCatchesUp) {
  Open();
  AppendUpTo(2);
  const std::string old = Mark();
  AppendUpTo(5);
  Close();
  SetMark(old);
  OpenWith(Reading());
  EXPECT_THAT(Warnings(), IsEmpty());
  Open();
  EXPECT_THAT(Warnings(), IsEmpty());
  EXPECT_EQ(Mark()[128 + 24], 5);
}

TEST_F(RocksDbLogTest, AMarkOfAnotherStoreIsAWarning) {
  Make(3);
  const std::string foreign = Mark();
  fs::remove_all(path_);
  Make(1);
  SetMark(foreign);
  Open();
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("of another store")));
  EXPECT_EQ(ReadFile(In("CATALOG-HEAD.bak")), foreign);
}

TEST_F(RocksDbLogTest, TheMarkOutlivesASnapshotOfTheHead) {
  Open();
  const PendingRecord record = writer_->Next("p");
  ASSERT_EQ(log_->Append({&record, 1}, {}, absl::InfiniteFuture()).outcome, Outcome::kCommitted);
  const CommitId attempt = CommitId::Random();
  ASSERT_THAT(
      log_->InstallRoot({1}, {0}, attempt.ToString(),
                        SealRoot(log_->Head().store, writer_->position(), attempt, record.bytes)),
      IsOk());
  Close();
  auto log = OpenRocksDbLog(Options());
  ASSERT_THAT(log, IsOk());
  EXPECT_THAT((*log)->warnings(), IsEmpty());
}

TEST_F(RocksDbLogTest, DamageIsRefusedAndTheDirectoryLeftAsItIs) {
  Make(3);
  WithDatabase([](rocksdb::DB& db) { ASSERT_TRUE(db.Delete({}, UpdateKey({3})).ok()); });
  ExpectRefused(Reason::DAMAGED, {path_, UpdateKey({3})});
}

// --- Salvage ---

TEST_F(RocksDbLogTest, SalvageReadsWhatDamageHasLeft) {
  Make(4);
  RocksDbLogOptions salvaging = Reading();
  salvaging.salvage = true;
  for (const std::string_view key : {kProductKey, kHeadKey}) {
    std::string good;
    WithDatabase([&](rocksdb::DB& db) {
      ASSERT_TRUE(db.Get({}, std::string(key), &good).ok());
      ASSERT_TRUE(db.Put({}, std::string(key), "damage").ok());
    });
    EXPECT_THAT(OpenRocksDbLog(Reading()), FailsWith(Reason::DAMAGED, {std::string(key)}));
    const auto log = OpenRocksDbLog(salvaging);
    ASSERT_THAT(log, IsOk());
    EXPECT_THAT((*log)->warnings(), Contains(HasSubstr(std::string(key))));
    RecordingSink sink;
    EXPECT_THAT((*log)->Subscribe({1}, &sink), IsOk());
    EXPECT_EQ(sink.lines.size(), 4u);
    (*log)->Unsubscribe();
    WithDatabase([&](rocksdb::DB& db) { ASSERT_TRUE(db.Put({}, std::string(key), good).ok()); });
  }
}

TEST_F(RocksDbLogTest, SalvageReadsUpToADamagedHead) {
  Make(4);
  WithDatabase([](rocksdb::DB& db) { ASSERT_TRUE(db.Put({}, UpdateKey({4}), "damage").ok()); });
  RocksDbLogOptions salvaging = Reading();
  salvaging.salvage = true;
  const auto log = OpenRocksDbLog(salvaging);
  ASSERT_THAT(log, IsOk());
  EXPECT_EQ((*log)->Head().version, CatalogVersion{4});
  RecordingSink sink;
  EXPECT_THAT((*log)->Subscribe({1}, &sink), FailsWith(Reason::DAMAGED, {"version 4"}));
  EXPECT_EQ(sink.position.version, CatalogVersion{3});
}

TEST_F(RocksDbLogTest, SalvageWarnsOfALostTail) {
  MakeWithLostTail();
  RocksDbLogOptions salvaging = Reading();
  salvaging.salvage = true;
  const auto log = OpenRocksDbLog(salvaging);
  ASSERT_THAT(log, IsOk());
  EXPECT_THAT((*log)->warnings(), ElementsAre(HasSubstr("versions 7 to 9 were acknowledged")));
}

// --- Copies ---

TEST_F(RocksDbLogTest, ABackupOpensByItself) {
  Open();
  AppendUpTo(3);
  const std::string copy = root_ / "copy";
  ASSERT_THAT(log_->Backup(copy), IsOk());
  AppendUpTo(5);
  Close();
  fs::remove_all(path_);
  EXPECT_EQ(fs::status(copy).permissions(), fs::perms::owner_all);

  path_ = copy;
  OpenWith(Reading());
  EXPECT_THAT(Warnings(), IsEmpty());
  Open();
  EXPECT_EQ(log_->Head().version, CatalogVersion{3});
  AppendUpTo(4);
}

TEST_F(RocksDbLogTest, ABackupIsThereAsAWholeOrNotAtAll) {
  Open();
  AppendUpTo(1);
  fs::create_directory(root_ / "taken");
  EXPECT_THAT(log_->Backup(std::string(root_ / "taken")), FailsWith(Reason::BACKUP_EXISTS));
  EXPECT_TRUE(fs::is_empty(root_ / "taken"));
  EXPECT_THAT(log_->Backup(std::string(root_ / "no" / "parent")), Not(IsOk()));
  EXPECT_FALSE(fs::exists(root_ / "no"));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 2) << "nothing half-made is left";
}

// Looks all the while at what others can see beside the store.
TEST_F(RocksDbLogTest, ABackupIsNeverOpenToOthersWhileItIsMade) {
  Open();
  AppendUpTo(3);
  std::atomic<bool> done = false;
  std::atomic<int> open_files = 0;
  std::thread looking([&] {
    std::error_code gone;
    while (!done) {
      for (const auto& entry : fs::directory_iterator(root_, gone)) {
        const auto rights = fs::status(entry.path(), gone).permissions();
        const bool enterable = !gone && (rights & fs::perms::others_exec) != fs::perms::none;
        if (enterable && !fs::is_empty(entry.path(), gone) && !gone) ++open_files;
      }
    }
  });
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(log_->Backup(std::string(root_ / absl::StrCat("copy", i))), IsOk());
  }
  done = true;
  looking.join();
  EXPECT_EQ(open_files, 0);
}

TEST_F(RocksDbLogTest, ABackupMayBeNamedWithASlashOrRelatively) {
  Open();
  AppendUpTo(1);
  ASSERT_THAT(log_->Backup(std::string(root_ / "copy") + "/"), IsOk());
  EXPECT_THAT(OpenRocksDbLog({.path = root_ / "copy"}), IsOk());
  const fs::path before = fs::current_path();
  fs::current_path(root_);
  EXPECT_THAT(log_->Backup("relative"), IsOk());
  fs::current_path(before);
  EXPECT_THAT(OpenRocksDbLog({.path = root_ / "relative"}), IsOk());
}

// --- Writes that fail ---

struct BrokenWrite {
  const char* name;
  FaultFileSystem::Operation operation;
  rocksdb::IOStatus status;
  bool done;            // Whether it happened all the same.
  const char* message;  // What the caller is told of the cause.

  friend void PrintTo(const BrokenWrite& write, std::ostream* os) { *os << write.name; }
};

class BrokenWriteTest : public ::testing::TestWithParam<BrokenWrite> {
 protected:
  BrokenWriteTest() {
    Open();
    EXPECT_EQ(Append("before").outcome, Outcome::kCommitted);
  }

  void Open() {
    log_.reset();
    auto log = OpenRocksDbLog({.path = "/store", .env = env_.get()});
    ASSERT_THAT(log, IsOk());
    log_ = *std::move(log);
    RecordingSink sink;
    ASSERT_THAT(log_->Subscribe({1}, &sink), IsOk());
    log_->Unsubscribe();
    writer_.emplace(log_->Head().store, sink.position);
  }
  void Break() { files_->Fail(GetParam().operation, ".log", GetParam().status, GetParam().done); }
  AppendResult Append(std::string_view payload) {
    RecordWriter next = *writer_;
    last_ = next.Next(payload);
    const AppendResult result =
        log_->Append({&last_, 1}, log_->Head().version, absl::InfiniteFuture());
    if (result.outcome == Outcome::kCommitted) writer_ = next;
    return result;
  }
  // That nothing can be written, and that nobody even tries.
  void ExpectPoisoned() {
    files_->Heal();
    const uint64_t operations = files_->operations();
    const AppendResult refused = Append("after");
    EXPECT_EQ(refused.outcome, Outcome::kRefused);
    EXPECT_THAT(refused.status, FailsWith(Reason::OUTCOME_UNKNOWN));
    const std::string attempt(32, 'a');
    EXPECT_THAT(log_->PutChunk({1}, attempt, 0, ""), FailsWith(Reason::OUTCOME_UNKNOWN));
    EXPECT_THAT(log_->InstallRoot({1}, {0}, attempt, ""), FailsWith(Reason::OUTCOME_UNKNOWN));
    EXPECT_EQ(files_->operations(), operations);
    EXPECT_THAT(log_->ReadRecord({1}), IsOk()) << "reads go on";
  }

  std::unique_ptr<rocksdb::Env> memory_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  std::shared_ptr<FaultFileSystem> files_ =
      std::make_shared<FaultFileSystem>(memory_->GetFileSystem());
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  std::unique_ptr<UpdateLog> log_;
  std::optional<RecordWriter> writer_;
  PendingRecord last_;
};

INSTANTIATE_TEST_SUITE_P(
    Faults, BrokenWriteTest,
    ::testing::Values(
        BrokenWrite{"NoSpace", FaultFileSystem::Operation::kAppend,
                    rocksdb::IOStatus::NoSpace("No space left on device"), false,
                    "No space left on device"},
        BrokenWrite{"AppendFails", FaultFileSystem::Operation::kAppend,
                    rocksdb::IOStatus::IOError("Input/output error"), false, "Input/output error"},
        BrokenWrite{"SyncFails", FaultFileSystem::Operation::kSync,
                    rocksdb::IOStatus::IOError("Input/output error"), false, "Input/output error"},
        BrokenWrite{"SyncWorksAndSaysNo", FaultFileSystem::Operation::kSync,
                    rocksdb::IOStatus::IOError("Input/output error"), true, "Input/output error"}),
    [](const auto& fault) { return std::string(fault.param.name); });

TEST_P(BrokenWriteTest, AnAppendThatFailsHasAnUnknownOutcomeAndEndsWriting) {
  RecordingSink sink;
  ASSERT_THAT(log_->Subscribe({2}, &sink), IsOk());
  Break();
  const AppendResult result = Append("lost?");
  const PendingRecord lost = last_;
  EXPECT_EQ(result.outcome, Outcome::kUnknown);
  EXPECT_THAT(result.status,
              FailsWith(Reason::OUTCOME_UNKNOWN, {"version 2", lost.commit_id.ToString(),
                                                  GetParam().message, "opening the store again"}));
  EXPECT_THAT(sink.lines, IsEmpty());
  EXPECT_EQ(log_->Head().version, CatalogVersion{1});
  EXPECT_THAT(log_->Outcome(lost.commit_id, {2}), FailsWith(Reason::OUTCOME_UNKNOWN));
  ExpectPoisoned();
  log_->Unsubscribe();

  Open();
  const bool there = log_->Head().version == CatalogVersion{2};
  EXPECT_EQ(*log_->Outcome(lost.commit_id, {2}), there);
  if (GetParam().done) {
    EXPECT_TRUE(there);
  }
  EXPECT_EQ(Append("goes on").outcome, Outcome::kCommitted);
}

TEST_P(BrokenWriteTest, ASnapshotThatFailsEndsWritingToo) {
  const std::string update = *log_->ReadRecord({1});
  const CommitId attempt = CommitId::Random();
  const std::string root = SealRoot(log_->Head().store, writer_->position(), attempt, update);
  Break();
  EXPECT_THAT(log_->InstallRoot({1}, {0}, attempt.ToString(), root),
              FailsWith(Reason::OUTCOME_UNKNOWN, {"snapshot of version 1"}));
  EXPECT_EQ(log_->Head().snapshot, CatalogVersion{0});
  ExpectPoisoned();
  log_.reset();
  auto log = OpenRocksDbLog({.path = "/store", .env = env_.get()});
  ASSERT_THAT(log, IsOk());
  if (GetParam().done) {
    EXPECT_EQ((*log)->Head().snapshot, CatalogVersion{1});
  }
}

TEST_P(BrokenWriteTest, ChunksThatCannotBeWrittenLeaveTheLogAsItIs) {
  const std::string update = *log_->ReadRecord({1});
  const CommitId attempt = CommitId::Random();
  const std::string name = attempt.ToString();
  const std::string root = SealRoot(log_->Head().store, writer_->position(), attempt, update);
  const auto snapshot = [&]() -> absl::Status {
    ANNALS_RETURN_IF_ERROR(log_->PutChunk({1}, name, 0, std::string(200'000, 'c')));
    return log_->InstallRoot({1}, {0}, name, root);
  };
  files_->Fail(GetParam().operation, "CATALOG-CHUNKS.tmp", GetParam().status, GetParam().done);
  const Reason reason = GetParam().status.IsNoSpace() ? Reason::DISK_FULL : Reason::IO_ERROR;
  EXPECT_THAT(snapshot(), FailsWith(reason, {GetParam().message}));
  EXPECT_EQ(log_->Head().snapshot, CatalogVersion{0});
  files_->Heal();
  EXPECT_TRUE(env_->FileExists("/store/CATALOG-CHUNKS.tmp").IsNotFound());
  EXPECT_EQ(Append("goes on").outcome, Outcome::kCommitted);
  EXPECT_THAT(snapshot(), IsOk());
  Open();
  EXPECT_EQ(log_->Head().snapshot, CatalogVersion{1});
  EXPECT_EQ(log_->ReadChunk({1}, name, 0)->size(), 200'000);
}

TEST_P(BrokenWriteTest, AGroupThatFailsIsThereAsAWholeOrNotAtAll) {
  const PendingRecord two = writer_->Next("two"), three = writer_->Next("three");
  const PendingRecord group[] = {two, three};
  Break();
  const AppendResult result = log_->Append(group, {1}, absl::InfiniteFuture());
  EXPECT_EQ(result.outcome, Outcome::kUnknown);
  EXPECT_THAT(result.status, FailsWith(Reason::OUTCOME_UNKNOWN, {"version 2", "version 3"}));
  files_->Heal();
  Open();
  EXPECT_THAT(log_->Head().version.value, ::testing::AnyOf(1u, 3u));
}

}  // namespace
}  // namespace annals
