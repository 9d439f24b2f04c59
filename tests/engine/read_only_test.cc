// Who only reads writes nothing, on whatever it finds.

#include <fstream>
#include <sstream>

#include "annals/tests/engine/fixtures.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace annals {
namespace {

// Every file of a directory and what is in it.
std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::ostringstream content;
    if (entry.is_regular_file()) content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[entry.path().string()] = content.str();
  }
  return files;
}

// Between the moment when a reader knows what tables there are and the moment when it reads
// the first write-ahead log, much happens.
class BusyMoment final : public rocksdb::FileSystemWrapper {
 public:
  explicit BusyMoment(std::function<void()> happen)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), happen_(std::move(happen)) {}

  const char* Name() const override { return "BusyMoment"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    if (path.ends_with(".log")) happen_();
    return FileSystemWrapper::NewSequentialFile(path, options, file, debug);
  }

 private:
  const std::function<void()> happen_;
};

class ReadOnlyTest : public ::testing::Test {
 protected:
  Manager OpenReader() { return MustOpen({.path = store_.path(), .read_only = true}); }
  Manager OpenWriter() { return MustOpen({.path = store_.path()}); }

  const TempStore store_;
};

TEST_F(ReadOnlyTest, EverythingThatWritesIsRefusedAndNoFileChanges) {
  std::map<uint64_t, State> before;
  {
    const Manager writer = OpenWriter();
    ASSERT_THAT(writer->Execute(TableNamed("T")), IsOk());
    ASSERT_THAT(writer->Execute(Touch("T")), IsOk());
    before = StatesOf(*writer);
  }
  const auto files = FilesIn(store_.path());
  {
    const Manager reader = OpenReader();
    EXPECT_EQ(StatesOf(*reader), before);
    EXPECT_THAT(reader->Execute(TableNamed("U")), FailsWith(Reason::READ_ONLY));
    bool called = false;
    reader->ExecuteAsync({TableNamed("U")}, {}, [&](const auto& result) {
      EXPECT_THAT(result, FailsWith(Reason::READ_ONLY));
      called = true;
    });
    EXPECT_TRUE(called);
    EXPECT_THAT(reader->Snapshot({2}), FailsWith(Reason::READ_ONLY));
    EXPECT_THAT(reader->Backup(store_.Beside("copy")), FailsWith(Reason::READ_ONLY));
    EXPECT_THAT(reader->Explain({TableNamed("U")}), IsOk());
    // Nothing will come, so nobody is left waiting for it.
    EXPECT_THAT(reader->WaitForVersion({3}, absl::InfiniteFuture()), IsOk());
    EXPECT_THAT(reader->WaitForVersion({4}, absl::InfiniteFuture()), FailsWith(Reason::READ_ONLY));
    EXPECT_EQ(reader->SafeTime(), before.at(3).activation);
    EXPECT_THAT(reader->WaitSafeTime(reader->SafeTime(), absl::InfiniteFuture()), IsOk());
    EXPECT_THAT(reader->WaitSafeTime(reader->SafeTime().Next(), absl::InfiniteFuture()),
                FailsWith(Reason::READ_ONLY));
  }
  EXPECT_EQ(FilesIn(store_.path()), files);
  EXPECT_FALSE(std::filesystem::exists(store_.Beside("copy")));
}

TEST_F(ReadOnlyTest, AnEmptyStoreIsVersionZeroAndStaysEmpty) {
  OpenRocksDbLog({.path = store_.path()}).IgnoreError();
  const auto files = FilesIn(store_.path());
  {
    const Manager reader = OpenReader();
    EXPECT_EQ(LatestOf(*reader), CatalogVersion{0});
    EXPECT_FALSE(reader->Latest().Schema("PUBLIC"));
    EXPECT_THAT(reader->ActiveAt(absl::Now()), ::testing::Not(FailsWith(Reason::DAMAGED)));
  }
  EXPECT_EQ(FilesIn(store_.path()), files);
}

TEST_F(ReadOnlyTest, WhereThereIsNoStoreNoneIsMade) {
  EXPECT_THAT(CatalogManager::Open(OpenOptions{.path = store_.path(), .read_only = true}),
              FailsWith(Reason::STORE_NOT_FOUND));
  EXPECT_THAT(CatalogManager::Open(OpenOptions{.path = store_.path(), .create_if_missing = false}),
              FailsWith(Reason::STORE_NOT_FOUND));
  EXPECT_FALSE(std::filesystem::exists(store_.path()));
}

TEST_F(ReadOnlyTest, ReadsBesideALiveWriterWhatWasThereWhenItOpened) {
  const Manager writer = OpenWriter();
  ASSERT_THAT(writer->Execute(TableNamed("T")), IsOk());
  const Manager reader = OpenReader();
  ASSERT_THAT(writer->Execute(TableNamed("U")), IsOk());
  EXPECT_EQ(LatestOf(*reader), CatalogVersion{2});
  EXPECT_EQ(LatestOf(*OpenReader()), CatalogVersion{3});
  EXPECT_THAT(CatalogManager::Open(OpenOptions{.path = store_.path()}),
              FailsWith(Reason::STORE_LOCKED));
  ASSERT_THAT(writer->Snapshot({3}), Gives(true));
  EXPECT_EQ(StateOf(OpenReader()->Latest()), StateOf(writer->Latest()));
  EXPECT_TRUE(reader->At({2})->Table("PUBLIC", "T"));
}

TEST_F(ReadOnlyTest, SeesTheStateOfBeforeASnapshotThatIsMadeWhileItOpens) {
  const Manager writer = OpenWriter();
  ASSERT_THAT(writer->Execute(TableNamed("T")), IsOk());
  const CatalogVersion before = LatestOf(*writer);
  int made = 0;
  const auto busy = std::make_shared<BusyMoment>([&] {
    ASSERT_THAT(writer->Execute(SchemaNamed(absl::StrCat("S", ++made))), IsOk());
    ASSERT_THAT(writer->Snapshot(LatestOf(*writer)), Gives(true));
  });
  const auto env = rocksdb::NewCompositeEnv(busy);
  auto log = OpenRocksDbLog({.path = store_.path(), .read_only = true, .env = env.get()});
  ASSERT_THAT(log, IsOk());
  const Manager reader = MustOpen(*std::move(log), {.read_only = true});
  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(made, 1) << "it had to look again";
  EXPECT_EQ(LatestOf(*reader), before);
  EXPECT_TRUE(reader->Latest().Table("PUBLIC", "T"));
}

TEST_F(ReadOnlyTest, ReadersOpenWhileTheWriterIsBusy) {
  const Manager writer = OpenWriter();
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    for (int i = 0; !stop; ++i) {
      ASSERT_THAT(writer->Execute(SchemaNamed(absl::StrCat("S", i))), IsOk());
      if (i % 20 != 19) continue;
      ASSERT_THAT(writer->Snapshot(LatestOf(*writer)), Gives(true));
    }
  });
  uint64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    const Manager reader = OpenReader();
    ASSERT_NE(reader, nullptr);
    const uint64_t head = LatestOf(*reader).value;
    EXPECT_GE(head, last);
    last = head;
  }
  stop = true;
  busy.join();
}

}  // namespace
}  // namespace annals
