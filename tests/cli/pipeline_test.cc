// A host brings a kind of objects of its own. That is one registration, and a factory if the
// objects are alive; everything else knows the kind then.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "annals/annals.h"
#include "annals/catalog/kind.h"
#include "annals/cli/looking.h"
#include "annals/cli/program.h"
#include "annals/ddl/parse.h"
#include "annals/engine/handles/factory.h"
#include "annals/engine/mirror/mirror.h"
#include "annals/tests/cli/program.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class PipelineTest : public ProgramTest {
 protected:
  // What `sql` answers, or says that is wrong.
  std::string Sql(const std::string& sql) const {
    const auto statements = ddl::Parse(sql);
    if (!statements.ok()) return cli::MessageOf(statements.status());
    std::string answers;
    for (const ddl::Statement& statement : *statements) {
      const auto* const write = std::get_if<ddl::Write>(&statement.what);
      const absl::StatusOr<std::string> answer =
          write == nullptr ? cli::Look(statement, *manager_, {}) : Executed(*write);
      if (!answer.ok()) return cli::MessageOf(answer.status());
      answers += *answer;
    }
    return answers;
  }
  absl::StatusOr<std::string> Executed(const ddl::Write& write) const {
    const auto done = manager_->Execute(write.commands);
    if (!done.ok()) return done.status();
    return "version " + std::to_string(done->version.value) + "\n";
  }

  // annals ARGUMENTS... in this process, where the kind is registered.
  static std::string Annals(std::vector<std::string> words) {
    words.insert(words.begin(), "annals");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    ::testing::internal::CaptureStdout();
    const int code = cli::Run(static_cast<int>(arguments.size()), arguments.data());
    const std::string out = ::testing::internal::GetCapturedStdout();
    return code == 0 ? out : "exit " + std::to_string(code) + "\n" + out;
  }

  // What is in the file, once there is one: followers take their time.
  std::string ReadSoon(const std::string& name) const {
    for (int i = 0; i < 1000 && !std::filesystem::exists(Path(name)); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return Read(Path(name));
  }

  std::unique_ptr<CatalogManager> manager_;
};

// --- A new kind, from here

TEST_F(PipelineTest, ANewKindIsOneRegistration) {
  constexpr ObjectKind kPipeline{64};
  OptionDefinition from{.name = "connection", .type = OptionType::kObject, .required = true};
  from.to = {{ObjectKind::kConnection}};
  OptionDefinition interval{.name = "interval", .type = OptionType::kInteger};
  interval.default_value = "60";
  ASSERT_THAT(RegisterKind({.kind = kPipeline,
                            .name = "pipeline",
                            .plural = "pipelines",
                            .clauses = {{"FROM CONNECTION", "connection"}},
                            .options = {from, interval}}),
              IsOk());
  std::vector<std::string> built;
  const auto build = [&](const HandleSpec& spec) -> absl::StatusOr<std::unique_ptr<Handle>> {
    built.push_back(spec.name + " every " + std::string(spec.Option("interval")) + " s");
    return std::make_unique<Handle>();
  };
  manager_ =
      *CatalogManager::Open({.path = store(), .factories = {{.kind = kPipeline, .build = build}}});
  auto mirror = NewMirror({.directory = Path("mirror"), .kinds = {kPipeline}});
  ASSERT_THAT(manager_->AddFollower(*std::move(mirror)), IsOk());

  Sql("CREATE CONNECTION c TO postgres (HOST 'h', USER 'u', DATABASE 'd')");
  EXPECT_EQ(Sql("CREATE PIPELINE p FROM CONNECTION c"), "version 3\n");
  EXPECT_EQ(Sql("ALTER PIPELINE p SET (INTERVAL 5), COMMENT 'hourly'"), "version 4\n");
  EXPECT_THAT(built, ElementsAre("P every 60 s", "P every 5 s"));
  EXPECT_THAT(Sql("ALTER PIPELINE p SET (INTERVAL 'x')"), HasSubstr("INVALID_VALUE"));
  EXPECT_THAT(Sql("SHOW CREATE PIPELINE p"),
              StartsWith("CREATE PIPELINE PUBLIC.P FROM CONNECTION PUBLIC.C"));
  EXPECT_THAT(Sql("SHOW PIPELINES"), HasSubstr("PUBLIC.P"));
  EXPECT_THAT(Sql("DESCRIBE PIPELINE EXTENDED p"), HasSubstr("connection PUBLIC.C"));
  EXPECT_THAT(Sql("SHOW DEPENDENTS OF CONNECTION c"), HasSubstr("PUBLIC.P"));
  EXPECT_THAT(Sql("EXPLAIN ALTER CONNECTION c SET (HOST 'h2')"), HasSubstr("PUBLIC.P"));
  EXPECT_THAT(Sql("DROP CONNECTION c"), AllOf(HasSubstr("pipeline"), HasSubstr("HAS_DEPENDENTS")));
  EXPECT_THAT(ReadSoon("mirror/PUBLIC.P.yaml"), HasSubstr("connection: "));
  EXPECT_EQ(Sql("DROP PIPELINE p; ROLLBACK TO VERSION 4"), "version 5\nversion 6\n");
  manager_ = nullptr;

  EXPECT_THAT(Annals({"diff", store(), "3..4"}), HasSubstr("+ option:interval 5"));
  EXPECT_EQ(Annals({"ls", store(), "-o", "lines", "--at", "4"}),
            Annals({"ls", store(), "-o", "lines", "--at", "6"}));
  Write("export", Annals({"export", store()}));
  EXPECT_THAT(Annals({"import", Path("copy"), "-f", Path("export")}), HasSubstr("1 to 6"));
  EXPECT_EQ(Annals({"ls", Path("copy"), "-o", "state"}), Annals({"ls", store(), "-o", "state"}));
  Annals({"report", store(), "-o", Path("report")});
  EXPECT_THAT(Read(Path("report")), AllOf(HasSubstr("pipelines"), HasSubstr("option:interval")));
}

// --- to here

TEST_F(PipelineTest, TakesLessThanSixtyLines) {
  std::ifstream file(ANNALS_DOCS "/../tests/cli/pipeline_test.cc");
  std::stringstream text;
  text << file.rdbuf();
  const std::string source = text.str();
  const size_t begin = source.find("\n// --- A new kind, from here");
  const size_t end = source.find("\n// --- to here");
  ASSERT_LT(begin, end);
  ASSERT_NE(end, std::string::npos);
  EXPECT_LT(std::count(source.begin() + static_cast<std::ptrdiff_t>(begin),
                       source.begin() + static_cast<std::ptrdiff_t>(end), '\n'),
            60);
}

}  // namespace
}  // namespace annals
