#pragma once

#include <exception>

#include "absl/status/status.h"

namespace annals {

// What `call` says, also by throwing: no exception crosses the engine.
template <typename Function>
absl::Status CallGuarded(Function call) {
  try {
    return call();
  } catch (const std::exception& error) {
    return absl::UnknownError(error.what());
  } catch (...) {
    return absl::UnknownError("an exception of unknown type");
  }
}

}  // namespace annals
