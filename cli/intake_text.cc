#include "annals/cli/intake_text.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/kind.h"
#include "annals/ddl/names.h"
#include "annals/ddl/show_create.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// CONNECTION PUBLIC.C
std::string ObjectSql(ObjectKind kind, std::string_view schema, std::string_view name) {
  const KindDefinition* const definition = FindKind(kind);
  const bool at_root = definition != nullptr && definition->at_root;
  return absl::StrCat(absl::AsciiStrToUpper(ToAbsl(KindName(kind))), " ",
                      at_root ? "" : absl::StrCat(ddl::QuoteName(schema), "."),
                      ddl::QuoteName(name));
}

// Words where they read back as the key, which bare names are.
std::string KeySql(ObjectKind kind, std::string_view key) {
  const KindDefinition* const definition = FindKind(kind);
  const std::string words = OptionWords(key);
  const bool is_word =
      words.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ") == std::string::npos;
  const bool quoted = definition == nullptr || definition->quoted_options || !is_word;
  return quoted ? ddl::QuoteString(key) : words;
}

std::string ValueSql(const ConfiguredDescriptor& object, const OptionSetting& setting) {
  if (const auto* const text = std::get_if<std::string>(&setting.value)) {
    const bool hidden = !text->empty() && !IsPlaceholder(*text) &&
                        IsSensitive(object.kind(), object.type(), setting.key);
    return ddl::QuoteString(hidden ? kMasked : std::string_view(*text));
  }
  const auto& name = std::get<ObjectName>(setting.value);
  const bool secret = name.kind == ObjectKind::kSecret;
  return absl::StrCat(secret ? "SECRET " : "", ddl::QuoteName(name.schema), ".",
                      ddl::QuoteName(name.name));
}

std::string SetSql(const ConfiguredDescriptor& object, const AlterConfigured& alter) {
  return absl::StrJoin(*alter.set, ", ", [&](std::string* out, const OptionSetting& setting) {
    const std::string key = KeySql(alter.kind, setting.key);
    // A name must not be taken for one of the words, nor SECRET for its own.
    const bool clear = absl::ascii_isupper(static_cast<unsigned char>(key.front())) &&
                       !key.starts_with("U&") && !key.ends_with("SECRET");
    absl::StrAppend(out, key, clear ? " " : " = ", ValueSql(object, setting));
  });
}

std::string ResetSql(const AlterConfigured& alter) {
  return absl::StrJoin(*alter.reset, ", ", [&](std::string* out, const std::string& key) {
    absl::StrAppend(out, KeySql(alter.kind, key));
  });
}

ObjectDescriptor Find(const CatalogView& catalog, ObjectKind kind, std::string_view schema,
                      std::string_view name) {
  const KindDefinition* const definition = FindKind(kind);
  if (definition != nullptr && definition->at_root) {
    return catalog.Find(NameScope::Root(kind), name);
  }
  const auto parent = catalog.Schema(schema);
  return parent ? catalog.Find(NameScope::In(parent->id()), name) : ObjectDescriptor();
}

// What SQL says by one REFRESH after another.
std::string GenerationNote(std::string_view object, uint32_t generation) {
  return absl::StrCat("-- the generation of ", ToAbsl(object), " becomes ", generation);
}

// Makes the text of one step; `before` and `after` are the catalogs around the plan.
struct StepWriter {
  const CatalogView& before;
  const CatalogView& after;

  absl::StatusOr<std::string> operator()(const CreateConfigured& create) const {
    ANNALS_ASSIGN_OR_RETURN(
        std::string sql, ddl::ToSql(after, Find(after, create.kind, create.schema, create.name)));
    if (create.generation == 0) return sql;
    const std::string object = ObjectSql(create.kind, create.schema, create.name);
    return absl::StrCat(sql, "\n", GenerationNote(object, create.generation));
  }
  absl::StatusOr<std::string> operator()(const AlterConfigured& alter) const {
    const std::string object = ObjectSql(alter.kind, alter.schema, alter.name);
    const ConfiguredDescriptor now(Find(before, alter.kind, alter.schema, alter.name));
    std::vector<std::string> actions;
    if (alter.set) actions.push_back(absl::StrCat("SET (", SetSql(now, alter), ")"));
    if (alter.reset) actions.push_back(absl::StrCat("RESET (", ResetSql(alter), ")"));
    if (alter.comment) actions.push_back("COMMENT " + ddl::QuoteString(*alter.comment));
    std::vector<std::string> lines;
    if (!actions.empty()) {
      lines.push_back(absl::StrCat("ALTER ", object, " ", absl::StrJoin(actions, ", "), ";"));
    }
    if (alter.labels) lines.push_back(absl::StrCat("-- the labels of ", object, " change"));
    if (alter.generation) lines.push_back(GenerationNote(object, *alter.generation));
    return absl::StrJoin(lines, "\n");
  }
  absl::StatusOr<std::string> operator()(const DropConfigured& drop) const {
    return absl::StrCat("DROP ", ObjectSql(drop.kind, drop.schema, drop.name), ";");
  }
};

}  // namespace

absl::StatusOr<std::string> PlanText(const CatalogView& base, const IntakePlan& plan,
                                     const UpdateEntries& entries) {
  CatalogDraft after(base, base.version().Next(), {});
  for (const UpdateEntry& entry : entries) ANNALS_RETURN_IF_ERROR(Apply(entry, after));
  std::string text;
  for (const IntakeStep& step : plan.steps) {
    ANNALS_ASSIGN_OR_RETURN(const std::string sql,
                            std::visit(StepWriter{base, after}, step.command));
    absl::StrAppend(&text, sql, "\n");
  }
  return text;
}

}  // namespace annals::cli
