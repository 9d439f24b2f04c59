#pragma once

#include <exception>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace annals {

// What was thrown, as an error; without memory for words, without them.
inline absl::Status ThrownError(absl::string_view what) {
  try {
    return absl::UnknownError(what);
  } catch (const std::bad_alloc&) {
    return {absl::StatusCode::kUnknown, {}};
  }
}

// What `call` says, also by throwing: no exception crosses the engine.
template <typename Function>
absl::Status CallGuarded(Function call) {
  try {
    return call();
  } catch (const std::exception& error) {
    return ThrownError(error.what());
  } catch (...) {
    return ThrownError("an exception of unknown type");
  }
}

}  // namespace annals
