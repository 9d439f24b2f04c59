#pragma once

// A command is what a user wants, as a plain struct with designated initializers.
// It has two functions:
//
//   absl::Status Validate(Policy) const;
//       What can be said without a catalog. All fields of all commands of a batch
//       are checked before any look-up is made.
//   absl::StatusOr<UpdateEntries> Plan(PlanContext&) const;
//       The entries that make it happen, checked against the catalog as the
//       commands before it in the batch leave it. No entries: nothing to do.
//       REQUIRES: Validate is ok under the policy of the context.
//
// Both are pure, and Plan may run several times: a commit that lost its race is
// planned again on the newer catalog. Anything that has the two is a command.

#include <algorithm>
#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/update.h"

namespace annals {

using UpdateEntries = std::vector<UpdateEntry>;

// What there is around a plan, apart from the catalog. A plan without it is on its own.
struct PlanHost {
  // Whether types that nobody registered are refused, of kinds that take any.
  bool require_registered_types = false;
  // An earlier version; null: there are none.
  std::function<absl::StatusOr<Catalog>(CatalogVersion)> at = nullptr;
};

// Where a command plans. One thread at a time.
class PlanContext {
 public:
  // `catalog` is `base` and what the batch has done so far. `host` must outlive the context.
  PlanContext(const CatalogView& base, const CatalogView& catalog, Policy policy,
              const PlanHost& host = OnItsOwn())
      : base_(base),
        catalog_(catalog),
        policy_(policy),
        host_(host),
        next_id_(catalog.next_object_id()) {}

  const CatalogView& base() const { return base_; }
  const CatalogView& catalog() const { return catalog_; }
  Policy policy() const { return policy_; }
  bool relaxed() const { return policy_ == Policy::kRelaxed; }
  const PlanHost& host() const { return host_; }
  bool require_registered_types() const { return host_.require_registered_types; }
  // An earlier version.
  //   CATALOG_VERSION_NOT_FOUND, VERSION_TRUNCATED
  //   NOT_SUPPORTED  there are no versions where this is planned
  absl::StatusOr<Catalog> At(CatalogVersion version) const;

  // Takes the next object id.
  ObjectId NewId() { return {next_id_.value++}; }
  ObjectId next_id() const { return next_id_; }
  // Leaves out ids that were taken elsewhere.
  void SkipIdsBelow(ObjectId id) { next_id_ = std::max(next_id_, id); }

 private:
  static const PlanHost& OnItsOwn() {
    static const PlanHost kNone;
    return kNone;
  }

  const CatalogView& base_;
  const CatalogView& catalog_;
  const Policy policy_;
  const PlanHost& host_;
  ObjectId next_id_;
};

template <typename C>
concept Command = requires(const C& command, PlanContext& context) {
  { command.Validate(context.policy()) } -> std::same_as<absl::Status>;
  { command.Plan(context) } -> std::same_as<absl::StatusOr<UpdateEntries>>;
};

// Any command. A cheap copy; the command itself is shared and never changes.
class CatalogCommand {
 public:
  template <Command C>
  CatalogCommand(C command)  // NOLINT(google-explicit-constructor): a list of commands reads well
      : self_(std::make_shared<Holder<C>>(std::move(command))) {}

  absl::Status Validate(Policy policy) const { return self_->Validate(policy); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const { return self_->Plan(context); }

  // The command as a C, for who has to do with what it wants; null if it is another one.
  template <Command C>
  const C* As() const {
    const auto* holder = dynamic_cast<const Holder<C>*>(self_.get());
    return holder == nullptr ? nullptr : &holder->command;
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual absl::Status Validate(Policy policy) const = 0;
    virtual absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const = 0;
  };
  template <Command C>
  struct Holder final : Interface {
    explicit Holder(C value) : command(std::move(value)) {}
    absl::Status Validate(Policy policy) const override { return command.Validate(policy); }
    absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const override {
      return command.Plan(context);
    }
    C command;
  };
  std::shared_ptr<const Interface> self_;
};

}  // namespace annals
