#include "annals/ddl/show_create.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/create_table.h"
#include "annals/commands/literal_conversion.h"
#include "annals/commands/zone_parameters.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

std::string QualifiedName(const CatalogView& catalog, const ObjectDescriptor& object) {
  return absl::StrCat(QuoteName(catalog.Find(object.parent()).name()), ".",
                      QuoteName(object.name()));
}

std::string ColumnName(const TableDescriptor& table, ColumnId id) {
  const std::optional<ColumnDescriptor> column = table.FindColumnEver(id);
  return column.has_value() ? QuoteName(column->name()) : "";
}

std::string ColumnNames(const TableDescriptor& table, const std::vector<ColumnId>& ids) {
  return absl::StrJoin(ids, ", ",
                       [&](std::string* out, ColumnId id) { out->append(ColumnName(table, id)); });
}

// ASC NULLS LAST goes without saying; DESC says where it puts the nulls.
std::string_view Order(Collation collation) {
  if (!collation.descending) return collation.nulls_first ? " NULLS FIRST" : "";
  return collation.nulls_first ? " DESC NULLS FIRST" : " DESC NULLS LAST";
}

// "(A, B DESC NULLS FIRST)"
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
absl::Status CheckDefault(const CatalogView& catalog, const TableDescriptor& table,
                          const ColumnDescriptor& column) {
  const DefaultValue value = column.default_value();
  const auto kept = ConvertDefault(value, column.ToColumn());
  if (kept && (kept == value || kept->type == TypeId::kDecimal)) return absl::OkStatus();
  return MakeError(
      Reason::NOT_SUPPORTED,
      absl::StrCat("column ", QuoteName(column.name()), " of table ", QualifiedName(catalog, table),
                   " has the default ", DefaultText(value), ", for which its type ",
                   SqlType(column), " has no words; it would have to be ",
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

std::string PropertiesClause(const TableDescriptor& table) {
  const CreateTable defaults;
  std::vector<std::string> properties;
  if (table.stale_rows_fraction() != defaults.stale_rows_fraction) {
    char number[32];
    const auto end = std::to_chars(number, std::end(number), table.stale_rows_fraction()).ptr;
    properties.push_back("STALE ROWS FRACTION " + std::string(number, end));
  }
  if (table.min_stale_rows_count() != defaults.min_stale_rows_count) {
    properties.push_back(absl::StrCat("MIN STALE ROWS ", table.min_stale_rows_count()));
  }
  if (properties.empty()) return "";
  return absl::StrCat(" WITH (", absl::StrJoin(properties, ", "), ")");
}

// Where the table lies. Only the zone that comes by itself goes without saying: another
// one may be the default by the time that the statement is executed.
std::string PlaceClauses(const CatalogView& catalog, const TableDescriptor& table) {
  std::string clauses;
  if (table.colocation() != table.primary_key()) {
    absl::StrAppend(&clauses, " COLOCATE BY (", ColumnNames(table, table.colocation()), ")");
  }
  const std::optional<ZoneDescriptor> zone = catalog.Get<ZoneDescriptor>(table.zone_id());
  if (!zone.has_value()) return clauses;
  if (!zone->automatic() || zone->id() != catalog.default_zone_id()) {
    absl::StrAppend(&clauses, " ZONE ", QuoteName(zone->name()));
  }
  if (zone->storage_profiles().empty() ||
      zone->storage_profiles().front() != table.storage_profile()) {
    absl::StrAppend(&clauses, " STORAGE PROFILE ", QuoteString(table.storage_profile()));
  }
  return clauses;
}

absl::StatusOr<std::string> TableSql(const CatalogView& catalog, const TableDescriptor& table) {
  std::vector<std::string> elements;
  for (const ColumnDescriptor column : table.columns()) {
    ANNALS_RETURN_IF_ERROR(CheckDefault(catalog, table, column));
    elements.push_back(ColumnClause(column));
  }
  const auto key = catalog.Get<IndexDescriptor>(table.key_index_id());
  if (key.has_value()) elements.push_back(KeyClause(table, *key));
  for (std::string& element : elements) element.insert(0, "\n    ");
  return absl::StrCat("CREATE TABLE ", QualifiedName(catalog, table), " (",
                      absl::StrJoin(elements, ","), elements.empty() ? "" : "\n", ")",
                      PlaceClauses(catalog, table), PropertiesClause(table), ";");
}

absl::StatusOr<std::string> IndexSql(const CatalogView& catalog, const IndexDescriptor& index) {
  const auto table = catalog.Get<TableDescriptor>(index.table_id());
  if (!table.has_value()) return MakeError(Reason::TABLE_NOT_FOUND, "the index has no table");
  if (table->key_index_id() == index.id()) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat(QuoteName(index.name()), " is the key index of ",
                                  QualifiedName(catalog, *table), ": see SHOW CREATE TABLE"));
  }
  return absl::StrCat("CREATE ", index.unique() ? "UNIQUE " : "", "INDEX ", QuoteName(index.name()),
                      " ON ", QualifiedName(catalog, *table), " ",
                      index.index_kind() == IndexKind::kHash ? "USING HASH " : "",
                      IndexColumns(*table, index), ";");
}

// What is not as CREATE ZONE makes it where nothing is said.
std::string OptionsClause(const ZoneDescriptor& zone) {
  const ZoneFields usual;
  std::vector<std::string> options;
  const auto add = [&](std::string_view words, uint32_t value, uint32_t usual_value) {
    if (value == usual_value) return;
    options.push_back(absl::StrCat(ToAbsl(words), " ", value));
  };
  const auto add_time = [&](std::string_view words, uint32_t seconds, uint32_t usual_seconds) {
    if (seconds == usual_seconds) return;
    options.push_back(seconds == INT32_MAX ? absl::StrCat(ToAbsl(words), " OFF")
                                           : absl::StrCat(ToAbsl(words), " ", seconds));
  };
  add("PARTITIONS", zone.partitions(), usual.partitions);
  add("REPLICAS", zone.replicas(), usual.replicas);
  add("QUORUM SIZE", zone.quorum_size(), QuorumOf(zone.replicas()).usual);
  if (zone.filter() != usual.filter) {
    options.push_back(absl::StrCat("NODES FILTER ", QuoteString(zone.filter())));
  }
  add_time("AUTO SCALE UP", zone.auto_scale_up_s(), usual.auto_scale_up_s);
  add_time("AUTO SCALE DOWN", zone.auto_scale_down_s(), usual.auto_scale_down_s);
  if (zone.consistency() != usual.consistency) {
    options.emplace_back("CONSISTENCY MODE 'HIGH_AVAILABILITY'");
  }
  if (options.empty()) return "";
  return absl::StrCat(" (", absl::StrJoin(options, ", "), ")");
}

std::string ZoneSql(const ZoneDescriptor& zone) {
  const auto quote = [](std::string* out, std::string_view profile) {
    out->append(QuoteString(profile));
  };
  return absl::StrCat("CREATE ZONE ", QuoteName(zone.name()), OptionsClause(zone),
                      " STORAGE PROFILES [", absl::StrJoin(zone.storage_profiles(), ", ", quote),
                      "];");
}

absl::StatusOr<std::string> SchemaSql(const ObjectDescriptor& schema) {
  if (IsSystemSchema(schema.name())) {
    return MakeError(Reason::NOT_SUPPORTED,
                     absl::StrCat("schema ", QuoteName(schema.name()),
                                  " belongs to the system; CREATE SCHEMA does not make it"));
  }
  return absl::StrCat("CREATE SCHEMA ", QuoteName(schema.name()), ";");
}

absl::StatusOr<std::string> Sql(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (object.kind() == ObjectKind::kSchema) return SchemaSql(object);
  if (const auto table = As<TableDescriptor>(object)) return TableSql(catalog, *table);
  if (const auto index = As<IndexDescriptor>(object)) return IndexSql(catalog, *index);
  if (const auto zone = As<ZoneDescriptor>(object)) return ZoneSql(*zone);
  return MakeError(Reason::NOT_SUPPORTED,
                   absl::StrCat("a ", ToAbsl(KindName(object.kind())), " has no SQL form"));
}

}  // namespace

absl::StatusOr<std::string> ToSql(const CatalogView& catalog, const ObjectDescriptor& object) {
  ANNALS_ASSIGN_OR_RETURN(std::string sql, Sql(catalog, object));
  if (std::ranges::find(sql, '\0') != sql.end()) {
    return MakeError(
        Reason::NOT_SUPPORTED,
        absl::StrCat(QuoteName(object.name()), " holds a NUL character, which no SQL text does"));
  }
  return sql;
}

}  // namespace annals::ddl
