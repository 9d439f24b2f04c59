#include "annals/log/log_kinds.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/log/memory/memory_log.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

using Opened = absl::StatusOr<std::unique_ptr<UpdateLog>>;

Opened OpenMemory(const LogRequest& request) {
  ANNALS_RETURN_IF_ERROR(CheckLogOptions("memory", request.options, {}));
  return NewMemoryLog();
}

Opened OpenRocksDb(const LogRequest& request) {
  ANNALS_RETURN_IF_ERROR(CheckLogOptions("rocksdb", request.options, {}));
  return OpenRocksDbLog({.path = request.path,
                         .read_only = request.read_only,
                         .create_if_missing = request.create_if_missing,
                         .accept_loss = request.accept_loss});
}

struct Registry {
  std::mutex mutex;
  std::map<std::string, LogFactory> kinds = {{"memory", OpenMemory}, {"rocksdb", OpenRocksDb}};
};

Registry& TheRegistry() {
  static auto* const registry = new Registry;
  return *registry;
}

// Called outside the lock, so a copy.
LogFactory FindFactory(const std::string& kind) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  const auto found = registry.kinds.find(kind);
  return found == registry.kinds.end() ? LogFactory() : found->second;
}

}  // namespace

absl::Status RegisterLogKind(std::string name, LogFactory factory) {
  if (name.empty()) return MakeError(Reason::INVALID_VALUE, "a kind of log must have a name");
  if (!factory) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("the kind of log \"", name, "\" has no factory"));
  }
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  const bool added = registry.kinds.try_emplace(name, std::move(factory)).second;
  return added ? absl::OkStatus()
               : MakeError(Reason::OBJECT_EXISTS,
                           absl::StrCat("there is a kind of log \"", name, "\" already"));
}

std::vector<std::string> LogKinds() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::vector<std::string> names;
  for (const auto& [name, factory] : registry.kinds) names.push_back(name);
  return names;
}

Opened OpenLog(const std::string& kind, const LogRequest& request) {
  const LogFactory factory = FindFactory(kind);
  if (!factory) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("there is no kind of log \"", kind, "\"; there are ",
                                  absl::StrJoin(LogKinds(), ", ")));
  }
  auto log = factory(request);
  if (log.ok() && *log == nullptr) {
    return MakeError(Reason::INTERNAL, absl::StrCat("the log \"", kind, "\" opened nothing"));
  }
  return log;
}

absl::Status CheckLogOptions(std::string_view kind, const LogOptions& options,
                             std::initializer_list<std::string_view> known) {
  const auto is_unknown = [&](const auto& option) {
    return std::find(known.begin(), known.end(), option.first) == known.end();
  };
  const auto unknown = std::find_if(options.begin(), options.end(), is_unknown);
  if (unknown == options.end()) return absl::OkStatus();
  const std::vector<std::string> names(known.begin(), known.end());
  return MakeError(
      Reason::INVALID_VALUE,
      absl::StrCat("the log \"", ToAbsl(kind), "\" takes no option \"", unknown->first,
                   "\"; it takes ", names.empty() ? "none" : absl::StrJoin(names, ", ")));
}

}  // namespace annals
