#!/usr/bin/env python3
"""Checks that a program was linked with its defences.

    hardening.py PROGRAM [--fortified]

A position-independent executable, read-only relocations bound at start, no
executable stack, stack canaries, and with --fortified checked libc calls.
"""
import subprocess
import sys


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *arguments], check=True, capture_output=True, text=True).stdout


def main():
    program, fortified = sys.argv[1], "--fortified" in sys.argv[2:]
    segments, dynamic, symbols = (readelf(flag, program) for flag in ("-lh", "-d", "--dyn-syms"))
    stack = [line for line in segments.splitlines() if "GNU_STACK" in line]
    defences = {
        "position-independent": "DYN (" in segments and "INTERP" in segments,
        "read-only relocations": "GNU_RELRO" in segments,
        "bound at start": "NOW" in dynamic,
        "no executable stack": len(stack) == 1 and "RWE" not in stack[0],
        "stack canaries": "__stack_chk_fail" in symbols,
        "checked libc calls": not fortified or "_chk@" in symbols,
    }
    missing = [name for name, there in defences.items() if not there]
    print(f"{program}: " + (f"missing: {', '.join(missing)}" if missing else "all defences are there"))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
