#include "annals/cli/raw.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/kind.h"
#include "annals/cli/json.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/text_table.h"
#include "annals/commands/names.h"
#include "annals/log/keys.h"
#include "annals/log/record.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/snapshot_parts.h"

namespace annals::cli {
namespace {

std::string Hex(std::string_view bytes) { return absl::BytesToHexString(ToAbsl(bytes)); }

// --- One key

Json JsonOf(const FieldTree& tree);

// Whether `table` is an option, with a value that nobody is to see.
bool HidesValue(const Json& table) {
  const auto text = [&](const char* name) {
    const auto field = table.find(name);
    return field != table.end() && field->is_string() ? field->get<std::string>() : "";
  };
  const std::string value = text("value");
  return !value.empty() && !IsPlaceholder(value) && SoundsSensitive(text("key"));
}

struct ToJson {
  Json operator()(const FieldTree::Bytes& bytes) const { return Hex(bytes.bytes); }
  Json operator()(const FieldTree::List& list) const {
    Json array = Json::array();
    for (const FieldTree& part : list) array.push_back(JsonOf(part));
    return array;
  }
  Json operator()(const FieldTree::Table& table) const {
    Json object = Json::object();
    for (const auto& [name, part] : table) object[name] = JsonOf(part);
    if (HidesValue(object)) object["value"] = std::string(kMasked);
    return object;
  }
  template <typename T>
  Json operator()(const T& scalar) const {
    return scalar;
  }
};

Json JsonOf(const FieldTree& tree) { return std::visit(ToJson(), tree.value); }

std::string_view NameOf(RecordKind kind) {
  switch (kind) {
    case RecordKind::kUpdate:
      return "update";
    case RecordKind::kRoot:
      return "root";
    case RecordKind::kChunk:
      return "chunk";
  }
  return "unknown";
}

Json EnvelopeJson(const RecordView& record) {
  const Envelope& envelope = record.envelope;
  return {
      {"kind", std::string(NameOf(envelope.kind))},
      {"required_features", envelope.required_features},
      {"store", envelope.store.ToString()},
      {"version", envelope.version.value},
      {"payload_size", record.payload.size()},
      {"epoch", envelope.epoch},
      {"previous", envelope.previous.ToString()},
      {"payload_sha256", envelope.payload_hash.ToString()},
      {"commit_id", envelope.commit_id.ToString()},
      {"hash", envelope.kind == RecordKind::kUpdate ? Json(HashOfVersion(record.bytes).ToString())
                                                    : Json()}};
}

// What lies under a key, as far as it can be read.
struct Content {
  Json json = Json::object();
  absl::Status damage;

  // The bytes themselves, where nothing better can be shown.
  void AddBytes(std::string_view bytes, const absl::Status& why) {
    damage = why;
    json["hex"] = Hex(bytes);
    if (!why.ok()) json["damage"] = std::string(ToStd(why.message()));
  }
};

// `inner`: of a record in a record, in which there is none.
void AddRecord(std::string_view key, std::string_view bytes, bool inner, Content& content);

// The update record in the root of a snapshot is a record too.
void OpenUpdateInRoot(std::string_view key, const FieldTree& root, Content& content) {
  const auto* const table = std::get_if<FieldTree::Table>(&root.value);
  if (table == nullptr) return;
  const auto update = std::ranges::find(*table, "update", &FieldTree::Field::name);
  if (update == table->end()) return;
  const auto* const bytes = std::get_if<FieldTree::Bytes>(&update->tree.value);
  if (bytes == nullptr) return;
  Content inner;
  AddRecord(absl::StrCat(ToAbsl(key), " (the update in the snapshot's root)"), bytes->bytes,
            /*inner=*/true, inner);
  content.json["payload"]["update"] = std::move(inner.json);
  if (!inner.damage.ok()) content.damage = inner.damage;
}

void AddRecord(std::string_view key, std::string_view bytes, bool inner, Content& content) {
  const auto record = VerifyRecord(key, bytes);
  if (!record.ok()) return content.AddBytes(bytes, record.status());
  content.json["envelope"] = EnvelopeJson(*record);
  const auto fields = FieldsOfPayload(key, *record);
  if (!fields.ok()) return content.AddBytes(record->payload, fields.status());
  content.json["payload"] = JsonOf(*fields);
  if (record->envelope.kind == RecordKind::kRoot && !inner) {
    OpenUpdateInRoot(key, *fields, content);
  }
}

template <typename T>
void AddValue(std::string_view name, const absl::StatusOr<T>& value, std::string_view bytes,
              Content& content) {
  if (!value.ok()) return content.AddBytes(bytes, value.status());
  if constexpr (std::is_same_v<T, CatalogVersion>) {
    content.json[std::string(name)] = value->value;
  } else {
    content.json[std::string(name)] = value->ToString();
  }
}

Content ContentOf(std::string_view key, std::string_view bytes) {
  Content content;
  content.json["key"] = std::string(key);
  content.json["size"] = bytes.size();
  if (key == kProductKey) {
    AddValue("store", ParseProductValue(bytes), bytes, content);
  } else if (key == kHeadKey || key == kSnapshotKey) {
    AddValue("version", ParseVersionValue(key, bytes), bytes, content);
  } else if (VersionOfUpdateKey(key) || ParseChunkKey(key)) {
    AddRecord(key, bytes, /*inner=*/false, content);
  } else {
    content.AddBytes(bytes, absl::OkStatus());
  }
  return content;
}

absl::StatusOr<Content> ReadKey(const UpdateLog& log, const std::string& wanted) {
  std::optional<Content> content;
  const absl::Status walked =
      log.ForEachKey(wanted, [&](std::string_view key, std::string_view bytes) {
        if (key == wanted) content = ContentOf(key, bytes);
        return absl::CancelledError("the first one is enough");
      });
  if (content) return *std::move(content);
  if (!walked.ok() && !absl::IsCancelled(walked)) return walked;
  return MakeError(Reason::OBJECT_NOT_FOUND,
                   absl::StrCat("there is no key ", Quoted(wanted),
                                "; without a key, annals raw lists those that there are"));
}

ExitCode ShowKey(const UpdateLog& log, const std::string& key, Console& console) {
  const auto content = ReadKey(log, key);
  if (!content.ok()) return console.Fail(content.status(), ReadFailure(content.status()));
  console.Print(PrettyJsonText(content->json));
  if (content->damage.ok()) return ExitCode::kDone;
  return console.Fail(content->damage, ExitCode::kDamaged);
}

// --- All keys

// What a key is for.
std::string PurposeOf(std::string_view key) {
  if (key == kProductKey) return "which store this is";
  if (key == kHeadKey) return "the newest version";
  if (key == kSnapshotKey) return "the earliest version";
  if (const auto version = VersionOfUpdateKey(key)) {
    return absl::StrCat("the record of version ", version->value);
  }
  if (const auto chunk = ParseChunkKey(key)) {
    return absl::StrCat("chunk ", chunk->number, " of the snapshot of version ",
                        chunk->snapshot.value);
  }
  return IsReservedKey(key) ? "reserved" : "not of Annals";
}

class KeyWriter {
 public:
  KeyWriter(bool json, Console& console) : json_(json), console_(console) {
    if (json_) console_.Print("[");
  }

  void Write(std::string_view key, size_t size) {
    if (!json_) {
      constexpr size_t kPartRows = 500;
      table_.AddRow({std::string(key), absl::StrCat(size), PurposeOf(key)});
      if (table_.size() == kPartRows) console_.Print(table_.TakeText());
      return;
    }
    const Json row{{"key", std::string(key)}, {"size", size}, {"what", PurposeOf(key)}};
    console_.Print(absl::StrCat(count_++ == 0 ? "\n" : ",\n", JsonText(row)));
  }
  void Finish() {
    console_.Print(!json_ ? table_.TakeText() : std::string(count_ == 0 ? "]\n" : "\n]\n"));
  }

 private:
  const bool json_;
  Console& console_;
  TextTable table_{{"KEY", "BYTES", "WHAT"}};
  size_t count_ = 0;
};

ExitCode ListKeys(const UpdateLog& log, bool json, Console& console) {
  KeyWriter writer(json, console);
  const absl::Status walked = log.ForEachKey("", [&](std::string_view key, std::string_view bytes) {
    writer.Write(key, bytes.size());
    return console.working() ? absl::OkStatus() : absl::CancelledError("nobody reads");
  });
  writer.Finish();
  if (walked.ok() || absl::IsCancelled(walked)) return ExitCode::kDone;
  return console.Fail(walked, ReadFailure(walked));
}

ExitCode RunRaw(const Arguments& arguments, Console& console) {
  const auto log =
      OpenRocksDbLog({.path = arguments.Get("STORE"), .read_only = true, .salvage = true});
  if (!log.ok()) return console.Fail(log.status(), ReadFailure(log.status()));
  const auto key = arguments.Find("KEY");
  if (!key) return ListKeys(**log, arguments.Get("output") == "json", console);
  return ShowKey(**log, *key, console);
}

}  // namespace

Verb RawVerb() {
  return {
      .name = "raw",
      .summary = "show what lies under a key, byte for byte and by field",
      .details =
          "Without KEY, lists the keys. What lies under one is written as JSON: of a record "
          "the envelope and\nthe fields of the payload, under the names of its schema; "
          "fields that hold their default are left\nout. What is damaged or not of Annals "
          "is written as hex, and damage exits with 4. Of a record alone,\nnot of its place "
          "in the chain: see verify.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     {.name = "KEY",
                      .help = "the key, such as catalog.version",
                      .kind = Parameter::Kind::kPositional,
                      .least = 0,
                      .most = 1},
                     Choice("-o,--output", "how to list keys (default: table)", {"table", "json"})},
      .run = RunRaw,
      .paged = true};
}

}  // namespace annals::cli
