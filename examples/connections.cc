// A host that keeps live connections in step with the catalog: through an ALTER CONNECTION,
// a new password, and a rollback.

#include <annals/annals.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

// What a real host would do with a socket, this one only says.
class Client : public annals::Handle {
 public:
  explicit Client(const annals::HandleSpec& spec)
      : host_(spec.Option("host")), password_(spec.Option("password")) {
    std::cout << "  connect " << spec.name << " to " << host_ << ":" << spec.Option("port")
              << ", password of " << password_.size() << " letters\n";
  }
  absl::Status Close() override {
    std::cout << "  disconnect from " << host_ << "\n";
    return absl::OkStatus();
  }
  const std::string& host() const { return host_; }
  size_t password_size() const { return password_.size(); }

 private:
  const std::string host_;
  const std::string password_;
};

annals::Factory PostgresFactory() {
  return {
      .kind = annals::ObjectKind::kConnection,
      .type = "postgres",
      .build =
          [](const annals::HandleSpec& spec) -> absl::StatusOr<std::unique_ptr<annals::Handle>> {
        return std::make_unique<Client>(spec);
      },
      // Before anything is written.
      .probe =
          [](const annals::HandleSpec& spec, annals::Handle* /*trial*/) {
            return spec.Option("host") == "down.example"
                       ? absl::UnavailableError("down.example does not answer")
                       : absl::OkStatus();
          }};
}

absl::Status Execute(annals::CatalogManager& manager, std::string_view sql) {
  std::cout << sql << "\n";
  ANNALS_ASSIGN_OR_RETURN(auto statements, annals::ddl::Parse(sql));
  for (const annals::ddl::Statement& statement : statements) {
    const auto* write = std::get_if<annals::ddl::Write>(&statement.what);
    if (write == nullptr) continue;
    ANNALS_ASSIGN_OR_RETURN(const auto done,
                            manager.Execute(write->commands, {.statement = statement.text}));
    // A commit waits for nobody's connections. Who wants to see them, does.
    ANNALS_RETURN_IF_ERROR(
        manager.handles().WaitFor(done.version, absl::Now() + absl::Seconds(10)));
  }
  return absl::OkStatus();
}

// The client of the connection SHOP, as the catalog is now.
absl::StatusOr<std::shared_ptr<Client>> Shop(annals::CatalogManager& manager) {
  const annals::Catalog now = manager.Latest();
  const auto schema = now.Schema(annals::kPublicSchema);
  const auto shop = now.Find(annals::NameScope::In(schema->id()), "SHOP");
  ANNALS_ASSIGN_OR_RETURN(auto handle, manager.handles().Get(now, shop.id()));
  return std::dynamic_pointer_cast<Client>(handle);
}

absl::Status Expect(annals::CatalogManager& manager, std::string_view host) {
  ANNALS_ASSIGN_OR_RETURN(const auto client, Shop(manager));
  std::cout << "  in use: " << client->host() << "\n";
  return client->host() == host ? absl::OkStatus() : absl::InternalError("out of step");
}

absl::Status Run() {
  ANNALS_ASSIGN_OR_RETURN(auto manager, annals::CatalogManager::Open(
                                            {.log = "memory", .factories = {PostgresFactory()}}));

  setenv("SHOP_PASSWORD", "secret", 1);
  ANNALS_RETURN_IF_ERROR(Execute(*manager, "CREATE SECRET pw FROM ENV 'SHOP_PASSWORD'"));
  ANNALS_RETURN_IF_ERROR(
      Execute(*manager,
              "CREATE CONNECTION shop TO postgres "
              "(HOST 'a.example', DATABASE 'shop', USER 'clerk', PASSWORD SECRET pw)"));
  ANNALS_RETURN_IF_ERROR(Expect(*manager, "a.example"));
  const annals::CatalogVersion begin = manager->Latest().version();

  // The new connection is there before the old one goes.
  ANNALS_RETURN_IF_ERROR(Execute(*manager, "ALTER CONNECTION shop SET (HOST 'b.example')"));
  ANNALS_RETURN_IF_ERROR(Expect(*manager, "b.example"));

  // What does not work is not written.
  const absl::Status refused = Execute(*manager, "ALTER CONNECTION shop SET (HOST 'down.example')");
  std::cout << "  refused: " << refused.message() << "\n";
  if (annals::ReasonOf(refused) != annals::Reason::VALIDATION_FAILED) return refused;
  ANNALS_RETURN_IF_ERROR(Expect(*manager, "b.example"));

  // The catalog never sees the password, only that there is another one.
  setenv("SHOP_PASSWORD", "much longer", 1);
  ANNALS_RETURN_IF_ERROR(Execute(*manager, "REFRESH SECRET pw"));
  ANNALS_ASSIGN_OR_RETURN(const auto rotated, Shop(*manager));
  if (rotated->password_size() != 11) return absl::InternalError("the old password");

  ANNALS_RETURN_IF_ERROR(Execute(*manager, "ROLLBACK TO VERSION " + std::to_string(begin.value)));
  return Expect(*manager, "a.example");
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
