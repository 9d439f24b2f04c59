#!/usr/bin/env python3
"""Exports and imports histories, and compares every version of the copies.

    export_histories.py [--every N] PROGRAM SCRIPT.sql...

Each script is executed under the policy relaxed. Its export is imported: every N-th version
has the same state, and the log says the same but for hashes; so it is for an export that begins
with a snapshot. The DDL of every 20th version gives the same lines.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile


def run(*words, text=None):
    return subprocess.run(words, check=True, capture_output=True, text=True, input=text).stdout


def log_of(program, store):
    log = json.loads(run(program, "log", store, "-o", "json", "--reverse"))
    for version in log:
        del version["hash"], version["previous_hash"]
    return log


def differences(program, script, every, directory):
    def path(name):
        return str(directory / name)

    def shown(store, version, output):
        return run(program, "ls", path(store), "--at", str(version), "-o", output)

    run(program, "exec", path("store"), "-f", script, "--policy", "relaxed")
    for name in ("copy", "later copy"):
        run(program, "import", path(name), text=run(program, "export", path("store")))
        log = log_of(program, path("store"))
        if log_of(program, path(name)) != log:
            yield f"the log of the {name} is another"
        for version in [one["version"] for one in reversed(log)][::every]:
            if shown(name, version, "state") != shown("store", version, "state"):
                yield f"version {version} of the {name} is another"
        if name == "copy":
            run(program, "snapshot", path("store"), "--at", str(len(log) // 2))
    for version in (one["version"] for one in log if one["version"] % 20 == 0):
        sql = run(program, "export", path("store"), "-o", "ddl", "--at", str(version))
        run(program, "exec", path(f"of sql {version}"), "--policy", "relaxed", text=sql)
        if shown(f"of sql {version}", "latest", "lines") != shown("store", version, "lines"):
            yield f"the DDL of version {version} gives another catalog"
    print(f"{pathlib.Path(script).stem}: versions 1 to {log[-1]['version']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("scripts", nargs="+")
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    found = 0
    for script in arguments.scripts:
        with tempfile.TemporaryDirectory() as directory:
            for line in differences(arguments.program, script, arguments.every,
                                    pathlib.Path(directory)):
                print(f"{script}: {line}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
