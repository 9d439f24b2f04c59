#pragma once

// How objects are made: fields in, canonical bytes out. There is one way to build
// an object, so that equal objects have equal bytes. Pure; any thread.

#include <string>
#include <vector>

#include "annals/catalog/object.h"
#include "annals/catalog/types.h"

namespace annals {

struct SchemaFields {
  ObjectId id;
  std::string name;
};

// A table at its table version 1. Columns and key get `since` 1.
struct TableFields {
  ObjectId id;
  std::string name;
  ObjectId schema;
  ObjectId zone;
  std::vector<Column> columns;  // Ids are given in order, from 0.
  std::vector<ColumnId> primary_key;
  std::vector<ColumnId> colocation;
  ObjectId key_index;
  std::string storage_profile;
  double stale_rows_fraction = 0.2;
  int64_t min_stale_rows_count = 500;
};

struct IndexFields {
  ObjectId id;
  std::string name;
  ObjectId schema;
  ObjectId table;
  IndexKind kind = IndexKind::kSorted;
  IndexStatus status = IndexStatus::kRegistered;
  bool unique = false;
  bool automatic_name = false;
  bool created_with_table = false;
  std::vector<IndexColumn> columns;
};

struct ZoneFields {
  ObjectId id;
  std::string name;
  uint32_t partitions = 25;
  uint32_t replicas = 1;
  uint32_t quorum_size = 1;
  uint32_t auto_scale_up_s = 0;
  uint32_t auto_scale_down_s = INT32_MAX;  // Never.
  std::string filter = "$..*";
  std::vector<std::string> storage_profiles;
  ConsistencyMode consistency = ConsistencyMode::kStrong;
  bool automatic = false;
};

struct SystemViewFields {
  ObjectId id;
  std::string name;
  ObjectId schema;
  ViewKind kind = ViewKind::kNode;
  std::vector<Column> columns;
};

std::string BuildObject(const SchemaFields& fields);
std::string BuildObject(const TableFields& fields);
std::string BuildObject(const IndexFields& fields);
std::string BuildObject(const ZoneFields& fields);
std::string BuildObject(const SystemViewFields& fields);

// The fields of an existing zone, to build a changed one from.
ZoneFields FieldsOf(const ZoneDescriptor& zone);

}  // namespace annals
