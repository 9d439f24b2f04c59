#include "annals/tests/model/random_requests.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace annals::model {

RandomRequests::Call RandomRequests::Next(const Objects& objects) {
  const bool relaxed = OneIn(4);
  Call call{.policy = relaxed ? Policy::kRelaxed : Policy::kStrict};
  made_.reset();
  if (!OneIn(6)) {
    call.request = Command(objects, relaxed);
    return call;
  }
  call.request = Json::array();
  // Rather two than five: it takes one that is refused to refuse them all.
  for (uint64_t left = 2 + Below(2) * Below(4); left > 0; --left) {
    call.request.push_back(Command(objects, relaxed));
  }
  return call;
}

Json RandomRequests::Command(const Objects& objects, bool relaxed) {
  struct Kind {
    uint64_t weight;
    const char* name;
    std::function<Json()> fields;
    bool needs_relaxed = false;
  };
  const std::vector<Kind> kinds = {
      {2, "create_schema", [&] { return Named(SchemaName(), "if_not_exists"); }},
      {1, "create_system_schema", [&] { return SystemSchema(); }},
      {1, "drop_schema", [&] { return DropSchema(); }},
      {9, "create_table", [&] { return CreateTable(); }},
      {3, "drop_table", [&] { return OnTable(objects, "name", "if_exists"); }},
      {3, "rename_table", [&] { return RenameTable(objects); }},
      {5, "alter_table_add_column", [&] { return AddColumns(objects); }},
      {3, "alter_table_drop_column", [&] { return DropColumns(objects); }},
      {6, "alter_table_alter_column", [&] { return AlterColumn(objects, relaxed); }},
      {2, "alter_table_rename_column", [&] { return RenameColumn(objects); }, true},
      {2, "alter_table_add_primary_key", [&] { return AddPrimaryKey(objects); }, true},
      {1, "alter_table_drop_primary_key",
       [&] { return OnTable(objects, "table", "if_table_exists"); }, true},
      {2, "alter_table_set_property", [&] { return SetProperty(objects); }},
      {4, "create_hash_index", [&] { return CreateIndex(objects, false); }},
      {4, "create_sorted_index", [&] { return CreateIndex(objects, true); }},
      {3, "drop_index", [&] { return OnIndex(objects); }},
      {2, "rename_index", [&] { return RenameIndex(objects); }},
      {2, "start_building_index", [&] { return IndexId(objects, "registered"); }},
      {3, "make_index_available", [&] { return IndexId(objects, "building"); }},
      {2, "remove_index", [&] { return IndexId(objects, "stopping"); }},
      {2, "create_zone", [&] { return CreateZone(); }},
      {3, "alter_zone", [&] { return AlterZone(); }},
      {1, "rename_zone", [&] { return RenameZone(); }},
      {1, "drop_zone", [&] { return Named(ZoneName(), "if_exists"); }},
      {1, "set_default_zone", [&] { return Named(ZoneName(), "if_exists"); }},
      {1, "create_system_view", [&] { return CreateView(); }},
  };
  uint64_t all = 0;
  for (const Kind& kind : kinds) all += kind.weight;
  uint64_t at = Below(all);
  auto kind = kinds.begin();
  for (; at >= kind->weight; ++kind) at -= kind->weight;
  if (kind->needs_relaxed && !relaxed && !OneIn(8)) return Command(objects, relaxed);
  return {{kind->name, kind->fields()}};
}

// --- Schemas.

Json RandomRequests::Named(std::string name, const char* flag) {
  Json command = {{"name", std::move(name)}};
  SetFlag(command, flag);
  return command;
}

Json RandomRequests::SystemSchema() {
  return {{"name", OneIn(2) ? SchemaName() : std::string("DEFINITION_SCHEMA")}};
}

Json RandomRequests::DropSchema() {
  Json command = Named(OneIn(6) ? "INFORMATION_SCHEMA" : SchemaName(), "if_exists");
  SetFlag(command, "cascade", 4);
  return command;
}

// --- Names.

std::string RandomRequests::OrBad(std::string name) {
  if (!OneIn(150)) return name;
  return Pick(Names{"", "  ", std::string(129, 'x'), "A\nB", "NOT_THERE"});
}

RandomRequests::Place RandomRequests::TablePlace(const Objects& objects) {
  if (made_ && OneIn(2)) return *made_;
  if (objects.tables.empty() || OneIn(15)) return {SchemaName(), TableName()};
  // Those of system schemas can't be changed, and nothing else can be said of them.
  Place place;
  do {
    auto table = objects.tables.begin();
    std::advance(table, Below(objects.tables.size()));
    place = {objects.schemas.at(table->second.schema), table->second.name};
  } while (place.schema == "SYSTEM" && !OneIn(20));
  return place;
}

RandomRequests::Place RandomRequests::IndexPlace(const Objects& objects) {
  if (objects.indexes.empty() || OneIn(15)) return {SchemaName(), IndexName()};
  Place place;
  do {
    auto index = objects.indexes.begin();
    std::advance(index, Below(objects.indexes.size()));
    place = {objects.schemas.at(index->second.schema), index->second.name};
  } while (place.schema == "SYSTEM" && !OneIn(20));
  return place;
}

const Table* RandomRequests::TableAt(const Objects& objects, const Place& place) const {
  for (const auto& [id, table] : objects.tables) {
    if (table.name == place.name && objects.schemas.at(table.schema) == place.schema) return &table;
  }
  return nullptr;
}

std::string RandomRequests::ColumnOf(const Table* table) {
  if (table == nullptr || table->columns.empty() || OneIn(10)) return ColumnName();
  return Pick(table->columns).name;
}

RandomRequests::Names RandomRequests::ColumnsOf(const Table* table) {
  Names names;
  if (OneIn(60)) return names;
  const size_t count = 1 + Below(2);
  while (names.size() < count) {
    std::string name = ColumnOf(table);
    if (names.empty() || name != names.back() || OneIn(10)) names.push_back(std::move(name));
  }
  return names;
}

Json RandomRequests::Collations(size_t count) {
  if (OneIn(40)) count = Below(3);
  Json collations = Json::array();
  for (; count > 0; --count) collations.push_back(CollationName());
  return collations;
}

// --- Columns.

void RandomRequests::SetType(Json& column) {
  static const Names kTypes = {"BOOLEAN", "INT8",   "INT16",    "INT32",     "INT32",
                               "INT64",   "FLOAT",  "DOUBLE",   "DECIMAL",   "DECIMAL",
                               "DATE",    "TIME",   "DATETIME", "TIMESTAMP", "UUID",
                               "UUID",    "STRING", "STRING",   "BYTE_ARRAY"};
  const std::string& type = Pick(kTypes);
  column["type"] = type;
  if (type == "STRING" || type == "BYTE_ARRAY") column["length"] = 5 + Below(5);
  if (type == "DECIMAL" || type.starts_with("TIME") || type == "DATETIME") {
    column["precision"] = 3 + Below(4);
  }
  if (type == "DECIMAL") column["scale"] = Below(3);
}

void RandomRequests::SpoilType(Json& column) {
  switch (Below(6)) {
    case 0:
      column["type"] = nullptr;
      break;
    case 1:
      column.erase(Pick(Names{"length", "precision", "scale"}));
      break;
    case 2:
      column[Pick(Names{"length", "precision", "scale"})] = Pick(std::vector<int64_t>{-1, 0, 11});
      break;
    case 3:
      column[Pick(Names{"length", "precision", "scale"})] =
          Pick(std::vector<int64_t>{32767, 32768, INT32_MAX, int64_t{INT32_MAX} + 1, INT64_MIN});
      break;
    default:
      column = {{"name", column.value("name", "C1")}, {"type", "PERIOD"}, {"precision", Below(12)}};
      if (OneIn(2)) column["type"] = "DURATION";
      break;
  }
}

// In any spelling: the engine keeps it.
Json RandomRequests::Constant(const std::string& type) {
  if (OneIn(15)) return nullptr;
  if (OneIn(15)) return Pick(std::vector<Json>{"no such value", 7, true});
  if (type == "BOOLEAN") return OneIn(2);
  if (type.starts_with("INT")) return static_cast<int64_t>(Below(40)) - 20;
  if (type == "FLOAT" || type == "DOUBLE") return static_cast<double>(Below(9)) + 0.25;
  if (type == "DECIMAL") return Pick(Names{"1.5", "1.50", "-0.25", "12"});
  if (type == "DATE") return "2024-01-31";
  if (type == "TIME") return Pick(Names{"10:20:30", "10:20"});
  if (type == "DATETIME") return Pick(Names{"2024-01-31 10:20:30", "2024-01-31T10:20:30"});
  if (type == "TIMESTAMP") return Pick(Names{"2024-01-31 10:20:30Z", "2024-01-31T10:20:30Z"});
  if (type == "UUID")
    return Pick(
        Names{"0a1b2c3d-0000-4000-8000-00000000000f", "0A1B2C3D-0000-4000-8000-00000000000F"});
  if (type == "BYTE_ARRAY") return Pick(Names{"00ff", "cafe", "CAFE"});
  return Pick(Names{"x", "it's", "", "12"});
}

Json RandomRequests::NewColumn() {
  Json column = {{"name", ColumnName()}};
  SetType(column);
  if (OneIn(60)) SpoilType(column);
  SetFlag(column, "nullable", 2);
  const std::string type = column["type"].is_null() ? "" : column["type"].get<std::string>();
  if (type == "UUID" ? OneIn(4) : OneIn(80)) {
    column["default"] = {{"function", Pick(Names{"rand_uuid", "RAND_UUID", "Rand_Uuid", "now"})}};
  } else if (OneIn(2)) {
    column["default"] = {{"constant", Constant(type)}};
  }
  return column;
}

Json RandomRequests::NewColumns(size_t most) {
  Json columns = Json::array();
  if (OneIn(60)) return columns;
  Names names;
  for (uint64_t left = 1 + Below(most); left > 0; --left) {
    Json column = NewColumn();
    const std::string name = column["name"];
    const bool there = std::find(names.begin(), names.end(), name) != names.end();
    if (there && !OneIn(20)) continue;
    names.push_back(name);
    columns.push_back(std::move(column));
  }
  return columns;
}

Json RandomRequests::NewKey(const Names& columns) {
  Json key = {{"kind", OneIn(3) ? "sorted" : "hash"}, {"columns", columns}};
  if (OneIn(5)) key["name"] = OneIn(3) ? TableName() : IndexName();
  if (key["kind"] == "sorted") key["collations"] = Collations(columns.size());
  return key;
}

void RandomRequests::SetProperties(Json& command) {
  if (OneIn(2)) command["stale_rows_fraction"] = Pick(std::vector<Json>{0, 1, 0.5, 0.5, 1.5, -0.5});
  if (OneIn(2)) command["min_stale_rows_count"] = Pick(std::vector<int64_t>{0, 7, 500, 500, -1});
}

// --- Tables.

Json RandomRequests::CreateTable() {
  Json command = {{"schema", SchemaName()}, {"name", TableName()}};
  if (OneIn(60)) command = {{"schema", "SYSTEM"}, {"name", "SYS"}, {"allow_system_schema", true}};
  SetFlag(command, "if_not_exists", 4);
  Json columns = NewColumns(4);
  Names key;
  for (Json& column : columns) {
    if (!key.empty() && (key.size() > 1 || OneIn(2))) break;
    if (!OneIn(30)) column.erase("nullable");
    key.push_back(column["name"]);
  }
  if (OneIn(40)) key.push_back(ColumnName());
  // What may not be the default of a column that is of no key.
  for (size_t i = key.size(); i < columns.size(); ++i) {
    Json& column = columns[i];
    if (column.contains("default") && column["default"].contains("function") && !OneIn(6)) {
      column.erase("default");
    }
  }
  if (OneIn(8)) {
    Names colocation = {key.empty() ? ColumnName() : Pick(key)};
    if (OneIn(8)) colocation = OneIn(2) ? Names{} : Names{colocation[0], ColumnName()};
    command["colocation_columns"] = colocation;
  }
  command["columns"] = std::move(columns);
  if (!OneIn(6)) command["primary_key"] = NewKey(key);
  if (OneIn(4)) command["zone"] = ZoneName();
  if (OneIn(6)) command["storage_profile"] = Profile();
  if (OneIn(12)) SetProperties(command);
  made_ = Place{command["schema"], command["name"]};
  return command;
}

Json RandomRequests::OnTable(const Objects& objects, const char* field, const char* flag) {
  const Place place = TablePlace(objects);
  Json command = {{"schema", place.schema}, {field, place.name}};
  SetFlag(command, flag);
  return command;
}

Json RandomRequests::RenameTable(const Objects& objects) {
  Json command = OnTable(objects, "name", "if_exists");
  command["new_name"] = OneIn(20) ? command["name"].get<std::string>() : TableName();
  return command;
}

Json RandomRequests::AddColumns(const Objects& objects) {
  Json command = OnTable(objects, "table", "if_table_exists");
  SetFlag(command, "if_not_exists");
  command["columns"] = NewColumns(3);
  for (Json& column : command["columns"]) {
    const bool has_default = column.contains("default");
    if (has_default && column["default"].contains("function") && !OneIn(8)) column.erase("default");
    if (!has_default && !OneIn(6)) column["nullable"] = true;
  }
  return command;
}

Json RandomRequests::DropColumns(const Objects& objects) {
  const Place place = TablePlace(objects);
  Json command = {{"schema", place.schema}, {"table", place.name}};
  SetFlag(command, "if_table_exists");
  SetFlag(command, "if_exists");
  command["columns"] = ColumnsOf(TableAt(objects, place));
  return command;
}

Json RandomRequests::AlterColumn(const Objects& objects, bool relaxed) {
  const Place place = TablePlace(objects);
  const Table* const table = TableAt(objects, place);
  Json command = {{"schema", place.schema}, {"table", place.name}, {"column", ColumnOf(table)}};
  SetFlag(command, "if_table_exists");
  const Column* column = nullptr;
  for (size_t i = 0; table != nullptr && i < table->columns.size(); ++i) {
    if (table->columns[i].name == command["column"]) column = &table->columns[i];
  }
  // Near what is there, or anything.
  const auto near = [&](int64_t value) { return value + static_cast<int64_t>(Below(4)) - 1; };
  if (column != nullptr && OneIn(2)) {
    if (!OneIn(3)) command["type"] = column->type;
    if (column->length > 0 && OneIn(2)) command["length"] = near(column->length);
    if (column->precision > 0 && OneIn(2)) command["precision"] = near(column->precision);
    if (column->scale > 0 && OneIn(3)) command["scale"] = near(column->scale);
  } else if (!OneIn(3)) {
    SetType(command);
    if (OneIn(3)) command.erase("length");
    if (OneIn(3)) command.erase("precision");
    if (OneIn(3)) command.erase("scale");
  }
  if (OneIn(20)) command[Pick(Names{"length", "precision", "scale"})] = OneIn(2) ? 0 : Below(12);
  if (OneIn(40)) command["type"] = "PERIOD";
  if (OneIn(4)) command["nullable"] = OneIn(2);
  if (OneIn(3)) command["default"] = {{"constant", Constant(column ? column->type : "INT32")}};
  if (OneIn(40)) command["default"] = {{"function", "rand_uuid"}};
  // Which defaults another type keeps, others test.
  const bool changes_type = command.contains("type") || command.contains("length") ||
                            command.contains("precision") || command.contains("scale");
  if (relaxed && changes_type) command["default"] = {{"constant", nullptr}};
  return command;
}

Json RandomRequests::RenameColumn(const Objects& objects) {
  const Place place = TablePlace(objects);
  Json command = {{"schema", place.schema},
                  {"table", place.name},
                  {"column", ColumnOf(TableAt(objects, place))},
                  {"new_name", ColumnName()}};
  SetFlag(command, "if_table_exists");
  return command;
}

Json RandomRequests::AddPrimaryKey(const Objects& objects) {
  Place place = TablePlace(objects);
  for (const auto& [id, table] : objects.tables) {
    if (table.key.empty() && OneIn(2)) place = {objects.schemas.at(table.schema), table.name};
  }
  Json command = {{"schema", place.schema},
                  {"table", place.name},
                  {"primary_key", NewKey(ColumnsOf(TableAt(objects, place)))}};
  SetFlag(command, "if_table_exists");
  return command;
}

Json RandomRequests::SetProperty(const Objects& objects) {
  Json command = OnTable(objects, "table", "if_table_exists");
  SetProperties(command);
  return command;
}

// --- Indexes.

Json RandomRequests::CreateIndex(const Objects& objects, bool sorted) {
  const Place place = TablePlace(objects);
  const Names columns = ColumnsOf(TableAt(objects, place));
  Json command = {
      {"schema", place.schema}, {"name", IndexName()}, {"table", place.name}, {"columns", columns}};
  if (sorted) command["collations"] = Collations(columns.size());
  SetFlag(command, "unique", 4);
  SetFlag(command, "if_not_exists", 4);
  return command;
}

Json RandomRequests::OnIndex(const Objects& objects) {
  const Place place = IndexPlace(objects);
  Json command = {{"schema", place.schema}, {"name", place.name}};
  SetFlag(command, "if_exists");
  return command;
}

Json RandomRequests::RenameIndex(const Objects& objects) {
  Json command = OnIndex(objects);
  command["new_name"] = IndexName();
  return command;
}

Json RandomRequests::IndexId(const Objects& objects, const char* status) {
  std::vector<int64_t> fitting;
  std::vector<int64_t> all = {0, 1, 7};
  for (const auto& [id, index] : objects.indexes) {
    all.push_back(id);
    if (index.status == status) fitting.push_back(id);
  }
  return {{"id", Pick(fitting.empty() || OneIn(12) ? all : fitting)}};
}

// --- Zones and views.

void RandomRequests::SetZoneFields(Json& command) {
  if (OneIn(3)) command["replicas"] = Pick(std::vector<int64_t>{1, 2, 3, 4, 5, 7, 9, INT32_MAX});
  if (OneIn(4)) command["quorum_size"] = Pick(std::vector<int64_t>{1, 2, 2, 3, 4, 5});
  if (OneIn(4)) command["auto_scale_up"] = Pick(std::vector<int64_t>{0, 5, INT32_MAX});
  if (OneIn(4)) command["auto_scale_down"] = Pick(std::vector<int64_t>{0, 5, INT32_MAX});
  if (OneIn(4)) command["filter"] = Pick(Names{"$..*", "$[?(@.a == 'x y')]", "@.b", "region"});
  if (OneIn(30)) command["filter"] = Pick(Names{"", "$[", "$..* ", "$['a]", "$(])"});
  if (OneIn(25)) {
    command[Pick(Names{"replicas", "quorum_size", "auto_scale_up", "auto_scale_down"})] =
        Pick(std::vector<int64_t>{-1, 0, int64_t{INT32_MAX} + 1, INT64_MIN});
  }
}

Json RandomRequests::CreateZone() {
  Json command = Named(ZoneName(), "if_not_exists");
  if (OneIn(4)) command["partitions"] = Pick(std::vector<int64_t>{1, 9, 65000, 65001, 0});
  SetZoneFields(command);
  if (OneIn(3)) {
    command["consistency_mode"] = OneIn(2) ? "strong_consistency" : "high_availability";
  }
  Names profiles;
  while (!OneIn(profiles.empty() ? 30 : 2)) profiles.push_back(Profile());
  command["storage_profiles"] = profiles;
  return command;
}

Json RandomRequests::AlterZone() {
  Json command = Named(ZoneName(), "if_exists");
  if (OneIn(30)) command["partitions"] = 25;
  if (OneIn(30)) command["consistency_mode"] = "high_availability";
  SetZoneFields(command);
  if (OneIn(4)) {
    Names profiles;
    while (!OneIn(profiles.empty() ? 15 : 2)) profiles.push_back(Profile());
    command["storage_profiles"] = profiles;
  }
  return command;
}

Json RandomRequests::RenameZone() {
  Json command = Named(ZoneName(), "if_exists");
  command["new_name"] = ZoneName();
  return command;
}

Json RandomRequests::CreateView() {
  Json command = {{"name", OrBad(Pick(Names{"V", "W", "SYS", "SYS_PK"}))},
                  {"kind", OneIn(3) ? "cluster" : "node"},
                  {"columns", NewColumns(2)}};
  for (Json& column : command["columns"]) {
    column = {{"name", column["name"]}, {"type", column["type"]}};
    if (!OneIn(20)) column["type"] = Pick(Names{"INT32", "DATE"});
    if (OneIn(20)) column = {{"name", "C1"}, {"type", "PERIOD"}, {"precision", 4}};
  }
  return command;
}

}  // namespace annals::model
