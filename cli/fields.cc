#include "annals/cli/fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::Status InvalidField(std::string_view message) {
  return MakeError(Reason::INVALID_REQUEST, message);
}

std::string Found(std::string_view expected, const Json& value) {
  return absl::StrCat("must be ", ToAbsl(expected), ", not ", ToAbsl(JsonTypeName(value)));
}

// A whole number that fits: nlohmann tells those above INT64_MAX by their sign.
bool FitsInt64(const Json& value) {
  if (!value.is_number_integer()) return false;
  return !value.is_number_unsigned() || value.get<uint64_t>() <= uint64_t{INT64_MAX};
}

}  // namespace

std::string_view JsonTypeName(const Json& value) {
  switch (value.type()) {
    case Json::value_t::boolean:
      return "a boolean";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "a whole number";
    case Json::value_t::number_float:
      return "a number with a fraction or exponent";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::object:
      return "an object";
    default:
      return "null";
  }
}

Fields::Fields(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
  if (!json.is_object()) {
    error_ = InvalidField(absl::StrCat(where_, " ", Found("an object", json)));
  }
}

std::string Fields::PathOf(std::string_view name) const {
  return absl::StrCat(where_, ".", ToAbsl(name));
}

void Fields::Fail(const absl::Status& status) {
  if (error_.ok()) error_ = status;
}

void Fields::Refuse(std::string_view name, std::string_view problem) {
  Fail(InvalidField(absl::StrCat(PathOf(name), " ", ToAbsl(problem))));
}

const Json* Fields::Take(std::string_view name) {
  taken_.emplace_back(name);
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(std::string(name));
  return found == json_.end() ? nullptr : &*found;
}

const Json* Fields::TakeGiven(std::string_view name) {
  const Json* const value = Take(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const Json* Fields::Any(std::string_view name) { return Take(name); }

std::optional<std::string> Fields::Text(std::string_view name) {
  const Json* const value = TakeGiven(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  Refuse(name, Found("a string", *value));
  return std::nullopt;
}

std::optional<int64_t> Fields::Integer(std::string_view name) {
  const Json* const value = TakeGiven(name);
  if (value == nullptr) return std::nullopt;
  if (FitsInt64(*value)) return value->get<int64_t>();
  Refuse(name, value->is_number_integer() ? "is beyond 64 bits with a sign"
                                          : Found("a whole number", *value));
  return std::nullopt;
}

std::optional<double> Fields::Number(std::string_view name) {
  const Json* const value = TakeGiven(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  Refuse(name, Found("a number", *value));
  return std::nullopt;
}

std::optional<bool> Fields::Flag(std::string_view name) {
  const Json* const value = TakeGiven(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  Refuse(name, Found("true or false", *value));
  return std::nullopt;
}

std::optional<std::vector<std::string>> Fields::Texts(std::string_view name) {
  const Json* const value = TakeGiven(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) {
    Refuse(name, Found("a list of strings", *value));
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const Json& text : *value) {
    if (!text.is_string()) {
      Refuse(absl::StrCat(ToAbsl(name), "[", texts.size(), "]"), Found("a string", text));
      return std::nullopt;
    }
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::string Fields::RequiredText(std::string_view name) {
  auto text = Text(name);
  if (!text.has_value()) Refuse(name, "is missing; it must be a string");
  return std::move(text).value_or("");
}

int64_t Fields::RequiredInteger(std::string_view name) {
  const auto number = Integer(name);
  if (!number.has_value()) Refuse(name, "is missing; it must be a whole number");
  return number.value_or(0);
}

absl::Status Fields::Finish() {
  ANNALS_RETURN_IF_ERROR(error_);
  for (const auto& field : json_.items()) {
    if (std::ranges::find(taken_, field.key()) != taken_.end()) continue;
    return InvalidField(absl::StrCat(where_, " has no field ", Quoted(field.key()), "; it takes ",
                                     absl::StrJoin(taken_, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace annals::cli
