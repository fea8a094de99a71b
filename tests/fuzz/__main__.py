"""Spoil files and read them: `python -m tests.fuzz [FILE …] [--count 500] [--seed 0] [--seconds 60]`.

Without files, those of `archive/samples/`. Prints what came out how often, and each fault once with its trace; a
spoilt file comes again from its source and seed. Ends with 1 where there was a fault.
"""

import argparse
import resource
import sys
from collections import Counter
from pathlib import Path

from tests.fuzz.reading import Outcome, key, outcome

SAMPLES = Path(__file__).resolve().parents[2] / "archive" / "samples"
MEMORY = 2 * 1024**3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=60, help="for one file")
    options = parser.parse_args()
    files = options.files or [path for path in sorted(SAMPLES.iterdir()) if path.suffix in (".pdf", ".txt")]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    results: Counter[str] = Counter()
    faults: dict[str, list[Outcome]] = {}
    slowest: list[Outcome] = []
    for number in range(options.count):
        each = outcome(files[number % len(files)], options.seed + number, options.seconds)
        results[each.result] += 1
        slowest = sorted([*slowest, each], key=lambda o: -o.seconds)[:3]
        if each.trace:
            faults.setdefault(key(each.trace), []).append(each)
    print(dict(results.most_common()))
    for each in slowest:
        print(f"slow: {each.seconds:.1f} s {each.source} seed {each.seed} {each.changes} → {each.result}")
    for place, cases in faults.items():
        first = cases[0]
        print(
            f"\n{len(cases)} × {place}\nfirst: {first.source} seed {first.seed} {first.changes}\n{first.trace}"
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
