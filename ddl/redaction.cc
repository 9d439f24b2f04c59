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

// Whether the key of some registered option begins with the words of `key`.
bool BeginsSomeOption(const std::string& key) {
  const auto begins = [&](const OptionDefinition& option) {
    return option.name == key || option.name.starts_with(key + "-");
  };
  for (const KindDefinition* kind : AllKinds()) {
    if (std::ranges::any_of(kind->options, begins)) return true;
    for (const TypeDefinition* type : AllTypes(kind->kind)) {
      if (std::ranges::any_of(type->options, begins)) return true;
    }
  }
  return false;
}

// Reads token by token and notes what is to be hidden. Between two commas at one level of
// parentheses is an item: words that are a key, perhaps `=`, and a value. From where its
// words are a key whose value nobody is to see, all of the item is hidden, whatever it is,
// but for more words of an option that is registered, the first `=`, and SECRET with a name.
//
// What makes or alters a secret shows only what it is known to be made of.
class Redactor {
 public:
  explicit Redactor(std::string_view sql) : sql_(sql), hidden_(sql.size(), false) {}

  std::string Run() {
    size_t at = 0;
    for (;;) {
      const std::string_view blank = sql_.substr(at, BlankLength(sql_.substr(at)));
      if (of_secret_ || item().hiding != Hiding::kNo) Hide(blank);
      at += blank.size();
      if (at >= sql_.size()) return Masked();
      const std::string_view token = sql_.substr(at, TokenLength(sql_.substr(at)));
      at += token.size();
      rest_ = sql_.substr(at);
      Take(token);
    }
  }

 private:
  enum class Hiding {
    kNo,
    kAfterKey,    // The key may go on, or `=` may follow it.
    kValue,       // Nothing of the value has come.
    kSecretName,  // SECRET came, and a name is to come.
    kNamed,       // The name came, and may go on behind a dot.
    kAll,
  };
  struct Item {
    std::string key = {};  // The words so far (OptionKey); empty: none, or not in words.
    Hiding hiding = Hiding::kNo;
    bool setting = false;    // Behind SET, outside parentheses.
    bool inherited = false;  // The whole list is to be hidden.
  };

  static constexpr std::array<std::string_view, 4> kVerbs = {"CREATE", "ALTER", "DROP", "REFRESH"};

  Item& item() { return levels_.back(); }
  const Item& item() const { return levels_.back(); }
  bool in_list() const { return levels_.size() > 1; }

  void Take(std::string_view token) {
    if (token == ";") return EndStatement();
    if (LacksSemicolonBefore(token)) {
      EndStatement();
      lacks_semicolon_ = true;
    }
    if (!open_) return;
    if (of_secret_) {
      TakeOfSecret(token);
    } else if (token == "(") {
      OpenList();
    } else if (token == ")") {
      CloseList();
    } else if (token == ",") {
      EndItem();
    } else if (item().hiding != Hiding::kNo) {
      TakeHidden(token);
    } else if (IsString(token)) {
      TakeString(token);
    } else if (IsName(token) || IntegerLength(token) == token.size()) {
      TakeWord(token);
    } else if (token == "=") {
      item().key.clear();
    }
    before_last_ = std::exchange(last_, token);
  }

  static bool IsName(std::string_view token) {
    return WordLength(token) == token.size() || NameLength(token) == token.size();
  }
  static bool IsString(std::string_view token) {
    return token.find('\'') != std::string_view::npos && !token.starts_with('"');
  }

  // ---- What is not hidden yet.

  void TakeWord(std::string_view token) {
    if (!in_list() && !item().setting) return TakeWordOfStatement(token);
    const std::string key = KeyWith(token);
    if (Is(token, "SECRET") && !item().key.empty() && !BeginsSomeOption(key)) {
      item().hiding = Hiding::kSecretName;
    } else if (IsName(token) || BeginsSomeOption(key)) {
      item().key = key;
      if (SoundsSensitive(key)) item().hiding = Hiding::kAfterKey;
    } else {
      item().key.clear();  // A number is a value, but for PUBLIC KEY 1.
    }
  }

  // The words in front of the lists: a name may sound like whatever it wants.
  void TakeWordOfStatement(std::string_view token) {
    static constexpr std::array<std::string_view, 8> kBeforeKinds = {
        "CREATE", "ALTER", "DROP", "REFRESH", "SHOW", "DESCRIBE", "OF", "EXTENDED"};
    const bool kind = IsOneOf(last_, kBeforeKinds) && IsKind(token);
    const bool name = IsPlaceOfName() || last_ == "." || last_ == "-";
    const bool rotates = Is(last_, "ROTATE") && Is(token, "KEYS");
    if (NoteStatementWord(token)) return;
    if (Is(token, "SET")) {
      item().setting = true;
    } else if (!kind && !rotates && !name && SoundsSensitive(OptionKey(token))) {
      item().hiding = Hiding::kAfterKey;
    }
  }

  void TakeString(std::string_view token) {
    static constexpr std::array<std::string_view, 3> kBeforeTexts = {"COMMENT", "MESSAGE", "LIKE"};
    if (!in_list() && IsOneOf(last_, kBeforeTexts)) return;
    const bool value = item().setting && !item().key.empty();
    item().key.clear();
    // A comma may be missing before the key.
    if (!value && SoundsSensitive(StringOf(token))) item().hiding = Hiding::kAfterKey;
  }

  // ---- What is.

  void TakeHidden(std::string_view token) {
    Hiding& hiding = item().hiding;
    const bool name = IsName(token);
    // A secret may be made here, if a semicolon is missing: what is behind its commas is hidden.
    if (!in_list() && IsOneOf(last_, kVerbs) && IsSecrets(token)) item().inherited = true;
    const bool value_may_begin = hiding == Hiding::kAfterKey || hiding == Hiding::kValue;
    if (hiding == Hiding::kAfterKey && !item().key.empty() && BeginsSomeOption(KeyWith(token))) {
      item().key = KeyWith(token);
    } else if ((hiding == Hiding::kAfterKey || hiding == Hiding::kSecretName) && token == "=") {
      hiding = Hiding::kValue;
    } else if ((value_may_begin || hiding == Hiding::kSecretName) && Is(token, "SECRET")) {
      hiding = Hiding::kSecretName;
    } else if (hiding == Hiding::kSecretName && name) {
      hiding = Hiding::kNamed;
    } else if (hiding == Hiding::kNamed && token == ".") {
      hiding = Hiding::kSecretName;
    } else if (hiding == Hiding::kNamed && !in_list() && Is(token, "WITH")) {
      item() = {};
    } else {
      hiding = Hiding::kAll;
      Hide(token);
    }
  }

  void OpenList() {
    const bool hides = item().hiding != Hiding::kNo;
    item().key.clear();
    levels_.push_back({.hiding = hides ? Hiding::kAll : Hiding::kNo, .inherited = hides});
  }

  void CloseList() {
    EndItem();
    if (in_list()) levels_.pop_back();
  }

  void EndItem() {
    const bool inherited = item().inherited;
    item() = {.hiding = inherited ? Hiding::kAll : Hiding::kNo, .inherited = inherited};
  }

  // ---- Secrets.

  void TakeOfSecret(std::string_view token) {
    static constexpr auto kWords = std::to_array<std::string_view>(
        {"SECRET",   "IF",         "NOT",     "EXISTS", "FROM",       "ENV",     "FILE",    "SET",
         "RESET",    "DROP",       "COMMENT", "RENAME", "TO",         "AS",      "VALUE",   "WITH",
         "VALIDATE", "INITIALIZE", "TRUE",    "FALSE",  "DEPENDENTS", "CASCADE", "RESTRICT"});
    static constexpr auto kSigns = std::to_array<std::string_view>({"(", ")", ",", "="});
    static constexpr auto kBeforeShown =
        std::to_array<std::string_view>({"ENV", "FILE", "COMMENT"});
    const bool renamed = Is(before_last_, "RENAME") && Is(last_, "TO");
    const bool place_of_name = IsSecrets(last_) || Is(last_, "EXISTS") || renamed || dotted_;
    // A secret may itself be called ENV.
    const bool place_of_string = !named_ && IsOneOf(last_, kBeforeShown);
    dotted_ = token == "." && named_;
    named_ = IsName(token) && place_of_name;
    const bool shown = named_ || dotted_ || IsOneOf(token, kSigns) || IsOneOf(token, kWords) ||
                       (IsString(token) && (place_of_string || IsOneOf(StringOf(token), kWords)));
    if (!shown) Hide(token);
  }

  // ---- The statement.

  // The verb, and what it is about. What drops, and all about schemas, holds only names.
  bool NoteStatementWord(std::string_view token) {
    static constexpr std::array<std::string_view, 4> kClosed = {"TABLE", "INDEX", "UNIQUE", "ZONE"};
    static constexpr std::array<std::string_view, 2> kMakes = {"CREATE", "ALTER"};
    static constexpr std::array<std::string_view, 2> kLooks = {"SHOW", "DESCRIBE"};
    if (words_ == 0 && Is(token, "EXPLAIN")) return true;
    if (++words_ == 1) verb_ = token;
    const bool closed = IsOneOf(token, kClosed);
    if (words_ == 2 && closed && IsOneOf(verb_, kMakes)) open_ = lacks_semicolon_;
    of_secret_ = !has_kind_ && IsSecrets(token) && !IsOneOf(verb_, kLooks);
    has_kind_ = has_kind_ || closed || Is(token, "SCHEMA") || IsKind(token);
    return !open_ || of_secret_;
  }

  // Whether a statement begins with `token` though no `;` ended the one before. No name is
  // called CREATE, ALTER or DROP, but an option may be, and ALTER TABLE has such actions: of
  // a column that is called like a kind, with SET or DROP behind it.
  bool LacksSemicolonBefore(std::string_view token) const {
    if (of_secret_ || words_ == 0 || !IsOneOf(token, kVerbs)) return false;
    const bool in_key = item().setting && (!item().key.empty() || Is(last_, "SET"));
    const bool goes_on = in_list() || in_key || item().hiding != Hiding::kNo || Is(last_, "SHOW");
    if (open_ && goes_on) return false;
    std::string_view rest = rest_;
    const std::string_view next = NextToken(rest);
    if (next.empty() || WordLength(next) != next.size()) return false;
    if (Is(token, "CREATE")) return true;
    if (!open_ && Is(verb_, "CREATE") && !Is(token, "REFRESH")) return true;
    const std::string_view then = NextToken(rest);
    return (IsKind(next) || Is(next, "IF")) && !Is(then, "SET") && !Is(then, "DROP");
  }

  static std::string_view NextToken(std::string_view& rest) {
    rest.remove_prefix(BlankLength(rest));
    const std::string_view token = rest.substr(0, TokenLength(rest));
    rest.remove_prefix(token.size());
    return token;
  }

  void EndStatement() {
    levels_.assign(1, {});
    open_ = true;
    of_secret_ = false;
    lacks_semicolon_ = has_kind_ = false;
    words_ = 0;
    last_ = before_last_ = {};
    named_ = dotted_ = false;
  }

  static bool IsKind(std::string_view word) {
    return FindKindByName(word) != nullptr || FindKindByPlural(word) != nullptr;
  }

  static bool IsSecrets(std::string_view word) { return Is(word, "SECRET") || Is(word, "SECRETS"); }

  // Whether what comes is the name of an object, or of a type.
  bool IsPlaceOfName() const {
    static constexpr std::array<std::string_view, 10> kBeforeNames = {
        "EXISTS", "FROM", "TO", "USING", "OF", "DESCRIBE", "TABLE", "SCHEMA", "INDEX", "ZONE"};
    return IsOneOf(last_, kBeforeNames) || FindKindByName(last_) != nullptr;
  }

  std::string KeyWith(std::string_view token) {
    return OptionKey(absl::StrCat(item().key, " ", ToAbsl(token)));
  }

  // All but the quotes.
  void Hide(std::string_view token) {
    size_t begin = token.data() - sql_.data();
    size_t end = begin + token.size();
    const size_t quote = token.find_first_of("'\"");
    if (quote <= 2) {  // Behind X, U& or nothing.
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
  std::string_view rest_;     // Behind the token.
  std::vector<bool> hidden_;  // Byte by byte.
  std::vector<Item> levels_ = std::vector<Item>(1);
  bool open_ = true;        // The statement may hold what is to be hidden.
  bool of_secret_ = false;  // It makes or alters a secret.
  bool has_kind_ = false;   // A word came that says what kind of object it is about.
  bool lacks_semicolon_ = false;
  size_t words_ = 0;  // Of the statement, in front of its lists.
  std::string_view verb_;
  std::string_view last_;  // The token before this one.
  std::string_view before_last_;
  // Of what makes a secret: this is a name, and this the dot behind one.
  bool named_ = false;
  bool dotted_ = false;
};

}  // namespace

std::string Redacted(std::string_view sql) { return Redactor(sql).Run(); }

}  // namespace annals::ddl
