#include "annals/cli/shell/dot_command.h"

#include "annals/cli/verb.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"

namespace annals::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> WordsOf(std::string_view line) {
  auto words = DotWords(line);
  return words.ok() ? *words : std::vector<std::string>{std::string(words.status().message())};
}

TEST(DotCommandTest, ADotInFrontMakesACommand) {
  EXPECT_TRUE(IsDotCommand(".tables\n"));
  EXPECT_TRUE(IsDotCommand("  .at 4"));
  EXPECT_FALSE(IsDotCommand("SHOW TABLES;"));
  EXPECT_FALSE(IsDotCommand(""));
}

TEST(DotCommandTest, WordsThatPeopleTryFirstNeedNoDot) {
  EXPECT_TRUE(IsDotCommand("help"));
  EXPECT_TRUE(IsDotCommand(" QUIT;\n"));
  EXPECT_TRUE(IsDotCommand("exit"));
  EXPECT_FALSE(IsDotCommand("quit now"));
}

TEST(DotCommandTest, WordsAreWhatStandsBetweenBlanks) {
  EXPECT_THAT(WordsOf("  .AT  latest~3 ;\r\n"), ElementsAre("at", "latest~3"));
  EXPECT_THAT(WordsOf(".read 'my file.sql'"), ElementsAre("read", "my file.sql"));
  EXPECT_THAT(WordsOf(".schema \"my shop\".\"a.b\""), ElementsAre("schema", "\"my shop\".\"a.b\""));
  EXPECT_THAT(WordsOf(".tables ''"), ElementsAre("tables", ""));
  EXPECT_THAT(WordsOf("."), ElementsAre(""));
  EXPECT_THAT(WordsOf(".read 'my"), ElementsAre("the ' is not closed"));
}

TEST(DotCommandTest, ACommandThatThereIsNotBringsTheOneThatWasMeant) {
  EXPECT_EQ(NoSuchDotCommand("tabels"), "there is no command .tabels; did you mean .tables?");
  EXPECT_EQ(NoSuchDotCommand("frobnicate"), "there is no command .frobnicate; try .help");
}

TEST(DotCommandTest, EveryCommandIsInTheHelpAndVerbsAreVerbs) {
  const std::string help = DotHelp();
  for (const DotCommand& command : DotCommands()) {
    EXPECT_THAT(help, HasSubstr("\n  ." + std::string(command.name)));
    EXPECT_EQ(FindDotCommand(command.name), &command);
    if (command.action != DotCommand::Action::kVerb) continue;
    EXPECT_NE(FindVerb(command.name), nullptr) << command.name;
  }
  EXPECT_EQ(FindDotCommand("exit"), FindDotCommand("quit"));
}

}  // namespace
}  // namespace annals::cli
