#include "annals/cli/report/page.h"

#include <array>
#include <cstdlib>
#include <span>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "annals/log/record.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// 'sha256-...' as a content policy names an inline element.
std::string SourceHash(std::string_view content) {
  const auto hash = Sha256Hash::Of(content).bytes;
  return absl::StrCat("'sha256-",
                      absl::Base64Escape({reinterpret_cast<const char*>(hash.data()), hash.size()}),
                      "'");
}

std::string ContentPolicy() {
  return absl::StrCat("default-src 'none'; script-src ", SourceHash(PageScript()), "; style-src ",
                      SourceHash(PageStyle()), "; base-uri 'none'; form-action 'none'");
}

// JSON that means the same and has nothing in it that HTML knows.
std::string SafeJson(const Json& data) {
  return absl::StrReplaceAll(JsonText(data),
                             {{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}});
}

// A place in page.html, and what comes there.
using Part = std::pair<std::string_view, std::string_view>;

// Parts stand in the order of their places, so none is looked for in another.
std::string Filled(std::string_view html, std::span<const Part> parts) {
  std::string page;
  for (const auto& [place, content] : parts) {
    const size_t at = html.find(place);
    if (at == std::string_view::npos) std::abort();  // page.html is ours.
    page.append(html.substr(0, at)).append(content);
    html.remove_prefix(at + place.size());
  }
  return page.append(html);
}

}  // namespace

std::string MakePage(const Json& data) {
  const std::string policy = ContentPolicy();
  const std::string json = SafeJson(data);
  const std::array<Part, 4> parts = {Part{"{{policy}}", policy},
                                     {"{{style}}", PageStyle()},
                                     {"{{data}}", json},
                                     {"{{script}}", PageScript()}};
  return Filled(PageHtml(), parts);
}

}  // namespace annals::cli
