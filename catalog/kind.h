#pragma once

// The registry of kinds: what a catalog can hold beside schemas, tables, indexes, zones
// and system views. A kind says in which words its objects are made and which options
// they take; a type of a kind adds options of its own. Both are plain values; what
// happens when an object is used (how a client is made of a connection) is the engine's
// (engine/handles/factory.h).
//
// A new kind is one registration. SQL and JSON words, DESCRIBE, diff, export, the
// inspector, the report and mirrors know it from then on:
//
//   auto registered = annals::RegisterKind({
//       .kind = annals::ObjectKind{64}, .name = "pipeline", .plural = "pipelines",
//       .clauses = {{.words = "FROM CONNECTION", .option = "connection"}},
//       .options = {{.name = "connection", .type = annals::OptionType::kObject, .required = true,
//                    .to = {{annals::ObjectKind::kConnection, {}}}},
//                   {.name = "interval", .type = annals::OptionType::kInteger}}});
//
// The registry belongs to the process: kinds and types are registered once, before the
// first catalog that has them is opened, and are never taken back. The built-in ones are
// there from the start. Any thread may look; what it gets stays valid for ever.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/types.h"

namespace annals {

enum class OptionType : uint8_t {
  kText,
  kInteger,
  kBoolean,  // "true" or "false".
  kList,     // Texts, none twice, none empty; kept as one text (ListText).
  kObject,   // A reference.
};

// What a reference may point to.
struct ReferenceTarget {
  ObjectKind kind;
  std::vector<std::string> types = {};  // Empty: any.
};

struct OptionDefinition {
  std::string name;  // Words in lower case, joined by `-`: "ssl-mode" is SSL MODE in SQL.
  OptionType type = OptionType::kText;
  bool required = false;
  // What a handle gets if it is not set; empty: nothing.
  std::string default_value = {};
  // Its text is refused: it comes from a secret, or by ${ENV:..} or ${FILE:..}.
  bool sensitive = false;
  // False: it is given once, with CREATE.
  bool alterable = true;
  // Options that name the same group exclude each other: setting one drops the others.
  std::string group = {};
  std::vector<std::string> choices = {};  // Of a text; empty: any text.
  std::optional<int64_t> least = std::nullopt;
  std::optional<int64_t> most = std::nullopt;
  std::vector<ReferenceTarget> to = {};  // Of a reference.
};

struct TypeDefinition {
  ObjectKind kind;
  std::string name;  // In lower case.
  std::vector<OptionDefinition> options = {};
  // Groups of which one option must be set.
  std::vector<std::string> required_groups = {};
  // Whether other options are taken too, as texts.
  bool free_options = false;
  // What no option says alone. Pure: no clock, no I/O. `catalog` holds what the object
  // refers to, as it will be. Null: nothing to check.
  //   INVALID_VALUE, MISSING_OPTION, EXCLUSIVE_OPTIONS; the message names the option
  std::function<absl::Status(const CatalogView& catalog, const ConfiguredFields& object)> validate =
      {};
};

// Words between the name of an object and its options, which set an option:
// FROM CONNECTION c sets "connection", FROM ENV 'X' sets "env". What the option is says
// whether a name or a string follows.
struct Clause {
  std::string words;  // In upper case.
  std::string option;
};

struct KindDefinition {
  ObjectKind kind;       // A host's own: 64 to 223. It is on disk, and for ever.
  std::string name;      // One word in lower case: "pipeline". CREATE PIPELINE ...
  std::string plural;    // SHOW PIPELINES
  bool at_root = false;  // Else its objects live in schemas.
  // TO in `CREATE CONNECTION c TO kafka`; empty: nobody says what type an object is of.
  std::string type_word = {};
  // The type is that of the object to which this option refers, for as long as it lives: a
  // source of a connection to kafka is of the type kafka. Empty: not so.
  std::string type_from_option = {};
  // Whether a type that nobody registered is taken, with whatever options.
  bool free_types = false;
  // Whether other options than those that are defined are taken, where the type (if there
  // is one) is not registered.
  bool free_options = false;
  // Whether SHOW CREATE writes WITH ('key' = 'value'), and not (KEY 'value'). Both are read.
  bool quoted_options = false;
  bool has_columns = false;
  std::vector<Clause> clauses = {};
  // Of all types.
  std::vector<OptionDefinition> options = {};
  std::vector<std::string> required_groups = {};
  // As that of a type; for objects of all types.
  std::function<absl::Status(const CatalogView& catalog, const ConfiguredFields& object)> validate =
      {};
};

//   OBJECT_EXISTS    the number, the name or the plural is taken, or a word of SQL
//   INVALID_VALUE    says what of the definition cannot be
absl::Status RegisterKind(KindDefinition definition);
//   OBJECT_EXISTS    the kind has a type of this name
//   INVALID_VALUE    says what of the definition cannot be, or that there is no such kind
absl::Status RegisterType(TypeDefinition definition);

// Null if there is none. Words in any case.
const KindDefinition* FindKind(ObjectKind kind);
const KindDefinition* FindKindByName(std::string_view name);
const KindDefinition* FindKindByPlural(std::string_view plural);
const TypeDefinition* FindType(ObjectKind kind, std::string_view type);

// All of them, by number; all of a kind's, by name.
std::vector<const KindDefinition*> AllKinds();
std::vector<const TypeDefinition*> AllTypes(ObjectKind kind);

// The definition of an option of objects of this kind and type; null if there is none
// (which does not say whether it is taken: see AcceptsFreeOptions).
const OptionDefinition* FindOption(ObjectKind kind, std::string_view type, std::string_view option);
bool AcceptsFreeOptions(ObjectKind kind, std::string_view type);
// All that are defined, those of the kind first.
std::vector<const OptionDefinition*> OptionsOf(ObjectKind kind, std::string_view type);
// The groups of options of which one must be set.
std::vector<std::string> RequiredGroupsOf(ObjectKind kind, std::string_view type);

// "SSL MODE", ` ssl  Mode` -> "ssl-mode"; and "ssl-mode" -> "SSL MODE".
std::string OptionKey(std::string_view words);
// The same of a type's name: SSH TUNNEL -> "ssh-tunnel".
std::string TypeKey(std::string_view words);
std::string OptionWords(std::string_view key);

// Whether what stands under `option` is to be seen by nobody: options that are defined
// as sensitive say so; a name that is not defined tells by what it sounds like
// (password, token, secret, key, and near misses).
bool IsSensitive(ObjectKind kind, std::string_view type, std::string_view option);
// By its sound alone, or because some registered type says so: for who does not know the
// type, or whether there is such an option at all.
bool SoundsSensitive(std::string_view option);

// `${ENV:NAME}` or `${FILE:path}`: where a value is, and not the value.
bool IsPlaceholder(std::string_view value);

// A list as the text that is kept of it, and the elements of such a text: `b1,b2`. A comma
// or a backslash of an element has a backslash before it, and so has a blank at either end;
// blanks that have none there belong to no element.
std::string ListText(const std::vector<std::string>& elements);
std::vector<std::string> ListElements(std::string_view text);

// The value of `option` as people may see it: a value that nobody is to see is `***`.
inline constexpr std::string_view kMasked = "***";
std::string_view ShownValue(const ConfiguredDescriptor& object, const OptionDescriptor& option);
// The same of a label, which nobody declared: its key tells by what it sounds like.
std::string_view ShownLabel(std::string_view key, std::string_view value);

}  // namespace annals
