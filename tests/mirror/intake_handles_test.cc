// What intake does where the host builds and probes what files describe.

#include "annals/tests/mirror/fixtures.h"

namespace annals {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// A tunnel to host "broken" cannot be built, one to host "down" does not answer.
Manager OpenWithTunnels() {
  Factory tunnels{.kind = ObjectKind::kConnection, .type = "ssh-tunnel"};
  tunnels.build = [](const HandleSpec& spec) -> absl::StatusOr<std::unique_ptr<Handle>> {
    if (spec.Option("host") == "broken") return absl::InternalError("no such thing");
    return std::make_unique<Handle>();
  };
  tunnels.probe = [](const HandleSpec& spec, Handle* /*trial*/) {
    return spec.Option("host") == "down" ? absl::UnavailableError("no answer") : absl::OkStatus();
  };
  return OpenInMemory({.factories = {std::move(tunnels)}});
}

TEST(IntakeHandlesTest, ConnectionsThatDoNotWorkAreNamedAndTheRestGoesOn) {
  const Manager manager = OpenWithTunnels();
  const FileDirectory files;
  const auto write_tunnel = [&](const std::string& name, const std::string& host) {
    files.Write(absl::StrCat("PUBLIC.", name, ".yaml"),
                absl::StrCat("kind: connection\ntype: ssh-tunnel\nuser: u\nhost: ", host, "\n"));
  };
  write_tunnel("A", "a");
  write_tunnel("B", "broken");
  write_tunnel("C", "c");
  write_tunnel("D", "down");
  write_tunnel("E", "e");
  files.Write("PUBLIC.K.yaml", "kind: connection\ntype: kafka\nbroker: b:1\nssh-tunnel: D\n");
  const Intake intake({.directory = files.path()});
  const auto done = intake.Run(*manager);
  ASSERT_THAT(done, IsOk());
  ASSERT_THAT(done->problems, SizeIs(3));
  for (const IntakeProblem& problem : done->problems) {
    if (problem.path == files.PathOf("PUBLIC.B.yaml")) {
      EXPECT_THAT(problem.status, FailsWith(Reason::PREPARE_FAILED, {"\"B\"", "no such thing"}));
    } else if (problem.path == files.PathOf("PUBLIC.D.yaml")) {
      EXPECT_THAT(problem.status, FailsWith(Reason::VALIDATION_FAILED, {"\"D\"", "no answer"}));
    } else {  // What goes through it.
      EXPECT_EQ(problem.path, files.PathOf("PUBLIC.K.yaml"));
    }
  }
  EXPECT_TRUE(done->changed);
  EXPECT_EQ(done->version.value, 2u);
  for (const char* name : {"A", "C", "E"}) {
    EXPECT_TRUE(ObjectNamed(manager->Latest(), name).has_value()) << name;
  }
  for (const char* name : {"B", "D", "K"}) {
    EXPECT_FALSE(ObjectNamed(manager->Latest(), name).has_value()) << name;
  }
  // An edit that does not work leaves what is there; others are made.
  write_tunnel("A", "down");
  write_tunnel("B", "b");
  write_tunnel("D", "d");
  const auto again = intake.Run(*manager);
  ASSERT_THAT(again, IsOk());
  ASSERT_THAT(again->problems, SizeIs(1));
  EXPECT_THAT(again->problems[0].ToString(), HasSubstr("PUBLIC.A.yaml"));
  EXPECT_EQ(ValueOf(manager->Latest(), "A", "host"), "a");
  EXPECT_EQ(ValueOf(manager->Latest(), "B", "host"), "b");
  EXPECT_TRUE(ObjectNamed(manager->Latest(), "K").has_value());
}

}  // namespace
}  // namespace annals
