"""Whether documents still hold, proposed to editors: what repeals or amends them, and the last days that they name.

Only published documents propose and are proposed for. An editor confirms or declines each; what was declined comes
back only with other evidence.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import Document, Issue, Reference, Supplement, ValidityJudgement
from archive.publishing import ChangedMeanwhile, index_on_commit, note
from archive.search.validity import EXPIRED, MADE_BY, REPEALED, expiry_evidence


@dataclass(frozen=True, slots=True)
class Proposal:
    """A state, the sentence that says so, and the document (its key) that it stands in; None: the document's own."""

    document: int
    state: str
    source: int | None
    evidence: str
    on: date | None

    @property
    def key(self) -> str:
        """What names just this proposal, for a form."""
        said = f"{self.document}\x00{self.state}\x00{self.source}\x00{self.evidence}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def open_proposals(document: Document | None = None) -> list[Proposal]:
    """Those that no editor has judged, the newest first; of one document, or of all."""
    found = [*_by_references(document), *_by_expiry(document)]
    judged = set(ValidityJudgement.objects.values_list("document_id", "state", "source_id", "evidence"))
    words = dict(Supplement.objects.exclude(validity="").values_list("document_id", "validity"))
    return [
        one
        for one in dict.fromkeys(found)
        if (one.document, one.state, one.source, one.evidence) not in judged
        and words.get(one.document) not in (REPEALED, one.state)
    ]


def _by_references(document: Document | None) -> list[Proposal]:
    published = Document.objects.published()
    changes = Reference.objects.filter(
        relation__in=Reference.CHANGES, document__in=published, target__in=published
    )
    if document is not None:
        changes = changes.filter(target=document)
    rows = changes.order_by("-document__signed_on", "-pk").values_list(
        "target", "relation", "document", "evidence", "document__signed_on"
    )
    return [
        Proposal(target, MADE_BY[relation], source, evidence, on)
        for target, relation, source, evidence, on in rows
        if target is not None
    ]


def _by_expiry(document: Document | None) -> list[Proposal]:
    ended = Document.objects.published().filter(expires_on__lt=timezone.localdate())
    if document is not None:
        ended = ended.filter(pk=document.pk)
    some = ended.order_by("-expires_on", "-pk").only("pk", "expires_on", "validity_evidence")
    return [Proposal(one.pk, EXPIRED, None, expiry_evidence(one), one.expires_on) for one in some]


def judge(document: Document, key: str, *, confirmed: bool, user: Any = None) -> ValidityJudgement:
    """The proposal of that key, confirmed or declined. Raises ChangedMeanwhile when it is not (any more) open."""
    with transaction.atomic():
        issue = Issue.objects.select_for_update(of=("self",)).get(pk=document.issue_id)
        proposal = next((one for one in open_proposals(document) if one.key == key), None)
        if proposal is None:
            raise ChangedMeanwhile(_("这一条刚刚有人处理过，或依据已变。"))
        person = user if user is not None and user.is_authenticated else None
        judged = ValidityJudgement.objects.create(
            document=document,
            state=proposal.state,
            source_id=proposal.source,
            evidence=proposal.evidence,
            confirmed=confirmed,
            made_by=person,
        )
        if confirmed:
            supplement, _new = Supplement.objects.get_or_create(document=document)
            supplement.validity, supplement.validity_on = proposal.state, proposal.on
            supplement.validity_evidence = proposal.evidence
            supplement.validity_source_id = proposal.source
            supplement.validity_by, supplement.validity_at = person, timezone.now()
            supplement.save()
        if issue.is_published:
            index_on_commit(issue)
    note(document, f"{'confirmed' if confirmed else 'declined'} as {judged.state}", user)
    return judged


def take_back(judged: ValidityJudgement, user: Any = None) -> None:
    """The proposal is open again; a state that rests on it is blank again."""
    with transaction.atomic():
        issue = Issue.objects.select_for_update(of=("self",)).get(pk=judged.document.issue_id)
        if judged.confirmed:
            Supplement.objects.filter(
                document=judged.document,
                validity=judged.state,
                validity_source=judged.source_id,
                validity_evidence=judged.evidence,
            ).update(
                validity="",
                validity_on=None,
                validity_evidence="",
                validity_source=None,
                validity_by=None,
                validity_at=None,
            )
        described = f"took back {judged.state}"
        judged.delete()
        if issue.is_published:
            index_on_commit(issue)
    note(judged.document, described, user)
