// What is written in SQL about catalogs, connections, secrets, sources and sinks, and what
// comes of it. A test that begins with a letter and a number is that scenario's.

#include <deque>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/dependents.h"
#include "annals/catalog/diff.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/kind.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/plan.h"
#include "annals/ddl/migration.h"
#include "annals/ddl/names.h"
#include "annals/ddl/parse.h"
#include "annals/ddl/show_create.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// `test` is a closed type of catalogs.
const bool kTestTypeIsRegistered =
    RegisterType({.kind = ObjectKind::kCatalog,
                  .name = "test",
                  .options = {{.name = "default-database"},
                              {.name = "k", .default_value = "1"},
                              {.name = "size", .type = OptionType::kInteger, .least = 1, .most = 9},
                              {.name = "password", .sensitive = true}}})
        .ok();
const bool kStrictTypeIsRegistered =
    RegisterType(
        {.kind = ObjectKind::kCatalog,
         .name = "needy",
         .options = {{.name = "uri", .required = true}, {.name = "fixed", .alterable = false}}})
        .ok();

// A catalog on which statements work, version upon version.
class KindStore {
 public:
  KindStore() { EXPECT_EQ(Run("CREATE SCHEMA public; CREATE SCHEMA s"), ""); }

  // The name of the reason of the first error, or "". No version where there is nothing to do.
  std::string Run(std::string_view sql) {
    const auto statements = Parse(sql);
    if (!statements.ok()) return Failed(statements.status());
    for (const Statement& statement : *statements) {
      const CatalogView& base = catalog();
      CatalogDraft& draft = drafts_.emplace_back(base, base.version().Next(), HybridTimestamp());
      const auto planned =
          PlanBatch(std::get<Write>(statement.what).commands, base, draft, Policy::kStrict);
      if (!planned.ok() || planned->entries.empty()) drafts_.pop_back();
      if (!planned.ok()) return Failed(planned.status());
      entries_ = planned->entries;
    }
    return "";
  }

  const CatalogView& catalog() const {
    if (drafts_.empty()) return empty_;
    return drafts_.back();
  }
  uint64_t version() const { return catalog().version().value; }
  const std::string& message() const { return message_; }
  size_t entries() const { return entries_.size(); }

  // An object of PUBLIC or, of catalogs, at the root.
  ConfiguredDescriptor Get(std::string_view name) const {
    ObjectDescriptor object = catalog().Find(NameScope::In(catalog().Schema("PUBLIC")->id()), name);
    if (!object) object = catalog().Find(NameScope::Root(ObjectKind::kCatalog), name);
    EXPECT_TRUE(object) << name;
    return *As<ConfiguredDescriptor>(object);
  }
  bool Has(std::string_view name) const {
    return catalog().Find(NameScope::In(catalog().Schema("PUBLIC")->id()), name) ||
           catalog().Find(NameScope::Root(ObjectKind::kCatalog), name);
  }

  // "broker=b:9092 ssh-tunnel=->T"
  std::string Options(std::string_view name) const {
    std::vector<std::string> options;
    for (const OptionDescriptor& option : Get(name).options()) {
      options.push_back(
          absl::StrCat(ToAbsl(option.key()), "=",
                       option.ref() == kNoObject
                           ? std::string(option.value())
                           : absl::StrCat("->", ToAbsl(catalog().Find(option.ref()).name()))));
    }
    return absl::StrJoin(options, " ");
  }
  std::string Show(std::string_view name) const { return *ToSql(catalog(), Get(name)); }

  // All configured objects, each after what it refers to.
  std::string ShowAll() const {
    std::string script;
    catalog().ForEachObject([&](const ObjectDescriptor& object) {
      if (IsConfigured(object.kind())) absl::StrAppend(&script, *ToSql(catalog(), object), "\n");
    });
    return script;
  }
  std::map<std::string, Fingerprint> Fingerprints() const {
    std::map<std::string, Fingerprint> prints;
    catalog().ForEachObject([&](const ObjectDescriptor& object) {
      if (IsConfigured(object.kind())) {
        prints.emplace(absl::StrCat(static_cast<int>(object.kind()), ToAbsl(object.name())),
                       FingerprintOf(object));
      }
    });
    return prints;
  }
  // The names of those that would start again if `sql` were done.
  std::vector<std::string> Restarted(std::string_view sql) {
    const size_t base = drafts_.size() - 1;
    EXPECT_EQ(Run(sql), "");
    std::vector<ObjectId> changed;
    for (const ObjectChange& change : Diff(drafts_[base], catalog())) changed.push_back(change.id);
    std::vector<std::string> names;
    for (const ObjectId id : AffectedBy(drafts_[base], catalog(), changed)) {
      names.emplace_back(catalog().Find(id).name());
    }
    return names;
  }

 private:
  std::string Failed(const absl::Status& status) {
    message_ = std::string(status.message());
    const auto reason = ReasonOf(status);
    return reason ? std::string(ReasonName(*reason)) : status.ToString();
  }

  const EmptyCatalog empty_;
  std::deque<CatalogDraft> drafts_;
  UpdateEntries entries_;
  std::string message_;
};

class KindScenarios : public ::testing::Test {
 protected:
  // Refused for this reason, and nothing has changed.
  void ExpectRefused(std::string_view sql, std::string_view reason) {
    const uint64_t version = store_.version();
    EXPECT_EQ(store_.Run(sql), reason) << sql << "\n" << store_.message();
    EXPECT_EQ(store_.version(), version) << sql;
  }
  // Done, and so many versions come of it.
  void ExpectVersions(std::string_view sql, uint64_t versions) {
    const uint64_t before = store_.version();
    EXPECT_EQ(store_.Run(sql), "") << sql << "\n" << store_.message();
    EXPECT_EQ(store_.version(), before + versions) << sql;
  }
  void MakeConnections() {
    ExpectVersions(
        "CREATE CONNECTION t TO ssh tunnel (HOST 'bastion', USER 'u');"
        "CREATE CONNECTION c TO postgres (HOST 'h', USER 'u', DATABASE 'd', PORT 5433, SSH TUNNEL "
        "t);"
        "CREATE SOURCE s FROM CONNECTION c (TOPIC 'x');"
        "CREATE SINK k FROM s INTO CONNECTION c (TOPIC 'y')",
        4);
  }

  KindStore store_;
};

TEST_F(KindScenarios, F01_ACatalogIsMadeOfItsTypeCommentAndOptions) {
  ASSERT_TRUE(kTestTypeIsRegistered && kStrictTypeIsRegistered);
  ExpectVersions("CREATE CATALOG c1 COMMENT 'it''s' WITH ('type'='test','default-database'='db')",
                 1);
  EXPECT_EQ(store_.Get("C1").type(), "test");
  EXPECT_EQ(store_.Get("C1").comment(), "it's");
  EXPECT_EQ(store_.Options("C1"), "default-database=db");
  EXPECT_EQ(store_.Show("C1"),
            "CREATE CATALOG C1 USING TEST COMMENT 'it''s' WITH ('default-database' = 'db');");
}

TEST_F(KindScenarios, F02_ASecondOneOfTheNameIsRefusedOrLeftAlone) {
  ExpectVersions("CREATE CATALOG c USING test COMMENT 'first'", 1);
  ExpectRefused("CREATE CATALOG c USING test", "OBJECT_EXISTS");
  ExpectVersions("CREATE CATALOG IF NOT EXISTS c USING test COMMENT 'second'", 0);
  EXPECT_EQ(store_.Get("C").comment(), "first");
}

TEST_F(KindScenarios, F03_NamesAreAnythingInQuotes) {
  ExpectRefused("CREATE CATALOG a.b USING test", "SYNTAX_ERROR");
  ExpectRefused("CREATE CATALOG \"\" USING test", "SYNTAX_ERROR");
  ExpectRefused("CREATE CATALOG \" \" USING test", "INVALID_NAME");
  ExpectVersions("CREATE CATALOG \"TABLE\" USING test", 1);
  ExpectVersions("CREATE CATALOG \"x/..\\y.yaml\" USING test", 1);
  ExpectVersions("CREATE CATALOG \"a.b\" USING test", 1);
  KindStore other;
  EXPECT_EQ(other.Run(store_.ShowAll()), "");
  EXPECT_EQ(other.Fingerprints(), store_.Fingerprints());
}

TEST_F(KindScenarios, F04_WhatATypeDoesNotTakeIsRefused) {
  ExpectRefused("CREATE CONNECTION c TO kaffka (BROKER 'h')", "UNKNOWN_TYPE");
  ExpectRefused("CREATE CATALOG c USING needy", "MISSING_OPTION");
  ExpectRefused("CREATE CATALOG c USING test WITH ('other' = 'x')", "UNKNOWN_OPTION");
  ExpectRefused("CREATE CATALOG c USING test WITH ('size' = '10')", "INVALID_VALUE");
  ExpectRefused("CREATE CATALOG c USING test WITH ('size' = word)", "INVALID_VALUE");
}

TEST_F(KindScenarios, F13_ResetGoesBackToTheDefault) {
  ExpectVersions("CREATE CATALOG c USING test WITH ('k' = '2', 'size' = 3)", 1);
  ExpectVersions("ALTER CATALOG c RESET ('k')", 1);
  EXPECT_EQ(store_.Options("C"), "size=3");
  ExpectRefused("ALTER CATALOG c RESET ()", "EMPTY_LIST");
  ExpectRefused("ALTER CATALOG c SET ()", "EMPTY_LIST");
  ExpectRefused("ALTER CATALOG c RESET ('type')", "TYPE_CHANGE");
  ExpectRefused("ALTER CATALOG c SET ('type' = 'x')", "TYPE_CHANGE");
  ExpectRefused("ALTER CATALOG c RESET ('other')", "UNKNOWN_OPTION");
  ExpectVersions("ALTER CATALOG c RESET ('k')", 0);
}

TEST_F(KindScenarios, F15_ActionsOfOneStatementAreOneVersion) {
  ExpectVersions("CREATE CATALOG c USING test", 1);
  ExpectVersions("ALTER CATALOG c RENAME TO d, SET ('k'='2'), COMMENT 'x'", 1);
  EXPECT_FALSE(store_.Has("C"));
  EXPECT_EQ(store_.Options("D"), "k=2");
  EXPECT_EQ(store_.Get("D").comment(), "x");
  ExpectVersions("CREATE CATALOG e USING test", 1);
  ExpectRefused("ALTER CATALOG d SET ('k'='3'), COMMENT 'y', RENAME TO e", "OBJECT_EXISTS");
  EXPECT_EQ(store_.Options("D"), "k=2");
}

// Texts with everything that quoting could get wrong.
std::string RandomText(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {"a",  "B", "'", "\"", ".",  "-", " ",  "ä",
                                                 "\\", "/", "7", "=",  "\n", ",", "()", "表"};
  std::string text = "x";
  for (size_t left = random() % 8; left > 0; --left) text += kPieces[random() % std::size(kPieces)];
  return text;
}

TEST_F(KindScenarios, F20_WhatIsShownMakesEqualCatalogsAgain) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 200; ++i) {
    std::vector<std::string> options;
    for (size_t k = random() % 5; k > 0; --k) {
      std::string key = absl::StrCat("o", k, random() % 3 == 0 ? RandomText(random) : "");
      std::erase(key, '\n');
      if (SoundsSensitive(key)) continue;
      options.push_back(absl::StrCat(QuoteString(key), " = ", QuoteString(RandomText(random))));
    }
    std::string name = absl::StrCat(RandomText(random), "_", i);
    std::erase(name, '\n');
    const std::string type = random() % 2 == 0 ? "hive-hadoop2" : "\"odd type.2\"";
    const std::string sql =
        absl::StrCat("CREATE CATALOG ", QuoteName(name), " USING ", type, " COMMENT ",
                     QuoteString(RandomText(random)), " WITH (", absl::StrJoin(options, ", "), ")");
    ASSERT_EQ(store_.Run(sql), "") << sql << "\n" << store_.message();
  }
  KindStore other;
  ASSERT_EQ(other.Run(store_.ShowAll()), "") << other.message();
  EXPECT_EQ(other.Fingerprints(), store_.Fingerprints());
  EXPECT_EQ(other.ShowAll(), store_.ShowAll());
}

TEST_F(KindScenarios, F21_AndM22_ATextForASensitiveOptionIsRefusedAndNotRepeated) {
  ExpectVersions("CREATE SECRET p FROM ENV 'PW'", 1);
  for (const std::string_view sql :
       {"CREATE CATALOG c USING test WITH ('password' = 'hunter2')",
        "CREATE CATALOG c USING free WITH ('passwrd' = 'hunter2')",
        "CREATE CATALOG c USING test WITH ('password' = hunter2)",
        "CREATE CONNECTION c TO kafka (BROKER 'b', SASL PASSWORD hunter2)",
        "CREATE CONNECTION c TO postgres (HOST 'h', USER 'u', DATABASE 'd', PASSWORD 'hunter2')"}) {
    ExpectRefused(sql, "INVALID_VALUE");
    EXPECT_THAT(store_.message(), AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("HUNTER2"))))
        << sql;
  }
  ExpectRefused("ALTER SECRET p SET (ENV = hunter2)", "INVALID_VALUE");
  EXPECT_THAT(store_.message(), HasSubstr("found the name ***"));
  ExpectRefused("CREATE CATALOG c USING free WITH ('token' = hunter2)", "OBJECT_NOT_FOUND");
  EXPECT_THAT(store_.message(), Not(HasSubstr("HUNTER2")));
  ExpectRefused("CREATE CATALOG c USING test WITH ('password' = 'hunter2')", "INVALID_VALUE");
  EXPECT_THAT(store_.message(), HasSubstr("CREATE SECRET"));
  ExpectVersions(
      "CREATE CATALOG c USING test WITH ('password' = SECRET p);"
      "CREATE CATALOG d USING test WITH ('password' = '${ENV:PW}')",
      2);
  EXPECT_EQ(store_.Show("C"), "CREATE CATALOG C USING TEST WITH ('password' = SECRET PUBLIC.P);");
  EXPECT_EQ(store_.Show("D"), "CREATE CATALOG D USING TEST WITH ('password' = '${ENV:PW}');");
}

TEST_F(KindScenarios, M02_SeveralSetsAndResetsAreOneVersion) {
  MakeConnections();
  ExpectVersions("ALTER CONNECTION c SET (HOST 'h2'), RESET (PORT), SET (USER 'v')", 1);
  EXPECT_EQ(store_.Options("C"), "database=d host=h2 ssh-tunnel=->T user=v");
}

TEST_F(KindScenarios, M03_DropAndResetAreTheSame) {
  MakeConnections();
  KindStore other;
  ASSERT_EQ(other.Run(store_.ShowAll()), "");
  ASSERT_EQ(store_.Run("ALTER CONNECTION c DROP (PORT, SSH TUNNEL)"), "");
  ASSERT_EQ(other.Run("ALTER CONNECTION c RESET (PORT, SSH TUNNEL)"), "");
  EXPECT_EQ(store_.Get("C").bytes(), other.Get("C").bytes());
  EXPECT_EQ(store_.Options("C"), "database=d host=h user=u");
}

TEST_F(KindScenarios, M04_WrongAltersChangeNothing) {
  MakeConnections();
  ExpectVersions("CREATE CONNECTION q TO kafka (BROKER 'b', PROGRESS TOPIC 'p')", 1);
  ExpectRefused("ALTER CONNECTION nobody SET (HOST 'h')", "OBJECT_NOT_FOUND");
  ExpectVersions("ALTER CONNECTION IF EXISTS nobody SET (HOST 'h')", 0);
  ExpectVersions("DROP CONNECTION IF EXISTS nobody", 0);
  ExpectRefused("ALTER CONNECTION q SET (PROGRESS TOPIC 'p2')", "INALTERABLE_OPTION");
  ExpectRefused("ALTER CONNECTION c SET (BROKER 'b', SASL USER 'x', HOST 'h2')", "UNKNOWN_OPTION");
  EXPECT_THAT(store_.message(), AllOf(HasSubstr("BROKER"), HasSubstr("SASL USER")));
  ExpectRefused("ALTER CONNECTION c SET (HOST 'h2'), RESET (HOST)", "CONFLICTING_ACTIONS");
  ExpectRefused("ALTER CONNECTION c SET (HOST 'h2'), SET (HOST 'h3')", "DUPLICATE_OPTION");
  ExpectRefused("ALTER CONNECTION c SET ()", "EMPTY_LIST");
  ExpectRefused("ALTER CONNECTION c COMMENT 'a', COMMENT 'b'", "CONFLICTING_ACTIONS");
}

TEST_F(KindScenarios, M05_OptionsThatExcludeEachOther) {
  ExpectVersions("CREATE CONNECTION q TO kafka (BROKER 'b')", 1);
  ExpectVersions("ALTER CONNECTION q SET (BROKERS ('b1', 'b2'))", 1);
  EXPECT_EQ(store_.Options("Q"), "brokers=b1,b2");
  ExpectRefused("ALTER CONNECTION q SET (BROKER 'b'), RESET (BROKERS)", "EXCLUSIVE_OPTIONS");
  ExpectRefused("ALTER CONNECTION q SET (BROKER 'b', BROKERS ('c'))", "EXCLUSIVE_OPTIONS");
}

TEST_F(KindScenarios, ListsAreShownAsTheyWereWritten) {
  ExpectVersions("CREATE CONNECTION q TO kafka (BROKERS ('b,1', 'b''2', 'b\\3', ' b4 ', '\\,'))",
                 1);
  EXPECT_EQ(store_.Show("Q"),
            "CREATE CONNECTION PUBLIC.Q TO KAFKA "
            "(BROKERS ('b,1', 'b''2', 'b\\3', ' b4 ', '\\,'));");
  KindStore other;
  EXPECT_EQ(other.Run(store_.ShowAll()), "");
  EXPECT_EQ(other.Fingerprints(), store_.Fingerprints());
  ExpectVersions("ALTER CONNECTION q SET (BROKERS 'b1, b2')", 1);
  EXPECT_EQ(store_.Show("Q"), "CREATE CONNECTION PUBLIC.Q TO KAFKA (BROKERS ('b1', 'b2'));");
  ExpectRefused("ALTER CONNECTION q SET (BROKERS ())", "EMPTY_LIST");
  ExpectRefused("ALTER CONNECTION q SET (SASL USER ('a', 'b'))", "INVALID_VALUE");
  ExpectRefused("ALTER CONNECTION q SET (BROKER 'b'), SET ()", "EMPTY_LIST");
}

TEST_F(KindScenarios, M13_AlteringToWhatIsThereMakesNoVersion) {
  MakeConnections();
  ExpectVersions("ALTER CONNECTION c SET (HOST 'h', PORT 5433, SSH TUNNEL t)", 0);
  ExpectVersions("ALTER CONNECTION c COMMENT '', RENAME TO c", 0);
}

TEST_F(KindScenarios, M14_CommentAndRenameRestartNobodyAndShowTheNewName) {
  MakeConnections();
  EXPECT_THAT(store_.Restarted("ALTER CONNECTION c COMMENT 'x', RENAME TO d"), IsEmpty());
  EXPECT_EQ(store_.Show("S"), "CREATE SOURCE PUBLIC.S FROM CONNECTION PUBLIC.D (TOPIC 'x');");
  EXPECT_EQ(store_.Show("K"),
            "CREATE SINK PUBLIC.K FROM PUBLIC.S INTO CONNECTION PUBLIC.D (TOPIC 'y');");
}

TEST_F(KindScenarios, M15_WhatIsFixedForLifeStays) {
  MakeConnections();
  ExpectRefused("ALTER CONNECTION c SET (TYPE 'kafka')", "TYPE_CHANGE");
  ExpectRefused("ALTER CONNECTION c RESET (TYPE)", "TYPE_CHANGE");
  ExpectRefused("ALTER CONNECTION c TO kafka", "SYNTAX_ERROR");
  ExpectRefused("ALTER SINK k SET INPUT t", "INALTERABLE_OPTION");
}

TEST_F(KindScenarios, M16_RotatingKeysStandsAlone) {
  MakeConnections();
  ExpectRefused("ALTER CONNECTION t ROTATE KEYS, SET (HOST 'h')", "CONFLICTING_ACTIONS");
  ExpectRefused("ALTER CONNECTION t ROTATE KEYS WITH (VALIDATE = FALSE)", "CONFLICTING_ACTIONS");
  ExpectRefused("ALTER CONNECTION c ROTATE KEYS", "NOT_SUPPORTED");
}

TEST_F(KindScenarios, M18_WhatIsInUseGoesWithItsDependentsOrNotAtAll) {
  MakeConnections();
  ExpectRefused("DROP CONNECTION c", "HAS_DEPENDENTS");
  EXPECT_THAT(store_.message(), AllOf(HasSubstr("S"), HasSubstr("K")));
  ExpectRefused("DROP CONNECTION c RESTRICT", "HAS_DEPENDENTS");
  ExpectVersions("DROP CONNECTION c CASCADE", 1);
  EXPECT_FALSE(store_.Has("C") || store_.Has("S") || store_.Has("K"));
  EXPECT_TRUE(store_.Has("T"));
}

TEST_F(KindScenarios, M19_ASourceGoesToAnotherConnectionOfItsType) {
  MakeConnections();
  ExpectVersions(
      "CREATE CONNECTION c2 TO postgres (HOST 'h2', USER 'u', DATABASE 'd');"
      "CREATE CONNECTION q TO kafka (BROKER 'b')",
      2);
  ExpectRefused("ALTER SOURCE s SET CONNECTION q", "REF_KIND");
  ExpectVersions("ALTER SOURCE s SET CONNECTION c2", 1);
  EXPECT_EQ(store_.Options("S"), "connection=->C2 topic=x");
}

TEST_F(KindScenarios, M20_NothingRefersToItself) {
  ExpectVersions(
      "CREATE CONNECTION l TO aws privatelink (SERVICE NAME 'n', AVAILABILITY ZONES ('a'));"
      "CREATE CONNECTION r TO confluent schema registry (URL 'http://h', PRIVATELINK l)",
      2);
  const std::string refused = store_.Run("ALTER CONNECTION r SET PRIVATELINK r");
  EXPECT_THAT(refused, ::testing::AnyOf("CYCLE", "REF_KIND"));
}

TEST_F(KindScenarios, M21_WhatIsShownAfterManyAltersMakesTheSameConnection) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  MakeConnections();
  ExpectVersions("CREATE SECRET p FROM FILE '/run/p'; CREATE CONNECTION q TO kafka (BROKER 'b')",
                 2);
  static constexpr std::string_view kActions[] = {"SET (BROKER 'b1')",
                                                  "SET (BROKERS ('b1', 'b2'))",
                                                  "SET (SASL USER 'it''s')",
                                                  "SET (SASL PASSWORD SECRET p)",
                                                  "RESET (SASL USER, SASL PASSWORD)",
                                                  "SET SSH TUNNEL t",
                                                  "DROP (SSH TUNNEL)",
                                                  "SET SECURITY PROTOCOL = 'SASL_SSL'",
                                                  "RESET (SECURITY PROTOCOL)",
                                                  "SET (SASL PASSWORD '${FILE:/run/p}')",
                                                  "COMMENT 'a comment'"};
  for (int i = 0; i < 50; ++i) {
    const std::string_view action = kActions[random() % std::size(kActions)];
    ASSERT_EQ(store_.Run(absl::StrCat("ALTER CONNECTION q ", ToAbsl(action))), "")
        << action << "\n"
        << store_.message();
  }
  KindStore other;
  ASSERT_EQ(other.Run("CREATE CONNECTION t TO ssh tunnel (HOST 'bastion', USER 'u');"
                      "CREATE SECRET p FROM FILE '/run/p'"),
            "");
  ASSERT_EQ(other.Run(store_.Show("Q")), "") << store_.Show("Q") << other.message();
  EXPECT_EQ(FingerprintOf(other.Get("Q")), FingerprintOf(store_.Get("Q"))) << store_.Show("Q");
}

TEST_F(KindScenarios, M17_AndM23_OnlyThoseWhoDependOnWhatChangesRestart) {
  MakeConnections();
  ExpectVersions("CREATE CONNECTION d TO kafka (BROKER 'b'); CREATE SOURCE s2 FROM CONNECTION d ()",
                 2);
  EXPECT_THAT(store_.Restarted("ALTER CONNECTION t SET (HOST 'h2')"), ElementsAre("C", "S", "K"));
  ExpectVersions("CREATE SECRET p FROM ENV 'PW'; ALTER CONNECTION d SET (SASL PASSWORD SECRET p)",
                 2);
  EXPECT_THAT(store_.Restarted("REFRESH SECRET p"), ElementsAre("D", "S2"));
  EXPECT_THAT(store_.Restarted("ALTER SECRET p FROM ENV 'PW'"), ElementsAre("D", "S2"));
}

// ---- From one version to another.

std::string MigrationScriptOf(const Migration& migration) {
  std::string script;
  for (const MigrationStep& step : migration.steps) {
    EXPECT_NE(step.kind, MigrationStep::Kind::kLeftOut) << step.object << ": " << step.text;
    absl::StrAppend(&script, step.text, "\n");
  }
  return script;
}

TEST_F(KindScenarios, MigrationsMakeOneVersionOfAnotherBothWays) {
  MakeConnections();
  KindStore after;
  ASSERT_EQ(after.Run(store_.ShowAll()), "");
  // The same store goes on, so that ids are those of the same objects.
  const CatalogView& before = store_.catalog();
  ExpectVersions(
      "CREATE SECRET p FROM ENV 'PW';"
      "ALTER CONNECTION c RENAME TO c9, COMMENT 'x', SET (PASSWORD SECRET p), RESET (PORT);"
      "DROP SINK k;"
      "CREATE CONNECTION c TO kafka (BROKER 'b');"
      "CREATE CATALOG f USING free WITH ('a.b' = 'c', 's' = SECRET p)",
      5);
  const std::string there = MigrationScriptOf(Migrate(before, store_.catalog()));
  EXPECT_EQ(after.Run(there), "") << there << after.message();
  EXPECT_EQ(after.Fingerprints(), store_.Fingerprints());

  const std::string back = MigrationScriptOf(Migrate(store_.catalog(), before));
  EXPECT_EQ(store_.Run(back), "") << back << store_.message();
  EXPECT_EQ(store_.Options("C"), "database=d host=h port=5433 ssh-tunnel=->T user=u");
  EXPECT_EQ(store_.Options("K"), "connection=->C input=->S topic=y");
  EXPECT_FALSE(store_.Has("C9") || store_.Has("P") || store_.Has("F"));
}

TEST_F(KindScenarios, LabelsAreLeftToCommands) {
  ExpectVersions("CREATE CATALOG c USING free", 1);
  CatalogDraft labelled(store_.catalog(), store_.catalog().version().Next(), HybridTimestamp());
  AlterConfigured give;
  give.name = "C";
  give.labels = std::vector<annals::Option>{{"managed-by", "ops"}};
  const std::vector<CatalogCommand> commands = {give};
  ASSERT_TRUE(PlanBatch(commands, store_.catalog(), labelled, Policy::kStrict).ok());
  const auto expect_way = [](const CatalogView& before, const CatalogView& after) {
    const Migration migration = Migrate(before, after);
    ASSERT_EQ(migration.steps.size(), 1u);
    EXPECT_EQ(migration.steps[0].kind, MigrationStep::Kind::kLeftOut);
    EXPECT_EQ(migration.steps[0].object, "catalog C");
    CatalogDraft made(before, before.version().Next(), HybridTimestamp());
    ASSERT_TRUE(PlanBatch(migration.steps[0].commands, before, made, Policy::kStrict).ok());
    const auto c = NameScope::Root(ObjectKind::kCatalog);
    EXPECT_EQ(made.Find(c, "C").bytes(), after.Find(c, "C").bytes());
  };
  expect_way(store_.catalog(), labelled);
  expect_way(labelled, store_.catalog());
}

TEST_F(KindScenarios, RecreatingMakesAllOfItFromNothing) {
  MakeConnections();
  ExpectVersions("ALTER CONNECTION t RENAME TO z", 1);
  KindStore other;
  const std::string script = MigrationScriptOf(Migrate(other.catalog(), store_.catalog()));
  EXPECT_EQ(other.Run(script), "") << script << other.message();
  EXPECT_EQ(other.Fingerprints(), store_.Fingerprints());
}

}  // namespace
}  // namespace annals::ddl
