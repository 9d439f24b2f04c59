#include "annals/cli/listing.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "annals/cli/object_text.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/text_table.h"
#include "annals/commands/utf8.h"
#include "annals/ddl/names.h"
#include "annals/ddl/show_create.h"
#include "annals/schemas/status.h"

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
      return 4;
  }
}

// What every store has, or what comes by itself.
bool ComesByItself(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (object.kind() == ObjectKind::kSchema) {
    return object.name() == kPublicSchema || IsSystemSchema(object.name());
  }
  const auto zone = As<ZoneDescriptor>(object);
  return IsKeyIndex(catalog, object) ||
         (zone && zone->automatic() && zone->id() == catalog.default_zone_id());
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

std::string ListingSql(const CatalogView& catalog) {
  std::vector<ObjectDescriptor> objects;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (object.has_name() && !ComesByItself(catalog, object)) objects.push_back(object);
  });
  std::ranges::stable_sort(objects, {}, [](const auto& object) { return Rank(object.kind()); });
  std::string sql;
  absl::flat_hash_set<ObjectId> left_out;
  for (const ObjectDescriptor& object : objects) {
    const auto index = As<IndexDescriptor>(object);
    const auto statement = index && left_out.contains(index->table_id())
                               ? MakeError(Reason::NOT_SUPPORTED, "its table is left out")
                               : ddl::ToSql(catalog, object);
    if (statement.ok()) {
      absl::StrAppend(&sql, *statement, "\n");
      // Which zone is the default one is part of the catalog.
      if (object.id() == catalog.default_zone_id()) {
        absl::StrAppend(&sql, "ALTER ZONE ", ddl::QuoteName(object.name()), " SET DEFAULT;\n");
      }
    } else {
      left_out.insert(object.id());
      absl::StrAppend(&sql, "-- ", Visible(QualifiedName(catalog, object)), ": ",
                      Visible(ToStd(statement.status().message())), "\n");
    }
  }
  return sql;
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
