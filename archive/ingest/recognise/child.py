"""The recognising process: reads a request from standard input, keeps each page in the folder, tells its number."""

import json
import logging
import os
import resource
import sys
from pathlib import Path

MAX_FILE = 64 * 1024 * 1024


def main() -> None:
    request = json.load(sys.stdin)
    memory = request["memory"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "w")
    # what a library prints must not mix with the numbers of pages
    os.dup2(2, 1)
    logging.disable(logging.WARNING)

    from archive.ingest.recognise.engine import Engine
    from archive.ingest.recognise.picture import PagePictures

    engine = Engine()
    pictures = PagePictures(Path(request["path"]), request["password"])
    folder = Path(request["folder"])
    for number in request["pages"]:
        engine.read(number, pictures.draw(number)).write(folder)
        print(number, file=out, flush=True)


if __name__ == "__main__":
    main()
