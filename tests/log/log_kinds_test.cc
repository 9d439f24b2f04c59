// Kinds of log by name.

#include "annals/log/log_kinds.h"

#include <algorithm>

#include "annals/log/memory/memory_log.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

using ::testing::IsSupersetOf;

TEST(LogKinds, AreMemoryAndRocksDbFromTheStart) {
  EXPECT_THAT(LogKinds(), IsSupersetOf({"memory", "rocksdb"}));
  EXPECT_THAT(OpenLog("memory", {}), IsOk());
}

TEST(LogKinds, ThatAreNotThereAreRefusedByName) {
  EXPECT_THAT(OpenLog("etcd", {}), FailsWith(Reason::INVALID_VALUE, {"etcd", "memory", "rocksdb"}));
  EXPECT_THAT(OpenLog("", {}), FailsWith(Reason::INVALID_VALUE));
}

TEST(LogKinds, RefuseOptionsThatTheyDoNotTake) {
  EXPECT_THAT(OpenLog("memory", {.options = {{"size", "1"}}}),
              FailsWith(Reason::INVALID_VALUE, {"memory", "size", "none"}));
  EXPECT_THAT(OpenLog("rocksdb", {.path = "/nowhere", .options = {{"sync", "no"}}}),
              FailsWith(Reason::INVALID_VALUE, {"rocksdb", "sync"}));
}

TEST(LogKinds, OfAHostAreOpenedWithItsPathAndOptions) {
  LogRequest seen;
  ASSERT_THAT(
      RegisterLogKind("of-a-test",
                      [&](const LogRequest& request) -> absl::StatusOr<std::unique_ptr<UpdateLog>> {
                        ANNALS_RETURN_IF_ERROR(
                            CheckLogOptions("of-a-test", request.options, {"size", "color"}));
                        seen = request;
                        return NewMemoryLog();
                      }),
      IsOk());
  EXPECT_THAT(OpenLog("of-a-test", {.path = "p", .options = {{"size", "1"}}, .read_only = true}),
              IsOk());
  EXPECT_EQ(seen.path, "p");
  EXPECT_EQ(seen.options, (LogOptions{{"size", "1"}}));
  EXPECT_TRUE(seen.read_only);
  EXPECT_THAT(OpenLog("of-a-test", {.options = {{"sise", "1"}}}),
              FailsWith(Reason::INVALID_VALUE, {"sise", "size, color"}));
  EXPECT_THAT(RegisterLogKind("of-a-test", [](const LogRequest&) { return NewMemoryLog(); }),
              FailsWith(Reason::OBJECT_EXISTS, {"of-a-test"}));
}

TEST(LogKinds, HaveANameAndAFactory) {
  EXPECT_THAT(RegisterLogKind("", [](const LogRequest&) { return NewMemoryLog(); }),
              FailsWith(Reason::INVALID_VALUE));
  EXPECT_THAT(RegisterLogKind("nothing", nullptr), FailsWith(Reason::INVALID_VALUE));
}

}  // namespace
}  // namespace annals
