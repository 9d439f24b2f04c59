#pragma once

// The catalog once more, as simply as it can be said: plain maps, a copy of all of
// them for every batch, names found by looking at everything. It is written from the
// rules and not from the engine, so that the two can be held against each other.
//
// It speaks the JSON-lines protocol (docs/json_lines.md) without its error messages.
// One thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annals/catalog/types.h"
#include "annals/cli/json.h"

namespace annals::model {

using cli::Json;

struct Column {
  int64_t id = 0;
  std::string name;
  std::string type;
  bool nullable = false;
  int64_t length = 0;
  int64_t precision = 0;
  int64_t scale = 0;
  Json default_value;  // As requests write it; null: there is none.

  friend bool operator==(const Column&, const Column&) = default;
};

struct Table {
  int64_t schema = 0;
  std::string name;
  int64_t zone = 0;
  std::optional<int64_t> key_index;
  int64_t version = 1;
  int64_t next_column = 0;
  std::vector<Column> columns;
  std::map<int64_t, std::string> names_ever;  // Of columns, dropped ones too.
  std::vector<int64_t> key;
  std::vector<int64_t> colocation;
  std::string profile;
  double stale_rows_fraction = 0;
  int64_t min_stale_rows_count = 0;
};

struct Index {
  int64_t schema = 0;
  std::string name;
  int64_t table = 0;
  bool sorted = false;
  bool unique = false;
  bool automatic_name = false;
  std::string status;
  std::vector<std::pair<int64_t, std::string>> columns;  // Id and, if sorted, collation.
};

struct View {
  int64_t schema = 0;
  std::string name;
  std::string kind;
  std::vector<Column> columns;
};

struct Zone {
  std::string name;
  int64_t partitions = 25;
  int64_t replicas = 1;
  int64_t quorum = 1;
  int64_t scale_up = 0;
  int64_t scale_down = INT32_MAX;
  std::string filter = "$..*";
  std::vector<std::string> profiles = {"default"};
  std::string consistency = "strong_consistency";
  bool automatic = false;  // CREATE TABLE made it, and nobody changed it.
};

// All by object id.
struct Objects {
  std::map<int64_t, std::string> schemas = {{0, "PUBLIC"}, {1, "SYSTEM"}};
  std::map<int64_t, Table> tables;
  std::map<int64_t, Index> indexes;
  std::map<int64_t, View> views;
  std::map<int64_t, Zone> zones;
  std::optional<int64_t> default_zone;
  int64_t next_id = 2;
};

class CatalogModel {
 public:
  // A command, or a list of them as one version, all or nothing. Answers
  //   {"version": 4, "applied": [true, false]}
  //   {"error": {"code": "NOT_FOUND", "reason": "TABLE_NOT_FOUND", "command": 0}}
  Json Execute(const Json& request, Policy policy);

  int64_t version() const { return version_; }
  const Objects& objects() const { return objects_; }

  // As the protocol describes a catalog.
  Json Describe() const;
  // The canonical text (docs/canonical_text.md).
  std::string Lines() const;

 private:
  int64_t version_ = 1;
  Objects objects_;
};

}  // namespace annals::model
