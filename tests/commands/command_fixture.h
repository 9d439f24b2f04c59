#pragma once

// A catalog of two schemas, PUBLIC (id 0) and SYSTEM (1), on which tests execute
// commands; every batch is a version of its own, as in the engine, but nothing is
// written. Ids of new objects begin at 2.

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/alter_table_add_column.h"
#include "annals/commands/alter_table_alter_column.h"
#include "annals/commands/alter_table_drop_column.h"
#include "annals/commands/alter_table_primary_key.h"
#include "annals/commands/alter_table_rename_column.h"
#include "annals/commands/alter_table_set_property.h"
#include "annals/commands/alter_zone.h"
#include "annals/commands/create_index.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/create_system_view.h"
#include "annals/commands/create_table.h"
#include "annals/commands/create_zone.h"
#include "annals/commands/drop_index.h"
#include "annals/commands/drop_schema.h"
#include "annals/commands/drop_table.h"
#include "annals/commands/drop_zone.h"
#include "annals/commands/index_life_cycle.h"
#include "annals/commands/plan.h"
#include "annals/commands/rename_index.h"
#include "annals/commands/rename_table.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {

// A parameter of a table of refusals; the name is the test's.
template <typename C>
struct Refusal {
  std::string name;
  C command;
  Reason reason;
  friend void PrintTo(const Refusal& refusal, std::ostream* os) { *os << refusal.name; }
};
constexpr auto kNameOf = [](const auto& info) { return info.param.name; };

inline ColumnDefinition Int(std::string name) { return {.name = std::move(name), .type = Int32()}; }
inline ColumnDefinition NullableInt(std::string name) {
  return {.name = std::move(name), .type = Int32(), .nullable = true};
}

// A literal as SQL has it: to be converted and checked.
inline ColumnDefault Sql(ColumnDefault value) {
  value.convert = true;
  return value;
}
inline ColumnDefault Sql(Literal::Shape shape, std::string text) {
  return Sql(ColumnDefault{ColumnDefault::Kind::kConstant, {shape, std::move(text)}});
}

// "NewObject table 2 T", "RenameObject 3 U_PK", ...
inline std::string Summary(const UpdateEntry& entry) {
  std::string text(EntryName(entry));
  if (const auto* made = std::get_if<NewObject>(&entry)) {
    const ObjectDescriptor object(made->object, {}, {});
    absl::StrAppend(&text, " ", ToAbsl(KindName(object.kind())), " ", object.id().value, " ",
                    ToAbsl(object.name()));
  } else if (const auto* replaced = std::get_if<ReplaceObject>(&entry)) {
    absl::StrAppend(&text, " ", ObjectDescriptor(replaced->object, {}, {}).id().value);
  } else if (const auto* renamed = std::get_if<RenameObject>(&entry)) {
    absl::StrAppend(&text, " ", renamed->id.value, " ", renamed->name,
                    renamed->automatic_name ? " automatic" : "");
  } else if (const auto* dropped = std::get_if<DropObject>(&entry)) {
    absl::StrAppend(&text, " ", dropped->id.value, dropped->cascade ? " cascade" : "");
  } else if (const auto* status = std::get_if<SetIndexStatus>(&entry)) {
    absl::StrAppend(&text, " ", status->index.value, " ", ToAbsl(StatusName(status->status)));
  } else if (const auto* zone = std::get_if<SetDefaultZone>(&entry)) {
    absl::StrAppend(&text, " ", zone->zone.value);
  }
  return text;
}

class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    Put(SchemaFields{{0}, "PUBLIC"});
    Put(SchemaFields{{1}, "SYSTEM"});
    catalog_.set_next_object_id({2});
  }

  void UseRelaxedPolicy() { policy_ = Policy::kRelaxed; }
  void UseStrictPolicy() { policy_ = Policy::kStrict; }

  // Executes commands as one version, if they can be.
  absl::StatusOr<PlannedBatch> Try(const std::vector<CatalogCommand>& commands,
                                   const PlanLimits& limits = {}) {
    CatalogDraft draft(catalog_, {1}, {});
    auto batch = PlanBatch(commands, catalog_, draft, policy_, limits);
    if (batch.ok()) std::move(draft).MergeInto(catalog_);
    return batch;
  }
  absl::StatusOr<PlannedBatch> Try(const CatalogCommand& command) {
    return Try(std::vector{command});
  }

  // Executes what has to work, and says what was done.
  std::vector<std::string> Do(const CatalogCommand& command) {
    const auto batch = Try(command);
    EXPECT_THAT(batch, IsOk());
    return batch.ok() ? Summaries(batch->entries) : std::vector<std::string>();
  }
  static std::vector<std::string> Summaries(const UpdateEntries& entries) {
    std::vector<std::string> summaries;
    for (const UpdateEntry& entry : entries) summaries.push_back(Summary(entry));
    return summaries;
  }

  // T (ID INT32 PRIMARY KEY, VAL INT32 NULL).
  static CreateTable TableNamed(std::string name) {
    return {.name = std::move(name),
            .columns = {Int("ID"), NullableInt("VAL")},
            .primary_key = HashPrimaryKey({"ID"})};
  }
  static CreateTable KeylessTable(std::string name) {
    return {.name = std::move(name), .columns = {Int("ID"), NullableInt("VAL")}};
  }
  static CreateIndex IndexOn(std::string table, std::string name,
                             std::vector<std::string> columns = {"VAL"}) {
    return {.name = std::move(name),
            .table = std::move(table),
            .kind = IndexKind::kHash,
            .columns = std::move(columns)};
  }

  // Puts what there is no command for here.
  template <typename Fields>
  void Put(const Fields& fields) {
    ASSERT_THAT(Apply(NewObject{BuildObject(fields)}, catalog_), IsOk());
    if (fields.id >= catalog_.next_object_id()) catalog_.set_next_object_id({fields.id.value + 1});
  }

  void MakeAvailable(const std::string& index) {
    Do(StartBuildingIndex{{.name = index}});
    Do(MakeIndexAvailable{{.name = index}});
  }

  TableDescriptor Table(std::string_view name) const { return *catalog_.Table("PUBLIC", name); }
  IndexDescriptor Index(std::string_view name) const { return *catalog_.Index("PUBLIC", name); }
  bool Has(std::string_view name) const {
    return static_cast<bool>(catalog_.Find(NameScope::In({0}), name));
  }
  Column ColumnOf(std::string_view table, std::string_view column) const {
    return Table(table).FindColumn(column)->ToColumn();
  }
  std::vector<std::string> ColumnNames(std::string_view table) const {
    std::vector<std::string> names;
    for (const ColumnDescriptor column : Table(table).columns()) names.emplace_back(column.name());
    return names;
  }

  EmptyCatalog empty_;
  CatalogDraft catalog_{empty_, {1}, {}};
  Policy policy_ = Policy::kStrict;
};

}  // namespace annals
