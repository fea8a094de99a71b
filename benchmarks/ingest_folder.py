"""A folder of issues taken in with `ingest`: seconds, how many cores were busy, and the memory of the process over time.

    python benchmarks/ingest_folder.py [FOLDER] [--files 20] [--documents 40] [--workers N] [--no-publish]

Without a FOLDER it sets issues in type that differ from each other (`--documents` in each; 40 fill about 60 pages).
All state goes to a folder that is deleted at the end. Prints one JSON object:

`cores` is CPU seconds by wall seconds over the whole command with its start and its reading processes, `cores_reading`
the same from the first line it prints until only the last files, which are read already, are left to store;
`peak_mb` is the peak memory of the ingesting process after so many files, `rss_mb` what it holds then.
Needs /proc (Linux).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests.typeset import SMALL_SOURCE, small_issue  # noqa: E402

_TICKS = os.sysconf("SC_CLK_TCK")


def manuscript(year: int, documents: int) -> str:
    """An issue of its own year, with the documents of the small issue in turn, each with its own number and title."""
    head, *parts = re.split(r"(?m)^(?=# )", SMALL_SOURCE)
    head = re.sub(r"(?m)^year: .*$", f"year: {year}", head)
    head = re.sub(r"(?m)^published: \d{4}", f"published: {year}", head)
    made = []
    for category, part in enumerate(parts):
        heading, document = part.split("\n", 1)
        made.append(heading)
        for n in range(category, documents, len(parts)):
            text = re.sub(r"(?m)^(number: [^〔]+)〔\d+〕\d+号", rf"\g<1>〔{year}〕{n + 1}号", document)
            text = re.sub(r"(?m)^(## .* / 关于)", rf"\g<1>{year}年第{n + 1}批", text)
            made.append(text.replace("2022年", f"{year}年").replace("2022-", f"{year}-"))
    return head + "\n".join(made)


def set_folder(folder: Path, files: int, documents: int) -> None:
    for n in range(files):
        issue = small_issue(manuscript(1995 + n, documents))
        (folder / f"{1995 + n}年第4期.pdf").write_bytes(issue)


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process and of those of its children that have ended."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:15])) / _TICKS


def memory_mb(pid: int, what: str) -> float:
    """VmHWM (the peak) or VmRSS of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return round(int(found[1]) / 1024, 1)


def measure(folder: Path, data: Path, options: argparse.Namespace) -> dict[str, object]:
    environment = os.environ | {
        "GAZETTE_DATA": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'gazette.sqlite3'}",
    }
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=PROJECT, env=environment, check=True)
    files = sum(path.is_file() for path in folder.rglob("*"))
    command = [*manage, "ingest", str(folder), "--json", "--workers", str(options.workers)]
    if options.publish:
        command.append("--publish")
    outcomes: list[dict[str, object]] = []
    peak: dict[int, float] = {}
    held: dict[int, float] = {}
    marks: list[tuple[float, float]] = []
    before = os.times()
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            # the last line is the report over all files
            if "outcome" in (outcome := json.loads(line)):
                outcomes.append(outcome)
            done = len(outcomes)
            # The next file is on its way already: the process lives.
            if done < files:
                marks.append((time.perf_counter(), cpu_seconds(process.pid)))
            if done in {1, 5, 10, 15, files - 1}:
                peak[done] = memory_mb(process.pid, "VmHWM")
                held[done] = memory_mb(process.pid, "VmRSS")
    wall = time.perf_counter() - start
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    reading = marks[: max(2, len(marks) - 2 * options.workers + 1)]
    (from_time, from_cpu), (to_time, to_cpu) = reading[0], reading[-1]
    return {
        "files": files,
        "in": sum(outcome["outcome"] == "added" for outcome in outcomes),
        "documents": sum(int(str(outcome["documents"])) for outcome in outcomes),
        "workers": options.workers,
        "wall": round(wall, 2),
        "cpu": round(cpu, 2),
        "cores": round(cpu / wall, 2),
        "cores_reading": round((to_cpu - from_cpu) / (to_time - from_time), 2),
        "peak_mb": peak,
        "rss_mb": held,
        "steps": {
            step: round(sum(outcome["steps"].get(step, 0.0) for outcome in outcomes if "steps" in outcome), 2)  # type: ignore[attr-defined]
            for step in ("read", "store", "index")
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--publish", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, data = Path(place) / "issues", Path(place) / "data"
        folder.mkdir()
        data.mkdir()
        if options.folder is None:
            set_folder(folder, options.files, options.documents)
        print(json.dumps(measure(options.folder or folder, data, options), ensure_ascii=False))


if __name__ == "__main__":
    main()
