#!/usr/bin/env python3
"""Checks that the schemas of today read what every release has written.

    schema_superset.py RELEASED CURRENT

RELEASED holds a folder of .fbs files for each release, CURRENT those of today.
Every field (table, id, name, type, attributes, default), enum value and union
member (number and name) and every whole struct of a release must still be there,
unchanged; and a table of a release may not gain a required field, because its old
bytes do not have it. `flatc --conform` misses removed fields and members, reused
union numbers and `required`, so this is a check of its own.

Prints one line for each difference; exits 1 if there is any.
"""
import pathlib
import re
import sys

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"[^"]*"|[A-Za-z_][\w.]*|[-+]?[\d.][\w.+-]*|[{}()\[\]:;=,]|\s+', re.S)


class Parser:
    """Reads one .fbs file; what it does not know is an error, never skipped."""

    def __init__(self, text, name):
        self.name, self.tokens, at = name, [], 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                raise SyntaxError(f"{name}: cannot read {text[at:at + 20]!r}")
            at = token.end()
            if not re.match(r"//|/\*|\s", token.group()):
                self.tokens.append(token.group())
        self.tokens.reverse()

    def next(self, *expected):
        token = self.tokens.pop() if self.tokens else "the end"
        if expected and token not in expected:
            raise SyntaxError(f"{self.name}: expected {' or '.join(expected)}, found {token}")
        return token

    def peek(self):
        return self.tokens[-1] if self.tokens else None

    def take(self, token):
        if self.peek() == token:
            return self.next()
        return None

    def parse(self):
        """Yields (kind, name, facts): facts is a set of lines, for ever true."""
        while self.tokens:
            word = self.next()
            if word in ("namespace", "include", "root_type", "file_identifier", "file_extension", "attribute"):
                self.next()
                self.next(";")
            elif word in ("table", "struct"):
                name = self.next()
                yield word, name, self.fields(word, name, self.attributes())
            elif word in ("enum", "union"):
                name = self.next()
                under = self.next() if self.take(":") else "union"
                yield word, name, self.values(f"{word} {name} : {under}{self.attributes()}")
            else:
                raise SyntaxError(f"{self.name}: unknown word {word}")

    def type(self):
        if self.take("["):
            inner = self.next()
            if self.take(":"):
                inner += ":" + self.next()
            self.next("]")
            return f"[{inner}]"
        return self.next()

    def attributes(self):
        if not self.take("("):
            return ""
        found = []
        while not self.take(")"):
            name = self.next()
            found.append(f"{name}: {self.next()}" if self.take(":") else name)
            self.take(",")
        return " (" + ", ".join(sorted(found)) + ")"

    def fields(self, kind, table, attributes):
        lines = []
        self.next("{")
        while not self.take("}"):
            name = self.next()
            self.next(":")
            line = f"{table}.{name}: {self.type()}"
            if self.take("="):
                line += f" = {self.next()}"
            of_field = self.attributes()
            self.next(";")
            if kind == "table" and not re.search(r"\bid: \d+", of_field):
                raise SyntaxError(f"{self.name}: {table}.{name} has no id")
            lines.append(line + of_field)
        if kind == "struct":  # Its layout is its order; it can't grow.
            return {f"struct {table}{attributes} {{ {'; '.join(lines)} }}"}
        return {f"table {table}{attributes}", *lines}

    def values(self, head):
        lines = {head}
        name = head.split()[1]
        self.next("{")
        while not self.take("}"):
            value = self.next()
            if self.take(":"):
                value += f": {self.type()}"
            if not self.take("="):
                raise SyntaxError(f"{self.name}: {name}.{value} has no number")
            lines.add(f"{name}.{value} = {int(self.next(), 0)}")
            self.take(",")
        return lines


def facts(folder):
    """{(file, kind, name): lines} of all schemas in `folder`."""
    found = {}
    for path in sorted(folder.glob("*.fbs")):
        for kind, name, lines in Parser(path.read_text(), path.name).parse():
            found[path.name, kind, name] = lines
    return found


def differences(released, current):
    """What the schemas in `current` take from those in `released`, one line each."""
    now = facts(current)
    for (file, kind, name), lines in facts(released).items():
        today = now.get((file, kind, name))
        if today is None:
            yield f"{file}: {kind} {name} is gone"
            continue
        for line in sorted(lines - today):
            yield f"{file}: gone or changed: {line}"
        for line in sorted(today - lines):
            if kind == "table" and re.search(r"[(\s]required\b", line):
                yield f"{file}: old bytes lack this required field: {line}"


def main():
    released, current = map(pathlib.Path, sys.argv[1:])
    facts(current)
    releases = sorted(path for path in released.glob("*") if path.is_dir())
    bad = 0
    for release in releases:
        for line in differences(release, current):
            print(f"{release.name}: {line}")
            bad += 1
    print(f"schema superset: {len(releases)} releases, {bad} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
