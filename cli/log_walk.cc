#include "annals/cli/log_walk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/entry_text.h"
#include "annals/cli/change_text.h"
#include "annals/cli/json.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/version_json.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr size_t kPartRows = 500;

// What a version is about, on one line: its message, or its statement, or its entries.
std::string TitleOf(const VersionedUpdate& update) {
  const std::string& text = update.message.empty() ? update.statement : update.message;
  return text.empty() ? SummaryOf(update.entries) : Visible(Shortened(text, kTitleWidth));
}

// Each entry on a line, and how much it is.
std::string StatText(const UpdateRecord& record) {
  const KnownNames names(record.update.entries, nullptr, &ddl::QuoteName);
  std::string text;
  for (const UpdateEntry& entry : record.update.entries) {
    absl::StrAppend(&text, "    ", Visible(names.WordsOf(entry)), "\n");
  }
  const size_t count = record.update.entries.size();
  return absl::StrCat(text, "    ", count, count == 1 ? " entry, " : " entries, ",
                      record.bytes.size(), " bytes\n");
}

}  // namespace

absl::StatusOr<uint64_t> ReadCount(const Arguments& arguments, uint64_t otherwise) {
  uint64_t count = otherwise;
  const auto text = arguments.Find("n");
  if (!text.has_value()) return count;
  const bool digits = !text->empty() && text->find_first_not_of("0123456789") == text->npos;
  if (digits && absl::SimpleAtoi(*text, &count)) return count;
  return MakeError(Reason::INVALID_REQUEST, "-n wants a number of versions");
}

LogWriter::LogWriter(std::string form, Console& console)
    : form_(std::move(form)), console_(console) {
  if (form_ == "json") console_.Print("[");
}

void LogWriter::Write(CatalogVersion version, const UpdateRecord& record) {
  if (form_ == "json" || form_ == "jsonl") return WriteJson(version, record);
  const VersionedUpdate& update = record.update;
  if (form_ == "oneline" || form_ == "stat") {
    console_.Print(absl::StrCat(console_.Styled(Style::kVersion, absl::StrCat(version.value)), "  ",
                                MomentText(update.timestamp), "  ", TitleOf(update), "\n"));
    if (form_ == "stat") console_.Print(StatText(record));
    return;
  }
  table_.AddRow({absl::StrCat(version.value), MomentText(update.timestamp),
                 Shortened(update.author, 30), Shortened(update.message, kTitleWidth),
                 SummaryOf(update.entries)});
  if (table_.size() == kPartRows) console_.Print(table_.TakeText());
}

void LogWriter::Finish() {
  if (form_ == "json") console_.Print(count_ == 0 ? "]\n" : "\n]\n");
  if (form_ == "table") console_.Print(table_.TakeText());
}

void LogWriter::WriteJson(CatalogVersion version, const UpdateRecord& record) {
  const bool array = form_ == "json";
  if (array) console_.Print(count_ == 0 ? "\n" : ",\n");
  console_.Print(JsonText(VersionJson(version, record)));
  if (!array) console_.Print("\n");
  ++count_;
}

ExitCode LogWalk::Walk(const WantedVersions& wanted, bool reverse) {
  if (wanted.only) return WalkOnly(*wanted.only, reverse);
  const auto [first, last] = std::pair(wanted.first, wanted.last);
  if (first > last) return code_;
  const uint64_t end = reverse ? last : first;
  uint64_t at = reverse ? first : last;
  while (console_.working()) {
    const UpdateLog::VersionRange told = Tell({at});
    const uint64_t reached = std::clamp((reverse ? told.last : told.first).value, first, last);
    if (reached == end) break;
    at = reverse ? reached + 1 : reached - 1;
  }
  return code_;
}

ExitCode LogWalk::WalkOnly(const std::set<uint64_t>& versions, bool reverse) {
  std::vector<uint64_t> order(versions.begin(), versions.end());
  if (!reverse) std::ranges::reverse(order);
  for (const uint64_t version : order) {
    if (console_.working()) Tell({version});
  }
  return code_;
}

UpdateLog::VersionRange LogWalk::Tell(CatalogVersion version) {
  const auto record = records_.Read(version);
  if (record.ok()) {
    writer_.Write(version, *record);
    return {version, version};
  }
  const auto gap = log_.GapAt(version);
  const bool wide = gap && gap->first < gap->last;
  const absl::Status status =
      wide ? MakeError(Reason::DAMAGED,
                       absl::StrCat("the records of the versions ", gap->first.value, " to ",
                                    gap->last.value, " are missing"))
           : record.status();
  console_.Fail(status, ExitCode::kDamaged);
  code_ = ReadFailure(status);
  return wide ? *gap : UpdateLog::VersionRange{version, version};
}

}  // namespace annals::cli
