// What ROLLBACK TO VERSION makes of a catalog, and that it makes it only once.

#include "annals/ddl/rollback.h"

#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/versioned_store.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/create_system_view.h"
#include "annals/commands/plan.h"
#include "annals/ddl/migration.h"
#include "annals/ddl/parse.h"
#include "annals/ddl/show_create.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::HasSubstr;

// Versions upon versions, and statements that make them.
class RollbackTest : public ::testing::Test {
 protected:
  RollbackTest() { Run("CREATE SCHEMA public"); }

  Catalog Now() const { return store_->Latest(); }
  uint64_t Version() const { return store_->latest().value; }

  // The version that comes of it, or that was there if nothing has to be done.
  absl::StatusOr<uint64_t> Execute(const std::vector<CatalogCommand>& commands) {
    const Catalog base = Now();
    CatalogDraft draft(base, base.version().Next(), At(base.version().Next()));
    ANNALS_ASSIGN_OR_RETURN(const PlannedBatch planned,
                            PlanBatch(commands, base, draft, Policy::kStrict, {.host = &host_}));
    if (planned.entries.empty()) return Version();
    store_->Install(draft.CopyDelta(), At(draft.version()));
    store_->Activate(draft.version(), At(draft.version()));
    return Version();
  }
  absl::Status TryRun(std::string_view sql) {
    ANNALS_ASSIGN_OR_RETURN(const std::vector<Statement> statements, Parse(sql));
    for (const Statement& statement : statements) {
      ANNALS_RETURN_IF_ERROR(Execute(std::get<Write>(statement.what).commands).status());
    }
    return absl::OkStatus();
  }
  uint64_t Run(std::string_view sql) {
    EXPECT_EQ(TryRun(sql), absl::OkStatus()) << sql;
    return Version();
  }

  // Back to `version`, which a second time is nothing to do.
  void RollBack(uint64_t version) {
    const uint64_t before = Version();
    ASSERT_EQ(Execute({RollbackToVersion{{version}}}).status(), absl::OkStatus()) << History();
    EXPECT_EQ(Text(*store_->At({version})), Text(Now())) << "back from " << before;
    const uint64_t once = Version();
    EXPECT_EQ(*Execute({RollbackToVersion{{version}}}), once) << History();
  }

  // For what does not come back as it was: all that is right is that it is done, and once.
  void RollBackOnce(uint64_t version) {
    ASSERT_EQ(Execute({RollbackToVersion{{version}}}).status(), absl::OkStatus());
    const uint64_t once = Version();
    EXPECT_EQ(*Execute({RollbackToVersion{{version}}}), once);
  }

  // All but what has a life of its own.
  static std::string Text(const CatalogView& catalog) {
    std::vector<std::string> lines;
    for (const auto line : absl::StrSplit(CanonicalLines(catalog), '\n')) {
      std::vector<std::string> words;
      for (const auto word : absl::StrSplit(line, ' ')) {
        if (!absl::StartsWith(word, "generation=")) words.emplace_back(word);
      }
      lines.push_back(absl::StrJoin(words, " "));
    }
    return absl::StrJoin(lines, "\n");
  }

  std::optional<ConfiguredDescriptor> Find(const CatalogView& catalog, std::string_view name) {
    return As<ConfiguredDescriptor>(
        catalog.Find(NameScope::In(catalog.Schema("PUBLIC")->id()), name));
  }
  ConfiguredDescriptor Get(std::string_view name) { return *Find(now_ = Now(), name); }
  std::string Show(std::string_view name) { return *ToSql(now_, Get(name)); }

  static HybridTimestamp At(CatalogVersion version) { return HybridTimestamp(version.value, 0); }
  std::string History() const { return absl::StrJoin(history_, ";\n"); }

  const std::shared_ptr<VersionedStore> store_ = VersionedStore::Create();
  const PlanHost host_{.at = [this](CatalogVersion version) { return store_->At(version); }};
  Catalog now_ = store_->Latest();
  std::vector<std::string> history_;
};

constexpr std::string_view kTunnel =
    "CREATE CONNECTION t TO ssh tunnel (HOST 'h', USER 'u', PUBLIC KEY 1 'k1', PUBLIC KEY 2 'k2')";

TEST_F(RollbackTest, WhatWasDroppedIsMadeAnewOnce) {
  Run(kTunnel);
  const uint64_t then =
      Run("CREATE CONNECTION c TO kafka (BROKERS ('a', 'b'), SSH TUNNEL t);"
          "CREATE SOURCE s FROM CONNECTION c (TOPIC 'x') (id INT, total INT);"
          "CREATE SINK k FROM s INTO CONNECTION c (TOPIC 'y')");
  const ObjectId old = Get("S").id();
  Run("DROP CONNECTION t CASCADE");
  RollBack(then);
  EXPECT_GT(Get("S").id(), old);
  RollBack(then - 1);
  RollBack(then);
}

TEST_F(RollbackTest, WhatStayedKeepsItsId) {
  const uint64_t then = Run(kTunnel);
  const ObjectId id = Get("T").id();
  Run("ALTER CONNECTION t SET (HOST 'h2'), COMMENT 'x', RENAME TO u");
  RollBack(then);
  EXPECT_EQ(Get("T").id(), id);
}

TEST_F(RollbackTest, KeysThatWereRotatedRotateBack) {
  const uint64_t then = Run(kTunnel);
  ASSERT_TRUE(Execute({RotateKeys{.name = "T", .new_public_key = "k3"}}).ok());
  EXPECT_EQ(Get("T").FindOption("public-key-1")->value(), "k2");
  const Migration script = Migrate(Now(), *store_->At({then}));
  ASSERT_EQ(script.steps.size(), 1);
  EXPECT_EQ(script.steps.front().text, "no SQL alters PUBLIC KEY 1, PUBLIC KEY 2");
  RollBack(then);
  EXPECT_EQ(Get("T").FindOption("public-key-1")->value(), "k1");
  EXPECT_EQ(Get("T").FindOption("public-key-2")->value(), "k2");
}

TEST_F(RollbackTest, NamesThatWereSwappedAreSwappedBack) {
  Run("CREATE CONNECTION a TO kafka (BROKER 'a'); CREATE CONNECTION b TO kafka (BROKER 'b')");
  const uint64_t then = Run("CREATE SOURCE s FROM CONNECTION a");
  Run("BEGIN; ALTER CONNECTION a RENAME TO x; ALTER CONNECTION b RENAME TO a;"
      "ALTER CONNECTION x RENAME TO b; COMMIT");
  EXPECT_THAT(Show("S"), HasSubstr("FROM CONNECTION PUBLIC.B"));
  RollBack(then);
  EXPECT_THAT(Show("S"), HasSubstr("FROM CONNECTION PUBLIC.A"));
}

// The new one is in use, and in the way of the old one.
TEST_F(RollbackTest, AnotherOneOfTheNameGoesThoughItIsInUse) {
  const uint64_t then =
      Run("CREATE CONNECTION c TO kafka (BROKER 'blue'); CREATE SOURCE s FROM CONNECTION c");
  const ObjectId blue = Get("C").id();
  Run("ALTER CONNECTION c RENAME TO c_old; CREATE CONNECTION c TO kafka (BROKER 'green');"
      "ALTER SOURCE s SET CONNECTION c");
  RollBack(then);
  EXPECT_EQ(Get("C").id(), blue);
}

TEST_F(RollbackTest, OneOfAnotherTypeIsDroppedForTheOldOne) {
  const uint64_t then =
      Run("CREATE CONNECTION c TO kafka (BROKER 'b'); CREATE SOURCE s FROM CONNECTION c;"
          "CREATE CATALOG h USING hive WITH ('a' = 'b')");
  Run("DROP CONNECTION c CASCADE; DROP CATALOG h;"
      "CREATE CONNECTION c TO postgres (HOST 'h', USER 'u', DATABASE 'd');"
      "CREATE SOURCE s FROM CONNECTION c; CREATE CATALOG h USING iceberg");
  RollBack(then);
  EXPECT_EQ(Get("S").type(), "kafka");
}

TEST_F(RollbackTest, WhatASinkReadsMayHaveBecomeATable) {
  Run("CREATE CONNECTION c TO kafka (BROKER 'b')");
  const uint64_t then =
      Run("CREATE SOURCE s FROM CONNECTION c; CREATE SINK k FROM s INTO CONNECTION c");
  Run("DROP SOURCE s CASCADE; CREATE TABLE s (id INT PRIMARY KEY);"
      "CREATE SINK k FROM s INTO CONNECTION c");
  RollBack(then);
}

TEST_F(RollbackTest, ColumnsOfASourceAreWhatTheyWere) {
  Run("CREATE CONNECTION c TO kafka (BROKER 'b')");
  const uint64_t then = Run("CREATE SOURCE s FROM CONNECTION c (id INT, total INT)");
  const uint64_t other = Run("DROP SOURCE s; CREATE SOURCE s FROM CONNECTION c (id BIGINT)");
  RollBack(then);
  const Migration script = Migrate(*store_->At({other}), Now());
  ASSERT_EQ(script.steps.size(), 1);
  EXPECT_EQ(script.steps.front().kind, MigrationStep::Kind::kLeftOut);
  EXPECT_EQ(script.steps.front().object, "source PUBLIC.S");
  EXPECT_EQ(script.steps.front().text, "no SQL alters its columns");
  EXPECT_THAT(Show("S"), HasSubstr("(ID INTEGER, TOTAL INTEGER)"));
}

TEST_F(RollbackTest, LabelsAreWhatTheyWere) {
  const uint64_t then = Run("CREATE CATALOG c USING x");
  AlterConfigured labels{.kind = ObjectKind::kCatalog, .name = "C"};
  labels.labels = std::vector<annals::Option>{{"team", "a"}};
  const auto labelled = Execute({labels});
  ASSERT_TRUE(labelled.ok());
  RollBack(then);
  RollBack(*labelled);
  Run("DROP CATALOG c");
  RollBack(*labelled);
}

TEST_F(RollbackTest, ColumnsThatAreBackAreNotAddedAgain) {
  const uint64_t then = Run("CREATE TABLE u (id INT PRIMARY KEY, a INT, b INT)");
  Run("ALTER TABLE u DROP COLUMN a");
  RollBack(then);
  Run("DROP TABLE u; CREATE TABLE u (id INT PRIMARY KEY, b INT, x INT)");
  RollBack(then);
}

TEST_F(RollbackTest, IndexesAreBuiltByWhoHasTheData) {
  Run("CREATE TABLE u (id INT PRIMARY KEY, a INT); CREATE INDEX i ON u (a)");
  const uint64_t then = Run("ALTER INDEX i START BUILDING; ALTER INDEX i MAKE AVAILABLE");
  Run("DROP INDEX i; ALTER INDEX i REMOVE");
  RollBack(then);
  EXPECT_EQ(Now().Index("PUBLIC", "I")->status(), IndexStatus::kRegistered);
  Run("ALTER INDEX i START BUILDING; ALTER INDEX i MAKE AVAILABLE");
  RollBack(then - 1);
  EXPECT_EQ(Now().Index("PUBLIC", "I")->status(), IndexStatus::kAvailable);
}

// Its value does not come back with it.
TEST_F(RollbackTest, ASecretIsNeverWhatItWasBefore) {
  const uint64_t then =
      Run("CREATE SECRET p FROM ENV 'A';"
          "CREATE CONNECTION c TO kafka (BROKER 'b', SASL PASSWORD SECRET p)");
  std::set<std::string> fingerprints;
  const auto fingerprint = [&] {
    const ObjectId id = Get("C").id();
    return EffectiveFingerprints(now_).Of(id).ToHex();
  };
  fingerprints.insert(fingerprint());
  Run("REFRESH SECRET p");
  const std::string refreshed = fingerprint();
  RollBack(then);
  EXPECT_EQ(fingerprint(), refreshed) << "what it stands for is what it is";
  fingerprints.insert(refreshed);
  Run("ALTER SECRET p FROM ENV 'B'");
  RollBack(then);
  EXPECT_TRUE(fingerprints.insert(fingerprint()).second);
  Run("ALTER CONNECTION c RESET (SASL PASSWORD); DROP SECRET p");
  RollBack(then);
  EXPECT_TRUE(fingerprints.insert(fingerprint()).second);
}

// The index cannot have its name back before the connection has its own.
TEST_F(RollbackTest, AnIndexWhoseNameIsTakenIsNoReasonToCrash) {
  Run("CREATE TABLE u (id INT PRIMARY KEY, a INT); CREATE INDEX i ON u (a)");
  const uint64_t then = Run("CREATE CONNECTION c TO kafka (BROKER 'a')");
  Run("ALTER INDEX i RENAME TO j; ALTER CONNECTION c RENAME TO i");
  RollBack(then);
}

TEST_F(RollbackTest, ASchemaGoesOnceNothingInItIsInUse) {
  const uint64_t then =
      Run("CREATE CONNECTION c TO kafka (BROKER 'a'); CREATE SOURCE s FROM CONNECTION c");
  Run("CREATE SCHEMA s2; CREATE CONNECTION s2.c2 TO kafka (BROKER 'a');"
      "ALTER SOURCE s SET CONNECTION s2.c2");
  RollBack(then);
  EXPECT_FALSE(Now().Schema("S2"));
}

TEST_F(RollbackTest, AZoneThatCameByItselfIsWhatItWasButForThat) {
  const uint64_t then = Run("CREATE TABLE u (id INT PRIMARY KEY)");
  ASSERT_TRUE(Now().DefaultZone()->automatic());
  Run("ALTER ZONE \"Default\" SET (REPLICAS 3); ALTER ZONE \"Default\" RENAME TO d");
  RollBackOnce(then);
  EXPECT_EQ(Now().DefaultZone()->replicas(), 1u);
  EXPECT_EQ(Now().DefaultZone()->name(), "Default");
  EXPECT_FALSE(Now().DefaultZone()->automatic());
}

TEST_F(RollbackTest, AZoneThatCameByItselfAndIsGoneIsMadeAnew) {
  const uint64_t then = Run("CREATE TABLE u (id INT PRIMARY KEY)");
  Run("CREATE ZONE z STORAGE PROFILES ['default']; ALTER ZONE z SET DEFAULT; DROP TABLE u;"
      "DROP ZONE \"Default\"");
  RollBackOnce(then);
  EXPECT_EQ(Now().DefaultZone()->name(), "Default");
  EXPECT_FALSE(Now().Zone("Z"));
  EXPECT_EQ(Now().Table("PUBLIC", "U")->zone_id(), Now().default_zone_id());
}

TEST_F(RollbackTest, TheDefaultZoneStaysWhereThereWasNone) {
  const uint64_t none = Version();
  const uint64_t then = Run("CREATE ZONE z STORAGE PROFILES ['default']");
  Run("ALTER ZONE z SET DEFAULT");
  RollBackOnce(then);
  EXPECT_EQ(Now().DefaultZone()->name(), "Z");
  RollBackOnce(none);
  EXPECT_EQ(Now().DefaultZone()->name(), "Z");
}

// Another zone of its name was there.
TEST_F(RollbackTest, ADefaultZoneIsNotInTheWayOfOneOfItsName) {
  const uint64_t then = Run("CREATE ZONE z (PARTITIONS 7) STORAGE PROFILES ['default']");
  Run("DROP ZONE z; CREATE ZONE z STORAGE PROFILES ['default']; ALTER ZONE z SET DEFAULT");
  RollBackOnce(then);
  EXPECT_EQ(Now().DefaultZone()->partitions(), 7u);
}

TEST_F(RollbackTest, SystemViewsStayAsTheyAre) {
  ASSERT_TRUE(Execute({CreateSystemSchema{"SYSTEM"}}).ok());
  const uint64_t then = Run("CREATE CATALOG c USING x");
  const CreateSystemView view = {
      .name = "V", .columns = {{.name = "A", .type = Int32()}}, .kind = ViewKind::kNode};
  ASSERT_TRUE(Execute({view}).ok());
  Run("DROP CATALOG c");
  RollBackOnce(then);
  EXPECT_TRUE(Now().Find(NameScope::In(Now().Schema("SYSTEM")->id()), "V"));
}

TEST_F(RollbackTest, NamesGoBackFromWhatIsOfAnotherKind) {
  Run("CREATE TABLE u (id INT PRIMARY KEY, a INT); CREATE INDEX i ON u (a)");
  const uint64_t then = Run("CREATE CONNECTION c TO kafka (BROKER 'a')");
  Run("ALTER TABLE u RENAME TO x; ALTER CONNECTION c RENAME TO u");
  RollBack(then);
  Run("ALTER TABLE u RENAME TO x; ALTER CONNECTION c RENAME TO u; ALTER TABLE x RENAME TO c");
  RollBack(then);
  Run("ALTER INDEX i RENAME TO x; ALTER CONNECTION c RENAME TO i; ALTER INDEX x RENAME TO c");
  RollBack(then);
}

TEST_F(RollbackTest, NothingIsBeforeTheFirstVersion) {
  EXPECT_EQ(ReasonOf(Execute({RollbackToVersion{{0}}}).status()),
            Reason::CATALOG_VERSION_NOT_FOUND);
}

TEST_F(RollbackTest, ATableOfAnotherKeyIsMadeAnewForTheSinkThatReadsIt) {
  const uint64_t then =
      Run("CREATE TABLE u (id INT PRIMARY KEY, b INT); CREATE CONNECTION c TO kafka (BROKER 'a');"
          "CREATE SINK k FROM u INTO CONNECTION c (TOPIC 'x')");
  Run("DROP TABLE u CASCADE; CREATE TABLE u (b INT PRIMARY KEY, id INT);"
      "CREATE SINK k FROM u INTO CONNECTION c (TOPIC 'x')");
  RollBack(then);
}

std::string RandomStatement(std::mt19937& random) {
  const auto one_of = [&](std::initializer_list<std::string_view> texts) {
    return std::string(*(texts.begin() + random() % texts.size()));
  };
  const auto name = [&] { return one_of({"a", "b", "c", "d"}); };
  const auto kind = [&] { return one_of({"CONNECTION", "SECRET", "SOURCE", "SINK", "TABLE"}); };
  const auto text = [&] { return absl::StrCat("'", random() % 3, "'"); };
  switch (random() % 20) {
    case 0:
      return absl::StrCat("CREATE SECRET ", name(), " FROM ENV ", text());
    case 1:
      return absl::StrCat("CREATE CONNECTION ", name(), " TO ssh tunnel (HOST ", text(),
                          ", USER 'u', PUBLIC KEY 1 ", text(), ")");
    case 2:
      return absl::StrCat("CREATE CONNECTION ", name(), " TO kafka (BROKER ", text(), ")");
    case 3:
      return absl::StrCat("CREATE CONNECTION ", name(), " TO kafka (BROKERS (", text(),
                          ", 'z'), SSH TUNNEL ", name(), ", SASL PASSWORD SECRET ", name(), ")");
    case 4:
      return absl::StrCat("CREATE CONNECTION ", name(),
                          " TO postgres (HOST 'h', USER 'u', DATABASE 'd', SSH TUNNEL ", name(),
                          ")");
    case 5:
      return absl::StrCat("CREATE SOURCE ", name(), " FROM CONNECTION ", name(), " (TOPIC ", text(),
                          one_of({")", ") (x INT, y INT)", ") (y BIGINT)"}));
    case 6:
      return absl::StrCat("CREATE SINK ", name(), " FROM ", name(), " INTO CONNECTION ", name());
    case 7:
      return absl::StrCat("CREATE TABLE ", name(), " (id INT PRIMARY KEY, ",
                          one_of({"x INT", "x BIGINT, y INT", "y INT, x INT DEFAULT 5"}), ")");
    case 8:
      return absl::StrCat("ALTER CONNECTION ", name(), " SET (",
                          one_of({"HOST", "BROKER", "DATABASE", "SASL USER"}), " ", text(), ")");
    case 9:
      return absl::StrCat("ALTER CONNECTION ", name(), " SET (SSH TUNNEL ", name(), "), COMMENT ",
                          text());
    case 10:
      return absl::StrCat("ALTER CONNECTION ", name(), " RESET (",
                          one_of({"SSH TUNNEL", "SASL PASSWORD", "SASL USER"}), ")");
    case 11:
      return absl::StrCat("ALTER ", kind(), " ", name(), " RENAME TO ", name());
    case 12:
      return absl::StrCat("ALTER SOURCE ", name(), " SET CONNECTION ", name());
    case 13:
      return absl::StrCat("ALTER SECRET ", name(), " FROM ENV ", text());
    case 14:
      return absl::StrCat("REFRESH SECRET ", name());
    case 15:
      return absl::StrCat("ALTER TABLE ", name(), " ", one_of({"ADD", "DROP"}), " COLUMN ",
                          one_of({"x", "y", "z"}), " INT");
    case 16:
      return absl::StrCat("ALTER TABLE ", name(), " DROP COLUMN ", one_of({"x", "y", "z"}));
    case 17:
      return absl::StrCat("CREATE INDEX i", random() % 2, " ON ", name(), " (x)");
    case 18:
      return absl::StrCat("DROP INDEX i", random() % 2);
    default:
      return absl::StrCat("DROP ", kind(), " ", name(), one_of({"", "", " CASCADE"}));
  }
}

TEST_F(RollbackTest, AnyHistoryIsRolledBackToAnyOfItsVersionsAndOnce) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 1500 && !HasFatalFailure() && !HasNonfatalFailure(); ++i) {
    const std::string sql = RandomStatement(random);
    const uint64_t before = Version();
    TryRun(sql).IgnoreError();
    if (Version() > before) history_.push_back(absl::StrCat("/* ", Version(), " */ ", sql));
    if (random() % 3 == 0) {
      Execute({RotateKeys{.name = std::string(1, static_cast<char>('A' + random() % 4)),
                          .new_public_key = absl::StrCat("k", i)}})
          .IgnoreError();
    }
    if (random() % 12 != 0) continue;
    const uint64_t version = 1 + random() % Version();
    history_.push_back(absl::StrCat("ROLLBACK TO VERSION ", version));
    RollBack(version);
  }
  EXPECT_GT(Version(), 200) << "most statements were refused";
}

}  // namespace
}  // namespace annals::ddl
