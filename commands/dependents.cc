#include "annals/commands/dependents.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

std::vector<ObjectDescriptor> ForeignDependents(const CatalogView& catalog,
                                                const TableDescriptor& table) {
  std::vector<ObjectDescriptor> found;
  const auto add = [&](const ObjectDescriptor& object) {
    const bool own = object.kind() == ObjectKind::kIndex;
    const auto same = [&](const ObjectDescriptor& one) { return one.id() == object.id(); };
    if (!own && std::none_of(found.begin(), found.end(), same)) found.push_back(object);
  };
  catalog.ForEachDependent(table.id(), add);
  for (const IndexDescriptor& index : catalog.Indexes(table.id())) {
    catalog.ForEachDependent(index.id(), add);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.id() < b.id(); });
  return found;
}

std::string ObjectList(const std::vector<ObjectDescriptor>& objects) {
  constexpr size_t kShown = 5;
  std::string list;
  for (size_t i = 0; i < std::min(objects.size(), kShown); ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", objects[i].has_name() ? "" : "stopping ",
                    ToAbsl(KindName(objects[i].kind())), " ", Quoted(objects[i].name()));
  }
  if (objects.size() > kShown) absl::StrAppend(&list, " and ", objects.size() - kShown, " more");
  return list;
}

}  // namespace annals
