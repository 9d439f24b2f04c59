#include "annals/ddl/migration.h"

#include <deque>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/create_system_view.h"
#include "annals/commands/plan.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Kind = MigrationStep::Kind;

// Versions that statements make, one after another; the first is a new store's.
class History {
 public:
  explicit History(Policy policy) : policy_(policy) {
    Run("CREATE SCHEMA public; CREATE SCHEMA s");
  }

  // A version for all of `sql`.
  const CatalogView& Run(std::string_view sql) {
    const CatalogView& base = versions_.empty() ? empty_ : latest();
    CatalogDraft& draft = versions_.emplace_back(base, base.version().Next(), HybridTimestamp());
    EXPECT_EQ(Execute(sql, policy_, draft), "");
    return draft;
  }
  const CatalogView& latest() const { return versions_.back(); }

  // The error, or "".
  static std::string Execute(std::string_view sql, Policy policy, CatalogDraft& store) {
    const auto statements = Parse(sql);
    if (!statements.ok()) return statements.status().ToString();
    for (const Statement& statement : *statements) {
      CatalogDraft draft(store, store.version(), {});
      const auto& commands = std::get<Write>(statement.what).commands;
      const auto planned = PlanBatch(commands, store, draft, policy);
      if (!planned.ok()) return absl::StrCat(statement.text, ": ", planned.status().ToString());
      std::move(draft).MergeInto(store);
    }
    return "";
  }

 private:
  const Policy policy_;
  const EmptyCatalog empty_;
  std::deque<CatalogDraft> versions_;
};

std::string ScriptOf(const Migration& migration) {
  std::string script;
  for (const MigrationStep& step : migration.steps) {
    const bool comment = step.kind != Kind::kStatement;
    if (comment) absl::StrAppend(&script, "-- ", step.object, ": ");
    absl::StrAppend(&script, step.text, "\n");
  }
  return script;
}

// The script, which leads there.
std::string Way(const CatalogView& before, const CatalogView& after,
                std::optional<Policy> policy = std::nullopt) {
  const Migration migration = Migrate(before, after, policy);
  const std::string script = ScriptOf(migration);
  CatalogDraft store(before, before.version().Next(), HybridTimestamp());
  EXPECT_EQ(History::Execute(script, migration.policy, store), "") << script;
  EXPECT_EQ(migration.Count(Kind::kLeftOut), 0u) << script;
  EXPECT_EQ(CanonicalLines(store), CanonicalLines(after)) << script;
  return script;
}

class MigrationTest : public ::testing::Test {
 protected:
  // The way from what `first` makes to what `second` makes of that, and the way back.
  void Expect(std::string_view first, std::string_view second, std::string_view there,
              std::string_view back) {
    const CatalogView& before = history_.Run(first);
    const CatalogView& after = history_.Run(second);
    EXPECT_EQ(Way(before, after), there);
    EXPECT_EQ(Way(after, before), back);
  }

  History history_{Policy::kRelaxed};
};

TEST_F(MigrationTest, EqualCatalogsNeedNothing) {
  const CatalogView& one = history_.Run("CREATE TABLE t (a INT PRIMARY KEY, b INT)");
  EXPECT_EQ(Way(one, one), "");
}

TEST_F(MigrationTest, WhatIsMadeIsDroppedOnTheWayBackFromTheInsideOut) {
  Expect("CREATE TABLE t (a INT PRIMARY KEY)",
         "CREATE SCHEMA x; CREATE ZONE z STORAGE PROFILES ['p'];"
         "CREATE TABLE x.u (a INT PRIMARY KEY) ZONE z; CREATE INDEX i ON t (a)",
         "CREATE SCHEMA X;\n"
         "CREATE ZONE Z STORAGE PROFILES ['p'];\n"
         "CREATE TABLE X.U (\n    A INTEGER NOT NULL,\n    PRIMARY KEY (A)\n) ZONE Z;\n"
         "CREATE INDEX I ON PUBLIC.T (A);\n",
         "DROP INDEX PUBLIC.I;\nDROP TABLE X.U;\nDROP SCHEMA X;\nDROP ZONE Z;\n");
}

TEST_F(MigrationTest, TablesThatSwapTheirNamesGoByWayOfAnother) {
  Expect("CREATE TABLE a (x INT PRIMARY KEY); CREATE TABLE b (y INT PRIMARY KEY)",
         "ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO b",
         "ALTER TABLE PUBLIC.A RENAME TO RENAMED_1;\nALTER TABLE PUBLIC.B RENAME TO A;\n"
         "ALTER TABLE PUBLIC.RENAMED_1 RENAME TO B;\n",
         "ALTER TABLE PUBLIC.B RENAME TO RENAMED_1;\nALTER TABLE PUBLIC.A RENAME TO B;\n"
         "ALTER TABLE PUBLIC.RENAMED_1 RENAME TO A;\n");
}

TEST_F(MigrationTest, ColumnsAndIndexesSwapTheirNamesToo) {
  const CatalogView& before = history_.Run(
      "CREATE TABLE t (a INT PRIMARY KEY, b INT, c BIGINT); CREATE INDEX i ON t (b);"
      "CREATE INDEX j ON t (c); CREATE ZONE y STORAGE PROFILES ['p'];"
      "CREATE ZONE z STORAGE PROFILES ['q']");
  const CatalogView& after = history_.Run(
      "ALTER TABLE t RENAME COLUMN b TO d; ALTER TABLE t RENAME COLUMN c TO b;"
      "ALTER TABLE t RENAME COLUMN d TO c; ALTER INDEX i RENAME TO k; ALTER INDEX j RENAME TO i;"
      "ALTER INDEX k RENAME TO j; ALTER ZONE y RENAME TO x; ALTER ZONE z RENAME TO y;"
      "ALTER ZONE x RENAME TO z");
  EXPECT_THAT(Way(before, after), Not(HasSubstr("DROP")));
  EXPECT_THAT(Way(after, before), Not(HasSubstr("DROP")));
}

TEST_F(MigrationTest, AChainOfNamesNeedsNoOther) {
  Expect("CREATE TABLE a (x INT PRIMARY KEY); CREATE TABLE b (y INT PRIMARY KEY)",
         "ALTER TABLE b RENAME TO c; ALTER TABLE a RENAME TO b",
         "ALTER TABLE PUBLIC.B RENAME TO C;\nALTER TABLE PUBLIC.A RENAME TO B;\n",
         "ALTER TABLE PUBLIC.B RENAME TO A;\nALTER TABLE PUBLIC.C RENAME TO B;\n");
}

TEST_F(MigrationTest, ATableThatWasMadeAnewIsAnotherOneOfItsName) {
  const CatalogView& before = history_.Run("CREATE TABLE t (a INT PRIMARY KEY)");
  const CatalogView& after = history_.Run("DROP TABLE t; CREATE TABLE t (a INT PRIMARY KEY)");
  EXPECT_THAT(Way(before, after), StartsWith("DROP TABLE PUBLIC.T;\nCREATE TABLE PUBLIC.T ("));
}

TEST_F(MigrationTest, ATypeThatGrewIsMadeAnewUnderStrictOnTheWayBack) {
  const CatalogView& before = history_.Run("CREATE TABLE t (a INT PRIMARY KEY, b INT, c INT)");
  const CatalogView& after = history_.Run("ALTER TABLE t ALTER COLUMN b SET DATA TYPE BIGINT");
  EXPECT_EQ(Way(before, after), "ALTER TABLE PUBLIC.T ALTER COLUMN B SET DATA TYPE BIGINT;\n");
  EXPECT_EQ(Way(after, before), "ALTER TABLE PUBLIC.T ALTER COLUMN B SET DATA TYPE INTEGER;\n");
  EXPECT_EQ(Migrate(after, before).policy, Policy::kRelaxed);
  EXPECT_EQ(Way(after, before, Policy::kStrict),
            "-- table PUBLIC.T, column B, C: column \"B\" of table \"PUBLIC\".\"T\": type INT64 "
            "cannot become INT32\n"
            "ALTER TABLE PUBLIC.T DROP COLUMN (B, C);\n"
            "ALTER TABLE PUBLIC.T ADD COLUMN B INTEGER;\n"
            "ALTER TABLE PUBLIC.T ADD COLUMN C INTEGER;\n");
}

TEST_F(MigrationTest, AColumnThatComesBackInFrontOfAnotherCostsThatOnesData) {
  Expect("CREATE TABLE t (a INT PRIMARY KEY, b INT, c INT)", "ALTER TABLE t DROP COLUMN b",
         "ALTER TABLE PUBLIC.T DROP COLUMN B;\n",
         "-- table PUBLIC.T, column C: a new column comes last, and columns cannot be moved\n"
         "ALTER TABLE PUBLIC.T DROP COLUMN C;\n"
         "ALTER TABLE PUBLIC.T ADD COLUMN B INTEGER;\n"
         "ALTER TABLE PUBLIC.T ADD COLUMN C INTEGER;\n");
}

TEST_F(MigrationTest, ATableIsMadeAnewWhereAlteringDoesNotLeadThere) {
  const CatalogView& before = history_.Run(
      "CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b)) COLOCATE BY (a); CREATE INDEX i ON t (b)");
  const CatalogView& after =
      history_.Run("ALTER TABLE t DROP PRIMARY KEY; ALTER TABLE t ADD PRIMARY KEY (b)");
  EXPECT_EQ(Way(before, after),
            "ALTER TABLE PUBLIC.T DROP PRIMARY KEY;\n"
            "ALTER TABLE PUBLIC.T ADD PRIMARY KEY (B);\n");
  EXPECT_THAT(Way(after, before), AllOf(StartsWith("-- table PUBLIC.T: "),
                                        HasSubstr("\nDROP TABLE PUBLIC.T;\nCREATE TABLE ")));
}

TEST_F(MigrationTest, AnIndexGetsTheStatusThatItHas) {
  History history(Policy::kStrict);
  const CatalogView& before = history.Run("CREATE TABLE t (a INT PRIMARY KEY, b INT)");
  const CatalogView& building =
      history.Run("CREATE INDEX i ON t (b); ALTER INDEX i START BUILDING");
  const CatalogView& available = history.Run("ALTER INDEX i MAKE AVAILABLE");
  const CatalogView& stopping = history.Run("DROP INDEX i");
  const std::string made =
      "CREATE INDEX I ON PUBLIC.T (B);\nALTER INDEX PUBLIC.I START BUILDING;\n";
  EXPECT_EQ(Way(before, building), made);
  EXPECT_EQ(Way(building, available), "ALTER INDEX PUBLIC.I MAKE AVAILABLE;\n");
  EXPECT_EQ(Way(available, building),
            "DROP INDEX PUBLIC.I;\nALTER INDEX PUBLIC.I REMOVE;\n" + made);
  EXPECT_EQ(Way(available, stopping), "DROP INDEX PUBLIC.I;\n");
  EXPECT_EQ(Way(stopping, before), "ALTER INDEX PUBLIC.I REMOVE;\n");
}

TEST_F(MigrationTest, AnAvailableIndexIsMadeTogetherWithItsNewTable) {
  History history(Policy::kStrict);
  const CatalogView& before = history.latest();
  const CatalogView& after =
      history.Run("BEGIN; CREATE TABLE t (a INT PRIMARY KEY); CREATE INDEX i ON t (a); COMMIT;");
  EXPECT_EQ(Way(before, after),
            "BEGIN;\nCREATE TABLE PUBLIC.T (\n    A INTEGER NOT NULL,\n    PRIMARY KEY (A)\n);\n"
            "CREATE INDEX I ON PUBLIC.T (A);\nCOMMIT;\n");
}

TEST_F(MigrationTest, ADefaultZoneOfTheSameNameStepsAside) {
  Expect("CREATE ZONE z STORAGE PROFILES ['p']; ALTER ZONE z SET DEFAULT",
         "CREATE ZONE y STORAGE PROFILES ['p']; ALTER ZONE y SET DEFAULT; DROP ZONE z;"
         "CREATE ZONE z STORAGE PROFILES ['q']; ALTER ZONE z SET DEFAULT; DROP ZONE y",
         "ALTER ZONE Z RENAME TO RENAMED_1;\nCREATE ZONE Z STORAGE PROFILES ['q'];\n"
         "ALTER ZONE Z SET DEFAULT;\nDROP ZONE RENAMED_1;\n",
         "ALTER ZONE Z RENAME TO RENAMED_1;\nCREATE ZONE Z STORAGE PROFILES ['p'];\n"
         "ALTER ZONE Z SET DEFAULT;\nDROP ZONE RENAMED_1;\n");
}

TEST_F(MigrationTest, AZoneThatCameByItselfComesByItself) {
  const CatalogView& before = history_.latest();
  const CatalogView& after = history_.Run("CREATE TABLE t (a INT PRIMARY KEY)");
  EXPECT_THAT(Way(before, after), Not(HasSubstr("ZONE")));
  EXPECT_EQ(Way(after, before), "DROP TABLE PUBLIC.T;\n");
}

TEST_F(MigrationTest, StrictCannotMakeATableWithoutAKey) {
  const CatalogView& before = history_.latest();
  const CatalogView& after = history_.Run("CREATE TABLE t (a INT); CREATE INDEX i ON t (a)");
  EXPECT_EQ(Migrate(before, after).policy, Policy::kRelaxed);
  Way(before, after);
  const Migration strict = Migrate(before, after, Policy::kStrict);
  ASSERT_EQ(strict.steps.size(), 2u);
  EXPECT_EQ(strict.Count(Kind::kLeftOut), 2u);
  EXPECT_EQ(strict.steps[0].object, "table PUBLIC.T");
  EXPECT_EQ(strict.steps[1].object, "index PUBLIC.I");
}

TEST_F(MigrationTest, ASystemViewIsLeftOut) {
  const CatalogView& before = history_.Run("CREATE SCHEMA x");
  CatalogDraft after(before, before.version().Next(), HybridTimestamp());
  const std::vector<CatalogCommand> commands = {
      CreateSystemSchema{"SYSTEM"},
      CreateSystemView{
          .name = "V", .columns = {{.name = "C", .type = Int32()}}, .kind = ViewKind::kNode}};
  CatalogDraft draft(after, after.version(), {});
  ASSERT_TRUE(PlanBatch(commands, after, draft, Policy::kStrict).ok());
  std::move(draft).MergeInto(after);
  const Migration migration = Migrate(before, after);
  ASSERT_EQ(migration.steps.size(), 2u);
  EXPECT_EQ(migration.steps[0].object, "schema SYSTEM");
  EXPECT_EQ(migration.steps[1].object, "system view SYSTEM.V");
  EXPECT_EQ(migration.Count(Kind::kLeftOut), 2u);
}

TEST_F(MigrationTest, NamesAreWrittenSoThatTheyReadBack) {
  Expect("CREATE TABLE \"a\"\"b\" (\"select\" INT PRIMARY KEY, \"SET\" INT)",
         "ALTER TABLE \"a\"\"b\" RENAME COLUMN \"SET\" TO \"with\";"
         "ALTER TABLE \"a\"\"b\" RENAME TO \"TABLE\"",
         "ALTER TABLE PUBLIC.\"a\"\"b\" RENAME TO \"TABLE\";\n"
         "ALTER TABLE PUBLIC.\"TABLE\" RENAME COLUMN \"SET\" TO \"with\";\n",
         "ALTER TABLE PUBLIC.\"TABLE\" RENAME TO \"a\"\"b\";\n"
         "ALTER TABLE PUBLIC.\"a\"\"b\" RENAME COLUMN \"with\" TO \"SET\";\n");
}

}  // namespace
}  // namespace annals::ddl
