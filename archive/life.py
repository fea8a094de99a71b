"""The life of a document: signed, published, in force, amended, repealed, expired; each by which sentence of which one.

Only what print says of the document itself, and what editors have confirmed. What merely stands in another document
is a proposal: it is counted (`undecided`) and not told as having happened.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from archive.models import Document, Supplement, ValidityJudgement
from archive.search.validity import (
    AMENDED,
    EXPIRED,
    MADE_BY,
    REPEALED,
    STANDS,
    changes_to,
    expiry_evidence,
    last_day,
    word_on,
)

# What an editor's word leaves of what was confirmed one by one: a document that stands was not repealed.
_LEFT_BY_WORD = {
    STANDS: frozenset[str](),
    AMENDED: frozenset({AMENDED}),
    EXPIRED: frozenset({AMENDED, EXPIRED}),
    REPEALED: frozenset({AMENDED, REPEALED}),
}
# So much of a sentence is enough to find its line; quotation marks mean something in a query.
_ENOUGH = 120
_QUOTATION = re.compile(r"[\"“”„‟＂「」『』〝〞\n]+")


class Step(TextChoices):
    """What happens to a document, in the order of one day."""

    SIGNED = "signed", _("成文")
    ISSUED = "issued", _("公报刊登")
    IN_FORCE = "in-force", _("施行")
    AMENDED = AMENDED, _("修改")
    REPEALED = REPEALED, _("废止")
    UNTIL = "until", _("文中所定有效期止")
    EXPIRED = EXPIRED, _("失效")
    STANDS = STANDS, pgettext_lazy("validity", "有效")


_CHANGES = {Step.AMENDED, Step.REPEALED, Step.EXPIRED}


@dataclass(frozen=True, slots=True)
class Event:
    """One step: its day where known, the document that took it (None: the document itself), and the sentence.

    `line` leads to that very line, marked; "" where there is no sentence. `confirmed_on` is when an editor said so.
    """

    step: Step
    on: date | None = None
    by: Document | None = None
    sentence: str = ""
    line: str = ""
    confirmed_on: date | None = None

    @property
    def is_change(self) -> bool:
        return self.step in _CHANGES


@dataclass(frozen=True, slots=True)
class Life:
    """The events in order, undated ones last; how many sentences of other documents nobody has judged yet."""

    events: list[Event] = field(default_factory=list)
    undecided: int = 0

    @property
    def is_eventful(self) -> bool:
        """False where there is no more to tell than that it was signed and published."""
        return self.undecided > 0 or any(
            event.step not in (Step.SIGNED, Step.ISSUED) for event in self.events
        )


def life_of(document: Document) -> Life:
    """What happened to the document. It comes with issue, supplement, judgements and `cited_by`, as its page has them."""
    events = [*_printed(document), *_confirmed(document)]
    if not any(event.step == Step.EXPIRED for event in events) and (last := last_day(document)):
        sentence = expiry_evidence(document)
        events.append(Event(Step.UNTIL, last, None, sentence, line_address(document, sentence)))
    order = list(Step)
    events.sort(key=lambda event: (event.on or date.max, order.index(event.step)))
    return Life(events, _undecided(document))


def line_address(document: Document, sentence: str) -> str:
    """Where the sentence stands in the document, marked as a hit is; "" for none."""
    pieces = [piece.strip() for piece in _QUOTATION.split(sentence)]
    longest = max(pieces, key=len)[:_ENOUGH]
    if not longest:
        return ""
    parameters = urlencode({"q": f'"{longest}"'})
    return f"{document.get_absolute_url()}?{parameters}#hit-1"


def _printed(document: Document) -> list[Event]:
    events = []
    if document.signed_on:
        events.append(Event(Step.SIGNED, document.signed_on))
    if document.issue.published_on:
        events.append(Event(Step.ISSUED, document.issue.published_on))
    if document.effective_on:
        sentence = expiry_evidence(document)
        line = line_address(document, sentence)
        events.append(Event(Step.IN_FORCE, document.effective_on, None, sentence, line))
    return events


def _confirmed(document: Document) -> list[Event]:
    """What editors have confirmed: one by one, and as their word, which goes before."""
    word = word_on(document)
    left = _LEFT_BY_WORD[word.validity] if word else frozenset({AMENDED, REPEALED, EXPIRED})
    events = []
    for judged in document.validity_judgements.all():
        if judged.confirmed and judged.state in left and not _is_said_by(word, judged):
            events += _event_of_judgement(document, judged)
    return [*events, _event_of_word(document, word)] if word else events


def _is_said_by(word: Supplement | None, judged: ValidityJudgement) -> bool:
    """True where the editor's word is this very judgement."""
    return word is not None and (word.validity, word.validity_source_id, word.validity_evidence) == (
        judged.state,
        judged.source_id,
        judged.evidence,
    )


def _event_of_judgement(document: Document, judged: ValidityJudgement) -> list[Event]:
    source: Any = judged.source
    if source is not None and not source.is_public:
        return []
    on = document.expires_on if source is None else source.signed_on or source.issue.published_on
    line = line_address(source or document, judged.evidence)
    made_on = timezone.localdate(judged.made_at)
    return [Event(Step(judged.state), on, source, judged.evidence, line, made_on)]


def _event_of_word(document: Document, word: Supplement) -> Event:
    """The word's own day and sentence; the sentence is looked for in its source, else in the document itself."""
    confirmed_on = timezone.localdate(word.validity_at) if word.validity_at else None
    source, sentence = word.public_source(), word.public_evidence()
    on = word.validity_on or (confirmed_on if word.validity == STANDS else None)
    line = ""
    # What an editor has written from elsewhere stands in no text here.
    if source is not None or sentence == expiry_evidence(document):
        line = line_address(source or document, sentence)
    return Event(Step(word.validity), on, source, sentence, line, confirmed_on)


def _undecided(document: Document) -> int:
    """The sentences of published documents that would change the state, and that no editor has judged."""
    word = word_on(document)
    judged = {(one.state, one.source_id, one.evidence) for one in document.validity_judgements.all()}
    if word is not None:
        judged.add((word.validity, word.validity_source_id, word.validity_evidence))
    return sum(
        (MADE_BY[reference.relation], reference.document_id, reference.evidence) not in judged
        for reference in changes_to(document)
        if word is None or word.validity not in (REPEALED, MADE_BY[reference.relation])
    )
