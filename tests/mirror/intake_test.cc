// Intake: the catalog becomes what files say, and no more than that.

#include "annals/tests/mirror/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kMarker = "hunter2-marker";

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() : manager_(OpenInMemory()) {}

  IntakeResult Run(std::vector<ObjectKind> kinds = {}) {
    auto done = Intake({.directory = files_.path(), .kinds = std::move(kinds)}).Run(*manager_);
    EXPECT_THAT(done, IsOk());
    return done.ok() ? *std::move(done) : IntakeResult{};
  }
  // The only problem that there is.
  std::string ProblemOf(const IntakeResult& done) {
    EXPECT_THAT(done.problems, SizeIs(1));
    return done.problems.empty() ? "" : done.problems[0].ToString();
  }
  Catalog Latest() const { return manager_->Latest(); }
  CatalogVersion version() const { return Latest().version(); }
  std::string AuthorOfLatest() const {
    const auto rows = manager_->Query("VERSIONS");
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? testing::PrintToString(rows->rows.back()) : "";
  }

  FileDirectory files_;
  Manager manager_;
};

class IntakeScenarios : public IntakeTest {};

TEST_F(IntakeScenarios, F22_AnEditedFileIsAVersionByTheIntakeOfItsDirectory) {
  const Mirrored mirrored(files_);
  mirrored.Do(CatalogNamed("A", {{"x", "1"}, {"y", "2"}}));
  files_.Write("A.yaml", "kind: catalog\ntype: test\nx: '9'\ny: '2'\n");
  std::string author;
  mirrored->AddListener([&](const CatalogEvent& event) {
    author = absl::StrCat(event.changes.size());
    return absl::OkStatus();
  });
  const Intake intake({.directory = files_.path()});
  const auto done = intake.Run(*mirrored);
  ASSERT_THAT(done, IsOk());
  EXPECT_TRUE(done->changed);
  EXPECT_EQ(intake.AuthorOf({}), "intake:" + files_.path());
  EXPECT_EQ(ValueOf(mirrored->Latest(), "A", "x"), "9");
  EXPECT_EQ(ValueOf(mirrored->Latest(), "A", "y"), "2");
  const auto again = intake.Run(*mirrored);
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->version, done->version);
}

TEST_F(IntakeScenarios, F22_AFileThatGoesTakesOnlyWhatWasMadeOfIt) {
  const Mirrored mirrored(files_);
  mirrored.Do(CatalogNamed("SQL"));
  files_.Write("FILE.yaml", "type: test\n");
  const Intake intake({.directory = files_.path()});
  ASSERT_THAT(intake.Run(*mirrored), IsOk());
  mirrored.Settle();
  EXPECT_EQ(ObjectNamed(mirrored->Latest(), "FILE")->FindLabel(kManagedByLabel), files_.path());
  EXPECT_THAT(files_.Read("FILE.yaml"), HasSubstr("label:managed-by: "));
  files_.Remove("SQL.yaml");
  files_.Remove("FILE.yaml");
  ASSERT_THAT(intake.Run(*mirrored), IsOk());
  EXPECT_TRUE(ObjectNamed(mirrored->Latest(), "SQL").has_value());
  EXPECT_FALSE(ObjectNamed(mirrored->Latest(), "FILE").has_value());
}

TEST_F(IntakeScenarios, F22_AnInvalidEditIsReportedAndChangesNothing) {
  RegisterType({.kind = ObjectKind::kCatalog,
                .name = "strict",
                .options = {{.name = "port", .type = OptionType::kInteger}}})
      .IgnoreError();
  files_.Write("A.yaml", "type: strict\nport: 1\n");
  ASSERT_TRUE(Run().changed);
  const State before = StateOf(Latest());
  for (const char* text :
       {"type: strict\nport: x\n", "type: strict\nprot: 1\n", "type: other\n",
        "type: strict\nport: [1]\n", "port: 1\n", "kind: nope\ntype: strict\n",
        "kind: connection\ntype: nope\n", "", "type: strict\nport: 1\nport: 2\n"}) {
    files_.Write("A.yaml", text);
    const IntakeResult done = Run();
    EXPECT_THAT(ProblemOf(done), HasSubstr(files_.PathOf("A.yaml"))) << text;
    EXPECT_FALSE(done.changed) << text;
    EXPECT_EQ(StateOf(Latest()), before) << text;
  }
}

// What SQL made, with files that name it.
class FoundObjectTest : public IntakeTest {
 protected:
  FoundObjectTest() {
    MustExecute(*manager_, CatalogNamed("A", {{"x", "1"}, {"y", "2"}}));
    files_.Write("A.yaml", "type: test\nx: 9\n");
  }
  std::optional<std::string> Owner() const {
    const auto owner = ObjectNamed(Latest(), "A")->FindLabel(kManagedByLabel);
    return owner ? std::optional(std::string(*owner)) : std::nullopt;
  }
};

TEST_F(FoundObjectTest, M29_IsBroughtInLineAndThenUpToDate) {
  EXPECT_TRUE(Run().changed);
  EXPECT_EQ(ValueOf(Latest(), "A", "x"), "9");
  EXPECT_EQ(ValueOf(Latest(), "A", "y"), "(none)");
  const CatalogVersion now = version();
  EXPECT_FALSE(Run().changed);
  EXPECT_EQ(version(), now);
}

TEST_F(FoundObjectTest, StaysWhenTheFileGoes) {
  Run();
  EXPECT_EQ(Owner(), std::nullopt);
  files_.Remove("A.yaml");
  EXPECT_FALSE(Run().changed);
  EXPECT_TRUE(ObjectNamed(Latest(), "A").has_value());
}

TEST_F(FoundObjectTest, IsTakenOverWhereTheFileSaysSo) {
  files_.Write("A.yaml", absl::StrCat("type: test\nlabel:managed-by: ", files_.path(), "\n"));
  EXPECT_THAT(Run().problems, IsEmpty());
  EXPECT_EQ(Owner(), files_.path());
  EXPECT_FALSE(Run().changed);
  files_.Write("A.yaml", "type: test\n");  // Once is enough.
  EXPECT_FALSE(Run().changed);
  EXPECT_EQ(Owner(), files_.path());
  files_.Remove("A.yaml");
  EXPECT_TRUE(Run().changed);
  EXPECT_FALSE(ObjectNamed(Latest(), "A").has_value());
}

TEST_F(FoundObjectTest, IsNotGivenToSomebodyElse) {
  files_.Write("A.yaml", "type: test\nlabel:managed-by: /somewhere/else\n");
  EXPECT_THAT(Run().problems, IsEmpty());
  EXPECT_EQ(Owner(), std::nullopt);
  EXPECT_FALSE(Run().changed);
}

TEST_F(FoundObjectTest, OfAnotherDirectoryStaysItsOwn) {
  const FileDirectory other;
  other.Write("B.yaml", "type: test\n");
  ASSERT_THAT(Intake({.directory = other.path()}).Run(*manager_), IsOk());
  files_.Write("B.yaml", "type: test\nx: 1\n");
  Run();
  EXPECT_EQ(ValueOf(Latest(), "B", "x"), "1");
  files_.Remove("B.yaml");
  EXPECT_FALSE(Run().changed);
  other.Remove("B.yaml");
  ASSERT_THAT(Intake({.directory = other.path()}).Run(*manager_), IsOk());
  EXPECT_FALSE(ObjectNamed(Latest(), "B").has_value());
}

TEST_F(IntakeTest, RefreshesASecretWhoseFileHasAGreaterGeneration) {
  const auto generation = [&] { return ObjectNamed(Latest(), "P")->generation(); };
  files_.Write("P.yaml", "kind: secret\nenv: HOME\nobject:generation: 3\n");
  ASSERT_THAT(Run().problems, IsEmpty());
  EXPECT_EQ(generation(), 3);
  EXPECT_FALSE(Run().changed);
  files_.Write("P.yaml", "kind: secret\nenv: HOME\nobject:generation: 5\n");
  EXPECT_TRUE(Run().changed);
  EXPECT_EQ(generation(), 5);
  // It never goes back, and a file without one is of any.
  for (const char* line : {"object:generation: 4\n", ""}) {
    files_.Write("P.yaml", absl::StrCat("kind: secret\nenv: HOME\n", line));
    EXPECT_FALSE(Run().changed);
  }
  files_.Write("P.yaml", "kind: secret\nenv: PATH\nobject:generation: 5\n");
  EXPECT_TRUE(Run().changed);
  EXPECT_EQ(generation(), 6);
}

TEST_F(IntakeTest, RefusesAGenerationThatIsNone) {
  for (const char* text : {"kind: secret\nenv: HOME\nobject:generation: x\n",
                           "kind: secret\nenv: HOME\nobject:generation: -1\n",
                           "kind: secret\nenv: HOME\nobject:generation: 4294967295\n",
                           "kind: connection\ntype: kafka\nobject:generation: 1\n"}) {
    files_.Write("P.yaml", text);
    EXPECT_THAT(ProblemOf(Run()), HasSubstr("P.yaml:3: \"object:generation\"")) << text;
  }
}

TEST_F(IntakeTest, TellsWhoDidIt) {
  files_.Write("A.yaml", "type: test\n");
  Run();
  EXPECT_THAT(AuthorOfLatest(), HasSubstr("intake:" + files_.path()));
}

TEST_F(IntakeTest, MakesOneVersionInAnOrderThatWorks) {
  // By name, the one that needs the others comes first.
  files_.Write("PUBLIC.A.yaml",
               "kind: source\nconnection: ${CONNECTION:PUBLIC.B}\ntopic: t\n"
               "column:000:name: ID\ncolumn:000:type: INT32\n");
  files_.Write("PUBLIC.B.yaml", "kind: connection\ntype: kafka\nbroker: b:1\nssh-tunnel: C\n");
  files_.Write("PUBLIC.C.yaml", "kind: connection\ntype: ssh-tunnel\nhost: h\nuser: u\n");
  const IntakeResult done = Run();
  EXPECT_THAT(done.problems, IsEmpty());
  EXPECT_EQ(done.version.value, 2);
  EXPECT_THAT(done.steps, SizeIs(3));
  EXPECT_EQ(ObjectNamed(Latest(), "A")->type(), "kafka");
  EXPECT_EQ(ObjectNamed(Latest(), "A")->columns().size(), 1);
  for (const char* name : {"A", "B", "C"}) files_.Remove(absl::StrCat("PUBLIC.", name, ".yaml"));
  EXPECT_THAT(Run().problems, IsEmpty());
  EXPECT_THAT(FingerprintsOf(Latest()), IsEmpty());
}

TEST_F(IntakeTest, AltersByWhatDiffersAlone) {
  files_.Write("A.yaml", "type: test\na: 1\nb: 2\nc: 3\ncomment: one\n");
  Run();
  files_.Write("A.yaml", "type: test\na: 1\nb: 9\nd: 4\ncomment: one\n");
  const IntakeResult done = Run();
  ASSERT_THAT(done.steps, SizeIs(1));
  const auto& alter = std::get<AlterConfigured>(done.steps[0].command);
  EXPECT_EQ(alter.set, (std::vector<OptionSetting>{{"b", "9"}, {"d", "4"}}));
  EXPECT_EQ(alter.reset, std::vector<std::string>{"c"});
  EXPECT_FALSE(alter.comment || alter.labels || alter.new_name);
}

TEST_F(IntakeTest, LetsOneOptionTakeThePlaceOfAnotherThatItExcludes) {
  files_.Write("K.yaml", "kind: connection\ntype: kafka\nbroker: b:1\n");
  ASSERT_THAT(Run().problems, IsEmpty());
  files_.Write("K.yaml", "kind: connection\ntype: kafka\nbrokers: b:1, b:2\n");
  EXPECT_THAT(Run().problems, IsEmpty());
  EXPECT_EQ(ValueOf(Latest(), "K", "broker"), "(none)");
  EXPECT_FALSE(Run().changed);
}

TEST_F(IntakeTest, IsUpToDateWhereOnlyTheSpellingDiffers) {
  files_.Write("P.yaml",
               "kind: connection\ntype: POSTGRES\nHOST: h\nuser: u\ndatabase: d\nport: 05432\n");
  ASSERT_THAT(Run().problems, IsEmpty());
  const IntakeResult done = Run();
  EXPECT_FALSE(done.changed);
  EXPECT_THAT(done.steps, IsEmpty());
}

TEST_F(IntakeTest, GoesOnAroundWhatIsBroken) {
  files_.Write("A.yaml", "type: test\n");
  files_.Write("B.yaml", "type: test\nx: [\n");
  files_.Write("C.yaml", "kind: connection\ntype: nope\n");
  files_.Write("D.yaml", "type: test\n");
  files_.Write("a.b.yaml", "type: test\n");
  files_.Write("E%2.yaml", "type: test\n");
  files_.Write(".hidden.yaml", "[");
  files_.Write("README.md", "[");
  std::filesystem::create_directory(files_.PathOf("dir.yaml"));
  const IntakeResult done = Run();
  std::vector<std::string> paths;
  for (const IntakeProblem& problem : done.problems) paths.push_back(problem.path);
  EXPECT_THAT(paths, ElementsAre(files_.PathOf("B.yaml"), files_.PathOf("C.yaml"),
                                 files_.PathOf("E%2.yaml"), files_.PathOf("a.b.yaml")));
  EXPECT_EQ(done.problems[0].line, 2);
  EXPECT_TRUE(ObjectNamed(Latest(), "A") && ObjectNamed(Latest(), "D"));
}

TEST_F(IntakeTest, LeavesAloneWhatABrokenFileWasToSay) {
  files_.Write("A.yaml", "type: test\n");
  files_.Write("K.yaml", "kind: connection\ntype: kafka\nbroker: b:1\n");
  Run();
  files_.Write("A.yaml", "type: [\n");
  files_.Write("K.yaml", "\xff\n");
  EXPECT_FALSE(Run().changed);
  EXPECT_TRUE(ObjectNamed(Latest(), "A") && ObjectNamed(Latest(), "K"));
}

TEST_F(IntakeTest, ReadsPropertiesAsPrestoHasThem) {
  files_.Write("hive.properties",
               "# Hive\nconnector.name=hive-hadoop2\nhive.metastore.uri=thrift://h:9083\n"
               "hive.s3.aws-secret-key=${ENV:S3}\n");
  EXPECT_THAT(Run().problems, IsEmpty());
  EXPECT_EQ(ObjectNamed(Latest(), "hive")->type(), "hive-hadoop2");
  EXPECT_EQ(ValueOf(Latest(), "hive", "hive.metastore.uri"), "thrift://h:9083");
  EXPECT_EQ(ValueOf(Latest(), "hive", "hive.s3.aws-secret-key"), "${ENV:S3}");
}

TEST_F(IntakeTest, TakesTwoFilesOfOneObjectOnlyIfTheyAgree) {
  files_.Write("h.properties", "connector.name=test\nx=1\n");
  files_.Write("h.yaml", "type: test\nx: 1\n");
  EXPECT_THAT(Run().problems, IsEmpty());
  files_.Write("h.yaml", "type: test\nx: 2\n");
  const IntakeResult done = Run();
  EXPECT_THAT(ProblemOf(done), HasSubstr("h.properties"));
  EXPECT_FALSE(done.changed);
}

TEST_F(IntakeTest, RefusesASecretAsTextWithoutShowingIt) {
  files_.Write("A.yaml", absl::StrCat("type: test\nx: 1\npassword: ", kMarker, "\n"));
  files_.Write("B.properties", absl::StrCat("connector.name=test\npasswrd=", kMarker, "\n"));
  files_.Write("PUBLIC.C.yaml", absl::StrCat("kind: connection\ntype: postgres\nhost: h\nuser: u\n"
                                             "database: d\nssl-key: ",
                                             kMarker, "\n"));
  files_.Write("D.yaml", absl::StrCat("type: test\nsecret-key: \"", kMarker, "\n"));
  const IntakeResult done = Run();
  EXPECT_FALSE(done.changed);
  EXPECT_THAT(done.problems, SizeIs(4));
  for (const IntakeProblem& problem : done.problems) {
    EXPECT_THAT(problem.ToString(), Not(HasSubstr(kMarker)));
  }
  EXPECT_THAT(done.problems[0].ToString(), HasSubstr("A.yaml:3: "));
  EXPECT_THAT(done.problems[0].ToString(), HasSubstr("\"password\""));
}

TEST_F(IntakeTest, TakesWhatAMirrorHasHiddenForUnchanged) {
  // What an earlier release let in: no command takes it any more.
  files_.Write("A.yaml", "type: test\npassword: '***'\n");
  EXPECT_THAT(ProblemOf(Run()), HasSubstr("\"password\""));
}

TEST_F(IntakeTest, DoesNotDropWhatOthersNeed) {
  files_.Write("P.yaml", "kind: secret\nenv: HOME\n");
  Run();
  MustExecute(*manager_, ConnectionNamed("C", "P"));
  files_.Remove("P.yaml");
  const IntakeResult done = Run();
  EXPECT_THAT(ProblemOf(done), HasSubstr("HAS_DEPENDENTS"));
  EXPECT_TRUE(ObjectNamed(Latest(), "P").has_value());
}

TEST_F(IntakeTest, LooksAtTheKindsThatItIsToldAlone) {
  files_.Write("A.yaml", "type: test\n");
  files_.Write("K.yaml", "kind: connection\ntype: kafka\nbroker: b:1\n");
  Run({ObjectKind::kConnection});
  EXPECT_FALSE(ObjectNamed(Latest(), "A").has_value());
  EXPECT_TRUE(ObjectNamed(Latest(), "K").has_value());
  files_.Remove("K.yaml");
  Run({ObjectKind::kCatalog});
  EXPECT_TRUE(ObjectNamed(Latest(), "A") && ObjectNamed(Latest(), "K"));
}

TEST_F(IntakeTest, OfOneFileDropsNothing) {
  files_.Write("A.yaml", "type: test\n");
  files_.Write("B.yaml", "type: test\n");
  Run();
  files_.Remove("B.yaml");
  files_.Write("A.yaml", "type: test\nx: 1\n");
  ASSERT_THAT(Intake({.directory = files_.PathOf("A.yaml")}).Run(*manager_), IsOk());
  EXPECT_EQ(ValueOf(Latest(), "A", "x"), "1");
  EXPECT_TRUE(ObjectNamed(Latest(), "B").has_value());
}

TEST_F(IntakeTest, ReplacesAnObjectByOneOfAnotherKind) {
  files_.Write("PUBLIC.X.yaml", "kind: secret\nenv: HOME\n");
  Run();
  files_.Write("PUBLIC.X.yaml", "kind: connection\ntype: kafka\nbroker: b:1\n");
  EXPECT_THAT(Run().problems, IsEmpty());
  EXPECT_EQ(ObjectNamed(Latest(), "X")->kind(), ObjectKind::kConnection);
}

TEST_F(IntakeTest, KeepsLabelsOfFilesAndItsOwn) {
  files_.Write("A.yaml", "type: test\nlabel:team: data\nlabel:managed-by: somebody\n");
  Run();
  EXPECT_EQ(ObjectNamed(Latest(), "A")->FindLabel("team"), "data");
  EXPECT_EQ(ObjectNamed(Latest(), "A")->FindLabel(kManagedByLabel), files_.path());
  EXPECT_FALSE(Run().changed);
}

TEST_F(IntakeTest, RefusesASecretAsALabel) {
  files_.Write("A.yaml", absl::StrCat("type: test\nlabel:password: ", kMarker, "\n"));
  const std::string problem = ProblemOf(Run());
  EXPECT_THAT(problem, HasSubstr("A.yaml:2: "));
  EXPECT_THAT(problem, Not(HasSubstr(kMarker)));
}

TEST_F(IntakeTest, TakesAHiddenLabelForUnchanged) {
  const Mirrored mirrored(files_);
  CreateConfigured create = CatalogNamed("A");
  create.labels = {{"api-token", kMarker}};
  mirrored.Do(create);
  EXPECT_THAT(files_.Read("A.yaml"), Not(HasSubstr(kMarker)));
  files_.Write("A.yaml", files_.Read("A.yaml") + "x: 1\n");
  ASSERT_THAT(Intake({.directory = files_.path()}).Run(*mirrored), IsOk());
  EXPECT_EQ(ValueOf(mirrored->Latest(), "A", "x"), "1");
  EXPECT_EQ(ObjectNamed(mirrored->Latest(), "A")->FindLabel("api-token"), kMarker);
}

TEST_F(IntakeTest, CallsADirectoryByOneName) {
  EXPECT_EQ(Intake({.directory = "/a/./b/../c//"}).owner(), "/a/c");
  EXPECT_EQ(Intake({.directory = "x"}).owner(), (std::filesystem::current_path() / "x").string());
}

TEST_F(IntakeTest, SaysThatThereIsNoDirectory) {
  EXPECT_THAT(Intake({.directory = files_.PathOf("nope")}).Run(*manager_),
              FailsWith(Reason::IO_ERROR, {"nope"}));
}

TEST_F(IntakeTest, PlansAgainWhereSomebodyElseWasFirst) {
  files_.Write("A.yaml", "type: test\n");
  const Intake intake({.directory = files_.path()});
  auto plan = intake.Plan(*manager_);
  ASSERT_THAT(plan, IsOk());
  MustExecute(*manager_, CatalogNamed("B"));
  EXPECT_THAT(intake.Commit(*manager_, *std::move(plan)), FailsWith(Reason::VERSION_CONFLICT));
  EXPECT_TRUE(Run().changed);
}

}  // namespace
}  // namespace annals
