#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "annals/log/rocksdb/table_check_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// Of tables of the versions 1 to 5: the kind of checksum, the places of two indexes, padding,
// the version, and what every table ends in.
constexpr size_t kFooterSize = 53;
constexpr uint64_t kTableMagic = 0x88e241b785f4cff7;
constexpr uint32_t kNewestVersion = 5;
// A larger block cannot have a hash index.
constexpr uint64_t kLargestHashed = uint64_t{64} << 10;
constexpr uint32_t kHasHashIndex = uint32_t{1} << 31;

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

// Takes what is at the beginning of `bytes`.
std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}
std::optional<std::string_view> Take(std::string_view& bytes, uint64_t size) {
  if (size > bytes.size()) return std::nullopt;
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

// Where a block is, without its checksum.
struct Place {
  uint64_t offset;
  uint64_t size;
};
std::optional<Place> TakePlace(std::string_view& bytes) {
  const auto offset = TakeVarint(bytes);
  const auto size = TakeVarint(bytes);
  if (!offset || !size) return std::nullopt;
  return Place{*offset, *size};
}

// In the index of what a table has beside its rows: entries of a name and a place, each of
// which may leave out how the name before it begins.
std::optional<Place> PlaceOfProperties(std::string_view index) {
  std::string name;
  while (!index.empty()) {
    const auto shared = TakeVarint(index);
    const auto more = TakeVarint(index);
    const auto size = TakeVarint(index);
    if (!shared || !more || !size || *shared > name.size()) return std::nullopt;
    const auto rest = Take(index, *more);
    auto value = Take(index, *size);
    if (!rest || !value) return std::nullopt;
    name.resize(*shared);
    name += *rest;
    if (name == "rocksdb.properties") return TakePlace(*value);
  }
  return std::nullopt;
}

class TableFile {
 public:
  TableFile(rocksdb::Env* env, const std::string& path) {
    if (!env->GetFileSize(path, &size_).ok()) size_ = 0;
    env->NewRandomAccessFile(path, &file_, rocksdb::EnvOptions()).PermitUncheckedError();
  }

  // Nothing if it cannot be read, or has no such place.
  std::optional<std::string> Read(Place place) const {
    if (file_ == nullptr || place.size > kLargestHashed || place.offset > size_ ||
        place.size > size_ - place.offset) {
      return std::nullopt;
    }
    std::string bytes(place.size, '\0');
    rocksdb::Slice read;
    const rocksdb::Status status = file_->Read(place.offset, bytes.size(), &read, bytes.data());
    if (!status.ok() || read.size() != place.size) return std::nullopt;
    return read.ToString();
  }

  std::optional<Place> Properties() const {
    if (size_ < kFooterSize) return std::nullopt;
    const auto footer = Read({size_ - kFooterSize, kFooterSize});
    if (!footer) return std::nullopt;
    std::string_view rest = std::string_view(*footer).substr(1);
    if (LittleEndian(rest.substr(44)) != kTableMagic ||
        LittleEndian(rest.substr(40, 4)) > kNewestVersion) {
      return std::nullopt;
    }
    const auto place = TakePlace(rest);
    const auto index = place ? Read(*place) : std::nullopt;
    if (!index || index->size() < 4) return std::nullopt;
    // Behind the entries is where some of them begin, and how many those are.
    const std::string_view all(*index);
    const uint64_t beginnings = LittleEndian(all.substr(all.size() - 4));
    if (beginnings > all.size() / 4 - 1) return std::nullopt;
    return PlaceOfProperties(all.substr(0, all.size() - 4 - 4 * beginnings));
  }

 private:
  uint64_t size_ = 0;
  std::unique_ptr<rocksdb::RandomAccessFile> file_;
};

}  // namespace

absl::Status CheckTable(rocksdb::Env* env, const std::string& file) {
  const TableFile table(env, file);
  const auto place = table.Properties();
  const auto properties = place ? table.Read(*place) : std::nullopt;
  if (!properties || properties->size() < 4) return absl::OkStatus();
  const auto last = LittleEndian(std::string_view(*properties).substr(properties->size() - 4));
  if ((last & kHasHashIndex) == 0) return absl::OkStatus();
  return MakeError(
      Reason::STORE_UNREADABLE,
      absl::StrCat(file, " is damaged: expected properties without a hash index at byte ",
                   place->offset, ", found them with one"));
}

absl::Status CheckTables(rocksdb::Env* env, const std::string& path, const DatabaseFiles& files) {
  for (const auto& [name, size] : files) {
    if (IsTable(name)) ANNALS_RETURN_IF_ERROR(CheckTable(env, absl::StrCat(path, "/", name)));
  }
  return absl::OkStatus();
}

}  // namespace annals
