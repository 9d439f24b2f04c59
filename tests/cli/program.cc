#include "annals/tests/cli/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace annals {
namespace {

void Close(int& file) {
  if (file >= 0) ::close(file);
  file = -1;
}

struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  }
  int ends[2];
};

// Appends what is there; false at the end.
bool ReadSome(int file, std::string& text) {
  char bytes[1 << 16];
  ssize_t count = 0;
  do {
    count = ::read(file, bytes, sizeof(bytes));
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  text.append(bytes, static_cast<size_t>(count));
  return true;
}

}  // namespace

RunningProgram::RunningProgram(const std::vector<std::string>& arguments,
                               const std::string& output) {
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<char*> words = {const_cast<char*>(ANNALS_PROGRAM)};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);

  const Pipe in;
  const Pipe out;
  const Pipe err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
  if (output.empty()) {
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY, 0);
  }
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
  if (::posix_spawn(&process_, ANNALS_PROGRAM, &actions, nullptr, words.data(), environ) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  for (const int file : {in.ends[0], out.ends[1], err.ends[1]}) ::close(file);
  input_ = in.ends[1];
  output_ = out.ends[0];
  error_ = err.ends[0];
}

RunningProgram::~RunningProgram() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Close(input_);
  Close(output_);
  Close(error_);
}

bool RunningProgram::Send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(input_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void RunningProgram::CloseInput() { Close(input_); }
void RunningProgram::CloseOutput() { Close(output_); }

std::string RunningProgram::ReadLine() {
  size_t end = 0;
  while ((end = pending_.find('\n')) == std::string::npos) {
    if (!ReadSome(output_, pending_)) return "";
  }
  std::string line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  return line;
}

void RunningProgram::Kill() { Signal(SIGKILL); }

void RunningProgram::Signal(int signal) {
  if (process_ > 0) ::kill(process_, signal);
}

RunResult RunningProgram::Finish(std::string_view input) {
  RunResult result;
  result.out = std::move(pending_);
  ::fcntl(input_, F_SETFL, O_NONBLOCK);
  if (input.empty()) CloseInput();
  while (output_ >= 0 || error_ >= 0) {
    pollfd files[] = {{input_, POLLOUT, 0}, {output_, POLLIN, 0}, {error_, POLLIN, 0}};
    ::poll(files, std::size(files), -1);
    if (files[0].revents != 0) {
      const ssize_t written = ::write(input_, input.data(), input.size());
      if (written > 0) input.remove_prefix(static_cast<size_t>(written));
      if (input.empty() || (written < 0 && errno != EAGAIN)) CloseInput();
    }
    if (files[1].revents != 0 && !ReadSome(output_, result.out)) Close(output_);
    if (files[2].revents != 0 && !ReadSome(error_, result.err)) Close(error_);
  }
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  result.exit = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

void ProgramTest::SetUp() {
  std::string name = (std::filesystem::temp_directory_path() / "annals-cli-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  directory_ = name;
}

void ProgramTest::TearDown() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

RunResult ProgramTest::Run(const std::vector<std::string>& arguments, std::string_view input) {
  return RunningProgram(arguments).Finish(input);
}

RunResult ProgramTest::Execute(const std::string& sql) { return Run({"exec", store(), "-c", sql}); }

std::string ProgramTest::Write(const std::string& name, std::string_view text) const {
  std::ofstream(Path(name), std::ios::binary) << text;
  return Path(name);
}

std::string ProgramTest::Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string ProgramTest::Everything(const std::string& path) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    files.push_back(entry.path().string());
    if (entry.is_regular_file()) files.back() += "\n" + Read(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const std::string& file : files) all += file + "\n";
  return all;
}

}  // namespace annals
