#include "annals/commands/zone_parameters.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "annals/commands/limits.h"
#include "annals/commands/names.h"
#include "annals/commands/utf8.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status CheckRange(std::string_view what, std::optional<int64_t> value, int64_t least,
                        int64_t most) {
  if (!value || (*value >= least && *value <= most)) return absl::OkStatus();
  return MakeError(Reason::PARAM_OUT_OF_RANGE, absl::StrCat(ToAbsl(what), " cannot be ", *value,
                                                            "; it is from ", least, " to ", most));
}

absl::Status BadFilter(std::string_view filter, std::string_view why) {
  return MakeError(Reason::BAD_FILTER, absl::StrCat("nodes filter ", Quoted(filter),
                                                    " is no JSON path: ", ToAbsl(why)));
}

// Reads a JSON path from left to right, as far as it has to be understood: what is
// open, and what may stand there.
class PathReader {
 public:
  // What is wrong with `c` at this place; empty if nothing is.
  std::string_view Take(char32_t c) {
    if (escaped_) {
      escaped_ = false;
    } else if (quote_ != 0) {
      TakeQuoted(c);
    } else {
      return TakeOutside(c);
    }
    return {};
  }

  std::string_view Finish() const {
    if (quote_ != 0) return "a quote is not closed";
    return open_.empty() ? std::string_view() : "a bracket is not closed";
  }

 private:
  void TakeQuoted(char32_t c) {
    if (c == U'\\') escaped_ = true;
    if (c == quote_) quote_ = 0;
  }

  std::string_view TakeOutside(char32_t c) {
    constexpr std::u32string_view kOpening = U"([{";
    constexpr std::u32string_view kClosing = U")]}";
    if (c == U'\'' || c == U'"') {
      quote_ = c;
    } else if (kOpening.find(c) != std::u32string_view::npos) {
      open_.push_back(kClosing[kOpening.find(c)]);
    } else if (kClosing.find(c) != std::u32string_view::npos) {
      if (open_.empty() || open_.back() != c) return "a bracket closes that was not opened";
      open_.pop_back();
    } else if (IsWhiteSpace(c) && open_.empty()) {
      return "it has white space outside of quotes and brackets";
    }
    return {};
  }

  char32_t quote_ = 0;  // The quote that is open, if one is.
  bool escaped_ = false;
  std::u32string open_;  // What closes the brackets that are open.
};

}  // namespace

QuorumRange QuorumOf(uint32_t replicas) {
  QuorumRange range;
  range.least = std::min(replicas, 2U);
  range.most = std::max(range.least, replicas / 2 + replicas % 2);
  range.usual = replicas <= 4 ? range.least : 3;
  return range;
}

absl::Status CheckPartitions(std::optional<int64_t> partitions) {
  return CheckRange("the number of partitions", partitions, 1, kMaxPartitions);
}

absl::Status CheckReplicas(std::optional<int64_t> replicas) {
  return CheckRange("the number of replicas", replicas, 1, INT32_MAX);
}

absl::Status CheckQuorumSize(std::optional<int64_t> quorum_size) {
  return CheckRange("the quorum size", quorum_size, 1, INT32_MAX);
}

absl::Status CheckAutoScale(std::optional<int64_t> up_s, std::optional<int64_t> down_s) {
  ANNALS_RETURN_IF_ERROR(CheckRange("the time to scale up", up_s, 0, INT32_MAX));
  return CheckRange("the time to scale down", down_s, 0, INT32_MAX);
}

absl::Status CheckQuorum(int64_t quorum_size, uint32_t replicas) {
  const QuorumRange range = QuorumOf(replicas);
  if (quorum_size >= range.least && quorum_size <= range.most) return absl::OkStatus();
  return MakeError(Reason::QUORUM_INCOMPATIBLE,
                   absl::StrCat("a quorum of ", quorum_size, " does not go with ", replicas,
                                " replicas; it is from ", range.least, " to ", range.most));
}

absl::Status CheckFilter(std::string_view filter) {
  if (filter.empty()) return BadFilter(filter, "it is empty");
  if (filter.size() > kMaxFilterBytes) {
    return MakeError(Reason::BAD_FILTER,
                     absl::StrCat("the nodes filter is ", filter.size(), " bytes long; at most ",
                                  kMaxFilterBytes, " are allowed"));
  }
  PathReader reader;
  std::string_view rest = filter;
  while (const std::optional<char32_t> character = TakeCharacter(rest)) {
    const std::string_view problem = reader.Take(*character);
    if (!problem.empty()) return BadFilter(filter, problem);
  }
  if (!rest.empty()) return MakeError(Reason::BAD_FILTER, "the nodes filter is not UTF-8");
  const std::string_view problem = reader.Finish();
  return problem.empty() ? absl::OkStatus() : BadFilter(filter, problem);
}

absl::Status CheckProfiles(const std::vector<std::string>& profiles) {
  if (profiles.empty()) {
    return MakeError(Reason::STORAGE_PROFILES_EMPTY, "it needs at least one storage profile");
  }
  for (const std::string& profile : profiles) {
    ANNALS_RETURN_IF_ERROR(CheckName(profile, "storage profile"));
  }
  return absl::OkStatus();
}

}  // namespace annals
