// `annals export` and `annals import`: a store as text and back. What becomes of damaged
// text is tried in tests/model/export_test.cc.

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kExamples = ANNALS_DOCS "/../examples/";

class ExportTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_THAT(Run({"exec", store(), "-f", kExamples + "shop.sql", "--author", "ann"}), Exits(0));
  }

  std::string Exported() { return Run({"export", store()}).out; }
  static std::vector<std::string> LinesOf(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }
  static std::string StateOf(const std::string& path, const std::string& version = "latest") {
    return Run({"ls", path, "--at", version, "-o", "state"}).out;
  }
  // What `log` says, but for hashes.
  static std::vector<json> LogOf(const std::string& path) {
    json log = json::parse(Run({"log", path, "-o", "json"}).out);
    for (json& version : log) {
      version.erase("hash");
      version.erase("previous_hash");
    }
    return log;
  }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(Path(""))) {
      names.insert(entry.path().filename());
    }
    return names;
  }
};

TEST_F(ExportTest, AnImportIsTheSameHistoryUnderAnIdentityOfItsOwn) {
  const std::string text = Exported();
  EXPECT_THAT(Run({"import", Path("copy")}, text),
              AllOf(Exits(0), Prints("imported the versions 1 to 41\n"), Complains(IsEmpty())));
  EXPECT_EQ(LogOf(Path("copy")), LogOf(store()));
  for (const std::string version : {"1", "9", "30", "latest"}) {
    EXPECT_EQ(StateOf(Path("copy"), version), StateOf(store(), version));
  }
  const json before = json::parse(LinesOf(text)[0]);
  const json after = json::parse(LinesOf(Run({"export", Path("copy")}).out)[0]);
  EXPECT_NE(before["store"], after["store"]);
  EXPECT_NE(before["head_hash"], after["head_hash"]);
  EXPECT_EQ(before["head"], after["head"]);
  EXPECT_THAT(Run({"exec", Path("copy"), "-c", "CREATE SCHEMA later"}),
              Prints("42\tcreate schema LATER\n"));
}

TEST_F(ExportTest, CarriesTheSnapshotWithWhichTheLogBegins) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "12"}), Exits(0));
  const std::vector<std::string> lines = LinesOf(Exported());
  EXPECT_EQ(json::parse(lines[0])["base"], 12);
  EXPECT_EQ(json::parse(lines[1])["line"], "snapshot");
  EXPECT_EQ(json::parse(lines[1])["author"], "ann");
  EXPECT_EQ(json::parse(lines[2])["line"], "chunk");
  EXPECT_EQ(json::parse(lines[3])["version"], 13);
  const std::string file = Write("shop.jsonl", Exported());
  EXPECT_THAT(Run({"import", Path("copy"), "-f", file}),
              AllOf(Exits(0), Prints("imported the versions 12 to 41\n")));
  EXPECT_EQ(LogOf(Path("copy")), LogOf(store()));
  EXPECT_EQ(StateOf(Path("copy"), "12"), StateOf(store(), "12"));
  EXPECT_EQ(StateOf(Path("copy")), StateOf(store()));
  EXPECT_THAT(Run({"log", Path("copy"), "--until", "2001-01-01"}), Exits(0));
}

TEST_F(ExportTest, IsTheSameEachTimeAndChangesNothing) {
  const std::string before = Everything(store());
  const std::string text = Exported();
  EXPECT_EQ(Exported(), text);
  EXPECT_EQ(Everything(store()), before);
}

TEST_F(ExportTest, WorksBesideALiveWriter) {
  RunningProgram writer({"exec", store()});
  ASSERT_TRUE(writer.Send("CREATE SCHEMA live;\n"));
  ASSERT_EQ(writer.ReadLine(), "42\tcreate schema LIVE");
  EXPECT_THAT(Run({"import", Path("copy")}, Exported()), Prints("imported the versions 1 to 42\n"));
  EXPECT_THAT(writer.Finish("CREATE SCHEMA more;\n"), Exits(0));
}

TEST_F(ExportTest, EndsAtTheVersionThatIsAskedFor) {
  const std::string part = Run({"export", store(), "--at", "7"}).out;
  EXPECT_EQ(LinesOf(part).size(), 8u);
  ASSERT_THAT(Run({"import", Path("copy")}, part), Exits(0));
  EXPECT_EQ(StateOf(Path("copy")), StateOf(store(), "7"));
  EXPECT_THAT(Run({"export", store(), "--at", "77"}), AllOf(Exits(6), Prints(IsEmpty())));
  EXPECT_THAT(Run({"export", store(), "--policy", "strict"}), Exits(2));
  EXPECT_THAT(Run({"export", Path("nowhere")}), Exits(3));
}

TEST_F(ExportTest, AsDdlMakesTheCatalogAnew) {
  for (const std::string version : {"1", "17", "latest"}) {
    const std::string copy = Path("copy-" + version);
    const RunResult script = Run({"export", store(), "-o", "ddl", "--at", version});
    ASSERT_THAT(script, Exits(0));
    ASSERT_THAT(Run({"exec", copy}, script.out), Exits(0));
    EXPECT_EQ(Run({"ls", copy, "-o", "lines"}).out,
              Run({"ls", store(), "--at", version, "-o", "lines"}).out);
  }
}

TEST_F(ExportTest, OfALineEachFieldIsThere) {
  const json line = json::parse(LinesOf(Exported())[3]);
  std::vector<std::string> fields;
  for (const auto& field : line.items()) fields.push_back(field.key());
  EXPECT_THAT(fields, ElementsAre("activation", "activation_hlc", "author", "commit_id", "entries",
                                  "hash", "hlc", "line", "message", "next_object_id", "policy",
                                  "previous_hash", "record", "statement", "timestamp", "version"));
  EXPECT_EQ(line["message"], "Customers can sign up");
}

// A golden file: what format 1 has once written is read for ever.
TEST_F(ExportTest, TheExampleIsReadForEver) {
  ASSERT_THAT(Run({"import", Path("copy"), "-f", kExamples + "shop.jsonl"}), Exits(0));
  EXPECT_EQ(StateOf(Path("copy"), "20"),
            "90703fc2c0a1cc05934efefe7dc90031eb7aa470814e2be80c1fc0c98652f5b3\n");
  EXPECT_EQ(StateOf(Path("copy")),
            "b25826aa449bfa30ce8fbecf87ea59362bc840b9650027d232033f2e9257adf1\n");
  EXPECT_EQ(Run({"ls", Path("copy"), "-o", "lines"}).out, Run({"ls", store(), "-o", "lines"}).out);
}

TEST_F(ExportTest, ImportTakesNobodysPlace) {
  const std::string text = Exported();
  EXPECT_THAT(Run({"import", store()}, text),
              AllOf(Exits(1), Complains(HasSubstr("(STORE_EXISTS)"))));
  EXPECT_THAT(Run({"import", Path("no/where")}, text), Exits(3));
  EXPECT_EQ(Exported(), text);
}

TEST_F(ExportTest, WhatIsNoWholeExportLeavesNoStore) {
  const std::string text = Exported();
  const std::string file = Write("cut.jsonl", text.substr(0, text.size() / 2));
  EXPECT_THAT(
      Run({"import", Path("copy"), "-f", file}),
      AllOf(Exits(4), Complains(AllOf(HasSubstr("cut.jsonl:"), HasSubstr("expected version"),
                                      HasSubstr("(DAMAGED)")))));
  EXPECT_THAT(Run({"import", Path("copy")}, text.substr(0, text.rfind("{\"line\""))),
              AllOf(Exits(4), Complains(HasSubstr("expected version 41, found the end"))));
  std::string changed = text;
  changed[changed.rfind("record\":\"") + 300] ^= 1;
  EXPECT_THAT(Run({"import", Path("copy")}, changed),
              AllOf(Exits(4), Complains(HasSubstr("standard input:42: "))));
  EXPECT_THAT(Run({"import", Path("copy")}, "CREATE SCHEMA a;\n"),
              AllOf(Exits(2), Complains(HasSubstr("this is no export"))));
  EXPECT_THAT(Run({"import", Path("copy")}), Exits(2));
  EXPECT_THAT(Run({"import", Path("copy"), "-f", Path("nope")}), Exits(2));
  EXPECT_THAT(Run({"import", Path("copy")},
                  R"({"line":"header","format":2,"store":"","base":0,"head":1,"head_hash":""})"),
              AllOf(Exits(3), Complains(HasSubstr("(NEWER_FORMAT)"))));
  EXPECT_THAT(Names(), ElementsAre("cut.jsonl", "store"));
}

TEST_F(ExportTest, WhoeverIsKilledInTheMiddleOfAnImportLeavesNoStore) {
  {
    RunningProgram import({"import", Path("copy")});
    const std::string text = Exported();
    import.Send(text.substr(0, text.size() - 100));
    import.Kill();
    EXPECT_THAT(import.Finish(), Exits(128 + 9));
  }
  EXPECT_FALSE(std::filesystem::exists(Path("copy")));
  EXPECT_THAT(Run({"import", Path("copy")}, Exported()), Exits(0));
}

TEST_F(ExportTest, ADamagedStoreIsExportedUpToTheDamage) {
  ASSERT_THAT(Run({"import", Path("whole")}, Exported()), Exits(0));
  // The statement of version 20 is in the write-ahead log, and nowhere else.
  std::string wal;
  for (const auto& entry : std::filesystem::directory_iterator(store())) {
    if (entry.path().extension() == ".log") wal = entry.path().string();
  }
  std::string bytes = Read(wal);
  const size_t at = bytes.find("Customers may say what they think");
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  std::ofstream(wal, std::ios::binary) << bytes;
  const RunResult damaged = Run({"export", store()});
  EXPECT_THAT(damaged, Exits(4));
  EXPECT_THAT(Run({"import", Path("copy")}, damaged.out), Not(Exits(0)));
  ASSERT_THAT(Run({"import", Path("copy")}, Run({"export", store(), "--at", "10"}).out), Exits(0));
  EXPECT_EQ(StateOf(Path("copy")), StateOf(Path("whole"), "10"));
}

}  // namespace
}  // namespace annals
