#include "annals/catalog/configured.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "annals/catalog/object_tables_internal.h"

namespace annals {
namespace {

using OptionTables = flatbuffers::Vector<flatbuffers::Offset<fbs::Option>>;

std::string_view TextOf(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

std::vector<OptionDescriptor> Descriptors(const OptionTables* tables) {
  std::vector<OptionDescriptor> options;
  if (tables == nullptr) return options;
  options.reserve(tables->size());
  for (const fbs::Option* table : *tables) options.emplace_back(table);
  return options;
}

// They are by key.
std::optional<OptionDescriptor> FindIn(const OptionTables* tables, std::string_view key) {
  if (tables == nullptr) return std::nullopt;
  size_t low = 0;
  size_t high = tables->size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const fbs::Option* found = tables->Get(static_cast<flatbuffers::uoffset_t>(middle));
    const int order = TextOf(found->key()).compare(key);
    if (order == 0) return OptionDescriptor(found);
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return std::nullopt;
}

std::vector<Option> ToOptions(const std::vector<OptionDescriptor>& descriptors) {
  std::vector<Option> options;
  options.reserve(descriptors.size());
  for (const OptionDescriptor& option : descriptors) {
    options.push_back({std::string(option.key()), std::string(option.value()), option.ref()});
  }
  return options;
}

std::vector<std::unique_ptr<fbs::OptionT>> ToTables(std::vector<Option> options) {
  std::sort(options.begin(), options.end(),
            [](const Option& a, const Option& b) { return a.key < b.key; });
  std::vector<std::unique_ptr<fbs::OptionT>> tables;
  tables.reserve(options.size());
  for (Option& option : options) {
    auto table = std::make_unique<fbs::OptionT>();
    table->key = std::move(option.key);
    table->value = std::move(option.value);
    table->ref = option.ref.value;
    tables.push_back(std::move(table));
  }
  return tables;
}

std::vector<uint32_t> RefsOf(const std::vector<Option>& options) {
  std::vector<uint32_t> refs;
  for (const Option& option : options) {
    if (option.ref != kNoObject) refs.push_back(option.ref.value);
  }
  std::sort(refs.begin(), refs.end());
  refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
  return refs;
}

}  // namespace

const Option* ConfiguredFields::FindOption(std::string_view key) const {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const Option& option) { return option.key == key; });
  return found == options.end() ? nullptr : &*found;
}

std::string BuildObject(ConfiguredFields fields) {
  fbs::ObjectT object;
  object.id = fields.id.value;
  object.kind = static_cast<fbs::ObjectKind>(fields.kind);
  object.name = std::move(fields.name);
  object.parent = fields.parent.value;
  object.comment = std::move(fields.comment);
  object.refs = RefsOf(fields.options);
  fbs::ConfiguredBodyT body;
  body.type = std::move(fields.type);
  body.options = ToTables(std::move(fields.options));
  for (const Column& column : fields.columns) {
    auto added = std::make_unique<fbs::ColumnT>(ToTable(column));
    added->column_id = static_cast<uint16_t>(body.columns.size());
    body.columns.push_back(std::move(added));
  }
  body.generation = fields.generation;
  body.labels = ToTables(std::move(fields.labels));
  object.body.Set(std::move(body));
  return PackObject(object);
}

std::string_view OptionDescriptor::key() const { return TextOf(option_->key()); }
std::string_view OptionDescriptor::value() const { return TextOf(option_->value()); }
ObjectId OptionDescriptor::ref() const { return {option_->ref()}; }

std::string_view ConfiguredDescriptor::type() const { return TextOf(body_->type()); }

std::vector<OptionDescriptor> ConfiguredDescriptor::options() const {
  return Descriptors(body_->options());
}

std::optional<OptionDescriptor> ConfiguredDescriptor::FindOption(std::string_view key) const {
  return FindIn(body_->options(), key);
}

ColumnList ConfiguredDescriptor::columns() const { return ColumnList(body_->columns()); }
uint32_t ConfiguredDescriptor::generation() const { return body_->generation(); }

std::vector<OptionDescriptor> ConfiguredDescriptor::labels() const {
  return Descriptors(body_->labels());
}

std::optional<std::string_view> ConfiguredDescriptor::FindLabel(std::string_view key) const {
  const auto found = FindIn(body_->labels(), key);
  return found ? std::optional(found->value()) : std::nullopt;
}

ConfiguredFields ConfiguredDescriptor::ToFields() const {
  ConfiguredFields fields{.id = id(),
                          .kind = kind(),
                          .name = std::string(name()),
                          .parent = parent(),
                          .comment = std::string(comment()),
                          .type = std::string(type()),
                          .options = ToOptions(options()),
                          .columns = {},
                          .generation = generation(),
                          .labels = ToOptions(labels())};
  for (const ColumnDescriptor column : columns()) fields.columns.push_back(column.ToColumn());
  return fields;
}

}  // namespace annals
