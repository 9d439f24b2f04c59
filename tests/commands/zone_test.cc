#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CreateZone ZoneNamed(std::string name) {
  return {.name = std::move(name), .storage_profiles = {"default"}};
}

class ZoneTest : public CommandTest {
 protected:
  ZoneDescriptor Zone(std::string_view name) const { return *catalog_.Zone(name); }
};

// --- Making.

TEST_F(ZoneTest, AZoneTakesTheNextIdAndTheUsualParameters) {
  EXPECT_THAT(Do(ZoneNamed("Z")), ElementsAre("NewObject zone 2 Z"));
  EXPECT_EQ(catalog_.next_object_id(), ObjectId{3});
  EXPECT_EQ(catalog_.default_zone_id(), kNoObject);
  const ZoneDescriptor zone = Zone("Z");
  EXPECT_EQ(zone.partitions(), 25U);
  EXPECT_EQ(zone.replicas(), 1U);
  EXPECT_EQ(zone.quorum_size(), 1U);
  EXPECT_EQ(zone.auto_scale_up_s(), 0U);
  EXPECT_EQ(zone.auto_scale_down_s(), uint32_t{INT32_MAX});
  EXPECT_EQ(zone.filter(), "$..*");
  EXPECT_EQ(zone.consistency(), ConsistencyMode::kStrong);
  EXPECT_THAT(zone.storage_profiles(), ElementsAre("default"));
  EXPECT_FALSE(zone.automatic());
}

TEST_F(ZoneTest, AZoneKeepsWhatItIsGiven) {
  Do(CreateZone{.name = "Z",
                .partitions = 65'000,
                .replicas = 9,
                .quorum_size = 5,
                .auto_scale_up_s = 7,
                .auto_scale_down_s = 0,
                .filter = "region",
                .consistency = ConsistencyMode::kHighAvailability,
                .storage_profiles = {"hot", "cold"}});
  const ZoneDescriptor zone = Zone("Z");
  EXPECT_EQ(zone.partitions(), 65'000U);
  EXPECT_EQ(zone.replicas(), 9U);
  EXPECT_EQ(zone.quorum_size(), 5U);
  EXPECT_EQ(zone.auto_scale_up_s(), 7U);
  EXPECT_EQ(zone.auto_scale_down_s(), 0U);
  EXPECT_EQ(zone.filter(), "region");
  EXPECT_EQ(zone.consistency(), ConsistencyMode::kHighAvailability);
  EXPECT_THAT(zone.storage_profiles(), ElementsAre("hot", "cold"));
}

TEST_F(ZoneTest, ATakenNameIsRefusedOrNothingToDo) {
  Do(ZoneNamed("Z"));
  EXPECT_THAT(Try(ZoneNamed("Z")), FailsWith(Reason::ZONE_EXISTS, {"\"Z\""}));
  CreateZone again = ZoneNamed("Z");
  again.if_not_exists = true;
  EXPECT_THAT(Do(again), IsEmpty());
  EXPECT_THAT(Try(ZoneNamed("z")), IsOk()) << "names are case-sensitive";
}

TEST_F(ZoneTest, ZonesHaveANameSpaceOfTheirOwn) { EXPECT_THAT(Try(ZoneNamed("PUBLIC")), IsOk()); }

struct Quorum {
  int64_t replicas;
  int64_t least;
  int64_t most;
  int64_t usual;
};

class QuorumTest : public ZoneTest, public ::testing::WithParamInterface<Quorum> {
 protected:
  absl::Status TryQuorum(std::optional<int64_t> quorum) {
    CreateZone command = ZoneNamed(absl::StrCat("Z", catalog_.next_object_id().value));
    command.replicas = GetParam().replicas;
    command.quorum_size = quorum;
    return Try(command).status();
  }
};

TEST_P(QuorumTest, OnlyWhatGoesWithTheReplicasIsTaken) {
  const Quorum& expected = GetParam();
  EXPECT_THAT(TryQuorum(expected.least - 1), ::testing::Not(IsOk()));
  EXPECT_THAT(TryQuorum(expected.least), IsOk());
  EXPECT_THAT(TryQuorum(expected.most), IsOk());
  EXPECT_THAT(TryQuorum(expected.most + 1),
              FailsWith(Reason::QUORUM_INCOMPATIBLE,
                        {absl::StrCat("from ", expected.least, " to ", expected.most)}));
  ASSERT_THAT(TryQuorum(std::nullopt), IsOk());
  const auto zone = catalog_.Get<ZoneDescriptor>({catalog_.next_object_id().value - 1});
  EXPECT_EQ(zone->quorum_size(), expected.usual);
}

INSTANTIATE_TEST_SUITE_P(Replicas, QuorumTest,
                         ::testing::Values(Quorum{1, 1, 1, 1}, Quorum{2, 2, 2, 2},
                                           Quorum{3, 2, 2, 2}, Quorum{4, 2, 2, 2},
                                           Quorum{5, 2, 3, 3}, Quorum{6, 2, 3, 3},
                                           Quorum{7, 2, 4, 3}, Quorum{10, 2, 5, 3},
                                           Quorum{INT32_MAX, 2, 1'073'741'824, 3}),
                         [](const auto& quorum) {
                           return absl::StrCat("Of", quorum.param.replicas);
                         });

class CreateZoneRefusalTest : public ZoneTest,
                              public ::testing::WithParamInterface<Refusal<CreateZone>> {};

TEST_P(CreateZoneRefusalTest, IsRefusedWithItsReason) {
  EXPECT_THAT(Try(GetParam().command), FailsWith(GetParam().reason));
}

CreateZone With(std::optional<int64_t> CreateZone::*field, int64_t value) {
  CreateZone command = ZoneNamed("Z");
  command.*field = value;
  return command;
}

CreateZone WithFilter(std::string filter) {
  CreateZone command = ZoneNamed("Z");
  command.filter = std::move(filter);
  return command;
}

INSTANTIATE_TEST_SUITE_P(
    Commands, CreateZoneRefusalTest,
    ::testing::Values(
        Refusal<CreateZone>{"BlankName", ZoneNamed(" "), Reason::BLANK_IDENTIFIER},
        Refusal<CreateZone>{"NameNoUtf8", ZoneNamed("\xFF"), Reason::INVALID_NAME},
        Refusal<CreateZone>{"NoPartitions", With(&CreateZone::partitions, 0),
                            Reason::PARAM_OUT_OF_RANGE},
        Refusal<CreateZone>{"TooManyPartitions", With(&CreateZone::partitions, 65'001),
                            Reason::PARAM_OUT_OF_RANGE},
        Refusal<CreateZone>{"NoReplicas", With(&CreateZone::replicas, 0),
                            Reason::PARAM_OUT_OF_RANGE},
        Refusal<CreateZone>{"TooManyReplicas", With(&CreateZone::replicas, int64_t{1} << 31),
                            Reason::PARAM_OUT_OF_RANGE},
        Refusal<CreateZone>{"NoQuorum", With(&CreateZone::quorum_size, 0),
                            Reason::PARAM_OUT_OF_RANGE},
        Refusal<CreateZone>{"NegativeScaleUp", With(&CreateZone::auto_scale_up_s, -1),
                            Reason::PARAM_OUT_OF_RANGE},
        Refusal<CreateZone>{"ScaleDownTooLate",
                            With(&CreateZone::auto_scale_down_s, int64_t{1} << 31),
                            Reason::PARAM_OUT_OF_RANGE},
        Refusal<CreateZone>{"EmptyFilter", WithFilter(""), Reason::BAD_FILTER},
        Refusal<CreateZone>{"FilterWithBlanks", WithFilter("not a filter"), Reason::BAD_FILTER},
        Refusal<CreateZone>{"FilterWithOpenBracket", WithFilter("$["), Reason::BAD_FILTER},
        Refusal<CreateZone>{"FilterWithWrongBracket", WithFilter("$[1)"), Reason::BAD_FILTER},
        Refusal<CreateZone>{"FilterClosingNothing", WithFilter("$]"), Reason::BAD_FILTER},
        Refusal<CreateZone>{"FilterWithOpenQuote", WithFilter("$['a]"), Reason::BAD_FILTER},
        Refusal<CreateZone>{"FilterNoUtf8", WithFilter("\xC3("), Reason::BAD_FILTER},
        Refusal<CreateZone>{"FilterTooLong", WithFilter(std::string(4097, 'a')),
                            Reason::BAD_FILTER},
        Refusal<CreateZone>{"NoProfiles", CreateZone{.name = "Z", .storage_profiles = {}},
                            Reason::STORAGE_PROFILES_EMPTY},
        Refusal<CreateZone>{"BlankProfile", CreateZone{.name = "Z", .storage_profiles = {"a", ""}},
                            Reason::BLANK_IDENTIFIER}),
    kNameOf);

TEST_F(ZoneTest, WhatReadsAsAJsonPathIsAFilter) {
  for (const char* filter : {"$..*", "foo", "the-filter", "$['a b']", "@.x", "$[?(@.a == \"]\")]",
                             "$[?(@.b == 'it\\'s')]", "$[?( @.storage  == 'SSD' )]"}) {
    EXPECT_THAT(Try(WithFilter(filter)), IsOk()) << filter;
    Do(DropZone{.name = "Z"});
  }
  EXPECT_THAT(Try(WithFilter(std::string(4096, 'a'))), IsOk());
}

// --- Altering.

TEST_F(ZoneTest, OnlyWhatIsGivenIsAltered) {
  Do(CreateZone{.name = "Z", .partitions = 3, .replicas = 5, .storage_profiles = {"a"}});
  EXPECT_THAT(Do(AlterZone{.name = "Z", .auto_scale_up_s = 9, .filter = "f"}),
              ElementsAre("ReplaceObject 2"));
  const ZoneDescriptor zone = Zone("Z");
  EXPECT_EQ(zone.partitions(), 3U);
  EXPECT_EQ(zone.replicas(), 5U);
  EXPECT_EQ(zone.quorum_size(), 3U);
  EXPECT_EQ(zone.auto_scale_up_s(), 9U);
  EXPECT_EQ(zone.filter(), "f");
  EXPECT_THAT(zone.storage_profiles(), ElementsAre("a"));
}

TEST_F(ZoneTest, AlteringNothingMakesAVersionToo) {
  Do(ZoneNamed("Z"));
  EXPECT_THAT(Do(AlterZone{.name = "Z"}), ElementsAre("ReplaceObject 2"));
}

TEST_F(ZoneTest, TheOldQuorumIsBroughtToTheNearestThatGoesWithTheReplicas) {
  CreateZone command = ZoneNamed("Z");
  command.replicas = 9;
  command.quorum_size = 5;
  Do(command);
  const auto quorum_with = [&](int64_t replicas) {
    Do(AlterZone{.name = "Z", .replicas = replicas});
    return Zone("Z").quorum_size();
  };
  EXPECT_EQ(quorum_with(7), 4U);
  EXPECT_EQ(quorum_with(9), 4U) << "it does not grow again";
  EXPECT_EQ(quorum_with(1), 1U);
  EXPECT_EQ(quorum_with(9), 2U);
}

TEST_F(ZoneTest, AGivenQuorumGoesWithTheNewReplicas) {
  CreateZone command = ZoneNamed("Z");
  command.replicas = 9;
  Do(command);
  EXPECT_THAT(Try(AlterZone{.name = "Z", .quorum_size = 6}),
              FailsWith(Reason::QUORUM_INCOMPATIBLE, {"9 replicas"}));
  EXPECT_THAT(Try(AlterZone{.name = "Z", .replicas = 3, .quorum_size = 3}),
              FailsWith(Reason::QUORUM_INCOMPATIBLE, {"3 replicas"}));
  EXPECT_THAT(Try(AlterZone{.name = "Z", .replicas = 3, .quorum_size = 2}), IsOk());
}

TEST_F(ZoneTest, WhatIsGivenOnceIsNotAltered) {
  Do(ZoneNamed("Z"));
  EXPECT_THAT(Try(AlterZone{.name = "Z", .partitions = 25, .if_exists = true}),
              FailsWith(Reason::PARTITIONS_IMMUTABLE));
  EXPECT_THAT(Try(AlterZone{.name = "Z", .consistency = ConsistencyMode::kStrong}),
              FailsWith(Reason::CONSISTENCY_MODE_IMMUTABLE));
}

TEST_F(ZoneTest, AProfileThatATableUsesStays) {
  Do(CreateZone{.name = "Z", .storage_profiles = {"hot", "cold"}});
  CreateTable table = TableNamed("T");
  table.zone = "Z";
  table.storage_profile = "cold";
  Do(table);
  EXPECT_THAT(Try(AlterZone{.name = "Z", .storage_profiles = std::vector<std::string>{"hot"}}),
              FailsWith(Reason::PROFILE_IN_USE, {"\"cold\"", "\"T\""}));
  EXPECT_THAT(Try(AlterZone{.name = "Z", .storage_profiles = std::vector<std::string>{"cold"}}),
              IsOk());
  EXPECT_THAT(Try(AlterZone{.name = "Z", .storage_profiles = std::vector<std::string>{}}),
              FailsWith(Reason::STORAGE_PROFILES_EMPTY));
}

TEST_F(ZoneTest, AnAlteredDefaultZoneDoesNotComeByItselfAnyMore) {
  Do(TableNamed("T"));
  ASSERT_TRUE(Zone("Default").automatic());
  Do(AlterZone{.name = "Default", .auto_scale_up_s = 1});
  EXPECT_FALSE(Zone("Default").automatic());
  EXPECT_EQ(catalog_.default_zone_id(), Zone("Default").id());
}

TEST_F(ZoneTest, AMissingZoneIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(AlterZone{.name = "Z"}), FailsWith(Reason::ZONE_NOT_FOUND, {"\"Z\""}));
  EXPECT_THAT(Try(RenameZone{.name = "Z", .new_name = "Y"}), FailsWith(Reason::ZONE_NOT_FOUND));
  EXPECT_THAT(Try(AlterZoneSetDefault{.name = "Z"}), FailsWith(Reason::ZONE_NOT_FOUND));
  EXPECT_THAT(Try(DropZone{.name = "Z"}), FailsWith(Reason::ZONE_NOT_FOUND));
  EXPECT_THAT(Do(AlterZone{.name = "Z", .if_exists = true}), IsEmpty());
  EXPECT_THAT(Do(RenameZone{.name = "Z", .new_name = "Y", .if_exists = true}), IsEmpty());
  EXPECT_THAT(Do(AlterZoneSetDefault{.name = "Z", .if_exists = true}), IsEmpty());
  EXPECT_THAT(Do(DropZone{.name = "Z", .if_exists = true}), IsEmpty());
}

// --- Renaming, the default, dropping.

TEST_F(ZoneTest, TheDefaultZoneStaysItUnderAnotherName) {
  Do(TableNamed("T"));
  const ObjectId id = Zone("Default").id();
  EXPECT_THAT(Do(RenameZone{.name = "Default", .new_name = "Main"}),
              ElementsAre(absl::StrCat("RenameObject ", id.value, " Main")));
  EXPECT_EQ(catalog_.default_zone_id(), id);
  EXPECT_THAT(Try(TableNamed("U")), IsOk());
  EXPECT_EQ(Table("U").zone_id(), id);
}

TEST_F(ZoneTest, ATakenNewNameIsRefusedIfOnlyByTheZoneItself) {
  Do(ZoneNamed("Z"));
  Do(ZoneNamed("Y"));
  EXPECT_THAT(Try(RenameZone{.name = "Z", .new_name = "Y"}), FailsWith(Reason::ZONE_EXISTS));
  EXPECT_THAT(Try(RenameZone{.name = "Z", .new_name = "Z"}), FailsWith(Reason::ZONE_EXISTS));
  EXPECT_THAT(Try(RenameZone{.name = "Z", .new_name = ""}),
              FailsWith(Reason::BLANK_IDENTIFIER, {"new zone name"}));
}

TEST_F(ZoneTest, TheDefaultMovesToTheZoneThatIsNamed) {
  Do(ZoneNamed("Z"));
  EXPECT_THAT(Do(AlterZoneSetDefault{.name = "Z"}), ElementsAre("SetDefaultZone 2"));
  EXPECT_THAT(Do(AlterZoneSetDefault{.name = "Z"}), IsEmpty());
  Do(TableNamed("T"));
  EXPECT_EQ(Table("T").zone_id(), ObjectId{2}) << "no zone was made for the table";
}

TEST_F(ZoneTest, AZoneNamedDefaultIsNotTheDefaultZoneByItsName) {
  Do(ZoneNamed("Default"));
  EXPECT_THAT(Try(TableNamed("T")), FailsWith(Reason::ZONE_EXISTS, {"SET DEFAULT"}));
}

TEST_F(ZoneTest, OnlyAZoneThatNobodyNeedsIsDropped) {
  Do(ZoneNamed("Z"));
  Do(ZoneNamed("Y"));
  Do(AlterZoneSetDefault{.name = "Y"});
  CreateTable table = TableNamed("T");
  table.zone = "Z";
  Do(table);
  EXPECT_THAT(Try(DropZone{.name = "Y"}), FailsWith(Reason::ZONE_IS_DEFAULT));
  EXPECT_THAT(Try(DropZone{.name = "Z"}), FailsWith(Reason::ZONE_IN_USE, {"\"T\""}));
  Do(DropTable{.name = "T"});
  EXPECT_THAT(Do(DropZone{.name = "Z"}), ElementsAre("DropObject 2"));
  EXPECT_FALSE(catalog_.Zone("Z"));
}

TEST_F(ZoneTest, AZoneThatCameByItselfOutlivesItsTable) {
  Do(TableNamed("T"));
  Do(DropTable{.name = "T"});
  EXPECT_TRUE(catalog_.DefaultZone());
}

}  // namespace
}  // namespace annals
