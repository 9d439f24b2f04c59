// What listeners and followers are told: every kind of net change, typed, as it was and
// as it is.

#include <functional>
#include <stdexcept>

#include "annals/catalog/object_builder.h"
#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = ObjectChange::Kind;

// A command that is its entries, for kinds of changes that no other command makes.
struct Entries {
  std::function<UpdateEntries(PlanContext&)> make;

  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const { return make(context); }
};

// "renamed index I -> J", "altered table T: renamed column A -> B", "altered index I:
// registered -> building", "default zone: none -> Default"
std::string FromTo(std::string_view before, std::string_view after) {
  return before == after ? std::string(after) : absl::StrCat(ToAbsl(before), " -> ", ToAbsl(after));
}
template <typename Thing>
std::string NamesOf(const Thing& before, const Thing& after) {
  if (!before) return std::string(after->name());
  if (!after) return std::string(before->name());
  return FromTo(before->name(), after->name());
}
std::string StatusWord(const std::optional<IndexStatus>& status) {
  return std::string(status ? StatusName(*status) : "none");
}
std::string TextOf(const ObjectChange& change) {
  std::string text = absl::StrCat(
      ToAbsl(ChangeName(change.kind)), " ", ToAbsl(KindName(change.object().kind())), " ",
      change.before && change.after ? FromTo(change.before.name(), change.after.name())
                                    : std::string(change.object().name()));
  if (const auto step = StatusChangeOf(change)) {
    absl::StrAppend(&text, ": ", StatusWord(step->before), " -> ", StatusWord(step->after));
  }
  if (change.kind != Kind::kAltered) return text;
  for (const ColumnChange& column : ColumnChangesOf(change)) {
    absl::StrAppend(&text, ": ", ToAbsl(ChangeName(column.kind)), " column ",
                    NamesOf(column.before, column.after));
  }
  return text;
}

class EventTest : public ::testing::Test {
 protected:
  EventTest() {
    manager_->AddListener([this](const CatalogEvent& event) {
      EXPECT_EQ(event.after.version(), event.before.version().Next());
      for (const ObjectChange& change : event.changes) {
        told_.push_back(TextOf(change));
        // It is what the two versions say of the object.
        EXPECT_EQ(static_cast<bool>(change.before),
                  static_cast<bool>(event.before.Find(change.id)));
        EXPECT_EQ(static_cast<bool>(change.after), static_cast<bool>(event.after.Find(change.id)));
        if (change.after) {
          EXPECT_EQ(change.after.bytes(), event.after.Find(change.id).bytes());
          EXPECT_EQ(change.after.from(), event.after.version());
          EXPECT_EQ(change.after.updated_at(), event.after.timestamp());
        }
      }
      if (event.default_zone) {
        const auto name = [](const auto& zone) {
          return std::string(zone ? zone->name() : "none");
        };
        told_.push_back(absl::StrCat("default zone: ", name(event.default_zone->before), " -> ",
                                     name(event.default_zone->after)));
      }
      return absl::OkStatus();
    });
  }

  // What is told of a version of `commands`.
  std::vector<std::string> ToldOf(std::vector<CatalogCommand> commands,
                                  Policy policy = Policy::kStrict) {
    told_.clear();
    EXPECT_THAT(manager_->Execute(std::move(commands), {.policy = policy}), IsOk());
    return std::exchange(told_, {});
  }
  std::vector<std::string> ToldOf(CatalogCommand command, Policy policy = Policy::kStrict) {
    return ToldOf(std::vector<CatalogCommand>{std::move(command)}, policy);
  }
  void Given(CatalogCommand command) { ToldOf(std::move(command)); }
  ObjectId IdOfZone(std::string_view name) { return manager_->Latest().Zone(name)->id(); }

  Manager manager_ = OpenInMemory();
  std::vector<std::string> told_;
};

Entries NewZone(const std::string& name) {
  return {[name](PlanContext& context) {
    ZoneFields zone{.id = context.NewId(), .name = name};
    zone.storage_profiles = {std::string(kDefaultProfile)};
    return UpdateEntries{NewObject{BuildObject(zone)}};
  }};
}
Entries Fixed(const UpdateEntry& entry) {
  return {[entry](PlanContext&) { return UpdateEntries{entry}; }};
}
CreateIndex IndexNamed(std::string name, std::string table = "T") {
  return {.name = std::move(name),
          .table = std::move(table),
          .kind = IndexKind::kHash,
          .columns = {"VAL"}};
}

TEST_F(EventTest, SchemasAreCreatedAndDroppedWithAllThatIsInThem) {
  EXPECT_THAT(ToldOf(SchemaNamed("S")), ElementsAre("created schema S"));
  CreateTable table = TableNamed("T");
  table.schema = "S";
  Given(table);
  EXPECT_THAT(
      ToldOf(DropSchema{.name = "S", .cascade = true}),
      ElementsAre("dropped index T_PK: available -> none", "dropped table T", "dropped schema S"));
}

TEST_F(EventTest, ATableComesWithItsKeyIndexAndTheFirstWithTheDefaultZone) {
  EXPECT_THAT(ToldOf(TableNamed("T")), ElementsAre("created zone Default", "created table T",
                                                   "created index T_PK: none -> available",
                                                   "default zone: none -> Default"));
  EXPECT_THAT(ToldOf(TableNamed("U")),
              ElementsAre("created table U", "created index U_PK: none -> available"));
  EXPECT_THAT(ToldOf(DropTable{.name = "U"}),
              ElementsAre("dropped index U_PK: available -> none", "dropped table U"));
}

TEST_F(EventTest, TablesAreRenamedAndAltered) {
  Given(TableNamed("T"));
  EXPECT_THAT(ToldOf(RenameTable{.name = "T", .new_name = "U"}),
              ElementsAre("renamed table T -> U", "renamed index T_PK -> U_PK"));
  EXPECT_THAT(ToldOf(Touch("U")), ElementsAre("altered table U"));
}

TEST_F(EventTest, ColumnsAreAddedAlteredRenamedAndDropped) {
  Given(TableNamed("T"));
  EXPECT_THAT(
      ToldOf(AlterTableAddColumn{.table = "T", .columns = {NullableInt("A"), NullableInt("B")}}),
      ElementsAre("altered table T: created column A: created column B"));
  EXPECT_THAT(ToldOf(AlterTableAlterColumn{.table = "T", .column = "A", .type = TypeId::kInt64}),
              ElementsAre("altered table T: altered column A"));
  EXPECT_THAT(ToldOf(AlterTableRenameColumn{.table = "T", .column = "A", .new_name = "C"},
                     Policy::kRelaxed),
              ElementsAre("altered table T: renamed column A -> C"));
  EXPECT_THAT(ToldOf(AlterTableDropColumn{.table = "T", .columns = {"C"}}),
              ElementsAre("altered table T: dropped column C"));
}

TEST_F(EventTest, ColumnsHaveTheIdsThatTheTableGaveThem) {
  Given(TableNamed("T"));
  std::vector<uint16_t> ids;
  manager_->AddListener([&](const CatalogEvent& event) {
    for (const ObjectChange& change : event.changes) {
      for (const ColumnChange& column : ColumnChangesOf(change)) {
        ids.push_back(column.id.value);
        EXPECT_EQ(column.after->id(), column.id);
      }
    }
    return absl::OkStatus();
  });
  Given(AlterTableAddColumn{.table = "T", .columns = {NullableInt("A"), NullableInt("B")}});
  EXPECT_THAT(ids, ElementsAre(2, 3));
}

TEST_F(EventTest, AKeyComesAndGoesWithItsIndex) {
  Given(TableNamed("T"));
  EXPECT_THAT(ToldOf(AlterTableDropPrimaryKey{.table = "T"}, Policy::kRelaxed),
              ElementsAre("dropped index T_PK: available -> none", "altered table T"));
  // The key's column can't be null any more.
  EXPECT_THAT(
      ToldOf(AlterTableAddPrimaryKey{.table = "T", .primary_key = HashPrimaryKey({"VAL"})},
             Policy::kRelaxed),
      ElementsAre("altered table T: altered column VAL", "created index T_PK: none -> available"));
}

TEST_F(EventTest, AnIndexIsToldOfAtEachStepOfItsLife) {
  Given(TableNamed("T"));
  EXPECT_THAT(ToldOf(IndexNamed("I")), ElementsAre("created index I: none -> registered"));
  EXPECT_THAT(ToldOf(RenameIndex{.name = "I", .new_name = "J"}),
              ElementsAre("renamed index I -> J"));
  EXPECT_THAT(ToldOf(StartBuildingIndex{{.name = "J"}}),
              ElementsAre("altered index J: registered -> building"));
  EXPECT_THAT(ToldOf(MakeIndexAvailable{{.name = "J"}}),
              ElementsAre("altered index J: building -> available"));
  EXPECT_THAT(ToldOf(DropIndex{.name = "J"}),
              ElementsAre("altered index J: available -> stopping"));
  EXPECT_THAT(ToldOf(RemoveIndex{{.name = "J"}}), ElementsAre("dropped index J: stopping -> none"));
}

TEST_F(EventTest, ZonesAreCreatedAlteredRenamedAndDropped) {
  EXPECT_THAT(ToldOf(NewZone("Z")), ElementsAre("created zone Z"));
  ZoneFields changed = FieldsOf(*manager_->Latest().Zone("Z"));
  changed.replicas = 3;
  std::vector<uint32_t> replicas;
  manager_->AddListener([&](const CatalogEvent& event) {
    for (const ObjectChange& change : event.changes) {
      if (const auto zone = change.Before<ZoneDescriptor>()) replicas.push_back(zone->replicas());
      if (const auto zone = change.After<ZoneDescriptor>()) replicas.push_back(zone->replicas());
    }
    return absl::OkStatus();
  });
  EXPECT_THAT(ToldOf(Fixed(ReplaceObject{BuildObject(changed)})), ElementsAre("altered zone Z"));
  EXPECT_THAT(replicas, ElementsAre(1, 3));
  EXPECT_THAT(ToldOf(Fixed(RenameObject{IdOfZone("Z"), "Y"})), ElementsAre("renamed zone Z -> Y"));
  EXPECT_THAT(ToldOf(Fixed(DropObject{IdOfZone("Y")})), ElementsAre("dropped zone Y"));
}

TEST_F(EventTest, TheDefaultZoneIsAChangeOfItsOwnKind) {
  Given(TableNamed("T"));
  Given(NewZone("Z"));
  EXPECT_THAT(ToldOf(Fixed(SetDefaultZone{IdOfZone("Z")})),
              ElementsAre("default zone: Default -> Z"));
  // Renamed it is the same one.
  EXPECT_THAT(ToldOf(Fixed(RenameObject{IdOfZone("Z"), "Y"})), ElementsAre("renamed zone Z -> Y"));
}

TEST_F(EventTest, SystemViewsAreToldOfWithTheirColumns) {
  std::vector<std::string> columns;
  manager_->AddListener([&](const CatalogEvent& event) {
    for (const ObjectChange& change : event.changes) {
      for (const ColumnChange& column : ColumnChangesOf(change)) {
        columns.emplace_back(column.after->name());
      }
    }
    return absl::OkStatus();
  });
  const Entries create{[](PlanContext& context) {
    SystemViewFields view{.id = context.NewId(), .name = "V"};
    view.schema = context.catalog().Schema(kSystemSchema)->id();
    view.columns = {{.name = "A", .type = TypeId::kInt32}};
    return UpdateEntries{NewObject{BuildObject(view)}};
  }};
  EXPECT_THAT(ToldOf(create), ElementsAre("created system view V"));
  EXPECT_THAT(columns, ElementsAre("A"));
}

TEST_F(EventTest, WhatIsMadeAndUnmadeInOneVersionIsNotTold) {
  Given(TableNamed("T"));
  EXPECT_THAT(ToldOf({TableNamed("GONE"), IndexNamed("I", "GONE"), DropTable{.name = "GONE"},
                      SchemaNamed("KEPT")}),
              ElementsAre("created schema KEPT"));
  EXPECT_THAT(ToldOf({SchemaNamed("GONE"), DropSchema{.name = "GONE"}}), IsEmpty());
  EXPECT_THAT(ToldOf({RenameTable{.name = "T", .new_name = "U"},
                      RenameTable{.name = "U", .new_name = "T"}}),
              IsEmpty());
}

TEST_F(EventTest, ManyChangesOfOneObjectAreOneNetChange) {
  Given(TableNamed("T"));
  EXPECT_THAT(ToldOf({AlterTableAddColumn{.table = "T", .columns = {NullableInt("A")}},
                      AlterTableAddColumn{.table = "T", .columns = {NullableInt("B")}},
                      AlterTableDropColumn{.table = "T", .columns = {"A"}},
                      RenameTable{.name = "T", .new_name = "U"}}),
              ElementsAre("altered table T -> U: created column B", "renamed index T_PK -> U_PK"));
  EXPECT_THAT(ToldOf({IndexNamed("I", "U"), StartBuildingIndex{{.name = "I"}},
                      MakeIndexAvailable{{.name = "I"}}}),
              ElementsAre("created index I: none -> available"));
}

TEST_F(EventTest, ANameThatIsGivenToAnotherObjectIsTwoChanges) {
  Given(TableNamed("T"));
  EXPECT_THAT(ToldOf({DropTable{.name = "T"}, TableNamed("T")}),
              ElementsAre("dropped index T_PK: available -> none", "dropped table T",
                          "created table T", "created index T_PK: none -> available"));
}

TEST_F(EventTest, ExecuteReturnsAfterAllListenersAlsoThoseBehindOnesThatFail) {
  manager_->AddListener([](const CatalogEvent&) { return absl::InternalError("no"); });
  manager_->AddListener(
      [](const CatalogEvent&) -> absl::Status { throw std::runtime_error("no"); });
  struct NoStandardException {};
  manager_->AddListener([](const CatalogEvent&) -> absl::Status { throw NoStandardException(); });
  std::atomic<int> done{0};
  for (int i = 0; i < 3; ++i) {
    manager_->AddListener([&](const CatalogEvent&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ++done;
      return absl::OkStatus();
    });
  }
  Given(SchemaNamed("S"));
  EXPECT_EQ(done, 3);
  const auto stats = manager_->GetStats();
  EXPECT_EQ(stats.listener_failures, 3u);
  EXPECT_THAT(stats.last_listener_failure, HasSubstr("version 2: an exception of unknown type"));
}

TEST_F(EventTest, AnEventFromNothingIsTheWholeCatalog) {
  Given(TableNamed("T"));
  const Catalog latest = manager_->Latest();
  const CatalogEvent whole = EventBetween(*manager_->At({0}), latest);
  EXPECT_TRUE(whole.whole());
  EXPECT_EQ(whole.changes.size(), 5u);  // Two schemas, zone, table, index.
  EXPECT_FALSE(EventBetween(*manager_->At({1}), latest).whole());
}

}  // namespace
}  // namespace annals
