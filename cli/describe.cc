#include "annals/cli/describe.h"

#include "absl/strings/str_cat.h"
#include "annals/cli/catalog_json.h"
#include "annals/cli/object_lookup.h"
#include "annals/cli/object_text.h"
#include "annals/cli/store_reader.h"
#include "annals/ddl/show_create.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::StatusOr<std::string> TextOf(const CatalogView& catalog, const ObjectDescriptor& object,
                                   std::string_view output) {
  if (output == "json") return PrettyJsonText(ObjectJson(catalog, object));
  if (output != "ddl") return DescribeText(catalog, object);
  ANNALS_ASSIGN_OR_RETURN(const std::string sql, ddl::ToSql(catalog, object));
  return sql + "\n";
}

absl::StatusOr<std::string> Describe(const Arguments& arguments, std::optional<ObjectKind> kind,
                                     std::string_view name, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, OpenCatalog(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor object, FindWritten(catalog, kind, name));
  return TextOf(catalog, object, arguments.Get("output", "table"));
}

ExitCode RunDescribe(const Arguments& arguments, Console& console) {
  const auto object = KindAndNameIn(arguments.List("OBJECT"));
  if (!object.ok()) return console.Fail(object.status(), ExitCode::kUsage);
  const auto text = Describe(arguments, object->first, object->second, console);
  if (!text.ok()) return console.Fail(text.status(), ReadFailure(text.status()));
  console.PrintExact(*text);
  return ExitCode::kDone;
}

}  // namespace

Verb DescribeVerb() {
  return {.name = "describe",
          .summary = "tell all about one object",
          .details =
              "OBJECT is [KIND] NAME, and NAME is ORDERS, SHOP.ORDERS or \"my shop\".\"a.b\". "
              "What is not in\ndouble quotes is taken as it is written if there is such a "
              "name, else in upper case.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         {.name = "OBJECT",
                          .help = "[KIND] NAME",
                          .kind = Parameter::Kind::kPositional,
                          .least = 1,
                          .most = 2},
                         Value("--at", "the version to look at (default: latest)"),
                         SalvageFlag(),
                         Choice("-o,--output", "how to write it (default: table)",
                                {"table", "json", "ddl"})},
          .run = RunDescribe,
          .paged = true};
}

}  // namespace annals::cli
