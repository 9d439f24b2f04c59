#!/usr/bin/env python3
"""Turns what the benchmarks measured into ratios, and says which goals hold.

    ratios.py RAW_FOLDER OUTPUT_FOLDER [--most N] [--write-docs DOCUMENT]

Reads the JSON that Google Benchmark wrote for each program, and goals.json beside this
file. Prints a table, writes ratios.json and report.html into the output folder, and with
--write-docs puts the table between the markers of a document. --most N: the run left out
sizes above N, so goals at those are not asked for.

A benchmark is called <operation>/<who>[/<axis>:<value>]...; a ratio is that of two medians
over the rounds, and its spread is the distance between the quartiles of the rounds' own
ratios, as a part of their median. A goal whose figures are not there is missing, and does
not hold.
"""
import argparse
import json
import pathlib
import re
import statistics
import sys

import report

HERE = pathlib.Path(__file__).parent
# What Google Benchmark adds to a name that says how it was measured, and not what.
SUFFIX = re.compile(r"/(iterations:\d+|repeats:\d+|real_time|process_time|manual_time|min_time:[\d.]+)(?=/|$)")
TO_NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
BEGIN, END = "<!-- ./dev bench --write-docs: begin -->", "<!-- ./dev bench --write-docs: end -->"


def rounds_of(folder):
    """{benchmark: {figure: [value of each round]}}, and what is known of the machine."""
    rounds, context, errors = {}, {}, []
    for file in sorted(folder.glob("*.json")):
        raw = json.loads(file.read_text())
        context = context or raw["context"]
        for run in raw["benchmarks"]:
            if run["run_type"] != "iteration":
                continue
            name = SUFFIX.sub("", run["run_name"])
            if run.get("error_occurred"):
                errors.append(f"{name}: {run['error_message']}")
                continue
            figures = rounds.setdefault(name, {})
            scale = TO_NANOSECONDS[run["time_unit"]]
            for figure, value in run.items():
                if figure in ("real_time", "cpu_time"):
                    value *= scale
                if isinstance(value, (int, float)):
                    figures.setdefault(figure, []).append(value)
    return rounds, context, errors


def spread_of(values):
    if len(values) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / middle if middle else 0.0


def bounded(goal, limits):
    """What ours is measured against: the limit's rounds, or a bound made of them."""
    bound = goal.get("bound")
    if bound is None:
        return limits
    if "limit" not in goal:
        return [bound["plus"]]
    return [bound.get("factor", 1) * limit + bound.get("plus", 0) for limit in limits]


def row_of(goal, value, wanted, rounds):
    figure = goal.get("figure", "cpu_time")

    def figures(side, name):
        return rounds.get(goal.get(side, "").replace("{}", value), {}).get(name, [])

    ours = figures("ours", figure)
    limits = bounded(goal, figures("limit", goal.get("limit_figure", figure)))
    row = {
        "name": f"{goal['goal']} {goal['name']}" if goal["goal"] else goal["name"],
        "axis": f"{goal['axis']}={value}" if goal.get("axis") else "",
        "ours": None,
        "limit": None,
        "unit": "of bound" if "bound" in goal else goal["unit"],
        "ratio": None,
        "goal": 1.0 if "bound" in goal else wanted,
        "better": goal["better"],
        "holds": False,
        "rounds": 0,
        "spread": None,
        "measured_in": goal["unit"],
        "against": goal["against"],
    }
    if not ours or not limits:
        return row
    mine, limit = statistics.median(ours), statistics.median(limits)
    ratio = mine / limit
    each = limits if len(limits) == len(ours) else [limit] * len(ours)
    row.update(
        ours=mine,
        limit=limit,
        ratio=ratio,
        rounds=len(ours),
        spread=spread_of([a / b for a, b in zip(ours, each)]),
    )
    if wanted is not None:
        row["holds"] = ratio <= row["goal"] if goal["better"] == "lower" else ratio >= row["goal"]
    return row


def rows_of(goals, rounds, most):
    for goal in goals:
        for value, wanted in goal["at"].items():
            if most is None or int(value or 0) <= most:
                yield row_of(goal, value, wanted, rounds)


# --- For people

def quantity(value, unit):
    """1234567, "ns" -> "1.23 ms"."""
    if value is None:
        return "missing"
    if unit == "ns":
        for scale, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
            if value >= scale:
                return f"{three_digits(value / scale)} {name}"
        return f"{three_digits(value)} ns"
    if unit == "/s":
        return f"{value:,.0f} /s"
    return f"{three_digits(value)} {unit}"


def three_digits(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cells_of(row):
    ours, limit = (quantity(row[side], row["measured_in"]) for side in ("ours", "limit"))
    if row["goal"] is None:
        goal = verdict = ""
    else:
        goal = f"{'≤' if row['better'] == 'lower' else '≥'} {row['goal']:.2f}"
        verdict = "yes" if row["holds"] else "missing" if row["ratio"] is None else "NO"
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
    spread = "" if row["spread"] is None else f"±{50 * row['spread']:.0f} %"
    return [row["name"], row["axis"], ours, f"{limit} {row['against']}", ratio, spread, goal, verdict]


HEADINGS = ["operation", "size", "ours", "limit or peer", "ratio", "spread", "goal", "holds"]


def print_table(rows):
    lines = [HEADINGS] + [cells_of(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def markdown_table(rows):
    lines = [HEADINGS, ["---"] * len(HEADINGS)] + [cells_of(row) for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine_of(context):
    return (f"{context.get('date', '')[:10]}: {context.get('num_cpus')} cores of "
            f"{context.get('mhz_per_cpu')} MHz")


def write_document(path, text):
    document = path.read_text()
    before, rest = document.split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("raw", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--most", type=int)
    parser.add_argument("--write-docs", type=pathlib.Path)
    arguments = parser.parse_args()

    data = json.loads((HERE / "goals.json").read_text())
    rounds, context, errors = rounds_of(arguments.raw)
    goals = list(rows_of(data["goals"], rounds, arguments.most))
    peers = list(rows_of(data["peers"], rounds, arguments.most))
    if not rounds:
        sys.exit(f"{arguments.raw} holds no measurement")

    print_table(goals)
    print()
    print_table(peers)
    held, missing = sum(row["holds"] for row in goals), sum(row["ratio"] is None for row in goals)
    summary = f"{held} of {len(goals)} goals hold, {missing} were not measured"
    print(f"\n{summary} ({machine_of(context)})")
    for error in errors:
        print(f"FAILED: {error}")

    (arguments.output / "ratios.json").write_text(json.dumps(goals, indent=1, ensure_ascii=False) + "\n")
    page = report.page(
        summary=summary,
        machine=machine_of(context),
        tables=[("Goals", HEADINGS, [cells_of(row) for row in goals]),
                ("Beside others", HEADINGS, [cells_of(row) for row in peers])],
        charts=report.charts_of(rounds, data["operations"]),
        quantity=quantity)
    (arguments.output / "report.html").write_text(page)
    if arguments.write_docs:
        text = (f"Measured {machine_of(context)}. {summary}.\n\n{markdown_table(goals)}\n\n"
                f"Beside others, without a goal:\n\n{markdown_table(peers)}")
        write_document(arguments.write_docs, text)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
