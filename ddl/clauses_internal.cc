#include "annals/ddl/clauses_internal.h"

#include <charconv>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/canonical_text.h"
#include "annals/commands/literal_conversion.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

std::string ColumnName(const TableDescriptor& table, ColumnId id) {
  const std::optional<ColumnDescriptor> column = table.FindColumnEver(id);
  return column.has_value() ? QuoteName(column->name()) : "";
}

// ASC NULLS LAST goes without saying; DESC says where it puts the nulls.
std::string_view Order(Collation collation) {
  if (!collation.descending) return collation.nulls_first ? " NULLS FIRST" : "";
  return collation.nulls_first ? " DESC NULLS FIRST" : " DESC NULLS LAST";
}

}  // namespace

std::string QualifiedName(const CatalogView& catalog, const ObjectDescriptor& object) {
  return absl::StrCat(QuoteName(catalog.Find(object.parent()).name()), ".",
                      QuoteName(object.name()));
}

std::string ColumnNames(const TableDescriptor& table, const std::vector<ColumnId>& ids) {
  return absl::StrJoin(ids, ", ",
                       [&](std::string* out, ColumnId id) { out->append(ColumnName(table, id)); });
}

std::string IndexColumns(const TableDescriptor& table, const IndexDescriptor& index) {
  const bool sorted = index.index_kind() == IndexKind::kSorted;
  return absl::StrCat("(",
                      absl::StrJoin(index.columns(), ", ",
                                    [&](std::string* out, const IndexColumn& column) {
                                      out->append(ColumnName(table, column.id));
                                      if (sorted) out->append(Order(column.collation));
                                    }),
                      ")");
}

// A function's name, and the text of a constant, are kept as they were written, and read
// back as they were. A DECIMAL that is spelled as no number of SQL is a string.
std::string DefaultSql(const DefaultValue& value) {
  if (value.kind == DefaultValue::Kind::kFunction) return QuoteName(value.text);
  const bool decimal =
      value.kind == DefaultValue::Kind::kConstant && value.type == TypeId::kDecimal;
  const bool number =
      NumberLength(value.text) == value.text.size() && NumberOf(value.text) == value.text;
  return decimal && !number ? QuoteString(value.text) : SqlDefault(value);
}

// What the interfaces keep as it is given may be no constant of its column's type. A
// number that was given for a DECIMAL is one, and comes back as a DECIMAL.
absl::Status CheckDefault(const CatalogView& catalog, const ObjectDescriptor& object,
                          const ColumnDescriptor& column) {
  const DefaultValue value = column.default_value();
  const auto kept = ConvertDefault(value, column.ToColumn());
  if (kept && (kept == value || kept->type == TypeId::kDecimal)) return absl::OkStatus();
  return MakeError(
      Reason::NOT_SUPPORTED,
      absl::StrCat("column ", QuoteName(column.name()), " of ", ToAbsl(KindName(object.kind())),
                   " ", QualifiedName(catalog, object), " has the default ", DefaultText(value),
                   ", for which its type ", SqlType(column), " has no words; it would have to be ",
                   WhatFits(column.ToColumn())));
}

std::string ColumnClause(const ColumnDescriptor& column) {
  std::string clause = absl::StrCat(QuoteName(column.name()), " ", SqlType(column));
  if (!column.nullable()) clause += " NOT NULL";
  const std::string value = DefaultSql(column.default_value());
  if (!value.empty()) absl::StrAppend(&clause, " DEFAULT ", value);
  return clause;
}

std::string KeyClause(const TableDescriptor& table, const IndexDescriptor& key) {
  std::string clause;
  if (!key.automatic_name()) clause = absl::StrCat("CONSTRAINT ", QuoteName(key.name()), " ");
  clause += "PRIMARY KEY ";
  if (key.index_kind() == IndexKind::kSorted) clause += "USING SORTED ";
  return clause + IndexColumns(table, key);
}

std::string ProfileList(const ZoneDescriptor& zone) {
  const auto quote = [](std::string* out, std::string_view profile) {
    out->append(QuoteString(profile));
  };
  return absl::StrCat("[", absl::StrJoin(zone.storage_profiles(), ", ", quote), "]");
}

std::string AutoScaleOption(std::string_view words, uint32_t seconds) {
  if (seconds == INT32_MAX) return absl::StrCat(ToAbsl(words), " OFF");
  return absl::StrCat(ToAbsl(words), " ", seconds);
}

std::string FractionText(double fraction) {
  char number[32];
  return {number, std::to_chars(number, std::end(number), fraction).ptr};
}

}  // namespace annals::ddl
