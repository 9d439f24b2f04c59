#include "annals/tests/faults/history.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace annals {
namespace {

constexpr size_t kMostViolations = 100;

class Checker {
 public:
  explicit Checker(const History& history) : history_(history) {}

  std::vector<std::string> Run() {
    PlaceVersions();
    for (const Call& call : history_.calls) {
      if (call.is_write) CheckWrite(call);
    }
    CheckOrderOfWrites();
    CheckWhatNodesSee();
    CheckFollowers();
    return std::move(violations_);
  }

 private:
  using Call = History::Call;
  using Outcome = History::Outcome;

  template <typename... Parts>
  void Violation(const Parts&... parts) {
    if (violations_.size() < kMostViolations) violations_.push_back(absl::StrCat(parts...));
  }
  static std::string NameOf(const Call& call) {
    return absl::StrCat(call.is_write ? "the write of " : "the read of ", call.value.value_or(0),
                        " at ", call.begin, " to ", call.end, " on node ", call.node);
  }
  uint64_t last() const { return history_.base.version + values_.size() - 1; }
  bool Exists(uint64_t version) const {
    return version >= history_.base.version && version <= last();
  }
  uint64_t ValueAt(uint64_t version) const { return values_[version - history_.base.version]; }
  // When the last of the writes up to `version` began.
  uint64_t BegunBy(uint64_t version) const { return begun_by_[version - history_.base.version]; }

  void PlaceVersions();
  void PlaceWrites();
  void CheckWrite(const Call& call);
  void CheckOrderOfWrites();
  void CheckWhatNodesSee();
  void CheckSeen(const Call& call, uint64_t seen);
  void CheckConflict(const Call& call, uint64_t seen);
  void CheckSight(uint64_t version, uint64_t value, uint64_t moment, const std::string& who);
  void CheckFollowers();

  const History& history_;
  std::vector<std::string> violations_;
  std::vector<uint64_t> values_;                       // By version, from the base on.
  std::vector<const Call*> writes_;                    // By version, from the base on; or null.
  std::vector<uint64_t> begun_by_;                     // By version, from the base on.
  std::unordered_map<uint64_t, uint64_t> version_of_;  // By value.
};

// Puts together what everybody saw: one value a version, and no version without.
void Checker::PlaceVersions() {
  std::map<uint64_t, uint64_t> seen = {{history_.base.version, history_.base.value}};
  for (const auto& [version, value] : history_.sights) {
    if (version < history_.base.version) continue;
    const auto known = seen.try_emplace(version, value).first;
    if (known->second != value) {
      Violation("version ", version, " is ", known->second, " and ", value);
    }
  }
  for (const auto& [version, value] : seen) {
    if (version != history_.base.version + values_.size()) {
      Violation("version ", version, " is there, and ", version - 1, " is not");
      break;
    }
    values_.push_back(value);
    const auto [placed, is_new] = version_of_.try_emplace(value, version);
    if (!is_new) {
      Violation("the value ", value, " was written twice: as versions ", placed->second, " and ",
                version);
    }
  }
  PlaceWrites();
}

void Checker::PlaceWrites() {
  writes_.resize(values_.size());
  for (const Call& call : history_.calls) {
    if (!call.is_write) continue;
    const auto placed = version_of_.find(*call.value);
    if (placed != version_of_.end()) writes_[placed->second - history_.base.version] = &call;
  }
  uint64_t begun = 0;
  for (size_t i = 0; i < writes_.size(); ++i) {
    if (i > 0 && writes_[i] == nullptr) {
      Violation("nobody wrote version ", history_.base.version + i, ", which is ", values_[i]);
    }
    if (writes_[i] != nullptr) begun = std::max(begun, writes_[i]->begin);
    begun_by_.push_back(begun);
  }
}

void Checker::CheckWrite(const Call& call) {
  const auto placed = version_of_.find(*call.value);
  const bool is_there = placed != version_of_.end();
  switch (call.outcome) {
    case Outcome::kDone:
      if (!is_there || placed->second != call.version) {
        Violation(NameOf(call), " was acknowledged as version ", call.version, " and is ",
                  is_there ? absl::StrCat("version ", placed->second) : "lost");
      }
      if (call.expected && call.version != *call.expected + 1) {
        Violation(NameOf(call), " is version ", call.version, " and was to follow ",
                  *call.expected);
      }
      break;
    case Outcome::kRefused:
    case Outcome::kConflict:
      if (is_there) {
        Violation(NameOf(call), " was refused and is version ", placed->second);
      }
      break;
    case Outcome::kWritten:
      if (!is_there) Violation(NameOf(call), " was said to be in the log and is lost");
      break;
    case Outcome::kUnknown:
      break;
  }
}

// Who ended before another one began comes before it.
void Checker::CheckOrderOfWrites() {
  for (size_t i = 1; i < writes_.size(); ++i) {
    const Call* const call = writes_[i];
    // Whose outcome is not known may come later than its end.
    if (call == nullptr || call->outcome == Outcome::kUnknown) continue;
    if (begun_by_[i - 1] > call->end) {
      Violation(NameOf(*call), " is version ", history_.base.version + i,
                " and ended before an earlier version was begun at ", begun_by_[i - 1]);
    }
  }
}

// Walks through all moments, and remembers what each node has seen.
void Checker::CheckWhatNodesSee() {
  struct Event {
    uint64_t moment;
    const Call* call;  // Or a range.
    const History::Range* range;
    bool is_begin;
  };
  std::vector<Event> events;
  for (const Call& call : history_.calls) {
    events.push_back({call.begin, &call, nullptr, true});
    events.push_back({call.end, &call, nullptr, false});
  }
  for (const History::Range& range : history_.ranges) {
    events.push_back({range.moment, nullptr, &range, false});
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.moment < b.moment; });
  struct Node {
    uint64_t seen = 0;
    uint64_t acknowledged = 0;
  };
  std::unordered_map<uint64_t, Node> nodes;
  for (const Event& event : events) {
    const Call* const call = event.call;
    Node& node = nodes[call != nullptr ? call->node : event.range->node];
    if (call == nullptr) {
      node.seen = std::max(node.seen, event.range->after);
    } else if (event.is_begin) {
      CheckSeen(*call, call->is_safe ? node.acknowledged : node.seen);
    } else if (call->outcome == Outcome::kDone) {
      node.seen = std::max(node.seen, call->version);
      if (call->is_write || call->is_safe) {
        node.acknowledged = std::max(node.acknowledged, call->version);
      }
    }
  }
}

// `seen`: at the node of `call`, when it began.
void Checker::CheckSeen(const Call& call, uint64_t seen) {
  if (call.outcome == Outcome::kConflict) CheckConflict(call, seen);
  if (call.is_write) {
    const auto placed = version_of_.find(*call.value);
    if (placed != version_of_.end() && placed->second <= seen) {
      Violation(NameOf(call), " is version ", placed->second, " and began when version ", seen,
                " was there");
    }
    return;
  }
  if (call.outcome != Outcome::kDone) return;
  if (call.version < seen) {
    Violation(NameOf(call), " saw version ", call.version, " though ", seen, " was there");
  }
  CheckSight(call.version, call.value.value_or(0), call.end, NameOf(call));
}

// That at some moment of the call the latest version was another one.
void Checker::CheckConflict(const Call& call, uint64_t seen) {
  if (!call.expected) return Violation(NameOf(call), " expects nothing and met a conflict");
  if (std::max(seen, history_.base.version) != *call.expected) return;
  const uint64_t next = *call.expected + 1;
  if (!Exists(next) || BegunBy(next) > call.end) {
    Violation(NameOf(call), " met a conflict, and version ", seen, " was the latest all the time");
  }
}

// `value`: 0 if nobody looked.
void Checker::CheckSight(uint64_t version, uint64_t value, uint64_t moment,
                         const std::string& who) {
  if (!Exists(version)) return Violation(who, " saw version ", version, ", which is not there");
  if (value != 0 && value != ValueAt(version)) {
    Violation(who, " saw ", value, " in version ", version, ", which is ", ValueAt(version));
  }
  if (BegunBy(version) > moment) {
    Violation(who, " saw version ", version, " before it was begun at ", BegunBy(version));
  }
}

void Checker::CheckFollowers() {
  std::unordered_map<uint64_t, uint64_t> reached;  // By follower.
  for (const History::Range& range : history_.ranges) {
    const std::string who = absl::StrCat("follower ", range.follower);
    uint64_t& here = reached[range.follower];
    const std::string what = absl::StrCat("versions ", range.before, " to ", range.after);
    if (range.before == 0 && here > 0 && history_.snapshot <= here) {
      Violation(who, " starts anew, though version ", here, ", which it has, was not truncated");
    } else if (range.before != 0 && range.before != here) {
      Violation(who, " has version ", here, " and was told of ", what);
    }
    if (range.after <= std::max(range.before, here)) {
      Violation(who, " has version ", here, " and was told of nothing new: ", what);
    }
    here = range.after;
    if (range.after >= history_.base.version) {
      CheckSight(range.after, range.value, range.moment, who);
    }
  }
}

}  // namespace

std::vector<std::string> ViolationsOf(const History& history) { return Checker(history).Run(); }

void HistoryRecorder::Add(const History::Call& call) {
  const std::lock_guard lock(mu_);
  history_.calls.push_back(call);
}

void HistoryRecorder::Add(const History::Sight& sight) {
  const std::lock_guard lock(mu_);
  history_.sights.push_back(sight);
}

void HistoryRecorder::Add(const History::Range& range) {
  const std::lock_guard lock(mu_);
  history_.ranges.push_back(range);
}

void HistoryRecorder::NoteSnapshot(uint64_t version) {
  const std::lock_guard lock(mu_);
  history_.snapshot = std::max(history_.snapshot, version);
}

size_t HistoryRecorder::calls() const {
  const std::lock_guard lock(mu_);
  return history_.calls.size();
}

History HistoryRecorder::Take() {
  const std::lock_guard lock(mu_);
  return std::move(history_);
}

}  // namespace annals
