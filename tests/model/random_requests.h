#pragma once

// Requests of the JSON-lines protocol by seed, for a catalog that is kept small: few
// names, so that they clash, and as much dropped as made. Most requests speak of what is
// there; some are wrong in one of the ways in which requests are.

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "annals/tests/model/catalog_model.h"

namespace annals::model {

class RandomRequests {
 public:
  explicit RandomRequests(uint64_t seed) : random_(seed) {}

  struct Call {
    Json request;
    Policy policy;
  };
  // The next call on a catalog of these objects.
  Call Next(const Objects& objects);

 private:
  using Names = std::vector<std::string>;
  struct Place {
    std::string schema, name;
  };

  uint64_t Below(uint64_t end) {
    return std::uniform_int_distribution<uint64_t>(0, end - 1)(random_);
  }
  bool OneIn(uint64_t times) { return Below(times) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& list) {
    return list[Below(list.size())];
  }
  // `name`, or at times one that no object may have.
  std::string OrBad(std::string name);
  std::string SchemaName() {
    return OneIn(40) ? "SYSTEM" : OrBad(Pick(Names{"PUBLIC", "PUBLIC", "PUBLIC", "S1", "S2"}));
  }
  std::string TableName() { return OrBad(OneIn(8) ? AnyName() : Pick(Names{"A", "B", "C", "D"})); }
  std::string IndexName() { return OrBad(OneIn(5) ? AnyName() : Pick(Names{"I", "J", "K", "L"})); }
  // Of tables, indexes and views alike.
  std::string AnyName() {
    return Pick(Names{"A", "B", "I", "V", "SYS", "A_PK", "B_PK", "C_PK", "D_PK", "A_PK_1",
                      "A_PK_PK", "a \"b\"", std::string(127, 'N')});
  }
  std::string ColumnName() { return OrBad(Pick(Names{"C1", "C2", "C3", "C4", "C5", "C6", "c 7"})); }
  std::string ZoneName() { return OrBad(Pick(Names{"Default", "Z1", "Z2", "Z3"})); }
  std::string Profile() { return Pick(Names{"default", "default", "ssd", "hdd"}); }
  std::string CollationName() {
    return Pick(Names{"asc_nulls_first", "asc_nulls_last", "desc_nulls_first", "desc_nulls_last"});
  }

  Place TablePlace(const Objects& objects);
  Place IndexPlace(const Objects& objects);
  const Table* TableAt(const Objects& objects, const Place& place) const;
  // Most often a column of the table.
  std::string ColumnOf(const Table* table);
  Names ColumnsOf(const Table* table);
  Json Collations(size_t count);

  void SetType(Json& column);
  // What is wrong with it then is anybody's guess.
  void SpoilType(Json& column);
  Json Constant(const std::string& type);
  Json NewColumn();
  Json NewColumns(size_t most);
  Json NewKey(const Names& columns);
  void SetProperties(Json& command);
  // Once in so many times.
  void SetFlag(Json& command, const char* flag, uint64_t times = 3) {
    if (OneIn(times)) command[flag] = true;
  }

  Json Named(std::string name, const char* flag);
  Json SystemSchema();
  Json DropSchema();
  Json CreateTable();
  Json RenameTable(const Objects& objects);
  Json AddColumns(const Objects& objects);
  Json DropColumns(const Objects& objects);
  Json AlterColumn(const Objects& objects, bool relaxed);
  Json RenameColumn(const Objects& objects);
  Json AddPrimaryKey(const Objects& objects);
  Json OnTable(const Objects& objects, const char* field, const char* flag);
  Json SetProperty(const Objects& objects);
  Json CreateIndex(const Objects& objects, bool sorted);
  Json OnIndex(const Objects& objects);
  Json RenameIndex(const Objects& objects);
  Json IndexId(const Objects& objects, const char* status);
  Json CreateZone();
  Json AlterZone();
  Json RenameZone();
  void SetZoneFields(Json& command);
  Json CreateView();

  Json Command(const Objects& objects, bool relaxed);

  std::mt19937_64 random_;
  std::optional<Place> made_;  // The table that the batch has just made.
};

}  // namespace annals::model
