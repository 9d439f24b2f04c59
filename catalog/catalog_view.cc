#include "annals/catalog/catalog_view.h"

namespace annals {
namespace {

template <typename D>
std::optional<D> FindIn(const CatalogView& catalog, std::string_view schema,
                        std::string_view name) {
  const ObjectDescriptor owner = catalog.Find(NameScope::Root(ObjectKind::kSchema), schema);
  if (!owner) return std::nullopt;
  return As<D>(catalog.Find(NameScope::In(owner.id()), name));
}

}  // namespace

std::optional<SchemaDescriptor> CatalogView::Schema(std::string_view name) const {
  return As<SchemaDescriptor>(Find(NameScope::Root(ObjectKind::kSchema), name));
}

std::optional<TableDescriptor> CatalogView::Table(std::string_view schema,
                                                  std::string_view name) const {
  return FindIn<TableDescriptor>(*this, schema, name);
}

std::optional<IndexDescriptor> CatalogView::Index(std::string_view schema,
                                                  std::string_view name) const {
  return FindIn<IndexDescriptor>(*this, schema, name);
}

std::optional<SystemViewDescriptor> CatalogView::SystemView(std::string_view schema,
                                                            std::string_view name) const {
  return FindIn<SystemViewDescriptor>(*this, schema, name);
}

std::optional<ZoneDescriptor> CatalogView::Zone(std::string_view name) const {
  return As<ZoneDescriptor>(Find(NameScope::Root(ObjectKind::kZone), name));
}

std::optional<ZoneDescriptor> CatalogView::DefaultZone() const {
  return Get<ZoneDescriptor>(default_zone_id());
}

std::vector<SchemaDescriptor> CatalogView::Schemas() const {
  std::vector<SchemaDescriptor> schemas;
  ForEachChild(kNoObject, [&](const ObjectDescriptor& object) {
    if (auto schema = As<SchemaDescriptor>(object)) schemas.push_back(*schema);
  });
  return schemas;
}

std::vector<ZoneDescriptor> CatalogView::Zones() const {
  std::vector<ZoneDescriptor> zones;
  ForEachChild(kNoObject, [&](const ObjectDescriptor& object) {
    if (auto zone = As<ZoneDescriptor>(object)) zones.push_back(*zone);
  });
  return zones;
}

std::vector<TableDescriptor> CatalogView::Tables(ObjectId schema) const {
  std::vector<TableDescriptor> tables;
  ForEachChild(schema, [&](const ObjectDescriptor& object) {
    if (auto table = As<TableDescriptor>(object)) tables.push_back(*table);
  });
  return tables;
}

std::vector<IndexDescriptor> CatalogView::Indexes(ObjectId table) const {
  std::vector<IndexDescriptor> indexes;
  ForEachDependent(table, [&](const ObjectDescriptor& object) {
    if (auto index = As<IndexDescriptor>(object)) indexes.push_back(*index);
  });
  return indexes;
}

}  // namespace annals
