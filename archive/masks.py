"""What of the printed pages of an issue readers may not see: documents withdrawn alone, and what was blotted out.

The text is gone from every page and interface; this says where it stands in print, so that pictures and the public PDF
are masked there. What cannot be found on its pages masks them whole.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import QuerySet

from archive.ingest.correct.change import BLOT
from archive.models import Correction, Document, Issue, Page
from archive.search.boxes import Box, PrintedLine, hit_boxes, part_of_line
from archive.search.page_hits import lines_of_titles, printed_lines
from archive.search.query_language import make_term

# Points around what is masked: letters reach over the boxes of their lines.
_MARGIN = 1.5


@dataclass(slots=True)
class Masks:
    """Boxes in points by page of the file, and the pages that are masked whole. False where nothing is masked."""

    boxes: defaultdict[int, list[Box]] = field(default_factory=lambda: defaultdict(list))
    whole: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.boxes or self.whole)

    @property
    def pages(self) -> list[int]:
        """The pages on which something is masked."""
        return sorted({*self.boxes, *self.whole})

    @property
    def key(self) -> str:
        """A short name of just these masks, for files and tags."""
        known = [sorted((page, sorted(boxes)) for page, boxes in self.boxes.items()), sorted(self.whole)]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:12]

    def of_page(self, page: int, width: float, height: float) -> list[Box]:
        """The boxes to mask on a page of that size; [] for none."""
        return [(0.0, 0.0, width, height)] if page in self.whole else self.boxes.get(page, [])

    def hide(self, page: int, box: Box) -> bool:
        """True where a box touches what is masked."""
        x0, top, x1, bottom = box
        return page in self.whole or any(
            x0 < right and x1 > left and top < low and bottom > high
            for left, high, right, low in self.boxes.get(page, [])
        )

    def readable(self, line: PrintedLine) -> str:
        """The text of a line as readers may see it: blotted out as on the picture; "" where nothing of it is left."""
        if line.page in self.whole:
            return ""
        if not self.hide(line.page, (line.x0, line.top, line.x1, line.bottom)):
            return line.text
        shown = "".join(
            BLOT if not one.isspace() and self._covers(line.page, part_of_line(line, n, n + 1)) else one
            for n, one in enumerate(line.text)
        )
        return shown if shown.replace(BLOT, "").strip() else ""

    def _covers(self, page: int, box: Box) -> bool:
        """True where the middle of a box is masked; the margin of a mask only reaches into what stands beside it."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(
            left <= x <= right and high <= y <= low for left, high, right, low in self.boxes.get(page, [])
        )


def has_masks(issue: Issue) -> bool:
    """True when something of the issue's print is kept from readers."""
    return issue.documents.filter(withdrawn_at__isnull=False).exists() or _redactions(issue).exists()


def masks_of(issue: Issue) -> Masks:
    """Where the print of the issue is masked for readers."""
    masks = Masks()
    documents = list(issue.documents.order_by("position"))
    withdrawn = [document for document in documents if document.withdrawn_at is not None]
    runs = redacted_runs(issue)
    if not withdrawn and not runs:
        return masks
    pages = {page.number: page for page in issue.pages.order_by("number")}
    for document in withdrawn:
        _mask_document(masks, document, documents, pages)
    by_key = {document.pk: document for document in documents}
    for key, (texts, in_title) in runs.items():
        if key in by_key:
            _mask_runs(masks, by_key[key], texts, pages)
            if in_title:
                first = min((d.first_page for d in documents if d.first_page), default=1)
                _mask_where_found(masks, in_title, [pages[n] for n in pages if n < first])
    return masks


def redacted_runs(issue: Issue) -> dict[int, tuple[set[str], set[str]]]:
    """(every run that was blotted out, those of the title in the contents) by the primary key of the document."""
    found: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for correction in _redactions(issue):
        if correction.document_id is None:
            continue
        runs = set(_blotted(correction.told_old, correction.told_new))
        found[correction.document_id][0].update(runs)
        if correction.place.get("field") == "title_in_contents":
            found[correction.document_id][1].update(runs)
    return dict(found)


def _redactions(issue: Issue) -> "QuerySet[Correction]":
    return issue.corrections.filter(state=Correction.State.STANDING, redacts=True)


def _blotted(old: str, new: str) -> Iterable[str]:
    """The runs of `old` that are blotted out in `new`, which is as long; blanks inside belong to them."""
    run = ""
    for was, now in zip(old, new, strict=False):
        if (now == BLOT and was != BLOT) or (run and was.isspace() and now.isspace()):
            run += was
        else:
            yield from filter(None, [run.strip()])
            run = ""
    yield from filter(None, [run.strip()])


def _mask_document(
    masks: Masks, document: Document, documents: Sequence[Document], pages: dict[int, Page]
) -> None:
    """Mask all pages of a document, and of those that it shares its own part, where that can be told."""
    first, last = document.first_page, document.last_page
    if first is None or last is None:
        masks.whole.update(pages)
        return
    for number in range(first, last + 1):
        others = [
            d
            for d in documents
            if d.pk != document.pk
            and d.first_page is not None
            and d.first_page <= number <= (d.last_page or 0)
        ]
        page = pages.get(number)
        if page is None or all(other.withdrawn_at is not None for other in others):
            masks.whole.add(number)
            continue
        beginning = [d for d in documents if d.first_page == number]
        lines = printed_lines(page)
        starts = dict(
            zip(
                [d.position for d in beginning],
                lines_of_titles([line.text for line in lines], [d.title for d in beginning]),
                strict=True,
            )
        )
        later = [start for position, start in starts.items() if position > document.position]
        if (number == first and starts.get(document.position) is None) or None in later or not lines:
            masks.whole.add(number)
            continue
        begin = (starts[document.position] or 0) if number == first else 0
        end = min([start for start in later if start is not None], default=len(lines))
        masks.boxes[number] += [_box(line) for line in lines[begin:end]]


def _mask_runs(masks: Masks, document: Document, runs: set[str], pages: dict[int, Page]) -> None:
    """Mask each run on the pages of its document; pages without readable text, and all where a run is not found, whole."""
    first, last = document.first_page, document.last_page
    if first is None or last is None:
        return
    own = [pages[number] for number in range(first, last + 1) if number in pages]
    masks.whole.update(page.number for page in own if not page.readable)
    for run in runs:
        if not _mask_where_found(masks, {run}, own):
            masks.whole.update(page.number for page in own)


def _mask_where_found(masks: Masks, runs: set[str], pages: Sequence[Page]) -> bool:
    lines = [line for page in pages for line in printed_lines(page)]
    # a telephone number is masked also where it runs into other figures
    terms = [replace(term, whole=False) for run in runs if (term := make_term(run)) is not None]
    hits = hit_boxes(lines, terms)
    for hit in hits:
        for page, (x0, top, x1, bottom) in hit:
            masks.boxes[page].append((x0 - _MARGIN, top - _MARGIN, x1 + _MARGIN, bottom + _MARGIN))
    return bool(hits)


def _box(line: PrintedLine) -> Box:
    return line.x0 - _MARGIN, line.top - _MARGIN, line.x1 + _MARGIN, line.bottom + _MARGIN
