// The registry of kinds, and how option names are read.

#include "annals/catalog/kind.h"

#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

KindDefinition KindCalled(std::string name, std::string plural, int number) {
  return {.kind = static_cast<ObjectKind>(number),
          .name = std::move(name),
          .plural = std::move(plural)};
}

TEST(KindTest, ARegisteredKindIsFoundByNumberNameAndPlural) {
  ASSERT_THAT(RegisterKind(KindCalled("gadget", "gadgets", 100)), IsOk());
  const KindDefinition* gadget = FindKindByName("Gadget");
  ASSERT_NE(gadget, nullptr);
  EXPECT_EQ(FindKind(ObjectKind{100}), gadget);
  EXPECT_EQ(FindKindByPlural("GADGETS"), gadget);
  EXPECT_EQ(KindName(ObjectKind{100}), "gadget");
  EXPECT_EQ(KindName(ObjectKind{101}), "kind 101");
}

TEST(KindTest, WhatIsTakenOrCannotBeIsNotRegistered) {
  ASSERT_THAT(RegisterKind(KindCalled("widget", "widgets", 102)), IsOk());
  EXPECT_THAT(RegisterKind(KindCalled("other", "others", 102)),
              FailsWith(Reason::OBJECT_EXISTS, {"widget"}));
  EXPECT_THAT(RegisterKind(KindCalled("widget", "others", 103)),
              FailsWith(Reason::OBJECT_EXISTS, {}));
  EXPECT_THAT(RegisterKind(KindCalled("other", "connections", 103)),
              FailsWith(Reason::OBJECT_EXISTS, {"connection"}));
  EXPECT_THAT(RegisterKind(KindCalled("table", "tablets", 103)),
              FailsWith(Reason::OBJECT_EXISTS, {"word of SQL"}));
  EXPECT_THAT(RegisterKind(KindCalled("two words", "x", 103)),
              FailsWith(Reason::INVALID_VALUE, {"one word"}));
  EXPECT_THAT(RegisterKind(KindCalled("low", "lows", 63)),
              FailsWith(Reason::INVALID_VALUE, {"64 to 223"}));
  EXPECT_THAT(RegisterKind(KindCalled("high", "highs", 224)),
              FailsWith(Reason::INVALID_VALUE, {"64 to 223"}));
  KindDefinition clause = KindCalled("other", "others", 103);
  clause.clauses = {{"FROM", "input"}};
  EXPECT_THAT(RegisterKind(clause), FailsWith(Reason::INVALID_VALUE, {"FROM"}));
  EXPECT_EQ(FindKindByName("other"), nullptr);
}

TEST(KindTest, ATypeOfTheSameNameOrWithBadOptionsIsNotRegistered) {
  EXPECT_THAT(RegisterType({.kind = ObjectKind::kConnection, .name = "kafka"}),
              FailsWith(Reason::OBJECT_EXISTS, {"kafka"}));
  EXPECT_THAT(RegisterType({.kind = ObjectKind{222}, .name = "x"}),
              FailsWith(Reason::INVALID_VALUE, {"222"}));
  EXPECT_THAT(RegisterType({.kind = ObjectKind::kConnection, .name = "X"}),
              FailsWith(Reason::INVALID_VALUE, {"lower case"}));
  EXPECT_THAT(RegisterType({.kind = ObjectKind::kConnection,
                            .name = "x",
                            .options = {{.name = "a"}, {.name = "a"}}}),
              FailsWith(Reason::INVALID_VALUE, {"\"a\"", "twice"}));
  EXPECT_THAT(
      RegisterType({.kind = ObjectKind::kConnection, .name = "x", .options = {{.name = "A B"}}}),
      FailsWith(Reason::INVALID_VALUE, {"A B"}));
  EXPECT_THAT(
      RegisterType({.kind = ObjectKind::kConnection, .name = "x", .options = {{.name = "type"}}}),
      FailsWith(Reason::INVALID_VALUE, {"type"}));
  EXPECT_THAT(RegisterType({.kind = ObjectKind::kConnection,
                            .name = "x",
                            .options = {{.name = "r", .type = OptionType::kObject}}}),
              FailsWith(Reason::INVALID_VALUE, {"\"r\""}));
  EXPECT_THAT(
      RegisterType({.kind = ObjectKind::kConnection, .name = "x", .required_groups = {"g"}}),
      FailsWith(Reason::INVALID_VALUE, {"\"g\""}));
  EXPECT_EQ(FindType(ObjectKind::kConnection, "x"), nullptr);
}

TEST(KindTest, WordsAndKeysOfOptionsAreOneAnother) {
  EXPECT_EQ(OptionKey(" SSL   Mode\n"), "ssl-mode");
  EXPECT_EQ(OptionKey("default-database"), "default-database");
  EXPECT_EQ(OptionWords("ssl-mode"), "SSL MODE");
}

TEST(KindTest, WhatSoundsSensitiveIs) {
  for (const auto* name : {"password", "connection-password", "passwrd", "pasword", "api_token",
                           "tokne", "client-secret", "ssl key", "aws.secret.access.key", "keys",
                           "apikey", "credentials", "accessKey", "privatekey", "passcode"}) {
    EXPECT_TRUE(SoundsSensitive(name)) << name;
  }
  for (const auto* name : {"host", "user", "public-key-1", "primary key", "key-id", "monkey",
                           "topic", "region", "path"}) {
    EXPECT_EQ(SoundsSensitive(name), std::string_view(name) == "key-id") << name;
  }
  EXPECT_TRUE(IsSensitive(ObjectKind::kConnection, "postgres", "password"));
  EXPECT_FALSE(IsSensitive(ObjectKind::kConnection, "aws", "access-key-id"))
      << "it is defined, and open";
}

TEST(KindTest, APlaceholderIsAWholeValue) {
  EXPECT_TRUE(IsPlaceholder("${ENV:A}"));
  EXPECT_TRUE(IsPlaceholder("${FILE:/a b}"));
  for (const auto* text :
       {"", "${ENV:}", "x${ENV:A}", "${ENV:A}x", "${ENV:A}${ENV:B}", "${VAULT:A}", "ENV:A"}) {
    EXPECT_FALSE(IsPlaceholder(text)) << text;
  }
}

}  // namespace
}  // namespace annals
