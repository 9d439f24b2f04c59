#include "annals/cli/lives.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/diff.h"
#include "annals/cli/change_text.h"
#include "annals/cli/object_lookup.h"
#include "annals/cli/object_text.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/history.h"

namespace annals::cli {
namespace {

std::optional<ObjectId> IdIn(std::string_view name) {
  uint32_t id = 0;
  if (!name.starts_with('#') || !absl::SimpleAtoi(ToAbsl(name.substr(1)), &id)) return std::nullopt;
  return ObjectId{id};
}

// Finds what is called so in a catalog, and says what else may have been meant.
struct Finder {
  std::function<std::vector<ObjectDescriptor>(const CatalogView&)> find;
  std::function<std::string(const CatalogView&)> suggest;
};

absl::StatusOr<Finder> FinderOf(std::optional<ObjectKind> kind, std::string_view name) {
  if (const auto id = IdIn(name)) {
    return Finder{[id = *id](const CatalogView& catalog) {
                    const ObjectDescriptor object = catalog.Find(id);
                    return std::vector(object ? 1 : 0, object);
                  },
                  [](const CatalogView& /*catalog*/) { return std::string(); }};
  }
  ANNALS_ASSIGN_OR_RETURN(const WrittenName written, WrittenName::Parse(name));
  return Finder{
      [kind, written](const CatalogView& catalog) { return written.FindIn(catalog, kind); },
      [kind, written](const CatalogView& catalog) { return written.SuggestionIn(catalog, kind); }};
}

// The lives of some objects, as the versions go by.
class LifeWriter {
 public:
  explicit LifeWriter(const std::set<ObjectId>& ids) : ids_(ids) {}

  void See(const VersionStep& step) {
    if (step.before == nullptr) return SeeBase(step);
    std::vector<ObjectId> changed;
    std::ranges::copy_if(step.changed, std::back_inserter(changed),
                         [&](ObjectId id) { return ids_.contains(id); });
    if (changed.empty()) return;
    for (const ObjectChange& change : Diff(*step.before, step.after, std::move(changed))) {
      const bool gone = !change.after;
      const CatalogView& catalog = gone ? *step.before : step.after;
      Life& life = LifeOf(catalog, change.object());
      life.ended = gone;
      life.steps.push_back(StepOf(step, std::string(ChangeName(change.kind)),
                                  ChangeText(change, *step.before, step.after, kAllPieces)));
    }
  }

  std::vector<Life> Take() {
    std::vector<Life> lives;
    for (auto& [id, life] : lives_) lives.push_back(std::move(life));
    return lives;
  }

 private:
  void SeeBase(const VersionStep& step) {
    for (const ObjectId id : ids_) {
      const ObjectDescriptor object = step.after.Find(id);
      if (!object) continue;
      LifeStep kept = StepOf(
          step, "kept", absl::StrCat("in the snapshot of version ", step.after.version().value));
      kept.version = object.from();
      kept.timestamp = object.updated_at();
      kept.author.clear();
      kept.statement.clear();
      LifeOf(step.after, object).steps.push_back(std::move(kept));
    }
  }

  Life& LifeOf(const CatalogView& catalog, const ObjectDescriptor& object) {
    Life& life = lives_[object.id()];
    life.id = object.id();
    life.kind = object.kind();
    life.name = QualifiedName(catalog, object);
    return life;
  }

  static LifeStep StepOf(const VersionStep& step, std::string change, std::string text) {
    return {.version = step.after.version(),
            .timestamp = step.after.timestamp(),
            .author = step.record.update.author,
            .statement = step.record.update.statement,
            .change = std::move(change),
            .text = std::move(text)};
  }

  const std::set<ObjectId>& ids_;
  std::map<ObjectId, Life> lives_;
};

absl::Status NeverThere(std::optional<ObjectKind> kind, std::string_view name, CatalogVersion until,
                        std::string_view suggestion) {
  return MakeError(ReasonOfKind(kind), absl::StrCat("no version up to ", until.value, " has ",
                                                    kind ? ToAbsl(KindName(*kind)) : "an object",
                                                    " ", Shown(name), ToAbsl(suggestion)));
}

}  // namespace

absl::StatusOr<std::set<ObjectId>> FindEver(const UpdateLog& log, CatalogVersion until,
                                            std::optional<ObjectKind> kind, std::string_view name,
                                            Progress& progress) {
  ANNALS_ASSIGN_OR_RETURN(const Finder finder, FinderOf(kind, name));
  std::set<ObjectId> ids;
  std::string suggestion;
  ANNALS_RETURN_IF_ERROR(ForEachVersion(log, until, [&](const VersionStep& step) {
    progress.Reach(step.after.version().value);
    for (const ObjectDescriptor& object : finder.find(step.after)) ids.insert(object.id());
    const bool in_vain = ids.empty() && step.after.version() == until;
    if (in_vain) suggestion = finder.suggest(step.after);
    return absl::OkStatus();
  }));
  if (ids.empty()) return NeverThere(kind, name, until, suggestion);
  return ids;
}

absl::StatusOr<std::vector<Life>> LivesOf(const UpdateLog& log, CatalogVersion until,
                                          const std::set<ObjectId>& ids, Progress& progress) {
  LifeWriter writer(ids);
  ANNALS_RETURN_IF_ERROR(ForEachVersion(log, until, [&](const VersionStep& step) {
    progress.Reach(step.after.version().value);
    writer.See(step);
    return absl::OkStatus();
  }));
  return writer.Take();
}

}  // namespace annals::cli
