#pragma once

// A log with a small history, made of updates that a test writes entry by entry.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/object_builder.h"
#include "annals/catalog/update.h"
#include "annals/log/keys.h"
#include "annals/snapshot/replay.h"
#include "annals/snapshot/snapshot.h"
#include "annals/tests/support/memory_disk.h"
#include "annals/tests/support/status_matchers.h"
#include "annals/tests/support/test_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {

// A sink that makes versions, as the engine's and the inspector's do.
class ReplaySink final : public LogSink {
 public:
  absl::Status OnRecord(const LogRecord& record) override { return replay.Next(record).status(); }
  void OnSnapshotMoved(CatalogVersion snapshot) override { replay.store()->Truncate(snapshot); }
  void OnLagged(CatalogVersion /*earliest*/) override { lagged = true; }

  Replay replay{VersionedStore::Create()};
  bool lagged = false;
};

class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest() { Reopen(); }
  ~ReplayTest() override { log_->Unsubscribe(); }

  void Reopen() {
    if (log_ != nullptr) log_->Unsubscribe();
    log_.reset();
    auto log = disk_.Open();
    ASSERT_THAT(log, IsOk());
    log_ = *std::move(log);
  }

  // The update of the next version, at its own time, with `entries`.
  VersionedUpdate Update(std::vector<UpdateEntry> entries) {
    const uint64_t version = log_->Head().version.value + 1;
    return {.timestamp = HybridTimestamp(1000 * version, 0),
            .activation = HybridTimestamp(1000 * version, 0),
            .next_object_id = {next_id_},
            .entries = std::move(entries),
            .author = "somebody",
            .message = absl::StrCat("version ", version)};
  }
  // Seals a payload as the record of the next version, and appends it.
  void AppendPayload(std::string_view payload) {
    const UpdateLog::HeadInfo head = log_->Head();
    LogPosition at{head.version, {}};
    if (head.version.value > 0) {
      const auto bytes = log_->ReadRecord(head.version);
      ASSERT_THAT(bytes, IsOk());
      at = *PositionOf(head.store, head.version, *bytes);
    }
    RecordWriter writer(head.store, at);
    const PendingRecord record = writer.Next(payload);
    const AppendResult appended = log_->Append({&record, 1}, head.version, absl::InfiniteFuture());
    ASSERT_EQ(appended.outcome, AppendResult::Outcome::kCommitted) << appended.status;
  }
  void Append(const VersionedUpdate& update) { AppendPayload(EncodeUpdate(update)); }
  void AppendEntries(std::vector<UpdateEntry> entries) { Append(Update(std::move(entries))); }

  NewObject NewSchema(std::string name) {
    return NewObject{BuildObject(SchemaFields{{next_id_++}, std::move(name)})};
  }
  // Versions 1 to `last`: a schema each.
  void MakeHistory(uint64_t last) {
    while (log_->Head().version.value < last) {
      AppendEntries({NewSchema(absl::StrCat("S", log_->Head().version.value + 1))});
    }
  }
  absl::Status WriteSnapshotOf(uint64_t version, size_t chunk_bytes = size_t{1} << 20) {
    const auto store = ReplayUpTo(*log_, {version});
    if (!store.ok()) return store.status();
    return WriteSnapshot(*(*store)->At({version}), *log_, log_->Head().snapshot, chunk_bytes);
  }
  // What recovery makes of the log as it is.
  absl::Status Recover() {
    Reopen();
    return ReplayUpTo(*log_, log_->Head().version).status();
  }
  std::string DigestAt(uint64_t version) {
    const auto store = ReplayUpTo(*log_, {version});
    EXPECT_THAT(store, IsOk());
    return store.ok() ? StateDigest(*(*store)->At({version})) : "";
  }

  MemoryDisk disk_;
  std::unique_ptr<UpdateLog> log_;
  uint32_t next_id_ = 0;
};

}  // namespace annals
