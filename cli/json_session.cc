#include "annals/cli/json_session.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "annals/cli/catalog_json.h"
#include "annals/cli/json.h"
#include "annals/cli/line_reader.h"
#include "annals/cli/request.h"
#include "annals/commands/plan.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

Json ErrorReply(const absl::Status& status, std::optional<size_t> command) {
  const Reason reason = ReasonOf(status).value_or(Reason::INTERNAL);
  Json error = {{"code", absl::StatusCodeToString(status.code())},
                {"reason", std::string(ReasonName(reason))},
                {"message", std::string(ToStd(status.message()))}};
  if (command.has_value()) error["command"] = *command;
  return {{"error", std::move(error)}};
}

Json Reply(CatalogManager& manager, CommandsRequest request, const ExecuteOptions& options) {
  const auto done = manager.Execute(std::move(request.commands), options);
  if (!done.ok()) return ErrorReply(done.status(), CommandIndexOf(done.status()));
  Json applied = Json::array();
  for (const bool flag : done->applied) applied.push_back(flag);
  return {{"version", done->version.value}, {"applied", std::move(applied)}};
}

Json Reply(CatalogManager& manager, const DescribeRequest& request,
           const ExecuteOptions& /*options*/) {
  if (!request.version.has_value()) return {{"catalog", CatalogJson(manager.Latest())}};
  const auto catalog = manager.At(*request.version);
  if (!catalog.ok()) return ErrorReply(catalog.status(), std::nullopt);
  return {{"catalog", CatalogJson(*catalog)}};
}

Json Reply(CatalogManager& manager, const SnapshotRequest& request,
           const ExecuteOptions& /*options*/) {
  const auto written = manager.Snapshot(request.version);
  if (!written.ok()) return ErrorReply(written.status(), std::nullopt);
  return {{"snapshot", *written}};
}

Json Answer(CatalogManager& manager, const LineReader::Line& line, const ExecuteOptions& options) {
  if (line.too_long) {
    return ErrorReply(MakeError(Reason::INVALID_REQUEST, absl::StrCat("the line is longer than ",
                                                                      kMaxRequestBytes, " bytes")),
                      std::nullopt);
  }
  std::optional<size_t> command;
  auto request = ParseRequest(line.text, command);
  if (!request.ok()) return ErrorReply(request.status(), command);
  return std::visit([&](auto& one) { return Reply(manager, std::move(one), options); }, *request);
}

}  // namespace

ExitCode RunJsonSession(CatalogManager& manager, Input& input, const ExecuteOptions& options,
                        Console& console) {
  LineReader lines(input, kMaxRequestBytes);
  for (;;) {
    const auto line = lines.Next();
    if (!line.ok()) return console.UsageError(ToStd(line.status().message()));
    if (!line->has_value()) return ExitCode::kDone;
    console.Print(JsonText(Answer(manager, **line, options)));
    console.Print("\n");
    if (!console.Flush()) return ExitCode::kRefused;
  }
}

}  // namespace annals::cli
