#include "annals/tests/faults/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

namespace fs = std::filesystem;

bool WriteFile(const char* path, const std::string& text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) >= 0;
  ::close(file);
  return written;
}

// What the keeper needs, made before there is one: other threads of this process may have
// held the lock of the allocator when it was forked, and are not there to give it back.
struct Plan {
  std::string directory;
  std::string size;
  std::string users;
  std::string groups;
  int answer;  // A pipe.
};

// 0, or the error.
int Mount(const Plan& plan) {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return errno;
  // Who we are here is who we were outside, so that what we make is ours there too.
  if (!WriteFile("/proc/self/setgroups", "deny") || !WriteFile("/proc/self/uid_map", plan.users) ||
      !WriteFile("/proc/self/gid_map", plan.groups)) {
    return errno;
  }
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;  // NOLINT(google-runtime-int)
  const bool mounted =
      ::mount("annals", plan.directory.c_str(), "tmpfs", kFlags, plan.size.c_str()) == 0;
  return mounted ? 0 : errno;
}

[[noreturn]] void Keep(const Plan& plan) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int error = Mount(plan);
  if (::write(plan.answer, &error, sizeof(error)) < 0) ::_exit(1);
  for (;;) ::pause();
}

constexpr char kBallast[] = "ballast";

}  // namespace

SmallDisk::SmallDisk(uint64_t bytes) {
  std::string name = (fs::temp_directory_path() / "annals-disk-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    refusal_ = "no directory to mount it on";
    return;
  }
  directory_ = name;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    refusal_ = "no pipe";
    return;
  }
  const Plan plan{.directory = directory_,
                  .size = absl::StrCat("mode=700,size=", bytes),
                  .users = absl::StrCat(::geteuid(), " ", ::geteuid(), " 1"),
                  .groups = absl::StrCat(::getegid(), " ", ::getegid(), " 1"),
                  .answer = ends[1]};
  keeper_ = ::fork();
  if (keeper_ == 0) Keep(plan);
  ::close(ends[1]);
  int error = ECHILD;
  if (::read(ends[0], &error, sizeof(error)) != sizeof(error)) error = ECHILD;
  ::close(ends[0]);
  if (error != 0) {
    refusal_ = absl::StrCat("no namespaces with a tmpfs: ", std::generic_category().message(error));
  } else if (!fs::is_directory(path())) {
    refusal_ = "another process's files cannot be seen in /proc";
  }
}

SmallDisk::~SmallDisk() {
  if (keeper_ > 0) {
    ::kill(keeper_, SIGKILL);
    ::waitpid(keeper_, nullptr, 0);
  }
  std::error_code ignored;
  if (!directory_.empty()) fs::remove(directory_, ignored);
}

std::string SmallDisk::path() const { return absl::StrCat("/proc/", keeper_, "/root", directory_); }

uint64_t SmallDisk::free_bytes() const { return fs::space(path()).available; }

void SmallDisk::TakeRoom(uint64_t bytes) const {
  std::ofstream ballast(fs::path(path()) / kBallast, std::ios::binary);
  const std::string page(4096, 'x');
  for (uint64_t taken = 0; taken < bytes && ballast; taken += page.size()) ballast << page;
}

void SmallDisk::GiveRoomBack() const { EXPECT_TRUE(fs::remove(fs::path(path()) / kBallast)); }

}  // namespace annals
