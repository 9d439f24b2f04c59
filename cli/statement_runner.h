#pragma once

// Statements, executed one by one: for each version a line as soon as it is durable, the
// rows of what only looks, errors with their place. One thread, but for the engine's.

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/cli/console.h"
#include "annals/cli/looking.h"
#include "annals/ddl/statement.h"
#include "annals/engine/catalog_manager.h"

namespace annals::cli {

class StatementRunner {
 public:
  // How commands are executed.
  using Executor = std::function<absl::StatusOr<ExecuteResult>(std::vector<CatalogCommand>,
                                                               const ExecuteOptions&)>;

  // All must outlive the runner. Without `execute`, it is manager.Execute.
  StatementRunner(CatalogManager& manager, const ExecuteOptions& options, Console& console,
                  Executor execute = nullptr);
  StatementRunner(const StatementRunner&) = delete;
  StatementRunner& operator=(const StatementRunner&) = delete;
  ~StatementRunner();

  // `input` is what messages call the text in which the statement stands: "shop.sql".
  ExitCode Run(const ddl::Statement& statement, std::string_view input,
               const Looking& looking = {});

  // Says the error `status` about `statement`, at its beginning.
  void Complain(const absl::Status& status, const ddl::Statement& statement,
                std::string_view input);

 private:
  ExitCode Write(const ddl::Write& write, const ddl::Statement& statement, std::string_view input);
  ExitCode Flushed();
  void ComplainAt(ddl::Position position, const absl::Status& status,
                  const ddl::Statement& statement, std::string_view input);

  CatalogManager& manager_;
  const ExecuteOptions& options_;
  Console& console_;
  const Executor execute_;
  std::mutex mutex_;
  std::string summary_;  // Of the version that was made last; guarded by mutex_.
  uint64_t listener_;
};

// "shop.sql:3:14: ...", which editors understand, of an error that ScriptReader gives.
std::string SyntaxMessage(std::string_view input, const absl::Status& status);

}  // namespace annals::cli
