#pragma once

#include <memory>

#include "annals/log/update_log.h"

namespace annals {

// A new, empty log that is gone when it is destroyed, for tests and for catalogs
// that are filled anew at each start. One writer, synchronous; it cannot fail and
// has no backups.
std::unique_ptr<UpdateLog> NewMemoryLog();

}  // namespace annals
