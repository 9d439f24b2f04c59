#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/kind.h"
#include "annals/commands/configured_rules.h"
#include "annals/engine/handles/handle_spec_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// What a variable or file may hold.
constexpr size_t kLongestValue = size_t{1} << 20;

absl::Status CannotResolve(std::string_view what) {
  return MakeError(Reason::PREPARE_FAILED, what);
}

absl::StatusOr<std::string> ReadVariable(const std::string& name) {
  // A host that changes its environment meanwhile has been warned by its manual pages.
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value != nullptr) return std::string(value);
  return CannotResolve(absl::StrCat("there is no environment variable ", name));
}

// Without the end of its last line, which editors put there.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLongestValue + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return CannotResolve(absl::StrCat("file ", path, " cannot be read"));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kLongestValue) {
    return CannotResolve(absl::StrCat("file ", path, " has more than ", kLongestValue, " bytes"));
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

// `text` with every ${ENV:NAME} and ${FILE:path} as what it stands for, each of which is one
// of `secrets` then.
absl::StatusOr<std::string> Filled(std::string_view text, SecretMask& secrets) {
  constexpr std::string_view kEnv = "${ENV:";
  constexpr std::string_view kFile = "${FILE:";
  std::string filled;
  while (!text.empty()) {
    const bool is_env = text.starts_with(kEnv);
    const std::string_view begin = is_env ? kEnv : kFile;
    const size_t end = text.starts_with(begin) ? text.find('}') : std::string_view::npos;
    if (end == std::string_view::npos) {
      filled.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    const std::string name(text.substr(begin.size(), end - begin.size()));
    ANNALS_ASSIGN_OR_RETURN(const std::string value,
                            is_env ? ReadVariable(name) : ReadSecretFile(name));
    secrets.Add(value);
    filled += value;
    text.remove_prefix(end + 1);
  }
  return filled;
}

absl::StatusOr<std::string> ReadSecret(const ConfiguredDescriptor& secret) {
  if (const auto variable = secret.FindOption("env")) {
    return ReadVariable(std::string(variable->value()));
  }
  if (const auto file = secret.FindOption("file")) {
    return ReadSecretFile(std::string(file->value()));
  }
  return CannotResolve("the secret says neither a variable nor a file");
}

std::string SchemaName(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (object.parent() == kNoObject) return {};
  return std::string(catalog.Find(object.parent()).name());
}

// Fills a spec, option by option.
class Resolver {
 public:
  Resolver(const CatalogView& catalog, const ConfiguredDescriptor& object, ObjectId first_new,
           NeedHandle need)
      : catalog_(catalog), object_(object), first_new_(first_new), need_(need) {}

  absl::StatusOr<ResolvedSpec> Resolve() {
    HandleSpec& spec = resolved_.spec;
    spec.id = Told(object_.id());
    spec.kind = object_.kind();
    spec.schema = SchemaName(catalog_, object_);
    spec.name = std::string(object_.name());
    spec.type = std::string(object_.type());
    for (const ColumnDescriptor column : object_.columns())
      spec.columns.push_back(column.ToColumn());
    for (const OptionDefinition* option : OptionsOf(object_.kind(), object_.type())) {
      if (!option->default_value.empty()) spec.options[option->name] = option->default_value;
    }
    for (const OptionDescriptor& option : object_.options()) {
      ANNALS_RETURN_IF_ERROR(
          WithContext(option.ref() == kNoObject ? AddText(option) : AddReference(option),
                      [&] { return absl::StrCat("option ", OptionWords(option.key())); }));
    }
    return std::move(resolved_);
  }

 private:
  absl::Status AddText(const OptionDescriptor& option) {
    ANNALS_ASSIGN_OR_RETURN(std::string value, Filled(option.value(), resolved_.secrets));
    if (value != option.value() || IsSensitive(object_.kind(), object_.type(), option.key())) {
      resolved_.secrets.Add(value);
    }
    resolved_.spec.options[std::string(option.key())] = std::move(value);
    return absl::OkStatus();
  }

  absl::Status AddReference(const OptionDescriptor& option) {
    const ObjectDescriptor target = catalog_.Find(option.ref());
    if (!target) return CannotResolve(absl::StrCat("object ", option.ref().value, " is not there"));
    if (target.kind() == ObjectKind::kSecret) return AddSecret(option, target);
    ANNALS_ASSIGN_OR_RETURN(std::shared_ptr<LiveHandle> live, need_(target.id()));
    resolved_.spec.references[std::string(option.key())] = {
        Told(target.id()), target.kind(), SchemaName(catalog_, target), std::string(target.name()),
        LiveHandle::Share(live)};
    if (live == nullptr) return absl::OkStatus();
    resolved_.secrets.Add(live->secrets());  // What it says may come through its user.
    resolved_.needs.push_back(std::move(live));
    return absl::OkStatus();
  }

  absl::Status AddSecret(const OptionDescriptor& option, const ObjectDescriptor& target) {
    auto value = ReadSecret(ConfiguredDescriptor(target));
    ANNALS_RETURN_IF_ERROR(WithContext(value.status(), [&] { return NameOf(catalog_, target); }));
    resolved_.secrets.Add(*value);
    resolved_.spec.options[std::string(option.key())] = *std::move(value);
    return absl::OkStatus();
  }

  ObjectId Told(ObjectId id) const { return id < first_new_ ? id : kNoObject; }

  const CatalogView& catalog_;
  const ConfiguredDescriptor& object_;
  const ObjectId first_new_;
  NeedHandle need_;
  ResolvedSpec resolved_;
};

}  // namespace

absl::StatusOr<ResolvedSpec> ResolveSpec(const CatalogView& catalog,
                                         const ConfiguredDescriptor& object, ObjectId first_new,
                                         NeedHandle need) {
  return Resolver(catalog, object, first_new, need).Resolve();
}

}  // namespace annals
