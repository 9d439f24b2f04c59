#include "annals/commands/alter_zone.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/commands/zone_parameters.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status Immutable(Reason reason, std::string_view what) {
  return MakeError(
      reason, absl::StrCat(ToAbsl(what), " cannot be changed; it is given when the zone is made"));
}

absl::Status ValidateParameters(const AlterZone& command) {
  if (command.partitions) {
    return Immutable(Reason::PARTITIONS_IMMUTABLE, "the number of partitions");
  }
  ANNALS_RETURN_IF_ERROR(CheckReplicas(command.replicas));
  ANNALS_RETURN_IF_ERROR(CheckQuorumSize(command.quorum_size));
  ANNALS_RETURN_IF_ERROR(CheckAutoScale(command.auto_scale_up_s, command.auto_scale_down_s));
  if (command.filter) ANNALS_RETURN_IF_ERROR(CheckFilter(*command.filter));
  if (command.consistency) {
    return Immutable(Reason::CONSISTENCY_MODE_IMMUTABLE, "the consistency mode");
  }
  return command.storage_profiles ? CheckProfiles(*command.storage_profiles) : absl::OkStatus();
}

// The quorum that is asked for, or the nearest to the old one that can be.
absl::StatusOr<uint32_t> NewQuorum(const AlterZone& command, const ZoneFields& zone) {
  if (!command.quorum_size) {
    const QuorumRange range = QuorumOf(zone.replicas);
    return std::clamp(zone.quorum_size, range.least, range.most);
  }
  ANNALS_RETURN_IF_ERROR(WithContext(CheckQuorum(*command.quorum_size, zone.replicas),
                                     [&] { return absl::StrCat("zone ", Quoted(zone.name)); }));
  return static_cast<uint32_t>(*command.quorum_size);
}

// Every table's profile stays one of its zone's.
absl::Status CheckProfilesInUse(const CatalogView& catalog, const ZoneFields& zone) {
  absl::Status status;
  catalog.ForEachDependent(zone.id, [&](const ObjectDescriptor& object) {
    const auto table = As<TableDescriptor>(object);
    if (!table || !status.ok()) return;
    const auto& profiles = zone.storage_profiles;
    if (std::find(profiles.begin(), profiles.end(), table->storage_profile()) != profiles.end()) {
      return;
    }
    status = MakeError(
        Reason::PROFILE_IN_USE,
        absl::StrCat("storage profile ", Quoted(table->storage_profile()), " cannot leave zone ",
                     Quoted(zone.name), "; table ", Quoted(table->name()), " uses it"));
  });
  return status;
}

// What `command` leaves of `zone`.
absl::StatusOr<ZoneFields> Altered(const AlterZone& command, ZoneFields zone) {
  const auto set = [](uint32_t& field, const std::optional<int64_t>& value) {
    if (value) field = static_cast<uint32_t>(*value);
  };
  set(zone.replicas, command.replicas);
  ANNALS_ASSIGN_OR_RETURN(zone.quorum_size, NewQuorum(command, zone));
  set(zone.auto_scale_up_s, command.auto_scale_up_s);
  set(zone.auto_scale_down_s, command.auto_scale_down_s);
  zone.filter = command.filter.value_or(zone.filter);
  zone.storage_profiles = command.storage_profiles.value_or(zone.storage_profiles);
  zone.automatic = false;
  return zone;
}

}  // namespace

absl::Status AlterZone::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckName(name, "zone name"));
  return WithContext(ValidateParameters(*this),
                     [&] { return absl::StrCat("zone ", Quoted(name)); });
}

absl::StatusOr<UpdateEntries> AlterZone::Plan(PlanContext& context) const {
  const auto zone = FindZone(context.catalog(), name);
  if (!zone.ok()) return Missing(zone.status(), if_exists);
  ANNALS_ASSIGN_OR_RETURN(const ZoneFields altered, Altered(*this, FieldsOf(*zone)));
  ANNALS_RETURN_IF_ERROR(CheckProfilesInUse(context.catalog(), altered));
  return UpdateEntries{ReplaceObject{BuildObject(altered)}};
}

absl::Status RenameZone::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckName(name, "zone name"));
  return CheckName(new_name, "new zone name");
}

absl::StatusOr<UpdateEntries> RenameZone::Plan(PlanContext& context) const {
  const auto zone = FindZone(context.catalog(), name);
  if (!zone.ok()) return Missing(zone.status(), if_exists);
  if (context.catalog().Zone(new_name)) {
    return MakeError(Reason::ZONE_EXISTS,
                     absl::StrCat("zone ", Quoted(new_name), " already exists"));
  }
  return UpdateEntries{RenameObject{zone->id(), new_name}};
}

absl::Status AlterZoneSetDefault::Validate(Policy /*policy*/) const {
  return CheckName(name, "zone name");
}

absl::StatusOr<UpdateEntries> AlterZoneSetDefault::Plan(PlanContext& context) const {
  const auto zone = FindZone(context.catalog(), name);
  if (!zone.ok()) return Missing(zone.status(), if_exists);
  if (context.catalog().default_zone_id() == zone->id()) return UpdateEntries{};
  return UpdateEntries{SetDefaultZone{zone->id()}};
}

}  // namespace annals
