#include "annals/ddl/expected.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/piece_parser_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

// A quote that nothing closes: with one more it is a whole token.
bool IsOpen(std::string_view token, char quote) {
  return std::ranges::count(token, quote) % 2 == 1;
}

bool EndsInComment(std::string_view text, size_t blank_begin) {
  const std::string blank = absl::StrCat(ToAbsl(text.substr(blank_begin)), "x");
  return BlankLength(blank) == blank.size();
}

bool IsName(std::string_view token) { return NameLength(token) == token.size(); }

bool IsKeyword(std::string_view expected) {
  return std::ranges::all_of(expected, [](char c) { return absl::ascii_isupper(c) || c == ' '; });
}

// The statement that a script ends with.
struct LastStatement {
  size_t begin = 0;
  std::vector<std::string_view> tokens;
  bool within = false;  // The script ends within a string or a comment.
};

LastStatement LastOf(std::string_view text) {
  LastStatement last;
  size_t at = 0;
  for (;;) {
    const size_t blank = at;
    at += BlankLength(text.substr(at));
    if (at == text.size()) {
      last.within = EndsInComment(text, blank);
      return last;
    }
    const std::string_view token = text.substr(at, TokenLength(text.substr(at)));
    at += token.size();
    if (token == ";") {
      last.begin = at;
      last.tokens.clear();
      continue;
    }
    last.tokens.push_back(token);
    if (token.find('\'') != std::string_view::npos && !token.starts_with('"') &&
        IsOpen(token, '\'')) {
      last.within = true;
      return last;
    }
  }
}

}  // namespace

Expected Expect(std::string_view text) {
  Expected expected;
  LastStatement last = LastOf(text);
  if (last.within) return expected;
  std::vector<std::string_view>& tokens = last.tokens;
  const bool goes_on = !tokens.empty() && tokens.back().end() == text.end();
  if (goes_on) {
    const std::string_view token = tokens.back();
    const bool open = token.starts_with('"') && IsOpen(token, '"');
    if (open || WordLength(token) == token.size()) {
      expected.begun = token;
      tokens.pop_back();
    }
  }
  text.remove_suffix(expected.begun.size());
  text.remove_prefix(last.begin);
  text.remove_prefix(BlankLength(text));
  for (const std::string_view what : ExpectedAfter(text)) {
    if (what == "a name") expected.name = true;
    if (IsKeyword(what)) expected.keywords.push_back(what);
  }
  for (const std::string_view token : tokens) {
    if (IsName(token)) expected.names.push_back(NameOf(token));
  }
  const bool qualified =
      tokens.size() >= 2 && tokens.back() == "." && IsName(tokens[tokens.size() - 2]);
  if (qualified) expected.schema = NameOf(tokens[tokens.size() - 2]);
  return expected;
}

}  // namespace annals::ddl
