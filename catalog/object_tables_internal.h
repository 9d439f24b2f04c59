#pragma once

// The generated object types, for those few who build or change objects: the
// builder, Apply, the codec of updates. Not installed.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "annals/catalog/types.h"
#include "annals_fbs/object_generated.h"

namespace annals {

// The canonical bytes of `object`: the only way in which objects are made.
std::string PackObject(const fbs::ObjectT& object);

// REQUIRES: CheckObject(bytes) is ok.
fbs::ObjectT UnpackObject(std::string_view bytes);

// CheckObject for bytes that the FlatBuffers verifier has passed already.
absl::Status CheckVerifiedObject(std::string_view bytes);

fbs::ColumnT ToTable(const Column& column);
Column FromTable(const fbs::Column& column);

// Brings `name_hashes` in line with `columns`.
void HashNames(fbs::TableBodyT& table);

}  // namespace annals
