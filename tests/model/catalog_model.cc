#include "annals/tests/model/catalog_model.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace annals::model {
namespace {

// Why a command is refused.
struct Refusal {
  std::string reason;
};

[[noreturn]] void Refuse(const std::string& reason) { throw Refusal{reason}; }
void RefuseIf(bool wrong, const std::string& reason) {
  if (wrong) Refuse(reason);
}

// --- Reading a command. A null is the same as nothing.

using Texts = std::vector<std::string>;

bool Has(const Json& from, const char* field) {
  const auto found = from.find(field);
  return found != from.end() && !found->is_null();
}
std::string Text(const Json& from, const char* field) {
  return Has(from, field) ? from[field].get<std::string>() : "";
}
bool Flag(const Json& from, const char* field) { return Has(from, field) && from[field] == true; }
int64_t Number(const Json& from, const char* field, int64_t otherwise = 0) {
  return Has(from, field) ? from[field].get<int64_t>() : otherwise;
}
Json List(const Json& from, const char* field) {
  return Has(from, field) ? from[field] : Json::array();
}
Texts TextList(const Json& from, const char* field) { return List(from, field).get<Texts>(); }

bool Contains(const Texts& list, const std::string& what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}
bool HasDuplicate(const Texts& names) {
  return std::set<std::string>(names.begin(), names.end()).size() != names.size();
}
Texts NamesOf(const Json& columns) {
  Texts names;
  for (const Json& column : columns) names.push_back(Text(column, "name"));
  return names;
}

// --- What can be said without a catalog.

// Random names are ASCII; what is UTF-8 and what is not, others test.
void CheckName(const std::string& name) {
  RefuseIf(name.find_first_not_of(" \t\n\r\f\v") == std::string::npos, "BLANK_IDENTIFIER");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  RefuseIf(name.size() > 128 || std::any_of(name.begin(), name.end(), control), "INVALID_NAME");
}

bool IsSystem(const std::string& schema) {
  return Contains({"SYSTEM", "DEFINITION_SCHEMA", "INFORMATION_SCHEMA"}, schema);
}

// `field`: the one that names what is in the schema.
void CheckNames(const Json& command, const char* field) {
  CheckName(Text(command, "schema"));
  CheckName(Text(command, field));
  RefuseIf(IsSystem(Text(command, "schema")) && !Flag(command, "allow_system_schema"),
           "SYSTEM_SCHEMA_FORBIDDEN");
}

struct Range {
  int64_t min, max;
};
// The ranges of a type's parameters, for those that it takes.
struct TypeRules {
  std::optional<Range> length, precision, scale;
};
TypeRules RulesOf(const std::string& type) {
  if (type == "STRING" || type == "BYTE_ARRAY") return {.length = Range{1, INT32_MAX}};
  if (type == "DECIMAL") return {.precision = Range{1, 32767}, .scale = Range{0, 32767}};
  if (type == "TIME" || type == "DATETIME" || type == "TIMESTAMP")
    return {.precision = Range{0, 9}};
  if (type == "PERIOD" || type == "DURATION") return {.precision = Range{1, 10}};
  return {};
}

void CheckParameter(const Json& column, const char* field, const std::optional<Range>& range,
                    bool required) {
  RefuseIf(Has(column, field) && !range, "TYPE_PARAM_NOT_APPLICABLE");
  RefuseIf(!Has(column, field) && range && required, "TYPE_PARAM_REQUIRED");
  if (!Has(column, field)) return;
  const int64_t value = Number(column, field);
  RefuseIf(value < range->min || value > range->max, "TYPE_PARAM_RANGE");
}

void CheckType(const Json& column, bool complete) {
  const TypeRules rules = RulesOf(Text(column, "type"));
  CheckParameter(column, "length", rules.length, complete);
  CheckParameter(column, "precision", rules.precision, complete);
  CheckParameter(column, "scale", rules.scale, complete);
}

// A parameter that the type does not take may be given as it is shown, which is 0.
Json WithoutRestated(Json column) {
  const TypeRules rules = RulesOf(Text(column, "type"));
  if (!rules.length && Number(column, "length") == 0) column.erase("length");
  if (!rules.precision && Number(column, "precision") == 0) column.erase("precision");
  if (!rules.scale && Number(column, "scale") == 0) column.erase("scale");
  return column;
}

void CheckColumn(const Json& column) {
  CheckName(Text(column, "name"));
  RefuseIf(!Has(column, "type"), "COLUMN_TYPE_MISSING");
  CheckType(column, true);
}

void CheckStorable(const Json& column) {
  RefuseIf(Contains({"PERIOD", "DURATION"}, Text(column, "type")), "TYPE_NOT_STORABLE");
}

bool HasFunction(const Json& column) {
  return Has(column, "default") && column["default"].contains("function");
}
// Whether there is a default: a null constant is none.
bool HasDefault(const Json& column) {
  return HasFunction(column) || (Has(column, "default") && Has(column["default"], "constant"));
}

void CheckDefault(const Json& column, bool of_key) {
  if (!HasFunction(column)) return;
  RefuseIf(!of_key, "FUNCTIONAL_DEFAULT_NOT_ALLOWED");
  std::string function = Text(column["default"], "function");
  std::transform(function.begin(), function.end(), function.begin(), ::toupper);
  RefuseIf(function != "RAND_UUID", "FUNCTIONAL_DEFAULT_UNSUPPORTED");
  RefuseIf(Text(column, "type") != "UUID", "FUNCTIONAL_DEFAULT_TYPE_MISMATCH");
}

void CheckKeyColumns(const Json& key) {
  const Texts names = TextList(key, "columns");
  RefuseIf(HasDuplicate(names), "PK_DUPLICATE");
  RefuseIf(Text(key, "kind") == "sorted" && List(key, "collations").size() != names.size(),
           "PK_COLLATION_COUNT");
}

void CheckKey(const Json& key, const Json& columns) {
  const Texts names = TextList(key, "columns");
  RefuseIf(names.empty(), "NO_PRIMARY_KEY");
  if (Has(key, "name")) CheckName(Text(key, "name"));
  for (const Json& column : columns) {
    const bool of_key = Contains(names, Text(column, "name"));
    RefuseIf(of_key && Flag(column, "nullable"), "PK_NULLABLE");
  }
  for (const std::string& name : names) {
    RefuseIf(!Contains(NamesOf(columns), name), "PK_UNDEFINED_COLUMNS");
  }
  CheckKeyColumns(key);
}

void CheckColocation(const Texts& colocation, const Texts& key) {
  RefuseIf(colocation.empty(), "COLOCATION_EMPTY");
  for (const std::string& name : colocation) RefuseIf(!Contains(key, name), "COLOCATION_NOT_IN_PK");
  RefuseIf(HasDuplicate(colocation), "COLOCATION_DUPLICATE");
}

void CheckProperties(const Json& command) {
  if (Has(command, "stale_rows_fraction")) {
    const double fraction = command["stale_rows_fraction"].get<double>();
    RefuseIf(!(fraction >= 0 && fraction <= 1), "STALE_FRACTION_RANGE");
  }
  RefuseIf(Number(command, "min_stale_rows_count") < 0, "STALE_COUNT_NEGATIVE");
}

void CheckRelaxed(bool relaxed) { RefuseIf(!relaxed, "NEEDS_RELAXED_POLICY"); }

void CheckCreateSchema(const Json& command, bool /*relaxed*/) {
  CheckName(Text(command, "name"));
  RefuseIf(IsSystem(Text(command, "name")), "RESERVED_SCHEMA_NAME");
}

void CheckCreateSystemSchema(const Json& command, bool /*relaxed*/) {
  CheckName(Text(command, "name"));
  RefuseIf(!IsSystem(Text(command, "name")), "NOT_A_SYSTEM_SCHEMA");
}

void CheckDropSchema(const Json& command, bool /*relaxed*/) {
  CheckName(Text(command, "name"));
  RefuseIf(IsSystem(Text(command, "name")), "SYSTEM_SCHEMA_DROP");
}

void CheckOnlyName(const Json& command, bool /*relaxed*/) { CheckName(Text(command, "name")); }

void CheckOnlyNames(const Json& command, bool /*relaxed*/) { CheckNames(command, "name"); }

void CheckCreateTable(const Json& command, bool relaxed) {
  const Json columns = List(command, "columns");
  const Json key = Has(command, "primary_key") ? command["primary_key"] : Json::object();
  const bool keyless = relaxed && !Has(command, "primary_key");
  CheckNames(command, "name");
  RefuseIf(columns.empty() && !relaxed, "NO_COLUMNS");
  for (const Json& column : columns) CheckColumn(column);
  RefuseIf(HasDuplicate(NamesOf(columns)), "COLUMN_DUPLICATED");
  if (!keyless) CheckKey(key, columns);
  const Texts key_names = TextList(key, "columns");
  for (const Json& column : columns) {
    CheckStorable(column);
    CheckDefault(column, Contains(key_names, Text(column, "name")));
  }
  if (Has(command, "colocation_columns") && !(keyless && command["colocation_columns"].empty())) {
    CheckColocation(TextList(command, "colocation_columns"), key_names);
  }
  CheckProperties(command);
}

void CheckRename(const Json& command, bool /*relaxed*/) {
  CheckNames(command, "name");
  CheckName(Text(command, "new_name"));
}

void CheckAddColumn(const Json& command, bool relaxed) {
  const Json columns = List(command, "columns");
  CheckNames(command, "table");
  RefuseIf(columns.empty(), "NO_COLUMNS");
  for (const Json& column : columns) CheckColumn(column);
  Texts seen;
  for (const Json& column : columns) {
    RefuseIf(Contains(seen, Text(column, "name")), "COLUMN_DUPLICATED");
    seen.push_back(Text(column, "name"));
    CheckStorable(column);
    CheckDefault(column, false);
    RefuseIf(!relaxed && !Flag(column, "nullable") && !HasDefault(column),
             "NOT_NULL_NEEDS_DEFAULT");
  }
}

void CheckDropColumn(const Json& command, bool /*relaxed*/) {
  CheckNames(command, "table");
  RefuseIf(List(command, "columns").empty(), "NO_COLUMNS");
  for (const std::string& name : TextList(command, "columns")) CheckName(name);
}

void CheckAlterColumn(const Json& command, bool /*relaxed*/) {
  CheckNames(command, "table");
  CheckName(Text(command, "column"));
  if (Has(command, "type")) {
    CheckStorable(command);
    CheckType(WithoutRestated(command), false);
  }
  RefuseIf(HasFunction(command), "NON_CONSTANT_DEFAULT");
}

void CheckRenameColumn(const Json& command, bool relaxed) {
  CheckNames(command, "table");
  CheckName(Text(command, "column"));
  CheckName(Text(command, "new_name"));
  CheckRelaxed(relaxed);
}

void CheckAddKey(const Json& command, bool relaxed) {
  CheckNames(command, "table");
  const Json& key = command["primary_key"];
  RefuseIf(List(key, "columns").empty(), "NO_PRIMARY_KEY");
  if (Has(key, "name")) CheckName(Text(key, "name"));
  for (const std::string& name : TextList(key, "columns")) CheckName(name);
  CheckKeyColumns(key);
  CheckRelaxed(relaxed);
}

void CheckDropKey(const Json& command, bool relaxed) {
  CheckNames(command, "table");
  CheckRelaxed(relaxed);
}

void CheckSetProperty(const Json& command, bool /*relaxed*/) {
  CheckNames(command, "table");
  CheckProperties(command);
}

void CheckHashIndex(const Json& command, bool /*relaxed*/) {
  CheckNames(command, "name");
  CheckName(Text(command, "table"));
  const Texts columns = TextList(command, "columns");
  RefuseIf(columns.empty(), "NO_COLUMNS");
  for (const std::string& name : columns) CheckName(name);
  RefuseIf(HasDuplicate(columns), "COLUMN_DUPLICATED");
}

void CheckSortedIndex(const Json& command, bool relaxed) {
  CheckHashIndex(command, relaxed);
  const size_t collations = List(command, "collations").size();
  RefuseIf(collations == 0, "COLLATIONS_MISSING");
  RefuseIf(collations != List(command, "columns").size(), "COLLATIONS_COUNT");
}

void CheckNothing(const Json& /*command*/, bool /*relaxed*/) {}

void CheckRange(const Json& command, const char* field, Range range) {
  if (!Has(command, field)) return;
  const int64_t value = Number(command, field);
  RefuseIf(value < range.min || value > range.max, "PARAM_OUT_OF_RANGE");
}

Range QuorumRange(int64_t replicas) {
  const int64_t min = std::min<int64_t>(replicas, 2);
  return {min, std::max(min, (replicas + 1) / 2)};
}
int64_t DefaultQuorum(int64_t replicas) {
  return replicas <= 4 ? std::min<int64_t>(replicas, 2) : 3;
}

// Quotes and brackets balance, and white space stands within them only.
bool IsFilter(const std::string& filter) {
  std::string open;
  char quote = 0;
  for (const char c : filter) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      open += c == '(' ? ')' : c == '[' ? ']' : '}';
    } else if (c == ')' || c == ']' || c == '}') {
      if (open.empty() || open.back() != c) return false;
      open.pop_back();
    } else if (c == ' ' && open.empty()) {
      return false;
    }
  }
  return !filter.empty() && open.empty() && quote == 0;
}

void CheckFilter(const Json& command) {
  RefuseIf(Has(command, "filter") && !IsFilter(Text(command, "filter")), "BAD_FILTER");
}

void CheckCreateZone(const Json& command, bool /*relaxed*/) {
  CheckName(Text(command, "name"));
  CheckRange(command, "partitions", {1, 65000});
  CheckRange(command, "replicas", {1, INT32_MAX});
  CheckRange(command, "quorum_size", {1, INT32_MAX});
  const int64_t replicas = Number(command, "replicas", 1);
  const Range range = QuorumRange(replicas);
  const int64_t quorum = Number(command, "quorum_size", DefaultQuorum(replicas));
  RefuseIf(quorum < range.min || quorum > range.max, "QUORUM_INCOMPATIBLE");
  CheckRange(command, "auto_scale_up", {0, INT32_MAX});
  CheckRange(command, "auto_scale_down", {0, INT32_MAX});
  CheckFilter(command);
  RefuseIf(List(command, "storage_profiles").empty(), "STORAGE_PROFILES_EMPTY");
}

void CheckAlterZone(const Json& command, bool /*relaxed*/) {
  CheckName(Text(command, "name"));
  RefuseIf(Has(command, "partitions"), "PARTITIONS_IMMUTABLE");
  CheckRange(command, "replicas", {1, INT32_MAX});
  CheckRange(command, "quorum_size", {1, INT32_MAX});
  CheckRange(command, "auto_scale_up", {0, INT32_MAX});
  CheckRange(command, "auto_scale_down", {0, INT32_MAX});
  CheckFilter(command);
  RefuseIf(Has(command, "consistency_mode"), "CONSISTENCY_MODE_IMMUTABLE");
  RefuseIf(Has(command, "storage_profiles") && List(command, "storage_profiles").empty(),
           "STORAGE_PROFILES_EMPTY");
}

void CheckRenameZone(const Json& command, bool /*relaxed*/) {
  CheckName(Text(command, "name"));
  CheckName(Text(command, "new_name"));
}

void CheckCreateView(const Json& command, bool /*relaxed*/) {
  const Json columns = List(command, "columns");
  CheckName(Text(command, "name"));
  RefuseIf(columns.empty(), "NO_COLUMNS");
  for (const Json& column : columns) CheckColumn(column);
  RefuseIf(HasDuplicate(NamesOf(columns)), "COLUMN_DUPLICATED");
}

// --- What commands do. Each answers whether it had something to do.

Column NewColumn(const Json& from) {
  return {.name = Text(from, "name"),
          .type = Text(from, "type"),
          .nullable = Flag(from, "nullable"),
          .length = Number(from, "length"),
          .precision = Number(from, "precision"),
          .scale = Number(from, "scale"),
          .default_value = HasDefault(from) ? from["default"] : Json()};
}

class Planner {
 public:
  // `base`: as it was before the batch.
  Planner(const Objects& base, Objects& objects, bool relaxed)
      : base_(base), objects_(objects), relaxed_(relaxed) {}

  bool CreateSchema(const Json& command) {
    const std::string name = Text(command, "name");
    if (FindSchema(name)) {
      RefuseIf(!Flag(command, "if_not_exists"), "SCHEMA_EXISTS");
      return false;
    }
    objects_.schemas[NewId()] = name;
    return true;
  }

  bool DropSchema(const Json& command) {
    const auto schema = FindSchema(Text(command, "name"));
    if (!schema) return Missing(command, "if_exists", "SCHEMA_NOT_FOUND");
    const auto in_schema = [&](const auto& one) { return one.second.schema == *schema; };
    const bool used = std::any_of(objects_.tables.begin(), objects_.tables.end(), in_schema) ||
                      std::any_of(objects_.indexes.begin(), objects_.indexes.end(), in_schema);
    RefuseIf(used && !Flag(command, "cascade"), "SCHEMA_NOT_EMPTY");
    std::erase_if(objects_.tables, in_schema);
    std::erase_if(objects_.indexes, in_schema);
    objects_.schemas.erase(*schema);
    return true;
  }

  bool CreateTable(const Json& command) {
    const std::string name = Text(command, "name");
    const auto schema = FindSchema(Text(command, "schema"));
    RefuseIf(!schema, "SCHEMA_NOT_FOUND");
    if (Flag(command, "if_not_exists") && FindTable(*schema, name)) return false;
    const Json key = Has(command, "primary_key") ? command["primary_key"] : Json();
    TakeName(*schema, name, {name});

    Table table{.schema = *schema, .name = name};
    int64_t zone_id = -1;  // Until it is known, or made.
    if (Has(command, "zone")) {
      zone_id = FindZone(Text(command, "zone")).value_or(-1);
      RefuseIf(zone_id < 0, "ZONE_NOT_FOUND");
    } else if (objects_.default_zone) {
      zone_id = *objects_.default_zone;
    } else {
      RefuseIf(FindZone("Default").has_value(), "ZONE_EXISTS");
    }
    const Zone zone =
        zone_id < 0 ? Zone{.name = "Default", .automatic = true} : objects_.zones.at(zone_id);
    table.profile =
        Has(command, "storage_profile") ? Text(command, "storage_profile") : zone.profiles.front();
    RefuseIf(!Contains(zone.profiles, table.profile), "PROFILE_NOT_IN_ZONE");

    for (const Json& column : List(command, "columns")) AddColumn(table, NewColumn(column));
    table.stale_rows_fraction =
        Has(command, "stale_rows_fraction") ? command["stale_rows_fraction"].get<double>() : 0.2;
    table.min_stale_rows_count = Number(command, "min_stale_rows_count", 500);

    const int64_t id = NewId();
    if (!key.is_null()) AddKey(id, table, key, {name});
    if (Has(command, "colocation_columns")) {
      table.colocation = IdsOf(table, TextList(command, "colocation_columns"));
    }
    if (zone_id < 0) {
      zone_id = NewId();
      objects_.zones[zone_id] = zone;
      objects_.default_zone = zone_id;
    }
    table.zone = zone_id;
    objects_.tables[id] = table;
    return true;
  }

  bool DropTable(const Json& command) {
    const auto table = TableOf(command, "name", "if_exists");
    if (!table) return false;
    std::erase_if(objects_.indexes, [&](const auto& one) { return one.second.table == *table; });
    objects_.tables.erase(*table);
    return true;
  }

  bool RenameTable(const Json& command) {
    const std::string new_name = Text(command, "new_name");
    const auto schema = FindSchema(Text(command, "schema"));
    if (!schema) return Missing(command, "if_exists", "SCHEMA_NOT_FOUND");
    const auto id = FindTable(*schema, Text(command, "name"));
    // Nothing gives way to a table that is not there.
    if (id || !GivesWay(*schema, new_name)) TakeName(*schema, new_name, {new_name});
    if (!id) return Missing(command, "if_exists", "TABLE_NOT_FOUND");
    Table& table = objects_.tables.at(*id);
    const auto key_index = table.key_index;
    const bool rename_index =
        key_index && (!relaxed_ || objects_.indexes.at(*key_index).automatic_name);
    // What the table gives back is free under relaxed, and taken under strict.
    if (relaxed_) table.name = new_name;
    if (rename_index) {
      Index& index = objects_.indexes.at(*key_index);
      index.name = AutomaticName(*schema, new_name, {new_name}, *key_index);
      index.automatic_name = true;
    }
    table.name = new_name;
    return true;
  }

  bool AddColumns(const Json& command) {
    const auto id = TableOf(command, "table", "if_table_exists");
    if (!id) return false;
    Table& table = objects_.tables.at(*id);
    std::vector<Column> added;
    for (const Json& column : List(command, "columns")) {
      const bool exists = FindColumn(table, Text(column, "name")) != nullptr;
      RefuseIf(exists && !Flag(command, "if_not_exists"), "COLUMN_EXISTS");
      if (!exists) added.push_back(NewColumn(column));
    }
    if (added.empty()) return false;
    for (const Column& column : added) AddColumn(table, column);
    ++table.version;
    return true;
  }

  bool DropColumns(const Json& command) {
    const auto id = TableOf(command, "table", "if_table_exists");
    if (!id) return false;
    Table& table = objects_.tables.at(*id);
    const Texts given = TextList(command, "columns");
    std::set<int64_t> dropped;
    for (const std::string& name : std::set<std::string>(given.begin(), given.end())) {
      const Column* const column = FindColumn(table, name);
      if (column == nullptr) {
        RefuseIf(!Flag(command, "if_exists"), "COLUMN_NOT_FOUND");
        continue;
      }
      RefuseIf(IsOfKey(table, column->id), "PK_COLUMN_DROP");
      RefuseIf(IsIndexed(*id, column->id), "COLUMN_USED_BY_INDEXES");
      dropped.insert(column->id);
    }
    if (dropped.empty()) return false;
    std::erase_if(table.columns, [&](const Column& one) { return dropped.contains(one.id); });
    ++table.version;
    return true;
  }

  bool AlterColumn(const Json& command) {
    const auto id = TableOf(command, "table", "if_table_exists");
    if (!id) return false;
    Table& table = objects_.tables.at(*id);
    Column* const column = FindColumn(table, Text(command, "column"));
    RefuseIf(column == nullptr, "COLUMN_NOT_FOUND");
    const bool of_key = IsOfKey(table, column->id);
    if (of_key && !relaxed_) CheckKeyChange(*column, command);
    RefuseIf(of_key && Flag(command, "nullable"), "PK_DROP_NOT_NULL");
    if (!relaxed_) CheckTypeChange(*column, command);
    if (relaxed_ && !Has(command, "type")) CheckNewParameters(*column, command);
    RefuseIf(
        !relaxed_ && Has(command, "nullable") && !Flag(command, "nullable") && column->nullable,
        "ADD_NOT_NULL_FORBIDDEN");

    Column target = *column;
    if (Has(command, "type") && Text(command, "type") != target.type) {
      CheckType(WithoutRestated(command), true);
      target.type = Text(command, "type");
      KeepParameters(target);
    }
    target.length = Number(command, "length", target.length);
    target.precision = Number(command, "precision", target.precision);
    target.scale = Number(command, "scale", target.scale);
    if (Has(command, "nullable")) target.nullable = Flag(command, "nullable");
    if (command.contains("default")) {
      target.default_value = HasDefault(command) ? command["default"] : Json();
    }
    if (target == *column) return false;
    *column = target;
    ++table.version;
    return true;
  }

  bool RenameColumn(const Json& command) {
    const auto id = TableOf(command, "table", "if_table_exists");
    if (!id) return false;
    Table& table = objects_.tables.at(*id);
    Column* const column = FindColumn(table, Text(command, "column"));
    RefuseIf(column == nullptr, "COLUMN_NOT_FOUND");
    RefuseIf(FindColumn(table, Text(command, "new_name")) != nullptr, "COLUMN_EXISTS");
    column->name = Text(command, "new_name");
    table.names_ever[column->id] = column->name;
    ++table.version;
    return true;
  }

  bool AddPrimaryKey(const Json& command) {
    const auto id = TableOf(command, "table", "if_table_exists");
    if (!id) return false;
    Table& table = objects_.tables.at(*id);
    RefuseIf(!table.key.empty(), "PRIMARY_KEY_EXISTS");
    for (const std::string& name : TextList(command["primary_key"], "columns")) {
      RefuseIf(FindColumn(table, name) == nullptr, "COLUMN_NOT_FOUND");
    }
    AddKey(*id, table, command["primary_key"], {});
    for (const int64_t column : table.key) ColumnOf(table, column).nullable = false;
    ++table.version;
    return true;
  }

  bool DropPrimaryKey(const Json& command) {
    const auto id = TableOf(command, "table", "if_table_exists");
    if (!id) return false;
    Table& table = objects_.tables.at(*id);
    RefuseIf(table.key.empty(), "NO_PRIMARY_KEY");
    for (const int64_t column : table.key) {
      Json& value = ColumnOf(table, column).default_value;
      if (value.is_null() || !value.contains("function")) continue;
      value = Json();
      ++table.version;
    }
    objects_.indexes.erase(*table.key_index);
    table.key_index.reset();
    table.key.clear();
    table.colocation.clear();
    ++table.version;
    return true;
  }

  bool SetProperty(const Json& command) {
    const auto id = TableOf(command, "table", "if_table_exists");
    if (!id) return false;
    Table& table = objects_.tables.at(*id);
    if (Has(command, "stale_rows_fraction")) {
      table.stale_rows_fraction = command["stale_rows_fraction"].get<double>();
    }
    table.min_stale_rows_count =
        Number(command, "min_stale_rows_count", table.min_stale_rows_count);
    return Has(command, "stale_rows_fraction") || Has(command, "min_stale_rows_count");
  }

  bool CreateHashIndex(const Json& command) { return CreateIndex(command, false); }
  bool CreateSortedIndex(const Json& command) { return CreateIndex(command, true); }

  bool DropIndex(const Json& command) {
    const auto id = IndexOf(command);
    if (!id) return false;
    Index& index = objects_.indexes.at(*id);
    RefuseIf(objects_.tables.at(index.table).key_index == *id, "PK_INDEX_DROP");
    if (index.status == "available" && !relaxed_) {
      index.status = "stopping";
    } else {
      objects_.indexes.erase(*id);
    }
    return true;
  }

  bool RenameIndex(const Json& command) {
    const auto id = IndexOf(command);
    if (!id) return false;
    const std::string new_name = Text(command, "new_name");
    Index& index = objects_.indexes.at(*id);
    RefuseIf(index.name == new_name, "INDEX_EXISTS");
    TakeName(index.schema, new_name, {new_name});
    index.name = new_name;
    index.automatic_name = false;
    return true;
  }

  bool StartBuildingIndex(const Json& command) {
    return SetStatus(command, "registered", "building");
  }
  bool MakeIndexAvailable(const Json& command) {
    return SetStatus(command, "building", "available");
  }

  bool RemoveIndex(const Json& command) {
    const auto found = objects_.indexes.find(Number(command, "id"));
    RefuseIf(found == objects_.indexes.end(), "INDEX_NOT_FOUND");
    RefuseIf(found->second.status != "stopping", "REMOVE_INDEX_WRONG_STATUS");
    objects_.indexes.erase(found);
    return true;
  }

  bool CreateZone(const Json& command) {
    if (FindZone(Text(command, "name"))) {
      RefuseIf(!Flag(command, "if_not_exists"), "ZONE_EXISTS");
      return false;
    }
    Zone zone{.name = Text(command, "name")};
    zone.partitions = Number(command, "partitions", zone.partitions);
    zone.replicas = Number(command, "replicas", zone.replicas);
    zone.quorum = DefaultQuorum(zone.replicas);
    if (Has(command, "consistency_mode")) zone.consistency = Text(command, "consistency_mode");
    SetZoneFields(zone, command);
    objects_.zones[NewId()] = zone;
    return true;
  }

  bool AlterZone(const Json& command) {
    const auto id = ZoneOf(command);
    if (!id) return false;
    Zone& zone = objects_.zones.at(*id);
    zone.replicas = Number(command, "replicas", zone.replicas);
    const Range range = QuorumRange(zone.replicas);
    const int64_t quorum = Number(command, "quorum_size", zone.quorum);
    zone.quorum = std::clamp(quorum, range.min, range.max);
    RefuseIf(Has(command, "quorum_size") && zone.quorum != quorum, "QUORUM_INCOMPATIBLE");
    SetZoneFields(zone, command);
    for (const auto& [table_id, table] : objects_.tables) {
      RefuseIf(table.zone == *id && !Contains(zone.profiles, table.profile), "PROFILE_IN_USE");
    }
    zone.automatic = false;
    return true;
  }

  bool RenameZone(const Json& command) {
    const auto id = ZoneOf(command);
    if (!id) return false;
    RefuseIf(FindZone(Text(command, "new_name")).has_value(), "ZONE_EXISTS");
    objects_.zones.at(*id).name = Text(command, "new_name");
    objects_.zones.at(*id).automatic = false;
    return true;
  }

  bool DropZone(const Json& command) {
    const auto id = ZoneOf(command);
    if (!id) return false;
    RefuseIf(objects_.default_zone == *id, "ZONE_IS_DEFAULT");
    for (const auto& [table_id, table] : objects_.tables) {
      RefuseIf(table.zone == *id, "ZONE_IN_USE");
    }
    objects_.zones.erase(*id);
    return true;
  }

  bool SetDefaultZone(const Json& command) {
    const auto id = ZoneOf(command);
    if (!id || objects_.default_zone == *id) return false;
    objects_.default_zone = *id;
    return true;
  }

  bool CreateSystemView(const Json& command) {
    View view{.schema = 1, .name = Text(command, "name"), .kind = Text(command, "kind")};
    for (const Json& column : List(command, "columns")) view.columns.push_back(NewColumn(column));
    for (const auto& [id, old] : objects_.views) {
      if (old.name != view.name) continue;
      if (old.columns == view.columns && old.kind == view.kind) return false;
      objects_.views.erase(id);
      break;
    }
    TakeName(view.schema, view.name, {view.name});
    objects_.views[NewId()] = view;
    return true;
  }

 private:
  int64_t NewId() { return objects_.next_id++; }

  // Nothing to do, where the command says that this is right.
  static bool Missing(const Json& command, const char* flag, const std::string& reason) {
    RefuseIf(!Flag(command, flag), reason);
    return false;
  }

  // --- Finding.

  std::optional<int64_t> FindSchema(const std::string& name) const {
    for (const auto& [id, schema] : objects_.schemas) {
      if (schema == name) return id;
    }
    return std::nullopt;
  }
  template <typename Map>
  static std::optional<int64_t> FindIn(const Map& map, int64_t schema, const std::string& name) {
    for (const auto& [id, one] : map) {
      if (one.schema == schema && one.name == name) return id;
    }
    return std::nullopt;
  }
  std::optional<int64_t> FindTable(int64_t schema, const std::string& name) const {
    return FindIn(objects_.tables, schema, name);
  }
  // Alive ones only.
  std::optional<int64_t> FindIndex(int64_t schema, const std::string& name) const {
    for (const auto& [id, index] : objects_.indexes) {
      if (index.schema == schema && index.name == name && index.status != "stopping") return id;
    }
    return std::nullopt;
  }
  std::optional<int64_t> FindZone(const std::string& name) const {
    for (const auto& [id, zone] : objects_.zones) {
      if (zone.name == name) return id;
    }
    return std::nullopt;
  }
  static Column* FindColumn(Table& table, const std::string& name) {
    for (Column& column : table.columns) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
  static Column& ColumnOf(Table& table, int64_t id) {
    return *std::find_if(table.columns.begin(), table.columns.end(),
                         [&](const Column& column) { return column.id == id; });
  }

  // What the command names; nothing if it is missing and may be.
  std::optional<int64_t> TableOf(const Json& command, const char* field, const char* flag) const {
    const auto schema = FindSchema(Text(command, "schema"));
    const auto table = schema ? FindTable(*schema, Text(command, field)) : std::nullopt;
    if (!table) Missing(command, flag, schema ? "TABLE_NOT_FOUND" : "SCHEMA_NOT_FOUND");
    return table;
  }
  std::optional<int64_t> IndexOf(const Json& command) const {
    const auto schema = FindSchema(Text(command, "schema"));
    const auto index = schema ? FindIndex(*schema, Text(command, "name")) : std::nullopt;
    if (!index) Missing(command, "if_exists", schema ? "INDEX_NOT_FOUND" : "SCHEMA_NOT_FOUND");
    return index;
  }
  std::optional<int64_t> ZoneOf(const Json& command) const {
    const auto zone = FindZone(Text(command, "name"));
    if (!zone) Missing(command, "if_exists", "ZONE_NOT_FOUND");
    return zone;
  }

  // --- Names.

  bool IsTaken(int64_t schema, const std::string& name) const {
    return FindIndex(schema, name) || FindTable(schema, name) ||
           FindIn(objects_.views, schema, name);
  }
  void RefuseTaken(int64_t schema, const std::string& name) const {
    RefuseIf(FindIndex(schema, name).has_value(), "INDEX_EXISTS");
    RefuseIf(FindTable(schema, name).has_value(), "TABLE_EXISTS");
    RefuseIf(FindIn(objects_.views, schema, name).has_value(), "SYSTEM_VIEW_EXISTS");
  }

  // Under relaxed a key index with an automatic name gives way to what a user names.
  bool GivesWay(int64_t schema, const std::string& name) const {
    const auto owner = FindIndex(schema, name);
    return relaxed_ && owner && objects_.indexes.at(*owner).automatic_name;
  }
  // For what a user names; what gives way takes none of the names that are `wanted`.
  void TakeName(int64_t schema, const std::string& name, const Texts& wanted) {
    if (GivesWay(schema, name)) {
      Index& index = objects_.indexes.at(*FindIndex(schema, name));
      index.name = AutomaticName(schema, objects_.tables.at(index.table).name, wanted, -1);
    }
    RefuseTaken(schema, name);
  }

  // For the key index of `table`; the name that `own` has is free.
  std::string AutomaticName(int64_t schema, const std::string& table, const Texts& wanted,
                            int64_t own) const {
    for (int number = 0;; ++number) {
      const std::string end = number == 0 ? "_PK" : "_PK_" + std::to_string(number);
      std::string name = table.substr(0, 128 - end.size()) + end;
      if (!relaxed_) RefuseTaken(schema, name);
      const bool is_own = FindIndex(schema, name) == own;
      if ((is_own || !IsTaken(schema, name)) && !Contains(wanted, name)) return name;
    }
  }

  // --- Tables.

  static void AddColumn(Table& table, Column column) {
    column.id = table.next_column++;
    table.names_ever[column.id] = column.name;
    table.columns.push_back(std::move(column));
  }
  static std::vector<int64_t> IdsOf(Table& table, const Texts& names) {
    std::vector<int64_t> ids;
    for (const std::string& name : names) ids.push_back(FindColumn(table, name)->id);
    return ids;
  }
  static bool IsOfKey(const Table& table, int64_t column) {
    return std::find(table.key.begin(), table.key.end(), column) != table.key.end();
  }
  bool IsIndexed(int64_t table, int64_t column) const {
    for (const auto& [id, index] : objects_.indexes) {
      if (index.table != table || index.status == "stopping") continue;
      for (const auto& [column_id, collation] : index.columns) {
        if (column_id == column) return true;
      }
    }
    return false;
  }

  // Gives `table` the key, which is also its colocation, and the key's index.
  void AddKey(int64_t id, Table& table, const Json& key, Texts wanted) {
    const Texts names = TextList(key, "columns");
    Index index{.schema = table.schema, .table = id, .unique = true, .status = "available"};
    index.sorted = Text(key, "kind") == "sorted";
    index.automatic_name = !Has(key, "name");
    if (index.automatic_name) {
      index.name = AutomaticName(table.schema, table.name, wanted, -1);
    } else {
      index.name = Text(key, "name");
      wanted.push_back(index.name);
      TakeName(table.schema, index.name, wanted);
    }
    RefuseIf(index.name == table.name, "TABLE_EXISTS");
    table.key = table.colocation = IdsOf(table, names);
    for (size_t i = 0; i < names.size(); ++i) {
      index.columns.emplace_back(table.key[i],
                                 index.sorted ? key["collations"][i].get<std::string>() : "");
    }
    table.key_index = NewId();
    objects_.indexes[*table.key_index] = index;
  }

  static bool Differs(const Json& command, const char* field, int64_t current) {
    return Has(command, field) && Number(command, field) != current;
  }

  static void CheckKeyChange(const Column& column, const Json& command) {
    RefuseIf(Has(command, "type") && Text(command, "type") != column.type, "PK_TYPE_CHANGE");
    RefuseIf(Differs(command, "precision", column.precision), "PK_PRECISION_CHANGE");
    RefuseIf(Differs(command, "scale", column.scale), "PK_SCALE_CHANGE");
  }

  // The strict rules.
  static void CheckTypeChange(const Column& column, const Json& command) {
    static const std::map<std::string, Texts> kGrows = {
        {"INT8", {"INT8", "INT16", "INT32", "INT64"}},
        {"INT16", {"INT16", "INT32", "INT64"}},
        {"INT32", {"INT32", "INT64"}},
        {"INT64", {"INT64"}},
        {"FLOAT", {"FLOAT", "DOUBLE"}},
        {"DOUBLE", {"DOUBLE"}},
        {"DECIMAL", {"DECIMAL"}},
        {"STRING", {"STRING"}},
        {"BYTE_ARRAY", {"BYTE_ARRAY"}}};
    if (Has(command, "type")) {
      const auto grows = kGrows.find(column.type);
      if (grows != kGrows.end() && Contains(grows->second, Text(command, "type"))) {
        const TypeRules rules = RulesOf(column.type);
        RefuseIf(
            rules.precision && Number(command, "precision", column.precision) < column.precision,
            "PRECISION_DECREASE");
        RefuseIf(rules.scale && Differs(command, "scale", column.scale), "SCALE_CHANGE");
        RefuseIf(rules.length && Number(command, "length", column.length) < column.length,
                 "LENGTH_DECREASE");
        return;
      }
      RefuseIf(Text(command, "type") != column.type, "TYPE_CHANGE_FORBIDDEN");
    }
    RefuseIf(Differs(command, "precision", column.precision), "PRECISION_CHANGE");
    RefuseIf(Differs(command, "scale", column.scale), "SCALE_CHANGE");
    RefuseIf(Differs(command, "length", column.length), "LENGTH_CHANGE");
  }

  // What relaxed asks of parameters where the type stays.
  static void CheckNewParameters(const Column& column, const Json& command) {
    Json changed = {{"type", column.type}};
    if (Differs(command, "length", column.length)) changed["length"] = command["length"];
    if (Differs(command, "precision", column.precision))
      changed["precision"] = command["precision"];
    if (Differs(command, "scale", column.scale)) changed["scale"] = command["scale"];
    CheckType(changed, false);
  }

  // Drops the parameters that the column's type has no use for.
  static void KeepParameters(Column& column) {
    const TypeRules rules = RulesOf(column.type);
    if (!rules.length) column.length = 0;
    if (!rules.precision) column.precision = 0;
    if (!rules.scale) column.scale = 0;
  }

  // --- Indexes and zones.

  bool CreateIndex(const Json& command, bool sorted) {
    const std::string name = Text(command, "name");
    const auto schema = FindSchema(Text(command, "schema"));
    RefuseIf(!schema, "SCHEMA_NOT_FOUND");
    const auto there = FindIndex(*schema, name);
    if (Flag(command, "if_not_exists") && there && !GivesWay(*schema, name)) return false;
    TakeName(*schema, name, {name});
    const auto table_id = FindTable(*schema, Text(command, "table"));
    RefuseIf(!table_id, "TABLE_NOT_FOUND");
    Table& table = objects_.tables.at(*table_id);
    const Texts names = TextList(command, "columns");
    Index index{.schema = *schema, .name = name, .table = *table_id, .sorted = sorted};
    for (size_t i = 0; i < names.size(); ++i) {
      const Column* const column = FindColumn(table, names[i]);
      RefuseIf(column == nullptr, "COLUMN_NOT_FOUND");
      index.columns.emplace_back(column->id,
                                 sorted ? command["collations"][i].get<std::string>() : "");
    }
    index.unique = Flag(command, "unique");
    for (const int64_t column : table.colocation) {
      const bool covered = Contains(names, ColumnOf(table, column).name);
      RefuseIf(index.unique && !covered && !relaxed_, "UNIQUE_NEEDS_COLOCATION");
    }
    index.status = base_.tables.contains(*table_id) ? "registered" : "available";
    objects_.indexes[NewId()] = index;
    return true;
  }

  bool SetStatus(const Json& command, const char* from, const char* to) {
    const auto found = objects_.indexes.find(Number(command, "id"));
    RefuseIf(found == objects_.indexes.end(), "INDEX_NOT_FOUND");
    RefuseIf(found->second.status != from, "WRONG_INDEX_STATUS");
    found->second.status = to;
    return true;
  }

  // What both CREATE ZONE and ALTER ZONE set.
  static void SetZoneFields(Zone& zone, const Json& command) {
    zone.quorum = Number(command, "quorum_size", zone.quorum);
    zone.scale_up = Number(command, "auto_scale_up", zone.scale_up);
    zone.scale_down = Number(command, "auto_scale_down", zone.scale_down);
    if (Has(command, "filter")) zone.filter = Text(command, "filter");
    if (Has(command, "storage_profiles")) zone.profiles = TextList(command, "storage_profiles");
  }

  const Objects& base_;
  Objects& objects_;
  const bool relaxed_;
};

struct Command {
  void (*check)(const Json& command, bool relaxed);
  bool (Planner::*plan)(const Json& command);
};

const Command& CommandNamed(const std::string& name) {
  static const std::map<std::string, Command> kCommands = {
      {"create_schema", {CheckCreateSchema, &Planner::CreateSchema}},
      {"create_system_schema", {CheckCreateSystemSchema, &Planner::CreateSchema}},
      {"drop_schema", {CheckDropSchema, &Planner::DropSchema}},
      {"create_table", {CheckCreateTable, &Planner::CreateTable}},
      {"drop_table", {CheckOnlyNames, &Planner::DropTable}},
      {"rename_table", {CheckRename, &Planner::RenameTable}},
      {"alter_table_add_column", {CheckAddColumn, &Planner::AddColumns}},
      {"alter_table_drop_column", {CheckDropColumn, &Planner::DropColumns}},
      {"alter_table_alter_column", {CheckAlterColumn, &Planner::AlterColumn}},
      {"alter_table_rename_column", {CheckRenameColumn, &Planner::RenameColumn}},
      {"alter_table_add_primary_key", {CheckAddKey, &Planner::AddPrimaryKey}},
      {"alter_table_drop_primary_key", {CheckDropKey, &Planner::DropPrimaryKey}},
      {"alter_table_set_property", {CheckSetProperty, &Planner::SetProperty}},
      {"create_hash_index", {CheckHashIndex, &Planner::CreateHashIndex}},
      {"create_sorted_index", {CheckSortedIndex, &Planner::CreateSortedIndex}},
      {"drop_index", {CheckOnlyNames, &Planner::DropIndex}},
      {"rename_index", {CheckRename, &Planner::RenameIndex}},
      {"start_building_index", {CheckNothing, &Planner::StartBuildingIndex}},
      {"make_index_available", {CheckNothing, &Planner::MakeIndexAvailable}},
      {"remove_index", {CheckNothing, &Planner::RemoveIndex}},
      {"create_zone", {CheckCreateZone, &Planner::CreateZone}},
      {"alter_zone", {CheckAlterZone, &Planner::AlterZone}},
      {"rename_zone", {CheckRenameZone, &Planner::RenameZone}},
      {"drop_zone", {CheckOnlyName, &Planner::DropZone}},
      {"set_default_zone", {CheckOnlyName, &Planner::SetDefaultZone}},
      {"create_system_view", {CheckCreateView, &Planner::CreateSystemView}},
  };
  return kCommands.at(name);
}

// Missing things and taken names are told by their reasons; a command that is refused for
// another one is wrong by itself, or right and in a wrong state.
std::string CodeOf(const std::string& reason) {
  static const Texts kOfState = {"SYSTEM_SCHEMA_DROP",      "SCHEMA_NOT_EMPTY",
                                 "UNIQUE_NEEDS_COLOCATION", "PROFILE_NOT_IN_ZONE",
                                 "PK_COLUMN_DROP",          "PK_INDEX_DROP",
                                 "PK_TYPE_CHANGE",          "PK_PRECISION_CHANGE",
                                 "PK_SCALE_CHANGE",         "PK_DROP_NOT_NULL",
                                 "TYPE_CHANGE_FORBIDDEN",   "PRECISION_DECREASE",
                                 "PRECISION_CHANGE",        "SCALE_CHANGE",
                                 "LENGTH_DECREASE",         "LENGTH_CHANGE",
                                 "ADD_NOT_NULL_FORBIDDEN",  "COLUMN_USED_BY_INDEXES",
                                 "WRONG_INDEX_STATUS",      "REMOVE_INDEX_WRONG_STATUS",
                                 "NEEDS_RELAXED_POLICY",    "PROFILE_IN_USE",
                                 "ZONE_IS_DEFAULT",         "ZONE_IN_USE"};
  if (reason.ends_with("_NOT_FOUND")) return "NOT_FOUND";
  if (reason.ends_with("_EXISTS")) return "ALREADY_EXISTS";
  return Contains(kOfState, reason) ? "FAILED_PRECONDITION" : "INVALID_ARGUMENT";
}

// --- Showing.

Json ColumnJson(const Column& column) {
  return {{"name", column.name},
          {"type", column.type},
          {"nullable", column.nullable},
          {"length", column.length},
          {"precision", column.precision},
          {"scale", column.scale},
          {"default", column.default_value}};
}

Texts NamesOf(const Table& table, const std::vector<int64_t>& ids) {
  Texts names;
  for (const int64_t id : ids) names.push_back(table.names_ever.at(id));
  return names;
}

Json TableJson(int64_t id, const Table& table) {
  Json columns = Json::array();
  for (const Column& column : table.columns) {
    columns.push_back(ColumnJson(column));
    columns.back()["id"] = column.id;
  }
  return {{"id", id},
          {"name", table.name},
          {"zone_id", table.zone},
          {"pk_index_id", table.key_index ? Json(*table.key_index) : Json()},
          {"schema_version", table.version},
          {"columns", columns},
          {"primary_key", NamesOf(table, table.key)},
          {"colocation", NamesOf(table, table.colocation)},
          {"storage_profile", table.profile},
          {"stale_rows_fraction", table.stale_rows_fraction},
          {"min_stale_rows_count", table.min_stale_rows_count}};
}

Json IndexJson(int64_t id, const Index& index, const Table& table) {
  Json columns = Json::array();
  for (const auto& [column, collation] : index.columns) {
    columns.push_back({{"name", table.names_ever.at(column)}});
    if (index.sorted) columns.back()["collation"] = collation;
  }
  return {{"id", id},
          {"name", index.name},
          {"table_id", index.table},
          {"kind", index.sorted ? "sorted" : "hash"},
          {"unique", index.unique},
          {"status", index.status},
          {"columns", columns}};
}

Json ViewJson(int64_t id, const View& view) {
  Json columns = Json::array();
  for (const Column& column : view.columns) columns.push_back(ColumnJson(column));
  return {{"id", id}, {"name", view.name}, {"kind", view.kind}, {"columns", columns}};
}

Json ZoneJson(int64_t id, const Zone& zone) {
  return {{"id", id},
          {"name", zone.name},
          {"partitions", zone.partitions},
          {"replicas", zone.replicas},
          {"quorum_size", zone.quorum},
          {"auto_scale_up", zone.scale_up},
          {"auto_scale_down", zone.scale_down},
          {"filter", zone.filter},
          {"storage_profiles", zone.profiles},
          {"consistency_mode", zone.consistency}};
}

std::string Quoted(const std::string& name, char quote) {
  std::string quoted(1, quote);
  for (const char c : name) quoted += c == quote ? std::string(2, c) : std::string(1, c);
  return quoted + quote;
}

std::string Plain(const std::string& name) {
  const auto letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
  };
  const auto plain = [&](char c) {
    return letter(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '$';
  };
  const bool bare = letter(name[0]) && std::all_of(name.begin(), name.end(), plain);
  return bare ? name : Quoted(name, '"');
}

std::string Joined(const Texts& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + Plain(name);
  return joined.empty() ? "-" : joined;
}

std::string TypeText(const Column& column) {
  static const std::map<std::string, std::string> kWords = {
      {"INT8", "TINYINT"},   {"INT16", "SMALLINT"},      {"INT32", "INTEGER"},
      {"INT64", "BIGINT"},   {"FLOAT", "REAL"},          {"DATETIME", "TIMESTAMP"},
      {"STRING", "VARCHAR"}, {"BYTE_ARRAY", "VARBINARY"}};
  const auto word = kWords.find(column.type);
  std::string text = word == kWords.end() ? column.type : word->second;
  const TypeRules rules = RulesOf(column.type);
  if (rules.length) text += "(" + std::to_string(column.length) + ")";
  if (rules.scale) {
    text += "(" + std::to_string(column.precision) + "," + std::to_string(column.scale) + ")";
  } else if (rules.precision) {
    text += "(" + std::to_string(column.precision) + ")";
  }
  return column.type == "TIMESTAMP" ? text + " WITH LOCAL TIME ZONE" : text;
}

// Of the spellings that random constants have, if they fit the column.
std::string Canonical(const Column& column, std::string text) {
  const auto lower = [](char c) { return static_cast<char>(std::tolower(c)); };
  if (column.type == "DECIMAL" && text == "1.50") {
    return column.scale >= 1 && column.precision >= column.scale + 1 ? "1.5" : text;
  }
  if (column.type == "BYTE_ARRAY" && text == "CAFE" && column.length >= 2) return "cafe";
  if (column.type == "UUID" && text.size() == 36) {
    std::transform(text.begin(), text.end(), text.begin(), lower);
  }
  if (column.type == "TIME" && text == "10:20") return "10:20:00";
  if (text.size() > 10 && text[4] == '-' && text[10] == 'T' &&
      (column.type == "DATETIME" || column.type == "TIMESTAMP")) {
    text[10] = ' ';
  }
  return text;
}

std::string DefaultText(const Column& column) {
  if (column.default_value.is_null()) return "-";
  if (HasFunction({{"default", column.default_value}})) {
    return Text(column.default_value, "function");
  }
  const Json& value = column.default_value["constant"];
  if (value.is_boolean()) return value == true ? "TRUE" : "FALSE";
  if (!value.is_string()) return value.dump();
  const std::string text = Canonical(column, value.get<std::string>());
  if (column.type == "DECIMAL") return text;
  return (column.type == "BYTE_ARRAY" ? "X" : "") + Quoted(text, '\'');
}

std::string ColumnLine(const std::string& path, const Column& column, size_t position) {
  return "column " + path + "." + Plain(column.name) + " pos=" + std::to_string(position) + " " +
         TypeText(column) + (column.nullable ? " null" : " not_null");
}

std::string ZoneLine(const Zone& zone, bool is_default) {
  return "zone " + Plain(zone.name) + " partitions=" + std::to_string(zone.partitions) +
         " replicas=" + std::to_string(zone.replicas) + " quorum=" + std::to_string(zone.quorum) +
         " scale_up=" + std::to_string(zone.scale_up) +
         " scale_down=" + std::to_string(zone.scale_down) + " filter=" + Plain(zone.filter) +
         " profiles=" + Joined(zone.profiles) + " consistency=" +
         (zone.consistency == "strong_consistency" ? "strong" : "high_availability") +
         " default=" + (is_default ? "true" : "false");
}

std::string IndexLine(const std::string& schema, const Index& index, const Table& table) {
  std::string columns;
  for (const auto& [id, collation] : index.columns) {
    columns += (columns.empty() ? "" : ",") + Plain(table.names_ever.at(id));
    if (!index.sorted) continue;
    const size_t end_of_direction = collation.find('_');
    columns +=
        " " + collation.substr(0, end_of_direction) + " " + collation.substr(end_of_direction + 1);
  }
  return "index " + schema + "." + Plain(index.name) + " on=" + Plain(table.name) +
         " unique=" + (index.unique ? "true" : "false") + " cols=" + columns;
}

}  // namespace

Json CatalogModel::Execute(const Json& request, Policy policy) {
  const Json batch = request.is_array() ? request : Json::array({request});
  const bool relaxed = policy == Policy::kRelaxed;
  Objects after = objects_;
  Planner planner(objects_, after, relaxed);
  Json applied = Json::array();
  size_t at = 0;
  try {
    for (; at < batch.size(); ++at) {
      CommandNamed(batch[at].begin().key()).check(batch[at].front(), relaxed);
    }
    for (at = 0; at < batch.size(); ++at) {
      const auto plan = CommandNamed(batch[at].begin().key()).plan;
      applied.push_back((planner.*plan)(batch[at].front()));
    }
  } catch (const Refusal& refusal) {
    return {
        {"error", {{"code", CodeOf(refusal.reason)}, {"reason", refusal.reason}, {"command", at}}}};
  }
  if (std::find(applied.begin(), applied.end(), Json(true)) != applied.end()) {
    ++version_;
    objects_ = std::move(after);
  }
  return {{"version", version_}, {"applied", applied}};
}

Json CatalogModel::Describe() const {
  const auto& default_zone = objects_.default_zone;
  Json zones = Json::array();
  for (const auto& [id, zone] : objects_.zones) zones.push_back(ZoneJson(id, zone));
  Json schemas = Json::array();
  for (const auto& [schema_id, name] : objects_.schemas) {
    Json tables = Json::array();
    Json indexes = Json::array();
    Json views = Json::array();
    for (const auto& [id, table] : objects_.tables) {
      if (table.schema == schema_id) tables.push_back(TableJson(id, table));
    }
    for (const auto& [id, index] : objects_.indexes) {
      if (index.schema != schema_id) continue;
      indexes.push_back(IndexJson(id, index, objects_.tables.at(index.table)));
    }
    for (const auto& [id, view] : objects_.views) {
      if (view.schema == schema_id) views.push_back(ViewJson(id, view));
    }
    schemas.push_back({{"id", schema_id},
                       {"name", name},
                       {"tables", tables},
                       {"indexes", indexes},
                       {"system_views", views}});
  }
  return {{"version", version_},
          {"object_id_gen", objects_.next_id},
          {"default_zone", default_zone ? Json(objects_.zones.at(*default_zone).name) : Json()},
          {"zones", zones},
          {"schemas", schemas}};
}

std::string CatalogModel::Lines() const {
  Texts lines;
  for (const auto& [id, name] : objects_.schemas) {
    if (name != "PUBLIC" && name != "SYSTEM") lines.push_back("schema " + Plain(name));
  }
  const auto add_columns = [&](const std::string& path, const std::vector<Column>& columns,
                               bool with_default) {
    for (size_t i = 0; i < columns.size(); ++i) {
      lines.push_back(ColumnLine(path, columns[i], i + 1));
      if (with_default) lines.back() += " default=" + DefaultText(columns[i]);
    }
  };
  const auto schema_of = [&](int64_t id) { return Plain(objects_.schemas.at(id)); };
  for (const auto& [id, table] : objects_.tables) {
    const std::string path = schema_of(table.schema) + "." + Plain(table.name);
    lines.push_back("table " + path + " pk=" + Joined(NamesOf(table, table.key)));
    if (table.zone != objects_.default_zone) {
      lines.back() += " zone=" + Plain(objects_.zones.at(table.zone).name);
    }
    add_columns(path, table.columns, true);
  }
  for (const auto& [id, index] : objects_.indexes) {
    const Table& table = objects_.tables.at(index.table);
    if (index.status == "stopping" || table.key_index == id) continue;
    lines.push_back(IndexLine(schema_of(index.schema), index, table));
  }
  for (const auto& [id, view] : objects_.views) {
    const std::string path = schema_of(view.schema) + "." + Plain(view.name);
    lines.push_back("view " + path + " kind=" + view.kind);
    add_columns(path, view.columns, false);
  }
  for (const auto& [id, zone] : objects_.zones) {
    const bool is_default = id == objects_.default_zone;
    if (!is_default || !zone.automatic) lines.push_back(ZoneLine(zone, is_default));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace annals::model
