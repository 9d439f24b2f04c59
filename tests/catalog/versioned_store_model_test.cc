// The store against a naive model: one std::map a version. Whatever the history,
// each version that can be read is exactly what it was when it was made (S1, I10).

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/versioned_store.h"
#include "annals/tests/catalog/allocations.h"
#include "annals/tests/catalog/fixtures.h"

namespace annals {
namespace {

// All that a version is.
struct Content {
  struct Object {
    std::string bytes;
    CatalogVersion from;
  };
  std::map<uint32_t, Object> objects;
  uint32_t next_object_id = 0;
  ObjectId default_zone_id = kNoObject;
};

HybridTimestamp TimestampOf(CatalogVersion version) {
  return HybridTimestamp::FromRaw(1000 + version.value * 10);
}
HybridTimestamp ActivationOf(CatalogVersion version) {
  return HybridTimestamp::FromRaw(1003 + version.value * 10);
}

ObjectDescriptor Describe(const Content::Object& object) {
  return {object.bytes, object.from, TimestampOf(object.from)};
}

// Every question that can be asked of `catalog` is answered by `content`. Names are
// all that were ever given, in all scopes.
void ExpectHolds(const CatalogView& catalog, const Content& content,
                 const std::set<std::pair<uint32_t, std::string>>& names) {
  ASSERT_EQ(catalog.next_object_id().value, content.next_object_id);
  ASSERT_EQ(catalog.default_zone_id(), content.default_zone_id);
  std::map<std::pair<uint32_t, std::string>, uint32_t> owners;
  std::map<uint32_t, std::vector<ObjectId>> children;
  std::map<uint32_t, std::vector<ObjectId>> dependents;
  for (const auto& [id, object] : content.objects) {
    const ObjectDescriptor one = Describe(object);
    if (one.has_name()) owners[{one.scope().value, std::string(one.name())}] = id;
    children[one.parent().value].push_back({id});
    for (ObjectId ref : one.refs()) dependents[ref.value].push_back({id});
  }
  for (uint32_t id = 0; id < content.next_object_id + 2; ++id) {
    const ObjectDescriptor found = catalog.Find(ObjectId{id});
    const auto expected = content.objects.find(id);
    ASSERT_EQ(static_cast<bool>(found), expected != content.objects.end()) << "object " << id;
    if (found) {
      ASSERT_EQ(found.bytes(), expected->second.bytes);
      ASSERT_EQ(found.from(), expected->second.from);
      ASSERT_EQ(found.updated_at(), TimestampOf(expected->second.from));
    }
    ASSERT_EQ(Children(catalog, {id}), children[id]) << "of object " << id;
    ASSERT_EQ(Dependents(catalog, {id}), dependents[id]) << "of object " << id;
  }
  ASSERT_EQ(Children(catalog, kNoObject), children[kNoObject.value]);
  for (const auto& name : names) {
    const ObjectDescriptor found = catalog.Find(NameScope{name.first}, name.second);
    const auto owner = owners.find(name);
    ASSERT_EQ(static_cast<bool>(found), owner != owners.end())
        << name.second << " in " << name.first;
    if (found) {
      ASSERT_EQ(found.id().value, owner->second) << name.second;
    }
  }
  size_t count = 0;
  catalog.ForEachObject([&](const ObjectDescriptor&) { ++count; });
  ASSERT_EQ(count, content.objects.size());
}

// A store, and beside it the model of each of its versions.
class History {
 public:
  explicit History(uint64_t seed) : random_(seed) { versions_[0] = {}; }

  uint64_t Below(uint64_t n) { return random_() % n; }
  CatalogVersion latest() const { return store_->latest(); }
  VersionedStore& store() { return *store_; }
  std::shared_ptr<VersionedStore> shared() { return store_; }

  // Makes `next` the next version: installs what it changes.
  void Commit(Content next, bool activate = true) {
    const CatalogVersion version = latest().Next();
    const Content& last = versions_[latest().value];
    Delta delta{.changes = {},
                .next_object_id = {next.next_object_id},
                .default_zone_id = next.default_zone_id};
    for (auto& [id, object] : next.objects) {
      const auto old = last.objects.find(id);
      if (old != last.objects.end() && old->second.bytes == object.bytes) {
        object.from = old->second.from;
        continue;
      }
      object.from = version;
      delta.changes.push_back({{id}, object.bytes});
    }
    for (const auto& [id, object] : last.objects) {
      if (!next.objects.contains(id)) delta.changes.push_back({{id}, ""});
    }
    std::sort(delta.changes.begin(), delta.changes.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    Remember(next);
    versions_[version.value] = std::move(next);
    store_->Install(delta, TimestampOf(version));
    if (activate) ActivateAll();
  }

  void ActivateAll() {
    while (store_->latest_active() < latest()) {
      const CatalogVersion next = store_->latest_active().Next();
      store_->Activate(next, ActivationOf(next));
    }
  }

  // Jumps `by` versions ahead: the versions between are of the model alone.
  CatalogImage JumpTo(Content next, uint64_t by, uint64_t ago) {
    const CatalogVersion version{latest().value + by};
    const Content& last = versions_[latest().value];
    for (auto& [id, object] : next.objects) {
      const auto old = last.objects.find(id);
      const bool same = old != last.objects.end() && old->second.bytes == object.bytes;
      object.from = same ? old->second.from : CatalogVersion{version.value - std::min(ago, by - 1)};
    }
    CatalogImage image{.version = version,
                       .timestamp = TimestampOf(version),
                       .activation = ActivationOf(version),
                       .next_object_id = {next.next_object_id},
                       .default_zone_id = next.default_zone_id,
                       .objects = {},
                       .buffers = {}};
    for (const auto& [id, object] : next.objects) {
      image.objects.emplace_back(image.Keep(object.bytes), object.from, TimestampOf(object.from));
    }
    Remember(next);
    versions_[version.value] = std::move(next);
    return image;
  }

  // A random change of the newest version: objects made, dropped, renamed (in circles
  // too), changed, moved between zones; names taken over from those that give them up.
  Content Changed() {
    Content next = versions_[latest().value];
    const int steps = static_cast<int>(1 + Below(4));
    for (int i = 0; i < steps; ++i) Change(next);
    return next;
  }

  void Verify(const Catalog& catalog) {
    ASSERT_EQ(catalog.timestamp(), catalog.version().value == 0 ? HybridTimestamp::FromRaw(1)
                                                                : TimestampOf(catalog.version()));
    ASSERT_NO_FATAL_FAILURE(ExpectHolds(catalog, versions_.at(catalog.version().value), names_))
        << "at version " << catalog.version().value;
  }
  void VerifyAll() {
    for (const auto& [version, content] : versions_) {
      const auto catalog = store_->At({version});
      if (CatalogVersion{version} < store_->earliest()) {
        ASSERT_THAT(catalog, FailsWith(Reason::VERSION_TRUNCATED));
      } else {
        ASSERT_THAT(catalog, IsOk());
        ASSERT_NO_FATAL_FAILURE(Verify(*catalog));
      }
    }
  }
  // ActiveAt at, just before and just after each activation.
  void VerifyTimes() {
    for (const auto& [version, content] : versions_) {
      if (version == 0) continue;
      for (int off : {-1, 0, 1}) {
        const uint64_t time = ActivationOf({version}).raw() + static_cast<uint64_t>(off);
        auto expected = std::prev(versions_.upper_bound(off < 0 ? version - 1 : version));
        while (CatalogVersion{expected->first} > store_->latest_active()) --expected;
        const auto found = store_->ActiveAt(HybridTimestamp::FromRaw(time));
        if (CatalogVersion{expected->first} < store_->earliest()) {
          ASSERT_THAT(found, FailsWith(Reason::VERSION_TRUNCATED));
        } else {
          ASSERT_THAT(found, IsOk());
          ASSERT_EQ(found->version().value, expected->first);
        }
      }
    }
  }

  const Content& content(CatalogVersion version) { return versions_.at(version.value); }
  size_t living() { return versions_.at(latest().value).objects.size(); }

 private:
  static constexpr uint32_t kSchemas = 2;
  static constexpr uint32_t kZones = 2;

  void Remember(const Content& content) {
    for (const auto& [id, object] : content.objects) {
      const ObjectDescriptor one = Describe(object);
      names_.insert({one.scope().value, std::string(one.name())});
    }
  }

  // Tables and indexes of one schema, by name.
  static std::map<std::string, uint32_t> NamesIn(const Content& content, uint32_t schema) {
    std::map<std::string, uint32_t> names;
    for (const auto& [id, object] : content.objects) {
      const ObjectDescriptor one = Describe(object);
      if (one.parent() == ObjectId{schema} && one.has_name()) names[std::string(one.name())] = id;
    }
    return names;
  }

  std::string FreeName(const Content& content, uint32_t schema) {
    const auto taken = NamesIn(content, schema);
    for (;;) {
      std::string name = "N" + std::to_string(Below(10));
      if (!taken.contains(name)) return name;
      if (taken.size() > 7) return "X" + std::to_string(random_());
    }
  }

  void Rename(Content& content, uint32_t id, const std::string& name) {
    const ObjectDescriptor old = Describe(content.objects[id]);
    if (const auto index = As<IndexDescriptor>(old)) {
      IndexFields fields{
          .id = {id}, .name = name, .schema = old.parent(), .table = index->table_id()};
      fields.status = index->status();
      fields.columns = index->columns();
      content.objects[id].bytes = BuildObject(fields);
      return;
    }
    const auto table = *As<TableDescriptor>(old);
    content.objects[id].bytes = MakeTable({id}, name, {std::string(table.columns()[0].name())},
                                          old.parent(), table.zone_id());
  }

  void Change(Content& content) {
    if (content.objects.empty()) {
      for (uint32_t id = 0; id < kSchemas; ++id) {
        content.objects[id].bytes = MakeSchema({id}, "S" + std::to_string(id));
      }
      for (uint32_t id = kSchemas; id < kSchemas + kZones; ++id) {
        content.objects[id].bytes = MakeZone({id}, "Z" + std::to_string(id));
      }
      content.next_object_id = kSchemas + kZones;
      content.default_zone_id = {kSchemas};
      return;
    }
    const auto schema = static_cast<uint32_t>(Below(kSchemas));
    const ObjectId zone{static_cast<uint32_t>(kSchemas + Below(kZones))};
    std::vector<uint32_t> movable;
    for (const auto& [id, object] : content.objects) {
      if (id >= kSchemas + kZones && Describe(object).parent() == ObjectId{schema}) {
        movable.push_back(id);
      }
    }
    const uint32_t id = movable.empty() ? 0 : movable[Below(movable.size())];
    const ObjectDescriptor object =
        movable.empty() ? ObjectDescriptor() : Describe(content.objects[id]);
    const uint64_t kind = movable.size() < 3 ? 0 : Below(10);
    if (kind <= 1) {
      const uint32_t fresh = content.next_object_id++;
      content.objects[fresh].bytes =
          MakeTable({fresh}, FreeName(content, schema), {"C"}, {schema}, zone);
    } else if (kind == 2) {
      const auto table = As<TableDescriptor>(object);
      if (!table) return;
      const uint32_t fresh = content.next_object_id++;
      content.objects[fresh].bytes =
          MakeIndex({fresh}, FreeName(content, schema), {id}, {0}, {schema});
    } else if (kind == 3 || kind == 4) {
      std::erase_if(content.objects, [&](const auto& one) {
        return one.first == id || Describe(one.second).RefersTo({id});
      });
    } else if (kind == 5) {
      Rename(content, id, FreeName(content, schema));
    } else if (kind == 6) {  // A circle of names.
      const auto names = NamesIn(content, schema);
      if (names.size() < 2) return;
      std::vector<uint32_t> ids;
      for (const auto& [name, owner] : names) ids.push_back(owner);
      std::shuffle(ids.begin(), ids.end(), random_);
      ids.resize(2 + Below(ids.size() - 1));
      const std::string first(Describe(content.objects[ids[0]]).name());
      for (size_t i = 0; i + 1 < ids.size(); ++i) {
        Rename(content, ids[i], std::string(Describe(content.objects[ids[i + 1]]).name()));
      }
      Rename(content, ids.back(), first);
    } else if (kind == 7) {  // The name of one that goes, or stops, for another.
      const auto index = As<IndexDescriptor>(object);
      const std::string name(object.name());
      if (!object.has_name()) return;
      if (index) {
        IndexFields fields{
            .id = {id}, .name = name, .schema = {schema}, .table = index->table_id()};
        fields.status = IndexStatus::kStopping;
        fields.columns = index->columns();
        content.objects[id].bytes = BuildObject(fields);
      } else {
        std::erase_if(content.objects, [&](const auto& one) {
          return one.first == id || Describe(one.second).RefersTo({id});
        });
      }
      const auto names = NamesIn(content, schema);
      if (!names.empty() && Below(2) == 0) {
        Rename(content, std::next(names.begin(), static_cast<int>(Below(names.size())))->second,
               name);
      } else {
        const uint32_t fresh = content.next_object_id++;
        content.objects[fresh].bytes = MakeTable({fresh}, name, {"C"}, {schema}, zone);
      }
    } else if (As<TableDescriptor>(object)) {
      content.objects[id].bytes = MakeTable({id}, std::string(object.name()),
                                            {"C" + std::to_string(Below(50))}, {schema}, zone);
    }
  }

  std::mt19937_64 random_;
  std::shared_ptr<VersionedStore> store_ = VersionedStore::Create();
  std::map<uint64_t, Content> versions_;
  std::set<std::pair<uint32_t, std::string>> names_;
};

class VersionedStoreModelTest : public ::testing::TestWithParam<int> {};

TEST_P(VersionedStoreModelTest, EachVersionStaysAsItWasMade) {
  const uint64_t seed = TestSeed(static_cast<uint64_t>(GetParam()));
  {  // What is allocated once and for all, by whatever library, is allocated now.
    History first(seed);
    first.Commit(first.Changed());
    first.store().Truncate({1});
    first.VerifyAll();
  }
  const Allocations before = LiveAllocations();
  {
    History history(seed);
    std::deque<Catalog> held;
    const int steps = 150;
    for (int step = 0; step < steps && !::testing::Test::HasFatalFailure(); ++step) {
      const uint64_t what = history.Below(20);
      if (what < 12) {
        history.Commit(history.Changed(), history.Below(4) != 0);
      } else if (what < 14) {
        const uint64_t earliest = history.store().earliest().value;
        history.store().Truncate({earliest + history.Below(history.latest().value - earliest + 3)});
      } else if (what < 17) {
        const uint64_t earliest = history.store().earliest().value;
        held.push_back(
            *history.store().At({earliest + history.Below(history.latest().value - earliest + 1)}));
      } else if (what < 19) {
        if (!held.empty()) held.erase(held.begin() + static_cast<int>(history.Below(held.size())));
      } else if (history.Below(3) == 0) {
        history.ActivateAll();
        Content next = history.Changed();
        const uint64_t by = 1 + history.Below(3000);
        const CatalogImage image = history.JumpTo(std::move(next), by, history.Below(5));
        ASSERT_THAT(history.store().Rebase(image), IsOk());
      }
      for (const Catalog& catalog : held) ASSERT_NO_FATAL_FAILURE(history.Verify(catalog));
      ASSERT_NO_FATAL_FAILURE(history.Verify(history.store().Latest()));
      if (step % 10 == 0) {
        ASSERT_NO_FATAL_FAILURE(history.VerifyAll());
        ASSERT_NO_FATAL_FAILURE(history.VerifyTimes());
      }
    }
    held.clear();
    history.ActivateAll();
    history.store().Truncate(history.latest());
    const StoreStats stats = history.store().Stats();
    EXPECT_EQ(stats.elements, history.living());
    EXPECT_EQ(stats.ended_elements, 0u);
    EXPECT_EQ(stats.retired_blocks, 0u);
    EXPECT_EQ(stats.oldest_held, kNever);
    ASSERT_NO_FATAL_FAILURE(history.Verify(history.store().Latest()));
  }
  EXPECT_EQ(LiveAllocations().blocks, before.blocks);
}
INSTANTIATE_TEST_SUITE_P(Seeds, VersionedStoreModelTest, ::testing::Range(1, 21));

TEST(VersionedStoreHistoryTest, LongRandomHistoryIsWhatTheModelSays) {
  const uint64_t seed = TestSeed(7);
  History history(seed);
  for (int i = 0; i < 1500; ++i) {
    history.Commit(history.Changed());
    if (i % 50 == 49) history.store().Truncate({history.latest().value - 40});
  }
  history.VerifyAll();
}

}  // namespace
}  // namespace annals
