// The codec of updates: what is encoded comes back, and bytes from outside are
// read whole or refused.

#include "annals/catalog/update.h"

#include "annals/catalog/catalog_draft.h"
#include "annals/tests/catalog/fixtures.h"
#include "annals_fbs/update_generated.h"

namespace annals {
namespace {

Column ColumnWithAllFields() {
  Column column = MakeColumn("PRICE", TypeId::kDecimal, false);
  column.id = {3};
  column.precision = 10;
  column.scale = 2;
  column.length = 7;
  column.length_given = true;
  column.default_value = {DefaultValue::Kind::kConstant, TypeId::kDecimal, "1.50"};
  return column;
}

// Each kind of entry, with a value in each field.
std::vector<UpdateEntry> OneEntryOfEachKind() {
  return {NewObject{BuildObject(OrdersFields())},
          DropObject{{5}, true},
          RenameObject{{6}, "NEW", true},
          ReplaceObject{MakeZone({7}, "Z")},
          NewColumns{{8}, {ColumnWithAllFields(), MakeColumn("B")}},
          DropColumns{{9}, {{1}, {2}}},
          AlterColumn{{10}, ColumnWithAllFields()},
          RenameColumn{{11}, {12}, "C"},
          SetPrimaryKey{{13}, {{1}, {0}}, {{1}}, {14}},
          SetTableProperties{{15}, 0.5, 10},
          SetIndexStatus{{16}, IndexStatus::kStopping},
          SetDefaultZone{{17}},
          SetOptions{{18}, {{"broker", "b"}, {"tunnel", "", {3}}}, {"port", "user"}}};
}

VersionedUpdate UpdateOf(std::vector<UpdateEntry> entries) {
  return {.timestamp = HybridTimestamp(1000, 1),
          .activation = HybridTimestamp(1000, 2),
          .policy = Policy::kRelaxed,
          .next_object_id = {99},
          .entries = std::move(entries),
          .author = "ann",
          .message = "why",
          .statement = "ALTER ..."};
}

TEST(UpdateTest, FieldsOfAnUpdateComeBack) {
  const auto decoded = DecodeUpdate(EncodeUpdate(UpdateOf({})));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->timestamp, HybridTimestamp(1000, 1));
  EXPECT_EQ(decoded->activation, HybridTimestamp(1000, 2));
  EXPECT_EQ(decoded->policy, Policy::kRelaxed);
  EXPECT_EQ(decoded->next_object_id, ObjectId{99});
  EXPECT_TRUE(decoded->entries.empty());
  EXPECT_EQ(decoded->author + decoded->message + decoded->statement, "annwhyALTER ...");
}

template <typename T>
T RoundTrip(T entry) {
  const auto decoded = DecodeUpdate(EncodeUpdate(UpdateOf({entry})));
  EXPECT_THAT(decoded, IsOk());
  return std::get<T>(decoded->entries.at(0));
}

TEST(UpdateTest, FieldsOfEachEntryComeBack) {
  const std::string table = BuildObject(OrdersFields());
  EXPECT_EQ(RoundTrip(NewObject{table}).object, table);
  const auto drop = RoundTrip(DropObject{{5}, true});
  EXPECT_TRUE(drop.id == ObjectId{5} && drop.cascade);
  const auto rename = RoundTrip(RenameObject{{6}, "NEW", true});
  EXPECT_TRUE(rename.id == ObjectId{6} && rename.name == "NEW" && rename.automatic_name);
  EXPECT_EQ(RoundTrip(ReplaceObject{table}).object, table);
  const auto columns = RoundTrip(NewColumns{{8}, {ColumnWithAllFields(), MakeColumn("B")}});
  EXPECT_EQ(columns.table, ObjectId{8});
  EXPECT_EQ(columns.columns, std::vector<Column>({ColumnWithAllFields(), MakeColumn("B")}));
  const auto dropped = RoundTrip(DropColumns{{9}, {{1}, {2}}});
  EXPECT_EQ(dropped.table, ObjectId{9});
  EXPECT_EQ(dropped.columns, std::vector<ColumnId>({{1}, {2}}));
  const auto altered = RoundTrip(AlterColumn{{10}, ColumnWithAllFields()});
  EXPECT_TRUE(altered.table == ObjectId{10} && altered.column == ColumnWithAllFields());
  const auto renamed = RoundTrip(RenameColumn{{11}, {12}, "C"});
  EXPECT_TRUE(renamed.table == ObjectId{11} && renamed.column == ColumnId{12});
  EXPECT_EQ(renamed.name, "C");
  const auto key = RoundTrip(SetPrimaryKey{{13}, {{1}, {0}}, {{1}}, {14}});
  EXPECT_TRUE(key.table == ObjectId{13} && key.index == ObjectId{14});
  EXPECT_EQ(key.columns, std::vector<ColumnId>({{1}, {0}}));
  EXPECT_EQ(key.colocation, std::vector<ColumnId>({{1}}));
  EXPECT_EQ(RoundTrip(SetPrimaryKey{{13}, {}, {}, kNoObject}).index, kNoObject);
  const auto status = RoundTrip(SetIndexStatus{{16}, IndexStatus::kStopping});
  EXPECT_TRUE(status.index == ObjectId{16} && status.status == IndexStatus::kStopping);
  EXPECT_EQ(RoundTrip(SetDefaultZone{{17}}).zone, ObjectId{17});
  const auto options = RoundTrip(SetOptions{{18}, {{"b", "v"}, {"t", "", {3}}}, {"p"}});
  EXPECT_EQ(options.object, ObjectId{18});
  EXPECT_EQ(options.set, (std::vector<Option>{{"b", "v"}, {"t", "", {3}}}));
  EXPECT_EQ(options.reset, std::vector<std::string>{"p"});
}

// Zero, which is a value, is told from nothing.
TEST(UpdateTest, PropertiesThatAreLeftAloneStayAbsent) {
  const auto both = RoundTrip(SetTableProperties{{15}, 0.0, 0});
  EXPECT_TRUE(both.stale_rows_fraction == 0.0 && both.min_stale_rows_count == 0);
  const auto none = RoundTrip(SetTableProperties{{15}, std::nullopt, std::nullopt});
  EXPECT_FALSE(none.stale_rows_fraction || none.min_stale_rows_count);
}

TEST(UpdateTest, NameOfEachEntryIsItsTypes) {
  std::string names;
  for (const UpdateEntry& entry : OneEntryOfEachKind())
    names += std::string(EntryName(entry)) + " ";
  EXPECT_EQ(names,
            "NewObject DropObject RenameObject ReplaceObject NewColumns DropColumns AlterColumn "
            "RenameColumn SetPrimaryKey SetTableProperties SetIndexStatus SetDefaultZone "
            "SetOptions ");
}

TEST(UpdateTest, EncodingIsAFixedPoint) {
  const std::string once = EncodeUpdate(UpdateOf(OneEntryOfEachKind()));
  const auto decoded = DecodeUpdate(once);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(EncodeUpdate(*decoded), once);
}

// --- Bytes from outside.

std::string Pack(const fbs::VersionedUpdateT& table) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(fbs::VersionedUpdate::Pack(builder, &table));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

fbs::VersionedUpdateT Unpack(const VersionedUpdate& update) {
  fbs::VersionedUpdateT table;
  flatbuffers::GetRoot<fbs::VersionedUpdate>(EncodeUpdate(update).data())->UnPackTo(&table);
  return table;
}

TEST(UpdateTest, BytesAreThoseThatTheObjectApiWrites) {
  const VersionedUpdate all = UpdateOf(OneEntryOfEachKind());
  EXPECT_EQ(EncodeUpdate(all), Pack(Unpack(all)));
  const VersionedUpdate nothing = UpdateOf({});
  EXPECT_EQ(EncodeUpdate(nothing), Pack(Unpack(nothing)));
}

// An update whose second entry has the given type, and a value if `value` says so.
std::string WithEntryType(uint8_t type, bool value) {
  flatbuffers::FlatBufferBuilder builder;
  const auto drop = fbs::CreateDropObject(builder, 1).Union();
  const auto other = value ? fbs::CreateDropObject(builder, 2).Union() : drop;
  const auto types = builder.CreateVector(
      std::vector<fbs::Entry>{fbs::Entry::DropObject, static_cast<fbs::Entry>(type)});
  const auto entries = builder.CreateVector(std::vector<flatbuffers::Offset<void>>{drop, other});
  fbs::VersionedUpdateBuilder update(builder);
  update.add_timestamp(1);
  update.add_activation(1);
  update.add_policy(fbs::Policy::Strict);
  update.add_entries_type(types);
  update.add_entries(entries);
  builder.Finish(update.Finish());
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

TEST(UpdateTest, EntryOfAnUnknownKindNeedsANewerRelease) {
  EXPECT_THAT(DecodeUpdate(WithEntryType(2, true)), IsOk());
  for (uint8_t type : {14, 15, 77, 255}) {
    EXPECT_THAT(DecodeUpdate(WithEntryType(type, true)),
                FailsWith(Reason::NEWER_FORMAT,
                          {"entry 2", "entry kind " + std::to_string(type), "newer annals"}));
  }
}

// A later release adds fields, which this one does not know: the update, an entry, a
// column and an object have the next one that is free.
TEST(UpdateTest, FieldsOfALaterReleaseArePassedOver) {
  const auto next_after = [](size_t fields) {  // Where a table would say that it has it.
    return static_cast<flatbuffers::voffset_t>(2 * sizeof(flatbuffers::voffset_t) +
                                               fields * sizeof(flatbuffers::voffset_t));
  };
  flatbuffers::FlatBufferBuilder builder;
  const auto add = [&](size_t fields) { builder.AddElement<uint64_t>(next_after(fields), 7, 0); };
  const auto name = builder.CreateString("A");
  fbs::ColumnBuilder column(builder);
  column.add_name(name);
  column.add_type(fbs::TypeId::Int32);
  add(13);
  const auto columns = builder.CreateVector(std::vector{column.Finish()});
  fbs::NewColumnsBuilder entry(builder);
  entry.add_object_id(3);
  entry.add_columns(columns);
  add(2);
  const auto tables = builder.CreateVector(std::vector{entry.Finish().Union()});
  const auto types = builder.CreateVector(std::vector{fbs::Entry::NewColumns});
  fbs::VersionedUpdateBuilder update(builder);
  update.add_timestamp(1);
  update.add_activation(1);
  update.add_policy(fbs::Policy::Strict);
  update.add_entries_type(types);
  update.add_entries(tables);
  add(9);
  builder.Finish(update.Finish());
  const auto decoded = DecodeUpdate(
      std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()));
  ASSERT_THAT(decoded, IsOk());
  ASSERT_EQ(decoded->entries.size(), 1u);
  const auto& made = std::get<NewColumns>(decoded->entries[0]);
  EXPECT_EQ(made.table, ObjectId{3});
  EXPECT_EQ(made.columns, std::vector<Column>{MakeColumn("A", TypeId::kInt32, false)});
}

TEST(UpdateTest, EmptyEntryIsDamage) {
  EXPECT_THAT(DecodeUpdate(WithEntryType(0, true)), FailsWith(Reason::DAMAGED, {"entry 2"}));
}

TEST(UpdateTest, ValuesThatCannotBeAreDamage) {
  const auto expect_refused = [](const fbs::VersionedUpdateT& table, const char* text) {
    EXPECT_THAT(DecodeUpdate(Pack(table)), FailsWith(Reason::DAMAGED, {text}));
  };
  auto table = Unpack(UpdateOf({}));
  table.policy = fbs::Policy::None;
  expect_refused(table, "policy number 0");
  table.policy = static_cast<fbs::Policy>(3);
  expect_refused(table, "policy number 3");
  table = Unpack(UpdateOf({}));
  table.timestamp = 0;
  expect_refused(table, "timestamp 0");
  table = Unpack(UpdateOf({}));
  table.activation = table.timestamp - 1;
  expect_refused(table, "with activation");

  table = Unpack(UpdateOf({SetIndexStatus{{1}, IndexStatus::kBuilding}}));
  table.entries[0].AsSetIndexStatus()->status = static_cast<fbs::IndexStatus>(9);
  expect_refused(table, "entry 1: index status number 9");
  table = Unpack(UpdateOf({NewColumns{{1}, {MakeColumn("A")}}}));
  table.entries[0].AsNewColumns()->columns[0]->type = static_cast<fbs::TypeId>(14);
  expect_refused(table, "out of range");
  table = Unpack(UpdateOf({AlterColumn{{1}, MakeColumn("A")}}));
  table.entries[0].AsAlterColumn()->column->default_kind = static_cast<fbs::DefaultKind>(9);
  expect_refused(table, "out of range");
}

TEST(UpdateTest, ObjectWithinAnEntryIsCheckedToo) {
  std::string object = BuildObject(OrdersFields());
  object.resize(object.size() / 2);
  EXPECT_THAT(DecodeUpdate(EncodeUpdate(UpdateOf({NewObject{object}}))),
              FailsWith(Reason::DAMAGED));
  std::string index = BuildObject(OrdersKeyFields());
  IndexFields no_columns = OrdersKeyFields();
  no_columns.columns.clear();
  EXPECT_THAT(DecodeUpdate(EncodeUpdate(UpdateOf({ReplaceObject{BuildObject(no_columns)}}))),
              FailsWith(Reason::DAMAGED, {"entry 1", "no columns"}));
}

TEST(UpdateTest, BytesThatAreNoUpdateAreDamage) {
  for (const char* bytes : {"", "x", "12345678", "some text that is longer than that"}) {
    EXPECT_THAT(DecodeUpdate(std::string(bytes)), FailsWith(Reason::DAMAGED));
  }
}

// I5: what is read from damaged bytes can be applied, or refused, and written again.
void UseIfRead(const std::string& bytes) {
  const auto update = DecodeUpdate(bytes);
  if (!update.ok()) return;
  const std::string again = EncodeUpdate(*update);
  const auto reread = DecodeUpdate(again);
  ASSERT_THAT(reread, IsOk());
  EXPECT_EQ(EncodeUpdate(*reread), again);
  Shop shop;
  (void)shop.Apply(*update);  // Either is right; what counts is that it comes back.
}

TEST(UpdateTest, WhateverBitIsFlippedItIsReadOrRefused) {
  std::vector<UpdateEntry> entries = OneEntryOfEachKind();
  entries.emplace_back(NewObject{BuildObject(OrdersKeyFields())});
  const std::string good = EncodeUpdate(UpdateOf(std::move(entries)));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    UseIfRead(bad);
  }
}

TEST(UpdateTest, WhereverItIsCutItIsReadOrRefused) {
  const std::string good = EncodeUpdate(UpdateOf(OneEntryOfEachKind()));
  for (size_t size = 0; size < good.size(); ++size) UseIfRead(good.substr(0, size));
}

}  // namespace
}  // namespace annals
