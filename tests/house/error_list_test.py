#!/usr/bin/env python3
"""Spoils a small list of errors in every way and expects the check to see it."""
import unittest

from error_list import differences

HEADER = r"""
#define ANNALS_REASONS(X)                   \
  /* Missing things. */                     \
  X(TABLE_NOT_FOUND,       kNotFound)       \
  X(ZONE_NOT_FOUND,        kNotFound)       \
  /* The log. */                            \
  X(DISK_FULL,             kResourceExhausted)
"""

DOCUMENT = """
# Errors
## Missing things
| reason | code | what it means | what to do |
|---|---|---|---|
| `TABLE_NOT_FOUND` | `NOT_FOUND` | no table | make one |
| `ZONE_NOT_FOUND` | `NOT_FOUND` | no zone | make one |
## The log
| `DISK_FULL` | `RESOURCE_EXHAUSTED` | no room | make some |
Where a `DISK_FULL` comes from.
"""


class ErrorListTest(unittest.TestCase):
    def after(self, old, new):
        """The differences that replacing `old` by `new` in the document makes."""
        self.assertIn(old, DOCUMENT)
        return list(differences(HEADER, DOCUMENT.replace(old, new)))

    def assert_seen(self, old, new, part):
        found = self.after(old, new)
        self.assertTrue(any(part in line for line in found), found)

    def test_equal_lists_do_not_differ(self):
        self.assertEqual(list(differences(HEADER, DOCUMENT)), [])

    def test_a_reason_without_a_row_is_seen(self):
        self.assert_seen("| `ZONE_NOT_FOUND` | `NOT_FOUND` | no zone | make one |\n", "", "ZONE_NOT_FOUND has no row")

    def test_a_row_without_a_reason_is_seen(self):
        self.assert_seen("| `DISK_FULL`", "| `DISK_EMPTY` | `RESOURCE_EXHAUSTED` | a | b |\n| `DISK_FULL`",
                         "DISK_EMPTY with the code RESOURCE_EXHAUSTED")

    def test_a_wrong_code_is_seen(self):
        self.assert_seen("`RESOURCE_EXHAUSTED`", "`NOT_FOUND`", "DISK_FULL has no row with the code RESOURCE_EXHAUSTED")

    def test_a_row_in_another_group_is_seen(self):
        self.assert_seen("## The log\n", "", 'below "The log"')

    def test_a_row_that_is_there_twice_is_seen(self):
        row = "| `DISK_FULL` | `RESOURCE_EXHAUSTED` | no room | make some |\n"
        self.assert_seen(row, row + row, "twice")

    def test_another_order_is_seen(self):
        table, zone = ("| `TABLE_NOT_FOUND` | `NOT_FOUND` | no table | make one |\n",
                       "| `ZONE_NOT_FOUND` | `NOT_FOUND` | no zone | make one |\n")
        self.assert_seen(table + zone, zone + table, "order")

    def test_a_word_that_is_no_reason_is_seen(self):
        self.assert_seen("Where a `DISK_FULL`", "Where a `DISK_GONE`", "DISK_GONE is neither")


if __name__ == "__main__":
    unittest.main()
