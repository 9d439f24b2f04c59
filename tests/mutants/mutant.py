#!/usr/bin/env python3
"""Plants a defect in a test program and expects its tests to find it.

    mutant.py NAME PROGRAM FILTER [ARGUMENT...]

Runs the GoogleTest program PROGRAM with the tests of FILTER, in an environment whose
ANNALS_MUTANT is NAME (log/mutant_internal.h), and no longer than the first failure. Exits
with 0 if there is one within ten seconds: the defect was caught.
"""
import os
import re
import subprocess
import sys
import threading
import time

SECONDS = 10
# As GoogleTest begins the report of a failure.
FAILURE = re.compile(r".*: Failure$")


def first_failure(lines):
    return next((line for line in lines if FAILURE.match(line)), None)


def main():
    name, program, tests = sys.argv[1:4]
    begun = time.monotonic()
    child = subprocess.Popen(
        [program, f"--gtest_filter={tests}", *sys.argv[4:]], env={**os.environ, "ANNALS_MUTANT": name},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    deadline = threading.Timer(SECONDS, child.kill)
    deadline.start()
    failure = first_failure(line.rstrip("\n") for line in child.stdout)
    deadline.cancel()
    child.kill()
    child.wait()
    seconds = time.monotonic() - begun
    if failure is None:
        print(f"{name} was not caught by {tests} in {seconds:.1f} s")
        return 1
    print(f"{name} was caught in {seconds:.1f} s: {failure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
