#include "annals/log/rocksdb/rocksdb_log.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/log/local_log_internal.h"
#include "annals/log/mutant_internal.h"
#include "annals/log/rocksdb/head_mark_internal.h"
#include "annals/log/rocksdb/info_log_internal.h"
#include "annals/log/rocksdb/rocksdb_options_internal.h"
#include "annals/log/rocksdb/rocksdb_status_internal.h"
#include "annals/log/rocksdb/rocksdb_storage_internal.h"
#include "annals/log/rocksdb/store_directory_internal.h"
#include "annals/log/rocksdb/table_check_internal.h"
#include "annals/log/rocksdb/write_ahead_logs_internal.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

absl::Status OpenError(const rocksdb::Status& status, const std::string& path) {
  if (status.IsInvalidArgument()) {  // Other column families, another comparator.
    return MakeError(Reason::NOT_A_STORE,
                     absl::StrCat(path, " is not a store: ", status.ToString()));
  }
  absl::Status failed = FromRocksDb(status, "cannot open " + path);
  // A file of RocksDB's own is not what it was, or is gone.
  if (!status.IsCorruption() && !status.IsPathNotFound()) return failed;
  return MakeError(Reason::STORE_UNREADABLE, ToStd(failed.message()));
}

absl::StatusOr<std::unique_ptr<RocksDbStorage>> OpenToWrite(const std::string& path,
                                                            rocksdb::Env* env, bool create) {
  rocksdb::Options options = StoreOptions(env);
  options.create_if_missing = create;
  options.info_log = NewInfoLog(env, path);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, &db);
  if (!status.ok()) return OpenError(status, path);
  return std::make_unique<RocksDbStorage>(std::unique_ptr<rocksdb::DB>(db), path, env, nullptr);
}

// The database as it is when `files` were listed, or a little later.
absl::StatusOr<std::unique_ptr<RocksDbStorage>> OpenToRead(const std::string& path,
                                                           rocksdb::Env* env,
                                                           const DatabaseFiles& files) {
  ANNALS_RETURN_IF_ERROR(CheckTables(env, path, files));
  auto readers_env = rocksdb::NewCompositeEnv(WithLogsOf(files, env->GetFileSystem()));
  rocksdb::Options options = StoreOptions(readers_env.get());
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, path, &db);
  if (!status.ok()) return OpenError(status, path);
  return std::make_unique<RocksDbStorage>(std::unique_ptr<rocksdb::DB>(db), path, env,
                                          std::move(readers_env));
}

std::string Lost(CatalogVersion first, CatalogVersion last) {
  return first == last ? absl::StrCat("version ", first.value, " was acknowledged and is missing")
                       : absl::StrCat("versions ", first.value, " to ", last.value,
                                      " were acknowledged and are missing");
}

bool NamesVersions(const MarkReading& mark) {
  return mark.mark.has_value() && mark.mark->head.version.value > 0;
}

// What `mark` knows to be acknowledged and `log` does not have; empty if nothing.
absl::StatusOr<std::string> FindLoss(const LocalLog& log, const HeadMark& mark) {
  const LogPosition head = log.HeadPosition();
  const LogPosition& marked = mark.head;
  if (marked.version > head.version) {
    return absl::StrCat(Lost(head.version.Next(), marked.version), "; the log ends at version ",
                        head.version.value);
  }
  ANNALS_ASSIGN_OR_RETURN(const auto found, log.PositionAt(marked.version));
  if (!found.has_value() || found->hash == marked.hash) return std::string();
  return absl::StrCat("version ", marked.version.value, " was acknowledged with the hash ",
                      marked.hash.ToString(), ", and the log has one with the hash ",
                      found->hash.ToString());
}

absl::Status LossError(const std::string& path, std::string_view loss) {
  return MakeError(
      Reason::LOST_VERSIONS,
      absl::StrCat(path, ": ", ToAbsl(loss), "; annals repair --accept-loss goes on without them"));
}

// One opening of a store that exists, or one that is being made.
class Opener {
 public:
  explicit Opener(const RocksDbLogOptions& options)
      : options_(options),
        env_(options.env != nullptr ? options.env : rocksdb::Env::Default()),
        access_(!options.read_only ? LogAccess::kWrite
                : options.salvage  ? LogAccess::kSalvage
                                   : LogAccess::kRead) {}

  absl::StatusOr<std::unique_ptr<UpdateLog>> Open() {
    ANNALS_ASSIGN_OR_RETURN(const DirectoryContent content, LookInto(env_, options_.path));
    if (content == DirectoryContent::kNothing) {
      if (!MayCreate()) return NotFound();
      ANNALS_RETURN_IF_ERROR(MakeDirectory(env_, options_.path));
      return OpenForWriting();
    }
    if (options_.read_only) return OpenForReading(access_);
    // What RocksDB does when it opens a database for writing cannot be undone: a
    // damaged end of the write-ahead log is gone after it. So the store is looked
    // at first, and a refused open leaves all as it was.
    ANNALS_RETURN_IF_ERROR(CheckUnlocked(env_, options_.path));
    const auto looked = OpenForReading(LogAccess::kRead);
    const bool is_new = ReasonOf(looked.status()) == Reason::STORE_NOT_FOUND && MayCreate();
    // What is still refused for a loss is a store that lost even its UUID.
    const bool is_emptied =
        ReasonOf(looked.status()) == Reason::LOST_VERSIONS && options_.accept_loss;
    if (!looked.ok() && !is_new && !is_emptied) return looked.status();
    return OpenForWriting();
  }

 private:
  bool MayCreate() const { return !options_.read_only && options_.create_if_missing; }

  absl::Status NotFound() const {
    return MakeError(Reason::STORE_NOT_FOUND, absl::StrCat("there is no store at ", options_.path));
  }

  // Beside a live writer files vanish that it needs no more. What was found then may be
  // neither the state of before nor that of after.
  absl::StatusOr<std::unique_ptr<UpdateLog>> OpenForReading(LogAccess access) {
    constexpr int kAttempts = 10;
    for (int attempt = 1;; ++attempt) {
      // The mark first: the log that is opened after it must have what it names.
      const MarkReading mark = ReadMark(env_, options_.path);
      ANNALS_ASSIGN_OR_RETURN(const auto before, ListDatabase(env_, options_.path));
      auto log = OpenOnceForReading(access, mark, before);
      ANNALS_ASSIGN_OR_RETURN(const auto after, ListDatabase(env_, options_.path));
      if (before == after || attempt == kAttempts) return log;
      if (log.ok() && IsOfOneMoment(**log, before, after)) return log;
      std::this_thread::sleep_for(std::chrono::milliseconds(1 << std::min(attempt, 5)));
    }
  }

  // Tables that are open may go, but those with the chunks of the snapshot before may have
  // gone before they were opened.
  static bool IsOfOneMoment(const LocalLog& log, const DatabaseFiles& before,
                            const DatabaseFiles& after) {
    return log.HasChunks() && std::all_of(before.begin(), before.end(), [&](const auto& file) {
             return IsTable(file.first) || after.contains(file.first);
           });
  }

  absl::StatusOr<std::unique_ptr<LocalLog>> OpenOnceForReading(LogAccess access,
                                                               const MarkReading& mark,
                                                               const DatabaseFiles& files) {
    ANNALS_ASSIGN_OR_RETURN(auto storage, OpenToRead(options_.path, env_, files));
    auto log = LocalLog::Open(std::move(storage), access);
    // An empty database whose mark names versions is no new store.
    if (ReasonOf(log.status()) == Reason::STORE_NOT_FOUND && NamesVersions(mark)) {
      return LossError(options_.path, Lost({1}, mark.mark->head.version));
    }
    if (!log.ok()) return WithContext(log.status(), options_.path);
    ANNALS_RETURN_IF_ERROR(CheckMark(mark, log->get()));
    return log;
  }

  absl::StatusOr<std::unique_ptr<UpdateLog>> OpenForWriting() {
    const MarkReading mark = ReadMark(env_, options_.path);
    ANNALS_ASSIGN_OR_RETURN(auto storage,
                            OpenToWrite(options_.path, env_, options_.create_if_missing));
    RocksDbStorage* const kept = storage.get();
    env_->DeleteFile(BulkFile(options_.path)).PermitUncheckedError();
    ANNALS_ASSIGN_OR_RETURN(const auto key, kept->FirstKey(AllKeys()));
    const bool is_empty = !key.has_value();
    const bool is_emptied = is_empty && NamesVersions(mark);
    if (is_empty) {
      // An emptied store is made again under its UUID, so that the mark is still its
      // own and raises the alarm until the loss is recorded.
      ANNALS_RETURN_IF_ERROR(
          LocalLog::Create(kept, is_emptied ? mark.mark->store : StoreUuid::Random()));
    }

    auto log = LocalLog::Open(std::move(storage), LogAccess::kWrite);
    if (!log.ok()) return WithContext(log.status(), options_.path);
    if (!is_empty || is_emptied) ANNALS_RETURN_IF_ERROR(CheckMark(mark, log->get()));
    const HeadMark head{(*log)->Head().store, (*log)->HeadPosition()};
    if (!(*log)->accepted_loss().empty()) {
      kept->KeepMark(MarkFile::OpenAlarmed(env_, options_.path), head.store);
    } else {
      ANNALS_ASSIGN_OR_RETURN(auto file, MarkFile::Open(env_, options_.path, mark, head));
      kept->KeepMark(std::move(file), head.store);
    }
    ANNALS_RETURN_IF_ERROR((*log)->SweepChunks());
    return std::unique_ptr<UpdateLog>(*std::move(log));
  }

  // Compares the log with its mark. A loss that is accepted is the log's to tell.
  absl::Status CheckMark(const MarkReading& mark, LocalLog* log) const {
    if (IsMutant("no-mark")) return absl::OkStatus();
    log->SetMark({.problem = mark.warning, .loss = {}});
    if (!mark.mark.has_value()) return absl::OkStatus();
    if (mark.mark->store != log->Head().store) {
      log->SetMark({.problem = absl::StrCat("CATALOG-HEAD is of another store, ",
                                            mark.mark->store.ToString()),
                    .loss = {}});
      return absl::OkStatus();
    }
    auto loss = FindLoss(*log, *mark.mark);
    if (access_ == LogAccess::kSalvage) {
      log->SetMark({.problem = mark.warning, .loss = loss.ok() ? *loss : std::string()});
      const std::string seen(loss.ok() ? *loss : ToStd(loss.status().message()));
      if (!seen.empty()) log->AddWarning(seen);
      return absl::OkStatus();
    }
    ANNALS_RETURN_IF_ERROR(loss.status());
    if (loss->empty()) return absl::OkStatus();
    if (!options_.accept_loss) return LossError(options_.path, *loss);
    log->AcceptLoss(*std::move(loss));
    return absl::OkStatus();
  }

  const RocksDbLogOptions& options_;
  rocksdb::Env* const env_;
  const LogAccess access_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<UpdateLog>> OpenRocksDbLog(const RocksDbLogOptions& options) {
  return Opener(options).Open();
}

std::string StoreStamp(const std::string& path, rocksdb::Env* env) {
  if (env == nullptr) env = rocksdb::Env::Default();
  const auto files = ListDatabase(env, path);
  if (!files.ok()) return {};
  std::string stamp;
  for (const auto& [name, size] : *files) {
    absl::StrAppend(&stamp, name, " ", size, "\n");
  }
  return stamp;
}

}  // namespace annals
