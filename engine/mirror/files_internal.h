#pragma once

// The files of a mirror's directory. What fails names the file and says why.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace annals::mirror {

//   IO_ERROR, in all
absl::Status MakeDirectory(const std::string& directory);
// Whether `directory` takes a and A for the same name.
absl::StatusOr<bool> FoldsCase(const std::string& directory);

// The names of regular files, and of links to such, that are not hidden; sorted.
absl::StatusOr<std::vector<std::string>> FilesIn(const std::string& directory);
// All of it, or of a file with more than `most` bytes a part that has more than that too.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most);

// Puts `text` in the place of the file `name`, if there is one: readers see the one or the
// other. Durable once SyncDirectory returned.
absl::Status ReplaceFile(const std::string& directory, const std::string& name,
                         const std::string& text);
// It is no error if there is none.
absl::Status RemoveFile(const std::string& directory, const std::string& name);
absl::Status SyncDirectory(const std::string& directory);

}  // namespace annals::mirror
