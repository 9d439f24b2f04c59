#pragma once

// The names of the files in which a mirror keeps objects, and back. Any name makes a file's
// name that is safe: it stays in its directory, is no option of a command and no device,
// and no two objects share one. Pure.
//
//   catalog HIVE                     HIVE
//   catalog x/..\y                   x%2F%2E%2E%5Cy
//   connection PUBLIC.KAFKA          PUBLIC.KAFKA
//   another kind P at the root       pipeline@P
//   what would be too long           its beginning, ~ and 32 digits

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annals/catalog/types.h"

namespace annals::mirror {

inline constexpr std::string_view kExtension = ".yaml";

// `name` without anything that means something in a file's name. Where the directory does
// not tell a from A, `folds_case` has small letters escaped too.
std::string EscapedName(std::string_view name, bool folds_case = false);
// Nothing if a % is not followed by two hexadecimal digits, or nothing is left.
std::optional<std::string> UnescapedName(std::string_view escaped);

// The file's name of an object, without the extension. `schema` is empty at the root.
struct FileStem {
  std::string text;
  bool tells_name = true;  // Else it was cut, and the file itself must say the name.
};
FileStem FileStemOf(ObjectKind kind, std::string_view schema, std::string_view name,
                    bool folds_case = false);

// What a file's name says of its object.
struct NamedFile {
  std::optional<std::string> kind;  // Of kinds at the root that are no catalogs.
  std::optional<std::string> schema;
  std::string name;        // Empty: the file itself says it.
  bool tells_name = true;  // False: the file itself does.
};
// Nothing if it is no name that an object could have.
std::optional<NamedFile> ReadFileStem(std::string_view stem);

// A name behind its schema, as references in files have it: PUBLIC.KAFKA. Escaped alike.
std::string QualifiedText(std::string_view schema, std::string_view name);
// The parts between dots, unescaped. Nothing if one of them is no name.
std::optional<std::vector<std::string>> PartsOf(std::string_view text);

}  // namespace annals::mirror
