#!/usr/bin/env python3
"""Gives bench/ratios.py small measurements and expects the right verdicts."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "bench"))
from ratios import BEGIN, END, quantity, rounds_of, rows_of, write_document  # noqa: E402

GOAL = {"goal": "B0", "name": "look-up", "axis": "tables", "unit": "ns", "better": "lower",
        "ours": "Find/annals/tables:{}", "limit": "Find/map/tables:{}", "against": "map", "at": {"10": 1.5}}


def measured(ours, limit, figure="cpu_time"):
    return {"Find/annals/tables:10": {figure: ours}, "Find/map/tables:10": {figure: limit}}


def row(goal, rounds, most=None):
    return next(rows_of([goal], rounds, most), None)


class RatiosTest(unittest.TestCase):
    def test_a_goal_holds_up_to_its_figure_and_no_further(self):
        self.assertTrue(row(GOAL, measured([15, 15, 15], [10, 10, 10]))["holds"])
        self.assertFalse(row(GOAL, measured([16, 16, 16], [10, 10, 10]))["holds"])

    def test_where_more_is_better_less_does_not_hold(self):
        goal = {**GOAL, "better": "higher"}
        self.assertTrue(row(goal, measured([15, 15], [10, 10]))["holds"])
        self.assertFalse(row(goal, measured([14, 14], [10, 10]))["holds"])

    def test_a_ratio_is_that_of_medians_and_one_wild_round_changes_nothing(self):
        self.assertEqual(row(GOAL, measured([12, 12, 999], [10, 10, 10]))["ratio"], 1.2)

    def test_what_was_not_measured_is_a_row_that_does_not_hold(self):
        for rounds in ({}, measured([10], []), measured([], [10])):
            found = row(GOAL, rounds)
            self.assertFalse(found["holds"])
            self.assertIsNone(found["ratio"])

    def test_a_bound_is_made_of_the_limit(self):
        goal = {**GOAL, "bound": {"factor": 2, "plus": 5}}
        found = row(goal, measured([50, 50], [10, 10]))
        self.assertEqual((found["limit"], found["ratio"], found["unit"]), (25, 2, "of bound"))

    def test_a_bound_needs_no_limit(self):
        goal = {**{key: GOAL[key] for key in GOAL if key != "limit"}, "bound": {"plus": 20}}
        self.assertEqual(row(goal, measured([10], []))["ratio"], 0.5)

    def test_sizes_that_were_left_out_are_not_asked_for(self):
        self.assertIsNone(row(GOAL, {}, most=9))
        self.assertIsNotNone(row(GOAL, {}, most=10))

    def test_rounds_are_read_without_the_aggregates_and_without_how_they_were_measured(self):
        def run(name, **more):
            return {"run_name": name, "run_type": "iteration", "time_unit": "us", "cpu_time": 2, "real_time": 3, **more}
        name = "Find/annals/tables:10/iterations:5/repeats:3/real_time/threads:8"
        raw = {"context": {}, "benchmarks": [run(name), run(name), run(name, run_type="aggregate"),
                                             run("Broken/annals", error_occurred=True, error_message="why")]}
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.json").write_text(json.dumps(raw))
            rounds, _, errors = rounds_of(pathlib.Path(folder))
        self.assertEqual(rounds["Find/annals/tables:10/threads:8"]["cpu_time"], [2000, 2000])
        self.assertEqual(errors, ["Broken/annals: why"])

    def test_only_what_lies_between_the_markers_of_a_document_is_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder) / "doc.md"
            document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
            write_document(document, "new")
            self.assertEqual(document.read_text(), f"before\n{BEGIN}\nnew\n{END}\nafter\n")

    def test_times_are_written_in_the_unit_that_fits(self):
        self.assertEqual([quantity(value, "ns") for value in (1.234, 12_340, 1.5e9)], ["1.23 ns", "12.3 µs", "1.50 s"])


if __name__ == "__main__":
    unittest.main()
