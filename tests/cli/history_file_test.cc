#include "annals/cli/shell/history_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(HistoryEntriesTest, AStatementOverLinesBecomesOneEntry) {
  EXPECT_THAT(HistoryEntries({"CREATE TABLE t (", "    a INT", "", ");"}),
              ElementsAre("CREATE TABLE t ( a INT );"));
  EXPECT_THAT(HistoryEntries({}), IsEmpty());
  EXPECT_THAT(HistoryEntries({".tables"}), ElementsAre(".tables"));
}

TEST(HistoryEntriesTest, LinesWhoseEndsMatterStayLines) {
  const std::vector<std::string> comment = {"SHOW -- all of them", "TABLES;"};
  EXPECT_EQ(HistoryEntries(comment), comment);
  const std::vector<std::string> quote = {"SHOW TABLES LIKE 'two", "lines';"};
  EXPECT_EQ(HistoryEntries(quote), quote);
}

TEST(HistoryPathTest, TheStateFolderComesBeforeTheHome) {
  EXPECT_THAT(HistoryPath("/s", "/h"), Optional(std::string("/s/annals/history")));
  EXPECT_THAT(HistoryPath("", "/h"), Optional(std::string("/h/.annals_history")));
  EXPECT_THAT(HistoryPath("relative", "/h"), Optional(std::string("/h/.annals_history")));
  EXPECT_EQ(HistoryPath(nullptr, nullptr), std::nullopt);
}

class HistoryFileTest : public ProgramTest {
 protected:
  HistoryFile file() const { return HistoryFile(Path("state/annals/history")); }
};

TEST_F(HistoryFileTest, EntriesAreKeptForTheirOwnerAlone) {
  EXPECT_THAT(file().Load(), IsEmpty());
  ASSERT_TRUE(file().Append({"a", "b"}).ok());
  ASSERT_TRUE(file().Append({"c"}).ok());
  EXPECT_THAT(file().Load(), ElementsAre("a", "b", "c"));
  struct stat about {};
  ASSERT_EQ(::stat(Path("state/annals/history").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST_F(HistoryFileTest, AFileOfManyEntriesIsCutToTheNewest) {
  for (size_t i = 0; i <= 2 * kHistoryEntries; ++i) {
    ASSERT_TRUE(file().Append({std::to_string(i)}).ok());
  }
  const auto entries = file().Load();
  EXPECT_EQ(entries.size(), kHistoryEntries);
  EXPECT_EQ(entries.back(), std::to_string(2 * kHistoryEntries));
  EXPECT_EQ(file().Load(), entries);
  EXPECT_LT(std::filesystem::file_size(Path("state/annals/history")), 10 * kHistoryEntries);
}

TEST_F(HistoryFileTest, AFileThatHasGrownHugeIsCut) {
  ASSERT_TRUE(file().Append({"first"}).ok());
  std::ofstream(Path("state/annals/history"), std::ios::app)
      << std::string(3 << 20, 'x') << "\nlast\n";
  EXPECT_THAT(file().Load(), ElementsAre("last"));
  EXPECT_THAT(file().Load(), ElementsAre("last"));
  EXPECT_LT(std::filesystem::file_size(Path("state/annals/history")), 100u);
}

TEST_F(HistoryFileTest, AHistoryThatCannotBeWrittenIsAnError) {
  Write("state", "no folder");
  EXPECT_FALSE(file().Append({"a"}).ok());
  EXPECT_THAT(file().Load(), IsEmpty());
}

}  // namespace
}  // namespace annals::cli
