#include "annals/cli/shell/history_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

// A link to a device or a pipe is how some keep no history.
TEST_F(HistoryFileTest, WhatIsNoFileIsNeitherWaitedForNorChanged) {
  ASSERT_TRUE(file().Append({"a"}).ok());
  const std::string history = Path("state/annals/history");
  const std::string pipe = Path("pipe");
  std::filesystem::remove(history);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_EQ(::chmod(pipe.c_str(), 0644), 0);
  std::filesystem::create_symlink(pipe, history);
  EXPECT_THAT(file().Load(), IsEmpty());
  EXPECT_FALSE(file().Append({"b"}).ok());
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  EXPECT_FALSE(file().Append({"c"}).ok());
  char byte = 0;
  EXPECT_EQ(::read(reader, &byte, 1), 0);
  ::close(reader);
  struct stat about {};
  ASSERT_EQ(::stat(pipe.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0644u);
}

TEST_F(HistoryFileTest, CuttingWritesThroughNobodysLink) {
  ASSERT_TRUE(file().Append(std::vector<std::string>(2 * kHistoryEntries + 1, "a")).ok());
  const std::string other = Write("other", "precious");
  std::filesystem::create_symlink(other, Path("state/annals/history.new"));
  EXPECT_EQ(file().Load().size(), kHistoryEntries);
  EXPECT_EQ(std::filesystem::file_size(other), 8u);
  EXPECT_TRUE(std::filesystem::is_symlink(Path("state/annals/history.new")));
}

}  // namespace
}  // namespace annals::cli
