#!/usr/bin/env python3
"""Plants tests in a folder and names them right and wrong."""
import pathlib
import tempfile
import unittest

from named_tests import named_in, tests_below


class NamedTestsTest(unittest.TestCase):
    def test_finds_tests_of_every_kind_below_the_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "engine" / "a_test.cc"
            file.parent.mkdir()
            file.write_text("TEST(A, One) {\nTEST_F(B, Two) {\nTEST_P(C,\n       Three) {\n  TEST(D, Within) {\n")
            self.assertEqual(tests_below(pathlib.Path(folder)), {"A.One", "B.Two", "C.Three"})

    def test_reads_names_of_tests_and_nothing_else(self):
        self.assertEqual(named_in("held by `ATest.One`, `B.Two`; not `At(version)`, a.b, `v1.2` or `docs/a.md`"),
                         ["ATest.One", "B.Two"])


if __name__ == "__main__":
    unittest.main()
