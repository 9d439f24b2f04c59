#!/usr/bin/env python3
"""Holds the examples of the JSON-lines protocol to what the program answers.

    protocol_examples.py PROGRAM DOCUMENT

In blocks of the document that are marked `jsonl`, lines that begin with `> ` are
requests and lines that begin with `< ` their replies; lines that begin with a blank
go on with the line before. All blocks are one session on an empty catalog. Replies
are compared as JSON; the text "..." in the document stands for any value. Every
command that the program knows has an example that makes a version, but for those that
never make one, which have any.
"""
import json
import pathlib
import subprocess
import sys


def examples_of(document):
    """(line number, request, reply) for each example; a reply that is not there is empty."""
    examples, inside = [], False
    for number, line in enumerate(document.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```jsonl"
        elif not inside:
            continue
        elif line.startswith("> "):
            examples.append([number, line[2:], ""])
        elif line.startswith("<") and examples and not examples[-1][2]:
            examples[-1][2] = line[2:]
        elif line.startswith(" ") and examples:
            examples[-1][2 if examples[-1][2] else 1] += " " + line.strip()
        else:
            raise ValueError(f"line {number} is neither a request nor a reply: {line}")
    return examples


def matches(expected, found):
    if expected == "...":
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(matches(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(matches, expected, found))
    return type(expected) is type(found) and expected == found


def answers(program, requests):
    """The program's replies, one a request."""
    session = subprocess.run([program, "exec", "--log", "memory", "--format", "jsonl"], check=True,
                             capture_output=True, input="".join(request + "\n" for request in requests), text=True)
    return session.stdout.splitlines()


def differences(examples, replies):
    if len(examples) != len(replies):
        yield f"{len(examples)} requests got {len(replies)} replies"
    for (number, request, expected), found in zip(examples, replies):
        try:
            same = matches(json.loads(expected), json.loads(found))
        except json.JSONDecodeError:
            same = False
        if not same:
            yield f"line {number}: {request}\n  the document says  {expected}\n  the program says   {found}"


def commands_of(program):
    """The program names its commands where it is asked for one that it does not know."""
    (reply,) = answers(program, ['{"?": {}}'])
    return json.loads(reply)["error"]["message"].split("there are ")[1].split(", ")


NEVER_MAKE_A_VERSION = ("validate_object",)


def shown_in(examples):
    """The commands of the examples that make a version, or never do."""
    for _, request, reply in examples:
        never = any(request.startswith(f'{{"{command}"') for command in NEVER_MAKE_A_VERSION)
        if never or '"applied": [true' in reply:
            commands = json.loads(request)
            for command in commands if isinstance(commands, list) else [commands]:
                yield from command


def main():
    program, document = sys.argv[1], sys.argv[2]
    examples = examples_of(pathlib.Path(document).read_text())
    found = list(differences(examples, answers(program, [request for _, request, _ in examples])))
    shown = set(shown_in(examples))
    found += [f"{command} has no example that makes a version" for command in commands_of(program) if command not in shown]
    for difference in found:
        print(f"{document}: {difference}")
    print(f"{len(examples)} examples, {len(found)} differences")
    return 1 if found or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
