// Stores that come into being as a whole, and what a store looks like from outside.

#include "annals/log/rocksdb/new_store.h"

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/tests/support/status_matchers.h"
#include "annals/tests/support/test_log.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NewStoreTest : public ::testing::Test {
 protected:
  NewStoreTest() {
    std::string name = (fs::temp_directory_path() / "annals-new-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    room_ = name;
  }
  ~NewStoreTest() override { fs::remove_all(room_); }

  std::string path() const { return (room_ / "store").string(); }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(room_)) names.insert(entry.path().filename());
    return names;
  }
  static void Append(UpdateLog& log, RecordWriter& writer) {
    const PendingRecord record = writer.Next("p");
    const AppendResult done =
        log.Append({&record, 1}, record.version.Previous(), absl::InfiniteFuture());
    ASSERT_EQ(done.outcome, AppendResult::Outcome::kCommitted) << done.status;
  }

 private:
  fs::path room_;
};

TEST_F(NewStoreTest, IsAtItsPathOnceItIsFinishedAndNotBefore) {
  auto made = NewStore::Begin(path());
  ASSERT_THAT(made, IsOk());
  const StoreUuid store = (*made)->log().Head().store;
  RecordWriter writer(store);
  Append((*made)->log(), writer);
  EXPECT_FALSE(fs::exists(path()));
  ASSERT_THAT((*made)->Finish(), IsOk());
  made->reset();
  EXPECT_THAT(Names(), ElementsAre("store"));
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_all);
  const auto log = OpenRocksDbLog({.path = path()});
  ASSERT_THAT(log, IsOk());
  EXPECT_THAT((*log)->warnings(), IsEmpty());
  EXPECT_EQ((*log)->Head().store, store);
  EXPECT_EQ((*log)->Head().version.value, 1u);
}

TEST_F(NewStoreTest, LeavesNothingWhereItIsNotFinished) {
  auto made = NewStore::Begin(path() + "/");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(Names().size(), 1u);
  made->reset();
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(NewStoreTest, TakesNobodysPlace) {
  fs::create_directory(path());
  EXPECT_THAT(NewStore::Begin(path()), FailsWith(Reason::STORE_EXISTS));
  fs::remove(path());
  const auto made = NewStore::Begin(path());
  ASSERT_THAT(OpenRocksDbLog({.path = path()}), IsOk());  // Somebody else is quicker.
  EXPECT_THAT((*made)->Finish(), FailsWith(Reason::IO_ERROR));
  EXPECT_THAT(OpenRocksDbLog({.path = path()}), IsOk());
}

TEST_F(NewStoreTest, ALinkThatLeadsNowhereHasThePlace) {
  fs::create_symlink("nowhere", path());
  EXPECT_THAT(NewStore::Begin(path()), FailsWith(Reason::STORE_EXISTS));
  EXPECT_THAT(Names(), ElementsAre("store"));
}

TEST_F(NewStoreTest, NeedsAParent) {
  EXPECT_THAT(NewStore::Begin(path() + "/nowhere/store"), FailsWith(Reason::IO_ERROR));
}

TEST_F(NewStoreTest, TheStampOfAStoreIsAnotherAfterEachAppendAndSnapshot) {
  EXPECT_EQ(StoreStamp(path()), "");
  const auto log = OpenRocksDbLog({.path = path()});
  ASSERT_THAT(log, IsOk());
  RecordWriter writer((*log)->Head().store);
  std::string last = StoreStamp(path());
  for (int i = 0; i < 100; ++i) {
    ASSERT_NO_FATAL_FAILURE(Append(**log, writer));
    const std::string now = StoreStamp(path());
    ASSERT_NE(now, last) << i;
    last = now;
    ASSERT_EQ(StoreStamp(path()), now) << i;
  }
  const auto bytes = (*log)->ReadRecord({100});
  ASSERT_THAT(bytes, IsOk());
  const CommitId attempt = CommitId::Random();
  ASSERT_THAT(
      (*log)->InstallRoot({100}, {}, attempt.ToString(),
                          SealRoot((*log)->Head().store, writer.position(), attempt, *bytes)),
      IsOk());
  EXPECT_NE(StoreStamp(path()), last);
}

}  // namespace
}  // namespace annals
