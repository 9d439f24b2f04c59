#pragma once

// For what a host calls, and threads of our own: no exception leaves them, also where memory
// runs out.

#include <exception>
#include <new>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {

// MakeError of `words` in a row, that can be made also when memory has run out: then it has
// its code alone.
template <typename... Words>
absl::Status ErrorOf(Reason reason, const Words&... words) {
  try {
    return MakeError(reason, absl::StrCat(words...));
  } catch (const std::bad_alloc&) {
    return absl::Status(CodeOf(reason), {});
  }
}

// What `call` says. If it throws: INTERNAL, that `what`, such as "planning failed".
template <typename Function>
std::invoke_result_t<Function> Guarded(absl::string_view what, Function call) {
  try {
    return call();
  } catch (const std::exception& error) {
    return ErrorOf(Reason::INTERNAL, what, ": ", error.what());
  } catch (...) {
    return ErrorOf(Reason::INTERNAL, what);
  }
}

}  // namespace annals
