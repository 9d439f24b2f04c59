// Many clients at once, and what they did and were told is checked: on one catalog, with
// someone who truncates (T9), and on several that share a log, with lost replies, lost races,
// refusals and delays (T12). I3, I8, I9, I10, I11.

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/faults/history.h"
#include "annals/tests/faults/scale.h"

namespace annals {
namespace {

using ::testing::IsEmpty;

// The register: an option of the table R, which is made first.
uint64_t RegisterIn(const CatalogView& catalog) {
  const auto table = catalog.Table("PUBLIC", "R");
  return table ? static_cast<uint64_t>(table->min_stale_rows_count()) : 0;
}
History::Sight SightOf(const Catalog& catalog) {
  return {catalog.version().value, RegisterIn(catalog)};
}

// A manager, and what is told of it.
class RegisterNode {
 public:
  RegisterNode(HistoryRecorder& recorder, uint64_t number, Manager manager)
      : recorder_(recorder), number_(number), manager_(std::move(manager)) {
    manager_->AddListener([this](const CatalogEvent& event) {
      recorder_.Add(SightOf(event.after));
      return absl::OkStatus();
    });
    EXPECT_THAT(manager_->AddFollower([this](const CatalogEvent& event) {
      const uint64_t before = event.before.version().value;
      const auto [version, value] = SightOf(event.after);
      recorder_.Add(History::Range{number_, number_, recorder_.Now(), before, version, value});
      return absl::OkStatus();
    }),
                IsOk());
  }

  HistoryRecorder& recorder() { return recorder_; }
  uint64_t number() const { return number_; }
  CatalogManager& manager() { return *manager_; }

  void Truncate(uint64_t below) {
    recorder_.NoteSnapshot(below);
    const auto done = manager_->Snapshot({below});
    // Another one may have done so just now.
    if (ReasonOf(done.status()) != Reason::VERSION_CONFLICT) {
      EXPECT_THAT(done, IsOk());
    }
  }
  // Once all is quiet: what can still be seen, and that the follower has seen it.
  void Finish(CatalogVersion head) {
    ASSERT_THAT(manager_->WaitForVersion(head, absl::Now() + absl::Seconds(20)), IsOk());
    EXPECT_TRUE(Eventually([&] { return manager_->GetStats().followers[0].reached == head; }));
    const uint64_t earliest = manager_->GetStats().store.earliest.value;
    for (uint64_t version = earliest; version <= head.value; ++version) {
      recorder_.Add(SightOf(*manager_->At({version})));
    }
    manager_->Close();
  }

 private:
  HistoryRecorder& recorder_;
  const uint64_t number_;
  const Manager manager_;
};

// Makes one call after another. `acknowledged`: the newest version that anybody was told of.
class RegisterClient {
 public:
  RegisterClient(RegisterNode& node, uint64_t seed, std::atomic<uint64_t>& acknowledged)
      : node_(node),
        recorder_(node.recorder()),
        manager_(node.manager()),
        acknowledged_(acknowledged),
        reader_(manager_.NewReader()),
        random_(seed) {}

  uint64_t Below(uint64_t end) { return random_() % end; }

  void Write() { Execute({}); }
  void WriteBefore(absl::Time deadline) { Execute({.deadline = deadline}); }
  // As the successor of what is the latest here.
  void WriteExpecting() { Execute({.expected_version = LatestOf(manager_)}); }
  // With something that is refused (I11).
  void WriteInVain() { Execute({}, {TableNamed("R")}); }

  void Read() {
    Look([&](History::Call& call) { See(reader_.Latest(), call); });
  }
  void ReadAtSafeTime() {
    Look([&](History::Call& call) {
      call.is_safe = true;
      const auto catalog = manager_.ActiveAt(manager_.SafeTime());
      if (catalog.ok()) return See(*catalog, call);
      // It was truncated between the two calls.
      EXPECT_THAT(catalog, FailsWith(Reason::VERSION_TRUNCATED));
      call.outcome = History::Outcome::kUnknown;
    });
  }
  // A command that has nothing to do says what the latest version is.
  void DoNothing() {
    Look([&](History::Call& call) {
      const auto done = manager_.Execute(TableNamed("R", /*if_not_exists=*/true));
      if (done.ok()) {
        call.version = done->version.value;
      } else {
        call.outcome = OutcomeOf(done.status(), /*may_be_refused=*/true);
      }
    });
  }
  // Waits for what was acknowledged elsewhere.
  void WaitForOthers() {
    const uint64_t version = acknowledged_;
    Look([&](History::Call& call) {
      EXPECT_THAT(manager_.WaitForVersion({version}, absl::Now() + absl::Seconds(20)), IsOk());
      See(reader_.Latest(), call);
      EXPECT_GE(call.version, version);
    });
  }

 private:
  using Outcome = History::Outcome;

  // Sets the register to a new value, together with what `more` does.
  void Execute(const ExecuteOptions& options, std::vector<CatalogCommand> more = {}) {
    const uint64_t value = recorder_.NewValue();
    const bool may_be_refused = options.expected_version.has_value() || !more.empty();
    more.insert(more.begin(), Touch("R", static_cast<int64_t>(value)));
    History::Call call{.is_write = true, .node = node_.number(), .value = value};
    if (options.expected_version) call.expected = options.expected_version->value;
    call.begin = recorder_.Now();
    const auto done = manager_.Execute(std::move(more), options);
    call.end = recorder_.Now();
    if (done.ok()) {
      call.version = done->version.value;
      Acknowledge(call.version);
    } else {
      call.outcome = OutcomeOf(done.status(), may_be_refused);
    }
    recorder_.Add(call);
  }

  void Acknowledge(uint64_t version) {
    uint64_t known = acknowledged_;
    while (known < version && !acknowledged_.compare_exchange_weak(known, version)) {
    }
  }

  // Calls that share an append fail together; then who may be refused does not hear whether
  // it was.
  static Outcome OutcomeOf(const absl::Status& status, bool may_be_refused) {
    switch (ReasonOf(status).value_or(Reason::INTERNAL)) {
      case Reason::VERSION_CONFLICT:
        return Outcome::kConflict;
      case Reason::OUTCOME_UNKNOWN:
        return Outcome::kUnknown;
      case Reason::DEADLINE_EXCEEDED:
        if (!absl::StrContains(status.message(), "is in the log")) return Outcome::kRefused;
        return may_be_refused ? Outcome::kUnknown : Outcome::kWritten;
      case Reason::TABLE_EXISTS:
      case Reason::MAX_RETRIES:
      case Reason::IO_ERROR:
        return Outcome::kRefused;
      default:
        ADD_FAILURE() << status;
        return Outcome::kUnknown;
    }
  }

  template <typename Looking>
  void Look(Looking looking) {
    History::Call call{.node = node_.number(), .begin = recorder_.Now()};
    looking(call);
    call.end = recorder_.Now();
    recorder_.Add(call);
  }
  static void See(const Catalog& catalog, History::Call& call) {
    const auto [version, value] = SightOf(catalog);
    call.version = version;
    call.value = value;
  }

  RegisterNode& node_;
  HistoryRecorder& recorder_;
  CatalogManager& manager_;
  std::atomic<uint64_t>& acknowledged_;
  CatalogReader reader_;
  std::mt19937_64 random_;
};

History::Sight MakeRegister(CatalogManager& manager) {
  EXPECT_THAT(manager.Execute(TableNamed("R")), IsOk());
  return SightOf(manager.Latest());
}

void ExpectRight(HistoryRecorder& recorder) {
  const History history = recorder.Take();
  EXPECT_THAT(ViolationsOf(history), IsEmpty());
  std::map<History::Outcome, uint64_t> writes;
  for (const History::Call& call : history.calls) writes[call.outcome] += call.is_write;
  using Outcome = History::Outcome;
  std::cout << history.calls.size() << " calls; of the writes " << writes[Outcome::kDone]
            << " were done, " << writes[Outcome::kRefused] << " refused, "
            << writes[Outcome::kConflict] << " in conflict, " << writes[Outcome::kWritten]
            << " written and not seen, " << writes[Outcome::kUnknown] << " unknown; truncated to "
            << history.snapshot << "\n";
  const auto record = [](const std::string& what, uint64_t count) {
    ::testing::Test::RecordProperty(what, static_cast<int>(count));
  };
  record("calls", history.calls.size());
  record("writes_done", writes[Outcome::kDone]);
  record("writes_refused", writes[Outcome::kRefused]);
  record("writes_in_conflict", writes[Outcome::kConflict]);
  record("writes_not_seen", writes[Outcome::kWritten]);
  record("writes_unknown", writes[Outcome::kUnknown]);
}

class ClientsTest : public ::testing::Test {
 protected:
  void Start(std::function<void()> body) { threads_.emplace_back(std::move(body)); }
  void JoinAll() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::atomic<uint64_t> acknowledged_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

TEST_F(ClientsTest, SixteenCommittersReadersAndATruncatorAgreeOnOneHistory) {
  const uint64_t versions = Scaled(50'000);
  MemoryDisk disk;
  State last;
  {
    Manager manager = MustOpen(disk);
    HistoryRecorder recorder(MakeRegister(*manager));
    RegisterNode node(recorder, 0, std::move(manager));
    std::vector<std::thread> committers;
    for (uint64_t i = 0; i < 16; ++i) {
      committers.emplace_back([&, i] {
        RegisterClient client(node, FirstSeed() + i, acknowledged_);
        while (acknowledged_ < versions) {
          const uint64_t what = client.Below(40);
          what < 37 ? client.Write() : what < 39 ? client.WriteExpecting() : client.WriteInVain();
        }
      });
    }
    for (uint64_t i = 0; i < 2; ++i) {
      Start([&, i] {
        RegisterClient client(node, FirstSeed() + 100 + i, acknowledged_);
        std::vector<std::pair<Catalog, std::string>> held;
        while (!stop_) {
          client.Below(2) == 0 ? client.Read() : client.ReadAtSafeTime();
          if (client.Below(8) == 0) client.DoNothing();
          // What is held stays as it is, whatever is truncated (I10).
          const Catalog latest = node.manager().Latest();
          if (held.size() < 8) {
            held.emplace_back(latest, StateDigest(latest));
          } else {
            auto& [catalog, digest] = held[client.Below(held.size())];
            EXPECT_EQ(StateDigest(catalog), digest);
            catalog = latest;
            digest = StateDigest(latest);
          }
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
      });
    }
    Start([&] {
      while (!stop_) {
        const uint64_t head = LatestOf(node.manager()).value;
        if (head > 500) node.Truncate(head - 300);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
    for (std::thread& committer : committers) committer.join();
    stop_ = true;
    JoinAll();
    node.Finish(LatestOf(node.manager()));
    ExpectRight(recorder);
    last = StateOf(node.manager().Latest());
  }
  EXPECT_EQ(StateOf(MustOpen(disk)->Latest()), last);
}

TEST_F(ClientsTest, OfALogThatOthersWriteToAndThatLosesRepliesAgreeOnOneHistory) {
  const uint64_t calls = Scaled(20'000);
  SimulatedCluster cluster;
  HistoryRecorder recorder(MakeRegister(*MustOpen(cluster.Connect())));
  std::vector<std::unique_ptr<RegisterNode>> nodes;
  for (uint64_t i = 0; i < 3; ++i) {
    nodes.push_back(std::make_unique<RegisterNode>(recorder, i, MustOpen(cluster.Connect())));
  }
  std::vector<std::thread> clients;
  for (uint64_t i = 0; i < 9; ++i) {
    clients.emplace_back([&, i] {
      RegisterClient client(*nodes[i % 3], FirstSeed() + i, acknowledged_);
      while (recorder.calls() < calls) {
        const uint64_t what = client.Below(20);
        if (what < 7) {
          client.Write();
        } else if (what < 8) {
          client.WriteBefore(absl::Now() + absl::Milliseconds(client.Below(5)));
        } else if (what < 10) {
          client.WriteExpecting();
        } else if (what < 11) {
          client.WriteInVain();
        } else if (what < 15) {
          client.Read();
        } else if (what < 17) {
          client.ReadAtSafeTime();
        } else if (what < 18) {
          client.DoNothing();
        } else {
          client.WaitForOthers();
        }
      }
    });
  }
  Start([&] {
    using Fault = SimulatedCluster::Fault;
    constexpr Fault kFaults[] = {Fault::kUnknownApplied, Fault::kUnknownNotApplied,
                                 Fault::kRefused};
    std::mt19937_64 random(FirstSeed());
    const auto pause = [&] {
      std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 3000));
    };
    while (!stop_) {
      pause();
      const uint64_t what = random() % 10;
      if (what < 6) {
        cluster.FailNextAppend(kFaults[random() % 3]);
      } else if (what < 8) {
        cluster.AnswerOutcomes(false);
        cluster.FailNextAppend(kFaults[random() % 2]);
        pause();
        cluster.AnswerOutcomes(true);
      } else if (what < 9) {
        cluster.HoldWatches(true);
        pause();
        cluster.HoldWatches(false);
      } else {
        RegisterNode& node = *nodes[random() % 3];
        const uint64_t head = LatestOf(node.manager()).value;
        if (head > 300) node.Truncate(head - 200);
      }
    }
  });
  for (std::thread& client : clients) client.join();
  stop_ = true;
  JoinAll();
  const CatalogVersion head = cluster.head().version;
  const Manager late = MustOpen(cluster.Connect());
  for (const auto& node : nodes) {
    node->Finish(head);
    EXPECT_EQ(StateOf(node->manager().Latest()), StateOf(late->Latest()));
  }
  ExpectRight(recorder);
}

}  // namespace
}  // namespace annals
