// DDL between versions of the example, there and back.

#include "annals/ddl/migration.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "annals/annals.h"
#include "annals/catalog/canonical_text.h"
#include "annals/cli/script_text.h"
#include "annals/commands/plan.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::cli {
namespace {

std::string Shop() {
  std::ostringstream text;
  text << std::ifstream(ANNALS_DOCS "/../examples/shop.sql").rdbuf();
  return text.str();
}

absl::Status ExecuteOn(CatalogDraft& store, const std::string& script, Policy policy) {
  ANNALS_ASSIGN_OR_RETURN(const std::vector<ddl::Statement> statements, ddl::Parse(script));
  for (const ddl::Statement& statement : statements) {
    CatalogDraft draft(store, store.version(), {});
    const auto& commands = std::get<ddl::Write>(statement.what).commands;
    ANNALS_RETURN_IF_ERROR(PlanBatch(commands, store, draft, policy).status());
    std::move(draft).MergeInto(store);
  }
  return absl::OkStatus();
}

TEST(ExampleMigrationTest, LeadsFromEveryVersionToItsNeighboursAndToTheEnds) {
  const auto manager = CatalogManager::Open({.log = "memory"});
  ASSERT_THAT(manager, IsOk());
  const auto statements = ddl::Parse(Shop());
  ASSERT_THAT(statements, IsOk());
  for (const ddl::Statement& statement : *statements) {
    const auto* write = std::get_if<ddl::Write>(&statement.what);
    if (write != nullptr) {
      ASSERT_THAT((*manager)->Execute(write->commands), IsOk()) << statement.text;
    }
  }
  const uint64_t latest = (*manager)->Latest().version().value;
  ASSERT_GT(latest, 10u);
  size_t left_out = 0;
  for (uint64_t from = 1; from <= latest; ++from) {
    for (const uint64_t to : {uint64_t{1}, from - 1, from + 1, latest}) {
      if (to < 1 || to > latest) continue;
      const Catalog before = *(*manager)->At({from});
      const Catalog after = *(*manager)->At({to});
      const ddl::Migration migration = ddl::Migrate(before, after);
      const std::string script = ScriptText(migration);
      CatalogDraft store(before, before.version().Next(), {});
      ASSERT_THAT(ExecuteOn(store, script, migration.policy), IsOk()) << script;
      if (migration.Count(ddl::MigrationStep::Kind::kLeftOut) > 0) {
        // Nothing but a default zone that came by itself, or that stays.
        ++left_out;
        ASSERT_EQ(migration.Count(ddl::MigrationStep::Kind::kLeftOut), 1u) << script;
        ASSERT_THAT(script, ::testing::HasSubstr("-- left out: zone ")) << script;
        continue;
      }
      ASSERT_EQ(CanonicalLines(store), CanonicalLines(after)) << from << ".." << to << script;
    }
  }
  EXPECT_LT(left_out, latest);
}

}  // namespace
}  // namespace annals::cli
