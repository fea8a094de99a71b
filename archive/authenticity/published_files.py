"""The list of the files that readers were ever given, kept in step with what the archive gives now.

The worker looks every minute. Nothing has to tell it of a publication: what is given follows from the rows, and the list
remembers what the rows forget (the file that a corrected one has replaced, an annex that was taken away).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from archive.edition import next_edition_beside_issues
from archive.export.schema_org import FORMATS
from archive.ingest.annex_files import CONTENT_TYPES
from archive.ingest.originals import checksum
from archive.masks import Masks, has_masks, masks_of
from archive.models import Annex, Correction, Document, Issue, PublishedFile

_Kind = PublishedFile.Kind
# What tells one place of a file from all others: checksum, kind, issue, document.
Place = tuple[str, str, int, str]


def follow_publications(now: datetime) -> int:
    """Bring the list to what readers are given now; how many rows were written or changed."""
    current = {one.place: one for one in files_given()}
    masked = set(_masked_issues())
    held = list(PublishedFile.objects.defer("name", "media_type").order_by("pk"))
    known = {one.place for one in held}
    new = [one for place, one in current.items() if place not in known]
    ended, given = [], []
    for one in held:
        lasts = one.issue_id in masked if one.kind == _Kind.MASKED else one.place in current
        if lasts and one.ended_at and one.kind != _Kind.MASKED:
            given.append(one.pk)
        elif not lasts and one.ended_at is None:
            ended.append(one.pk)
    if new or ended or given:
        with transaction.atomic():
            # Of two workers that look at once, the first writes.
            PublishedFile.objects.bulk_create(new, ignore_conflicts=True)
            PublishedFile.objects.filter(pk__in=ended).update(ended_at=now)
            PublishedFile.objects.filter(pk__in=given).update(ended_at=None)
    return len(new) + len(ended) + len(given)


def files_given(sha256: str = "") -> Iterator[PublishedFile]:
    """Every original and annex that readers are given, or were until it was withdrawn, as rows that are not saved; all
    or those with the checksum. Of what never went out, a draft or an original that was masked before, there is none.
    """
    wanted = {"sha256": sha256} if sha256 else {}
    issues = Issue.objects.exclude(state=Issue.State.DRAFT).filter(released_at__isnull=False, **wanted)
    masked = set(_masked_issues())
    originals = PublishedFile.objects.filter(kind=_Kind.ORIGINAL, issue__in=issues)
    before = defaultdict[int, set[str]](set)
    for issue_id, known in originals.values_list("issue_id", "sha256"):
        before[issue_id].add(known)
    for issue in issues.select_related("gazette").order_by("pk"):
        # The issue is public since its first file; when this one took the place of another is seen here.
        is_new = bool(before[issue.pk]) and issue.sha256 not in before[issue.pk]
        # What took it while the issue was withdrawn went to nobody yet.
        if issue.pk not in masked and not (is_new and issue.state == Issue.State.WITHDRAWN):
            assert issue.released_at is not None
            yield PublishedFile(
                sha256=issue.sha256,
                kind=_Kind.ORIGINAL,
                issue=issue,
                name=issue.file_name,
                size=issue.file_size,
                media_type=FORMATS[Issue.SourceKind(issue.source_kind)],
                published_at=timezone.now() if is_new else issue.released_at,
            )
    annexes = Annex.objects.filter(attachment__isnull=False, document__issue__released_at__isnull=False)
    annexes = annexes.exclude(document__issue__state=Issue.State.DRAFT).filter(**wanted)
    for annex in annexes.select_related("document__issue__gazette").order_by("pk"):
        issue = annex.document.issue
        assert issue.released_at is not None
        since = max(annex.added_at, issue.released_at)
        withdrawals = (issue.withdrawn_at, annex.document.withdrawn_at)
        if all(withdrawn is None or since < withdrawn for withdrawn in withdrawals):
            yield PublishedFile(
                sha256=annex.sha256,
                kind=_Kind.ANNEX,
                issue=issue,
                document=annex.document.public_id,
                name=annex.file_name,
                size=annex.size,
                media_type=CONTENT_TYPES[annex.kind],
                published_at=since,
            )


def _masked_issues() -> Iterable[int]:
    """The keys of the issues of which something is kept from readers: archive/masks.py asks the same of one."""
    yield from Document.objects.filter(withdrawn_at__isnull=False).values_list("issue_id", flat=True)
    blotted = Correction.objects.filter(state=Correction.State.STANDING, redacts=True)
    yield from blotted.values_list("issue_id", flat=True)


def note_masked_copy(issue: Issue, path: Path, masks: Masks) -> None:
    """Put the masked copy of an issue's PDF on the list, which readers are about to get, with its own checksum.

    The checksum is kept beside the copy: both can be thrown away, and another copy has another one.
    """
    beside = path.with_suffix(".sha256")
    try:
        sha256, _blank, size = beside.read_text().partition(" ")
    except FileNotFoundError:
        found = checksum(path)
        sha256, size = found[0], str(found[1])
        with suppress(OSError):
            beside.write_text(f"{sha256} {size}")
    copies = PublishedFile.objects.filter(issue=issue, kind=_Kind.MASKED)
    if copies.filter(sha256=sha256, masks=masks.key, ended_at=None).exists():
        return
    now = timezone.now()
    with transaction.atomic():
        copies.filter(ended_at=None).exclude(sha256=sha256).update(ended_at=now)
        PublishedFile.objects.update_or_create(
            sha256=sha256,
            kind=_Kind.MASKED,
            issue=issue,
            document="",
            defaults={"ended_at": None, "masks": masks.key},
            create_defaults={
                "name": issue.file_name,
                "size": int(size),
                "media_type": FORMATS[Issue.SourceKind(issue.source_kind)],
                "masks": masks.key,
                "published_at": now,
            },
        )
        # The page of the issue names it.
        next_edition_beside_issues()


@dataclass(frozen=True, slots=True)
class Served:
    """The file of an issue as readers get it: the original, or a masked copy of it (`masked`).

    `sha256` is "" and `size` None of a copy that nobody has asked for yet: it is made for the first reader.
    """

    sha256: str
    size: int | None
    masked: bool


def served_file(issue: Issue) -> Served:
    """What readers get where the issue's file is public."""
    if not has_masks(issue):
        return Served(issue.sha256, issue.file_size, masked=False)
    # With other masks another copy is made, when somebody asks for it.
    copies = PublishedFile.objects.filter(issue=issue, kind=_Kind.MASKED, ended_at=None)
    copy = copies.filter(masks=masks_of(issue).key).first()
    return Served(copy.sha256 if copy else "", copy.size if copy else None, masked=True)
