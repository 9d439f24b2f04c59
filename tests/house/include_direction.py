#!/usr/bin/env python3
"""Checks that includes run one way only.

    include_direction.py [ROOT]

Reads every source file and every CMakeLists.txt of the tree and prints
`file:line: include: rule` for each include, or link between layers, that breaks a
rule. Exits 1 if there is any.
"""
import pathlib
import re
import sys

# A layer, and the layers that it may include beside itself.
LAYERS = {
    "schemas": [],
    "catalog": ["schemas"],
    "log": ["schemas"],
    "snapshot": ["schemas", "catalog", "log"],
    "commands": ["schemas", "catalog"],
    "ddl": ["schemas", "catalog", "commands"],
    "engine": ["schemas", "catalog", "log", "snapshot", "commands"],
    "cli": ["schemas", "catalog", "log", "snapshot", "commands", "ddl", "engine"],
}
# Code outside the layers, which sees everything.
OTHERS = ["bench", "tests", "examples"]
# Who may see the types that FlatBuffers generates from schemas/<name>.fbs. A schema
# that is not listed is for its own folder, schemas, alone.
GENERATED = {
    "object": ["schemas", "catalog"],
    "update": ["schemas", "catalog"],
    "snapshot": ["schemas", "snapshot"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
LINK = re.compile(r"annals_layer\(\s*(\w+)([^)]*)\)")


def is_public(header):
    """Whether a header is installed."""
    return header.endswith(".h") and not header.endswith("_internal.h")


def broken_rule(root, file, quote, target):
    """The rule that the include of `target` in `file` (relative to root) breaks, or None."""
    folder = file.parts[0]
    installed = folder in LAYERS and folder != "cli" and is_public(file.name)
    if target.startswith("annals_fbs/"):
        schema = target.removeprefix("annals_fbs/").removesuffix("_generated.h")
        may = GENERATED.get(schema, ["schemas"])
        if folder in LAYERS and folder not in may:
            return f"types generated from {schema}.fbs stay in {' and '.join(may)}"
        if installed:
            return "generated headers are not installed, so no public header includes them"
        return None
    if not target.startswith("annals/"):
        ours = (root / file.parent / target).is_file() or (root / target).is_file()
        if ours and (quote == '"' or target.split("/")[0] in [*LAYERS, *OTHERS]):
            return 'a header of the project is written "annals/<folder>/<name>"'
        return None
    if quote == "<" and folder != "examples":
        return 'a header of the project is written "annals/..." in quotes'
    if folder not in LAYERS:
        return None
    other = target.split("/")[1]
    if other not in LAYERS:
        return f"{folder} may not include what is outside the layers"
    if other != folder and other not in LAYERS[folder]:
        may = ", ".join(LAYERS[folder]) or "no other layer"
        return f"{folder} may not include {other} (it may include {may})"
    if installed and not is_public(target):
        return "a public header includes public headers only"
    return None


def check_source(root, file):
    text = (root / file).read_text(errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if found := INCLUDE.match(line):
            if rule := broken_rule(root, file, *found.groups()):
                yield f"{file}:{number}: {line.strip()}: {rule}"


def check_links(root, file):
    text = re.sub(r"#.*", "", (root / file).read_text())
    for call in LINK.finditer(text):
        layer, rest = call.groups()
        used = re.search(r"\bUSES\b((?:\s+[a-z]\w*)*)", rest)
        for other in used.group(1).split() if used else []:
            if layer in LAYERS and other not in LAYERS[layer]:
                line = text.count("\n", 0, call.start()) + 1
                yield f"{file}:{line}: USES {other}: {layer} may not include {other}"


def check(root):
    """All breaches in the tree at `root`, and the number of files read."""
    breaches, seen = [], 0
    for folder in [*LAYERS, *OTHERS]:
        for path in sorted((root / folder).rglob("*")):
            file = path.relative_to(root)
            if path.suffix in (".h", ".cc"):
                breaches += check_source(root, file)
            elif path.name == "CMakeLists.txt":
                breaches += check_links(root, file)
            else:
                continue
            seen += 1
    return breaches, seen


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    breaches, seen = check(root)
    for breach in breaches:
        print(breach)
    print(f"include direction: {seen} files, {len(breaches)} breaches")
    return 1 if breaches or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
