// The checker of histories finds what is wrong in a history, and nothing in one that is right
// (T12). Right ones are made by clients of a register that is one, in one thread.

#include "annals/tests/faults/history.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Six clients of a register on one or more nodes. All steps of all calls are taken one by one,
// in a random order.
class PerfectRegister {
 public:
  PerfectRegister(uint64_t seed, uint64_t nodes) : random_(seed), views_(nodes, kBase) {
    history_.base = {kBase, 7};
    history_.snapshot = kBase;
    values_[kBase] = 7;
  }

  History Run(int steps) {
    for (int i = 0; i < steps; ++i) Step(clients_[Below(clients_.size())]);
    for (Client& client : clients_) {
      while (client.stage != Client::kIdle) Step(client);
    }
    for (const auto& [version, value] : values_) history_.sights.push_back({version, value});
    return history_;
  }

 private:
  static constexpr uint64_t kBase = 3;
  using Outcome = History::Outcome;

  struct Client {
    enum Stage { kIdle, kCalling, kAnswered } stage = kIdle;
    History::Call call;
  };

  uint64_t Below(uint64_t end) { return random_() % end; }
  uint64_t head() const { return values_.rbegin()->first; }

  void Step(Client& client) {
    ++now_;
    switch (client.stage) {
      case Client::kIdle:
        Begin(client);
        return;
      case Client::kCalling:
        client.call.is_write ? Write(client.call) : Read(client.call);
        client.stage = Client::kAnswered;
        return;
      case Client::kAnswered:
        client.call.end = now_;
        // At the latest then a write is seen where it was made.
        if (client.call.outcome == Outcome::kDone) See(client.call.node, client.call.version);
        history_.calls.push_back(client.call);
        client.stage = Client::kIdle;
        if (Below(3) == 0) Follow(Below(views_.size()));
    }
  }

  void Begin(Client& client) {
    client.call = {.is_write = Below(2) == 0, .node = Below(views_.size()), .begin = now_};
    if (client.call.is_write) client.call.value = 1000 + now_;
    if (client.call.is_write && Below(4) == 0) client.call.expected = head();
    client.stage = Client::kCalling;
  }

  void Write(History::Call& call) {
    const uint64_t luck = Below(10);
    const bool written = luck != 0 && luck != 1;
    if (call.expected && *call.expected != head()) {
      call.outcome = Outcome::kConflict;
      See(call.node, head());
      return;
    }
    if (written) values_[head() + 1] = *call.value;
    call.version = head();
    call.outcome = luck == 0 ? Outcome::kRefused : luck <= 2 ? Outcome::kUnknown : Outcome::kDone;
    if (luck == 3) call.outcome = Outcome::kWritten;
  }

  void Read(History::Call& call) {
    See(call.node, views_[call.node] + Below(head() - views_[call.node] + 1));
    if (views_.size() == 1) See(0, head());
    call.version = views_[call.node];
    if (Below(4) != 0) call.value = values_[call.version];
  }

  void See(uint64_t node, uint64_t version) { views_[node] = std::max(views_[node], version); }

  // Each node has a follower, which at times is left behind.
  void Follow(uint64_t node) {
    uint64_t& reached = reached_[node];
    if (views_[node] <= reached) return;
    if (reached > 0 && Below(10) == 0) {
      history_.snapshot = views_[node];
      reached = 0;
    }
    history_.ranges.push_back({.follower = node,
                               .node = node,
                               .moment = ++now_,
                               .before = reached,
                               .after = views_[node],
                               .value = values_[views_[node]]});
    reached = views_[node];
  }

  std::mt19937_64 random_;
  History history_;
  std::map<uint64_t, uint64_t> values_;  // By version.
  std::vector<uint64_t> views_;          // By node, the version that it has seen.
  std::map<uint64_t, uint64_t> reached_;
  std::vector<Client> clients_ = std::vector<Client>(6);
  uint64_t now_ = 0;
};

// What was planted: `plant` changes a right history, or returns false if that has no place for
// it. The checker then says `what`.
void ExpectFound(const std::function<bool(History&)>& plant, const std::string& what) {
  int planted = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    History history = PerfectRegister(seed, 1 + seed % 3).Run(600);
    if (!plant(history)) continue;
    ++planted;
    EXPECT_THAT(ViolationsOf(history), Contains(HasSubstr(what)));
  }
  EXPECT_GE(planted, 20);
  ::testing::Test::RecordProperty("planted", planted);
}

using Call = History::Call;
using Predicate = std::function<bool(const Call&)>;

// One in the middle.
Call* Find(History& history, const Predicate& wanted) {
  std::vector<Call*> found;
  for (Call& call : history.calls) {
    if (wanted(call)) found.push_back(&call);
  }
  return found.empty() ? nullptr : found[found.size() / 2];
}
bool IsDoneWrite(const Call& call) {
  return call.is_write && call.outcome == History::Outcome::kDone;
}
bool IsRead(const Call& call) { return !call.is_write; }
History::Sight& Newest(History& history) { return history.sights.back(); }

TEST(HistoryCheckerTest, FindsNothingInAHistoryThatIsRight) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    EXPECT_THAT(ViolationsOf(PerfectRegister(seed, 1 + seed % 4).Run(1000)), IsEmpty()) << seed;
  }
}

TEST(HistoryCheckerTest, FindsTheNewestVersionLostThatWasAcknowledged) {
  ExpectFound(
      [](History& history) {
        const uint64_t newest = Newest(history).version;
        if (!Find(history,
                  [&](const Call& call) { return IsDoneWrite(call) && call.version == newest; })) {
          return false;
        }
        history.sights.pop_back();
        return true;
      },
      "and is lost");
}

TEST(HistoryCheckerTest, FindsAnAcknowledgedVersionThatIsAnotherOnes) {
  ExpectFound(
      [](History& history) {
        const Call* const done = Find(history, IsDoneWrite);
        const Call* const other = Find(history, [](const Call& call) {
          return call.is_write && call.outcome == History::Outcome::kRefused;
        });
        if (done == nullptr || other == nullptr) return false;
        for (auto& sight : history.sights) {
          if (sight.version == done->version) sight.value = *other->value;
        }
        return true;
      },
      "and is lost");
}

TEST(HistoryCheckerTest, FindsAVersionThatTwoWereToldIsTheirs) {
  ExpectFound(
      [](History& history) {
        const Call* const one = Find(history, IsDoneWrite);
        Call* const other = Find(history, [&](const Call& call) {
          return IsDoneWrite(call) && call.version > one->version;
        });
        if (other == nullptr) return false;
        other->version = one->version;
        return true;
      },
      "was acknowledged as version");
}

TEST(HistoryCheckerTest, FindsARefusedWriteThatIsThere) {
  for (const auto outcome : {History::Outcome::kRefused, History::Outcome::kConflict}) {
    ExpectFound(
        [&](History& history) {
          Call* const done = Find(history, IsDoneWrite);
          done->outcome = outcome;
          return true;
        },
        "was refused and is version");
  }
}

TEST(HistoryCheckerTest, FindsAnUnknownWriteThatIsThereTwice) {
  ExpectFound(
      [](History& history) {
        std::map<uint64_t, bool> there;
        for (const auto& sight : history.sights) there[sight.value] = true;
        const Call* const unknown = Find(history, [&](const Call& call) {
          return call.outcome == History::Outcome::kUnknown && there[*call.value];
        });
        if (unknown == nullptr) return false;
        history.sights.push_back({Newest(history).version + 1, *unknown->value});
        return true;
      },
      "was written twice");
}

TEST(HistoryCheckerTest, FindsAWriteLostThatWasSaidToBeInTheLog) {
  ExpectFound(
      [](History& history) {
        Call* const refused = Find(history, [](const Call& call) {
          return call.is_write && call.outcome == History::Outcome::kRefused;
        });
        if (refused == nullptr) return false;
        refused->outcome = History::Outcome::kWritten;
        return true;
      },
      "was said to be in the log and is lost");
}

TEST(HistoryCheckerTest, FindsAVersionThatNobodyWrote) {
  ExpectFound(
      [](History& history) {
        history.sights.push_back({Newest(history).version + 1, 5});
        return true;
      },
      "nobody wrote version");
}

TEST(HistoryCheckerTest, FindsAVersionThatIsTwo) {
  ExpectFound(
      [](History& history) {
        history.sights.push_back({history.sights[history.sights.size() / 2].version, 5});
        return true;
      },
      " and 5");
}

TEST(HistoryCheckerTest, FindsAGapInTheVersions) {
  ExpectFound(
      [](History& history) {
        history.sights.erase(history.sights.begin() + 10);
        return true;
      },
      "is not");
}

TEST(HistoryCheckerTest, FindsAStaleRead) {
  ExpectFound(
      [](History& history) {
        // One call later, from before a version that was acknowledged on the same node.
        const Call* const done = Find(history, IsDoneWrite);
        Call* const read = Find(history, [&](const Call& call) {
          return IsRead(call) && call.node == done->node && call.begin > done->end;
        });
        if (read == nullptr) return false;
        read->version = done->version - 1;
        read->value.reset();
        return true;
      },
      "was there");
}

TEST(HistoryCheckerTest, LetsAReadAtSafeTimeMissWhatWasOnlySeenAndNotWhatWasAcknowledged) {
  History history{.base = {1, 7}, .sights = {{2, 8}}};
  history.calls = {{.is_write = true, .begin = 1, .end = 6, .version = 2, .value = 8},
                   {.begin = 2, .end = 3, .version = 2},
                   {.is_safe = true, .begin = 4, .end = 5, .version = 1}};
  EXPECT_THAT(ViolationsOf(history), IsEmpty());
  history.calls.push_back({.is_safe = true, .begin = 7, .end = 8, .version = 1});
  EXPECT_THAT(ViolationsOf(history), Contains(HasSubstr("though 2 was there")));
}

TEST(HistoryCheckerTest, FindsAReadOfWhatNobodyHadBegunToWrite) {
  ExpectFound(
      [](History& history) {
        Call* const read = Find(history, IsRead);
        const Call* const later = Find(
            history, [&](const Call& call) { return IsDoneWrite(call) && call.begin > read->end; });
        if (later == nullptr) return false;
        read->version = later->version;
        read->value = later->value;
        return true;
      },
      "before it was begun");
}

TEST(HistoryCheckerTest, FindsAReadOfWhatNobodyWroteThere) {
  ExpectFound(
      [](History& history) {
        Call* const read = Find(history, IsRead);
        read->value = 5;
        return true;
      },
      " saw 5 in version");
}

TEST(HistoryCheckerTest, FindsTwoWritesInTheWrongOrder) {
  ExpectFound(
      [](History& history) {
        Call* const first = Find(history, IsDoneWrite);
        Call* const second = Find(history, [&](const Call& call) {
          return IsDoneWrite(call) && call.begin > first->end;
        });
        if (second == nullptr) return false;
        for (auto& sight : history.sights) {
          if (sight.version == first->version) {
            sight.value = *second->value;
          } else if (sight.version == second->version) {
            sight.value = *first->value;
          }
        }
        std::swap(first->version, second->version);
        first->expected.reset();
        second->expected.reset();
        return true;
      },
      "ended before an earlier version was begun");
}

TEST(HistoryCheckerTest, FindsAConflictWithNobody) {
  ExpectFound(
      [](History& history) {
        const uint64_t head = Newest(history).version;
        const uint64_t now = 1'000'000;
        history.calls.push_back({.begin = now, .end = now + 1, .version = head});
        history.calls.push_back({.is_write = true,
                                 .outcome = History::Outcome::kConflict,
                                 .begin = now + 2,
                                 .end = now + 3,
                                 .value = now,
                                 .expected = head});
        return true;
      },
      "met a conflict");
}

TEST(HistoryCheckerTest, FindsAWriteThatDidNotFollowTheVersionThatItExpected) {
  ExpectFound(
      [](History& history) {
        Call* const done = Find(history, IsDoneWrite);
        done->expected = done->version - 2;
        return true;
      },
      "was to follow");
}

TEST(HistoryCheckerTest, FindsAFollowerThatMissedAVersionOrGotItTwice) {
  for (const int step : {-1, 1}) {
    ExpectFound(
        [&](History& history) {
          for (History::Range& range : history.ranges) {
            if (range.before < 5) continue;
            range.before = static_cast<uint64_t>(static_cast<int64_t>(range.before) + step);
            return true;
          }
          return false;
        },
        "and was told of versions");
  }
}

TEST(HistoryCheckerTest, FindsAFollowerThatStartsAnewWithoutCause) {
  ExpectFound(
      [](History& history) {
        for (size_t i = history.ranges.size(); i-- > 1;) {
          History::Range& range = history.ranges[i];
          if (range.before < history.snapshot || range.before == 0) continue;
          range.before = 0;
          return true;
        }
        return false;
      },
      "was not truncated");
}

TEST(HistoryCheckerTest, FindsAFollowerThatWasToldSomethingElse) {
  ExpectFound(
      [](History& history) {
        history.ranges[history.ranges.size() / 2].value = 5;
        return true;
      },
      "saw 5 in version");
}

TEST(HistoryCheckerTest, FindsAReadThatForgetsWhatAFollowerWasTold) {
  ExpectFound(
      [](History& history) {
        const History::Range& range = history.ranges.back();
        history.calls.push_back(
            {.node = range.node, .begin = 1'000'000, .end = 1'000'001, .version = range.after - 1});
        return true;
      },
      "was there");
}

TEST(HistoryCheckerTest, FindsNothingInNinetyThousandCallsThatAreRight) {
  const History history = PerfectRegister(1, 1).Run(300'000);
  EXPECT_THAT(ViolationsOf(history), IsEmpty());
  EXPECT_GE(history.calls.size(), 90'000u);
}

}  // namespace
}  // namespace annals
