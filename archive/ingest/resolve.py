"""Find the document that a reference names: exactly one, or none."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from itertools import islice

from django.db import models
from django.db.models import Q

from archive.models import Document, Issue, Reference
from archive.numbers import read_number

_AT_ONCE = 500


def number_parts(number: str) -> list[str]:
    """The numbers that a joint one consists of (浙税二〔1994〕95号、〔1994〕财办24号), or the one itself."""
    read = read_number(number)
    if read is None or not read.joined:
        return [number] if number else []
    return [number, *(part.canonical for part in read.parts)]


def resolve_references(numbers: Collection[str], titles: Collection[str]) -> int:
    """Set the target of every reference that names one of these; returns how many changed.

    By its number where one is printed, else by its exact title. Two candidates are none: 阳政办函〔2022〕46号
    can stand on two documents. Documents of withdrawn issues are no candidates.
    """
    changed = 0
    for some in _parts(numbers):
        references = Reference.objects.filter(number__in=some)
        changed += _set_targets(references, _holders_of_numbers(some), lambda r: r.number)
    for some in _parts(titles):
        references = Reference.objects.filter(number="", title__in=some)
        changed += _set_targets(references, _holders_of_titles(some), lambda r: r.title)
    return changed


def resolve_references_of(issue: Issue) -> int:
    """Resolve what the issue's documents refer to, and what refers to them."""
    documents = list(issue.documents.all())
    references = Reference.objects.filter(document__issue=issue)
    numbers = {part for document in documents for part in number_parts(document.number)}
    numbers |= {reference.number for reference in references if reference.number}
    titles = {document.title for document in documents}
    titles |= {reference.title for reference in references if not reference.number}
    return resolve_references(numbers, titles)


def _holders_of_numbers(numbers: Collection[str]) -> dict[str, set[int]]:
    wanted = set(numbers)
    holders: dict[str, set[int]] = defaultdict(set)
    documents = Document.objects.exclude(issue__state=Issue.State.WITHDRAWN).filter(
        Q(number__in=wanted) | Q(number__contains="、")
    )
    for pk, number in documents.values_list("pk", "number"):
        for part in wanted.intersection(number_parts(number)):
            holders[part].add(pk)
    return holders


def _holders_of_titles(titles: Collection[str]) -> dict[str, set[int]]:
    holders: dict[str, set[int]] = defaultdict(set)
    documents = Document.objects.exclude(issue__state=Issue.State.WITHDRAWN).filter(title__in=titles)
    for pk, title in documents.values_list("pk", "title"):
        holders[title].add(pk)
    return holders


def _set_targets(
    references: models.QuerySet[Reference],
    holders: dict[str, set[int]],
    name_of: Callable[[Reference], str],
) -> int:
    changed = []
    for reference in references.only("pk", "document_id", "number", "title", "target_id"):
        found = holders.get(name_of(reference), set())
        target = next(iter(found)) if len(found) == 1 else None
        # A document that names its own number refers to nothing else.
        if target == reference.document_id:
            target = None
        if reference.target_id != target:
            reference.target_id = target
            changed.append(reference)
    Reference.objects.bulk_update(changed, ["target"], batch_size=_AT_ONCE)
    return len(changed)


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(sorted(value for value in values if value))
    while some := list(islice(remaining, _AT_ONCE)):
        yield some
