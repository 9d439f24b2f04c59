#pragma once

// What tests of mirrors and intake share: a directory of files, catalogs to put into a log,
// and all that a directory holds as something to compare.

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "annals/catalog/fingerprint.h"
#include "annals/catalog/kind.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"
#include "annals/engine/mirror/intake.h"
#include "annals/engine/mirror/mirror.h"
#include "annals/tests/engine/fixtures.h"

namespace annals {

using Files = std::map<std::string, std::string>;

// A directory with files in it, gone afterwards.
class FileDirectory {
 public:
  FileDirectory() { std::filesystem::create_directory(path()); }

  std::string path() const { return place_.Beside("files"); }
  std::string PathOf(const std::string& name) const { return path() + "/" + name; }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(PathOf(name), std::ios::binary) << text;
  }
  std::string Read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(PathOf(name), std::ios::binary).rdbuf();
    return text.str();
  }
  void Remove(const std::string& name) const { std::filesystem::remove_all(PathOf(name)); }
  bool Has(const std::string& name) const { return std::filesystem::exists(PathOf(name)); }

  // Regular files with their contents, hidden ones too.
  Files All() const {
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      const std::string name = entry.path().filename().string();
      if (entry.is_regular_file()) files.emplace(name, Read(name));
    }
    return files;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, text] : All()) names.push_back(name);
    return names;
  }

 private:
  TempStore place_;
};

inline std::vector<ObjectKind> EveryKind() {
  std::vector<ObjectKind> kinds;
  for (const KindDefinition* kind : AllKinds()) kinds.push_back(kind->kind);
  return kinds;
}

inline CreateConfigured CatalogNamed(std::string name, std::vector<OptionSetting> options = {}) {
  return {.kind = ObjectKind::kCatalog,
          .name = std::move(name),
          .type = "test",
          .options = std::move(options)};
}
inline CreateConfigured SecretNamed(std::string name) {
  return {.kind = ObjectKind::kSecret, .name = std::move(name), .options = {{"env", "HOME"}}};
}
// To postgres, with a secret as its password.
inline CreateConfigured ConnectionNamed(std::string name, const std::string& secret) {
  return {.kind = ObjectKind::kConnection,
          .name = std::move(name),
          .type = "postgres",
          .options = {{"host", "h1"},
                      {"user", "u"},
                      {"database", "d"},
                      {"password", ObjectName{.kind = ObjectKind::kSecret, .name = secret}}}};
}

inline void MustExecute(CatalogManager& manager, CatalogCommand command) {
  ASSERT_THAT(manager.Execute(std::move(command)), IsOk());
}

// The configured object of this name, whatever its kind; nothing if there is none.
inline std::optional<ConfiguredDescriptor> ObjectNamed(const Catalog& catalog,
                                                       std::string_view name) {
  std::optional<ConfiguredDescriptor> found;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    const auto configured = As<ConfiguredDescriptor>(object);
    if (configured && configured->name() == name) found = configured;
  });
  return found;
}

inline std::string ValueOf(const Catalog& catalog, std::string_view object,
                           std::string_view option) {
  const auto found = ObjectNamed(catalog, object);
  const auto value = found ? found->FindOption(option) : std::nullopt;
  return value ? std::string(value->value()) : "(none)";
}

// Fingerprints of all configured objects, by kind and name.
inline std::map<std::string, std::string> FingerprintsOf(const Catalog& catalog) {
  std::map<std::string, std::string> prints;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (!As<ConfiguredDescriptor>(object)) return;
    const std::string schema(catalog.Find(object.parent()).name());
    prints.emplace(
        absl::StrCat(ToAbsl(KindName(object.kind())), " ", schema, ".", ToAbsl(object.name())),
        FingerprintOf(object).ToHex());
  });
  return prints;
}

// A manager whose catalogs are mirrored into a directory.
class Mirrored {
 public:
  explicit Mirrored(const FileDirectory& directory,
                    std::vector<ObjectKind> kinds = {ObjectKind::kCatalog})
      : manager_(OpenInMemory()) {
    const auto mirror = NewMirror({.directory = directory.path(), .kinds = std::move(kinds)});
    EXPECT_THAT(mirror, IsOk());
    const auto id = manager_->AddFollower(*mirror);
    EXPECT_THAT(id, IsOk());
    Settle();
  }

  CatalogManager& operator*() const { return *manager_; }
  CatalogManager* operator->() const { return manager_.get(); }

  // Executes, and waits until the mirror has heard of it.
  void Do(CatalogCommand command) const {
    MustExecute(*manager_, std::move(command));
    Settle();
  }
  void Settle() const {
    const CatalogVersion latest = manager_->Latest().version();
    EXPECT_TRUE(Eventually([&] { return manager_->GetStats().followers.at(0).reached >= latest; }))
        << manager_->GetStats().followers.at(0).last_failure;
  }

 private:
  Manager manager_;
};

}  // namespace annals
