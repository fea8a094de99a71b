"""How an editor settles a finding: which readings there are to choose from, and what taking one does."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from archive.ingest.correct.change import Change
from archive.ingest.correcting import correct, correct_word, settle
from archive.models import Finding

# Findings with the reading of the contents and that of the body, and the field that they are about.
_TWO_READINGS = {"number-differs": "number", "title-differs": "title"}
# Findings that propose another reading: (as printed, proposed, sentence) is their evidence.
SUGGESTIONS = frozenset({"name-misread", "digits-misread"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading to choose. `key` names it in a form; `origin` is contents, body, printed or proposed."""

    key: str
    origin: str
    text: str


def readings_of(finding: Finding) -> tuple[Reading, ...]:
    """The two readings between which the editor chooses; () where there is only to say that it was checked."""
    if finding.document_id is None or len(finding.evidence) < 2:
        return ()
    first, second = map(str, finding.evidence[:2])
    if finding.code in _TWO_READINGS:
        return Reading("contents", "contents", first), Reading("body", "body", second)
    if finding.code in SUGGESTIONS:
        return Reading("keep", "printed", first), Reading("proposed", "proposed", second)
    return ()


def take_reading(finding: Finding, key: str, *, user: Any = None) -> Finding:
    """The finding, settled by one of its readings (`contents`, `body`, `proposed`), by `keep`, or opened by `open`.

    The document is corrected where the reading is not the one it has. Raises as `correct`, and ValueError for
    a key that the finding does not offer.
    """
    if key == "open":
        return settle(finding, "", user=user)
    if key == "keep":
        return settle(finding, Finding.Settled.KEPT, user=user)
    reading = next((one for one in readings_of(finding) if one.key == key), None)
    document = finding.document
    if reading is None or document is None:
        raise ValueError(f"no reading {key} in {finding.code}")
    with transaction.atomic():
        if finding.code in SUGGESTIONS:
            correct_word(document, str(finding.evidence[0]), reading.text, user=user, reason=finding.message)
            return settle(finding, Finding.Settled.CORRECTED, user=user)
        field = _TWO_READINGS[finding.code]
        held = getattr(document, field)
        if held == reading.text:
            return settle(finding, Finding.Settled.KEPT, user=user)
        correct(
            document,
            [Change("field", {"field": field}, held, reading.text)],
            user=user,
            reason=finding.message,
        )
        return settle(finding, Finding.Settled.CORRECTED, user=user)
