// The walk-through docs/inspector.md: what stands behind each `$` in its blocks of the kind
// `console` is executed, one after the other in one directory, and says what is printed
// there; but for times of today, hashes and identities, which are others each time.

#include <cstdio>
#include <filesystem>
#include <regex>
#include <sstream>

#include "annals/cli/verb.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::ContainsRegex;

constexpr const char* kDocument = ANNALS_DOCS "/inspector.md";

struct Step {
  int line = 0;  // In the document.
  std::string command;
  std::string output;
};

// A line that begins with "> " right behind a command goes on with it.
std::vector<Step> StepsOf(const std::string& document) {
  std::vector<Step> steps;
  std::istringstream lines(document);
  std::string line;
  bool inside = false;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.starts_with("```")) {
      inside = line == "```console";
    } else if (inside && line.starts_with("$ ")) {
      steps.push_back({number, line.substr(2) + "\n", ""});
    } else if (inside && line.starts_with("> ") && steps.back().output.empty()) {
      steps.back().command += line.substr(2) + "\n";
    } else if (inside) {
      steps.back().output += line + "\n";
    }
  }
  return steps;
}

std::string WithoutWhatChanges(std::string text) {
  static const std::pair<std::regex, const char*> rules[] = {
      {std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"), "TIME"},
      {std::regex("\\b[0-9a-f]{64}\\b"), "HASH"},
      {std::regex("\\b[0-9a-f]{32}\\b"), "COMMIT"},
      {std::regex("\\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b"), "STORE"}};
  for (const auto& [pattern, word] : rules) text = std::regex_replace(text, pattern, word);
  return text;
}

class WalkthroughTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    namespace fs = std::filesystem;
    for (const char* const name : {"shop.sql", "shop.jsonl"}) {
      fs::copy_file(fs::path(ANNALS_DOCS) / "../examples" / name, Path(name));
    }
    fs::create_directory(Path("bin"));
    fs::create_symlink(ANNALS_PROGRAM, Path("bin/annals"));
  }

  // What bash prints, errors too.
  std::string PrintedBy(const std::string& command) const {
    Write("step.sh", command);
    const std::string line =
        "cd '" + Path("") + "' && PATH=\"$PWD/bin:$PATH\" bash step.sh " + "</dev/null 2>&1";
    FILE* const bash = ::popen(line.c_str(), "r");
    std::string printed;
    for (int c = std::fgetc(bash); c != EOF; c = std::fgetc(bash)) printed += static_cast<char>(c);
    ::pclose(bash);
    return printed;
  }
};

TEST_F(WalkthroughTest, EachCommandPrintsWhatTheDocumentSays) {
  const std::vector<Step> steps = StepsOf(Read(kDocument));
  ASSERT_GT(steps.size(), 20u);
  for (const Step& step : steps) {
    EXPECT_EQ(WithoutWhatChanges(PrintedBy(step.command)), WithoutWhatChanges(step.output))
        << "inspector.md:" << step.line << ": " << step.command;
  }
}

TEST_F(WalkthroughTest, EveryVerbIsInIt) {
  std::string commands;
  for (const Step& step : StepsOf(Read(kDocument))) commands += step.command;
  for (const cli::Verb& verb : cli::AllVerbs()) {
    EXPECT_THAT(commands, ContainsRegex("annals " + std::string(verb.name) + " "));
  }
}

}  // namespace
}  // namespace annals
