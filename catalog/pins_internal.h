#pragma once

// What readers hold. docs/architecture.md tells why this is enough.

#include <atomic>
#include <cstdint>
#include <vector>

#include "annals/schemas/ids.h"

namespace annals {

// A reader's claim on a version. `refs` counts the Catalogs that share it.
struct alignas(64) Pin {
  std::atomic<uint64_t> version{kNever.value};
  std::atomic<bool> taken{true};
  std::atomic<bool> shareable{false};  // Its version stays while it is held.
  std::atomic<uint32_t> refs{1};
  Pin* next = nullptr;

  static void Release(Pin* pin);
};

// All pins of a store. Any thread.
class Pins {
 public:
  // `earliest`: the floor, below which nothing can be pinned.
  explicit Pins(const std::atomic<uint64_t>& earliest) : earliest_(earliest) {}
  ~Pins();
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

  // Takes a pin at `version`; null if that was truncated meanwhile.
  Pin* At(CatalogVersion version);
  // The same, shared with all who want the latest version.
  Pin* AtLatest(CatalogVersion version);
  // Moves a pin that its only holder has, to a version that was the latest or active just
  // then. False if that was truncated meanwhile.
  bool Move(Pin* pin, CatalogVersion version);

  // The least version that is pinned; kNever if none is.
  CatalogVersion Min() const;
  uint64_t Count() const;
  // Those that are pinned, each once, ascending.
  std::vector<CatalogVersion> Versions() const;

 private:
  Pin* Acquire();
  Pin* Share(CatalogVersion version);

  const std::atomic<uint64_t>& earliest_;
  std::atomic<Pin*> pins_{nullptr};    // Grows only.
  std::atomic<Pin*> latest_{nullptr};  // The last that AtLatest took.
};

}  // namespace annals
