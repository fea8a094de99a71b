"""An issue set in type: its sheets, where each document came to stand, and the finished file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.typeset.faces import FACES, Faces, open_faces, reader_faces
from tests.typeset.flow import Flow, Placement
from tests.typeset.front import contents, cover
from tests.typeset.house import SAMPLES, House
from tests.typeset.records import Issue, Table
from tests.typeset.setting import column_breaker
from tests.typeset.sheet import Drawing, Sheet, Text, draw_sheets


@dataclass(frozen=True, slots=True)
class SetIssue:
    """The sheets of an issue; `front` of them come before printed page 1."""

    issue: Issue
    faces: Faces
    sheets: tuple[Sheet, ...]
    front: int
    placements: tuple[Placement, ...]
    house: House = SAMPLES

    def pdf(self, drawing: Drawing | None = None) -> bytes:
        """The file, the same bytes each time."""
        return draw_sheets(
            self.sheets,
            self.faces,
            drawing,
            title=f"{self.issue.gazette}　{self.issue.label}",
            author=self.issue.organiser,
        )


def typeset(
    issue: Issue,
    columns: int = 2,
    faces: Faces | None = None,
    front: bool = True,
    running_heads: bool = True,
    house: House | None = None,
) -> SetIssue:
    """`issue` set in `columns`, or as its `house` does; `front`: cover and contents.

    With the open fonts unless other `faces` are given.
    """
    faces = faces or open_faces(texts_by_face(issue), f"{issue.year}-{issue.number}")
    breaker = column_breaker(faces.advance)
    house = house or House(columns=columns)
    flow = Flow(issue, breaker, house, running_heads)
    placements = tuple(flow.add_document(document) for document in issue.documents)
    flow.done()
    first = [place.first + 1 for place in placements]
    opening = [cover(issue, breaker)] if front else []
    if front and house.contents:
        opening += contents(issue, first, breaker, house)
    return SetIssue(issue, faces, (*opening, *flow.sheets), len(opening), placements, house)


def texts_by_face(issue: Issue) -> dict[str, Iterable[str]]:
    """The characters that each face must hold for this issue: a dry run with a font that every reader has."""
    dry = typeset(issue, faces=reader_faces())
    texts: dict[str, set[str]] = defaultdict(set)
    for sheet in dry.sheets:
        for mark in sheet.marks:
            if isinstance(mark, Text):
                texts[mark.face].update(mark.text)
    if any(isinstance(item, Table) for document in issue.documents for item in document.items):
        texts["bold"].update("0123456789")
    return {face: sorted(texts[face]) for face in FACES}
