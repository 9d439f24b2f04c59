#include "annals/catalog/object.h"

#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/str_cat.h"
#include "annals/catalog/name_hash_internal.h"
#include "annals/catalog/object_tables_internal.h"
#include "annals/schemas/status.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace annals {
namespace {

using Columns = flatbuffers::Vector<flatbuffers::Offset<fbs::Column>>;

std::string_view View(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

template <typename Id, typename Raw>
std::vector<Id> Ids(const flatbuffers::Vector<Raw>* raw) {
  std::vector<Id> ids;
  if (raw == nullptr) return ids;
  ids.reserve(raw->size());
  for (size_t i = 0; i < raw->size(); ++i) ids.push_back(Id{raw->Get(i)});
  return ids;
}

// The first of `hashes[from..]` that equals `hash`; `count` if there is none.
size_t FindHash(const uint32_t* hashes, size_t from, size_t count, uint32_t hash) {
  size_t i = from;
#if defined(__SSE2__)
  // Compilers do not vectorise a loop with an early exit: eight hashes at a time by hand.
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(hash));
  for (; i + 8 <= count; i += 8) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(hashes + i));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(hashes + i + 4));
    const __m128i equal =
        _mm_packs_epi32(_mm_cmpeq_epi32(low, wanted), _mm_cmpeq_epi32(high, wanted));
    const int mask = _mm_movemask_epi8(equal);
    if (mask != 0) return i + static_cast<size_t>(__builtin_ctz(mask)) / 2;
  }
#endif
  while (i < count && hashes[i] != hash) ++i;
  return i;
}

absl::Status Damaged(std::string_view what) { return MakeError(Reason::DAMAGED, what); }

// What the FlatBuffers verifier cannot know.

// Any longer does not fit into memory's headers; commands allow far less.
constexpr size_t kLongestName = UINT16_MAX;

// Of a table, living and past: what commands allow. The checks below take the square
// of it, so a forged table must not have any number.
constexpr size_t kMostColumnRecords = 10'000;

bool IsName(const flatbuffers::String* name) {
  return name != nullptr && name->size() > 0 && name->size() <= kLongestName;
}

absl::Status CheckColumn(const fbs::Column* column) {
  if (column == nullptr || !IsName(column->name())) return Damaged("a column has no name");
  if (EnumNameTypeId(column->type())[0] == '\0' || column->type() == fbs::TypeId::Null) {
    return Damaged(absl::StrCat("column \"", ToAbsl(View(column->name())), "\" has type number ",
                                static_cast<int>(column->type()), ", which does not exist"));
  }
  if (column->default_kind() > fbs::DefaultKind::MAX ||
      EnumNameTypeId(column->default_type())[0] == '\0') {
    return Damaged(absl::StrCat("column \"", ToAbsl(View(column->name())), "\" has a bad default"));
  }
  // Of a constant, no text is the empty text: an empty string is packed as none.
  if (column->default_kind() == fbs::DefaultKind::Function && column->default_text() == nullptr) {
    return Damaged(
        absl::StrCat("column \"", ToAbsl(View(column->name())), "\" has a default without text"));
  }
  return absl::OkStatus();
}

absl::Status CheckColumns(const Columns* columns) {
  if (columns == nullptr) return absl::OkStatus();
  for (const fbs::Column* column : *columns) ANNALS_RETURN_IF_ERROR(CheckColumn(column));
  return absl::OkStatus();
}

// Whether a record of a column or key lived, or lives, within `version`.
template <typename Record>
bool LifeIsWhole(const Record& record, uint32_t version, bool living) {
  if (record.since() == 0 || record.since() > version) return false;
  return living ? record.until() == 0
                : record.since() < record.until() && record.until() <= version;
}

absl::Status CheckLives(const fbs::TableBody& table) {
  const uint32_t version = table.table_version();
  if (version == 0) return Damaged("a table has version 0");
  for (const bool living : {true, false}) {
    const Columns* columns = living ? table.columns() : table.past_columns();
    if (columns == nullptr) continue;
    for (const fbs::Column* column : *columns) {
      if (!LifeIsWhole(*column, version, living) || column->column_id() >= table.next_column_id()) {
        return Damaged(absl::StrCat(
            "column \"", ToAbsl(View(column->name())), "\" with id ", column->column_id(),
            " lives from table version ", column->since(), " until ", column->until(),
            ", which cannot be at version ", version, " with next id ", table.next_column_id()));
      }
    }
  }
  if (table.key() == nullptr) return Damaged("a table has no key record");
  bool whole = LifeIsWhole(*table.key(), version, true);
  if (table.past_keys() != nullptr) {
    for (const fbs::Key* key : *table.past_keys()) {
      whole = whole && key != nullptr && LifeIsWhole(*key, version, false);
    }
  }
  return whole ? absl::OkStatus() : Damaged("a table has a key record of a life that cannot be");
}

bool HasColumn(const Columns* columns, uint16_t id) {
  return columns != nullptr && std::any_of(columns->begin(), columns->end(),
                                           [&](auto* c) { return c->column_id() == id; });
}

size_t SizeOf(const Columns* columns) { return columns == nullptr ? 0 : columns->size(); }

absl::Status CheckTable(const fbs::TableBody& table) {
  const size_t records = SizeOf(table.columns()) + SizeOf(table.past_columns());
  if (records > kMostColumnRecords) {
    return Damaged(absl::StrCat("a table has ", records, " records of columns, expected at most ",
                                kMostColumnRecords));
  }
  ANNALS_RETURN_IF_ERROR(CheckColumns(table.columns()));
  ANNALS_RETURN_IF_ERROR(CheckColumns(table.past_columns()));
  const size_t count = SizeOf(table.columns());
  const size_t hashes = table.name_hashes() == nullptr ? 0 : table.name_hashes()->size();
  if (count != hashes) {
    return Damaged(absl::StrCat("a table has ", count, " columns and ", hashes, " name hashes"));
  }
  for (size_t i = 0; i < count; ++i) {
    const fbs::Column* column = table.columns()->Get(i);
    if (ColumnNameHash(View(column->name())) != table.name_hashes()->Get(i)) {
      return Damaged(
          absl::StrCat("the name hash of column \"", ToAbsl(View(column->name())), "\" is wrong"));
    }
    const uint32_t* all = table.name_hashes()->data();
    for (size_t j = FindHash(all, i + 1, count, all[i]); j < count;
         j = FindHash(all, j + 1, count, all[i])) {
      if (View(table.columns()->Get(j)->name()) == View(column->name())) {
        return Damaged(
            absl::StrCat("two columns have the name \"", ToAbsl(View(column->name())), "\""));
      }
    }
    if (i > 0 && column->column_id() <= table.columns()->Get(i - 1)->column_id()) {
      return Damaged("the columns of a table are not in the order of their ids");
    }
  }
  ANNALS_RETURN_IF_ERROR(CheckLives(table));
  for (const auto* list : {table.key()->columns(), table.key()->colocation()}) {
    if (list == nullptr) continue;
    for (uint16_t id : *list) {
      if (!HasColumn(table.columns(), id))
        return Damaged(absl::StrCat("the key names column id ", id, ", which is gone"));
    }
  }
  const bool has_key = table.key()->columns() != nullptr && table.key()->columns()->size() > 0;
  if (has_key != (table.key_index_id() != kNoObject.value)) {
    return Damaged("a table has a primary key or a key index, and not both");
  }
  if (!(table.stale_rows_fraction() >= 0 && table.stale_rows_fraction() <= 1)) {
    return Damaged(
        absl::StrCat("a fraction of ", table.stale_rows_fraction(), " stale rows cannot be"));
  }
  if (table.min_stale_rows_count() < 0) {
    return Damaged(absl::StrCat("a table has ", table.min_stale_rows_count(),
                                " as its least count of stale rows"));
  }
  return absl::OkStatus();
}

absl::Status CheckIndex(const fbs::IndexBody& index) {
  if (index.index_kind() == fbs::IndexKind::None || index.index_kind() > fbs::IndexKind::MAX) {
    return Damaged("an index has no kind");
  }
  if (index.status() == fbs::IndexStatus::None || index.status() > fbs::IndexStatus::MAX) {
    return Damaged("an index has no status");
  }
  if (index.columns() == nullptr || index.columns()->size() == 0) {
    return Damaged("an index has no columns");
  }
  for (const auto* column : *index.columns()) {
    if (column == nullptr) return Damaged("an index has an empty column");
  }
  return absl::OkStatus();
}

absl::Status CheckZone(const fbs::ZoneBody& zone) {
  if (zone.consistency() == fbs::ConsistencyMode::None ||
      zone.consistency() > fbs::ConsistencyMode::MAX) {
    return Damaged("a zone has no consistency mode");
  }
  if (zone.profiles() == nullptr || zone.profiles()->size() == 0) {
    return Damaged("a zone has no storage profile");
  }
  for (const auto* profile : *zone.profiles()) {
    if (profile == nullptr) return Damaged("a zone has an empty storage profile");
  }
  return absl::OkStatus();
}

absl::Status CheckSystemView(const fbs::SystemViewBody& view) {
  if (view.view_kind() == fbs::ViewKind::None || view.view_kind() > fbs::ViewKind::MAX) {
    return Damaged("a system view has no kind");
  }
  return CheckColumns(view.columns());
}

using Options = flatbuffers::Vector<flatbuffers::Offset<fbs::Option>>;

absl::Status CheckOptions(const Options* options) {
  if (options == nullptr) return absl::OkStatus();
  std::optional<std::string_view> before;
  for (const fbs::Option* option : *options) {
    if (option == nullptr || option->key() == nullptr) return Damaged("an option has no key");
    const std::string_view key = View(option->key());
    if (before && key <= *before) return Damaged("options are not in the order of their keys");
    if (option->ref() != kNoObject.value && option->value() != nullptr) {
      return Damaged(absl::StrCat("option \"", ToAbsl(key), "\" is a value and a reference"));
    }
    before = key;
  }
  return absl::OkStatus();
}

// What a configured object refers to is what its options say, and nothing else.
absl::Status CheckOptionRefs(const fbs::Object& object, const Options* options) {
  std::set<uint32_t> refs;
  if (options != nullptr) {
    for (const fbs::Option* option : *options) {
      if (option->ref() != kNoObject.value) refs.insert(option->ref());
    }
  }
  const bool none = object.refs() == nullptr || object.refs()->size() == 0;
  if (none ? refs.empty()
           : std::equal(refs.begin(), refs.end(), object.refs()->begin(), object.refs()->end())) {
    return absl::OkStatus();
  }
  return Damaged("what it refers to is not what its options say");
}

absl::Status CheckConfigured(const fbs::Object& object, const fbs::ConfiguredBody& body) {
  ANNALS_RETURN_IF_ERROR(CheckOptions(body.options()));
  ANNALS_RETURN_IF_ERROR(CheckOptions(body.labels()));
  ANNALS_RETURN_IF_ERROR(CheckOptionRefs(object, body.options()));
  return CheckColumns(body.columns());
}

fbs::Body BodyOf(fbs::ObjectKind kind) {
  switch (kind) {
    case fbs::ObjectKind::Schema:
      return fbs::Body::SchemaBody;
    case fbs::ObjectKind::Table:
      return fbs::Body::TableBody;
    case fbs::ObjectKind::Index:
      return fbs::Body::IndexBody;
    case fbs::ObjectKind::Zone:
      return fbs::Body::ZoneBody;
    case fbs::ObjectKind::SystemView:
      return fbs::Body::SystemViewBody;
    case fbs::ObjectKind::Catalog:
    case fbs::ObjectKind::Connection:
    case fbs::ObjectKind::Secret:
    case fbs::ObjectKind::Source:
    case fbs::ObjectKind::Sink:
      return fbs::Body::ConfiguredBody;
    case fbs::ObjectKind::None:
      break;
  }
  if (IsHostKind(static_cast<ObjectKind>(kind))) return fbs::Body::ConfiguredBody;
  return fbs::Body::NONE;
}

// What all kinds have in common. REQUIRES: the kind exists.
absl::Status CheckHeader(const fbs::Object& object) {
  if (object.id() >= NameScope::kFirstOfRoot) return Damaged("its id is out of range");
  if (!IsName(object.name())) return Damaged("it has no name");
  if (object.parent() != kNoObject.value && object.parent() >= NameScope::kFirstOfRoot) {
    return Damaged("the id of what it lives in is out of range");
  }
  const bool in_schema = object.parent() != kNoObject.value;
  const fbs::ObjectKind kind = object.kind();
  const bool at_root = kind == fbs::ObjectKind::Schema || kind == fbs::ObjectKind::Zone;
  const bool inside = kind == fbs::ObjectKind::Table || kind == fbs::ObjectKind::Index ||
                      kind == fbs::ObjectKind::SystemView;
  if (in_schema ? at_root : inside) {
    return Damaged(inside ? "it lives in no schema" : "it cannot live in a schema");
  }
  const auto* refs = object.refs();
  if (refs != nullptr &&
      std::adjacent_find(refs->begin(), refs->end(), std::greater_equal<>()) != refs->end()) {
    return Damaged("what it refers to is not in the order of ids");
  }
  return absl::OkStatus();
}

absl::Status CheckBody(const fbs::Object& object) {
  switch (object.body_type()) {
    case fbs::Body::TableBody:
      return CheckTable(*object.body_as_TableBody());
    case fbs::Body::IndexBody:
      return CheckIndex(*object.body_as_IndexBody());
    case fbs::Body::ZoneBody:
      return CheckZone(*object.body_as_ZoneBody());
    case fbs::Body::SystemViewBody:
      return CheckSystemView(*object.body_as_SystemViewBody());
    case fbs::Body::ConfiguredBody:
      return CheckConfigured(object, *object.body_as_ConfiguredBody());
    case fbs::Body::SchemaBody:
    case fbs::Body::NONE:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

NameScope NameScope::Of(ObjectKind kind, ObjectId parent) {
  if (parent != kNoObject) return In(parent);
  return {kFirstOfRoot | static_cast<uint32_t>(kind)};
}

// The verifier is made of hundreds of functions of a few instructions each.
[[gnu::flatten]] static bool IsWhole(std::string_view bytes) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return verifier.VerifyBuffer<fbs::Object>();
}

absl::Status CheckObject(std::string_view bytes) {
  if (!IsWhole(bytes)) return Damaged("the object is no whole FlatBuffer");
  return CheckVerifiedObject(bytes);
}

absl::Status CheckVerifiedObject(std::string_view bytes) {
  const fbs::Object& object = *flatbuffers::GetRoot<fbs::Object>(bytes.data());
  const fbs::Body body = BodyOf(object.kind());
  if (body == fbs::Body::NONE) {
    return Damaged(absl::StrCat("object ", object.id(), " has kind number ",
                                static_cast<int>(object.kind()), ", which does not exist"));
  }
  if (object.body_type() != body || object.body() == nullptr) {
    return Damaged(absl::StrCat("object ", object.id(), " has a body that is not of its kind"));
  }
  absl::Status status = CheckHeader(object);
  if (status.ok()) status = CheckBody(object);
  return status.ok() ? status
                     : WithContext(status, absl::StrCat("object ", object.id(), " (\"",
                                                        ToAbsl(View(object.name())), "\")"));
}

namespace {

const fbs::Object& RootOf(const ObjectDescriptor& object) {
  return *flatbuffers::GetRoot<fbs::Object>(object.bytes().data());
}

uint32_t OffsetIn(std::string_view bytes, const void* part) {
  return static_cast<uint32_t>(static_cast<const char*>(part) - bytes.data());
}

bool HasName(const fbs::Object& object) {
  const fbs::IndexBody* index = object.body_as_IndexBody();
  return index == nullptr || index->status() != fbs::IndexStatus::Stopping;
}

}  // namespace

ObjectDescriptor::ObjectDescriptor(std::string_view bytes, CatalogVersion from,
                                   HybridTimestamp updated_at)
    : data_(bytes.data()),
      from_(from),
      updated_at_(updated_at),
      size_(static_cast<uint32_t>(bytes.size())) {
  const fbs::Object& object = RootOf(*this);
  id_ = {object.id()};
  kind_ = static_cast<ObjectKind>(object.kind());
  scope_ = NameScope::Of(kind_, {object.parent()});
  name_offset_ = OffsetIn(bytes, object.name()->data());
  name_size_ = static_cast<uint16_t>(object.name()->size());
  body_offset_ = OffsetIn(bytes, object.body());
  has_name_ = HasName(object);
}

std::string_view ObjectDescriptor::comment() const { return View(RootOf(*this).comment()); }

absl::InlinedVector<ObjectId, 4> ObjectDescriptor::refs() const {
  absl::InlinedVector<ObjectId, 4> ids;
  const auto* refs = RootOf(*this).refs();
  if (refs == nullptr) return ids;
  for (uint32_t id : *refs) ids.push_back({id});
  return ids;
}

bool ObjectDescriptor::RefersTo(ObjectId id) const {
  const auto* refs = RootOf(*this).refs();
  return refs != nullptr && std::binary_search(refs->begin(), refs->end(), id.value);
}

ColumnId ColumnDescriptor::id() const { return {column_->column_id()}; }
std::string_view ColumnDescriptor::name() const { return View(column_->name()); }
TypeId ColumnDescriptor::type() const { return static_cast<TypeId>(column_->type()); }
bool ColumnDescriptor::nullable() const { return column_->nullable(); }
uint32_t ColumnDescriptor::precision() const { return column_->precision(); }
uint32_t ColumnDescriptor::scale() const { return column_->scale(); }
uint32_t ColumnDescriptor::length() const { return column_->length(); }
bool ColumnDescriptor::length_given() const { return column_->length_given(); }
uint32_t ColumnDescriptor::since() const { return column_->since(); }
uint32_t ColumnDescriptor::until() const { return column_->until(); }

DefaultValue ColumnDescriptor::default_value() const {
  return {static_cast<DefaultValue::Kind>(column_->default_kind()),
          static_cast<TypeId>(column_->default_type()), std::string(View(column_->default_text()))};
}

Column ColumnDescriptor::ToColumn() const {
  return {id(),     std::string(name()), type(),          nullable(), precision(), scale(),
          length(), length_given(),      default_value(), since(),    until()};
}

ColumnList::ColumnList(const void* vector)
    : vector_(vector), size_(vector == nullptr ? 0 : static_cast<const Columns*>(vector)->size()) {}

ColumnDescriptor ColumnList::operator[](size_t i) const {
  return ColumnDescriptor(
      static_cast<const Columns*>(vector_)->Get(static_cast<flatbuffers::uoffset_t>(i)));
}

ObjectId TableDescriptor::zone_id() const { return {body_->zone_id()}; }
uint32_t TableDescriptor::table_version() const { return body_->table_version(); }
ColumnId TableDescriptor::next_column_id() const { return {body_->next_column_id()}; }
ColumnList TableDescriptor::columns() const { return ColumnList(body_->columns()); }
ColumnList TableDescriptor::past_columns() const { return ColumnList(body_->past_columns()); }

std::optional<ColumnDescriptor> TableDescriptor::FindColumn(std::string_view name) const {
  const auto* hashes = body_->name_hashes();
  if (hashes == nullptr) return std::nullopt;
  const uint32_t hash = ColumnNameHash(name);
  const size_t count = hashes->size();
  for (size_t i = FindHash(hashes->data(), 0, count, hash); i < count;
       i = FindHash(hashes->data(), i + 1, count, hash)) {
    const ColumnDescriptor column(body_->columns()->Get(static_cast<flatbuffers::uoffset_t>(i)));
    if (column.name() == name) return column;
  }
  return std::nullopt;
}

std::optional<ColumnDescriptor> TableDescriptor::FindColumn(ColumnId id) const {
  for (const ColumnDescriptor column : columns()) {
    if (column.id() == id) return column;
  }
  return std::nullopt;
}

std::vector<ColumnDescriptor> TableDescriptor::ColumnsAt(uint32_t version) const {
  std::vector<ColumnDescriptor> found;
  for (const ColumnList& list : {columns(), past_columns()}) {
    for (const ColumnDescriptor column : list) {
      if (column.since() <= version && (column.until() == 0 || version < column.until())) {
        found.push_back(column);
      }
    }
  }
  std::sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.id() < b.id(); });
  if (version == 0 || version > table_version()) found.clear();
  return found;
}

std::optional<ColumnDescriptor> TableDescriptor::FindColumnEver(ColumnId id) const {
  if (auto column = FindColumn(id)) return column;
  std::optional<ColumnDescriptor> last;
  for (const ColumnDescriptor column : past_columns()) {
    if (column.id() == id) last.emplace(column);
  }
  return last;
}

std::vector<ColumnId> TableDescriptor::primary_key() const {
  return Ids<ColumnId>(body_->key()->columns());
}
std::vector<ColumnId> TableDescriptor::colocation() const {
  return Ids<ColumnId>(body_->key()->colocation());
}
bool TableDescriptor::IsKeyColumn(ColumnId id) const {
  const auto* key = body_->key()->columns();
  return key != nullptr && std::find(key->begin(), key->end(), id.value) != key->end();
}
ObjectId TableDescriptor::key_index_id() const { return {body_->key_index_id()}; }
std::string_view TableDescriptor::storage_profile() const { return View(body_->profile()); }
double TableDescriptor::stale_rows_fraction() const { return body_->stale_rows_fraction(); }
int64_t TableDescriptor::min_stale_rows_count() const { return body_->min_stale_rows_count(); }

ObjectId IndexDescriptor::table_id() const { return {body_->table_id()}; }
IndexKind IndexDescriptor::index_kind() const {
  return static_cast<IndexKind>(body_->index_kind());
}
IndexStatus IndexDescriptor::status() const { return static_cast<IndexStatus>(body_->status()); }
bool IndexDescriptor::unique() const { return body_->unique(); }
bool IndexDescriptor::automatic_name() const { return body_->automatic_name(); }
bool IndexDescriptor::created_with_table() const { return body_->created_with_table(); }

std::vector<IndexColumn> IndexDescriptor::columns() const {
  std::vector<IndexColumn> columns;
  columns.reserve(body_->columns()->size());
  for (const auto* column : *body_->columns()) {
    columns.push_back({{column->column_id()}, {column->descending(), column->nulls_first()}});
  }
  return columns;
}

uint32_t ZoneDescriptor::partitions() const { return body_->partitions(); }
uint32_t ZoneDescriptor::replicas() const { return body_->replicas(); }
uint32_t ZoneDescriptor::quorum_size() const { return body_->quorum_size(); }
uint32_t ZoneDescriptor::auto_scale_up_s() const { return body_->auto_scale_up_s(); }
uint32_t ZoneDescriptor::auto_scale_down_s() const { return body_->auto_scale_down_s(); }
std::string_view ZoneDescriptor::filter() const { return View(body_->filter()); }
ConsistencyMode ZoneDescriptor::consistency() const {
  return static_cast<ConsistencyMode>(body_->consistency());
}
bool ZoneDescriptor::automatic() const { return body_->automatic(); }

std::vector<std::string_view> ZoneDescriptor::storage_profiles() const {
  std::vector<std::string_view> profiles;
  for (const auto* profile : *body_->profiles()) profiles.push_back(View(profile));
  return profiles;
}

ColumnList SystemViewDescriptor::columns() const { return ColumnList(body_->columns()); }
ViewKind SystemViewDescriptor::view_kind() const {
  return static_cast<ViewKind>(body_->view_kind());
}

}  // namespace annals
