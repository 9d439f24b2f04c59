// Listeners: told of each version once, in order, before Execute returns.

#include <future>
#include <stdexcept>

#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "2: created table T", ...
std::vector<std::string> Lines(const CatalogEvent& event) {
  std::vector<std::string> lines;
  for (const ObjectChange& change : event.changes) {
    const ObjectDescriptor& object = change.after ? change.after : change.before;
    lines.push_back(absl::StrCat(event.after.version().value, ": ", ToAbsl(ChangeName(change.kind)),
                                 " ", ToAbsl(KindName(object.kind())), " ", ToAbsl(object.name())));
  }
  return lines;
}

class ListenerTest : public ::testing::Test {
 protected:
  uint64_t Listen() {
    return manager_->AddListener([this](const CatalogEvent& event) {
      for (std::string& line : Lines(event)) heard_.push_back(std::move(line));
      EXPECT_EQ(event.after.version(), event.before.version().Next());
      return absl::OkStatus();
    });
  }
  std::vector<std::string> Heard() { return std::exchange(heard_, {}); }

  MemoryDisk disk_;
  Manager manager_ = MustOpen(disk_);
  std::vector<std::string> heard_;
};

TEST_F(ListenerTest, HearsTheNetChangesOfEachVersionDroppedOnesFirst) {
  Listen();
  ASSERT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("2: created schema S"));
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("3: created zone Default", "3: created table T",
                                   "3: created index T_PK"));
  ASSERT_THAT(manager_->Execute(Touch("T")), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("4: altered table T"));
  ASSERT_THAT(manager_->Execute(RenameTable{.name = "T", .new_name = "U"}), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("5: renamed table U", "5: renamed index U_PK"));
  ASSERT_THAT(
      manager_->Execute(std::vector<CatalogCommand>{TableNamed("GONE"), DropTable{.name = "GONE"},
                                                    TableNamed("V"), DropTable{.name = "U"}}),
      IsOk());
  EXPECT_THAT(Heard(), ElementsAre("6: dropped index U_PK", "6: dropped table U",
                                   "6: created table V", "6: created index V_PK"));
}

TEST_F(ListenerTest, HearsOfSchemasThatGoAndOfIndexesThatAreRenamed) {
  ASSERT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  Listen();
  ASSERT_THAT(manager_->Execute(RenameIndex{.name = "T_PK", .new_name = "KEY"}), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("4: renamed index KEY"));
  ASSERT_THAT(manager_->Execute(DropSchema{.name = "S"}), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("5: dropped schema S"));
}

TEST_F(ListenerTest, SeesObjectsAsTheyAreInTheVersion) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  manager_->AddListener([&](const CatalogEvent& event) {
    EXPECT_EQ(event.changes.size(), 1u);
    const auto table = As<TableDescriptor>(event.changes.front().after);
    EXPECT_EQ(table->bytes(), event.after.Table("PUBLIC", "T")->bytes());
    heard_.push_back(absl::StrCat("MORE is column ", table->FindColumn("MORE")->id().value));
    return absl::OkStatus();
  });
  ASSERT_THAT(
      manager_->Execute(AlterTableAddColumn{.table = "T", .columns = {NullableInt("MORE")}}),
      IsOk());
  EXPECT_THAT(Heard(), ElementsAre("MORE is column 2"));
}

TEST_F(ListenerTest, TheDefaultZoneMovesWithoutAChangeOfAnyObject) {
  ASSERT_THAT(manager_->Execute(CreateZone{.name = "Z", .storage_profiles = {"default"}}), IsOk());
  manager_->AddListener([&](const CatalogEvent& event) {
    EXPECT_THAT(event.changes, IsEmpty());
    EXPECT_FALSE(event.before.DefaultZone());
    heard_.emplace_back(event.after.DefaultZone()->name());
    return absl::OkStatus();
  });
  ASSERT_THAT(manager_->Execute(AlterZoneSetDefault{.name = "Z"}), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("Z"));
}

TEST_F(ListenerTest, HearsNothingOfRefusalsNoOpsAndWhatWasThereBefore) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  manager_.reset();
  manager_ = MustOpen(disk_);
  Listen();
  EXPECT_THAT(manager_->Execute(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(manager_->Execute(TableNamed("T", true)), IsOk());
  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(ListenerTest, ExecuteReturnsAfterAllHaveRunAndTheVersionCanBeReadInside) {
  bool ran = false;
  manager_->AddListener([&](const CatalogEvent& event) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    const CatalogVersion version = event.after.version();
    EXPECT_THAT(manager_->At(version), IsOk());
    EXPECT_EQ(LatestOf(*manager_), version);
    EXPECT_EQ(manager_->ActiveAt(event.after.activation())->version(), version);
    EXPECT_TRUE(manager_->At(version)->Table("PUBLIC", "T"));
    EXPECT_FALSE(event.before.Table("PUBLIC", "T"));
    ran = true;
    return absl::OkStatus();
  });
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  EXPECT_TRUE(ran);
}

TEST_F(ListenerTest, WaitForVersionReturnsAfterTheListeners) {
  std::atomic<bool> ran{false};
  manager_->AddListener([&](const CatalogEvent&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    ran = true;
    return absl::OkStatus();
  });
  auto waiting = std::async(std::launch::async, [&] {
    EXPECT_THAT(manager_->WaitForVersion({2}, absl::InfiniteFuture()), IsOk());
    return ran.load();
  });
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  EXPECT_TRUE(waiting.get());
}

TEST_F(ListenerTest, FailingAndThrowingOnesAreCountedAndDisturbNobody) {
  manager_->AddListener([](const CatalogEvent&) { return absl::InternalError("no"); });
  manager_->AddListener(
      [](const CatalogEvent&) -> absl::Status { throw std::runtime_error("bang"); });
  manager_->AddListener([](const CatalogEvent&) -> absl::Status { throw 7; });
  manager_->AddListener(nullptr);
  Listen();
  EXPECT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  EXPECT_THAT(manager_->Execute(SchemaNamed("S2")), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("2: created schema S", "3: created schema S2"));
  EXPECT_EQ(manager_->GetStats().listener_failures, 8u);
  EXPECT_THAT(manager_->GetStats().last_listener_failure, ::testing::HasSubstr("version 3: "));
}

TEST_F(ListenerTest, CannotWriteOrWaitForItself) {
  std::vector<absl::Status> refused;
  bool called_back = false;
  manager_->AddListener([&](const CatalogEvent& event) {
    refused.push_back(manager_->Execute(SchemaNamed("INNER")).status());
    refused.push_back(manager_->Snapshot({1}).status());
    manager_->ExecuteAsync({SchemaNamed("INNER")}, {}, [&](const auto& result) {
      refused.push_back(result.status());
      called_back = true;
    });
    refused.push_back(manager_->WaitForVersion(event.after.version(), absl::InfiniteFuture()));
    refused.push_back(manager_->WaitSafeTime(HybridTimestamp::Max(), absl::InfiniteFuture()));
    EXPECT_THAT(manager_->WaitForVersion(event.before.version(), absl::InfiniteFuture()), IsOk());
    return absl::OkStatus();
  });
  ASSERT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  EXPECT_TRUE(called_back);
  EXPECT_EQ(refused.size(), 5u);
  for (const absl::Status& status : refused) {
    EXPECT_THAT(status, FailsWith(Reason::EXECUTE_IN_LISTENER));
  }
  // Outside all is as before.
  EXPECT_THAT(manager_->Execute(TableNamed("T"), {}), IsOk());
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{3});
}

TEST_F(ListenerTest, MayWriteToAnotherCatalogWhoseListenersRunInsideIt) {
  const Manager mirror = OpenInMemory();
  std::vector<absl::Status> refused;
  mirror->AddListener([&](const CatalogEvent&) {
    refused.push_back(mirror->Execute(SchemaNamed("X")).status());
    refused.push_back(manager_->Execute(SchemaNamed("X")).status());
    return absl::OkStatus();
  });
  manager_->AddListener([&](const CatalogEvent& event) {
    const auto done =
        mirror->Execute(SchemaNamed("OF_" + std::to_string(event.after.version().value)));
    EXPECT_THAT(manager_->Execute(SchemaNamed("X")), FailsWith(Reason::EXECUTE_IN_LISTENER));
    return done.status();
  });
  ASSERT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  EXPECT_EQ(manager_->GetStats().listener_failures, 0u);
  EXPECT_TRUE(mirror->Latest().Schema("OF_2"));
  EXPECT_EQ(refused.size(), 2u);
  for (const absl::Status& status : refused) {
    EXPECT_THAT(status, FailsWith(Reason::EXECUTE_IN_LISTENER));
  }
}

TEST_F(ListenerTest, IsNotCalledAnyMoreOnceItIsRemoved) {
  const uint64_t id = Listen();
  ASSERT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  manager_->RemoveListener(id);
  manager_->RemoveListener(12345);
  ASSERT_THAT(manager_->Execute(SchemaNamed("S2")), IsOk());
  EXPECT_THAT(Heard(), ElementsAre("2: created schema S"));
}

TEST_F(ListenerTest, RemovingWaitsForACallThatIsUnderWay) {
  std::promise<void> inside;
  std::atomic<bool> left{false};
  const uint64_t id = manager_->AddListener([&](const CatalogEvent&) {
    inside.set_value();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    left = true;
    return absl::OkStatus();
  });
  std::thread writer([&] { EXPECT_THAT(manager_->Execute(SchemaNamed("S")), IsOk()); });
  inside.get_future().wait();
  manager_->RemoveListener(id);
  EXPECT_TRUE(left);
  writer.join();
}

TEST_F(ListenerTest, MayAddAndRemoveListeners) {
  uint64_t second = 0;
  int calls_of_second = 0;
  uint64_t first = 0;
  first = manager_->AddListener([&](const CatalogEvent&) {
    manager_->RemoveListener(second);
    manager_->RemoveListener(first);
    manager_->AddListener([&](const CatalogEvent& event) {
      heard_.push_back(absl::StrCat("third ", event.after.version().value));
      return absl::OkStatus();
    });
    return absl::OkStatus();
  });
  second = manager_->AddListener([&](const CatalogEvent&) {
    ++calls_of_second;
    return absl::OkStatus();
  });
  ASSERT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  ASSERT_THAT(manager_->Execute(SchemaNamed("S2")), IsOk());
  EXPECT_EQ(calls_of_second, 0);
  EXPECT_THAT(Heard(), ElementsAre("third 3"));
}

TEST_F(ListenerTest, HearsEachVersionOnceInOrderWhileManyThreadsCommit) {
  std::vector<uint64_t> versions;
  manager_->AddListener([&](const CatalogEvent& event) {
    versions.push_back(event.after.version().value);
    EXPECT_EQ(event.before.version().Next(), event.after.version());
    return absl::OkStatus();
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        const auto done = manager_->Execute(SchemaNamed(absl::StrCat("S", t, "_", i)));
        ASSERT_THAT(done, IsOk());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(versions.size(), 240u);
  for (size_t i = 0; i < versions.size(); ++i) ASSERT_EQ(versions[i], i + 2);
}

TEST_F(ListenerTest, KeepsWhatItWasGivenAsLongAsItLikes) {
  std::vector<CatalogEvent> kept;
  manager_->AddListener([&](const CatalogEvent& event) {
    kept.push_back(event);
    return absl::OkStatus();
  });
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(manager_->Execute(SchemaNamed(absl::StrCat("S", i))), IsOk());
  }
  ASSERT_THAT(manager_->Execute(DropSchema{.name = "S0"}), IsOk());
  ASSERT_THAT(manager_->Snapshot({7}), Gives(true));
  ASSERT_THAT(manager_->Execute(SchemaNamed("LAST")), IsOk());
  EXPECT_EQ(Lines(kept[0]), std::vector<std::string>{"2: created schema S0"});
  EXPECT_TRUE(kept[0].after.Schema("S0"));
  EXPECT_FALSE(kept[0].before.Schema("S0"));
}

}  // namespace
}  // namespace annals
