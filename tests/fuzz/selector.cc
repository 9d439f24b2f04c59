// A version selector or range, from anybody: it is understood or refused, without a crash, and
// what is meant is a version of the log or an error (docs/inspector.md).

#include "annals/cli/selector.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "annals/annals.h"

namespace annals::cli {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Of a few versions.
const UpdateLog& Log() {
  static const UpdateLog* kept = nullptr;
  static const std::unique_ptr<CatalogManager> manager = [] {
    std::unique_ptr<UpdateLog> log = NewMemoryLog();
    kept = log.get();
    auto opened = CatalogManager::Open(std::move(log), {});
    Require(opened.ok());
    for (const char* name : {"A", "B", "C"}) {
      Require((*opened)->Execute(CreateSchema{.name = name}).ok());
    }
    return *std::move(opened);
  }();
  return *kept;
}

void ResolveSafely(const Selector& selector) {
  const auto version = Resolve(selector, Log());
  Require(!version.ok() || *version <= Log().Head().version);
}

}  // namespace
}  // namespace annals::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using annals::cli::ParseRange;
  using annals::cli::ParseSelector;
  using annals::cli::ResolveSafely;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto selector = ParseSelector(text); selector.ok()) ResolveSafely(*selector);
  if (const auto range = ParseRange(text); range.ok()) {
    ResolveSafely(range->first);
    ResolveSafely(range->second);
  }
  return 0;
}
