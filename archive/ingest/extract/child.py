"""The limited process: reads a request from standard input, writes frames to standard output."""

import os
import pickle
import resource
import sys
from typing import BinaryIO

from archive.ingest.errors import IngestError, LimitExceeded
from archive.ingest.extract.sandbox import ERROR, EXHAUSTED, HEADER, PROGRESS, RESULT, STEPS
from archive.ingest.read import read_issue


def send(out: BinaryIO, kind: int, value: object) -> None:
    payload = pickle.dumps(value, protocol=5)
    out.write(HEADER.pack(kind, len(payload)) + payload)
    out.flush()


def main() -> None:
    path, name, password, seconds, memory, known, recognised, rewrite = pickle.load(sys.stdin.buffer)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "wb")
    # anything a library prints must not mix with the frames
    os.dup2(2, 1)
    stage = ["extract", 0]

    def progress(step: str, page: int | None, pages: int | None) -> None:
        # every page: the process that waits can tell by it that the file goes on being read
        stage[:] = [step, page or 0]
        send(out, PROGRESS, (step, page, pages))

    try:
        from pathlib import Path

        issue = read_issue(
            Path(path), name, password, progress, known=known, recognised=recognised, rewrite=rewrite
        )
    except IngestError as error:
        send(out, ERROR, (type(error).__name__, error.file, error.problem, error.remedy, error.page))
    except MemoryError:
        page = stage[1] if isinstance(stage[1], int) and stage[1] else None
        problem = f"{STEPS[str(stage[0])]}时超过 {memory // 1024 // 1024} MB 内存"
        remedy = "请用原排版文件重新导出 PDF，或按期拆分后再试"
        send(out, EXHAUSTED, (LimitExceeded.__name__, name, problem, remedy, page))
    else:
        send(out, RESULT, issue)


if __name__ == "__main__":
    main()
