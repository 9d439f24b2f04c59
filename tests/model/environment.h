#pragma once

// How a test that goes by seeds is told which: by variables of the environment.

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace annals::model {

inline uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

// The one seed that is given, or `usual`.
inline std::vector<uint64_t> SeedsFromEnvironment(const char* name, std::vector<uint64_t> usual) {
  const uint64_t given = FromEnvironment(name, 0);
  if (given != 0) usual = {given};
  return usual;
}

}  // namespace annals::model
