#!/usr/bin/env python3
"""Checks that the tests that a document names are there.

    named_tests.py TESTS DOCUMENT

What stands in the document as `SuiteTest.Name` is a TEST of some file below TESTS.
"""
import pathlib
import re
import sys


def tests_below(folder):
    """Suite.Name of every test in C++."""
    text = "\n".join(path.read_text() for path in sorted(folder.rglob("*.cc")))
    return {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", text, re.MULTILINE)}


def named_in(document):
    return re.findall(r"`([A-Z]\w*\.[A-Z]\w+)`", document)


def main():
    folder, document = pathlib.Path(sys.argv[1]), sys.argv[2]
    named = named_in(pathlib.Path(document).read_text())
    missing = sorted(set(named) - tests_below(folder))
    for name in missing:
        print(f"{document}: there is no test {name}")
    print(f"{len(named)} tests are named, {len(missing)} are missing")
    return 1 if missing or not named else 0


if __name__ == "__main__":
    sys.exit(main())
