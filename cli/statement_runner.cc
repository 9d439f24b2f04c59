#include "annals/cli/statement_runner.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "annals/cli/change_text.h"
#include "annals/commands/plan.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

std::string At(std::string_view input, ddl::Position position) {
  return absl::StrCat(ToAbsl(input), ":", position.line, ":", position.column, ": ");
}

ddl::Position PlaceOf(const absl::Status& status, const ddl::Write& write,
                      const ddl::Statement& statement) {
  const std::optional<size_t> index = CommandIndexOf(status);
  const bool known = index.has_value() && *index < write.positions.size();
  return known ? write.positions[*index] : statement.position;
}

}  // namespace

StatementRunner::StatementRunner(CatalogManager& manager, const ExecuteOptions& options,
                                 Console& console, Executor execute)
    : manager_(manager),
      options_(options),
      console_(console),
      execute_(execute ? std::move(execute)
                       : [this](std::vector<CatalogCommand> commands, const ExecuteOptions& how) {
                           return manager_.Execute(std::move(commands), how);
                         }) {
  listener_ = manager_.AddListener([this](const CatalogEvent& event) {
    const std::lock_guard lock(mutex_);
    summary_ = SummaryOf(event.changes, event.before, event.after);
    return absl::OkStatus();
  });
}

StatementRunner::~StatementRunner() { manager_.RemoveListener(listener_); }

ExitCode StatementRunner::Run(const ddl::Statement& statement, std::string_view input,
                              const Looking& looking) {
  if (const auto* write = std::get_if<ddl::Write>(&statement.what)) {
    return Write(*write, statement, input);
  }
  const auto rows = Look(statement, manager_, options_, looking);
  if (!rows.ok()) {
    Complain(rows.status(), statement, input);
    // What EXPLAIN tells of is refused as it would be if it were done.
    const bool explains = std::holds_alternative<ddl::Explain>(statement.what);
    return explains ? WriteFailure(rows.status()) : ReadFailure(rows.status());
  }
  console_.PrintExact(*rows);
  return Flushed();
}

ExitCode StatementRunner::Write(const ddl::Write& write, const ddl::Statement& statement,
                                std::string_view input) {
  ExecuteOptions options = options_;
  options.statement = statement.text;
  if (!write.message.empty()) options.message = write.message;
  const auto done = execute_(write.commands, options);
  if (!done.ok()) {
    ComplainAt(PlaceOf(done.status(), write, statement), done.status(), statement, input);
    return WriteFailure(done.status());
  }
  if (std::find(done->applied.begin(), done->applied.end(), true) == done->applied.end()) {
    console_.Note(absl::StrCat(At(input, statement.position), "nothing to do"));
    return ExitCode::kDone;
  }
  const std::lock_guard lock(mutex_);
  console_.Print(absl::StrCat(done->version.value, "\t", summary_, "\n"));
  return Flushed();
}

// Where nobody listens any more, the rest is not done unheard.
ExitCode StatementRunner::Flushed() {
  if (console_.Flush()) return ExitCode::kDone;
  if (console_.closed()) console_.Note("standard output was closed; the rest is not executed");
  return ExitCode::kRefused;
}

void StatementRunner::Complain(const absl::Status& status, const ddl::Statement& statement,
                               std::string_view input) {
  ComplainAt(statement.position, status, statement, input);
}

void StatementRunner::ComplainAt(ddl::Position position, const absl::Status& status,
                                 const ddl::Statement& statement, std::string_view input) {
  console_.Error(
      absl::StrCat(At(input, position), MessageOf(status), ddl::ExcerptAt(statement, position)));
}

// The reader says "line 3, column 14: ...".
std::string SyntaxMessage(std::string_view input, const absl::Status& status) {
  // Not of the text but of the input, which it names.
  if (ReasonOf(status) == Reason::IO_ERROR) return std::string(ToStd(status.message()));
  const std::string message = MessageOf(status);
  std::string_view rest = message;
  ddl::Position position;
  const auto take = [&](std::string_view word, uint64_t& number) {
    if (!rest.starts_with(word)) return false;
    const char* const begin = rest.data() + word.size();
    const auto [end, error] = std::from_chars(begin, rest.data() + rest.size(), number);
    if (error != std::errc()) return false;
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    return true;
  };
  const bool placed =
      take("line ", position.line) && take(", column ", position.column) && rest.starts_with(": ");
  if (!placed) return absl::StrCat(ToAbsl(input), ": ", message);
  return absl::StrCat(At(input, position), ToAbsl(rest.substr(2)));
}

}  // namespace annals::cli
