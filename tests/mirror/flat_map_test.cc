// Flat maps as YAML and as properties: what is written comes back, what is no flat map is
// told with its line, and nothing that is read can do harm.

#include <random>

#include "annals/engine/mirror/flat_map_internal.h"
#include "annals/schemas/unicode.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

FlatMap WithoutLines(FlatMap map) {
  for (FlatEntry& entry : map) entry.line = 0;
  return map;
}

// The line that an error speaks of.
uint64_t LineOfYaml(std::string_view text) {
  const auto map = ReadYaml(text);
  EXPECT_THAT(map, FailsWith(Reason::SYNTAX_ERROR)) << text;
  return LineOf(map.status());
}

TEST(Yaml, IsSortedAndFlatAndPlainWhereItCanBe) {
  EXPECT_EQ(WriteYaml({{"type", "hive"},
                       {"a.b", "x: y"},
                       {"n", "true"},
                       {"port", "9092"},
                       {"empty", ""},
                       {"path", "s3:a/b-c"}}),
            "a.b: \"x: y\"\n"
            "empty: \"\"\n"
            "\"n\": \"true\"\n"
            "path: s3:a/b-c\n"
            "port: \"9092\"\n"
            "type: hive\n");
}

TEST(Yaml, KeepsEachTextThatThereIs) {
  const std::vector<std::string> texts = {
      "",       " ",      " a ",    "a\nb",       "a\r\n",  "\t",       "'",        "\"",
      "\\",     "\\n",    "#c",     "a #c",       "a: b",   "- a",      "? a",      "*a",
      "&a",     "!a",     "%a",     "@a",         "`a",     "{a}",      "[a]",      "null",
      "~",      "Yes",    "1",      "0x1",        "1e5",    ".5",       "---",      "...",
      "<<",     "=",      "a:",     ":a",         "a:b",    "${ENV:V}", "\x01\x1b", "\x7f",
      "\u0085", "\u2028", "\ufeff", "\U0001F600", "\u00e9", "a\u202eb", "--- |",    "key: |"};
  for (const std::string& text : texts) {
    const FlatMap map = {{"k" + text, text}};
    EXPECT_THAT(ReadYaml(WriteYaml(map)), IsOk()) << text;
    EXPECT_THAT(WithoutLines(*ReadYaml(WriteYaml(map))), ElementsAre(map[0])) << WriteYaml(map);
  }
}

TEST(Yaml, KeepsRandomTexts) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (uint32_t size = random() % 12; size > 0; --size) {
      const char32_t character = random() % 2 == 0 ? random() % 0x80 : random() % 0x3000;
      if (character > 0 && (character < 0xD800 || character > 0xDFFF)) {
        AppendCharacter(character, text);
      }
    }
    const FlatMap map = {{"key", text}};
    EXPECT_THAT(WithoutLines(*ReadYaml(WriteYaml(map))), Eq(map));
  }
}

TEST(Yaml, TakesWhatPeopleWrite) {
  const auto map =
      ReadYaml("# a comment\n---\ntype: 'hive'\n\nuri: thrift://h:9083  # there\nn: 12\n");
  ASSERT_THAT(map, IsOk());
  EXPECT_THAT(*map, ElementsAre(FlatEntry{"type", "hive", 3},
                                FlatEntry{"uri", "thrift://h:9083", 5}, FlatEntry{"n", "12", 6}));
}

TEST(Yaml, TellsTheLineOfWhatIsNoFlatMap) {
  EXPECT_EQ(LineOfYaml("a: b\nc: [1]\n"), 2);
  EXPECT_EQ(LineOfYaml("a: b\nc:\n  d: e\n"), 3);
  EXPECT_EQ(LineOfYaml("a: b\nc:\nd: e\n"), 2);
  EXPECT_EQ(LineOfYaml("a: b\na: c\n"), 2);
  EXPECT_EQ(LineOfYaml("a: b\n---\nc: d\n"), 2);
  EXPECT_EQ(LineOfYaml("a: &x b\nc: *x\n"), 2);
  EXPECT_EQ(LineOfYaml("text\n"), 1);
  EXPECT_EQ(LineOfYaml("- a\n"), 1);
  EXPECT_EQ(LineOfYaml("a: \"b\n"), 1);
  EXPECT_EQ(LineOfYaml("a: b\nb: \xff\n"), 2);
  EXPECT_EQ(LineOfYaml(std::string_view("a: b\n\x04 secret: c\n", 17)), 2);
  EXPECT_EQ(LineOfYaml(std::string_view("a: b\0\n", 6)), 1);
}

TEST(Yaml, EndsAtOnceWhateverIsNested) {
  EXPECT_THAT(ReadYaml(std::string(500'000, '[')), FailsWith(Reason::SYNTAX_ERROR));
  EXPECT_THAT(ReadYaml(std::string(500'000, '{')), FailsWith(Reason::SYNTAX_ERROR));
  EXPECT_THAT(ReadYaml(std::string(kLargestText + 1, 'a')), FailsWith(Reason::SYNTAX_ERROR));
}

TEST(Yaml, NeverShowsAValueInAnError) {
  for (const std::string text :
       {"a: \"hunter2\nb: c", "a: hunter2: b", "{a: hunter2", "a: !!x [hunter2]", "hunter2",
        "a: @hunter2", "a: \"\\qhunter2\"\n"}) {
    const auto map = ReadYaml(text);
    ASSERT_FALSE(map.ok()) << text;
    EXPECT_THAT(std::string(map.status().message()), Not(HasSubstr("hunter2")));
  }
}

TEST(Yaml, OfNothingIsEmpty) {
  EXPECT_THAT(*ReadYaml(""), IsEmpty());
  EXPECT_THAT(*ReadYaml("# nothing\n"), IsEmpty());
}

TEST(Properties, AreReadAsJavaDoes) {
  const auto map = ReadProperties(
      "# comment\n! another\n\nconnector.name=hive\n  a : b\nc d\n"
      "long=one,\\\n    two\nesc\\=aped\\ key=\\u00e9\\t\\\\\nempty=\nalone\r\nx==y\n");
  ASSERT_THAT(map, IsOk());
  EXPECT_THAT(*map,
              ElementsAre(FlatEntry{"connector.name", "hive", 4}, FlatEntry{"a", "b", 5},
                          FlatEntry{"c", "d", 6}, FlatEntry{"long", "one,two", 7},
                          FlatEntry{"esc=aped key", "\u00e9\t\\", 9}, FlatEntry{"empty", "", 10},
                          FlatEntry{"alone", "", 11}, FlatEntry{"x", "=y", 12}));
}

TEST(Properties, TakePairsOfUtf16AndRefuseHalves) {
  EXPECT_EQ(ReadProperties("a=\\ud83d\\ude00")->front().value, "\U0001F600");
  for (const char* text : {"a=\\ud83d", "a=\\ude00", "a=\\u12", "a=\\uzzzz", "a=\\ud83d\\u0041"}) {
    EXPECT_THAT(ReadProperties(text), FailsWith(Reason::SYNTAX_ERROR)) << text;
  }
}

TEST(Properties, HaveAKeyOnce) {
  const auto map = ReadProperties("a=1\nb=2\na=3\n");
  EXPECT_THAT(map, FailsWith(Reason::SYNTAX_ERROR, {"\"a\""}));
  EXPECT_EQ(LineOf(map.status()), 3);
}

}  // namespace
}  // namespace annals::mirror
