#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <exception>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/engine/mirror/flat_text_internal.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::mirror {
namespace {

// --- Writing

// What other readers of YAML take for no text.
bool IsWordOfYaml(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kWords = {
      "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan"};
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

bool IsPlainByte(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (absl::ascii_isalnum(byte) || byte == '_') return true;
  // A colon within a word is a part of it.
  if (byte == ':') return at + 1 < text.size() && IsPlainByte(text, at + 1);
  return byte == '.' || byte == '-' || byte == '/';
}

// Whether it is the text that it looks like, without quotes.
bool IsPlain(std::string_view text) {
  if (text.empty() || IsWordOfYaml(text)) return false;
  if (!absl::ascii_isalpha(static_cast<unsigned char>(text[0])) && text[0] != '_') return false;
  for (size_t at = 1; at < text.size(); ++at) {
    if (!IsPlainByte(text, at)) return false;
  }
  return true;
}

void AppendQuoted(char32_t character, std::string& text) {
  switch (character) {
    case '"':
    case '\\':
      text += '\\';
      text += static_cast<char>(character);
      return;
    case '\n':
      text += "\\n";
      return;
    case '\t':
      text += "\\t";
      return;
    case '\r':
      text += "\\r";
      return;
    default:
      break;
  }
  if (!IsUnseen(character)) return AppendCharacter(character, text);
  const auto number = static_cast<uint32_t>(character);
  text +=
      number < 0x10000 ? absl::StrFormat("\\u%04x", number) : absl::StrFormat("\\U%08x", number);
}

std::string ScalarOf(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  constexpr char32_t kReplacement = 0xFFFD;
  std::string quoted = "\"";
  for (std::string_view rest = text; !rest.empty();) {
    const auto character = TakeCharacter(rest);
    if (!character) rest.remove_prefix(1);
    AppendQuoted(character.value_or(kReplacement), quoted);
  }
  return quoted + '"';
}

// --- Reading

[[noreturn]] void Refuse(const YAML::Mark& mark, const char* what) {
  throw YAML::ParserException(mark, what);
}

// Told what the parser finds, in the order of the text, so that what is no flat map ends it
// at once, however deep it would go on.
class FlatReader final : public YAML::EventHandler {
 public:
  FlatMap map;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) Refuse(mark, "a second document begins");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    if (!inside_) return;  // Nothing is a map of nothing.
    Refuse(has_key_ ? key_mark_ : mark, "there is no value; an empty text is ''");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    Refuse(mark, "there is an alias, which is not read");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    if (!inside_) Refuse(mark, "there is a text, where a map was expected");
    if (!has_key_) {
      map.push_back({value, "", static_cast<uint64_t>(mark.line) + 1});
      key_mark_ = mark;
    } else {
      map.back().value = value;
    }
    has_key_ = !has_key_;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    Refuse(mark, "there is a list, where a text was expected");
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    if (inside_) Refuse(mark, "there is a map in a map, where a text was expected");
    inside_ = true;
  }
  void OnMapEnd() override { inside_ = false; }

 private:
  int documents_ = 0;
  bool inside_ = false;
  bool has_key_ = false;  // Whose value comes next.
  YAML::Mark key_mark_;
};

uint64_t LinesOf(std::string_view text) {
  const auto ends = static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  return ends + (text.ends_with('\n') ? 0 : 1);
}

// The parser's messages speak of what it expected, and show nothing of the text.
absl::Status StatusOf(const YAML::Exception& error, uint64_t lines) {
  const uint64_t line = error.mark.is_null() ? 0 : static_cast<uint64_t>(error.mark.line) + 1;
  return AtLine(std::min(line, lines), MakeError(Reason::SYNTAX_ERROR, error.msg));
}

absl::StatusOr<FlatMap> Read(std::string_view text) try {
  // The end of a document ends no quoted text, which the end of the input does.
  std::istringstream stream(absl::StrCat(ToAbsl(text), "\n...\n"));
  YAML::Parser parser(stream);
  FlatReader reader;
  while (parser.HandleNextDocument(reader)) {
  }
  return std::move(reader.map);
} catch (const YAML::Exception& error) {
  return StatusOf(error, LinesOf(text));
} catch (const std::exception& error) {
  return MakeError(Reason::INTERNAL, absl::StrCat("it cannot be read: ", error.what()));
}

}  // namespace

std::string WriteYaml(FlatMap map) {
  std::sort(map.begin(), map.end(),
            [](const FlatEntry& a, const FlatEntry& b) { return a.key < b.key; });
  std::string text;
  for (const FlatEntry& entry : map) {
    absl::StrAppend(&text, ScalarOf(entry.key), ": ", ScalarOf(entry.value), "\n");
  }
  return text;
}

absl::StatusOr<FlatMap> ReadYaml(std::string_view text) {
  ANNALS_RETURN_IF_ERROR(CheckText(text));
  ANNALS_ASSIGN_OR_RETURN(FlatMap map, Read(text));
  ANNALS_RETURN_IF_ERROR(CheckKeys(map));
  return map;
}

}  // namespace annals::mirror
