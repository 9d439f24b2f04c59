#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/ddl/clauses_internal.h"
#include "annals/ddl/configured_clauses_internal.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/names.h"
#include "annals/ddl/option_words_internal.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::ddl {
namespace {

// The words of `key` if they read back as it, whatever value follows; empty if not.
std::string PlainKey(const std::string& key) {
  std::string words = OptionWords(key);
  const std::string in_list = words + " ''";
  const bool reads_back = OptionKey(words) == key && OptionNameLength(in_list) == words.size();
  return reads_back ? words : "";
}

// ('b1', 'b2')
std::string ListSql(std::string_view list) {
  std::vector<std::string> elements = ListElements(list);
  for (std::string& element : elements) element = QuoteString(element);
  return absl::StrCat("(", absl::StrJoin(elements, ", "), ")");
}

bool IsNumberOfSql(std::string_view text) {
  return !text.empty() && NumberLength(text) == text.size() && NumberOf(text) == text;
}

}  // namespace

std::string FullName(const CatalogView& catalog, const ObjectDescriptor& object) {
  return object.parent() == kNoObject ? QuoteName(object.name()) : QualifiedName(catalog, object);
}

std::string TypeSql(const KindDefinition& kind, std::string_view type) {
  const std::string words = OptionWords(type);
  const bool plain = TypeKey(words) == type && TypeNameLength(words, kind) == words.size();
  return plain ? words : QuotedText(type, '"');
}

std::string KeySql(const KindDefinition& kind, const std::string& key) {
  const std::string words = kind.quoted_options ? "" : PlainKey(key);
  return words.empty() ? QuoteString(key) : words;
}

std::string ValueSql(const CatalogView& catalog, const ConfiguredDescriptor& object,
                     const OptionDescriptor& option) {
  if (option.ref() != kNoObject) {
    const ObjectDescriptor referent = catalog.Find(option.ref());
    return absl::StrCat(referent.kind() == ObjectKind::kSecret ? "SECRET " : "",
                        FullName(catalog, referent));
  }
  const std::string_view value = ShownValue(object, option);
  const OptionDefinition* const defined = FindOption(object.kind(), object.type(), option.key());
  const OptionType type = defined != nullptr ? defined->type : OptionType::kText;
  if (type == OptionType::kInteger && IsNumberOfSql(value)) return std::string(value);
  if (type == OptionType::kBoolean && value == "true") return "TRUE";
  if (type == OptionType::kBoolean && value == "false") return "FALSE";
  if (type == OptionType::kList && value == option.value() && !IsPlaceholder(value)) {
    return ListSql(value);
  }
  return QuoteString(value);
}

std::string OptionSql(const CatalogView& catalog, const ConfiguredDescriptor& object,
                      const KindDefinition& kind, const OptionDescriptor& option) {
  const std::string key = KeySql(kind, std::string(option.key()));
  // A name must not be taken for one of the words, nor SECRET for its own.
  const bool words = !key.starts_with('\'') && !key.starts_with("U&");
  const bool clear = words && (option.ref() == kNoObject || !key.ends_with("SECRET"));
  return absl::StrCat(key, clear ? " " : " = ", ValueSql(catalog, object, option));
}

const Clause* ClauseOf(const KindDefinition& kind, const OptionDescriptor& option) {
  const auto says = [&](const Clause& clause) {
    return clause.option == option.key() &&
           IsReference(clause, kind) == (option.ref() != kNoObject);
  };
  const auto found = std::ranges::find_if(kind.clauses, says);
  return found == kind.clauses.end() ? nullptr : &*found;
}

}  // namespace annals::ddl
