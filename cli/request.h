#pragma once

// Requests of the JSON-lines protocol (docs/json_lines.md) as commands. Strict: what
// is not understood is refused and named, never skipped. Pure.

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/commands/command.h"
#include "annals/schemas/ids.h"

namespace annals::cli {

// Commands that make one version.
struct CommandsRequest {
  std::vector<CatalogCommand> commands;
};
struct DescribeRequest {
  std::optional<CatalogVersion> version;  // Else the latest.
};
struct SnapshotRequest {
  CatalogVersion version;
};
using Request = std::variant<CommandsRequest, DescribeRequest, SnapshotRequest>;

// Reads one line. After an error `command` is the index in the batch of the command
// that is wrong, where it is one.
//   INVALID_REQUEST        names the field, and says what would be right
//   STORAGE_PROFILES_NULL  a new zone without them
absl::StatusOr<Request> ParseRequest(std::string_view line, std::optional<size_t>& command);

}  // namespace annals::cli
