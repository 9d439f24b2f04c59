#include "annals/cli/version_json.h"

#include "absl/strings/str_cat.h"
#include "annals/catalog/entry_text.h"
#include "annals/cli/moment_text.h"

namespace annals::cli {

Json EntriesJson(const std::vector<UpdateEntry>& entries, NameOfKind name) {
  const KnownNames names(entries);
  Json list = Json::array();
  for (const UpdateEntry& entry : entries) {
    const EntryFacts facts = names.FactsOf(entry);
    list.push_back({{"op", std::string(EntryName(entry))},
                    {"kind", facts.kind ? Json(std::string(name(*facts.kind))) : Json()},
                    {"id", facts.id.value},
                    {"name", facts.name.empty() ? Json() : Json(facts.name)}});
  }
  return list;
}

// Hybrid timestamps are strings: JSON's numbers are not exact beyond 2^53 everywhere.
Json VersionJson(CatalogVersion version, const UpdateRecord& record) {
  const VersionedUpdate& update = record.update;
  return {{"version", version.value},
          {"timestamp", MomentText(update.timestamp)},
          {"hlc", absl::StrCat(update.timestamp.raw())},
          {"activation", MomentText(update.activation)},
          {"activation_hlc", absl::StrCat(update.activation.raw())},
          {"author", update.author},
          {"message", update.message},
          {"statement", update.statement},
          {"policy", update.policy == Policy::kRelaxed ? "relaxed" : "strict"},
          {"commit_id", record.envelope.commit_id.ToString()},
          {"hash", record.hash.ToString()},
          {"previous_hash", record.envelope.previous.ToString()},
          {"snapshot", record.is_root},
          {"entries", EntriesJson(update.entries)}};
}

}  // namespace annals::cli
