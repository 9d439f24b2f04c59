#include "annals/commands/names.h"

#include <algorithm>
#include <unordered_set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "annals/commands/limits.h"
#include "annals/commands/utf8.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsControl(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

bool IsVisibleAscii(char byte) { return byte > ' ' && byte < 0x7F; }

// A name that cannot be shown as it is.
std::string Escaped(std::string_view name) {
  constexpr size_t kShown = 40;
  return absl::StrCat("\"", absl::CHexEscape(ToAbsl(name.substr(0, kShown))), "\"",
                      name.size() > kShown ? "..." : "");
}

Reason ReasonOfTaken(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kTable:
      return Reason::TABLE_EXISTS;
    case ObjectKind::kIndex:
      return Reason::INDEX_EXISTS;
    case ObjectKind::kSystemView:
      return Reason::SYSTEM_VIEW_EXISTS;
    default:
      return Reason::OBJECT_EXISTS;
  }
}

absl::Status InvalidName(std::string_view name, std::string_view what, std::string_view why) {
  return MakeError(Reason::INVALID_NAME,
                   absl::StrCat(ToAbsl(what), " ", Escaped(name), " ", ToAbsl(why)));
}

absl::Status Exists(const SchemaDescriptor& schema, const ObjectDescriptor& owner) {
  return MakeError(
      ReasonOfTaken(owner.kind()),
      absl::StrCat(ToAbsl(KindName(owner.kind())), " ", Qualified(schema.name(), owner.name()),
                   " already exists; all that lives in a schema shares its names"));
}

}  // namespace

absl::Status CheckNoSystemSchema(std::string_view schema) {
  if (!IsSystemSchema(schema)) return absl::OkStatus();
  return MakeError(
      Reason::SYSTEM_SCHEMA_FORBIDDEN,
      absl::StrCat("schema ", Quoted(schema), " belongs to the system; use a schema of your own"));
}

absl::Status NameTaken(const CatalogView& catalog, const ObjectDescriptor& owner) {
  if (owner.parent() != kNoObject) {
    return Exists(SchemaDescriptor(catalog.Find(owner.parent())), owner);
  }
  return MakeError(
      ReasonOfTaken(owner.kind()),
      absl::StrCat(ToAbsl(KindName(owner.kind())), " ", Quoted(owner.name()), " already exists"));
}

std::string Shown(std::string_view text) {
  constexpr size_t kShownBytes = 80;
  if (text.size() <= kMaxNameBytes) return std::string(text);
  return absl::StrCat(ToAbsl(CutAtCharacter(text, kShownBytes)), "...");
}

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (char c : Shown(name)) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Qualified(std::string_view schema, std::string_view name) {
  return absl::StrCat(Quoted(schema), ".", Quoted(name));
}

std::string QuotedList(const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", Quoted(names[i]));
  }
  if (names.size() > kShown) absl::StrAppend(&list, " and ", names.size() - kShown, " more");
  return list;
}

absl::Status CheckName(std::string_view name, std::string_view what) {
  // Most names are all of visible ASCII characters.
  const auto other = std::find_if_not(name.begin(), name.end(), IsVisibleAscii);
  bool blank = other == name.begin();
  bool control = false;
  std::string_view rest = name.substr(static_cast<size_t>(other - name.begin()));
  while (const std::optional<char32_t> character = TakeCharacter(rest)) {
    blank = blank && IsWhiteSpace(*character);
    control = control || IsControl(*character);
  }
  if (!rest.empty()) return InvalidName(name, what, "is not UTF-8");
  if (blank) {
    return MakeError(Reason::BLANK_IDENTIFIER, absl::StrCat(ToAbsl(what), " is blank"));
  }
  if (control) return InvalidName(name, what, "has control characters");
  if (name.size() > kMaxNameBytes) {
    return InvalidName(
        name, what,
        absl::StrCat("is ", name.size(), " bytes long; at most ", kMaxNameBytes, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status CheckTableName(std::string_view schema, std::string_view table) {
  ANNALS_RETURN_IF_ERROR(CheckName(schema, "schema name"));
  ANNALS_RETURN_IF_ERROR(CheckName(table, "table name"));
  return CheckNoSystemSchema(schema);
}

absl::Status CheckIndexName(std::string_view schema, std::string_view index) {
  ANNALS_RETURN_IF_ERROR(CheckName(schema, "schema name"));
  ANNALS_RETURN_IF_ERROR(CheckName(index, "index name"));
  return CheckNoSystemSchema(schema);
}

std::optional<std::string_view> FirstDuplicateOf(std::span<const std::string_view> names) {
  constexpr size_t kFew = 16;  // Looking at each is faster than hashing.
  if (names.size() <= kFew) {
    for (auto name = names.begin(); name != names.end(); ++name) {
      if (std::find(names.begin(), name, *name) != name) return *name;
    }
    return std::nullopt;
  }
  std::unordered_set<std::string_view> seen;
  for (const std::string_view name : names) {
    if (!seen.insert(name).second) return name;
  }
  return std::nullopt;
}

std::string KeyIndexName(std::string_view table, int number) {
  const std::string suffix = number == 0 ? "_PK" : absl::StrCat("_PK_", number);
  return absl::StrCat(ToAbsl(CutAtCharacter(table, kMaxNameBytes - suffix.size())), suffix);
}

NameTaker::NameTaker(const PlanContext& context, const SchemaDescriptor& schema, Wanted wanted)
    : context_(context), schema_(schema), wanted_(std::move(wanted)) {}

bool NameTaker::IsTaken(std::string_view name) const {
  return Contains(taken_, name) || OwnerOf(name);
}

ObjectDescriptor NameTaker::OwnerOf(std::string_view name) const {
  if (Contains(released_, name)) return {};
  return context_.catalog().Find(NameScope::In(schema_.id()), name);
}

std::string NameTaker::FreeKeyIndexName(std::string_view table) {
  for (int number = 0;; ++number) {
    std::string name = KeyIndexName(table, number);
    if (IsTaken(name) || Contains(wanted_, name)) continue;
    taken_.push_back(name);
    return name;
  }
}

absl::Status NameTaker::Take(std::string_view name, UpdateEntries& entries) {
  if (Contains(taken_, name)) {
    return MakeError(Reason::TABLE_EXISTS,
                     absl::StrCat("table ", Qualified(schema_.name(), name),
                                  " is made by the same command; give its key another name"));
  }
  const ObjectDescriptor owner = OwnerOf(name);
  if (owner) {
    const auto index = As<IndexDescriptor>(owner);
    if (!context_.relaxed() || !index || !index->automatic_name()) return Exists(schema_, owner);
    const auto table = context_.catalog().Get<TableDescriptor>(index->table_id());
    entries.push_back(RenameObject{index->id(), FreeKeyIndexName(table->name()), true});
  }
  taken_.emplace_back(name);
  return absl::OkStatus();
}

absl::StatusOr<std::string> NameTaker::TakeKeyIndexName(std::string_view table) {
  if (context_.relaxed()) return FreeKeyIndexName(table);
  std::string name = KeyIndexName(table, 0);
  if (const ObjectDescriptor owner = OwnerOf(name)) {
    return WithContext(Exists(schema_, owner),
                       absl::StrCat("the key index of ", Quoted(table), " needs its name"));
  }
  if (Contains(wanted_, name)) {
    return MakeError(Reason::TABLE_EXISTS,
                     absl::StrCat("the key index would be called ", Quoted(name),
                                  ", as its table is; give the key a name"));
  }
  taken_.push_back(name);
  return name;
}

}  // namespace annals
