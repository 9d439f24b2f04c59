#pragma once

// Handles of the objects of a catalog (engine/handles/factory.h), built when they are
// asked for, kept, and kept in step with the catalog.
//
//   const annals::Catalog now = manager->Latest();
//   auto handle = manager->handles().Get(now, id);
//
// A handle belongs to an object and an effective fingerprint (catalog/fingerprint.h), so
// it is right for every version in which both are the same; a rename or a comment touches
// no handle. Handles of what an object refers to are built before its own, and stay open
// as long as that.
//
//   - Asking: with a version. Whoever comes first builds, others wait for it.
//   - Restarting: an object whose factory says kRestart has one handle at a time. Whoever is
//     to build one closes the others first, also if somebody holds them (the one who asks,
//     too), and waits until those that are being closed elsewhere are. The trial of an
//     object that is being created is one of them once the object is there.
//   - Keeping: as the factory says (HandleCaching). A handle that somebody holds stays open
//     whatever becomes of the object; it is closed by whoever lets it go last. So does one
//     that a held version of the catalog would get, unless it is eager, or there was no
//     more room for it.
//   - Following: when a version has become active, those that are in use and whose
//     effective fingerprint moved are built anew, each after what it refers to; eager ones
//     of new objects are built; what was dropped is closed, dependents first. No commit
//     waits for that; WaitFor does.
//   - Failing: a handle that could not be built has failed. Asking for it says why until
//     its next attempt is due. Eager ones and those that took the place of a handle in use
//     are tried again without being asked for; with kSwap an eager one that they take the
//     place of works on meanwhile.
//   - Preparing: CREATE and ALTER build a trial handle before they write anything, and the
//     first to need a handle of what was written gets it.
//
// Opening a catalog builds nothing but OpenOptions::preload; then eager handles are built
// on a thread of the manager. A catalog that was opened for reading only builds when it is
// asked, and nothing else.
//
// Any thread, though not inside a factory or a handle. What returns a status never throws:
// where memory runs out, it is INTERNAL, and nothing is left half done.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/fingerprint.h"
#include "annals/engine/handles/factory.h"

namespace annals {

enum class HandleState {
  kAbsent,
  kBuilding,
  kReady,
  kFailed,   // `error` says why. DEGRADED, if it is tried again.
  kClosing,  // Of an object as it was; it is closed once nobody holds it.
};
// "absent", ...
std::string_view HandleStateName(HandleState state);

struct HandleStatus {
  ObjectId id;
  ObjectKind kind = ObjectKind::kCatalog;
  std::string name;  // As it was when the handle was asked for first.
  Fingerprint fingerprint;
  bool current = false;  // Whether it is what the active version says.
  HandleState state = HandleState::kAbsent;
  absl::Status error;
  uint64_t attempts = 0;  // To build it, since it last worked.
  // Of the manager's steady clock (engine/clock.h); 0: none is due.
  uint64_t next_attempt_ms = 0;
};

class Handles {
 public:
  virtual ~Handles() = default;

  // The handle of an object as it is in `catalog`. Building it may take its time.
  //   OBJECT_NOT_FOUND  it is not in `catalog`
  //   NOT_SUPPORTED     there is no factory for it
  //   PREPARE_FAILED    it has failed, and why; or `catalog` is not what counts now, and the
  //                     handle is one that can only be as the catalog is now (kRestart, or
  //                     eager)
  //   CLOSED
  // With kRestart it waits for every Close of the object that is under way.
  virtual absl::StatusOr<std::shared_ptr<Handle>> Get(const Catalog& catalog, ObjectId id) = 0;

  // What makes the handles of objects of this kind and type; null: they have none. Valid as
  // long as the manager.
  virtual const Factory* FactoryOf(ObjectKind kind, std::string_view type) const = 0;

  // How it is with the handle that Get would give. An error only without memory (INTERNAL).
  virtual absl::StatusOr<HandleStatus> StatusOf(const Catalog& catalog, ObjectId id) const = 0;
  // All that are not absent, by id. An error as of StatusOf.
  virtual absl::StatusOr<std::vector<HandleStatus>> States() const = 0;

  struct Stats {
    uint64_t built = 0;   // Trials too.
    uint64_t failed = 0;  // Builds that failed, or handles that did not start.
    uint64_t closed = 0;
    uint64_t close_failures = 0;
    std::string last_close_failure;  // `connection "PUBLIC"."C": what it said`
  };
  virtual Stats GetStats() const = 0;

  // Returns once everything that `version` asks for has been tried. Not inside a listener,
  // which a version waits for to become active.
  //   DEADLINE_EXCEEDED, CLOSED
  virtual absl::Status WaitFor(CatalogVersion version, absl::Time deadline) = 0;

  // Closes all handles that nobody holds, dependents first, and builds no more: CREATE and
  // ALTER that would have to are refused, CLOSED. Waits for what is being built. The manager
  // does so when it is closed; who wants to know what came of it comes before. Again: OK.
  //   INTERNAL  names those that did not close, and what they said; of more than 100 the last
  virtual absl::Status Close() = 0;
};

}  // namespace annals
