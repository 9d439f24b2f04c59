#include "annals/cli/sql_session.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "annals/cli/change_text.h"
#include "annals/cli/looking.h"
#include "annals/commands/plan.h"
#include "annals/ddl/script_reader.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

std::string At(const Input& input, ddl::Position position) {
  return absl::StrCat(input.name(), ":", position.line, ":", position.column, ": ");
}

// "line 3, column 14: ..." as "shop.sql:3:14: ...", which editors understand.
std::string SyntaxMessage(const Input& input, const absl::Status& status) {
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
  if (!placed) return absl::StrCat(input.name(), ": ", message);
  return absl::StrCat(At(input, position), ToAbsl(rest.substr(2)));
}

class Session {
 public:
  Session(CatalogManager& manager, Input& input, const ExecuteOptions& options, Console& console)
      : manager_(manager), input_(input), options_(options), console_(console) {
    listener_ = manager_.AddListener([this](const CatalogEvent& event) {
      summary_ = SummaryOf(event.changes, event.before, event.after);
      return absl::OkStatus();
    });
  }
  ~Session() { manager_.RemoveListener(listener_); }

  ExitCode Run() {
    ddl::ScriptReader script([this] { return input_.Read(); });
    for (;;) {
      const auto statement = script.Next();
      if (!statement.ok()) {
        console_.Error(SyntaxMessage(input_, statement.status()));
        return ExitCode::kUsage;
      }
      if (!statement->has_value()) return ExitCode::kDone;
      const ExitCode code = Do(**statement);
      if (code != ExitCode::kDone) return code;
    }
  }

 private:
  ExitCode Do(const ddl::Statement& statement) {
    if (const auto* write = std::get_if<ddl::Write>(&statement.what)) {
      return DoWrite(*write, statement);
    }
    const auto rows = Look(statement, manager_, options_);
    if (!rows.ok()) {
      Complain(rows.status(), statement, statement.position);
      // What EXPLAIN tells of is refused as it would be if it were done.
      const bool explains = std::holds_alternative<ddl::Explain>(statement.what);
      return explains ? WriteFailure(rows.status()) : ReadFailure(rows.status());
    }
    console_.PrintExact(*rows);
    return Flushed();
  }

  ExitCode DoWrite(const ddl::Write& write, const ddl::Statement& statement) {
    ExecuteOptions options = options_;
    options.statement = statement.text;
    if (!write.message.empty()) options.message = write.message;
    summary_.clear();
    const auto done = manager_.Execute(write.commands, options);
    if (!done.ok()) {
      Complain(done.status(), statement, PlaceOf(done.status(), write, statement));
      return WriteFailure(done.status());
    }
    if (std::find(done->applied.begin(), done->applied.end(), true) == done->applied.end()) {
      console_.Note(absl::StrCat(At(input_, statement.position), "nothing to do"));
      return ExitCode::kDone;
    }
    console_.Print(absl::StrCat(done->version.value, "\t", summary_, "\n"));
    return Flushed();
  }

  // Where nobody listens any more, the rest is not done unheard.
  ExitCode Flushed() {
    if (console_.Flush()) return ExitCode::kDone;
    if (console_.closed()) console_.Note("standard output was closed; the rest is not executed");
    return ExitCode::kRefused;
  }

  static ddl::Position PlaceOf(const absl::Status& status, const ddl::Write& write,
                               const ddl::Statement& statement) {
    const std::optional<size_t> index = CommandIndexOf(status);
    const bool known = index.has_value() && *index < write.positions.size();
    return known ? write.positions[*index] : statement.position;
  }

  void Complain(const absl::Status& status, const ddl::Statement& statement,
                ddl::Position position) {
    console_.Error(
        absl::StrCat(At(input_, position), MessageOf(status), ddl::ExcerptAt(statement, position)));
  }

  CatalogManager& manager_;
  Input& input_;
  const ExecuteOptions& options_;
  Console& console_;
  std::string summary_;  // Of the version that was made last.
  uint64_t listener_;
};

}  // namespace

ExitCode RunSqlSession(CatalogManager& manager, Input& input, const ExecuteOptions& options,
                       Console& console) {
  return Session(manager, input, options, console).Run();
}

}  // namespace annals::cli
