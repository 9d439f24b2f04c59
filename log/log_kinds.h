#pragma once

// The kinds of log by name: what OpenOptions::log may say. "rocksdb" and "memory" are there
// from the start; a host registers others before it opens a catalog on them.
//
//   auto registered = annals::RegisterLogKind("etcd", [](const annals::LogRequest& request) {
//     return OpenEtcdLog(request.path, request.options);
//   });
//
// The registry belongs to the process, and nothing is ever taken back. Any thread.

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/log/update_log.h"

namespace annals {

// Texts by name; which there are is the kind's to say.
using LogOptions = std::map<std::string, std::string>;

// What is to be opened.
struct LogRequest {
  std::string path = {};
  LogOptions options = {};
  // As those of RocksDbLogOptions.
  bool read_only = false;
  bool create_if_missing = true;
  bool accept_loss = false;
};

using LogFactory =
    std::function<absl::StatusOr<std::unique_ptr<UpdateLog>>(const LogRequest& request)>;

//   OBJECT_EXISTS  there is a kind of this name
//   INVALID_VALUE  the name is empty, or there is no factory
absl::Status RegisterLogKind(std::string name, LogFactory factory);

// Sorted.
std::vector<std::string> LogKinds();

//   INVALID_VALUE  there is no such kind; names those that there are. Or, of the built-in
//                  kinds, an option that the kind does not take
//   otherwise      what the factory says
absl::StatusOr<std::unique_ptr<UpdateLog>> OpenLog(const std::string& kind,
                                                   const LogRequest& request);

// For factories: whether all of `options` are among `known`.
//   INVALID_VALUE  names one that is not, and those that there are
absl::Status CheckLogOptions(std::string_view kind, const LogOptions& options,
                             std::initializer_list<std::string_view> known);

}  // namespace annals
