#include "annals/commands/drop_index.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status DropIndex::Validate(Policy /*policy*/) const { return CheckIndexName(schema, name); }

absl::StatusOr<UpdateEntries> DropIndex::Plan(PlanContext& context) const {
  const auto index = FindIndex(context.catalog(), schema, name);
  if (!index.ok()) return Missing(index.status(), if_exists);
  const auto table = context.catalog().Get<TableDescriptor>(index->table_id());
  if (table && table->key_index_id() == index->id()) {
    return MakeError(Reason::PK_INDEX_DROP,
                     absl::StrCat("index ", Qualified(schema, name), " is the key index of table ",
                                  Quoted(table->name()), " and goes only with its key"));
  }
  if (index->status() == IndexStatus::kAvailable && !context.relaxed()) {
    return UpdateEntries{SetIndexStatus{index->id(), IndexStatus::kStopping}};
  }
  return UpdateEntries{DropObject{index->id()}};
}

}  // namespace annals
