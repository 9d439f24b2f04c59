#pragma once

// What SQL text says: statements, as plain values. A writing statement holds the
// commands that it stands for; a looking one says what is asked, and whoever has
// a catalog answers it.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "annals/catalog/types.h"
#include "annals/commands/command.h"
#include "annals/schemas/ids.h"

namespace annals::ddl {

// A place in a text. Lines end at a line feed, columns count characters; both
// from 1.
struct Position {
  uint64_t line = 1;
  uint64_t column = 1;

  friend auto operator<=>(const Position&, const Position&) = default;
};

// Which catalog a looking statement means: that of a version, that of a moment
// (as it was written), or the latest.
using AsOf = std::variant<std::monostate, CatalogVersion, std::string>;

// One version: a single statement, or all between BEGIN and COMMIT.
struct Write {
  std::vector<CatalogCommand> commands;
  std::vector<Position> positions;  // Where each command stands.
  std::string message;              // COMMIT MESSAGE '...'; empty if none.
};

// SHOW TABLES LIKE 'ord%' AS OF VERSION 7
struct Show {
  std::optional<ObjectKind> kind;   // None: versions.
  std::optional<std::string> like;  // A pattern with % and _.
  AsOf as_of;
};

// DESCRIBE [TABLE | INDEX | SCHEMA | ZONE | CONNECTION | ...] [EXTENDED] name
struct Describe {
  std::optional<ObjectKind> kind;  // None: whatever has the name.
  std::string schema;              // Empty where `kind` lives in no schema.
  std::string name;
  AsOf as_of;
  bool extended = false;  // With options, labels and fingerprints.
};

// SHOW DEPENDENTS OF [CONNECTION | TABLE | ...] name
struct ShowDependents {
  std::optional<ObjectKind> kind;  // None: whatever has the name.
  std::string schema;              // Empty where `kind` lives in no schema.
  std::string name;
  AsOf as_of;
};

// SHOW CREATE TABLE name
struct ShowCreate {
  ObjectKind kind = ObjectKind::kTable;
  std::string schema;  // Empty where `kind` lives in no schema.
  std::string name;
  AsOf as_of;
};

// EXPLAIN <writing statement>: plan it, write nothing.
struct Explain {
  Write write;
};

struct Statement {
  std::variant<Write, Show, Describe, ShowCreate, ShowDependents, Explain> what;
  // As written, but for what nobody is to see (ddl/redaction.h); without the `;`. Of a
  // block: BEGIN to COMMIT.
  std::string text;
  Position position;  // Of its first character.
};

// What an error says after its message: the line of `statement` in which `place` is, and
// a caret below the place, each on a line of its own.
std::string ExcerptAt(const Statement& statement, Position place);

}  // namespace annals::ddl
