// What factories and handles say when they fail shows none of the secrets that they were given.

#include "annals/engine/handles/secret_mask_internal.h"
#include "annals/tests/engine/handle_scenarios.h"

namespace annals {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Masked(const std::vector<std::string>& secrets, const std::string& message) {
  SecretMask mask;
  for (const std::string& secret : secrets) mask.Add(secret);
  const absl::Status masked = mask.Masked(absl::UnavailableError(message));
  EXPECT_EQ(masked.code(), absl::StatusCode::kUnavailable);
  return std::string(masked.message());
}

TEST(SecretMaskTest, AValueIsHiddenWhereverItStands) {
  EXPECT_EQ(Masked({"hunter2"}, "hunter2 of u:hunter2@h, xhunter2x"), "*** of u:***@h, x***x");
  EXPECT_EQ(Masked({"hunter2"}, "hunter"), "hunter");
  EXPECT_EQ(Masked({}, "nothing"), "nothing");
  EXPECT_EQ(SecretMask().Masked(absl::OkStatus()), absl::OkStatus());
}

TEST(SecretMaskTest, ValuesThatOverlapAreHiddenAsAWhole) {
  EXPECT_EQ(Masked({"abcd", "cdefgh"}, "<abcdefgh>"), "<***>");
  EXPECT_EQ(Masked({"pass", "password"}, "password passes"), "*** ***es");
  EXPECT_EQ(Masked({"aaaa"}, "aaaaaaa b"), "*** b");
}

TEST(SecretMaskTest, AShortValueIsHiddenWhereItStandsAlone) {
  EXPECT_EQ(Masked({"ab"}, "absent: ab, (ab) about u:ab@h"), "absent: ***, (***) about u:***@h");
  EXPECT_EQ(Masked({"", "a"}, "a bad a"), "*** bad ***");
}

class HandleSecrets : public HandleScenarios {
 protected:
  void SetUp() override {
    ASSERT_EQ(setenv("ANNALS_TEST_SECRET", kSecret, 1), 0);
    HandleScenarios::SetUp();
  }
  void TearDown() override {
    manager_ = nullptr;
    unsetenv("ANNALS_TEST_SECRET");
  }
  // A connection that has the secret within a longer value.
  static CreateConfigured Create(const std::string& name) {
    return ConnectionNamed(name, "h1", {{"user", "u:${ENV:ANNALS_TEST_SECRET}@h"}});
  }
  static absl::Status Leak() {
    return absl::UnavailableError(absl::StrCat("tried ", kSecret, " as u:", kSecret, "@h"));
  }
  static constexpr const char* kSecret = "MARKER-OF-A-SECRET";
  static constexpr const char* kShown = "tried *** as ***";
};

TEST_F(HandleSecrets, WhatBuildAndProbeSayShowsNoPartOfALongerValue) {
  script_->OnBuild([](const HandleSpec& spec) {
    EXPECT_EQ(spec.Option("user"), absl::StrCat("u:", kSecret, "@h"));
    return Leak();
  });
  EXPECT_THAT(manager_->Execute(Create("C")), FailsWith(Reason::PREPARE_FAILED, {kShown}));
  script_->OnBuild(nullptr);
  script_->OnProbe([](const HandleSpec&) { return Leak(); });
  EXPECT_THAT(manager_->Execute(Create("C")), FailsWith(Reason::VALIDATION_FAILED, {kShown}));
}

TEST_F(HandleSecrets, WhatStartAndCloseSayShowsNone) {
  Do(Create("C"));
  script_->OnStart([](const std::string&) { return Leak(); });
  script_->OnClose([](const std::string&) { return Leak(); });
  Do(SetHost("C", "h2"));
  const absl::Status error = StatusOf(kConnectionKind, "C").error;
  EXPECT_THAT(error, FailsWith(Reason::PREPARE_FAILED, {kShown}));
  EXPECT_THAT(std::string(error.message()), Not(HasSubstr(kSecret)));
  EXPECT_TRUE(Eventually([&] { return manager_->handles().GetStats().close_failures > 0; }));
  EXPECT_THAT(manager_->handles().GetStats().last_close_failure, HasSubstr(kShown));
  script_->OnStart(nullptr);
  Do(SetHost("C", "h3"));
  const absl::Status closed = manager_->handles().Close();
  EXPECT_THAT(closed, FailsWith(Reason::INTERNAL, {kShown}));
  EXPECT_THAT(std::string(closed.message()), Not(HasSubstr(kSecret)));
}

TEST_F(HandleSecrets, WhatIsSaidOfTheSecretsOfWhatItNeedsShowsNone) {
  Do(Create("C"));
  const auto leaks = [](const HandleSpec& spec) {
    return spec.kind == kSinkKind ? Leak() : absl::OkStatus();
  };
  Do(SourceNamed("S", "C"));
  Do(ConnectionNamed("PLAIN", "h9"));
  script_->OnBuild(leaks);
  // By way of the source alone.
  EXPECT_THAT(manager_->Execute(SinkNamed("K", "S", "PLAIN")),
              FailsWith(Reason::PREPARE_FAILED, {kShown}));
  script_->OnBuild(nullptr);
  script_->OnProbe(leaks);
  EXPECT_THAT(manager_->Execute(SinkNamed("K", "S", "PLAIN")),
              FailsWith(Reason::VALIDATION_FAILED, {kShown}));
}

TEST_F(HandleSecrets, WhatIsThrownShowsNone) {
  connections_.build = [](const HandleSpec&) -> absl::StatusOr<std::unique_ptr<Handle>> {
    throw std::runtime_error(kSecret);
  };
  Open();
  const auto result = manager_->Execute(Create("C"));
  EXPECT_THAT(result, FailsWith(Reason::PREPARE_FAILED, {"***"}));
  EXPECT_THAT(result.status().ToString(), Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace annals
