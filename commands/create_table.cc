#include "annals/commands/create_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/key_index.h"
#include "annals/commands/limits.h"
#include "annals/commands/literal_conversion.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/commands/table_properties.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

template <typename Name>
bool Contains(const std::vector<Name>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool Defines(const CreateTable& command, const std::string& column) {
  return std::any_of(command.columns.begin(), command.columns.end(),
                     [&](const ColumnDefinition& one) { return one.name == column; });
}

bool IsKeyColumn(const CreateTable& command, const std::string& column) {
  return command.primary_key && Contains(command.primary_key->columns, column);
}

bool NeedsImplicitKey(const CreateTable& command, Policy policy) {
  return command.implicit_key && policy == Policy::kStrict && !command.primary_key &&
         !command.columns.empty();
}

// `command` with the key that it leaves to us.
CreateTable WithImplicitKey(CreateTable command) {
  const std::string key(kImplicitKeyColumn);
  command.columns.insert(
      command.columns.begin(),
      ColumnDefinition{.name = key, .type = Uuid(), .default_value = Function("RAND_UUID")});
  command.primary_key = HashPrimaryKey({key});
  return command;
}

// --- Without a catalog.

absl::Status CheckNoImplicitKey(const CreateTable& command) {
  const std::string key(kImplicitKeyColumn);
  if (!Defines(command, key)) return absl::OkStatus();
  return MakeError(Reason::COLUMN_DUPLICATED,
                   absl::StrCat("column ", Quoted(key),
                                " is the key that a table without one gets; give the "
                                "table a primary key, or the column another name"));
}

absl::Status ValidateColumns(const CreateTable& command, Policy policy) {
  if (command.columns.empty() && policy == Policy::kStrict) {
    return MakeError(Reason::NO_COLUMNS, "it needs at least one column");
  }
  ANNALS_RETURN_IF_ERROR(annals::ValidateColumns(command.columns));
  return CheckColumnCount(command.columns.size());
}

absl::Status ValidateKey(const CreateTable& command, Policy policy) {
  if (!command.primary_key) {
    if (policy == Policy::kRelaxed) return absl::OkStatus();
    return MakeError(Reason::NO_PRIMARY_KEY, "it needs a primary key");
  }
  const PrimaryKey& key = *command.primary_key;
  ANNALS_RETURN_IF_ERROR(ValidateKeyCountAndName(key));
  for (const ColumnDefinition& column : command.columns) {
    if (column.nullable && Contains(key.columns, column.name)) {
      return MakeError(Reason::PK_NULLABLE,
                       absl::StrCat("column ", Quoted(column.name),
                                    " is part of the primary key and has to be NOT NULL"));
    }
  }
  std::vector<std::string> undefined;
  std::copy_if(key.columns.begin(), key.columns.end(), std::back_inserter(undefined),
               [&](const std::string& name) { return !Defines(command, name); });
  if (!undefined.empty()) {
    return MakeError(Reason::PK_UNDEFINED_COLUMNS,
                     absl::StrCat("its primary key names ", QuotedList(undefined),
                                  ", which are not among its columns"));
  }
  return ValidateKeyColumns(key);
}

absl::Status ValidateFunction(const ColumnDefinition& column, bool key_column) {
  const std::string& function = column.default_value.function;
  if (!key_column) {
    return MakeError(Reason::FUNCTIONAL_DEFAULT_NOT_ALLOWED,
                     absl::StrCat("column ", Quoted(column.name), " cannot have the default ",
                                  Quoted(function), "; only key columns can have a function"));
  }
  const std::optional<TypeId> type = TypeOfFunction(function);
  if (!type) {
    return MakeError(Reason::FUNCTIONAL_DEFAULT_UNSUPPORTED,
                     absl::StrCat("column ", Quoted(column.name), " has the default ",
                                  Quoted(function), ", which is no function; there is rand_uuid"));
  }
  if (*type == column.type.id) return absl::OkStatus();
  return MakeError(
      Reason::FUNCTIONAL_DEFAULT_TYPE_MISMATCH,
      absl::StrCat("column ", Quoted(column.name), " has type ", ToAbsl(TypeName(column.type.id)),
                   ", and its default ", Quoted(function), " gives a ", ToAbsl(TypeName(*type))));
}

absl::Status ValidateDefaults(const CreateTable& command) {
  for (const ColumnDefinition& column : command.columns) {
    ANNALS_RETURN_IF_ERROR(CheckStorable(column.type.id, column.name));
    if (column.default_value.kind == ColumnDefault::Kind::kFunction) {
      ANNALS_RETURN_IF_ERROR(ValidateFunction(column, IsKeyColumn(command, column.name)));
    }
    if (column.default_value.kind == ColumnDefault::Kind::kNone) continue;
    ANNALS_RETURN_IF_ERROR(MakeColumn(column).status());
  }
  return absl::OkStatus();
}

absl::Status ValidateColocation(const CreateTable& command) {
  if (!command.colocation_columns) return absl::OkStatus();
  if (command.colocation_columns->empty() && command.primary_key) {
    return MakeError(Reason::COLOCATION_EMPTY, "it needs a colocation column, or no list of them");
  }
  for (const std::string& column : *command.colocation_columns) {
    if (!IsKeyColumn(command, column)) {
      return MakeError(Reason::COLOCATION_NOT_IN_PK,
                       absl::StrCat("colocation column ", Quoted(column),
                                    " is not part of the primary key, and has to be"));
    }
  }
  if (const auto twice = FirstDuplicate(*command.colocation_columns)) {
    return MakeError(Reason::COLOCATION_DUPLICATE,
                     absl::StrCat("colocation column ", Quoted(*twice), " is named twice"));
  }
  return absl::OkStatus();
}

absl::Status ValidateDefinition(const CreateTable& command, Policy policy) {
  ANNALS_RETURN_IF_ERROR(ValidateColumns(command, policy));
  ANNALS_RETURN_IF_ERROR(ValidateKey(command, policy));
  ANNALS_RETURN_IF_ERROR(ValidateDefaults(command));
  ANNALS_RETURN_IF_ERROR(ValidateColocation(command));
  return CheckTableProperties(command.stale_rows_fraction, command.min_stale_rows_count);
}

// --- Against the catalog.

// The zone that a new table goes to: one that is there, or the default zone that
// is made with the table.
struct TableZone {
  std::optional<ZoneDescriptor> existing;

  std::string_view name() const { return existing ? existing->name() : kDefaultZoneName; }
  std::vector<std::string_view> profiles() const {
    return existing ? existing->storage_profiles() : std::vector{kDefaultProfile};
  }
};

absl::StatusOr<TableZone> ZoneOf(const CreateTable& command, const CatalogView& catalog) {
  if (command.zone) {
    ANNALS_ASSIGN_OR_RETURN(const ZoneDescriptor zone, FindZone(catalog, *command.zone));
    return TableZone{zone};
  }
  if (const auto zone = catalog.DefaultZone()) return TableZone{zone};
  if (catalog.Zone(kDefaultZoneName)) {
    return MakeError(Reason::ZONE_EXISTS,
                     absl::StrCat("zone ", Quoted(kDefaultZoneName),
                                  " already exists, but is not the default zone; make it that "
                                  "(ALTER ZONE ... SET DEFAULT), or name a zone for table ",
                                  Quoted(command.name)));
  }
  return TableZone{};
}

absl::StatusOr<std::string> FindProfile(const CreateTable& command, const TableZone& zone) {
  const std::vector<std::string_view> profiles = zone.profiles();
  if (!command.storage_profile) return std::string(profiles.front());
  if (Contains(profiles, *command.storage_profile)) return *command.storage_profile;
  return MakeError(Reason::PROFILE_NOT_IN_ZONE,
                   absl::StrCat("zone ", Quoted(zone.name()), " has no storage profile ",
                                Quoted(*command.storage_profile), "; it has ",
                                QuotedList({profiles.begin(), profiles.end()})));
}

std::string DefaultZone(ObjectId id) {
  ZoneFields zone;
  zone.id = id;
  zone.name = kDefaultZoneName;
  zone.storage_profiles = {std::string(kDefaultProfile)};
  zone.automatic = true;
  return BuildObject(zone);
}

// Columns get their ids in the order in which they are given.
std::vector<ColumnId> IdsOf(const CreateTable& command, const std::vector<std::string>& names) {
  std::vector<ColumnId> ids;
  ids.reserve(names.size());
  for (const std::string& name : names) {
    const auto at = std::find_if(command.columns.begin(), command.columns.end(),
                                 [&](const ColumnDefinition& one) { return one.name == name; });
    ids.push_back({static_cast<uint16_t>(at - command.columns.begin())});
  }
  return ids;
}

absl::Status ValidateWithImplicitKey(const CreateTable& command, Policy policy) {
  ANNALS_RETURN_IF_ERROR(CheckNoImplicitKey(command));
  return ValidateDefinition(WithImplicitKey(command), policy);
}

}  // namespace

absl::Status CreateTable::Validate(Policy policy) const {
  if (allow_system_schema) {
    ANNALS_RETURN_IF_ERROR(CheckName(schema, "schema name"));
    ANNALS_RETURN_IF_ERROR(CheckName(name, "table name"));
  } else {
    ANNALS_RETURN_IF_ERROR(CheckTableName(schema, name));
  }
  return WithContext(NeedsImplicitKey(*this, policy) ? ValidateWithImplicitKey(*this, policy)
                                                     : ValidateDefinition(*this, policy),
                     [&] { return absl::StrCat("table ", Qualified(schema, name)); });
}

absl::StatusOr<UpdateEntries> CreateTable::Plan(PlanContext& context) const {
  if (NeedsImplicitKey(*this, context.policy())) return WithImplicitKey(*this).Plan(context);
  const CatalogView& catalog = context.catalog();
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor owner, FindSchema(catalog, schema));
  if (if_not_exists && catalog.Table(schema, name)) return UpdateEntries{};

  UpdateEntries entries;
  NameTaker::Wanted wanted = {name};
  if (primary_key && primary_key->name) wanted.push_back(*primary_key->name);
  NameTaker names(context, owner, std::move(wanted));
  ANNALS_RETURN_IF_ERROR(names.Take(name, entries));
  ANNALS_ASSIGN_OR_RETURN(const TableZone zone_of_table, ZoneOf(*this, catalog));

  TableFields table;
  ANNALS_ASSIGN_OR_RETURN(table.storage_profile, FindProfile(*this, zone_of_table));
  table.id = context.NewId();
  table.name = name;
  table.schema = owner.id();
  table.stale_rows_fraction = stale_rows_fraction;
  table.min_stale_rows_count = min_stale_rows_count;
  table.columns.reserve(columns.size());
  for (const ColumnDefinition& column : columns) {
    ANNALS_ASSIGN_OR_RETURN(table.columns.emplace_back(), MakeColumn(column));
  }

  IndexFields index;
  if (primary_key) {
    table.primary_key = IdsOf(*this, primary_key->columns);
    table.colocation = colocation_columns ? IdsOf(*this, *colocation_columns) : table.primary_key;
    table.key_index = context.NewId();
    ANNALS_ASSIGN_OR_RETURN(index,
                            NewKeyIndex(*primary_key, table.primary_key, name, names, entries));
    index.id = table.key_index;
    index.schema = owner.id();
    index.table = table.id;
    index.created_with_table = true;
  }

  if (zone_of_table.existing) {
    table.zone = zone_of_table.existing->id();
  } else {
    table.zone = context.NewId();
    entries.push_back(NewObject{DefaultZone(table.zone)});
    entries.push_back(SetDefaultZone{table.zone});
  }
  entries.push_back(NewObject{BuildObject(table)});
  if (primary_key) entries.push_back(NewObject{BuildObject(index)});
  return entries;
}

}  // namespace annals
