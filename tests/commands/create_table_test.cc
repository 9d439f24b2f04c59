#include "annals/commands/create_table.h"

#include <cmath>
#include <limits>

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CreateTableTest : public CommandTest {};

// --- Refusals that need no catalog.

using TableRefusal = Refusal<CreateTable>;
class RefusedTableTest : public CommandTest, public ::testing::WithParamInterface<TableRefusal> {};

TEST_P(RefusedTableTest, IsRefusedBeforeAnyLookUp) {
  CreateTable command = GetParam().command;
  // Fields come first: neither a missing schema nor IF NOT EXISTS gets in between.
  if (command.schema == "PUBLIC") command.schema = "MISSING";
  command.if_not_exists = true;
  EXPECT_THAT(Try(command), FailsWith(GetParam().reason));
}

CreateTable With(std::vector<ColumnDefinition> columns, std::optional<PrimaryKey> key) {
  return {.name = "T", .columns = std::move(columns), .primary_key = std::move(key)};
}
CreateTable Colocated(std::vector<std::string> columns) {
  CreateTable table = With({Int("A"), Int("B"), Int("C")}, HashPrimaryKey({"A", "B"}));
  table.colocation_columns = std::move(columns);
  return table;
}
CreateTable Stale(double fraction, int64_t count) {
  CreateTable table = With({Int("A")}, HashPrimaryKey({"A"}));
  table.stale_rows_fraction = fraction;
  table.min_stale_rows_count = count;
  return table;
}
ColumnDefinition Typed(std::string name, DataType type, ColumnDefault value = {}) {
  return {.name = std::move(name), .type = type, .default_value = std::move(value)};
}
PrimaryKey Named(std::string name) { return {.columns = {"A"}, .name = std::move(name)}; }
std::vector<ColumnDefinition> Ints(int count) {
  std::vector<ColumnDefinition> columns;
  for (int i = 0; i < count; ++i) columns.push_back(Int(absl::StrCat("C", i)));
  return columns;
}
std::vector<std::string> Names(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(absl::StrCat("C", i));
  return names;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, RefusedTableTest,
    ::testing::Values(
        TableRefusal{"NoSchema", {.schema = "", .name = "T"}, Reason::BLANK_IDENTIFIER},
        TableRefusal{"NoName", {.name = " "}, Reason::BLANK_IDENTIFIER},
        TableRefusal{"BadName", {.name = "\xFF"}, Reason::INVALID_NAME},
        TableRefusal{"System", {.schema = "SYSTEM", .name = "T"}, Reason::SYSTEM_SCHEMA_FORBIDDEN},
        TableRefusal{"NoColumns", With({}, HashPrimaryKey({"A"})), Reason::NO_COLUMNS},
        TableRefusal{"BadColumn", With({Typed("A", String(0))}, HashPrimaryKey({"A"})),
                     Reason::TYPE_PARAM_RANGE},
        TableRefusal{"ColumnTwice", With({Int("A"), Int("A")}, HashPrimaryKey({"A"})),
                     Reason::COLUMN_DUPLICATED},
        TableRefusal{"TooManyColumns", With(Ints(1001), HashPrimaryKey({"C0"})),
                     Reason::TOO_MANY_COLUMNS},
        TableRefusal{"NoKey", With({Int("A")}, std::nullopt), Reason::NO_PRIMARY_KEY},
        TableRefusal{"EmptyKey", With({Int("A")}, HashPrimaryKey({})), Reason::NO_PRIMARY_KEY},
        TableRefusal{"BlankKeyName", With({Int("A")}, Named("")), Reason::BLANK_IDENTIFIER},
        TableRefusal{"NullableKey", With({NullableInt("A")}, HashPrimaryKey({"A"})),
                     Reason::PK_NULLABLE},
        TableRefusal{"UnknownKey", With({Int("A")}, HashPrimaryKey({"A", "X", "Y"})),
                     Reason::PK_UNDEFINED_COLUMNS},
        TableRefusal{"KeyTwice", With({Int("A")}, HashPrimaryKey({"A", "A"})),
                     Reason::PK_DUPLICATE},
        TableRefusal{"NoKeyCollation", With({Int("A")}, SortedPrimaryKey({"A"}, {})),
                     Reason::PK_COLLATION_COUNT},
        TableRefusal{"HashKeyCollation",
                     With({Int("A")}, PrimaryKey{IndexKind::kHash, {"A"}, {Collation{}}}),
                     Reason::PK_COLLATION_COUNT},
        TableRefusal{"KeyTooWide", With(Ints(17), HashPrimaryKey(Names(17))),
                     Reason::TOO_MANY_KEY_COLUMNS},
        // Counted before any name is looked for: a line of requests may have a million.
        TableRefusal{"KeyTooWideOfNamesThatAreNotThere", With(Ints(1), HashPrimaryKey(Names(17))),
                     Reason::TOO_MANY_KEY_COLUMNS},
        TableRefusal{"Period",
                     With({Int("A"), Typed("P", {TypeId::kPeriod, 2})}, HashPrimaryKey({"A"})),
                     Reason::TYPE_NOT_STORABLE},
        TableRefusal{"Duration",
                     With({Int("A"), Typed("P", {TypeId::kDuration, 2})}, HashPrimaryKey({"A"})),
                     Reason::TYPE_NOT_STORABLE},
        TableRefusal{
            "FunctionOutsideOfKey",
            With({Int("A"), Typed("U", Uuid(), Function("rand_uuid"))}, HashPrimaryKey({"A"})),
            Reason::FUNCTIONAL_DEFAULT_NOT_ALLOWED},
        TableRefusal{"UnknownFunction",
                     With({Typed("A", Uuid(), Function("now"))}, HashPrimaryKey({"A"})),
                     Reason::FUNCTIONAL_DEFAULT_UNSUPPORTED},
        TableRefusal{"FunctionOfOtherType",
                     With({Typed("A", String(9), Function("RAND_UUID"))}, HashPrimaryKey({"A"})),
                     Reason::FUNCTIONAL_DEFAULT_TYPE_MISMATCH},
        TableRefusal{
            "BadDefault",
            With({Int("A"), Typed("B", Int8(), Sql(Constant(128)))}, HashPrimaryKey({"A"})),
            Reason::INVALID_VALUE},
        TableRefusal{"NoColocation", Colocated({}), Reason::COLOCATION_EMPTY},
        TableRefusal{"ColocationOutsideOfKey", Colocated({"C"}), Reason::COLOCATION_NOT_IN_PK},
        TableRefusal{"ColocationTwice", Colocated({"B", "B"}), Reason::COLOCATION_DUPLICATE},
        TableRefusal{"FractionBelowZero", Stale(-0.1, 0), Reason::STALE_FRACTION_RANGE},
        TableRefusal{"FractionAboveOne", Stale(1.1, 0), Reason::STALE_FRACTION_RANGE},
        TableRefusal{"FractionNan", Stale(std::nan(""), 0), Reason::STALE_FRACTION_RANGE},
        TableRefusal{"FractionInfinite", Stale(std::numeric_limits<double>::infinity(), 0),
                     Reason::STALE_FRACTION_RANGE},
        TableRefusal{"CountNegative", Stale(0.5, -1), Reason::STALE_COUNT_NEGATIVE}),
    kNameOf);

// --- What is made.

TEST_F(CreateTableTest, TheFirstTableBringsTheDefaultZoneWithIt) {
  EXPECT_THAT(Do(TableNamed("T")), ElementsAre("NewObject zone 4 Default", "SetDefaultZone 4",
                                               "NewObject table 2 T", "NewObject index 3 T_PK"));
  EXPECT_EQ(catalog_.next_object_id(), ObjectId{5});
  const ZoneDescriptor zone = *catalog_.DefaultZone();
  EXPECT_TRUE(zone.automatic());
  EXPECT_EQ(zone.partitions(), 25u);
  EXPECT_EQ(zone.replicas(), 1u);
  EXPECT_EQ(zone.quorum_size(), 1u);
  EXPECT_EQ(zone.auto_scale_up_s(), 0u);
  EXPECT_EQ(zone.auto_scale_down_s(), static_cast<uint32_t>(INT32_MAX));
  EXPECT_EQ(zone.filter(), "$..*");
  EXPECT_THAT(zone.storage_profiles(), ElementsAre("default"));
  EXPECT_EQ(zone.consistency(), ConsistencyMode::kStrong);

  EXPECT_THAT(Do(TableNamed("U")), ElementsAre("NewObject table 5 U", "NewObject index 6 U_PK"));
  EXPECT_EQ(Table("U").zone_id(), zone.id());
}

TEST_F(CreateTableTest, ColumnsKeyAndColocationAreAsGiven) {
  CreateTable command = Colocated({"B"});
  command.stale_rows_fraction = 0.5;
  command.min_stale_rows_count = 7;
  Do(command);
  const TableDescriptor table = Table("T");
  EXPECT_THAT(ColumnNames("T"), ElementsAre("A", "B", "C"));
  EXPECT_THAT(table.primary_key(), ElementsAre(ColumnId{0}, ColumnId{1}));
  EXPECT_THAT(table.colocation(), ElementsAre(ColumnId{1}));
  EXPECT_EQ(table.key_index_id(), Index("T_PK").id());
  EXPECT_EQ(table.storage_profile(), "default");
  EXPECT_EQ(table.stale_rows_fraction(), 0.5);
  EXPECT_EQ(table.min_stale_rows_count(), 7);
  EXPECT_EQ(table.table_version(), 1u);
}

TEST_F(CreateTableTest, TheKeyIsTheColocationListWhereNoneIsGiven) {
  Do(With({Int("A"), Int("B")}, HashPrimaryKey({"B", "A"})));
  EXPECT_THAT(Table("T").primary_key(), ElementsAre(ColumnId{1}, ColumnId{0}));
  EXPECT_THAT(Table("T").colocation(), ElementsAre(ColumnId{1}, ColumnId{0}));
}

TEST_F(CreateTableTest, TheKeyIndexIsUniqueAndAvailable) {
  Do(TableNamed("T"));
  const IndexDescriptor index = Index("T_PK");
  EXPECT_TRUE(index.unique());
  EXPECT_TRUE(index.automatic_name());
  EXPECT_TRUE(index.created_with_table());
  EXPECT_EQ(index.status(), IndexStatus::kAvailable);
  EXPECT_EQ(index.index_kind(), IndexKind::kHash);
  EXPECT_EQ(index.table_id(), Table("T").id());
}

TEST_F(CreateTableTest, ASortedKeyKeepsItsCollationsAndItsName) {
  PrimaryKey key = SortedPrimaryKey({"B", "A"}, {{.descending = true}, {.nulls_first = true}});
  key.name = "K";
  Do(With({Int("A"), Int("B")}, key));
  const IndexDescriptor index = Index("K");
  EXPECT_FALSE(index.automatic_name());
  EXPECT_EQ(index.index_kind(), IndexKind::kSorted);
  EXPECT_THAT(index.columns(), ElementsAre(IndexColumn{{1}, {.descending = true}},
                                           IndexColumn{{0}, {.nulls_first = true}}));
}

TEST_F(CreateTableTest, AKeyColumnMayHaveAFunctionAndAnyColumnAConstant) {
  Do(With({Typed("A", Uuid(), Function("rand_uuid")), Typed("B", Int32(), Constant(1))},
          HashPrimaryKey({"A"})));
  EXPECT_EQ(ColumnOf("T", "A").default_value,
            (DefaultValue{DefaultValue::Kind::kFunction, TypeId::kNull, "rand_uuid"}));
  EXPECT_EQ(ColumnOf("T", "B").default_value,
            (DefaultValue{DefaultValue::Kind::kConstant, TypeId::kInt32, "1"}));
}

TEST_F(CreateTableTest, ATableHasUpTo1000ColumnsAnd16KeyColumns) {
  EXPECT_THAT(Try(With(Ints(1000), HashPrimaryKey(Names(16)))), IsOk());
}

// --- Against the catalog.

TEST_F(CreateTableTest, AMissingSchemaIsRefusedAlsoWithIfNotExists) {
  CreateTable command = TableNamed("T");
  command.schema = "S";
  command.if_not_exists = true;
  EXPECT_THAT(Try(command), FailsWith(Reason::SCHEMA_NOT_FOUND, {"\"S\""}));
}

TEST_F(CreateTableTest, ATableThatIsThereIsRefusedOrNothingToDo) {
  Do(TableNamed("T"));
  CreateTable again = TableNamed("T");
  EXPECT_THAT(Try(again), FailsWith(Reason::TABLE_EXISTS, {"\"PUBLIC\".\"T\""}));
  again.if_not_exists = true;
  EXPECT_THAT(Do(again), IsEmpty());
  EXPECT_EQ(catalog_.next_object_id(), ObjectId{5});
}

TEST_F(CreateTableTest, AnIndexOrViewOfThatNameIsRefusedAlsoWithIfNotExists) {
  Do(TableNamed("T"));
  Do(IndexOn("T", "I"));
  Put(SystemViewFields{{50}, "V", {0}, ViewKind::kNode, {}});
  for (bool if_not_exists : {false, true}) {
    CreateTable command = TableNamed("I");
    command.if_not_exists = if_not_exists;
    EXPECT_THAT(Try(command), FailsWith(Reason::INDEX_EXISTS));
    command.name = "V";
    EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_VIEW_EXISTS));
  }
}

TEST_F(CreateTableTest, UnderStrictTheNameOfTheKeyIndexHasToBeFree) {
  Do(TableNamed("T_PK"));
  EXPECT_THAT(Try(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS, {"\"T_PK\""}));
  Do(IndexOn("T_PK", "U_PK"));
  EXPECT_THAT(Try(TableNamed("U")), FailsWith(Reason::INDEX_EXISTS));
  EXPECT_THAT(Try(With({Int("A")}, Named("U_PK"))), FailsWith(Reason::INDEX_EXISTS));
}

TEST_F(CreateTableTest, AKeyCannotBeNamedAsItsTable) {
  EXPECT_THAT(Try(With({Int("A")}, Named("T"))), FailsWith(Reason::TABLE_EXISTS));
  // A name that, cut to have room for _PK, gives itself.
  CreateTable longest = TableNamed(std::string(125, 'a') + "_PK");
  EXPECT_THAT(Try(longest), FailsWith(Reason::TABLE_EXISTS, {"give the key a name"}));
  longest.primary_key->name = "K";
  EXPECT_THAT(Try(longest), IsOk());
}

TEST_F(CreateTableTest, AZoneThatIsNamedHasToBeThere) {
  CreateTable command = TableNamed("T");
  command.zone = "Z";
  EXPECT_THAT(Try(command), FailsWith(Reason::ZONE_NOT_FOUND, {"\"Z\""}));
  Put(ZoneFields{.id = {50}, .name = "Z", .storage_profiles = {"fast", "slow"}});
  Do(command);
  EXPECT_EQ(Table("T").zone_id(), ObjectId{50});
  EXPECT_EQ(Table("T").storage_profile(), "fast");
  EXPECT_FALSE(catalog_.DefaultZone());
}

TEST_F(CreateTableTest, AProfileHasToBeOneOfTheZones) {
  Put(ZoneFields{.id = {50}, .name = "Z", .storage_profiles = {"fast", "slow"}});
  CreateTable command = TableNamed("T");
  command.zone = "Z";
  command.storage_profile = "other";
  EXPECT_THAT(Try(command),
              FailsWith(Reason::PROFILE_NOT_IN_ZONE, {"\"other\"", "\"fast\", \"slow\""}));
  command.storage_profile = "slow";
  Do(command);
  EXPECT_EQ(Table("T").storage_profile(), "slow");
  command = TableNamed("U");
  command.storage_profile = "fast";
  EXPECT_THAT(Try(command), FailsWith(Reason::PROFILE_NOT_IN_ZONE, {"\"default\""}));
}

TEST_F(CreateTableTest, AZoneNamedDefaultThatIsNotTheDefaultIsInTheWay) {
  Put(ZoneFields{.id = {50}, .name = "Default", .storage_profiles = {"default"}});
  EXPECT_THAT(Try(TableNamed("T")), FailsWith(Reason::ZONE_EXISTS, {"SET DEFAULT"}));
}

TEST_F(CreateTableTest, ASystemSchemaTakesATableOnlyWhereThatIsAllowed) {
  CreateTable command = TableNamed("T");
  command.schema = "SYSTEM";
  EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
  command.allow_system_schema = true;
  EXPECT_THAT(Try(command), IsOk());
}

// --- Relaxed.

TEST_F(CreateTableTest, UnderRelaxedATableNeedsNoKey) {
  UseRelaxedPolicy();
  EXPECT_THAT(Do(KeylessTable("T")),
              ElementsAre("NewObject zone 3 Default", "SetDefaultZone 3", "NewObject table 2 T"));
  EXPECT_EQ(Table("T").key_index_id(), kNoObject);
  EXPECT_THAT(Table("T").primary_key(), IsEmpty());
  EXPECT_THAT(Table("T").colocation(), IsEmpty());
}

TEST_F(CreateTableTest, UnderRelaxedATableNeedsNoColumns) {
  UseRelaxedPolicy();
  EXPECT_THAT(Try(CreateTable{.name = "T"}), IsOk());
  EXPECT_TRUE(Table("T").columns().empty());
}

TEST_F(CreateTableTest, UnderRelaxedAKeyThatIsGivenIsStillChecked) {
  UseRelaxedPolicy();
  EXPECT_THAT(Try(With({Int("A")}, HashPrimaryKey({}))), FailsWith(Reason::NO_PRIMARY_KEY));
  EXPECT_THAT(Try(With({NullableInt("A")}, HashPrimaryKey({"A"}))), FailsWith(Reason::PK_NULLABLE));
  CreateTable keyless = KeylessTable("T");
  keyless.colocation_columns = {"ID"};
  EXPECT_THAT(Try(keyless), FailsWith(Reason::COLOCATION_NOT_IN_PK));
}

}  // namespace
}  // namespace annals
