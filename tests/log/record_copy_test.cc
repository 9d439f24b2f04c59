#include "annals/log/record_copy.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "annals/log/memory/memory_log.h"
#include "annals/tests/support/status_matchers.h"
#include "annals/tests/support/test_log.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

// The records of a store that is somewhere else.
struct Other {
  Other() {
    for (int i = 1; i <= 150; ++i) records.push_back(writer.Next(absl::StrCat("p", i)));
  }
  RecordView View(size_t version) const {
    return *OpenRecord("record", records.at(version - 1).bytes);
  }

  RecordWriter writer{StoreUuid::Random()};
  std::vector<PendingRecord> records;
};

TEST(RecordCopyTest, RecordsStayWhatTheySayUnderAnotherStoreAndChain) {
  const Other other;
  const auto log = NewMemoryLog();
  RecordCopier copier(*log);
  for (size_t version = 1; version <= 150; ++version) {
    ASSERT_THAT(copier.Add(other.View(version)), IsOk());
  }
  ASSERT_THAT(copier.Flush(), IsOk());
  RecordingSink sink;
  ASSERT_THAT(log->Subscribe({1}, &sink), IsOk());  // Checks store and chain.
  log->Unsubscribe();
  ASSERT_EQ(sink.lines.size(), 150u);
  EXPECT_EQ(sink.lines.back(), "record 150 p150");
  EXPECT_EQ(sink.position, copier.position());
  for (size_t i = 0; i < sink.seen.size(); ++i) {
    EXPECT_EQ(sink.seen[i].commit_id, other.records[i].commit_id);
    EXPECT_NE(sink.seen[i].hash, HashOfVersion(other.records[i].bytes));
  }
}

TEST(RecordCopyTest, ARecordOutOfTurnIsRefused) {
  const Other other;
  const auto log = NewMemoryLog();
  RecordCopier copier(*log);
  ASSERT_THAT(copier.Add(other.View(1)), IsOk());
  ASSERT_THAT(copier.Add(other.View(3)), IsOk());
  EXPECT_THAT(copier.Flush(), FailsWith(Reason::INTERNAL));
  EXPECT_EQ(log->Head().version.value, 0u);
}

TEST(RecordCopyTest, ALogThatSomebodyElseWritesToIsAConflict) {
  const Other other;
  const auto log = NewMemoryLog();
  RecordCopier copier(*log);
  ASSERT_THAT(copier.Add(other.View(1)), IsOk());
  RecordWriter somebody(log->Head().store);
  const PendingRecord record = somebody.Next("theirs");
  ASSERT_THAT(log->Append({&record, 1}, {}, absl::InfiniteFuture()).status, IsOk());
  EXPECT_THAT(copier.Flush(), FailsWith(Reason::VERSION_CONFLICT));
}

}  // namespace
}  // namespace annals
