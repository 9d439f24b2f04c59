// ExecuteAsync, and what Close does to those who are under way.

#include <future>
#include <latch>

#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using Result = absl::StatusOr<ExecuteResult>;

TEST(ExecuteAsync, CallsBackOnceOnAnotherThread) {
  std::promise<std::pair<Result, std::thread::id>> promise;
  const Manager manager = OpenInMemory();
  manager->ExecuteAsync({TableNamed("T")}, {}, [&](Result result) {
    promise.set_value({std::move(result), std::this_thread::get_id()});
  });
  const auto [result, thread] = promise.get_future().get();
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->version, CatalogVersion{2});
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(ExecuteAsync, CallsBackOnceAlsoWhereTheCommandIsRefused) {
  const Manager manager = OpenInMemory();
  std::atomic<int> refused{0};
  for (int i = 0; i < 20; ++i) {
    manager->ExecuteAsync({DropTable{.name = "NOT_THERE"}}, {}, [&](const Result& result) {
      EXPECT_THAT(result, FailsWith(Reason::TABLE_NOT_FOUND));
      ++refused;
    });
  }
  manager->Close();
  EXPECT_EQ(refused, 20);
}

TEST(ExecuteAsync, CallsThatWaitShareAppends) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  tap.OnAppend([](Tap::Records) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return std::nullopt;
  });
  std::atomic<int> done{0};
  for (int i = 0; i < 100; ++i) {
    manager->ExecuteAsync({SchemaNamed(absl::StrCat("S", i))}, {}, [&](const Result& result) {
      EXPECT_THAT(result, IsOk());
      ++done;
    });
  }
  manager->Close();
  EXPECT_EQ(done, 100);
  EXPECT_LT(tap.batches().size(), 20u);
}

TEST(ExecuteAsync, CloseWaitsForWhatIsUnderWayAndRefusesWhatComes) {
  std::atomic<int> done{0};
  const Manager manager = OpenInMemory();
  for (int i = 0; i < 200; ++i) {
    manager->ExecuteAsync({SchemaNamed(absl::StrCat("S", i))}, {}, [&](const Result& result) {
      EXPECT_THAT(result, IsOk());
      ++done;
    });
  }
  manager->Close();
  EXPECT_EQ(done, 200);
  bool refused = false;
  manager->ExecuteAsync({SchemaNamed("LATE")}, {}, [&](const Result& result) {
    EXPECT_THAT(result, FailsWith(Reason::CLOSED));
    refused = true;
  });
  EXPECT_TRUE(refused);
  EXPECT_THAT(manager->Execute(SchemaNamed("LATE")), FailsWith(Reason::CLOSED));
  EXPECT_THAT(manager->Snapshot({5}), FailsWith(Reason::CLOSED));
  EXPECT_THAT(manager->Backup("/nowhere"), FailsWith(Reason::CLOSED));
  EXPECT_THAT(manager->WaitForVersion({999}, absl::InfiniteFuture()), FailsWith(Reason::CLOSED));
  EXPECT_THAT(manager->WaitSafeTime(HybridTimestamp::Max(), absl::InfiniteFuture()),
              FailsWith(Reason::CLOSED));
  // Reading goes on.
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{201});
  EXPECT_THAT(manager->At({7}), IsOk());
  manager->Close();
}

TEST(ExecuteAsync, EveryCallIsAnsweredOnceWhileTheManagerIsClosed) {
  for (int round = 0; round < 30; ++round) {
    Manager manager = OpenInMemory();
    std::atomic<int> answers{0};
    std::atomic<int> calls{0};
    std::vector<std::thread> callers;
    std::latch start(4);
    for (int t = 0; t < 3; ++t) {
      callers.emplace_back([&, t] {
        start.arrive_and_wait();
        for (int i = 0; i < 20; ++i) {
          ++calls;
          manager->ExecuteAsync({SchemaNamed(absl::StrCat("S", t, "_", i))}, {},
                                [&](const Result& result) {
                                  if (!result.ok()) {
                                    EXPECT_THAT(result, FailsWith(Reason::CLOSED));
                                  }
                                  ++answers;
                                });
        }
      });
    }
    start.arrive_and_wait();
    std::this_thread::sleep_for(std::chrono::microseconds(100 * round));
    manager->Close();
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(answers, calls);
  }
}

TEST(ExecuteAsync, ACallbackMayExecuteEvenWhileOthersAreQueuedBehindIt) {
  std::atomic<int> done{0};
  const Manager manager = OpenInMemory();
  const int count = 150;  // More than a group.
  for (int i = 0; i < count; ++i) {
    manager->ExecuteAsync({SchemaNamed(absl::StrCat("S", i))}, {}, [&, i](const Result& result) {
      EXPECT_THAT(result, IsOk());
      EXPECT_THAT(manager->Execute(SchemaNamed(absl::StrCat("INNER", i))), IsOk());
      manager->ExecuteAsync({SchemaNamed(absl::StrCat("LATER", i))}, {}, [&](const Result& later) {
        EXPECT_THAT(later, IsOk());
        ++done;
      });
    });
  }
  EXPECT_TRUE(Eventually([&] { return done == count; }));
}

TEST(ExecuteAsync, ASlowCallbackHoldsNoOtherThreadUp) {
  std::promise<void> release;
  std::promise<void> inside;
  const Manager manager = OpenInMemory();
  for (int i = 0; i < 150; ++i) {
    manager->ExecuteAsync({SchemaNamed(absl::StrCat("S", i))}, {}, [&, i](const Result&) {
      if (i > 0) return;
      inside.set_value();
      release.get_future().wait();
    });
  }
  inside.get_future().wait();
  EXPECT_THAT(manager->Execute(SchemaNamed("MEANWHILE")), IsOk());
  release.set_value();
}

TEST(ExecuteAsync, NobodysActivationHoldsOthersUp) {
  FakeClock clock;
  std::atomic<int> delayed{0};
  const Manager manager = OpenInMemory({.clock = &clock});
  manager->ExecuteAsync({SchemaNamed("DELAYED")}, {.delay = absl::Milliseconds(500)},
                        [&](const Result& result) {
                          EXPECT_THAT(result, IsOk());
                          ++delayed;
                        });
  ASSERT_THAT(manager->WaitForVersion({2}, absl::InfiniteFuture()), IsOk());
  manager->ExecuteAsync({SchemaNamed("NEXT")}, {}, [&](const Result& result) {
    EXPECT_THAT(result, IsOk());
    ++delayed;
  });
  EXPECT_THAT(manager->WaitForVersion({3}, absl::Now() + absl::Seconds(10)), IsOk());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(delayed, 0);
  clock.Pass(500);
  EXPECT_TRUE(Eventually([&] { return delayed == 2; }));
  // A deadline is kept, and Close waits for no activation.
  std::promise<Result> late;
  manager->ExecuteAsync({SchemaNamed("LATE")},
                        {.delay = absl::Hours(1), .deadline = absl::Now() + absl::Milliseconds(20)},
                        [&](Result result) { late.set_value(std::move(result)); });
  EXPECT_THAT(late.get_future().get(), FailsWith(Reason::DEADLINE_EXCEEDED));
  std::promise<Result> closed;
  manager->ExecuteAsync({SchemaNamed("CLOSED")}, {.delay = absl::Hours(1)},
                        [&](Result result) { closed.set_value(std::move(result)); });
  manager->Close();
  EXPECT_THAT(closed.get_future().get(), FailsWith(Reason::CLOSED, {"was written"}));
}

TEST(Close, DestroyingTheManagerEndsTheWaitingOfOthers) {
  for (int round = 0; round < 3; ++round) {
    Manager manager = OpenInMemory();
    CatalogManager* const raw = manager.get();
    std::atomic<int> began{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        ++began;
        EXPECT_THAT(raw->WaitForVersion({99}, absl::InfiniteFuture()), FailsWith(Reason::CLOSED));
      });
      threads.emplace_back([&] {
        ++began;
        EXPECT_THAT(raw->WaitSafeTime(HybridTimestamp::Max(), absl::InfiniteFuture()),
                    FailsWith(Reason::CLOSED));
      });
    }
    ASSERT_TRUE(Eventually([&] { return began == 6; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // So that all wait.
    manager.reset();
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(Close, LetsAnExecuteThatIsInsideFinish) {
  Tap tap;
  Manager manager = OpenTapped(&tap);
  std::promise<void> inside;
  tap.OnAppend([&](Tap::Records) {
    inside.set_value();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return std::nullopt;
  });
  std::thread writer([&] { EXPECT_THAT(manager->Execute(SchemaNamed("S")), IsOk()); });
  inside.get_future().wait();
  manager->Close();
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{2});
  writer.join();
}

TEST(Close, TwoThreadsMayCloseAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const Manager manager = OpenInMemory();
    manager->ExecuteAsync({SchemaNamed("S")}, {}, [](const Result&) {});
    std::thread other([&] { manager->Close(); });
    manager->Close();
    other.join();
  }
}

TEST(Close, CatalogsAndReadersOutliveTheManager) {
  Manager manager = OpenInMemory();
  ASSERT_THAT(manager->Execute(TableNamed("T")), IsOk());
  const Catalog catalog = manager->Latest();
  CatalogReader reader = manager->NewReader();
  const Catalog old = *manager->At({1});
  manager.reset();
  EXPECT_TRUE(catalog.Table("PUBLIC", "T"));
  EXPECT_TRUE(reader.Latest().Table("PUBLIC", "T"));
  EXPECT_FALSE(old.Table("PUBLIC", "T"));
}

}  // namespace
}  // namespace annals
