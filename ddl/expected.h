#pragma once

// What may stand next in SQL that is being written, for those who help people write it.
// Pure; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals::ddl {

struct Expected {
  // The end of the text that may go on: `tab`, `"my sch`. Empty behind a blank or a sign.
  std::string_view begun;
  // What may stand in its place, in upper case: TABLE, IF NOT EXISTS.
  std::vector<std::string_view> keywords;
  bool name = false;  // Whether a name may.
  // The schema where `begun` stands behind its name and a dot.
  std::optional<std::string> schema;
  // The names, and words that could be names, before it in the statement.
  std::vector<std::string> names;
};

// What may follow `text`, a script that is cut off anywhere: nothing within a string or a
// comment, or behind something wrong. A view of `text`.
Expected Expect(std::string_view text);

}  // namespace annals::ddl
