#include "annals/cli/completion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "annals/cli/object_lookup.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr const char* kBash =
    R"(# Completes the command line of annals: source <(annals completion bash)
_annals() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
  local -A options=(
@options@  )
  local -A choices=(
@choices@  )
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '@verbs@ --help --version' -- "$word")
  elif [[ -n ${choices["$verb $before"]-} ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${choices["$verb $before"]}" -- "$word")
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${options["$verb"]-} --help" -- "$word")
  elif ((COMP_CWORD == 3)) && [[ ' @named@ ' == *" $verb "* ]]; then
    mapfile -t COMPREPLY < <(compgen -W '@kinds@' -- "$word")
  fi
}
complete -o default -F _annals annals
)";

std::vector<Parameter> OptionsOf(const Verb& verb) {
  std::vector<Parameter> options = verb.parameters;
  options.insert(options.end(), CommonParameters().begin(), CommonParameters().end());
  std::erase_if(options, [](const Parameter& parameter) {
    return parameter.kind == Parameter::Kind::kPositional;
  });
  return options;
}

std::string Joined(const std::vector<std::string_view>& words) {
  return absl::StrJoin(words, " ", [](std::string* out, std::string_view word) { *out += word; });
}

// One entry of a bash array.
std::string EntryOf(std::string_view key, const std::string& value) {
  return absl::StrCat("    [\"", ToAbsl(key), "\"]='", value, "'\n");
}

}  // namespace

std::string BashCompletion(const std::vector<Verb>& verbs) {
  std::string options;
  std::string choices;
  std::vector<std::string_view> names;
  std::vector<std::string_view> named;  // Those that want [KIND] NAME.
  for (const Verb& verb : verbs) {
    const bool wants_object = std::ranges::count(verb.parameters, "OBJECT", &Parameter::name) > 0;
    if (wants_object) named.push_back(verb.name);
    std::vector<std::string_view> spellings;
    for (const Parameter& option : OptionsOf(verb)) {
      for (const std::string_view spelling : SpellingsOf(option)) {
        spellings.push_back(spelling);
        if (option.choices.empty()) continue;
        choices +=
            EntryOf(absl::StrCat(ToAbsl(verb.name), " ", ToAbsl(spelling)), Joined(option.choices));
      }
    }
    names.push_back(verb.name);
    options += EntryOf(verb.name, Joined(spellings));
  }
  return absl::StrReplaceAll(kBash, {{"@options@", options},
                                     {"@choices@", choices},
                                     {"@verbs@", Joined(names)},
                                     {"@named@", Joined(named)},
                                     {"@kinds@", absl::StrJoin(KindWords(), " ")}});
}

Verb CompletionVerb() {
  return {.name = "completion",
          .summary = "print a script with which a shell completes what is typed",
          .details = "For bash: source <(annals completion bash)",
          .parameters = {{.name = "SHELL",
                          .help = "whose script",
                          .kind = Parameter::Kind::kPositional,
                          .least = 1,
                          .most = 1,
                          .choices = {"bash"}}},
          .run = [](const Arguments& /*arguments*/, Console& console) {
            console.Print(BashCompletion(AllVerbs()));
            return ExitCode::kDone;
          }};
}

}  // namespace annals::cli
