#pragma once

// A migration (ddl/migration.h) as a script that `exec` reads.

#include <optional>
#include <string>
#include <string_view>

#include "annals/cli/console.h"
#include "annals/cli/verb.h"
#include "annals/ddl/migration.h"

namespace annals::cli {

// What is lost or left out stands in comments, which begin so. The first line says that the
// script takes the policy relaxed, if it does.
std::string ScriptText(const ddl::Migration& migration);

// The same on standard output, and a warning for what is lost and what is left out.
void PrintScript(const ddl::Migration& migration, Console& console);

// --policy of the verbs that print scripts, and what it says; nothing if it is not there.
Parameter ScriptPolicy();
std::optional<Policy> ScriptPolicyOf(const Arguments& arguments);
inline constexpr std::string_view kPolicyGoesWithDdl = "--policy goes with -o ddl only";

}  // namespace annals::cli
