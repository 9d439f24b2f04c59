// What is prepared before a commit: once, whatever else is written meanwhile, and what is
// refused names its command.

#include <set>

#include "annals/commands/plan.h"
#include "annals/tests/engine/handle_scenarios.h"

namespace annals {
namespace {

class PreparationScenarios : public HandleScenarios {
 protected:
  void MakeTunnel() {
    Do(CreateConfigured{
        .kind = kConnectionKind, .name = "T", .type = "test-tunnel", .options = {{"host", "t1"}}});
  }
  // Which command is refused.
  std::optional<size_t> Refused(std::vector<CatalogCommand> commands, Reason reason) {
    const auto result = manager_->Execute(std::move(commands));
    EXPECT_THAT(result, FailsWith(reason));
    return CommandIndexOf(result.status());
  }
};

TEST_F(PreparationScenarios, WhatRefersToWhatIsCreatedWithItIsPreparedOnceWhateverElseIsWritten) {
  // Each takes ids that the commands would have had.
  script_->OnProbe([&](const HandleSpec& spec) {
    EXPECT_EQ(spec.id, kNoObject);
    for (const auto& [key, reference] : spec.references) EXPECT_EQ(reference.id, kNoObject);
    MakeTables(1);
    return absl::OkStatus();
  });
  Do({ConnectionNamed("C", "h1"), SourceNamed("S", "C"), SinkNamed("K", "S", "C")});
  for (const char* name : {"C", "S", "K"}) {
    EXPECT_EQ(script_->Of(name), (Script::Counts{.builds = 1, .probes = 1, .starts = 1})) << name;
  }
  EXPECT_EQ(Get(kConnectionKind, "C")->id, IdOf(kConnectionKind, "C"));
  EXPECT_EQ(Get(kSourceKind, "S")->id, IdOf(kSourceKind, "S"));
  EXPECT_EQ(Get(kSinkKind, "K")->host, "h1");
}

TEST_F(PreparationScenarios, OnlyWhatMovedMeanwhileIsPreparedAnew) {
  MakeTunnel();
  std::atomic<bool> first{true};
  script_->OnProbe([&](const HandleSpec& spec) {
    if (spec.name == "S" && first.exchange(false)) {
      EXPECT_THAT(manager_->Execute(SetHost("T", "t2")), IsOk());
    }
    return absl::OkStatus();
  });
  Do({ConnectionNamed("C", "h1", {To("tunnel", "T")}), ConnectionNamed("D", "h2"),
      SourceNamed("S", "D")});
  EXPECT_EQ(script_->Of("C").builds, 2);
  EXPECT_EQ(script_->Of("C").probes, 2);
  EXPECT_TRUE(Closes("C", 1));
  for (const char* name : {"D", "S"}) {
    EXPECT_EQ(script_->Of(name), (Script::Counts{.builds = 1, .probes = 1, .starts = 1})) << name;
  }
}

TEST_F(PreparationScenarios, AReferenceToAnotherNewObjectThatIsAlikeIsAnother) {
  Do(ConnectionNamed("A", "h1"));
  std::set<std::string> used;
  std::atomic<bool> first{true};
  script_->OnProbe([&](const HandleSpec& spec) {
    // B, which is like A, becomes what the source is of.
    if (spec.kind == kSourceKind && first.exchange(false)) {
      EXPECT_THAT(manager_->Execute(
                      {AlterConfigured{.kind = kConnectionKind, .name = "A", .new_name = "OLD"},
                       ConnectionNamed("A", "h1")}),
                  IsOk());
    }
    return absl::OkStatus();
  });
  Do(SourceNamed("S", "A"));
  EXPECT_EQ(script_->Of("S").builds, 2);
}

// --- Which command it is.

TEST_F(PreparationScenarios, ACommandThatCannotBePreparedIsNamed) {
  script_->OnBuild(FailsFor("D", "h2"));
  script_->OnProbe(FailsFor("E", "h3"));
  const CreateConfigured c = ConnectionNamed("C", "h1");
  EXPECT_EQ(Refused({TableNamed("T"), c, ConnectionNamed("D", "h2")}, Reason::PREPARE_FAILED), 2u);
  EXPECT_EQ(Refused({ConnectionNamed("E", "h3"), c}, Reason::VALIDATION_FAILED), 0u);
  EXPECT_EQ(Refused({c, ConnectionNamed("E", "h3"), TableNamed("T")}, Reason::VALIDATION_FAILED),
            1u);
}

TEST_F(PreparationScenarios, ACommandThatNobodyCanAskAboutIsNamed) {
  connections_.probe = nullptr;
  Open();
  Do(ConnectionNamed("C", "h1"));
  EXPECT_EQ(Refused({TableNamed("T"), ValidateConfigured{.name = "C"}}, Reason::NO_PROBE), 1u);
}

TEST_F(PreparationScenarios, ACommandThatGetsNoKeyIsNamed) {
  tunnels_.new_public_key = [] { return absl::UnavailableError("no entropy"); };
  Open();
  MakeTunnel();
  EXPECT_EQ(Refused({TableNamed("X"), RotateKeys{.name = "T"}}, Reason::PREPARE_FAILED), 1u);
}

TEST_F(PreparationScenarios, TheCommandIsNamedThatMakesWhatFailsAndNotOneThatNeedsIt) {
  Do(ConnectionNamed("C", "h1"));
  Do(ConnectionNamed("D", "h1"));
  Do(SourceNamed("S", "C"));
  script_->OnBuild(FailsFor("D", "h2"));
  const AlterConfigured moved{.kind = kSourceKind, .name = "S", .set = {{To("connection", "D")}}};
  EXPECT_EQ(Refused({moved, SetHost("D", "h2")}, Reason::PREPARE_FAILED), 1u);
}

TEST_F(PreparationScenarios, ACommandWhoseDependentsFailIsNamed) {
  Do(ConnectionNamed("C", "h1"));
  Do(SourceNamed("S", "C"));
  script_->OnProbe(FailsFor("S", "h2"));
  EXPECT_EQ(Refused({TableNamed("T"), SetHost("C", "h2", Validation::kDependents)},
                    Reason::VALIDATION_FAILED),
            1u);
}

}  // namespace
}  // namespace annals
