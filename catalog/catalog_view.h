#pragma once

// What can be asked of a catalog, whether it is a version that was published
// (Catalog) or one that is being planned (CatalogDraft). Commands plan on this.

#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "annals/catalog/object.h"
#include "annals/schemas/ids.h"

namespace annals {

class CatalogView {
 public:
  using Visit = absl::FunctionRef<void(const ObjectDescriptor&)>;

  virtual ~CatalogView() = default;

  virtual CatalogVersion version() const = 0;
  // What the next new object gets. Ids are never given twice.
  virtual ObjectId next_object_id() const = 0;
  virtual ObjectId default_zone_id() const = 0;  // kNoObject: there is none yet.

  // No object (false) if there is none. Finds stopping indexes too.
  virtual ObjectDescriptor Find(ObjectId id) const = 0;
  // Does not find stopping indexes: they have given their names back.
  virtual ObjectDescriptor Find(NameScope scope, std::string_view name) const = 0;
  // The objects that live in `parent`, by id.
  virtual void ForEachChild(ObjectId parent, Visit visit) const = 0;
  // The objects whose refs name `target`, by id: the indexes of a table, the
  // tables of a zone.
  virtual void ForEachDependent(ObjectId target, Visit visit) const = 0;
  // All objects, by id.
  virtual void ForEachObject(Visit visit) const = 0;

  // --- The same, typed.

  std::optional<SchemaDescriptor> Schema(std::string_view name) const;
  std::optional<TableDescriptor> Table(std::string_view schema, std::string_view name) const;
  std::optional<IndexDescriptor> Index(std::string_view schema, std::string_view name) const;
  std::optional<SystemViewDescriptor> SystemView(std::string_view schema,
                                                 std::string_view name) const;
  std::optional<ZoneDescriptor> Zone(std::string_view name) const;
  std::optional<ZoneDescriptor> DefaultZone() const;

  template <typename D>
  std::optional<D> Get(ObjectId id) const {
    return As<D>(Find(id));
  }

  std::vector<SchemaDescriptor> Schemas() const;
  std::vector<ZoneDescriptor> Zones() const;
  std::vector<TableDescriptor> Tables(ObjectId schema) const;
  // All indexes of a table, by id: alive ones and stopping ones.
  std::vector<IndexDescriptor> Indexes(ObjectId table) const;
};

// Version 0, where every catalog begins.
class EmptyCatalog final : public CatalogView {
 public:
  CatalogVersion version() const override { return {0}; }
  ObjectId next_object_id() const override { return {0}; }
  ObjectId default_zone_id() const override { return kNoObject; }
  ObjectDescriptor Find(ObjectId /*id*/) const override { return {}; }
  ObjectDescriptor Find(NameScope /*scope*/, std::string_view /*name*/) const override {
    return {};
  }
  void ForEachChild(ObjectId /*parent*/, Visit /*visit*/) const override {}
  void ForEachDependent(ObjectId /*target*/, Visit /*visit*/) const override {}
  void ForEachObject(Visit /*visit*/) const override {}
};

}  // namespace annals
