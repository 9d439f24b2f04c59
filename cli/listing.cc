#include "annals/cli/listing.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/cli/object_text.h"
#include "annals/cli/text_table.h"
#include "annals/commands/utf8.h"

namespace annals::cli {
namespace {

// What comes before what in a script that makes all of it.
int Rank(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kSchema:
      return 0;
    case ObjectKind::kZone:
      return 1;
    case ObjectKind::kTable:
      return 2;
    case ObjectKind::kIndex:
      return 3;
    default:
      return static_cast<int>(kind);
  }
}

// Takes one character, or one byte of what is no UTF-8.
void Skip(std::string_view& text) {
  if (!TakeCharacter(text).has_value()) text.remove_prefix(1);
}

}  // namespace

std::string ListingText(const CatalogView& catalog,
                        const std::function<bool(const ObjectDescriptor&)>& wanted) {
  std::vector<std::tuple<int, std::string, ObjectDescriptor>> objects;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (!object.has_name() || !wanted(object)) return;
    objects.emplace_back(Rank(object.kind()), QualifiedName(catalog, object), object);
  });
  std::ranges::sort(objects, [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  TextTable table({"KIND", "NAME", "VERSION", "DETAILS"});
  for (const auto& [rank, name, object] : objects) {
    table.AddRow({std::string(KindName(object.kind())), name, absl::StrCat(object.from().value),
                  ShortText(catalog, object)});
  }
  return table.TakeText();
}

// The last % takes as little as it can, and more if what follows does not fit.
bool IsLike(std::string_view name, std::string_view pattern) {
  std::string_view retry_name;
  std::string_view retry_pattern;
  bool may_retry = false;
  while (!name.empty() || !pattern.empty()) {
    if (!pattern.empty() && pattern[0] == '%') {
      pattern.remove_prefix(1);
      retry_name = name;
      retry_pattern = pattern;
      may_retry = true;
    } else if (!pattern.empty() && !name.empty() && pattern[0] == '_') {
      Skip(name);
      pattern.remove_prefix(1);
    } else if (!pattern.empty() && !name.empty() && pattern[0] == name[0]) {
      name.remove_prefix(1);
      pattern.remove_prefix(1);
    } else if (may_retry && !retry_name.empty()) {
      Skip(retry_name);
      name = retry_name;
      pattern = retry_pattern;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace annals::cli
