#include "annals/bench/catalogs.h"
#include "annals/bench/peers/table_keeper.h"

namespace annals::bench {
namespace {

class Annals final : public TableKeeper {
 public:
  explicit Annals(const std::string& directory)
      : manager_(Must(CatalogManager::Open({.path = directory + "/store"}))) {}

  void CreateTable(uint64_t number) override { Must(manager_->Execute(TableNumber(number))); }

 private:
  const std::unique_ptr<CatalogManager> manager_;
};

}  // namespace

std::unique_ptr<TableKeeper> NewAnnals(const std::string& directory) {
  return std::make_unique<Annals>(directory);
}

}  // namespace annals::bench
