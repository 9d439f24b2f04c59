#include "annals/cli/effects.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "annals/catalog/catalog_draft.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/plan.h"
#include "annals/ddl/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A connection through a tunnel, and factories for both.
class EffectsTest : public ::testing::Test {
 protected:
  EffectsTest() {
    Plan(CreateSchema{.name = "PUBLIC"}, base_);
    Plan(CreateConfigured{.kind = ObjectKind::kConnection,
                          .name = "T",
                          .type = "ssh-tunnel",
                          .options = {{"host", "h"}, {"user", "u"}}},
         base_);
    Plan(CreateConfigured{.kind = ObjectKind::kConnection,
                          .name = "C",
                          .type = "kafka",
                          .options = {{"broker", "b"}, {"ssh-tunnel", ObjectName{.name = "T"}}}},
         base_);
    tunnels_.probe = kafka_.probe = [](const HandleSpec&, Handle*) { return absl::OkStatus(); };
  }

  static void Plan(const CatalogCommand& command, CatalogDraft& draft,
                   Policy policy = Policy::kStrict) {
    CatalogDraft attempt(draft, draft.version(), {});
    const auto planned = PlanBatch(std::vector{command}, draft, attempt, policy);
    EXPECT_TRUE(planned.ok()) << planned.status();
    std::move(attempt).MergeInto(draft);
  }

  static void Run(std::string_view sql, CatalogDraft& draft) {
    const auto statements = ddl::Parse(sql);
    ASSERT_TRUE(statements.ok()) << statements.status();
    for (const ddl::Statement& statement : *statements) {
      for (const CatalogCommand& command : std::get<ddl::Write>(statement.what).commands) {
        Plan(command, draft, Policy::kRelaxed);
      }
    }
  }

  std::string Effects(const CatalogCommand& command) {
    CatalogDraft after(base_, {2}, {});
    Plan(command, after);
    return Effects({command}, after);
  }

  // With blanks in a row as one.
  std::string Effects(const std::vector<CatalogCommand>& commands, const CatalogView& after) {
    std::string text;
    for (const char c :
         EffectsText(commands, base_, after, [this](ObjectKind, std::string_view type) {
           return type == "kafka" ? &kafka_ : &tunnels_;
         })) {
      if (c != ' ' || !text.ends_with(' ')) text += c;
    }
    return text;
  }

  static AlterConfigured SetHost(std::string host) {
    AlterConfigured alter{.kind = ObjectKind::kConnection, .name = "T"};
    alter.set = {{"host", std::move(host)}};
    return alter;
  }

  EmptyCatalog empty_;
  CatalogDraft base_{empty_, {1}, {}};
  Factory tunnels_;
  Factory kafka_;
};

TEST_F(EffectsTest, WhatIsMadeAnewUnderItsNameLosesItsData) {
  Run("CREATE TABLE u (id INT PRIMARY KEY, a BIGINT, b INT, c INT);"
      "CREATE TABLE v (id INT PRIMARY KEY); CREATE TABLE w (id INT PRIMARY KEY)",
      base_);
  CatalogDraft after(base_, {2}, {});
  Run("ALTER TABLE u DROP COLUMN a; ALTER TABLE u ADD COLUMN a INT; ALTER TABLE u DROP COLUMN b;"
      "ALTER TABLE u RENAME COLUMN c TO b; DROP TABLE v; CREATE TABLE v (id INT PRIMARY KEY)",
      after);
  const std::string effects = Effects({}, after);
  EXPECT_THAT(effects, AllOf(HasSubstr("loss column A of table PUBLIC.U it is made anew"),
                             HasSubstr("loss table PUBLIC.V it is made anew"),
                             Not(HasSubstr("column B")), Not(HasSubstr("PUBLIC.W"))));
}

TEST_F(EffectsTest, WhoWouldBeAskedIsKnownFromItsFactory) {
  EXPECT_THAT(Effects(SetHost("h2")), AllOf(HasSubstr("validate connection PUBLIC.T as always"),
                                            HasSubstr("restart connection PUBLIC.C"),
                                            Not(HasSubstr("validate connection PUBLIC.C"))));
  tunnels_.probe_by_default = false;
  EXPECT_THAT(Effects(SetHost("h2")), Not(HasSubstr("validate")));
  AlterConfigured asked = SetHost("h2");
  asked.validation = Validation::kDependents;
  EXPECT_THAT(Effects(asked),
              AllOf(HasSubstr("\nvalidate connection PUBLIC.T as the statement says\n"),
                    HasSubstr("\nvalidate connection PUBLIC.C as the statement says\n")));
  tunnels_.probe = nullptr;
  EXPECT_THAT(Effects(asked), HasSubstr("\nnot validated connection PUBLIC.T nobody here can ask"));
}

TEST_F(EffectsTest, NobodyWouldBeAskedAboutWhatWorksAsItDid) {
  AlterConfigured comment{.kind = ObjectKind::kConnection, .name = "T", .comment = "x"};
  EXPECT_EQ(Effects(comment), "");
  AlterConfigured lazy = SetHost("h2");
  lazy.initialize = false;
  EXPECT_THAT(Effects(lazy), Not(HasSubstr("validate")));
}

}  // namespace
}  // namespace annals::cli
