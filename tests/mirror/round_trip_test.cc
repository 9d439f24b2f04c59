// What is mirrored and taken in again is what it was.

#include <random>

#include "annals/schemas/unicode.h"
#include "annals/tests/mirror/fixtures.h"

namespace annals {
namespace {

using ::testing::IsEmpty;

// Objects of all built-in kinds with names and texts that nobody would choose.
class RandomObjects {
 public:
  explicit RandomObjects(uint32_t seed) : random_(seed) {}

  CatalogCommand Next() {
    switch (random_() % 10) {
      case 0:
        return Secret();
      case 1:
        return secrets_.empty() ? Secret() : OtherSecret();
      case 2:
        return secrets_.empty() ? Secret() : Postgres();
      case 3:
      case 4:
        return Kafka();
      case 5:
        return kafkas_.empty() ? Kafka() : Source();
      case 6:
        return sources_.empty() ? Plain() : Sink();
      default:
        return Plain();
    }
  }

 private:
  const std::string& OneOf(const std::vector<std::string>& names) {
    return names[random_() % names.size()];
  }
  std::string Text() {
    std::string text;
    static constexpr char32_t kNasty[] = {
        U'$',  U'{',  U'}',  U':',      U'\'',     U'"',      U'\\',     U'#',      U' ',
        U'\n', U'\r', U'\t', U',',      U'%',      U'-',      U'.',      U'/',      U'\u0001',
        U'&',  U'*',  U'!',  U'\u0085', U'\u00e9', U'\u2028', U'\u202e', U'\ufeff', U'\U0001F600'};
    for (uint32_t size = random_() % 8; size > 0; --size) {
      AppendCharacter(
          random_() % 3 == 0 ? U'a' + random_() % 26 : kNasty[random_() % std::size(kNasty)], text);
    }
    static constexpr std::string_view kForms[] = {
        "${SECRET:", "${ENV:", "$${ENV:", "${FILE:", "${TABLE:", "$$${"};
    if (random_() % 8 != 0) return text;
    return absl::StrCat(ToAbsl(kForms[random_() % std::size(kForms)]), text, "}");
  }
  // Of a value that nobody is to see.
  std::string Placeholder() { return random_() % 2 == 0 ? "${ENV:X}" : "${FILE:/a 'b', \"c\"}"; }
  std::string Name() {
    static constexpr std::string_view kParts[] = {
        "a", "A", "/", "..", "\\", "%41", "~", "@", " ", "\u00e9", "con", "\"", "'", "$", "{", "}"};
    std::string name = absl::StrCat("n", number_++);
    for (uint32_t size = random_() % 5; size > 0; --size)
      name += kParts[random_() % std::size(kParts)];
    if (random_() % 20 == 0) name.resize(120, '.');
    return name + "_";
  }
  std::vector<OptionSetting> Options() {
    static constexpr std::string_view kKeys[] = {
        "kind",        "comment", "uri",    "label:x", "option:y", "a.b",
        "object:name", "true",    "1",      "a: b",    "#",        "\"",
        "column:0:x",  "it's",    "\u00e9", "{a}",     "- a",      "object:generation"};
    std::vector<OptionSetting> options;
    for (const std::string_view key : kKeys) {
      if (random_() % 4 == 0) options.push_back({std::string(key), Text()});
    }
    if (random_() % 4 == 0) options.push_back({"db.password", Placeholder()});
    return options;
  }
  std::vector<Option> Labels() {
    std::vector<Option> labels;
    for (const char* key : {"team", "option:a", "a b"}) {
      if (random_() % 4 == 0) labels.push_back({key, Text()});
    }
    return labels;
  }
  static ObjectName SecretCalled(const std::string& name) {
    return {.kind = ObjectKind::kSecret, .name = name};
  }

  CatalogCommand Plain() {
    CreateConfigured create = CatalogNamed(Name(), Options());
    create.comment = Text();
    create.labels = Labels();
    if (!secrets_.empty()) create.options.push_back({"password", SecretCalled(OneOf(secrets_))});
    return create;
  }
  CatalogCommand Secret() {
    secrets_.push_back(Name());
    CreateConfigured create = SecretNamed(secrets_.back());
    if (random_() % 2 == 0) create.options = {{"file", "/run/it's, \"x\""}};
    create.comment = Text();
    return create;
  }
  // So that it has a generation.
  CatalogCommand OtherSecret() {
    AlterConfigured alter{.kind = ObjectKind::kSecret, .name = OneOf(secrets_)};
    alter.refresh = random_() % 2 == 0;
    if (!alter.refresh) alter.set = {{{"env", absl::StrCat("V", number_++)}}};
    return alter;
  }
  CatalogCommand Postgres() {
    CreateConfigured create = ConnectionNamed(Name(), OneOf(secrets_));
    create.options.push_back({"ssl-ca", Text()});
    create.options.push_back({"ssl-key", Placeholder()});
    create.options.push_back({"port", absl::StrCat(1 + random_() % 65535)});
    create.labels = Labels();
    return create;
  }
  CatalogCommand Kafka() {
    kafkas_.push_back(Name());
    return CreateConfigured{
        .kind = ObjectKind::kConnection,
        .name = kafkas_.back(),
        .type = "kafka",
        .options = {{"brokers", absl::StrCat("b:1, b:", random_() % 9)}, {"sasl-user", Text()}},
        .comment = Text()};
  }
  CatalogCommand Source() {
    sources_.push_back(Name());
    return CreateConfigured{
        .kind = ObjectKind::kSource,
        .name = sources_.back(),
        .options = {{"connection", ObjectName{.name = OneOf(kafkas_)}}, {"topic", Text()}},
        .columns = {
            {.name = "ID", .type = Int64()},
            {.name = "V w", .type = String(9), .nullable = true, .default_value = Constant("it's")},
            {.name = "D", .type = Decimal(9, 2), .default_value = Constant(7)},
            {.name = "B", .type = Boolean(), .default_value = Constant(true)}}};
  }
  CatalogCommand Sink() {
    const ObjectName table{.name = "T"};
    const ObjectName source{.name = OneOf(sources_)};
    return CreateConfigured{.kind = ObjectKind::kSink,
                            .name = Name(),
                            .options = {{"input", random_() % 2 == 0 ? table : source},
                                        {"connection", ObjectName{.name = OneOf(kafkas_)}},
                                        {"topic", Text()}}};
  }

  std::mt19937 random_;
  int number_ = 0;
  // Those that were to be made.
  std::vector<std::string> secrets_;
  std::vector<std::string> kafkas_;
  std::vector<std::string> sources_;
};

size_t CountOf(const Catalog& catalog, ObjectKind kind) {
  size_t count = 0;
  catalog.ForEachObject([&](const ObjectDescriptor& object) { count += object.kind() == kind; });
  return count;
}

// Begins a mirror of all that `manager` has, and waits until it is there.
void MirrorAll(CatalogManager& manager, const FileDirectory& files) {
  const auto mirror = NewMirror({.directory = files.path(), .kinds = EveryKind()});
  ASSERT_THAT(mirror, IsOk());
  ASSERT_THAT(manager.AddFollower(*mirror), IsOk());
  ASSERT_TRUE(Eventually([&] { return manager.GetStats().followers.at(0).reached.value > 0; }))
      << manager.GetStats().followers.at(0).last_failure;
}

void ExpectUpToDate(CatalogManager& manager, const Intake& intake) {
  const CatalogVersion before = LatestOf(manager);
  const auto done = intake.Run(manager);
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->problems, IsEmpty());
  EXPECT_THAT(done->steps, IsEmpty());
  EXPECT_EQ(LatestOf(manager), before);
}

TEST(RoundTrip, OfAMirrorAndIntakeGivesEqualFingerprints) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  RandomObjects objects(seed);
  const FileDirectory files;
  const Manager manager = OpenInMemory();
  MustExecute(*manager, TableNamed("T"));
  for (int i = 0; i < 400; ++i) manager->Execute(objects.Next()).IgnoreError();
  for (const ObjectKind kind : {ObjectKind::kCatalog, ObjectKind::kConnection, ObjectKind::kSecret,
                                ObjectKind::kSource, ObjectKind::kSink}) {
    EXPECT_GT(CountOf(manager->Latest(), kind), 10) << KindName(kind);
  }
  MirrorAll(*manager, files);
  const Intake intake({.directory = files.path()});

  const Manager copy = OpenInMemory();
  MustExecute(*copy, TableNamed("T"));
  const auto done = intake.Run(*copy);
  ASSERT_THAT(done, IsOk());
  for (const IntakeProblem& problem : done->problems) ADD_FAILURE() << problem.ToString();
  const auto expected = FingerprintsOf(manager->Latest());
  auto found = FingerprintsOf(copy->Latest());
  for (const auto& [name, print] : expected) {
    EXPECT_EQ(found[name], print) << name;
  }
  EXPECT_EQ(found.size(), expected.size());
  ExpectUpToDate(*copy, intake);
  // Nor is there anything to do where they came from.
  ExpectUpToDate(*manager, intake);
}

TEST(RoundTrip, OfTheLargestObjectWorksToo) {
  CreateConfigured create = CatalogNamed("LARGE");
  const std::string text(4096, '\x01');  // Six bytes each, in YAML.
  for (int i = 0; i < 256; ++i) create.options.push_back({absl::StrCat("o", i), text});
  create.comment = text;
  const FileDirectory files;
  const Manager manager = OpenInMemory();
  MustExecute(*manager, create);
  MirrorAll(*manager, files);
  EXPECT_GT(files.Read("LARGE.yaml").size(), 256 * 6 * text.size());
  const Intake intake({.directory = files.path()});
  ExpectUpToDate(*manager, intake);
  const Manager copy = OpenInMemory();
  ASSERT_THAT(intake.Run(*copy), IsOk());
  EXPECT_EQ(FingerprintsOf(copy->Latest()), FingerprintsOf(manager->Latest()));
}

}  // namespace
}  // namespace annals
