// F-26: a writer of configured objects is killed, again and again, and nothing that it was
// told is lost.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <random>

#include "annals/snapshot/verify.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/engine/scripted_handles.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace annals {
namespace {

constexpr char kKilledStore[] = "ANNALS_KILLED_STORE";
constexpr char kKilledSeed[] = "ANNALS_KILLED_SEED";

// A command on a handful of names; most fit.
CatalogCommand RandomConfigured(std::mt19937_64& random) {
  const auto below = [&](uint64_t count) { return random() % count; };
  const auto name = [&](const char* prefix) { return absl::StrCat(prefix, below(4)); };
  switch (below(9)) {
    case 0:
    case 1:
      return CatalogNamed(name("C"));
    case 2:
      return ConnectionNamed(name("N"), name("h"));
    case 3:
      return SourceNamed(name("S"), name("N"));
    case 4:
      return SinkNamed(name("K"), name("S"), name("N"));
    case 5:
      return SetHost(name("N"), absl::StrCat("h", below(1000)));
    case 6:
      return AlterConfigured{.name = name("C"),
                             .set = {{{name("o"), absl::StrCat(below(1000))}}},
                             .comment = absl::StrCat(below(1000))};
    case 7:
      return AlterConfigured{.name = name("C"), .new_name = name("C")};
    default:
      return DropConfigured{.kind = below(3) == 0 ? ObjectKind::kConnection : ObjectKind::kCatalog,
                            .name = below(3) == 0 ? name("N") : name("C"),
                            .cascade = true};
  }
}

// The other process: this test of this program.
TEST(KilledKinds, DISABLED_WritesUntilItIsKilled) {
  RegisterTestTypes();
  const char* path = std::getenv(kKilledStore);
  const char* seed = std::getenv(kKilledSeed);
  if (path == nullptr || seed == nullptr) GTEST_SKIP() << "it is for another test";
  const Manager manager = MustOpen({.path = path});
  std::mt19937_64 random(std::strtoull(seed, nullptr, 10));
  for (CatalogVersion told = LatestOf(*manager);;) {
    const auto done = manager->Execute(RandomConfigured(random));
    if (!done.ok() || done->version == told) continue;
    told = done->version;
    const std::string line =
        absl::StrCat("told ", told.value, " ", StateDigest(*manager->At(told)), "\n");
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
  }
}

// Starts the other process, and kills it when it has told of `versions`.
std::map<uint64_t, std::string> ToldUntilKilled(const std::string& path, uint64_t seed,
                                                size_t versions) {
  ::setenv(kKilledStore, path.c_str(), 1);
  ::setenv(kKilledSeed, absl::StrCat(seed).c_str(), 1);
  std::vector<std::string> words = {"writer", "--gtest_filter=KilledKinds.DISABLED_*",
                                    "--gtest_also_run_disabled_tests"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t process = -1;
  EXPECT_EQ(::posix_spawn(&process, "/proc/self/exe", &actions, nullptr, arguments.data(), environ),
            0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  ::unsetenv(kKilledStore);
  std::map<uint64_t, std::string> told;
  FILE* lines = ::fdopen(ends[0], "r");
  char text[256];
  while (std::fgets(text, sizeof(text), lines) != nullptr) {
    unsigned long version = 0;
    char digest[128];
    if (std::sscanf(text, "told %lu %127s", &version, digest) == 2) told[version] = digest;
    if (told.size() == versions) ::kill(process, SIGKILL);  // What it still tells is read too.
  }
  std::fclose(lines);
  EXPECT_EQ(::waitpid(process, nullptr, 0), process);
  return told;
}

TEST(KilledKinds, F26_EveryAcknowledgedCommandIsThereAfterAKill) {
  RegisterTestTypes();
  const TempStore store;
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937_64 random(seed);
  std::map<uint64_t, std::string> told;
  for (int kill = 0; kill < 5; ++kill) {
    const size_t versions = 1 + random() % 60;
    const auto more = ToldUntilKilled(store.path(), random(), versions);
    ASSERT_GE(more.size(), versions);
    told.insert(more.begin(), more.end());
    const Manager manager = MustOpen({.path = store.path()});
    for (const auto& [version, digest] : told) {
      const auto catalog = manager->At({version});
      ASSERT_THAT(catalog, IsOk());
      EXPECT_EQ(StateDigest(*catalog), digest) << "version " << version;
    }
  }
  const auto log = OpenRocksDbLog({.path = store.path(), .read_only = true});
  ASSERT_THAT(log, IsOk());
  for (const Finding& finding : Verify(**log).findings) ADD_FAILURE() << finding.what;
}

}  // namespace
}  // namespace annals
