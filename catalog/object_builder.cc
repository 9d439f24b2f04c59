#include "annals/catalog/object_builder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "annals/catalog/name_hash_internal.h"
#include "annals/catalog/object_tables_internal.h"

namespace annals {
namespace {

std::vector<uint16_t> RawIds(const std::vector<ColumnId>& ids) {
  std::vector<uint16_t> raw;
  raw.reserve(ids.size());
  for (ColumnId id : ids) raw.push_back(id.value);
  return raw;
}

fbs::ObjectT Base(ObjectId id, fbs::ObjectKind kind, const std::string& name, ObjectId parent,
                  std::vector<uint32_t> refs) {
  fbs::ObjectT object;
  object.id = id.value;
  object.kind = kind;
  object.name = name;
  object.parent = parent.value;
  object.refs = std::move(refs);
  return object;
}

template <typename Body>
std::string Pack(fbs::ObjectT object, Body body) {
  object.body.Set(std::move(body));
  return PackObject(object);
}

}  // namespace

std::string PackObject(const fbs::ObjectT& object) {
  flatbuffers::FlatBufferBuilder builder(1024);
  builder.Finish(fbs::Object::Pack(builder, &object));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

fbs::ObjectT UnpackObject(std::string_view bytes) {
  fbs::ObjectT object;
  flatbuffers::GetRoot<fbs::Object>(bytes.data())->UnPackTo(&object);
  return object;
}

fbs::ColumnT ToTable(const Column& column) {
  fbs::ColumnT table;
  table.name = column.name;
  table.column_id = column.id.value;
  table.type = static_cast<fbs::TypeId>(column.type);
  table.nullable = column.nullable;
  table.precision = column.precision;
  table.scale = column.scale;
  table.length = column.length;
  table.length_given = column.length_given;
  table.default_kind = static_cast<fbs::DefaultKind>(column.default_value.kind);
  table.default_type = static_cast<fbs::TypeId>(column.default_value.type);
  table.default_text = column.default_value.text;
  table.since = column.since;
  table.until = column.until;
  return table;
}

Column FromTable(const fbs::Column& column) { return ColumnDescriptor(&column).ToColumn(); }

void HashNames(fbs::TableBodyT& table) {
  table.name_hashes.clear();
  table.name_hashes.reserve(table.columns.size());
  for (const auto& column : table.columns)
    table.name_hashes.push_back(ColumnNameHash(column->name));
}

std::string BuildObject(const SchemaFields& fields) {
  return Pack(Base(fields.id, fbs::ObjectKind::Schema, fields.name, kNoObject, {}),
              fbs::SchemaBodyT());
}

std::string BuildObject(const TableFields& fields) {
  fbs::TableBodyT table;
  table.zone_id = fields.zone.value;
  table.table_version = 1;
  table.columns.reserve(fields.columns.size());
  for (const Column& column : fields.columns) {
    auto added = std::make_unique<fbs::ColumnT>(ToTable(column));
    added->column_id = table.next_column_id++;
    added->since = 1;
    table.columns.push_back(std::move(added));
  }
  HashNames(table);
  table.key = std::make_unique<fbs::KeyT>();
  table.key->columns = RawIds(fields.primary_key);
  table.key->colocation = RawIds(fields.colocation);
  table.key->since = 1;
  table.key_index_id = fields.key_index.value;
  table.profile = fields.storage_profile;
  table.stale_rows_fraction = fields.stale_rows_fraction;
  table.min_stale_rows_count = fields.min_stale_rows_count;
  return Pack(
      Base(fields.id, fbs::ObjectKind::Table, fields.name, fields.schema, {fields.zone.value}),
      std::move(table));
}

std::string BuildObject(const IndexFields& fields) {
  fbs::IndexBodyT index;
  index.table_id = fields.table.value;
  index.index_kind = static_cast<fbs::IndexKind>(fields.kind);
  index.status = static_cast<fbs::IndexStatus>(fields.status);
  index.unique = fields.unique;
  index.automatic_name = fields.automatic_name;
  index.created_with_table = fields.created_with_table;
  index.columns.reserve(fields.columns.size());
  for (const IndexColumn& column : fields.columns) {
    auto added = std::make_unique<fbs::IndexColumnT>();
    added->column_id = column.id.value;
    added->descending = column.collation.descending;
    added->nulls_first = column.collation.nulls_first;
    index.columns.push_back(std::move(added));
  }
  return Pack(
      Base(fields.id, fbs::ObjectKind::Index, fields.name, fields.schema, {fields.table.value}),
      std::move(index));
}

std::string BuildObject(const ZoneFields& fields) {
  fbs::ZoneBodyT zone;
  zone.partitions = fields.partitions;
  zone.replicas = fields.replicas;
  zone.quorum_size = fields.quorum_size;
  zone.auto_scale_up_s = fields.auto_scale_up_s;
  zone.auto_scale_down_s = fields.auto_scale_down_s;
  zone.filter = fields.filter;
  zone.profiles = fields.storage_profiles;
  zone.consistency = static_cast<fbs::ConsistencyMode>(fields.consistency);
  zone.automatic = fields.automatic;
  return Pack(Base(fields.id, fbs::ObjectKind::Zone, fields.name, kNoObject, {}), std::move(zone));
}

std::string BuildObject(const SystemViewFields& fields) {
  fbs::SystemViewBodyT view;
  view.view_kind = static_cast<fbs::ViewKind>(fields.kind);
  for (const Column& column : fields.columns) {
    view.columns.push_back(std::make_unique<fbs::ColumnT>(ToTable(column)));
  }
  return Pack(Base(fields.id, fbs::ObjectKind::SystemView, fields.name, fields.schema, {}),
              std::move(view));
}

ZoneFields FieldsOf(const ZoneDescriptor& zone) {
  ZoneFields fields{.id = zone.id(),
                    .name = std::string(zone.name()),
                    .partitions = zone.partitions(),
                    .replicas = zone.replicas(),
                    .quorum_size = zone.quorum_size(),
                    .auto_scale_up_s = zone.auto_scale_up_s(),
                    .auto_scale_down_s = zone.auto_scale_down_s(),
                    .filter = std::string(zone.filter()),
                    .storage_profiles = {},
                    .consistency = zone.consistency(),
                    .automatic = zone.automatic()};
  for (std::string_view profile : zone.storage_profiles()) {
    fields.storage_profiles.emplace_back(profile);
  }
  return fields;
}

}  // namespace annals
