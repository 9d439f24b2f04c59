#pragma once

// SQL that makes one catalog into another. Pure; any thread.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/types.h"
#include "annals/commands/command.h"

namespace annals::ddl {

// A piece of a script, in its place.
struct MigrationStep {
  enum class Kind {
    kStatement,  // A statement, or all from BEGIN to COMMIT; ends with `;`.
    kLoss,       // What the next statement costs: data of a table or column that stays.
    kLeftOut,    // A difference that stays, as SQL has no words for it.
  };
  Kind kind = Kind::kStatement;
  // The SQL; of the latter two why that is so, in which names and defaults are as they are,
  // so that it is to be made visible before it is shown, or is a comment.
  std::string text;
  std::string object = "";  // Of the latter two what it is about: "table PUBLIC.T".
  // Of the last, what does it all the same, where a command has more to say than SQL.
  std::vector<CatalogCommand> commands = {};
};

struct Migration {
  Policy policy = Policy::kStrict;  // Under which the statements are to be executed.
  std::vector<MigrationStep> steps;

  size_t Count(MigrationStep::Kind kind) const;
};

// The steps from `before` to `after`, two versions of one store. Executed one after
// another on `before` they give the canonical text of `after`, and beyond that keys,
// colocation, places, properties, and the status of alive indexes, but for what is left
// out. Objects that are in both stay what they are (by id) wherever ALTER statements lead
// there; a column or table where they don't is dropped and made anew, which is a loss.
// Each statement has been tried on a draft.
//
// Where no policy is given: strict if that loses and leaves out nothing, else the one that
// leaves out less, then loses less.
//
// Not told: stopping indexes that are to be, since they have no names any more; names that
// the engine chooses; and a default zone that came by itself and stays.
Migration Migrate(const CatalogView& before, const CatalogView& after,
                  std::optional<Policy> policy = std::nullopt);

// The same from the first version of a new store: what makes `catalog` from nothing.
Migration Recreate(const CatalogView& catalog, std::optional<Policy> policy = std::nullopt);

}  // namespace annals::ddl
