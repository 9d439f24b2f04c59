#include "annals/cli/script_text.h"

#include "absl/strings/str_cat.h"
#include "annals/cli/terminal_text.h"

namespace annals::cli {
namespace {

using Step = ddl::MigrationStep;

std::string StepText(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kStatement:
      return step.text + "\n";
    case Step::Kind::kLoss:
      return absl::StrCat("-- loss: ", Visible(step.object), ": ", Visible(step.text), "\n");
    case Step::Kind::kLeftOut:
      return absl::StrCat("-- left out: ", Visible(step.object), ": ", Visible(step.text), "\n");
  }
  return "";
}

}  // namespace

std::string ScriptText(const ddl::Migration& migration) {
  const bool relaxed = migration.policy == Policy::kRelaxed;
  const bool does = migration.Count(Step::Kind::kStatement) > 0;
  std::string text = relaxed && does ? "-- annals exec --policy relaxed\n" : "";
  for (const Step& step : migration.steps) text += StepText(step);
  return text;
}

void PrintScript(const ddl::Migration& migration, Console& console) {
  console.PrintExact(ScriptText(migration));
  const auto warn = [&](Step::Kind kind, std::string_view what, std::string_view mark) {
    const size_t count = migration.Count(kind);
    if (count == 0) return;
    console.Warning(absl::StrCat(std::string(what), ": ", count,
                                 " (see the comments that begin with \"-- ", std::string(mark),
                                 "\")"));
  };
  warn(Step::Kind::kLoss, "statements that lose data of what stays", "loss");
  warn(Step::Kind::kLeftOut, "differences that SQL has no words for", "left out");
}

Parameter ScriptPolicy() {
  return Choice("--policy",
                "of -o ddl: under which it will be executed (default: what loses least)",
                {"strict", "relaxed"});
}

std::optional<Policy> ScriptPolicyOf(const Arguments& arguments) {
  if (!arguments.Has("policy")) return std::nullopt;
  return arguments.Get("policy") == "relaxed" ? Policy::kRelaxed : Policy::kStrict;
}

}  // namespace annals::cli
