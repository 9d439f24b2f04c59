#include "annals/cli/catalog_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "absl/strings/str_replace.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/kind.h"
#include "annals/cli/moment_text.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// All of `text` as a number.
template <typename Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Json ConstantJson(const DefaultValue& value) {
  switch (value.type) {
    case TypeId::kBoolean:
      if (value.text == "TRUE" || value.text == "FALSE") return value.text == "TRUE";
      break;
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
      if (const auto number = ReadNumber<int64_t>(value.text)) return *number;
      break;
    case TypeId::kFloat:
    case TypeId::kDouble: {
      if (const auto whole = ReadNumber<int64_t>(value.text)) return *whole;
      const auto number = ReadNumber<double>(value.text);
      if (number && std::isfinite(*number)) return *number;
      break;
    }
    default:
      break;
  }
  return value.text;  // As it is: this is where it says all.
}

std::string Spelled(std::string_view name) { return std::string(name); }

std::string Underscored(std::string_view words) {
  return absl::StrReplaceAll(ToAbsl(words), {{" ", "_"}});
}

// "system_view"
std::string KindWord(ObjectKind kind) { return Underscored(KindName(kind)); }

Json IdJson(ObjectId id) { return id == kNoObject ? Json(nullptr) : Json(id.value); }

Json ColumnJson(const ColumnDescriptor& column) {
  return {{"id", column.id().value},
          {"name", Spelled(column.name())},
          {"type", Spelled(TypeName(column.type()))},
          {"nullable", column.nullable()},
          {"length", column.length()},
          {"precision", column.precision()},
          {"scale", column.scale()},
          {"default", DefaultJson(column.default_value())}};
}

Json ColumnsJson(const ColumnList& columns) {
  Json list = Json::array();
  for (const ColumnDescriptor column : columns) list.push_back(ColumnJson(column));
  return list;
}

Json NamesJson(const TableDescriptor& table, const std::vector<ColumnId>& ids) {
  Json list = Json::array();
  for (const ColumnId id : ids) {
    const auto column = table.FindColumnEver(id);
    list.push_back(column ? Spelled(column->name()) : "");
  }
  return list;
}

Json ZoneJson(const ZoneDescriptor& zone) {
  Json profiles = Json::array();
  for (const std::string_view profile : zone.storage_profiles()) profiles.push_back(profile);
  return {
      {"id", zone.id().value},
      {"name", Spelled(zone.name())},
      {"partitions", zone.partitions()},
      {"replicas", zone.replicas()},
      {"quorum_size", zone.quorum_size()},
      {"auto_scale_up", zone.auto_scale_up_s()},
      {"auto_scale_down", zone.auto_scale_down_s()},
      {"filter", Spelled(zone.filter())},
      {"storage_profiles", std::move(profiles)},
      {"consistency_mode", zone.consistency() == ConsistencyMode::kStrong ? "strong_consistency"
                                                                          : "high_availability"}};
}

Json TableJson(const TableDescriptor& table) {
  return {{"id", table.id().value},
          {"name", Spelled(table.name())},
          {"zone_id", table.zone_id().value},
          {"pk_index_id", IdJson(table.key_index_id())},
          {"schema_version", table.table_version()},
          {"columns", ColumnsJson(table.columns())},
          {"primary_key", NamesJson(table, table.primary_key())},
          {"colocation", NamesJson(table, table.colocation())},
          {"storage_profile", Spelled(table.storage_profile())},
          {"stale_rows_fraction", table.stale_rows_fraction()},
          {"min_stale_rows_count", table.min_stale_rows_count()}};
}

// A stopping index may speak of columns that are dropped.
Json IndexColumnsJson(const CatalogView& catalog, const IndexDescriptor& index) {
  const auto table = catalog.Get<TableDescriptor>(index.table_id());
  Json list = Json::array();
  for (const IndexColumn& one : index.columns()) {
    const auto column = table ? table->FindColumnEver(one.id) : std::nullopt;
    Json entry = {{"name", column ? Spelled(column->name()) : ""}};
    if (index.index_kind() == IndexKind::kSorted) {
      entry["collation"] = Spelled(CollationName(one.collation));
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Json IndexJson(const CatalogView& catalog, const IndexDescriptor& index) {
  return {{"id", index.id().value},
          {"name", Spelled(index.name())},
          {"table_id", index.table_id().value},
          {"kind", index.index_kind() == IndexKind::kHash ? "hash" : "sorted"},
          {"unique", index.unique()},
          {"status", Spelled(StatusName(index.status()))},
          {"columns", IndexColumnsJson(catalog, index)}};
}

Json ViewJson(const SystemViewDescriptor& view) {
  return {{"id", view.id().value},
          {"name", Spelled(view.name())},
          {"kind", view.view_kind() == ViewKind::kNode ? "node" : "cluster"},
          {"columns", ColumnsJson(view.columns())}};
}

// {"kind": "secret", "schema": "PUBLIC", "name": "P", "id": 7}: a request names an object so.
Json ReferenceJson(const CatalogView& catalog, ObjectId id) {
  const ObjectDescriptor target = catalog.Find(id);
  if (!target) return {{"id", id.value}};
  Json json = {{"kind", KindWord(target.kind())}};
  if (const ObjectDescriptor schema = catalog.Find(target.parent())) {
    json["schema"] = Spelled(schema.name());
  }
  json["name"] = Spelled(target.name());
  json["id"] = id.value;
  return json;
}

Json ConfiguredJson(const CatalogView& catalog, const ConfiguredDescriptor& object) {
  Json options = Json::object();
  for (const OptionDescriptor& option : object.options()) {
    options[Spelled(option.key())] = option.ref() == kNoObject
                                         ? Json(Spelled(ShownValue(object, option)))
                                         : ReferenceJson(catalog, option.ref());
  }
  Json labels = Json::object();
  for (const OptionDescriptor& label : object.labels()) {
    labels[Spelled(label.key())] = Spelled(ShownLabel(label.key(), label.value()));
  }
  return {{"id", object.id().value},
          {"name", Spelled(object.name())},
          {"type", object.type().empty() ? Json(nullptr) : Json(Spelled(object.type()))},
          {"comment", Spelled(object.comment())},
          {"options", std::move(options)},
          {"columns", ColumnsJson(object.columns())},
          {"generation", object.generation()},
          {"labels", std::move(labels)},
          {"fingerprint", FingerprintOf(object).ToHex()}};
}

// A schema changes with what lives in it, which does not touch the schema itself.
HybridTimestamp UpdatedAt(const CatalogView& catalog, const ObjectDescriptor& object) {
  HybridTimestamp newest = object.updated_at();
  if (object.kind() != ObjectKind::kSchema) return newest;
  catalog.ForEachChild(object.id(), [&](const ObjectDescriptor& child) {
    newest = std::max(newest, child.updated_at());
  });
  return newest;
}

// The object in the protocol's shape, without what lives in it.
Json OwnJson(const CatalogView& catalog, const ObjectDescriptor& object) {
  Json json;
  if (const auto table = As<TableDescriptor>(object)) {
    json = TableJson(*table);
  } else if (const auto index = As<IndexDescriptor>(object)) {
    json = IndexJson(catalog, *index);
  } else if (const auto view = As<SystemViewDescriptor>(object)) {
    json = ViewJson(*view);
  } else if (const auto zone = As<ZoneDescriptor>(object)) {
    json = ZoneJson(*zone);
  } else if (const auto other = As<ConfiguredDescriptor>(object)) {
    json = ConfiguredJson(catalog, *other);
  } else {
    json = {{"id", object.id().value}, {"name", Spelled(object.name())}};
  }
  json["from"] = object.from().value;
  json["updated_at"] = MomentText(UpdatedAt(catalog, object));
  return json;
}

// Kinds come and go with who registers them, so only those that there are have a list.
void AddConfiguredChildren(const CatalogView& catalog, ObjectId parent, Json& json) {
  catalog.ForEachChild(parent, [&](const ObjectDescriptor& child) {
    if (!IsConfigured(child.kind())) return;
    json[Underscored(KindPlural(child.kind()))].push_back(OwnJson(catalog, child));
  });
}

void AddChildren(const CatalogView& catalog, ObjectId schema, Json& json) {
  for (const char* list : {"tables", "indexes", "system_views"}) json[list] = Json::array();
  catalog.ForEachChild(schema, [&](const ObjectDescriptor& child) {
    const char* const list = child.kind() == ObjectKind::kTable        ? "tables"
                             : child.kind() == ObjectKind::kIndex      ? "indexes"
                             : child.kind() == ObjectKind::kSystemView ? "system_views"
                                                                       : nullptr;
    if (list != nullptr) json[list].push_back(OwnJson(catalog, child));
  });
  AddConfiguredChildren(catalog, schema, json);
}

Json SchemaJson(const CatalogView& catalog, const SchemaDescriptor& schema) {
  Json json = OwnJson(catalog, schema);
  AddChildren(catalog, schema.id(), json);
  return json;
}

Json WithKind(const CatalogView& catalog, const ObjectDescriptor& object, const Json& own) {
  Json json = {{"object", KindWord(object.kind())}};
  const ObjectDescriptor schema = catalog.Find(object.parent());
  if (schema) json["schema"] = Spelled(schema.name());
  json.update(own);
  return json;
}

}  // namespace

Json DefaultJson(const DefaultValue& value) {
  switch (value.kind) {
    case DefaultValue::Kind::kNone:
      return nullptr;
    case DefaultValue::Kind::kFunction:
      return {{"function", value.text}};
    case DefaultValue::Kind::kConstant:
      return {{"constant", ConstantJson(value)}};
  }
  return nullptr;
}

Json CatalogJson(const CatalogView& catalog) {
  const auto zone = catalog.DefaultZone();
  Json json = {{"version", catalog.version().value},
               {"object_id_gen", catalog.next_object_id().value},
               {"default_zone", zone ? Json(Spelled(zone->name())) : Json(nullptr)},
               {"zones", Json::array()},
               {"schemas", Json::array()}};
  for (const ZoneDescriptor& one : catalog.Zones()) json["zones"].push_back(OwnJson(catalog, one));
  for (const SchemaDescriptor& schema : catalog.Schemas()) {
    json["schemas"].push_back(SchemaJson(catalog, schema));
  }
  AddConfiguredChildren(catalog, kNoObject, json);
  return json;
}

Json ObjectJson(const CatalogView& catalog, const ObjectDescriptor& object) {
  const auto schema = As<SchemaDescriptor>(object);
  return WithKind(catalog, object,
                  schema ? SchemaJson(catalog, *schema) : OwnJson(catalog, object));
}

Json ListingJson(const CatalogView& catalog) {
  Json list = Json::array();
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (object.has_name()) list.push_back(WithKind(catalog, object, OwnJson(catalog, object)));
  });
  return list;
}

}  // namespace annals::cli
