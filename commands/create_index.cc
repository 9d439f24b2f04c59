#include "annals/commands/create_index.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/limits.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status ValidateCollations(const CreateIndex& command) {
  const size_t wanted = command.kind == IndexKind::kSorted ? command.columns.size() : 0;
  if (command.collations.empty() && wanted > 0) {
    return MakeError(Reason::COLLATIONS_MISSING,
                     absl::StrCat("sorted index ", Quoted(command.name),
                                  " needs a collation for each of its columns"));
  }
  if (command.collations.size() == wanted) return absl::OkStatus();
  return MakeError(
      Reason::COLLATIONS_COUNT,
      absl::StrCat(command.kind == IndexKind::kSorted ? "sorted" : "hash", " index ",
                   Quoted(command.name), " of ", command.columns.size(), " columns has ", wanted,
                   " collations, not ", command.collations.size()));
}

// An index that is there makes IF NOT EXISTS a no-op, but not a key index whose
// name the engine chose: that one gives way to the user's.
bool IsThere(const PlanContext& context, const SchemaDescriptor& schema, std::string_view name) {
  const auto index = As<IndexDescriptor>(context.catalog().Find(NameScope::In(schema.id()), name));
  return index && !(context.relaxed() && index->automatic_name());
}

absl::Status CheckColocation(const CreateIndex& command, const TableDescriptor& table,
                             const std::vector<ColumnId>& columns) {
  for (ColumnId id : table.colocation()) {
    if (std::find(columns.begin(), columns.end(), id) != columns.end()) continue;
    return MakeError(Reason::UNIQUE_NEEDS_COLOCATION,
                     absl::StrCat("unique index ", Quoted(command.name),
                                  " has to cover all colocation columns of table ",
                                  Qualified(command.schema, command.table), "; ",
                                  Quoted(table.FindColumn(id)->name()), " is missing"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CreateIndex::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckIndexName(schema, name));
  ANNALS_RETURN_IF_ERROR(CheckName(table, "table name"));
  if (columns.empty()) {
    return MakeError(Reason::NO_COLUMNS,
                     absl::StrCat("index ", Quoted(name), " needs at least one column"));
  }
  ANNALS_RETURN_IF_ERROR(WithContext(CheckKeyColumnCount(columns.size()),
                                     [&] { return absl::StrCat("index ", Quoted(name)); }));
  for (const std::string& column : columns) {
    ANNALS_RETURN_IF_ERROR(CheckName(column, "column name"));
  }
  if (const auto twice = FirstDuplicate(columns)) {
    return MakeError(
        Reason::COLUMN_DUPLICATED,
        absl::StrCat("index ", Quoted(name), " names column ", Quoted(*twice), " twice"));
  }
  return ValidateCollations(*this);
}

absl::StatusOr<UpdateEntries> CreateIndex::Plan(PlanContext& context) const {
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor home, FindSchema(context.catalog(), schema));
  if (if_not_exists && IsThere(context, home, name)) return UpdateEntries{};
  UpdateEntries entries;
  NameTaker names(context, home, {name});
  ANNALS_RETURN_IF_ERROR(names.Take(name, entries));
  ANNALS_ASSIGN_OR_RETURN(const TableDescriptor owner, FindTable(context.catalog(), schema, table));
  ANNALS_ASSIGN_OR_RETURN(const std::vector<ColumnId> ids, FindColumns(owner, schema, columns));
  if (unique && !context.relaxed()) ANNALS_RETURN_IF_ERROR(CheckColocation(*this, owner, ids));

  IndexFields index;
  index.id = context.NewId();
  index.name = name;
  index.schema = home.id();
  index.table = owner.id();
  index.kind = kind;
  index.unique = unique;
  index.created_with_table = !context.base().Find(owner.id());
  index.status = index.created_with_table ? IndexStatus::kAvailable : IndexStatus::kRegistered;
  for (size_t i = 0; i < ids.size(); ++i) {
    index.columns.push_back({ids[i], kind == IndexKind::kSorted ? collations[i] : Collation{}});
  }
  entries.push_back(NewObject{BuildObject(index)});
  return entries;
}

}  // namespace annals
