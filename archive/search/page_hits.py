"""Where the hits of a query stand on the printed pages of an issue, or of one document of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from archive.models import Document, Issue, Page
from archive.search.boxes import Box, PrintedLine, hit_boxes
from archive.search.folding import fold, normalise
from archive.search.query_language import Term
from archive.search.snippets import terms_for


@dataclass(slots=True)
class PageHits:
    """One page of the file with what is to be lit on it; `hits` counts those that begin on it.

    Points, as in `Page.lines`; a hit that began on the page before has a box here and is counted there.
    """

    page: int
    printed_page: int | None
    width: float
    height: float
    hits: int = 0
    boxes: list[Box] = field(default_factory=list)


# Whether a box on a page of the file is kept from readers.
Hidden = Callable[[int, Box], bool]


def nothing_hidden(page: int, box: Box) -> bool:
    return False


def hits_of_issue(issue: Issue, query: str, hidden: Hidden = nothing_hidden) -> list[PageHits]:
    """The pages of an issue that have hits, in order; a hit that is hidden is none."""
    if not query.strip():
        return []
    pages = list(issue.pages.order_by("number"))
    lines = [line for page in pages for line in printed_lines(page)]
    return _by_page(pages, lines, terms_for(query, "\n".join(line.text for line in lines)), hidden)


def hits_of_document(
    document: Document, terms: tuple[Term, ...], hidden: Hidden = nothing_hidden
) -> list[PageHits]:
    """The pages of a document that have hits in it, in order; [] for a file without pages. A hidden hit is none.

    Of a page that it shares, only the lines from its title to that of the next document, where the titles can be
    read on the page.
    """
    first, last = document.first_page, document.last_page
    if first is None or last is None or not terms:
        return []
    pages = list(Page.objects.filter(issue=document.issue_id, number__range=(first, last)).order_by("number"))
    # Also those that readers may not see: their lines are none of this document's.
    beginning = Document.objects.filter(issue=document.issue_id).filter(
        Q(first_page=first) | Q(first_page=last)
    )
    titles: defaultdict[int, list[Document]] = defaultdict(list)
    for one in beginning.only("position", "title", "first_page").order_by("position"):
        titles[one.first_page or 0].append(one)
    lines: list[PrintedLine] = []
    for page in pages:
        found = printed_lines(page)
        begins = lines_of_titles([line.text for line in found], [one.title for one in titles[page.number]])
        at = dict(zip((one.position for one in titles[page.number]), begins, strict=True))
        lines += found[_own_part(at, document.position, len(found))]
    return _by_page(pages, lines, terms, hidden)


def printed_lines(page: Page) -> list[PrintedLine]:
    """The lines of a page in the order of reading."""
    return [PrintedLine(page.number, *line[:5]) for line in page.lines]


def lines_of_titles(lines: Sequence[str], titles: Iterable[str]) -> list[int | None]:
    """In which line each of the titles begins, which stand on the page in this order; None for one not found."""
    folded = fold("\n".join(lines))
    starts: list[int | None] = []
    after = 0
    for title in titles:
        sought = normalise(title)
        at = folded.text.find(sought, after) if sought else -1
        if at < 0:
            starts.append(None)
            continue
        after = at + len(sought)
        printed, _ = folded.printed_span(at, after)
        starts.append(_line_at(lines, printed))
    return starts


def _line_at(lines: Sequence[str], position: int) -> int:
    """The line that holds a position of the lines joined by line feeds."""
    for index, line in enumerate(lines):
        position -= len(line) + 1
        if position < 0:
            return index
    return len(lines) - 1


def _own_part(starts: Mapping[int, int | None], position: int, count: int) -> slice:
    """The lines of the document at `position` on a page where the documents of `starts` begin."""
    own = starts.get(position)
    later = [start for at, start in starts.items() if at > position and start is not None]
    return slice(own or 0, min(later, default=count))


def _by_page(
    pages: Iterable[Page], lines: Sequence[PrintedLine], terms: Iterable[Term], hidden: Hidden
) -> list[PageHits]:
    found = {
        page.number: PageHits(page.number, page.printed_number, page.width, page.height) for page in pages
    }
    for boxes in hit_boxes(lines, terms):
        if any(hidden(page, box) for page, box in boxes):
            continue
        found[boxes[0].page].hits += 1
        for page, (x0, top, x1, bottom) in boxes:
            # A tenth of a point is finer than any picture of a page.
            found[page].boxes.append((round(x0, 1), round(top, 1), round(x1, 1), round(bottom, 1)))
    return [page for page in found.values() if page.boxes]
