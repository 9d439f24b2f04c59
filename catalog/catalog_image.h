#pragma once

// A whole catalog at one version, as a snapshot holds it. A plain value; any thread.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/object.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

struct CatalogImage {
  CatalogVersion version;
  HybridTimestamp timestamp;
  HybridTimestamp activation;
  ObjectId next_object_id;
  ObjectId default_zone_id;
  std::vector<ObjectDescriptor> objects;  // By id.
  // What the bytes of the objects lie in, many in one: a snapshot's chunks.
  std::vector<std::unique_ptr<const std::string>> buffers;

  // A view of `bytes` that is good as long as the image.
  std::string_view Keep(std::string bytes) {
    return *buffers.emplace_back(std::make_unique<const std::string>(std::move(bytes)));
  }
};

// Ids in order, names unique in their scope, references whole (I12).
//   DAMAGED  says what is wrong
absl::Status CheckImage(const CatalogImage& image);

// DAMAGED: "the snapshot of version N ", and `what` is wrong with it.
absl::Status BadImage(const CatalogImage& image, std::string_view what);

}  // namespace annals
