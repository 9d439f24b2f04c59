#!/usr/bin/env python3
"""Makes the golden stores of a release, once (see README.md).

    make.py PROGRAM DIRECTORY

DIRECTORY must not exist; `tests/golden/RELEASE` is where it belongs. PROGRAM is the
release's own `annals`.
"""
import json
import pathlib
import shutil
import subprocess
import sys

# Each session is one run of `annals exec`: its options and what it reads.
FIRST = """
CREATE SCHEMA shop;
BEGIN;
CREATE ZONE fast (PARTITIONS 7, REPLICAS 5, QUORUM SIZE 3, NODES FILTER '$[?(@.region == "EU")]',
  AUTO SCALE UP 5, AUTO SCALE DOWN OFF, CONSISTENCY MODE 'HIGH_AVAILABILITY') STORAGE PROFILES ['nvme', 'ssd'];
COMMIT MESSAGE 'A zone with every option';
BEGIN;
CREATE TABLE shop.every_type (
  id BIGINT,
  region VARCHAR(10),
  a_boolean BOOLEAN DEFAULT TRUE,
  a_tinyint TINYINT DEFAULT -1,
  a_smallint SMALLINT NOT NULL DEFAULT 2,
  an_int INT DEFAULT 3,
  a_bigint BIGINT DEFAULT -9223372036854775808,
  a_real REAL DEFAULT 1.5,
  a_double DOUBLE PRECISION DEFAULT -2.5E-3,
  a_decimal DECIMAL(10, 2) DEFAULT 1.50,
  a_date DATE DEFAULT DATE '2024-01-31',
  a_time TIME(3) DEFAULT TIME '10:20:30.5',
  a_timestamp TIMESTAMP DEFAULT TIMESTAMP '2024-01-31 10:20:30',
  a_local_timestamp TIMESTAMP(9) WITH LOCAL TIME ZONE,
  a_uuid UUID DEFAULT UUID '01234567-89ab-cdef-0123-456789abcdef',
  a_text VARCHAR DEFAULT 'it''s',
  a_varbinary VARBINARY(16) DEFAULT X'00fF',
  bytes BINARY,
  CONSTRAINT every_key PRIMARY KEY USING SORTED (id DESC NULLS LAST, region ASC)
) COLOCATE BY (region) ZONE fast STORAGE PROFILE 'ssd' WITH (STALE ROWS FRACTION 0.25, MIN STALE ROWS 7);
CREATE UNIQUE INDEX at_once ON shop.every_type (region, a_date DESC NULLS LAST);
COMMIT MESSAGE 'Every type, and an index that is available at once';
CREATE TABLE keyed (id UUID DEFAULT rand_uuid PRIMARY KEY, n INT NOT NULL DEFAULT 0, note VARCHAR(20) NOT NULL);
CREATE TABLE keyless (n INT);
CREATE INDEX registered ON keyed USING HASH (n);
CREATE INDEX available ON keyed (note DESC, n);
ALTER INDEX available START BUILDING;
ALTER INDEX available MAKE AVAILABLE;
CREATE INDEX building ON keyed (n);
ALTER INDEX building START BUILDING;
ALTER TABLE keyed ADD COLUMN (extra VARCHAR(5), more DECIMAL(5) NOT NULL DEFAULT 1);
ALTER TABLE keyed ALTER COLUMN note SET DATA TYPE VARCHAR(40);
ALTER TABLE keyed ALTER COLUMN note DROP NOT NULL;
ALTER TABLE keyed ALTER COLUMN n SET DEFAULT 7;
ALTER TABLE keyed ALTER COLUMN n SET DATA TYPE BIGINT DEFAULT 8;
ALTER TABLE keyed ALTER COLUMN n DROP DEFAULT;
ALTER TABLE keyed DROP COLUMN extra;
ALTER TABLE keyed SET (STALE ROWS FRACTION 0.5, MIN STALE ROWS 0);
ALTER TABLE keyed RENAME TO renamed;
ALTER INDEX registered RENAME TO hashed;
DROP INDEX available;
DROP INDEX hashed;
ALTER ZONE fast SET (REPLICAS 3, STORAGE PROFILES ['ssd', 'nvme', 'hdd']);
ALTER ZONE fast SET DEFAULT;
ALTER ZONE fast RENAME TO quick;
CREATE ZONE spare STORAGE PROFILES ['default'];
DROP ZONE spare;
BEGIN;
CREATE SCHEMA old;
CREATE TABLE old.a (id INT PRIMARY KEY);
CREATE TABLE old.b (id INT PRIMARY KEY);
CREATE INDEX b_by_id ON old.b (id);
COMMIT;
BEGIN;
ALTER TABLE old.a RENAME TO c;
ALTER TABLE old.b RENAME TO a;
ALTER TABLE old.c RENAME TO b;
COMMIT MESSAGE 'Names that are swapped';
DROP TABLE old.b;
CREATE TABLE old.b (other INT PRIMARY KEY);
DROP SCHEMA old CASCADE;
CREATE SCHEMA "Grüße";
CREATE TABLE "Grüße"."a ""quoted"" name" (U&"dir\\200Bection" INT PRIMARY KEY, "表" VARCHAR(3) DEFAULT 'ä');
"""

SYSTEM = [
    {"create_system_schema": {"name": "INFORMATION_SCHEMA"}},
    {"create_table": {
        "schema": "INFORMATION_SCHEMA", "name": "NOTES", "allow_system_schema": True,
        "columns": [{"name": "ID", "type": "INT32"},
                    {"name": "KEPT", "type": "STRING", "length": 9, "default": {"constant": 1.50}}],
        "primary_key": {"kind": "hash", "columns": ["ID"]}}},
    {"create_system_view": {
        "name": "NODES", "kind": "cluster",
        "columns": [{"name": "NAME", "type": "STRING", "length": 128}, {"name": "UP", "type": "DURATION", "precision": 3},
                    {"name": "EVERY", "type": "PERIOD", "precision": 2}, {"name": "ADDRESS", "type": "STRUCT"}]}},
    {"create_system_view": {
        "name": "NODES", "kind": "node", "columns": [{"name": "NAME", "type": "STRING", "length": 64, "nullable": True}]}},
]

RELAXED = """
CREATE TABLE loose (a VARCHAR(5), b INT, c BIGINT DEFAULT 5);
ALTER TABLE loose RENAME COLUMN b TO d;
ALTER TABLE loose ADD PRIMARY KEY USING SORTED (d DESC, a);
ALTER TABLE loose RENAME TO looser;
ALTER TABLE looser ALTER COLUMN c SET DATA TYPE VARCHAR(3);
ALTER TABLE looser ALTER COLUMN c SET NOT NULL;
ALTER TABLE looser ADD COLUMN e INT NOT NULL;
CREATE UNIQUE INDEX unique_c ON looser (c);
ALTER TABLE looser DROP PRIMARY KEY;
BEGIN;
ALTER TABLE looser ADD PRIMARY KEY (e);
ALTER TABLE looser DROP COLUMN a;
COMMIT MESSAGE 'Another key';
CREATE TABLE empty ();
"""

# Every kind of configured object, and every action on one.
KINDS = """
CREATE SECRET p FROM ENV 'KAFKA_PASSWORD';
CREATE CONNECTION bastion TO SSH TUNNEL (HOST 'bastion', USER 'annals', PUBLIC KEY 1 'one', PUBLIC KEY 2 'two');
CREATE CONNECTION broker TO KAFKA (BROKER 'b:9092', SASL PASSWORD SECRET p, SSH TUNNEL bastion, PROGRESS TOPIC 'p')
  COMMENT 'it''s far away';
CREATE SOURCE orders FROM CONNECTION broker (TOPIC 'orders') (id BIGINT NOT NULL, total DECIMAL(10, 2) DEFAULT 0);
CREATE SINK totals FROM orders INTO CONNECTION broker (TOPIC 'totals');
CREATE CATALOG hive USING hive WITH ('hive.metastore.uri' = 'thrift://h:9083', 'empty' = '');
ALTER CONNECTION broker SET (BROKERS ('a:1', 'b:2'), SECURITY PROTOCOL 'SASL_SSL'), RESET (SSH TUNNEL);
ALTER CONNECTION broker RENAME TO brokers, SET (SSH TUNNEL bastion);
ALTER CATALOG hive COMMENT 'old', SET ('hive.metastore.uri' = '${ENV:HIVE}');
ALTER SECRET p FROM FILE '/run/secrets/p';
REFRESH SECRET p;
CREATE CONNECTION other TO KAFKA (BROKER 'c:9092');
ALTER SOURCE orders SET CONNECTION other;
BEGIN;
ALTER CONNECTION brokers RENAME TO swap;
ALTER CONNECTION other RENAME TO brokers;
ALTER CONNECTION swap RENAME TO other;
COMMIT MESSAGE 'Names that are swapped';
DROP CONNECTION brokers CASCADE;
CREATE CATALOG "x/..\\y.yaml" USING memory;
DROP CATALOG hive;
ROLLBACK TO VERSION 60;
"""

DELAYED = """
CREATE SCHEMA later;
DROP SCHEMA later;
"""

SESSIONS = [
    (["--author", "ann"], FIRST),
    (["--format", "jsonl", "--author", "bob", "--message", "by JSON"], "".join(json.dumps(line) + "\n" for line in SYSTEM)),
    (["--policy", "relaxed", "--author", "cy"], RELAXED),
    (["--delay", "20"], DELAYED),
    (["--author", "eve"], KINDS),
]

# After the snapshot, in the store that has one.
SNAPSHOT_AT = 25
AFTER = """
ALTER TABLE renamed ADD COLUMN after_it INT;
DROP TABLE keyless;
CREATE TABLE fresh (id INT PRIMARY KEY);
"""


def run(*words, text=None):
    return subprocess.run(words, check=True, capture_output=True, text=True, input=text).stdout


def execute(program, store, options, text):
    out = run(program, "exec", str(store), *options, text=text)
    if '"error"' in out:
        sys.exit(f"refused:\n{out}")


def versions(program, store):
    log = json.loads(run(program, "log", str(store), "-o", "json", "--reverse"))
    return [version["version"] for version in log]


def describe(program, store):
    """What every version is: its state, and the canonical lines that it has lost and won."""
    text, before = "", set()
    for version in versions(program, store):
        at = [str(store), "--at", str(version)]
        lines = set(run(program, "ls", *at, "-o", "lines").splitlines())
        text += f"version {version}\nstate {run(program, 'ls', *at, '-o', 'state')}"
        text += "".join(f"- {line}\n" for line in sorted(before - lines))
        text += "".join(f"+ {line}\n" for line in sorted(lines - before))
        before = lines
    return text


def finish(program, store):
    """Leaves of the store what it needs, beside what is to be found in it."""
    for name in ["LOG", "LOG.old*", "LOCK", "OPTIONS-*"]:
        for file in store.glob(name):
            file.unlink()
    store.with_suffix(".txt").write_text(describe(program, store))
    store.with_suffix(".jsonl").write_text(run(program, "export", str(store)))


def main():
    program, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True)
    history, snapshot = directory / "history", directory / "snapshot"
    for options, text in SESSIONS:
        execute(program, history, options, text)
    shutil.copytree(history, snapshot)
    run(program, "snapshot", str(snapshot), "--at", str(SNAPSHOT_AT))
    execute(program, snapshot, ["--author", "dee"], AFTER)
    for store in [history, snapshot]:
        finish(program, store)
    size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
    print(f"{directory}: {len(versions(program, history))} versions, {size} bytes")


if __name__ == "__main__":
    main()
