#pragma once

// A mirror: a follower that keeps one small YAML file for each object of chosen kinds in a
// directory, for tools that read files and for people who like to see what there is. The
// layout is in docs/mirror.md; intake (engine/mirror/intake.h) reads the same files.
//
//   auto mirror = annals::NewMirror({.directory = "etc/catalog"});
//   auto id = manager->AddFollower(*mirror);
//
// A file is there whole or not at all, also after a power cut. What is hidden in the catalog
// is hidden there. Files and directories of others are left alone.
//
// A mirror writes a file when its object changes, so that what somebody edits stays until
// intake has read it. When it is told the whole state (it is new, or fell too far behind), and
// after it could not write, it brings the directory in line: edits that nobody took in are
// overwritten, and files that a mirror wrote of objects that are gone are removed.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/catalog/types.h"
#include "annals/engine/follower.h"

namespace annals {

struct MirrorOptions {
  std::string directory;  // Made if it is missing; its parent must exist.
  std::vector<ObjectKind> kinds = {ObjectKind::kCatalog};
};

// A follower for CatalogManager::AddFollower; of one manager. A call that fails names the
// first file that could not be written, after all others were, and is repeated.
//   INVALID_VALUE  a kind has no files: it is no configured one
//   IO_ERROR       the directory cannot be made or is none; names it
absl::StatusOr<Follower> NewMirror(const MirrorOptions& options);

}  // namespace annals
