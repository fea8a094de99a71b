"""What an editor looks at first: how well an issue was read, the pages that need eyes, and what was proposed."""

from collections.abc import Iterable
from dataclasses import dataclass

from archive.models import Finding, Issue, Page
from archive.views.text import is_unsure

# Findings that propose another reading: (as printed, proposed, sentence) is their evidence.
SUGGESTIONS = frozenset({"name-misread", "digits-misread"})
_MOST_PAGES = 12


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of a reading."""

    entries: int
    found: int
    characters: int
    placed: int
    uncertain: int

    @property
    def share(self) -> str:
        """The share of characters that were placed, rounded down: 100 % means all of them."""
        if not self.characters:
            return ""
        return f"{self.placed * 1000 // self.characters / 10:.1f} %".replace(".0 %", " %")

    @property
    def unplaced(self) -> int:
        return max(self.characters - self.placed, 0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A likely misreading, with its sentence cut in three around it."""

    finding: Finding
    printed: str
    proposed: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReadPages:
    """The pages of an issue by where their text is from, and those to look at first."""

    sources: list[tuple[str, int]]
    silent: list[int]
    # (page, lines that are uncertain), the most uncertain first
    unsure: list[tuple[int, int]]


def score_of(issue: Issue) -> Score | None:
    """The score of the issue; None when it was read by a program that did not count."""
    counts = issue.reading_score
    if not counts:
        return None
    names = ("contents_entries", "contents_found", "characters", "characters_placed", "characters_uncertain")
    return Score(*(int(counts.get(name) or 0) for name in names))


def read_pages(issue: Issue) -> ReadPages:
    """How each page of the issue was read."""
    counts: dict[str, int] = {}
    silent, unsure = [], []
    recognised = {Page.TextSource.OCR, Page.TextSource.HIDDEN}
    for page in issue.pages.order_by("number"):
        source = page.text_source if page.readable else Page.TextSource.NONE
        counts[source] = counts.get(source, 0) + 1
        if not page.readable:
            silent.append(page.number)
        if page.text_source in recognised:
            lines = sum(len(line) > 5 and is_unsure(line[5]) for line in page.lines)
            unsure += [(page.number, lines)] if lines else []
    sources = [(str(Page.TextSource(source).label), count) for source, count in counts.items()]
    return ReadPages(sources, silent, sorted(unsure, key=lambda one: -one[1])[:_MOST_PAGES])


def suggestions_among(findings: Iterable[Finding]) -> tuple[list[Finding], list[Suggestion]]:
    """The findings without the suggestions, and the suggestions."""
    others, proposed = [], []
    for finding in findings:
        suggestion = _suggestion(finding) if finding.code in SUGGESTIONS else None
        if suggestion is None:
            others.append(finding)
        else:
            proposed.append(suggestion)
    return others, proposed


def _suggestion(finding: Finding) -> Suggestion | None:
    if len(finding.evidence) < 2:
        return None
    printed, proposed = finding.evidence[:2]
    sentence = finding.evidence[2] if len(finding.evidence) > 2 else ""
    before, found, after = sentence.partition(printed)
    return (
        Suggestion(finding, printed, proposed, before, after)
        if found
        else Suggestion(finding, printed, proposed, sentence, "")
    )
