#include "annals/ddl/redaction.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/kind.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/source_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

bool Is(std::string_view token, std::string_view word) {
  return absl::EqualsIgnoreCase(ToAbsl(token), ToAbsl(word));
}

template <size_t N>
bool IsOneOf(std::string_view token, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return Is(token, word); });
}

// Reads token by token and notes what is to be hidden. Between two separators at one level
// of parentheses is an item: words that are a key, then a value. A key is known as one only
// when its value comes; words alone are a key and a name.
class Redactor {
 public:
  explicit Redactor(std::string_view sql) : sql_(sql), hidden_(sql.size(), false) {}

  std::string Run() {
    size_t at = 0;
    for (;;) {
      at += BlankLength(sql_.substr(at));
      if (at >= sql_.size()) break;
      const std::string_view token = sql_.substr(at, TokenLength(sql_.substr(at)));
      at += token.size();
      Take(token);
    }
    EndItem();
    return Masked();
  }

 private:
  struct Item {
    std::vector<std::string_view> words;  // A view of the text each; `s.t` is one.
    bool begun = false;                   // It had a token.
    bool sensitive = false;               // What comes is to be hidden.
    bool setting = false;                 // Behind SET, outside parentheses.
    bool joins = false;                   // The last token was a sign within a word.
    bool inherited = false;               // The whole list is to be hidden.
  };

  Item& item() { return levels_.back(); }
  bool in_list() const { return levels_.size() > 1; }

  void Take(std::string_view token) {
    if (token == ";") return EndStatement();
    if (!open_) return;
    if (token == "(") return OpenList();
    if (token == ")") return CloseList();
    if (token == ",") return EndItem();
    const bool begins = !std::exchange(item().begun, true);
    if (token == "=") return TakeEquals();
    if (token.find('\'') != std::string_view::npos && !token.starts_with('"')) {
      return TakeString(token, begins);
    }
    const bool name = WordLength(token) == token.size() || NameLength(token) == token.size();
    const bool digits = IntegerLength(token) == token.size();
    if (name || (digits && !item().words.empty())) return TakeWord(token);
    if (NumberLength(token) == token.size() || token.size() > 1) return TakeValue(token);
    TakeSign(token);
  }

  // Only statements about configured objects hold what is to be hidden.
  void NoteStatementWord(std::string_view token) {
    static constexpr std::array<std::string_view, 5> kOthers = {"TABLE", "SCHEMA", "INDEX",
                                                                "UNIQUE", "ZONE"};
    static constexpr std::array<std::string_view, 3> kVerbs = {"CREATE", "ALTER", "DROP"};
    if (IsOneOf(verb_, kVerbs)) {
      if (IsOneOf(token, kOthers)) open_ = false;
      if (Is(token, "SECRET")) of_secret_ = true;
      verb_ = " ";
    } else if (verb_.empty() && !Is(token, "EXPLAIN")) {
      verb_ = token;
    }
  }

  void TakeWord(std::string_view token) {
    if (!in_list()) NoteStatementWord(token);
    std::vector<std::string_view>& words = item().words;
    if (!in_list() && Is(token, "SET")) {
      item().setting = true;
      words.clear();
    } else if (std::exchange(item().joins, false) && !words.empty()) {
      words.back() = Span(words.back(), token);
    } else {
      words.push_back(token);
    }
  }

  void TakeSign(std::string_view token) {
    if (item().sensitive && item().words.empty()) return Hide(token);
    if (item().words.empty()) return;
    item().words.back() = Span(item().words.back(), token);
    item().joins = true;
  }

  void TakeEquals() {
    item().sensitive = item().sensitive || IsHidden(item().words);
    item().words.clear();
  }

  void TakeString(std::string_view token, bool begins) {
    const bool is_key = begins || (item().setting && item().words.empty());
    if (item().sensitive || !is_key) TakeValue(token);
    // A comma may be missing before the key.
    if (is_key || in_list()) item().sensitive = item().sensitive || HidesValueOf(StringOf(token));
  }

  void TakeValue(std::string_view token) {
    if (item().sensitive) HideWords();
    item().sensitive = item().sensitive || IsHidden(item().words);
    if (item().sensitive) Hide(token);
    item().words.clear();
  }

  void OpenList() {
    item().begun = true;
    const bool is_value = in_list() || item().setting;
    const bool hides = item().sensitive || (is_value && IsHidden(item().words));
    item().words.clear();
    levels_.push_back({.sensitive = hides, .inherited = hides});
  }

  void CloseList() {
    EndItem();
    if (in_list()) levels_.pop_back();
  }

  // What is left are words: a name behind a key, or behind `=`.
  void EndItem() {
    std::vector<std::string_view>& words = item().words;
    const size_t count = words.size();
    if (item().sensitive) {
      if (count < 2 || !Is(words[count - 2], "SECRET")) HideWords();
    } else if (count > 1 && (in_list() || item().setting)) {
      const bool names_secret = count > 2 && Is(words[count - 2], "SECRET");
      const std::vector<std::string_view> key(words.begin(), words.end() - 1);
      if (!names_secret && IsHidden(key)) Hide(words.back());
    }
    const bool inherited = item().inherited;
    item() = {.sensitive = inherited, .inherited = inherited};
  }

  void EndStatement() {
    EndItem();
    levels_.assign(1, {});
    open_ = true;
    of_secret_ = false;
    verb_ = {};
  }

  // Outside lists all words of the statement stand before its first value.
  bool IsHidden(const std::vector<std::string_view>& words) const {
    if (words.empty()) return false;
    if (!in_list() && !levels_.back().setting) return HidesValueOf(std::string(words.back()));
    std::string key;
    for (const std::string_view word : words) {
      absl::StrAppend(&key, key.empty() ? "" : " ", ToAbsl(word));
    }
    return HidesValueOf(key);
  }

  bool HidesValueOf(const std::string& key) const {
    static constexpr std::array<std::string_view, 5> kOfSecret = {"ENV", "FILE", "COMMENT",
                                                                  "VALIDATE", "INITIALIZE"};
    if (of_secret_) return !IsOneOf(key, kOfSecret);
    return SoundsSensitive(OptionKey(key));
  }

  std::string_view Span(std::string_view first, std::string_view last) const {
    return {first.data(), static_cast<size_t>(last.data() + last.size() - first.data())};
  }

  void HideWords() {
    for (const std::string_view word : item().words) Hide(word);
    item().words.clear();
  }

  // All but the quotes.
  void Hide(std::string_view token) {
    size_t begin = token.data() - sql_.data();
    size_t end = begin + token.size();
    const size_t quote = token.find_first_of("'\"");
    if (quote != std::string_view::npos && quote <= 2) {
      if (token.size() > quote + 1 && token.back() == token[quote]) --end;
      begin += quote + 1;
    }
    std::fill(hidden_.begin() + begin, hidden_.begin() + end, true);
  }

  std::string Masked() const {
    std::string text;
    text.reserve(sql_.size());
    for (size_t i = 0; i < sql_.size(); ++i) {
      if (!hidden_[i] || absl::ascii_isspace(static_cast<unsigned char>(sql_[i]))) {
        text += sql_[i];
      } else if (BeginsCharacter(sql_[i])) {
        text += '*';
      }
    }
    return text;
  }

  const std::string_view sql_;
  std::vector<bool> hidden_;  // Byte by byte.
  std::vector<Item> levels_ = std::vector<Item>(1);
  bool open_ = true;        // The statement may hold what is to be hidden.
  bool of_secret_ = false;  // It makes or alters a secret.
  std::string_view verb_;
};

}  // namespace

std::string Redacted(std::string_view sql) { return Redactor(sql).Run(); }

}  // namespace annals::ddl
