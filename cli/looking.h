#pragma once

// The answers to statements that only look: SHOW, DESCRIBE, SHOW CREATE, EXPLAIN.

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "annals/ddl/statement.h"
#include "annals/engine/catalog_manager.h"

namespace annals::cli {

// How to look.
struct Looking {
  // The version that a statement without AS OF means; the latest without it.
  std::optional<CatalogVersion> at = std::nullopt;
  bool json = false;  // Lists and descriptions as JSON, and not in columns.
};

// What `statement` asks for, as text to be printed exactly: SQL is to be read back.
// `options` are those with which EXPLAIN would execute.
// REQUIRES: `statement` is no Write.
absl::StatusOr<std::string> Look(const ddl::Statement& statement, const CatalogManager& manager,
                                 const ExecuteOptions& options, const Looking& looking = {});

}  // namespace annals::cli
