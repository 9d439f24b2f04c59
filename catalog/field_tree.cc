#include "annals/catalog/field_tree.h"

#include <cstring>
#include <utility>

#include "annals/catalog/update.h"
#include "annals/schemas/status.h"
#include "annals_fbs/update_generated.h"
#include "flatbuffers/minireflect.h"

namespace annals {
namespace {

std::string_view VectorAt(const uint8_t* field) {
  field += flatbuffers::ReadScalar<flatbuffers::uoffset_t>(field);
  const auto& vector = *reinterpret_cast<const flatbuffers::Vector<uint8_t>*>(field);
  return {reinterpret_cast<const char*>(vector.data()), vector.size()};
}

// Builds the tree from what the walk over a FlatBuffer tells.
class TreeBuilder final : public flatbuffers::IterationVisitor {
 public:
  FieldTree TakeTree() { return std::move(root_); }

  void StartSequence() override { open_.push_back(Put(FieldTree{FieldTree::Table{}})); }
  void EndSequence() override { open_.pop_back(); }
  void StartVector() override {
    if (bytes_ == nullptr) return open_.push_back(Put(FieldTree{FieldTree::List{}}));
    // The bytes come one by one now, and are known already.
    Put(BytesOrObject(VectorAt(bytes_)));
    muted_ = true;
  }
  void EndVector() override {
    if (!muted_) return open_.pop_back();
    muted_ = false;
  }
  void Field(size_t /*index*/, size_t /*set_index*/, flatbuffers::ElementaryType type, bool repeats,
             const flatbuffers::TypeTable* enumeration, const char* name,
             const uint8_t* value) override {
    name_ = name;
    const bool bytes = type == flatbuffers::ET_UCHAR && repeats && enumeration == nullptr;
    bytes_ = bytes ? value : nullptr;
  }
  void Element(size_t /*index*/, flatbuffers::ElementaryType /*type*/,
               const flatbuffers::TypeTable* /*table*/, const uint8_t* /*value*/) override {}

  void UType(uint8_t x, const char* name) override { Unsigned(x, name); }
  void Bool(bool x) override { Put(FieldTree{x}); }
  void Char(int8_t x, const char* name) override { Signed(x, name); }
  void UChar(uint8_t x, const char* name) override { Unsigned(x, name); }
  void Short(int16_t x, const char* name) override { Signed(x, name); }
  void UShort(uint16_t x, const char* name) override { Unsigned(x, name); }
  void Int(int32_t x, const char* name) override { Signed(x, name); }
  void UInt(uint32_t x, const char* name) override { Unsigned(x, name); }
  void Long(int64_t x) override { Signed(x, nullptr); }
  void ULong(uint64_t x) override { Unsigned(x, nullptr); }
  void Float(float x) override { Put(FieldTree{double{x}}); }
  void Double(double x) override { Put(FieldTree{x}); }
  void String(const flatbuffers::String* x) override { Put(FieldTree{x->str()}); }
  void Unknown(const uint8_t* /*value*/) override { Put(FieldTree{std::string("?")}); }

 private:
  // The part's address stays while parts of its own are added.
  FieldTree* Put(FieldTree part) {
    if (muted_) return nullptr;
    if (open_.empty()) {
      root_ = std::move(part);
      return &root_;
    }
    FieldTree& parent = *open_.back();
    if (auto* const list = std::get_if<FieldTree::List>(&parent.value)) {
      return &list->emplace_back(std::move(part));
    }
    auto& table = std::get<FieldTree::Table>(parent.value);
    table.push_back({name_, std::move(part)});
    return &table.back().tree;
  }
  void Signed(int64_t x, const char* name) {
    Put(name != nullptr ? FieldTree{std::string(name)} : FieldTree{x});
  }
  void Unsigned(uint64_t x, const char* name) {
    Put(name != nullptr ? FieldTree{std::string(name)} : FieldTree{x});
  }
  FieldTree BytesOrObject(std::string_view bytes) const {
    if (std::string_view(name_) != "object") return {FieldTree::Bytes{std::string(bytes)}};
    // Another program's builder may have put it anywhere.
    std::vector<uint64_t> aligned((bytes.size() + 7) / 8);
    std::memcpy(aligned.data(), bytes.data(), bytes.size());
    return FieldsOf({reinterpret_cast<const char*>(aligned.data()), bytes.size()},
                    fbs::ObjectTypeTable());
  }

  FieldTree root_;
  std::vector<FieldTree*> open_;    // Those around the place that the walk is at.
  const char* name_ = "";           // Of the field that comes next.
  const uint8_t* bytes_ = nullptr;  // The field, if it holds bytes.
  bool muted_ = false;
};

}  // namespace

FieldTree FieldsOf(std::string_view buffer, const flatbuffers::TypeTable* type) {
  TreeBuilder builder;
  flatbuffers::IterateFlatBuffer(reinterpret_cast<const uint8_t*>(buffer.data()), type, &builder);
  return builder.TakeTree();
}

absl::StatusOr<FieldTree> UpdateFields(std::string_view payload) {
  ANNALS_RETURN_IF_ERROR(DecodeUpdate(payload).status());
  return FieldsOf(payload, fbs::VersionedUpdateTypeTable());
}

}  // namespace annals
