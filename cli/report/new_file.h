#pragma once

// A file that is there whole or not at all.

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace annals::cli {

// Writes `text` to a file beside `path` and gives it that name, so that whoever opens
// `path` finds all of it, or what was there before. A pipe or device is written to.
//   IO_ERROR, DISK_FULL  `path` is as it was
absl::Status WriteNewFile(const std::string& path, std::string_view text);

}  // namespace annals::cli
