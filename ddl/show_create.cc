#include "annals/ddl/show_create.h"

#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/kind.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/create_table.h"
#include "annals/commands/zone_parameters.h"
#include "annals/ddl/clauses_internal.h"
#include "annals/ddl/configured_clauses_internal.h"
#include "annals/ddl/names.h"
#include "annals/ddl/option_words_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

std::string PropertiesClause(const TableDescriptor& table) {
  const CreateTable defaults;
  std::vector<std::string> properties;
  if (table.stale_rows_fraction() != defaults.stale_rows_fraction) {
    properties.push_back("STALE ROWS FRACTION " + FractionText(table.stale_rows_fraction()));
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
    options.push_back(AutoScaleOption(words, seconds));
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
  return absl::StrCat("CREATE ZONE ", QuoteName(zone.name()), OptionsClause(zone),
                      " STORAGE PROFILES ", ProfileList(zone), ";");
}

absl::StatusOr<std::string> SchemaSql(const ObjectDescriptor& schema) {
  if (IsSystemSchema(schema.name())) {
    return MakeError(Reason::NOT_SUPPORTED,
                     absl::StrCat("schema ", QuoteName(schema.name()),
                                  " belongs to the system; CREATE SCHEMA does not make it"));
  }
  return absl::StrCat("CREATE SCHEMA ", QuoteName(schema.name()), ";");
}

// TO SSH TUNNEL, USING "any type"; nothing for kinds whose objects do not say it.
std::string TypeClause(const KindDefinition& kind, std::string_view type) {
  if (kind.type_word.empty() || type.empty()) return "";
  return absl::StrCat(" ", kind.type_word, " ", TypeSql(kind, type));
}

// The options that are not said by clauses.
std::string OptionsClause(const CatalogView& catalog, const ConfiguredDescriptor& object,
                          const KindDefinition& kind) {
  std::vector<std::string> options;
  for (const OptionDescriptor& option : object.options()) {
    if (ClauseOf(kind, option) == nullptr) {
      options.push_back(OptionSql(catalog, object, kind, option));
    }
  }
  if (options.empty()) return "";
  return absl::StrCat(" (", absl::StrJoin(options, ", "), ")");
}

std::string Clauses(const CatalogView& catalog, const ConfiguredDescriptor& object,
                    const KindDefinition& kind) {
  std::string clauses;
  for (const Clause& clause : kind.clauses) {
    const auto option = object.FindOption(clause.option);
    if (!option || ClauseOf(kind, *option) != &clause) continue;
    absl::StrAppend(&clauses, " ", clause.words, " ", ValueSql(catalog, object, *option));
  }
  return clauses;
}

absl::StatusOr<std::string> ColumnsClause(const CatalogView& catalog,
                                          const ConfiguredDescriptor& object) {
  std::vector<std::string> columns;
  for (const ColumnDescriptor column : object.columns()) {
    ANNALS_RETURN_IF_ERROR(CheckDefault(catalog, object, column));
    columns.push_back(ColumnClause(column));
  }
  if (columns.empty()) return "";
  return absl::StrCat(" (", absl::StrJoin(columns, ", "), ")");
}

absl::StatusOr<std::string> ConfiguredSql(const CatalogView& catalog,
                                          const ConfiguredDescriptor& object) {
  const KindDefinition* const kind = FindKind(object.kind());
  if (kind == nullptr) {
    return MakeError(Reason::NOT_SUPPORTED,
                     absl::StrCat("a ", ToAbsl(KindName(object.kind())),
                                  " has no SQL form: its kind is not registered here"));
  }
  ANNALS_ASSIGN_OR_RETURN(const std::string columns, ColumnsClause(catalog, object));
  const std::string comment =
      object.comment().empty() ? "" : absl::StrCat(" COMMENT ", QuoteString(object.comment()));
  const std::string options = OptionsClause(catalog, object, *kind);
  const bool with = kind->quoted_options && !options.empty();
  return absl::StrCat("CREATE ", ToAbsl(WordOf(*kind)), " ", FullName(catalog, object),
                      TypeClause(*kind, object.type()), Clauses(catalog, object, *kind),
                      with ? "" : options, columns, comment, with ? " WITH" : "",
                      with ? options : "", ";");
}

}  // namespace

absl::StatusOr<std::string> ToSql(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (object.kind() == ObjectKind::kSchema) return SchemaSql(object);
  if (const auto table = As<TableDescriptor>(object)) return TableSql(catalog, *table);
  if (const auto index = As<IndexDescriptor>(object)) return IndexSql(catalog, *index);
  if (const auto zone = As<ZoneDescriptor>(object)) return ZoneSql(*zone);
  if (const auto configured = As<ConfiguredDescriptor>(object)) {
    return ConfiguredSql(catalog, *configured);
  }
  return MakeError(Reason::NOT_SUPPORTED,
                   absl::StrCat("a ", ToAbsl(KindName(object.kind())), " has no SQL form"));
}

}  // namespace annals::ddl
