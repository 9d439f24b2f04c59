#pragma once

// What tests of handles share: a catalog with scripted factories, and words for what they do.

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annals/tests/engine/fixtures.h"
#include "annals/tests/engine/scripted_handles.h"

namespace annals {

using SharedHandle = std::shared_ptr<ScriptedHandle>;
inline constexpr auto kCatalogKind = ObjectKind::kCatalog;
inline constexpr auto kConnectionKind = ObjectKind::kConnection;
inline constexpr auto kSourceKind = ObjectKind::kSource;
inline constexpr auto kSinkKind = ObjectKind::kSink;

// A catalog on a disk that is opened with scripted factories, and a clock that tests move.
class HandleScenarios : public ::testing::Test {
 protected:
  void SetUp() override {
    RegisterTestTypes();
    Open();
  }

  // With what the test has said of factories.
  void Open(std::vector<std::string> preload = {}) {
    manager_.reset();
    manager_ = MustOpen(disk_, {.factories = {catalogs_, connections_, tunnels_, sources_, sinks_},
                                .preload = std::move(preload),
                                .clock = &clock_});
  }
  CatalogVersion Head() const { return LatestOf(*manager_); }

  ObjectId IdOf(ObjectKind kind, const std::string& name) const {
    const Catalog now = manager_->Latest();
    const NameScope scope = kind == ObjectKind::kCatalog
                                ? NameScope::Root(kind)
                                : NameScope::In(now.Schema(kPublicSchema)->id());
    return now.Find(scope, name).id();
  }
  // Executes, and waits until the handles have followed.
  void Do(std::vector<CatalogCommand> commands) {
    ASSERT_THAT(manager_->Execute(std::move(commands)), IsOk());
    Follow();
  }
  void Do(CatalogCommand command) { Do(std::vector<CatalogCommand>{std::move(command)}); }
  void Follow() {
    ASSERT_THAT(manager_->handles().WaitFor(Head(), absl::Now() + absl::Seconds(20)), IsOk());
  }

  absl::StatusOr<SharedHandle> TryGet(const Catalog& catalog, ObjectId id) {
    ANNALS_ASSIGN_OR_RETURN(const std::shared_ptr<Handle> handle,
                            manager_->handles().Get(catalog, id));
    return std::dynamic_pointer_cast<ScriptedHandle>(handle);
  }
  absl::StatusOr<SharedHandle> TryGet(ObjectKind kind, const std::string& name) {
    return TryGet(manager_->Latest(), IdOf(kind, name));
  }
  SharedHandle Get(ObjectKind kind, const std::string& name) {
    auto handle = TryGet(kind, name);
    EXPECT_THAT(handle, IsOk());
    return handle.value_or(nullptr);
  }
  SharedHandle GetCatalog(const std::string& name) { return Get(ObjectKind::kCatalog, name); }
  HandleStatus StatusOf(const Catalog& catalog, ObjectId id) {
    auto status = manager_->handles().StatusOf(catalog, id);
    EXPECT_THAT(status, IsOk());
    return status.value_or(HandleStatus());
  }
  HandleStatus StatusOf(ObjectKind kind, const std::string& name) {
    return StatusOf(manager_->Latest(), IdOf(kind, name));
  }
  std::vector<HandleStatus> States() {
    auto states = manager_->handles().States();
    EXPECT_THAT(states, IsOk());
    return states.value_or(std::vector<HandleStatus>());
  }
  bool Closes(const std::string& name, int closes) {
    return Eventually([&] { return script_->Of(name).closes >= closes; }) &&
           script_->Of(name).closes == closes;
  }
  // Tables that have nothing to do with any handle.
  void MakeTables(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(manager_->Execute(TableNamed(absl::StrCat("OTHER_", next_table_++))), IsOk());
    }
  }
  // Connection C to h1 with source S and sink K on it, both at work.
  void MakeStreams() {
    Do(ConnectionNamed("C", "h1"));
    Do(SourceNamed("S", "C"));
    Do(SinkNamed("K", "S", "C"));
    script_->TakeLog();
  }

  FakeClock clock_;
  std::shared_ptr<Script> script_ = std::make_shared<Script>();
  Factory catalogs_ = ScriptedFactory(script_, ObjectKind::kCatalog, "test");
  Factory connections_ = ScriptedFactory(script_, ObjectKind::kConnection, "test");
  Factory tunnels_ = ScriptedFactory(script_, ObjectKind::kConnection, "test-tunnel");
  Factory sources_ = ScriptedFactory(script_, ObjectKind::kSource);
  Factory sinks_ = ScriptedFactory(script_, ObjectKind::kSink);
  MemoryDisk disk_;
  Manager manager_;
  int next_table_ = 0;
};

inline Script::Answer FailsFor(const std::string& name, const std::string& host) {
  return [name, host](const HandleSpec& spec) {
    const bool fails = spec.name == name && ScriptedHandle::HostOf(spec) == host;
    return fails ? absl::UnavailableError(absl::StrCat(host, " does not answer"))
                 : absl::OkStatus();
  };
}

}  // namespace annals
