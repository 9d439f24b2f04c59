#pragma once

// What a commit of configured objects needs before it is appended: keys for ROTATE KEYS,
// trial handles of what is created or altered, and probes of them. All of that takes time
// and is done by the caller, under no lock, while other commits go on; then the commands
// are executed with a guard behind them. The guard is planned where they are, and refuses
// if what they would write is not what was tried. Then it is prepared again, as far as it
// moved.
//
//   Preparation preparation(cache, commands, ...);
//   do {
//     RETURN_IF_ERROR(preparation.Prepare(latest));
//     result = Execute(preparation.Guarded());
//   } while (preparation.moved());
//   preparation.Settle(result);
//
// One thread at a time; but the guard may be planned on others.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog.h"
#include "annals/commands/command.h"
#include "annals/engine/execute.h"
#include "annals/engine/handles/handle_cache_internal.h"

namespace annals {

class Preparation {
 public:
  // Whether a commit of `commands` asks for anything of this.
  static bool IsFor(const HandleCache& cache, std::span<const CatalogCommand> commands);

  // `cache` and `host` must outlive this and what Guarded gives.
  Preparation(HandleCache& cache, const PlanHost& host, std::vector<CatalogCommand> commands,
              const ExecuteOptions& options);
  ~Preparation();
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  // Does what has not been done yet. What the commands themselves refuse is left to who
  // executes them. An error tells the command that it is of (CommandIndexOf).
  //   PREPARE_FAILED     no handle could be built, or no key was given, and why
  //   VALIDATION_FAILED  the probe said no; names the dependents that failed
  //   NO_PROBE           of VALIDATE: nobody here can ask
  //   CLOSED             the handles are closed, and one would have to be built
  absl::Status Prepare(const Catalog& base);
  std::vector<CatalogCommand> Guarded() const;
  // Whether the guard has refused the last time.
  bool moved() const;
  // The outcome. Takes what the guard added out of it, and gives the trial handles to who
  // needs them, or nobody.
  void Settle(absl::StatusOr<ExecuteResult>& result);

 private:
  struct Guard;
  struct Noted;
  struct Notes;
  struct Tried;
  class Trials;

  absl::Status AskForKeys(const Catalog& base);
  template <typename Function>
  void ForEachTrial(Function function) const;
  void Withdraw();

  HandleCache& cache_;
  const PlanHost& host_;
  std::vector<CatalogCommand> commands_;
  const Policy policy_;
  const size_t max_entries_;
  std::shared_ptr<Notes> notes_;
  bool settled_ = false;
};

}  // namespace annals
