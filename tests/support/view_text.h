#pragma once

// Rows of views as text that is easy to compare.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/view_rows.h"

namespace annals {

inline std::string ToText(const ViewValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* whole = std::get_if<int64_t>(&value)) return absl::StrCat(*whole);
  if (const auto* number = std::get_if<double>(&value)) return absl::StrCat(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* time = std::get_if<HybridTimestamp>(&value)) {
    return absl::StrCat("@", time->physical_ms());
  }
  return "NULL";
}

// "0|shop", a row each.
inline std::vector<std::string> ToTexts(const std::vector<ViewRow>& rows) {
  std::vector<std::string> texts;
  for (const ViewRow& row : rows) {
    texts.push_back(absl::StrJoin(
        row, "|", [](std::string* out, const ViewValue& value) { *out += ToText(value); }));
  }
  return texts;
}

// The rows with these columns alone.
inline std::vector<std::string> ToTexts(const ViewInfo& view, const std::vector<ViewRow>& rows,
                                        const std::vector<std::string_view>& columns) {
  std::vector<ViewRow> picked(rows.size());
  for (const std::string_view name : columns) {
    for (size_t c = 0; c < view.columns.size(); ++c) {
      if (view.columns[c].name != name) continue;
      for (size_t r = 0; r < rows.size(); ++r) picked[r].push_back(rows[r][c]);
    }
  }
  return ToTexts(picked);
}

inline bool IsOfType(const ViewValue& value, TypeId type) {
  if (std::holds_alternative<std::monostate>(value)) return true;
  switch (type) {
    case TypeId::kBoolean:
      return std::holds_alternative<bool>(value);
    case TypeId::kInt32: {
      const auto* whole = std::get_if<int64_t>(&value);
      return whole != nullptr && *whole >= INT32_MIN && *whole <= INT32_MAX;
    }
    case TypeId::kInt64:
      return std::holds_alternative<int64_t>(value);
    case TypeId::kDouble:
      return std::holds_alternative<double>(value);
    case TypeId::kString:
      return std::holds_alternative<std::string>(value);
    case TypeId::kTimestamp:
      return std::holds_alternative<HybridTimestamp>(value);
    default:
      return false;
  }
}

// Whether every row has as many values as the view has columns, each of its type.
inline bool RowsFit(const ViewInfo& view, const std::vector<ViewRow>& rows) {
  for (const ViewRow& row : rows) {
    if (row.size() != view.columns.size()) return false;
    for (size_t i = 0; i < row.size(); ++i) {
      if (!IsOfType(row[i], view.columns[i].type)) return false;
    }
  }
  return true;
}

}  // namespace annals
