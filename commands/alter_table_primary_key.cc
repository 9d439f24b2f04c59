#include "annals/commands/alter_table_primary_key.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/key_index.h"
#include "annals/commands/limits.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/commands/policy.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status ValidateKey(const PrimaryKey& key) {
  ANNALS_RETURN_IF_ERROR(ValidateKeyCountAndName(key));
  for (const std::string& column : key.columns) {
    ANNALS_RETURN_IF_ERROR(CheckName(column, "column name"));
  }
  return ValidateKeyColumns(key);
}

// The columns that the key makes NOT NULL: each gets a new record.
size_t CountNullable(const TableDescriptor& table, const std::vector<ColumnId>& ids) {
  return static_cast<size_t>(std::count_if(
      ids.begin(), ids.end(), [&](ColumnId id) { return table.FindColumn(id)->nullable(); }));
}

// Only a key column has a function as its default.
UpdateEntries DropFunctions(const TableDescriptor& table) {
  UpdateEntries entries;
  for (const ColumnId id : table.primary_key()) {
    Column column = table.FindColumn(id)->ToColumn();
    if (column.default_value.kind != DefaultValue::Kind::kFunction) continue;
    column.default_value = {};
    entries.push_back(AlterColumn{table.id(), std::move(column)});
  }
  return entries;
}

}  // namespace

absl::Status AlterTableAddPrimaryKey::Validate(Policy policy) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, table));
  const auto where = [&] { return absl::StrCat("table ", Qualified(schema, table)); };
  ANNALS_RETURN_IF_ERROR(WithContext(ValidateKey(primary_key), where));
  return WithContext(CheckRelaxed(policy, "ADD PRIMARY KEY"), where);
}

absl::StatusOr<UpdateEntries> AlterTableAddPrimaryKey::Plan(PlanContext& context) const {
  const auto owner = FindTable(context.catalog(), schema, table);
  if (!owner.ok()) return Missing(owner.status(), if_table_exists);
  if (owner->key_index_id() != kNoObject) {
    return MakeError(Reason::PRIMARY_KEY_EXISTS,
                     absl::StrCat("table ", Qualified(schema, table),
                                  " has a primary key already; drop that first"));
  }
  ANNALS_ASSIGN_OR_RETURN(std::vector<ColumnId> columns,
                          FindColumns(*owner, schema, primary_key.columns));
  ANNALS_RETURN_IF_ERROR(CheckRoomForColumns(*owner, 0, CountNullable(*owner, columns)));

  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor home, FindSchema(context.catalog(), schema));
  UpdateEntries entries;
  NameTaker::Wanted wanted;
  if (primary_key.name) wanted.push_back(*primary_key.name);
  NameTaker names(context, home, std::move(wanted));
  ANNALS_ASSIGN_OR_RETURN(IndexFields index,
                          NewKeyIndex(primary_key, columns, table, names, entries));
  index.id = context.NewId();
  index.schema = home.id();
  index.table = owner->id();
  index.created_with_table = !context.base().Find(owner->id());
  entries.push_back(NewObject{BuildObject(index)});
  entries.push_back(SetPrimaryKey{owner->id(), columns, columns, index.id});
  return entries;
}

absl::Status AlterTableDropPrimaryKey::Validate(Policy policy) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, table));
  return WithContext(CheckRelaxed(policy, "DROP PRIMARY KEY"),
                     [&] { return absl::StrCat("table ", Qualified(schema, table)); });
}

absl::StatusOr<UpdateEntries> AlterTableDropPrimaryKey::Plan(PlanContext& context) const {
  const auto owner = FindTable(context.catalog(), schema, table);
  if (!owner.ok()) return Missing(owner.status(), if_table_exists);
  const ObjectId index = owner->key_index_id();
  if (index == kNoObject) {
    return MakeError(Reason::NO_PRIMARY_KEY, absl::StrCat("table ", Qualified(schema, table),
                                                          " has no primary key to drop"));
  }
  UpdateEntries entries = DropFunctions(*owner);
  ANNALS_RETURN_IF_ERROR(CheckRoomForColumns(*owner, 0, entries.size()));
  entries.push_back(SetPrimaryKey{owner->id(), {}, {}, kNoObject});
  entries.push_back(DropObject{index});
  return entries;
}

}  // namespace annals
