#include "annals/cli/json.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/catalog/kind.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::cli {
namespace {

// What the parser says, with what it read last cut, or left out if that is a string, which may
// be a password that somebody mistyped the comma before; and without its own words in front:
// "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while
// parsing value - invalid literal; last read: 'no'"
std::string DetailOf(const nlohmann::detail::exception& error, const std::string& token) {
  const std::string what = error.what();
  const size_t place = what.find(": ");
  std::string detail = what.substr(place == std::string::npos ? what.find(' ') + 1 : place + 2);
  const size_t read = detail.find(token);
  const std::string shown = token.starts_with('"') ? "a string" : Shown(token);
  if (!token.empty() && read != std::string::npos) detail.replace(read, token.size(), shown);
  return detail;
}

std::string WithoutLastRead(const std::string& detail) {
  return detail.substr(0, detail.find("; last read"));
}

// Builds the value from the parser's events; the parser itself does not recurse.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == string_t::npos) {
      return Refuse(absl::StrCat("the number ", ShownValueOf(text), " is beyond 64 bits"));
    }
    return Add(value);
  }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return Refuse("binary data"); }

  bool start_object(size_t /*size*/) override { return Open(Json::object()); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) {
      return Refuse(absl::StrCat("the field ", Quoted(name), " is there twice"));
    }
    if (open_.back()->size() == kMaxJsonFields) {
      return Refuse(absl::StrCat("an object has more than ", kMaxJsonFields, " fields"));
    }
    key_ = std::move(name);
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(size_t /*size*/) override { return Open(Json::array()); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override {
    constexpr int kOutOfRange = 406;
    if (error.id == kOutOfRange) {
      return Refuse(absl::StrCat("the number ", ShownValueOf(token), " is too large"));
    }
    const std::string detail = DetailOf(error, token);
    return Refuse(absl::StrCat("no JSON at byte ", position, ": ",
                               Hides() ? WithoutLastRead(detail) : detail));
  }

  Json TakeValue() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  // Whether what comes is to be seen by nobody, as far as its key tells.
  bool Hides() const { return SoundsSensitive(key_); }
  std::string ShownValueOf(const std::string& text) const {
    return Hides() ? std::string(kMasked) : Shown(text);
  }

  bool Refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  Json* Put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_object()) return &(parent[key_] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }
  bool Add(Json value) {
    Put(std::move(value));
    return true;
  }
  bool Open(Json value) {
    if (open_.size() == kMaxJsonDepth) {
      return Refuse(absl::StrCat("nested deeper than ", kMaxJsonDepth));
    }
    open_.push_back(Put(std::move(value)));
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  Json root_;
  std::vector<Json*> open_;  // Those around the place that the parser is at.
  std::string key_;
  std::string problem_;
};

// Escapes what cannot be seen, as far as JSON does not demand it: that is in strings only.
std::string WithEscapes(std::string json) {
  constexpr char32_t kAscii = 0x7f;
  if (std::ranges::none_of(json, [](unsigned char c) { return c >= kAscii; })) return json;
  std::string escaped;
  std::string_view rest = json;
  while (!rest.empty()) {
    const std::string_view before = rest;
    const std::optional<char32_t> character = TakeCharacter(rest);
    if (!character.has_value()) rest.remove_prefix(1);
    if (!character.has_value() || *character < kAscii || !IsUnseen(*character)) {
      escaped += before.substr(0, before.size() - rest.size());
    } else if (const auto number = static_cast<uint32_t>(*character); number <= 0xFFFF) {
      absl::StrAppendFormat(&escaped, "\\u%04x", number);
    } else {
      absl::StrAppendFormat(&escaped, "\\u%04x\\u%04x", 0xD7C0 + (number >> 10),
                            0xDC00 + (number & 0x3FF));
    }
  }
  return escaped;
}

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text) {
  Builder builder;
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return MakeError(Reason::INVALID_REQUEST, builder.problem());
  }
  return builder.TakeValue();
}

std::string JsonText(const Json& value) {
  return WithEscapes(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string PrettyJsonText(const Json& value) {
  return WithEscapes(value.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace annals::cli
