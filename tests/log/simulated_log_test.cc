// The simulated remote log is what other tests stand on, so it has tests too: it
// must keep the interface's promises, and break only what it is told to.

#include "annals/tests/support/simulated_log.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "annals/tests/support/status_matchers.h"
#include "annals/tests/support/test_log.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Outcome = AppendResult::Outcome;
using Delivery = SimulatedCluster::Delivery;
using Fault = SimulatedCluster::Fault;

class SimulatedLogTest : public ::testing::Test {
 protected:
  PendingRecord Next(std::string_view payload) {
    return RecordWriter(cluster_.store(), cluster_.head()).Next(payload);
  }
  AppendResult Append(SimulatedLog& client, const PendingRecord& record) {
    return client.Append({&record, 1}, record.version.Previous(), absl::InfiniteFuture());
  }
  absl::Status Snapshot(SimulatedLog& client, uint64_t version) {
    const std::string update = *client.ReadRecord({version});
    const CommitId attempt = CommitId::Random();
    const LogPosition at{{version}, HashOfVersion(update)};
    return client.InstallRoot({version}, client.Head().snapshot, attempt.ToString(),
                              SealRoot(cluster_.store(), at, attempt, update));
  }

  SimulatedCluster cluster_;
  std::unique_ptr<SimulatedLog> ours_ = cluster_.Connect(Delivery::kPumped);
  std::unique_ptr<SimulatedLog> theirs_ = cluster_.Connect(Delivery::kPumped);
  RecordingSink sink_;
};

TEST_F(SimulatedLogTest, IsNeitherSynchronousNorOurs) {
  EXPECT_FALSE(ours_->capabilities().synchronous);
  EXPECT_FALSE(ours_->capabilities().single_writer);
}

TEST_F(SimulatedLogTest, OurOwnRecordsArriveByWatch) {
  ASSERT_THAT(ours_->Subscribe({1}, &sink_), IsOk());
  EXPECT_EQ(Append(*ours_, Next("mine")).outcome, Outcome::kCommitted);
  EXPECT_THAT(sink_.lines, IsEmpty());
  EXPECT_EQ(ours_->Pump(), 1u);
  EXPECT_THAT(sink_.lines, ElementsAre("record 1 mine"));
  ours_->Unsubscribe();
}

TEST_F(SimulatedLogTest, RecordsOfOthersArriveInOrderAndOnce) {
  cluster_.AppendForeign("one");
  ASSERT_THAT(ours_->Subscribe({1}, &sink_), IsOk());
  EXPECT_THAT(sink_.lines, ElementsAre("record 1 one")) << "before Subscribe returns";
  cluster_.AppendForeign("two");
  EXPECT_EQ(Append(*theirs_, Next("three")).outcome, Outcome::kCommitted);
  ours_->Pump();
  EXPECT_EQ(ours_->Pump(), 0u);
  EXPECT_THAT(sink_.lines, ElementsAre("record 1 one", "record 2 two", "record 3 three"));
  ours_->Unsubscribe();
}

TEST_F(SimulatedLogTest, ARaceCanBeLostBetweenPlanAndAppend) {
  const PendingRecord record = Next("mine");
  cluster_.BeforeNextAppend([&] { cluster_.AppendForeign("theirs"); });
  const AppendResult lost = Append(*ours_, record);
  EXPECT_EQ(lost.outcome, Outcome::kConflict);
  EXPECT_EQ(lost.head, CatalogVersion{1});
  EXPECT_EQ(Append(*ours_, Next("mine again")).outcome, Outcome::kCommitted);
}

TEST_F(SimulatedLogTest, AnUnknownOutcomeMayBeEither) {
  const PendingRecord applied = Next("applied");
  cluster_.FailNextAppend(Fault::kUnknownApplied);
  EXPECT_EQ(Append(*ours_, applied).outcome, Outcome::kUnknown);
  EXPECT_TRUE(*ours_->Outcome(applied.commit_id, {1}));

  const PendingRecord dropped = Next("dropped");
  cluster_.FailNextAppend(Fault::kUnknownNotApplied);
  const AppendResult unknown = Append(*ours_, dropped);
  EXPECT_EQ(unknown.outcome, Outcome::kUnknown);
  EXPECT_THAT(unknown.status, FailsWith(Reason::OUTCOME_UNKNOWN, {"version 2"}));
  EXPECT_FALSE(*ours_->Outcome(dropped.commit_id, {2}));
  cluster_.AppendForeign("theirs");
  EXPECT_FALSE(*ours_->Outcome(dropped.commit_id, {2}));
  cluster_.AnswerOutcomes(false);
  EXPECT_THAT(ours_->Outcome(dropped.commit_id, {2}), FailsWith(Reason::OUTCOME_UNKNOWN));
}

TEST_F(SimulatedLogTest, OutcomesAreToldOfSnapshotsToo) {
  const PendingRecord record = Next("mine");
  ASSERT_EQ(Append(*ours_, record).outcome, Outcome::kCommitted);
  ASSERT_THAT(Snapshot(*theirs_, 1), IsOk());
  EXPECT_TRUE(*ours_->Outcome(record.commit_id, {1}));
  EXPECT_FALSE(*ours_->Outcome(CommitId::Random(), {1}));
}

TEST_F(SimulatedLogTest, ARefusalWritesNothing) {
  cluster_.FailNextAppend(Fault::kRefused);
  EXPECT_THAT(Append(*ours_, Next("no")).status, FailsWith(Reason::IO_ERROR));
  const PendingRecord late = Next("late");
  EXPECT_THAT(ours_->Append({&late, 1}, {0}, absl::Now() - absl::Seconds(1)).status,
              FailsWith(Reason::DEADLINE_EXCEEDED));
  cluster_.SetLimits(200, 1);
  EXPECT_THAT(Append(*ours_, Next(std::string(100, 'x'))).status,
              FailsWith(Reason::RECORD_TOO_LARGE));
  EXPECT_EQ(cluster_.head(), LogPosition{});
}

TEST_F(SimulatedLogTest, WhoWaitsForATruncatedVersionHasLagged) {
  ASSERT_THAT(ours_->Subscribe({1}, &sink_), IsOk());
  for (const char* payload : {"one", "two", "three"}) cluster_.AppendForeign(payload);
  ASSERT_THAT(Snapshot(*theirs_, 2), IsOk());
  ours_->Pump();
  EXPECT_THAT(sink_.lines, ElementsAre("lagged 2"));
  cluster_.AppendForeign("four");
  EXPECT_EQ(ours_->Pump(), 0u) << "the subscription has ended";
  ASSERT_THAT(ours_->Subscribe({3}, &sink_), IsOk());
  EXPECT_THAT(sink_.lines, ElementsAre("lagged 2", "record 3 three", "record 4 four"));
  ours_->Unsubscribe();
}

TEST_F(SimulatedLogTest, WhoKeepsUpHearsThatTheSnapshotMoved) {
  ASSERT_THAT(ours_->Subscribe({1}, &sink_), IsOk());
  cluster_.AppendForeign("one");
  ours_->Pump();
  ASSERT_THAT(Snapshot(*theirs_, 1), IsOk());
  cluster_.AppendForeign("two");
  ours_->Pump();
  EXPECT_THAT(sink_.lines, ElementsAre("record 1 one", "record 2 two", "snapshot 1"));
  ours_->Unsubscribe();
}

TEST_F(SimulatedLogTest, AWatchCanBeClosed) {
  ASSERT_THAT(ours_->Subscribe({1}, &sink_), IsOk());
  cluster_.AppendForeign("one");
  cluster_.CloseWatches(MakeError(Reason::CLOSED, "gone"));
  ours_->Pump();
  EXPECT_THAT(sink_.lines, ElementsAre("record 1 one",
                                       "closed UNAVAILABLE: gone "
                                       "[annals/reason='CLOSED']"));
  EXPECT_THAT(ours_->Subscribe({2}, &sink_), IsOk());
  ours_->Unsubscribe();
}

TEST_F(SimulatedLogTest, AnErrorOfTheSinkEndsItsWatch) {
  ASSERT_THAT(ours_->Subscribe({1}, &sink_), IsOk());
  cluster_.AppendForeign("one");
  cluster_.AppendForeign("two");
  sink_.answer = absl::InternalError("no");
  ours_->Pump();
  EXPECT_THAT(sink_.lines, ElementsAre("record 1 one", "closed INTERNAL: no"));
}

TEST_F(SimulatedLogTest, AWatchThreadDeliversByItself) {
  struct Counter final : LogSink {
    std::atomic<uint64_t> last = 0;
    absl::Status OnRecord(const LogRecord& record) override {
      EXPECT_EQ(record.version.value, last + 1);
      last = record.version.value;
      return absl::OkStatus();
    }
    void OnLagged(CatalogVersion) override { ADD_FAILURE(); }
  } counter;
  const auto client = cluster_.Connect();
  ASSERT_THAT(client->Subscribe({1}, &counter), IsOk());
  cluster_.HoldWatches(true);
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      for (int n = 0; n < 50; ++n) cluster_.AppendForeign("x");
    });
  }
  for (std::thread& writer : writers) writer.join();
  cluster_.HoldWatches(false);
  while (counter.last < 200) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  client->Unsubscribe();
  cluster_.AppendForeign("unheard");
  EXPECT_EQ(counter.last, 200u);
}

}  // namespace
}  // namespace annals
