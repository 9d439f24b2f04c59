#include <cstdarg>
#include <cstdio>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/log/rocksdb/info_log_internal.h"

namespace annals {
namespace {

class SilentLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

class FileLog final : public rocksdb::Logger {
 public:
  // Null if it cannot be made: it says nothing then.
  explicit FileLog(std::FILE* file) : file_(file) {}
  ~FileLog() override {
    if (file_ != nullptr) std::fclose(file_);
  }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (file_ == nullptr) return;
    const std::string now =
        absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
    const std::lock_guard lock(mutex_);
    std::fprintf(file_, "%s ", now.c_str());
    std::vfprintf(file_, format, arguments);
    std::fputc('\n', file_);
    std::fflush(file_);
  }

 private:
  std::FILE* const file_;
  std::mutex mutex_;  // Lines stay whole.
};

}  // namespace

std::shared_ptr<rocksdb::Logger> NoInfoLog() { return std::make_shared<SilentLog>(); }

std::shared_ptr<rocksdb::Logger> NewInfoLog(rocksdb::Env* env, const std::string& path) {
  if (env != rocksdb::Env::Default()) return NoInfoLog();
  const std::string file = absl::StrCat(path, "/LOG");
  std::rename(file.c_str(), absl::StrCat(file, ".old.1").c_str());
  return std::make_shared<FileLog>(std::fopen(file.c_str(), "we"));
}

}  // namespace annals
