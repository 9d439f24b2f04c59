#pragma once

// Where logs in memory lie when a test wants to open them again, or to get at their
// keys and values in between.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "annals/log/keys.h"
#include "annals/log/update_log.h"
#include "gtest/gtest.h"

namespace annals {

class MemoryStorage;

class MemoryDisk {
 public:
  // With a new, empty log on it.
  MemoryDisk();
  ~MemoryDisk();
  // A copy, with its own fate from here on.
  std::unique_ptr<MemoryDisk> Clone() const;

  // One at a time. The disk must outlive it.
  absl::StatusOr<std::unique_ptr<UpdateLog>> Open();
  // As an inspector does; beside an open one, too.
  absl::StatusOr<std::unique_ptr<UpdateLog>> Salvage();

  std::map<std::string, std::string> Entries() const;
  std::string Get(const std::string& key) const;
  void Put(const std::string& key, const std::string& value);
  void Delete(const std::string& key);

 private:
  std::unique_ptr<MemoryStorage> storage_;
};

}  // namespace annals
