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

// The manager, for one call. Close waits for its end.
class CatalogStore::Use {
 public:
  // REQUIRES: the store is open, and its mutex_ is held.
  explicit Use(const CatalogStore& store) : store_(&store), manager_(store.manager_.get()) {
    ++store_->uses_;
  }
  Use(Use&& other) noexcept
      : store_(std::exchange(other.store_, nullptr)), manager_(other.manager_) {}
  Use& operator=(Use&&) = delete;
  ~Use() {
    if (store_ == nullptr) return;
    const std::lock_guard lock(store_->mutex_);
    if (--store_->uses_ == 0) store_->unused_.notify_all();
  }

  CatalogManager* operator->() const { return manager_; }

 private:
  const CatalogStore* store_;
  CatalogManager* const manager_;
};

CatalogStore::~CatalogStore() { Close().IgnoreError(); }

absl::Status CatalogStore::Open() {
  const std::lock_guard change(change_mutex_);
  if (manager() != nullptr) return absl::OkStatus();
  ANNALS_ASSIGN_OR_RETURN(std::shared_ptr<CatalogManager> opened, CatalogManager::Open(options_));
  const std::lock_guard lock(mutex_);
  manager_ = std::move(opened);
  return absl::OkStatus();
}

absl::Status CatalogStore::Close() {
  const std::lock_guard change(change_mutex_);
  std::shared_ptr<CatalogManager> manager;
  {
    std::unique_lock lock(mutex_);
    manager.swap(manager_);
    unused_.wait(lock, [this] { return uses_ == 0; });
  }
  if (manager == nullptr) return absl::OkStatus();
  const absl::Status closed = manager->handles().Close();
  manager->Close();
  return closed;
}

absl::Status CatalogStore::Store(const std::string& name, const StoredCatalog& catalog) {
  ANNALS_ASSIGN_OR_RETURN(const Use manager, Opened());
  ANNALS_ASSIGN_OR_RETURN(CreateConfigured create, CommandFor(name, catalog));
  return manager->Execute(std::move(create)).status();
}

absl::Status CatalogStore::Remove(const std::string& name, bool ignore_if_missing) {
  ANNALS_ASSIGN_OR_RETURN(const Use manager, Opened());
  return manager
      ->Execute(DropConfigured{
          .kind = ObjectKind::kCatalog, .name = name, .if_exists = ignore_if_missing})
      .status();
}

absl::StatusOr<StoredCatalog> CatalogStore::Get(const std::string& name) const {
  ANNALS_ASSIGN_OR_RETURN(const Use manager, Opened());
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
  ANNALS_ASSIGN_OR_RETURN(const Use manager, Opened());
  std::vector<std::string> names;
  manager->Latest().ForEachChild(kNoObject, [&](const ObjectDescriptor& object) {
    if (object.kind() == ObjectKind::kCatalog) names.emplace_back(object.name());
  });
  std::ranges::sort(names);
  return names;
}

absl::StatusOr<bool> CatalogStore::Contains(const std::string& name) const {
  ANNALS_ASSIGN_OR_RETURN(const Use manager, Opened());
  return static_cast<bool>(FindCatalog(manager->Latest(), name));
}

std::shared_ptr<CatalogManager> CatalogStore::manager() const {
  const std::lock_guard lock(mutex_);
  return manager_;
}

absl::StatusOr<CatalogStore::Use> CatalogStore::Opened() const {
  const std::lock_guard lock(mutex_);
  if (manager_ != nullptr) return Use(*this);
  return MakeError(Reason::STORE_NOT_OPEN, "the catalog store is not open; Open comes first");
}

}  // namespace annals
