// The rules that hold for every local log, on both kinds: memory, and RocksDB on a
// disk that is memory.

#include "annals/log/update_log.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/log/keys.h"
#include "annals/log/local_log_internal.h"
#include "annals/log/memory/memory_log.h"
#include "annals/log/memory/memory_storage_internal.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/tests/support/memory_disk.h"
#include "annals/tests/support/status_matchers.h"
#include "annals/tests/support/test_log.h"
#include "gmock/gmock.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using Outcome = AppendResult::Outcome;

// A kind of log whose storage a test can get at while the log is closed.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual absl::StatusOr<std::unique_ptr<UpdateLog>> Open() = 0;
  virtual std::map<std::string, std::string> Entries() = 0;
  virtual void Put(const std::string& key, const std::string& value) = 0;
  virtual void Delete(const std::string& key) = 0;
};

class MemoryBackend final : public Backend {
 public:
  absl::StatusOr<std::unique_ptr<UpdateLog>> Open() override { return disk_.Open(); }
  std::map<std::string, std::string> Entries() override { return disk_.Entries(); }
  void Put(const std::string& key, const std::string& value) override { disk_.Put(key, value); }
  void Delete(const std::string& key) override { disk_.Delete(key); }

 private:
  MemoryDisk disk_;
};

class RocksDbBackend final : public Backend {
 public:
  absl::StatusOr<std::unique_ptr<UpdateLog>> Open() override {
    return OpenRocksDbLog({.path = "/store", .env = env_.get()});
  }
  std::map<std::string, std::string> Entries() override {
    std::map<std::string, std::string> entries;
    WithDatabase([&](rocksdb::DB& db) {
      const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}));
      for (at->SeekToFirst(); at->Valid(); at->Next()) {
        entries.emplace(at->key().ToString(), at->value().ToString());
      }
    });
    return entries;
  }
  void Put(const std::string& key, const std::string& value) override {
    WithDatabase([&](rocksdb::DB& db) { ASSERT_TRUE(db.Put({}, key, value).ok()); });
  }
  void Delete(const std::string& key) override {
    WithDatabase([&](rocksdb::DB& db) { ASSERT_TRUE(db.Delete({}, key).ok()); });
  }

 private:
  void WithDatabase(const std::function<void(rocksdb::DB&)>& use) {
    rocksdb::Options options;
    options.env = env_.get();
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status opened = rocksdb::DB::Open(options, "/store", &raw);
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    const std::unique_ptr<rocksdb::DB> db(raw);
    use(*db);
  }

  const std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
};

enum class Kind { kMemory, kRocksDb };

class UpdateLogTest : public ::testing::TestWithParam<Kind> {
 protected:
  UpdateLogTest() {
    if (GetParam() == Kind::kMemory) backend_ = std::make_unique<MemoryBackend>();
    if (GetParam() == Kind::kRocksDb) backend_ = std::make_unique<RocksDbBackend>();
    Reopen();
  }

  void Close() { log_.reset(); }
  absl::Status TryReopen() {
    Close();
    auto log = backend_->Open();
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    return absl::OkStatus();
  }
  void Reopen() {
    ASSERT_THAT(TryReopen(), IsOk());
    store_ = log_->Head().store;
    if (!writer_.has_value()) writer_.emplace(store_);
  }

  AppendResult Append(std::vector<PendingRecord> records) {
    return log_->Append(records, log_->Head().version, absl::InfiniteFuture());
  }
  // Appends "one", "two", ... up to `version`, each by itself.
  void AppendUpTo(uint64_t version) {
    while (writer_->position().version.value < version) {
      const PendingRecord record = writer_->Next(PayloadOf(writer_->position().version.Next()));
      records_.push_back(record);
      positions_.push_back(writer_->position());
      const AppendResult result = Append({record});
      ASSERT_EQ(result.outcome, Outcome::kCommitted) << result.status;
      ASSERT_THAT(result.status, IsOk());
    }
  }
  static std::string PayloadOf(CatalogVersion version) { return absl::StrCat("p", version.value); }
  const PendingRecord& Record(uint64_t version) const { return records_.at(version - 1); }
  LogPosition Position(uint64_t version) const { return positions_.at(version - 1); }

  // Replays from `from`; the sink has gone when this returns.
  absl::Status Replay(uint64_t from, RecordingSink* sink) {
    const absl::Status status = log_->Subscribe({from}, sink);
    log_->Unsubscribe();
    return status;
  }
  std::vector<std::string> Replayed(uint64_t from = 1) {
    RecordingSink sink;
    EXPECT_THAT(Replay(from, &sink), IsOk());
    EXPECT_FALSE(sink.misaligned);
    return sink.lines;
  }
  // The first error of opening and replaying.
  absl::Status Recover(uint64_t from = 1) {
    ANNALS_RETURN_IF_ERROR(TryReopen());
    RecordingSink sink;
    return Replay(from, &sink);
  }

  std::string RootAt(uint64_t version, CommitId attempt) {
    return SealRoot(store_, Position(version), attempt, Record(version).bytes);
  }
  absl::Status Snapshot(uint64_t version, CommitId attempt = CommitId::Random()) {
    const std::string name = attempt.ToString();
    ANNALS_RETURN_IF_ERROR(log_->PutChunk({version}, name, 0, "chunk"));
    return log_->InstallRoot({version}, log_->Head().snapshot, name, RootAt(version, attempt));
  }

  // What is stored, without the values.
  std::vector<std::string> Keys() {
    Close();
    std::vector<std::string> keys;
    for (const auto& [key, value] : backend_->Entries()) keys.push_back(key);
    return keys;
  }
  std::string Value(const std::string& key) {
    Close();
    return backend_->Entries()[key];
  }
  void Put(std::string_view key, const std::string& value) {
    Close();
    backend_->Put(std::string(key), value);
  }
  void Delete(std::string_view key) {
    Close();
    backend_->Delete(std::string(key));
  }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<UpdateLog> log_;
  StoreUuid store_;
  std::optional<RecordWriter> writer_;
  std::vector<PendingRecord> records_;
  std::vector<LogPosition> positions_;
};

INSTANTIATE_TEST_SUITE_P(Logs, UpdateLogTest, ::testing::Values(Kind::kMemory, Kind::kRocksDb),
                         [](const auto& kind) {
                           return kind.param == Kind::kMemory ? "Memory" : "RocksDb";
                         });

// --- Appending ---

TEST_P(UpdateLogTest, ANewLogIsEmpty) {
  EXPECT_EQ(log_->Head().version, CatalogVersion{0});
  EXPECT_EQ(log_->Head().snapshot, CatalogVersion{0});
  EXPECT_NE(log_->Head().store, StoreUuid{});
  EXPECT_THAT(Replayed(), IsEmpty());
  EXPECT_THAT(log_->warnings(), IsEmpty());
  EXPECT_THAT(Keys(), ElementsAre("catalog.product", "catalog.version"));
}

TEST_P(UpdateLogTest, RecordsComeBackInOrderAfterARestart) {
  AppendUpTo(3);
  EXPECT_EQ(log_->Head().version, CatalogVersion{3});
  Reopen();
  EXPECT_EQ(log_->Head().version, CatalogVersion{3});
  EXPECT_THAT(Replayed(), ElementsAre("record 1 p1", "record 2 p2", "record 3 p3"));
  EXPECT_THAT(Replayed(3), ElementsAre("record 3 p3"));
  EXPECT_THAT(Replayed(4), IsEmpty());
}

TEST_P(UpdateLogTest, AKeyIsAsTheDocumentationSays) {
  AppendUpTo(2);
  EXPECT_THAT(Keys(), ElementsAre("catalog.product", "catalog.update.00000000000000000001",
                                  "catalog.update.00000000000000000002", "catalog.version"));
  EXPECT_EQ(Value("catalog.version"), "00000000000000000002");
  EXPECT_EQ(Value("catalog.update.00000000000000000002"), Record(2).bytes);
}

TEST_P(UpdateLogTest, ASinkHearsAppendsBeforeTheyReturn) {
  RecordingSink sink;
  ASSERT_THAT(log_->Subscribe({1}, &sink), IsOk());
  AppendUpTo(2);
  EXPECT_THAT(sink.lines, ElementsAre("record 1 p1", "record 2 p2"));
  EXPECT_EQ(sink.position, Position(2));
  EXPECT_EQ(sink.seen[1].commit_id, Record(2).commit_id);
  EXPECT_FALSE(sink.misaligned);
  log_->Unsubscribe();
  AppendUpTo(3);
  EXPECT_EQ(sink.lines.size(), 2u);
}

TEST_P(UpdateLogTest, OnlyTheVersionAfterTheHeadIsAccepted) {
  AppendUpTo(3);
  RecordWriter ahead(store_, Position(3));
  ahead.Next("skipped");
  const PendingRecord gap = ahead.Next("gap");
  for (const PendingRecord& wrong : {Record(1), Record(3), gap}) {
    EXPECT_EQ(Append({wrong}).outcome, Outcome::kRefused) << wrong.version.value;
  }
  EXPECT_EQ(log_->Head().version, CatalogVersion{3});
  AppendUpTo(4);
  EXPECT_EQ(Replayed().size(), 4u);
}

TEST_P(UpdateLogTest, AnotherHeadThanExpectedIsAConflictThatNamesTheHead) {
  AppendUpTo(3);
  const PendingRecord next = writer_->Peek("late");
  for (uint64_t expected : {0, 2, 4}) {
    const AppendResult result =
        log_->Append({&next, 1}, CatalogVersion{expected}, absl::InfiniteFuture());
    EXPECT_EQ(result.outcome, Outcome::kConflict) << expected;
    EXPECT_EQ(result.head, CatalogVersion{3});
  }
  EXPECT_EQ(Replayed().size(), 3u);
}

TEST_P(UpdateLogTest, AGroupGetsInAsAWhole) {
  RecordingSink sink;
  ASSERT_THAT(log_->Subscribe({1}, &sink), IsOk());
  const PendingRecord one = writer_->Next("one"), two = writer_->Next("two");
  EXPECT_EQ(Append({one, two}).outcome, Outcome::kCommitted);
  EXPECT_THAT(sink.lines, ElementsAre("record 1 one", "record 2 two"));
  log_->Unsubscribe();
  Reopen();
  EXPECT_THAT(Replayed(), ElementsAre("record 1 one", "record 2 two"));
}

TEST_P(UpdateLogTest, AGroupWithOneWrongRecordLeavesNothing) {
  AppendUpTo(1);
  const PendingRecord two = writer_->Next("two");
  PendingRecord three = writer_->Next("three");
  three.bytes[kEnvelopeSize] ^= 1;
  const AppendResult result = Append({two, three});
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_THAT(result.status, FailsWith(Reason::INTERNAL, {"version 3"}));
  EXPECT_EQ(Keys().size(), 3u);
}

TEST_P(UpdateLogTest, ARecordThatDoesNotBelongHereIsRefused) {
  AppendUpTo(1);
  const Envelope good{.store = store_,
                      .version = {2},
                      .previous = Position(1).hash,
                      .commit_id = CommitId::Random()};
  const auto refused = [&](const std::function<void(Envelope&)>& change) {
    Envelope envelope = good;
    change(envelope);
    return Append({{{2}, good.commit_id, SealRecord(envelope, "x")}}).outcome == Outcome::kRefused;
  };
  EXPECT_TRUE(refused([](Envelope& e) { e.store = StoreUuid::Random(); }));
  EXPECT_TRUE(refused([](Envelope& e) { e.version = {3}; }));
  EXPECT_TRUE(refused([](Envelope& e) { e.previous = {}; }));
  EXPECT_TRUE(refused([](Envelope& e) { e.kind = RecordKind::kRoot; }));
  EXPECT_TRUE(refused([](Envelope& e) { e.kind = RecordKind::kChunk; }));
  EXPECT_TRUE(refused([](Envelope& e) { e.commit_id = CommitId::Random(); }));
  EXPECT_FALSE(refused([](Envelope&) {}));
}

TEST_P(UpdateLogTest, ARecordAtTheLimitIsTakenAndOneByteMoreIsNot) {
  const uint64_t limit = log_->capabilities().max_record_bytes;
  const std::string payload(limit - kEnvelopeSize, 'x');
  const AppendResult refused = Append({writer_->Peek(payload + "x")});
  EXPECT_EQ(refused.outcome, Outcome::kRefused);
  EXPECT_THAT(refused.status,
              FailsWith(Reason::RECORD_TOO_LARGE, {"version 1", "67108865", "67108864"}));
  EXPECT_EQ(Append({writer_->Peek(payload)}).outcome, Outcome::kCommitted);
}

TEST_P(UpdateLogTest, AGroupHasALimit) {
  std::vector<PendingRecord> group;
  for (size_t i = 0; i <= log_->capabilities().max_batch_records; ++i) {
    group.push_back(writer_->Next("x"));
  }
  EXPECT_EQ(Append(group).outcome, Outcome::kRefused);
  EXPECT_EQ(Append({}).outcome, Outcome::kRefused);
  group.pop_back();
  EXPECT_EQ(Append(group).outcome, Outcome::kCommitted);
}

TEST_P(UpdateLogTest, ADeadlineThatHasPassedWritesNothing) {
  const PendingRecord record = writer_->Peek("late");
  const AppendResult result = log_->Append({&record, 1}, {}, absl::Now() - absl::Milliseconds(1));
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_THAT(result.status, FailsWith(Reason::DEADLINE_EXCEEDED));
  EXPECT_EQ(log_->Append({&record, 1}, {}, absl::Now() + absl::Minutes(1)).outcome,
            Outcome::kCommitted);
}

TEST_P(UpdateLogTest, WhatTheSinkRefusesIsCommittedAllTheSame) {
  RecordingSink sink;
  ASSERT_THAT(log_->Subscribe({1}, &sink), IsOk());
  sink.answer = absl::InternalError("no");
  const PendingRecord one = writer_->Next("one"), two = writer_->Next("two");
  const AppendResult result = Append({one, two});
  EXPECT_EQ(result.outcome, Outcome::kCommitted);
  EXPECT_EQ(result.status, sink.answer);
  EXPECT_THAT(sink.lines, ElementsAre("record 1 one"));
  EXPECT_EQ(log_->Head().version, CatalogVersion{2});
  EXPECT_THAT(Append({writer_->Next("three")}).status, IsOk());
  EXPECT_EQ(sink.lines.size(), 1u) << "the subscription has ended";
}

TEST_P(UpdateLogTest, TheSinkMayReadTheLog) {
  struct Reader final : LogSink {
    UpdateLog* log = nullptr;
    bool found = false;
    absl::Status OnRecord(const LogRecord& record) override {
      found = log->Head().version == record.version && log->ReadRecord(record.version).ok() &&
              *log->Outcome(record.commit_id, record.version);
      return absl::OkStatus();
    }
    void OnLagged(CatalogVersion) override {}
  } sink;
  sink.log = log_.get();
  ASSERT_THAT(log_->Subscribe({1}, &sink), IsOk());
  AppendUpTo(1);
  EXPECT_TRUE(sink.found);
  log_->Unsubscribe();
}

TEST_P(UpdateLogTest, OutcomesAreToldByCommitId) {
  AppendUpTo(2);
  EXPECT_TRUE(*log_->Outcome(Record(2).commit_id, {2}));
  EXPECT_FALSE(*log_->Outcome(Record(1).commit_id, {2}));
  EXPECT_FALSE(*log_->Outcome(CommitId::Random(), {3}));
  ASSERT_THAT(Snapshot(2), IsOk());
  EXPECT_TRUE(*log_->Outcome(Record(2).commit_id, {2})) << "the root has the record in it";
  EXPECT_FALSE(*log_->Outcome(Record(1).commit_id, {2}));
  EXPECT_THAT(log_->Outcome(Record(1).commit_id, {1}), FailsWith(Reason::OUTCOME_UNKNOWN));
}

TEST_P(UpdateLogTest, RecordsAreReadAsTheyAre) {
  AppendUpTo(2);
  EXPECT_EQ(*log_->ReadRecord({2}), Record(2).bytes);
  EXPECT_THAT(log_->ReadRecord({3}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  EXPECT_THAT(log_->ReadRecord({0}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
}

TEST_P(UpdateLogTest, ThereIsOneSubscriberAtATime) {
  RecordingSink one, two;
  ASSERT_THAT(log_->Subscribe({1}, &one), IsOk());
  EXPECT_THAT(log_->Subscribe({1}, &two), FailsWith(Reason::INVALID_REQUEST));
  log_->Unsubscribe();
  EXPECT_THAT(log_->Subscribe({1}, &two), IsOk());
  log_->Unsubscribe();
}

TEST_P(UpdateLogTest, ASubscriptionStartsAtAVersionThatIsOrComesNext) {
  AppendUpTo(1);
  RecordingSink sink;
  EXPECT_THAT(Replay(0, &sink), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  EXPECT_THAT(Replay(3, &sink), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  EXPECT_THAT(Replay(2, &sink), IsOk());
  EXPECT_THAT(sink.lines, IsEmpty());
}

TEST_P(UpdateLogTest, AnErrorOfTheSinkEndsTheReplay) {
  AppendUpTo(3);
  RecordingSink sink;
  sink.answer = absl::InternalError("no");
  EXPECT_EQ(Replay(1, &sink), sink.answer);
  EXPECT_THAT(sink.lines, ElementsAre("record 1 p1"));
}

TEST_P(UpdateLogTest, ALogThatGoesAwayTellsItsSink) {
  RecordingSink sink;
  ASSERT_THAT(log_->Subscribe({1}, &sink), IsOk());
  Close();
  EXPECT_THAT(sink.lines, ElementsAre("closed OK"));
}

// --- Snapshots ---

TEST_P(UpdateLogTest, ASnapshotTakesThePlaceOfEverythingUpToItsVersion) {
  AppendUpTo(5);
  RecordingSink sink;
  ASSERT_THAT(log_->Subscribe({6}, &sink), IsOk());
  const CommitId attempt = CommitId::Random();
  ASSERT_THAT(Snapshot(4, attempt), IsOk());
  EXPECT_THAT(sink.lines, ElementsAre("snapshot 4"));
  log_->Unsubscribe();
  EXPECT_THAT(Keys(), ElementsAre("catalog.product", ChunkKey({4}, attempt.ToString(), 0),
                                  "catalog.snapshot.version", UpdateKey({4}), UpdateKey({5}),
                                  "catalog.version"));
  EXPECT_EQ(Value("catalog.snapshot.version"), "00000000000000000004");
  Reopen();
  EXPECT_EQ(log_->Head().snapshot, CatalogVersion{4});
  EXPECT_EQ(log_->Head().version, CatalogVersion{5});
  EXPECT_EQ(*log_->ReadRecord({4}), RootAt(4, attempt));
  EXPECT_EQ(*log_->ReadChunk({4}, attempt.ToString(), 0), "chunk");
  EXPECT_THAT(log_->ReadRecord({3}), FailsWith(Reason::VERSION_TRUNCATED, {"3", "4"}));
  EXPECT_THAT(Replayed(5), ElementsAre("record 5 p5"));
}

TEST_P(UpdateLogTest, TheChainGoesOnFromTheRoot) {
  AppendUpTo(3);
  ASSERT_THAT(Snapshot(3), IsOk());
  Reopen();
  AppendUpTo(5);
  Reopen();
  EXPECT_THAT(Replayed(4), ElementsAre("record 4 p4", "record 5 p5"));
}

TEST_P(UpdateLogTest, WhoAsksForATruncatedVersionIsToldWhereToBegin) {
  AppendUpTo(3);
  ASSERT_THAT(Snapshot(2), IsOk());
  for (uint64_t from : {1, 2}) {
    EXPECT_THAT(Replayed(from), ElementsAre("lagged 2"));
  }
  EXPECT_THAT(Replayed(3), ElementsAre("record 3 p3"));
}

TEST_P(UpdateLogTest, TheSameVersionCanBeSnapshottedAgain) {
  AppendUpTo(2);
  const CommitId first = CommitId::Random(), second = CommitId::Random();
  ASSERT_THAT(Snapshot(2, first), IsOk());
  ASSERT_THAT(Snapshot(2, second), IsOk());
  EXPECT_THAT(log_->ReadChunk({2}, first.ToString(), 0), FailsWith(Reason::DAMAGED));
  EXPECT_THAT(log_->ReadChunk({2}, second.ToString(), 0), IsOk());
  Reopen();
  EXPECT_EQ(log_->Head().snapshot, CatalogVersion{2});
}

TEST_P(UpdateLogTest, ASnapshotThatExpectsAnotherOneIsAConflict) {
  AppendUpTo(3);
  ASSERT_THAT(Snapshot(2), IsOk());
  const CommitId attempt = CommitId::Random();
  EXPECT_THAT(log_->InstallRoot({3}, {0}, attempt.ToString(), RootAt(3, attempt)),
              FailsWith(Reason::VERSION_CONFLICT));
  EXPECT_THAT(log_->InstallRoot({3}, {2}, attempt.ToString(), RootAt(3, attempt)), IsOk());
}

TEST_P(UpdateLogTest, ASnapshotIsOfAVersionThatIsThere) {
  AppendUpTo(2);
  ASSERT_THAT(Snapshot(2), IsOk());
  const CommitId attempt = CommitId::Random();
  const std::string root = RootAt(1, attempt);
  EXPECT_THAT(log_->InstallRoot({3}, {2}, attempt.ToString(), root),
              FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  EXPECT_THAT(log_->InstallRoot({1}, {2}, attempt.ToString(), root),
              FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_THAT(log_->InstallRoot({0}, {2}, attempt.ToString(), root),
              FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
}

TEST_P(UpdateLogTest, ARootThatStandsForSomethingElseIsRefused) {
  AppendUpTo(2);
  const CommitId attempt = CommitId::Random();
  const std::string name = attempt.ToString();
  EXPECT_THAT(log_->InstallRoot({2}, {0}, name, RootAt(1, attempt)), FailsWith(Reason::INTERNAL));
  EXPECT_THAT(log_->InstallRoot({2}, {0}, name, RootAt(2, CommitId::Random())),
              FailsWith(Reason::INTERNAL));
  EXPECT_THAT(log_->InstallRoot({2}, {0}, name, Record(2).bytes), FailsWith(Reason::INTERNAL));
  const LogPosition forged{{2}, Position(1).hash};
  EXPECT_THAT(log_->InstallRoot({2}, {0}, name, SealRoot(store_, forged, attempt, "")),
              FailsWith(Reason::INTERNAL));
  EXPECT_EQ(Keys().size(), 4u) << "nothing was written";
}

TEST_P(UpdateLogTest, ChunksThatNoRootSpeaksOfAreSweptAtOpen) {
  AppendUpTo(4);
  const CommitId live = CommitId::Random();
  ASSERT_THAT(Snapshot(3, live), IsOk());
  Put(ChunkKey({2}, std::string(32, '5'), 0), "older");
  Put(ChunkKey({3}, std::string(32, '0'), 0), "same version, before");
  Put(ChunkKey({3}, std::string(32, 'f'), 7), "same version, after");
  Put(ChunkKey({4}, std::string(32, '5'), 0), "newer, cut off");
  Reopen();
  EXPECT_THAT(Keys(), ElementsAre("catalog.product", ChunkKey({3}, live.ToString(), 0),
                                  "catalog.snapshot.version", UpdateKey({3}), UpdateKey({4}),
                                  "catalog.version"));
}

TEST_P(UpdateLogTest, ReservedKeysAreNoDamageAndStay) {
  AppendUpTo(2);
  const std::vector<std::string> reserved = {"catalog.epoch", "catalog.active.version",
                                             "catalog.node.1.alive", "catalog.shard.7"};
  for (const std::string& key : reserved) Put(key, "whatever");
  EXPECT_THAT(Recover(), IsOk());
  AppendUpTo(3);
  ASSERT_THAT(Snapshot(3), IsOk());
  EXPECT_THAT(Recover(4), IsOk());
  EXPECT_THAT(Keys(), IsSupersetOf(reserved));
}

TEST_P(UpdateLogTest, ChunksComeInTheOrderOfTheirNumbersAndOneAttemptAfterTheOther) {
  AppendUpTo(1);
  const CommitId given_up = CommitId::Random(), attempt = CommitId::Random();
  const std::string name = attempt.ToString();
  EXPECT_THAT(log_->PutChunk({1}, name, 1, ""), FailsWith(Reason::INVALID_REQUEST, {"turn"}));
  ASSERT_THAT(log_->PutChunk({1}, given_up.ToString(), 0, "given up"), IsOk());
  EXPECT_THAT(log_->PutChunk({1}, name, 1, ""), FailsWith(Reason::INVALID_REQUEST, {"turn"}));
  ASSERT_THAT(log_->PutChunk({1}, name, 0, "first"), IsOk());
  EXPECT_THAT(log_->PutChunk({1}, name, 2, ""), FailsWith(Reason::INVALID_REQUEST, {"turn"}));
  ASSERT_THAT(log_->PutChunk({1}, name, 1, "second"), IsOk());
  EXPECT_THAT(log_->PutChunk({1}, given_up.ToString(), 1, ""),
              FailsWith(Reason::INVALID_REQUEST, {"turn"}));
  EXPECT_THAT(log_->InstallRoot({1}, {0}, given_up.ToString(), RootAt(1, given_up)),
              FailsWith(Reason::INVALID_REQUEST, {"given up"}));
  ASSERT_THAT(log_->InstallRoot({1}, {0}, name, RootAt(1, attempt)), IsOk());
  EXPECT_EQ(*log_->ReadChunk({1}, name, 0), "first");
  EXPECT_EQ(*log_->ReadChunk({1}, name, 1), "second");
  EXPECT_THAT(Keys(), ElementsAre("catalog.product", ChunkKey({1}, name, 0), ChunkKey({1}, name, 1),
                                  "catalog.snapshot.version", UpdateKey({1}), "catalog.version"));
}

TEST_P(UpdateLogTest, AChunkNeedsARightName) {
  EXPECT_THAT(log_->PutChunk({1}, "abc", 0, ""), FailsWith(Reason::INVALID_REQUEST));
  EXPECT_THAT(log_->PutChunk({1}, std::string(32, 'a'), kMaxChunks, ""),
              FailsWith(Reason::INVALID_REQUEST));
}

// --- Damage (T7) ---

// I1, I2: whichever record is gone, the first or the last too.
TEST_P(UpdateLogTest, AMissingRecordIsNamed) {
  AppendUpTo(4);
  for (uint64_t gone : {1, 2, 3, 4}) {
    Delete(UpdateKey({gone}));
    EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {UpdateKey({gone}), "missing", "expected"}))
        << gone;
    Put(UpdateKey({gone}), Record(gone).bytes);
  }
  EXPECT_THAT(Recover(), IsOk());
}

TEST_P(UpdateLogTest, SeveralMissingRecordsAreNamed) {
  AppendUpTo(5);
  for (uint64_t gone : {2, 3, 4}) Delete(UpdateKey({gone}));
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {"versions 2 to 4 are missing"}));
}

TEST_P(UpdateLogTest, ARecordAboveTheHeadIsDamage) {
  AppendUpTo(2);
  Put(UpdateKey({3}), writer_->Peek("unannounced").bytes);
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {UpdateKey({3}), "above the head"}));
}

TEST_P(UpdateLogTest, ARecordBelowTheSnapshotIsDamage) {
  AppendUpTo(3);
  ASSERT_THAT(Snapshot(3), IsOk());
  Put(UpdateKey({2}), Record(2).bytes);
  EXPECT_THAT(Recover(4), FailsWith(Reason::DAMAGED, {UpdateKey({2}), "below the earliest"}));
}

TEST_P(UpdateLogTest, WhatIsBeforeTheDamageIsStillDelivered) {
  AppendUpTo(4);
  Put(UpdateKey({3}), "damage");
  Reopen();
  RecordingSink sink;
  EXPECT_THAT(Replay(1, &sink), FailsWith(Reason::DAMAGED, {"version 3", UpdateKey({3})}));
  EXPECT_THAT(sink.lines, ElementsAre("record 1 p1", "record 2 p2"));
}

TEST_P(UpdateLogTest, EveryDamagedByteOfARecordIsFound) {
  AppendUpTo(3);
  const std::string good = Record(2).bytes;
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 0x40;
    Put(UpdateKey({2}), bad);
    ASSERT_THAT(Recover(), FailsWith(Reason::DAMAGED, {"version 2", UpdateKey({2}), "expected"}))
        << i;
  }
}

TEST_P(UpdateLogTest, EveryCutOfTheHeadIsFound) {
  AppendUpTo(2);
  const std::string good = Record(2).bytes;
  for (size_t size = 0; size < good.size(); ++size) {
    Put(UpdateKey({2}), good.substr(0, size));
    ASSERT_THAT(Recover(), FailsWith(Reason::DAMAGED, {"version 2", UpdateKey({2})})) << size;
  }
}

TEST_P(UpdateLogTest, SwappedRecordsAreFound) {
  AppendUpTo(4);
  Put(UpdateKey({2}), Record(3).bytes);
  Put(UpdateKey({3}), Record(2).bytes);
  EXPECT_THAT(Recover(),
              FailsWith(Reason::DAMAGED, {UpdateKey({2}), "version: expected 2, found 3"}));
}

TEST_P(UpdateLogTest, ADuplicatedRecordIsFound) {
  AppendUpTo(3);
  Put(UpdateKey({3}), Record(2).bytes);
  EXPECT_THAT(Recover(),
              FailsWith(Reason::DAMAGED, {UpdateKey({3}), "version: expected 3, found 2"}));
}

TEST_P(UpdateLogTest, ARecordOfAnotherStoreIsFound) {
  AppendUpTo(3);
  RecordWriter foreign(StoreUuid::Random(), Position(1));
  Put(UpdateKey({2}), foreign.Next("p2").bytes);
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {UpdateKey({2}), "store", store_.ToString()}));
}

// I7: a record that is whole, of this store and version, but of another history.
TEST_P(UpdateLogTest, ARewrittenRecordBreaksTheChain) {
  AppendUpTo(3);
  RecordWriter forger(store_, Position(1));
  Put(UpdateKey({2}), forger.Next("forged").bytes);
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {UpdateKey({3}), "hash of the version before",
                                                     Position(2).hash.ToString(),
                                                     forger.position().hash.ToString()}));
}

TEST_P(UpdateLogTest, ARootInTheMiddleIsFound) {
  AppendUpTo(3);
  Put(UpdateKey({2}), RootAt(2, CommitId::Random()));
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {UpdateKey({2}), "kind", "root"}));
}

TEST_P(UpdateLogTest, ASnapshotWithoutItsRootIsFound) {
  AppendUpTo(3);
  ASSERT_THAT(Snapshot(2), IsOk());
  Put(UpdateKey({2}), Record(2).bytes);
  EXPECT_THAT(Recover(3), FailsWith(Reason::DAMAGED, {UpdateKey({2}), "expected the root"}));
  Delete(UpdateKey({2}));
  EXPECT_THAT(Recover(3), FailsWith(Reason::DAMAGED, {UpdateKey({2}), "missing"}));
}

TEST_P(UpdateLogTest, ARecordOfANewerReleaseIsNotDamage) {
  AppendUpTo(1);
  const Envelope newer{
      .required_features = 1, .store = store_, .version = {2}, .previous = Position(1).hash};
  Put(UpdateKey({2}), SealRecord(newer, "x"));
  Put(kHeadKey, VersionValue({2}));
  EXPECT_THAT(Recover(), FailsWith(Reason::NEWER_FORMAT, {UpdateKey({2}), "annals >= "}));
}

TEST_P(UpdateLogTest, DamagedKeysOfTheStoreAreNamed) {
  AppendUpTo(3);
  ASSERT_THAT(Snapshot(2), IsOk());
  for (std::string_view key : {kProductKey, kHeadKey, kSnapshotKey}) {
    const std::string good = Value(std::string(key));
    Put(key, good.substr(1));
    EXPECT_THAT(Recover(3), FailsWith(Reason::DAMAGED, {std::string(key), "expected", "found"}));
    Put(key, good);
  }
  for (std::string_view key : {kProductKey, kHeadKey}) {
    const std::string good = Value(std::string(key));
    Delete(key);
    EXPECT_THAT(Recover(3), FailsWith(Reason::DAMAGED, {std::string(key), "missing"}));
    Put(key, good);
  }
  Put(kSnapshotKey, VersionValue({4}));
  EXPECT_THAT(Recover(3), FailsWith(Reason::DAMAGED, {"catalog.snapshot.version", "4"}));
}

TEST_P(UpdateLogTest, ADamagedHeadIsNotAppendedTo) {
  AppendUpTo(2);
  Put(kHeadKey, VersionValue({1}));
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {UpdateKey({2}), "above the head"}));
  Put(kHeadKey, VersionValue({3}));
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {UpdateKey({3}), "missing"}));
}

// A log that goes on behind a snapshot which another log had.
class BeginningTest : public UpdateLogTest {
 protected:
  // Version 6 of this store, as the other one would have it once it was sealed anew.
  BeginningTest()
      : before_(store_, {{5}, Sha256Hash::Of("five")}),
        six_(before_.Next("p6")),
        at_(before_.position()) {}

  absl::Status Begin(const std::string& root) {
    ANNALS_RETURN_IF_ERROR(log_->PutChunk({6}, attempt_.ToString(), 0, "chunk"));
    return log_->BeginAt({6}, attempt_.ToString(), root);
  }
  std::string Root() const { return SealRoot(store_, at_, attempt_, six_.bytes); }

  const CommitId attempt_ = CommitId::Random();
  RecordWriter before_;
  const PendingRecord six_;
  const LogPosition at_;  // Of version 6.
};

TEST_P(BeginningTest, AnEmptyLogBeginsWithASnapshotAndGoesOnBehindIt) {
  ASSERT_THAT(Begin(Root()), IsOk());
  EXPECT_EQ(log_->Head().version.value, 6u);
  EXPECT_EQ(log_->Head().snapshot.value, 6u);
  ASSERT_EQ(Append({before_.Next("p7")}).outcome, Outcome::kCommitted);
  Reopen();
  EXPECT_EQ(*log_->ReadChunk({6}, attempt_.ToString(), 0), "chunk");
  EXPECT_EQ(*log_->ReadRecord({6}), Root());
  EXPECT_THAT(Replayed(7), ElementsAre("record 7 p7"));
  EXPECT_THAT(log_->ReadRecord({5}), FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_TRUE(*log_->Outcome(six_.commit_id, {6}));
}

TEST_P(BeginningTest, OnlyAnEmptyLogCanBegin) {
  ASSERT_THAT(Begin(Root()), IsOk());
  EXPECT_THAT(Begin(Root()), FailsWith(Reason::VERSION_CONFLICT));
  Reopen();
  EXPECT_THAT(Begin(Root()), FailsWith(Reason::VERSION_CONFLICT));
}

TEST_P(BeginningTest, WhatStandsForAnotherStoreOrVersionIsNoBeginning) {
  RecordWriter foreign(StoreUuid::Random(), {{5}, {}});
  const std::string update = foreign.Next("p6").bytes;
  EXPECT_THAT(Begin(SealRoot(store_, foreign.position(), attempt_, update)),
              FailsWith(Reason::INTERNAL));
  EXPECT_THAT(Begin(SealRoot(store_, at_, attempt_, "nothing")), FailsWith(Reason::INTERNAL));
  EXPECT_THAT(Begin(SealRoot(store_, at_, CommitId::Random(), six_.bytes)),
              FailsWith(Reason::INTERNAL));
  EXPECT_THAT(Begin(six_.bytes), FailsWith(Reason::INTERNAL));
  EXPECT_THAT(log_->BeginAt({7}, attempt_.ToString(), Root()), FailsWith(Reason::INTERNAL));
  Reopen();
  EXPECT_EQ(log_->Head().version.value, 0u);
  ASSERT_THAT(Begin(Root()), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Kinds, BeginningTest, ::testing::Values(Kind::kMemory, Kind::kRocksDb),
                         [](const auto& kind) {
                           return kind.param == Kind::kMemory ? "Memory" : "RocksDb";
                         });

// Fails all writes once it is broken, and calls `during` within the next one.
class BrokenStorage final : public LogStorage {
 public:
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    return memory_.Get(key);
  }
  absl::StatusOr<std::optional<std::string>> FirstKey(const KeyRange& range) const override {
    return memory_.FirstKey(range);
  }
  absl::Status Scan(const KeyRange& range, Visitor visit) const override {
    return memory_.Scan(range, visit);
  }
  absl::Status Write(std::span<const Change> changes) override {
    if (!during) return memory_.Write(changes);
    std::exchange(during, [] {})();
    return MakeError(Reason::IO_ERROR, "broken");
  }
  std::unique_ptr<BulkWriter> NewBulkWriter() override { return memory_.NewBulkWriter(); }

  std::function<void()> during;

 private:
  MemoryStorage memory_;
};

TEST(BrokenLogTest, AChunkIsTakenWhileAnAppendIsUnderWayAndNotAfterItsOutcomeIsUnknown) {
  auto storage = std::make_unique<BrokenStorage>();
  BrokenStorage* const disk = storage.get();
  ASSERT_THAT(LocalLog::Create(disk), IsOk());
  const auto log = LocalLog::Open(std::move(storage), LogAccess::kWrite);
  ASSERT_THAT(log, IsOk());
  const std::string attempt(32, 'a');
  disk->during = [&] { EXPECT_THAT((*log)->PutChunk({1}, attempt, 0, ""), IsOk()); };
  RecordWriter writer((*log)->Head().store, {});
  const PendingRecord record = writer.Next("p");
  EXPECT_THAT((*log)->Append({&record, 1}, {}, absl::InfiniteFuture()).status,
              FailsWith(Reason::OUTCOME_UNKNOWN, {"version 1"}));
  EXPECT_THAT((*log)->PutChunk({1}, attempt, 1, ""),
              FailsWith(Reason::OUTCOME_UNKNOWN, {"version 1"}));
}

TEST(MemoryLogTest, HasNoBackups) {
  EXPECT_THAT(NewMemoryLog()->Backup("/nowhere"), FailsWith(Reason::NOT_SUPPORTED));
  EXPECT_NE(NewMemoryLog()->Head().store, NewMemoryLog()->Head().store);
}

}  // namespace
}  // namespace annals
