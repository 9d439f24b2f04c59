#include "annals/engine/catalog_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"
#include "annals/commands/names.h"
#include "annals/engine/mirror/option_text_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

ObjectDescriptor FindCatalog(const CatalogView& view, std::string_view name) {
  return view.Find(NameScope::Root(ObjectKind::kCatalog), name);
}

absl::StatusOr<CreateConfigured> CommandFor(const std::string& name, const StoredCatalog& catalog) {
  CreateConfigured create{.kind = ObjectKind::kCatalog,
                          .name = name,
                          .type = TypeKey(catalog.type),
                          .comment = catalog.comment};
  for (const auto& [key, text] : catalog.options) {
    const OptionDefinition* const definition = FindOption(create.kind, create.type, key);
    ANNALS_ASSIGN_OR_RETURN(OptionValue value, mirror::ReadOptionText(key, text, definition));
    create.options.push_back({key, std::move(value)});
  }
  return create;
}

}  // namespace

CatalogStore::~CatalogStore() { Close().IgnoreError(); }

absl::Status CatalogStore::Open() {
  const std::lock_guard lock(mutex_);
  if (manager_ != nullptr) return absl::OkStatus();
  ANNALS_ASSIGN_OR_RETURN(manager_, CatalogManager::Open(options_));
  return absl::OkStatus();
}

absl::Status CatalogStore::Close() {
  std::shared_ptr<CatalogManager> manager;
  {
    const std::lock_guard lock(mutex_);
    manager.swap(manager_);
  }
  if (manager == nullptr) return absl::OkStatus();
  const absl::Status closed = manager->handles().Close();
  manager->Close();
  return closed;
}

absl::Status CatalogStore::Store(const std::string& name, const StoredCatalog& catalog) {
  ANNALS_ASSIGN_OR_RETURN(const auto manager, Opened());
  ANNALS_ASSIGN_OR_RETURN(CreateConfigured create, CommandFor(name, catalog));
  return manager->Execute(std::move(create)).status();
}

absl::Status CatalogStore::Remove(const std::string& name, bool ignore_if_missing) {
  ANNALS_ASSIGN_OR_RETURN(const auto manager, Opened());
  return manager
      ->Execute(DropConfigured{
          .kind = ObjectKind::kCatalog, .name = name, .if_exists = ignore_if_missing})
      .status();
}

absl::StatusOr<StoredCatalog> CatalogStore::Get(const std::string& name) const {
  ANNALS_ASSIGN_OR_RETURN(const auto manager, Opened());
  const Catalog latest = manager->Latest();
  const auto found = As<ConfiguredDescriptor>(FindCatalog(latest, name));
  if (!found) {
    return MakeError(Reason::OBJECT_NOT_FOUND, absl::StrCat("there is no catalog ", Quoted(name)));
  }
  StoredCatalog catalog{.type = std::string(found->type()),
                        .comment = std::string(found->comment())};
  for (const OptionDescriptor& option : found->options()) {
    catalog.options.emplace(option.key(), mirror::OptionText(latest, *found, option));
  }
  return catalog;
}

absl::StatusOr<std::vector<std::string>> CatalogStore::List() const {
  ANNALS_ASSIGN_OR_RETURN(const auto manager, Opened());
  std::vector<std::string> names;
  manager->Latest().ForEachChild(kNoObject, [&](const ObjectDescriptor& object) {
    if (object.kind() == ObjectKind::kCatalog) names.emplace_back(object.name());
  });
  std::ranges::sort(names);
  return names;
}

absl::StatusOr<bool> CatalogStore::Contains(const std::string& name) const {
  ANNALS_ASSIGN_OR_RETURN(const auto manager, Opened());
  return static_cast<bool>(FindCatalog(manager->Latest(), name));
}

std::shared_ptr<CatalogManager> CatalogStore::manager() const {
  const std::lock_guard lock(mutex_);
  return manager_;
}

absl::StatusOr<std::shared_ptr<CatalogManager>> CatalogStore::Opened() const {
  auto opened = manager();
  if (opened != nullptr) return opened;
  return MakeError(Reason::STORE_NOT_OPEN, "the catalog store is not open; Open comes first");
}

}  // namespace annals
