#include <lmdb.h>

#include <cstdlib>
#include <iostream>

#include "annals/bench/catalogs.h"
#include "annals/bench/peers/table_keeper.h"
#include "annals/log/keys.h"

namespace annals::bench {
namespace {

void MustDo(int error) {
  if (error == MDB_SUCCESS) return;
  std::cerr << "LMDB: " << mdb_strerror(error) << "\n";
  std::exit(1);
}

MDB_val ToValue(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};  // LMDB only reads it.
}

class Lmdb final : public TableKeeper {
 public:
  explicit Lmdb(const std::string& directory) : record_(RecordOfTable()) {
    MustDo(mdb_env_create(&env_));
    MustDo(mdb_env_set_mapsize(env_, size_t{1} << 30));
    MustDo(mdb_env_open(env_, (directory + "/lmdb").c_str(), MDB_NOSUBDIR | MDB_NOTLS, 0600));
    MDB_txn* transaction = nullptr;
    MustDo(mdb_txn_begin(env_, nullptr, 0, &transaction));
    MustDo(mdb_dbi_open(transaction, nullptr, 0, &database_));
    MustDo(mdb_txn_commit(transaction));
  }
  ~Lmdb() override { mdb_env_close(env_); }

  void CreateTable(uint64_t /*number*/) override {
    MDB_txn* transaction = nullptr;
    MustDo(mdb_txn_begin(env_, nullptr, 0, &transaction));  // Writers take turns from here on.
    ++version_;
    Put(transaction, UpdateKey({version_}), record_);
    Put(transaction, std::string(kHeadKey), VersionValue({version_}));
    MustDo(mdb_txn_commit(transaction));
  }

 private:
  void Put(MDB_txn* transaction, const std::string& key, const std::string& value) {
    MDB_val key_value = ToValue(key);
    MDB_val data = ToValue(value);
    MustDo(mdb_put(transaction, database_, &key_value, &data, 0));
  }

  const std::string record_;
  MDB_env* env_ = nullptr;
  MDB_dbi database_ = 0;
  uint64_t version_ = 0;  // Of who has the write transaction.
};

}  // namespace

std::unique_ptr<TableKeeper> NewLmdb(const std::string& directory) {
  return std::make_unique<Lmdb>(directory);
}

}  // namespace annals::bench
