// A snapshot is the state at its version, or an error that names what is wrong.

#include "annals/snapshot/snapshot.h"

#include <functional>
#include <random>

#include "annals/tests/snapshot/fixtures.h"
#include "annals_fbs/snapshot_generated.h"

namespace annals {
namespace {

class SnapshotTest : public ReplayTest {
 protected:
  // Versions 1 to 6, a snapshot of 4 in several chunks.
  void MakeSnapshot() {
    MakeHistory(6);
    for (uint64_t version = 4; version <= 6; ++version) digests_.push_back(DigestAt(version));
    ASSERT_THAT(WriteSnapshotOf(4, /*chunk_bytes=*/150), IsOk());
    ASSERT_GE(ChunkKeys().size(), 2u);
  }
  std::vector<std::string> ChunkKeys() {
    std::vector<std::string> keys;
    for (const auto& [key, value] : disk_.Entries()) {
      if (key.starts_with("catalog.snapshot.0")) keys.push_back(key);
    }
    return keys;
  }
  std::string RootKey() { return UpdateKey({4}); }

  // Takes the record under `key` apart, lets `change` have its payload, seals it again.
  template <typename Table>
  void Rewrite(const std::string& key, std::function<void(Table&, Envelope&)> change) {
    const std::string bytes = disk_.Get(key);
    const auto record = OpenRecord(key, bytes);
    ASSERT_THAT(record, IsOk());
    const std::string payload(record->payload);
    Table table;
    flatbuffers::GetRoot<typename Table::TableType>(payload.data())->UnPackTo(&table);
    Envelope envelope = record->envelope;
    change(table, envelope);
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(Table::TableType::Pack(builder, &table));
    disk_.Put(key, SealRecord(envelope, {reinterpret_cast<const char*>(builder.GetBufferPointer()),
                                         builder.GetSize()}));
  }
  // As Rewrite of a chunk, and the root lists the changed chunk.
  void RewriteChunkAndRoot(size_t number, std::function<void(fbs::ChunkT&, Envelope&)> change) {
    const std::string key = ChunkKeys()[number];
    Rewrite<fbs::ChunkT>(key, change);
    const std::string bytes = disk_.Get(key);
    Rewrite<fbs::RootT>(RootKey(), [&](fbs::RootT& root, Envelope&) {
      const Sha256Hash hash = Sha256Hash::Of(bytes);
      root.chunks[number]->size = bytes.size();
      root.chunks[number]->sha256.assign(hash.bytes.begin(), hash.bytes.end());
    });
  }

  std::vector<std::string> digests_;  // Of versions 4 to 6.
};

TEST_F(SnapshotTest, IsTheStateAtItsVersionAndTheTailGoesOn) {
  MakeSnapshot();
  Reopen();
  for (uint64_t version = 4; version <= 6; ++version) {
    EXPECT_EQ(DigestAt(version), digests_[version - 4]);
  }
  EXPECT_THAT(ReplayUpTo(*log_, {3}), FailsWith(Reason::VERSION_TRUNCATED));
  const auto snapshot = ReadSnapshot(*log_, {4});
  ASSERT_THAT(snapshot, IsOk());
  EXPECT_EQ(snapshot->image.objects.size(), 4u);
  EXPECT_EQ(snapshot->image.timestamp, HybridTimestamp(4000, 0));
}

TEST_F(SnapshotTest, StillKnowsWhoMadeItsVersion) {
  MakeHistory(6);
  const auto before = ReadUpdateRecord(*log_, {4});
  ASSERT_THAT(before, IsOk());
  EXPECT_FALSE(before->is_root);
  ASSERT_THAT(WriteSnapshotOf(4), IsOk());
  const auto after = ReadUpdateRecord(*log_, {4});
  ASSERT_THAT(after, IsOk());
  EXPECT_TRUE(after->is_root);
  EXPECT_EQ(after->bytes, before->bytes);
  EXPECT_EQ(after->hash, before->hash);
  EXPECT_EQ(after->update.message, "version 4");
  EXPECT_EQ(after->envelope.commit_id, before->envelope.commit_id);
  EXPECT_THAT(ReadUpdateRecord(*log_, {3}), FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_THAT(ReadUpdateRecord(*log_, {7}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  // And is the same record in a snapshot that comes later.
  const auto fifth = ReadUpdateRecord(*log_, {5});
  ASSERT_THAT(WriteSnapshotOf(5), IsOk());
  EXPECT_EQ(ReadUpdateRecord(*log_, {5})->bytes, fifth->bytes);
}

TEST_F(SnapshotTest, NeedsTheSnapshotBeforeIt) {
  MakeSnapshot();
  const auto store = ReplayUpTo(*log_, {6});
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(WriteSnapshot(*(*store)->At({6}), *log_, {3}), FailsWith(Reason::VERSION_CONFLICT));
  EXPECT_EQ(DigestAt(6), digests_[2]);
  ASSERT_THAT(WriteSnapshotOf(6), IsOk());
  EXPECT_EQ(DigestAt(6), digests_[2]);
  Reopen();
  EXPECT_EQ(DigestAt(6), digests_[2]);
}

TEST_F(SnapshotTest, OfNoObjectsIsOne) {
  AppendEntries({});
  AppendEntries({});
  ASSERT_THAT(WriteSnapshotOf(2), IsOk());
  Reopen();
  EXPECT_THAT(ReplayUpTo(*log_, {2}), IsOk());
}

TEST_F(SnapshotTest, AChunkThatIsMissingIsNamed) {
  MakeSnapshot();
  for (const std::string& key : ChunkKeys()) {
    const std::string bytes = disk_.Get(key);
    disk_.Delete(key);
    EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {key}));
    disk_.Put(key, bytes);
  }
  EXPECT_THAT(Recover(), IsOk());
}

TEST_F(SnapshotTest, AnyFlippedBitOfAChunkIsFound) {
  MakeSnapshot();
  std::mt19937_64 random(11);
  for (const std::string& key : ChunkKeys()) {
    const std::string bytes = disk_.Get(key);
    for (int i = 0; i < 200; ++i) {
      std::string damaged = bytes;
      damaged[random() % damaged.size()] ^= static_cast<char>(1 << (random() % 8));
      disk_.Put(key, damaged);
      ASSERT_THAT(Recover(), FailsWith(Reason::DAMAGED, {key}));
    }
    for (size_t size = 0; size < bytes.size(); size += 13) {
      disk_.Put(key, bytes.substr(0, size));
      ASSERT_THAT(Recover(), FailsWith(Reason::DAMAGED, {key}));
    }
    disk_.Put(key, bytes);
  }
  EXPECT_THAT(Recover(), IsOk());
}

TEST_F(SnapshotTest, AnyFlippedBitOfTheRootIsFound) {
  MakeSnapshot();
  const std::string bytes = disk_.Get(RootKey());
  std::mt19937_64 random(12);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 << (random() % 8));
    disk_.Put(RootKey(), damaged);
    const auto log = disk_.Open();
    ASSERT_THAT(log, ::testing::Not(IsOk()));
    EXPECT_TRUE(ReasonOf(log.status()) == Reason::DAMAGED ||
                ReasonOf(log.status()) == Reason::NEWER_FORMAT)
        << log.status();
  }
}

TEST_F(SnapshotTest, ChunksInEachOthersPlaceAreFound) {
  MakeSnapshot();
  const std::vector<std::string> keys = ChunkKeys();
  const std::string first = disk_.Get(keys[0]);
  disk_.Put(keys[0], disk_.Get(keys[1]));
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {keys[0], "root lists"}));
  disk_.Put(keys[0], first);
}

TEST_F(SnapshotTest, AChunkOfAnotherStoreIsFoundEvenIfTheRootListsIt) {
  MakeSnapshot();
  RewriteChunkAndRoot(
      0, [](fbs::ChunkT&, Envelope& envelope) { envelope.store = StoreUuid::Random(); });
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {ChunkKeys()[0], "another store"}));
}

TEST_F(SnapshotTest, AChunkOfAnotherVersionOrKindIsFoundEvenIfTheRootListsIt) {
  MakeSnapshot();
  const auto disk = disk_.Clone();
  RewriteChunkAndRoot(0, [](fbs::ChunkT&, Envelope& envelope) { envelope.version = {3}; });
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {ChunkKeys()[0], "version 3"}));
  for (const auto& [key, value] : disk->Entries()) disk_.Put(key, value);
  RewriteChunkAndRoot(0,
                      [](fbs::ChunkT&, Envelope& envelope) { envelope.kind = RecordKind::kRoot; });
  EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED, {ChunkKeys()[0], "kind"}));
}

TEST_F(SnapshotTest, ObjectsThatCannotBeAreFoundEvenIfTheRootListsThem) {
  MakeSnapshot();
  const auto disk = disk_.Clone();
  using Change = std::function<void(fbs::ChunkT&, Envelope&)>;
  const std::vector<Change> changes = {
      // No object at all, an empty one, damage.
      [](fbs::ChunkT& chunk, Envelope&) { chunk.objects[0]->object.clear(); },
      [](fbs::ChunkT& chunk, Envelope&) { chunk.objects[0]->object.assign(200, 0xff); },
      [](fbs::ChunkT& chunk, Envelope&) { chunk.objects[0]->object.resize(9); },
      // From a version that is none, or later.
      [](fbs::ChunkT& chunk, Envelope&) { chunk.objects[0]->from = 0; },
      [](fbs::ChunkT& chunk, Envelope&) { chunk.objects[0]->from = 5; },
      // Twice, too few, another id than the order asks for.
      [](fbs::ChunkT& chunk, Envelope&) {
        chunk.objects.push_back(std::make_unique<fbs::SnapshotObjectT>(*chunk.objects[0]));
      },
      [](fbs::ChunkT& chunk, Envelope&) { chunk.objects.pop_back(); },
      [](fbs::ChunkT& chunk, Envelope&) {
        const std::string bytes = BuildObject(SchemaFields{{77}, "X"});
        chunk.objects[0]->object.assign(bytes.begin(), bytes.end());
      },
      // A name that another object has.
      [](fbs::ChunkT& chunk, Envelope&) {
        const std::string bytes = BuildObject(SchemaFields{{0}, "S4"});
        chunk.objects[0]->object.assign(bytes.begin(), bytes.end());
      },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    for (const auto& [key, value] : disk->Entries()) disk_.Put(key, value);
    RewriteChunkAndRoot(0, changes[i]);
    EXPECT_THAT(Recover(), FailsWith(Reason::DAMAGED)) << "change " << i;
  }
}

TEST_F(SnapshotTest, ARootThatIsWrongIsFound) {
  MakeSnapshot();
  const auto disk = disk_.Clone();
  using Change = std::function<void(fbs::RootT&, Envelope&)>;
  const std::vector<std::pair<std::string, Change>> changes = {
      {"object count", [](fbs::RootT& root, Envelope&) { ++root.object_count; }},
      {"hash", [](fbs::RootT& root, Envelope&) { root.chunks[0]->sha256[3] ^= 1; }},
      {"short hash", [](fbs::RootT& root, Envelope&) { root.chunks[0]->sha256.pop_back(); }},
      {"size", [](fbs::RootT& root, Envelope&) { ++root.chunks[0]->size; }},
      {"a chunk too many",
       [](fbs::RootT& root, Envelope&) {
         root.chunks.push_back(std::make_unique<fbs::ChunkInfoT>(*root.chunks[0]));
       }},
      {"a chunk too few", [](fbs::RootT& root, Envelope&) { root.chunks.pop_back(); }},
      {"another attempt", [](fbs::RootT& root, Envelope&) { root.attempt = std::string(32, 'a'); }},
      {"no attempt", [](fbs::RootT& root, Envelope&) { root.attempt = "../../x"; }},
      {"default zone", [](fbs::RootT& root, Envelope&) { root.default_zone = 0; }},
      {"no update", [](fbs::RootT& root, Envelope&) { root.update.clear(); }},
      {"damaged update", [](fbs::RootT& root, Envelope&) { root.update[150] ^= 1; }},
      {"update of another version",
       [&](fbs::RootT& root, Envelope&) {
         const std::string other = disk->Get(UpdateKey({5}));
         root.update.assign(other.begin(), other.end());
       }},
      {"another hash", [](fbs::RootT&, Envelope& envelope) { envelope.previous.bytes[0] ^= 1; }},
      {"another store",
       [](fbs::RootT&, Envelope& envelope) { envelope.store = StoreUuid::Random(); }},
      {"another version", [](fbs::RootT&, Envelope& envelope) { envelope.version = {5}; }},
      {"a chunk", [](fbs::RootT&, Envelope& envelope) { envelope.kind = RecordKind::kChunk; }},
      {"an update", [](fbs::RootT&, Envelope& envelope) { envelope.kind = RecordKind::kUpdate; }},
  };
  for (const auto& [name, change] : changes) {
    for (const auto& [key, value] : disk->Entries()) disk_.Put(key, value);
    Rewrite<fbs::RootT>(RootKey(), change);
    // Found when the log is opened, or when the snapshot is read.
    auto log = disk_.Open();
    const absl::Status status = log.ok() ? ReplayUpTo(**log, {6}).status() : log.status();
    EXPECT_THAT(status, FailsWith(Reason::DAMAGED)) << name;
    EXPECT_NE(ToStd(status.message()).find("4"), std::string_view::npos) << name << ": " << status;
  }
}

TEST_F(SnapshotTest, ARootOfGarbageIsAnError) {
  MakeSnapshot();
  const auto record = OpenRecord("", disk_.Get(RootKey()));
  const Envelope envelope = record->envelope;
  for (const std::string& payload :
       {std::string(), std::string(300, '\xff'), std::string(64, '\0')}) {
    disk_.Put(RootKey(), SealRecord(envelope, payload));
    auto log = disk_.Open();
    const absl::Status status = log.ok() ? ReadSnapshot(**log, {4}).status() : log.status();
    EXPECT_THAT(status, FailsWith(Reason::DAMAGED, {RootKey()}));
  }
}

TEST_F(SnapshotTest, DamageAboveTheSnapshotLeavesWhatIsBelowIt) {
  MakeSnapshot();
  MakeHistory(8);  // The head is checked when the log is opened: damage one below it.
  std::string damaged = disk_.Get(UpdateKey({6}));
  damaged[200] ^= 1;
  disk_.Put(UpdateKey({6}), damaged);
  Reopen();
  EXPECT_EQ(DigestAt(4), digests_[0]);
  EXPECT_EQ(DigestAt(5), digests_[1]);
  EXPECT_THAT(ReplayUpTo(*log_, {6}), FailsWith(Reason::DAMAGED, {"6"}));
  EXPECT_THAT(ReplayUpTo(*log_, {8}), FailsWith(Reason::DAMAGED, {"6"}));
  // A record that is missing is no other.
  disk_.Delete(UpdateKey({6}));
  Reopen();
  EXPECT_EQ(DigestAt(5), digests_[1]);
  EXPECT_THAT(ReplayUpTo(*log_, {8}), FailsWith(Reason::DAMAGED, {"6"}));
}

TEST_F(SnapshotTest, WhatIsHeldStaysWhileTheStoreJumpsToALaterSnapshot) {
  MakeHistory(6);
  const auto early = ReplayUpTo(*log_, {2});
  ASSERT_THAT(early, IsOk());
  const Catalog held = (*early)->Latest();
  const std::string digest = StateDigest(held);
  ASSERT_THAT(WriteSnapshotOf(5), IsOk());
  const auto snapshot = ReadSnapshot(*log_, {5});
  ASSERT_THAT(snapshot, IsOk());
  ASSERT_THAT((*early)->Rebase(snapshot->image), IsOk());
  EXPECT_EQ(StateDigest(held), digest);
  EXPECT_EQ(StateDigest((*early)->Latest()), DigestAt(5));
  EXPECT_THAT((*early)->At({2}), FailsWith(Reason::VERSION_TRUNCATED));
}

}  // namespace
}  // namespace annals
