#pragma once

// A short life of a store with everything in it that writes: it is made, commits come one by
// one and in groups, of tables and of all configured kinds, snapshots cut versions off, it is
// closed and opened again, and copied. A
// life ends where it fails. What must be there afterwards is known from one without faults.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/faults/fault_disk.h"

namespace annals {

inline constexpr char kStore[] = "/store";
inline constexpr char kCopy[] = "/copy";

// What a store has promised at a moment.
struct Promise {
  uint64_t acknowledged = 0;  // It was told that each version up to this one is there.
  uint64_t attempted = 0;     // The last version that may be there.
  bool copied = false;        // It was told that the copy is there.
};

struct Life {
  Promise promise;
  // Why it ended; OK if it lived to the end.
  absl::Status ended;
  // What a reader saw after that, in the manager that failed.
  std::optional<uint64_t> latest_afterwards;
};

// On a disk that may fail.
Life Live(FaultDisk& disk);

// A whole life, and what the disk was like before each change of it.
struct Moment {
  FaultDisk::Point point;
  Promise promise;
  std::unique_ptr<FaultDisk> disk;
};
std::vector<Moment> MomentsOfALife();

// Every version of a life, from one without faults.
const std::map<uint64_t, State>& ExpectedStates();

struct OpenedStore {
  absl::Status status;
  Manager manager;       // Null unless OK.
  bool has_log = false;  // Whether what failed is reading it, and not opening it.
};
OpenedStore OpenOn(FaultDisk& disk, const std::string& path = kStore, bool read_only = false);

// An error names the store if its log cannot be opened, and at least the key if what is in it
// is wrong.
inline void ExpectNamesPlace(const OpenedStore& store) {
  const auto names_store = ::testing::HasSubstr(kStore);
  if (store.has_log) {
    EXPECT_THAT(store.status.message(),
                ::testing::AnyOf(names_store, ::testing::HasSubstr("catalog.")));
  } else {
    EXPECT_THAT(store.status.message(), names_store);
  }
}

inline uint64_t EarliestOf(const CatalogManager& manager) {
  return manager.GetStats().store.earliest.value;
}

// That the store is whole, has all that was promised and nothing that nobody asked for, and
// goes on (I1 to I5, I7).
void ExpectSound(FaultDisk& disk, const Promise& promise);

}  // namespace annals
