#include "annals/commands/limits.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status CheckRoomForColumns(const TableDescriptor& table, size_t columns, size_t records) {
  const size_t living = table.columns().size() + columns;
  if (living > kMaxColumns) {
    return MakeError(Reason::TOO_MANY_COLUMNS,
                     absl::StrCat("table ", Quoted(table.name()), " would have ", living,
                                  " columns; at most ", kMaxColumns, " are allowed"));
  }
  const size_t all = table.columns().size() + table.past_columns().size() + records;
  if (all <= kMaxColumnRecords) return absl::OkStatus();
  return MakeError(Reason::TOO_MANY_COLUMNS,
                   absl::StrCat("table ", Quoted(table.name()), " would have ", all,
                                " records of columns, living and past; at most ", kMaxColumnRecords,
                                " are allowed; make a new table in its place"));
}

absl::Status CheckColumnCount(size_t count) {
  if (count <= kMaxColumns) return absl::OkStatus();
  return MakeError(
      Reason::TOO_MANY_COLUMNS,
      absl::StrCat("at most ", kMaxColumns, " columns are allowed; ", count, " are given"));
}

absl::Status CheckKeyColumnCount(size_t count) {
  if (count <= kMaxKeyColumns) return absl::OkStatus();
  return MakeError(Reason::TOO_MANY_KEY_COLUMNS,
                   absl::StrCat("a primary key or index has at most ", kMaxKeyColumns, " columns; ",
                                count, " are given"));
}

}  // namespace annals
