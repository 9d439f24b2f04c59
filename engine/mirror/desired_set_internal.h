#pragma once

// What a directory says that there is to be: one ObjectFile for each object, and what is
// wrong with files. Reads files, and no catalog.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/engine/mirror/intake.h"
#include "annals/engine/mirror/object_file_internal.h"

namespace annals::mirror {

struct DesiredObject {
  ObjectFile file;
  std::string path;
};

struct DesiredSet {
  std::map<ObjectPlace, DesiredObject> objects;
  std::vector<IntakeProblem> problems;
  // Objects that a file speaks of that is no use: schema, empty at the root or if there is
  // none, and name. They are left as they are.
  std::set<std::pair<std::string, std::string>> unclear;
  bool whole = true;  // Else it says nothing of objects that are not in it.

  // At the root, and in the schema where what has no schema would be.
  void MarkUnclear(const std::string& schema, const std::string& name) {
    if (schema.empty() || schema == kPublicSchema) {
      unclear.emplace("", name);
      unclear.emplace(kPublicSchema, name);
    } else {
      unclear.emplace(schema, name);
    }
  }
  bool IsUnclear(const ObjectPlace& place) const {
    return unclear.contains({place.schema, place.name});
  }
};

// Reads the directory, or the one file, `path`.
//   IO_ERROR  names what cannot be read
absl::StatusOr<DesiredSet> ReadDesiredSet(const std::string& path);

}  // namespace annals::mirror
