#include "annals/cli/sql_session.h"

#include "annals/cli/statement_runner.h"
#include "annals/ddl/script_reader.h"

namespace annals::cli {

ExitCode RunSqlSession(CatalogManager& manager, Input& input, const ExecuteOptions& options,
                       Console& console) {
  StatementRunner runner(manager, options, console);
  ddl::ScriptReader script([&] { return input.Read(); });
  for (;;) {
    const auto statement = script.Next();
    if (!statement.ok()) {
      console.Error(SyntaxMessage(input.name(), statement.status()));
      return ExitCode::kUsage;
    }
    if (!statement->has_value()) return ExitCode::kDone;
    const ExitCode code = runner.Run(**statement, input.name());
    if (code != ExitCode::kDone) return code;
  }
}

}  // namespace annals::cli
