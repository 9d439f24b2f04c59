// Look-ups by time while another thread commits: what was the catalog at a moment?
// Up to SafeTime() the answer can never change any more, so asking twice gives the
// same answer twice.

#include <annals/annals.h>

#include <atomic>
#include <iostream>
#include <string>
#include <thread>

namespace {

constexpr int kTables = 200;

absl::Status MakeTable(annals::CatalogManager& manager, int number) {
  return manager
      .Execute(annals::CreateTable{.name = "T" + std::to_string(number),
                                   .columns = {{.name = "ID", .type = annals::Int64()}},
                                   .primary_key = annals::HashPrimaryKey({"ID"})})
      .status();
}

size_t CountTables(const annals::Catalog& catalog) {
  const auto schema = catalog.Schema("PUBLIC");
  return schema ? catalog.Tables(schema->id()).size() : 0;
}

absl::Status Run() {
  ANNALS_ASSIGN_OR_RETURN(auto manager, annals::CatalogManager::Open({.log = "memory"}));
  std::atomic<bool> done = false;
  absl::Status written;
  std::thread writer([&] {
    for (int i = 0; i < kTables && written.ok(); ++i) written = MakeTable(*manager, i);
    done = true;
  });

  size_t asked = 0;
  absl::Status read;
  while (read.ok() && !done) {
    const annals::HybridTimestamp safe = manager->SafeTime();
    const auto first = manager->ActiveAt(safe);
    const auto second = manager->ActiveAt(safe);
    if (!first.ok() || !second.ok()) {
      read = first.ok() ? second.status() : first.status();
    } else if (first->version() != second->version() ||
               CountTables(*first) != CountTables(*second)) {
      read = absl::InternalError("the past changed");
    }
    ++asked;
  }
  writer.join();
  ANNALS_RETURN_IF_ERROR(written);
  ANNALS_RETURN_IF_ERROR(read);

  // Every version is still there, by number and by the time at which it was made.
  const annals::Catalog now = manager->Latest();
  ANNALS_ASSIGN_OR_RETURN(const annals::Catalog half, manager->At({now.version().value / 2}));
  ANNALS_ASSIGN_OR_RETURN(const annals::Catalog same, manager->ActiveAt(half.activation()));
  std::cout << "asked " << (asked > 0 ? "many times" : "never") << " while " << kTables
            << " tables were made\n"
            << "version " << same.version().value << " had " << CountTables(same) << " tables, "
            << "version " << now.version().value << " has " << CountTables(now) << "\n";
  return absl::OkStatus();
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
