#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/object.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

// A whole catalog, from a snapshot.
struct CatalogImage {
  struct Object {
    CatalogVersion from;
    HybridTimestamp timestamp;
    std::string bytes;
  };
  CatalogVersion version;
  HybridTimestamp timestamp;
  HybridTimestamp activation;
  ObjectId next_object_id;
  ObjectId default_zone_id;
  std::vector<Object> objects;  // By id, each checked.
};

// Ids in order, names unique in their scope, references whole (I12).
//   DAMAGED  says what is wrong
absl::Status CheckImage(const CatalogImage& image);

// DAMAGED: "the snapshot of version N ", and `what` is wrong with it.
absl::Status BadImage(const CatalogImage& image, std::string_view what);

}  // namespace annals
