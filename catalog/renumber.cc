#include "annals/catalog/renumber.h"

#include <algorithm>
#include <vector>

#include "annals/catalog/object_tables_internal.h"

namespace annals {
namespace {

void Renumber(std::vector<uint16_t>& columns, ObjectId table, const NewIds& ids) {
  for (uint16_t& column : columns) column = ids.Of(table, {column}).value;
}

void Renumber(fbs::TableBodyT& table, ObjectId old_id, const NewIds& ids) {
  table.zone_id = ids.Of(ObjectId{table.zone_id}).value;
  table.key_index_id = ids.Of(ObjectId{table.key_index_id}).value;
  for (auto* columns : {&table.columns, &table.past_columns}) {
    for (auto& column : *columns) column->column_id = ids.Of(old_id, {column->column_id}).value;
  }
  const auto renumber_key = [&](fbs::KeyT& key) {
    Renumber(key.columns, old_id, ids);
    Renumber(key.colocation, old_id, ids);
  };
  if (table.key != nullptr) renumber_key(*table.key);
  for (auto& key : table.past_keys) renumber_key(*key);
}

void Renumber(fbs::IndexBodyT& index, const NewIds& ids) {
  const ObjectId table{index.table_id};
  for (auto& column : index.columns) column->column_id = ids.Of(table, {column->column_id}).value;
  index.table_id = ids.Of(table).value;
}

}  // namespace

ObjectId NewIds::Of(ObjectId id) const {
  const auto found = objects.find(id);
  return found == objects.end() ? id : found->second;
}

ColumnId NewIds::Of(ObjectId table, ColumnId column) const {
  const auto of_table = columns.find(table);
  if (of_table == columns.end()) return column;
  const auto found = of_table->second.find(column);
  return found == of_table->second.end() ? column : found->second;
}

std::string Renumbered(const ObjectDescriptor& object, const NewIds& ids) {
  fbs::ObjectT table = UnpackObject(object.bytes());
  table.id = ids.Of(object.id()).value;
  table.parent = ids.Of(object.parent()).value;
  for (uint32_t& ref : table.refs) ref = ids.Of(ObjectId{ref}).value;
  std::ranges::sort(table.refs);
  if (auto* body = table.body.AsTableBody()) Renumber(*body, object.id(), ids);
  if (auto* body = table.body.AsIndexBody()) Renumber(*body, ids);
  if (auto* body = table.body.AsConfiguredBody()) {
    for (auto& option : body->options) option->ref = ids.Of(ObjectId{option->ref}).value;
  }
  return PackObject(table);
}

}  // namespace annals
