// Configured objects as bytes, and what the entries about them do.

#include "annals/catalog/apply.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/object_tables_internal.h"
#include "annals/tests/catalog/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;

constexpr ObjectId kTunnel{5};
constexpr ObjectId kClient{6};

ConfiguredFields TunnelFields() {
  return {.id = kTunnel,
          .kind = ObjectKind::kConnection,
          .name = "T",
          .parent = kShop,
          .type = "ssh-tunnel",
          .options = {{"user", "u"}, {"host", "h"}}};
}
ConfiguredFields ClientFields() {
  return {.id = kClient,
          .kind = ObjectKind::kConnection,
          .name = "C",
          .parent = kShop,
          .comment = "why",
          .type = "kafka",
          .options = {{"tunnel", "", kTunnel}, {"broker", "b"}},
          .columns = {},
          .generation = 3,
          .labels = {{"team", "x"}}};
}

class ConfiguredObjectTest : public ::testing::Test {
 protected:
  ConfiguredObjectTest() {
    EXPECT_THAT(shop_.Apply(NewObject{BuildObject(TunnelFields())}), IsOk());
    EXPECT_THAT(shop_.Apply(NewObject{BuildObject(ClientFields())}), IsOk());
  }
  ConfiguredDescriptor Client() { return *shop_.draft().Get<ConfiguredDescriptor>(kClient); }
  void ExpectRefused(const UpdateEntry& entry, const std::string& why) {
    EXPECT_THAT(shop_.Apply(entry), FailsWith(Reason::DAMAGED, {why}));
  }

  Shop shop_;
};

TEST_F(ConfiguredObjectTest, FieldsComeBackInTheOrderOfTheirKeys) {
  const ConfiguredFields fields = Client().ToFields();
  EXPECT_EQ(fields.comment, "why");
  EXPECT_EQ(fields.type, "kafka");
  EXPECT_THAT(fields.options, ElementsAre(Option{"broker", "b"}, Option{"tunnel", "", kTunnel}));
  EXPECT_EQ(fields.generation, 3U);
  EXPECT_THAT(fields.labels, ElementsAre(Option{"team", "x"}));
  EXPECT_EQ(BuildObject(fields), BuildObject(ClientFields()));
  EXPECT_EQ(Client().FindOption("broker")->value(), "b");
  EXPECT_FALSE(Client().FindOption("brok").has_value());
  EXPECT_THAT(Client().refs(), ElementsAre(kTunnel));
}

TEST_F(ConfiguredObjectTest, SetOptionsSetsResetsAndChangesWhatIsReferredTo) {
  ASSERT_THAT(shop_.Apply(SetOptions{kClient, {{"broker", "c"}, {"user", "u"}}, {"tunnel"}}),
              IsOk());
  EXPECT_THAT(Client().ToFields().options, ElementsAre(Option{"broker", "c"}, Option{"user", "u"}));
  EXPECT_TRUE(Client().refs().empty());
  EXPECT_EQ(Client().generation(), 3U);
}

TEST_F(ConfiguredObjectTest, OptionsMustFit) {
  ExpectRefused(SetOptions{{77}, {}, {}}, "object 77 does not exist");
  ExpectRefused(SetOptions{kOrders, {}, {}}, "has no options");
  ExpectRefused(SetOptions{kClient, {}, {"nope"}}, "no option \"nope\"");
  ExpectRefused(SetOptions{kClient, {{"other", "", {99}}}, {}}, "refers to object 99");
  ExpectRefused(SetOptions{kClient, {{"other", "", kClient}}, {}}, "refers to itself");
  ExpectRefused(SetOptions{kTunnel, {{"over", "", kClient}}, {}}, "refers to itself");
}

TEST_F(ConfiguredObjectTest, WhatIsReferredToIsNotDroppedAlone) {
  ExpectRefused(DropObject{kTunnel, false}, "dependents");
  ASSERT_THAT(shop_.Apply(DropObject{kTunnel, true}), IsOk());
  EXPECT_FALSE(shop_.draft().Find(kClient));
}

TEST_F(ConfiguredObjectTest, AnyNumberOfAHostsKindIsAnObject) {
  ConfiguredFields fields = TunnelFields();
  fields.kind = ObjectKind{200};
  EXPECT_THAT(CheckObject(BuildObject(fields)), IsOk());
  fields.kind = ObjectKind{21};
  EXPECT_THAT(CheckObject(BuildObject(fields)), FailsWith(Reason::DAMAGED, {"kind number 21"}));
}

// How good bytes are spoilt, and what is said then.
struct Spoilt {
  std::string name;
  void (*how)(fbs::ObjectT& object, fbs::ConfiguredBodyT& body);
  std::string why;
  friend void PrintTo(const Spoilt& spoilt, std::ostream* os) { *os << spoilt.name; }
};

class SpoiltObjectTest : public ::testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltObjectTest, IsRefused) {
  fbs::ObjectT object = UnpackObject(BuildObject(ClientFields()));
  GetParam().how(object, *object.body.AsConfiguredBody());
  EXPECT_THAT(CheckObject(PackObject(object)), FailsWith(Reason::DAMAGED, {GetParam().why}));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, SpoiltObjectTest,
    ::testing::Values(
        Spoilt{"Order", [](auto&, auto& body) { std::swap(body.options[0], body.options[1]); },
               "order of their keys"},
        Spoilt{"Twice", [](auto&, auto& body) { body.options[1]->key = "broker"; },
               "order of their keys"},
        Spoilt{"ValueAndReference", [](auto&, auto& body) { body.options[1]->value = "x"; },
               "a value and a reference"},
        Spoilt{"ReferenceMissing", [](auto& object, auto&) { object.refs.clear(); },
               "not what its options say"},
        Spoilt{"ReferenceTooMany", [](auto& object, auto&) { object.refs.push_back(9); },
               "not what its options say"},
        Spoilt{"LabelTwice",
               [](auto&, auto& body) {
                 body.labels.push_back(std::make_unique<fbs::OptionT>(*body.labels[0]));
               },
               "order of their keys"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace annals
