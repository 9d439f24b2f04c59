// Every form of every statement: what it says.

#include <ostream>
#include <string_view>

#include "annals/tests/ddl/dump.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

struct Form {
  std::string_view sql;
  std::string_view says;
};

// So that a failing case shows its line in the table.
void ExpectForms(std::initializer_list<Form> forms) {
  for (const Form& form : forms) EXPECT_EQ(Dump(form.sql), form.says) << form.sql;
}

TEST(StatementTest, SchemasAreMadeAndDropped) {
  ExpectForms({
      {"CREATE SCHEMA s", "CreateSchema S"},
      {"CREATE SCHEMA IF NOT EXISTS s", "CreateSchema S if_not_exists"},
      {"DROP SCHEMA s", "DropSchema S"},
      {"DROP SCHEMA s RESTRICT", "DropSchema S"},
      {"DROP SCHEMA s CASCADE", "DropSchema S cascade"},
      {"DROP SCHEMA IF EXISTS s CASCADE", "DropSchema S if_exists cascade"},
  });
}

TEST(StatementTest, UnquotedNamesFoldAndQuotedOnesKeep) {
  ExpectForms({
      {"create schema Sales_1$", "CreateSchema SALES_1$"},
      {"CREATE SCHEMA \"sales\"", "CreateSchema sales"},
      {"CREATE SCHEMA \"a \"\"b\"\" c\"", "CreateSchema a \"b\" c"},
      {"CREATE SCHEMA \"\"\"\"", "CreateSchema \""},
      {"CREATE SCHEMA \"Grüße; -- 表\"", "CreateSchema Grüße; -- 表"},
      {"CREATE SCHEMA \"TABLE\"", "CreateSchema TABLE"},
      {"DROP TABLE a.b", "DropTable A.B"},
      {"DROP TABLE \"a\" . \"b\"", "DropTable a.b"},
      {"DROP TABLE b", "DropTable PUBLIC.B"},
  });
}

TEST(StatementTest, WordsThatAreNotReservedAreNames) {
  ExpectForms({
      {"DROP TABLE index", "DropTable PUBLIC.INDEX"},
      {"DROP TABLE if", "DropTable PUBLIC.IF"},
      {"DROP TABLE IF EXISTS if.exists", "DropTable IF.EXISTS if_exists"},
      {"CREATE TABLE zone (date DATE, time TIME, key INT, hash UUID, version INT, message CHAR)",
       "CreateTable PUBLIC.ZONE (DATE DATE, TIME TIME(0), KEY INT32, HASH UUID, VERSION INT32, "
       "MESSAGE STRING(1)) implicit_key"},
      {"ALTER TABLE t ADD if INT", "AddColumn PUBLIC.T (IF INT32)"},
      {"CREATE INDEX cascade ON using_ (asc)",
       "CreateIndex PUBLIC.CASCADE on USING_ sorted(ASC asc last)"},
  });
}

TEST(StatementTest, BlanksAndCommentsMayStandBetweenTokens) {
  ExpectForms({
      {"CREATE/**/SCHEMA--x\ns", "CreateSchema S"},
      {"CREATE \t\r\n SCHEMA /* ; ' \" -- */ s -- end", "CreateSchema S"},
      {"DROP TABLE IF /* * / */ EXISTS -- why\n a -- \n . -- \n b /***/",
       "DropTable A.B if_exists"},
      {"CREATE TABLE t(a VARCHAR(20)NOT NULL,PRIMARY KEY(a))",
       "CreateTable PUBLIC.T (A STRING(20) NOT NULL) key=hash(A)"},
  });
}

TEST(StatementTest, EveryTypeHasItsWords) {
  constexpr Form kTypes[] = {
      {"BOOLEAN", "BOOLEAN"},
      {"TINYINT", "INT8"},
      {"SMALLINT", "INT16"},
      {"INT", "INT32"},
      {"INTEGER", "INT32"},
      {"BIGINT", "INT64"},
      {"REAL", "FLOAT"},
      {"FLOAT", "FLOAT"},
      {"DOUBLE", "DOUBLE"},
      {"DOUBLE PRECISION", "DOUBLE"},
      {"DECIMAL", "DECIMAL(32767,0)"},
      {"DECIMAL(10)", "DECIMAL(10,0)"},
      {"numeric(10, 2)", "DECIMAL(10,2)"},
      {"DATE", "DATE"},
      {"TIME", "TIME(0)"},
      {"TIME(3)", "TIME(3)"},
      {"TIMESTAMP", "DATETIME(6)"},
      {"TIMESTAMP(0)", "DATETIME(0)"},
      {"TIMESTAMP WITHOUT TIME ZONE", "DATETIME(6)"},
      {"TIMESTAMP(3) WITHOUT TIME ZONE", "DATETIME(3)"},
      {"TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP(6)"},
      {"Timestamp (9) with local time zone", "TIMESTAMP(9)"},
      {"UUID", "UUID"},
      {"CHAR", "STRING(1)"},
      {"CHAR(7)", "STRING(7)"},
      {"VARCHAR", "STRING(65536)~"},
      {"VARCHAR(65536)", "STRING(65536)"},
      {"BINARY", "BYTE_ARRAY(1)"},
      {"BINARY(7)", "BYTE_ARRAY(7)"},
      {"VARBINARY", "BYTE_ARRAY(65536)~"},
      {"VARBINARY(7)", "BYTE_ARRAY(7)"},
  };
  for (const Form& type : kTypes) {
    const std::string sql(type.sql);
    const std::string says(type.says);
    EXPECT_EQ(Dump("CREATE TABLE t (a " + sql + ", b INT)"),
              "CreateTable PUBLIC.T (A " + says + ", B INT32) implicit_key");
    EXPECT_EQ(Dump("ALTER TABLE t ALTER a SET DATA TYPE " + sql), "AlterColumn PUBLIC.T A " + says);
  }
}

TEST(StatementTest, EveryLiteralCanBeADefault) {
  constexpr Form kLiterals[] = {
      {"5", "5"},
      {"+5", "5"},
      {"-5", "-5"},
      {"-.5", "-0.5"},
      {"12.50", "12.50"},
      {"-1.5E-10", "-1.5E-10"},
      {"1e3", "1e3"},
      {"99999999999999999999999", "99999999999999999999999"},
      {"''", "''"},
      {"'it''s'", "'it's'"},
      {"'a\nb;'", "'a\nb;'"},
      {"TRUE", "TRUE"},
      {"false", "FALSE"},
      {"NULL", "NULL"},
      {"X'00fF'", "X'00fF'"},
      {"x''", "X''"},
      {"DATE '2026-01-31'", "'2026-01-31'"},
      {"TIME '10:20:30'", "'10:20:30'"},
      {"TIMESTAMP '2026-01-31 10:20:30'", "'2026-01-31 10:20:30'"},
      {"UUID '01234567-89ab-cdef-0123-456789abcdef'", "'01234567-89ab-cdef-0123-456789abcdef'"},
  };
  for (const Form& literal : kLiterals) {
    const std::string sql(literal.sql);
    const std::string says(literal.says);
    EXPECT_EQ(Dump("CREATE TABLE t (a INT DEFAULT " + sql + " NOT NULL)"),
              "CreateTable PUBLIC.T (A INT32 NOT NULL = " + says + ") implicit_key");
    EXPECT_EQ(Dump("ALTER TABLE t ALTER a SET DEFAULT " + sql), "AlterColumn PUBLIC.T A = " + says);
  }
}

TEST(StatementTest, AFunctionCanBeADefault) {
  ExpectForms({
      {"CREATE TABLE t (a UUID DEFAULT rand_uuid PRIMARY KEY)",
       "CreateTable PUBLIC.T (A UUID NOT NULL = RAND_UUID()) key=hash(A)"},
      {"CREATE TABLE t (a UUID DEFAULT rand_uuid ( ) PRIMARY KEY)",
       "CreateTable PUBLIC.T (A UUID NOT NULL = RAND_UUID()) key=hash(A)"},
      {"ALTER TABLE t ADD a UUID DEFAULT date", "AddColumn PUBLIC.T (A UUID = DATE())"},
  });
}

TEST(StatementTest, ColumnOptionsStandInAnyOrder) {
  const std::string_view says = "CreateTable PUBLIC.T (A INT32 NOT NULL = 1) key=hash(A)";
  ExpectForms({
      {"CREATE TABLE t (a INT NOT NULL DEFAULT 1 PRIMARY KEY)", says},
      {"CREATE TABLE t (a INT PRIMARY KEY DEFAULT 1 NOT NULL)", says},
      {"CREATE TABLE t (a INT DEFAULT 1 PRIMARY KEY)", says},
      {"CREATE TABLE t (a INT NULL)", "CreateTable PUBLIC.T (A INT32) implicit_key"},
  });
}

TEST(StatementTest, KeyColumnsAreNotNullUnlessTheySayNull) {
  ExpectForms({
      {"CREATE TABLE t (a INT, b INT, PRIMARY KEY (b))",
       "CreateTable PUBLIC.T (A INT32, B INT32 NOT NULL) key=hash(B)"},
      {"CREATE TABLE t (PRIMARY KEY (b, a), a INT, b INT NULL)",
       "CreateTable PUBLIC.T (A INT32 NOT NULL, B INT32) key=hash(B, A)"},
      {"CREATE TABLE t (a INT NULL PRIMARY KEY)", "CreateTable PUBLIC.T (A INT32) key=hash(A)"},
  });
}

TEST(StatementTest, AKeySaysKindNameAndOrder) {
  ExpectForms({
      {"CREATE TABLE t (a INT, PRIMARY KEY USING HASH (a))",
       "CreateTable PUBLIC.T (A INT32 NOT NULL) key=hash(A)"},
      {"CREATE TABLE t (a INT, CONSTRAINT k PRIMARY KEY (a))",
       "CreateTable PUBLIC.T (A INT32 NOT NULL) key=K=hash(A)"},
      {"CREATE TABLE t (a INT, b INT, PRIMARY KEY USING SORTED (b DESC, a))",
       "CreateTable PUBLIC.T (A INT32 NOT NULL, B INT32 NOT NULL) key=sorted(B desc first, A asc "
       "last)"},
  });
}

TEST(StatementTest, AZoneSaysItsOptionsInAnyOrder) {
  ExpectForms({
      {"CREATE ZONE z STORAGE PROFILES ['default']", "CreateZone Z [default]"},
      {"CREATE ZONE IF NOT EXISTS \"z\" (AUTO SCALE DOWN OFF, REPLICAS 3, PARTITIONS 25, QUORUM "
       "SIZE "
       "2, NODES FILTER '$..*', AUTO SCALE UP 5, CONSISTENCY MODE 'strong_consistency') STORAGE "
       "PROFILES ['a', 'b''c']",
       "CreateZone z partitions=25 replicas=3 quorum=2 up=5 down=2147483647 filter=$..* strong "
       "[a,b'c] if_not_exists"},
      {"CREATE ZONE z (AUTO SCALE OFF, REPLICAS ALL) STORAGE PROFILES ['a']",
       "CreateZone Z replicas=2147483647 up=2147483647 down=2147483647 [a]"},
      {"ALTER ZONE IF EXISTS z SET (REPLICAS 5, CONSISTENCY MODE 'HIGH_AVAILABILITY')",
       "AlterZone Z replicas=5 available if_exists"},
      {"ALTER ZONE z SET (PARTITIONS 3, STORAGE PROFILES ['a','b'])",
       "AlterZone Z partitions=3 [a,b]"},
      {"ALTER ZONE IF EXISTS z SET DEFAULT", "SetDefaultZone Z if_exists"},
      {"ALTER ZONE z RENAME TO \"y\"", "RenameZone Z -> y"},
      {"DROP ZONE IF EXISTS z", "DropZone Z if_exists"},
      {"EXPLAIN DROP ZONE z", "Explain DropZone Z"},
  });
}

TEST(StatementTest, ATableSaysWhereItLies) {
  ExpectForms({
      {"CREATE TABLE IF NOT EXISTS s.t (a INT PRIMARY KEY) COLOCATE BY (a, b) ZONE \"z\" "
       "STORAGE PROFILE 'p q' WITH (STALE ROWS FRACTION 0.25, MIN STALE ROWS 7)",
       "CreateTable S.T (A INT32 NOT NULL) key=hash(A) colocate=A,B zone=z profile=p q "
       "fraction=0.25 rows=7 if_not_exists"},
      {"CREATE TABLE t (a INT PRIMARY KEY) WITH (MIN STALE ROWS -1)",
       "CreateTable PUBLIC.T (A INT32 NOT NULL) key=hash(A) rows=-1"},
      {"CREATE TABLE t (a INT PRIMARY KEY) ZONE storage STORAGE PROFILE 'p'",
       "CreateTable PUBLIC.T (A INT32 NOT NULL) key=hash(A) zone=STORAGE profile=p"},
      {"CREATE TABLE t ()", "CreateTable PUBLIC.T () implicit_key"},
  });
}

TEST(StatementTest, TablesAreDroppedAndRenamed) {
  ExpectForms({
      {"DROP TABLE IF EXISTS s.t RESTRICT", "DropTable S.T if_exists"},
      {"DROP TABLE t CASCADE", "DropTable PUBLIC.T cascade"},
      {"ALTER TABLE s.t RENAME TO u", "RenameTable S.T -> U"},
      {"ALTER TABLE IF EXISTS t RENAME TO \"u\"", "RenameTable PUBLIC.T -> u if_exists"},
  });
}

TEST(StatementTest, ColumnsAreAddedOneOrMany) {
  ExpectForms({
      {"ALTER TABLE t ADD a INT", "AddColumn PUBLIC.T (A INT32)"},
      {"ALTER TABLE t ADD COLUMN a INT NOT NULL DEFAULT 0",
       "AddColumn PUBLIC.T (A INT32 NOT NULL = 0)"},
      {"ALTER TABLE IF EXISTS t ADD COLUMN IF NOT EXISTS (a INT, b UUID)",
       "AddColumn PUBLIC.T (A INT32, B UUID) if_table_exists if_not_exists"},
      {"ALTER TABLE t ADD (a INT)", "AddColumn PUBLIC.T (A INT32)"},
  });
}

TEST(StatementTest, ColumnsAreDroppedOneOrMany) {
  ExpectForms({
      {"ALTER TABLE t DROP a", "DropColumn PUBLIC.T (A)"},
      {"ALTER TABLE t DROP COLUMN a", "DropColumn PUBLIC.T (A)"},
      {"ALTER TABLE IF EXISTS t DROP COLUMN IF EXISTS (a, \"b\")",
       "DropColumn PUBLIC.T (A, b) if_table_exists if_exists"},
  });
}

TEST(StatementTest, ColumnsAreAltered) {
  ExpectForms({
      {"ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR NOT NULL DEFAULT 'x'",
       "AlterColumn PUBLIC.T A STRING(65536)~ NOT NULL = 'x'"},
      {"ALTER TABLE t ALTER a SET DATA TYPE BIGINT NULL", "AlterColumn PUBLIC.T A INT64 NULL"},
      {"ALTER TABLE IF EXISTS t ALTER a SET NOT NULL",
       "AlterColumn PUBLIC.T A NOT NULL if_table_exists"},
      {"ALTER TABLE t ALTER a DROP NOT NULL", "AlterColumn PUBLIC.T A NULL"},
      {"ALTER TABLE t ALTER a SET DEFAULT NULL", "AlterColumn PUBLIC.T A = NULL"},
      {"ALTER TABLE t ALTER a DROP DEFAULT", "AlterColumn PUBLIC.T A = !NULL"},
      {"ALTER TABLE t RENAME COLUMN a TO b", "RenameColumn PUBLIC.T A -> B"},
      {"ALTER TABLE IF EXISTS t RENAME COLUMN a TO b",
       "RenameColumn PUBLIC.T A -> B if_table_exists"},
  });
}

TEST(StatementTest, KeysAreAddedAndDropped) {
  ExpectForms({
      {"ALTER TABLE t ADD PRIMARY KEY (a, b)", "AddKey PUBLIC.T hash(A, B)"},
      {"ALTER TABLE IF EXISTS t ADD CONSTRAINT k PRIMARY KEY USING SORTED (a NULLS FIRST)",
       "AddKey PUBLIC.T K=sorted(A asc first) if_table_exists"},
      {"ALTER TABLE IF EXISTS t DROP PRIMARY KEY", "DropKey PUBLIC.T if_table_exists"},
  });
}

TEST(StatementTest, PropertiesAreSet) {
  ExpectForms({
      {"ALTER TABLE t SET (STALE ROWS FRACTION 0.3, MIN STALE ROWS 1000)",
       "SetProperty PUBLIC.T fraction=0.3 rows=1000"},
      {"ALTER TABLE IF EXISTS t SET (MIN STALE ROWS 1)",
       "SetProperty PUBLIC.T rows=1 if_table_exists"},
      {"ALTER TABLE t SET (STALE ROWS FRACTION -1)", "SetProperty PUBLIC.T fraction=-1"},
  });
}

TEST(StatementTest, IndexesAreMadeInTheSchemaOfTheirTable) {
  ExpectForms({
      {"CREATE INDEX i ON s.t (a)", "CreateIndex S.I on T sorted(A asc last)"},
      {"CREATE UNIQUE INDEX IF NOT EXISTS i ON t USING HASH (a, b)",
       "CreateIndex PUBLIC.I on T hash(A, B) unique if_not_exists"},
      {"CREATE INDEX i ON t USING SORTED (a ASC, b DESC, c NULLS FIRST, d DESC NULLS LAST)",
       "CreateIndex PUBLIC.I on T sorted(A asc last, B desc first, C asc first, D desc last)"},
  });
}

TEST(StatementTest, IndexesAreDroppedRenamedAndLiveOn) {
  ExpectForms({
      {"DROP INDEX i", "DropIndex PUBLIC.I"},
      {"DROP INDEX IF EXISTS s.i", "DropIndex S.I if_exists"},
      {"ALTER INDEX s.i RENAME TO j", "RenameIndex S.I -> J"},
      {"ALTER INDEX IF EXISTS i RENAME TO j", "RenameIndex PUBLIC.I -> J if_exists"},
      {"ALTER INDEX i START BUILDING", "StartBuilding PUBLIC.I"},
      {"ALTER INDEX s.i MAKE AVAILABLE", "MakeAvailable S.I"},
      {"ALTER INDEX s.i REMOVE", "Remove S.I"},
  });
}

TEST(StatementTest, LookingStatementsSayWhatAndWhen) {
  ExpectForms({
      {"SHOW SCHEMAS", "Show schemas"},
      {"SHOW TABLES LIKE 'a%''s'", "Show tables like 'a%'s'"},
      {"SHOW INDEXES AS OF VERSION 18446744073709551615", "Show indexes @18446744073709551615"},
      {"SHOW ZONES LIKE '' AS OF TIMESTAMP '2026-11-01T10:00Z'",
       "Show zones like '' @'2026-11-01T10:00Z'"},
      {"SHOW VERSIONS", "Show versions"},
      {"DESCRIBE s.t AS OF VERSION 3", "Describe any S.T @3"},
      {"DESCRIBE t", "Describe any PUBLIC.T"},
      {"DESCRIBE TABLE s.t", "Describe table S.T"},
      {"DESCRIBE INDEX i", "Describe index PUBLIC.I"},
      {"DESCRIBE SCHEMA s", "Describe schema .S"},
      {"DESCRIBE ZONE z", "Describe zone .Z"},
      {"DESCRIBE zone", "Describe any PUBLIC.ZONE"},
      {"DESCRIBE index AS OF VERSION 1", "Describe any PUBLIC.INDEX @1"},
      {"DESCRIBE schema.zone", "Describe any SCHEMA.ZONE"},
      {"SHOW CREATE TABLE s.t AS OF VERSION 4", "ShowCreate table S.T @4"},
      {"SHOW CREATE INDEX i", "ShowCreate index PUBLIC.I"},
      {"SHOW CREATE SCHEMA s", "ShowCreate schema .S"},
      {"SHOW CREATE ZONE z", "ShowCreate zone .Z"},
      {"EXPLAIN DROP TABLE t", "Explain DropTable PUBLIC.T"},
  });
}

TEST(StatementTest, ABlockBeginsAndCommits) {
  ExpectForms({
      {"BEGIN", "Begin"},
      {"COMMIT", "Commit ''"},
      {"commit message 'it''s time'", "Commit 'it's time'"},
  });
}

// SHOW CREATE spells the implicit key out, so that it reads back under any policy.
TEST(StatementTest, TheImplicitKeyColumnMayBeSpelledOut) {
  ExpectForms({
      {"CREATE TABLE t (\"__p_key\" UUID NOT NULL DEFAULT rand_uuid, a INT, PRIMARY KEY "
       "(\"__p_key\"))",
       "CreateTable PUBLIC.T (__p_key UUID NOT NULL = RAND_UUID(), A INT32) key=hash(__p_key)"},
      {"CREATE TABLE t (__p_key INT)", "CreateTable PUBLIC.T (__P_KEY INT32) implicit_key"},
      {"CREATE TABLE t (\"__p_key\" INT PRIMARY KEY)",
       "CreateTable PUBLIC.T (__p_key INT32 NOT NULL) key=hash(__p_key)"},
  });
}

}  // namespace
}  // namespace annals::ddl
