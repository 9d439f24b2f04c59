#pragma once

// How a table that stays becomes what it is to be.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "annals/ddl/migration_script_internal.h"

namespace annals::ddl {

// Whether `made`, a table of `now`, is what `target`, a table of `after`, says, but for
// ids and for defaults that SQL cannot say. The error tells the first difference.
absl::Status CheckSameTable(const CatalogView& now, const TableDescriptor& made,
                            const CatalogView& after, const TableDescriptor& target);

// Whether SQL can make `target`, a table of `after`, from nothing under this policy.
//   NO_PRIMARY_KEY, and what ToSql says
absl::Status CheckCanMake(const CatalogView& after, const TableDescriptor& target, Policy policy);

// Alters one table. Its columns are altered as far as the first `kept` of the target's,
// which have to be columns of the table; those behind are dropped and made anew.
class TableMigration {
 public:
  // `table` is the table's id in script.now(), `target` one of `after`; all must outlive
  // this. `why` says why no more columns are kept.
  TableMigration(MigrationScript& script, ObjectId table, const CatalogView& after,
                 const TableDescriptor& target, size_t kept, std::string why);

  // The steps, in the order in which they are to be taken; the table may be renamed between
  // them.
  absl::Status DropKey();
  absl::Status ChangeColumns();
  absl::Status AddKey();
  absl::Status SetProperties();

  // Whether the key that is there is that of the target.
  bool KeyStays() const;
  // Whether `index`, one of the table's, can be made `wanted`: no column of it goes, and its
  // status goes forward.
  bool IndexStays(const IndexDescriptor& index, const std::optional<IndexDescriptor>& wanted) const;

  // The place of the target's column at which ChangeColumns failed, if it did at one.
  std::optional<size_t> failed() const { return failed_; }

 private:
  TableDescriptor Table() const { return *script_.now().Get<TableDescriptor>(table_); }
  std::string Alter() const;
  bool IsKept(ColumnId id) const;

  absl::Status DropColumns();
  absl::Status RenameColumns();
  absl::Status AlterColumn(const ColumnDescriptor& wanted);
  absl::Status SetType(const std::string& column, const ColumnDescriptor& wanted);
  absl::Status SetDefault(const std::string& column, const ColumnDescriptor& wanted);
  absl::Status AddColumn(const ColumnDescriptor& wanted);
  void LeaveOutDefault(const ColumnDescriptor& wanted);

  MigrationScript& script_;
  const ObjectId table_;
  const CatalogView& after_;
  const TableDescriptor target_;
  const size_t kept_;
  const std::string why_;
  std::optional<size_t> failed_;
};

// What is to be done with a table that both catalogs have.
struct TablePlan {
  enum class Way { kAlter, kRecreate, kLeave };
  Way way = Way::kAlter;
  size_t kept = 0;  // Of the columns, if it is altered.
  std::string why;  // Not all of them; or why the table is made anew, or left as it is.
};

// Tried out on a draft of `before`. A table is left as it is if SQL could not even make it
// anew.
TablePlan PlanTable(const CatalogView& before, const TableDescriptor& table,
                    const CatalogView& after, const TableDescriptor& target, Policy policy);

}  // namespace annals::ddl
