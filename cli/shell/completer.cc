#include "annals/cli/shell/completer.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/cli/object_lookup.h"
#include "annals/cli/shell/dot_command.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/verb.h"
#include "annals/commands/names.h"
#include "annals/commands/utf8.h"
#include "annals/ddl/expected.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/query.h"

namespace annals::cli {
namespace {

// Whether the letter that was typed last is a small one.
bool TypesLowerCase(std::string_view text) {
  const auto letter = std::find_if(text.rbegin(), text.rend(),
                                   [](unsigned char c) { return absl::ascii_isalpha(c); });
  return letter != text.rend() && absl::ascii_islower(static_cast<unsigned char>(*letter));
}

// Collects what begins like what is being typed.
class Candidates {
 public:
  Candidates(std::string_view begun, bool lower)
      : begun_(begun), upper_(absl::AsciiStrToUpper(ToAbsl(begun))), lower_(lower) {}

  // In upper or lower case, as is being typed.
  void AddWord(std::string_view word, std::string_view after = " ") {
    if (!word.starts_with(upper_)) return;
    Add(absl::StrCat(lower_ ? absl::AsciiStrToLower(ToAbsl(word)) : std::string(word),
                     ToAbsl(after)));
  }

  // As it is.
  void AddExactly(std::string_view word, std::string_view after = " ") {
    if (word.starts_with(begun_)) Add(absl::StrCat(ToAbsl(word), ToAbsl(after)));
  }

  void AddName(std::string_view name, std::string_view after) {
    const std::string quoted = ddl::QuoteName(name);
    if (quoted == name) return AddWord(name, after);
    const bool fits = begun_.starts_with('"')
                          ? quoted.starts_with(begun_)
                          : absl::AsciiStrToUpper(ToAbsl(name)).starts_with(upper_);
    if (fits) Add(absl::StrCat(quoted, ToAbsl(after)));
  }

  Completion Take() && {
    std::ranges::sort(found_);
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return {begun_.size(), std::move(found_)};
  }

 private:
  void Add(std::string candidate) {
    if (Visible(candidate) == candidate) found_.push_back(std::move(candidate));
  }

  const std::string_view begun_;
  const std::string upper_;
  const bool lower_;
  std::vector<std::string> found_;
};

void AddChildren(const CatalogView& catalog, std::string_view schema, Candidates& candidates) {
  const auto owner = catalog.Schema(schema);
  if (!owner) return;
  catalog.ForEachChild(owner->id(), [&](const ObjectDescriptor& object) {
    if (object.has_name()) candidates.AddName(object.name(), " ");
  });
}

// Names that mean something without a schema: of PUBLIC, and of what lives at the root.
void AddNames(const CatalogView& catalog, Candidates& candidates) {
  AddChildren(catalog, kPublicSchema, candidates);
  catalog.ForEachChild(kNoObject, [&](const ObjectDescriptor& object) {
    candidates.AddName(object.name(), object.kind() == ObjectKind::kSchema ? "." : " ");
  });
}

// The columns of the tables that `names` speak of.
void AddColumns(const CatalogView& catalog, const std::vector<std::string>& names,
                Candidates& candidates) {
  for (size_t i = 0; i < names.size(); ++i) {
    auto table = catalog.Table(kPublicSchema, names[i]);
    if (!table && i > 0) table = catalog.Table(names[i - 1], names[i]);
    if (!table) continue;
    for (const ColumnDescriptor column : table->columns()) candidates.AddName(column.name(), " ");
  }
}

Completion CompleteSql(std::string_view begun, std::string_view line, const CatalogView& catalog) {
  const std::string text = absl::StrCat(ToAbsl(begun), ToAbsl(line));
  const ddl::Expected expected = ddl::Expect(text);
  if (expected.begun.size() > line.size()) return {};  // A name that goes over lines.
  const std::string_view word = line.substr(line.size() - expected.begun.size());
  Candidates candidates(word, TypesLowerCase(text));
  for (const std::string_view keyword : expected.keywords) candidates.AddWord(keyword);
  if (expected.name && expected.schema) {
    AddChildren(catalog, *expected.schema, candidates);
  } else if (expected.name) {
    AddNames(catalog, candidates);
    AddColumns(catalog, expected.names, candidates);
  }
  return std::move(candidates).Take();
}

// The name that stands at the end of a line, whether it is in quotes or behind a schema; or
// the kind before it, if it is the `first` word.
Completion CompleteObject(std::string_view word, bool first, const CatalogView& catalog) {
  size_t dot = std::string_view::npos;
  bool quoted = false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '"') quoted = !quoted;
    if (word[i] == '.' && !quoted) dot = i;
  }
  const std::string_view begun = dot == std::string_view::npos ? word : word.substr(dot + 1);
  Candidates candidates(begun, TypesLowerCase(word));
  if (dot == std::string_view::npos) {
    AddNames(catalog, candidates);
    for (const std::string& kind : KindWords()) {
      if (first && !word.empty()) candidates.AddExactly(kind);
    }
  } else {
    const ddl::Expected schema = ddl::Expect(absl::StrCat("DROP TABLE ", ToAbsl(word)));
    if (schema.schema) AddChildren(catalog, *schema.schema, candidates);
  }
  return std::move(candidates).Take();
}

Completion CompleteOption(std::string_view name, std::string_view word) {
  Candidates candidates(word, false);
  const Verb* const verb = FindVerb(name);
  if (verb == nullptr) return {};
  for (const Parameter& parameter : verb->parameters) {
    if (parameter.kind == Parameter::Kind::kPositional) continue;
    for (const std::string_view spelling : SpellingsOf(parameter)) candidates.AddExactly(spelling);
  }
  return std::move(candidates).Take();
}

Completion OneOf(std::string_view word, std::initializer_list<std::string_view> choices) {
  Candidates candidates(word, false);
  for (const std::string_view choice : choices) candidates.AddExactly(choice);
  return std::move(candidates).Take();
}

Completion CompleteDotName(std::string_view word) {
  Candidates candidates(word, false);
  for (const DotCommand& command : DotCommands()) candidates.AddExactly(command.name);
  return std::move(candidates).Take();
}

Completion CompleteView(std::string_view word) {
  Candidates candidates(word, TypesLowerCase(word));
  for (const ViewInfo* view : AllViews()) candidates.AddWord(view->name);
  return std::move(candidates).Take();
}

// A dot command's line: its name, and the word that is being typed.
struct DotLine {
  std::string_view name;
  std::string_view word;
  bool in_name = false;
  bool is_first = false;  // The word is the first one behind the name.
};

DotLine DotLineOf(std::string_view line) {
  line.remove_prefix(line.find('.') + 1);
  const auto blank = [](unsigned char c) { return absl::ascii_isspace(c); };
  const auto name_end = std::ranges::find_if(line, blank);
  const std::string_view name = line.substr(0, name_end - line.begin());
  size_t begin = line.size();
  bool quoted = std::ranges::count(line, '"') % 2 == 1;
  while (begin > 0 && (quoted || !blank(static_cast<unsigned char>(line[begin - 1])))) {
    if (line[--begin] == '"') quoted = !quoted;
  }
  const std::string_view between =
      line.substr(name.size(), std::max(begin, name.size()) - name.size());
  return {name, line.substr(begin), name.size() == line.size(),
          std::ranges::all_of(between, blank)};
}

bool BeginsWithDot(std::string_view begun, std::string_view line) {
  const bool blank = ToStd(absl::StripAsciiWhitespace(ToAbsl(begun))).empty();
  return blank && ToStd(absl::StripLeadingAsciiWhitespace(ToAbsl(line))).starts_with('.');
}

Completion CompleteDot(std::string_view line, const CatalogView& catalog) {
  const DotLine typed = DotLineOf(line);
  if (typed.in_name) return CompleteDotName(typed.name);
  const DotCommand* const command = FindDotCommand(typed.name);
  if (command == nullptr) return {};
  if (typed.word.starts_with('-')) return CompleteOption(command->name, typed.word);
  switch (command->argument) {
    case DotCommand::Argument::kCommand:
      return CompleteDotName(typed.word);
    case DotCommand::Argument::kObject:
      return CompleteObject(typed.word, typed.is_first, catalog);
    case DotCommand::Argument::kVersion:
      return OneOf(typed.word, {"earliest", "latest"});
    case DotCommand::Argument::kView:
      return CompleteView(typed.word);
    case DotCommand::Argument::kMode:
      return OneOf(typed.word, {"json", "lines", "table"});
    case DotCommand::Argument::kSwitch:
      return OneOf(typed.word, {"off", "on"});
    case DotCommand::Argument::kNone:
    case DotCommand::Argument::kFile:
      break;
  }
  return {};
}

}  // namespace

Completion Complete(std::string_view begun, std::string_view line, const CatalogView& catalog) {
  return BeginsWithDot(begun, line) ? CompleteDot(line, catalog)
                                    : CompleteSql(begun, line, catalog);
}

bool CompletesFiles(std::string_view line, std::string_view& prefix) {
  if (!BeginsWithDot("", line)) return false;
  const DotLine typed = DotLineOf(line);
  const DotCommand* const command = typed.in_name ? nullptr : FindDotCommand(typed.name);
  prefix = typed.word;
  return command != nullptr && command->argument == DotCommand::Argument::kFile;
}

std::string CommonPrefix(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return "";
  const std::string& first = candidates.front();
  size_t common = first.size();
  for (const std::string& candidate : candidates) {
    const auto [end, other] = std::ranges::mismatch(first, candidate);
    common = std::min<size_t>(common, end - first.begin());
  }
  return std::string(CutAtCharacter(first, common));
}

std::string CandidateList(const std::vector<std::string>& candidates, size_t width) {
  constexpr size_t kMost = 200;
  const size_t shown = std::min(candidates.size(), kMost);
  size_t widest = 0;
  for (size_t i = 0; i < shown; ++i) widest = std::max(widest, WidthOf(candidates[i]) + 2);
  const size_t columns = std::max<size_t>(widest == 0 ? 1 : width / widest, 1);
  std::string list;
  for (size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == shown || (i + 1) % columns == 0;
    list += candidates[i];
    list += last ? "\n" : std::string(widest - WidthOf(candidates[i]), ' ');
  }
  if (shown < candidates.size()) {
    absl::StrAppend(&list, "and ", candidates.size() - shown, " more\n");
  }
  return list;
}

}  // namespace annals::cli
