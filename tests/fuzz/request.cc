// Requests of the JSON-lines protocol, from anybody: each is done or refused, without a crash.
// What is refused changes nothing (I11); what is done can be shown.

#include "annals/cli/request.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/strings/str_split.h"
#include "annals/annals.h"
#include "annals/cli/catalog_json.h"
#include "annals/cli/json.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void Try(CommandsRequest request, CatalogManager& manager) {
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
  using annals::cli::CommandsRequest;
  const auto manager = annals::CatalogManager::Open(annals::NewMemoryLog(), {});
  annals::cli::Require(manager.ok());
  const std::string_view lines(reinterpret_cast<const char*>(data), size);
  for (const absl::string_view line : absl::StrSplit(annals::ToAbsl(lines), '\n')) {
    std::optional<size_t> command;
    auto request = annals::cli::ParseRequest(annals::ToStd(line), command);
    if (!request.ok() || !std::holds_alternative<CommandsRequest>(*request)) continue;
    annals::cli::Try(std::get<CommandsRequest>(*std::move(request)), **manager);
  }
  return 0;
}
