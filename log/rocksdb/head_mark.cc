#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/log/rocksdb/head_mark_internal.h"
#include "annals/log/rocksdb/rocksdb_status_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr uint32_t kMarkMagic = 0x4b4d4e41;  // "ANMK" in a hex dump.
constexpr uint32_t kFormat = 1;
constexpr size_t kSlots = 2;

struct Slot {
  uint32_t magic;
  uint32_t format;
  StoreUuid store;
  uint64_t version;
  Sha256Hash hash;
  char zero[56];
  uint64_t checksum;
};
constexpr size_t kSlotSize = 128;
static_assert(sizeof(Slot) == kSlotSize);

constexpr size_t SlotOf(CatalogVersion version) { return version.value % kSlots; }

uint64_t ChecksumOf(const Slot& slot) { return XXH3_64bits(&slot, offsetof(Slot, checksum)); }

Slot ToSlot(const HeadMark& mark) {
  Slot slot{.magic = kMarkMagic,
            .format = kFormat,
            .store = mark.store,
            .version = mark.head.version.value,
            .hash = mark.head.hash,
            .zero = {},
            .checksum = 0};
  slot.checksum = ChecksumOf(slot);
  return slot;
}

std::optional<HeadMark> FromSlot(const Slot& slot) {
  const bool good =
      slot.magic == kMarkMagic && slot.format == kFormat && slot.checksum == ChecksumOf(slot);
  if (!good) return std::nullopt;
  return HeadMark{slot.store, {{slot.version}, slot.hash}};
}

bool IsUnused(const Slot& slot) {
  constexpr Slot kUnused{};
  return std::memcmp(&slot, &kUnused, sizeof(slot)) == 0;
}

rocksdb::Slice ToSlice(const Slot& slot) {
  return {reinterpret_cast<const char*>(&slot), sizeof(slot)};
}

std::string PathOf(const std::string& directory) { return directory + "/CATALOG-HEAD"; }

MarkReading ParseMark(std::string_view bytes) {
  constexpr std::string_view kDamaged =
      "CATALOG-HEAD is damaged; whether the end of the log is whole cannot be told";
  MarkReading reading{.mark = {}, .warning = {}, .exists = true};
  std::array<Slot, kSlots> slots;
  if (bytes.size() != sizeof(slots)) {
    reading.warning = kDamaged;
    return reading;
  }
  std::memcpy(slots.data(), bytes.data(), sizeof(slots));
  for (const Slot& slot : slots) {
    const auto mark = FromSlot(slot);
    if (!mark.has_value()) {
      if (!IsUnused(slot)) reading.warning = kDamaged;
    } else if (!reading.mark.has_value() || reading.mark->head.version < mark->head.version) {
      reading.mark = mark;
    }
  }
  if (!reading.mark.has_value()) {
    reading.warning = kDamaged;
  } else if (!reading.warning.empty()) {
    reading.warning = absl::StrCat("one half of CATALOG-HEAD is damaged; the other one names ",
                                   "version ", reading.mark->head.version.value);
  }
  return reading;
}

// What was put under a name is there after a crash only if the directory is synced.
rocksdb::Status SyncDirectory(rocksdb::Env* env, const std::string& directory) {
  std::unique_ptr<rocksdb::Directory> handle;
  rocksdb::Status status = env->NewDirectory(directory, &handle);
  return status.ok() ? handle->Fsync() : status;
}

}  // namespace

MarkReading ReadMark(rocksdb::Env* env, const std::string& directory) {
  const std::string path = PathOf(directory);
  std::string bytes;
  const rocksdb::Status read = rocksdb::ReadFileToString(env, path, &bytes);
  if (read.ok()) return ParseMark(bytes);
  if (env->FileExists(path).IsNotFound()) {
    return {.mark = {},
            .warning = "CATALOG-HEAD is absent; whether the end of the log is whole cannot be told",
            .exists = false};
  }
  return {.mark = {}, .warning = "CATALOG-HEAD cannot be read: " + read.ToString(), .exists = true};
}

absl::Status WriteNewMark(rocksdb::Env* env, const std::string& directory, const HeadMark& head) {
  std::array<Slot, kSlots> slots{};
  slots[SlotOf(head.head.version)] = ToSlot(head);
  const rocksdb::Slice bytes(reinterpret_cast<const char*>(slots.data()), sizeof(slots));
  const std::string path = PathOf(directory);
  const std::string next = path + ".new";
  rocksdb::Status status = rocksdb::WriteStringToFile(env, bytes, next, /*should_sync=*/true);
  if (status.ok()) status = env->RenameFile(next, path);
  if (status.ok()) status = SyncDirectory(env, directory);
  return FromRocksDb(status, "cannot write " + path);
}

absl::StatusOr<std::unique_ptr<MarkFile>> MarkFile::Open(rocksdb::Env* env, std::string directory,
                                                         const MarkReading& found,
                                                         const HeadMark& head) {
  std::unique_ptr<MarkFile> file(new MarkFile(env, std::move(directory)));
  const bool usable =
      found.mark.has_value() && found.mark->store == head.store && found.warning.empty();
  if (!usable) {
    ANNALS_RETURN_IF_ERROR(file->Replace(head));
    return file;
  }
  const std::string path = PathOf(file->directory_);
  const rocksdb::Status opened = env->NewRandomRWFile(path, &file->file_, rocksdb::EnvOptions());
  ANNALS_RETURN_IF_ERROR(FromRocksDb(opened, "cannot open " + path));
  // A mark that lagged by one before a crash would lag by two after the next.
  if (found.mark->head != head.head) file->Note(head);
  return file;
}

std::unique_ptr<MarkFile> MarkFile::OpenAlarmed(rocksdb::Env* env, std::string directory) {
  return std::unique_ptr<MarkFile>(new MarkFile(env, std::move(directory)));
}

absl::Status MarkFile::Replace(const HeadMark& head) {
  const std::string path = PathOf(directory_);
  file_.reset();
  std::string old;
  if (rocksdb::ReadFileToString(env_, path, &old).ok()) {
    const rocksdb::Status kept =
        rocksdb::WriteStringToFile(env_, old, path + ".bak", /*should_sync=*/true);
    ANNALS_RETURN_IF_ERROR(FromRocksDb(kept, "cannot write " + path + ".bak"));
  }
  ANNALS_RETURN_IF_ERROR(WriteNewMark(env_, directory_, head));
  const rocksdb::Status opened = env_->NewRandomRWFile(path, &file_, rocksdb::EnvOptions());
  return FromRocksDb(opened, "cannot open " + path);
}

void MarkFile::Note(const HeadMark& head) {
  if (file_ == nullptr) {
    Replace(head).IgnoreError();
    return;
  }
  const Slot slot = ToSlot(head);
  file_->Write(SlotOf(head.head.version) * kSlotSize, ToSlice(slot)).PermitUncheckedError();
}

}  // namespace annals
