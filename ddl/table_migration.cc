#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/canonical_text.h"
#include "annals/commands/literal_conversion.h"
#include "annals/ddl/clauses_internal.h"
#include "annals/ddl/names.h"
#include "annals/ddl/show_create.h"
#include "annals/ddl/table_migration_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

absl::Status Differs(std::string_view what) {
  return MakeError(Reason::NOT_SUPPORTED, absl::StrCat("ALTER TABLE cannot change ", ToAbsl(what)));
}

// A DECIMAL may be kept as the whole number that was given, and comes back as a DECIMAL.
bool SameDefault(const ColumnDescriptor& a, const ColumnDescriptor& b) {
  const DefaultValue ours = a.default_value();
  const DefaultValue theirs = b.default_value();
  if (ours == theirs) return true;
  if (a.type() != TypeId::kDecimal || b.type() != TypeId::kDecimal) return false;
  const auto converted = ConvertDefault(ours, b.ToColumn());
  return converted && converted == ConvertDefault(theirs, b.ToColumn());
}

bool CanSayDefault(const CatalogView& catalog, const TableDescriptor& table,
                   const ColumnDescriptor& column) {
  return CheckDefault(catalog, table, column).ok();
}

absl::Status CheckSameColumn(const ColumnDescriptor& made, const CatalogView& after,
                             const TableDescriptor& target, const ColumnDescriptor& wanted) {
  const auto differs = [&](std::string_view what) {
    return Differs(absl::StrCat(ToAbsl(what), " of column ", QuoteName(wanted.name()),
                                " to what it is to be"));
  };
  if (made.name() != wanted.name()) return Differs("the order of columns");
  if (SqlType(made) != SqlType(wanted)) return differs("the type");
  if (made.nullable() != wanted.nullable()) return differs("NOT NULL");
  if (!SameDefault(made, wanted) && CanSayDefault(after, target, wanted)) {
    return differs("the default");
  }
  return absl::OkStatus();
}

// "PRIMARY KEY (A, B)" without its name, and where rows lie.
std::string KeyText(const CatalogView& catalog, const TableDescriptor& table) {
  const auto key = catalog.Get<IndexDescriptor>(table.key_index_id());
  if (!key.has_value()) return "no primary key";
  return absl::StrCat(key->index_kind() == IndexKind::kSorted ? "sorted " : "hash ",
                      IndexColumns(table, *key), " by ", ColumnNames(table, table.colocation()));
}

std::string_view ZoneName(const CatalogView& catalog, const TableDescriptor& table) {
  const auto zone = catalog.Get<ZoneDescriptor>(table.zone_id());
  return zone ? zone->name() : "";
}

absl::Status CheckSameShape(const CatalogView& now, const TableDescriptor& made,
                            const CatalogView& after, const TableDescriptor& target) {
  const ColumnList columns = made.columns();
  const ColumnList wanted = target.columns();
  if (columns.size() != wanted.size()) return Differs("the number of columns");
  for (size_t i = 0; i < columns.size(); ++i) {
    ANNALS_RETURN_IF_ERROR(CheckSameColumn(columns[i], after, target, wanted[i]));
  }
  if (KeyText(now, made) != KeyText(after, target)) return Differs("the key or its colocation");
  if (made.storage_profile() != target.storage_profile()) return Differs("the storage profile");
  return absl::OkStatus();
}

// How many of the target's columns, from the first, are the table's in the same order.
size_t CommonColumns(const TableDescriptor& table, const TableDescriptor& target) {
  const ColumnList old_ones = table.columns();
  const ColumnList new_ones = target.columns();
  size_t common = 0;
  for (const ColumnDescriptor old_one : old_ones) {
    if (common < new_ones.size() && new_ones[common].id() == old_one.id()) ++common;
  }
  return common;
}

bool HasColumnOf(const TableDescriptor& table, const TableDescriptor& target) {
  for (const ColumnDescriptor column : target.columns()) {
    if (table.FindColumn(column.id())) return true;
  }
  return false;
}

// All that is done to the table, on a script that is thrown away.
absl::Status TryOut(MigrationScript& script, TableMigration& migration, const CatalogView& after,
                    const TableDescriptor& table, const TableDescriptor& target) {
  for (const IndexDescriptor& index : script.now().Indexes(table.id())) {
    if (index.id() == table.key_index_id() || !index.alive()) continue;
    if (migration.IndexStays(index, after.Get<IndexDescriptor>(index.id()))) continue;
    ANNALS_RETURN_IF_ERROR(
        script.Do(absl::StrCat("DROP INDEX ", QualifiedName(script.now(), index), ";")));
  }
  ANNALS_RETURN_IF_ERROR(migration.DropKey());
  ANNALS_RETURN_IF_ERROR(migration.ChangeColumns());
  ANNALS_RETURN_IF_ERROR(migration.AddKey());
  ANNALS_RETURN_IF_ERROR(migration.SetProperties());
  if (target.zone_id() != table.zone_id()) return Differs("the zone");
  return CheckSameShape(script.now(), *script.now().Get<TableDescriptor>(table.id()), after,
                        target);
}

}  // namespace

absl::Status CheckSameTable(const CatalogView& now, const TableDescriptor& made,
                            const CatalogView& after, const TableDescriptor& target) {
  ANNALS_RETURN_IF_ERROR(CheckSameShape(now, made, after, target));
  if (ZoneName(now, made) != ZoneName(after, target)) return Differs("the zone");
  return absl::OkStatus();
}

absl::Status CheckCanMake(const CatalogView& after, const TableDescriptor& target, Policy policy) {
  if (policy == Policy::kStrict && target.primary_key().empty()) {
    return MakeError(Reason::NO_PRIMARY_KEY,
                     "it has no primary key, which takes the policy relaxed");
  }
  return ToSql(after, target).status();
}

TableMigration::TableMigration(MigrationScript& script, ObjectId table, const CatalogView& after,
                               const TableDescriptor& target, size_t kept, std::string why)
    : script_(script),
      table_(table),
      after_(after),
      target_(target),
      kept_(kept),
      why_(std::move(why)) {}

std::string TableMigration::Alter() const {
  return absl::StrCat("ALTER TABLE ", QualifiedName(script_.now(), Table()), " ");
}

bool TableMigration::IsKept(ColumnId id) const {
  const ColumnList columns = target_.columns();
  for (size_t i = 0; i < kept_; ++i) {
    if (columns[i].id() == id) return true;
  }
  return false;
}

bool TableMigration::KeyStays() const {
  const TableDescriptor table = Table();
  const auto key = script_.now().Get<IndexDescriptor>(table.key_index_id());
  const auto wanted = after_.Get<IndexDescriptor>(target_.key_index_id());
  if (!key || !wanted) return !key && !wanted;
  return key->index_kind() == wanted->index_kind() && key->columns() == wanted->columns() &&
         table.colocation() == target_.colocation() &&
         std::ranges::all_of(table.primary_key(), [&](ColumnId id) { return IsKept(id); });
}

bool TableMigration::IndexStays(const IndexDescriptor& index,
                                const std::optional<IndexDescriptor>& wanted) const {
  return index.alive() && wanted && wanted->alive() && index.status() <= wanted->status() &&
         std::ranges::all_of(index.columns(),
                             [&](const IndexColumn& column) { return IsKept(column.id); });
}

absl::Status TableMigration::DropKey() {
  if (KeyStays() || Table().key_index_id() == kNoObject) return absl::OkStatus();
  return script_.Do(Alter() + "DROP PRIMARY KEY;");
}

absl::Status TableMigration::AddKey() {
  const auto key = after_.Get<IndexDescriptor>(target_.key_index_id());
  if (!key || Table().key_index_id() != kNoObject) return absl::OkStatus();
  return script_.Do(absl::StrCat(Alter(), "ADD ", KeyClause(target_, *key), ";"));
}

absl::Status TableMigration::SetProperties() {
  const TableDescriptor table = Table();
  std::vector<std::string> properties;
  if (table.stale_rows_fraction() != target_.stale_rows_fraction()) {
    properties.push_back("STALE ROWS FRACTION " + FractionText(target_.stale_rows_fraction()));
  }
  if (table.min_stale_rows_count() != target_.min_stale_rows_count()) {
    properties.push_back(absl::StrCat("MIN STALE ROWS ", target_.min_stale_rows_count()));
  }
  if (properties.empty()) return absl::OkStatus();
  return script_.Do(absl::StrCat(Alter(), "SET (", absl::StrJoin(properties, ", "), ");"));
}

absl::Status TableMigration::ChangeColumns() {
  ANNALS_RETURN_IF_ERROR(DropColumns());
  ANNALS_RETURN_IF_ERROR(RenameColumns());
  const ColumnList columns = target_.columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    const absl::Status done = i < kept_ ? AlterColumn(columns[i]) : AddColumn(columns[i]);
    if (done.ok()) continue;
    failed_ = i;
    return done;
  }
  return absl::OkStatus();
}

absl::Status TableMigration::DropColumns() {
  std::vector<std::string> dropped;
  std::vector<std::string> lost;
  for (const ColumnDescriptor column : Table().columns()) {
    if (IsKept(column.id())) continue;
    dropped.push_back(QuoteName(column.name()));
    if (target_.FindColumn(column.id())) lost.push_back(dropped.back());
  }
  if (dropped.empty()) return absl::OkStatus();
  if (!lost.empty()) {
    script_.TellLoss(absl::StrCat("table ", QualifiedName(script_.now(), Table()), ", column ",
                                  absl::StrJoin(lost, ", ")),
                     why_);
  }
  const std::string names = absl::StrJoin(dropped, ", ");
  return script_.Do(absl::StrCat(Alter(), "DROP COLUMN ",
                                 dropped.size() == 1 ? names : absl::StrCat("(", names, ")"), ";"));
}

absl::Status TableMigration::RenameColumns() {
  std::vector<Renaming> renamings;
  std::vector<size_t> places;
  const ColumnList columns = target_.columns();
  for (size_t i = 0; i < kept_; ++i) {
    const auto from = [this, id = columns[i].id()] {
      return std::string(Table().FindColumn(id)->name());
    };
    if (from() == columns[i].name()) continue;
    places.push_back(i);
    renamings.push_back({std::string(columns[i].name()), from, [this, from](std::string_view to) {
                           return absl::StrCat(Alter(), "RENAME COLUMN ", QuoteName(from()), " TO ",
                                               QuoteName(to), ";");
                         }});
  }
  const auto unused = [&](std::string_view name) {
    return !Table().FindColumn(name) && !target_.FindColumn(name);
  };
  const std::vector<NotRenamed> open = RenameAll(script_, renamings, unused);
  if (open.empty()) return absl::OkStatus();
  failed_ = places[open.front().which];
  return open.front().why;
}

absl::Status TableMigration::AlterColumn(const ColumnDescriptor& wanted) {
  const std::string column = absl::StrCat("ALTER COLUMN ", QuoteName(wanted.name()), " ");
  ANNALS_RETURN_IF_ERROR(SetType(column, wanted));
  if (Table().FindColumn(wanted.id())->nullable() != wanted.nullable()) {
    ANNALS_RETURN_IF_ERROR(script_.Do(
        absl::StrCat(Alter(), column, wanted.nullable() ? "DROP" : "SET", " NOT NULL;")));
  }
  return SetDefault(column, wanted);
}

// A default that does not go with the new type goes first.
absl::Status TableMigration::SetType(const std::string& column, const ColumnDescriptor& wanted) {
  const auto now = [&] { return *Table().FindColumn(wanted.id()); };
  if (SqlType(now()) == SqlType(wanted)) return absl::OkStatus();
  const std::string sql = absl::StrCat(Alter(), column, "SET DATA TYPE ", SqlType(wanted), ";");
  const auto takes_effect = [&](const CatalogView& made) {
    const auto table = *made.Get<TableDescriptor>(table_);
    if (SqlType(*table.FindColumn(wanted.id())) == SqlType(wanted)) return absl::OkStatus();
    return Differs(absl::StrCat(SqlType(now()), " to ", SqlType(wanted)));
  };
  const absl::Status done = script_.Do(sql, takes_effect);
  if (done.ok() || now().default_value().kind != DefaultValue::Kind::kConstant) return done;
  ANNALS_RETURN_IF_ERROR(script_.Do(absl::StrCat(Alter(), column, "DROP DEFAULT;")));
  return script_.Do(sql, takes_effect);
}

absl::Status TableMigration::SetDefault(const std::string& column, const ColumnDescriptor& wanted) {
  if (SameDefault(*Table().FindColumn(wanted.id()), wanted)) return absl::OkStatus();
  const DefaultValue value = wanted.default_value();
  if (value.kind == DefaultValue::Kind::kNone) {
    return script_.Do(absl::StrCat(Alter(), column, "DROP DEFAULT;"));
  }
  if (value.kind == DefaultValue::Kind::kFunction) return Differs("a default to a function");
  if (!CanSayDefault(after_, target_, wanted)) {
    LeaveOutDefault(wanted);
    return absl::OkStatus();
  }
  return script_.Do(absl::StrCat(Alter(), column, "SET DEFAULT ", DefaultSql(value), ";"));
}

absl::Status TableMigration::AddColumn(const ColumnDescriptor& wanted) {
  std::string clause = ColumnClause(wanted);
  if (!CanSayDefault(after_, target_, wanted)) {
    LeaveOutDefault(wanted);
    clause = absl::StrCat(QuoteName(wanted.name()), " ", SqlType(wanted),
                          wanted.nullable() ? "" : " NOT NULL");
  }
  return script_.Do(absl::StrCat(Alter(), "ADD COLUMN ", clause, ";"));
}

void TableMigration::LeaveOutDefault(const ColumnDescriptor& wanted) {
  script_.LeaveOutUnless(CheckDefault(after_, target_, wanted),
                         absl::StrCat("table ", QualifiedName(after_, target_)));
}

TablePlan PlanTable(const CatalogView& before, const TableDescriptor& table,
                    const CatalogView& after, const TableDescriptor& target, Policy policy) {
  TablePlan plan{.kept = CommonColumns(table, target),
                 .why = "a new column comes last, and columns cannot be moved"};
  // One that keeps no column of those that stay is made anew at once.
  while (plan.kept > 0 || !HasColumnOf(table, target)) {
    MigrationScript script(before, policy);
    TableMigration migration(script, table.id(), after, target, plan.kept, plan.why);
    const absl::Status done = TryOut(script, migration, after, table, target);
    if (done.ok()) return plan;
    plan.why = ToStd(done.message());
    if (migration.failed().value_or(plan.kept) >= plan.kept) break;
    plan.kept = *migration.failed();
  }
  const absl::Status can_make = CheckCanMake(after, target, policy);
  plan.way = can_make.ok() ? TablePlan::Way::kRecreate : TablePlan::Way::kLeave;
  if (!can_make.ok()) plan.why = ToStd(can_make.message());
  return plan;
}

}  // namespace annals::ddl
