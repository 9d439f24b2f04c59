#include "annals/commands/create_schema.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CreateSchemaTest : public CommandTest {};

TEST_F(CreateSchemaTest, MakesASchemaWithTheNextId) {
  EXPECT_THAT(Do(CreateSchema{.name = "S"}), ElementsAre("NewObject schema 2 S"));
  EXPECT_EQ(catalog_.next_object_id(), ObjectId{3});
}

TEST_F(CreateSchemaTest, ATakenNameIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(CreateSchema{.name = "PUBLIC"}), FailsWith(Reason::SCHEMA_EXISTS, {"PUBLIC"}));
  EXPECT_THAT(Do(CreateSchema{.name = "PUBLIC", .if_not_exists = true}), IsEmpty());
}

TEST_F(CreateSchemaTest, NamesAreCaseSensitive) {
  EXPECT_THAT(Try(CreateSchema{.name = "public"}), IsOk());
  EXPECT_THAT(Try(CreateSchema{.name = "system"}), IsOk());
}

TEST_F(CreateSchemaTest, SystemNamesAreReserved) {
  for (const char* name : {"SYSTEM", "DEFINITION_SCHEMA", "INFORMATION_SCHEMA"}) {
    EXPECT_THAT(Try(CreateSchema{.name = name, .if_not_exists = true}),
                FailsWith(Reason::RESERVED_SCHEMA_NAME));
  }
}

TEST_F(CreateSchemaTest, ABadNameIsRefused) {
  EXPECT_THAT(Try(CreateSchema{.name = " "}), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(Try(CreateSchema{.name = "\xFF"}), FailsWith(Reason::INVALID_NAME));
}

TEST_F(CreateSchemaTest, OnlyReservedNamesMakeSystemSchemas) {
  EXPECT_THAT(Do(CreateSystemSchema{"INFORMATION_SCHEMA"}),
              ElementsAre("NewObject schema 2 INFORMATION_SCHEMA"));
  EXPECT_THAT(Try(CreateSystemSchema{"INFORMATION_SCHEMA"}), FailsWith(Reason::SCHEMA_EXISTS));
  EXPECT_THAT(Try(CreateSystemSchema{"S"}),
              FailsWith(Reason::NOT_A_SYSTEM_SCHEMA, {"\"S\"", "DEFINITION_SCHEMA"}));
  EXPECT_THAT(Try(CreateSystemSchema{"information_schema"}),
              FailsWith(Reason::NOT_A_SYSTEM_SCHEMA));
  EXPECT_THAT(Try(CreateSystemSchema{" "}), FailsWith(Reason::BLANK_IDENTIFIER));
}

}  // namespace
}  // namespace annals
