// SQL text, from anybody: it is understood or refused, without a crash. How its
// bytes arrive does not matter; the text of a statement says that statement again;
// what SHOW CREATE says of what is in a schema reads back, and to the same.

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/kind.h"
#include "annals/catalog/object.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/plan.h"
#include "annals/ddl/parse.h"
#include "annals/ddl/show_create.h"

namespace annals::ddl {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

using Parsed = absl::StatusOr<std::vector<Statement>>;

Parsed ParseInBytes(std::string_view sql) {
  ScriptReader script([rest = sql]() mutable -> absl::StatusOr<std::string> {
    const std::string byte(rest.substr(0, 1));
    rest.remove_prefix(byte.size());
    return byte;
  });
  std::vector<Statement> statements;
  for (;;) {
    auto next = script.Next();
    if (!next.ok()) return next.status();
    if (!next->has_value()) return statements;
    statements.push_back(**std::move(next));
  }
}

bool SameText(const Parsed& a, const Parsed& b) {
  if (!a.ok() || !b.ok()) return a.status() == b.status();
  if (a->size() != b->size()) return false;
  for (size_t i = 0; i < a->size(); ++i) {
    const Statement& one = (*a)[i];
    const Statement& other = (*b)[i];
    if (one.text != other.text || one.position != other.position) return false;
    if (one.what.index() != other.what.index()) return false;
  }
  return true;
}

// A catalog that grows by one version a call.
class Catalogs {
 public:
  Catalogs() { Run({CreateSchema{.name = "PUBLIC"}}); }

  bool Run(const std::vector<CatalogCommand>& commands) {
    const CatalogView& base = latest();
    CatalogDraft& draft = drafts_.emplace_back(base, base.version().Next(), HybridTimestamp(1, 0));
    const bool planned = PlanBatch(commands, base, draft, Policy::kRelaxed).ok();
    if (!planned) drafts_.pop_back();
    return planned;
  }

  const CatalogView& latest() const {
    if (drafts_.empty()) return empty_;
    return drafts_.back();
  }

 private:
  const EmptyCatalog empty_;
  std::deque<CatalogDraft> drafts_;
};

bool IsShown(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (!object.has_name()) return false;
  const ObjectKind kind = object.kind();
  const bool is_made =
      kind == ObjectKind::kTable || kind == ObjectKind::kIndex || FindKind(kind) != nullptr;
  const ObjectId parent = object.parent();
  return is_made && (parent == kNoObject || catalog.Find(parent).name() == "PUBLIC");
}

// What makes the tables, their indexes, and what is configured, of PUBLIC and the root.
std::vector<std::string> Shown(const CatalogView& catalog) {
  std::vector<std::string> shown;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (!IsShown(catalog, object)) return;
    const auto sql = ToSql(catalog, object);
    if (sql.ok()) shown.push_back(*sql);
  });
  return shown;
}

// Not everything that can be reached can be made at once: a default may be left that
// only a key column takes. But all of it reads.
void ShowAndReadBack(const CatalogView& catalog) {
  const std::vector<std::string> shown = Shown(catalog);
  Catalogs again;
  bool all = true;
  for (const std::string& sql : shown) {
    const Parsed parsed = Parse(sql);
    Require(parsed.ok() && parsed->size() == 1);
    all &= again.Run(std::get<Write>(parsed->front().what).commands);
  }
  if (all) Require(Shown(again.latest()) == shown);
}

void Check(std::string_view sql) {
  const Parsed parsed = Parse(sql);
  Require(SameText(parsed, ParseInBytes(sql)));
  if (!parsed.ok()) return;
  Catalogs catalogs;
  for (const Statement& statement : *parsed) {
    const Parsed alone = Parse(statement.text);
    Require(alone.ok() && alone->size() == 1 && alone->front().text == statement.text);
    if (const auto* write = std::get_if<Write>(&statement.what)) catalogs.Run(write->commands);
  }
  ShowAndReadBack(catalogs.latest());
}

}  // namespace
}  // namespace annals::ddl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::ddl::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
