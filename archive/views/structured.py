"""What the pages say of themselves in the words of schema.org; see archive/export/schema_org.py."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from archive.authenticity.published_files import Served
from archive.export.schema_org import (
    Changes,
    Other,
    as_script,
    breadcrumbs,
    legislation,
    publication_issue,
)
from archive.models import Document, Issue, Reference, ValidityJudgement
from archive.search.validity import MADE_BY, changes_to

if TYPE_CHECKING:
    from archive.views.own_parts import Citing

# What a document says of another one, with that one where readers may see it.
Named = tuple["Citing", Document | None]


def document_data(request: HttpRequest, document: Document, references: Sequence[Named]) -> SafeString:
    """A published document, and the way to it. It comes as its page has it."""
    whole, issue = request.build_absolute_uri, document.issue
    crumbs = [
        (f"{issue.gazette} {issue.name}", issue.get_absolute_url()),
        (document.title, document.get_absolute_url()),
    ]
    changes = _changes(document, references)
    return as_script(legislation(document, whole, changes, timezone.localdate()), breadcrumbs(crumbs, whole))


def issue_data(
    request: HttpRequest, issue: Issue, documents: Sequence[Document], original: str, cover: str, file: Served
) -> SafeString:
    """A published issue with its published documents, and the way to it."""
    whole = request.build_absolute_uri
    crumbs = [(str(issue.gazette), reverse("issues")), (issue.name, issue.get_absolute_url())]
    return as_script(
        publication_issue(
            issue, documents, whole, original=original, cover=cover, size=file.size, sha256=file.sha256
        ),
        breadcrumbs(crumbs, whole),
    )


def way_data(request: HttpRequest, crumbs: Iterable[tuple[str, str]], name: str) -> SafeString:
    """The way to the page itself, which is called `name`."""
    return as_script(breadcrumbs([*crumbs, (name, request.path)], request.build_absolute_uri))


def _changes(document: Document, references: Sequence[Named]) -> Changes:
    done = [named for named in references if named[0].relation in MADE_BY]
    # Most documents change none.
    if any(target for _said, target in done):
        declined = set(
            ValidityJudgement.objects.filter(source=document, confirmed=False).values_list(
                "state", "document_id", "evidence"
            )
        )
        done = [
            (said, target)
            for said, target in done
            if target is None or (MADE_BY[said.relation], target.pk, said.evidence) not in declined
        ]
    suffered = [(one.relation, one.document) for one in changes_to(document)]
    return Changes(
        amends=[_target(*named) for named in done if named[0].relation == Reference.Relation.AMENDS],
        repeals=[_target(*named) for named in done if named[0].relation == Reference.Relation.REPEALS],
        amended_by=[_held(one) for relation, one in suffered if relation == Reference.Relation.AMENDS],
        repealed_by=[_held(one) for relation, one in suffered if relation == Reference.Relation.REPEALS],
    )


def _target(said: "Citing", target: Document | None) -> Other:
    if target is None:
        return Other(said.number, said.title)
    # As the archive holds it: print may name it by the number alone.
    return _held(target)


def _held(document: Document) -> Other:
    return Other(document.number, document.title, document.get_absolute_url())
