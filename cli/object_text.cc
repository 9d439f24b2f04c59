#include "annals/cli/object_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/kind.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/terminal_text.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// How properties that are options and labels of a configured object are called.
constexpr const char* kOptionLabel = "option:";
constexpr const char* kLabelLabel = "label:";

std::string Kind(const ObjectDescriptor& object) { return std::string(KindName(object.kind())); }

std::string NameOf(const CatalogView& catalog, ObjectId id) {
  const ObjectDescriptor object = catalog.Find(id);
  return object ? QualifiedName(catalog, object) : "-";
}

std::string ColumnNames(const TableDescriptor& table, const std::vector<ColumnId>& ids) {
  if (ids.empty()) return "none";
  return absl::StrCat("(",
                      absl::StrJoin(ids, ", ",
                                    [&](std::string* out, ColumnId id) {
                                      const auto column = table.FindColumnEver(id);
                                      *out += column ? ddl::QuoteName(column->name()) : "?";
                                    }),
                      ")");
}

std::string Order(Collation collation) {
  return absl::StrCat(collation.descending ? " DESC" : "",
                      collation.descending == collation.nulls_first ? ""
                      : collation.nulls_first                       ? " NULLS FIRST"
                                                                    : " NULLS LAST");
}

std::string IndexColumns(const CatalogView& catalog, const IndexDescriptor& index) {
  const auto table = catalog.Get<TableDescriptor>(index.table_id());
  const auto append = [&](std::string* out, const IndexColumn& one) {
    const auto column = table ? table->FindColumnEver(one.id) : std::nullopt;
    *out += column ? ddl::QuoteName(column->name()) : "?";
    if (index.index_kind() == IndexKind::kSorted) *out += Order(one.collation);
  };
  return absl::StrCat("(", absl::StrJoin(index.columns(), ", ", append), ")");
}

std::string IndexType(const IndexDescriptor& index) {
  return index.index_kind() == IndexKind::kSorted ? "sorted" : "hash";
}

std::string Seconds(uint32_t seconds) {
  return seconds >= INT32_MAX ? "off" : absl::StrCat(seconds, " s");
}

void AddColumns(const ColumnList& columns, std::vector<Property>& properties) {
  for (const ColumnDescriptor column : columns) {
    properties.push_back({absl::StrCat("column ", column.id().value),
                          absl::StrCat("column ", ddl::QuoteName(column.name())),
                          ColumnText(column)});
  }
}

void AddTable(const CatalogView& catalog, const TableDescriptor& table,
              std::vector<Property>& properties) {
  const auto add = [&](const std::string& key, std::string text) {
    properties.push_back({key, key, std::move(text)});
  };
  AddColumns(table.columns(), properties);
  const auto key = catalog.Get<IndexDescriptor>(table.key_index_id());
  add("primary key", key ? absl::StrCat(IndexColumns(catalog, *key), " ", IndexType(*key))
                         : ColumnNames(table, table.primary_key()));
  add("colocation", ColumnNames(table, table.colocation()));
  add("zone", NameOf(catalog, table.zone_id()));
  add("storage profile", std::string(table.storage_profile()));
  add("stale rows fraction", absl::StrCat(table.stale_rows_fraction()));
  add("min stale rows", absl::StrCat(table.min_stale_rows_count()));
}

void AddIndex(const CatalogView& catalog, const IndexDescriptor& index,
              std::vector<Property>& properties) {
  const auto add = [&](const std::string& key, std::string text) {
    properties.push_back({key, key, std::move(text)});
  };
  add("table", NameOf(catalog, index.table_id()));
  add("columns", IndexColumns(catalog, index));
  add("type", IndexType(index));
  add("unique", index.unique() ? "yes" : "no");
  add("status", std::string(StatusName(index.status())));
}

void AddZone(const CatalogView& catalog, const ZoneDescriptor& zone,
             std::vector<Property>& properties) {
  const auto add = [&](const std::string& key, std::string text) {
    properties.push_back({key, key, std::move(text)});
  };
  add("default", zone.id() == catalog.default_zone_id() ? "yes" : "no");
  add("partitions", absl::StrCat(zone.partitions()));
  add("replicas", absl::StrCat(zone.replicas()));
  add("quorum size", absl::StrCat(zone.quorum_size()));
  add("auto scale up", Seconds(zone.auto_scale_up_s()));
  add("auto scale down", Seconds(zone.auto_scale_down_s()));
  add("nodes filter", std::string(zone.filter()));
  const auto append = [](std::string* out, std::string_view profile) { *out += profile; };
  add("storage profiles", absl::StrJoin(zone.storage_profiles(), ", ", append));
  add("consistency mode",
      zone.consistency() == ConsistencyMode::kStrong ? "strong consistency" : "high availability");
}

void AddConfigured(const CatalogView& catalog, const ConfiguredDescriptor& object,
                   std::vector<Property>& properties) {
  const auto add = [&](const std::string& key, std::string text) {
    properties.push_back({key, key, std::move(text)});
  };
  if (!object.type().empty()) add("type", std::string(object.type()));
  if (object.generation() > 0) add("generation", absl::StrCat(object.generation()));
  for (const OptionDescriptor& option : object.options()) {
    add(absl::StrCat(kOptionLabel, ToAbsl(option.key())), OptionText(catalog, object, option));
  }
  AddColumns(object.columns(), properties);
  for (const OptionDescriptor& label : object.labels()) {
    add(absl::StrCat(kLabelLabel, ToAbsl(label.key())),
        std::string(ShownLabel(label.key(), label.value())));
  }
}

// "ORDERS (4 columns)" says what; this says the parenthesis.
std::string IndexShort(const CatalogView& catalog, const IndexDescriptor& index) {
  return absl::StrCat("on ", NameOf(catalog, index.table_id()), " ", IndexColumns(catalog, index),
                      IsKeyIndex(catalog, index) ? " primary key" : "",
                      index.unique() && !IsKeyIndex(catalog, index) ? " unique" : "", ", ",
                      IndexType(index), ", ", ToAbsl(StatusName(index.status())));
}

std::string TableShort(const TableDescriptor& table) {
  const auto key = table.primary_key();
  return absl::StrCat(Count(table.columns().size(), "column"),
                      key.empty() ? ", no primary key" : ", primary key ",
                      key.empty() ? "" : ColumnNames(table, key));
}

// "kafka, broker=h1:9092, sasl-password=PUBLIC.P, ..."
std::string ConfiguredShort(const CatalogView& catalog, const ConfiguredDescriptor& object) {
  constexpr size_t kShownOptions = 3;
  constexpr size_t kShownWidth = 60;
  std::vector<std::string> parts;
  if (!object.type().empty()) parts.emplace_back(object.type());
  const std::vector<OptionDescriptor> options = object.options();
  for (size_t i = 0; i < options.size() && i < kShownOptions; ++i) {
    const bool refers = options[i].ref() != kNoObject;
    const std::string text = refers ? NameOf(catalog, options[i].ref())
                                    : Shortened(ShownValue(object, options[i]), kShownWidth);
    parts.push_back(absl::StrCat(ToAbsl(options[i].key()), "=", text));
  }
  if (options.size() > kShownOptions) parts.emplace_back("...");
  if (!object.columns().empty()) parts.push_back(Count(object.columns().size(), "column"));
  return absl::StrJoin(parts, ", ");
}

// Who refers to it, at first hand.
std::string DependentNames(const CatalogView& catalog, ObjectId id) {
  std::vector<std::string> names;
  catalog.ForEachDependent(id, [&](const ObjectDescriptor& dependent) {
    names.push_back(absl::StrCat(Kind(dependent), " ", QualifiedName(catalog, dependent)));
  });
  return absl::StrJoin(names, ", ");
}

}  // namespace

std::string Count(size_t number, const char* noun) {
  return absl::StrCat(number, " ", noun, number == 1 ? "" : "s");
}

std::string QualifiedName(const CatalogView& catalog, const ObjectDescriptor& object) {
  const std::string name = ddl::QuoteName(object.name());
  if (object.parent() == kNoObject) return name;
  const ObjectDescriptor parent = catalog.Find(object.parent());
  return absl::StrCat(parent ? ddl::QuoteName(parent.name()) : "?", ".", name);
}

std::string ColumnText(const ColumnDescriptor& column) {
  const std::string value = SqlDefault(column.default_value());
  return absl::StrCat(SqlType(column), column.nullable() ? "" : " NOT NULL",
                      value.empty() ? "" : " DEFAULT ", value);
}

std::string OptionText(const CatalogView& catalog, const ConfiguredDescriptor& object,
                       const OptionDescriptor& option) {
  if (option.ref() == kNoObject) return std::string(ShownValue(object, option));
  const ObjectDescriptor target = catalog.Find(option.ref());
  if (!target) return absl::StrCat("object #", option.ref().value);
  return absl::StrCat(Kind(target), " ", QualifiedName(catalog, target));
}

bool IsKeyIndex(const CatalogView& catalog, const ObjectDescriptor& object) {
  const auto index = As<IndexDescriptor>(object);
  const auto table = index ? catalog.Get<TableDescriptor>(index->table_id()) : std::nullopt;
  return table && table->key_index_id() == object.id();
}

std::vector<Property> PropertiesOf(const CatalogView& catalog, const ObjectDescriptor& object) {
  std::vector<Property> properties;
  if (const auto table = As<TableDescriptor>(object)) AddTable(catalog, *table, properties);
  if (const auto index = As<IndexDescriptor>(object)) AddIndex(catalog, *index, properties);
  if (const auto zone = As<ZoneDescriptor>(object)) AddZone(catalog, *zone, properties);
  if (const auto view = As<SystemViewDescriptor>(object)) {
    AddColumns(view->columns(), properties);
    properties.push_back(
        {"kind", "kind", view->view_kind() == ViewKind::kNode ? "node" : "cluster"});
  }
  if (const auto other = As<ConfiguredDescriptor>(object)) {
    AddConfigured(catalog, *other, properties);
  }
  if (!object.comment().empty()) {
    properties.push_back({"comment", "comment", std::string(object.comment())});
  }
  return properties;
}

std::string ShortText(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (const auto table = As<TableDescriptor>(object)) return TableShort(*table);
  if (const auto index = As<IndexDescriptor>(object)) return IndexShort(catalog, *index);
  if (const auto view = As<SystemViewDescriptor>(object)) {
    return Count(view->columns().size(), "column");
  }
  if (const auto zone = As<ZoneDescriptor>(object)) {
    return absl::StrCat(Count(zone->partitions(), "partition"), ", ", zone->replicas(),
                        zone->replicas() == 1 ? " replica" : " replicas",
                        zone->id() == catalog.default_zone_id() ? ", the default zone" : "");
  }
  if (const auto other = As<ConfiguredDescriptor>(object)) return ConfiguredShort(catalog, *other);
  return "";
}

std::string DescribeText(const CatalogView& catalog, const ObjectDescriptor& object,
                         bool extended) {
  std::string text = absl::StrCat(Kind(object), " ", Visible(QualifiedName(catalog, object)), "\n");
  std::vector<Property> properties = {
      {"", "id", absl::StrCat(object.id().value)},
      {"", "changed",
       absl::StrCat("version ", object.from().value, ", ", MomentText(object.updated_at()))}};
  if (IsConfigured(object.kind())) {
    properties.push_back({"", "fingerprint", FingerprintOf(object).ToHex()});
    properties.push_back(
        {"", "effective fingerprint", EffectiveFingerprints(catalog).Of(object.id()).ToHex()});
  }
  for (Property& property : PropertiesOf(catalog, object)) {
    const bool extends =
        property.key.starts_with(kOptionLabel) || property.key.starts_with(kLabelLabel);
    if (extended || !extends) properties.push_back(std::move(property));
  }
  const auto is_fingerprint = [](const Property& one) {
    return one.key.empty() && one.label.ends_with("fingerprint");
  };
  if (!extended) std::erase_if(properties, is_fingerprint);
  catalog.ForEachDependent(object.id(), [&](const ObjectDescriptor& dependent) {
    const auto index = As<IndexDescriptor>(dependent);
    if (!index || !index->alive() || object.kind() != ObjectKind::kTable) return;
    properties.push_back(
        {"", absl::StrCat("index ", ddl::QuoteName(index->name())),
         absl::StrCat(IndexColumns(catalog, *index), " ", IndexType(*index),
                      index->unique() ? ", unique, " : ", ", ToAbsl(StatusName(index->status())))});
  });
  if (IsConfigured(object.kind())) {
    const std::string dependents = DependentNames(catalog, object.id());
    if (!dependents.empty()) properties.push_back({"", "used by", dependents});
  }
  size_t width = 0;
  for (Property& property : properties) {
    property.label = Visible(property.label);
    width = std::max(width, WidthOf(property.label));
  }
  for (const Property& property : properties) {
    absl::StrAppend(&text, "  ", property.label,
                    std::string(width - WidthOf(property.label) + 2, ' '), Visible(property.text),
                    "\n");
  }
  return text;
}

}  // namespace annals::cli
