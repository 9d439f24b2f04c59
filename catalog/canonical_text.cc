#include "annals/catalog/canonical_text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/constant_text.h"
#include "annals/catalog/kind.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals {
namespace {

std::string_view YesNo(bool value) { return value ? "true" : "false"; }

std::string ColumnNames(const TableDescriptor& table, const std::vector<ColumnId>& ids) {
  if (ids.empty()) return "-";
  return absl::StrJoin(ids, ",", [&](std::string* out, ColumnId id) {
    const auto column = table.FindColumn(id);
    absl::StrAppend(out, column ? CanonicalName(column->name()) : "?");
  });
}

// SHOP.ORDERS; of what lives at the root, its name alone.
std::string PathOf(const CatalogView& catalog, const ObjectDescriptor& object) {
  if (!object) return "?";
  const ObjectDescriptor schema = catalog.Find(object.parent());
  return absl::StrCat(schema ? CanonicalName(schema.name()) + "." : "",
                      CanonicalName(object.name()));
}

// The default as equal values are written; what is no value of the type, as it is.
DefaultValue Canonical(const ColumnDescriptor& column) {
  DefaultValue value = column.default_value();
  if (value.kind != DefaultValue::Kind::kConstant || value.type != column.type()) return value;
  if (auto text = CanonicalConstant(value.text, column.ToColumn())) value.text = *std::move(text);
  return value;
}

void AddColumns(const std::string& path, const ColumnList& columns,
                std::vector<std::string>& lines) {
  size_t position = 0;
  for (const ColumnDescriptor column : columns) {
    const std::string value = SqlDefault(Canonical(column));
    lines.push_back(absl::StrCat("column ", path, ".", CanonicalName(column.name()),
                                 " pos=", ++position, " ", SqlType(column),
                                 column.nullable() ? " null" : " not_null",
                                 " default=", value.empty() ? "-" : value));
  }
}

void AddTable(const CatalogView& catalog, const SchemaDescriptor& schema,
              const TableDescriptor& table, std::vector<std::string>& lines) {
  const std::string path =
      absl::StrCat(CanonicalName(schema.name()), ".", CanonicalName(table.name()));
  std::string line = absl::StrCat("table ", path, " pk=", ColumnNames(table, table.primary_key()));
  if (table.zone_id() != catalog.default_zone_id()) {
    const auto zone = catalog.Get<ZoneDescriptor>(table.zone_id());
    absl::StrAppend(&line, " zone=", zone ? CanonicalName(zone->name()) : "?");
  }
  lines.push_back(std::move(line));
  AddColumns(path, table.columns(), lines);
}

void AddIndex(const CatalogView& catalog, const SchemaDescriptor& schema,
              const IndexDescriptor& index, std::vector<std::string>& lines) {
  const auto table = catalog.Get<TableDescriptor>(index.table_id());
  if (!index.alive() || !table || table->key_index_id() == index.id()) return;
  const std::string columns =
      absl::StrJoin(index.columns(), ",", [&](std::string* out, const IndexColumn& one) {
        const auto column = table->FindColumnEver(one.id);
        absl::StrAppend(out, column ? CanonicalName(column->name()) : "?");
        if (index.index_kind() == IndexKind::kHash) return;
        absl::StrAppend(out, one.collation.descending ? " desc" : " asc",
                        one.collation.nulls_first ? " nulls_first" : " nulls_last");
      });
  lines.push_back(absl::StrCat("index ", CanonicalName(schema.name()), ".",
                               CanonicalName(index.name()), " on=", CanonicalName(table->name()),
                               " unique=", ToAbsl(YesNo(index.unique())), " cols=", columns));
}

void AddView(const SchemaDescriptor& schema, const SystemViewDescriptor& view,
             std::vector<std::string>& lines) {
  const std::string path =
      absl::StrCat(CanonicalName(schema.name()), ".", CanonicalName(view.name()));
  lines.push_back(absl::StrCat("view ", path,
                               " kind=", view.view_kind() == ViewKind::kNode ? "node" : "cluster"));
  size_t position = 0;
  for (const ColumnDescriptor column : view.columns()) {
    lines.push_back(absl::StrCat("column ", path, ".", CanonicalName(column.name()),
                                 " pos=", ++position, " ", SqlType(column),
                                 column.nullable() ? " null" : " not_null"));
  }
}

std::string Quoted(std::string_view text) { return QuotedText(text, '\''); }

// 'h1:9092', ***
std::string ShownText(std::string_view value, std::string_view shown) {
  return shown == value ? Quoted(shown) : std::string(shown);
}

// 'h1:9092', @PUBLIC.TUNNEL, ***
std::string OptionText(const CatalogView& catalog, const ConfiguredDescriptor& object,
                       const OptionDescriptor& option) {
  if (option.ref() != kNoObject) return "@" + PathOf(catalog, catalog.Find(option.ref()));
  return ShownText(option.value(), ShownValue(object, option));
}

// Types and the keys of options are words joined by dashes.
std::string KeyText(std::string_view key) {
  std::string word(key);
  std::ranges::replace(word, '-', '_');
  return CanonicalName(word) == word ? std::string(key) : QuotedText(key, '"');
}

void AddConfigured(const CatalogView& catalog, const ConfiguredDescriptor& object,
                   std::vector<std::string>& lines) {
  const std::string path = PathOf(catalog, object);
  std::string line = absl::StrCat(ToAbsl(KindName(object.kind())), " ", path);
  if (!object.type().empty()) absl::StrAppend(&line, " type=", KeyText(object.type()));
  if (object.generation() > 0) absl::StrAppend(&line, " generation=", object.generation());
  if (!object.comment().empty()) absl::StrAppend(&line, " comment=", Quoted(object.comment()));
  for (const OptionDescriptor& option : object.options()) {
    absl::StrAppend(&line, " option.", KeyText(option.key()), "=",
                    OptionText(catalog, object, option));
  }
  for (const OptionDescriptor& label : object.labels()) {
    absl::StrAppend(&line, " label.", KeyText(label.key()), "=",
                    ShownText(label.value(), ShownLabel(label.key(), label.value())));
  }
  lines.push_back(std::move(line));
  AddColumns(path, object.columns(), lines);
}

void AddSchema(const CatalogView& catalog, const SchemaDescriptor& schema,
               std::vector<std::string>& lines) {
  if (schema.name() != kPublicSchema && schema.name() != kSystemSchema) {
    lines.push_back(absl::StrCat("schema ", CanonicalName(schema.name())));
  }
  catalog.ForEachChild(schema.id(), [&](const ObjectDescriptor& object) {
    if (auto table = As<TableDescriptor>(object)) AddTable(catalog, schema, *table, lines);
    if (auto index = As<IndexDescriptor>(object)) AddIndex(catalog, schema, *index, lines);
    if (auto view = As<SystemViewDescriptor>(object)) AddView(schema, *view, lines);
    if (auto other = As<ConfiguredDescriptor>(object)) AddConfigured(catalog, *other, lines);
  });
}

void AddZone(const CatalogView& catalog, const ZoneDescriptor& zone,
             std::vector<std::string>& lines) {
  if (zone.automatic() && zone.id() == catalog.default_zone_id()) return;
  const std::string profiles =
      absl::StrJoin(zone.storage_profiles(), ",",
                    [](std::string* out, std::string_view one) { *out += CanonicalName(one); });
  lines.push_back(absl::StrCat(
      "zone ", CanonicalName(zone.name()), " partitions=", zone.partitions(),
      " replicas=", zone.replicas(), " quorum=", zone.quorum_size(),
      " scale_up=", zone.auto_scale_up_s(), " scale_down=", zone.auto_scale_down_s(),
      " filter=", CanonicalName(zone.filter()), " profiles=", profiles, " consistency=",
      zone.consistency() == ConsistencyMode::kStrong ? "strong" : "high_availability",
      " default=", ToAbsl(YesNo(zone.id() == catalog.default_zone_id()))));
}

// --- The digest.

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void Add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  // Little-endian on every machine.
  void Add(uint64_t number) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
    Add(bytes);
  }
  std::string Hex() {
    std::string hash(32, '\0');
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr);
    return absl::BytesToHexString(hash);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string WithPrecision(std::string_view name, uint32_t precision) {
  return absl::StrCat(ToAbsl(name), "(", precision, ")");
}

std::string WithLength(std::string_view name, const Column& column) {
  return column.length_given ? WithPrecision(name, column.length) : std::string(name);
}

// What is no value of its type may be any text.
std::string Bare(std::string_view text) {
  return HasUnseen(text) ? Quoted(text) : std::string(text);
}

}  // namespace

std::string CanonicalName(std::string_view name) {
  const auto plain = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '$'; };
  const bool bare = !name.empty() && !absl::ascii_isdigit(name[0]) && name[0] != '$' &&
                    std::all_of(name.begin(), name.end(), plain);
  if (bare) return std::string(name);
  return QuotedText(name, '"');
}

std::string SqlType(const Column& column) {
  switch (column.type) {
    case TypeId::kBoolean:
      return "BOOLEAN";
    case TypeId::kInt8:
      return "TINYINT";
    case TypeId::kInt16:
      return "SMALLINT";
    case TypeId::kInt32:
      return "INTEGER";
    case TypeId::kInt64:
      return "BIGINT";
    case TypeId::kFloat:
      return "REAL";
    case TypeId::kDouble:
      return "DOUBLE";
    case TypeId::kDecimal:
      return absl::StrCat("DECIMAL(", column.precision, ",", column.scale, ")");
    case TypeId::kDate:
      return "DATE";
    case TypeId::kTime:
      return WithPrecision("TIME", column.precision);
    case TypeId::kDatetime:
      return WithPrecision("TIMESTAMP", column.precision);
    case TypeId::kTimestamp:
      return absl::StrCat("TIMESTAMP(", column.precision, ") WITH LOCAL TIME ZONE");
    case TypeId::kUuid:
      return "UUID";
    case TypeId::kString:
      return WithLength("VARCHAR", column);
    case TypeId::kByteArray:
      return WithLength("VARBINARY", column);
    case TypeId::kPeriod:
      return WithPrecision("PERIOD", column.precision);
    case TypeId::kDuration:
      return WithPrecision("DURATION", column.precision);
    case TypeId::kStruct:
      return "STRUCT";
    case TypeId::kNull:
      break;
  }
  return "NULL";
}

std::string SqlType(const ColumnDescriptor& column) { return SqlType(column.ToColumn()); }

std::string SqlDefault(const DefaultValue& value) {
  if (value.kind == DefaultValue::Kind::kNone) return "";
  if (value.kind == DefaultValue::Kind::kFunction) return Bare(value.text);
  switch (value.type) {
    case TypeId::kBoolean:
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kDecimal:
      return Bare(value.text);
    case TypeId::kByteArray:
      return absl::StrCat("X", Quoted(value.text));
    default:
      return Quoted(value.text);
  }
}

std::string CanonicalLines(const CatalogView& catalog) {
  std::vector<std::string> lines;
  for (const SchemaDescriptor& schema : catalog.Schemas()) AddSchema(catalog, schema, lines);
  for (const ZoneDescriptor& zone : catalog.Zones()) AddZone(catalog, zone, lines);
  catalog.ForEachChild(kNoObject, [&](const ObjectDescriptor& object) {
    if (auto other = As<ConfiguredDescriptor>(object)) AddConfigured(catalog, *other, lines);
  });
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

std::string StateDigest(const CatalogView& catalog) {
  Digest digest;
  digest.Add(catalog.next_object_id().value);
  digest.Add(catalog.default_zone_id().value);
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    digest.Add(object.from().value);
    digest.Add(object.updated_at().raw());
    digest.Add(object.bytes().size());
    digest.Add(object.bytes());
  });
  return digest.Hex();
}

}  // namespace annals
