// The page that `report` writes: whole, safe, and truthful about damage. What a browser
// makes of it is tested in tests/browser.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "annals/log/keys.h"
#include "annals/log/record.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What stands between `begin` and `end` in `page`.
std::string Between(const std::string& page, const std::string& begin, const std::string& end) {
  const size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find(end, from) - from);
}

json DataOf(const std::string& page) {
  return json::parse(Between(page, "id=\"data\">", "</script>"));
}

class ReportTest : public ProgramTest {
 protected:
  // Version 2: schema SHOP. 3: SHOP.ORDERS. 4: a column more. 5: another name.
  void MakeShop() {
    ASSERT_THAT(Execute("CREATE SCHEMA shop;"
                        "CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, total DECIMAL(10,2));"
                        "ALTER TABLE shop.orders ADD COLUMN state VARCHAR(16) DEFAULT 'new';"
                        "ALTER TABLE shop.orders RENAME TO sales"),
                Exits(0));
  }
  std::string Page(int exit = 0) {
    const RunResult result = Run({"report", store(), "-o", page()});
    EXPECT_THAT(result, AllOf(Exits(exit), Prints(IsEmpty())));
    return Read(page());
  }
  json Data(int exit = 0) { return DataOf(Page(exit)); }
  void PutValue(const std::string& key, const std::string& value) {
    rocksdb::DB* database = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, store(), &database).ok());
    EXPECT_TRUE(database->Put({}, key, value).ok());
    delete database;
  }
  std::string page() const { return Path("report.html"); }

  // The states of the first object with this name, as they stand in `data`.
  static json LifeOf(const json& data, const std::string& name) {
    for (const json& object : data["objects"]) {
      if (data["texts"][object[6][0][2].get<size_t>()] == name) return object;
    }
    return {};
  }
};

TEST_F(ReportTest, EveryVersionIsInItAsLogTellsIt) {
  MakeShop();
  const json data = Data();
  const json log = json::parse(Run({"log", store(), "--reverse", "-o", "json"}).out);
  ASSERT_EQ(data["versions"].size(), log.size());
  for (size_t i = 0; i < log.size(); ++i) {
    const json& row = data["versions"][i];
    EXPECT_EQ(row[0], log[i]["version"]);
    EXPECT_EQ(data["texts"][row[7].get<size_t>()], log[i]["statement"]);
    EXPECT_EQ(row[8], log[i]["hash"]);
    EXPECT_EQ(row[14], log[i]["entries"].size());
  }
  EXPECT_EQ(data["head_hash"], log.back()["hash"]);
  EXPECT_THAT(data["damage"], IsEmpty());
}

TEST_F(ReportTest, StandardOutputGetsTheSamePage) {
  MakeShop();
  const RunResult result = Run({"report", store(), "-o", "-"});
  EXPECT_THAT(result, AllOf(Exits(0), Prints(StartsWith("<!doctype html>")), Complains(IsEmpty())));
  EXPECT_EQ(DataOf(result.out)["objects"], Data()["objects"]);
}

TEST_F(ReportTest, ThePolicyNamesTheScriptAndTheStyleOfThePage) {
  MakeShop();
  const std::string page = Page();
  const auto hash = [](const std::string& content) {
    const auto bytes = Sha256Hash::Of(content).bytes;
    return "'sha256-" +
           absl::Base64Escape({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) + "'";
  };
  const std::string policy = Between(page, "Content-Security-Policy\" content=\"", "\"");
  EXPECT_THAT(policy,
              AllOf(StartsWith("default-src 'none';"),
                    HasSubstr("script-src " + hash(Between(page, "<script>", "</script>")) + ";"),
                    HasSubstr("style-src " + hash(Between(page, "<style>", "</style>")) + ";"),
                    Not(HasSubstr("unsafe"))));
}

TEST_F(ReportTest, TextOfTheStoreCanNeitherLeaveItsElementNorHideCharacters) {
  ASSERT_THAT(Run({"exec", store(), "--author", "</script><b>", "--message",
                   "<!-- \x1b[31m \u202e \xff &amp;", "-c", "CREATE SCHEMA \"<script>\""}),
              Exits(0));
  const std::string data = Between(Page(), "id=\"data\">", "</script>");
  EXPECT_EQ(data.find_first_of("<>&\x1b"), std::string::npos);
  const json texts = json::parse(data)["texts"];
  for (const char* text : {"</script><b>", "<!-- \\x1b[31m \\u202e \\xff &amp;", "<script>"}) {
    EXPECT_NE(std::find(texts.begin(), texts.end(), text), texts.end()) << text;
  }
}

TEST_F(ReportTest, ARenamedTableIsOneLifeAndItsIndexIsNotChangedByIt) {
  MakeShop();
  const json data = Data();
  const json table = LifeOf(data, "ORDERS");
  std::vector<uint64_t> since;
  for (const json& state : table[6]) since.push_back(state[1]);
  EXPECT_THAT(since, ElementsAre(3, 4, 5));
  const auto text = [&](const json& number) { return data["texts"][number.get<size_t>()]; };
  EXPECT_EQ(text(table[6][2][3]), "SHOP.SALES");
  // Only what is another is told again: the column, and nothing of it later.
  EXPECT_THAT(table[6][1][6], SizeIs(3));
  EXPECT_EQ(text(table[6][1][6][1]), "column STATE");
  EXPECT_THAT(table[6][2][6], IsEmpty());

  const json index = LifeOf(data, "ORDERS_PK");
  const json last = index[6].back();
  EXPECT_EQ(last[0], 5);
  EXPECT_EQ(text(last[6][2]), "SHOP.SALES");
}

TEST_F(ReportTest, ADamagedRecordIsToldAndEverythingSoundIsInThePage) {
  MakeShop();
  PutValue(UpdateKey({4}), "damage");
  const std::string before = Everything(store());
  EXPECT_THAT(Run({"report", store(), "-o", page()}),
              AllOf(Exits(4), Complains(HasSubstr(UpdateKey({4})))));
  EXPECT_EQ(Everything(store()), before);
  const json data = DataOf(Read(page()));
  ASSERT_THAT(data["damage"], SizeIs(1));
  EXPECT_EQ(data["damage"][0]["first"], 4);
  EXPECT_THAT(data["versions"], SizeIs(4));
  EXPECT_EQ(data["last_catalog"], 3);
  EXPECT_TRUE(data["versions"].back()[16].is_null());
}

TEST_F(ReportTest, ARecordOfAnotherStoreIsDamage) {
  MakeShop();
  ASSERT_THAT(Run({"exec", Path("other"), "-c", "CREATE SCHEMA shop"}), Exits(0));
  std::string record;
  {
    rocksdb::DB* database = nullptr;
    ASSERT_TRUE(rocksdb::DB::OpenForReadOnly({}, Path("other"), &database).ok());
    EXPECT_TRUE(database->Get({}, UpdateKey({1}), &record).ok());
    delete database;
  }
  PutValue(UpdateKey({1}), record);
  const json data = Data(4);
  EXPECT_THAT(data["damage"][0]["message"].get<std::string>(), HasSubstr("store: expected"));
  EXPECT_EQ(data["last_catalog"], 0);
}

// Nor is anybody kept busy by it.
TEST_F(ReportTest, AHeadThatIsFarBeyondTheRecordsHidesNone) {
  MakeShop();
  PutValue("catalog.version", "18446744073709551615");
  const json data = Data(4);
  EXPECT_THAT(data["versions"], SizeIs(5));
  EXPECT_EQ(data["last_catalog"], 5);
  EXPECT_EQ(data["damage"][0]["first"], 6);
}

TEST_F(ReportTest, ALostEndIsToldAndWhatIsLeftIsInThePage) {
  MakeShop();
  fs::copy(store(), Path("lost"));
  ASSERT_THAT(Execute("CREATE SCHEMA x; CREATE SCHEMA y"), Exits(0));
  fs::copy(store() + "/CATALOG-HEAD", Path("lost/CATALOG-HEAD"),
           fs::copy_options::overwrite_existing);
  EXPECT_THAT(Run({"report", Path("lost"), "-o", page()}), Exits(4));
  const json data = DataOf(Read(page()));
  ASSERT_THAT(data["damage"], SizeIs(1));
  EXPECT_THAT(data["damage"][0]["message"].get<std::string>(), HasSubstr("versions 6 to 7"));
  EXPECT_TRUE(data["damage"][0]["first"].is_null());
  EXPECT_EQ(data["last_catalog"], 5);
}

TEST_F(ReportTest, ASnapshotIsWhereTheHistoryBegins) {
  MakeShop();
  ASSERT_THAT(Run({"snapshot", store(), "--at", "4"}), Exits(0));
  const json data = Data();
  EXPECT_EQ(data["first"], 4);
  EXPECT_EQ(data["snapshot"]["version"], 4);
  const json table = LifeOf(data, "ORDERS");
  EXPECT_EQ(table[4], 1);  // It was there.
  EXPECT_EQ(table[6][0][1], 4);
}

TEST_F(ReportTest, LongStatementsAreCutAndThatIsSaid) {
  const std::string comment(20'000, 'x');
  ASSERT_THAT(Execute("CREATE SCHEMA /* " + comment + " */ a"), Exits(0));
  const RunResult result = Run({"report", store(), "-o", page()});
  EXPECT_THAT(result, AllOf(Exits(0), Complains(HasSubstr("Long statements are cut"))));
  const json data = DataOf(Read(page()));
  const std::string statement =
      data["texts"][data["versions"].back()[7].get<size_t>()].get<std::string>();
  EXPECT_THAT(statement, AllOf(SizeIs(::testing::Lt(17'000u)), HasSubstr("-- cut here: ")));
  EXPECT_THAT(data["left_out"], SizeIs(1));
}

TEST_F(ReportTest, AFileIsReplacedAndALinkStaysALink) {
  MakeShop();
  Write("real.html", "what was there before");
  fs::create_symlink(Path("real.html"), page());
  Page();
  EXPECT_TRUE(fs::is_symlink(page()));
  EXPECT_THAT(Read(Path("real.html")), StartsWith("<!doctype html>"));
  EXPECT_EQ(fs::status(Path("real.html")).permissions() & fs::perms::owner_all,
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ReportTest, WhatCannotBeWrittenLeavesNothingBehind) {
  MakeShop();
  EXPECT_THAT(Run({"report", store(), "-o", Path("no/such/folder.html")}),
              AllOf(Exits(1), Complains(HasSubstr("No such file or directory"))));
  fs::create_directory(Path("folder"));
  EXPECT_THAT(Run({"report", store(), "-o", Path("folder")}),
              AllOf(Exits(1), Complains(HasSubstr("Is a directory"))));
  EXPECT_TRUE(fs::is_empty(Path("folder")));
  EXPECT_THAT(Run({"report", store(), "-o", "/dev/full"}),
              AllOf(Exits(1), Complains(HasSubstr("DISK_FULL"))));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(Path(""))) files += !entry.is_directory();
  EXPECT_EQ(files, 0u);
}

TEST_F(ReportTest, WithoutAStoreThereIsNoPage) {
  EXPECT_THAT(Run({"report", Path("nope"), "-o", page()}), Exits(3));
  EXPECT_FALSE(fs::exists(page()));
  EXPECT_THAT(Run({"report", Path("nope")}), AllOf(Exits(2), Complains(HasSubstr("--output"))));
}

}  // namespace
}  // namespace annals
