// What happens to handles when memory runs out for who asks for one, or commits what is to
// have one, at each allocation there is: nothing is thrown, nothing is left half built, what is
// built is closed, and the next attempt works.

#include "absl/strings/match.h"
#include "annals/tests/engine/handle_scenarios.h"
#include "annals/tests/faults/each_allocation.h"

namespace annals {
namespace {

CreateConfigured Tunnel() {
  return {.kind = kConnectionKind, .name = "T", .type = "test-tunnel", .options = {{"host", "t1"}}};
}
CreateConfigured Lazily(CreateConfigured create) {
  create.initialize = false;
  return create;
}

// A catalog with factories, opened for one attempt.
class HandleAttempt {
 public:
  explicit HandleAttempt(Reconfigure reconfigure) {
    RegisterTestTypes();
    Factory connections = ScriptedFactory(script_, kConnectionKind);
    connections.reconfigure = reconfigure;
    connections.caching = {.policy = HandleCaching::Policy::kLru, .most = 2};
    manager_ = OpenInMemory(
        {.factories = {connections, ScriptedFactory(script_, kSourceKind)}, .clock = &clock_});
  }

  CatalogManager& manager() { return *manager_; }
  Handles& handles() { return manager_->handles(); }
  ObjectId IdOf(const std::string& name) {
    const Catalog now = manager_->Latest();
    return now.Find(NameScope::In(now.Schema(kPublicSchema)->id()), name).id();
  }
  void Follow() {
    EXPECT_THAT(handles().WaitFor(manager_->Latest().version(), absl::Now() + absl::Seconds(20)),
                IsOk());
  }
  // Whatever happened: what failed works the next time, and all that was built is closed.
  void ExpectWhole(const std::string& name) {
    clock_.Pass(1'000'000);
    EXPECT_THAT(handles().Get(manager_->Latest(), IdOf(name)), IsOk());
    ExpectClosed();
  }
  void ExpectClosed() {
    const auto states = handles().States();
    ASSERT_THAT(states, IsOk());
    for (const HandleStatus& status : *states) {
      EXPECT_NE(status.state, HandleState::kBuilding) << status.name;
    }
    handles().Close().IgnoreError();  // A Close may have had no memory to say something.
    const Handles::Stats stats = handles().GetStats();
    EXPECT_EQ(stats.built, stats.closed);
  }

 private:
  FakeClock clock_;
  const std::shared_ptr<Script> script_ = std::make_shared<Script>();
  Manager manager_;
};

void ExpectNoMemory(const absl::Status& status) {
  const auto code = status.code();
  EXPECT_TRUE(code == CodeOf(Reason::INTERNAL) || code == CodeOf(Reason::PREPARE_FAILED)) << status;
}

class HandlesOutOfMemoryTest : public ::testing::TestWithParam<Reconfigure> {};

INSTANTIATE_TEST_SUITE_P(All, HandlesOutOfMemoryTest,
                         ::testing::Values(Reconfigure::kSwap, Reconfigure::kRestart),
                         [](const auto& info) {
                           return info.param == Reconfigure::kSwap ? "Swap" : "Restart";
                         });

TEST_P(HandlesOutOfMemoryTest, AHandleIsGivenOrNotAndTheNextAttemptWorks) {
  bool failed = true;
  uint64_t kth = 0;
  while (failed && !HasFailure()) {
    SCOPED_TRACE(absl::StrCat("allocation ", ++kth));
    HandleAttempt attempt(GetParam());
    ASSERT_THAT(attempt.manager().Execute(
                    {Lazily(Tunnel()), Lazily(ConnectionNamed("C", "h1", {To("tunnel", "T")}))}),
                IsOk());
    attempt.Follow();
    const Catalog now = attempt.manager().Latest();
    const ObjectId id = attempt.IdOf("C");
    absl::Status got;
    {
      const FailingAllocation failing(kth);
      got = SaidBy([&] { return attempt.handles().Get(now, id); }).status();
      failed = failing.happened();
    }
    if (!got.ok()) ExpectNoMemory(got);
    attempt.ExpectWhole("C");
  }
  EXPECT_GT(kth, 50u);
  RecordProperty("allocations", static_cast<int>(kth - 1));
}

TEST_P(HandlesOutOfMemoryTest, WhatIsCreatedAndAlteredIsSoAsAWholeOrNotAtAll) {
  bool failed = true;
  uint64_t kth = 0;
  while (failed && !HasFailure()) {
    SCOPED_TRACE(absl::StrCat("allocation ", ++kth));
    HandleAttempt attempt(GetParam());
    ASSERT_THAT(attempt.manager().Execute({Tunnel(), ConnectionNamed("C", "h1")}), IsOk());
    attempt.Follow();
    const CatalogVersion before = attempt.manager().Latest().version();
    const auto change = [] {
      return std::vector<CatalogCommand>{SetHost("C", "h2", Validation::kDependents),
                                         ConnectionNamed("D", "h3", {To("tunnel", "T")}),
                                         SourceNamed("S", "D")};
    };
    std::vector<CatalogCommand> commands = change();
    absl::Status done;
    {
      const FailingAllocation failing(kth);
      done = SaidBy([&] { return attempt.manager().Execute(std::move(commands)); }).status();
      failed = failing.happened();
    }
    if (absl::StrContains(done.message(), "in the log")) {  // And cannot be read until reopened.
      attempt.ExpectClosed();
      continue;
    }
    const bool written = attempt.manager().Latest().version() > before;
    if (!done.ok() && !written) {
      EXPECT_THAT(attempt.manager().Execute(change()), IsOk()) << done;
    }
    EXPECT_EQ(attempt.manager().Latest().version(), before.Next());
    attempt.Follow();
    attempt.ExpectWhole("S");
  }
  EXPECT_GT(kth, 200u);
  RecordProperty("allocations", static_cast<int>(kth - 1));
}

TEST_P(HandlesOutOfMemoryTest, LookingAtHandlesSaysWhatThereIsOrThatItCannot) {
  HandleAttempt attempt(GetParam());
  ASSERT_THAT(attempt.manager().Execute({Tunnel(), ConnectionNamed("C", "h1")}), IsOk());
  attempt.Follow();
  const Catalog now = attempt.manager().Latest();
  const ObjectId id = attempt.IdOf("C");
  ASSERT_THAT(attempt.handles().Get(now, id), IsOk());
  const uint64_t allocations = FailEachAllocation([&] {
    const auto status = SaidBy([&] { return attempt.handles().StatusOf(now, id); });
    if (status.ok()) {
      EXPECT_EQ(status->state, HandleState::kReady);
    } else {
      EXPECT_EQ(status.status().code(), CodeOf(Reason::INTERNAL));
    }
    const auto states = SaidBy([&] { return attempt.handles().States(); });
    if (states.ok()) {
      EXPECT_EQ(states->size(), 2u);
    } else {
      EXPECT_EQ(states.status().code(), CodeOf(Reason::INTERNAL));
    }
  });
  EXPECT_GT(allocations, 10u);
}

TEST(OpeningOutOfMemoryTest, ACatalogThatCannotBeOpenedSaysSo) {
  const OpenOptions options{.log = "a kind of log that nobody ever registered"};
  const uint64_t allocations = FailEachAllocation(
      [&] { EXPECT_FALSE(SaidBy([&] { return CatalogManager::Open(options); }).ok()); });
  EXPECT_GT(allocations, 5u);
}

}  // namespace
}  // namespace annals
