#pragma once

// What changed from one catalog to another, in words for people. Pure.

#include <span>
#include <string>
#include <vector>

#include "annals/catalog/diff.h"
#include "annals/catalog/update.h"

namespace annals::cli {

// One piece of an object that is there, gone, or another: "column PRICE" from
// "DECIMAL(8,2)" to "DECIMAL(10,2)".
struct PieceChange {
  enum class Kind { kAdded, kRemoved, kChanged, kRenamed };
  Kind kind = Kind::kChanged;
  std::string before_label;  // What it was called; empty if it was added.
  std::string after_label;   // What it is called; empty if it was removed.
  std::string before;
  std::string after;
};

// `changes` without those of key indexes whose tables are among them too, which says
// enough: a key index comes, goes and is mostly renamed with its table.
std::vector<ObjectChange> WithoutFollowers(std::span<const ObjectChange> changes,
                                           const CatalogView& before, const CatalogView& after);

// What changed within an object that is in both catalogs.
std::vector<PieceChange> PiecesOf(const ObjectChange& change, const CatalogView& before,
                                  const CatalogView& after);

// "table PUBLIC.ORDERS"
std::string KindAndName(const CatalogView& catalog, const ObjectDescriptor& object);

// "add column STATE VARCHAR(16)"; "column PRICE: DECIMAL(8,2) -> DECIMAL(10,2)"
std::string PieceText(const PieceChange& piece);

// "create table PUBLIC.ORDERS (4 columns)", "rename table A.B to A.C"
// with the first `pieces` of what was altered.
inline constexpr size_t kFewPieces = 3;
inline constexpr size_t kAllPieces = SIZE_MAX;
std::string ChangeText(const ObjectChange& change, const CatalogView& before,
                       const CatalogView& after, size_t pieces = kFewPieces);

// All but the followers on one line; of many changes the first few: "12 changes: drop
// table A.B, ...". "no changes" if there are none. Control characters are made visible.
std::string SummaryOf(std::span<const ObjectChange> changes, const CatalogView& before,
                      const CatalogView& after);

// The same of a version whose catalogs are not at hand: what its entries tell.
std::string SummaryOf(const std::vector<UpdateEntry>& entries);

// The same for texts of whatever was changed.
std::string SummaryOf(const std::vector<std::string>& changes);

}  // namespace annals::cli
