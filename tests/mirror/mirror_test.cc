// Mirrors: the files in a directory are what the catalog is.

#include "annals/tests/mirror/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(MirrorScenarios, F17_TwoCatalogsAreTwoFilesAndADroppedOneIsGone) {
  const FileDirectory files;
  files.Write("README", "hands off\n");
  std::filesystem::create_directory(files.PathOf("sub.yaml"));
  const Mirrored mirrored(files);
  mirrored.Do(CatalogNamed("A", {{"default-database", "db"}}));
  mirrored.Do(CatalogNamed("b"));
  EXPECT_THAT(files.Names(), ElementsAre("A.yaml", "README", "b.yaml"));
  EXPECT_EQ(files.Read("A.yaml"), "default-database: db\nkind: catalog\ntype: test\n");
  mirrored.Do(DropConfigured{.kind = ObjectKind::kCatalog, .name = "A"});
  EXPECT_THAT(files.Names(), ElementsAre("README", "b.yaml"));
  EXPECT_EQ(files.Read("README"), "hands off\n");
  EXPECT_TRUE(std::filesystem::is_directory(files.PathOf("sub.yaml")));
}

TEST(MirrorScenarios, F17_ATruncatedFileIsNamedAndTheOthersLoad) {
  const FileDirectory files;
  {
    const Mirrored mirrored(files);
    mirrored.Do(CatalogNamed("A", {{"uri", "thrift://h:9083"}, {"x", "1"}}));
    mirrored.Do(CatalogNamed("B", {{"uri", "thrift://h:9084"}, {"x", "1"}}));
  }
  const std::string whole = files.Read("A.yaml");
  for (size_t size = 0; size < whole.size(); ++size) {
    if (whole[size > 0 ? size - 1 : 0] == '\n' &&
        whole.substr(0, size).find("type") != std::string::npos) {
      continue;  // A map as good as any.
    }
    files.Write("A.yaml", whole.substr(0, size));
    const Manager manager = OpenInMemory();
    const auto done = Intake({.directory = files.path()}).Run(*manager);
    ASSERT_THAT(done, IsOk());
    ASSERT_EQ(done->problems.size(), 1) << "after " << size << " bytes";
    EXPECT_EQ(done->problems[0].path, files.PathOf("A.yaml"));
    EXPECT_FALSE(ObjectNamed(manager->Latest(), "A").has_value());
    EXPECT_EQ(ValueOf(manager->Latest(), "B", "uri"), "thrift://h:9084");
  }
}

TEST(Mirror, WritesWhatThereIsWhenItBegins) {
  const FileDirectory files;
  const Manager manager = OpenInMemory();
  MustExecute(*manager, CatalogNamed("A"));
  const auto mirror = NewMirror({.directory = files.path()});
  ASSERT_THAT(mirror, IsOk());
  ASSERT_THAT(manager->AddFollower(*mirror), IsOk());
  EXPECT_TRUE(Eventually([&] { return files.Has("A.yaml"); }));
}

TEST(Mirror, BringsADirectoryInLineThatItFinds) {
  const FileDirectory files;
  {
    const Mirrored first(files);
    first.Do(CatalogNamed("GONE"));
    first.Do(CatalogNamed("A"));
  }
  files.Write("mine.yaml", "type: test\n");  // No mirror writes it so.
  files.Write("broken.yaml", "type: [\n");
  files.Write("A.yaml", "kind: catalog\ntype: test\nx: edited\n");
  const Mirrored second(files);
  second.Do(CatalogNamed("A"));
  EXPECT_THAT(files.Names(), ElementsAre("A.yaml", "broken.yaml", "mine.yaml"));
  EXPECT_EQ(files.Read("A.yaml"), "kind: catalog\ntype: test\n");
}

TEST(Mirror, HasASafeFileForEachName) {
  const FileDirectory files;
  const Mirrored mirrored(files);
  const std::vector<std::string> names = {
      "x/..\\y.yaml", "..",  ".hidden", "a",   "A",      "select",
      "con",          "-rf", "a b",     "%2F", "\u00e9", std::string(128, '/')};
  for (const std::string& name : names) mirrored.Do(CatalogNamed(name));
  EXPECT_EQ(files.Names().size(), names.size());
  const Manager copy = OpenInMemory();
  const auto done = Intake({.directory = files.path()}).Run(*copy);
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->problems, IsEmpty());
  EXPECT_EQ(FingerprintsOf(copy->Latest()), FingerprintsOf(mirrored->Latest()));
  for (const std::string& name : names) {
    mirrored.Do(DropConfigured{.kind = ObjectKind::kCatalog, .name = name});
  }
  EXPECT_THAT(files.Names(), IsEmpty());
}

TEST(Mirror, NamesWhatAnObjectRefersTo) {
  const FileDirectory files;
  const Mirrored mirrored(files, EveryKind());
  mirrored.Do(SecretNamed("P"));
  mirrored.Do(ConnectionNamed("C", "P"));
  EXPECT_EQ(files.Read("PUBLIC.P.yaml"), "env: HOME\nkind: secret\n");
  EXPECT_EQ(files.Read("PUBLIC.C.yaml"),
            "database: d\nhost: h1\nkind: connection\npassword: \"${SECRET:PUBLIC.P}\"\n"
            "type: postgres\nuser: u\n");
  mirrored.Do(AlterConfigured{.kind = ObjectKind::kSecret, .name = "P", .new_name = "Q"});
  EXPECT_THAT(files.Names(), ElementsAre("PUBLIC.C.yaml", "PUBLIC.Q.yaml"));
  EXPECT_THAT(files.Read("PUBLIC.C.yaml"), HasSubstr("${SECRET:PUBLIC.Q}"));
}

TEST(Mirror, LeavesEditsOfOtherFilesAlone) {
  const FileDirectory files;
  const Mirrored mirrored(files);
  mirrored.Do(CatalogNamed("A"));
  files.Write("A.yaml", "edited\n");
  mirrored.Do(CatalogNamed("B"));
  EXPECT_EQ(files.Read("A.yaml"), "edited\n");
}

TEST(Mirror, FollowsTwoThatSwapTheirNames) {
  const FileDirectory files;
  const Mirrored mirrored(files);
  mirrored.Do(CatalogNamed("A", {{"x", "1"}}));
  mirrored.Do(CatalogNamed("B", {{"x", "2"}}));
  const auto rename = [](const std::string& from, const std::string& to) {
    return AlterConfigured{.kind = ObjectKind::kCatalog, .name = from, .new_name = to};
  };
  ASSERT_THAT(mirrored->Execute({rename("A", "C"), rename("B", "A"), rename("C", "B")}), IsOk());
  mirrored.Settle();
  EXPECT_THAT(files.Names(), ElementsAre("A.yaml", "B.yaml"));
  EXPECT_THAT(files.Read("A.yaml"), HasSubstr("x: \"2\""));
  EXPECT_THAT(files.Read("B.yaml"), HasSubstr("x: \"1\""));
}

TEST(Mirror, WritesTheOthersWhereOneCannotBeWritten) {
  const FileDirectory files;
  std::filesystem::create_directory(files.PathOf("A.yaml"));
  const Manager manager = OpenInMemory();
  const auto mirror = NewMirror({.directory = files.path()});
  ASSERT_THAT(mirror, IsOk());
  ASSERT_THAT(manager->Execute({CatalogNamed("A"), CatalogNamed("B")}), IsOk());
  ASSERT_THAT(manager->AddFollower(*mirror), IsOk());
  EXPECT_TRUE(Eventually([&] { return manager->GetStats().followers.at(0).failures > 0; }));
  EXPECT_THAT(manager->GetStats().followers.at(0).last_failure, HasSubstr("A.yaml"));
  EXPECT_TRUE(files.Has("B.yaml"));
  files.Remove("A.yaml");
  EXPECT_TRUE(Eventually([&] { return std::filesystem::is_regular_file(files.PathOf("A.yaml")); }));
  EXPECT_THAT(files.Names(), UnorderedElementsAre("A.yaml", "B.yaml"));
}

// A mirror whose file of B cannot be written, since there is a directory in its place.
class BlockedMirrorTest : public ::testing::Test {
 protected:
  BlockedMirrorTest() : manager_(OpenInMemory()) {
    const auto mirror = NewMirror({.directory = files_.path()});
    EXPECT_THAT(mirror, IsOk());
    EXPECT_THAT(manager_->Execute({CatalogNamed("A", {{"x", "1"}}), CatalogNamed("GONE")}), IsOk());
    EXPECT_THAT(manager_->AddFollower(*mirror), IsOk());
    Settle();
    std::filesystem::create_directory(files_.PathOf("B.yaml"));
  }

  FollowerStats stats() const { return manager_->GetStats().followers.at(0); }
  void Settle() const {
    const CatalogVersion latest = LatestOf(*manager_);
    EXPECT_TRUE(Eventually([&] { return stats().reached >= latest; })) << stats().last_failure;
  }
  // All as one version, of which the mirror can't write all.
  void DoHalf(std::vector<CatalogCommand> commands) {
    commands.emplace_back(CatalogNamed("B"));
    ASSERT_THAT(manager_->Execute(std::move(commands)), IsOk());
    ASSERT_TRUE(Eventually([&] { return stats().failures > 0; }));
  }

  const FileDirectory files_;
  const Manager manager_;
};

AlterConfigured XOfA(std::string value) {
  return {.name = "A", .set = {{{"x", std::move(value)}}}};
}

TEST_F(BlockedMirrorTest, ForgetsWhatWasTakenBackBeforeItCouldWriteAll) {
  DoHalf({XOfA("2"), CatalogNamed("C"), DropConfigured{.name = "GONE"}});
  ASSERT_THAT(files_.Read("A.yaml"), HasSubstr("\"2\""));
  ASSERT_THAT(manager_->Execute({XOfA("1"), DropConfigured{.name = "C"}, CatalogNamed("GONE")}),
              IsOk());
  files_.Remove("B.yaml");
  Settle();
  EXPECT_THAT(files_.Names(), ElementsAre("A.yaml", "B.yaml", "GONE.yaml"));
  EXPECT_THAT(files_.Read("A.yaml"), HasSubstr("\"1\""));
}

TEST_F(BlockedMirrorTest, LeavesEditsAloneAgainOnceAllIsWritten) {
  DoHalf({});
  files_.Remove("B.yaml");
  Settle();
  files_.Write("A.yaml", "edited\n");
  MustExecute(*manager_, CatalogNamed("C"));
  Settle();
  EXPECT_EQ(files_.Read("A.yaml"), "edited\n");
}

TEST(Mirror, GoesOnWhenItsDirectoryIsBack) {
  const FileDirectory files;
  const Mirrored mirrored(files);
  mirrored.Do(CatalogNamed("A", {{"x", "1"}}));
  std::filesystem::rename(files.path(), files.path() + ".away");
  MustExecute(*mirrored, XOfA("2"));
  ASSERT_TRUE(Eventually([&] { return mirrored->GetStats().followers.at(0).failures > 0; }));
  std::filesystem::rename(files.path() + ".away", files.path());
  mirrored.Do(CatalogNamed("B"));
  EXPECT_THAT(files.Names(), ElementsAre("A.yaml", "B.yaml"));
  EXPECT_THAT(files.Read("A.yaml"), HasSubstr("\"2\""));
}

TEST(Mirror, IsRefusedWhereItCouldNotWrite) {
  const FileDirectory files;
  files.Write("file", "");
  EXPECT_THAT(NewMirror({.directory = files.PathOf("file")}),
              FailsWith(Reason::IO_ERROR, {"file"}));
  EXPECT_THAT(NewMirror({.directory = files.PathOf("no/dir")}), FailsWith(Reason::IO_ERROR));
  EXPECT_THAT(NewMirror({.directory = files.path(), .kinds = {ObjectKind::kTable}}),
              FailsWith(Reason::INVALID_VALUE, {"table"}));
}

}  // namespace
}  // namespace annals
