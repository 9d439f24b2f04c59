#pragma once

// The real program, run as a child process.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {

struct RunResult {
  int exit = 0;  // 128 + the signal if one ended it.
  std::string out;
  std::string err;

  friend void PrintTo(const RunResult& result, std::ostream* os) {
    *os << "exit " << result.exit << "\n" << result.out << "--\n" << result.err;
  }
};

// What a run ended with, and what it wrote to standard output and standard error.
inline auto Exits(int code) { return ::testing::Field("exit", &RunResult::exit, code); }
template <typename M>
auto Prints(M matcher) {
  return ::testing::Field("out", &RunResult::out, matcher);
}
template <typename M>
auto Complains(M matcher) {
  return ::testing::Field("err", &RunResult::err, matcher);
}

// One that is under way. Killed when it is destroyed.
class RunningProgram {
 public:
  // `output` takes the place of the pipe for standard output if it is given.
  explicit RunningProgram(const std::vector<std::string>& arguments,
                          const std::string& output = "");
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram();

  // False: the program does not take it any more.
  bool Send(std::string_view text);
  void CloseInput();
  void CloseOutput();
  // The next line of its standard output; empty at the end.
  std::string ReadLine();
  void Kill();
  // SIGINT is Ctrl-C; SIGSTOP holds it until SIGCONT.
  void Signal(int signal);
  // Feeds `input`, then reads until the end.
  RunResult Finish(std::string_view input = "");

 private:
  pid_t process_ = -1;
  int input_ = -1;
  int output_ = -1;
  int error_ = -1;
  std::string pending_;  // Of standard output, read and not given yet.
};

// A test with a directory of its own.
class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // annals ARGUMENTS..., with `input` on its standard input.
  static RunResult Run(const std::vector<std::string>& arguments, std::string_view input = "");
  // annals exec STORE -c SQL
  RunResult Execute(const std::string& sql);

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  std::string Write(const std::string& name, std::string_view text) const;
  static std::string Read(const std::string& path);
  // All files below `path` with their contents, to see that nothing was changed.
  static std::string Everything(const std::string& path);

  std::string store() const { return Path("store"); }

 private:
  std::filesystem::path directory_;
};

}  // namespace annals
