#pragma once

// Types `test` of catalogs and connections, and `test-tunnel` of connections, and factories
// whose handles do what a test says and count what is done to them.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/annals.h"
#include "annals/catalog/kind.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"
#include "gtest/gtest.h"

namespace annals {

// Once a process.
inline void RegisterTestTypes() {
  static const absl::Status registered = [] {
    const ReferenceTarget connection{ObjectKind::kConnection};
    const absl::Status all[] = {
        RegisterType({.kind = ObjectKind::kCatalog,
                      .name = "test",
                      .options = {{.name = "k1", .default_value = "default"},
                                  {.name = "password", .sensitive = true}},
                      .free_options = true}),
        RegisterType(
            {.kind = ObjectKind::kConnection,
             .name = "test",
             .options =
                 {{.name = "host", .required = true},
                  {.name = "port", .type = OptionType::kInteger, .default_value = "1", .least = 1},
                  {.name = "user"},
                  {.name = "password", .sensitive = true},
                  {.name = "tunnel", .type = OptionType::kObject, .to = {connection}}}}),
        RegisterType({.kind = ObjectKind::kConnection,
                      .name = "test-tunnel",
                      .options = {{.name = "host", .required = true},
                                  {.name = "public-key-1"},
                                  {.name = "public-key-2"}}})};
    for (const absl::Status& status : all) {
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }();
  ASSERT_TRUE(registered.ok()) << registered;
}

// What scripted factories and their handles do, and did. Any thread.
class Script {
 public:
  using Answer = std::function<absl::Status(const HandleSpec& spec)>;

  struct Counts {
    int builds = 0;  // Tried.
    int probes = 0;
    int starts = 0;
    int closes = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
    friend void PrintTo(const Counts& counts, std::ostream* os) {
      *os << counts.builds << " builds, " << counts.probes << " probes, " << counts.starts
          << " starts, " << counts.closes << " closes";
    }
  };

  // From now on; null: all is well.
  void OnBuild(Answer answer) { Set(on_build_, std::move(answer)); }
  void OnProbe(Answer answer) { Set(on_probe_, std::move(answer)); }
  using AnswerByName = std::function<absl::Status(const std::string& name)>;
  void OnStart(AnswerByName answer) {
    const std::lock_guard lock(mutex_);
    on_start_ = std::move(answer);
  }
  void OnClose(AnswerByName answer) {
    const std::lock_guard lock(mutex_);
    on_close_ = std::move(answer);
  }

  Counts Of(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(name);
    return found == counts_.end() ? Counts() : found->second;
  }
  int builds() const { return Sum(&Counts::builds); }
  int closes() const { return Sum(&Counts::closes); }
  int probes() const { return Sum(&Counts::probes); }
  // "build C h1", "start C h1", "close C h1", in order.
  std::vector<std::string> TakeLog() {
    const std::lock_guard lock(mutex_);
    return std::exchange(log_, {});
  }

  absl::Status Build(const HandleSpec& spec, const std::string& host) {
    return Done(spec.name, host, "build", &Counts::builds, Get(on_build_), spec);
  }
  absl::Status Probe(const HandleSpec& spec, const std::string& host) {
    return Done(spec.name, host, "probe", &Counts::probes, Get(on_probe_), spec);
  }
  absl::Status Start(const std::string& name, const std::string& host) {
    return Done(name, host, "start", &Counts::starts, Get(on_start_), name);
  }
  absl::Status Close(const std::string& name, const std::string& host) {
    return Done(name, host, "close", &Counts::closes, Get(on_close_), name);
  }

 private:
  void Set(Answer& place, Answer answer) {
    const std::lock_guard lock(mutex_);
    place = std::move(answer);
  }
  template <typename Function>
  Function Get(const Function& place) const {
    const std::lock_guard lock(mutex_);
    return place;
  }
  void Note(const std::string& name, const std::string& host, const char* what,
            int Counts::*count) {
    const std::lock_guard lock(mutex_);
    ++(counts_[name].*count);
    log_.push_back(absl::StrCat(what, " ", name, " ", host));
  }
  template <typename Function, typename Argument>
  absl::Status Done(const std::string& name, const std::string& host, const char* what,
                    int Counts::*count, const Function& answer, const Argument& argument) {
    Note(name, host, what, count);
    return answer ? answer(argument) : absl::OkStatus();
  }
  int Sum(int Counts::*count) const {
    const std::lock_guard lock(mutex_);
    int sum = 0;
    for (const auto& [name, counts] : counts_) sum += counts.*count;
    return sum;
  }

  mutable std::mutex mutex_;
  // All guarded by mutex_.
  Answer on_build_;
  Answer on_probe_;
  AnswerByName on_start_;
  AnswerByName on_close_;
  std::map<std::string, Counts> counts_;
  std::vector<std::string> log_;
};

class ScriptedHandle final : public Handle {
 public:
  // As offsets of a source, handed on from one handle to the next.
  ScriptedHandle(std::shared_ptr<Script> script, const HandleSpec& spec)
      : name(spec.name), host(HostOf(spec)), options(spec.options), script_(std::move(script)) {
    if (const auto* previous = dynamic_cast<ScriptedHandle*>(spec.previous.get())) {
      offset = previous->offset.load();
    }
  }

  absl::Status Start(ObjectId object) override {
    id = object;
    return script_->Start(name, host);
  }
  absl::Status Close() override {
    closed = true;
    return script_->Close(name, host);
  }

  // Its own, or that of the connection that it uses.
  static std::string HostOf(const HandleSpec& spec) {
    if (!spec.Option("host").empty()) return std::string(spec.Option("host"));
    const auto* connection = dynamic_cast<ScriptedHandle*>(spec.HandleOf("connection"));
    return connection == nullptr ? "-" : connection->host;
  }

  const std::string name;
  const std::string host;
  const std::map<std::string, std::string, std::less<>> options;
  ObjectId id = kNoObject;
  std::atomic<int> offset{0};
  std::atomic<bool> closed{false};

 private:
  const std::shared_ptr<Script> script_;
};

inline Factory ScriptedFactory(const std::shared_ptr<Script>& script, ObjectKind kind,
                               std::string type = {}) {
  return {.kind = kind,
          .type = std::move(type),
          .build = [script](const HandleSpec& spec) -> absl::StatusOr<std::unique_ptr<Handle>> {
            ANNALS_RETURN_IF_ERROR(script->Build(spec, ScriptedHandle::HostOf(spec)));
            return std::make_unique<ScriptedHandle>(script, spec);
          },
          .probe =
              [script](const HandleSpec& spec, Handle* /*trial*/) {
                return script->Probe(spec, ScriptedHandle::HostOf(spec));
              }};
}

// --- Commands.

inline OptionSetting To(std::string key, std::string name) {
  return {std::move(key), ObjectName{.name = std::move(name)}};
}
inline CreateConfigured CatalogNamed(std::string name, bool initialize = true) {
  return {.kind = ObjectKind::kCatalog,
          .name = std::move(name),
          .type = "test",
          .initialize = initialize};
}
inline CreateConfigured ConnectionNamed(std::string name, std::string host,
                                        std::vector<OptionSetting> more = {}) {
  more.push_back({"host", std::move(host)});
  return {.kind = ObjectKind::kConnection,
          .name = std::move(name),
          .type = "test",
          .options = std::move(more)};
}
inline CreateConfigured SourceNamed(std::string name, std::string connection) {
  return {.kind = ObjectKind::kSource,
          .name = std::move(name),
          .options = {To("connection", std::move(connection))}};
}
inline CreateConfigured SinkNamed(std::string name, std::string input, std::string connection) {
  return {.kind = ObjectKind::kSink,
          .name = std::move(name),
          .options = {To("connection", std::move(connection)), To("input", std::move(input))}};
}
inline AlterConfigured SetHost(std::string connection, std::string host,
                               std::optional<Validation> validation = std::nullopt) {
  return {.kind = ObjectKind::kConnection,
          .name = std::move(connection),
          .set = {{{"host", std::move(host)}}},
          .validation = validation};
}

}  // namespace annals
