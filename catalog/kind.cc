#include "annals/catalog/kind.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "annals/catalog/built_in_kinds_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// Never destroyed, so that what it gave stays valid until the process ends.
struct Registry {
  std::mutex mutex;
  // All guarded by mutex; what the pointers point to never changes.
  std::map<ObjectKind, std::unique_ptr<const KindDefinition>> kinds;
  std::map<std::pair<ObjectKind, std::string>, std::unique_ptr<const TypeDefinition>> types;
};

Registry& TheRegistry() {
  static Registry& registry = *[] {
    auto* made = new Registry;
    for (KindDefinition& kind : BuiltInKinds()) {
      const ObjectKind number = kind.kind;
      made->kinds.emplace(number, std::make_unique<const KindDefinition>(std::move(kind)));
    }
    for (TypeDefinition& type : BuiltInTypes()) {
      std::pair key(type.kind, type.name);
      made->types.emplace(std::move(key), std::make_unique<const TypeDefinition>(std::move(type)));
    }
    return made;
  }();
  return registry;
}

template <typename Predicate>
const KindDefinition* FindKindIf(Predicate predicate) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  for (const auto& [number, kind] : registry.kinds) {
    if (predicate(*kind)) return kind.get();
  }
  return nullptr;
}

bool SameWord(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b));
}

absl::Status BadDefinition(std::string_view what, std::string_view why) {
  return MakeError(Reason::INVALID_VALUE, absl::StrCat(ToAbsl(what), " ", ToAbsl(why)));
}

bool IsWord(std::string_view text) {
  return !text.empty() && absl::ascii_islower(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

// Words that follow CREATE or SHOW in SQL already.
bool IsWordOfSql(std::string_view word) {
  static constexpr std::array<std::string_view, 16> kWords = {
      "schema", "schemas", "table",    "tables", "index",      "indexes", "unique", "zone",
      "zones",  "view",    "versions", "create", "dependents", "system",  "or",     "if"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

absl::Status CheckOptionDefinition(const OptionDefinition& option) {
  const std::string what = absl::StrCat("option \"", option.name, "\"");
  if (option.name.empty() || OptionKey(option.name) != option.name) {
    return BadDefinition(what, "has a name that is not words in lower case joined by `-`");
  }
  if (option.name == "type") return BadDefinition(what, "has the name of the type");
  if ((option.type == OptionType::kObject) == option.to.empty()) {
    return BadDefinition(what, "is a reference that says to what, or neither");
  }
  if (option.type == OptionType::kObject && (option.sensitive || !option.default_value.empty())) {
    return BadDefinition(what, "is a reference, which is not sensitive and has no default");
  }
  return absl::OkStatus();
}

absl::Status CheckOptionDefinitions(const std::vector<const OptionDefinition*>& options,
                                    const std::vector<std::string>& required_groups) {
  std::set<std::string> names;
  std::set<std::string> groups;
  for (const OptionDefinition* option : options) {
    ANNALS_RETURN_IF_ERROR(CheckOptionDefinition(*option));
    if (!names.insert(option->name).second) {
      return BadDefinition(absl::StrCat("option \"", option->name, "\""), "is defined twice");
    }
    groups.insert(option->group);
  }
  for (const std::string& group : required_groups) {
    if (group.empty() || !groups.contains(group)) {
      return BadDefinition(absl::StrCat("group \"", group, "\""), "is required and has no options");
    }
  }
  return absl::OkStatus();
}

std::vector<const OptionDefinition*> Pointers(const std::vector<OptionDefinition>& options) {
  std::vector<const OptionDefinition*> pointers;
  pointers.reserve(options.size());
  for (const OptionDefinition& option : options) pointers.push_back(&option);
  return pointers;
}

absl::Status CheckKindDefinition(const KindDefinition& kind) {
  const std::string what = absl::StrCat("kind \"", kind.name, "\"");
  if (!IsHostKind(kind.kind)) {
    return BadDefinition(what, absl::StrCat("has the number ", static_cast<int>(kind.kind),
                                            "; those of a host are 64 to 223"));
  }
  for (const std::string& word : {kind.name, kind.plural}) {
    if (!IsWord(word)) {
      return BadDefinition(
          what, absl::StrCat("is called \"", word, "\", which is not one word in lower case"));
    }
    if (IsWordOfSql(word)) {
      return MakeError(Reason::OBJECT_EXISTS, absl::StrCat("\"", word, "\" is a word of SQL"));
    }
  }
  ANNALS_RETURN_IF_ERROR(
      WithContext(CheckOptionDefinitions(Pointers(kind.options), kind.required_groups), what));
  for (const Clause& clause : kind.clauses) {
    const bool defined =
        std::any_of(kind.options.begin(), kind.options.end(),
                    [&](const OptionDefinition& option) { return option.name == clause.option; });
    if (!defined || clause.words.empty()) {
      return BadDefinition(what, absl::StrCat("has the clause \"", clause.words,
                                              "\" for an option that it has not"));
    }
  }
  return absl::OkStatus();
}

// ---- What a name sounds like.

// How many letters have to be put in, taken out, changed or swapped with the next one to
// make `b` of `a`.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const size_t changed = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

bool WordSoundsSensitive(std::string_view word) {
  static constexpr std::array<std::string_view, 17> kParts = {
      "passw",      "passphrase", "passcode",   "pwd",     "secret",     "token",
      "credential", "apikey",     "accesskey",  "authkey", "privatekey", "encryptionkey",
      "masterkey",  "sharedkey",  "signingkey", "keypass", "storekey"};
  for (const std::string_view part : kParts) {
    if (word.find(part) != std::string_view::npos) return true;
  }
  if (word == "key" || word == "keys" || word == "pass" || word == "pin") return true;
  // A misspelt one is as secret; longer words have no need to be compared.
  constexpr size_t kLongest = 10;
  if (word.size() > kLongest) return false;
  return Distance(word, "password") <= 2 || Distance(word, "secret") <= 1 ||
         Distance(word, "token") <= 1;
}

std::vector<std::string> WordsOf(std::string_view option) {
  std::vector<std::string> words;
  for (const auto word : absl::StrSplit(ToAbsl(option), absl::ByAnyChar(" -_.:/"))) {
    if (!word.empty()) words.push_back(absl::AsciiStrToLower(word));
  }
  return words;
}

bool ByItsSound(std::string_view option) {
  // Such keys are nothing to hide.
  static constexpr std::array<std::string_view, 4> kOpen = {"public", "primary", "foreign", "sort"};
  const std::vector<std::string> words = WordsOf(option);
  for (size_t i = 0; i < words.size(); ++i) {
    const bool key = words[i] == "key" || words[i] == "keys";
    if (key && i > 0 && std::find(kOpen.begin(), kOpen.end(), words[i - 1]) != kOpen.end())
      continue;
    if (WordSoundsSensitive(words[i])) return true;
  }
  return false;
}

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

bool SomeTypeHides(std::string_view key) {
  const auto hides = [&](const OptionDefinition& option) {
    return option.sensitive && option.name == key;
  };
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  for (const auto& [number, kind] : registry.kinds) {
    if (std::any_of(kind->options.begin(), kind->options.end(), hides)) return true;
  }
  for (const auto& [name, type] : registry.types) {
    if (std::any_of(type->options.begin(), type->options.end(), hides)) return true;
  }
  return false;
}

}  // namespace

absl::Status RegisterKind(KindDefinition definition) {
  ANNALS_RETURN_IF_ERROR(CheckKindDefinition(definition));
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  for (const auto& [number, kind] : registry.kinds) {
    for (const std::string& word : {kind->name, kind->plural}) {
      if (number != definition.kind && word != definition.name && word != definition.plural) {
        continue;
      }
      return MakeError(Reason::OBJECT_EXISTS,
                       absl::StrCat("kind ", static_cast<int>(number), " \"", kind->name, "\" (\"",
                                    kind->plural, "\") is there already"));
    }
  }
  const ObjectKind number = definition.kind;
  registry.kinds.emplace(number, std::make_unique<const KindDefinition>(std::move(definition)));
  return absl::OkStatus();
}

absl::Status RegisterType(TypeDefinition definition) {
  const std::string what = absl::StrCat("type \"", definition.name, "\"");
  const KindDefinition* kind = FindKind(definition.kind);
  if (kind == nullptr) {
    return BadDefinition(what, absl::StrCat("is of a kind that is not registered: ",
                                            static_cast<int>(definition.kind)));
  }
  if (definition.name.empty() || TypeKey(definition.name) != definition.name) {
    return BadDefinition(what, "has a name that is not words in lower case joined by `-`");
  }
  std::vector<const OptionDefinition*> options = Pointers(kind->options);
  const auto own = Pointers(definition.options);
  options.insert(options.end(), own.begin(), own.end());
  std::vector<std::string> groups = kind->required_groups;
  groups.insert(groups.end(), definition.required_groups.begin(), definition.required_groups.end());
  ANNALS_RETURN_IF_ERROR(WithContext(CheckOptionDefinitions(options, groups), what));
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::pair key(definition.kind, definition.name);
  if (registry.types.contains(key)) {
    return MakeError(Reason::OBJECT_EXISTS,
                     absl::StrCat(what, " of kind ", kind->name, " is there already"));
  }
  registry.types.emplace(std::move(key),
                         std::make_unique<const TypeDefinition>(std::move(definition)));
  return absl::OkStatus();
}

const KindDefinition* FindKind(ObjectKind kind) {
  return FindKindIf([&](const KindDefinition& one) { return one.kind == kind; });
}

const KindDefinition* FindKindByName(std::string_view name) {
  return FindKindIf([&](const KindDefinition& one) { return SameWord(one.name, name); });
}

const KindDefinition* FindKindByPlural(std::string_view plural) {
  return FindKindIf([&](const KindDefinition& one) { return SameWord(one.plural, plural); });
}

const TypeDefinition* FindType(ObjectKind kind, std::string_view type) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  const auto found = registry.types.find({kind, std::string(type)});
  return found == registry.types.end() ? nullptr : found->second.get();
}

std::vector<const KindDefinition*> AllKinds() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::vector<const KindDefinition*> kinds;
  for (const auto& [number, kind] : registry.kinds) kinds.push_back(kind.get());
  return kinds;
}

std::vector<const TypeDefinition*> AllTypes(ObjectKind kind) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::vector<const TypeDefinition*> types;
  for (const auto& [key, type] : registry.types) {
    if (key.first == kind) types.push_back(type.get());
  }
  return types;
}

std::vector<const OptionDefinition*> OptionsOf(ObjectKind kind, std::string_view type) {
  std::vector<const OptionDefinition*> options;
  const auto add = [&](const std::vector<OptionDefinition>& some) {
    for (const OptionDefinition& option : some) options.push_back(&option);
  };
  if (const KindDefinition* definition = FindKind(kind)) add(definition->options);
  if (const TypeDefinition* definition = FindType(kind, type)) add(definition->options);
  return options;
}

std::vector<std::string> RequiredGroupsOf(ObjectKind kind, std::string_view type) {
  std::vector<std::string> groups;
  const auto add = [&](const std::vector<std::string>& some) {
    groups.insert(groups.end(), some.begin(), some.end());
  };
  if (const KindDefinition* definition = FindKind(kind)) add(definition->required_groups);
  if (const TypeDefinition* definition = FindType(kind, type)) add(definition->required_groups);
  return groups;
}

const OptionDefinition* FindOption(ObjectKind kind, std::string_view type,
                                   std::string_view option) {
  for (const OptionDefinition* one : OptionsOf(kind, type)) {
    if (one->name == option) return one;
  }
  return nullptr;
}

bool AcceptsFreeOptions(ObjectKind kind, std::string_view type) {
  if (const TypeDefinition* registered = FindType(kind, type)) return registered->free_options;
  const KindDefinition* definition = FindKind(kind);
  return definition == nullptr || definition->free_options;
}

std::string OptionKey(std::string_view words) {
  std::string key;
  for (const auto word : absl::StrSplit(ToAbsl(words), absl::ByAnyChar(" \t\r\n"))) {
    if (!word.empty()) absl::StrAppend(&key, key.empty() ? "" : "-", absl::AsciiStrToLower(word));
  }
  return key;
}

std::string TypeKey(std::string_view words) { return OptionKey(words); }

std::string OptionWords(std::string_view key) {
  return absl::AsciiStrToUpper(absl::StrReplaceAll(ToAbsl(key), {{"-", " "}}));
}

bool IsSensitive(ObjectKind kind, std::string_view type, std::string_view option) {
  if (const OptionDefinition* defined = FindOption(kind, type, option)) return defined->sensitive;
  return ByItsSound(option);
}

bool SoundsSensitive(std::string_view option) {
  return ByItsSound(option) || SomeTypeHides(OptionKey(option));
}

bool IsPlaceholder(std::string_view value) {
  return value.size() > 7 && value.ends_with('}') && value.find('}') == value.size() - 1 &&
         (value.starts_with("${ENV:") || value.starts_with("${FILE:"));
}

std::string ListText(const std::vector<std::string>& elements) {
  std::string text;
  for (const std::string& element : elements) {
    if (&element != &elements.front()) text += ',';
    for (size_t i = 0; i < element.size(); ++i) {
      const bool at_end = i == 0 || i + 1 == element.size();
      const char c = element[i];
      if (c == ',' || c == '\\' || (at_end && IsBlank(c))) text += '\\';
      text += c;
    }
  }
  return text;
}

std::vector<std::string> ListElements(std::string_view text) {
  std::vector<std::string> elements(1);
  size_t kept = 0;  // Of the last element, what is there without the blanks behind it.
  for (size_t i = 0; i < text.size(); ++i) {
    std::string& element = elements.back();
    if (text[i] == ',') {
      element.resize(std::exchange(kept, 0));
      elements.emplace_back();
      continue;
    }
    const bool escaped = text[i] == '\\' && i + 1 < text.size() &&
                         (text[i + 1] == ',' || text[i + 1] == '\\' || IsBlank(text[i + 1]));
    if (escaped) ++i;
    const bool blank = !escaped && IsBlank(text[i]);
    if (blank && element.empty()) continue;
    element += text[i];
    if (!blank) kept = element.size();
  }
  elements.back().resize(kept);
  return elements;
}

std::string_view ShownValue(const ConfiguredDescriptor& object, const OptionDescriptor& option) {
  if (option.value().empty() || IsPlaceholder(option.value())) return option.value();
  return IsSensitive(object.kind(), object.type(), option.key()) ? kMasked : option.value();
}

std::string_view ShownLabel(std::string_view key, std::string_view value) {
  if (value.empty() || IsPlaceholder(value)) return value;
  return SoundsSensitive(key) ? kMasked : value;
}

}  // namespace annals
