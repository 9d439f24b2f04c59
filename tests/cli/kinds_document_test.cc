// docs/kinds.md says what the registry says, option by option.

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::HasSubstr;

std::string DocumentOfKinds() {
  std::ifstream file(ANNALS_DOCS "/kinds.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string TypeOf(const OptionDefinition& option) {
  switch (option.type) {
    case OptionType::kText:
      return "text";
    case OptionType::kInteger:
      return "integer";
    case OptionType::kBoolean:
      return "boolean";
    case OptionType::kList:
      return "list";
    case OptionType::kObject:
      break;
  }
  return absl::StrJoin(option.to, " or ", [](std::string* out, const ReferenceTarget& target) {
    absl::StrAppend(out, ToAbsl(KindName(target.kind)),
                    target.types.empty() ? "" : " to " + absl::StrJoin(target.types, ", "));
  });
}

// What else there is to say of `option`, one of `all`.
std::string RemarksOf(const OptionDefinition& option,
                      const std::vector<const OptionDefinition*>& all,
                      const std::vector<std::string>& required_groups) {
  std::vector<std::string> remarks;
  if (option.required) remarks.emplace_back("required");
  if (option.sensitive) remarks.emplace_back("sensitive");
  if (!option.alterable) remarks.emplace_back("inalterable");
  if (option.least || option.most) {
    remarks.push_back(
        absl::StrCat(option.least.value_or(INT64_MIN), " to ", option.most.value_or(INT64_MAX)));
  }
  if (!option.choices.empty()) {
    remarks.push_back("one of `" + absl::StrJoin(option.choices, "`, `") + "`");
  }
  if (!option.group.empty()) {
    std::vector<std::string> members;
    for (const OptionDefinition* one : all) {
      if (one->group == option.group) members.push_back("`" + OptionWords(one->name) + "`");
    }
    const bool needed = std::ranges::count(required_groups, option.group) > 0;
    remarks.push_back(
        absl::StrCat(needed ? "one of " : "at most one of ", absl::StrJoin(members, ", ")));
  }
  return absl::StrJoin(remarks, "; ");
}

// The table of `options` as the document has it.
std::string TableOf(const std::vector<OptionDefinition>& options,
                    const std::vector<const OptionDefinition*>& all,
                    const std::vector<std::string>& required_groups) {
  std::string table = "| option | type | default | |\n|---|---|---|---|\n";
  for (const OptionDefinition& option : options) {
    const std::string remarks = RemarksOf(option, all, required_groups);
    absl::StrAppend(&table, "| `", OptionWords(option.name), "` | ", TypeOf(option), " | ",
                    option.default_value.empty() ? "" : "`" + option.default_value + "` ", "| ",
                    remarks, remarks.empty() ? "|\n" : " |\n");
  }
  return table;
}

TEST(KindsDocumentTest, HasATableOfTheOptionsOfEachBuiltInKind) {
  const std::string document = DocumentOfKinds();
  for (const KindDefinition* kind : AllKinds()) {
    if (IsHostKind(kind->kind) || kind->options.empty()) continue;
    const auto all = OptionsOf(kind->kind, "");
    EXPECT_THAT(document, HasSubstr(absl::StrCat(
                              "### `", kind->name, "`\n\n",
                              TableOf(kind->options, all, RequiredGroupsOf(kind->kind, "")))));
  }
}

TEST(KindsDocumentTest, HasATableOfTheOptionsOfEachBuiltInType) {
  const std::string document = DocumentOfKinds();
  size_t types = 0;
  for (const TypeDefinition* type : AllTypes(ObjectKind::kConnection)) {
    if (type->name.starts_with("test")) continue;  // Of other tests.
    const auto all = OptionsOf(type->kind, type->name);
    EXPECT_THAT(document,
                HasSubstr(absl::StrCat(
                    "### `connection` to `", OptionWords(type->name), "`\n\n",
                    TableOf(type->options, all, RequiredGroupsOf(type->kind, type->name)))));
    ++types;
  }
  size_t sections = 0;
  for (size_t at = document.find("\n### `connection` to "); at != std::string::npos;
       at = document.find("\n### `connection` to ", at + 1)) {
    ++sections;
  }
  EXPECT_EQ(sections, types);
}

}  // namespace
}  // namespace annals
