#pragma once

#include <string>

#include "annals/engine/event.h"
#include "annals/schemas/ids.h"

namespace annals {

// Called by the engine, on a thread of the follower's own, with what was changed since
// its last call, up to the version that is active now. So a follower is what makes
// something else match the catalog: caches, files, another system.
//
//   auto id = manager->AddFollower(
//       [&](const annals::CatalogEvent& event) {
//         if (event.whole()) mirror.Clear();
//         for (const annals::ObjectChange& change : event.changes) mirror.Apply(change);
//         return mirror.NoteVersion(event.after.version());
//       },
//       {.after = mirror.version()});
//
// What it gets
//   - Ranges of versions: (event.before.version(), event.after.version()], the first of
//     which begins after FollowerOptions::after, and each other where the one before it
//     ended. No version is missing and none comes twice. How many there are in a range
//     depends on how long the follower took; its net changes are told as one.
//   - A version once it is active, not when it is written.
//   - If what it had was truncated before it could go on, the whole state as one event,
//     with event.whole(), as who starts from nothing does: what is not in it is gone.
//
// How it is called
//   - One call at a time. No commit waits for it, and it may do what it likes: read,
//     write with Execute, wait, add and remove followers, itself too. Only closing the
//     catalog inside it is not allowed.
//   - A call that fails or throws is counted and reported (CatalogManager::Stats) and
//     disturbs nobody else. Nothing is skipped: after a pause (100 ms, twice as long
//     after each further failure, 30 s at most) it is called again with a range that
//     begins where the failed one began, and reaches up to what is active by then. So a
//     follower has to be able to find some of its work already done.
//   - Between calls it holds no version of the catalog, only a number: the engine may
//     truncate what it likes.
//
// It ends with RemoveFollower, or with Close, which waits for a call that is under way and
// begins no other. To go on later, a follower notes event.after.version() when a call has
// worked and names it in FollowerOptions::after.
using Follower = EventHandler;

struct FollowerOptions {
  // The version that the follower matches already. 0: it has nothing, and starts with
  // the whole state.
  CatalogVersion after = {0};
};

// How far a follower is.
struct FollowerStats {
  uint64_t id = 0;
  CatalogVersion reached;  // It has been told of everything up to here.
  uint64_t failures = 0;
  std::string last_failure;  // "versions 4 to 7: what it said"
};

}  // namespace annals
