#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/ddl/redaction.h"
#include "annals/ddl/source_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

// How much of a long line is shown to either side of the place, in bytes.
constexpr size_t kShownBefore = 60;
constexpr size_t kShownAfter = 60;

constexpr std::string_view kCut = "...";
constexpr std::string_view kIndent = "\n    ";

size_t ToCharacterBegin(std::string_view line, size_t offset) {
  while (offset < line.size() && !BeginsCharacter(line[offset])) ++offset;
  return offset;
}

// A terminal must not be moved by what is shown on it.
char Shown(char c) { return absl::ascii_iscntrl(c) && c != '\t' ? '?' : c; }

// One character for each of `text`, a tab for a tab, so that what follows stands
// below what follows `text`.
std::string Blank(std::string_view text) {
  std::string blank;
  for (const char c : text) {
    if (BeginsCharacter(c)) blank += c == '\t' ? '\t' : ' ';
  }
  return blank;
}

}  // namespace

Position Advance(Position start, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      ++start.line;
      start.column = 1;
    } else if (BeginsCharacter(c)) {
      ++start.column;
    }
  }
  return start;
}

std::string PositionText(Position position) {
  return absl::StrCat("line ", position.line, ", column ", position.column);
}

std::string_view SameCharacter(std::string_view text, size_t offset, std::string_view redacted) {
  const auto before = std::ranges::count_if(text.substr(0, offset), BeginsCharacter);
  auto character = redacted.begin();
  for (auto left = before; character != redacted.end(); ++character) {
    if (BeginsCharacter(*character) && left-- == 0) break;
  }
  return {character, redacted.end()};
}

std::string Excerpt(std::string_view written, size_t place_written) {
  const std::string text = Redacted(written);
  const size_t offset = text.size() - SameCharacter(written, place_written, text).size();
  const size_t line_begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;  // npos + 1 is 0.
  std::string_view line =
      std::string_view(text).substr(line_begin, text.find('\n', offset) - line_begin);
  size_t place = offset - line_begin;

  std::string shown;
  std::string blank;
  if (place > kShownBefore) {
    const size_t cut = ToCharacterBegin(line, place - kShownBefore);
    line.remove_prefix(cut);
    place -= cut;
    shown = kCut;
    blank = Blank(kCut);
  }
  blank += Blank(line.substr(0, place));
  const size_t end = ToCharacterBegin(line, std::min(line.size(), place + kShownAfter));
  const bool cut_after = end < line.size();
  line = line.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);

  std::ranges::transform(line, std::back_inserter(shown), Shown);
  if (cut_after) shown += kCut;
  return absl::StrCat(ToAbsl(kIndent), shown, ToAbsl(kIndent), blank, "^");
}

std::string ExcerptAt(const Statement& statement, Position place) {
  Position here = statement.position;
  size_t offset = 0;
  while (here < place && offset < statement.text.size()) {
    here = Advance(here, std::string_view(statement.text).substr(offset++, 1));
  }
  return Excerpt(statement.text, offset);
}

absl::Status ErrorAt(Reason reason, Position start, std::string_view text, size_t offset,
                     std::string_view what) {
  const Position place = Advance(start, text.substr(0, offset));
  return MakeError(reason,
                   absl::StrCat(PositionText(place), ": ", ToAbsl(what), Excerpt(text, offset)));
}

}  // namespace annals::ddl
