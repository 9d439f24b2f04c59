#pragma once

// Random histories: commands of every kind, singly and in batches, under both
// policies. Most name what is there; the others are refused.

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/annals.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"

namespace annals {

class RandomCommands {
 public:
  explicit RandomCommands(uint64_t seed) : random_(seed) {}

  struct Call {
    std::vector<CatalogCommand> commands;
    ExecuteOptions options;
  };

  // A call of Execute: most often one command, at times a batch.
  Call NextCall(const CatalogView& catalog) {
    Call call;
    const size_t count = Chance(4) ? 2 + Below(4) : 1;
    for (size_t i = 0; i < count; ++i) call.commands.push_back(Next(catalog));
    if (Chance(3)) call.options.policy = Policy::kRelaxed;
    if (Chance(5)) call.options.author = absl::StrCat("author ", Below(3));
    return call;
  }

  CatalogCommand Next(const CatalogView& catalog) {
    return Chance(3) ? NextConfigured() : NextOfTables(catalog);
  }

 private:
  CatalogCommand NextOfTables(const CatalogView& catalog) {
    const auto [schema, table, column, index] = Pick(catalog);
    switch (Below(20)) {
      case 0:
        return CreateSchema{.name = Name("S", 3), .if_not_exists = Chance(2)};
      case 1:
        return DropSchema{.name = Name("S", 3), .cascade = Chance(2)};
      case 2:
        return DropTable{.schema = schema, .name = table, .if_exists = Chance(2)};
      case 3:
        return RenameTable{.schema = schema, .name = table, .new_name = Name("T", 5)};
      case 4:
      case 5:
        return AlterTableAddColumn{.schema = schema, .table = table, .columns = {NewColumn()}};
      case 6:
        return AlterTableDropColumn{.schema = schema, .table = table, .columns = {column}};
      case 7:
        return AlterTableAlterColumn{
            .schema = schema,
            .table = table,
            .column = column,
            .type = Chance(2) ? std::optional(TypeId::kInt64) : std::nullopt,
            .nullable = Chance(2) ? std::optional(true) : std::nullopt,
            .default_value = Chance(2) ? std::optional(Constant(7)) : std::nullopt};
      case 8:
        return AlterTableRenameColumn{
            .schema = schema, .table = table, .column = column, .new_name = Name("C", 9)};
      case 9:
        return AlterTableSetProperty{.schema = schema,
                                     .table = table,
                                     .min_stale_rows_count = static_cast<int64_t>(Below(9))};
      case 10:
        return AlterTableDropPrimaryKey{.schema = schema, .table = table};
      case 11:
        return AlterTableAddPrimaryKey{
            .schema = schema, .table = table, .primary_key = HashPrimaryKey({column})};
      case 12:
      case 13:
        return CreateIndex{.schema = schema,
                           .name = Name("I", 6),
                           .table = table,
                           .kind = IndexKind::kHash,
                           .columns = {column}};
      case 14:
        return DropIndex{.schema = schema, .name = index, .if_exists = Chance(2)};
      case 15:
        return RenameIndex{.schema = schema, .name = index, .new_name = Name("I", 6)};
      case 16:
        return StartBuildingIndex{{.schema = schema, .name = index}};
      case 17:
        return MakeIndexAvailable{{.schema = schema, .name = index}};
      case 18:
        return RemoveIndex{{.schema = schema, .name = index}};
      default:
        return NewTable();
    }
  }

  // Of catalogs, connections, secrets, sources and sinks.
  CatalogCommand NextConfigured() {
    switch (Below(12)) {
      case 0:
      case 1:
        return CreateConfigured{.kind = ObjectKind::kCatalog,
                                .name = Name("G", 4),
                                .type = "hive",
                                .options = {{Name("o", 4), Name("v", 9)}},
                                .comment = Name("comment ", 3)};
      case 2:
        return CreateConfigured{
            .kind = ObjectKind::kSecret, .name = Name("P", 3), .options = {{"env", Name("V", 3)}}};
      case 3:
      case 4:
        return NewConnection();
      case 5:
        return CreateConfigured{
            .kind = ObjectKind::kSource,
            .name = Name("O", 4),
            .options = {{"connection", Ref("N", 4)}, {"topic", Name("topic ", 9)}},
            .columns = {{.name = "C0", .type = Int64()}}};
      case 6:
        return CreateConfigured{.kind = ObjectKind::kSink,
                                .name = Name("K", 3),
                                .options = {{"input", Chance(2) ? Ref("O", 4) : Ref("T", 5)},
                                            {"connection", Ref("N", 4)}}};
      case 7:
        return AlterConfigured{.kind = ObjectKind::kCatalog,
                               .name = Name("G", 4),
                               .set = std::vector<OptionSetting>{{Name("o", 4), Name("v", 9)}},
                               .comment = Name("comment ", 3),
                               .new_name = Name("G", 4)};
      case 8:
        return AlterConfigured{.kind = ObjectKind::kConnection,
                               .name = Name("N", 4),
                               .set = std::vector<OptionSetting>{{"broker", Name("b", 9)},
                                                                 {"sasl-user", Name("u", 9)}},
                               .reset = std::vector<std::string>{"sasl-password"}};
      case 9:
        return AlterConfigured{
            .kind = ObjectKind::kSecret, .name = Name("P", 3), .refresh = true, .if_exists = true};
      case 10:
        return DropConfigured{
            .kind = ObjectKind::kCatalog, .name = Name("G", 4), .if_exists = Chance(2)};
      default:
        return DropConfigured{.kind = Chance(2) ? ObjectKind::kConnection : ObjectKind::kSecret,
                              .name = Chance(2) ? Name("N", 4) : Name("P", 3),
                              .cascade = Chance(2)};
    }
  }

  uint64_t Below(uint64_t end) {
    return std::uniform_int_distribution<uint64_t>(0, end - 1)(random_);
  }
  bool Chance(uint64_t one_in) { return Below(one_in) == 0; }
  std::string Name(std::string_view prefix, uint64_t count) {
    return absl::StrCat(ToAbsl(prefix), Below(count));
  }
  ObjectName Ref(std::string_view prefix, uint64_t count) { return {.name = Name(prefix, count)}; }
  struct Names {
    std::string schema, table, column, index;
  };
  Names Pick(const CatalogView& catalog) {
    const bool in_public = !Chance(3);
    Names names{in_public ? std::string(kPublicSchema) : Name("S", 3), Name("T", 5), Name("C", 9),
                Name("I", 6)};
    const auto schema = catalog.Schema(names.schema);
    const auto tables = schema ? catalog.Tables(schema->id()) : std::vector<TableDescriptor>();
    if (tables.empty() || Chance(8)) return names;
    const TableDescriptor& table = tables[Below(tables.size())];
    names.table = table.name();
    const auto columns = table.columns();
    if (columns.size() > 0) names.column = columns[Below(columns.size())].name();
    const auto indexes = catalog.Indexes(table.id());
    if (!indexes.empty()) names.index = indexes[Below(indexes.size())].name();
    return names;
  }

  ColumnDefinition NewColumn() {
    static const DataType kTypes[] = {Int32(), Int64(), String(20), Decimal(10, 2), Uuid(), Date()};
    ColumnDefinition column{.name = Name("C", 9), .type = kTypes[Below(6)], .nullable = Chance(2)};
    if (column.type.id == TypeId::kInt32 && Chance(2)) column.default_value = Constant(5);
    return column;
  }

  CreateConfigured NewConnection() {
    CreateConfigured connection{.kind = ObjectKind::kConnection,
                                .name = Name("N", 4),
                                .type = "kafka",
                                .options = {{"broker", Name("b", 9)}}};
    if (Chance(3)) connection.options.push_back({"sasl-password", Ref("P", 3)});
    return connection;
  }

  CreateTable NewTable() {
    CreateTable table{.schema = Chance(3) ? Name("S", 3) : std::string(kPublicSchema),
                      .name = Name("T", 5),
                      .if_not_exists = Chance(3)};
    for (uint64_t i = 0; i <= Below(4); ++i) {
      ColumnDefinition column = NewColumn();
      column.name = absl::StrCat("C", i);
      column.nullable = i > 0 && column.nullable;
      table.columns.push_back(std::move(column));
    }
    table.primary_key = HashPrimaryKey({"C0"});
    return table;
  }

  std::mt19937_64 random_;
};

}  // namespace annals
