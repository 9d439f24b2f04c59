#include "annals/ddl/show_create.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/commands/alter_table_alter_column.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/create_system_view.h"
#include "annals/commands/create_table.h"
#include "annals/commands/plan.h"
#include "annals/ddl/names.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::HasSubstr;

// A catalog that statements work on, version upon version.
class Sandbox {
 public:
  explicit Sandbox(Policy policy) : policy_(policy) {
    EXPECT_EQ(Run("CREATE SCHEMA public; CREATE SCHEMA s"), "");
  }

  // The error, or "".
  std::string Run(std::string_view sql) {
    const auto statements = Parse(sql);
    if (!statements.ok()) return statements.status().ToString();
    for (const Statement& statement : *statements) {
      const absl::Status status = Execute(std::get<Write>(statement.what).commands);
      if (!status.ok()) return absl::StrCat(statement.text, ": ", status.ToString());
    }
    return "";
  }

  absl::Status Execute(const std::vector<CatalogCommand>& commands) {
    const CatalogView& base = catalog();
    const CatalogVersion version = base.version().Next();
    CatalogDraft& draft =
        drafts_.emplace_back(base, version, HybridTimestamp::FromRaw(version.value));
    const auto planned = PlanBatch(commands, base, draft, policy_);
    if (!planned.ok()) drafts_.pop_back();
    return planned.status();
  }

  const CatalogView& catalog() const {
    if (drafts_.empty()) return empty_;
    return drafts_.back();
  }

  std::string Table(std::string_view name, std::string_view schema = "PUBLIC") const {
    const auto table = catalog().Table(schema, name);
    return table.has_value() ? Show(*table) : "no table";
  }
  std::string Index(std::string_view name) const {
    const auto index = catalog().Index("PUBLIC", name);
    return index.has_value() ? Show(*index) : "no index";
  }
  std::string Show(const ObjectDescriptor& object) const {
    const auto sql = ToSql(catalog(), object);
    return sql.ok() ? *sql : sql.status().ToString();
  }

  // What makes all of the catalog again, schemas first.
  std::string ShowAll() const {
    std::string script;
    catalog().ForEachObject([&](const ObjectDescriptor& object) {
      const auto zone = As<ZoneDescriptor>(object);
      if ((zone && zone->automatic()) || !object.has_name() || IsKeyIndex(object)) return;
      absl::StrAppend(&script, Show(object), "\n");
      if (object.id() == catalog().default_zone_id()) {
        absl::StrAppend(&script, "ALTER ZONE ", QuoteName(object.name()), " SET DEFAULT;\n");
      }
    });
    return script;
  }

 private:
  bool IsKeyIndex(const ObjectDescriptor& object) const {
    const auto index = As<IndexDescriptor>(object);
    if (!index.has_value()) return false;
    return catalog().Get<TableDescriptor>(index->table_id())->key_index_id() == index->id();
  }

  const Policy policy_;
  const EmptyCatalog empty_;
  std::deque<CatalogDraft> drafts_;
};

class ShowCreateTest : public ::testing::TestWithParam<Policy> {
 protected:
  // Makes the table, and expects `shown` for it, here and from what is shown.
  void ExpectTable(std::string_view sql, std::string_view shown) {
    Sandbox one(GetParam());
    ASSERT_EQ(one.Run(sql), "");
    EXPECT_EQ(one.Table("T"), shown);
    Sandbox other(GetParam());
    ASSERT_EQ(other.Run(shown), "");
    EXPECT_EQ(other.Table("T"), shown);
    EXPECT_EQ(StateDigest(other.catalog()), StateDigest(one.catalog())) << shown;
  }
};

INSTANTIATE_TEST_SUITE_P(Policies, ShowCreateTest,
                         ::testing::Values(Policy::kStrict, Policy::kRelaxed),
                         [](const auto& policy) {
                           return policy.param == Policy::kStrict ? "Strict" : "Relaxed";
                         });

TEST_P(ShowCreateTest, ATableShowsOneSpelling) {
  ExpectTable("create table public.t (id bigint primary key, \"Name\" varchar(20) default 'it''s')",
              "CREATE TABLE PUBLIC.T (\n"
              "    ID BIGINT NOT NULL,\n"
              "    \"Name\" VARCHAR(20) DEFAULT 'it''s',\n"
              "    PRIMARY KEY (ID)\n"
              ");");
}

TEST_P(ShowCreateTest, EveryTypeAndDefaultReadsBack) {
  ExpectTable(
      "CREATE TABLE t (a BOOLEAN DEFAULT true, b TINYINT DEFAULT -128, c SMALLINT DEFAULT +5, "
      "d INT, e BIGINT, f REAL DEFAULT 1.50, g DOUBLE PRECISION DEFAULT -1e3, h NUMERIC, "
      "i DECIMAL(10) DEFAULT 007, j DECIMAL(5, 3) DEFAULT .250, k DATE DEFAULT DATE '2026-01-31', "
      "l TIME DEFAULT TIME '10:20:30', m TIME(3) DEFAULT '10:20:30.5', n TIMESTAMP, "
      "o TIMESTAMP(0) WITHOUT TIME ZONE DEFAULT '2026-01-31 10:20:30', "
      "p TIMESTAMP WITH LOCAL TIME ZONE DEFAULT TIMESTAMP '2026-01-31 10:20:30', "
      "q UUID DEFAULT UUID '01234567-89AB-CDEF-0123-456789abcdef', r CHAR DEFAULT '\"', "
      "s VARCHAR DEFAULT '', u VARCHAR(65536) DEFAULT 'a\n-- b;', v BINARY, w VARBINARY, "
      "x VARBINARY(9) DEFAULT x'00Ff', y INT NOT NULL DEFAULT NULL, id INT PRIMARY KEY)",
      "CREATE TABLE PUBLIC.T (\n"
      "    A BOOLEAN DEFAULT TRUE,\n"
      "    B TINYINT DEFAULT -128,\n"
      "    C SMALLINT DEFAULT 5,\n"
      "    D INTEGER,\n"
      "    E BIGINT,\n"
      "    F REAL DEFAULT 1.5,\n"
      "    G DOUBLE DEFAULT -1000,\n"
      "    H DECIMAL(32767,0),\n"
      "    I DECIMAL(10,0) DEFAULT 007,\n"
      "    J DECIMAL(5,3) DEFAULT 0.250,\n"
      "    K DATE DEFAULT '2026-01-31',\n"
      "    L TIME(0) DEFAULT '10:20:30',\n"
      "    M TIME(3) DEFAULT '10:20:30.5',\n"
      "    N TIMESTAMP(6),\n"
      "    O TIMESTAMP(0) DEFAULT '2026-01-31 10:20:30',\n"
      "    P TIMESTAMP(6) WITH LOCAL TIME ZONE DEFAULT '2026-01-31 10:20:30',\n"
      "    Q UUID DEFAULT '01234567-89AB-CDEF-0123-456789abcdef',\n"
      "    R VARCHAR(1) DEFAULT '\"',\n"
      "    S VARCHAR DEFAULT '',\n"
      "    U VARCHAR(65536) DEFAULT U&'a\\000A-- b;',\n"
      "    V VARBINARY(1),\n"
      "    W VARBINARY,\n"
      "    X VARBINARY(9) DEFAULT X'00Ff',\n"
      "    Y INTEGER NOT NULL,\n"
      "    ID INTEGER NOT NULL,\n"
      "    PRIMARY KEY (ID)\n"
      ");");
}

TEST_P(ShowCreateTest, AKeyShowsWhatIsNotPlain) {
  ExpectTable(
      "CREATE TABLE t (a INT, b UUID DEFAULT rand_uuid, CONSTRAINT \"k\" PRIMARY KEY USING "
      "SORTED (b DESC, a NULLS FIRST)) COLOCATE BY (a) "
      "WITH (MIN STALE ROWS 7, STALE ROWS FRACTION 0.000001)",
      "CREATE TABLE PUBLIC.T (\n"
      "    A INTEGER NOT NULL,\n"
      "    B UUID NOT NULL DEFAULT RAND_UUID,\n"
      "    CONSTRAINT \"k\" PRIMARY KEY USING SORTED (B DESC NULLS FIRST, A NULLS FIRST)\n"
      ") COLOCATE BY (A) WITH (STALE ROWS FRACTION 1e-06, MIN STALE ROWS 7);");
}

TEST_P(ShowCreateTest, AFunctionOfAnyCaseReadsBack) {
  Sandbox sandbox(GetParam());
  const ColumnDefinition id{.name = "ID", .type = Uuid(), .default_value = Function("Rand_Uuid")};
  const CreateTable table{.name = "T", .columns = {id}, .primary_key = HashPrimaryKey({"ID"})};
  ASSERT_EQ(sandbox.Execute({table}), absl::OkStatus());
  const std::string shown = sandbox.Table("T");
  ASSERT_EQ(sandbox.Run("DROP TABLE t;" + shown), "");
  EXPECT_EQ(sandbox.Table("T"), shown);
}

TEST_P(ShowCreateTest, AnIndexShowsOneSpelling) {
  Sandbox sandbox(GetParam());
  ASSERT_EQ(sandbox.Run("CREATE TABLE t (a INT, b INT, c INT, PRIMARY KEY (a));"
                        "CREATE INDEX i ON t (b, c NULLS FIRST, a DESC);"
                        "CREATE UNIQUE INDEX \"i 2\" ON t USING HASH (a, b)"),
            "");
  EXPECT_EQ(sandbox.Index("I"),
            "CREATE INDEX I ON PUBLIC.T (B, C NULLS FIRST, A DESC NULLS FIRST);");
  EXPECT_EQ(sandbox.Index("i 2"), "CREATE UNIQUE INDEX \"i 2\" ON PUBLIC.T USING HASH (A, B);");
  EXPECT_THAT(sandbox.Index("T_PK"), HasSubstr("T_PK is the key index of PUBLIC.T"));
}

TEST_P(ShowCreateTest, ASchemaShowsItsName) {
  Sandbox sandbox(GetParam());
  ASSERT_EQ(sandbox.Run("CREATE SCHEMA \"Ä b\""), "");
  EXPECT_EQ(sandbox.Show(*sandbox.catalog().Schema("Ä b")), "CREATE SCHEMA \"Ä b\";");
}

TEST_P(ShowCreateTest, AZoneShowsWhatIsNotUsual) {
  const std::string_view usual = "CREATE ZONE Z STORAGE PROFILES ['default'];";
  const std::string_view unusual =
      "CREATE ZONE \"z 2\" (PARTITIONS 3, REPLICAS 9, QUORUM SIZE 5, NODES FILTER '$[''a b'']', "
      "AUTO SCALE UP OFF, AUTO SCALE DOWN 60, CONSISTENCY MODE 'HIGH_AVAILABILITY') STORAGE "
      "PROFILES ['a', 'it''s'];";
  Sandbox sandbox(GetParam());
  ASSERT_EQ(sandbox.Run(absl::StrCat(ToAbsl(usual), ToAbsl(unusual),
                                     "CREATE ZONE five (REPLICAS 5, QUORUM SIZE 3, AUTO SCALE UP "
                                     "0) STORAGE PROFILES ['default']")),
            "");
  EXPECT_EQ(sandbox.Show(*sandbox.catalog().Zone("Z")), usual);
  EXPECT_EQ(sandbox.Show(*sandbox.catalog().Zone("z 2")), unusual);
  EXPECT_EQ(sandbox.Show(*sandbox.catalog().Zone("FIVE")),
            "CREATE ZONE FIVE (REPLICAS 5) STORAGE PROFILES ['default'];");
}

// Another zone may be the default one when the statement is executed.
TEST_P(ShowCreateTest, ATableNamesItsZoneUnlessThatComesByItself) {
  Sandbox sandbox(GetParam());
  ASSERT_EQ(sandbox.Run("CREATE ZONE z STORAGE PROFILES ['a', 'b']; CREATE ZONE y STORAGE PROFILES "
                        "['a']; ALTER ZONE y SET DEFAULT; CREATE TABLE t (a INT PRIMARY KEY) ZONE "
                        "z STORAGE PROFILE 'b'; CREATE TABLE u (a INT PRIMARY KEY) ZONE y"),
            "");
  EXPECT_THAT(sandbox.Table("T"), HasSubstr(") ZONE Z STORAGE PROFILE 'b';"));
  EXPECT_THAT(sandbox.Table("U"), HasSubstr(") ZONE Y;"));
  Sandbox other(GetParam());
  ASSERT_EQ(other.Run("CREATE TABLE t (a INT PRIMARY KEY)"), "");
  EXPECT_THAT(other.Table("T"), ::testing::EndsWith("\n);"));
  ASSERT_EQ(other.Run("CREATE ZONE z STORAGE PROFILES ['default']; ALTER ZONE z SET DEFAULT"), "");
  EXPECT_THAT(other.Table("T"), HasSubstr(") ZONE \"Default\";"));
}

TEST_P(ShowCreateTest, WhatHasNoWordsIsNotSupported) {
  Sandbox sandbox(GetParam());
  const CreateSystemSchema schema{"SYSTEM"};
  const CreateSystemView view{
      .name = "V", .columns = {{.name = "A", .type = Int32()}}, .kind = ViewKind::kNode};
  ASSERT_EQ(sandbox.Execute({schema, view}), absl::OkStatus());
  const auto sql = ToSql(sandbox.catalog(), *sandbox.catalog().SystemView("SYSTEM", "V"));
  EXPECT_EQ(ReasonOf(sql.status()), Reason::NOT_SUPPORTED);
}

TEST(ImplicitKeyTest, StrictGivesATableWithoutAKeyOne) {
  Sandbox sandbox(Policy::kStrict);
  ASSERT_EQ(sandbox.Run("CREATE TABLE t (a INT)"), "");
  const std::string shown = sandbox.Table("T");
  EXPECT_EQ(shown,
            "CREATE TABLE PUBLIC.T (\n"
            "    \"__p_key\" UUID NOT NULL DEFAULT RAND_UUID,\n"
            "    A INTEGER,\n"
            "    PRIMARY KEY (\"__p_key\")\n"
            ");");
  for (const Policy policy : {Policy::kStrict, Policy::kRelaxed}) {
    Sandbox other(policy);
    ASSERT_EQ(other.Run(shown), "");
    EXPECT_EQ(other.Table("T"), shown);
    EXPECT_EQ(StateDigest(other.catalog()), StateDigest(sandbox.catalog()));
  }
}

TEST(ImplicitKeyTest, RelaxedGivesNone) {
  Sandbox sandbox(Policy::kRelaxed);
  ASSERT_EQ(sandbox.Run("CREATE TABLE t (a INT); CREATE TABLE \"u\" ()"), "");
  EXPECT_EQ(sandbox.Table("T"), "CREATE TABLE PUBLIC.T (\n    A INTEGER\n);");
  EXPECT_EQ(sandbox.Table("u"), "CREATE TABLE PUBLIC.\"u\" ();");
}

TEST(ImplicitKeyTest, ItsNameIsTakenOnlyWhereItIsGiven) {
  Sandbox strict(Policy::kStrict);
  EXPECT_THAT(strict.Run("CREATE TABLE t (\"__p_key\" INT)"), HasSubstr("COLUMN_DUPLICATED"));
  // Names come first.
  EXPECT_THAT(strict.Run("CREATE TABLE system.t (\"__p_key\" INT)"),
              HasSubstr("SYSTEM_SCHEMA_FORBIDDEN"));
  ASSERT_EQ(strict.Run("CREATE TABLE t (\"__p_key\" INT PRIMARY KEY)"), "");
  Sandbox relaxed(Policy::kRelaxed);
  ASSERT_EQ(relaxed.Run("CREATE TABLE t (\"__p_key\" INT)"), "");
}

TEST(ImplicitKeyTest, AColumnOfItsNameReadsBackHoweverItCame) {
  const ColumnDefinition own{
      .name = "__p_key", .type = Uuid(), .default_value = Function("rand_uuid")};
  const ColumnDefinition other{.name = "__p_key", .type = Int32()};
  const std::vector<std::vector<CatalogCommand>> ways = {
      {CreateTable{.name = "T", .columns = {own}, .primary_key = HashPrimaryKey({"__p_key"})}},
      {CreateTable{.name = "T", .columns = {other}, .primary_key = HashPrimaryKey({"__p_key"})}},
      {CreateTable{.name = "T", .columns = {{.name = "A", .type = Int32()}}, .implicit_key = true},
       AlterTableAlterColumn{.table = "T", .column = "__p_key", .default_value = NullConstant()}}};
  for (const std::vector<CatalogCommand>& way : ways) {
    Sandbox one(Policy::kStrict);
    for (const CatalogCommand& command : way) ASSERT_EQ(one.Execute({command}), absl::OkStatus());
    const std::string shown = one.Table("T");
    Sandbox again(Policy::kStrict);
    ASSERT_EQ(again.Run(shown), "") << shown;
    EXPECT_EQ(again.Table("T"), shown);
    EXPECT_EQ(CanonicalLines(again.catalog()), CanonicalLines(one.catalog()));
  }
}

TEST(ImplicitKeyTest, StrictStillWantsAColumn) {
  Sandbox sandbox(Policy::kStrict);
  EXPECT_THAT(sandbox.Run("CREATE TABLE t ()"), HasSubstr("NO_COLUMNS"));
}

// As JSON gives them: kept, and read back from SQL as they are.
TEST(ConstantTest, EveryConstantOfItsTypeReadsBackAsItIsSpelled) {
  struct Case {
    DataType type;
    std::vector<std::string> texts;
  };
  const std::vector<Case> cases = {
      {Decimal(9, 2), {"1.50", "1.5", "1E2", "+1", ".5", "007", "-0", "5.", "100"}},
      {Date(), {"2024-01-31"}},
      {Time(3), {"10:20", "10:20:30", "10:20:30.50"}},
      {Datetime(3), {"2024-01-31T10:20:30.500", "2024-01-31 10:20", "2024-01-31"}},
      {Timestamp(3), {"2024-01-31T10:20:30Z", "2024-01-31t10:20z"}},
      {Uuid(), {"01234567-89AB-CDEF-0123-456789abcdef"}},
      {String(9), {"", "it's", "1.50"}},
      {ByteArray(9), {"00FF", ""}}};
  for (const Case& one : cases) {
    for (const std::string& text : one.texts) {
      const ColumnDefinition column{.name = "C", .type = one.type, .default_value = Constant(text)};
      Sandbox made(Policy::kRelaxed);
      ASSERT_EQ(made.Execute({CreateTable{.name = "T", .columns = {column}}}), absl::OkStatus());
      Sandbox again(Policy::kRelaxed);
      ASSERT_EQ(again.Run(made.Table("T")), "") << made.Table("T");
      EXPECT_EQ(StateDigest(again.catalog()), StateDigest(made.catalog())) << made.Table("T");
    }
  }
}

// In the object a number is a number; SQL knows only DECIMAL here.
TEST(ConstantTest, ANumberForADecimalReadsBackAsADecimal) {
  const ColumnDefinition column{.name = "C", .type = Decimal(5, 2), .default_value = Constant(5)};
  Sandbox made(Policy::kRelaxed);
  ASSERT_EQ(made.Execute({CreateTable{.name = "T", .columns = {column}}}), absl::OkStatus());
  Sandbox again(Policy::kRelaxed);
  ASSERT_EQ(again.Run(made.Table("T")), "") << made.Table("T");
  const auto table = again.catalog().Table("PUBLIC", "T");
  EXPECT_EQ(table->FindColumn("C")->default_value(),
            (DefaultValue{DefaultValue::Kind::kConstant, TypeId::kDecimal, "5"}));
}

TEST(ConstantTest, WhatIsNoneOfItsTypeHasNoSql) {
  const std::vector<ColumnDefinition> columns = {
      {.name = "C", .type = Int32(), .default_value = Constant("abc")},
      {.name = "C", .type = String(5), .default_value = Constant("abc45678901")},
      {.name = "C", .type = String(5), .default_value = Constant(7)},
      {.name = "C", .type = Decimal(3, 1), .default_value = Constant("abc")},
      {.name = "C", .type = Time(), .default_value = Constant("10:20:30.5")},
      {.name = "C", .type = ByteArray(1), .default_value = Constant("abc")},
      {.name = "C", .type = Int8(), .default_value = Constant(1000)}};
  for (const ColumnDefinition& column : columns) {
    Sandbox sandbox(Policy::kRelaxed);
    ASSERT_EQ(sandbox.Execute({CreateTable{.name = "T", .columns = {column}}}), absl::OkStatus());
    const auto sql = ToSql(sandbox.catalog(), *sandbox.catalog().Table("PUBLIC", "T"));
    EXPECT_THAT(sql, FailsWith(Reason::NOT_SUPPORTED,
                               {"PUBLIC.T", "column C", column.default_value.literal.text}));
  }
}

TEST(ShowCreateRefusalTest, ASystemSchemaHasNoSql) {
  Sandbox sandbox(Policy::kStrict);
  ASSERT_EQ(sandbox.Execute({CreateSystemSchema{"INFORMATION_SCHEMA"}}), absl::OkStatus());
  EXPECT_THAT(ToSql(sandbox.catalog(), *sandbox.catalog().Schema("INFORMATION_SCHEMA")),
              FailsWith(Reason::NOT_SUPPORTED, {"INFORMATION_SCHEMA"}));
}

TEST(ShowCreateEscapesTest, ANulCharacterReadsBack) {
  Sandbox sandbox(Policy::kRelaxed);
  const ColumnDefinition column{
      .name = "A", .type = String(9), .default_value = Constant(std::string("\0", 1))};
  ASSERT_EQ(sandbox.Execute({CreateTable{.name = "T", .columns = {column}}}), absl::OkStatus());
  const std::string sql = sandbox.Table("T");
  EXPECT_THAT(sql, HasSubstr("DEFAULT U&'\\0000'"));
  Sandbox other(Policy::kRelaxed);
  ASSERT_EQ(other.Run(sql), "");
  EXPECT_EQ(other.Table("T"), sql);
}

// ---- Random catalogs: what is shown of one makes the same one.

class Script {
 public:
  explicit Script(uint32_t seed) : random_(seed) {}

  std::string Text() {
    std::string script;
    for (int z = Below(3); z > 0; --z) script += Zone();
    for (int t = Below(4) + 1; t > 0; --t) script += Table();
    return script;
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % limit); }
  bool Maybe() { return Below(3) == 0; }
  template <size_t N>
  std::string_view Pick(const std::string_view (&choices)[N]) {
    return choices[Below(N)];
  }

  // Always another one, of characters that are hard on quoting.
  std::string Name() {
    constexpr std::string_view kParts[] = {"A", "b",  "_",  "$", "9",  "\"", "'",     ".",
                                           ";", "--", "/*", " ", "表", "Ä",  "TABLE", "\\"};
    std::string name;
    for (int i = Below(4); i > 0; --i) name += Pick(kParts);
    absl::StrAppend(&name, "N", names_++);
    if (Maybe()) name.insert(0, Pick(kParts));
    return name;
  }

  std::string Column(const std::string& name) {
    constexpr std::string_view kTypes[] = {
        "BOOLEAN DEFAULT FALSE",
        "TINYINT DEFAULT 127",
        "SMALLINT",
        "INT DEFAULT -0",
        "BIGINT DEFAULT 1e3",
        "REAL DEFAULT 1e-7",
        "DOUBLE DEFAULT -12.5e10",
        "DECIMAL",
        "DECIMAL(80, 10) DEFAULT 12345678901234567890.123",
        "DATE DEFAULT '2000-02-29'",
        "TIME(9) DEFAULT '23:59:59.123456789'",
        "TIMESTAMP(3) DEFAULT '2026-11-01T10:00:00.100'",
        "TIMESTAMP WITH LOCAL TIME ZONE DEFAULT '2026-11-01 10:00:00Z'",
        "UUID DEFAULT '01234567-89AB-CDEF-0123-456789ABCDEF'",
        "VARCHAR DEFAULT 'a''b\"c;--\n\t'",
        "VARCHAR(7) DEFAULT ''",
        "CHAR DEFAULT '表'",
        "VARBINARY DEFAULT X'00'",
        "BINARY(3)"};
    return absl::StrCat(QuoteName(name), " ", ToAbsl(Pick(kTypes)), Maybe() ? " NOT NULL" : "");
  }

  std::string SortedColumns(const std::vector<std::string>& columns) {
    constexpr std::string_view kOrders[] = {"", " ASC", " DESC", " NULLS FIRST",
                                            " DESC NULLS LAST"};
    return absl::StrJoin(columns, ", ", [&](std::string* out, const std::string& column) {
      absl::StrAppend(out, QuoteName(column), ToAbsl(Pick(kOrders)));
    });
  }

  std::string Names(const std::vector<std::string>& columns) {
    return absl::StrJoin(columns, ", ", [](std::string* out, const std::string& column) {
      out->append(QuoteName(column));
    });
  }

  std::vector<std::string> Some(std::vector<std::string> columns) {
    std::shuffle(columns.begin(), columns.end(), random_);
    columns.resize(1 + Below(static_cast<int>(columns.size())));
    return columns;
  }

  std::string Zone() {
    constexpr std::string_view kOptions[] = {"",
                                             " (PARTITIONS 7)",
                                             " (REPLICAS 9, QUORUM SIZE 5)",
                                             " (REPLICAS ALL, AUTO SCALE OFF)",
                                             " (AUTO SCALE UP 5, AUTO SCALE DOWN 0)",
                                             " (NODES FILTER '$[?(@.a == ''b c'')]')",
                                             " (CONSISTENCY MODE 'HIGH_AVAILABILITY')"};
    const std::string name = QuoteName(Name());
    zones_.push_back({name, {QuoteString(Name()), QuoteString(Name())}});
    std::string script =
        absl::StrCat("CREATE ZONE ", name, ToAbsl(Pick(kOptions)), " STORAGE PROFILES [",
                     absl::StrJoin(zones_.back().profiles, ", "), "];\n");
    if (!has_default_ && Maybe()) {
      has_default_ = true;
      absl::StrAppend(&script, "ALTER ZONE ", name, " SET DEFAULT;\n");
    }
    return script;
  }

  // Where a table lies: anywhere.
  std::string Place() {
    if (zones_.empty() || Maybe()) return "";
    const ZoneMade& zone = zones_[Below(static_cast<int>(zones_.size()))];
    const std::string place = absl::StrCat(" ZONE ", zone.name);
    return Maybe() ? absl::StrCat(place, " STORAGE PROFILE ", zone.profiles[Below(2)]) : place;
  }

  std::string Table() {
    const std::string name = absl::StrCat(Maybe() ? "s." : "", QuoteName(Name()));
    std::vector<std::string> columns(1 + Below(6));
    std::vector<std::string> elements;
    for (std::string& column : columns) elements.push_back(Column(column = Name()));

    std::string colocate;
    if (!Maybe()) {
      const std::vector<std::string> key = Some(columns);
      const bool sorted = Maybe();
      elements.push_back(absl::StrCat(
          Maybe() ? absl::StrCat("CONSTRAINT ", QuoteName(Name()), " ") : "", "PRIMARY KEY ",
          sorted ? "USING SORTED (" : "(", sorted ? SortedColumns(key) : Names(key), ")"));
      if (Maybe()) colocate = absl::StrCat(" COLOCATE BY (", Names(Some(key)), ")");
    }
    std::string script = absl::StrCat("CREATE TABLE ", name, " (", absl::StrJoin(elements, ", "),
                                      ")", colocate, Place());
    if (Maybe()) absl::StrAppend(&script, " WITH (MIN STALE ROWS ", Below(1000), ")");
    script += ";\n";
    for (int i = Below(3); i > 0; --i) {
      absl::StrAppend(&script, "CREATE INDEX ", QuoteName(Name()), " ON ", name, " (",
                      SortedColumns(Some(columns)), ");\n");
    }
    return script;
  }

  struct ZoneMade {
    std::string name;
    std::vector<std::string> profiles;
  };
  std::mt19937 random_;
  int names_ = 0;
  std::vector<ZoneMade> zones_;
  bool has_default_ = false;
};

TEST_P(ShowCreateTest, WhatIsShownOfARandomCatalogMakesTheSameOne) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const std::string script = Script(seed).Text();
    Sandbox one(GetParam());
    ASSERT_EQ(one.Run(script), "") << "seed " << seed << "\n" << script;
    const std::string shown = one.ShowAll();
    Sandbox other(GetParam());
    // The sandbox has made the first two schemas.
    std::string_view tables = shown;
    for (int i = 0; i < 2; ++i) tables.remove_prefix(tables.find('\n') + 1);
    ASSERT_EQ(other.Run(tables), "") << "seed " << seed << "\n" << shown;
    EXPECT_EQ(other.ShowAll(), shown) << "seed " << seed;
    EXPECT_EQ(CanonicalLines(other.catalog()), CanonicalLines(one.catalog())) << "seed " << seed;
    EXPECT_EQ(StateDigest(other.catalog()), StateDigest(one.catalog())) << "seed " << seed;
  }
}

}  // namespace
}  // namespace annals::ddl
