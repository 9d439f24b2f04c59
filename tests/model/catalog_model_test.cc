// The engine against the naive model (tests/model/catalog_model.h): random requests by
// seed, and after each of them the same answer; every now and then the same catalog, as
// `describe` and as canonical text. The engine is there twice: on a log in memory that is
// never closed, and on one that is closed, opened, and truncated by snapshots in between,
// in memory or on RocksDB by turns of the seed. Their `state` is equal at every version
// (I4, I5), and what is refused leaves no trace (I11).

#include <iostream>

#include "annals/cli/catalog_json.h"
#include "annals/commands/plan.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/model/environment.h"
#include "annals/tests/model/random_requests.h"
#include "annals/tests/model/request_commands.h"
#include "rocksdb/env.h"

namespace annals::model {
namespace {

Json AnswerOf(const absl::StatusOr<ExecuteResult>& done) {
  if (done.ok()) return {{"version", done->version.value}, {"applied", done->applied}};
  const auto reason = ReasonOf(done.status());
  return {{"error",
           {{"code", absl::StatusCodeToString(done.status().code())},
            {"reason", reason ? std::string(ReasonName(*reason)) : done.status().ToString()},
            {"command", CommandIndexOf(done.status()).value_or(0)}}}};
}

// --- Comparing.

// Where `found` has not what `expected` has; what else it has does not matter. Empty if
// nowhere.
std::string Difference(const Json& expected, const Json& found, const std::string& path) {
  const auto both = [&] {
    return absl::StrCat(path, ": ", found.dump(), " instead of ", expected.dump());
  };
  if (expected.is_object() && found.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      if (!found.contains(key)) return absl::StrCat(path, ".", key, " is missing");
      std::string inside = Difference(value, found[key], absl::StrCat(path, ".", key));
      if (!inside.empty()) return inside;
    }
    return "";
  }
  if (expected.is_array() && found.is_array() && expected.size() == found.size()) {
    for (size_t i = 0; i < expected.size(); ++i) {
      std::string inside = Difference(expected[i], found[i], absl::StrCat(path, "[", i, "]"));
      if (!inside.empty()) return inside;
    }
    return "";
  }
  return expected == found ? "" : both();
}

// --- The engine, twice.

class Store {
 public:
  virtual ~Store() = default;
  virtual std::unique_ptr<UpdateLog> OpenLog() = 0;

  void Open(const Clock* clock) {
    manager_.reset();
    manager_ = MustOpen(OpenLog(), {.clock = clock});
  }
  CatalogManager& manager() { return *manager_; }

 protected:
  // Before what its log lies on goes away.
  void Close() { manager_.reset(); }

 private:
  Manager manager_;
};

class MemoryStore final : public Store {
 public:
  ~MemoryStore() override { Close(); }
  std::unique_ptr<UpdateLog> OpenLog() override { return *disk_.Open(); }

 private:
  MemoryDisk disk_;
};

class RocksDbStore final : public Store {
 public:
  ~RocksDbStore() override { Close(); }
  std::unique_ptr<UpdateLog> OpenLog() override {
    return *OpenRocksDbLog({.path = "/store", .env = env_.get()});
  }

 private:
  const std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
};

class CatalogModelTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  CatalogModelTest() {
    for (Store* store : Stores()) store->Open(&clock_);
    Compare();
  }

  static std::unique_ptr<Store> MakeStore(bool on_rocksdb) {
    if (on_rocksdb) return std::make_unique<RocksDbStore>();
    return std::make_unique<MemoryStore>();
  }

  std::vector<Store*> Stores() { return {live_.get(), reopened_.get()}; }

  void Step() {
    clock_.Pass(100);  // So that no activation is waited for.
    const auto call = random_.Next(model_.objects());
    request_ = call.request;
    policy_ = call.policy;
    const Json expected = model_.Execute(call.request, call.policy);
    const std::vector<CatalogCommand> commands = CommandsOf(call.request);
    for (Store* store : Stores()) {
      const auto done = store->manager().Execute(commands, {.policy = call.policy});
      ASSERT_EQ(Difference(expected, AnswerOf(done), "answer"), "") << done.status();
    }
    Count(expected);
  }

  void Count(const Json& answer) {
    if (answer.contains("error")) {
      ++refused_[answer["error"]["reason"].get<std::string>()];
    } else if (std::find(answer["applied"].begin(), answer["applied"].end(), Json(true)) !=
               answer["applied"].end()) {
      ++done_;
    } else {
      ++nothing_to_do_;
    }
  }

  // The catalog is the model's, in every store.
  void Compare() {
    const Catalog latest = live_->manager().Latest();
    ASSERT_EQ(CanonicalLines(latest), model_.Lines());
    ASSERT_EQ(Difference(model_.Describe(), cli::CatalogJson(latest), "catalog"), "");
    digests_[latest.version().value] = StateDigest(latest);
    for (Store* store : Stores()) {
      ASSERT_EQ(StateDigest(store->manager().Latest()), digests_[latest.version().value]);
    }
  }

  // A version of the past is what it was.
  void LookBack() {
    auto noted = digests_.begin();
    std::advance(noted, events_() % digests_.size());
    for (Store* store : Stores()) {
      const auto then = store->manager().At({noted->first});
      if (noted->first < store->manager().GetStats().store.earliest.value) {
        ASSERT_THAT(then, FailsWith(Reason::VERSION_TRUNCATED));
      } else {
        ASSERT_THAT(then, IsOk());
        ASSERT_EQ(StateDigest(*then), noted->second) << "version " << noted->first;
      }
    }
  }

  // Of a version that was not truncated yet, most often a late one.
  void TakeSnapshot() {
    CatalogManager& manager = reopened_->manager();
    // Version 1 is whole from the beginning and never needs a snapshot.
    const uint64_t earliest = std::max(manager.GetStats().store.earliest.value, uint64_t{1});
    const uint64_t head = manager.Latest().version().value;
    const uint64_t reach =
        events_() % 4 == 0 ? head - earliest : std::min(head - earliest, uint64_t{20});
    const uint64_t version = head - events_() % (reach + 1);
    ASSERT_THAT(manager.Snapshot({version}), Gives(version > earliest));
  }

  // What repeats the failure, and what happened last.
  std::string Story(uint64_t step) const {
    return absl::StrCat("seed ", GetParam(), ", step ", step, ", ",
                        policy_ == Policy::kStrict ? "strict" : "relaxed", ": ", request_.dump(),
                        "\nagain: ANNALS_MODEL_SEED=", GetParam(), " ANNALS_MODEL_STEPS=", step,
                        " ANNALS_MODEL_EVERY=1 annals_model_tests");
  }

  FakeClock clock_;
  CatalogModel model_;
  RandomRequests random_{GetParam()};
  std::mt19937_64 events_{GetParam()};  // Not one source for both: a repetition may look oftener.
  const std::unique_ptr<Store> live_ = MakeStore(false);
  const std::unique_ptr<Store> reopened_ = MakeStore(GetParam() % 2 == 0);
  std::map<uint64_t, std::string> digests_;  // Of versions that were looked at.
  Json request_;
  Policy policy_ = Policy::kStrict;
  size_t done_ = 0;
  size_t nothing_to_do_ = 0;
  std::map<std::string, size_t> refused_;  // By reason.
};

TEST_P(CatalogModelTest, AgreesWithTheEngine) {
  const uint64_t steps = FromEnvironment("ANNALS_MODEL_STEPS", 25'000);
  const uint64_t every = FromEnvironment("ANNALS_MODEL_EVERY", 20);
  for (uint64_t step = 1; step <= steps; ++step) {
    Step();
    if (step % every == 0 || step == steps) Compare();
    if (events_() % 50 == 0) LookBack();
    if (events_() % 400 == 0) TakeSnapshot();
    if (events_() % 600 == 0) reopened_->Open(&clock_);
    ASSERT_FALSE(HasFatalFailure()) << Story(step);
  }
  live_->Open(&clock_);
  Compare();
  std::cout << "seed " << GetParam() << ": " << done_ << " done, " << nothing_to_do_
            << " with nothing to do, the others refused for " << refused_.size() << " reasons\n";
  RecordProperty("steps", static_cast<int>(steps));
  RecordProperty("done", static_cast<int>(done_));
  RecordProperty("versions_looked_at", static_cast<int>(digests_.size()));
  EXPECT_GT(done_, steps / 4);
  EXPECT_GT(nothing_to_do_, steps / 50);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CatalogModelTest,
                         ::testing::ValuesIn(SeedsFromEnvironment("ANNALS_MODEL_SEED",
                                                                  {1, 2, 3, 4, 5, 6, 7, 8})),
                         [](const auto& seed) { return std::to_string(seed.param); });

}  // namespace
}  // namespace annals::model
