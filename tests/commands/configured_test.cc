// Configured objects: what CREATE, ALTER and DROP of them do, and in which order ALTER says no.

#include "absl/strings/str_join.h"
#include "annals/catalog/dependents.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/kind.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"
#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

OptionSetting Is(std::string key, std::string value) { return {std::move(key), std::move(value)}; }
OptionSetting Refers(std::string key, std::string name) {
  return {std::move(key), ObjectName{.name = std::move(name)}};
}
OptionSetting IsSecret(std::string key, std::string name) {
  return {std::move(key), ObjectName{.kind = ObjectKind::kSecret, .name = std::move(name)}};
}

CreateConfigured SecretNamed(std::string name) {
  return {.kind = ObjectKind::kSecret, .name = std::move(name), .options = {Is("env", "PW")}};
}
CreateConfigured Tunnel(std::string name) {
  return {.kind = ObjectKind::kConnection,
          .name = std::move(name),
          .type = "SSH TUNNEL",
          .options = {Is("host", "bastion"), Is("user", "u")}};
}
CreateConfigured Kafka(std::string name, std::vector<OptionSetting> options = {}) {
  if (options.empty()) options = {Is("BROKER", "b:9092")};
  return {.kind = ObjectKind::kConnection,
          .name = std::move(name),
          .type = "kafka",
          .options = std::move(options)};
}
CreateConfigured Postgres(std::string name) {
  return {.kind = ObjectKind::kConnection,
          .name = std::move(name),
          .type = "postgres",
          .options = {Is("host", "h1"), Is("user", "u"), Is("database", "d")}};
}
CreateConfigured SourceOf(std::string name, std::string connection) {
  return {.kind = ObjectKind::kSource,
          .name = std::move(name),
          .options = {Refers("connection", std::move(connection)), Is("topic", "t")}};
}
CreateConfigured SinkOf(std::string name, std::string input, std::string connection) {
  return {
      .kind = ObjectKind::kSink,
      .name = std::move(name),
      .options = {Refers("input", std::move(input)), Refers("connection", std::move(connection))}};
}
AlterConfigured Alter(std::string name) {
  return {.kind = ObjectKind::kConnection, .name = std::move(name)};
}

class ConfiguredTest : public CommandTest {
 protected:
  ConfiguredDescriptor Object(std::string_view name) const {
    return *As<ConfiguredDescriptor>(catalog_.Find(NameScope::In({0}), name));
  }
  // "broker=b:9092 ssh-tunnel=@T"
  std::string OptionsOf(std::string_view name) const {
    std::vector<std::string> texts;
    for (const OptionDescriptor& option : Object(name).options()) {
      const ObjectDescriptor ref = catalog_.Find(option.ref());
      texts.push_back(absl::StrCat(ToAbsl(option.key()), "=", ref ? "@" : "",
                                   ToAbsl(ref ? ref.name() : option.value())));
    }
    return absl::StrJoin(texts, " ");
  }
  void ExpectRefused(const CatalogCommand& command, Reason reason,
                     const std::vector<std::string>& words = {}) {
    const std::string before = ToStateDigest();
    EXPECT_THAT(Try(command), FailsWith(reason, std::move(words)));
    EXPECT_EQ(ToStateDigest(), before);
  }
  std::string ToStateDigest() const {
    std::string all;
    catalog_.ForEachObject([&](const ObjectDescriptor& object) { all += object.bytes(); });
    return all;
  }
};

// --- CREATE.

TEST_F(ConfiguredTest, KeepsTypeOptionsCommentAndWhatItRefersTo) {
  Do(SecretNamed("P"));
  Do(Tunnel("T"));
  CreateConfigured kafka =
      Kafka("K", {Is("Broker", "b:9092"), Refers("SSH TUNNEL", "T"), IsSecret("sasl-password", "P"),
                  Is("sasl mechanism", "plain")});
  kafka.comment = "it's";
  EXPECT_THAT(Do(kafka), ElementsAre("NewObject connection 4 K"));
  EXPECT_EQ(OptionsOf("K"), "broker=b:9092 sasl-mechanism=PLAIN sasl-password=@P ssh-tunnel=@T");
  EXPECT_EQ(Object("K").type(), "kafka");
  EXPECT_EQ(Object("K").comment(), "it's");
  EXPECT_THAT(Object("K").refs(), ElementsAre(ObjectId{2}, ObjectId{3}));
}

TEST_F(ConfiguredTest, ACatalogLivesAtTheRootAndTakesAnyTypeUnlessTypesMustBeRegistered) {
  const CreateConfigured hive = {.name = "C", .type = "Hive", .options = {Is("uri", "thrift://h")}};
  Do(TableNamed("C"));
  Do(hive);
  const auto made =
      As<ConfiguredDescriptor>(catalog_.Find(NameScope::Root(ObjectKind::kCatalog), "C"));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->type(), "hive");
  const PlanHost strict{.require_registered_types = true};
  CreateConfigured other = hive;
  other.name = "D";
  EXPECT_THAT(Try({other}, {.host = &strict}), FailsWith(Reason::UNKNOWN_TYPE, {"\"D\"", "hive"}));
}

TEST_F(ConfiguredTest, ATakenNameIsRefusedByWhoHasItOrNothingToDo) {
  Do(TableNamed("X"));
  ExpectRefused(Kafka("X"), Reason::TABLE_EXISTS, {"\"PUBLIC\".\"X\""});
  Do(Kafka("K"));
  ExpectRefused(Kafka("K"), Reason::OBJECT_EXISTS, {"connection"});
  ExpectRefused(TableNamed("K"), Reason::OBJECT_EXISTS, {"connection \"PUBLIC\".\"K\""});
  CreateConfigured again = Kafka("K", {Is("broker", "other")});
  again.if_not_exists = true;
  EXPECT_THAT(Do(again), IsEmpty());
  EXPECT_EQ(OptionsOf("K"), "broker=b:9092");
}

struct BadObject {
  std::string name;
  CreateConfigured command;
  Reason reason;
  std::vector<std::string> words;
  friend void PrintTo(const BadObject& bad, std::ostream* os) { *os << bad.name; }
};

CreateConfigured WithName(CreateConfigured command, std::string name) {
  command.name = std::move(name);
  return command;
}
CreateConfigured With(CreateConfigured command, std::vector<OptionSetting> more) {
  for (OptionSetting& setting : more) command.options.push_back(std::move(setting));
  return command;
}

class BadObjectTest : public ConfiguredTest, public ::testing::WithParamInterface<BadObject> {};

TEST_P(BadObjectTest, IsRefusedAndSaysWhy) {
  Do(SecretNamed("P"));
  Do(Tunnel("T"));
  Do(TableNamed("TAB"));
  ExpectRefused(GetParam().command, GetParam().reason, GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    Create, BadObjectTest,
    ::testing::Values(
        BadObject{"EmptyName", WithName(Kafka("K"), ""), Reason::INVALID_NAME, {}},
        BadObject{"BlankName", WithName(Kafka("K"), "  "), Reason::INVALID_NAME, {}},
        BadObject{
            "ReservedName", WithName(Kafka("K"), "SYSTEM"), Reason::INVALID_NAME, {"reserved"}},
        BadObject{
            "LongName", WithName(Kafka("K"), std::string(129, 'N')), Reason::INVALID_NAME, {}},
        BadObject{"NoSchema",
                  {.kind = ObjectKind::kSecret, .schema = "NO", .name = "S"},
                  Reason::SCHEMA_NOT_FOUND,
                  {"\"NO\""}},
        BadObject{"UnregisteredKind",
                  {.kind = ObjectKind{99}, .name = "S"},
                  Reason::INVALID_REQUEST,
                  {"99"}},
        BadObject{"NoType",
                  {.kind = ObjectKind::kConnection, .name = "S"},
                  Reason::MISSING_OPTION,
                  {"TYPE"}},
        BadObject{"TypeWhereThereIsNone",
                  {.kind = ObjectKind::kSecret, .name = "S", .type = "x"},
                  Reason::INVALID_REQUEST,
                  {"x"}},
        BadObject{"UnknownType",
                  {.kind = ObjectKind::kConnection, .name = "S", .type = "kafak"},
                  Reason::UNKNOWN_TYPE,
                  {"kafak", "kafka", "ssh-tunnel"}},
        BadObject{"UnknownOptions",
                  With(Kafka("K"), {Is("hots", "h"), Is("slot", "s")}),
                  Reason::UNKNOWN_OPTION,
                  {"HOTS, SLOT", "SASL MECHANISM"}},
        BadObject{"OptionTwice",
                  With(Kafka("K"), {Is("broker", "c")}),
                  Reason::DUPLICATE_OPTION,
                  {"BROKER"}},
        BadObject{"TwoOfAGroup",
                  With(Kafka("K"), {Is("brokers", "c")}),
                  Reason::EXCLUSIVE_OPTIONS,
                  {"BROKER, BROKERS"}},
        BadObject{"NoneOfAGroup",
                  Kafka("K", {Is("sasl-user", "u")}),
                  Reason::MISSING_OPTION,
                  {"BROKER, BROKERS, PRIVATELINK"}},
        BadObject{"AllThatIsMissing",
                  {.kind = ObjectKind::kConnection, .name = "S", .type = "postgres"},
                  Reason::MISSING_OPTION,
                  {"HOST, USER, DATABASE"}},
        BadObject{"BadNumber",
                  With(Postgres("K"), {Is("port", "54x")}),
                  Reason::INVALID_VALUE,
                  {"PORT", "54x", "65535"}},
        BadObject{"NumberOutOfRange",
                  With(Postgres("K"), {Is("port", "0")}),
                  Reason::INVALID_VALUE,
                  {"PORT", "from 1"}},
        BadObject{"NoChoice",
                  With(Postgres("K"), {Is("ssl mode", "maybe")}),
                  Reason::INVALID_VALUE,
                  {"SSL MODE", "maybe", "verify-full"}},
        BadObject{"TwiceInAList",
                  Kafka("K", {Is("brokers", "a,b,a")}),
                  Reason::INVALID_VALUE,
                  {"BROKERS", "twice"}},
        BadObject{"EmptyElement",
                  Kafka("K", {{"brokers", std::vector<std::string>{"a", ""}}}),
                  Reason::INVALID_VALUE,
                  {"BROKERS", "empty"}},
        BadObject{"EmptyList",
                  Kafka("K", {{"brokers", std::vector<std::string>()}}),
                  Reason::EMPTY_LIST,
                  {"BROKERS"}},
        BadObject{"ListForAText",
                  Kafka("K", {{"broker", std::vector<std::string>{"a", "b"}}}),
                  Reason::INVALID_VALUE,
                  {"BROKER", "a list of 2"}},
        BadObject{"ListForWhatIsSensitive",
                  With(Postgres("K"), {{"password", std::vector<std::string>{"hunter2"}}}),
                  Reason::INVALID_VALUE,
                  {"PASSWORD", "CREATE SECRET"}},
        BadObject{"BlankTextForWhatIsRequired",
                  {.kind = ObjectKind::kConnection,
                   .name = "S",
                   .type = "ssh tunnel",
                   .options = {Is("host", " "), Is("user", "u")}},
                  Reason::INVALID_VALUE,
                  {"HOST", "blank"}},
        BadObject{"EmptyTextForOneOfARequiredGroup",
                  {.kind = ObjectKind::kSecret, .name = "S", .options = {Is("env", "")}},
                  Reason::INVALID_VALUE,
                  {"ENV", "blank"}},
        BadObject{"KeyWithoutCert",
                  With(Postgres("K"), {IsSecret("ssl key", "P")}),
                  Reason::MISSING_OPTION,
                  {"SSL CERT"}},
        BadObject{"TextForWhatIsSensitive",
                  With(Postgres("K"), {Is("password", "hunter2")}),
                  Reason::INVALID_VALUE,
                  {"PASSWORD", "CREATE SECRET"}},
        BadObject{"UndeclaredThatSoundsSensitive",
                  {.name = "C", .type = "x", .options = {Is("my passwrd", "hunter2")}},
                  Reason::INVALID_VALUE,
                  {"MY PASSWRD", "CREATE SECRET"}},
        BadObject{"EmptyTextForWhatIsSensitive",
                  With(Postgres("K"), {Is("password", "")}),
                  Reason::INVALID_VALUE,
                  {"PASSWORD", "CREATE SECRET"}},
        BadObject{"KeyInOneWord",
                  {.name = "C", .type = "x", .options = {Is("accessKey", "hunter2")}},
                  Reason::INVALID_VALUE,
                  {"ACCESSKEY", "CREATE SECRET"}},
        BadObject{"OptionCalledType",
                  {.name = "C", .type = "x", .options = {Is("Type", "y")}},
                  Reason::INVALID_NAME,
                  {"TYPE"}},
        BadObject{"TypeThatIsNoName",
                  {.name = "C", .type = std::string("a\0b", 3)},
                  Reason::INVALID_NAME,
                  {"type"}},
        BadObject{"NameForAText",
                  With(Postgres("K"), {Refers("ssl ca", "T")}),
                  Reason::INVALID_VALUE,
                  {"SSL CA", "\"T\"", "quotes"}},
        BadObject{"TextForAName",
                  With(Postgres("K"), {Is("ssh tunnel", "T")}),
                  Reason::INVALID_VALUE,
                  {"SSH TUNNEL"}},
        BadObject{"NobodyOfThatName",
                  With(Postgres("K"), {Refers("ssh tunnel", "NO")}),
                  Reason::OBJECT_NOT_FOUND,
                  {"SSH TUNNEL", "\"PUBLIC\".\"NO\""}},
        BadObject{"AnotherKind",
                  With(Postgres("K"), {Refers("ssh tunnel", "TAB")}),
                  Reason::REF_KIND,
                  {"table \"PUBLIC\".\"TAB\"", "ssh-tunnel"}},
        BadObject{"AnotherType",
                  With(Postgres("K"), {Refers("privatelink", "T")}),
                  Reason::REF_KIND,
                  {"of type ssh-tunnel", "aws-privatelink"}},
        BadObject{"SecretThatIsNone",
                  With(Postgres("K"), {IsSecret("password", "T")}),
                  Reason::REF_KIND,
                  {"secret"}},
        BadObject{"ColumnsWhereThereAreNone",
                  {.kind = ObjectKind::kSecret,
                   .name = "S",
                   .options = {Is("env", "E")},
                   .columns = {Int("A")}},
                  Reason::INVALID_REQUEST,
                  {"no columns"}},
        BadObject{"LongValue",
                  With(Postgres("K"), {Is("ssl ca", std::string(4097, 'x'))}),
                  Reason::INVALID_VALUE,
                  {"4097", "4096"}},
        BadObject{"NotUtf8",
                  With(Postgres("K"), {Is("ssl ca", "\xff")}),
                  Reason::INVALID_VALUE,
                  {"UTF-8"}},
        BadObject{"AwsByNoWay",
                  {.kind = ObjectKind::kConnection, .name = "A", .type = "aws"},
                  Reason::MISSING_OPTION,
                  {"ASSUME ROLE ARN"}},
        BadObject{"AwsByBothWays",
                  {.kind = ObjectKind::kConnection,
                   .name = "A",
                   .type = "aws",
                   .options = {Is("access key id", "a"), IsSecret("secret access key", "P"),
                               Is("assume role arn", "r")}},
                  Reason::EXCLUSIVE_OPTIONS,
                  {"both"}},
        BadObject{"UrlWithAPath",
                  {.kind = ObjectKind::kConnection,
                   .name = "R",
                   .type = "confluent schema registry",
                   .options = {Is("url", "http://h/p")}},
                  Reason::INVALID_VALUE,
                  {"URL", "path"}},
        BadObject{"UrlWithoutHost",
                  {.kind = ObjectKind::kConnection,
                   .name = "R",
                   .type = "confluent schema registry",
                   .options = {Is("url", "http://:80")}},
                  Reason::INVALID_VALUE,
                  {"URL", "host"}}),
    kNameOf);

TEST_F(ConfiguredTest, AnAddressOfTheWebHasAHostAPortThatCanBeAndNothingElse) {
  const auto with_url = [](std::string name, std::string url) {
    return CreateConfigured{.kind = ObjectKind::kConnection,
                            .name = std::move(name),
                            .type = "confluent schema registry",
                            .options = {Is("url", std::move(url))}};
  };
  int number = 0;
  for (const std::string url :
       {"http://h", "HTTP://h", "https://h:1", "hTTps://10.0.0.1:65535", "http://[::1]",
        "http://[fe80::a:b]:8081", "http://[::ffff:10.0.0.1]:80"}) {
    EXPECT_TRUE(Try(with_url(absl::StrCat("R", ++number), url)).ok()) << url;
  }
  for (const std::string url : {"h",
                                "ftp://h",
                                "://h",
                                "http:/h",
                                "http://",
                                "http://:80",
                                "http://h:",
                                "http://h:0",
                                "http://h:65536",
                                "http://h:99999999999",
                                "http://h:-1",
                                "http://h:8x",
                                "http://h h",
                                "http://h\t",
                                " http://h",
                                "http://h:80 ",
                                "http://u:hunter2@h",
                                "http://h/",
                                "http://h?q",
                                "http://h#f",
                                "http://h\\p",
                                "http://::1",
                                "http://[::1",
                                "http://[]",
                                "http://[h]",
                                "http://[::1]x",
                                "http://[::1]:",
                                "http://[::1]:0",
                                "http://::1]"}) {
    const auto refused = Try(with_url("R", url));
    EXPECT_THAT(refused, FailsWith(Reason::INVALID_VALUE, {"option URL"})) << url;
    EXPECT_THAT(std::string(refused.status().message()), Not(HasSubstr("hunter2")));
  }
}

TEST_F(ConfiguredTest, AListIsKeptWithWhatItsElementsHold) {
  const std::vector<std::string> elements = {"a,b", "c\\", "\\,d", " e ", "f 'g'", "\\\\h", " "};
  Do(Kafka("K", {{"brokers", elements}}));
  const std::string stored(Object("K").FindOption("brokers")->value());
  EXPECT_EQ(ListElements(stored), elements);
  EXPECT_EQ(ListText(ListElements(stored)), stored);
  AlterConfigured again = Alter("K");
  again.set = {Is("brokers", stored)};
  EXPECT_TRUE(Do(again).empty()) << "the text of a list is the list";
}

TEST_F(ConfiguredTest, NoErrorTellsAValueThatNobodyIsToSee) {
  const auto refused = Try(With(Postgres("K"), {Is("password", "hunter2")}));
  EXPECT_THAT(std::string(refused.status().message()), Not(HasSubstr("hunter2")));
}

TEST_F(ConfiguredTest, APlaceholderStandsForAnyValue) {
  Do(With(Postgres("K"), {Is("password", "${ENV:PG_PASSWORD}"), Is("port", "${FILE:/run/port}")}));
  EXPECT_THAT(OptionsOf("K"), HasSubstr("password=${ENV:PG_PASSWORD} port=${FILE:/run/port}"));
}

TEST_F(ConfiguredTest, ThereMayBe256OptionsAndNotOneMore) {
  CreateConfigured command = {.name = "C", .type = "x"};
  for (int i = 0; i < 256; ++i) command.options.push_back(Is(absl::StrCat("o", i), "v"));
  CreateConfigured more = WithName(With(command, {Is("one", "more")}), "D");
  Do(command);
  ExpectRefused(more, Reason::TOO_MANY_OPTIONS, {"257", "256"});
}

TEST_F(ConfiguredTest, ASourceIsOfTheTypeOfItsConnection) {
  Do(Kafka("K"));
  Do(SourceOf("S", "K"));
  EXPECT_EQ(Object("S").type(), "kafka");
  ExpectRefused(SourceOf("S2", "NO"), Reason::OBJECT_NOT_FOUND, {"CONNECTION", "NO"});
  CreateConfigured none = {.kind = ObjectKind::kSource, .name = "S2"};
  ExpectRefused(none, Reason::MISSING_OPTION, {"CONNECTION"});
}

// --- ALTER, in the order of its checks.

TEST_F(ConfiguredTest, AlterChangesSeveralOptionsInOneEntry) {
  Do(With(Postgres("K"), {Is("port", "5433")}));
  AlterConfigured alter = Alter("K");
  alter.set = {Is("host", "h2"), Is("ssl mode", "REQUIRE")};
  alter.reset = {"port"};
  EXPECT_THAT(Do(alter), ElementsAre("SetOptions"));
  EXPECT_EQ(OptionsOf("K"), "database=d host=h2 ssl-mode=require user=u");
}

TEST_F(ConfiguredTest, AlterToWhatIsThereAlreadyIsNothingToDo) {
  Do(Postgres("K"));
  AlterConfigured alter = Alter("K");
  alter.set = {Is("host", "h1")};
  alter.reset = {"port"};
  alter.comment = "";
  alter.new_name = "K";
  EXPECT_THAT(Do(alter), IsEmpty());
}

TEST_F(ConfiguredTest, RenameCommentAndOptionsGoTogether) {
  Do(Postgres("K"));
  AlterConfigured alter = Alter("K");
  alter.set = {Is("host", "h2")};
  alter.comment = "x";
  alter.new_name = "L";
  EXPECT_THAT(Do(alter), ElementsAre("ReplaceObject 2"));
  EXPECT_FALSE(Has("K"));
  EXPECT_EQ(Object("L").comment(), "x");
  EXPECT_THAT(OptionsOf("L"), HasSubstr("host=h2"));
}

TEST_F(ConfiguredTest, SettingOneOfAGroupDropsTheOthers) {
  Do(Kafka("K"));
  AlterConfigured alter = Alter("K");
  alter.set = {Is("brokers", "a, b")};
  Do(alter);
  EXPECT_EQ(OptionsOf("K"), "brokers=a,b");
}

TEST_F(ConfiguredTest, AlterSaysNoInTheOrderOfItsChecks) {
  Do(Kafka("K", {Is("broker", "b"), Is("progress topic", "p")}));
  AlterConfigured alter = Alter("NO");
  alter.set = {Is("type", "x"),   Is("progress topic", "q"), Is("nope", "x"),
               Is("broker", "c"), Is("broker", "d"),         Is("brokers", "e")};
  alter.reset = std::vector<std::string>{};
  ExpectRefused(alter, Reason::OBJECT_NOT_FOUND);
  alter.name = "K";
  ExpectRefused(alter, Reason::EMPTY_LIST);
  alter.reset = {"broker"};
  ExpectRefused(alter, Reason::TYPE_CHANGE);
  alter.set->erase(alter.set->begin());
  ExpectRefused(alter, Reason::INALTERABLE_OPTION, {"PROGRESS TOPIC"});
  alter.set->erase(alter.set->begin());
  alter.reset->push_back("neither");
  ExpectRefused(alter, Reason::UNKNOWN_OPTION, {"NOPE, NEITHER"});
  alter.set->erase(alter.set->begin());
  alter.reset->pop_back();
  ExpectRefused(alter, Reason::DUPLICATE_OPTION, {"BROKER"});
  alter.set->erase(alter.set->begin());
  ExpectRefused(alter, Reason::CONFLICTING_ACTIONS, {"BROKER"});
  alter.reset.reset();
  ExpectRefused(alter, Reason::EXCLUSIVE_OPTIONS, {"BROKER, BROKERS"});
  alter.set->erase(alter.set->begin());
  alter.reset = {"broker"};
  ExpectRefused(alter, Reason::EXCLUSIVE_OPTIONS, {"BROKER"});
}

TEST_F(ConfiguredTest, AlterCannotTakeAwayWhatIsRequired) {
  Do(Postgres("K"));
  AlterConfigured alter = Alter("K");
  alter.reset = {"host"};
  ExpectRefused(alter, Reason::MISSING_OPTION, {"HOST"});
}

TEST_F(ConfiguredTest, NothingRefersToItself) {
  Do(With(Postgres("A"), {}));
  Do(Tunnel("T"));
  // By types that may refer to each other.
  ASSERT_TRUE(RegisterType({.kind = ObjectKind::kConnection,
                            .name = "cyclic",
                            .options = {{.name = "next",
                                         .type = OptionType::kObject,
                                         .to = {{ObjectKind::kConnection, {"cyclic"}}}}}})
                  .ok());
  const auto cyclic = [](std::string name, std::vector<OptionSetting> options) {
    return CreateConfigured{.kind = ObjectKind::kConnection,
                            .name = std::move(name),
                            .type = "cyclic",
                            .options = std::move(options)};
  };
  Do(cyclic("X", {}));
  Do(cyclic("Y", {Refers("next", "X")}));
  AlterConfigured alter = Alter("X");
  alter.set = {Refers("next", "X")};
  ExpectRefused(alter, Reason::CYCLE);
  alter.set = {Refers("next", "Y")};
  ExpectRefused(alter, Reason::CYCLE, {"\"X\""});
}

TEST_F(ConfiguredTest, ASourceGoesToAnotherConnectionOfItsTypeOnly) {
  Do(Kafka("K"));
  Do(Kafka("K2"));
  Do(Postgres("P"));
  Do(SourceOf("S", "K"));
  AlterConfigured alter = {.kind = ObjectKind::kSource, .name = "S"};
  alter.set = {Refers("connection", "P")};
  ExpectRefused(alter, Reason::REF_KIND, {"of type postgres", "kafka"});
  alter.set = {Refers("connection", "K2")};
  Do(alter);
  EXPECT_THAT(OptionsOf("S"), HasSubstr("connection=@K2"));
}

TEST_F(ConfiguredTest, RefreshingASecretIsAChangeOfAllThatReferToIt) {
  Do(SecretNamed("P"));
  Do(With(Postgres("K"), {IsSecret("password", "P")}));
  Do(SourceOf("S", "K"));
  Do(Postgres("OTHER"));
  CatalogDraft before(catalog_, {1}, {});
  CatalogDraft after(catalog_, {2}, {});
  ASSERT_THAT(PlanBatch(std::vector<CatalogCommand>{AlterConfigured{
                            .kind = ObjectKind::kSecret, .name = "P", .refresh = true}},
                        catalog_, after, policy_),
              IsOk());
  EXPECT_THAT(AffectedBy(before, after, {Object("P").id()}),
              ElementsAre(Object("K").id(), Object("S").id()));
}

TEST_F(ConfiguredTest, ASecretThatIsFoundElsewhereIsAnotherOneAlsoAfterItsWayBack) {
  Do(SecretNamed("P"));
  AlterConfigured alter = {.kind = ObjectKind::kSecret, .name = "P"};
  alter.set = {Is("env", "OTHER")};
  Do(alter);
  EXPECT_EQ(Object("P").generation(), 1U);
  alter.set = {Is("env", "PW")};
  Do(alter);
  EXPECT_EQ(Object("P").generation(), 2U);
  EXPECT_THAT(Do(alter), IsEmpty());
}

TEST_F(ConfiguredTest, OnlyASecretIsRefreshed) {
  Do(Tunnel("T"));
  AlterConfigured alter = Alter("T");
  alter.refresh = true;
  ExpectRefused(alter, Reason::INVALID_REQUEST, {"\"T\"", "only a secret"});
}

TEST_F(ConfiguredTest, AGenerationIsASecretsAloneAndOnlyGrows) {
  CreateConfigured secret = SecretNamed("P");
  secret.generation = 3;
  Do(secret);
  EXPECT_EQ(Object("P").generation(), 3U);
  AlterConfigured alter = {.kind = ObjectKind::kSecret, .name = "P"};
  alter.generation = 5;
  EXPECT_THAT(Do(alter), ElementsAre(HasSubstr("ReplaceObject")));
  EXPECT_EQ(Object("P").generation(), 5U);
  for (const uint32_t no_more : {5U, 4U, 0U}) {
    alter.generation = no_more;
    EXPECT_THAT(Do(alter), IsEmpty());
  }
  CreateConfigured tunnel = Tunnel("T");
  tunnel.generation = 1;
  ExpectRefused(tunnel, Reason::INVALID_REQUEST, {"\"T\"", "only a secret"});
  Do(Tunnel("T"));
  AlterConfigured other = Alter("T");
  other.generation = 1;
  ExpectRefused(other, Reason::INVALID_REQUEST, {"\"T\"", "only a secret"});
}

TEST_F(ConfiguredTest, ANewKeyIsATextLikeOthers) {
  Do(With(Tunnel("T"), {Is("public key 1", "one"), Is("public key 2", "two")}));
  for (const std::string& key : {std::string(), std::string(4097, 'k'), std::string("\xff")}) {
    ExpectRefused(RotateKeys{.name = "T", .new_public_key = key}, Reason::INVALID_VALUE, {"\"T\""});
  }
}

TEST_F(ConfiguredTest, KeysRotate) {
  Do(With(Tunnel("T"), {Is("public key 1", "one"), Is("public key 2", "two")}));
  RotateKeys rotate = {.name = "T"};
  ExpectRefused(rotate, Reason::NOT_SUPPORTED, {"nobody here makes one"});
  rotate.new_public_key = "three";
  EXPECT_THAT(Do(rotate), ElementsAre("SetOptions"));
  EXPECT_THAT(OptionsOf("T"), HasSubstr("public-key-1=two public-key-2=three"));
  AlterConfigured alter = Alter("T");
  alter.set = {Is("public key 1", "x")};
  ExpectRefused(alter, Reason::INALTERABLE_OPTION, {"PUBLIC KEY 1"});
  Do(Postgres("P"));
  rotate.name = "P";
  ExpectRefused(rotate, Reason::NOT_SUPPORTED, {"postgres"});
}

// --- DROP.

TEST_F(ConfiguredTest, WhatIsUsedIsDroppedWithItsUsersOrNotAtAll) {
  Do(Kafka("K"));
  Do(SourceOf("S", "K"));
  Do(SinkOf("SI", "S", "K"));
  DropConfigured drop = {.kind = ObjectKind::kConnection, .name = "K"};
  ExpectRefused(drop, Reason::HAS_DEPENDENTS, {"source \"PUBLIC\".\"S\", sink \"PUBLIC\".\"SI\""});
  drop.cascade = true;
  Do(drop);
  EXPECT_FALSE(Has("K") || Has("S") || Has("SI"));
  ExpectRefused(drop, Reason::OBJECT_NOT_FOUND, {"connection"});
  drop.if_exists = true;
  EXPECT_THAT(Do(drop), IsEmpty());
}

TEST_F(ConfiguredTest, ATableThatASinkReadsIsNotDroppedWithoutIt) {
  Do(TableNamed("TAB"));
  Do(Kafka("K"));
  Do(SinkOf("SI", "TAB", "K"));
  ExpectRefused(DropTable{.name = "TAB"}, Reason::HAS_DEPENDENTS, {"sink \"SI\""});
  Do(DropTable{.name = "TAB", .cascade = true});
  EXPECT_FALSE(Has("SI"));
}

// --- Fingerprints.

TEST_F(ConfiguredTest, AFingerprintIsOfTheDefinitionAndNotOfNamesCommentsAndIds) {
  Do(Tunnel("T"));
  Do(With(Postgres("A"), {Refers("ssh tunnel", "T")}));
  CreateConfigured b = With(Postgres("B"), {Refers("ssh tunnel", "T")});
  b.comment = "another";
  Do(b);
  EXPECT_EQ(FingerprintOf(Object("A")), FingerprintOf(Object("B")));
  Do(Tunnel("T2"));
  AlterConfigured alter = Alter("B");
  alter.set = {Refers("ssh tunnel", "T2")};
  Do(alter);
  EXPECT_EQ(FingerprintOf(Object("A")), FingerprintOf(Object("B")));
  EffectiveFingerprints effective(catalog_);
  EXPECT_NE(effective.Of(Object("A").id()), effective.Of(Object("B").id()));
  alter.set = {Is("host", "h2")};
  Do(alter);
  EXPECT_NE(FingerprintOf(Object("A")), FingerprintOf(Object("B")));
}

TEST_F(ConfiguredTest, DependentsComeOnceEachAfterWhatTheyNeed) {
  Do(Tunnel("T"));
  Do(With(Kafka("C"), {Refers("ssh tunnel", "T")}));
  Do(SourceOf("S", "C"));
  Do(SinkOf("K", "S", "C"));
  std::vector<std::string> names;
  for (const ObjectDescriptor& one : DependentsOf(catalog_, Object("T").id())) {
    names.emplace_back(one.name());
  }
  EXPECT_THAT(names, ElementsAre("C", "S", "K"));
}

}  // namespace
}  // namespace annals
