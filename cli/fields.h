#pragma once

// The fields of a JSON object, taken one by one with the types that they must have.
// `null` is the same as not given. The first error stays, and Finish says it; so a
// reader takes all that it wants and asks once. One thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "annals/cli/json.h"

namespace annals::cli {

// "a string", "a whole number", ...: what `value` is, for messages.
std::string_view JsonTypeName(const Json& value);

class Fields {
 public:
  // `where` is for messages: "create_table", "create_table.columns[2]". `json` must
  // outlive this.
  Fields(const Json& json, std::string where);

  // Missing ones are nothing, "", 0, false; Require says which must be there.
  std::optional<std::string> Text(std::string_view name);
  std::optional<int64_t> Integer(std::string_view name);
  std::optional<double> Number(std::string_view name);
  std::optional<bool> Flag(std::string_view name);
  std::optional<std::vector<std::string>> Texts(std::string_view name);
  // Any value, null too; null pointer if the field is not there.
  const Json* Any(std::string_view name);

  std::string RequiredText(std::string_view name);
  int64_t RequiredInteger(std::string_view name);

  // Refuses, naming the field.
  void Refuse(std::string_view name, std::string_view problem);
  void Fail(const absl::Status& status);

  std::string PathOf(std::string_view name) const;
  // The first error, or a field that nobody took.
  absl::Status Finish();

 private:
  const Json* Take(std::string_view name);
  const Json* TakeGiven(std::string_view name);

  const Json& json_;
  const std::string where_;
  std::vector<std::string> taken_;
  absl::Status error_;
};

}  // namespace annals::cli
