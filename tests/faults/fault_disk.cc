#include "annals/tests/faults/fault_disk.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace annals {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr size_t kSector = 512;

std::string Clean(const std::string& path) {
  std::string clean;
  for (const char letter : path) {
    if (letter != '/' || !clean.ends_with('/')) clean += letter;
  }
  if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  return clean;
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view BaseOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

IOStatus Absent(const std::string& path) {
  return IOStatus::PathNotFound(path, "no such file or directory");
}

Slice ReadAt(const std::string& content, uint64_t offset, size_t count, char* scratch) {
  if (offset >= content.size()) return {scratch, 0};
  count = std::min<size_t>(count, content.size() - offset);
  std::memcpy(scratch, content.data() + offset, count);
  return {scratch, count};
}

// RocksDB's own LOG.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

class SwiftEnv final : public rocksdb::EnvWrapper {
 public:
  using EnvWrapper::EnvWrapper;
  const char* Name() const override { return "annals.SwiftEnv"; }
  void SleepForMicroseconds(int micros) override {
    EnvWrapper::SleepForMicroseconds(std::min(micros, 1000));
  }
};

std::string Torn(const std::string& now, const std::string& synced, std::mt19937_64& random) {
  const size_t least = std::min(now.size(), synced.size());
  const size_t most = std::max(now.size(), synced.size());
  std::string torn = synced;
  torn.resize(least + random() % (most - least + 1));
  for (size_t begin = 0; begin < torn.size(); begin += kSector) {
    if (random() % 2 == 0 || begin >= now.size()) continue;
    const size_t count = std::min({kSector, torn.size() - begin, now.size() - begin});
    torn.replace(begin, count, now, begin, count);
  }
  return torn;
}

std::string Prefix(const std::string& now, const std::string& synced, std::mt19937_64& random) {
  if (now.size() <= synced.size()) return now;
  return now.substr(0, synced.size() + random() % (now.size() - synced.size() + 1));
}

}  // namespace

// --- Open files

class FaultDisk::ReadFile final : public rocksdb::FSSequentialFile,
                                  public rocksdb::FSRandomAccessFile {
 public:
  ReadFile(FaultDisk* disk, std::string path, NodeRef node)
      : disk_(disk), path_(std::move(path)), node_(std::move(node)) {}

  IOStatus Read(size_t count, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    IOStatus read = Read(at_, count, options, result, scratch, debug);
    if (read.ok()) at_ += result->size();
    return read;
  }
  IOStatus Skip(uint64_t count) override {
    at_ += count;
    return IOStatus::OK();
  }
  IOStatus Read(uint64_t offset, size_t count, const IOOptions& /*options*/, Slice* result,
                char* scratch, IODebugContext* /*debug*/) const override {
    std::lock_guard lock(disk_->mu_);
    *result = {scratch, 0};
    if (IOStatus happened = disk_->Happen(Operation::kRead, path_); !happened.ok()) return happened;
    *result = ReadAt(node_->now, offset, count, scratch);
    return IOStatus::OK();
  }
  IOStatus InvalidateCache(size_t /*offset*/, size_t /*length*/) override { return IOStatus::OK(); }
  bool use_direct_io() const override { return false; }
  size_t GetRequiredBufferAlignment() const override { return rocksdb::kDefaultPageSize; }
  rocksdb::Temperature GetTemperature() const override { return rocksdb::Temperature::kUnknown; }

 private:
  FaultDisk* const disk_;  // Outlives its files.
  const std::string path_;
  const NodeRef node_;
  uint64_t at_ = 0;
};

class FaultDisk::WriteFile final : public rocksdb::FSWritableFile {
 public:
  WriteFile(FaultDisk* disk, std::string path, NodeRef node)
      : disk_(disk), path_(std::move(path)), node_(std::move(node)) {}

  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions& /*options*/,
                  IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    IOStatus done = disk_->Happen(Operation::kWrite, path_);
    if (done.ok()) done = disk_->HasRoom(data.size());
    if (done.ok()) node_->now.append(data.data(), data.size());
    return done;
  }
  IOStatus Truncate(uint64_t size, const IOOptions& /*options*/,
                    IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    IOStatus done = disk_->Happen(Operation::kWrite, path_);
    if (done.ok()) node_->now.resize(size);
    return done;
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    IOStatus done = disk_->Happen(Operation::kSync, path_);
    if (done.ok()) node_->synced = node_->now;
    return done;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus RangeSync(uint64_t /*offset*/, uint64_t /*count*/, const IOOptions& /*options*/,
                     IODebugContext* /*debug*/) override {
    return IOStatus::OK();  // Promises nothing.
  }
  IOStatus Flush(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    return node_->now.size();
  }

 private:
  FaultDisk* const disk_;  // Outlives its files.
  const std::string path_;
  const NodeRef node_;
};

class FaultDisk::MixedFile final : public rocksdb::FSRandomRWFile {
 public:
  MixedFile(FaultDisk* disk, std::string path, NodeRef node)
      : disk_(disk), path_(std::move(path)), node_(std::move(node)) {}

  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions& /*options*/,
                 IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    std::string& now = node_->now;
    const uint64_t end = offset + data.size();
    IOStatus done = disk_->Happen(Operation::kWrite, path_);
    if (done.ok() && end > now.size()) done = disk_->HasRoom(end - now.size());
    if (!done.ok()) return done;
    now.resize(std::max<size_t>(now.size(), end));
    now.replace(offset, data.size(), data.data(), data.size());
    return done;
  }
  IOStatus Read(uint64_t offset, size_t count, const IOOptions& /*options*/, Slice* result,
                char* scratch, IODebugContext* /*debug*/) const override {
    std::lock_guard lock(disk_->mu_);
    *result = {scratch, 0};
    if (IOStatus happened = disk_->Happen(Operation::kRead, path_); !happened.ok()) return happened;
    *result = ReadAt(node_->now, offset, count, scratch);
    return IOStatus::OK();
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    IOStatus done = disk_->Happen(Operation::kSync, path_);
    if (done.ok()) node_->synced = node_->now;
    return done;
  }
  IOStatus Flush(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }

 private:
  FaultDisk* const disk_;  // Outlives its files.
  const std::string path_;
  const NodeRef node_;
};

class FaultDisk::Directory final : public rocksdb::FSDirectory {
 public:
  Directory(FaultDisk* disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    IOStatus done = disk_->Happen(Operation::kSyncDirectory, path_);
    if (done.ok()) disk_->SyncNames(path_);
    return done;
  }
  size_t GetUniqueId(char* /*id*/, size_t /*max_size*/) const override { return 0; }

 private:
  FaultDisk* const disk_;  // Outlives its files.
  const std::string path_;
};

// --- The file system

class FaultDisk::Files final : public rocksdb::FileSystem {
 public:
  explicit Files(FaultDisk* disk) : disk_(disk) {}

  const char* Name() const override { return "annals.FaultDisk"; }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions& /*options*/,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             IODebugContext* /*debug*/) override {
    return OpenToRead(name, file);
  }
  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions& /*options*/,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext* /*debug*/) override {
    return OpenToRead(name, file);
  }
  IOStatus NewWritableFile(const std::string& name, const FileOptions& /*options*/,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = Create(path, &node);
    if (!done.ok()) return done;
    node->now.clear();
    *file = std::make_unique<WriteFile>(disk_, path, std::move(node));
    return done;
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& /*options*/,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = Create(path, &node);
    if (done.ok()) *file = std::make_unique<WriteFile>(disk_, path, std::move(node));
    return done;
  }
  IOStatus NewRandomRWFile(const std::string& name, const FileOptions& /*options*/,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                           IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->HappenTo(Operation::kRead, path, &node);
    if (done.ok()) *file = std::make_unique<MixedFile>(disk_, path, std::move(node));
    return done;
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions& /*options*/,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->HappenTo(Operation::kRead, path, &node);
    if (done.ok()) *directory = std::make_unique<Directory>(disk_, path);
    return done;
  }

  IOStatus FileExists(const std::string& name, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    IOStatus done = disk_->Happen(Operation::kRead, path);
    if (!done.ok()) return done;
    return disk_->names_.contains(path) ? done : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& name, const IOOptions& /*options*/,
                       std::vector<std::string>* children, IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    children->clear();
    NodeRef node;
    IOStatus done = disk_->HappenTo(Operation::kRead, path, &node);
    if (!done.ok()) return done;
    for (const auto& [child, ignored] : disk_->names_) {
      if (child != path && ParentOf(child) == path) children->emplace_back(BaseOf(child));
    }
    return done;
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    return Delete(name);
  }
  IOStatus CreateDir(const std::string& name, const IOOptions& /*options*/,
                     IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    if (disk_->names_.contains(path)) return IOStatus::IOError(path, "exists already");
    NodeRef node;
    IOStatus done = Create(path, &node);
    if (done.ok()) node->is_directory = true;
    return done;
  }
  IOStatus CreateDirIfMissing(const std::string& name, const IOOptions& options,
                              IODebugContext* debug) override {
    {
      std::lock_guard lock(disk_->mu_);
      if (disk_->names_.contains(Clean(name))) return IOStatus::OK();
    }
    return CreateDir(name, options, debug);
  }
  IOStatus DeleteDir(const std::string& name, const IOOptions& /*options*/,
                     IODebugContext* /*debug*/) override {
    return Delete(name);
  }
  IOStatus GetFileSize(const std::string& name, const IOOptions& /*options*/, uint64_t* size,
                       IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->HappenTo(Operation::kRead, path, &node);
    if (done.ok()) *size = node->now.size();
    return done;
  }
  IOStatus GetFileModificationTime(const std::string& /*name*/, const IOOptions& /*options*/,
                                   uint64_t* time, IODebugContext* /*debug*/) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    const std::string target = Clean(to);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->Happen(Operation::kRename, target);
    if (done.ok()) done = disk_->Find(Clean(from), &node);
    if (done.ok()) disk_->Change({Clean(from), target, node});
    return done;
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& /*options*/,
                    IODebugContext* /*debug*/) override {
    const std::string target = Clean(to);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->Happen(Operation::kLink, target);
    if (done.ok()) done = disk_->Find(Clean(from), &node);
    if (done.ok()) disk_->Change({"", target, node});
    return done;
  }
  IOStatus LockFile(const std::string& name, const IOOptions& /*options*/, rocksdb::FileLock** lock,
                    IODebugContext* /*debug*/) override {
    const std::string path = Clean(name);
    std::lock_guard guard(disk_->mu_);
    NodeRef node;
    IOStatus done = Create(path, &node);
    if (!done.ok()) return done;
    if (!disk_->locked_.insert(path).second) return IOStatus::IOError(path, "lock hold by us");
    *lock = new Lock(path);
    return done;
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    const std::unique_ptr<Lock> held(static_cast<Lock*>(lock));
    std::lock_guard guard(disk_->mu_);
    disk_->locked_.erase(held->path);
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions& /*options*/, std::string* path,
                            IODebugContext* /*debug*/) override {
    *path = "/";
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string& /*name*/, const IOOptions& /*options*/,
                     std::shared_ptr<rocksdb::Logger>* logger, IODebugContext* /*debug*/) override {
    *logger = std::make_shared<NoLog>();
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& name, const IOOptions& /*options*/, std::string* path,
                           IODebugContext* /*debug*/) override {
    *path = Clean(name);
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& name, const IOOptions& /*options*/, bool* is_directory,
                       IODebugContext* /*debug*/) override {
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->Find(Clean(name), &node);
    if (done.ok()) *is_directory = node->is_directory;
    return done;
  }

 private:
  struct Lock final : rocksdb::FileLock {
    explicit Lock(std::string locked) : path(std::move(locked)) {}
    const std::string path;
  };

  template <typename File>
  IOStatus OpenToRead(const std::string& name, std::unique_ptr<File>* file) {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->HappenTo(Operation::kRead, path, &node);
    if (done.ok()) *file = std::make_unique<ReadFile>(disk_, path, std::move(node));
    return done;
  }

  // Needs mu_. The file that is there, or a new one.
  IOStatus Create(const std::string& path, NodeRef* node) {
    IOStatus done = disk_->Happen(Operation::kCreate, path);
    if (!done.ok() || disk_->Find(path, node).ok()) return done;
    NodeRef parent;
    done = disk_->Find(ParentOf(path), &parent);
    if (!done.ok()) return done;
    *node = std::make_shared<Node>();
    disk_->Change({"", path, *node});
    return done;
  }

  IOStatus Delete(const std::string& name) {
    const std::string path = Clean(name);
    std::lock_guard lock(disk_->mu_);
    NodeRef node;
    IOStatus done = disk_->HappenTo(Operation::kDelete, path, &node);
    if (done.ok()) disk_->Change({path, "", nullptr});
    return done;
  }

  FaultDisk* const disk_;
};

// --- The disk

FaultDisk::FaultDisk()
    : base_env_(rocksdb::NewCompositeEnv(std::make_shared<Files>(this))),
      env_(std::make_unique<SwiftEnv>(base_env_.get())) {
  const auto root = std::make_shared<Node>();
  root->is_directory = true;
  names_["/"] = synced_names_["/"] = root;
}

FaultDisk::~FaultDisk() = default;

FaultDisk::FileKind FaultDisk::KindOf(const std::string& path) {
  const std::string_view name = BaseOf(path);
  if (name.ends_with(".log")) return FileKind::kLog;
  if (name.ends_with(".sst") || name == "CATALOG-CHUNKS.tmp") return FileKind::kTable;
  if (name.starts_with("MANIFEST-")) return FileKind::kManifest;
  if (name == "CURRENT" || name.ends_with(".dbtmp")) return FileKind::kCurrent;
  if (name.starts_with("CATALOG-HEAD")) return FileKind::kMark;
  return FileKind::kOther;
}

std::string FaultDisk::NameOf(const Site& site) {
  static constexpr const char* kOperations[] = {"create", "write",  "sync",           "rename",
                                                "link",   "delete", "sync_directory", "read"};
  static constexpr const char* kKinds[] = {"log", "table", "manifest", "current", "mark", "other"};
  return absl::StrCat(kOperations[static_cast<size_t>(site.operation)], "_",
                      kKinds[static_cast<size_t>(site.kind)]);
}

std::string FaultDisk::NameOf(const Point& point) {
  return absl::StrCat(NameOf(point.site), " #", point.ordinal);
}

std::map<FaultDisk::Site, uint64_t> FaultDisk::Counts() const {
  std::lock_guard lock(mu_);
  return counts_;
}

void FaultDisk::Watch(Watcher watcher) {
  std::lock_guard lock(mu_);
  watcher_ = std::move(watcher);
}

void FaultDisk::FailAt(const Point& point, const IOStatus& status, bool sticky) {
  std::lock_guard lock(mu_);
  fault_ = Fault{point, status, sticky};
}

void FaultDisk::SetCapacity(uint64_t bytes) {
  std::lock_guard lock(mu_);
  capacity_ = bytes;
}

void FaultDisk::Heal() {
  std::lock_guard lock(mu_);
  watcher_ = nullptr;
  fault_.reset();
  failed_ = false;
  capacity_.reset();
}

bool FaultDisk::failed() const {
  std::lock_guard lock(mu_);
  return failed_;
}

IOStatus FaultDisk::Happen(Operation operation, const std::string& path) {
  const Site site{operation, KindOf(path)};
  const uint64_t count = ++counts_[site];
  if (watcher_ && operation != Operation::kRead) watcher_({site, count});
  if (!fault_.has_value() || site != fault_->point.site) return IOStatus::OK();
  const uint64_t ordinal = fault_->point.ordinal;
  if (count < ordinal || (count > ordinal && !fault_->sticky)) return IOStatus::OK();
  failed_ = true;
  return fault_->error;
}

IOStatus FaultDisk::HasRoom(uint64_t more) const {
  if (!capacity_.has_value() || UsedLocked() + more <= *capacity_) return IOStatus::OK();
  failed_ = true;
  return IOStatus::NoSpace("no space left on device");
}

uint64_t FaultDisk::UsedLocked() const {
  std::set<const Node*> seen;  // Two names of a file don't make it larger.
  uint64_t used = 0;
  for (const auto& [path, node] : names_) {
    if (seen.insert(node.get()).second) used += node->now.size();
  }
  return used;
}

uint64_t FaultDisk::used() const {
  std::lock_guard lock(mu_);
  return UsedLocked();
}

IOStatus FaultDisk::HappenTo(Operation operation, const std::string& path, NodeRef* node) {
  IOStatus done = Happen(operation, path);
  return done.ok() ? Find(path, node) : done;
}

IOStatus FaultDisk::Find(const std::string& path, NodeRef* node) const {
  const auto found = names_.find(path);
  if (found == names_.end()) return Absent(path);
  *node = found->second;
  return IOStatus::OK();
}

void FaultDisk::Change(Renaming renaming) {
  Apply(renaming, &names_);
  if (!renaming.gone.empty() && !renaming.come.empty()) {
    // What was done in a directory is still to be synced where it is now.
    for (Renaming& earlier : unsynced_names_) {
      for (std::string* path : {&earlier.gone, &earlier.come}) {
        if (!path->starts_with(renaming.gone + "/")) continue;
        path->replace(0, renaming.gone.size(), renaming.come);
      }
    }
  }
  unsynced_names_.push_back(std::move(renaming));
}

void FaultDisk::Apply(const Renaming& renaming, Names* names) {
  Names moved;
  if (!renaming.come.empty()) moved[renaming.come] = renaming.node;
  if (!renaming.gone.empty()) {
    names->erase(renaming.gone);
    // What is in a directory goes with it.
    const std::string inside = renaming.gone + "/";
    auto at = names->lower_bound(inside);
    while (at != names->end() && at->first.starts_with(inside)) {
      if (!renaming.come.empty()) {
        moved[absl::StrCat(renaming.come, "/", at->first.substr(inside.size()))] = at->second;
      }
      at = names->erase(at);
    }
  }
  for (auto& [path, node] : moved) (*names)[path] = std::move(node);
}

void FaultDisk::SyncNames(const std::string& directory) {
  std::erase_if(unsynced_names_, [&](const Renaming& renaming) {
    const bool is_its = (!renaming.gone.empty() && ParentOf(renaming.gone) == directory) ||
                        (!renaming.come.empty() && ParentOf(renaming.come) == directory);
    if (is_its) Apply(renaming, &synced_names_);
    return is_its;
  });
}

std::unique_ptr<FaultDisk> FaultDisk::Copy() const {
  std::lock_guard lock(mu_);
  auto copy = std::make_unique<FaultDisk>();
  std::map<const Node*, NodeRef> copies;  // Of several names of a file one.
  const auto copied = [&](const NodeRef& node) {
    if (node == nullptr) return node;
    NodeRef& made = copies[node.get()];
    if (made == nullptr) made = std::make_shared<Node>(*node);
    return made;
  };
  for (const auto& [path, node] : names_) copy->names_[path] = copied(node);
  for (const auto& [path, node] : synced_names_) copy->synced_names_[path] = copied(node);
  for (const Renaming& renaming : unsynced_names_) {
    copy->unsynced_names_.push_back({renaming.gone, renaming.come, copied(renaming.node)});
  }
  return copy;
}

std::unique_ptr<FaultDisk> FaultDisk::AfterPowerCut(Survival survival, bool strict,
                                                    uint64_t seed) const {
  auto after = Copy();
  std::mt19937_64 random(seed);
  Names names = strict ? after->synced_names_ : after->names_;
  const size_t all = after->unsynced_names_.size();
  size_t kept = random() % (all + 1);
  if (survival == Survival::kNothing) kept = 0;
  if (survival == Survival::kAll) kept = all;
  if (!strict) kept = 0;  // They are all there already.
  for (size_t i = 0; i < kept; ++i) Apply(after->unsynced_names_[i], &names);
  std::set<Node*> done;
  std::erase_if(names, [&](const auto& name) {
    return name.first != "/" && !names.contains(ParentOf(name.first));  // Its directory is lost.
  });
  for (const auto& [path, node] : names) {
    if (!done.insert(node.get()).second) continue;
    node->now = node->synced = Survivor(*node, survival, random);
  }
  after->names_ = after->synced_names_ = std::move(names);
  after->unsynced_names_.clear();
  return after;
}

std::string FaultDisk::Survivor(const Node& node, Survival survival, std::mt19937_64& random) {
  switch (survival) {
    case Survival::kNothing:
      return node.synced;
    case Survival::kPrefix:
      return Prefix(node.now, node.synced, random);
    case Survival::kTorn:
      return Torn(node.now, node.synced, random);
    case Survival::kAll:
      return node.now;
  }
  return node.now;
}

std::map<std::string, uint64_t> FaultDisk::Sizes() const {
  std::lock_guard lock(mu_);
  std::map<std::string, uint64_t> sizes;
  for (const auto& [path, node] : names_) {
    if (!node->is_directory) sizes[path] = node->now.size();
  }
  return sizes;
}

void FaultDisk::FlipBit(const std::string& path, uint64_t bit) {
  std::lock_guard lock(mu_);
  std::string& content = names_.at(path)->now;
  content.at(bit / 8) = static_cast<char>(content.at(bit / 8) ^ (1 << (bit % 8)));
  names_.at(path)->synced = content;
}

}  // namespace annals
