#include "annals/cli/diff_verb.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "annals/catalog/diff.h"
#include "annals/cli/change_text.h"
#include "annals/cli/json.h"
#include "annals/cli/object_text.h"
#include "annals/cli/script_text.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/ddl/migration.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

struct Versions {
  Catalog before;
  Catalog after;
  std::vector<ObjectChange> changes;
  std::optional<DefaultZoneChange> default_zone;
};

absl::StatusOr<Versions> Compare(const Arguments& arguments, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(auto range, ParseRange(arguments.Get("RANGE")));
  if (arguments.Has("reverse")) std::swap(range.first, range.second);
  ANNALS_ASSIGN_OR_RETURN(StoreReader reader, StoreReader::Open(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion from, reader.Find(range.first));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion to, reader.Find(range.second));
  ANNALS_ASSIGN_OR_RETURN(auto catalogs, reader.CatalogsAt(from, to));
  auto changes = Diff(catalogs.first, catalogs.second);
  const auto default_zone = DefaultZoneChangeOf(catalogs.first, catalogs.second);
  return Versions{std::move(catalogs.first), std::move(catalogs.second), std::move(changes),
                  default_zone};
}

// --- For people.

char Sign(const PieceChange& piece) {
  switch (piece.kind) {
    case PieceChange::Kind::kAdded:
      return '+';
    case PieceChange::Kind::kRemoved:
      return '-';
    default:
      return '~';
  }
}

// "+ column STATE VARCHAR(16)", "~ column PRICE: DECIMAL(8,2) -> DECIMAL(10,2)"
std::string PieceLine(const PieceChange& piece) {
  std::string text = PieceText(piece);
  if (piece.kind == PieceChange::Kind::kAdded) {
    text = absl::StrCat(piece.after_label, " ", piece.after);
  }
  if (piece.kind == PieceChange::Kind::kRemoved) {
    text = absl::StrCat(piece.before_label, " ", piece.before);
  }
  return absl::StrCat("    ", std::string(1, Sign(piece)), " ", Visible(text), "\n");
}

std::string WholeLine(char sign, const CatalogView& catalog, const ObjectDescriptor& object) {
  const std::string details = ShortText(catalog, object);
  return absl::StrCat(
      std::string(1, sign), " ",
      Visible(absl::StrCat(KindAndName(catalog, object), details.empty() ? "" : ": ", details)),
      "\n");
}

std::string ChangeLines(const ObjectChange& change, const Versions& versions) {
  if (!change.before) return WholeLine('+', versions.after, change.after);
  if (!change.after) return WholeLine('-', versions.before, change.before);
  std::string text = absl::StrCat("~ ", Visible(KindAndName(versions.after, change.after)), "\n");
  for (const PieceChange& piece : PiecesOf(change, versions.before, versions.after)) {
    text += PieceLine(piece);
  }
  return text;
}

// The default zone as a piece of the catalog itself.
PieceChange PieceOf(const DefaultZoneChange& change) {
  const auto name = [](const std::optional<ZoneDescriptor>& zone) {
    return zone ? ddl::QuoteName(zone->name()) : "none";
  };
  return {.kind = PieceChange::Kind::kChanged,
          .before_label = "default zone",
          .after_label = "default zone",
          .before = name(change.before),
          .after = name(change.after)};
}

std::string TableText(const Versions& versions) {
  std::string text;
  for (const ObjectChange& change :
       WithoutFollowers(versions.changes, versions.before, versions.after)) {
    text += ChangeLines(change, versions);
  }
  if (versions.default_zone) {
    absl::StrAppend(&text, "~ ", Visible(PieceText(PieceOf(*versions.default_zone))), "\n");
  }
  return text;
}

// --- For programs.

Json PieceJson(const PieceChange& piece) {
  constexpr const char* kNames[] = {"added", "removed", "changed", "renamed"};
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"change", kNames[static_cast<int>(piece.kind)]},
          {"before_name", or_null(piece.before_label)},
          {"after_name", or_null(piece.after_label)},
          {"before", or_null(piece.before)},
          {"after", or_null(piece.after)}};
}

Json ChangeJson(const ObjectChange& change, const Versions& versions) {
  const bool gone = !change.after;
  const ObjectDescriptor& object = gone ? change.before : change.after;
  const CatalogView& catalog = gone ? static_cast<const CatalogView&>(versions.before)
                                    : static_cast<const CatalogView&>(versions.after);
  const ObjectDescriptor schema = catalog.Find(object.parent());
  Json pieces = Json::array();
  for (const PieceChange& piece : PiecesOf(change, versions.before, versions.after)) {
    pieces.push_back(PieceJson(piece));
  }
  return {{"change", std::string(ChangeName(change.kind))},
          {"kind", std::string(KindName(object.kind()))},
          {"id", object.id().value},
          {"schema", schema ? Json(std::string(schema.name())) : Json()},
          {"name", std::string(object.name())},
          {"details", std::move(pieces)}};
}

// Of the shape of an object's change, without an object.
Json ChangeJson(const DefaultZoneChange& change) {
  return {{"change", "altered"}, {"kind", "default zone"},
          {"id", nullptr},       {"schema", nullptr},
          {"name", nullptr},     {"details", Json::array({PieceJson(PieceOf(change))})}};
}

std::string JsonOf(const Versions& versions) {
  Json list = Json::array();
  for (const ObjectChange& change : versions.changes) {
    list.push_back(ChangeJson(change, versions));
  }
  if (versions.default_zone) list.push_back(ChangeJson(*versions.default_zone));
  return PrettyJsonText(list);
}

// In colours, line by line.
std::string Painted(std::string_view text, const Console& console) {
  std::string painted;
  for (const absl::string_view piece : absl::StrSplit(ToAbsl(text), '\n')) {
    const std::string_view line = ToStd(piece);
    const size_t sign = line.find_first_not_of(' ');
    if (sign == line.npos) continue;
    const Style style = line[sign] == '+'   ? Style::kAdded
                        : line[sign] == '-' ? Style::kRemoved
                                            : Style::kChanged;
    absl::StrAppend(&painted, console.Styled(style, line), "\n");
  }
  return painted;
}

ExitCode RunDiff(const Arguments& arguments, Console& console) {
  const std::string output = arguments.Get("output", "table");
  if (arguments.Has("policy") && output != "ddl") return console.UsageError(kPolicyGoesWithDdl);
  const auto versions = Compare(arguments, console);
  if (!versions.ok()) return console.Fail(versions.status(), ReadFailure(versions.status()));
  if (output == "ddl") {
    PrintScript(ddl::Migrate(versions->before, versions->after, ScriptPolicyOf(arguments)),
                console);
  } else {
    console.Print(output == "json" ? JsonOf(*versions) : Painted(TableText(*versions), console));
  }
  const bool tells =
      arguments.Has("exit-code") && (!versions->changes.empty() || versions->default_zone);
  return tells ? ExitCode::kRefused : ExitCode::kDone;
}

}  // namespace

Verb DiffVerb() {
  return {
      .name = "diff",
      .summary = "tell what is different between two versions, down to the column",
      .details =
          "RANGE is A..B, such as 8..latest; A.. ends at the latest version and ..B begins "
          "at the earliest.\n+ was added, - dropped, ~ changed.\n\n-o ddl prints SQL that makes "
          "A's catalog into B's, and with --reverse B's into A's, for\n`annals exec -f`. A comment "
          "that begins with \"-- loss\" says what the next statement costs of\nwhat stays, and "
          "one that begins with \"-- left out\" what SQL has no words for.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Positional("RANGE", "the two versions"),
                     Flag("--exit-code", "exit with 1 if there are differences"),
                     Flag("--reverse", "from B to A"), SalvageFlag(),
                     Choice("-o,--output", "how to write it (default: table)",
                            {"table", "json", "ddl"}),
                     ScriptPolicy()},
      .run = RunDiff,
      .paged = true};
}

}  // namespace annals::cli
