// The least that there is to it: open a store, make a table, look it up, and find
// it again after a restart.

#include <annals/annals.h>

#include <filesystem>
#include <iostream>

namespace {

absl::Status Run(const std::string& path) {
  {
    ANNALS_ASSIGN_OR_RETURN(auto manager, annals::CatalogManager::Open({.path = path}));
    ANNALS_ASSIGN_OR_RETURN(auto done,
                            manager->Execute(annals::CreateTable{
                                .schema = "PUBLIC",
                                .name = "ORDERS",
                                .columns = {{.name = "ID", .type = annals::Int64()},
                                            {.name = "TOTAL", .type = annals::Decimal(10, 2)}},
                                .primary_key = annals::HashPrimaryKey({"ID"})}));
    std::cout << "version " << done.version.value << " is durable\n";
  }

  ANNALS_ASSIGN_OR_RETURN(auto manager, annals::CatalogManager::Open({.path = path}));
  const annals::Catalog now = manager->Latest();
  const auto orders = now.Table("PUBLIC", "ORDERS");
  if (!orders) return absl::InternalError("the table is gone");
  std::cout << "table " << orders->name() << " at version " << now.version().value << ":\n";
  for (const annals::ColumnDescriptor column : orders->columns()) {
    std::cout << "  " << column.name() << " " << annals::SqlType(column) << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

int main() {
  const auto path = std::filesystem::temp_directory_path() / "annals_minimal_example";
  std::filesystem::remove_all(path);
  const absl::Status status = Run(path);
  std::filesystem::remove_all(path);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
