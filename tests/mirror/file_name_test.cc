// Names of files: any name is safe, and comes back.

#include <set>

#include "absl/strings/ascii.h"
#include "annals/engine/mirror/file_name_internal.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::mirror {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string CatalogStem(std::string_view name) {
  return FileStemOf(ObjectKind::kCatalog, "", name).text;
}

TEST(FileName, IsTheNameWhereThatIsSafe) {
  for (const std::string name : {"HIVE", "hive", "a_b-c", "t1", "_", "Übergrößen"}) {
    EXPECT_EQ(CatalogStem(name), name);
  }
}

TEST(FileName, EscapesWhatMeansSomethingToASystemOrAShell) {
  EXPECT_EQ(CatalogStem("x/..\\y.yaml"), "x%2F%2E%2E%5Cy%2Eyaml");
  EXPECT_EQ(CatalogStem(".."), "%2E%2E");
  EXPECT_EQ(CatalogStem("."), "%2E");
  EXPECT_EQ(CatalogStem("a."), "a%2E");
  EXPECT_EQ(CatalogStem("-rf"), "%2Drf");
  EXPECT_EQ(CatalogStem("a b"), "a%20b");
  EXPECT_EQ(CatalogStem("100%"), "100%25");
  EXPECT_EQ(CatalogStem("a~b@c:d"), "a%7Eb%40c%3Ad");
  EXPECT_EQ(CatalogStem("con"), "%63on");
  EXPECT_EQ(CatalogStem("LPT1"), "%4CPT1");
  EXPECT_EQ(CatalogStem("a\xE2\x80\xAE"
                        "b"),
            "a%E2%80%AEb");  // Turns the writing around.
  EXPECT_EQ(CatalogStem("\xFF\n"), "%FF%0A");
}

TEST(FileName, TellsSmallLettersWhereTheDirectoryDoesNot) {
  EXPECT_EQ(EscapedName("aB", /*folds_case=*/true), "%61B");
  EXPECT_NE(absl::AsciiStrToLower(EscapedName("ab", true)),
            absl::AsciiStrToLower(EscapedName("AB", true)));
}

TEST(FileName, TellsSchemaAndNameApart) {
  EXPECT_EQ(FileStemOf(ObjectKind::kConnection, "S", "C").text, "S.C");
  EXPECT_NE(FileStemOf(ObjectKind::kConnection, "a.b", "c").text,
            FileStemOf(ObjectKind::kConnection, "a", "b.c").text);
}

TEST(FileName, StaysBelowWhatFileSystemsTake) {
  const std::string slashes(128, '/');
  const FileStem stem = FileStemOf(ObjectKind::kConnection, slashes, slashes);
  EXPECT_FALSE(stem.tells_name);
  EXPECT_LE(stem.text.size(), 200);
  EXPECT_NE(stem.text, FileStemOf(ObjectKind::kConnection, slashes, slashes.substr(1)).text);
  EXPECT_THAT(stem.text, Not(HasSubstr("/")));
}

TEST(FileName, ComesBackWhateverItIs) {
  for (int byte = 1; byte < 256; ++byte) {
    const std::string name = std::string("a") + static_cast<char>(byte) + "b";
    const auto named = ReadFileStem(CatalogStem(name));
    ASSERT_TRUE(named.has_value()) << byte;
    EXPECT_EQ(named->name, name);
    EXPECT_FALSE(named->schema.has_value());
    const auto placed = ReadFileStem(FileStemOf(ObjectKind::kSecret, name, name).text);
    ASSERT_TRUE(placed.has_value()) << byte;
    EXPECT_EQ(placed->schema, name);
    EXPECT_EQ(placed->name, name);
  }
}

TEST(FileName, ThatNoObjectCouldHaveIsNone) {
  for (const char* stem : {"", ".", "a.", ".a", "a.b.c", "%", "a%2", "a%zz", "@a.b.c"}) {
    EXPECT_FALSE(ReadFileStem(stem).has_value()) << stem;
  }
}

}  // namespace
}  // namespace annals::mirror
