#pragma once

// A disk in memory that fails as disks do. Its power goes out, and of what was not synced
// nothing, some or all is there afterwards; an operation fails at one place; it is full; a bit
// is not what it was.
//
//   FaultDisk disk;
//   disk.FailAt({{Operation::kSync, FileKind::kLog}, 3}, IOStatus::NoSpace(), /*sticky=*/true);
//   ... use disk.env() until it fails ...
//   const auto after = disk.AfterPowerCut(Survival::kTorn, /*strict=*/true, seed);
//
// A place is told by the operation, the kind of file and how often both came together before:
// unlike a count of everything, that is the same in each run of the same work, in whatever
// order threads take turns. What RocksDB tells its own LOG is neither kept nor counted.
//
// Thread-safe.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace annals {

class FaultDisk {
 public:
  enum class Operation { kCreate, kWrite, kSync, kRename, kLink, kDelete, kSyncDirectory, kRead };
  enum class FileKind { kLog, kTable, kManifest, kCurrent, kMark, kOther };

  struct Site {
    Operation operation;
    FileKind kind;
    friend auto operator<=>(const Site&, const Site&) = default;
  };
  struct Point {
    Site site;
    uint64_t ordinal;  // From 1.
  };
  static std::string NameOf(const Site& site);  // "sync_log"
  static std::string NameOf(const Point& point);

  // What a power cut leaves of bytes that were not synced.
  enum class Survival {
    kNothing,
    kPrefix,  // Of those that were appended; all of those that were overwritten.
    kTorn,    // Any of their sectors; the others are as before, or zeros.
    kAll,
  };

  FaultDisk();
  ~FaultDisk();

  // Made for this disk. Where RocksDB wants to sleep for a second after an error, a millisecond
  // passes.
  rocksdb::Env* env() const { return env_.get(); }

  // How often each has happened.
  std::map<Site, uint64_t> Counts() const;

  // Calls `watcher` before each operation that changes something, on the thread that does it.
  // It may look at this disk, and not change it.
  using Watcher = std::function<void(const Point&)>;
  void Watch(Watcher watcher);
  // The operation fails, and has no effect; `sticky`: and so do all of its kind after it.
  void FailAt(const Point& point, const rocksdb::IOStatus& status, bool sticky);
  // Writing fails from here on while the files have more bytes than that.
  void SetCapacity(uint64_t bytes);
  // No fault is to come any more, and nobody watches.
  void Heal();
  // Whether the fault came.
  bool failed() const;

  // This disk at this moment, with what was not synced. No faults are to come to it.
  std::unique_ptr<FaultDisk> Copy() const;
  // As it is when the power is gone at this moment, and back. `strict`: names of files that were
  // made, renamed or deleted since their directory was last synced are lost, from some one on.
  std::unique_ptr<FaultDisk> AfterPowerCut(Survival survival, bool strict, uint64_t seed) const;

  // All files, with their sizes in bytes.
  std::map<std::string, uint64_t> Sizes() const;
  uint64_t used() const;
  void FlipBit(const std::string& path, uint64_t bit);

  static FileKind KindOf(const std::string& path);

 private:
  class Files;
  class ReadFile;
  class WriteFile;
  class MixedFile;
  class Directory;

  struct Node {
    bool is_directory = false;
    std::string now;
    std::string synced;
  };
  using NodeRef = std::shared_ptr<Node>;
  using Names = std::map<std::string, NodeRef>;
  // One change of names, which happens as a whole or not.
  struct Renaming {
    std::string gone;  // Or empty.
    std::string come;  // Or empty.
    NodeRef node;
  };
  struct Fault {
    Point point;
    rocksdb::IOStatus error;
    bool sticky;
  };

  // All that follow need mu_.
  rocksdb::IOStatus Happen(Operation operation, const std::string& path);
  // And finds what it happens to.
  rocksdb::IOStatus HappenTo(Operation operation, const std::string& path, NodeRef* node);
  rocksdb::IOStatus HasRoom(uint64_t more) const;
  uint64_t UsedLocked() const;
  void Change(Renaming renaming);
  static void Apply(const Renaming& renaming, Names* names);
  void SyncNames(const std::string& directory);
  static std::string Survivor(const Node& node, Survival survival, std::mt19937_64& random);
  rocksdb::IOStatus Find(const std::string& path, NodeRef* node) const;

  mutable std::recursive_mutex mu_;  // A watcher looks at the disk.
  Names names_;
  Names synced_names_;
  std::vector<Renaming> unsynced_names_;
  std::set<std::string> locked_;
  std::map<Site, uint64_t> counts_;
  Watcher watcher_;
  std::optional<Fault> fault_;
  std::optional<uint64_t> capacity_;
  mutable bool failed_ = false;

  std::unique_ptr<rocksdb::Env> base_env_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace annals
