#include "annals/cli/request.h"

#include <charconv>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/cli/fields.h"
#include "annals/cli/json.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/alter_table_add_column.h"
#include "annals/commands/alter_table_alter_column.h"
#include "annals/commands/alter_table_drop_column.h"
#include "annals/commands/alter_table_set_property.h"
#include "annals/commands/alter_zone.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/create_index.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/create_system_view.h"
#include "annals/commands/create_table.h"
#include "annals/commands/create_zone.h"
#include "annals/commands/drop_configured.h"
#include "annals/commands/drop_index.h"
#include "annals/commands/drop_schema.h"
#include "annals/commands/drop_table.h"
#include "annals/commands/drop_zone.h"
#include "annals/commands/index_life_cycle.h"
#include "annals/commands/names.h"
#include "annals/commands/rename_index.h"
#include "annals/commands/rename_table.h"
#include "annals/ddl/rollback.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::Status Invalid(std::string_view message) {
  return MakeError(Reason::INVALID_REQUEST, message);
}

// --- Values that several commands have.

// Without exponent and trailing zeros, as the catalog writes numbers.
std::string NumberText(double number) {
  char text[512];
  const auto [end, error] = std::to_chars(std::begin(text), std::end(text),
                                          number == 0 ? 0 : number, std::chars_format::fixed);
  return error == std::errc() ? std::string(text, end) : std::string();
}

std::optional<Literal> ReadLiteral(const Json& value) {
  using Shape = Literal::Shape;
  if (value.is_null()) return Literal{Shape::kNull, ""};
  if (value.is_boolean()) return Literal{Shape::kBoolean, value.get<bool>() ? "TRUE" : "FALSE"};
  if (value.is_number_integer()) return Literal{Shape::kNumber, JsonText(value)};
  if (value.is_number_float()) return Literal{Shape::kNumber, NumberText(value.get<double>())};
  if (value.is_string()) return Literal{Shape::kString, value.get<std::string>()};
  return std::nullopt;
}

// {"constant": value} or {"function": name}
ColumnDefault ReadDefault(const Json& value, Fields& owner, std::string_view name) {
  Fields fields(value, owner.PathOf(name));
  const Json* const constant = fields.Any("constant");
  const auto function = fields.Text("function");
  owner.Fail(fields.Finish());
  // A null beside a function is not given; by itself it is the constant that is no default.
  const bool has_value = constant != nullptr && !constant->is_null();
  if (function.has_value() ? has_value : constant == nullptr) {
    owner.Refuse(name, "must be {\"constant\": value} or {\"function\": name}");
    return {};
  }
  if (function.has_value()) return Function(*function);
  const auto literal = ReadLiteral(*constant);
  if (!literal.has_value()) {
    owner.Refuse(name, "must have a string, a number, a boolean or null as its constant");
    return {};
  }
  return {ColumnDefault::Kind::kConstant, *literal};
}

std::optional<ColumnDefault> TakeDefault(Fields& fields) {
  const Json* const value = fields.Any("default");
  if (value == nullptr || value->is_null()) return std::nullopt;
  return ReadDefault(*value, fields, "default");
}

void Append(std::string* out, std::string_view text) { out->append(text); }

std::optional<TypeId> TakeType(Fields& fields) {
  const auto name = fields.Text("type");
  if (!name.has_value()) return std::nullopt;
  const auto type = TypeByName(*name);
  if (!type.has_value()) {
    fields.Refuse("type", absl::StrCat(Quoted(*name), " is no type; there are ",
                                       absl::StrJoin(TypeNames(), " ", Append)));
  }
  return type;
}

ColumnDefinition ReadColumn(Fields& fields) {
  ColumnDefinition column;
  column.name = fields.RequiredText("name");
  column.type.id = TakeType(fields).value_or(TypeId::kNull);
  column.nullable = fields.Flag("nullable").value_or(false);
  column.type.length = fields.Integer("length");
  column.type.precision = fields.Integer("precision");
  column.type.scale = fields.Integer("scale");
  column.default_value = TakeDefault(fields).value_or(ColumnDefault());
  return column;
}

// The list `name`, each element read by `read` from its fields or value.
template <typename T, typename Read>
std::vector<T> TakeList(Fields& fields, std::string_view name, Read read) {
  const Json* const list = fields.Any(name);
  std::vector<T> values;
  if (list == nullptr || list->is_null()) return values;
  if (!list->is_array()) {
    fields.Refuse(name, absl::StrCat("must be a list, not ", ToAbsl(JsonTypeName(*list))));
    return values;
  }
  for (const Json& value : *list) {
    values.push_back(read(value, absl::StrCat(ToAbsl(name), "[", values.size(), "]")));
  }
  return values;
}

std::vector<ColumnDefinition> TakeColumns(Fields& fields) {
  return TakeList<ColumnDefinition>(fields, "columns",
                                    [&](const Json& value, const std::string& name) {
                                      Fields column_fields(value, fields.PathOf(name));
                                      ColumnDefinition column = ReadColumn(column_fields);
                                      fields.Fail(column_fields.Finish());
                                      return column;
                                    });
}

std::vector<Collation> TakeCollations(Fields& fields) {
  return TakeList<Collation>(fields, "collations", [&](const Json& value, const std::string& name) {
    const auto collation =
        value.is_string() ? CollationByName(value.get<std::string>()) : std::nullopt;
    if (!collation.has_value()) {
      fields.Refuse(name,
                    "must be asc_nulls_first, asc_nulls_last, desc_nulls_first or "
                    "desc_nulls_last");
    }
    return collation.value_or(Collation());
  });
}

// Only what is sorted has them; a null is not given.
void RefuseCollations(Fields& fields) {
  const Json* const value = fields.Any("collations");
  if (value == nullptr || value->is_null()) return;
  fields.Refuse("collations", "is for what is sorted, not for what is hash");
}

std::optional<PrimaryKey> TakePrimaryKey(Fields& fields) {
  const Json* const value = fields.Any("primary_key");
  if (value == nullptr || value->is_null()) return std::nullopt;
  Fields key_fields(*value, fields.PathOf("primary_key"));
  PrimaryKey key;
  const std::string kind = key_fields.RequiredText("kind");
  if (kind != "hash" && kind != "sorted") {
    key_fields.Refuse("kind", "must be \"hash\" or \"sorted\"");
  }
  key.kind = kind == "sorted" ? IndexKind::kSorted : IndexKind::kHash;
  key.name = key_fields.Text("name");
  key.columns = key_fields.Texts("columns").value_or(std::vector<std::string>());
  if (key.kind == IndexKind::kSorted) {
    key.collations = TakeCollations(key_fields);
  } else {
    RefuseCollations(key_fields);
  }
  fields.Fail(key_fields.Finish());
  return key;
}

std::string TakeSchema(Fields& fields) { return fields.RequiredText("schema"); }

bool TakeFlag(Fields& fields, std::string_view name) { return fields.Flag(name).value_or(false); }

// --- Commands. Each takes all of its fields; the caller asks for errors.

CatalogCommand ReadCreateSchema(Fields& fields) {
  return CreateSchema{.name = fields.RequiredText("name"),
                      .if_not_exists = TakeFlag(fields, "if_not_exists")};
}

CatalogCommand ReadCreateSystemSchema(Fields& fields) {
  return CreateSystemSchema{.name = fields.RequiredText("name")};
}

CatalogCommand ReadDropSchema(Fields& fields) {
  return DropSchema{.name = fields.RequiredText("name"),
                    .if_exists = TakeFlag(fields, "if_exists"),
                    .cascade = TakeFlag(fields, "cascade")};
}

CatalogCommand ReadCreateTable(Fields& fields) {
  CreateTable command{.schema = TakeSchema(fields), .name = fields.RequiredText("name")};
  command.if_not_exists = TakeFlag(fields, "if_not_exists");
  command.columns = TakeColumns(fields);
  command.primary_key = TakePrimaryKey(fields);
  command.colocation_columns = fields.Texts("colocation_columns");
  command.zone = fields.Text("zone");
  command.storage_profile = fields.Text("storage_profile");
  command.stale_rows_fraction =
      fields.Number("stale_rows_fraction").value_or(command.stale_rows_fraction);
  command.min_stale_rows_count =
      fields.Integer("min_stale_rows_count").value_or(command.min_stale_rows_count);
  command.allow_system_schema = TakeFlag(fields, "allow_system_schema");
  return command;
}

// What lives in a schema goes, and gets another name, in the same words.
template <typename Command>
CatalogCommand ReadDrop(Fields& fields) {
  return Command{.schema = TakeSchema(fields),
                 .name = fields.RequiredText("name"),
                 .if_exists = TakeFlag(fields, "if_exists")};
}

template <typename Command>
CatalogCommand ReadRename(Fields& fields) {
  return Command{.schema = TakeSchema(fields),
                 .name = fields.RequiredText("name"),
                 .new_name = fields.RequiredText("new_name"),
                 .if_exists = TakeFlag(fields, "if_exists")};
}

CatalogCommand ReadAddColumn(Fields& fields) {
  return AlterTableAddColumn{.schema = TakeSchema(fields),
                             .table = fields.RequiredText("table"),
                             .columns = TakeColumns(fields),
                             .if_table_exists = TakeFlag(fields, "if_table_exists"),
                             .if_not_exists = TakeFlag(fields, "if_not_exists")};
}

CatalogCommand ReadDropColumn(Fields& fields) {
  return AlterTableDropColumn{
      .schema = TakeSchema(fields),
      .table = fields.RequiredText("table"),
      .columns = fields.Texts("columns").value_or(std::vector<std::string>()),
      .if_table_exists = TakeFlag(fields, "if_table_exists"),
      .if_exists = TakeFlag(fields, "if_exists")};
}

// Here alone a null says something: that there is to be no default.
std::optional<ColumnDefault> TakeNewDefault(Fields& fields) {
  const Json* const value = fields.Any("default");
  if (value == nullptr) return std::nullopt;
  return value->is_null() ? NullConstant() : ReadDefault(*value, fields, "default");
}

CatalogCommand ReadAlterColumn(Fields& fields) {
  return AlterTableAlterColumn{.schema = TakeSchema(fields),
                               .table = fields.RequiredText("table"),
                               .column = fields.RequiredText("column"),
                               .type = TakeType(fields),
                               .precision = fields.Integer("precision"),
                               .scale = fields.Integer("scale"),
                               .length = fields.Integer("length"),
                               .nullable = fields.Flag("nullable"),
                               .default_value = TakeNewDefault(fields),
                               .if_table_exists = TakeFlag(fields, "if_table_exists")};
}

CatalogCommand ReadSetProperty(Fields& fields) {
  return AlterTableSetProperty{.schema = TakeSchema(fields),
                               .table = fields.RequiredText("table"),
                               .stale_rows_fraction = fields.Number("stale_rows_fraction"),
                               .min_stale_rows_count = fields.Integer("min_stale_rows_count"),
                               .if_table_exists = TakeFlag(fields, "if_table_exists")};
}

CreateIndex ReadIndex(Fields& fields, IndexKind kind) {
  CreateIndex command{.schema = TakeSchema(fields),
                      .name = fields.RequiredText("name"),
                      .table = fields.RequiredText("table"),
                      .kind = kind,
                      .columns = fields.Texts("columns").value_or(std::vector<std::string>())};
  command.unique = TakeFlag(fields, "unique");
  command.if_not_exists = TakeFlag(fields, "if_not_exists");
  return command;
}

CatalogCommand ReadCreateHashIndex(Fields& fields) {
  CreateIndex command = ReadIndex(fields, IndexKind::kHash);
  RefuseCollations(fields);
  return command;
}

CatalogCommand ReadCreateSortedIndex(Fields& fields) {
  CreateIndex command = ReadIndex(fields, IndexKind::kSorted);
  command.collations = TakeCollations(fields);
  return command;
}

// A step of an index whose id no object can have.
struct NoSuchIndex {
  int64_t id;

  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& /*context*/) const {
    return MakeError(Reason::INDEX_NOT_FOUND, absl::StrCat("there is no index with id ", id));
  }
};

template <typename Command>
CatalogCommand ReadIndexStep(Fields& fields) {
  const int64_t id = fields.RequiredInteger("id");
  if (id < 0 || id >= kNoObject.value) return NoSuchIndex{id};
  return Command{{.id = ObjectId{static_cast<uint32_t>(id)}}};
}

std::optional<ConsistencyMode> TakeConsistency(Fields& fields) {
  const auto mode = fields.Text("consistency_mode");
  if (!mode.has_value()) return std::nullopt;
  if (*mode == "strong_consistency") return ConsistencyMode::kStrong;
  if (*mode != "high_availability") {
    fields.Refuse("consistency_mode", "must be \"strong_consistency\" or \"high_availability\"");
  }
  return ConsistencyMode::kHighAvailability;
}

// What making and altering a zone have in common.
template <typename Command>
void TakeZoneParameters(Fields& fields, Command& command) {
  command.partitions = fields.Integer("partitions");
  command.replicas = fields.Integer("replicas");
  command.quorum_size = fields.Integer("quorum_size");
  command.auto_scale_up_s = fields.Integer("auto_scale_up");
  command.auto_scale_down_s = fields.Integer("auto_scale_down");
  command.filter = fields.Text("filter");
  command.consistency = TakeConsistency(fields);
}

CatalogCommand ReadCreateZone(Fields& fields) {
  CreateZone command{.name = fields.RequiredText("name")};
  TakeZoneParameters(fields, command);
  const auto profiles = fields.Texts("storage_profiles");
  if (!profiles.has_value()) {
    fields.Fail(MakeError(Reason::STORAGE_PROFILES_NULL,
                          absl::StrCat(fields.PathOf("storage_profiles"),
                                       " is missing; it must be a list of strings")));
  }
  command.storage_profiles = profiles.value_or(std::vector<std::string>());
  command.if_not_exists = TakeFlag(fields, "if_not_exists");
  return command;
}

CatalogCommand ReadAlterZone(Fields& fields) {
  AlterZone command{.name = fields.RequiredText("name")};
  TakeZoneParameters(fields, command);
  command.storage_profiles = fields.Texts("storage_profiles");
  command.if_exists = TakeFlag(fields, "if_exists");
  return command;
}

CatalogCommand ReadRenameZone(Fields& fields) {
  return RenameZone{.name = fields.RequiredText("name"),
                    .new_name = fields.RequiredText("new_name"),
                    .if_exists = TakeFlag(fields, "if_exists")};
}

CatalogCommand ReadDropZone(Fields& fields) {
  return DropZone{.name = fields.RequiredText("name"), .if_exists = TakeFlag(fields, "if_exists")};
}

CatalogCommand ReadSetDefaultZone(Fields& fields) {
  return AlterZoneSetDefault{.name = fields.RequiredText("name"),
                             .if_exists = TakeFlag(fields, "if_exists")};
}

std::optional<ViewKind> TakeViewKind(Fields& fields) {
  const auto kind = fields.Text("kind");
  if (!kind.has_value()) return std::nullopt;
  if (*kind == "node") return ViewKind::kNode;
  if (*kind != "cluster") fields.Refuse("kind", "must be \"node\" or \"cluster\"");
  return ViewKind::kCluster;
}

CatalogCommand ReadCreateSystemView(Fields& fields) {
  return CreateSystemView{.name = fields.RequiredText("name"),
                          .columns = TakeColumns(fields),
                          .kind = TakeViewKind(fields)};
}

// --- Configured kinds.

std::string JoinedKindNames() {
  std::vector<std::string> names;
  for (const KindDefinition* kind : AllKinds()) names.push_back(kind->name);
  return absl::StrJoin(names, ", ");
}

// The registered kind that `word` names; null, and refused, if there is none.
const KindDefinition* KindNamed(Fields& fields, std::string_view word) {
  const KindDefinition* const kind = FindKindByName(word);
  if (kind == nullptr) {
    fields.Refuse("kind", absl::StrCat(Quoted(word), " is no kind of such objects; there are ",
                                       JoinedKindNames()));
  }
  return kind;
}

// `schema` must be given unless the kind lives at the root.
template <typename Command>
Command TakeConfigured(Fields& fields) {
  Command command;
  const KindDefinition* const kind = KindNamed(fields, fields.RequiredText("kind"));
  const auto schema = fields.Text("schema");
  if (kind != nullptr) command.kind = kind->kind;
  if (kind != nullptr && !kind->at_root && !schema) {
    fields.Refuse("schema", "is missing; it must be a string");
  }
  if (kind != nullptr && kind->at_root && schema) {
    fields.Refuse("schema", absl::StrCat("is not for a ", kind->name, ", which lives in none"));
  }
  if (schema) command.schema = *schema;
  command.name = fields.RequiredText("name");
  return command;
}

// {"kind": "secret", "schema": "PUBLIC", "name": "P"}
OptionValue ReadReference(const Json& value, Fields& owner, const std::string& name) {
  Fields fields(value, owner.PathOf(name));
  ObjectName object{.schema = fields.Text("schema").value_or(std::string(kPublicSchema)),
                    .name = fields.RequiredText("name")};
  if (const auto kind = fields.Text("kind")) {
    const KindDefinition* const registered = FindKindByName(*kind);
    object.kind = registered != nullptr ? std::optional(registered->kind)
                  : *kind == "table"    ? std::optional(ObjectKind::kTable)
                                        : std::nullopt;
    if (!object.kind) fields.Refuse("kind", absl::StrCat(Quoted(*kind), " is no kind of objects"));
  }
  owner.Fail(fields.Finish());
  return object;
}

OptionValue ReadOption(const Json& value, Fields& owner, const std::string& name) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return std::string(value.get<bool>() ? "true" : "false");
  if (value.is_number_integer()) return JsonText(value);
  if (value.is_number_float()) return NumberText(value.get<double>());
  if (value.is_object()) return ReadReference(value, owner, name);
  std::vector<std::string> texts;
  for (const Json& text : value) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  if (!value.is_array() || texts.size() != value.size()) {
    owner.Refuse(name, "must be a string, a number, a boolean, a list of strings, or an object");
  }
  return texts;
}

// The object `name` field by field; nothing if it is not given.
template <typename T, typename Read>
std::optional<std::vector<T>> TakeMap(Fields& fields, std::string_view name, Read read) {
  const Json* const map = fields.Any(name);
  if (map == nullptr || map->is_null()) return std::nullopt;
  std::vector<T> values;
  if (!map->is_object()) {
    fields.Refuse(name, absl::StrCat("must be an object, not ", ToAbsl(JsonTypeName(*map))));
    return values;
  }
  for (const auto& field : map->items()) {
    const std::string path = absl::StrCat(ToAbsl(name), ".", Shown(field.key()));
    values.push_back(T{field.key(), read(field.value(), path)});
  }
  return values;
}

std::optional<std::vector<OptionSetting>> TakeOptions(Fields& fields, std::string_view name) {
  return TakeMap<OptionSetting>(fields, name, [&](const Json& value, const std::string& path) {
    return ReadOption(value, fields, path);
  });
}

std::optional<std::vector<Option>> TakeLabels(Fields& fields) {
  return TakeMap<Option>(fields, "labels", [&](const Json& value, const std::string& path) {
    if (!value.is_string()) fields.Refuse(path, "must be a string");
    return value.is_string() ? value.get<std::string>() : std::string();
  });
}

// true, false, or "dependents".
std::optional<Validation> TakeValidation(Fields& fields) {
  const Json* const value = fields.Any("validate");
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>() ? Validation::kObject : Validation::kNo;
  if (*value != "dependents") fields.Refuse("validate", "must be true, false or \"dependents\"");
  return Validation::kDependents;
}

CatalogCommand ReadCreateObject(Fields& fields) {
  auto command = TakeConfigured<CreateConfigured>(fields);
  command.type = TypeKey(fields.Text("type").value_or(""));
  command.options = TakeOptions(fields, "options").value_or(std::vector<OptionSetting>());
  command.columns = TakeColumns(fields);
  command.comment = fields.Text("comment").value_or("");
  command.labels = TakeLabels(fields).value_or(std::vector<Option>());
  command.if_not_exists = TakeFlag(fields, "if_not_exists");
  command.initialize = fields.Flag("initialize").value_or(true);
  command.validation = TakeValidation(fields);
  return command;
}

CatalogCommand ReadAlterObject(Fields& fields) {
  auto command = TakeConfigured<AlterConfigured>(fields);
  command.set = TakeOptions(fields, "set");
  command.reset = fields.Texts("reset");
  command.comment = fields.Text("comment");
  command.new_name = fields.Text("new_name");
  command.labels = TakeLabels(fields);
  command.refresh = TakeFlag(fields, "refresh");
  command.if_exists = TakeFlag(fields, "if_exists");
  command.initialize = fields.Flag("initialize").value_or(true);
  command.validation = TakeValidation(fields);
  return command;
}

CatalogCommand ReadDropObject(Fields& fields) {
  auto command = TakeConfigured<DropConfigured>(fields);
  command.if_exists = TakeFlag(fields, "if_exists");
  command.cascade = TakeFlag(fields, "cascade");
  return command;
}

CatalogCommand ReadRotateKeys(Fields& fields) {
  auto command = TakeConfigured<RotateKeys>(fields);
  command.new_public_key = fields.Text("new_public_key");
  return command;
}

CatalogCommand ReadValidateObject(Fields& fields) {
  return TakeConfigured<ValidateConfigured>(fields);
}

CatalogCommand ReadRollback(Fields& fields) {
  const int64_t version = fields.RequiredInteger("version");
  if (version < 0) fields.Refuse("version", "must be 0 at least");
  return RollbackToVersion{{static_cast<uint64_t>(version)}};
}

struct CommandReader {
  std::string_view name;
  CatalogCommand (*read)(Fields& fields);
};

constexpr CommandReader kCommands[] = {
    {"create_schema", ReadCreateSchema},
    {"create_system_schema", ReadCreateSystemSchema},
    {"drop_schema", ReadDropSchema},
    {"create_table", ReadCreateTable},
    {"drop_table", ReadDrop<DropTable>},
    {"rename_table", ReadRename<RenameTable>},
    {"alter_table_add_column", ReadAddColumn},
    {"alter_table_drop_column", ReadDropColumn},
    {"alter_table_alter_column", ReadAlterColumn},
    {"alter_table_set_property", ReadSetProperty},
    {"create_hash_index", ReadCreateHashIndex},
    {"create_sorted_index", ReadCreateSortedIndex},
    {"drop_index", ReadDrop<DropIndex>},
    {"rename_index", ReadRename<RenameIndex>},
    {"start_building_index", ReadIndexStep<StartBuildingIndex>},
    {"make_index_available", ReadIndexStep<MakeIndexAvailable>},
    {"remove_index", ReadIndexStep<RemoveIndex>},
    {"create_zone", ReadCreateZone},
    {"alter_zone", ReadAlterZone},
    {"rename_zone", ReadRenameZone},
    {"drop_zone", ReadDropZone},
    {"set_default_zone", ReadSetDefaultZone},
    {"create_system_view", ReadCreateSystemView},
    {"create_object", ReadCreateObject},
    {"alter_object", ReadAlterObject},
    {"drop_object", ReadDropObject},
    {"rotate_keys", ReadRotateKeys},
    {"validate_object", ReadValidateObject},
    {"rollback", ReadRollback},
};

// --- Requests.

// The name of the one field of `json`.
absl::StatusOr<std::string> RequestName(const Json& json) {
  if (!json.is_object()) {
    return Invalid(
        "a request is an object such as {\"create_schema\": {\"name\": \"S\"}}, or a "
        "list of such");
  }
  if (json.size() == 1) return json.begin().key();
  std::vector<std::string> names;
  for (const auto& field : json.items()) names.push_back(field.key());
  return Invalid(absl::StrCat("a request has one field, which is its command, and this one has ",
                              names.size(), names.empty() ? "" : ": ", QuotedList(names)));
}

absl::StatusOr<CatalogCommand> ReadCommand(const Json& json) {
  ANNALS_ASSIGN_OR_RETURN(const std::string name, RequestName(json));
  for (const CommandReader& reader : kCommands) {
    if (reader.name != name) continue;
    Fields fields(json.front(), name);
    CatalogCommand command = reader.read(fields);
    ANNALS_RETURN_IF_ERROR(fields.Finish());
    return command;
  }
  std::vector<std::string_view> names;
  for (const CommandReader& reader : kCommands) names.push_back(reader.name);
  return Invalid(absl::StrCat("there is no command ", Quoted(name), "; there are ",
                              absl::StrJoin(names, ", ", Append)));
}

absl::StatusOr<Request> ReadBatch(const Json& list, std::optional<size_t>& index) {
  if (list.empty()) return Invalid("the batch is empty; it must have a command at least");
  CommandsRequest request;
  for (const Json& json : list) {
    index = request.commands.size();
    ANNALS_ASSIGN_OR_RETURN(CatalogCommand command, ReadCommand(json));
    request.commands.push_back(std::move(command));
  }
  return request;
}

absl::StatusOr<CatalogVersion> FinishVersion(Fields& fields, int64_t version) {
  ANNALS_RETURN_IF_ERROR(fields.Finish());
  if (version < 0) {
    return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                     absl::StrCat("version ", version, " does not exist; versions begin with 0"));
  }
  return CatalogVersion{static_cast<uint64_t>(version)};
}

absl::StatusOr<Request> ReadDescribe(Fields fields) {
  const auto version = fields.Integer("version");
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion checked, FinishVersion(fields, version.value_or(0)));
  return DescribeRequest{version ? std::optional(checked) : std::nullopt};
}

absl::StatusOr<Request> ReadSnapshot(Fields fields) {
  const int64_t version = fields.RequiredInteger("version");
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion checked, FinishVersion(fields, version));
  return SnapshotRequest{checked};
}

}  // namespace

absl::StatusOr<Request> ParseRequest(std::string_view line, std::optional<size_t>& command) {
  command.reset();
  ANNALS_ASSIGN_OR_RETURN(const Json json, ParseJson(line));
  if (json.is_array()) return ReadBatch(json, command);
  ANNALS_ASSIGN_OR_RETURN(const std::string name, RequestName(json));
  if (name == "describe") return ReadDescribe(Fields(json.front(), name));
  if (name == "snapshot") return ReadSnapshot(Fields(json.front(), name));
  ANNALS_ASSIGN_OR_RETURN(CatalogCommand one, ReadCommand(json));
  return CommandsRequest{{std::move(one)}};
}

}  // namespace annals::cli
