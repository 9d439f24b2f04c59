// Catalogs as a plain store.

#include "annals/engine/catalog_store.h"

#include <future>

#include "annals/tests/mirror/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const StoredCatalog kHive = {.type = "hive",
                             .options = {{"uri", "thrift://h:9083"}, {"default-database", "db"}},
                             .comment = "it's"};

TEST(CatalogStoreScenarios, F23_StoresGetsListsContainsAndRemoves) {
  CatalogStore store({.log = "memory"});
  ASSERT_THAT(store.Open(), IsOk());
  EXPECT_THAT(*store.List(), IsEmpty());
  EXPECT_THAT(store.Store("hive", kHive), IsOk());
  EXPECT_THAT(store.Store("b", {.type = "test"}), IsOk());
  EXPECT_THAT(store.Store("hive", {.type = "test"}), FailsWith(Reason::OBJECT_EXISTS, {"hive"}));
  EXPECT_THAT(store.Get("hive"), Gives(kHive));
  EXPECT_THAT(*store.List(), ElementsAre("b", "hive"));
  EXPECT_THAT(store.Contains("hive"), Gives(true));
  EXPECT_THAT(store.Contains("HIVE"), Gives(false));
  EXPECT_THAT(store.Get("c"), FailsWith(Reason::OBJECT_NOT_FOUND, {"c"}));
  EXPECT_THAT(store.Remove("c", /*ignore_if_missing=*/false), FailsWith(Reason::OBJECT_NOT_FOUND));
  EXPECT_THAT(store.Remove("c", /*ignore_if_missing=*/true), IsOk());
  EXPECT_THAT(store.Remove("hive", /*ignore_if_missing=*/false), IsOk());
  EXPECT_THAT(store.Contains("hive"), Gives(false));
}

TEST(CatalogStoreScenarios, F23_AnswersNothingUnlessItIsOpen) {
  CatalogStore store({.log = "memory"});
  const auto expect_closed = [&] {
    EXPECT_THAT(store.Store("a", kHive), FailsWith(Reason::STORE_NOT_OPEN));
    EXPECT_THAT(store.Remove("a", true), FailsWith(Reason::STORE_NOT_OPEN));
    EXPECT_THAT(store.Get("a"), FailsWith(Reason::STORE_NOT_OPEN));
    EXPECT_THAT(store.List(), FailsWith(Reason::STORE_NOT_OPEN));
    EXPECT_THAT(store.Contains("a"), FailsWith(Reason::STORE_NOT_OPEN));
    EXPECT_EQ(store.manager(), nullptr);
  };
  expect_closed();
  EXPECT_THAT(store.Close(), IsOk());
  EXPECT_THAT(store.Open(), IsOk());
  EXPECT_THAT(store.Open(), IsOk());
  EXPECT_THAT(store.List(), IsOk());
  EXPECT_THAT(store.Close(), IsOk());
  EXPECT_THAT(store.Close(), IsOk());
  expect_closed();
}

// It does not close.
class StuckHandle final : public Handle {
 public:
  explicit StuckHandle(std::string name) : name_(std::move(name)) {}
  absl::Status Close() override {
    return MakeError(Reason::IO_ERROR, absl::StrCat("the pipe of ", name_, " is stuck"));
  }

 private:
  const std::string name_;
};

TEST(CatalogStoreScenarios, F23_ClosingReportsBothHandlesThatFail) {
  CatalogStore store(
      {.log = "memory",
       .factories = {{.kind = ObjectKind::kCatalog, .build = [](const HandleSpec& spec) {
                        return std::make_unique<StuckHandle>(spec.name);
                      }}}});
  ASSERT_THAT(store.Open(), IsOk());
  for (const char* name : {"a", "b"}) {
    ASSERT_THAT(store.Store(name, kHive), IsOk());
    const Catalog now = store.manager()->Latest();
    ASSERT_THAT(store.manager()->handles().Get(now, ObjectNamed(now, name)->id()), IsOk());
  }
  EXPECT_THAT(store.Close(),
              FailsWith(Reason::INTERNAL, {"the pipe of a is stuck", "the pipe of b is stuck"}));
  EXPECT_THAT(store.Close(), IsOk());
  EXPECT_THAT(store.List(), FailsWith(Reason::STORE_NOT_OPEN));
}

// Does nothing.
class IdleHandle final : public Handle {};

// Each handle is idle; `build` is asked before.
std::vector<Factory> FactoriesAsking(std::function<absl::Status()> build) {
  return {{.kind = ObjectKind::kCatalog,
           .build = [build = std::move(build)](
                        const HandleSpec& /*spec*/) -> absl::StatusOr<std::unique_ptr<Handle>> {
             ANNALS_RETURN_IF_ERROR(build());
             return std::make_unique<IdleHandle>();
           }}};
}

TEST(CatalogStoreScenarios, F23_IsNotOpenForAFactoryOfWhatItPreloads) {
  const TempStore place;
  {
    CatalogStore store({.path = place.path()});
    ASSERT_THAT(store.Open(), IsOk());
    ASSERT_THAT(store.Store("hive", kHive), IsOk());
  }
  CatalogStore* asked = nullptr;
  std::vector<absl::Status> answers;
  CatalogStore store({.path = place.path(),
                      .factories = FactoriesAsking([&] {
                        answers.push_back(asked->Get("hive").status());
                        answers.push_back(asked->List().status());
                        return absl::OkStatus();
                      }),
                      .preload = {"hive"}});
  asked = &store;
  EXPECT_THAT(store.Open(), IsOk());
  EXPECT_THAT(answers,
              ElementsAre(FailsWith(Reason::STORE_NOT_OPEN), FailsWith(Reason::STORE_NOT_OPEN)));
  EXPECT_THAT(store.Get("hive"), Gives(kHive));
}

TEST(CatalogStoreScenarios, F23_ClosingLetsACallEndThatIsUnderWay) {
  const TempStore place;
  std::promise<void> building;
  std::promise<void> go_on;
  CatalogStore store({.path = place.path(), .factories = FactoriesAsking([&] {
                                              building.set_value();
                                              go_on.get_future().wait();
                                              return absl::OkStatus();
                                            })});
  ASSERT_THAT(store.Open(), IsOk());
  auto stored = std::async(std::launch::async, [&] { return store.Store("hive", kHive); });
  building.get_future().wait();
  auto closed = std::async(std::launch::async, [&] { return store.Close(); });
  ASSERT_TRUE(Eventually([&] { return store.manager() == nullptr; }));
  EXPECT_THAT(store.Contains("hive"), FailsWith(Reason::STORE_NOT_OPEN));
  EXPECT_EQ(closed.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  go_on.set_value();
  EXPECT_THAT(stored.get(), IsOk());
  EXPECT_THAT(closed.get(), IsOk());
  ASSERT_THAT(store.Open(), IsOk());
  EXPECT_THAT(store.Contains("hive"), Gives(true));
}

TEST(CatalogStoreScenarios, F23_IsOpenedAndClosedWhileOthersUseIt) {
  const TempStore place;
  CatalogStore store({.path = place.path()});
  std::atomic<bool> done = false;
  std::atomic<int> calls = 0;
  std::vector<std::thread> users;
  for (int user = 0; user < 3; ++user) {
    users.emplace_back([&, name = absl::StrCat("c", user)] {
      for (int i = 0; !done; ++i) {
        const absl::Status stored = store.Store(name, {.type = absl::StrCat("t", i)});
        const absl::Status removed = store.Remove(name, /*ignore_if_missing=*/true);
        for (const absl::Status& answer : {stored, removed, store.List().status()}) {
          if (answer.ok()) ++calls;
          const auto reason = ReasonOf(answer);
          // What was stored may still be there, since it could not be removed.
          if (!answer.ok() && reason != Reason::OBJECT_EXISTS) {
            EXPECT_EQ(reason, Reason::STORE_NOT_OPEN) << answer;
          }
        }
      }
    });
  }
  for (int turn = 0; turn < 10; ++turn) {
    EXPECT_THAT(store.Open(), IsOk());
    const int before = calls;
    EXPECT_TRUE(Eventually([&] { return calls > before; }));
    EXPECT_THAT(store.Close(), IsOk());
  }
  done = true;
  for (std::thread& user : users) user.join();
}

TEST(CatalogStoreScenarios, F23_WhoKeepsTheManagerKeepsTheFilesLocked) {
  const TempStore place;
  CatalogStore store({.path = place.path()});
  ASSERT_THAT(store.Open(), IsOk());
  auto kept = store.manager();
  EXPECT_THAT(store.Close(), IsOk());
  EXPECT_THAT(kept->Execute(SecretNamed("P")), FailsWith(Reason::CLOSED));
  EXPECT_THAT(store.Open(), FailsWith(Reason::STORE_LOCKED));
  kept = nullptr;
  EXPECT_THAT(store.Open(), IsOk());
}

TEST(CatalogStoreScenarios, F19_MemoryIsGoneAfterwardsAndRocksDbIsWhatItWas) {
  CatalogStore memory({.log = "memory"});
  ASSERT_THAT(memory.Open(), IsOk());
  ASSERT_THAT(memory.Store("hive", kHive), IsOk());
  ASSERT_THAT(memory.Close(), IsOk());
  ASSERT_THAT(memory.Open(), IsOk());
  EXPECT_THAT(*memory.List(), IsEmpty());

  const TempStore place;
  CatalogStore durable({.log = "rocksdb", .path = place.path()});
  ASSERT_THAT(durable.Open(), IsOk());
  ASSERT_THAT(durable.Store("hive", kHive), IsOk());
  const State before = StateOf(durable.manager()->Latest());
  ASSERT_THAT(durable.Close(), IsOk());
  ASSERT_THAT(durable.Open(), IsOk());
  EXPECT_EQ(StateOf(durable.manager()->Latest()), before);
  EXPECT_THAT(durable.Get("hive"), Gives(kHive));
}

TEST(CatalogStore, TakesReferencesAndPlaceholdersAsTexts) {
  CatalogStore store({.log = "memory"});
  ASSERT_THAT(store.Open(), IsOk());
  MustExecute(*store.manager(), SecretNamed("P"));
  const StoredCatalog catalog = {.type = "test",
                                 .options = {{"password", "${SECRET:PUBLIC.P}"},
                                             {"token", "${ENV:T}"},
                                             {"odd", "$${SECRET:PUBLIC.P}"},
                                             {"very-odd", "$$${x"}}};
  ASSERT_THAT(store.Store("a", catalog), IsOk());
  EXPECT_THAT(store.Get("a"), Gives(catalog));
  EXPECT_EQ(ValueOf(store.manager()->Latest(), "a", "odd"), "${SECRET:PUBLIC.P}");
  EXPECT_THAT(store.Store("b", {.type = "test", .options = {{"password", "hunter2"}}}),
              FailsWith(Reason::INVALID_VALUE, {"CREATE SECRET"}));
}

TEST(CatalogStore, OpensWhereTheManagerDoes) {
  CatalogStore store({.log = "etcd"});
  EXPECT_THAT(store.Open(), FailsWith(Reason::INVALID_VALUE, {"etcd", "memory", "rocksdb"}));
  EXPECT_THAT(store.List(), FailsWith(Reason::STORE_NOT_OPEN));
}

}  // namespace
}  // namespace annals
