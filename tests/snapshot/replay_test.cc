// Logs that hold what cannot be: each is an error that names the version and the
// entry, and everything before it can still be read.

#include "annals/snapshot/replay.h"

#include "annals/tests/snapshot/fixtures.h"

namespace annals {
namespace {

TEST_F(ReplayTest, VersionsAreWhatTheEntriesSay) {
  MakeHistory(3);
  const auto store = ReplayUpTo(*log_, {3});
  ASSERT_THAT(store, IsOk());
  for (uint64_t version = 0; version <= 3; ++version) {
    const Catalog catalog = *(*store)->At({version});
    EXPECT_EQ(catalog.Schemas().size(), version);
    if (version == 0) continue;
    EXPECT_EQ(catalog.timestamp(), HybridTimestamp(1000 * version, 0));
  }
}

TEST_F(ReplayTest, ReplayUpToReadsNothingAboveItsVersion) {
  MakeHistory(2);
  AppendPayload("damage");
  MakeHistory(5);
  for (uint64_t version = 0; version <= 2; ++version) {
    const auto store = ReplayUpTo(*log_, {version});
    ASSERT_THAT(store, IsOk()) << version;
    EXPECT_EQ((*store)->latest(), CatalogVersion{version});
  }
  EXPECT_THAT(ReplayUpTo(*log_, {3}), FailsWith(Reason::DAMAGED, {"version 3"}));
  EXPECT_THAT(ReplayUpTo(*log_, {5}), FailsWith(Reason::DAMAGED, {"version 3"}));
  EXPECT_THAT(ReplayUpTo(*log_, {6}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  // The log is free again after each of them.
  ReplaySink sink;
  EXPECT_THAT(log_->Subscribe({1}, &sink), FailsWith(Reason::DAMAGED));
}

TEST_F(ReplayTest, AnEmptyLogIsVersionZero) {
  const auto store = ReplayUpTo(*log_, {0});
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->latest(), CatalogVersion{0});
  EXPECT_THAT(ReplayUpTo(*log_, {1}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
}

// An update that cannot follow version 2 of a history of schemas S1 and S2.
struct Misfit {
  std::string name;
  std::function<VersionedUpdate(VersionedUpdate)> make;
  std::vector<std::string> says;
  Reason reason = Reason::DAMAGED;
  friend void PrintTo(const Misfit& misfit, std::ostream* os) { *os << misfit.name; }
};

std::string SchemaBytes(uint32_t id, std::string name) {
  return BuildObject(SchemaFields{{id}, std::move(name)});
}

VersionedUpdate With(VersionedUpdate update, std::vector<UpdateEntry> entries) {
  update.next_object_id = {3};
  update.entries = std::move(entries);
  return update;
}

class MisfitTest : public ReplayTest, public ::testing::WithParamInterface<Misfit> {};

TEST_P(MisfitTest, NamesVersionAndEntryAndInstallsNothing) {
  MakeHistory(2);
  const std::string before = DigestAt(2);
  Append(GetParam().make(Update({})));
  std::vector<std::string> says = GetParam().says;
  says.push_back("version 3");
  EXPECT_THAT(Recover(), FailsWith(GetParam().reason, says));
  // Live it is the same error, and the version before is what can be read.
  ReplaySink sink;
  EXPECT_THAT(log_->Subscribe({1}, &sink), FailsWith(GetParam().reason, says));
  EXPECT_EQ(sink.replay.head().version, CatalogVersion{2});
  EXPECT_EQ(StateDigest(sink.replay.store()->Latest()), before);
  EXPECT_EQ(sink.replay.store()->latest(), CatalogVersion{2});
}

const Misfit kMisfits[] = {
    {"IdTaken",
     [](auto update) { return With(update, {NewObject{SchemaBytes(1, "X")}}); },
     {"object 1"}},
    {"NameTaken",
     [](auto update) { return With(update, {NewObject{SchemaBytes(2, "S2")}}); },
     {"entry 1", "NewObject"}},
    {"SecondEntry",
     [](auto update) {
       return With(update, {NewObject{SchemaBytes(2, "X")}, DropObject{{77}}});
     },
     {"entry 2", "DropObject"}},
    {"IdAboveTheCounter",
     [](auto update) { return With(update, {NewObject{SchemaBytes(9, "X")}}); },
     {}},
    {"CounterLowered",
     [](auto update) {
       update.next_object_id = {1};
       return update;
     },
     {}},
    {"RenameOfNothing",
     [](auto update) {
       return With(update, {RenameObject{{55}, "X"}});
     },
     {"entry 1", "RenameObject"}},
    {"RenameToATakenName",
     [](auto update) {
       return With(update, {RenameObject{{0}, "S2"}});
     },
     {"entry 1", "RenameObject"}},
    {"ColumnsOfASchema",
     [](auto update) {
       return With(update, {DropColumns{{0}, {{0}}}});
     },
     {"entry 1", "DropColumns"}},
    {"DefaultZoneThatIsNone",
     [](auto update) { return With(update, {SetDefaultZone{{0}}}); },
     {"entry 1", "SetDefaultZone"}},
    {"TimestampNotRising",
     [](auto update) {
       update.timestamp = HybridTimestamp(2000, 0);
       return update;
     },
     {"timestamp"}},
    {"ActivationNotRising",
     [](auto update) {
       update.timestamp = HybridTimestamp(2000, 0);
       update.activation = HybridTimestamp(2000, 0);
       return update;
     },
     {"activation"}},
    {"ActivationBeforeTimestamp",
     [](auto update) {
       update.activation = HybridTimestamp(2500, 0);
       return update;
     },
     {"activation"}},
    {"NoTimestamp",
     [](auto update) {
       update.timestamp = {};
       return update;
     },
     {"timestamp"}},
};

INSTANTIATE_TEST_SUITE_P(All, MisfitTest, ::testing::ValuesIn(kMisfits),
                         [](const auto& misfit) { return misfit.param.name; });

TEST_F(ReplayTest, AnEntryOfAnUnknownKindWantsANewerRelease) {
  MakeHistory(2);
  // The kinds of the entries are a vector of bytes: 1, once, of NewObject.
  VersionedUpdate update = Update({});
  update = With(update, {SetDefaultZone{{0}}});
  std::string payload = EncodeUpdate(update);
  size_t changed = 0;
  for (size_t i = 0; i + 5 <= payload.size(); i += 4) {
    if (payload.compare(i, 5, std::string("\1\0\0\0\x0c", 5)) == 0) {
      payload[i + 4] = '\x7f';
      ++changed;
    }
  }
  ASSERT_EQ(changed, 1u);
  AppendPayload(payload);
  EXPECT_THAT(Recover(), FailsWith(Reason::NEWER_FORMAT, {"version 3"}));
  EXPECT_THAT(ReplayUpTo(*log_, {2}), IsOk());
}

TEST_F(ReplayTest, PayloadsOfGarbageAreErrors) {
  MakeHistory(2);
  const std::string good = EncodeUpdate(Update({NewSchema("X")}));
  std::vector<std::string> payloads = {"", "x", std::string(1000, '\0'), std::string(1000, '\xff')};
  for (size_t size = 1; size < good.size(); size += 7) payloads.push_back(good.substr(0, size));
  for (const std::string& payload : payloads) {
    const auto disk = disk_.Clone();
    AppendPayload(payload);
    EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {"version 3"}));
    EXPECT_THAT(ReplayUpTo(*log_, {2}), IsOk());
    log_.reset();
    for (const auto& [key, value] : disk_.Entries()) disk_.Delete(key);
    for (const auto& [key, value] : disk->Entries()) disk_.Put(key, value);
    Reopen();
  }
}

TEST_F(ReplayTest, ARecordThatDoesNotFitEndsALiveSubscriptionToo) {
  MakeHistory(2);
  ReplaySink sink;
  ASSERT_THAT(log_->Subscribe({1}, &sink), IsOk());
  EXPECT_EQ(sink.replay.head().version, CatalogVersion{2});
  AppendPayload("damage");
  EXPECT_EQ(sink.replay.head().version, CatalogVersion{2});
  MakeHistory(4);
  EXPECT_EQ(sink.replay.head().version, CatalogVersion{2});
}

}  // namespace
}  // namespace annals
