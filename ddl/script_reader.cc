#include "annals/ddl/script_reader.h"

#include <algorithm>
#include <istream>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/ddl/piece_parser_internal.h"
#include "annals/ddl/redaction.h"
#include "annals/ddl/source_internal.h"
#include "annals/ddl/splitter_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

// Delivers what the stream has at hand, and waits only if that is nothing.
ScriptReader::Source Deliver(std::istream& in) {
  return [&in]() -> absl::StatusOr<std::string> {
    constexpr std::streamsize kMost = 64 * 1024;
    if (in.peek() == std::istream::traits_type::eof()) {
      if (in.bad()) return MakeError(Reason::IO_ERROR, "cannot read the script");
      return std::string();
    }
    std::string bytes(std::clamp<std::streamsize>(in.rdbuf()->in_avail(), 1, kMost), '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(in.gcount());
    return bytes;
  };
}

CatalogCommand ToCommand(SqlCommand command) {
  return std::visit([](auto& c) -> CatalogCommand { return std::move(c); }, command);
}

Write WriteOf(SqlCommand command, Position position) {
  return {.commands = {ToCommand(std::move(command))}, .positions = {position}, .message = ""};
}

absl::Status ErrorIn(const Piece& piece, std::string_view what) {
  return ErrorAt(Reason::SYNTAX_ERROR, piece.position, piece.text, 0, what);
}

// Whether a block was to begin with it, however it goes on.
bool SaysBegin(const Piece& piece) {
  const auto in_word = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; };
  const auto end = std::ranges::find_if_not(piece.text, in_word);
  const std::string_view word(piece.text.begin(), end);
  return absl::EqualsIgnoreCase(ToAbsl(word), "BEGIN");
}

absl::Status OnlyWrites(const Piece& piece, Position begin) {
  return ErrorIn(piece, absl::StrCat("only writing statements may stand between BEGIN (",
                                     PositionText(begin), ") and COMMIT"));
}

// Why the block of the BEGIN at `begin` gets no COMMIT; OK if `next` is a part of it.
absl::Status CutOff(const absl::StatusOr<std::optional<Piece>>& next, Position begin) {
  if (!next.ok()) return next.status();
  if (!next->has_value()) {
    return MakeError(
        Reason::SYNTAX_ERROR,
        absl::StrCat(PositionText(begin), ": BEGIN has no COMMIT", Excerpt("BEGIN", 0)));
  }
  return SaysBegin(**next) ? OnlyWrites(**next, begin) : absl::OkStatus();
}

}  // namespace

ScriptReader::ScriptReader(Source source, Position first)
    : splitter_(std::make_unique<Splitter>(std::move(source), first)) {}
ScriptReader::ScriptReader(std::istream& in) : ScriptReader(Deliver(in)) {}
ScriptReader::~ScriptReader() = default;

absl::StatusOr<std::optional<Statement>> ScriptReader::Next() {
  if (!status_.ok()) return status_;
  absl::StatusOr<std::optional<Statement>> next = Read();
  if (!next.ok()) status_ = next.status();
  return next;
}

bool ScriptReader::SkipWrong() {
  if (lost_ || !splitter_->status().ok()) return false;
  status_ = absl::OkStatus();
  return true;
}

bool ScriptReader::idle() const { return splitter_->idle(); }

absl::StatusOr<std::optional<Statement>> ScriptReader::Read() {
  ANNALS_ASSIGN_OR_RETURN(const std::optional<Piece> piece, splitter_->Next());
  if (!piece.has_value()) return std::nullopt;
  auto read = ParsePiece(*piece);
  // Without its BEGIN, what was meant to be done as a whole would be done in parts.
  lost_ = !read.ok() && SaysBegin(*piece);
  ANNALS_ASSIGN_OR_RETURN(Parsed parsed, std::move(read));
  if (std::holds_alternative<Begin>(parsed)) return ReadBlock(piece->position);
  if (std::holds_alternative<Commit>(parsed)) return ErrorIn(*piece, "COMMIT without BEGIN");

  Statement statement{.what = {}, .text = Redacted(piece->text), .position = piece->position};
  if (auto* command = std::get_if<SqlCommand>(&parsed)) {
    statement.what = WriteOf(std::move(*command), piece->position);
  } else if (auto* explain = std::get_if<ExplainCommand>(&parsed)) {
    statement.what = Explain{WriteOf(std::move(explain->command), piece->position)};
  } else if (auto* show = std::get_if<Show>(&parsed)) {
    statement.what = std::move(*show);
  } else if (auto* describe = std::get_if<Describe>(&parsed)) {
    statement.what = std::move(*describe);
  } else if (auto* show_create = std::get_if<ShowCreate>(&parsed)) {
    statement.what = std::move(*show_create);
  } else if (auto* dependents = std::get_if<ShowDependents>(&parsed)) {
    statement.what = std::move(*dependents);
  }
  return statement;
}

// The rest of the block whose BEGIN has been read. What is wrong is told at its end: what
// follows it in the block is not to be taken for statements by themselves.
absl::StatusOr<Statement> ScriptReader::ReadBlock(Position begin) {
  splitter_->BeginBlock();
  Write block;
  absl::Status wrong;
  for (;;) {
    const auto piece = splitter_->Next();
    const absl::Status cut_off = CutOff(piece, begin);
    if (!cut_off.ok()) {
      lost_ = true;
      return wrong.ok() ? cut_off : wrong;
    }
    auto parsed = ParsePiece(**piece);
    if (!parsed.ok()) {
      wrong.Update(parsed.status());
    } else if (auto* commit = std::get_if<Commit>(&*parsed)) {
      std::string text = Redacted(splitter_->EndBlock());
      if (!wrong.ok()) return wrong;
      block.message = std::move(commit->message);
      return Statement{.what = std::move(block), .text = std::move(text), .position = begin};
    } else if (auto* command = std::get_if<SqlCommand>(&*parsed)) {
      block.commands.push_back(ToCommand(std::move(*command)));
      block.positions.push_back((*piece)->position);
    } else {
      wrong.Update(OnlyWrites(**piece, begin));
    }
  }
}

}  // namespace annals::ddl
