#include "annals/engine/mirror/mirror.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/configured.h"
#include "annals/engine/mirror/file_name_internal.h"
#include "annals/engine/mirror/files_internal.h"
#include "annals/engine/mirror/object_file_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// What the directory is to hold: the content of files, or nothing where one is to go.
using Wanted = std::map<std::string, std::optional<std::string>>;

class Mirror {
 public:
  Mirror(MirrorOptions options, bool folds_case)
      : options_(std::move(options)), folds_case_(folds_case) {}

  absl::Status Follow(const CatalogEvent& event) {
    // Of a call that failed some files were written and others not, and what it told of may
    // be taken back by now.
    const bool anew = event.whole() || failed_;
    failed_ = true;
    ANNALS_ASSIGN_OR_RETURN(const Wanted wanted, anew ? WholeOf(event.after) : ChangesOf(event));
    if (anew || !wanted.empty()) ANNALS_RETURN_IF_ERROR(Write(wanted));
    failed_ = false;
    return absl::OkStatus();
  }

 private:
  struct File {
    std::string name;
    std::string text;
  };

  bool Mirrors(const ObjectDescriptor& object) const {
    return object && std::ranges::count(options_.kinds, object.kind()) > 0;
  }
  std::optional<File> FileOf(const CatalogView& catalog, const ObjectDescriptor& object) const;
  Wanted ChangesOf(const CatalogEvent& event) const;
  absl::StatusOr<Wanted> WholeOf(const CatalogView& catalog) const;
  bool IsOfAMirror(const std::string& name, std::string_view text) const;
  absl::Status Write(const Wanted& wanted) const;

  const MirrorOptions options_;
  const bool folds_case_;
  bool failed_ = false;  // The last call did.
};

std::optional<Mirror::File> Mirror::FileOf(const CatalogView& catalog,
                                           const ObjectDescriptor& object) const {
  if (!Mirrors(object)) return std::nullopt;
  const mirror::ObjectPlace place = mirror::PlaceOf(catalog, object);
  const mirror::FileStem stem =
      mirror::FileStemOf(place.kind, place.schema, place.name, folds_case_);
  return File{absl::StrCat(stem.text, ToAbsl(mirror::kExtension)),
              mirror::WriteYaml(mirror::ObjectEntries(catalog, ConfiguredDescriptor(object),
                                                      /*says_name=*/!stem.tells_name))};
}

// The objects that changed, and those that name them: they may be called differently now.
std::set<ObjectId> TouchedBy(const CatalogEvent& event) {
  std::set<ObjectId> ids;
  for (const ObjectChange& change : event.changes) {
    ids.insert(change.id);
    event.after.ForEachDependent(
        change.id, [&](const ObjectDescriptor& dependent) { ids.insert(dependent.id()); });
  }
  return ids;
}

// Only files that say something else than before, so that edits of others stay.
Wanted Mirror::ChangesOf(const CatalogEvent& event) const {
  Wanted wanted;
  std::vector<File> files;
  for (const ObjectId id : TouchedBy(event)) {
    const auto before = FileOf(event.before, event.before.Find(id));
    auto after = FileOf(event.after, event.after.Find(id));
    const bool moved = !before || !after || before->name != after->name;
    if (!moved && before->text == after->text) continue;
    if (before) wanted[before->name] = std::nullopt;
    if (after) files.push_back(*std::move(after));
  }
  // One may have taken the name of another.
  for (File& file : files) wanted[file.name] = std::move(file.text);
  return wanted;
}

absl::StatusOr<Wanted> Mirror::WholeOf(const CatalogView& catalog) const {
  Wanted wanted;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (auto file = FileOf(catalog, object)) wanted[file->name] = std::move(file->text);
  });
  ANNALS_ASSIGN_OR_RETURN(const auto names, mirror::FilesIn(options_.directory));
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(options_.directory, "/", name);
    const auto text = mirror::ReadFile(path, mirror::kLargestText);
    const auto found = wanted.find(name);
    if (!text.ok()) continue;
    if (found == wanted.end() && IsOfAMirror(name, *text)) wanted[name] = std::nullopt;
    if (found != wanted.end() && found->second == *text) wanted.erase(found);
  }
  return wanted;
}

// Whether a mirror of these kinds could have written the file.
bool Mirror::IsOfAMirror(const std::string& name, std::string_view text) const {
  if (!name.ends_with(mirror::kExtension)) return false;
  const auto map = mirror::ReadYaml(text);
  if (!map.ok()) return false;
  const auto file = mirror::ReadObjectFile(
      *map, std::string_view(name).substr(0, name.size() - mirror::kExtension.size()));
  if (!file.ok() || std::ranges::count(options_.kinds, file->place.kind) == 0) return false;
  const auto says_kind = [](const mirror::FlatEntry& entry) { return entry.key == "kind"; };
  return std::ranges::any_of(*map, says_kind) && mirror::WriteYaml(*map) == text;
}

absl::Status Mirror::Write(const Wanted& wanted) const {
  absl::Status first;
  for (const auto& [name, text] : wanted) {
    first.Update(text ? mirror::ReplaceFile(options_.directory, name, *text)
                      : mirror::RemoveFile(options_.directory, name));
  }
  first.Update(mirror::SyncDirectory(options_.directory));
  return first;
}

}  // namespace

absl::StatusOr<Follower> NewMirror(const MirrorOptions& options) {
  for (const ObjectKind kind : options.kinds) {
    if (IsConfigured(kind)) continue;
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("a mirror has no files for a ", ToAbsl(KindName(kind))));
  }
  ANNALS_RETURN_IF_ERROR(mirror::MakeDirectory(options.directory));
  ANNALS_ASSIGN_OR_RETURN(const bool folds_case, mirror::FoldsCase(options.directory));
  return [mirror = std::make_shared<Mirror>(options, folds_case)](const CatalogEvent& event) {
    return mirror->Follow(event);
  };
}

}  // namespace annals
