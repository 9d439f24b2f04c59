#pragma once

// Objects of the configured kinds: catalogs, connections, secrets, sources, sinks, and
// what a host adds (catalog/kind.h). They are all of one shape: a type and its options.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annals/catalog/object.h"

namespace annals {

namespace fbs {
struct Option;
struct ConfiguredBody;
}  // namespace fbs

// Whether objects of `kind` are configured ones.
constexpr bool IsConfigured(ObjectKind kind) { return kind >= ObjectKind::kCatalog; }

// An option that is set: a text, or the object that it stands for.
struct Option {
  std::string key;
  std::string value;         // Empty if `ref` says what it is.
  ObjectId ref = kNoObject;  // kNoObject: `value` says what it is.

  friend bool operator==(const Option&, const Option&) = default;
};

// A configured object as values: to build one, or a changed one.
struct ConfiguredFields {
  ObjectId id;
  ObjectKind kind = ObjectKind::kCatalog;
  std::string name;
  ObjectId parent = kNoObject;  // The schema, for kinds that live in one.
  std::string comment;
  std::string type;                 // Empty for kinds without types.
  std::vector<Option> options;      // In any order, each key once.
  std::vector<Column> columns;      // Ids are given in order, from 0.
  uint32_t generation = 0;          // Of a secret: grows when what it stands for does change.
  std::vector<Option> labels = {};  // For tools. No part of what the object is.

  const Option* FindOption(std::string_view key) const;
};

std::string BuildObject(ConfiguredFields fields);

// One option in place.
class OptionDescriptor {
 public:
  explicit OptionDescriptor(const fbs::Option* option) : option_(option) {}

  std::string_view key() const;
  std::string_view value() const;  // Empty for a reference.
  ObjectId ref() const;            // kNoObject for a value.

 private:
  const fbs::Option* option_;
};

class ConfiguredDescriptor : public ObjectDescriptor {
 public:
  static constexpr bool Describes(ObjectKind kind) { return IsConfigured(kind); }
  explicit ConfiguredDescriptor(const ObjectDescriptor& object)
      : ObjectDescriptor(object), body_(body<fbs::ConfiguredBody>()) {}

  std::string_view type() const;
  std::vector<OptionDescriptor> options() const;  // By key.
  std::optional<OptionDescriptor> FindOption(std::string_view key) const;
  ColumnList columns() const;
  uint32_t generation() const;
  std::vector<OptionDescriptor> labels() const;  // By key.
  std::optional<std::string_view> FindLabel(std::string_view key) const;

  ConfiguredFields ToFields() const;

 private:
  const fbs::ConfiguredBody* body_;
};

}  // namespace annals
