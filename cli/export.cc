#include "annals/cli/export.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "annals/cli/export_lines.h"
#include "annals/cli/progress.h"
#include "annals/cli/script_text.h"
#include "annals/cli/store_reader.h"
#include "annals/ddl/migration.h"
#include "annals/log/chain.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/snapshot_parts.h"

namespace annals::cli {
namespace {

// One export. Once nobody wants more, its functions return false.
class Exporter {
 public:
  Exporter(const UpdateLog& log, CatalogVersion head, WriteLine write)
      : log_(log), store_(log.Head().store), head_(head), write_(write) {}

  absl::Status Run(const ReplayProgress& progress) {
    ANNALS_ASSIGN_OR_RETURN(bool more, Begin());
    while (more && chain_->position().version < head_) {
      const CatalogVersion next = chain_->position().version.Next();
      ANNALS_ASSIGN_OR_RETURN(more, WriteVersion(next));
      if (progress) progress(next);
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<bool> Begin() {
    ANNALS_ASSIGN_OR_RETURN(const std::string last, log_.ReadRecord(head_));
    ANNALS_ASSIGN_OR_RETURN(const LogPosition head, PositionOf(store_, head_, last));
    const CatalogVersion base = log_.Head().snapshot;
    const bool more = Write(HeaderLine({store_.ToString(), base, head_, head.hash.ToString()}));
    if (base.value > 0) return more ? WriteSnapshot(base) : more;
    chain_.emplace(store_, LogPosition{});
    return more;
  }

  absl::StatusOr<bool> WriteSnapshot(CatalogVersion base) {
    ANNALS_ASSIGN_OR_RETURN(const std::string bytes, log_.ReadRecord(base));
    ANNALS_RETURN_IF_ERROR(VerifyRecord(UpdateKey(base), bytes).status());
    ANNALS_ASSIGN_OR_RETURN(const SnapshotRoot root, OpenSnapshotRoot(base, bytes));
    ANNALS_RETURN_IF_ERROR(CheckSnapshotRoot(root, store_));
    chain_.emplace(store_, LogPosition{base, root.update.hash});
    bool more = Write(SnapshotLine(root, bytes));
    for (uint32_t number = 0; more && number < root.chunks.size(); ++number) {
      ANNALS_ASSIGN_OR_RETURN(more, WriteChunk(root, number));
    }
    return more;
  }

  absl::StatusOr<bool> WriteChunk(const SnapshotRoot& root, uint32_t number) {
    ANNALS_ASSIGN_OR_RETURN(const std::string bytes,
                            log_.ReadChunk(root.version, root.attempt, number));
    ANNALS_ASSIGN_OR_RETURN(const SnapshotChunk chunk, OpenSnapshotChunk(root, number, bytes));
    return Write(ChunkLine(number, chunk, bytes));
  }

  absl::StatusOr<bool> WriteVersion(CatalogVersion version) {
    const std::string key = UpdateKey(version);
    ANNALS_ASSIGN_OR_RETURN(std::string bytes, log_.ReadRecord(version));
    ANNALS_RETURN_IF_ERROR(VerifyRecord(key, bytes).status());
    ANNALS_RETURN_IF_ERROR(chain_->Next(version, bytes).status());
    ANNALS_ASSIGN_OR_RETURN(const UpdateRecord record,
                            OpenUpdateRecord(key, std::move(bytes), version));
    return Write(VersionLine(record));
  }

  bool Write(const Json& line) { return write_(JsonText(line) + "\n"); }

  const UpdateLog& log_;
  const StoreUuid store_;
  const CatalogVersion head_;
  WriteLine write_;
  std::optional<RecordChain> chain_;  // Up to the last version that was written.
};

ExitCode ExportDdl(const Arguments& arguments, Console& console) {
  const auto catalog = OpenCatalog(arguments, console);
  if (!catalog.ok()) return console.Fail(catalog.status(), ReadFailure(catalog.status()));
  PrintScript(ddl::Recreate(*catalog, ScriptPolicyOf(arguments)), console);
  return ExitCode::kDone;
}

absl::Status ExportLog(const Arguments& arguments, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("at", "latest")));
  ANNALS_ASSIGN_OR_RETURN(const StoreReader reader, StoreReader::Open(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion head, reader.Find(selector));
  Progress progress(console, "exporting versions", head.value);
  CatalogVersion last;
  const absl::Status done = ExportLines(
      reader.log(), head,
      [&](std::string_view line) {
        console.PrintExact(line);
        return console.working();
      },
      [&](CatalogVersion version) {
        last = version;
        if (!console.output_is_seen()) progress.Reach(version.value);
      });
  if (absl::IsDataLoss(done) && last.value > 0) {
    console.Note(absl::StrCat("the export is not whole; --at ", last.value,
                              " exports the versions below the damage"));
  }
  return done;
}

ExitCode RunExport(const Arguments& arguments, Console& console) {
  const bool ddl = arguments.Get("output") == "ddl";
  if (arguments.Has("policy") && !ddl) return console.UsageError(kPolicyGoesWithDdl);
  if (ddl) return ExportDdl(arguments, console);
  const absl::Status done = ExportLog(arguments, console);
  return done.ok() ? ExitCode::kDone : console.Fail(done, ReadFailure(done));
}

}  // namespace

absl::Status ExportLines(const UpdateLog& log, CatalogVersion head, WriteLine write,
                         const ReplayProgress& progress) {
  return Exporter(log, head, write).Run(progress);
}

Verb ExportVerb() {
  return {
      .name = "export",
      .summary = "write all of a store as text: its history for import, or SQL",
      .details =
          "Formats: jsonl, the whole history, one version a line, for `annals import`; ddl, SQL "
          "that makes\nthe catalog of one version anew, for `annals exec -f`. With --at the "
          "history ends there.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Value("--at", "the last version (default: latest)"),
                     Choice("-o,--output", "how to write it (default: jsonl)", {"jsonl", "ddl"}),
                     ScriptPolicy()},
      .run = RunExport};
}

}  // namespace annals::cli
