#pragma once

// An export on its way into a new log. Each line is checked against all that came before
// it: that it is the next one, that its record is whole and follows in the chain of its
// store, that the other fields say what the record says, and that the version can be
// made. One thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/cli/export_lines.h"
#include "annals/cli/input.h"
#include "annals/log/chain.h"
#include "annals/log/record_copy.h"
#include "annals/snapshot/replay.h"
#include "annals/snapshot/snapshot_copy.h"
#include "annals/snapshot/snapshot_parts.h"

namespace annals::cli {

class Importer {
 public:
  // `to`, which is empty, must outlive this. What is in it after an error is no copy of
  // anything and is to be thrown away.
  explicit Importer(UpdateLog& to) : to_(to), replay_(VersionedStore::Create()) {}

  // The next line, without its line feed.
  //   INVALID_REQUEST  it is no export
  //   NEWER_FORMAT     a newer release wrote it
  //   DAMAGED          says what was expected and what was found
  //   and as UpdateLog::Append and BeginAt
  absl::Status Take(std::string_view line);

  // After the last line: checks that it was the last one, and makes all durable.
  absl::Status Finish();

  // REQUIRES: Finish was OK.
  const ExportHeader& header() const { return *header_; }
  // The last version that was taken.
  CatalogVersion version() const { return replay_.head().version; }

 private:
  std::string Expected() const;
  absl::Status TakeHeader(const Json& line);
  absl::Status TakeSnapshot(const Json& line, const std::string& record);
  absl::Status TakeChunk(const Json& line, const std::string& record);
  absl::Status TakeVersion(const Json& line, std::string record);
  absl::Status FinishSnapshot();
  absl::Status CheckStore(const StoreUuid& store) const;
  absl::Status CheckHash(const UpdateRecord& record) const;

  UpdateLog& to_;
  Replay replay_;
  std::optional<ExportHeader> header_;
  std::optional<SnapshotRoot> root_;
  std::vector<SnapshotChunk> chunks_;
  std::unique_ptr<SnapshotCopier> snapshot_;  // While its chunks come.
  std::optional<RecordChain> chain_;          // Of the store that was exported.
  std::optional<RecordCopier> records_;       // Once versions can come.
};

// Takes all of `input` into `to`. Errors begin with the input's name and the line.
//   as Importer; INVALID_REQUEST too if the input cannot be read
absl::StatusOr<ExportHeader> ImportLines(Input& input, UpdateLog& to,
                                         const ReplayProgress& progress = {});

}  // namespace annals::cli
