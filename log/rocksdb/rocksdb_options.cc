#include "annals/log/rocksdb/info_log_internal.h"
#include "annals/log/rocksdb/rocksdb_options_internal.h"
#include "rocksdb/table.h"

namespace annals {

rocksdb::Options StoreOptions(rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 64 << 10;
  table.checksum = rocksdb::kXXH3;

  rocksdb::Options options;
  options.env = env;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 8 << 20;
  options.max_background_jobs = 1;
  // Starting the default of 16 threads takes longer than opening a log's few tables.
  options.max_file_opening_threads = 1;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Who reads leaves nothing behind; who writes asks for a log.
  options.info_log = NoInfoLog();
  options.track_and_verify_wals_in_manifest = true;
  // After an error of a write nobody writes until the store is opened again, so
  // RocksDB need not try to recover by itself.
  options.max_bgerror_resume_count = 0;
  // The default, by which a torn end is cut off. Stricter modes refuse to open
  // after an ordinary loss of power; what this one drops too much, the mark knows.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // The default, on which durability rests: what was recovered from the
  // write-ahead log is in a synced table before Open returns, so that nothing is
  // served that another crash could take away.
  options.avoid_flush_during_recovery = false;
  return options;
}

}  // namespace annals
