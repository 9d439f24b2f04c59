#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "annals/engine/mirror/desired_set_internal.h"
#include "annals/engine/mirror/file_name_internal.h"
#include "annals/engine/mirror/files_internal.h"
#include "annals/schemas/status.h"

namespace annals::mirror {
namespace {

constexpr std::string_view kProperties = ".properties";
constexpr std::string_view kPropertiesType = "connector.name";

// "a" and ".yaml" of "a.yaml". Nothing if the file is somebody else's.
struct Split {
  std::string_view stem;
  std::string_view extension;
};
std::optional<Split> SplitName(std::string_view name) {
  for (const std::string_view extension : {kExtension, kProperties}) {
    if (name.size() <= extension.size() || !name.ends_with(extension)) continue;
    return Split{name.substr(0, name.size() - extension.size()), extension};
  }
  return std::nullopt;
}

absl::StatusOr<FlatMap> ReadMap(std::string_view text, std::string_view extension) {
  if (extension == kExtension) return ReadYaml(text);
  ANNALS_ASSIGN_OR_RETURN(FlatMap map, ReadProperties(text));
  for (FlatEntry& entry : map) {
    if (entry.key == kPropertiesType) entry.key = "type";
  }
  return map;
}

// A mirror ends every line, so one that is not ended was cut off.
absl::Status CheckEnd(const FlatMap& map, std::string_view text) {
  if (text.empty() || text.ends_with('\n')) return absl::OkStatus();
  for (const FlatEntry& entry : map) {
    if (entry.key != "kind") continue;
    return AtLine(map.back().line,
                  MakeError(Reason::SYNTAX_ERROR, "the last line has no end; was it cut off?"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ObjectFile> ReadDesired(const std::string& path, const Split& name) {
  ANNALS_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kLargestText));
  ANNALS_ASSIGN_OR_RETURN(const FlatMap map, ReadMap(text, name.extension));
  ANNALS_RETURN_IF_ERROR(CheckEnd(map, text));
  return ReadObjectFile(map, name.stem);
}

void AddProblem(const std::string& path, const absl::Status& status, DesiredSet& set) {
  set.problems.push_back({path, LineOf(status), status});
}

// Who knows what the file was to say: its object is not touched.
void MarkUnclear(std::string_view stem, DesiredSet& set) {
  const auto named = ReadFileStem(stem);
  if (!named || !named->tells_name) {
    set.whole = false;
    return;
  }
  set.MarkUnclear(named->schema.value_or(""), named->name);
}

// Two files may say the same of an object, but no more than that.
void AddObject(ObjectFile file, const std::string& path, DesiredSet& set) {
  const ObjectPlace place = file.place;
  const auto [at, added] = set.objects.try_emplace(place, DesiredObject{file, path});
  if (added || SayTheSame(at->second.file, file)) return;
  AddProblem(path,
             MakeError(Reason::INVALID_VALUE,
                       absl::StrCat("it says something else of ", PlaceText(place), " than ",
                                    at->second.path, "; neither is taken in")),
             set);
  set.unclear.emplace(place.schema, place.name);
}

void AddFile(const std::string& path, const Split& name, DesiredSet& set) {
  auto file = ReadDesired(path, name);
  if (file.ok()) return AddObject(*std::move(file), path, set);
  AddProblem(path, file.status(), set);
  MarkUnclear(name.stem, set);
}

}  // namespace

absl::StatusOr<DesiredSet> ReadDesiredSet(const std::string& path) {
  DesiredSet set;
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    const std::string name = std::filesystem::path(path).filename().string();
    const auto split = SplitName(name);
    if (!split) {
      return MakeError(Reason::IO_ERROR,
                       absl::StrCat(path, ": the file is neither .yaml nor .properties"));
    }
    set.whole = false;
    AddFile(path, *split, set);
  } else {
    ANNALS_ASSIGN_OR_RETURN(const auto names, FilesIn(path));
    for (const std::string& name : names) {
      const auto split = SplitName(name);
      if (split) AddFile(absl::StrCat(path, "/", name), *split, set);
    }
  }
  std::erase_if(set.objects, [&](const auto& object) { return set.IsUnclear(object.first); });
  return set;
}

}  // namespace annals::mirror
