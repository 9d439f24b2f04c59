#pragma once

// How much of a thing a catalog takes. Checked by commands before anything is
// written, and not by Apply: what is in the log stays readable when a limit falls.

#include <cstddef>

#include "absl/status/status.h"
#include "annals/catalog/object.h"

namespace annals {

inline constexpr size_t kMaxNameBytes = 128;
inline constexpr size_t kMaxColumns = 1'000;         // Living, of a table.
inline constexpr size_t kMaxColumnRecords = 10'000;  // Living and past, of a table.
inline constexpr size_t kMaxFilterBytes = 4'096;     // Of a zone's nodes filter.
inline constexpr size_t kMaxKeyColumns = 16;         // Of a primary key or an index.
inline constexpr size_t kMaxOptions = 256;           // Of a configured object.
inline constexpr size_t kMaxOptionBytes = 4'096;     // Of an option's value, or a comment.

// Whether `table` has room for `columns` more columns and `records` more records
// of columns: a new column is one record, and so is every change of one.
//   TOO_MANY_COLUMNS  says how many there would be
absl::Status CheckRoomForColumns(const TableDescriptor& table, size_t columns, size_t records);

// Whether a new table, key or index may have `count` columns.
//   TOO_MANY_COLUMNS, TOO_MANY_KEY_COLUMNS
absl::Status CheckColumnCount(size_t count);
absl::Status CheckKeyColumnCount(size_t count);

}  // namespace annals
