"""The own parts of documents' pages, made once for each state of their issue: by the worker when it is published.

    GAZETTE_DATA/parts/41/              an issue: made (the name of what all its pages were made of), and for each document
    GAZETTE_DATA/parts/41/m4x7k2p9.zh-hans.json

A file says what it was made of: program, settings of the site, and the edition of the issue. Another name, and it is
made anew, whoever comes first; so the folder can be thrown away at any time. What other issues say of a document
(citations, repeals) is in no file. The documents that come nearest to it are: they are asked for again when one of those
documents is made anew, and only shown while they are published.
"""

import hashlib
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils import translation

from archive.edition import name_issues, next_edition_beside_issues
from archive.models import Document, IssueEdition
from archive.public_pages import program
from archive.search.update import is_up_to_date
from archive.views.own_parts import OwnParts, own_parts, with_own_parts

logger = logging.getLogger(__name__)

_MADE = "made"


def kept_parts(document: Document) -> OwnParts:
    """The own parts of a published document, as they were kept, or made and kept now.

    `document` comes with its issue, and that with its edition.
    """
    edition = getattr(document.issue, "edition", None)
    if edition is None:
        return _made(document.pk)
    # The name was read before the rows: what is made of later ones under it has another name already.
    name = _name_of(edition.name)
    path = _path_of(document, translation.get_language() or settings.LANGUAGE_CODE)
    kept = _read(path, name)
    if kept is None:
        began, index_follows = time.time(), is_up_to_date()
        kept = _made(document.pk)
        if index_follows:
            _write(path, name, kept, began)
    return kept


def make_parts_of_an_issue() -> bool:
    """Make the parts of all documents of one published issue whose edition has none; False when there is no such issue.

    Waits for the index to follow, of which the parts ask what comes nearest. Throws away what is left of issues that
    are not public any more.
    """
    if not is_up_to_date():
        return False
    editions = name_issues()
    for folder in _folders():
        if int(folder.name) not in editions:
            shutil.rmtree(folder, ignore_errors=True)
    for issue_id, edition in editions.items():
        if _text(_folder() / str(issue_id) / _MADE) != _name_of(edition.name):
            _make_issue(edition)
            return True
    return False


def _make_issue(edition: IssueEdition) -> None:
    language, name = settings.LANGUAGE_CODE, _name_of(edition.name)
    folder = _folder() / str(edition.issue_id)
    written, near = set(), set[int]()
    with translation.override(language):
        for document in with_own_parts(Document.objects.published().filter(issue=edition.issue_id)):
            began = time.time()
            parts = own_parts(document)
            near.update(parts.related)
            _write(path := _path_of(document, language), name, parts, began)
            written.add(path.name)
    for path in folder.glob("*.json"):
        # Other languages are made when somebody reads them; a document that joined another has no page.
        if path.name not in written:
            path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MADE).write_text(name)
    others = Document.objects.published().filter(pk__in=near).exclude(issue=edition.issue_id)
    if _forget(others, edition.since.timestamp()):
        # Their pages name the new ones from now on.
        next_edition_beside_issues()


def _forget(documents: Iterable[Document], before: float) -> bool:
    """Throw away the files of documents that were begun `before`; True where there were any.

    What was begun later has asked an index that knew of all changes until then: an issue is announced to the index
    before its edition gets a name.
    """
    found = [
        path
        for document in documents
        for path in (_folder() / str(document.issue_id)).glob(f"{document.public_id}.*.json")
        if _begun(path) < before
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return bool(found)


def _begun(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _made(pk: int) -> OwnParts:
    return own_parts(with_own_parts(Document.objects.all()).get(pk=pk))


def _name_of(edition: str) -> str:
    return hashlib.sha256(f"{program()} {edition}".encode()).hexdigest()[:40]


def _folder() -> Path:
    return Path(settings.GAZETTE_DATA) / "parts"


def _folders() -> list[Path]:
    return [path for path in _folder().glob("*") if path.name.isdecimal()]


def _path_of(document: Document, language: str) -> Path:
    return _folder() / str(document.issue_id) / f"{document.public_id}.{language}.json"


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _read(path: Path, name: str) -> OwnParts | None:
    """What the file holds; None where there is none of that name, or it is damaged."""
    try:
        with path.open(encoding="utf-8") as file:
            if file.readline().strip() != name:
                return None
            return OwnParts.from_record(json.load(file))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        logger.warning("%s is damaged and is made anew", path)
        return None


def _write(path: Path, name: str, parts: OwnParts, began: float) -> None:
    """Keep the parts, dated when their making `began`; not kept where the disk is full, and shown all the same."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(f"{name}\n{json.dumps(parts.as_record(), ensure_ascii=False)}", encoding="utf-8")
        os.utime(part, (began, began))
        os.replace(part, path)
    except OSError:
        logger.exception("%s cannot be kept", path)
        part.unlink(missing_ok=True)
