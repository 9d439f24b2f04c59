#include "annals/cli/verify.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/cli/json.h"
#include "annals/cli/progress.h"
#include "annals/cli/terminal_text.h"
#include "annals/commands/names.h"
#include "annals/log/keys.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// --- What is asked for

absl::StatusOr<Sha256Hash> ParseHash(std::string_view text) {
  Sha256Hash hash;
  constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
  const bool hex = text.size() == 2 * hash.bytes.size() &&
                   text.find_first_not_of(kHexDigits) == std::string_view::npos;
  if (!hex) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat("--expect-head ", Quoted(text), " is no hash of 64 hex digits"));
  }
  const std::string bytes = absl::HexStringToBytes(ToAbsl(text));
  std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
  return hash;
}

// A key of a record, or its version alone.
absl::StatusOr<CatalogVersion> ParseRecordKey(const std::string& text) {
  if (const auto version = VersionOfUpdateKey(text)) return *version;
  uint64_t number = 0;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && absl::SimpleAtoi(text, &number) && number > 0) return CatalogVersion{number};
  return MakeError(Reason::INVALID_REQUEST,
                   absl::StrCat("--from-key ", Quoted(text), " is no key of a record, such as ",
                                UpdateKey({42}), ", and no version"));
}

absl::StatusOr<VerifyOptions> OptionsOf(const Arguments& arguments) {
  VerifyOptions options;
  if (const auto key = arguments.Find("from-key")) {
    ANNALS_ASSIGN_OR_RETURN(options.from, ParseRecordKey(*key));
  }
  if (const auto hash = arguments.Find("expect-head")) {
    ANNALS_ASSIGN_OR_RETURN(options.expected_head, ParseHash(*hash));
  }
  return options;
}

// --- What was found

// Of a store that RocksDB cannot open nothing is known.
bool IsKnown(const Verification& seen) {
  return seen.head.store != StoreUuid{} || seen.head.version.value > 0;
}

std::string_view SeverityName(const Finding& finding) {
  switch (finding.severity) {
    case Finding::Severity::kDamage:
      return "damage";
    case Finding::Severity::kNewer:
      return "newer";
    case Finding::Severity::kWarning:
      return "warning";
  }
  return "";
}

Json RangesJson(const std::vector<UpdateLog::VersionRange>& ranges) {
  Json list = Json::array();
  for (const auto& [first, last] : ranges) {
    list.push_back({{"first", first.value}, {"last", last.value}});
  }
  return list;
}

Json ReadableJson(const Verification& seen) {
  if (!seen.readable) return nullptr;
  Json list = Json::array();
  if (seen.readable->value > 0) {
    list.push_back({{"first", std::max<uint64_t>(seen.head.snapshot.value, 1)},
                    {"last", seen.readable->value}});
  }
  return list;
}

Json JsonOf(const Verification& seen) {
  Json findings = Json::array();
  for (const Finding& finding : seen.findings) {
    findings.push_back({{"severity", std::string(SeverityName(finding))},
                        {"key", finding.key.empty() ? Json() : Json(finding.key)},
                        {"version", finding.version ? Json(finding.version->value) : Json()},
                        {"what", finding.what}});
  }
  return {{"store", IsKnown(seen) ? Json(seen.head.store.ToString()) : Json()},
          {"earliest", std::max<uint64_t>(seen.head.snapshot.value, 1)},
          {"snapshot", seen.head.snapshot.value > 0},
          {"head",
           {{"version", seen.head.version.value},
            {"hash", seen.head_hash ? Json(seen.head_hash->ToString()) : Json()}}},
          {"damaged", seen.damaged()},
          {"findings", std::move(findings)},
          {"catalogs", ReadableJson(seen)},
          {"records", RangesJson(seen.records)},
          {"expected_head", seen.expected_at ? Json(seen.expected_at->value) : Json()},
          {"checked",
           {{"records", seen.checked_records},
            {"chunks", seen.checked_chunks},
            {"bytes", seen.checked_bytes}}},
          {"leftover_chunks", seen.leftover_chunks}};
}

std::string CountText(uint64_t count, std::string_view what) {
  return absl::StrCat(count, " ", ToAbsl(what), count == 1 ? "" : "s");
}

std::string StoreText(const Verification& seen) {
  if (!IsKnown(seen)) return "";
  std::string text = absl::StrCat("store     ", seen.head.store.ToString(), "\nversions  ");
  if (seen.head.version.value == 0) return text + "none yet\n";
  absl::StrAppend(&text, std::max<uint64_t>(seen.head.snapshot.value, 1), " to ",
                  seen.head.version.value);
  return text + (seen.head.snapshot.value > 0 ? ", the first of them a snapshot\n" : "\n");
}

std::string FindingText(const Finding& finding, const Console& console) {
  const bool warning = finding.severity == Finding::Severity::kWarning;
  const std::string name(SeverityName(finding));
  return absl::StrCat(console.Styled(warning ? Style::kChanged : Style::kBad, name),
                      std::string(10 - name.size(), ' '), Visible(finding.what), "\n");
}

// Which versions can be read, for whom that is not clear.
std::string ReadableText(const Verification& seen) {
  std::vector<UpdateLog::VersionRange> catalogs;
  const CatalogVersion first = std::max(seen.head.snapshot, CatalogVersion{1});
  if (seen.readable && seen.readable->value > 0) catalogs.push_back({first, *seen.readable});
  std::string text = absl::StrCat("readable  records of ", VersionsText(seen.records), "\n");
  if (seen.readable) {
    absl::StrAppend(&text, "          catalogs of ", VersionsText(catalogs), "\n");
  }
  return text;
}

std::string HeadText(const Verification& seen) {
  if (!seen.head_hash) return "";
  return absl::StrCat("head      version ", seen.head.version.value, ", hash ",
                      seen.head_hash->ToString(), "\n");
}

std::string ResultText(const Verification& seen, const Console& console) {
  const auto damage = static_cast<uint64_t>(
      std::ranges::count(seen.findings, Finding::Severity::kDamage, &Finding::severity));
  const auto warnings = static_cast<uint64_t>(
      std::ranges::count(seen.findings, Finding::Severity::kWarning, &Finding::severity));
  const std::string also = warnings > 0 ? ", " + CountText(warnings, "warning") : "";
  return absl::StrCat("result    ",
                      damage > 0
                          ? console.Styled(Style::kBad, absl::StrCat("damaged: ", damage, " found"))
                      : seen.newer() ? console.Styled(Style::kBad, "needs a newer annals")
                                     : console.Styled(Style::kGood, "sound"),
                      also, "\n");
}

std::string TextOf(const Verification& seen, const Console& console) {
  std::string text = StoreText(seen);
  for (const Finding& finding : seen.findings) text += FindingText(finding, console);
  if (IsKnown(seen)) {
    absl::StrAppend(&text, "checked   ", CountText(seen.checked_records, "record"), ", ",
                    CountText(seen.checked_chunks, "chunk"), ", ",
                    CountText(seen.checked_bytes, "byte"), "\n");
  }
  if (seen.leftover_chunks > 0) {
    absl::StrAppend(&text, "leftover  ", CountText(seen.leftover_chunks, "chunk"),
                    " of a snapshot that was cut off; the next writer sweeps them\n");
  }
  if (seen.damaged() || seen.newer()) text += ReadableText(seen);
  if (seen.expected_at) {
    absl::StrAppend(&text, "expected  version ", seen.expected_at->value, " has that hash\n");
  }
  return text + HeadText(seen) + ResultText(seen, console);
}

ExitCode CodeOf(const Verification& seen) {
  if (seen.damaged()) return ExitCode::kDamaged;
  if (seen.newer()) return ExitCode::kCannotOpen;
  return seen.findings.empty() ? ExitCode::kDone : ExitCode::kRefused;
}

// --- The verb

// Whether the error is of a store that is there, and no more to be read. One that may not
// be read, or that the disk refuses to read now, may be as sound as ever.
bool IsOfDamage(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  return reason == Reason::LOST_VERSIONS || reason == Reason::STORE_UNREADABLE ||
         reason == Reason::DAMAGED;
}

absl::Status CheckFrom(CatalogVersion from, const UpdateLog::HeadInfo& head) {
  if (from.value == 0) return absl::OkStatus();
  if (from > head.version) {
    return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                     absl::StrCat("--from-key: version ", from.value,
                                  " does not exist; the newest is ", head.version.value));
  }
  if (from < head.snapshot) {
    return MakeError(Reason::VERSION_TRUNCATED,
                     absl::StrCat("--from-key: version ", from.value,
                                  " was truncated; the earliest is ", head.snapshot.value));
  }
  return absl::OkStatus();
}

ExitCode RunVerify(const Arguments& arguments, Console& console) {
  auto options = OptionsOf(arguments);
  if (!options.ok()) return console.Fail(options.status(), ExitCode::kUsage);
  const auto seen = VerifyStore(arguments.Get("STORE"), *std::move(options), console);
  if (!seen.ok()) return console.Fail(seen.status(), ReadFailure(seen.status()));
  console.Print(arguments.Get("output") == "json" ? PrettyJsonText(JsonOf(*seen))
                                                  : TextOf(*seen, console));
  return CodeOf(*seen);
}

}  // namespace

std::string VersionsText(const std::vector<UpdateLog::VersionRange>& ranges) {
  if (ranges.empty()) return "no version";
  const bool one = ranges.size() == 1 && ranges[0].first == ranges[0].last;
  std::string text = one ? "version " : "versions ";
  for (size_t i = 0; i < ranges.size(); ++i) {
    const auto& [first, last] = ranges[i];
    absl::StrAppend(&text, i == 0 ? "" : ", ", first.value);
    if (first < last) absl::StrAppend(&text, " to ", last.value);
  }
  return text;
}

absl::StatusOr<Verification> VerifyStore(const std::string& path, VerifyOptions options,
                                         Console& console) {
  const auto log = OpenRocksDbLog({.path = path, .read_only = true, .salvage = true});
  if (!log.ok()) {
    if (!IsOfDamage(log.status())) return log.status();
    Verification nothing;
    nothing.findings.push_back({.what = MessageOf(log.status())});
    return nothing;
  }
  const UpdateLog::HeadInfo head = (*log)->Head();
  ANNALS_RETURN_IF_ERROR(CheckFrom(options.from, head));
  const CatalogVersion first = std::max(options.from, head.snapshot);
  const uint64_t passes = options.from.value > 0 ? 1 : 2;
  Progress progress(console, "checking", passes * (head.version.value - first.value));
  options.progress = [&](uint64_t done) { progress.Reach(done); };
  return Verify(**log, options);
}

Verb VerifyVerb() {
  return {
      .name = "verify",
      .summary = "check every byte of a store, and name all damage",
      .details =
          "Checks each record, the chain of hashes, the snapshot, the keys and the mark, "
          "and makes all\nversions. Exits with 0 if all is sound, 1 if there are warnings "
          "only, 4 if there is damage.\nThe hash of the head stands for all history up to "
          "it: keep it elsewhere, and --expect-head proves\nlater that this history is "
          "still the same. --from-key is a quick look at what came since:\nrecords below "
          "are taken as they are, and no versions are made.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Value("--from-key", "check from this record on: catalog.update.N, or N"),
                     Value("--expect-head", "the hash that a version must have"),
                     Choice("-o,--output", "how to write it (default: table)", {"table", "json"})},
      .run = RunVerify};
}

}  // namespace annals::cli
