#include "annals/cli/export_lines.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "annals/cli/fields.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/version_json.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

std::string Base64(std::string_view bytes) { return absl::Base64Escape(ToAbsl(bytes)); }

void AddUpdate(const UpdateRecord& record, Json& line) {
  const VersionedUpdate& update = record.update;
  line["version"] = record.envelope.version.value;
  line["timestamp"] = MomentText(update.timestamp);
  line["hlc"] = absl::StrCat(update.timestamp.raw());
  line["activation"] = MomentText(update.activation);
  line["activation_hlc"] = absl::StrCat(update.activation.raw());
  line["author"] = update.author;
  line["message"] = update.message;
  line["statement"] = update.statement;
  line["policy"] = update.policy == Policy::kRelaxed ? "relaxed" : "strict";
  line["next_object_id"] = update.next_object_id.value;
  line["commit_id"] = record.envelope.commit_id.ToString();
  line["hash"] = record.hash.ToString();
  line["previous_hash"] = record.envelope.previous.ToString();
  line["entries"] = EntriesJson(update.entries, &LastingKindName);
}

std::string ShownJson(const Json& value) { return Shown(JsonText(value)); }

// Bytes that are no UTF-8 are replaced where they are written.
bool IsSame(const Json& found, const Json& expected) {
  return found == expected || found == *ParseJson(JsonText(expected));
}

// A number from 0 on.
std::string NumberText(const Json& line, const char* field) {
  const auto found = line.find(field);
  const bool is_there = found != line.end() && found->is_number_unsigned();
  return is_there ? absl::StrCat(found->get<uint64_t>()) : "?";
}

}  // namespace

Json HeaderLine(const ExportHeader& header) {
  return {{"line", "header"},          {"format", kExportFormat},
          {"store", header.store},     {"base", header.base.value},
          {"head", header.head.value}, {"head_hash", header.head_hash}};
}

absl::StatusOr<ExportHeader> ReadHeader(const Json& line) {
  Fields fields(line, "the header");
  const std::string kind = fields.RequiredText("line");
  const int64_t format = fields.RequiredInteger("format");
  if (kind == "header" && format > kExportFormat) {
    return MakeError(Reason::NEWER_FORMAT,
                     absl::StrCat("the export has the format ", format,
                                  ", which this release does not know; it knows ", kExportFormat));
  }
  if (kind != "header") fields.Refuse("line", "must be \"header\"");
  if (format != kExportFormat) fields.Refuse("format", "must be 1");
  ExportHeader header{.store = fields.RequiredText("store")};
  const int64_t base = fields.RequiredInteger("base");
  const int64_t head = fields.RequiredInteger("head");
  header.head_hash = fields.RequiredText("head_hash");
  if (base < 0) fields.Refuse("base", "must be a version, or 0");
  if (head < 1 || head < base) fields.Refuse("head", "must be a version, and none below the base");
  ANNALS_RETURN_IF_ERROR(fields.Finish());
  header.base.value = static_cast<uint64_t>(base);
  header.head.value = static_cast<uint64_t>(head);
  return header;
}

Json SnapshotLine(const SnapshotRoot& root, std::string_view record) {
  Json line = {{"line", "snapshot"}};
  AddUpdate(root.update, line);
  line["default_zone"] = root.default_zone == kNoObject ? Json() : Json(root.default_zone.value);
  line["objects"] = root.object_count;
  line["chunks"] = root.chunks.size();
  line["record"] = Base64(record);
  return line;
}

Json ChunkLine(uint32_t number, const SnapshotChunk& chunk, std::string_view record) {
  return {{"line", "chunk"},
          {"number", number},
          {"objects", chunk.objects.size()},
          {"record", Base64(record)}};
}

Json VersionLine(const UpdateRecord& record) {
  Json line = {{"line", "version"}};
  AddUpdate(record, line);
  line["record"] = Base64(record.bytes);
  return line;
}

std::string NameOfLine(const Json& line) {
  const auto kind = line.is_object() ? line.find("line") : line.end();
  if (kind == line.end()) return "no line of an export";
  if (*kind == "header") return "the header";
  if (*kind == "snapshot") return "the snapshot of version " + NumberText(line, "version");
  if (*kind == "chunk") return "chunk " + NumberText(line, "number");
  if (*kind == "version") return "version " + NumberText(line, "version");
  return absl::StrCat("a line of the kind ", ShownJson(*kind));
}

absl::StatusOr<std::string> RecordOf(const Json& line) {
  std::string bytes;
  const auto found = line.find("record");
  if (found != line.end() && found->is_string() &&
      absl::Base64Unescape(found->get_ref<const std::string&>(), &bytes)) {
    return bytes;
  }
  return MakeError(Reason::DAMAGED,
                   absl::StrCat("record: expected base64, found ",
                                found == line.end() ? "no such field" : ShownJson(*found)));
}

std::optional<std::string> DifferenceOf(const Json& found, const Json& expected) {
  for (const auto& field : expected.items()) {
    const auto there = found.find(field.key());
    if (there != found.end() && IsSame(*there, field.value())) continue;
    return absl::StrCat(field.key(), ": expected ", ShownJson(field.value()), ", found ",
                        there == found.end() ? "no such field" : ShownJson(*there));
  }
  for (const auto& field : found.items()) {
    if (expected.contains(field.key())) continue;
    return absl::StrCat(Quoted(field.key()), ": expected no such field, found ",
                        ShownJson(field.value()));
  }
  return std::nullopt;
}

}  // namespace annals::cli
