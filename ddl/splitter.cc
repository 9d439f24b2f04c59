#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/ddl/source_internal.h"
#include "annals/ddl/splitter_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {

bool Utf8Check::Begin(int missing, unsigned char least, unsigned char most) {
  missing_ = missing;
  least_ = least;
  most_ = most;
  return true;
}

bool Utf8Check::Accept(unsigned char byte) {
  if (missing_ > 0) {
    if (byte < least_ || byte > most_) return false;
    return Begin(missing_ - 1, 0x80, 0xBF);
  }
  if (byte < 0x80) return true;
  if (byte < 0xC2) return false;
  if (byte < 0xE0) return Begin(1, 0x80, 0xBF);
  if (byte < 0xF0) return Begin(2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF);
  if (byte < 0xF5) return Begin(3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF);
  return false;
}

absl::StatusOr<std::optional<Piece>> Splitter::Next() {
  if (!in_block_) kept_ = kNothing;
  piece_ = kNothing;
  SkipToPiece();
  if (!status_.ok()) return status_;
  if (Peek() == kEnd) {
    if (!status_.ok()) return status_;
    return std::nullopt;
  }

  piece_ = next_;
  const Position position = position_;
  if (!in_block_) {
    kept_ = next_;
    kept_position_ = position_;
  }
  TakePiece();
  if (!status_.ok()) return status_;

  const bool terminated = Peek() == ';';
  if (terminated) Take();
  const auto text = std::string_view(buffer_).substr(piece_, piece_end_ - piece_);
  return Piece{.text = text, .position = position, .terminated = terminated};
}

std::string Splitter::EndBlock() {
  in_block_ = false;
  return buffer_.substr(kept_, piece_end_ - kept_);
}

// Skips what stands between statements.
void Splitter::SkipToPiece() {
  idle_ = !in_block_;
  SkipByteOrderMark();
  while (status_.ok()) {
    idle_ = !in_block_;
    const int c = Peek();
    idle_ = false;
    if (c == kEnd) return;
    if (SeesComment()) {
      TakeComment();
    } else if (c == ';' || absl::ascii_isspace(static_cast<unsigned char>(c))) {
      Take();
    } else {
      return;
    }
  }
}

// Takes everything up to the `;`.
void Splitter::TakePiece() {
  depth_ = 0;
  piece_end_ = next_;
  while (status_.ok()) {
    const int c = Peek();
    if (c == kEnd || c == ';') return;
    if (SeesComment()) {
      TakeComment();
      continue;
    }
    if (c == '\'' || c == '"') {
      TakeQuoted(static_cast<char>(c));
    } else if (c == '(' || c == ')') {
      TakeParenthesis(static_cast<char>(c));
    } else {
      Take();
    }
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) piece_end_ = next_;
  }
}

// Some editors put one before the first line.
void Splitter::SkipByteOrderMark() {
  if (position_ != Position{} || Peek() != 0xEF || Peek(1) != 0xBB || Peek(2) != 0xBF) return;
  next_ += 3;
}

// "--" or "/*".
bool Splitter::SeesComment() {
  const int c = Peek();
  return (c == '-' && Peek(1) == '-') || (c == '/' && Peek(1) == '*');
}

void Splitter::TakeComment() {
  constexpr size_t kMostShown = 256;
  const Mark begin = Here();
  const bool to_line_end = Peek() == '-';
  Take();
  Take();
  std::string shown = "/*";  // What is not part of a statement is not kept.
  while (status_.ok()) {
    const int c = Peek();
    if (to_line_end && (c == kEnd || c == '\n')) return;
    if (c == kEnd) return Fail(Reason::SYNTAX_ERROR, begin, "comment is not closed", shown);
    if (shown.size() < kMostShown) shown += static_cast<char>(c);
    const bool ends = !to_line_end && c == '*' && Peek(1) == '/';
    Take();
    if (!ends) continue;
    Take();
    return;
  }
}

// A doubled quote inside is two quoted texts side by side, as far as we care here.
void Splitter::TakeQuoted(char quote) {
  const Mark begin = Here();
  Take();
  while (status_.ok()) {
    const int c = Peek();
    if (c == kEnd) {
      return Fail(Reason::SYNTAX_ERROR, begin,
                  quote == '"' ? "quoted name is not closed" : "string is not closed");
    }
    Take();
    if (c == quote) return;
  }
}

void Splitter::TakeParenthesis(char c) {
  if (c == '(' && ++depth_ > ScriptReader::kMaxNesting) {
    return Fail(Reason::STATEMENT_TOO_DEEP, Here(),
                absl::StrCat("parentheses nest deeper than ", ScriptReader::kMaxNesting));
  }
  if (c == ')' && depth_ > 0) --depth_;
  Take();
}

// The byte that is `ahead` of the next one, or kEnd.
int Splitter::Peek(size_t ahead) {
  while (next_ + ahead >= buffer_.size()) {
    if (!Refill()) return kEnd;
  }
  return static_cast<unsigned char>(buffer_[next_ + ahead]);
}

// REQUIRES: Peek() != kEnd.
void Splitter::Take() {
  const char c = buffer_[next_];
  if (utf8_.between_characters()) character_ = Here();
  if (c == '\0') return Fail(Reason::SYNTAX_ERROR, Here(), "the text holds a NUL byte");
  if (!utf8_.Accept(static_cast<unsigned char>(c))) {
    return Fail(Reason::SYNTAX_ERROR, character_, "the text is not UTF-8");
  }
  if (kept_ != kNothing && c != ';' && next_ - kept_ >= ScriptReader::kMaxStatementBytes) {
    return Fail(Reason::STATEMENT_TOO_LARGE, {kept_position_, 0},
                absl::StrCat(in_block_ ? "BEGIN block" : "statement", " is larger than ",
                             ScriptReader::kMaxStatementBytes, " bytes"));
  }
  position_ = Advance(position_, {&c, 1});
  ++next_;
}

// Reads more of the script; false at its end and after an error.
bool Splitter::Refill() {
  if (ended_ || !status_.ok()) return false;
  absl::StatusOr<std::string> more = source_();
  if (!more.ok()) {
    status_ = more.status();
    return false;
  }
  if (more->empty()) {
    ended_ = true;
    if (!utf8_.between_characters()) {
      Fail(Reason::SYNTAX_ERROR, character_, "the text is not UTF-8: it ends within a character");
    }
    return false;
  }
  Forget();
  buffer_ += *more;
  return true;
}

// Drops what is done with, once it is half of the buffer: so each byte is moved
// about once.
void Splitter::Forget() {
  const size_t done = kept_ == kNothing ? next_ : kept_;
  if (done < buffer_.size() / 2) return;
  buffer_.erase(0, done);
  next_ -= done;
  piece_end_ -= done;
  if (kept_ != kNothing) kept_ -= done;
  if (piece_ != kNothing) piece_ -= done;
}

// The first error is the one that stays.
void Splitter::Fail(Reason reason, Mark place, std::string_view what, std::string_view shown) {
  if (!status_.ok()) return;
  std::string message = absl::StrCat(PositionText(place.position), ": ", ToAbsl(what));
  if (kept_ != kNothing) {
    const size_t offset = kept_ + place.offset;
    const size_t begin = piece_ != kNothing && offset >= piece_ ? piece_ : kept_;
    // Half a character is not shown.
    const size_t end = utf8_.between_characters() ? next_ : kept_ + character_.offset;
    message += Excerpt(std::string_view(buffer_).substr(begin, end - begin), offset - begin);
  } else if (!shown.empty()) {
    message += Excerpt(shown, 0);
  }
  status_ = MakeError(reason, message);
}

}  // namespace annals::ddl
