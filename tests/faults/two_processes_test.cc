// Two processes and one store: one of them writes, any may read (T10).

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "annals/tests/engine/fixtures.h"
#include "annals/tests/faults/scale.h"
#include "annals/tests/faults/writer_process.h"

namespace annals {
namespace {

class TwoProcessesTest : public ::testing::Test {
 protected:
  static constexpr absl::Duration kPatience = absl::Seconds(20);

  // Hears what `writer` tells until it tells `what`, and notes what was committed.
  std::optional<Told> HearUntil(WriterProcess& writer, Told::What what) {
    while (auto told = writer.Next(kPatience)) {
      if (told->what == Told::What::kCommitted) {
        committed_ = std::max(committed_, told->version);
        if (!told->text.empty()) digests_[told->version] = told->text;
      }
      if (told->what == what) return told;
      if (told->what == Told::What::kBroken) ADD_FAILURE() << told->text;
      if (told->what == Told::What::kRefused) break;
    }
    ADD_FAILURE() << "the writer said nothing";
    return std::nullopt;
  }
  void HearCommits(WriterProcess& writer, int count) {
    for (int i = 0; i < count; ++i) HearUntil(writer, Told::What::kCommitted);
  }
  // That another process cannot write, and says why.
  void ExpectAnotherIsRefused() {
    WriterProcess another({.path = store_.path()});
    const auto refused = HearUntil(another, Told::What::kRefused);
    ASSERT_TRUE(refused.has_value());
    EXPECT_THAT(refused->text, ::testing::HasSubstr("STORE_LOCKED"));
    EXPECT_THAT(refused->text, ::testing::HasSubstr(store_.path()));
  }
  // That all that was committed, and is not truncated, is there as it was told.
  void ExpectCommitted(const CatalogManager& manager) {
    EXPECT_GE(LatestOf(manager).value, committed_);
    const uint64_t earliest = manager.GetStats().store.earliest.value;
    for (auto known = digests_.lower_bound(earliest); known != digests_.end(); ++known) {
      const auto catalog = manager.At({known->first});
      ASSERT_THAT(catalog, IsOk());
      EXPECT_EQ(StateDigest(*catalog), known->second) << "version " << known->first;
    }
  }

  const TempStore store_;
  uint64_t committed_ = 0;
  std::map<uint64_t, std::string> digests_;
};

TEST_F(TwoProcessesTest, TheSecondWriterIsRefusedByNameAndReadersWorkBesideTheFirst) {
  const uint64_t rounds = Scaled(20);
  for (uint64_t round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    {
      WriterProcess writer({.path = store_.path(), .seed = FirstSeed() + round, .threads = 2});
      HearCommits(writer, 3);
      EXPECT_THAT(CatalogManager::Open({.path = store_.path()}),
                  FailsWith(Reason::STORE_LOCKED, {store_.path()}));
      ExpectAnotherIsRefused();

      const Manager reader = MustOpen({.path = store_.path(), .read_only = true});
      ASSERT_NE(reader, nullptr);
      ExpectCommitted(*reader);
      EXPECT_THAT(reader->Execute(SchemaNamed("X")), FailsWith(Reason::READ_ONLY));
      // A reader stays where it is, and disturbs nobody.
      const State before = StateOf(reader->Latest());
      HearCommits(writer, 5);
      EXPECT_EQ(StateOf(reader->Latest()), before);
    }
    const Manager ours = MustOpen({.path = store_.path()});
    ASSERT_NE(ours, nullptr);
    ExpectCommitted(*ours);
    ExpectAnotherIsRefused();
    EXPECT_THAT(ours->Execute(SchemaNamed(absl::StrCat("OURS", round))), IsOk());
  }
  RecordProperty("rounds", static_cast<int>(rounds));
}

}  // namespace
}  // namespace annals
