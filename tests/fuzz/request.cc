// A request of the JSON-lines protocol, from anybody: it is done or refused, without a crash.
// What is refused changes nothing (I11); what is done can be shown, and planned again it is
// the same answer.

#include "annals/cli/request.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "annals/annals.h"
#include "annals/cli/catalog_json.h"
#include "annals/cli/json.h"

namespace annals::cli {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Begins anew before it is large.
CatalogManager& Manager() {
  constexpr uint64_t kMost = 500;
  static std::unique_ptr<CatalogManager> manager;
  if (manager == nullptr || manager->Latest().version().value > kMost) {
    auto opened = CatalogManager::Open(NewMemoryLog(), {});
    Require(opened.ok());
    manager = *std::move(opened);
  }
  return *manager;
}

void Try(CommandsRequest request) {
  CatalogManager& manager = Manager();
  const CatalogVersion before = manager.Latest().version();
  const std::string lines = CanonicalLines(manager.Latest());
  const auto done = manager.Execute(std::move(request.commands));
  const Catalog after = manager.Latest();
  Require(after.version() == (done.ok() ? done->version : before));
  Require(after.version() != before || CanonicalLines(after) == lines);
  Require(ParseJson(JsonText(CatalogJson(after))).ok());
}

}  // namespace
}  // namespace annals::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::optional<size_t> command;
  auto request = annals::cli::ParseRequest({reinterpret_cast<const char*>(data), size}, command);
  if (!request.ok()) return 0;
  if (auto* const commands = std::get_if<annals::cli::CommandsRequest>(&*request)) {
    annals::cli::Try(std::move(*commands));
  }
  return 0;
}
