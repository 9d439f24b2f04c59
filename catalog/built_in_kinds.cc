#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/built_in_kinds_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

using Defined = OptionDefinition;

Defined TextOption(std::string name) { return {.name = std::move(name)}; }
Defined RequiredOption(Defined option) {
  option.required = true;
  return option;
}
Defined SensitiveOption(std::string name) { return {.name = std::move(name), .sensitive = true}; }
Defined FixedOption(Defined option) {
  option.alterable = false;
  return option;
}
Defined InGroup(std::string group, Defined option) {
  option.group = std::move(group);
  return option;
}
Defined ChoiceOption(std::string name, std::vector<std::string> choices) {
  return {.name = std::move(name), .choices = std::move(choices)};
}
Defined IntegerOption(std::string name, int64_t least, int64_t most, std::string value = {}) {
  return {.name = std::move(name),
          .type = OptionType::kInteger,
          .default_value = std::move(value),
          .least = least,
          .most = most};
}
Defined PortOption(std::string value) { return IntegerOption("port", 1, 65535, std::move(value)); }
Defined ListOption(std::string name) {
  return {.name = std::move(name), .type = OptionType::kList};
}
Defined ReferenceOption(std::string name, std::vector<ReferenceTarget> to) {
  return {.name = std::move(name), .type = OptionType::kObject, .to = std::move(to)};
}
Defined ToConnection(std::string name, std::vector<std::string> types = {}) {
  return ReferenceOption(std::move(name), {{ObjectKind::kConnection, std::move(types)}});
}

using OptionList = std::vector<Defined>;

OptionList Joined(std::initializer_list<OptionList> lists) {
  OptionList all;
  for (const OptionList& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

OptionList Tls() {
  return {SensitiveOption("ssl-key"), TextOption("ssl-cert"), TextOption("ssl-ca")};
}
OptionList Ways() {
  return {ToConnection("ssh-tunnel", {"ssh-tunnel"}),
          ToConnection("privatelink", {"aws-privatelink"})};
}

// ---- What options say together.

bool Has(const ConfiguredFields& object, std::string_view option) {
  return object.FindOption(option) != nullptr;
}

absl::Status BothOrNone(const ConfiguredFields& object, std::string_view a, std::string_view b) {
  if (Has(object, a) == Has(object, b)) return absl::OkStatus();
  const std::string_view missing = Has(object, a) ? b : a;
  return MakeError(Reason::MISSING_OPTION,
                   absl::StrCat("options ", OptionWords(a), " and ", OptionWords(b),
                                " go together, and ", OptionWords(missing), " is not given"));
}

absl::Status CheckTls(const CatalogView& /*catalog*/, const ConfiguredFields& object) {
  return BothOrNone(object, "ssl-key", "ssl-cert");
}

// `h`, `10.0.0.1`, `[::1]`
bool IsHost(std::string_view host) {
  if (!host.starts_with('[')) return !host.empty() && host.find(']') == std::string_view::npos;
  const std::string_view address = host.substr(1, host.size() - 2);
  return host.ends_with(']') && address.find(':') != std::string_view::npos &&
         address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

bool IsPort(std::string_view digits) {
  constexpr int kMost = 65535;
  int port = 0;
  return digits.find_first_not_of("0123456789") == std::string_view::npos &&
         absl::SimpleAtoi(ToAbsl(digits), &port) && 0 < port && port <= kMost;
}

// `http://host`, `https://host:8081`, `http://[::1]:8081`. Nothing of it is told, as a
// password may be a part of it.
absl::Status CheckUrl(std::string_view url) {
  const auto bad = [&](std::string_view why) {
    return MakeError(
        Reason::INVALID_VALUE,
        absl::StrCat("option URL ", ToAbsl(why), "; expected http://HOST or https://HOST:PORT"));
  };
  const size_t scheme = std::min(url.find("://"), url.size());
  const std::string name = absl::AsciiStrToLower(ToAbsl(url.substr(0, scheme)));
  if (scheme == url.size() || (name != "http" && name != "https")) {
    return bad("is no address of the web");
  }
  if (std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c == 0x7f; })) {
    return bad("holds a blank");
  }
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  if (authority.find('@') != std::string_view::npos) {
    return bad("holds a user; give USER and PASSWORD instead");
  }
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (!IsHost(authority.substr(0, colon))) {
    return bad("has no host; an address of IPv6 stands in brackets");
  }
  if (colon != std::string_view::npos && !IsPort(authority.substr(colon + 1))) {
    return bad("has a port that is not 1 to 65535");
  }
  return authority.size() == rest.size() ? absl::OkStatus() : bad("has a path");
}

absl::Status CheckRegistry(const CatalogView& catalog, const ConfiguredFields& object) {
  ANNALS_RETURN_IF_ERROR(CheckTls(catalog, object));
  const Option* url = object.FindOption("url");
  if (url == nullptr || url->ref != kNoObject || IsPlaceholder(url->value)) return absl::OkStatus();
  return CheckUrl(url->value);
}

absl::Status CheckKafka(const CatalogView& catalog, const ConfiguredFields& object) {
  if (Has(object, "progress-topic-replication-factor") && !Has(object, "progress-topic")) {
    return MakeError(
        Reason::MISSING_OPTION,
        "option PROGRESS TOPIC REPLICATION FACTOR needs PROGRESS TOPIC, which is not given");
  }
  return CheckTls(catalog, object);
}

absl::Status OneWay() {
  return MakeError(Reason::EXCLUSIVE_OPTIONS,
                   "AWS is reached by ACCESS KEY ID and SECRET ACCESS KEY, or by ASSUME ROLE ARN, "
                   "and not by both");
}

absl::Status CheckAws(const CatalogView& /*catalog*/, const ConfiguredFields& object) {
  const bool by_key = Has(object, "access-key-id") || Has(object, "secret-access-key") ||
                      Has(object, "session-token");
  const bool by_role = Has(object, "assume-role-arn") || Has(object, "assume-role-session-name");
  if (by_key && by_role) return OneWay();
  const auto need = [&](std::string_view option) {
    return Has(object, option)
               ? absl::OkStatus()
               : MakeError(Reason::MISSING_OPTION,
                           absl::StrCat("option ", OptionWords(option), " is not given"));
  };
  if (by_role) return need("assume-role-arn");
  if (by_key) {
    ANNALS_RETURN_IF_ERROR(need("access-key-id"));
    return need("secret-access-key");
  }
  return MakeError(Reason::MISSING_OPTION,
                   "neither ACCESS KEY ID and SECRET ACCESS KEY nor ASSUME ROLE ARN are given");
}

TypeDefinition ConnectionTo(std::string name, OptionList options) {
  return {.kind = ObjectKind::kConnection, .name = std::move(name), .options = std::move(options)};
}

TypeDefinition Kafka() {
  TypeDefinition kafka = ConnectionTo(
      "kafka",
      Joined(
          {{InGroup("address", TextOption("broker")), InGroup("address", ListOption("brokers")),
            InGroup("address", ToConnection("privatelink", {"aws-privatelink"})),
            ChoiceOption("security-protocol", {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}),
            ChoiceOption("sasl-mechanism",
                         {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"}),
            TextOption("sasl-user"), SensitiveOption("sasl-password")},
           Tls(),
           {ToConnection("ssh-tunnel", {"ssh-tunnel"}), ToConnection("aws-connection", {"aws"}),
            FixedOption(TextOption("progress-topic")),
            IntegerOption("progress-topic-replication-factor", 1, 32767)}}));
  kafka.required_groups = {"address"};
  kafka.validate = CheckKafka;
  return kafka;
}

TypeDefinition SchemaRegistry() {
  TypeDefinition registry = ConnectionTo(
      "confluent-schema-registry", Joined({{RequiredOption(TextOption("url")), TextOption("user"),
                                            SensitiveOption("password"), PortOption("")},
                                           Tls(),
                                           Ways()}));
  registry.validate = CheckRegistry;
  return registry;
}

TypeDefinition Database(std::string name, std::string port, std::vector<std::string> modes,
                        bool with_database) {
  TypeDefinition database = ConnectionTo(
      std::move(name),
      Joined({{RequiredOption(TextOption("host")), PortOption(std::move(port)),
               RequiredOption(TextOption("user")), SensitiveOption("password")},
              with_database ? OptionList{RequiredOption(TextOption("database"))} : OptionList{},
              {ChoiceOption("ssl-mode", std::move(modes))},
              Tls(),
              Ways()}));
  database.validate = CheckTls;
  return database;
}

TypeDefinition Aws() {
  TypeDefinition aws =
      ConnectionTo("aws", {TextOption("access-key-id"), SensitiveOption("secret-access-key"),
                           SensitiveOption("session-token"), TextOption("assume-role-arn"),
                           TextOption("assume-role-session-name"), TextOption("endpoint"),
                           TextOption("region")});
  aws.validate = CheckAws;
  return aws;
}

}  // namespace

std::vector<KindDefinition> BuiltInKinds() {
  const Defined connection = RequiredOption(ToConnection("connection"));
  return {
      {.kind = ObjectKind::kCatalog,
       .name = "catalog",
       .plural = "catalogs",
       .at_root = true,
       .type_word = "USING",
       .free_types = true,
       .free_options = true,
       .quoted_options = true},
      {.kind = ObjectKind::kConnection,
       .name = "connection",
       .plural = "connections",
       .type_word = "TO"},
      {.kind = ObjectKind::kSecret,
       .name = "secret",
       .plural = "secrets",
       .clauses = {{"FROM ENV", "env"}, {"FROM FILE", "file"}},
       .options = {InGroup("provider", TextOption("env")), InGroup("provider", TextOption("file"))},
       .required_groups = {"provider"}},
      {.kind = ObjectKind::kSource,
       .name = "source",
       .plural = "sources",
       .type_from_option = "connection",
       .free_types = true,
       .free_options = true,
       .has_columns = true,
       .clauses = {{"FROM CONNECTION", "connection"}},
       .options = {connection}},
      {.kind = ObjectKind::kSink,
       .name = "sink",
       .plural = "sinks",
       .type_from_option = "connection",
       .free_types = true,
       .free_options = true,
       .clauses = {{"FROM", "input"}, {"INTO CONNECTION", "connection"}},
       .options = {FixedOption(RequiredOption(
                       ReferenceOption("input", {{ObjectKind::kTable}, {ObjectKind::kSource}}))),
                   connection}},
  };
}

std::vector<TypeDefinition> BuiltInTypes() {
  return {
      Kafka(),
      SchemaRegistry(),
      Database("postgres", "5432",
               {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}, true),
      Database("mysql", "3306",
               {"disabled", "preferred", "required", "verify-ca", "verify-identity"}, false),
      Database("sql-server", "1433", {"disabled", "required", "verify", "verify-ca"}, true),
      ConnectionTo(
          "ssh-tunnel",
          {RequiredOption(TextOption("host")), PortOption("22"), RequiredOption(TextOption("user")),
           FixedOption(TextOption("public-key-1")), FixedOption(TextOption("public-key-2"))}),
      Aws(),
      ConnectionTo("aws-privatelink", {RequiredOption(TextOption("service-name")),
                                       RequiredOption(ListOption("availability-zones")),
                                       IntegerOption("port", 1, 65535)}),
  };
}

}  // namespace annals
