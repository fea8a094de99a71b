"""The PDF of just some pages of an issue, cut out once and kept beside the pictures of its pages.

It is cut in a process of its own, with limits, as pages are drawn: the file came in from outside.
"""

import hashlib
import json
from pathlib import Path

from archive.pictures import (
    BARE_PAGES,
    MAX_MEMORY,
    MAX_REWRITE_SECONDS,
    Original,
    existing,
    failure_of,
    folder_of,
    one_at_a_time,
    run_alone,
)

# Runs alone, without Django: writes pages [first, last] (from 0) of the PDF at argv[1] into argv[2], with the title that
# stands as JSON on standard input. The pages go bare, since they could bring all others along; one whose content cannot
# be decoded goes as it is, for readers have the whole file.
_CUT = (
    BARE_PAGES
    + """
import json, resource, sys
source, target, first, last, memory, seconds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
with pikepdf.open(source) as old, pikepdf.new() as new:
    if last >= len(old.pages):
        sys.exit("the file has no such pages")
    for page in old.pages[first:last + 1]:
        try:
            make_bare(page)
        except pikepdf.PdfError:
            pass
        new.pages.append(page)
    with new.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = json.load(sys.stdin)
    new.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
"""
)


def cut_pages(original: Original, sha256: str, first: int, last: int, *, title: str, key: str) -> Path | None:
    """The PDF of the pages `first` to `last` (from 1) of `original`, the file of the issue with that checksum.

    `key` tells a masked source from another, "" for none. Cut once for pages, key and title, since two documents may
    stand on the same pages; what was cut of them with other masks is thrown away. None when it cannot be cut. Raises
    TooBusy.
    """
    pages, masked = f"pages-{first}-{last}-", f"{key or 'unmasked'}-"
    target = folder_of(sha256) / f"{pages}{masked}{hashlib.sha256(title.encode()).hexdigest()[:12]}.pdf"
    if target.exists():
        return target
    if failure_of(target).exists():
        return None
    source = existing(original)
    if source is None:
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time():
        if not target.exists() and not failure_of(target).exists():
            for old in target.parent.glob(f"{pages}*"):
                if not old.name.startswith(pages + masked):
                    old.unlink(missing_ok=True)
            limits = (first - 1, last - 1, MAX_MEMORY, MAX_REWRITE_SECONDS)
            run_alone(_CUT, source, target, limits, MAX_REWRITE_SECONDS, json.dumps(title))
    return target if target.exists() else None
