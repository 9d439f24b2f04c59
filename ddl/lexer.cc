#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/names.h"
#include "annals/ddl/source_internal.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::ddl {
namespace {

bool BeginsWord(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool InWord(char c) { return BeginsWord(c) || IsDigit(c) || c == '$'; }

template <typename Predicate>
size_t RunLength(std::string_view text, Predicate belongs) {
  return std::ranges::find_if_not(text, belongs) - text.begin();
}

// `length`, unless a word goes on there: 12ab is no number.
size_t UnlessInWord(std::string_view text, size_t length) {
  return length < text.size() && InWord(text[length]) ? 0 : length;
}

size_t CommentLength(std::string_view text) {
  if (text.starts_with("--")) return std::min(text.find('\n'), text.size());
  if (!text.starts_with("/*")) return 0;
  const size_t end = text.find("*/", 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

size_t QuotedLength(std::string_view text, char quote) {
  if (!text.starts_with(quote)) return 0;
  size_t end = 1;
  while (end < text.size()) {
    if (text[end++] != quote) continue;
    if (end == text.size() || text[end] != quote) break;
    ++end;
  }
  return end;
}

bool HasEscapes(std::string_view token) {
  return token.starts_with("U&") || token.starts_with("u&");
}

// What stands between the quotes, with doubled ones halved.
std::string Unquote(std::string_view token) {
  if (HasEscapes(token)) return UnescapedText(Unquote(token.substr(2))).value_or("");
  const char quote = token.front();
  token = token.substr(1, token.size() - 2);
  std::string text;
  for (size_t i = 0; i < token.size(); ++i) {
    text += token[i];
    if (token[i] == quote) ++i;
  }
  return text;
}

// "quoted", or U&"quoted" with escapes that mean something.
size_t EitherQuotedLength(std::string_view text, char quote) {
  if (!HasEscapes(text)) return QuotedLength(text, quote);
  const size_t length = QuotedLength(text.substr(2), quote);
  if (length < 2) return 0;
  return UnescapedText(Unquote(text.substr(2, length))).has_value() ? 2 + length : 0;
}

// "e+10"
size_t ExponentLength(std::string_view text) {
  if (text.empty() || absl::ascii_tolower(static_cast<unsigned char>(text[0])) != 'e') return 0;
  const size_t sign = text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 1 : 0;
  const size_t digits = RunLength(text.substr(1 + sign), IsDigit);
  return digits == 0 ? 0 : 1 + sign + digits;
}

}  // namespace

size_t BlankLength(std::string_view text) {
  size_t length = 0;
  for (;;) {
    const std::string_view rest = text.substr(length);
    const size_t more = RunLength(rest, [](unsigned char c) { return absl::ascii_isspace(c); }) +
                        CommentLength(rest);
    if (more == 0) return length;
    length += more;
  }
}

size_t WordLength(std::string_view text) {
  if (text.empty() || !BeginsWord(text[0])) return 0;
  return RunLength(text, InWord);
}

size_t NameLength(std::string_view text) {
  if (const size_t quoted = EitherQuotedLength(text, '"'); quoted > 0) return quoted;
  const size_t length = WordLength(text);
  return IsReservedWord(text.substr(0, length)) ? 0 : length;
}

size_t StringLength(std::string_view text) { return EitherQuotedLength(text, '\''); }

size_t BytesLength(std::string_view text) {
  if (!text.starts_with('X') && !text.starts_with('x')) return 0;
  const size_t quoted = QuotedLength(text.substr(1), '\'');
  return quoted == 0 ? 0 : 1 + quoted;
}

size_t IntegerLength(std::string_view text) { return UnlessInWord(text, RunLength(text, IsDigit)); }

size_t NumberLength(std::string_view text) {
  const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const size_t whole = RunLength(text.substr(sign), IsDigit);
  size_t length = sign + whole;
  if (text.substr(length).starts_with('.')) {
    const size_t fraction = RunLength(text.substr(length + 1), IsDigit);
    if (fraction == 0) return 0;
    length += 1 + fraction;
  } else if (whole == 0) {
    return 0;
  }
  length += ExponentLength(text.substr(length));
  return UnlessInWord(text, length);
}

size_t WordsLength(std::string_view text, std::string_view words, MissingWords* missing) {
  size_t length = 0;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    const std::string_view rest = text.substr(length);
    const size_t found = WordLength(rest);
    if (!absl::EqualsIgnoreCase(ToAbsl(rest.substr(0, found)), ToAbsl(word))) {
      if (missing != nullptr) *missing = {length, words};
      return 0;
    }
    length += found + BlankLength(rest.substr(found));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return length;
}

size_t TokenLength(std::string_view text) {
  if (text.empty()) return 0;
  if (HasEscapes(text)) {
    if (const size_t length = NameLength(text); length > 1) return length;
  }
  for (const auto length_of : {StringLength, BytesLength, NumberLength, WordLength, NameLength}) {
    if (const size_t length = length_of(text); length > 0) return length;
  }
  if (IsDigit(text[0])) return RunLength(text, InWord);
  return 1 + RunLength(text.substr(1), [](char c) { return !BeginsCharacter(c); });
}

std::string NameOf(std::string_view token) {
  if (token.ends_with('"')) return Unquote(token);
  return absl::AsciiStrToUpper(ToAbsl(token));
}

std::string StringOf(std::string_view token) { return Unquote(token); }

std::string DigitsOf(std::string_view token) { return Unquote(token.substr(1)); }

std::string NumberOf(std::string_view token) {
  const bool negative = token.starts_with('-');
  if (negative || token.starts_with('+')) token.remove_prefix(1);
  std::string number = negative ? "-" : "";
  if (token.starts_with('.')) number += '0';
  return number.append(token);
}

}  // namespace annals::ddl
