#include <algorithm>
#include <new>
#include <utility>

#include "annals/catalog/memory_order_internal.h"
#include "annals/catalog/version_table_internal.h"

namespace annals {
namespace {

// The last of [base, base + size) whose `time_of` is at most `time`, or else the first;
// without a branch that the processor could guess wrong.
template <typename T, typename TimeOf>
const T* LastBy(const T* base, uint64_t size, uint64_t time, TimeOf time_of) {
  while (size > 1) {
    const uint64_t half = size / 2;
    base += (time_of(base[half]) <= time) * half;
    size -= half;
  }
  return base;
}

}  // namespace

VersionTable::Directory* VersionTable::Directory::New(uint64_t first, uint64_t size) {
  void* memory = ::operator new(sizeof(Directory) + size * sizeof(Entry));
  auto* directory = new (memory) Directory{first, size};
  for (uint64_t i = 0; i < size; ++i) new (directory->entries() + i) Entry();
  return directory;
}

VersionTable::VersionTable(Limbo& limbo) : directory_(Directory::New(0, 1)), limbo_(limbo) {}

VersionTable::~VersionTable() {
  Directory* directory = directory_;
  for (uint64_t i = 0; i < directory->size; ++i) delete directory->entries()[i].page.load();
  Directory::Delete(directory);
}

std::optional<CatalogVersion> VersionTable::LastActive(HybridTimestamp time, CatalogVersion first,
                                                       CatalogVersion newest) const {
  Directory& directory = Load();
  first = std::max(first, CatalogVersion{directory.first * kPageSize});
  if (first > newest) return std::nullopt;
  const Entry* entries = directory.entries();
  const Entry* first_page = entries + (first.value / kPageSize - directory.first);
  const Entry* page = entries + (newest.value / kPageSize - directory.first);
  const auto active_by = [&](const std::atomic<uint64_t>& activation) {
    return activation.load(kUnordered) <= time.raw();
  };
  // Most questions are about the recent past: the newest page first.
  if (page != first_page && !active_by(page->activation)) {
    page = LastBy(first_page, static_cast<uint64_t>(page - first_page), time.raw(),
                  [](const Entry& entry) { return entry.activation.load(kUnordered); });
  }
  const uint64_t number = static_cast<uint64_t>(page - entries) + directory.first;
  const std::atomic<uint64_t>* times = page->page.load(std::memory_order_acquire)->activation;
  const std::atomic<uint64_t>* begin =
      times + std::max(first.value, number * kPageSize) % kPageSize;
  const std::atomic<uint64_t>* end =
      times + std::min(newest.value, number * kPageSize + kPageSize - 1) % kPageSize + 1;
  constexpr int kRecent = 16;
  if (end - begin > kRecent && active_by(*(end - kRecent))) begin = end - kRecent;
  const auto* last = LastBy(begin, static_cast<uint64_t>(end - begin), time.raw(),
                            [](const auto& activation) { return activation.load(kUnordered); });
  if (!active_by(*last)) return std::nullopt;
  return CatalogVersion{number * kPageSize + static_cast<uint64_t>(last - times)};
}

void VersionTable::Add(CatalogVersion version, const VersionInfo& info, CatalogVersion reached) {
  const uint64_t page = version.value / kPageSize;
  Directory* directory = directory_.load(kUnordered);
  if (page - directory->first >= directory->size) {
    // Pages that nobody can ask for any more are not taken along.
    const uint64_t first = std::max(directory->first, std::min(reached.value / kPageSize, page));
    Directory* larger = Directory::New(first, (page - first + 1) * 2);
    for (uint64_t i = 0; i < directory->size; ++i) {
      const Entry& old = directory->entries()[i];
      if (directory->first + i < first) {
        limbo_.Retire(old.page.load(kUnordered));
        continue;
      }
      Entry& entry = larger->entries()[directory->first + i - first];
      entry.page.store(old.page.load(kUnordered), kUnordered);
      entry.activation.store(old.activation.load(kUnordered), kUnordered);
    }
    directory_.store(larger, kRelease);
    limbo_.Retire(std::exchange(directory, larger));
  }
  std::atomic<Page*>& at = directory->entries()[page - directory->first].page;
  if (at.load(kUnordered) == nullptr) at.store(new Page(), kRelease);
  at.load(kUnordered)->info[version.value % kPageSize] = info;
}

void VersionTable::Activate(CatalogVersion version, HybridTimestamp activation) {
  FindPage(version)->activation[version.value % kPageSize].store(activation.raw(), kUnordered);
  if (version.value % kPageSize != 0) return;
  Directory& directory = *directory_.load(kUnordered);
  directory.entries()[version.value / kPageSize - directory.first].activation.store(
      activation.raw(), kUnordered);
}

}  // namespace annals
