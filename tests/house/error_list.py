#!/usr/bin/env python3
"""Checks that the list of errors for people is the one that programs have.

    error_list.py HEADER DOCUMENT

Every reason of the header (schemas/reason.h) has one row in the document
(docs/errors.md), below the heading that is the header's comment, in the header's
order, with its code; and the document names no other reason.
"""
import pathlib
import re
import sys

ROW = re.compile(r"\| `(\w+)` \| `(\w+)` \| (.*?) \| (.*?) \|$")


def code_name(enumerator):
    """NOT_FOUND of kNotFound."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enumerator[1:]).upper()


def reasons_of(header):
    """(group, reason, code) for each line of the list."""
    group = None
    for line in header.splitlines():
        if comment := re.match(r"\s*/\* (.*?)\.? \*/", line):
            group = comment[1]
        elif reason := re.match(r"\s*X\((\w+),\s*(\w+)\)", line):
            yield group, reason[1], code_name(reason[2])


def rows_of(document):
    """(heading, reason, code) for each row of a table of reasons."""
    heading = None
    for line in document.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif row := ROW.match(line):
            yield heading, row[1], row[2]


def differences(header, document):
    reasons, rows = list(reasons_of(header)), list(rows_of(document))
    for group, reason, code in reasons:
        if (group, reason, code) not in rows:
            yield f"{reason} has no row with the code {code} below \"{group}\""
    for row in rows:
        if row not in reasons:
            yield f"{row[1]} with the code {row[2]} below \"{row[0]}\" is not in the header"
    for row in rows:
        if rows.count(row) > 1:
            yield f"{row[1]} has a row twice"
    if rows != reasons and sorted(rows) == sorted(reasons):
        yield "the rows are not in the order of the header"
    known = {reason for _, reason, _ in reasons} | {code for _, _, code in reasons}
    for word in sorted(set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", document)) - known):
        yield f"{word} is neither a reason nor a code"


def main():
    header, document = (pathlib.Path(argument).read_text() for argument in sys.argv[1:3])
    found = list(differences(header, document))
    for line in found:
        print(f"{sys.argv[2]}: {line}")
    print(f"{len(list(reasons_of(header)))} reasons, {len(found)} differences")
    return 1 if found or not list(reasons_of(header)) else 0


if __name__ == "__main__":
    sys.exit(main())
