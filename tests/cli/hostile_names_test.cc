// Text that would move a cursor, turn the direction of writing, hide or pretend: in
// everything that a store keeps as text, through everything that the program prints.

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/catalog/kind.h"
#include "annals/cli/verb.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/engine/catalog_manager.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// What names may hold, and what they may not.
const std::vector<std::string>& HostileNames() {
  static const auto* const names =
      new std::vector<std::string>{"turned \u202e\u2066around",
                                   "nothing\u200b\u200d\u2060\ufeff",
                                   "lines\u2028\u2029",
                                   "<img src=x onerror=alert(1)></script>&amp;",
                                   "quotes '\"` ;-- /* \\ %s%n $(",
                                   "\\u202e \\x1b \\202E",
                                   "tag\U000e0041\u00ad",
                                   "blank\u3164\u2800\u3000\u115f\ufe0f"};
  return *names;
}
const std::vector<std::string>& HostileTexts() {
  static const auto* const texts = [] {
    auto* const all = new std::vector<std::string>(HostileNames());
    all->insert(all->end(), {"\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "two\nannals: lines\r\n",
                             "tab\tstop\b\v\f", "\x7f", "\u0085\u009b31m\u009f"});
    return all;
  }();
  return *texts;
}

// The first character of `text` that must not be printed, and where; empty if none is.
std::string Harm(std::string_view text, std::string_view allowed) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t place = text.size() - rest.size();
    const auto character = TakeCharacter(rest);
    const bool harmless =
        character &&
        (!IsUnseen(*character) ||
         (*character < 0x80 && absl::StrContains(ToAbsl(allowed), static_cast<char>(*character))));
    if (harmless) continue;
    return absl::StrFormat("%s at byte %d, behind \"%s\"",
                           character ? absl::StrFormat("U+%04X", static_cast<uint32_t>(*character))
                                     : std::string("no UTF-8"),
                           place, std::string(text.substr(place < 60 ? 0 : place - 60, 60)));
  }
  return "";
}

MATCHER_P(IsHarmless, allowed, "") {
  const std::string harm = Harm(arg, allowed);
  *result_listener << harm;
  return harm.empty();
}

auto PrintsNoHarm() { return AllOf(Prints(IsHarmless("\n")), Complains(IsHarmless("\n"))); }

class HostileNamesTest : public ProgramTest {
 protected:
  // A schema, zone, table and index for each name, a default for each text, and an author and
  // a message for each; much of it is altered and dropped again.
  void SetUp() override {
    ProgramTest::SetUp();
    std::vector<json> requests;
    for (const std::string& name : HostileNames()) requests.push_back(ObjectsCalled(name));
    std::vector<std::string> defaults = HostileTexts();
    defaults.emplace_back("\0", 1);
    for (const std::string& text : defaults) {
      requests.push_back(ColumnWith(text, "C" + std::to_string(requests.size())));
    }
    const std::string& name = HostileNames()[1];
    requests.push_back(
        {{{"rename_table", {{"schema", name}, {"name", name}, {"new_name", name + "2"}}}}});
    requests.push_back({{{"drop_table", {{"schema", name}, {"name", name + "2"}}}}});
    Request(requests);
    for (const std::string& text : HostileTexts()) {
      Say(text, text, "CREATE SCHEMA S" + std::to_string(++schemas_) + " /* " + text + " */");
    }
    Say("\xff\xfe\xc0\x80", "\xed\xa0\x80 half \xe2\x82", "CREATE SCHEMA z");
    MakeCatalogs();
  }

  // A catalog for each name, with that as its type and in its options, labels and comment,
  // and what refers to it, of a kind that the program does not know; and one for each text.
  void MakeCatalogs() {
    RegisterLink();
    const auto manager = CatalogManager::Open({.path = store()});
    ASSERT_TRUE(manager.ok()) << manager.status();
    for (const std::string& name : HostileNames()) {
      ASSERT_TRUE(Make(**manager, CatalogCalled(name, name, name)).ok()) << json(name).dump();
      ASSERT_TRUE(Make(**manager,
                       {.kind = kLink, .name = name, .options = {{"to", ObjectName{.name = name}}}})
                      .ok())
          << json(name).dump();
    }
    for (const std::string& text : HostileTexts()) {
      ASSERT_TRUE(Make(**manager, CatalogCalled("L" + std::to_string(++schemas_), "k", text)).ok())
          << json(text).dump();
    }
    AlterConfigured alter{.name = HostileNames()[0]};
    alter.set = {{{"a " + HostileNames()[1], HostileNames()[2]}}};
    alter.reset = {{"o " + HostileNames()[0]}};
    ASSERT_TRUE((*manager)->Execute(alter).ok());
  }

  static CreateConfigured CatalogCalled(const std::string& name, const std::string& word,
                                        const std::string& text) {
    return {.name = name,
            .type = word,
            .options = {{"o " + word, text}},
            .comment = text,
            .labels = {{"l " + word, text}}};
  }
  static absl::Status Make(CatalogManager& manager, CreateConfigured create) {
    return manager.Execute(std::move(create)).status();
  }

  static constexpr ObjectKind kLink{202};
  static void RegisterLink() {
    if (FindKind(kLink) != nullptr) return;
    OptionDefinition to{.name = "to", .type = OptionType::kObject};
    to.to = {{ObjectKind::kCatalog}};
    ASSERT_TRUE(
        RegisterKind(
            {.kind = kLink, .name = "link", .plural = "links", .at_root = true, .options = {to}})
            .ok());
  }

  static json ColumnWith(const std::string& text, const std::string& name) {
    const json column = {
        {"name", name}, {"type", "STRING"}, {"length", 100}, {"default", {{"constant", text}}}};
    const std::string& table = HostileNames()[0];
    return {{{"alter_table_add_column",
              {{"schema", table}, {"table", table}, {"columns", json::array({column})}}}}};
  }

  static json ObjectsCalled(const std::string& name) {
    const json column = {{"name", name}, {"type", "INT32"}, {"nullable", false}};
    return {{{"create_schema", {{"name", name}}}},
            {{"create_zone",
              {{"name", name},
               {"storage_profiles", {name}},
               {"consistency_mode", "strong_consistency"}}}},
            {{"create_table",
              {{"schema", name},
               {"name", name},
               {"columns", {column}},
               {"zone", name},
               {"storage_profile", name},
               {"primary_key", {{"kind", "hash"}, {"columns", {name}}}}}}},
            {{"create_hash_index",
              {{"schema", name}, {"table", name}, {"name", "i " + name}, {"columns", {name}}}}}};
  }

  // All of them without an error.
  void Request(const std::vector<json>& requests) {
    std::string lines;
    for (const json& request : requests) lines += request.dump() + "\n";
    ASSERT_THAT(
        Run({"exec", store(), "--format", "jsonl"}, lines),
        AllOf(Exits(0), Complains(IsEmpty()), PrintsNoHarm(), Prints(Not(HasSubstr("\"error\"")))));
  }
  void Say(const std::string& author, const std::string& message, const std::string& sql) {
    const RunResult said =
        Run({"exec", store(), "--author", author, "--message", message, "-c", sql});
    ASSERT_THAT(said, AllOf(Exits(0), Prints(IsHarmless("\n\t")), Complains(IsEmpty())));
  }

  // What stands behind STORE in calls of `verb`. The verbs that only write are not here.
  static std::vector<std::vector<std::string>> CallsOf(std::string_view verb) {
    const std::string& name = HostileNames()[0];
    const std::string quoted = QuotedText(name, '"');
    if (verb == "describe") {
      std::vector<std::vector<std::string>> calls = {{quoted + "." + quoted}};
      for (const std::string& one : HostileNames()) {
        calls.push_back({"schema", QuotedText(one, '"')});
        calls.push_back({"zone", QuotedText(one, '"')});
        calls.push_back({"catalog", QuotedText(one, '"')});
        calls.push_back({"kind 202", QuotedText(one, '"')});
      }
      return calls;
    }
    if (verb == "history" || verb == "blame") {
      return {{quoted + "." + quoted}, {"catalog", quoted}};
    }
    if (verb == "show") return {{"2"}, {"latest"}, {"9"}, {"10"}, {"11"}, {"23"}};
    if (verb == "diff") return {{"1..latest"}, {"latest..1"}, {"9..12"}};
    if (verb == "query") {
      std::vector<std::vector<std::string>> calls = {{}};
      for (const char* const view :
           {"schemas", "tables", "table_columns", "indexes", "index_columns", "zones",
            "zone_storage_profiles", "objects", "options", "labels", "versions", "update_entries",
            "object_history"}) {
        calls.push_back({view});
      }
      return calls;
    }
    if (verb == "log") {
      return {{}, {"--stat"}, {"--oneline"}, {"--object", quoted + "." + quoted}};
    }
    if (verb == "raw") return {{"catalog.version"}};
    return {{}};
  }

  static bool OnlyReads(std::string_view verb) {
    for (const char* const other : {"exec", "apply", "shell", "snapshot", "backup", "repair",
                                    "import", "report", "completion", "tail"}) {
      if (verb == other) return false;
    }
    return true;
  }

  // Every call of `verb` that there is: with each output that it knows.
  std::vector<std::vector<std::string>> CallsOf(const cli::Verb& verb) const {
    std::vector<std::string_view> outputs;
    for (const cli::Parameter& parameter : verb.parameters) {
      if (parameter.name == "-o,--output") outputs = parameter.choices;
    }
    std::vector<std::vector<std::string>> calls;
    for (const auto& arguments : CallsOf(verb.name)) {
      std::vector<std::string> words{std::string(verb.name), store()};
      words.insert(words.end(), arguments.begin(), arguments.end());
      calls.push_back(words);
      const bool formed = !arguments.empty() && arguments[0].starts_with("--");
      for (const std::string_view output : outputs) {
        if (formed) continue;
        calls.push_back(words);
        calls.back().insert(calls.back().end(), {"-o", std::string(output)});
      }
    }
    return calls;
  }

 private:
  int schemas_ = 0;
};

TEST_F(HostileNamesTest, NothingThatReadsPrintsWhatDoesHarm) {
  for (const cli::Verb& verb : cli::AllVerbs()) {
    if (!OnlyReads(verb.name)) continue;
    for (const std::vector<std::string>& words : CallsOf(verb)) {
      const RunResult result = Run(words);
      const std::string call = json(words).dump();
      EXPECT_THAT(result, PrintsNoHarm()) << call;
      EXPECT_THAT(result, Prints(Not(IsEmpty()))) << call;
      if (words.back() == "json") {
        EXPECT_FALSE(json::parse(result.out, nullptr, false).is_discarded()) << call;
      }
      if (words.back() != "jsonl") continue;
      for (size_t at = 0; at < result.out.size(); at = result.out.find('\n', at) + 1) {
        const std::string line = result.out.substr(at, result.out.find('\n', at) - at);
        EXPECT_FALSE(json::parse(line, nullptr, false).is_discarded()) << call;
      }
    }
  }
}

TEST_F(HostileNamesTest, JsonHoldsTextsAsTheyAre) {
  const json log = json::parse(Run({"log", store(), "-o", "json"}).out);
  for (const std::string& text : HostileTexts()) {
    bool found = false;
    for (const json& version : log)
      found |= version["author"] == text && version["message"] == text;
    EXPECT_TRUE(found) << json(text).dump();
  }
  const json objects = json::parse(Run({"ls", store(), "-o", "json"}).out);
  for (const std::string& name : HostileNames()) {
    bool found = false;
    for (const json& object : objects) found |= object["name"] == name;
    EXPECT_TRUE(found) << json(name).dump();
  }
}

// `lines` without what SQL has no words for: labels, and objects of a kind that is not known.
std::string WithoutWhatSqlLacks(const std::string& lines) {
  std::string kept;
  for (size_t at = 0, end = 0; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = lines.substr(at, end - at);
    if (!line.starts_with("kind ")) kept += line.substr(0, line.find(" label.")) + "\n";
  }
  return kept;
}

TEST_F(HostileNamesTest, SqlMakesTheSameCatalog) {
  const std::string lines = Run({"ls", store(), "-o", "lines"}).out;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"ls", store(), "-o", "ddl"},
        {"diff", store(), "1..latest", "-o", "ddl"}}) {
    const RunResult script = Run(words);
    const std::string copy = Path("copy of " + words[0]);
    ASSERT_THAT(Run({"exec", copy, "--policy", "relaxed"}, script.out), Exits(0));
    EXPECT_EQ(WithoutWhatSqlLacks(Run({"ls", copy, "-o", "lines"}).out), WithoutWhatSqlLacks(lines))
        << words[0];
  }
}

TEST_F(HostileNamesTest, TheReportIsHarmless) {
  ASSERT_THAT(Run({"report", store(), "-o", Path("report.html")}), AllOf(Exits(0), PrintsNoHarm()));
  EXPECT_THAT(Read(Path("report.html")), IsHarmless("\n"));
  EXPECT_THAT(Read(Path("report.html")), Not(HasSubstr("<img src=x")));
}

TEST_F(HostileNamesTest, AShellShowsThemAsTheVerbsDo) {
  const std::string quoted = QuotedText(HostileNames()[0], '"');
  std::string script = ".tables\nSHOW SCHEMAS; SHOW ZONES; SHOW INDEXES; SHOW VERSIONS;\n";
  for (const std::string mode : {"table", "json", "lines"}) {
    absl::StrAppend(&script, ".mode ", mode, "\n.schema\n.ls\n.log --stat\n.show latest\n");
    absl::StrAppend(&script, ".diff 1..latest\n.tables\n.query table_columns\n.query versions\n");
    for (const char* const verb : {".describe ", ".history ", ".blame ", ".schema "}) {
      absl::StrAppend(&script, verb, quoted, ".", quoted, "\n");
    }
    absl::StrAppend(&script, "DESCRIBE ", quoted, ".", quoted, "; SHOW CREATE TABLE ", quoted, ".",
                    quoted, ";\n");
  }
  EXPECT_THAT(Run({"shell", store(), "--read-only"}, script),
              AllOf(Exits(0), PrintsNoHarm(), Complains(Not(HasSubstr("does not exist")))));
}

TEST_F(HostileNamesTest, ErrorsSayThemHarmlessly) {
  for (const std::string& hostile : HostileTexts()) {
    const std::string text = "no " + hostile;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"describe", store(), text},
          {"describe", store(), text, "x"},
          {"history", store(), text},
          {"blame", store(), text},
          {"log", store(), "--object", text},
          {"log", store(), "-n", text},
          {"log", store(), "--since", text},
          {"ls", store(), "--at", text},
          {"ls", store(), "-o", text},
          {"ls", store(), "--" + text},
          {"query", store(), text},
          {"diff", store(), text},
          {"show", store(), text},
          {"ls", Path("x" + text)},
          {"exec", store(), "-f", Path("x" + text)},
          {"exec", store(), "-c", "DROP TABLE \"" + text + "\""},
          {"exec", store(), "-c", "DROP TABEL '" + text},
          {"exec", store(), "-c", text},
          {text}}) {
      const RunResult result = Run(words);
      EXPECT_THAT(result, AllOf(Not(Exits(0)), Prints(IsEmpty()), Complains(IsHarmless("\n"))))
          << json(words).dump();
    }
    EXPECT_THAT(Run({"shell", store(), "--read-only"}, text + "\n;\n." + text + "\n.at " + text +
                                                           "\n.describe " + text + "\n.read " +
                                                           text + "\n.mode " + text + "\n"),
                PrintsNoHarm())
        << json(text).dump();
    EXPECT_THAT(Run({"exec", store(), "--format", "jsonl"},
                    json{{"drop_table", {{"name", text}}}}.dump() + "\n" +
                        json{{text, text}}.dump() + "\n" + text + "\n"),
                PrintsNoHarm())
        << json(text).dump();
  }
}

TEST_F(HostileNamesTest, AStoreMayLieInAFolderWithSuchAName) {
  const std::string path = Path("a \x1b[31m \u202e b");
  ASSERT_THAT(Run({"exec", path, "-c", "CREATE SCHEMA a"}), Exits(0));
  EXPECT_THAT(Run({"ls", path}), AllOf(Exits(0), PrintsNoHarm()));
  EXPECT_THAT(Run({"backup", path, path + "2"}), AllOf(Exits(0), PrintsNoHarm()));
  EXPECT_THAT(Run({"report", path, "-o", Path("r.html")}), AllOf(Exits(0), PrintsNoHarm()));
  EXPECT_THAT(Read(Path("r.html")), IsHarmless("\n"));
  EXPECT_THAT(Run({"shell", path}, ".tables\n"), AllOf(Exits(0), PrintsNoHarm()));
}

}  // namespace
}  // namespace annals
