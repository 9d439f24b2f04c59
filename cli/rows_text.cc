#include "annals/cli/rows_text.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "annals/cli/json.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/text_table.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr size_t kWidestCell = 100;

bool IsNull(const ViewValue& value) { return std::holds_alternative<std::monostate>(value); }

Json ToJson(const ViewValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* whole = std::get_if<int64_t>(&value)) return *whole;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* time = std::get_if<HybridTimestamp>(&value)) return MomentText(*time);
  return nullptr;
}

// A value that is not NULL.
std::string ToText(const ViewValue& value) {
  const Json json = ToJson(value);
  return json.is_string() ? json.get<std::string>() : JsonText(json);
}

std::string CellOf(const ViewValue& value) {
  if (IsNull(value)) return "-";
  std::string text = ToText(value);
  return WidthOf(text) <= kWidestCell ? text : Shortened(text, kWidestCell);
}

// CSV has no escapes: line feeds may stand in quotes, and what else disturbs is shown as
// the tables show it.
std::string CsvField(std::string_view raw) {
  std::string text;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(raw), '\n')) {
    absl::StrAppend(&text, line.data() == raw.data() ? "" : "\n", Visible(ToStd(line)));
  }
  const bool plain = !text.empty() && text.find_first_of(",\"\n") == std::string::npos;
  if (plain) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string RowsTable(const ViewRows& answer) {
  std::vector<std::string> header;
  for (const ViewColumn& column : answer.view->columns) header.emplace_back(column.name);
  TextTable table(std::move(header));
  for (const ViewRow& row : answer.rows) {
    std::vector<std::string> cells;
    for (const ViewValue& value : row) cells.push_back(CellOf(value));
    table.AddRow(std::move(cells));
  }
  return table.TakeText();
}

std::string RowsJson(const ViewRows& answer) {
  std::vector<std::string> keys;
  for (const ViewColumn& column : answer.view->columns) {
    keys.push_back(absl::AsciiStrToLower(ToAbsl(column.name)));
  }
  Json list = Json::array();
  for (const ViewRow& row : answer.rows) {
    Json object = Json::object();
    for (size_t i = 0; i < keys.size(); ++i) object[keys[i]] = ToJson(row[i]);
    list.push_back(std::move(object));
  }
  return PrettyJsonText(list);
}

std::string RowsCsv(const ViewRows& answer) {
  std::string text = absl::StrJoin(
      answer.view->columns, ",",
      [](std::string* out, const ViewColumn& column) { *out += CsvField(column.name); });
  text += "\n";
  const auto append = [](std::string* out, const ViewValue& value) {
    if (!IsNull(value)) *out += CsvField(ToText(value));
  };
  for (const ViewRow& row : answer.rows)
    absl::StrAppend(&text, absl::StrJoin(row, ",", append), "\n");
  return text;
}

}  // namespace annals::cli
