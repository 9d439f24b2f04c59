#include "annals/cli/ls.h"

#include "annals/catalog/canonical_text.h"
#include "annals/cli/catalog_json.h"
#include "annals/cli/listing.h"
#include "annals/cli/script_text.h"
#include "annals/cli/store_reader.h"
#include "annals/ddl/migration.h"

namespace annals::cli {
namespace {

std::string JsonLines(const CatalogView& catalog) {
  std::string lines;
  for (const Json& object : ListingJson(catalog)) lines += JsonText(object) + "\n";
  return lines;
}

std::string TextOf(const CatalogView& catalog, std::string_view output) {
  if (output == "json") return PrettyJsonText(ListingJson(catalog));
  if (output == "jsonl") return JsonLines(catalog);
  if (output == "lines") return CanonicalLines(catalog);
  if (output == "state") return StateDigest(catalog) + "\n";
  return ListingText(catalog, [](const ObjectDescriptor& /*object*/) { return true; });
}

ExitCode RunLs(const Arguments& arguments, Console& console) {
  const auto catalog = OpenCatalog(arguments, console);
  if (!catalog.ok()) return console.Fail(catalog.status(), ReadFailure(catalog.status()));
  const std::string output = arguments.Get("output", "table");
  if (arguments.Has("policy") && output != "ddl") return console.UsageError(kPolicyGoesWithDdl);
  if (output == "ddl") {
    PrintScript(ddl::Recreate(*catalog, ScriptPolicyOf(arguments)), console);
  } else {
    console.PrintExact(TextOf(*catalog, output));
  }
  return ExitCode::kDone;
}

}  // namespace

Verb LsVerb() {
  return {.name = "ls",
          .summary = "list what is in the catalog",
          .details =
              "Formats: table, for people; json, one array; jsonl, one object a line; lines, "
              "the portable\ncanonical text; ddl, SQL that makes it anew; state, a digest of "
              "every byte.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         Value("--at", "the version to look at (default: latest)"), SalvageFlag(),
                         Choice("-o,--output", "how to write it (default: table)",
                                {"table", "json", "jsonl", "lines", "ddl", "state"}),
                         ScriptPolicy()},
          .run = RunLs,
          .paged = true};
}

}  // namespace annals::cli
