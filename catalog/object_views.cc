#include "annals/catalog/object_views.h"

#include <algorithm>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/kind.h"

namespace annals {
namespace {

using Rows = std::vector<ViewRow>;

// Visits all objects of one kind, by id.
template <typename D>
void ForEach(const CatalogView& catalog, absl::FunctionRef<void(const D&)> visit) {
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (const auto one = As<D>(object)) visit(*one);
  });
}

ViewValue NameOf(const CatalogView& catalog, ObjectId id) {
  const ObjectDescriptor object = catalog.Find(id);
  return object ? ValueOf(object.name()) : ViewValue();
}

// The place of `id` in a key; NULL if it is no part of it.
ViewValue OrdinalIn(const std::vector<ColumnId>& key, ColumnId id) {
  const auto found = std::ranges::find(key, id);
  if (found == key.end()) return {};
  return static_cast<int64_t>(found - key.begin());
}

// Type, nullability and the type's parameters, as all views of columns have them.
void AddType(const ColumnDescriptor& column, ViewRow& row) {
  row.insert(row.end(), {ValueOf(TypeName(column.type())), column.nullable(), column.precision(),
                         column.scale(), column.length()});
}

// --- Schemas and tables.

void AddSchemas(const CatalogView& catalog, Rows& rows) {
  ForEach<SchemaDescriptor>(catalog, [&](const SchemaDescriptor& schema) {
    rows.push_back({ValueOf(schema.id()), ValueOf(schema.name())});
  });
}

std::string ColumnNames(const TableDescriptor& table, const std::vector<ColumnId>& ids) {
  return absl::StrJoin(ids, ", ", [&](std::string* out, ColumnId id) {
    const auto column = table.FindColumn(id);
    *out += column ? CanonicalName(column->name()) : "?";
  });
}

void AddTables(const CatalogView& catalog, Rows& rows) {
  ForEach<TableDescriptor>(catalog, [&](const TableDescriptor& table) {
    rows.push_back({NameOf(catalog, table.schema_id()), ValueOf(table.name()), ValueOf(table.id()),
                    ValueOf(table.key_index_id()), NameOf(catalog, table.zone_id()),
                    ValueOf(table.storage_profile()),
                    ValueOrNull(ColumnNames(table, table.colocation())), ValueOf(table.schema_id()),
                    ValueOf(table.zone_id())});
  });
}

void AddTableColumns(const CatalogView& catalog, Rows& rows) {
  ForEach<TableDescriptor>(catalog, [&](const TableDescriptor& table) {
    const ViewValue schema = NameOf(catalog, table.schema_id());
    const std::vector<ColumnId> key = table.primary_key();
    const std::vector<ColumnId> colocation = table.colocation();
    int64_t ordinal = 0;
    for (const ColumnDescriptor column : table.columns()) {
      ViewRow row = {schema, ValueOf(table.name()), ValueOf(table.id()), ValueOf(column.name())};
      AddType(column, row);
      row.insert(row.end(), {ordinal++, ValueOf(table.schema_id()), OrdinalIn(key, column.id()),
                             OrdinalIn(colocation, column.id())});
      rows.push_back(std::move(row));
    }
  });
}

// --- Indexes.

// A stopping index may speak of columns that are dropped.
std::string ColumnName(const CatalogView& catalog, const IndexDescriptor& index, ColumnId id) {
  const auto table = catalog.Get<TableDescriptor>(index.table_id());
  const auto column = table ? table->FindColumnEver(id) : std::nullopt;
  return column ? std::string(column->name()) : "?";
}

// "ASC", "DESC NULLS LAST": where nulls stand is said if it is not the default.
std::string OrderOf(Collation collation) {
  const std::string direction = collation.descending ? "DESC" : "ASC";
  if (collation.nulls_first == collation.descending) return direction;
  return direction + (collation.nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

std::string ColumnsText(const CatalogView& catalog, const IndexDescriptor& index) {
  return absl::StrJoin(index.columns(), ", ", [&](std::string* out, const IndexColumn& one) {
    *out += CanonicalName(ColumnName(catalog, index, one.id));
    if (index.index_kind() == IndexKind::kSorted) *out += " " + OrderOf(one.collation);
  });
}

void AddIndexes(const CatalogView& catalog, Rows& rows) {
  ForEach<IndexDescriptor>(catalog, [&](const IndexDescriptor& index) {
    if (!index.alive()) return;
    rows.push_back({ValueOf(index.id()), ValueOf(index.name()), ValueOf(index.table_id()),
                    NameOf(catalog, index.table_id()), ValueOf(index.schema_id()),
                    NameOf(catalog, index.schema_id()),
                    index.index_kind() == IndexKind::kSorted ? "SORTED" : "HASH", index.unique(),
                    ColumnsText(catalog, index), WordValue(StatusName(index.status()))});
  });
}

void AddIndexColumns(const CatalogView& catalog, Rows& rows) {
  ForEach<IndexDescriptor>(catalog, [&](const IndexDescriptor& index) {
    const bool sorted = index.index_kind() == IndexKind::kSorted;
    int64_t ordinal = 0;
    for (const IndexColumn& one : index.columns()) {
      rows.push_back({ValueOf(index.schema_id()), NameOf(catalog, index.schema_id()),
                      ValueOf(index.table_id()), NameOf(catalog, index.table_id()),
                      ValueOf(index.id()), ValueOf(index.name()),
                      ColumnName(catalog, index, one.id), ordinal++,
                      sorted ? WordValue(CollationName(one.collation)) : ViewValue()});
    }
  });
}

// --- Zones.

void AddZones(const CatalogView& catalog, Rows& rows) {
  ForEach<ZoneDescriptor>(catalog, [&](const ZoneDescriptor& zone) {
    const bool strong = zone.consistency() == ConsistencyMode::kStrong;
    rows.push_back({ValueOf(zone.name()), zone.partitions(), zone.replicas(),
                    zone.auto_scale_up_s(), zone.auto_scale_down_s(), ValueOf(zone.filter()),
                    zone.id() == catalog.default_zone_id(),
                    strong ? "STRONG_CONSISTENCY" : "HIGH_AVAILABILITY", ValueOf(zone.id()),
                    zone.quorum_size()});
  });
}

void AddZoneStorageProfiles(const CatalogView& catalog, Rows& rows) {
  ForEach<ZoneDescriptor>(catalog, [&](const ZoneDescriptor& zone) {
    bool is_default = true;  // The first.
    for (const std::string_view profile : zone.storage_profiles()) {
      rows.push_back({ValueOf(zone.name()), ValueOf(profile), is_default, ValueOf(zone.id())});
      is_default = false;
    }
  });
}

// --- System views that the embedding engine registered.

void AddSystemViews(const CatalogView& catalog, Rows& rows) {
  ForEach<SystemViewDescriptor>(catalog, [&](const SystemViewDescriptor& view) {
    rows.push_back({ValueOf(view.id()), NameOf(catalog, view.parent()), ValueOf(view.name()),
                    view.view_kind() == ViewKind::kNode ? "NODE" : "CLUSTER"});
  });
}

void AddSystemViewColumns(const CatalogView& catalog, Rows& rows) {
  ForEach<SystemViewDescriptor>(catalog, [&](const SystemViewDescriptor& view) {
    for (const ColumnDescriptor column : view.columns()) {
      ViewRow row = {ValueOf(view.id()), ValueOf(view.name()), ValueOf(column.name())};
      AddType(column, row);
      rows.push_back(std::move(row));
    }
  });
}

// --- Objects of whatever kind, and what configured ones are made of.

void AddObjects(const CatalogView& catalog, Rows& rows) {
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (!object.has_name()) return;
    const auto configured = As<ConfiguredDescriptor>(object);
    rows.push_back({ValueOf(object.id()), WordValue(KindName(object.kind())),
                    NameOf(catalog, object.parent()), ValueOf(object.name()),
                    configured ? ValueOrNull(configured->type()) : ViewValue(),
                    ValueOrNull(object.comment()),
                    configured ? ValueOf(uint64_t{configured->generation()}) : ViewValue(),
                    FingerprintOf(object).ToHex(), ValueOf(object.from()), object.updated_at()});
  });
}

// The row of a piece of a configured object, as far as it tells of the object.
ViewRow RowOf(const CatalogView& catalog, const ConfiguredDescriptor& object) {
  return {ValueOf(object.id()), WordValue(KindName(object.kind())),
          NameOf(catalog, object.parent()), ValueOf(object.name())};
}

void AddOptions(const CatalogView& catalog, Rows& rows) {
  ForEach<ConfiguredDescriptor>(catalog, [&](const ConfiguredDescriptor& object) {
    for (const OptionDescriptor& option : object.options()) {
      const ObjectDescriptor target = catalog.Find(option.ref());
      ViewRow row = RowOf(catalog, object);
      row.insert(row.end(),
                 {ValueOf(option.key()),
                  option.ref() == kNoObject ? ValueOf(ShownValue(object, option)) : ViewValue(),
                  IsSensitive(object.kind(), object.type(), option.key()), ValueOf(option.ref()),
                  target ? WordValue(KindName(target.kind())) : ViewValue(),
                  target ? NameOf(catalog, target.parent()) : ViewValue(),
                  target ? ValueOf(target.name()) : ViewValue()});
      rows.push_back(std::move(row));
    }
  });
}

void AddLabels(const CatalogView& catalog, Rows& rows) {
  ForEach<ConfiguredDescriptor>(catalog, [&](const ConfiguredDescriptor& object) {
    for (const OptionDescriptor& label : object.labels()) {
      ViewRow row = RowOf(catalog, object);
      row.insert(row.end(),
                 {ValueOf(label.key()), ValueOf(ShownLabel(label.key(), label.value()))});
      rows.push_back(std::move(row));
    }
  });
}

}  // namespace

const std::vector<ObjectView>& ObjectViews() {
  using enum TypeId;
  // Names and order of columns are those of Apache Ignite 3, without the duplicates
  // that are deprecated there.
  static const auto* const views = new std::vector<ObjectView>{
      {{"SCHEMAS", "each schema", {{"SCHEMA_ID", kInt64}, {"SCHEMA_NAME", kString}}}, AddSchemas},
      {{"TABLES",
        "each table",
        {{"SCHEMA_NAME", kString},
         {"TABLE_NAME", kString},
         {"TABLE_ID", kInt64},
         {"TABLE_PK_INDEX_ID", kInt64},
         {"ZONE_NAME", kString},
         {"STORAGE_PROFILE", kString},
         {"TABLE_COLOCATION_COLUMNS", kString},
         {"SCHEMA_ID", kInt64},
         {"ZONE_ID", kInt64}}},
       AddTables},
      {{"TABLE_COLUMNS",
        "each column of a table",
        {{"SCHEMA_NAME", kString},
         {"TABLE_NAME", kString},
         {"TABLE_ID", kInt64},
         {"COLUMN_NAME", kString},
         {"COLUMN_TYPE", kString},
         {"IS_NULLABLE_COLUMN", kBoolean},
         {"COLUMN_PRECISION", kInt32},
         {"COLUMN_SCALE", kInt32},
         {"COLUMN_LENGTH", kInt32},
         {"COLUMN_ORDINAL", kInt32},
         {"SCHEMA_ID", kInt64},
         {"PK_COLUMN_ORDINAL", kInt32},
         {"COLOCATION_COLUMN_ORDINAL", kInt32}}},
       AddTableColumns},
      {{"INDEXES",
        "each index that is not stopping",
        {{"INDEX_ID", kInt64},
         {"INDEX_NAME", kString},
         {"TABLE_ID", kInt64},
         {"TABLE_NAME", kString},
         {"SCHEMA_ID", kInt64},
         {"SCHEMA_NAME", kString},
         {"INDEX_TYPE", kString},
         {"IS_UNIQUE_INDEX", kBoolean},
         {"INDEX_COLUMNS", kString},
         {"INDEX_STATE", kString}}},
       AddIndexes},
      {{"INDEX_COLUMNS",
        "each column of an index, stopping indexes too",
        {{"SCHEMA_ID", kInt64},
         {"SCHEMA_NAME", kString},
         {"TABLE_ID", kInt64},
         {"TABLE_NAME", kString},
         {"INDEX_ID", kInt64},
         {"INDEX_NAME", kString},
         {"COLUMN_NAME", kString},
         {"COLUMN_ORDINAL", kInt32},
         {"COLUMN_COLLATION", kString}}},
       AddIndexColumns},
      {{"ZONES",
        "each zone",
        {{"ZONE_NAME", kString},
         {"ZONE_PARTITIONS", kInt32},
         {"ZONE_REPLICAS", kInt32},
         {"DATA_NODES_AUTO_ADJUST_SCALE_UP", kInt32},
         {"DATA_NODES_AUTO_ADJUST_SCALE_DOWN", kInt32},
         {"DATA_NODES_FILTER", kString},
         {"IS_DEFAULT_ZONE", kBoolean},
         {"ZONE_CONSISTENCY_MODE", kString},
         {"ZONE_ID", kInt64},
         {"ZONE_QUORUM_SIZE", kInt32}}},
       AddZones},
      {{"ZONE_STORAGE_PROFILES",
        "each storage profile of a zone",
        {{"ZONE_NAME", kString},
         {"STORAGE_PROFILE", kString},
         {"IS_DEFAULT_PROFILE", kBoolean},
         {"ZONE_ID", kInt64}}},
       AddZoneStorageProfiles},
      {{"SYSTEM_VIEWS",
        "each system view that an engine registered",
        {{"VIEW_ID", kInt64},
         {"SCHEMA_NAME", kString},
         {"VIEW_NAME", kString},
         {"VIEW_TYPE", kString}}},
       AddSystemViews},
      {{"SYSTEM_VIEW_COLUMNS",
        "each column of a registered system view",
        {{"VIEW_ID", kInt64},
         {"VIEW_NAME", kString},
         {"COLUMN_NAME", kString},
         {"COLUMN_TYPE", kString},
         {"IS_NULLABLE_COLUMN", kBoolean},
         {"COLUMN_PRECISION", kInt32},
         {"COLUMN_SCALE", kInt32},
         {"COLUMN_LENGTH", kInt32}}},
       AddSystemViewColumns},
      {{"OBJECTS",
        "each object, of whatever kind",
        {{"OBJECT_ID", kInt64},
         {"KIND", kString},
         {"SCHEMA_NAME", kString},
         {"OBJECT_NAME", kString},
         {"OBJECT_TYPE", kString},
         {"COMMENT", kString},
         {"GENERATION", kInt64},
         {"FINGERPRINT", kString},
         {"VERSION", kInt64},
         {"TIMESTAMP", kTimestamp}}},
       AddObjects},
      {{"OPTIONS",
        "each option of a catalog, connection, secret, ...",
        {{"OBJECT_ID", kInt64},
         {"KIND", kString},
         {"SCHEMA_NAME", kString},
         {"OBJECT_NAME", kString},
         {"OPTION_NAME", kString},
         {"OPTION_VALUE", kString},
         {"IS_SENSITIVE", kBoolean},
         {"REFERENCE_ID", kInt64},
         {"REFERENCE_KIND", kString},
         {"REFERENCE_SCHEMA_NAME", kString},
         {"REFERENCE_NAME", kString}}},
       AddOptions},
      {{"LABELS",
        "each label of a catalog, connection, secret, ...",
        {{"OBJECT_ID", kInt64},
         {"KIND", kString},
         {"SCHEMA_NAME", kString},
         {"OBJECT_NAME", kString},
         {"LABEL_NAME", kString},
         {"LABEL_VALUE", kString}}},
       AddLabels},
  };
  return *views;
}

}  // namespace annals
