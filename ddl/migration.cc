#include "annals/ddl/migration.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/diff.h"
#include "annals/catalog/object_builder.h"
#include "annals/ddl/clauses_internal.h"
#include "annals/ddl/configured_migration_internal.h"
#include "annals/ddl/migration_script_internal.h"
#include "annals/ddl/names.h"
#include "annals/ddl/show_create.h"
#include "annals/ddl/table_migration_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

// "table PUBLIC.T", "zone Z"
std::string Described(const CatalogView& catalog, const ObjectDescriptor& object) {
  const std::string name =
      object.parent() == kNoObject ? QuoteName(object.name()) : QualifiedName(catalog, object);
  return absl::StrCat(ToAbsl(KindName(object.kind())), " ", name);
}

bool BelongsToSystem(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (object.kind() == ObjectKind::kSchema) return IsSystemSchema(object.name());
  return object.parent() != kNoObject && IsSystemSchema(catalog.Find(object.parent()).name());
}

bool IsKeyIndex(const CatalogView& catalog, const IndexDescriptor& index) {
  const auto table = catalog.Get<TableDescriptor>(index.table_id());
  return table && table->key_index_id() == index.id();
}

// What differs in two zones as the options of ALTER ZONE.
std::vector<std::string> ChangedOptions(const ZoneDescriptor& now, const ZoneDescriptor& wanted) {
  std::vector<std::string> options;
  if (now.replicas() != wanted.replicas() || now.quorum_size() != wanted.quorum_size()) {
    options.push_back(absl::StrCat("REPLICAS ", wanted.replicas()));
    options.push_back(absl::StrCat("QUORUM SIZE ", wanted.quorum_size()));
  }
  if (now.filter() != wanted.filter()) {
    options.push_back("NODES FILTER " + QuoteString(wanted.filter()));
  }
  if (now.auto_scale_up_s() != wanted.auto_scale_up_s()) {
    options.push_back(AutoScaleOption("AUTO SCALE UP", wanted.auto_scale_up_s()));
  }
  if (now.auto_scale_down_s() != wanted.auto_scale_down_s()) {
    options.push_back(AutoScaleOption("AUTO SCALE DOWN", wanted.auto_scale_down_s()));
  }
  if (now.storage_profiles() != wanted.storage_profiles()) {
    options.push_back("STORAGE PROFILES " + ProfileList(wanted));
  }
  // One that came by itself and is altered is as one that was made, whatever it is set to.
  if (options.empty() && now.automatic() && !wanted.automatic()) {
    options.push_back(absl::StrCat("REPLICAS ", wanted.replicas()));
  }
  return options;
}

// Goes from one catalog to another: what is in the way goes first, then come zones, then
// names, then what stays is altered, and what is new comes last and finds all that it needs.
class Migrator {
 public:
  Migrator(const CatalogView& before, const CatalogView& after, Policy policy)
      : before_(before), after_(after), changes_(Diff(before, after)), script_(before, policy) {}

  Migration Run() {
    TellOfSystem();
    PlanTables();
    configured_.Drop();
    DropIndexes();
    DropKeys();
    DropTables();
    DropSchemas();
    CreateSchemas();
    MigrateZones();
    RenameObjects();
    AlterTables();
    CreateTables();
    CreateIndexes();
    configured_.Finish();
    for (const auto& [schema, why] : DropSchemas()) script_.LeaveOutUnless(why, schema);
    return {script_.policy(), std::move(script_).TakeSteps()};
  }

 private:
  const CatalogView& now() const { return script_.now(); }

  // Whether one of the two sides is a D that SQL can speak of.
  template <typename D>
  std::optional<D> Before(const ObjectChange& change) const {
    return change.before && !BelongsToSystem(before_, change.before) ? change.Before<D>()
                                                                     : std::nullopt;
  }
  template <typename D>
  std::optional<D> After(const ObjectChange& change) const {
    return change.after && !BelongsToSystem(after_, change.after) ? change.After<D>()
                                                                  : std::nullopt;
  }

  // --- What belongs to the system comes by other ways than SQL.

  void TellOfSystem() {
    for (const ObjectChange& change : changes_) {
      const bool there = static_cast<bool>(change.after);
      const CatalogView& catalog = there ? after_ : before_;
      const ObjectDescriptor& object = change.object();
      if (!BelongsToSystem(catalog, object) || IsToldWithAnother(change)) continue;
      const std::string_view what = !change.before ? "makes" : !change.after ? "drops" : "alters";
      const std::string_view whose = object.kind() == ObjectKind::kSystemView
                                         ? " a system view"
                                         : " what belongs to the system";
      script_.LeaveOut(Described(catalog, object),
                       absl::StrCat("no SQL ", ToAbsl(what), ToAbsl(whose)));
    }
  }

  // Schemas are the same by name; key indexes are told with their tables.
  bool IsToldWithAnother(const ObjectChange& change) const {
    const auto told = [](const CatalogView& here, const CatalogView& there,
                         const ObjectDescriptor& object) {
      if (object.kind() == ObjectKind::kSchema) return there.Schema(object.name()).has_value();
      const auto index = As<IndexDescriptor>(object);
      return index && (!index->alive() || IsKeyIndex(here, *index));
    };
    return change.after ? told(after_, before_, change.after)
                        : told(before_, after_, change.before);
  }

  // --- What is planned.

  void PlanTables() {
    for (const ObjectChange& change : changes_) {
      for (const auto& index : {Before<IndexDescriptor>(change), After<IndexDescriptor>(change)}) {
        if (index) indexes_.insert(index->id());
      }
      const auto table = Before<TableDescriptor>(change);
      const auto target = After<TableDescriptor>(change);
      if (!table || !target) continue;
      plans_[table->id()] = PlanTable(before_, *table, after_, *target, script_.policy());
      for (const IndexDescriptor& index : before_.Indexes(table->id())) indexes_.insert(index.id());
      for (const IndexDescriptor& index : after_.Indexes(table->id())) indexes_.insert(index.id());
    }
  }

  // Whether the table of this id is in both, and not made anew.
  bool Stays(ObjectId table) const {
    const auto plan = plans_.find(table);
    if (plan != plans_.end()) return plan->second.way != TablePlan::Way::kRecreate;
    return before_.Get<TableDescriptor>(table) && after_.Get<TableDescriptor>(table);
  }

  // REQUIRES: Stays(table).
  TableMigration MigrationOf(ObjectId table) {
    const TableDescriptor target = *after_.Get<TableDescriptor>(table);
    const auto plan = plans_.find(table);
    const bool altered = plan != plans_.end() && plan->second.way == TablePlan::Way::kAlter;
    return {script_,
            table,
            after_,
            target,
            altered ? plan->second.kept : target.columns().size(),
            altered ? plan->second.why : ""};
  }

  bool IndexStays(ObjectId id) {
    const auto index = before_.Get<IndexDescriptor>(id);
    if (!index || !Stays(index->table_id())) return false;
    return MigrationOf(index->table_id()).IndexStays(*index, after_.Get<IndexDescriptor>(id));
  }

  // --- What goes.

  void DropIndexes() {
    for (const ObjectId id : indexes_) {
      const auto index = before_.Get<IndexDescriptor>(id);
      if (!index || !Stays(index->table_id()) || IsKeyIndex(before_, *index)) continue;
      if (!IndexStays(id)) DropIndex(*index);
    }
  }

  // Under strict an index is stopping before it is gone.
  void DropIndex(const IndexDescriptor& index) {
    const std::string name = QualifiedName(before_, index);
    const std::string what = Described(before_, index);
    if (index.alive()) {
      script_.LeaveOutUnless(script_.Do(absl::StrCat("DROP INDEX ", name, ";")), what);
    }
    const auto left = now().Get<IndexDescriptor>(index.id());
    const auto wanted = after_.Get<IndexDescriptor>(index.id());
    if (!left || left->alive() || (wanted && !wanted->alive())) return;
    script_.LeaveOutUnless(script_.Do(absl::StrCat("ALTER INDEX ", name, " REMOVE;")), what);
  }

  // Before names are given, as it frees one.
  void DropKeys() {
    for (const auto& [id, plan] : plans_) {
      if (plan.way != TablePlan::Way::kAlter) continue;
      script_.LeaveOutUnless(MigrationOf(id).DropKey(), Described(before_, before_.Find(id)));
    }
  }

  void DropTables() {
    for (const ObjectChange& change : changes_) {
      const auto table = Before<TableDescriptor>(change);
      if (!table || Stays(table->id())) continue;
      if (change.after) {
        script_.TellLoss(Described(before_, *table), plans_.at(table->id()).why);
      }
      script_.LeaveOutUnless(
          script_.Do(absl::StrCat("DROP TABLE ", QualifiedName(before_, *table), ";")),
          Described(before_, *table));
    }
  }

  // A schema is nothing but its name and what is in it. Those that stay for now, as some of
  // that is still in use, and why.
  std::vector<std::pair<std::string, absl::Status>> DropSchemas() {
    std::vector<std::pair<std::string, absl::Status>> refused;
    for (const ObjectChange& change : changes_) {
      const auto schema = Before<SchemaDescriptor>(change);
      if (!schema || after_.Schema(schema->name()) || !now().Find(schema->id())) continue;
      const std::string name = QuoteName(schema->name());
      const absl::Status done = script_.Do(absl::StrCat("DROP SCHEMA ", name, ";"));
      if (!done.ok()) refused.emplace_back("schema " + name, done);
    }
    return refused;
  }

  void CreateSchemas() {
    for (const ObjectChange& change : changes_) {
      const auto schema = After<SchemaDescriptor>(change);
      if (!schema || before_.Schema(schema->name())) continue;
      const std::string name = QuoteName(schema->name());
      script_.LeaveOutUnless(script_.Do(absl::StrCat("CREATE SCHEMA ", name, ";")),
                             "schema " + name);
    }
  }

  // --- Zones.

  // The default zone goes once another one is that.
  void MigrateZones() {
    DropZones();
    RenameZones();
    for (const ObjectChange& change : changes_) {
      const auto zone = After<ZoneDescriptor>(change);
      if (zone && !change.before) CreateZone(*zone);
      if (zone && change.before) AlterZone(*zone);
    }
    SetDefaultZone();
    DropZones();
    TellOfDefaultZone();
  }

  void DropZones() {
    for (const ObjectChange& change : changes_) {
      const auto zone = Before<ZoneDescriptor>(change);
      if (!zone || change.after || !now().Find(zone->id())) continue;
      if (zone->id() == now().default_zone_id()) continue;
      const ObjectDescriptor called = now().Find(zone->id());
      script_.LeaveOutUnless(script_.Do(absl::StrCat("DROP ZONE ", QuoteName(called.name()), ";")),
                             Described(now(), called));
    }
  }

  // A zone that has to stay for a while may be in the way of one of its name.
  void RenameZones() {
    std::vector<Renaming> renamings;
    const auto add = [&](ObjectId id, std::string to) {
      const auto from = [this, id] { return std::string(now().Find(id).name()); };
      renamings.push_back({std::move(to), from,
                           [from](std::string_view name) {
                             return absl::StrCat("ALTER ZONE ", QuoteName(from()), " RENAME TO ",
                                                 QuoteName(name), ";");
                           },
                           id});
    };
    const auto unused = [&](std::string_view name) {
      return !now().Zone(name) && !after_.Zone(name);
    };
    for (const ObjectChange& change : changes_) {
      const auto zone = Before<ZoneDescriptor>(change);
      if (!zone || !now().Find(zone->id())) continue;
      if (change.after && change.after.name() != zone->name()) {
        add(zone->id(), std::string(change.after.name()));
      } else if (!change.after && after_.Zone(zone->name())) {
        add(zone->id(), UnusedName(unused));
      }
    }
    for (const NotRenamed& one : RenameAll(script_, renamings, unused)) {
      TellNotRenamed(renamings[one.which], one.why);
    }
  }

  void TellNotRenamed(const Renaming& renaming, const absl::Status& why) {
    script_.LeaveOutUnless(why, Described(now(), now().Find(renaming.object)));
  }

  // The first table that names none makes the one that comes by itself.
  void CreateZone(const ZoneDescriptor& zone) {
    const bool by_itself = zone.automatic() && zone.id() == after_.default_zone_id();
    if (by_itself && now().default_zone_id() == kNoObject) return;
    const auto sql = ToSql(after_, zone);
    script_.LeaveOutUnless(sql.ok() ? script_.Do(*sql) : sql.status(), Described(after_, zone));
    if (by_itself) TellOfItself(zone);
  }

  void AlterZone(const ZoneDescriptor& wanted) {
    const ZoneDescriptor zone = *now().Get<ZoneDescriptor>(wanted.id());
    const std::vector<std::string> options = ChangedOptions(zone, wanted);
    if (!options.empty()) {
      script_.LeaveOutUnless(script_.Do(absl::StrCat("ALTER ZONE ", QuoteName(zone.name()),
                                                     " SET (", absl::StrJoin(options, ", "), ");")),
                             Described(after_, wanted));
    }
    const bool by_itself = wanted.automatic() && wanted.id() == after_.default_zone_id();
    if (by_itself && !now().Get<ZoneDescriptor>(wanted.id())->automatic()) TellOfItself(wanted);
  }

  void TellOfItself(const ZoneDescriptor& zone) {
    script_.LeaveOut(
        Described(after_, zone),
        "no SQL makes it one that came by itself, which the canonical text leaves out");
  }

  void SetDefaultZone() {
    const auto wanted = after_.DefaultZone();
    const auto zone = now().DefaultZone();
    if (!wanted || !now().Zone(wanted->name())) return;
    if (zone && zone->name() == wanted->name()) return;
    script_.LeaveOutUnless(
        script_.Do(absl::StrCat("ALTER ZONE ", QuoteName(wanted->name()), " SET DEFAULT;")),
        Described(after_, *wanted));
  }

  // One that came by itself is not told of.
  void TellOfDefaultZone() {
    const auto zone = now().DefaultZone();
    if (zone && !zone->automatic() && !after_.DefaultZone()) {
      script_.LeaveOut(Described(now(), *zone), "it stays the default zone, as there is no other");
    }
  }

  // --- Names.

  // What shares a scope may have to make room for each other, of whatever kind.
  void RenameObjects() {
    std::map<NameScope, std::vector<Renaming>> by_scope;
    for (std::vector<Renaming> some : {TableRenamings(), configured_.Renamings()}) {
      for (Renaming& renaming : some) {
        by_scope[now().Find(renaming.object).scope()].push_back(std::move(renaming));
      }
    }
    for (const auto& [scope, renamings] : by_scope) {
      const auto unused = [&, in = scope, &those = renamings](std::string_view name) {
        return IsUnused(now(), after_, those, in, name);
      };
      for (const NotRenamed& one : RenameAll(script_, renamings, unused)) {
        TellNotRenamed(renamings[one.which], one.why);
      }
    }
  }

  // Of tables and of their indexes.
  std::vector<Renaming> TableRenamings() {
    std::vector<Renaming> renamings;
    for (const ObjectChange& change : changes_) {
      const auto table = Before<TableDescriptor>(change);
      if (!table || !Stays(table->id())) continue;
      if (table->name() != change.after.name()) {
        renamings.push_back(RenamingOf(*table, change.after));
      }
    }
    for (const ObjectId id : indexes_) {
      const auto index = before_.Get<IndexDescriptor>(id);
      if (!index || !Stays(index->table_id()) || !now().Find(id)) continue;
      const auto wanted = IsKeyIndex(before_, *index) ? KeyIndexAfter(*index)
                          : IndexStays(id)            ? after_.Get<IndexDescriptor>(id)
                                                      : std::nullopt;
      if (wanted) renamings.push_back(RenamingOf(*index, *wanted));
    }
    return renamings;
  }

  std::optional<IndexDescriptor> KeyIndexAfter(const IndexDescriptor& index) const {
    const auto table = after_.Get<TableDescriptor>(index.table_id());
    return after_.Get<IndexDescriptor>(table->key_index_id());
  }

  // An index whose name the engine chooses is called as it chooses.
  Renaming RenamingOf(const ObjectDescriptor& object, const ObjectDescriptor& wanted) const {
    const auto wanted_index = As<IndexDescriptor>(wanted);
    const bool chosen = wanted_index && wanted_index->automatic_name();
    const auto from = [this, id = object.id(), chosen, to = std::string(wanted.name())] {
      const auto index = now().Get<IndexDescriptor>(id);
      return chosen && index->automatic_name() ? to : std::string(now().Find(id).name());
    };
    return {std::string(wanted.name()), from,
            [this, id = object.id(), index = wanted_index.has_value()](std::string_view to) {
              return absl::StrCat("ALTER ", index ? "INDEX " : "TABLE ",
                                  QualifiedName(now(), now().Find(id)), " RENAME TO ",
                                  QuoteName(to), ";");
            },
            object.id()};
  }

  // --- What stays, and what is new.

  void AlterTables() {
    for (const auto& [id, plan] : plans_) {
      if (plan.way == TablePlan::Way::kRecreate) continue;
      const std::string what = Described(after_, after_.Find(id));
      if (plan.way == TablePlan::Way::kLeave) {
        script_.LeaveOut(what, plan.why);
        continue;
      }
      TableMigration migration = MigrationOf(id);
      absl::Status done = migration.ChangeColumns();
      if (done.ok()) done = migration.AddKey();
      if (done.ok()) done = migration.SetProperties();
      script_.LeaveOutUnless(done, what);
    }
  }

  void CreateTables() {
    for (const ObjectChange& change : changes_) {
      const auto table = After<TableDescriptor>(change);
      if (table && !(change.before && Stays(table->id()))) CreateTable(*table);
    }
  }

  // An index is available at once if it is made together with its table.
  void CreateTable(const TableDescriptor& table) {
    const absl::Status can_make = CheckCanMake(after_, table, script_.policy());
    if (!can_make.ok()) return LeaveOutTable(table, can_make);
    const std::string sql = *ToSql(after_, table);
    const auto is_right = [&](const CatalogView& made) {
      return CheckSameTable(made, *made.Table(after_.Find(table.parent()).name(), table.name()),
                            after_, table);
    };
    std::string with_indexes;
    std::vector<ObjectId> indexes;
    for (const IndexDescriptor& index : after_.Indexes(table.id())) {
      if (index.status() != IndexStatus::kAvailable || IsKeyIndex(after_, index)) continue;
      absl::StrAppend(&with_indexes, ToSql(after_, index).value_or(""), "\n");
      indexes.push_back(index.id());
    }
    if (!with_indexes.empty()) {
      const absl::Status done =
          script_.Do(absl::StrCat("BEGIN;\n", sql, "\n", with_indexes, "COMMIT;"), is_right);
      if (done.ok()) return made_.insert(indexes.begin(), indexes.end());
    }
    const absl::Status done = script_.Do(sql, is_right);
    if (!done.ok()) LeaveOutTable(table, done);
  }

  void LeaveOutTable(const TableDescriptor& table, const absl::Status& why) {
    script_.LeaveOutUnless(why, Described(after_, table));
    left_out_.insert(table.id());
  }

  void CreateIndexes() {
    for (const ObjectId id : indexes_) {
      const auto index = after_.Get<IndexDescriptor>(id);
      if (index && index->alive() && !IsKeyIndex(after_, *index)) CreateIndex(*index);
    }
  }

  void CreateIndex(const IndexDescriptor& index) {
    const std::string what = Described(after_, index);
    if (left_out_.contains(index.table_id())) {
      return script_.LeaveOut(what, "its table is left out");
    }
    if (!IndexStays(index.id()) && !made_.contains(index.id())) {
      const auto sql = ToSql(after_, index);
      const absl::Status done = sql.ok() ? script_.Do(*sql) : sql.status();
      if (!done.ok()) return script_.LeaveOutUnless(done, what);
    }
    const auto advance = [&](IndexStatus from, std::string_view words) {
      const auto made = IndexNow(index);
      if (!made || made->status() != from || index.status() <= from) return;
      script_.LeaveOutUnless(script_.Do(absl::StrCat("ALTER INDEX ", QualifiedName(now(), *made),
                                                     " ", ToAbsl(words), ";")),
                             what);
    };
    advance(IndexStatus::kRegistered, "START BUILDING");
    advance(IndexStatus::kBuilding, "MAKE AVAILABLE");
  }

  // One that is new has another id; one that stays may have kept its old name.
  std::optional<IndexDescriptor> IndexNow(const IndexDescriptor& index) {
    if (IndexStays(index.id())) return now().Get<IndexDescriptor>(index.id());
    return now().Index(after_.Find(index.parent()).name(), index.name());
  }

  const CatalogView& before_;
  const CatalogView& after_;
  const std::vector<ObjectChange> changes_;
  MigrationScript script_;
  ConfiguredMigration configured_{script_, before_, after_, changes_};
  std::map<ObjectId, TablePlan> plans_;  // Of the tables that are in both, and differ.
  std::set<ObjectId> indexes_;           // Those that differ, and all of these tables.
  std::set<ObjectId> left_out_;          // New tables.
  std::set<ObjectId> made_;              // Indexes that were made together with their tables.
};

// What is left out counts more than what is lost.
std::pair<size_t, size_t> CostOf(const Migration& migration) {
  return {migration.Count(MigrationStep::Kind::kLeftOut),
          migration.Count(MigrationStep::Kind::kLoss)};
}

// What every new store begins with.
class FirstVersion {
 public:
  FirstVersion() {
    uint32_t id = 0;
    for (std::string_view name : {kPublicSchema, kSystemSchema}) {
      draft_.Put(BuildObject(SchemaFields{{id++}, std::string(name)}));
    }
    draft_.set_next_object_id({id});
  }
  const CatalogView& catalog() const { return draft_; }

 private:
  EmptyCatalog empty_;
  CatalogDraft draft_{empty_, {1}, {}};
};

}  // namespace

size_t Migration::Count(MigrationStep::Kind kind) const {
  return static_cast<size_t>(std::ranges::count(steps, kind, &MigrationStep::kind));
}

Migration Migrate(const CatalogView& before, const CatalogView& after,
                  std::optional<Policy> policy) {
  Migration first = Migrator(before, after, policy.value_or(Policy::kStrict)).Run();
  if (policy || CostOf(first) == std::pair<size_t, size_t>()) return first;
  Migration second = Migrator(before, after, Policy::kRelaxed).Run();
  return CostOf(second) < CostOf(first) ? second : first;
}

Migration Recreate(const CatalogView& catalog, std::optional<Policy> policy) {
  const FirstVersion first;
  return Migrate(first.catalog(), catalog, policy);
}

}  // namespace annals::ddl
