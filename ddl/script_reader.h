#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/ddl/statement.h"

namespace annals::ddl {

class Splitter;

// Reads a script of any length statement by statement and keeps no more of it than
// the statement at hand. A statement is given as soon as its `;` has been read.
//
//   ScriptReader script(std::cin);
//   for (;;) {
//     auto statement = script.Next();
//     if (!statement.ok()) return statement.status();
//     if (!statement->has_value()) break;
//     ...
//   }
//
// One thread at a time.
class ScriptReader {
 public:
  // The most that a statement or a BEGIN block may be, and how deep its
  // parentheses may nest.
  static constexpr size_t kMaxStatementBytes = size_t{1} << 20;
  static constexpr size_t kMaxNesting = 64;

  // Delivers the next bytes of the script, cut anywhere; none at its end.
  using Source = std::function<absl::StatusOr<std::string>()>;

  // `first`: the place of the script's first character, where it is a part of a text.
  explicit ScriptReader(Source source, Position first = {});
  // `in` must outlive the reader.
  explicit ScriptReader(std::istream& in);
  ~ScriptReader();

  // The next statement or whole BEGIN block; nothing at the end of the script.
  // After an error the reader says the same error again. That of a BEGIN block comes
  // once the block has been read.
  //
  //   SYNTAX_ERROR         the message has line, column, the line with a caret
  //                        under the place, what was found and what was expected
  //   INVALID_NAME         a name that is reserved
  //   STATEMENT_TOO_LARGE, STATEMENT_TOO_DEEP
  //   any error of the source
  absl::StatusOr<std::optional<Statement>> Next();

  // After an error: has Next go on behind the statement, or the whole block, that was
  // wrong. False if nobody knows where it ends: after a quote that is not closed, bytes
  // that are no UTF-8, an error of the source; after a wrong BEGIN, and in a block where
  // another BEGIN or the end of the script comes before COMMIT.
  bool SkipWrong();

  // While the source is asked for more: whether no statement has been begun, so that
  // nothing is amiss if there is no more.
  bool idle() const;

 private:
  absl::StatusOr<std::optional<Statement>> Read();
  absl::StatusOr<Statement> ReadBlock(Position begin);

  std::unique_ptr<Splitter> splitter_;
  absl::Status status_;
  bool lost_ = false;  // Nobody knows what is in a block, and what is not.
};

}  // namespace annals::ddl
