#include "annals/commands/create_system_view.h"

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/limits.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<SystemViewFields> FieldsOf(const CreateSystemView& command, ObjectId schema) {
  SystemViewFields view;
  view.name = command.name;
  view.schema = schema;
  view.kind = *command.kind;
  for (const ColumnDefinition& column : command.columns) {
    ANNALS_ASSIGN_OR_RETURN(view.columns.emplace_back(), MakeColumn(column));
  }
  return view;
}

// Whether `existing` is what `view` would become.
bool IsSame(const SystemViewDescriptor& existing, SystemViewFields view) {
  view.id = existing.id();
  return BuildObject(view) == existing.bytes();
}

}  // namespace

absl::Status CreateSystemView::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckName(name, "system view name"));
  if (columns.empty()) {
    return MakeError(Reason::NO_COLUMNS,
                     absl::StrCat("system view ", Quoted(name), " needs at least one column"));
  }
  if (!kind) {
    return MakeError(Reason::SYSTEM_VIEW_TYPE_MISSING,
                     absl::StrCat("system view ", Quoted(name), " needs a kind: node or cluster"));
  }
  const auto where = [&] { return absl::StrCat("system view ", Quoted(name)); };
  ANNALS_RETURN_IF_ERROR(WithContext(ValidateColumns(columns), where));
  return WithContext(CheckColumnCount(columns.size()), where);
}

absl::StatusOr<UpdateEntries> CreateSystemView::Plan(PlanContext& context) const {
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor system,
                          FindSchema(context.catalog(), kSystemSchema));
  ANNALS_ASSIGN_OR_RETURN(SystemViewFields view, FieldsOf(*this, system.id()));
  UpdateEntries entries;
  if (const auto existing = context.catalog().SystemView(kSystemSchema, name)) {
    if (IsSame(*existing, view)) return entries;
    entries.push_back(DropObject{existing->id()});
  } else {
    ANNALS_RETURN_IF_ERROR(NameTaker(context, system, {name}).Take(name, entries));
  }
  view.id = context.NewId();
  entries.push_back(NewObject{BuildObject(view)});
  return entries;
}

}  // namespace annals
