"""Runs the random tests for hours, with other seeds each time, and says what was covered.

    soak.py --hours H [--seed N] BUILD_DIRECTORY [FUZZ_DIRECTORY]

Each kind of work gets turns until the time is over, as many at once as there are cores.
After a failure comes the one line that repeats it, and the exit code is 1. The last line is
the summary.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections import Counter

# The kinds of work: a name, a program, the tests in it, what the environment says of how much a
# turn does, and the variable that takes the seed of the turn.
KINDS = [
    ("faults", "annals_faults_tests", "*", {"ANNALS_FAULTS_SCALE": 2}, "ANNALS_FAULTS_SEED"),
    ("model", "annals_model_tests", "*CatalogModelTest*", {"ANNALS_MODEL_STEPS": 100_000}, "ANNALS_MODEL_SEED"),
    ("export", "annals_model_tests", "*Export*", {}, "ANNALS_EXPORT_SEED"),
    ("migration", "annals_model_tests", "*Migration*", {}, "ANNALS_MIGRATION_SEED"),
    ("histories", "annals_engine_tests", "*HistoryTest*", {}, "ANNALS_SEED"),
    ("threads", "annals_engine_tests", "Concurrency.*", {"ANNALS_STRESS_SECONDS": 20}, "ANNALS_SEED"),
    ("store", "annals_catalog_tests", "*StressTest*", {"ANNALS_STRESS_SECONDS": 20}, "ANNALS_SEED"),
]
FUZZ_SECONDS = 60
# A soak that is shorter than this does less in a turn.
WHOLE_TURNS_HOURS = 0.1
SHARE_OF_SHORT_TURNS = 0.2


class Soak:
    def __init__(self, build, fuzz, hours, seed):
        self.build = pathlib.Path(build).resolve()
        self.fuzz = pathlib.Path(fuzz).resolve() if fuzz else None
        self.end = time.monotonic() + hours * 3600
        self.seed = seed
        self.share = 1 if hours >= WHOLE_TURNS_HOURS else SHARE_OF_SHORT_TURNS
        self.turns = Counter()
        self.covered = Counter()
        self.failures = []

    def run(self):
        """Turns until the time is over, and at least one of each kind."""
        kinds = [lambda number, kind=kind: self.test(number, *kind) for kind in KINDS]
        kinds += [lambda number, target=target: self.fuzz_turn(number, target) for target in self.targets()]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for number in range(sys.maxsize):
                list(pool.map(lambda take_turn: take_turn(number), kinds))
                if self.failures or time.monotonic() > self.end:
                    return

    def targets(self):
        return sorted(self.fuzz.glob("fuzz_*")) if self.fuzz else []

    def is_over(self, number):
        return number > 0 and time.monotonic() > self.end

    def test(self, number, name, program, tests, environment, seed_variable):
        if self.is_over(number):
            return
        given = {name: f"{amount * self.share:g}" for name, amount in environment.items()}
        given[seed_variable] = str(self.seed + number * 1_000_003)
        command = [str(self.build / "tests" / program), f"--gtest_filter={tests}", "--gtest_brief=1"]
        with tempfile.TemporaryDirectory() as scratch:
            report = pathlib.Path(scratch) / "report.json"
            ended = self.start(command + [f"--gtest_output=json:{report}"], given)
            if report.exists():
                self.count(json.loads(report.read_text()))
        self.conclude(name, command, given, ended)

    def fuzz_turn(self, number, target):
        if self.is_over(number):
            return
        name = target.name.removeprefix("fuzz_")
        corpus = self.fuzz / "fuzz" / name
        corpus.mkdir(parents=True, exist_ok=True)
        seeds = pathlib.Path(__file__).parents[1] / "fuzz" / f"{name}_seeds"
        command = [str(target), f"-max_total_time={FUZZ_SECONDS * self.share:.0f}", "-malloc_limit_mb=256", "-rss_limit_mb=1024", "-timeout=10",
                   f"-seed={self.seed + number}", "-entropic=0", "-print_funcs=0", "-print_final_stats=1", f"-artifact_prefix={self.fuzz}/", str(corpus)]
        ended = self.start(command + ([str(seeds)] if seeds.exists() else []), {})
        for line in ended.stdout.splitlines():
            if line.startswith("stat::number_of_executed_units:"):
                self.covered[f"{target.name} inputs"] += int(line.split()[-1])
        self.conclude(target.name, command, {}, ended)

    @staticmethod
    def start(command, environment):
        return subprocess.run(command, env=os.environ | environment, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def count(self, report):
        """What the tests say of themselves, as numbers."""
        for suite in report["testsuites"]:
            for test in suite["testsuite"]:
                self.covered["tests"] += 1
                for name, value in test.items():
                    if name.islower() and str(value).isdigit() and name not in ("line", "file", "value_param"):
                        self.covered[f"{suite['name'].split('/')[-1]} {name}"] += int(value)

    def conclude(self, name, command, environment, ended):
        self.turns[name] += 1
        passed = ended.returncode == 0
        print(f"{name}: turn {self.turns[name]} {'passed' if passed else 'FAILED'}", flush=True)
        if passed:
            return
        words = [f"{key}={value}" for key, value in environment.items()] + command
        self.failures.append(name)
        print(ended.stdout[-8000:])
        print("to repeat: " + " ".join(words), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1_000_000 % 1_000_000_000)
    parser.add_argument("build")
    parser.add_argument("fuzz", nargs="?")
    given = parser.parse_args()
    soak = Soak(given.build, given.fuzz, given.hours, given.seed)
    started = time.monotonic()
    print(f"seed {given.seed}", flush=True)
    soak.run()
    for name, count in sorted(soak.covered.items()):
        print(f"{name}: {count:,}")
    minutes = (time.monotonic() - started) / 60
    turns = ", ".join(f"{name} {count}" for name, count in soak.turns.items())
    verdict = f"FAILED: {', '.join(soak.failures)}" if soak.failures else "passed"
    print(f"soak of {minutes:.0f} min, seed {given.seed}, turns: {turns}: {verdict}")
    return 1 if soak.failures else 0


if __name__ == "__main__":
    sys.exit(main())
