// The power goes out, or the process is killed, before any one operation on the disk of an
// ALTER that changes several things of one object: afterwards there are all of them, or none.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annals/ddl/statement.h"
#include "annals/tests/faults/life.h"

namespace annals {
namespace {

using Survival = FaultDisk::Survival;

void MustRun(CatalogManager& manager, std::string_view sql) {
  auto statements = ddl::Parse(sql);
  ASSERT_THAT(statements, IsOk());
  for (ddl::Statement& statement : *statements) {
    ASSERT_THAT(manager.Execute(std::get<ddl::Write>(statement.what).commands), IsOk()) << sql;
  }
}

// What of an ALTER was on the disk.
struct CutMoment {
  std::string name;
  std::unique_ptr<FaultDisk> disk;
};

class CutAlterScenarios : public ::testing::Test {
 protected:
  // `object` is made first, and then what `alter` makes of it.
  void Run(std::string_view object, std::string_view alter) {
    const OpenedStore store = OpenOn(disk_);
    ASSERT_THAT(store.status, IsOk());
    MustRun(*store.manager, object);
    before_ = StateOf(store.manager->Latest());
    disk_.Watch([this](const FaultDisk::Point& point) {
      moments_.push_back({"before " + FaultDisk::NameOf(point), disk_.Copy()});
    });
    MustRun(*store.manager, alter);
    disk_.Heal();
    moments_.push_back({"after the answer", disk_.Copy()});
    after_ = StateOf(store.manager->Latest());
    EXPECT_EQ(LatestOf(*store.manager).value, 3) << "it is one version";
    EXPECT_GT(moments_.size(), 2);
  }

  // `answered`: whoever gave the ALTER was told that it is done.
  void ExpectAllOrNone(FaultDisk& disk, bool answered) {
    const OpenedStore store = OpenOn(disk);
    ASSERT_THAT(store.status, IsOk());
    const State found = StateOf(store.manager->Latest());
    const bool all = found == after_;
    EXPECT_TRUE(all || (found == before_ && !answered)) << ::testing::PrintToString(found);
    ++(all ? alls_ : nones_);
  }

  void CutEverywhere() {
    for (const CutMoment& moment : moments_) {
      const bool answered = &moment == &moments_.back();
      {
        SCOPED_TRACE("killed " + moment.name);
        ExpectAllOrNone(*moment.disk->Copy(), answered);
      }
      for (const Survival survival :
           {Survival::kNothing, Survival::kPrefix, Survival::kTorn, Survival::kAll}) {
        for (uint64_t seed = 0; seed < 10; ++seed) {
          SCOPED_TRACE(absl::StrCat("power cut ", moment.name, ", survival ",
                                    static_cast<int>(survival), ", seed ", seed));
          const bool strict = seed % 2 == 0;
          ExpectAllOrNone(*moment.disk->AfterPowerCut(survival, strict, seed), answered);
        }
      }
    }
    EXPECT_GT(nones_, 0);
    EXPECT_GT(alls_, 0);
  }

  FaultDisk disk_;
  std::vector<CutMoment> moments_;
  State before_;
  State after_;
  int nones_ = 0;
  int alls_ = 0;
};

TEST_F(CutAlterScenarios, F15_ACatalogHasAllThatAnAlterChangesOrNothingOfIt) {
  Run("CREATE CATALOG c USING test COMMENT 'one' WITH ('k' = '1')",
      "ALTER CATALOG c RENAME TO d, SET ('k' = '2'), COMMENT 'x'");
  EXPECT_EQ(before_.lines, "catalog C type=test comment='one' option.k='1'\n");
  EXPECT_EQ(after_.lines, "catalog D type=test comment='x' option.k='2'\n");
  CutEverywhere();
}

TEST_F(CutAlterScenarios, M02_AConnectionHasAllThatAnAlterChangesOrNothingOfIt) {
  Run("CREATE CONNECTION c TO postgres (HOST 'h1', PORT 5433, USER 'u1', DATABASE 'd')",
      "ALTER CONNECTION c SET (HOST 'h2'), RESET (PORT), SET (USER 'u')");
  EXPECT_THAT(before_.lines, ::testing::HasSubstr("5433"));
  EXPECT_THAT(after_.lines, ::testing::AllOf(::testing::HasSubstr("h2"),
                                             ::testing::Not(::testing::HasSubstr("5433")),
                                             ::testing::Not(::testing::HasSubstr("u1"))));
  CutEverywhere();
}

}  // namespace
}  // namespace annals
