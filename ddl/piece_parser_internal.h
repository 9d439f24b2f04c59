#pragma once

// One statement's text to what it says.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/alter_table_add_column.h"
#include "annals/commands/alter_table_alter_column.h"
#include "annals/commands/alter_table_drop_column.h"
#include "annals/commands/alter_table_primary_key.h"
#include "annals/commands/alter_table_rename_column.h"
#include "annals/commands/alter_table_set_property.h"
#include "annals/commands/alter_zone.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/create_index.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/create_table.h"
#include "annals/commands/create_zone.h"
#include "annals/commands/drop_configured.h"
#include "annals/commands/drop_index.h"
#include "annals/commands/drop_schema.h"
#include "annals/commands/drop_table.h"
#include "annals/commands/drop_zone.h"
#include "annals/commands/index_life_cycle.h"
#include "annals/commands/rename_index.h"
#include "annals/commands/rename_table.h"
#include "annals/ddl/rollback.h"
#include "annals/ddl/splitter_internal.h"
#include "annals/ddl/statement.h"

namespace annals::ddl {

// Any command that has words.
using SqlCommand =
    std::variant<CreateSchema, DropSchema, CreateTable, DropTable, RenameTable, AlterTableAddColumn,
                 AlterTableDropColumn, AlterTableAlterColumn, AlterTableRenameColumn,
                 AlterTableAddPrimaryKey, AlterTableDropPrimaryKey, AlterTableSetProperty,
                 CreateIndex, DropIndex, RenameIndex, StartBuildingIndex, MakeIndexAvailable,
                 RemoveIndex, CreateZone, AlterZone, AlterZoneSetDefault, RenameZone, DropZone,
                 CreateConfigured, AlterConfigured, DropConfigured, RotateKeys, ValidateConfigured,
                 RollbackToVersion>;

struct ExplainCommand {
  SqlCommand command;
};
struct Begin {};
struct Commit {
  std::string message;
};

using Parsed = std::variant<SqlCommand, ExplainCommand, Show, Describe, ShowCreate, ShowDependents,
                            Begin, Commit>;

absl::StatusOr<Parsed> ParsePiece(const Piece& piece);

// What may follow `text`, the beginning of a statement: keywords, `a name` and the like;
// nothing if `text` is wrong already.
std::vector<std::string_view> ExpectedAfter(std::string_view text);

}  // namespace annals::ddl
