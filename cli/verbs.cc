#include <algorithm>

#include "absl/strings/str_split.h"
#include "annals/cli/apply.h"
#include "annals/cli/blame.h"
#include "annals/cli/completion.h"
#include "annals/cli/describe.h"
#include "annals/cli/diff_verb.h"
#include "annals/cli/exec.h"
#include "annals/cli/export.h"
#include "annals/cli/history_verb.h"
#include "annals/cli/import.h"
#include "annals/cli/log_verb.h"
#include "annals/cli/ls.h"
#include "annals/cli/maintenance.h"
#include "annals/cli/query.h"
#include "annals/cli/raw.h"
#include "annals/cli/repair.h"
#include "annals/cli/report/report_verb.h"
#include "annals/cli/shell/shell_verb.h"
#include "annals/cli/stat.h"
#include "annals/cli/tail.h"
#include "annals/cli/verb.h"
#include "annals/cli/verify.h"
#include "annals/schemas/status.h"

namespace annals::cli {

const std::vector<Verb>& AllVerbs() {
  static const auto* const verbs = new std::vector<Verb>{
      ExecVerb(),   ApplyVerb(),    ShellVerb(),  LsVerb(),         DescribeVerb(), QueryVerb(),
      LogVerb(),    TailVerb(),     ShowVerb(),   DiffVerb(),       HistoryVerb(),  BlameVerb(),
      ReportVerb(), VerifyVerb(),   StatVerb(),   RawVerb(),        ExportVerb(),   ImportVerb(),
      BackupVerb(), SnapshotVerb(), RepairVerb(), CompletionVerb(),
  };
  return *verbs;
}

const Verb* FindVerb(std::string_view name) {
  const auto verb = std::ranges::find(AllVerbs(), name, &Verb::name);
  return verb == AllVerbs().end() ? nullptr : &*verb;
}

const std::vector<Parameter>& CommonParameters() {
  static const auto* const parameters = new std::vector<Parameter>{
      Choice("--color", "when to use colours (default: auto, on a terminal)",
             {"auto", "always", "never"}),
      Flag("--no-pager", "write straight to the terminal"),
  };
  return *parameters;
}

std::vector<std::string_view> SpellingsOf(const Parameter& parameter) {
  std::vector<std::string_view> spellings;
  for (const absl::string_view spelling : absl::StrSplit(ToAbsl(parameter.name), ',')) {
    spellings.push_back(ToStd(spelling));
  }
  return spellings;
}

}  // namespace annals::cli
