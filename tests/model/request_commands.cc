#include "annals/tests/model/request_commands.h"

#include <optional>
#include <variant>

#include "annals/annals.h"
#include "annals/cli/request.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals::model {
namespace {

PrimaryKey KeyOf(const Json& key) {
  PrimaryKey result;
  result.kind = key["kind"] == "sorted" ? IndexKind::kSorted : IndexKind::kHash;
  result.columns = key["columns"].get<std::vector<std::string>>();
  if (key.contains("name")) result.name = key["name"].get<std::string>();
  if (!key.contains("collations")) return result;
  for (const Json& collation : key["collations"]) {
    result.collations.push_back(*CollationByName(collation.get<std::string>()));
  }
  return result;
}

// The protocol has no words for what needs the relaxed policy.
std::optional<CatalogCommand> RelaxedCommand(const Json& request) {
  const std::string& name = request.begin().key();
  const Json& fields = request.front();
  const std::string schema = fields.value("schema", "");
  const std::string table = fields.value("table", "");
  const bool if_exists = fields.value("if_table_exists", false);
  if (name == "alter_table_rename_column") {
    return AlterTableRenameColumn{.schema = schema,
                                  .table = table,
                                  .column = fields["column"],
                                  .new_name = fields["new_name"],
                                  .if_table_exists = if_exists};
  }
  if (name == "alter_table_add_primary_key") {
    return AlterTableAddPrimaryKey{.schema = schema,
                                   .table = table,
                                   .primary_key = KeyOf(fields["primary_key"]),
                                   .if_table_exists = if_exists};
  }
  if (name == "alter_table_drop_primary_key") {
    return AlterTableDropPrimaryKey{.schema = schema, .table = table, .if_table_exists = if_exists};
  }
  return std::nullopt;
}

}  // namespace

std::vector<CatalogCommand> CommandsOf(const Json& request) {
  std::vector<CatalogCommand> commands;
  for (const Json& one : request.is_array() ? request : Json::array({request})) {
    if (const auto relaxed = RelaxedCommand(one)) {
      commands.push_back(*relaxed);
      continue;
    }
    std::optional<size_t> command;
    const auto parsed = cli::ParseRequest(cli::JsonText(one), command);
    EXPECT_THAT(parsed, IsOk()) << one;
    if (!parsed.ok()) continue;
    commands.push_back(std::get<cli::CommandsRequest>(*parsed).commands.front());
  }
  return commands;
}

}  // namespace annals::model
