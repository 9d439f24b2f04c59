#pragma once

// The lines of an export, as JSON: a header, the snapshot with which the log begins and
// its chunks, if there is one, and the versions. docs/export.md describes every field.
// `record` is the record as it lies in the log; all else in a line is made from it, for
// people and programs that do not read records, so a line can be checked by making it
// again. The fields of format 1 are for ever. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "annals/cli/json.h"
#include "annals/snapshot/snapshot_parts.h"

namespace annals::cli {

inline constexpr int64_t kExportFormat = 1;

struct ExportHeader {
  std::string store;      // The UUID, as text.
  CatalogVersion base;    // The snapshot with which the export begins; 0: it has none.
  CatalogVersion head;    // The last version.
  std::string head_hash;  // Its hash, as text.
};

Json HeaderLine(const ExportHeader& header);
//   INVALID_REQUEST  it is no header
//   NEWER_FORMAT     a newer release wrote it
absl::StatusOr<ExportHeader> ReadHeader(const Json& line);

Json SnapshotLine(const SnapshotRoot& root, std::string_view record);
Json ChunkLine(uint32_t number, const SnapshotChunk& chunk, std::string_view record);
Json VersionLine(const UpdateRecord& record);

// What a line is: "the header", "the snapshot of version 3", "chunk 0", "version 4".
std::string NameOfLine(const Json& line);

// The bytes of the field `record`.
//   DAMAGED  it is not there, or no base64
absl::StatusOr<std::string> RecordOf(const Json& line);

// The first field in which `found` is not `expected`, in words; nothing if they are the
// same, whatever the order of the fields.
std::optional<std::string> DifferenceOf(const Json& found, const Json& expected);

}  // namespace annals::cli
