#pragma once

// The net difference of two catalogs, object by object. Pure; any thread.

#include <optional>
#include <string_view>
#include <vector>

#include "annals/catalog/catalog.h"

namespace annals {

// What became of one object, of whatever kind. Descriptors are valid as long as the
// two catalogs.
//
//   if (const auto table = change.After<TableDescriptor>()) Show(table->columns());
struct ObjectChange {
  enum class Kind { kCreated, kAltered, kRenamed, kDropped, kAffected };
  // kRenamed: the name alone, and what follows from it, is another.
  // kAffected: the object is what it was, and something that it refers to is not. Only in
  // events (engine/event.h).
  Kind kind = Kind::kAltered;
  ObjectId id;
  ObjectDescriptor before;  // None if it was created.
  ObjectDescriptor after;   // None if it was dropped.

  // As it is now, or as it was last. An object keeps its kind for ever.
  const ObjectDescriptor& object() const { return after ? after : before; }
  // As a D; nothing if the object is of another kind, or was not there then.
  template <typename D>
  std::optional<D> Before() const {
    return As<D>(before);
  }
  template <typename D>
  std::optional<D> After() const {
    return As<D>(after);
  }
};

// "created", ...
std::string_view ChangeName(ObjectChange::Kind kind);

// A step of an index's life: none -> registered -> building -> available -> stopping ->
// none. What was done within one version is one step.
struct IndexStatusChange {
  std::optional<IndexStatus> before;  // None: the index was created.
  std::optional<IndexStatus> after;   // None: it is gone.
};
// Nothing if the object is no index, or its status is what it was.
std::optional<IndexStatusChange> StatusChangeOf(const ObjectChange& change);

// What became of one living column.
struct ColumnChange {
  // kRenamed: the name alone is another.
  ObjectChange::Kind kind = ObjectChange::Kind::kAltered;
  ColumnId id;
  std::optional<ColumnDescriptor> before;  // None if it was created.
  std::optional<ColumnDescriptor> after;   // None if it was dropped.
};
// The columns of a table, view or configured object that differ, by id; all of them if it
// was created or dropped. None for other kinds.
std::vector<ColumnChange> ColumnChangesOf(const ObjectChange& change);

// The zone that tables get if they name none is another one.
struct DefaultZoneChange {
  std::optional<ZoneDescriptor> before;  // None: there was none yet.
  std::optional<ZoneDescriptor> after;
};
// Nothing if it is the same zone, whatever became of that.
std::optional<DefaultZoneChange> DefaultZoneChangeOf(const CatalogView& before,
                                                     const CatalogView& after);

// All objects that differ, in an order in which they could be made so: dropped ones
// first, each before what it needs, otherwise by descending id; then the others, each
// after what it needs, otherwise by ascending id.
std::vector<ObjectChange> Diff(const CatalogView& before, const CatalogView& after);

// The same for `ids` alone, in any order, where it is known what may differ. Those in
// `affected` are told of too, if they do not differ.
std::vector<ObjectChange> Diff(const CatalogView& before, const CatalogView& after,
                               std::vector<ObjectId> ids,
                               const std::vector<ObjectId>& affected = {});

}  // namespace annals
