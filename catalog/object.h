#pragma once

// Descriptors: typed views of an object's bytes. An object is one immutable
// FlatBuffer (schemas/object.fbs); memory, log and snapshot hold the same bytes,
// and a descriptor reads them in place.
//
// A descriptor is a small value and owns nothing: it is valid as long as the
// Catalog (or draft) that gave it. Any thread may use it.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "annals/catalog/types.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

namespace fbs {
struct Column;
struct Key;
struct TableBody;
struct IndexBody;
struct ZoneBody;
struct SystemViewBody;
}  // namespace fbs

// Where a name must be unique: all kinds that live in a schema share the schema's
// scope, each kind at the root has one of its own.
struct NameScope {
  // Ids this high are never given, so the root's scopes cannot be mistaken for a schema's.
  static constexpr uint32_t kFirstOfRoot = 0xFFFFFF00;

  uint32_t value = 0;

  static NameScope Of(ObjectKind kind, ObjectId parent);
  static NameScope Root(ObjectKind kind) { return Of(kind, kNoObject); }
  static NameScope In(ObjectId schema) { return {schema.value}; }
  ObjectId parent() const { return value < kFirstOfRoot ? ObjectId{value} : kNoObject; }

  friend constexpr auto operator<=>(NameScope, NameScope) = default;
  template <typename H>
  friend H AbslHashValue(H state, NameScope scope) {
    return H::combine(std::move(state), scope.value);
  }
};

// Any object. What all kinds have is read from the bytes once, and carried along: a
// look-up need not look into them.
class ObjectDescriptor {
 public:
  ObjectDescriptor() = default;  // No object.
  // `bytes` has been checked by CheckObject and lies 8-byte aligned.
  ObjectDescriptor(std::string_view bytes, CatalogVersion from, HybridTimestamp updated_at);

  explicit operator bool() const { return data_ != nullptr; }

  ObjectId id() const { return id_; }
  ObjectKind kind() const { return kind_; }
  std::string_view name() const { return {data_ + name_offset_, name_size_}; }
  ObjectId parent() const { return scope_.parent(); }  // kNoObject at the root.
  std::string_view comment() const;
  absl::InlinedVector<ObjectId, 4> refs() const;  // What it depends on, ascending.
  bool RefersTo(ObjectId id) const;

  NameScope scope() const { return scope_; }
  // Whether look-ups by name find it: a stopping index has given its name back.
  bool has_name() const { return has_name_; }

  // The version that made the object what it is, and that version's timestamp.
  CatalogVersion from() const { return from_; }
  HybridTimestamp updated_at() const { return updated_at_; }

  std::string_view bytes() const { return {data_, size_}; }

 protected:
  // REQUIRES: the kind is the one whose body this is.
  template <typename Body>
  const Body* body() const {
    return reinterpret_cast<const Body*>(data_ + body_offset_);
  }

 private:
  const char* data_ = nullptr;
  CatalogVersion from_;
  HybridTimestamp updated_at_;
  uint32_t size_ = 0;  // Of the bytes.
  ObjectId id_;
  NameScope scope_;
  uint32_t name_offset_ = 0;  // In the bytes; so is the body's.
  uint32_t body_offset_ = 0;
  uint16_t name_size_ = 0;
  ObjectKind kind_{};
  bool has_name_ = false;
};

// Checks bytes from outside: the FlatBuffers verifier, and what it cannot know
// (body present and fitting the kind, enums and ids in range, hashes right).
//   DAMAGED  says what is wrong
absl::Status CheckObject(std::string_view bytes);

// One life of a column of a table or view.
class ColumnDescriptor {
 public:
  explicit ColumnDescriptor(const fbs::Column* column) : column_(column) {}

  ColumnId id() const;
  std::string_view name() const;
  TypeId type() const;
  bool nullable() const;
  uint32_t precision() const;
  uint32_t scale() const;
  uint32_t length() const;
  bool length_given() const;
  DefaultValue default_value() const;
  uint32_t since() const;
  uint32_t until() const;

  Column ToColumn() const;

 private:
  const fbs::Column* column_;
};

// A list of columns in place; iterates in table order.
class ColumnList {
 public:
  class Iterator {
   public:
    using value_type = ColumnDescriptor;
    using difference_type = std::ptrdiff_t;
    Iterator(const ColumnList* list, size_t at) : list_(list), at_(at) {}
    ColumnDescriptor operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const ColumnList* list_;
    size_t at_;
  };

  // `vector` is the object's FlatBuffers vector of columns, or null.
  explicit ColumnList(const void* vector);
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ColumnDescriptor operator[](size_t i) const;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

 private:
  const void* vector_;
  size_t size_;
};

class SchemaDescriptor : public ObjectDescriptor {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kSchema;
  explicit SchemaDescriptor(const ObjectDescriptor& object) : ObjectDescriptor(object) {}
};

class TableDescriptor : public ObjectDescriptor {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kTable;
  explicit TableDescriptor(const ObjectDescriptor& object)
      : ObjectDescriptor(object), body_(body<fbs::TableBody>()) {}

  ObjectId schema_id() const { return parent(); }
  ObjectId zone_id() const;
  uint32_t table_version() const;   // 1 at first; grows with each change of columns or key.
  ColumnId next_column_id() const;  // What the next new column gets.

  ColumnList columns() const;       // The living, in table order.
  ColumnList past_columns() const;  // The closed ones, in the order of closing.
  std::optional<ColumnDescriptor> FindColumn(std::string_view name) const;
  std::optional<ColumnDescriptor> FindColumn(ColumnId id) const;
  // The columns as of an earlier table version, by column id; empty if there was no such version.
  std::vector<ColumnDescriptor> ColumnsAt(uint32_t table_version) const;
  // A column's last life, also if it was dropped: for indexes that are stopping.
  std::optional<ColumnDescriptor> FindColumnEver(ColumnId id) const;

  std::vector<ColumnId> primary_key() const;  // In key order; empty if there is none.
  std::vector<ColumnId> colocation() const;
  bool IsKeyColumn(ColumnId id) const;
  ObjectId key_index_id() const;  // kNoObject without a primary key.

  std::string_view storage_profile() const;
  double stale_rows_fraction() const;
  int64_t min_stale_rows_count() const;

 private:
  const fbs::TableBody* body_;
};

class IndexDescriptor : public ObjectDescriptor {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kIndex;
  explicit IndexDescriptor(const ObjectDescriptor& object)
      : ObjectDescriptor(object), body_(body<fbs::IndexBody>()) {}

  ObjectId schema_id() const { return parent(); }
  ObjectId table_id() const;
  IndexKind index_kind() const;
  IndexStatus status() const;
  bool alive() const { return status() != IndexStatus::kStopping; }
  bool unique() const;
  bool automatic_name() const;
  bool created_with_table() const;
  std::vector<IndexColumn> columns() const;

 private:
  const fbs::IndexBody* body_;
};

class ZoneDescriptor : public ObjectDescriptor {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kZone;
  explicit ZoneDescriptor(const ObjectDescriptor& object)
      : ObjectDescriptor(object), body_(body<fbs::ZoneBody>()) {}

  uint32_t partitions() const;
  uint32_t replicas() const;
  uint32_t quorum_size() const;
  uint32_t auto_scale_up_s() const;
  uint32_t auto_scale_down_s() const;
  std::string_view filter() const;
  std::vector<std::string_view> storage_profiles() const;
  ConsistencyMode consistency() const;
  bool automatic() const;

 private:
  const fbs::ZoneBody* body_;
};

class SystemViewDescriptor : public ObjectDescriptor {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kSystemView;
  explicit SystemViewDescriptor(const ObjectDescriptor& object)
      : ObjectDescriptor(object), body_(body<fbs::SystemViewBody>()) {}

  ColumnList columns() const;
  ViewKind view_kind() const;

 private:
  const fbs::SystemViewBody* body_;
};

// `object` as a D, or nothing if it is of another kind or no object.
template <typename D>
std::optional<D> As(const ObjectDescriptor& object) {
  if constexpr (requires { D::kKind; }) {
    if (!object || object.kind() != D::kKind) return std::nullopt;
  } else {
    if (!object || !D::Describes(object.kind())) return std::nullopt;
  }
  return D(object);
}

}  // namespace annals
