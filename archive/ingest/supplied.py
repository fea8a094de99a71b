"""What editors have added to documents, carried over when the documents are read anew."""

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

from django.db.models import Q

from archive.ingest.correct.change import BLOT
from archive.models import (
    Annex,
    Attachment,
    Document,
    Finding,
    Issue,
    Namesake,
    ReaderReport,
    Supplement,
    ValidityJudgement,
)

# 古树名木名录 and 古树名木目录: one attachment, misread or corrected; below this, another one under its label.
_ALIKE = 0.6


def attach_annexes(documents: Collection[Document]) -> None:
    """Give each annex the attachment of its document that it is the text of, or none.

    By label and title, by the title alone, or by the label where the titles are alike. An attachment that the last
    reading has under another title gives the annex that title.
    """
    annexes: dict[int, list[Annex]] = {}
    for annex in Annex.objects.filter(document__in=[document.pk for document in documents]):
        annexes.setdefault(annex.document_id, []).append(annex)
    free: dict[int, list[Attachment]] = {}
    for attachment in Attachment.objects.filter(document__in=list(annexes)).order_by("position"):
        free.setdefault(attachment.document_id, []).append(attachment)
    for key, some in annexes.items():
        found = _matches(some, free.get(key, []))
        # an attachment is let go by one before another takes it
        Annex.objects.filter(pk__in=[annex.pk for annex in some]).update(attachment=None)
        for annex in some:
            if (its := found.get(annex.pk)) is not None:
                annex.attachment, annex.label, annex.title = its, its.label, its.title
                annex.save(update_fields=["attachment", "label", "title"])


def annexes_without_place(issue: Issue) -> list[Finding]:
    """A finding for each annex that the last reading left without an attachment."""
    annexes = Annex.objects.filter(document__issue=issue, attachment=None).select_related("document")
    return [_without_place(annex.document, annex) for annex in annexes]


def _matches(annexes: Sequence[Annex], attachments: Sequence[Attachment]) -> dict[int, Attachment]:
    """The attachment of each annex (by its key), the surest first; none is given twice."""
    found: dict[int, Attachment] = {}
    taken: set[int] = set()
    for is_its in (_same, _same_title, _same_label):
        for annex in annexes:
            fits = [one for one in attachments if one.pk not in taken and is_its(annex, one)]
            if annex.pk not in found and len(fits) == 1:
                found[annex.pk] = fits[0]
                taken.add(fits[0].pk)
    return found


def _same(annex: Annex, attachment: Attachment) -> bool:
    return annex.label == attachment.label and annex.title == attachment.title


def _same_title(annex: Annex, attachment: Attachment) -> bool:
    return "".join(annex.title.split()) == "".join(attachment.title.split())


def _same_label(annex: Annex, attachment: Attachment) -> bool:
    return (
        annex.label == attachment.label
        and SequenceMatcher(None, annex.title, attachment.title).ratio() >= _ALIKE
    )


def _without_place(document: Document, annex: Annex) -> Finding:
    return Finding(
        code="annex-unattached",
        severity=Finding.Severity.WARNING,
        document=document,
        message="补录的附件全文找不到它的附件，读者暂时看不到；请在这一件的“附件”处重新归位或删去",
        evidence=[annex.title, annex.file_name],
    )


def hand_on(gone: Document, target: Document) -> None:
    """What editors and readers have added to a document that is no more, as the target's; what that has itself stays."""
    Annex.objects.filter(document=gone).update(document=target, attachment=None)
    ValidityJudgement.objects.filter(document=gone).update(document=target)
    ValidityJudgement.objects.filter(source=gone).update(source=target)
    Supplement.objects.filter(validity_source=gone).update(validity_source=target)
    ReaderReport.objects.filter(document=gone).update(document=target)
    _hand_on_namesakes(gone, target)
    if not Supplement.objects.filter(document=target).exists():
        Supplement.objects.filter(document=gone).update(document=target)
    attach_annexes([target])


def _hand_on_namesakes(gone: Document, target: Document) -> None:
    for word in Namesake.objects.filter(Q(first=gone) | Q(second=gone)):
        other = word.second_id if word.first_id == gone.pk else word.first_id
        first, second = sorted((other, target.pk))
        known = Namesake.objects.filter(person=word.person, first=first, second=second).exists()
        if first != second and not known:
            word.first_id, word.second_id = first, second
            word.save(update_fields=["first", "second"])


def blot_supplied(document: Document, run: str) -> None:
    """Blot `run` out of the sentences that were taken from the document as evidence, here and for other documents.

    This is not undone: what was blotted out by mistake is filled in or confirmed anew.
    """
    blot = "".join(BLOT if not character.isspace() else character for character in run)
    for supplement in Supplement.objects.filter(Q(document=document) | Q(validity_source=document)):
        if run in supplement.validity_evidence:
            supplement.validity_evidence = supplement.validity_evidence.replace(run, blot)
            supplement.save(update_fields=["validity_evidence"])
    for judged in ValidityJudgement.objects.filter(Q(document=document, source=None) | Q(source=document)):
        if run in judged.evidence:
            judged.evidence = judged.evidence.replace(run, blot)
            judged.save(update_fields=["evidence"])
