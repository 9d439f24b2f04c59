#pragma once

// Handles: live things that are made of objects of the catalog. A connector of a catalog,
// a client of a connection, the ingestion of a source. A host says how with factories,
// which it gives to the manager that it opens (OpenOptions::factories); engine/handles/
// handles.h says what the engine does with them.
//
//   class Client : public annals::Handle { ... };
//   annals::CatalogManager::Open(
//       {.path = "shop.annals",
//        .factories = {{.kind = annals::ObjectKind::kConnection, .type = "postgres",
//                       .build = [](const annals::HandleSpec& spec) -> ... {
//                         return Client::Connect(spec.Option("host"), spec.Option("password"));
//                       }}}});
//
// The engine calls a factory from several threads at once, for the same object never
// twice at once, and under no lock of its own. So it may take its time, and may read the
// catalog. It must not ask for handles, nor close the manager: what it needs is given to
// it. What it throws is an error like another.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "annals/catalog/types.h"
#include "annals/schemas/ids.h"

namespace annals {

// A host derives its own from this. Each is built, started, closed and destroyed once.
class Handle {
 public:
  virtual ~Handle() = default;

  // Called before anybody else gets the handle, once what it was built of is in the
  // catalog; so work begins here. A trial handle that is not wanted is closed without.
  // `object`: its id, which an object that is being created had not got before.
  virtual absl::Status Start(ObjectId /*object*/) { return absl::OkStatus(); }

  // The end. Nobody uses the handle any more, except where the factory says kRestart: then
  // this may come while somebody still holds it, and the next handle of the object is not
  // built before this has returned. So it must not wait for somebody who asks for that one,
  // or who waits until the handles have followed the catalog.
  virtual absl::Status Close() { return absl::OkStatus(); }
};

// An object as a factory sees it: with all that it refers to. Valid during the call. Of the
// secrets in it the engine keeps, in memory and as long as the handle, what it takes to hide
// them in errors of the handle and of those that need it: what `build`, `probe`, `Start` and
// `Close` say of them, whole or within other words, becomes `***`. A host that puts a part of
// one into an error, or another spelling, shows it.
struct HandleSpec {
  struct Reference {
    ObjectId id;  // kNoObject: it is being created.
    ObjectKind kind = ObjectKind::kTable;
    std::string schema;  // Empty at the root.
    std::string name;
    // Null if there is no factory for it, or if this is a probe while there can be none (of a
    // kRestart one, or for a version that is not active yet). Stays open as long as what is
    // built now.
    std::shared_ptr<Handle> handle;
  };

  ObjectId id = kNoObject;  // kNoObject: it is being created.
  ObjectKind kind = ObjectKind::kCatalog;
  std::string schema;  // Empty at the root.
  std::string name;
  std::string type;
  // What is set, and where nothing is, what that means by default; secrets, ${ENV:..} and
  // ${FILE:..} as what they stand for now. By key (`ssl-mode`).
  std::map<std::string, std::string, std::less<>> options;
  // The options that refer to other objects than secrets. By key.
  std::map<std::string, Reference, std::less<>> references;
  std::vector<Column> columns;
  // What the new one takes the place of, if there is one: still in use, or with kRestart
  // closed already. For those who hand over where they are.
  std::shared_ptr<Handle> previous;

  // Empty if it is not set and has no default.
  std::string_view Option(std::string_view key) const;
  // Null if there is none.
  Handle* HandleOf(std::string_view key) const;
};

// What the engine does when what a handle was built of is another one.
enum class Reconfigure {
  kSwap,     // The new one is built, and then takes the place of the old one.
  kRestart,  // Only one can be: all others of the object are closed before one is built,
             // whoever held them, and whoever closes them.
};

// Which handles are kept while nobody uses them.
struct HandleCaching {
  enum class Policy { kAll, kLru, kNone };
  Policy policy = Policy::kAll;
  size_t most = 0;  // With kLru: the so many that were used last.
  // Those that were not used for so long are closed. By the manager's clock.
  absl::Duration idle = absl::InfiniteDuration();
};

// How handles of one kind and type of objects are made.
struct Factory {
  ObjectKind kind = ObjectKind::kCatalog;
  std::string type = {};  // Empty: all types of the kind that have no factory of their own.

  // Required.
  std::function<absl::StatusOr<std::unique_ptr<Handle>>(const HandleSpec& spec)> build;
  // Asks what is outside whether the object works. `trial` was built of it, and was not
  // started; null where none could be: a kRestart one, while the old one may be in use.
  std::function<absl::Status(const HandleSpec& spec, Handle* trial)> probe = {};
  // For ROTATE KEYS: makes a pair of keys, keeps the private one, and returns the public one.
  std::function<absl::StatusOr<std::string>()> new_public_key = {};

  // Whether CREATE and ALTER probe where they say nothing of it.
  bool probe_by_default = true;
  Reconfigure reconfigure = Reconfigure::kSwap;
  HandleCaching caching = {};
  // Whether there is a handle whenever there is the object, and not only once somebody asks
  // for it. Such a one works for the catalog as it is now, and is closed when that changes,
  // whoever reads older versions. None: as is right for the kind, true of sources and sinks.
  std::optional<bool> eager = std::nullopt;
  // From a failure to the next attempt; twice as long after each further one.
  absl::Duration first_retry = absl::Milliseconds(100);
  absl::Duration longest_retry = absl::Seconds(30);

  bool is_eager() const {
    return eager.value_or(kind == ObjectKind::kSource || kind == ObjectKind::kSink);
  }
};

//   INVALID_VALUE  a factory has no `build`, is for objects that have no handles, or is the
//                  second one for the same
absl::Status CheckFactories(const std::vector<Factory>& factories);

}  // namespace annals
