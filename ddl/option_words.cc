#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/option_words_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

bool IsWord(std::string_view word, std::string_view upper) {
  return absl::EqualsIgnoreCase(ToAbsl(word), ToAbsl(upper));
}

const std::pair<std::string, std::string>& WordsOfKind(const KindDefinition& kind) {
  static std::mutex mutex;
  static auto& words = *new std::map<ObjectKind, std::pair<std::string, std::string>>;
  const std::lock_guard lock(mutex);
  const auto [found, added] = words.try_emplace(kind.kind);
  if (added) {
    found->second = {absl::AsciiStrToUpper(kind.name), absl::AsciiStrToUpper(kind.plural)};
  }
  return found->second;
}

bool BeginsLiteral(std::string_view text) {
  return StringLength(text) > 0 || BytesLength(text) > 0 || NumberLength(text) > 0;
}

// "quoted", or U&"quoted".
bool BeginsQuotedName(std::string_view text) { return NameLength(text) > WordLength(text); }

size_t WordOrDigitsLength(std::string_view text) {
  const size_t word = WordLength(text);
  const size_t digits = IntegerLength(text);
  return word > 0 ? word : digits == NumberLength(text) ? digits : 0;
}

// WITH ( behind an action.
bool BeginsWith(std::string_view text) {
  const size_t length = WordsLength(text, "WITH");
  return length > 0 && text.substr(length).starts_with('(');
}

// Words, and whole numbers behind the first of them: PUBLIC KEY 1.
struct Run {
  std::vector<std::string_view> words;
  std::string_view rest;  // What follows, without blanks.
};

Run RunAt(std::string_view text) {
  Run run{.words = {}, .rest = text};
  for (;;) {
    const std::string_view rest = run.rest;
    const bool word = run.words.empty() ? WordLength(rest) > 0 : WordOrDigitsLength(rest) > 0;
    const bool literal = StringLength(rest) > 0 || BytesLength(rest) > 0;
    if (!word || literal || BeginsQuotedName(rest) || BeginsWith(rest)) return run;
    const size_t length = WordOrDigitsLength(rest);
    run.words.push_back(rest.substr(0, length));
    run.rest.remove_prefix(length);
    run.rest.remove_prefix(BlankLength(run.rest));
  }
}

size_t LengthThrough(std::string_view text, std::string_view word) {
  return static_cast<size_t>(word.data() + word.size() - text.data());
}

}  // namespace

std::string_view WordOf(const KindDefinition& kind) { return WordsOfKind(kind).first; }
std::string_view PluralWordOf(const KindDefinition& kind) { return WordsOfKind(kind).second; }

size_t OptionNameLength(std::string_view text) {
  const Run run = RunAt(text);
  const size_t all = run.words.size();
  if (all == 0) return 0;
  const bool name_follows = BeginsQuotedName(run.rest);
  const bool value_follows = name_follows || BeginsLiteral(run.rest) || run.rest.starts_with('=') ||
                             run.rest.starts_with('(');
  size_t name = value_follows ? all : all - 1;
  const bool value_is_name = name_follows || (!value_follows && NameLength(run.words[all - 1]) > 0);
  if (value_is_name && name > 1 && IsWord(run.words[name - 1], "SECRET")) --name;
  return LengthThrough(text, run.words[std::max<size_t>(name, 1) - 1]);
}

size_t OptionKeyLength(std::string_view text) {
  const Run run = RunAt(text);
  return run.words.empty() ? 0 : LengthThrough(text, run.words.back());
}

size_t TypeNameLength(std::string_view text, const KindDefinition& kind) {
  const auto part_length = [](std::string_view rest) {
    size_t length = WordLength(rest);
    while (length > 0 && length + 1 < rest.size() && rest[length] == '-') {
      const size_t more =
          std::max(WordLength(rest.substr(length + 1)), IntegerLength(rest.substr(length + 1)));
      if (more == 0) break;
      length += 1 + more;
    }
    return length;
  };
  if (BeginsQuotedName(text)) return NameLength(text);
  if (NameLength(text) == 0) return 0;
  size_t length = part_length(text);
  for (;;) {
    const size_t next = length + BlankLength(text.substr(length));
    const std::string_view rest = text.substr(next);
    const std::string_view word = rest.substr(0, WordLength(rest));
    if (word.empty() || NameLength(rest) != word.size() || StringLength(rest) > 0 ||
        IsWord(word, "COMMENT") || ClauseAt(rest, kind) != nullptr) {
      return length;
    }
    length = next + part_length(rest);
  }
}

const Clause* ClauseAt(std::string_view text, const KindDefinition& kind) {
  const Clause* found = nullptr;
  size_t longest = 0;
  for (const Clause& clause : kind.clauses) {
    const size_t length = WordsLength(text, clause.words);
    if (length <= longest) continue;
    longest = length;
    found = &clause;
  }
  return found;
}

bool IsReference(const Clause& clause, const KindDefinition& kind) {
  const OptionDefinition* const option = FindOption(kind.kind, "", clause.option);
  return option != nullptr && option->type == OptionType::kObject;
}

}  // namespace annals::ddl
