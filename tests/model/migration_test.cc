// DDL between any two versions of random histories (ddl/migration.h): what is printed is
// executed on the one and gives the other, there and back, under either policy.

#include "annals/ddl/migration.h"

#include <functional>
#include <iostream>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "annals/catalog/canonical_text.h"
#include "annals/cli/change_text.h"
#include "annals/cli/object_text.h"
#include "annals/cli/script_text.h"
#include "annals/commands/plan.h"
#include "annals/ddl/parse.h"
#include "annals/ddl/show_create.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/model/environment.h"
#include "annals/tests/model/random_requests.h"
#include "annals/tests/model/request_commands.h"

namespace annals::model {
namespace {

using Kind = ddl::MigrationStep::Kind;

// "CONSTRAINT K PRIMARY KEY", in the one place where no string can be.
std::string WithoutKeyName(std::string sql) {
  constexpr std::string_view kMark = "\n    ";
  const size_t begin = sql.find("\n    CONSTRAINT ");
  if (begin == std::string::npos) return sql;
  const size_t name = begin + kMark.size();
  return sql.erase(name, sql.find("PRIMARY KEY", name) - name);
}

// What SQL can say of a catalog beyond the canonical text: all of the statements that make
// the objects, and the status of indexes. Names of key indexes are another matter.
std::string StatementsOf(const CatalogView& catalog) {
  std::multiset<std::string> lines;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    const auto zone = As<ZoneDescriptor>(object);
    const bool by_itself = zone && zone->automatic() && zone->id() == catalog.default_zone_id();
    const auto sql = ddl::ToSql(catalog, object);
    if (!object.has_name() || by_itself || !sql.ok()) return;
    const auto index = As<IndexDescriptor>(object);
    lines.insert(absl::StrCat(WithoutKeyName(*sql),
                              index ? absl::StrCat(" ", ToAbsl(StatusName(index->status()))) : ""));
  });
  return absl::StrJoin(lines, "\n");
}

// The names that users gave key indexes.
std::set<std::string> GivenKeyNames(const CatalogView& catalog) {
  std::set<std::string> names;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    const auto table = As<TableDescriptor>(object);
    const auto key = table ? catalog.Get<IndexDescriptor>(table->key_index_id()) : std::nullopt;
    if (key && !key->automatic_name()) {
      names.insert(absl::StrCat(cli::KindAndName(catalog, *table), " ", ToAbsl(key->name())));
    }
  });
  return names;
}

std::string WithoutZones(const std::string& canonical_lines) {
  std::string rest;
  for (absl::string_view line : absl::StrSplit(canonical_lines, '\n')) {
    if (absl::StartsWith(line, "zone ")) continue;
    absl::StrAppend(&rest, line.substr(0, line.rfind(" zone=")), "\n");
  }
  return rest;
}

class MigrationPropertyTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  void MakeHistory(uint64_t steps) {
    for (uint64_t i = 0; i < steps; ++i) {
      clock_.Pass(100);
      const auto call = random_.Next(model_.objects());
      model_.Execute(call.request, call.policy);
      const auto done = manager_->Execute(CommandsOf(call.request), {.policy = call.policy});
      if (done.ok()) versions_ = done->version.value;
    }
  }

  Catalog At(uint64_t version) { return *manager_->At({version}); }

  // Executes what the program would print.
  static void Execute(const std::string& script, Policy policy, CatalogDraft& store) {
    const auto statements = ddl::Parse(script);
    ASSERT_THAT(statements, IsOk()) << script;
    for (const ddl::Statement& statement : *statements) {
      CatalogDraft draft(store, store.version(), {});
      const auto& commands = std::get<ddl::Write>(statement.what).commands;
      const auto planned = PlanBatch(commands, store, draft, policy);
      ASSERT_THAT(planned, IsOk()) << statement.text << "\nin\n" << script;
      const std::vector<bool>& applied = planned->applied;
      EXPECT_TRUE(std::ranges::find(applied, false) == applied.end()) << statement.text;
      std::move(draft).MergeInto(store);
    }
  }

  void Check(uint64_t from, uint64_t to, std::optional<Policy> policy) {
    const Catalog before = At(from);
    const Catalog after = At(to);
    const ddl::Migration migration = ddl::Migrate(before, after, policy);
    const std::string script = cli::ScriptText(migration);
    CatalogDraft store(before, before.version().Next(), {});
    ASSERT_NO_FATAL_FAILURE(Execute(script, migration.policy, store));
    ++pairs_;
    losses_ += migration.Count(Kind::kLoss);
    CatalogDraft wanted(after, before.version().Next(), {});
    const bool zones = LeaveOut(migration, before.next_object_id(), store, wanted);
    const auto lines = [&](const CatalogView& catalog) {
      return zones ? WithoutZones(CanonicalLines(catalog)) : CanonicalLines(catalog);
    };
    ASSERT_EQ(lines(store), lines(wanted)) << script << Story(from, to);
    if (zones) return;
    ASSERT_EQ(StatementsOf(store), StatementsOf(wanted)) << script << Story(from, to);
    ASSERT_THAT(GivenKeyNames(store), ::testing::IsSupersetOf(GivenKeyNames(wanted)))
        << script << Story(from, to);
  }

  // Takes what is left out from both sides; true if that are zones, which tables name.
  bool LeaveOut(const ddl::Migration& migration, ObjectId next, CatalogDraft& store,
                CatalogDraft& wanted) {
    std::set<std::string> objects;
    for (const ddl::MigrationStep& step : migration.steps) {
      if (step.kind != Kind::kLeftOut) continue;
      objects.insert(step.object);
      EXPECT_FALSE(IsThereNow(step.object, store, wanted)) << step.object << ": " << step.text;
      ++left_out_[step.object.substr(0, step.object.find(' '))];
    }
    const std::set<ObjectId> made = IdsOf(objects, store);
    const std::set<ObjectId> asked = IdsOf(objects, wanted);
    // An object of `before` may be called otherwise on the other side.
    Drop(made, store, [](ObjectId) { return true; });
    Drop(asked, store, [&](ObjectId id) { return id < next; });
    Drop(asked, wanted, [](ObjectId) { return true; });
    Drop(made, wanted, [&](ObjectId id) { return id < next; });
    return std::ranges::any_of(objects, [](const auto& one) { return one.starts_with("zone "); });
  }

  // Whether what is said to be left out is there for all that, which SQL can show.
  static bool IsThereNow(const std::string& object, const CatalogView& store,
                         const CatalogView& wanted) {
    const auto statements = [&](const CatalogView& catalog) {
      std::set<std::string> all;
      for (const ObjectId id : IdsOf({object}, catalog)) {
        const auto sql = ddl::ToSql(catalog, catalog.Find(id));
        if (sql.ok()) all.insert(*sql);
      }
      return all;
    };
    return !statements(store).empty() && statements(store) == statements(wanted);
  }

  static std::set<ObjectId> IdsOf(const std::set<std::string>& objects,
                                  const CatalogView& catalog) {
    std::set<ObjectId> ids;
    catalog.ForEachObject([&](const ObjectDescriptor& object) {
      if (object.kind() == ObjectKind::kZone || !object.has_name()) return;
      if (cli::IsKeyIndex(catalog, object)) return;
      if (objects.contains(cli::KindAndName(catalog, object))) ids.insert(object.id());
    });
    return ids;
  }

  // With their indexes.
  static void Drop(const std::set<ObjectId>& ids, CatalogDraft& catalog,
                   const std::function<bool(ObjectId)>& wanted) {
    for (const ObjectId id : ids) {
      if (!wanted(id) || !catalog.Find(id)) continue;
      for (const IndexDescriptor& index : catalog.Indexes(id)) catalog.Drop(index.id());
      catalog.Drop(id);
    }
  }

  std::string Story(uint64_t from, uint64_t to) const {
    return absl::StrCat("seed ", GetParam(), ", ", from, "..", to);
  }

  FakeClock clock_;
  CatalogModel model_;
  RandomRequests random_{GetParam()};
  Manager manager_ = MustOpen(NewMemoryLog(), {.clock = &clock_});
  uint64_t versions_ = 1;
  size_t pairs_ = 0;
  std::map<std::string, size_t> left_out_;  // By kind.
  size_t losses_ = 0;
};

TEST_P(MigrationPropertyTest, LeadsFromAnyVersionToAnyOther) {
  MakeHistory(FromEnvironment("ANNALS_MIGRATION_STEPS", 300));
  std::mt19937_64 random(GetParam());
  const auto any = [&] { return 1 + random() % versions_; };
  for (uint64_t i = 0; i < FromEnvironment("ANNALS_MIGRATION_PAIRS", 100); ++i) {
    const uint64_t from = any();
    const uint64_t to = i % 2 == 0 ? any() : std::min(versions_, from + 1 + random() % 5);
    for (const std::optional<Policy> policy :
         {std::optional<Policy>(), std::optional(Policy::kStrict),
          std::optional(Policy::kRelaxed)}) {
      Check(from, to, policy);
      Check(to, from, policy);
      ASSERT_FALSE(HasFailure()) << Story(from, to);
    }
  }
  std::cout << "seed " << GetParam() << ": " << versions_ << " versions, " << pairs_ << " ways, "
            << losses_ << " losses; left out:";
  for (const auto& [kind, count] : left_out_) std::cout << " " << kind << " " << count;
  std::cout << "\n";
  RecordProperty("ways", static_cast<int>(pairs_));
}

INSTANTIATE_TEST_SUITE_P(Seeds, MigrationPropertyTest,
                         ::testing::ValuesIn(SeedsFromEnvironment("ANNALS_MIGRATION_SEED",
                                                                  {1, 2, 3, 4})),
                         [](const auto& seed) { return std::to_string(seed.param); });

}  // namespace
}  // namespace annals::model
