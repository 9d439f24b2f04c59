#include "annals/commands/create_zone.h"

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/names.h"
#include "annals/commands/zone_parameters.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// REQUIRES: the parameters are in their ranges.
ZoneFields FieldsOf(const CreateZone& command) {
  ZoneFields zone;
  const auto set = [](uint32_t& field, const std::optional<int64_t>& value) {
    if (value) field = static_cast<uint32_t>(*value);
  };
  zone.name = command.name;
  set(zone.partitions, command.partitions);
  set(zone.replicas, command.replicas);
  zone.quorum_size = QuorumOf(zone.replicas).usual;
  set(zone.quorum_size, command.quorum_size);
  set(zone.auto_scale_up_s, command.auto_scale_up_s);
  set(zone.auto_scale_down_s, command.auto_scale_down_s);
  zone.filter = command.filter.value_or(zone.filter);
  zone.consistency = command.consistency.value_or(zone.consistency);
  zone.storage_profiles = command.storage_profiles;
  return zone;
}

absl::Status ValidateParameters(const CreateZone& command) {
  ANNALS_RETURN_IF_ERROR(CheckPartitions(command.partitions));
  ANNALS_RETURN_IF_ERROR(CheckReplicas(command.replicas));
  ANNALS_RETURN_IF_ERROR(CheckQuorumSize(command.quorum_size));
  const ZoneFields zone = FieldsOf(command);
  ANNALS_RETURN_IF_ERROR(CheckQuorum(zone.quorum_size, zone.replicas));
  ANNALS_RETURN_IF_ERROR(CheckAutoScale(command.auto_scale_up_s, command.auto_scale_down_s));
  ANNALS_RETURN_IF_ERROR(CheckFilter(zone.filter));
  return CheckProfiles(command.storage_profiles);
}

}  // namespace

absl::Status CreateZone::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckName(name, "zone name"));
  return WithContext(ValidateParameters(*this),
                     [&] { return absl::StrCat("zone ", Quoted(name)); });
}

absl::StatusOr<UpdateEntries> CreateZone::Plan(PlanContext& context) const {
  if (context.catalog().Zone(name)) {
    if (if_not_exists) return UpdateEntries{};
    return MakeError(Reason::ZONE_EXISTS, absl::StrCat("zone ", Quoted(name), " already exists"));
  }
  ZoneFields zone = FieldsOf(*this);
  zone.id = context.NewId();
  return UpdateEntries{NewObject{BuildObject(zone)}};
}

}  // namespace annals
