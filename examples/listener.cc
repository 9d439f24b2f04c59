// A listener that keeps a list of tables in step with the catalog, from SQL text.

#include <annals/annals.h>

#include <iostream>
#include <set>
#include <string>

namespace {

absl::Status ExecuteSql(annals::CatalogManager& manager, std::string_view sql) {
  ANNALS_ASSIGN_OR_RETURN(auto statements, annals::ddl::Parse(sql));
  for (const annals::ddl::Statement& statement : statements) {
    const auto* write = std::get_if<annals::ddl::Write>(&statement.what);
    if (write == nullptr) continue;
    ANNALS_RETURN_IF_ERROR(
        manager.Execute(write->commands, {.message = write->message, .statement = statement.text})
            .status());
  }
  return absl::OkStatus();
}

absl::Status Run() {
  ANNALS_ASSIGN_OR_RETURN(auto manager, annals::CatalogManager::Open({.log = "memory"}));

  std::set<std::string> tables;
  manager->AddListener([&](const annals::CatalogEvent& event) {
    std::cout << "version " << event.after.version().value << ":\n";
    for (const annals::ObjectChange& change : event.changes) {
      std::cout << "  " << annals::KindName(change.object().kind()) << " " << change.object().name()
                << " " << annals::ChangeName(change.kind) << "\n";
      if (auto table = change.Before<annals::TableDescriptor>()) {
        tables.erase(std::string(table->name()));
      }
      if (auto table = change.After<annals::TableDescriptor>()) {
        tables.insert(std::string(table->name()));
      }
    }
    return absl::OkStatus();
  });

  // Execute returns when the listener has run: no waiting, no polling.
  ANNALS_RETURN_IF_ERROR(ExecuteSql(*manager, R"sql(
      CREATE TABLE customers (id BIGINT PRIMARY KEY, name VARCHAR(80) NOT NULL);
      BEGIN;
        CREATE TABLE orders (id BIGINT PRIMARY KEY, customer BIGINT NOT NULL);
        CREATE INDEX orders_by_customer ON orders (customer);
      COMMIT MESSAGE 'orders of customers';
      ALTER TABLE customers RENAME TO clients;
      DROP TABLE orders;
  )sql"));
  if (tables != std::set<std::string>{"CLIENTS"}) return absl::InternalError("out of step");
  std::cout << "in step: " << *tables.begin() << "\n";
  return absl::OkStatus();
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
