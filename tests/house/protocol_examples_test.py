#!/usr/bin/env python3
"""Reads examples from a small document and spoils replies, which the check has to see."""
import unittest

from protocol_examples import differences, examples_of, matches, shown_in

DOCUMENT = """
> {"not": "in a block"}

```jsonl
> {"create_schema":
    {"name": "S"}}
< {"version": 2,
   "applied": [true]}
> nonsense
< {"error": {"reason": "INVALID_REQUEST", "message": "..."}}
```

```
> {"in another": "block"}
```
"""
REPLIES = ['{"applied": [true], "version": 2}',
           '{"error": {"reason": "INVALID_REQUEST", "message": "no JSON"}}']


class ProtocolExamplesTest(unittest.TestCase):
    def found(self, *replies):
        return list(differences(examples_of(DOCUMENT), list(replies)))

    def test_only_marked_blocks_have_examples(self):
        self.assertEqual([(number, request) for number, request, _ in examples_of(DOCUMENT)],
                         [(5, '{"create_schema": {"name": "S"}}'), (9, "nonsense")])

    def test_a_line_that_is_neither_is_refused(self):
        with self.assertRaisesRegex(ValueError, "line 2"):
            examples_of("```jsonl\nso what\n```")

    def test_equal_replies_do_not_differ(self):
        self.assertEqual(self.found(*REPLIES), [])

    def test_another_value_is_seen_and_named(self):
        (difference,) = self.found('{"version": 3, "applied": [true]}', REPLIES[1])
        self.assertIn("line 5", difference)
        self.assertIn('"version": 3', difference)

    def test_a_field_too_many_or_too_few_is_seen(self):
        self.assertEqual(len(self.found('{"version": 2}', REPLIES[1])), 1)
        self.assertEqual(len(self.found(REPLIES[0], '{"error": {"reason": "INVALID_REQUEST"}}')), 1)
        self.assertEqual(len(self.found('{"version": 2, "applied": [true], "more": 1}', REPLIES[1])), 1)

    def test_a_missing_reply_is_seen(self):
        self.assertIn("2 requests got 1 replies", self.found(REPLIES[0])[0])

    def test_an_example_without_reply_is_seen(self):
        examples = examples_of("```jsonl\n> {}\n<\n```")
        self.assertEqual(len(list(differences(examples, ['{"version": 1}']))), 1)

    def test_a_command_is_shown_if_it_makes_a_version(self):
        self.assertEqual(list(shown_in(examples_of(DOCUMENT))), ["create_schema"])
        nothing_done = examples_of('```jsonl\n> {"drop_schema": {}}\n< {"version": 1, "applied": [false]}\n```')
        self.assertEqual(list(shown_in(nothing_done)), [])

    def test_types_are_compared_too(self):
        self.assertFalse(matches(1, True))
        self.assertFalse(matches(1, 1.0))
        self.assertFalse(matches([1], [1, 2]))
        self.assertTrue(matches({"a": ["..."]}, {"a": [{"b": 1}]}))


if __name__ == "__main__":
    unittest.main()
