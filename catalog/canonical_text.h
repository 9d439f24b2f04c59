#pragma once

// A catalog as text that can be compared: `lines`, for people and other programs,
// and `state`, a digest of every byte. Pure; any thread.

#include <string>
#include <string_view>

#include "annals/catalog/catalog_view.h"

namespace annals {

// `name` as it is if it is a plain word, [A-Za-z_][A-Za-z0-9_$]*, else in double
// quotes, with " doubled and escapes for what cannot be seen: U&"a\200Bb".
std::string CanonicalName(std::string_view name);

// The type of a column in SQL words: VARCHAR(20), TIMESTAMP(6) WITH LOCAL TIME ZONE.
std::string SqlType(const ColumnDescriptor& column);
std::string SqlType(const Column& column);
// A constant default as an SQL literal, a function's name, or "" for none.
std::string SqlDefault(const DefaultValue& value);

// The portable canonical text: one line an object or column, sorted bytewise, each
// ended by a line feed (docs/canonical_text.md):
//
//   schema S
//   table S.T pk=C1,C2
//   column S.T.C pos=1 INTEGER not_null default=0
//   index S.I on=T unique=true cols=C1 asc nulls_last
//   connection S.C type=kafka option.broker='h:9092' option.ssh-tunnel=@S.T
//
// Not in it: key indexes, stopping indexes, the schema lines of PUBLIC and SYSTEM,
// and a default zone that CREATE TABLE made and nobody changed.
std::string CanonicalLines(const CatalogView& catalog);

// SHA-256 in hex over the id counter, the default zone, and every object in the
// order of ids: the version and time since which it is so, and its bytes. Equal
// digests mean equal catalogs, whichever way they came about.
std::string StateDigest(const CatalogView& catalog);

}  // namespace annals
