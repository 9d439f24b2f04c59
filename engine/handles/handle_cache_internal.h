#pragma once

// The handles of one manager (engine/handles/handles.h says what they are for). Three
// kinds of threads meet here: those that ask for handles, the one that follows the catalog
// (Follow), and the one that tends what time brings (Tend): attempts that are due, handles
// that nobody used for long, and those that no held version can reach any more.
//
// The lock is never held while a factory or a handle is called, nor while a LiveHandle is
// let go, which may close it: functions that need the lock throw what they let go into a
// `Trash` that is emptied after it. From an entry into the trash nothing asks for memory, so
// that what is done of an entry is done as a whole.
//
// Any thread.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/versioned_store.h"
#include "annals/engine/active_versions.h"
#include "annals/engine/clock.h"
#include "annals/engine/event.h"
#include "annals/engine/handles/factory.h"
#include "annals/engine/handles/handle_spec_internal.h"
#include "annals/engine/handles/handles.h"
#include "annals/engine/handles/live_handle_internal.h"

namespace annals {

// Handles are cached under this.
struct HandleKey {
  ObjectId id;
  Fingerprint fingerprint;  // The effective one.

  friend auto operator<=>(const HandleKey&, const HandleKey&) = default;

  static HandleKey FirstOf(ObjectId id) { return {id, {}}; }
  static HandleKey LastOf(ObjectId id) { return {id, {UINT64_MAX, UINT64_MAX}}; }
};

class HandleCache final : public Handles {
 public:
  // All must outlive this.
  HandleCache(const VersionedStore& store, ActiveVersions& active, const Clock& clock,
              std::vector<Factory> factories)
      : store_(store), active_(active), clock_(clock), factories_(std::move(factories)) {}
  ~HandleCache() override { static_cast<void>(Shut()); }  // Close has said what went wrong.
  HandleCache(const HandleCache&) = delete;
  HandleCache& operator=(const HandleCache&) = delete;

  bool has_factories() const { return !factories_.empty(); }
  const Factory* FactoryOf(ObjectKind kind, std::string_view type) const override;
  const Factory* FactoryOf(const ObjectDescriptor& object) const;

  absl::StatusOr<std::shared_ptr<Handle>> Get(const Catalog& catalog, ObjectId id) override;
  absl::StatusOr<HandleStatus> StatusOf(const Catalog& catalog, ObjectId id) const override;
  absl::StatusOr<std::vector<HandleStatus>> States() const override;
  Stats GetStats() const override { return log_->stats(); }
  absl::Status WaitFor(CatalogVersion version, absl::Time deadline) override;
  absl::Status Close() override;

  // --- For the manager.

  // Begins to tend. Once. `follows`: Follow will be called.
  void Start(bool follows);
  // Follow will not be called any more.
  void EndFollowing();
  // Builds the handles of the catalogs of these names; those that cannot be built are tried
  // again. Returns what there is no catalog for.
  std::vector<std::string> Preload(const std::vector<std::string>& catalogs);
  // A follower (engine/follower.h). Never fails but for want of memory: what cannot be built
  // has failed.
  absl::Status Follow(const CatalogEvent& event);

  // --- For who prepares a commit.

  // Somebody does something that Close lets them finish, after an Enter that was OK.
  class Inside {
   public:
    explicit Inside(HandleCache& cache) : cache_(cache) {}
    ~Inside() {
      const std::lock_guard lock(cache_.mutex_);
      --cache_.inside_;
      cache_.changed_.notify_all();
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    HandleCache& cache_;
  };
  //   CLOSED
  absl::Status Enter();

  enum class Attempt { kWhenDue, kNow };
  // The handle of `id` as it is in `view`, whose fingerprints those are.
  absl::StatusOr<std::shared_ptr<LiveHandle>> Acquire(const Catalog& view,
                                                      EffectiveFingerprints& fingerprints,
                                                      ObjectId id, Attempt attempt);
  // Builds one that is not in the cache. Objects of `view` from `first_new` on are being
  // created.
  absl::StatusOr<std::shared_ptr<LiveHandle>> Build(
      const CatalogView& view, const ConfiguredDescriptor& object, const Factory& factory,
      ObjectId first_new, NeedHandle need, const std::shared_ptr<LiveHandle>& previous) const;
  // Whether what `factory` makes must not be made under `key`, since it works for the active
  // version only, and the object is another one there.
  bool IsOnlyAsActive(const Factory& factory, const HandleKey& key) const;
  // The handle that is in use of `id`, of whatever version; null if there is none.
  std::shared_ptr<LiveHandle> Running(ObjectId id) const;
  // Who needs a handle under `key` gets `trial`, which `factory` built, and not under another
  // key, nor another trial.
  void Offer(const HandleKey& key, const Factory& factory,
             const std::shared_ptr<LiveHandle>& trial);
  // `trial` was written in `version`: who does not need it by the time that this was
  // followed never will. Asks for no memory, nor does Withdraw.
  void Confirm(const std::shared_ptr<LiveHandle>& trial, CatalogVersion version);
  // Nobody gets `trial` any more.
  void Withdraw(const std::shared_ptr<LiveHandle>& trial);

 private:
  using Trash = std::list<std::shared_ptr<LiveHandle>>;

  struct Entry {
    const Factory* factory = nullptr;
    std::string name;
    HandleWatch live;
    HandleWatch trial;  // With kRestart: what was offered, whether or not anybody took it.
    Trash kept;         // What the cache itself holds of `live`: one or none.
    bool building = false;
    bool closing = false;     // By a call of Close that is under way.
    bool wanted = false;      // It is tried again without being asked for.
    bool superseded = false;  // The object is another one now, or gone.
    bool doubtful = false;    // Perhaps no version that anybody can have reaches it.
    absl::Status error;
    uint64_t failures = 0;
    uint64_t attempts = 0;
    uint64_t retry_ms = 0;
    uint64_t used = 0;  // By number of use.
    uint64_t used_ms = 0;
    CatalogVersion since;  // For which it was built.
  };
  using Entries = std::map<HandleKey, Entry>;

  // Those of one object. REQUIRES: mutex_ is held.
  template <typename Iterator>
  struct Range {
    Iterator first;
    Iterator last;
    Iterator begin() const { return first; }
    Iterator end() const { return last; }
  };
  Range<Entries::iterator> EntriesOf(ObjectId id) {
    return {entries_.lower_bound(HandleKey::FirstOf(id)),
            entries_.upper_bound(HandleKey::LastOf(id))};
  }
  Range<Entries::const_iterator> EntriesOf(ObjectId id) const {
    return {entries_.lower_bound(HandleKey::FirstOf(id)),
            entries_.upper_bound(HandleKey::LastOf(id))};
  }

  struct Offered {
    Trash trial;  // One.
    std::optional<CatalogVersion> version;
  };

  struct Asked;
  using Taken = absl::StatusOr<std::shared_ptr<LiveHandle>>;

  Taken Take(const Asked& asked);
  std::optional<Taken> Ready(const Asked& asked, Entry& entry, Trash& trash);
  absl::Status Why(const Entry& entry) const;
  bool OthersAreBusy(const HandleKey& key) const;
  std::vector<HandleWatch> OthersOf(const HandleKey& key) const;
  void CloseOthers(const HandleKey& key, std::string_view what);
  static bool IsFor(const std::pair<const HandleKey, Offered>& offered, const HandleKey& key,
                    std::string_view what);
  void DropOffers(const HandleKey& key, std::string_view what, Trash& trash);
  Taken MakeGuarded(const Asked& asked, const std::shared_ptr<LiveHandle>& previous);
  Taken Make(const Asked& asked, const std::shared_ptr<LiveHandle>& previous);
  std::shared_ptr<LiveHandle> TakeOffered(const HandleKey& key, std::string_view what);
  void WithdrawLocked(const std::shared_ptr<LiveHandle>& trial);
  std::map<HandleKey, Offered>::iterator FindOffered(const std::shared_ptr<LiveHandle>& trial);
  void Publish(const Asked& asked, const Taken& made, Trash place);
  void NoteUse(Entry& entry);
  static bool IsToBeKept(const Entry& entry);
  void Keep(Entry& entry, Trash& live, Trash& trash);
  void Evict(const Factory& factory, Trash& trash);
  void EraseAbsent();
  std::shared_ptr<LiveHandle> RunningLocked(ObjectId id) const;
  static HandleStatus Describe(const HandleKey& key, const Entry& entry);

  // --- Following.
  Catalog Newest(const Catalog& at_least) const;
  bool IsWanted(const HandleKey& key, const Factory& factory) const;
  void BringUp(const Catalog& view, EffectiveFingerprints& fingerprints, ObjectId id);
  void Supersede(ObjectId id, std::optional<Fingerprint> current);
  void SupersedeLocked(ObjectId id, std::optional<Fingerprint> current, Trash& trash);
  void Forget(const HandleKey& key);
  void FinishFollowing(CatalogVersion version);
  std::vector<ObjectId> KnownIds() const;

  // --- Tending.
  void Tend();
  uint64_t MsUntilDue() const;
  void TryDue();
  void CloseIdle();
  void Prune();
  std::vector<HandleKey> TakeDoubts(const std::vector<CatalogVersion>& held);
  absl::Status Shut();
  absl::Status FailedSince(uint64_t count) const;

  const VersionedStore& store_;
  ActiveVersions& active_;
  const Clock& clock_;
  const std::vector<Factory> factories_;
  const std::shared_ptr<HandleLog> log_ = std::make_shared<HandleLog>();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;  // An entry, reached_, inside_ or closed_.
  std::condition_variable tend_;
  // All guarded by mutex_.
  Entries entries_;
  std::map<HandleKey, Offered> offered_;
  uint64_t uses_ = 0;
  CatalogVersion reached_;
  size_t inside_ = 0;
  bool follows_ = false;
  bool follows_no_more_ = false;
  bool closed_ = false;
  std::vector<CatalogVersion> looked_at_;  // What was held when doubts were last looked into.
  bool new_doubts_ = false;

  std::mutex close_mutex_;  // One closes, another waits for it.
  std::thread tending_;     // Guarded by close_mutex_, once it was started.
};

}  // namespace annals
