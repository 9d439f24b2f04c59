#include <algorithm>
#include <utility>

#include "annals/catalog/memory_order_internal.h"
#include "annals/catalog/pins_internal.h"
#include "annals/catalog/stall_point_internal.h"

namespace annals {

Pins::~Pins() {
  for (Pin* pin = pins_; pin != nullptr;) delete std::exchange(pin, pin->next);
}

// Looking for a pin and adding one are sequentially consistent too: a truncator that
// has read `pins_` before a pin was in it has read before that pin's version is told.
Pin* Pins::Acquire() {
  for (Pin* pin = pins_.load(kSeqCst); pin != nullptr; pin = pin->next) {
    if (!pin->taken.load(kUnordered) && !pin->taken.exchange(true, kAcquire)) {
      pin->shareable.store(false, kUnordered);
      pin->refs.store(1, kRelease);
      return pin;
    }
  }
  Pin* pin = new Pin();
  pin->next = pins_.load(kUnordered);
  while (!pins_.compare_exchange_weak(pin->next, pin, kSeqCst, kUnordered)) {
  }
  return pin;
}

// So many handles of one version cost one pin. What is held already is kept: that needs
// no look at the floor.
Pin* Pins::Share(CatalogVersion version) {
  Pin* pin = latest_.load(kAcquire);
  if (pin == nullptr) return nullptr;
  ANNALS_STALL_POINT("pin: found");
  uint32_t refs = pin->refs.load(kUnordered);
  do {
    if (refs == 0) return nullptr;
  } while (!pin->refs.compare_exchange_weak(refs, refs + 1, kAcquire, kUnordered));
  ANNALS_STALL_POINT("pin: shared");
  // It may have been let go, and taken for something else, meanwhile.
  if (pin->shareable.load(kAcquire) && pin->version.load(kUnordered) == version.value) return pin;
  Pin::Release(pin);
  return nullptr;
}

void Pin::Release(Pin* pin) {
  if (pin->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  pin->version.store(kNever.value, kRelease);
  pin->taken.store(false, kRelease);
}

// The pin is told first, the floor asked afterwards: either the truncator sees the
// pin, or we see its floor. Both orders are sequentially consistent.
Pin* Pins::At(CatalogVersion version) {
  Pin* pin = Acquire();
  ANNALS_STALL_POINT("pin: version loaded");
  pin->version.store(version.value, kSeqCst);
  ANNALS_STALL_POINT("pin: told");
  if (earliest_.load(kSeqCst) <= version.value) return pin;
  Pin::Release(pin);
  return nullptr;
}

Pin* Pins::AtLatest(CatalogVersion version) {
  if (Pin* pin = Share(version)) return pin;
  Pin* pin = At(version);
  if (pin == nullptr) return nullptr;
  pin->shareable.store(true, kRelease);
  latest_.store(pin, kRelease);
  return pin;
}

// Who holds a version holds all that are later, so moving up asks nobody. Moving down is
// taking a pin anew.
bool Pins::Move(Pin* pin, CatalogVersion version) {
  if (pin->version.load(kUnordered) <= version.value) {
    pin->version.store(version.value, kRelease);
    return true;
  }
  pin->version.store(version.value, kSeqCst);
  ANNALS_STALL_POINT("pin: told");
  return earliest_.load(kSeqCst) <= version.value;
}

CatalogVersion Pins::Min() const {
  uint64_t least = kNever.value;
  for (Pin* pin = pins_.load(kSeqCst); pin != nullptr; pin = pin->next) {
    least = std::min(least, pin->version.load(kSeqCst));
  }
  return {least};
}

uint64_t Pins::Count() const {
  uint64_t count = 0;
  for (Pin* pin = pins_.load(kAcquire); pin != nullptr; pin = pin->next) {
    count += pin->taken.load(kUnordered);
  }
  return count;
}

std::vector<CatalogVersion> Pins::Versions() const {
  std::vector<CatalogVersion> versions;
  for (Pin* pin = pins_.load(kSeqCst); pin != nullptr; pin = pin->next) {
    const CatalogVersion version{pin->version.load(kSeqCst)};
    if (version != kNever) versions.push_back(version);
  }
  std::sort(versions.begin(), versions.end());
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

}  // namespace annals
