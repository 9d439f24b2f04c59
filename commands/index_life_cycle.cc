#include "annals/commands/index_life_cycle.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status ValidateRef(const IndexRef& ref) {
  return ref.id ? absl::OkStatus() : CheckIndexName(ref.schema, ref.name);
}

absl::StatusOr<IndexDescriptor> FindById(const CatalogView& catalog, ObjectId id) {
  if (const auto index = catalog.Get<IndexDescriptor>(id)) return *index;
  return MakeError(Reason::INDEX_NOT_FOUND, absl::StrCat("there is no index with id ", id.value));
}

absl::StatusOr<IndexDescriptor> FindAlive(const CatalogView& catalog, const IndexRef& ref) {
  return ref.id ? FindById(catalog, *ref.id) : FindIndex(catalog, ref.schema, ref.name);
}

// A name may have been given back several times: the first of those indexes.
absl::StatusOr<IndexDescriptor> FindStopping(const CatalogView& catalog, const IndexRef& ref) {
  if (ref.id) return FindById(catalog, *ref.id);
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor schema, FindSchema(catalog, ref.schema));
  std::optional<IndexDescriptor> first;
  catalog.ForEachChild(schema.id(), [&](const ObjectDescriptor& object) {
    const auto index = As<IndexDescriptor>(object);
    if (!first && index && !index->alive() && index->name() == ref.name) first = index;
  });
  if (first) return *first;
  return FindIndex(catalog, ref.schema, ref.name);
}

std::string Described(const IndexDescriptor& index) {
  return absl::StrCat("index ", Quoted(index.name()), " (id ", index.id().value, ") is ",
                      ToAbsl(StatusName(index.status())));
}

absl::StatusOr<UpdateEntries> Advance(PlanContext& context, const IndexRef& ref, IndexStatus from,
                                      IndexStatus to) {
  ANNALS_ASSIGN_OR_RETURN(const IndexDescriptor index, FindAlive(context.catalog(), ref));
  if (index.status() != from) {
    return MakeError(Reason::WRONG_INDEX_STATUS,
                     absl::StrCat(Described(index), "; only one that is ", ToAbsl(StatusName(from)),
                                  " can become ", ToAbsl(StatusName(to))));
  }
  return UpdateEntries{SetIndexStatus{index.id(), to}};
}

}  // namespace

absl::Status StartBuildingIndex::Validate(Policy /*policy*/) const { return ValidateRef(index); }

absl::StatusOr<UpdateEntries> StartBuildingIndex::Plan(PlanContext& context) const {
  return Advance(context, index, IndexStatus::kRegistered, IndexStatus::kBuilding);
}

absl::Status MakeIndexAvailable::Validate(Policy /*policy*/) const { return ValidateRef(index); }

absl::StatusOr<UpdateEntries> MakeIndexAvailable::Plan(PlanContext& context) const {
  return Advance(context, index, IndexStatus::kBuilding, IndexStatus::kAvailable);
}

absl::Status RemoveIndex::Validate(Policy /*policy*/) const { return ValidateRef(index); }

absl::StatusOr<UpdateEntries> RemoveIndex::Plan(PlanContext& context) const {
  ANNALS_ASSIGN_OR_RETURN(const IndexDescriptor found, FindStopping(context.catalog(), index));
  if (found.alive()) {
    return MakeError(Reason::REMOVE_INDEX_WRONG_STATUS,
                     absl::StrCat(Described(found), "; only one that is stopping can be removed"));
  }
  return UpdateEntries{DropObject{found.id()}};
}

}  // namespace annals
