#include "annals/commands/rename_table.h"

#include <optional>

#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// The key index that gets a new name with its table.
std::optional<IndexDescriptor> IndexToRename(const PlanContext& context,
                                             const TableDescriptor& table) {
  auto index = context.catalog().Get<IndexDescriptor>(table.key_index_id());
  if (index && context.relaxed() && !index->automatic_name()) return std::nullopt;
  return index;
}

}  // namespace

absl::Status RenameTable::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, name));
  return CheckName(new_name, "new table name");
}

absl::StatusOr<UpdateEntries> RenameTable::Plan(PlanContext& context) const {
  const auto owner = FindSchema(context.catalog(), schema);
  if (!owner.ok()) return Missing(owner.status(), if_exists);
  const auto table = FindTable(context.catalog(), schema, name);
  const auto index = table.ok() ? IndexToRename(context, *table) : std::nullopt;
  NameTaker names(context, *owner, {new_name});

  // The table may want the name of its own key index, which then goes first.
  if (context.relaxed() && index && index->name() == new_name) {
    ANNALS_ASSIGN_OR_RETURN(std::string index_name, names.TakeKeyIndexName(new_name));
    return UpdateEntries{RenameObject{index->id(), std::move(index_name), true},
                         RenameObject{table->id(), new_name}};
  }

  UpdateEntries entries;
  ANNALS_RETURN_IF_ERROR(names.Take(new_name, entries));
  if (!table.ok()) return Missing(table.status(), if_exists);
  entries.push_back(RenameObject{table->id(), new_name});
  if (!index) return entries;
  if (context.relaxed()) {
    names.Release(table->name());
    names.Release(index->name());
  }
  ANNALS_ASSIGN_OR_RETURN(std::string index_name, names.TakeKeyIndexName(new_name));
  if (index_name != index->name()) {
    entries.push_back(RenameObject{index->id(), std::move(index_name), true});
  }
  return entries;
}

}  // namespace annals
