#pragma once

// How people name an object: on the command line, and in DESCRIBE. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/schemas/status.h"

namespace annals::cli {

// "table", "view", "connection", ... as on the command line; "kind 64" too.
std::optional<ObjectKind> KindByWord(std::string_view word);
// All such words.
std::vector<std::string> KindWords();

// The kind, if one is given, and the name in the words [KIND] NAME of a command line.
//   INVALID_REQUEST  the first of two words is no kind
absl::StatusOr<std::pair<std::optional<ObjectKind>, std::string>> KindAndNameIn(
    const std::vector<std::string>& words);

// OBJECT_NOT_FOUND, or that of the kind.
Reason ReasonOfKind(std::optional<ObjectKind> kind);

// "; did you mean SHOP.ORDERS?": the object, of `kind` if one is given, whose name is most
// like `name`, or like the end of it where that is written with a schema; nothing if none is.
std::string DidYouMeanObject(const CatalogView& catalog, std::optional<ObjectKind> kind,
                             std::optional<std::string_view> schema, std::string_view name);

// The object with exactly this name: one that lives in `schema`, or, if that is PUBLIC, at
// the root. With `kind` only one of that kind.
//   OBJECT_NOT_FOUND, or that of the kind; says what may have been meant
//   INVALID_REQUEST  there are several, which are named with their kinds
absl::StatusOr<ObjectDescriptor> FindObject(const CatalogView& catalog,
                                            std::optional<ObjectKind> kind, std::string_view schema,
                                            std::string_view name);

// A name as somebody wrote it: ORDERS, SHOP.ORDERS, "my shop"."a.b", U&"a\200Bb".
class WrittenName {
 public:
  //   INVALID_REQUEST  `text` is not written so
  static absl::StatusOr<WrittenName> Parse(std::string_view text);

  // The objects that it may mean: several only if they are of several kinds.
  std::vector<ObjectDescriptor> FindIn(const CatalogView& catalog,
                                       std::optional<ObjectKind> kind) const;
  // Which one it may have meant: as DidYouMeanObject.
  std::string SuggestionIn(const CatalogView& catalog, std::optional<ObjectKind> kind) const;

 private:
  struct Part {
    std::string text;
    bool quoted = false;
    std::string Folded() const;
  };
  explicit WrittenName(std::vector<Part> parts) : parts_(std::move(parts)) {}

  static std::optional<std::vector<Part>> Split(std::string_view text);

  std::vector<Part> parts_;  // One, or a schema and one.
};

// The object that `name` means, written ORDERS, SHOP.ORDERS or "my shop"."a.b". A part
// in double quotes is taken as it is; any other as it is if there is such a name, else
// in upper case. Without a schema it is PUBLIC's.
//   INVALID_REQUEST  `name` is not written so
//   as FindObject
absl::StatusOr<ObjectDescriptor> FindWritten(const CatalogView& catalog,
                                             std::optional<ObjectKind> kind, std::string_view name);

}  // namespace annals::cli
