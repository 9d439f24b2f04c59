// Damaged stores, as the program shows them: each kind of damage is named, what is not
// damaged can be shown, and nothing on the disk is changed by looking.

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "annals/log/keys.h"
#include "annals/log/record.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A store that nobody has open, taken apart by its keys and its files.
class Patient {
 public:
  explicit Patient(std::string path) : path_(std::move(path)) {}

  std::string Get(const std::string& key) const {
    std::string value;
    EXPECT_TRUE(Open()->Get({}, key, &value).ok()) << key;
    return value;
  }
  void Put(const std::string& key, const std::string& value) {
    EXPECT_TRUE(Open()->Put({}, key, value).ok());
  }
  void Delete(const std::string& key) { EXPECT_TRUE(Open()->Delete({}, key).ok()); }
  std::vector<std::string> Keys() const {
    const auto database = Open();
    const std::unique_ptr<rocksdb::Iterator> at(database->NewIterator({}));
    std::vector<std::string> keys;
    for (at->SeekToFirst(); at->Valid(); at->Next()) keys.push_back(at->key().ToString());
    return keys;
  }
  // All that there is lies in tables from here on.
  void Flush() { EXPECT_TRUE(Open()->Flush({}).ok()); }

  void Flip(const std::string& key) {
    std::string value = Get(key);
    value[value.size() - 20] ^= 4;
    Put(key, value);
  }
  void Reseal(uint64_t version, const std::function<void(Envelope&)>& change) {
    const std::string bytes = Get(UpdateKey({version}));
    const auto record = OpenRecord("", bytes);
    ASSERT_TRUE(record.ok());
    Envelope envelope = record->envelope;
    change(envelope);
    Put(UpdateKey({version}), SealRecord(envelope, record->payload));
  }
  std::string ChunkKeyThere() const {
    for (const std::string& key : Keys()) {
      if (ParseChunkKey(key)) return key;
    }
    ADD_FAILURE() << "no chunk";
    return "";
  }

  // The file whose name begins and ends so, the last of them.
  std::string File(std::string_view prefix, std::string_view suffix) const {
    std::string found;
    for (const auto& entry : fs::directory_iterator(path_)) {
      const std::string name = entry.path().filename();
      const bool fits = name.starts_with(prefix) && name.ends_with(suffix);
      if (fits && entry.path().string() > found) found = entry.path();
    }
    EXPECT_NE(found, "") << prefix << suffix;
    return found;
  }
  std::string Mark() const { return path_ + "/CATALOG-HEAD"; }
  static void Cut(const std::string& file, uint64_t bytes) {
    fs::resize_file(file, fs::file_size(file) - bytes);
  }
  static void Edit(const std::string& file, const std::function<void(std::string&)>& change) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    std::string bytes = text.str();
    change(bytes);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
  const std::string& path() const { return path_; }

 private:
  std::unique_ptr<rocksdb::DB> Open() const {
    rocksdb::DB* database = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open({}, path_, &database);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return std::unique_ptr<rocksdb::DB>(database);
  }

  const std::string path_;
};

// What is done to a store of the versions 1 to 8, or 4 to 8 with a snapshot, and what the
// program makes of it.
struct Kind {
  std::string name;
  bool snapshot = false;
  std::function<void(Patient& store, Patient& other)> harm;
  std::string named;     // A part of a line of `verify`.
  std::string records;   // The versions that `show` can tell of.
  std::string catalogs;  // The versions that `ls` can list.
  int verify = 4;
  int latest = 4;  // What `ls` of the latest version exits with.
};

void PrintTo(const Kind& kind, std::ostream* os) { *os << kind.name; }

class DamageTest : public ProgramTest, public ::testing::WithParamInterface<Kind> {
 protected:
  static constexpr uint64_t kLast = 8;

  void SetUp() override {
    ProgramTest::SetUp();
    std::string sql;
    for (uint64_t v = 2; v <= kLast; ++v) sql += "CREATE SCHEMA s" + std::to_string(v) + ";";
    ASSERT_THAT(Execute(sql), Exits(0));
    ASSERT_THAT(Run({"exec", Path("other"), "-c", sql}), Exits(0));
    if (GetParam().snapshot) {
      ASSERT_THAT(Run({"snapshot", store(), "--at", "4"}), Exits(0));
    }
    Patient patient(store());
    Patient other(Path("other"));
    GetParam().harm(patient, other);
  }
  // Those from 1 to 9 of which `words`, with the version at the end, exits with 0.
  std::string Shown(std::vector<std::string> words) {
    std::string shown;
    words.emplace_back();
    for (uint64_t v = 1; v <= kLast + 1; ++v) {
      words.back() = std::to_string(v);
      if (Run(words).exit == 0) shown += std::to_string(v);
    }
    return shown;
  }
  static std::string Versions(const json& ranges) {
    std::string versions;
    for (const json& range : ranges) {
      for (uint64_t v = range["first"]; v <= range["last"]; ++v) versions += std::to_string(v);
    }
    return versions;
  }
};

TEST_P(DamageTest, IsNamedAndTheRestIsShownAndNothingIsChanged) {
  const Kind& kind = GetParam();
  const std::string before = Everything(store());

  EXPECT_THAT(Run({"verify", store()}), AllOf(Exits(kind.verify), Prints(HasSubstr(kind.named))));
  const RunResult verified = Run({"verify", store(), "-o", "json"});
  ASSERT_THAT(verified, Exits(kind.verify));
  const json seen = json::parse(verified.out);
  EXPECT_EQ(seen["damaged"], kind.verify == 4);
  EXPECT_FALSE(seen["findings"].empty());

  // Verify says what can be shown, and it can.
  EXPECT_EQ(Versions(seen["records"]), kind.records);
  EXPECT_EQ(Shown({"show", store()}), kind.records);
  EXPECT_EQ(seen["catalogs"].is_null() ? "" : Versions(seen["catalogs"]), kind.catalogs);
  EXPECT_EQ(Shown({"ls", store(), "--at"}), kind.catalogs);

  // The latest version is shown where it is known, and with --salvage another one.
  const RunResult listed = Run({"ls", store(), "-o", "lines"});
  EXPECT_THAT(listed, Exits(kind.latest));
  if (kind.latest != 0) {
    EXPECT_THAT(listed, Prints(IsEmpty()));
    const RunResult salvaged = Run({"ls", store(), "--salvage", "-o", "lines"});
    EXPECT_THAT(salvaged, Exits(kind.catalogs.empty() ? kind.latest : 4));
    if (!kind.catalogs.empty()) {
      const std::string newest(1, kind.catalogs.back());
      EXPECT_EQ(salvaged.out, Run({"ls", store(), "--at", newest, "-o", "lines"}).out);
    }
  }

  for (const std::vector<std::string>& words : {
           std::vector<std::string>{"verify", store(), "--from-key", "3"},
           {"describe", store(), "s2"},
           {"query", store(), "schemas"},
           {"log", store()},
           {"diff", store(), "2..latest"},
           {"history", store(), "s3"},
           {"stat", store()},
           {"raw", store()},
           {"raw", store(), UpdateKey({5})},
           {"repair", store()},
       }) {
    EXPECT_THAT(Run(words).exit, AnyOf(0, 1, 3, 4, 6)) << words[0];
  }
  EXPECT_EQ(Everything(store()), before);
}

const std::string kHead(kHeadKey);
const std::string kProduct(kProductKey);
const std::string kSnapshot(kSnapshotKey);

std::vector<Kind> Kinds() {
  std::vector<Kind> kinds;
  const auto add = [&](Kind kind) { kinds.push_back(std::move(kind)); };

  // --- Records.
  add({.name = "FlippedByteInARecord",
       .harm = [](Patient& store, Patient&) { store.Flip(UpdateKey({5})); },
       .named = "version 5: " + UpdateKey({5}) + " is damaged: checksum",
       .records = "1234678",
       .catalogs = "1234"});
  add({.name = "FlippedByteInTheFirstRecord",
       .harm = [](Patient& store, Patient&) { store.Flip(UpdateKey({1})); },
       .named = UpdateKey({1}) + " is damaged: checksum",
       .records = "2345678",
       .catalogs = ""});
  add({.name = "FlippedByteInTheHeadsRecord",
       .harm = [](Patient& store, Patient&) { store.Flip(UpdateKey({8})); },
       .named = UpdateKey({8}) + " is damaged: checksum",
       .records = "1234567",
       .catalogs = "1234567"});
  add({.name = "ShortenedRecord",
       .harm =
           [](Patient& store, Patient&) {
             store.Put(UpdateKey({5}), store.Get(UpdateKey({5})).substr(0, 100));
           },
       .named = "size: expected at least 144 bytes, found 100",
       .records = "1234678",
       .catalogs = "1234"});
  add({.name = "DeletedRecord",
       .harm = [](Patient& store, Patient&) { store.Delete(UpdateKey({5})); },
       .named = "version 5 is missing",
       .records = "1234678",
       .catalogs = "1234"});
  add({.name = "DeletedRecords",
       .harm =
           [](Patient& store, Patient&) {
             store.Delete(UpdateKey({1}));
             store.Delete(UpdateKey({2}));
           },
       .named = "versions 1 to 2 are missing",
       .records = "345678",
       .catalogs = ""});
  add({.name = "SwappedRecords",
       .harm =
           [](Patient& store, Patient&) {
             const std::string fourth = store.Get(UpdateKey({4}));
             store.Put(UpdateKey({4}), store.Get(UpdateKey({6})));
             store.Put(UpdateKey({6}), fourth);
           },
       .named = "version: expected 6, found 4",
       .records = "123578",
       .catalogs = "123"});
  add({.name = "DuplicatedRecord",
       .harm = [](Patient& store,
                  Patient&) { store.Put(UpdateKey({6}), store.Get(UpdateKey({5}))); },
       .named = "version: expected 6, found 5",
       .records = "1234578",
       .catalogs = "12345"});
  add({.name = "RecordOfAnotherStore",
       .harm = [](Patient& store,
                  Patient& other) { store.Put(UpdateKey({5}), other.Get(UpdateKey({5}))); },
       .named = "version 5: " + UpdateKey({5}) + " is not the record that belongs there: store",
       .records = "1234678",
       .catalogs = "1234"});
  add({.name = "BrokenLinkUnderARightChecksum",
       .harm =
           [](Patient& store, Patient&) {
             store.Reseal(8, [](Envelope& envelope) { envelope.previous.bytes[3] ^= 1; });
           },
       .named = "does not follow the version before: hash of version 7: expected",
       .records = "1234567",
       .catalogs = "1234567"});
  add({.name = "RewrittenRecord",
       .harm =
           [](Patient& store, Patient&) {
             store.Reseal(5, [](Envelope& envelope) { envelope.commit_id.low ^= 1; });
           },
       .named = "does not follow the version before: hash of version 5: expected",
       .records = "1234578",
       .catalogs = "12345"});
  add({.name = "RecordOfALaterRelease",
       .harm =
           [](Patient& store, Patient&) {
             store.Reseal(8, [](Envelope& envelope) { envelope.required_features = 4; });
           },
       .named = "which this release does not know; it needs annals >= ",
       .records = "1234567",
       .catalogs = "1234567",
       .verify = 3,
       .latest = 3});
  add({.name = "ChunkInPlaceOfARecord",
       .harm =
           [](Patient& store, Patient&) {
             store.Reseal(5, [](Envelope& envelope) { envelope.kind = RecordKind::kChunk; });
           },
       .named = "kind: expected an update, found a chunk of a snapshot",
       .records = "1234678",
       .catalogs = "1234"});
  add({.name = "RecordThatCannotFollow",
       .harm =
           [](Patient& store, Patient&) {
             // What version 7 did, once more.
             const std::string last = store.Get(UpdateKey({8}));
             const auto record = OpenRecord("", last);
             const std::string seventh = store.Get(UpdateKey({7}));
             Envelope envelope = record->envelope;
             envelope.version = {9};
             envelope.previous = HashOfVersion(last);
             store.Put(UpdateKey({9}), SealRecord(envelope, OpenRecord("", seventh)->payload));
             store.Put(std::string(kHeadKey), VersionValue({9}));
           },
       .named = "version 9: its timestamp",
       .records = "123456789",
       .catalogs = "12345678"});
  add({.name = "ExtraRecordAboveTheHead",
       .harm = [](Patient& store,
                  Patient&) { store.Put(UpdateKey({9}), store.Get(UpdateKey({8}))); },
       .named = UpdateKey({9}) + " is above the head, version 8",
       .records = "12345678",
       .catalogs = "12345678"});
  add({.name = "StrayKey",
       .harm = [](Patient& store, Patient&) { store.Put("catalog.update.12", "x"); },
       .named = "catalog.update.12 is no key of a record",
       .records = "12345678",
       .catalogs = "12345678"});

  // --- The other keys.
  add({.name = "DamagedHead",
       .harm = [](Patient& store, Patient&) { store.Put(kHead, "eight"); },
       .named = "catalog.version is damaged: expected 20 digits",
       .records = "12345678",
       .catalogs = "12345678"});
  add({.name = "DeletedHead",
       .harm = [](Patient& store, Patient&) { store.Delete(kHead); },
       .named = "catalog.version is missing",
       .records = "12345678",
       .catalogs = "12345678"});
  add({.name = "HeadThatIsTooLow",
       .harm = [](Patient& store, Patient&) { store.Put(kHead, VersionValue({5})); },
       .named = "catalog.version is damaged: expected version 8, found 5",
       .records = "12345678",
       .catalogs = "12345678"});
  add({.name = "HeadThatIsTooHigh",
       .harm = [](Patient& store, Patient&) { store.Put(kHead, VersionValue({9})); },
       .named = "version 9 is missing",
       .records = "12345678",
       .catalogs = "12345678"});
  add({.name = "DamagedProduct",
       .harm = [](Patient& store, Patient&) { store.Flip(kProduct); },
       .named = "catalog.product is damaged",
       .records = "12345678",
       .catalogs = "12345678"});
  add({.name = "DeletedProduct",
       .harm = [](Patient& store, Patient&) { store.Delete(kProduct); },
       .named = "catalog.product is missing",
       .records = "12345678",
       .catalogs = "12345678"});
  add({.name = "EmptiedStore",
       .harm =
           [](Patient& store, Patient&) {
             for (const std::string& key : store.Keys()) store.Delete(key);
           },
       .named = "versions 1 to 8 were acknowledged and are missing",
       .records = "",
       .catalogs = ""});

  // --- The snapshot.
  add({.name = "FlippedByteInARoot",
       .snapshot = true,
       .harm = [](Patient& store, Patient&) { store.Flip(UpdateKey({4})); },
       .named = UpdateKey({4}) + " is damaged: checksum",
       .records = "5678",
       .catalogs = ""});
  add({.name = "DeletedRoot",
       .snapshot = true,
       .harm = [](Patient& store, Patient&) { store.Delete(UpdateKey({4})); },
       .named = UpdateKey({4}) + " is missing",
       .records = "5678",
       .catalogs = ""});
  add({.name = "FlippedByteInAChunk",
       .snapshot = true,
       .harm = [](Patient& store, Patient&) { store.Flip(store.ChunkKeyThere()); },
       .named = "it is not the chunk that the snapshot's root lists",
       .records = "45678",
       .catalogs = ""});
  add({.name = "DeletedChunk",
       .snapshot = true,
       .harm = [](Patient& store, Patient&) { store.Delete(store.ChunkKeyThere()); },
       .named = "is missing: expected a chunk of the snapshot",
       .records = "45678",
       .catalogs = ""});
  add({.name = "DeletedSnapshotKey",
       .snapshot = true,
       .harm = [](Patient& store, Patient&) { store.Delete(kSnapshot); },
       .named = "catalog.snapshot.version is missing: expected version 4",
       .records = "45678",
       .catalogs = "45678"});
  add({.name = "DamagedSnapshotKey",
       .snapshot = true,
       .harm = [](Patient& store, Patient&) { store.Put(kSnapshot, "4"); },
       .named = "catalog.snapshot.version is damaged: expected 20 digits",
       .records = "45678",
       .catalogs = "45678"});
  add({.name = "RecordBelowTheSnapshot",
       .snapshot = true,
       .harm = [](Patient& store,
                  Patient& other) { store.Put(UpdateKey({2}), other.Get(UpdateKey({2}))); },
       .named = UpdateKey({2}) + " is below the earliest version, 4",
       .records = "45678",
       .catalogs = "45678"});

  // --- Files.
  add({.name = "TornWriteAheadLog",
       .harm = [](Patient& store, Patient&) { Patient::Cut(store.File("", ".log"), 10); },
       .named = "version 8 was acknowledged and is missing; the log ends at version 7",
       .records = "1234567",
       .catalogs = "1234567"});
  add({.name = "FlippedByteInTheWriteAheadLog",
       .harm =
           [](Patient& store, Patient&) {
             Patient::Edit(store.File("", ".log"),
                           [](std::string& bytes) { bytes[bytes.find("CREATE SCHEMA s5")] ^= 1; });
           },
       .named = "versions 5 to 8 were acknowledged and are missing; the log ends at version 4",
       .records = "1234",
       .catalogs = "1234"});
  add({.name = "LostWriteAheadLog",
       .harm = [](Patient& store, Patient&) { fs::resize_file(store.File("", ".log"), 0); },
       .named = "versions 1 to 8 were acknowledged and are missing",
       .records = "",
       .catalogs = ""});
  add({.name = "MissingManifest",
       .harm = [](Patient& store, Patient&) { fs::remove(store.File("MANIFEST-", "")); },
       .named = "cannot open",
       .records = "",
       .catalogs = "",
       .latest = 3});
  add({.name = "TruncatedManifest",
       .harm = [](Patient& store, Patient&) { fs::resize_file(store.File("MANIFEST-", ""), 20); },
       .named = "cannot open",
       .records = "",
       .catalogs = "",
       .latest = 3});
  add({.name = "MissingCurrent",
       .harm = [](Patient& store, Patient&) { fs::remove(store.path() + "/CURRENT"); },
       .named = "expected the file CURRENT",
       .records = "",
       .catalogs = "",
       .latest = 3});
  add({.name = "DamagedCurrent",
       .harm =
           [](Patient& store, Patient&) {
             Patient::Edit(store.path() + "/CURRENT", [](std::string& bytes) { bytes = "?"; });
           },
       .named = "cannot open",
       .records = "",
       .catalogs = "",
       .latest = 3});
  add({.name = "TruncatedTable",
       .harm =
           [](Patient& store, Patient&) {
             store.Flush();
             Patient::Cut(store.File("", ".sst"), 100);
           },
       .named = "cannot open",
       .records = "",
       .catalogs = "",
       .latest = 3});
  add({.name = "MissingTable",
       .harm =
           [](Patient& store, Patient&) {
             store.Flush();
             fs::remove(store.File("", ".sst"));
           },
       .named = "cannot open",
       .records = "",
       .catalogs = "",
       .latest = 3});
  add({.name = "FlippedByteInATable",
       .harm =
           [](Patient& store, Patient&) {
             store.Flush();
             Patient::Edit(store.File("", ".sst"), [](std::string& bytes) { bytes[100] ^= 1; });
           },
       .named = "block checksum mismatch",
       .records = "",
       .catalogs = ""});

  // --- The mark.
  add({.name = "HalfOfTheMark",
       .harm =
           [](Patient& store, Patient&) {
             Patient::Edit(store.Mark(), [](std::string& bytes) { bytes[40] ^= 1; });
           },
       .named = "one half of CATALOG-HEAD is damaged",
       .records = "12345678",
       .catalogs = "12345678",
       .verify = 1,
       .latest = 0});
  add({.name = "DamagedMark",
       .harm = [](Patient& store, Patient&) { Patient::Cut(store.Mark(), 1); },
       .named = "CATALOG-HEAD is damaged",
       .records = "12345678",
       .catalogs = "12345678",
       .verify = 1,
       .latest = 0});
  add({.name = "MissingMark",
       .harm = [](Patient& store, Patient&) { fs::remove(store.Mark()); },
       .named = "CATALOG-HEAD is absent",
       .records = "12345678",
       .catalogs = "12345678",
       .verify = 1,
       .latest = 0});
  add({.name = "MarkOfAnotherStore",
       .harm =
           [](Patient& store, Patient& other) {
             fs::copy_file(other.Mark(), store.Mark(), fs::copy_options::overwrite_existing);
           },
       .named = "CATALOG-HEAD is of another store",
       .records = "12345678",
       .catalogs = "12345678",
       .verify = 1,
       .latest = 0});
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(EveryKind, DamageTest, ::testing::ValuesIn(Kinds()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace annals
