#pragma once

// A catalog whose every version is a formula: what an object is at version V needs no
// memory, so threads can check each version completely without sharing a model, and
// histories can be as long as one likes.
//
// Slots of tables live one life after another, some with a gap between two. Tables in
// even slots pass one name on from life to life; those in odd slots exchange their
// names in circles. Columns change often; now and then a table moves between zones.

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/versioned_store.h"
#include "annals/tests/catalog/fixtures.h"

namespace annals {

class FormulaCatalog {
 public:
  static constexpr uint64_t kSlots = 20;
  static constexpr uint32_t kFixed = 4;  // Schemas 0 and 1, zones 2 and 3.

  struct State {
    uint32_t id = 0;
    uint32_t schema = 0;
    uint32_t zone = 0;
    uint64_t name = 0;    // Even slots: S<name>, odd ones: R<name>.
    uint64_t column = 0;  // C<column>.
    friend bool operator==(const State&, const State&) = default;
  };

  static HybridTimestamp TimestampOf(CatalogVersion version) {
    return HybridTimestamp::FromRaw(1000 + version.value * 10);
  }
  static HybridTimestamp ActivationOf(CatalogVersion version) {
    return HybridTimestamp::FromRaw(1003 + version.value * 10);
  }

  // What lives in `slot` at `version` > 0.
  static std::optional<State> At(uint64_t slot, uint64_t version) {
    const uint64_t length = LifeOf(slot);
    const uint64_t birth = version / length * length;
    if (version - birth >= length - slot % 4) return std::nullopt;
    State state;
    state.id = IdOf(slot, birth);
    state.schema = static_cast<uint32_t>(slot % 2);
    state.zone = static_cast<uint32_t>(2 + (version / 11 + slot) % 2);
    state.name = slot % 2 == 0 ? slot : (slot / 2 + version / 3) % (kSlots / 2);
    state.column = version / (1 + slot % 5);
    return state;
  }
  // The version since which it is so.
  static CatalogVersion FromOf(uint64_t slot, uint64_t version) {
    uint64_t from = version;
    while (from > 1 && At(slot, from - 1) == At(slot, version)) --from;
    return {from};
  }
  static ObjectId NextObjectId(uint64_t version) {
    return {static_cast<uint32_t>(kFixed + BirthsBefore(version + 1))};
  }

  static std::string NameOf(uint64_t slot, const State& state) {
    return (slot % 2 == 0 ? "S" : "R") + std::to_string(state.name);
  }
  static std::string BytesOf(uint64_t slot, const State& state) {
    return MakeTable({state.id}, NameOf(slot, state), {"C" + std::to_string(state.column)},
                     {state.schema}, {state.zone});
  }

  // What version `version` > 0 changes in the one before.
  static Delta DeltaOf(uint64_t version) {
    Delta delta{.changes = {}, .next_object_id = NextObjectId(version), .default_zone_id = {2}};
    if (version == 1) {
      for (uint32_t id = 0; id < kFixed; ++id) delta.changes.push_back({{id}, FixedBytes(id)});
    }
    for (uint64_t slot = 0; slot < kSlots; ++slot) {
      const auto before = version == 1 ? std::nullopt : At(slot, version - 1);
      const auto after = At(slot, version);
      if (before == after) continue;
      if (before && (!after || after->id != before->id))
        delta.changes.push_back({{before->id}, ""});
      if (after) delta.changes.push_back({{after->id}, BytesOf(slot, *after)});
    }
    std::sort(delta.changes.begin(), delta.changes.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    return delta;
  }

  // All of `version`, to rebase on.
  static CatalogImage ImageOf(uint64_t version) {
    CatalogImage image{.version = {version},
                       .timestamp = TimestampOf({version}),
                       .activation = ActivationOf({version}),
                       .next_object_id = NextObjectId(version),
                       .default_zone_id = {2},
                       .objects = {},
                       .buffers = {}};
    for (uint32_t id = 0; id < kFixed; ++id) {
      image.objects.emplace_back(image.Keep(FixedBytes(id)), CatalogVersion{1}, TimestampOf({1}));
    }
    for (uint64_t slot = 0; slot < kSlots; ++slot) {
      const auto state = At(slot, version);
      if (!state) continue;
      const CatalogVersion from = FromOf(slot, version);
      image.objects.emplace_back(image.Keep(BytesOf(slot, *state)), from, TimestampOf(from));
    }
    std::sort(image.objects.begin(), image.objects.end(),
              [](const auto& a, const auto& b) { return a.id() < b.id(); });
    return image;
  }

  static void Install(VersionedStore& store) {
    const CatalogVersion next = store.latest().Next();
    store.Install(DeltaOf(next.value), TimestampOf(next));
    store.Activate(next, ActivationOf(next));
  }
  static std::shared_ptr<VersionedStore> NewStore(uint64_t versions) {
    auto store = VersionedStore::Create();
    while (store->latest().value < versions) Install(*store);
    return store;
  }

  // "" if `catalog` is, in all that can be asked of it, what the formula says; else
  // what is wrong.
  static std::string Verify(const Catalog& catalog) {
    const uint64_t version = catalog.version().value;
    const auto wrong = [&](const std::string& what) {
      return "version " + std::to_string(version) + ": " + what;
    };
    if (version == 0) return catalog.next_object_id().value == 0 ? "" : wrong("not empty");
    if (catalog.timestamp() != TimestampOf({version})) return wrong("timestamp");
    if (catalog.next_object_id() != NextObjectId(version)) return wrong("counter");
    std::vector<ObjectId> children[2];
    std::vector<ObjectId> dependents[2];
    for (uint64_t slot = 0; slot < kSlots; ++slot) {
      const auto state = At(slot, version);
      const std::string here = "slot " + std::to_string(slot);
      if (const std::string what = VerifySlot(catalog, slot, state); !what.empty()) {
        return wrong(absl::StrCat(here, ": ", what));
      }
      if (!state) continue;
      children[state->schema].push_back({state->id});
      dependents[state->zone - 2].push_back({state->id});
    }
    for (uint32_t i = 0; i < 2; ++i) {
      std::sort(children[i].begin(), children[i].end());
      std::sort(dependents[i].begin(), dependents[i].end());
      if (Children(catalog, {i}) != children[i]) return wrong("children");
      if (Dependents(catalog, {2 + i}) != dependents[i]) return wrong("dependents");
    }
    if (Children(catalog, kNoObject).size() != kFixed) return wrong("root");
    if (!catalog.Schema("A") || !catalog.Zone("Z3")) return wrong("fixed objects");
    return "";
  }

 private:
  // Lives end in the same version now and then, and not in step.
  static uint64_t LifeOf(uint64_t slot) { return 24 + slot * 3; }

  // How many lives began before `version`; those of version 0 appear in version 1.
  static uint64_t BirthsBefore(uint64_t version) {
    uint64_t births = 0;
    for (uint64_t slot = 0; slot < kSlots; ++slot) {
      births += (version + LifeOf(slot) - 1) / LifeOf(slot);
    }
    return births;
  }
  static uint32_t IdOf(uint64_t slot, uint64_t birth) {
    uint64_t id = kFixed + BirthsBefore(birth);
    for (uint64_t other = 0; other < slot; ++other) id += birth % LifeOf(other) == 0;
    return static_cast<uint32_t>(id);
  }
  static std::string FixedBytes(uint32_t id) {
    return id < 2 ? MakeSchema({id}, id == 0 ? "A" : "B")
                  : MakeZone({id}, "Z" + std::to_string(id));
  }

  static std::string VerifySlot(const Catalog& catalog, uint64_t slot,
                                const std::optional<State>& state) {
    const uint64_t version = catalog.version().value;
    // The life before is over.
    const uint64_t birth = version / LifeOf(slot) * LifeOf(slot);
    if (birth > 0 && catalog.Find(ObjectId{IdOf(slot, birth - LifeOf(slot))})) return "lives on";
    if (!state) {
      if (slot % 2 == 0 &&
          catalog.Find(NameScope{static_cast<uint32_t>(slot % 2)}, "S" + std::to_string(slot))) {
        return "has its name still";
      }
      return catalog.Find(ObjectId{IdOf(slot, birth)}) ? "is not dead" : "";
    }
    const std::string name = NameOf(slot, *state);
    const auto by_id = catalog.Get<TableDescriptor>({state->id});
    const auto by_name = As<TableDescriptor>(catalog.Find(NameScope{state->schema}, name));
    if (!by_id) return "not found by id";
    if (!by_name) return "not found by its name " + name;
    if (by_name->id() != by_id->id()) return "its name is another's";
    if (by_id->bytes().data() != by_name->bytes().data()) return "two objects";
    if (by_id->name() != name) return "name";
    if (by_id->zone_id().value != state->zone) return "zone";
    if (!by_id->FindColumn("C" + std::to_string(state->column))) return "column";
    const CatalogVersion from = FromOf(slot, version);
    if (by_id->from() != from) return "from " + std::to_string(by_id->from().value);
    if (by_id->updated_at() != TimestampOf(from)) return "updated at";
    // Names of the other scope, and of nobody.
    if (catalog.Find(NameScope{1 - state->schema}, name)) return "is in two scopes";
    if (catalog.Find(NameScope{state->schema}, "nobody")) return "nobody is somebody";
    return "";
  }
};

}  // namespace annals
