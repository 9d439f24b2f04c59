#pragma once

// Cuts a script into statements: finds the `;` that ends each one, past quotes and
// comments, and refuses what no statement may hold. Knows nothing of the words.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/ddl/script_reader.h"
#include "annals/ddl/statement.h"
#include "annals/schemas/reason.h"

namespace annals::ddl {

// A statement without the `;`, and without blanks and comments before it. All its
// quotes and comments are closed, and it is UTF-8 without NUL.
struct Piece {
  std::string_view text;  // Valid until the next piece is asked for.
  Position position;
  bool terminated = true;  // By a `;`; else by the end of the script.
};

// Tells byte by byte whether a text is UTF-8.
class Utf8Check {
 public:
  bool Accept(unsigned char byte);
  bool between_characters() const { return missing_ == 0; }

 private:
  bool Begin(int missing, unsigned char least, unsigned char most);

  int missing_ = 0;
  // What the next continuation byte must lie between: overlong forms, surrogates
  // and numbers above U+10FFFF are refused by the second byte.
  unsigned char least_ = 0x80;
  unsigned char most_ = 0xBF;
};

class Splitter {
 public:
  Splitter(ScriptReader::Source source, Position first)
      : source_(std::move(source)), position_(first) {}

  // The next piece that is not empty; nothing at the end. An error stays.
  absl::StatusOr<std::optional<Piece>> Next();

  // The piece that was given last begins a block: its text is kept until EndBlock,
  // and the limit is for the block as a whole.
  void BeginBlock() { in_block_ = true; }
  // While the source is asked for more: whether no piece has been begun, and no block.
  bool idle() const { return idle_; }
  const absl::Status& status() const { return status_; }
  // The text from the block's first piece through the piece that was given last.
  std::string EndBlock();

 private:
  static constexpr int kEnd = -1;
  static constexpr size_t kNothing = SIZE_MAX;

  // A place that outlives a refill of the buffer.
  struct Mark {
    Position position;
    size_t offset;  // From `kept_`.
  };

  int Peek(size_t ahead = 0);
  void Take();
  bool SeesComment();
  void TakeComment();
  void TakeQuoted(char quote);
  void TakeParenthesis(char c);
  void SkipToPiece();
  void TakePiece();
  void SkipByteOrderMark();

  bool Refill();
  void Forget();
  Mark Here() const { return {position_, kept_ == kNothing ? 0 : next_ - kept_}; }
  void Fail(Reason reason, Mark place, std::string_view what, std::string_view shown = {});

  ScriptReader::Source source_;
  bool ended_ = false;
  absl::Status status_;

  std::string buffer_;  // What was read, without what is done with.
  size_t next_ = 0;     // In `buffer_`: the next byte to take.
  Position position_;   // Of that byte.
  Utf8Check utf8_;
  Mark character_ = {};  // Where the character that was begun last stands.
  size_t depth_ = 0;     // Of parentheses.

  // In `buffer_`. Outside a block, the first two are the same.
  size_t kept_ = kNothing;   // Where the piece or its block begins,
  size_t piece_ = kNothing;  // where the piece does,
  size_t piece_end_ = 0;     // and where its last token ends.
  Position kept_position_;
  bool in_block_ = false;
  bool idle_ = false;
};

}  // namespace annals::ddl
