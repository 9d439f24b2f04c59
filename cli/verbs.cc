#include "annals/cli/describe.h"
#include "annals/cli/diff_verb.h"
#include "annals/cli/exec.h"
#include "annals/cli/history.h"
#include "annals/cli/ls.h"
#include "annals/cli/maintenance.h"
#include "annals/cli/query.h"
#include "annals/cli/report/report_verb.h"
#include "annals/cli/verb.h"

namespace annals::cli {

const std::vector<Verb>& AllVerbs() {
  static const auto* const verbs = new std::vector<Verb>{
      ExecVerb(),  LsVerb(),     DescribeVerb(), LogVerb(),      ShowVerb(),   DiffVerb(),
      QueryVerb(), ReportVerb(), BackupVerb(),   SnapshotVerb(), RepairVerb(),
  };
  return *verbs;
}

}  // namespace annals::cli
