"""CPU seconds and memory of reading an issue, ours beside pdfminer's own pdf2txt.py, in turn on the same machine.

    python benchmarks/reading.py ISSUE.pdf [--rounds 5]

Prints one JSON object: the medians of extract, layout and parse (as `parse --timing` gives them) and of their sum; of
`parse --json` as a whole, the reading process with it; of pdf2txt.py as a whole process; the ratio of each round's
pair; and the most memory that `parse --json` and the reading process held together at one moment (Linux only).
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def child_seconds(command: list[str]) -> tuple[float, str]:
    """(user and system CPU seconds of the command, what it wrote to standard error)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stderr


def family_megabytes(pid: int) -> float:
    """What a process and all that it started hold in memory now; 0 where /proc does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0.0
    own = pages * resource.getpagesize() / 1_000_000
    return own + sum(family_megabytes(int(child)) for child in children)


def most_megabytes(command: list[str]) -> float:
    """The most that the command and the processes it starts hold together."""
    most = 0.0
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            most = max(most, family_megabytes(process.pid))
            time.sleep(0.01)
    return most


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("issue", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    issue = str(options.issue.resolve())
    peer_command = [sys.executable, str(Path(sys.executable).with_name("pdf2txt.py")), issue]
    whole_command = [sys.executable, "manage.py", "parse", issue, "--json"]
    ours: list[dict[str, float]] = []
    whole: list[float] = []
    peer: list[float] = []
    for _ in range(options.rounds):
        stderr = child_seconds([sys.executable, "manage.py", "parse", issue, "--timing"])[1]
        ours.append(json.loads(stderr.strip().splitlines()[-1]))
        whole.append(child_seconds(whole_command)[0])
        peer.append(child_seconds(peer_command)[0])
    steps = [sum(round_.values()) for round_ in ours]
    print(
        json.dumps(
            {
                "file": options.issue.name,
                "rounds": options.rounds,
                **{step: round(statistics.median(r[step] for r in ours), 3) for step in ours[0]},
                "steps": round(statistics.median(steps), 3),
                "whole_command": round(statistics.median(whole), 3),
                "pdf2txt": round(statistics.median(peer), 3),
                "ratio_steps": round(statistics.median(a / b for a, b in zip(steps, peer, strict=True)), 3),
                "ratio_whole": round(statistics.median(a / b for a, b in zip(whole, peer, strict=True)), 3),
                "megabytes": round(most_megabytes(whole_command), 1),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
