#pragma once

// How much a test of faults does. The environment says so:
//   ANNALS_FAULTS_SCALE  times as much as in the short run, such as 100 or 0.05
//   ANNALS_FAULTS_SEED   the first seed
//   ANNALS_FAULTS_ONLY   only this one of the cases, which a failure named

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace annals {

inline uint64_t Scaled(uint64_t count) {
  const char* const scale = std::getenv("ANNALS_FAULTS_SCALE");
  const double times = scale == nullptr ? 1 : std::strtod(scale, nullptr);
  return std::max<uint64_t>(1, static_cast<uint64_t>(static_cast<double>(count) * times));
}

inline uint64_t FirstSeed() {
  const char* const seed = std::getenv("ANNALS_FAULTS_SEED");
  return seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10);
}

inline std::optional<uint64_t> OnlyCase() {
  const char* const only = std::getenv("ANNALS_FAULTS_ONLY");
  if (only == nullptr) return std::nullopt;
  return std::strtoull(only, nullptr, 10);
}

}  // namespace annals
