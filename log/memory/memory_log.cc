#include "annals/log/memory/memory_log.h"

#include <utility>

#include "annals/log/local_log_internal.h"
#include "annals/log/memory/memory_storage_internal.h"

namespace annals {

std::unique_ptr<UpdateLog> NewMemoryLog() {
  auto storage = std::make_unique<MemoryStorage>();
  LocalLog::Create(storage.get()).IgnoreError();  // Memory does not fail.
  return *LocalLog::Open(std::move(storage), LogAccess::kWrite);
}

}  // namespace annals
