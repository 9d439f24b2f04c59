// What is mirrored and taken in again is what it was.

#include <random>

#include "annals/schemas/unicode.h"
#include "annals/tests/mirror/fixtures.h"

namespace annals {
namespace {

using ::testing::IsEmpty;

// Objects of all kinds with names and texts that nobody would choose.
class RandomObjects {
 public:
  explicit RandomObjects(uint32_t seed) : random_(seed) {}

  CatalogCommand Next() {
    switch (random_() % 6) {
      case 0:
        secrets_.push_back(Name());
        return SecretNamed(secrets_.back());
      case 1:
        if (!secrets_.empty()) return Connection();
        return Kafka();
      case 2:
        return Kafka();
      case 3:
        if (!kafkas_.empty()) return Source();
        return Plain();
      default:
        return Plain();
    }
  }

 private:
  std::string Text() {
    std::string text;
    static constexpr char32_t kNasty[] = {U'$',  U'{', U'}',      U':',      U'\'',        U'"',
                                          U'\\', U'#', U' ',      U'\n',     U'%',         U'-',
                                          U'.',  U'/', U'\u00e9', U'\u202e', U'\U0001F600'};
    for (uint32_t size = random_() % 8; size > 0; --size) {
      AppendCharacter(
          random_() % 3 == 0 ? U'a' + random_() % 26 : kNasty[random_() % std::size(kNasty)], text);
    }
    return random_() % 10 == 0 ? "${SECRET:" + text + "}" : text;
  }
  std::string Name() {
    static constexpr std::string_view kParts[] = {"a", "A", "/", "..",     "\\", "%41",
                                                  "~", "@", " ", "\u00e9", "con"};
    std::string name = absl::StrCat("n", number_++);
    for (uint32_t size = random_() % 5; size > 0; --size)
      name += kParts[random_() % std::size(kParts)];
    if (random_() % 20 == 0) name.resize(120, '.');
    return name + "_";
  }
  std::vector<OptionSetting> Options() {
    static constexpr std::string_view kKeys[] = {
        "kind", "comment", "uri", "label:x", "option:y", "a.b", "object:name", "true", "1"};
    std::vector<OptionSetting> options;
    for (const std::string_view key : kKeys) {
      if (random_() % 3 == 0) options.push_back({std::string(key), Text()});
    }
    return options;
  }
  CatalogCommand Plain() {
    CreateConfigured create = CatalogNamed(Name(), Options());
    create.comment = Text();
    if (!secrets_.empty()) {
      create.options.push_back(
          {"password", ObjectName{.kind = ObjectKind::kSecret, .name = secrets_.back()}});
    }
    return create;
  }
  CatalogCommand Connection() {
    return ConnectionNamed(Name(), secrets_[random_() % secrets_.size()]);
  }
  CatalogCommand Kafka() {
    kafkas_.push_back(Name());
    return CreateConfigured{.kind = ObjectKind::kConnection,
                            .name = kafkas_.back(),
                            .type = "kafka",
                            .options = {{"broker", "b:1"}}};
  }
  CatalogCommand Source() {
    return CreateConfigured{
        .kind = ObjectKind::kSource,
        .name = Name(),
        .options = {{"connection", ObjectName{.name = kafkas_[random_() % kafkas_.size()]}},
                    {"topic", Text()}},
        .columns = {
            {.name = "ID", .type = Int64()},
            {.name = "V w", .type = String(9), .nullable = true, .default_value = Constant("it's")},
            {.name = "D", .type = Decimal(9, 2), .default_value = Constant(7)},
            {.name = "B", .type = Boolean(), .default_value = Constant(true)}}};
  }

  std::mt19937 random_;
  int number_ = 0;
  std::vector<std::string> secrets_;
  std::vector<std::string> kafkas_;
};

TEST(RoundTrip, OfAMirrorAndIntakeGivesEqualFingerprints) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  RandomObjects objects(seed);
  const FileDirectory files;
  const Manager manager = OpenInMemory();
  for (int i = 0; i < 300; ++i) manager->Execute(objects.Next()).IgnoreError();
  ASSERT_GT(FingerprintsOf(manager->Latest()).size(), 200);
  const auto mirror = NewMirror({.directory = files.path(), .kinds = EveryKind()});
  ASSERT_THAT(mirror, IsOk());
  ASSERT_THAT(manager->AddFollower(*mirror), IsOk());
  ASSERT_TRUE(Eventually([&] { return manager->GetStats().followers.at(0).reached.value > 0; }))
      << manager->GetStats().followers.at(0).last_failure;

  const Manager copy = OpenInMemory();
  const Intake intake({.directory = files.path()});
  const auto done = intake.Run(*copy);
  ASSERT_THAT(done, IsOk());
  for (const IntakeProblem& problem : done->problems) ADD_FAILURE() << problem.ToString();
  const auto expected = FingerprintsOf(manager->Latest());
  auto found = FingerprintsOf(copy->Latest());
  for (const auto& [name, print] : expected) {
    EXPECT_EQ(found[name], print) << name;
  }
  EXPECT_EQ(found.size(), expected.size());
  const auto again = intake.Plan(*copy);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->steps, IsEmpty());
  // Nor is there anything to do where they came from.
  const auto home = intake.Plan(*manager);
  ASSERT_THAT(home, IsOk());
  EXPECT_THAT(home->steps, IsEmpty());
}

}  // namespace
}  // namespace annals
