#include "annals/tests/ddl/dump.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

std::string Name(const std::string& schema, const std::string& name) { return schema + "." + name; }

std::string Flag(bool set, std::string_view text) {
  return set ? absl::StrCat(" ", ToAbsl(text)) : "";
}

template <typename T>
std::string Option(std::string_view text, const std::optional<T>& value) {
  return value.has_value() ? absl::StrCat(" ", ToAbsl(text), "=", *value) : "";
}

std::string TextOf(const DataType& type) {
  std::string text(TypeName(type.id));
  std::vector<int64_t> parameters;
  for (const auto& value : {type.precision, type.scale, type.length}) {
    if (value.has_value()) parameters.push_back(*value);
  }
  if (!parameters.empty()) absl::StrAppend(&text, "(", absl::StrJoin(parameters, ","), ")");
  return text + (type.length_given ? "" : "~");
}

std::string TextOf(const ColumnDefault& value) {
  if (value.kind == ColumnDefault::Kind::kFunction) return value.function + "()";
  const std::string convert = value.convert ? "" : "!";
  switch (value.literal.shape) {
    case Literal::Shape::kNull:
      return convert + "NULL";
    case Literal::Shape::kBoolean:
    case Literal::Shape::kNumber:
      return convert + value.literal.text;
    case Literal::Shape::kString:
      return absl::StrCat(convert, "'", value.literal.text, "'");
    case Literal::Shape::kBytes:
      return absl::StrCat(convert, "X'", value.literal.text, "'");
  }
  return "?";
}

std::string TextOf(const ColumnDefinition& column) {
  std::string text = absl::StrCat(column.name, " ", TextOf(column.type));
  if (!column.nullable) text += " NOT NULL";
  if (column.default_value.kind != ColumnDefault::Kind::kNone) {
    absl::StrAppend(&text, " = ", TextOf(column.default_value));
  }
  return text;
}

std::string TextOf(const std::vector<ColumnDefinition>& columns) {
  return absl::StrCat(
      "(",
      absl::StrJoin(columns, ", ",
                    [](std::string* out, const auto& column) { out->append(TextOf(column)); }),
      ")");
}

std::string TextOf(IndexKind kind, const std::vector<std::string>& columns,
                   const std::vector<Collation>& collations) {
  std::vector<std::string> parts = columns;
  for (size_t i = 0; i < collations.size(); ++i) {
    absl::StrAppend(&parts.at(i), collations[i].descending ? " desc" : " asc",
                    collations[i].nulls_first ? " first" : " last");
  }
  return absl::StrCat(kind == IndexKind::kHash ? "hash(" : "sorted(", absl::StrJoin(parts, ", "),
                      ")");
}

std::string TextOf(const PrimaryKey& key) {
  return absl::StrCat(key.name.has_value() ? *key.name + "=" : "",
                      TextOf(key.kind, key.columns, key.collations));
}

std::string TextOf(const CreateSchema& c) {
  return absl::StrCat("CreateSchema ", c.name, Flag(c.if_not_exists, "if_not_exists"));
}
std::string TextOf(const DropSchema& c) {
  return absl::StrCat("DropSchema ", c.name, Flag(c.if_exists, "if_exists"),
                      Flag(c.cascade, "cascade"));
}
std::string TextOf(const CreateTable& c) {
  std::string text = absl::StrCat("CreateTable ", Name(c.schema, c.name), " ", TextOf(c.columns));
  if (c.primary_key.has_value()) absl::StrAppend(&text, " key=", TextOf(*c.primary_key));
  if (c.colocation_columns.has_value()) {
    absl::StrAppend(&text, " colocate=", absl::StrJoin(*c.colocation_columns, ","));
  }
  absl::StrAppend(&text, Option("zone", c.zone), Option("profile", c.storage_profile));
  if (c.stale_rows_fraction != 0.2) absl::StrAppend(&text, " fraction=", c.stale_rows_fraction);
  if (c.min_stale_rows_count != 500) absl::StrAppend(&text, " rows=", c.min_stale_rows_count);
  return absl::StrCat(text, Flag(c.implicit_key, "implicit_key"),
                      Flag(c.if_not_exists, "if_not_exists"));
}
std::string TextOf(const DropTable& c) {
  return absl::StrCat("DropTable ", Name(c.schema, c.name), Flag(c.if_exists, "if_exists"),
                      Flag(c.cascade, "cascade"));
}
std::string TextOf(const RenameTable& c) {
  return absl::StrCat("RenameTable ", Name(c.schema, c.name), " -> ", c.new_name,
                      Flag(c.if_exists, "if_exists"));
}
std::string TextOf(const AlterTableAddColumn& c) {
  return absl::StrCat("AddColumn ", Name(c.schema, c.table), " ", TextOf(c.columns),
                      Flag(c.if_table_exists, "if_table_exists"),
                      Flag(c.if_not_exists, "if_not_exists"));
}
std::string TextOf(const AlterTableDropColumn& c) {
  return absl::StrCat("DropColumn ", Name(c.schema, c.table), " (", absl::StrJoin(c.columns, ", "),
                      ")", Flag(c.if_table_exists, "if_table_exists"),
                      Flag(c.if_exists, "if_exists"));
}
std::string TextOf(const AlterTableAlterColumn& c) {
  std::string text = absl::StrCat("AlterColumn ", Name(c.schema, c.table), " ", c.column);
  if (c.type.has_value()) {
    const DataType type{*c.type, c.precision, c.scale, c.length, c.length_given};
    absl::StrAppend(&text, " ", TextOf(type));
  }
  if (c.nullable.has_value()) text += *c.nullable ? " NULL" : " NOT NULL";
  if (c.default_value.has_value()) absl::StrAppend(&text, " = ", TextOf(*c.default_value));
  return text + Flag(c.if_table_exists, "if_table_exists");
}
std::string TextOf(const AlterTableRenameColumn& c) {
  return absl::StrCat("RenameColumn ", Name(c.schema, c.table), " ", c.column, " -> ", c.new_name,
                      Flag(c.if_table_exists, "if_table_exists"));
}
std::string TextOf(const AlterTableAddPrimaryKey& c) {
  return absl::StrCat("AddKey ", Name(c.schema, c.table), " ", TextOf(c.primary_key),
                      Flag(c.if_table_exists, "if_table_exists"));
}
std::string TextOf(const AlterTableDropPrimaryKey& c) {
  return absl::StrCat("DropKey ", Name(c.schema, c.table),
                      Flag(c.if_table_exists, "if_table_exists"));
}
std::string TextOf(const AlterTableSetProperty& c) {
  return absl::StrCat(
      "SetProperty ", Name(c.schema, c.table), Option("fraction", c.stale_rows_fraction),
      Option("rows", c.min_stale_rows_count), Flag(c.if_table_exists, "if_table_exists"));
}
std::string TextOf(const CreateIndex& c) {
  return absl::StrCat("CreateIndex ", Name(c.schema, c.name), " on ", c.table, " ",
                      TextOf(c.kind, c.columns, c.collations), Flag(c.unique, "unique"),
                      Flag(c.if_not_exists, "if_not_exists"));
}
std::string TextOf(const DropIndex& c) {
  return absl::StrCat("DropIndex ", Name(c.schema, c.name), Flag(c.if_exists, "if_exists"));
}
std::string TextOf(const RenameIndex& c) {
  return absl::StrCat("RenameIndex ", Name(c.schema, c.name), " -> ", c.new_name,
                      Flag(c.if_exists, "if_exists"));
}
std::string TextOf(const IndexRef& ref) { return Name(ref.schema, ref.name); }
std::string TextOf(const StartBuildingIndex& c) { return "StartBuilding " + TextOf(c.index); }
std::string TextOf(const MakeIndexAvailable& c) { return "MakeAvailable " + TextOf(c.index); }
std::string TextOf(const RemoveIndex& c) { return "Remove " + TextOf(c.index); }

// What the two commands for zones have in common.
template <typename C>
std::string DumpZone(const C& c) {
  std::string text =
      absl::StrCat(Option("partitions", c.partitions), Option("replicas", c.replicas),
                   Option("quorum", c.quorum_size), Option("up", c.auto_scale_up_s),
                   Option("down", c.auto_scale_down_s), Option("filter", c.filter));
  if (!c.consistency.has_value()) return text;
  return text + (*c.consistency == ConsistencyMode::kStrong ? " strong" : " available");
}
std::string TextOf(const CreateZone& c) {
  return absl::StrCat("CreateZone ", c.name, DumpZone(c), " [",
                      absl::StrJoin(c.storage_profiles, ","), "]",
                      Flag(c.if_not_exists, "if_not_exists"));
}
std::string TextOf(const AlterZone& c) {
  std::string text = absl::StrCat("AlterZone ", c.name, DumpZone(c));
  if (c.storage_profiles.has_value()) {
    absl::StrAppend(&text, " [", absl::StrJoin(*c.storage_profiles, ","), "]");
  }
  return text + Flag(c.if_exists, "if_exists");
}
std::string TextOf(const AlterZoneSetDefault& c) {
  return absl::StrCat("SetDefaultZone ", c.name, Flag(c.if_exists, "if_exists"));
}
std::string TextOf(const RenameZone& c) {
  return absl::StrCat("RenameZone ", c.name, " -> ", c.new_name, Flag(c.if_exists, "if_exists"));
}
std::string TextOf(const DropZone& c) {
  return absl::StrCat("DropZone ", c.name, Flag(c.if_exists, "if_exists"));
}

std::string ConfiguredName(const auto& c) {
  return absl::StrCat(ToAbsl(KindName(c.kind)), " ", Name(c.schema, c.name));
}
std::string TextOf(const OptionSetting& setting) {
  if (const auto* text = std::get_if<std::string>(&setting.value)) {
    return absl::StrCat(setting.key, "='", *text, "'");
  }
  if (const auto* list = std::get_if<std::vector<std::string>>(&setting.value)) {
    return absl::StrCat(setting.key, "=['", absl::StrJoin(*list, "', '"), "']");
  }
  const auto& object = std::get<ObjectName>(setting.value);
  return absl::StrCat(setting.key, "=", object.kind ? ToAbsl(KindName(*object.kind)) : "",
                      object.kind ? " " : "", Name(object.schema, object.name));
}
std::string TextOf(const std::vector<OptionSetting>& settings) {
  const auto append = [](std::string* out, const auto& setting) { *out += TextOf(setting); };
  return absl::StrCat("(", absl::StrJoin(settings, ", ", append), ")");
}
template <typename C>
std::string HowOf(const C& c) {
  constexpr std::string_view kHow[] = {"no", "object", "dependents"};
  const std::string validation =
      c.validation ? absl::StrCat(" validate=", ToAbsl(kHow[static_cast<int>(*c.validation)])) : "";
  return validation + Flag(!c.initialize, "lazy");
}
std::string TextOf(const CreateConfigured& c) {
  std::string text = absl::StrCat("Create ", ConfiguredName(c));
  if (!c.type.empty()) absl::StrAppend(&text, " of ", c.type);
  if (!c.options.empty()) absl::StrAppend(&text, " ", TextOf(c.options));
  if (!c.columns.empty()) absl::StrAppend(&text, " columns=", TextOf(c.columns));
  if (!c.comment.empty()) absl::StrAppend(&text, " comment='", c.comment, "'");
  return absl::StrCat(text, Flag(c.if_not_exists, "if_not_exists"), HowOf(c));
}
std::string TextOf(const AlterConfigured& c) {
  std::string text = absl::StrCat("Alter ", ConfiguredName(c));
  if (c.set) absl::StrAppend(&text, " set=", TextOf(*c.set));
  if (c.reset) absl::StrAppend(&text, " reset=(", absl::StrJoin(*c.reset, ", "), ")");
  if (c.comment) absl::StrAppend(&text, " comment='", *c.comment, "'");
  if (c.new_name) absl::StrAppend(&text, " -> ", *c.new_name);
  return absl::StrCat(text, Flag(c.refresh, "refresh"), Flag(c.if_exists, "if_exists"), HowOf(c));
}
std::string TextOf(const DropConfigured& c) {
  return absl::StrCat("Drop ", ConfiguredName(c), Flag(c.if_exists, "if_exists"),
                      Flag(c.cascade, "cascade"));
}
std::string TextOf(const RotateKeys& c) { return "RotateKeys " + ConfiguredName(c); }
std::string TextOf(const ValidateConfigured& c) { return "Validate " + ConfiguredName(c); }
std::string TextOf(const RollbackToVersion& c) {
  return absl::StrCat("Rollback ", c.version.value);
}

std::string TextOf(const AsOf& as_of) {
  if (const auto* version = std::get_if<CatalogVersion>(&as_of)) {
    return absl::StrCat(" @", version->value);
  }
  if (const auto* timestamp = std::get_if<std::string>(&as_of)) {
    return absl::StrCat(" @'", *timestamp, "'");
  }
  return "";
}

std::string TextOf(const SqlCommand& command) {
  return std::visit([](const auto& c) { return TextOf(c); }, command);
}
std::string TextOf(const ExplainCommand& explain) { return "Explain " + TextOf(explain.command); }
std::string TextOf(const Show& show) {
  std::string text = "Show versions";
  if (show.kind) {
    const KindDefinition* const kind = FindKind(*show.kind);
    text = absl::StrCat("Show ", kind != nullptr ? kind->plural
                                 : show.kind == ObjectKind::kIndex
                                     ? "indexes"
                                     : std::string(KindName(*show.kind)) + "s");
  }
  if (show.like.has_value()) absl::StrAppend(&text, " like '", *show.like, "'");
  return text + TextOf(show.as_of);
}
std::string TextOf(const Describe& describe) {
  const std::string_view kind = describe.kind ? KindName(*describe.kind) : "any";
  return absl::StrCat("Describe ", ToAbsl(kind), " ", Name(describe.schema, describe.name),
                      Flag(describe.extended, "extended"), TextOf(describe.as_of));
}
std::string TextOf(const ShowDependents& show) {
  const std::string_view kind = show.kind ? KindName(*show.kind) : "any";
  return absl::StrCat("ShowDependents ", ToAbsl(kind), " ", Name(show.schema, show.name),
                      TextOf(show.as_of));
}
std::string TextOf(const ShowCreate& show) {
  return absl::StrCat("ShowCreate ", ToAbsl(KindName(show.kind)), " ", Name(show.schema, show.name),
                      TextOf(show.as_of));
}
std::string TextOf(const Begin&) { return "Begin"; }
std::string TextOf(const Commit& commit) { return "Commit '" + commit.message + "'"; }

}  // namespace

std::string Dump(const Parsed& parsed) {
  return std::visit([](const auto& p) { return TextOf(p); }, parsed);
}

std::string Dump(std::string_view sql) {
  const absl::StatusOr<Parsed> parsed =
      ParsePiece({.text = sql, .position = {}, .terminated = false});
  return parsed.ok() ? Dump(*parsed) : std::string(parsed.status().message());
}

}  // namespace annals::ddl
