#pragma once

#include "annals/engine/event.h"

namespace annals {

// Called by the engine for each new version, in order, after it can be read, in the
// order in which listeners were added. Execute returns once all have. Versions that
// were recovered are not told of. Where several writers share a log, and another one
// has truncated versions that were not read here yet, one call stands for all of them.
//
// A listener may read, also At(event.after.version()), and add and remove listeners.
// Writing, or waiting for a version to come, inside one is refused
// (EXECUTE_IN_LISTENER), since it would wait for itself; the same holds for other
// threads that the listener waits for, which nobody can see. Who wants to write is
// better off as a follower (engine/follower.h). A listener that fails or throws is
// counted and reported, and disturbs nobody else.
using Listener = EventHandler;

}  // namespace annals
