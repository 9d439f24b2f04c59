#pragma once

// What one version changed: a VersionedUpdate, the payload of its log record.
// Entries are few and generic over kinds of objects; Apply (catalog/apply.h) says
// what each does. Pure values; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/types.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

// `object` is the bytes of a whole object (catalog/object_builder.h).
struct NewObject {
  std::string object;
};
// With `cascade` all dependents go too: dependents before what they depend on,
// then by descending id. Without it a dependent that is left is an error.
struct DropObject {
  ObjectId id;
  bool cascade = false;
};
// `automatic_name`: of an index, whether the engine chose the new name.
struct RenameObject {
  ObjectId id;
  std::string name;
  bool automatic_name = false;
};
// Another object of the same id, kind and parent.
struct ReplaceObject {
  std::string object;
};
// Ids are given by the table.
struct NewColumns {
  ObjectId table;
  std::vector<Column> columns;
};
struct DropColumns {
  ObjectId table;
  std::vector<ColumnId> columns;
};
// Closes the living record of the column with this id and opens another.
struct AlterColumn {
  ObjectId table;
  Column column;
};
struct RenameColumn {
  ObjectId table;
  ColumnId column;
  std::string name;
};
// Makes the key's columns NOT NULL. No columns: the table has no key any more.
// `index` must be made, or dropped, by entries beside this one.
struct SetPrimaryKey {
  ObjectId table;
  std::vector<ColumnId> columns;
  std::vector<ColumnId> colocation;
  ObjectId index;
};
struct SetTableProperties {
  ObjectId table;
  std::optional<double> stale_rows_fraction;
  std::optional<int64_t> min_stale_rows_count;
};
struct SetIndexStatus {
  ObjectId index;
  IndexStatus status = IndexStatus::kRegistered;
};
struct SetDefaultZone {
  ObjectId zone;
};
// Of a configured object: options that are now this, and options that are gone.
struct SetOptions {
  ObjectId object;
  std::vector<Option> set;
  std::vector<std::string> reset;
};

using UpdateEntry = std::variant<NewObject, DropObject, RenameObject, ReplaceObject, NewColumns,
                                 DropColumns, AlterColumn, RenameColumn, SetPrimaryKey,
                                 SetTableProperties, SetIndexStatus, SetDefaultZone, SetOptions>;

// "NewObject", ...
std::string_view EntryName(const UpdateEntry& entry);

struct VersionedUpdate {
  HybridTimestamp timestamp;
  HybridTimestamp activation;
  Policy policy = Policy::kStrict;
  ObjectId next_object_id{0};
  std::vector<UpdateEntry> entries;
  std::string author;
  std::string message;
  std::string statement;
};

// The payload of a record.
std::string EncodeUpdate(const VersionedUpdate& update);

// Reads a payload, trusting nothing: the FlatBuffers verifier, then our own check
// of what it cannot know. `payload` lies 8-byte aligned.
//   DAMAGED       says which entry is wrong and how
//   NEWER_FORMAT  an entry of a kind that this release does not know
absl::StatusOr<VersionedUpdate> DecodeUpdate(std::string_view payload);

}  // namespace annals
