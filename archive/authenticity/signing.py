"""Signs the manifest of a month when it has ended: what it lists, and with which key."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.authenticity.manifest_text import (
    MANIFEST,
    NotReadable,
    canonical,
    checksum,
    key_id,
    parse_private,
    public_pem,
    sign,
)
from archive.authenticity.offline import next_month
from archive.authenticity.published_files import follow_publications
from archive.authenticity.standing import Standing, documents_of, standing
from archive.edition import next_edition_beside_issues
from archive.models import Manifest, ManifestKey, PublishedFile

log = logging.getLogger(__name__)

# Of the key file: nobody but its owner may read it, or write into it.
_OTHERS = 0o077


class KeyUnusable(Exception):
    """The key of the settings cannot sign; the message says why and what to do."""


def signing_key() -> Ed25519PrivateKey | None:
    """The key of the settings, None where they name none. Raises KeyUnusable."""
    if not settings.MANIFEST_KEY_FILE:
        return None
    path = Path(settings.MANIFEST_KEY_FILE)
    try:
        if path.stat().st_mode & _OTHERS:
            raise KeyUnusable(f"MANIFEST_KEY_FILE {path} 不只有所有者能读。请运行 chmod 600 {path}")
        return parse_private(path.read_bytes())
    except OSError as error:
        raise KeyUnusable(
            f"MANIFEST_KEY_FILE {path} 无法读取（{error.strerror}）。请核对路径与所有者，"
            "或用 manage.py make_manifest_key 新做一把"
        ) from error
    except NotReadable as error:
        raise KeyUnusable(
            f"MANIFEST_KEY_FILE {path}：{error}。请用 manage.py make_manifest_key 新做一把"
        ) from error


def sign_ended_months(now: datetime) -> list[Manifest]:
    """Bring the list of published files up to date, and sign it for the months that have ended and have no manifest yet.

    Gives these manifests; [] where no key is set. The first is that of the last month alone: it lists what was published
    until then. Raises KeyUnusable.
    """
    follow_publications(now)
    key = signing_key()
    if key is None:
        return []
    return [made for month in months_to_sign(now) if (made := _sign_month(month, now, key)) is not None]


def months_to_sign(now: datetime) -> list[str]:
    """The months that have ended and have no manifest, in order, from the one after the last manifest on."""
    here = timezone.localtime(now)
    present = f"{here:%Y-%m}"
    last = Manifest.objects.order_by("-month").values_list("month", flat=True).first()
    if last is None:
        ended = f"{here.replace(day=1) - timedelta(days=1):%Y-%m}"
        return [ended] if PublishedFile.objects.filter(published_at__lt=_end_of(ended)).exists() else []
    return list(_months_between(last, present))


def _months_between(last: str, present: str) -> Iterator[str]:
    while (last := next_month(last)) < present:
        yield last


def _end_of(month: str) -> datetime:
    """When the month after it begins, in the time of the site."""
    after = next_month(month)
    return datetime(int(after[:4]), int(after[5:]), 1, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _sign_month(month: str, now: datetime, key: Ed25519PrivateKey) -> Manifest | None:
    """The manifest of the month; None when another process has just signed it. Raises KeyUnusable."""
    try:
        with transaction.atomic():
            return _signed(month, now, key)
    except IntegrityError:
        if Manifest.objects.filter(month=month).exists():
            return None
        raise


def _signed(month: str, now: datetime, key: Ed25519PrivateKey) -> Manifest:
    signer = _present_key(key, now)
    previous = Manifest.objects.order_by("-month").first()
    rows = PublishedFile.objects.filter(published_at__lt=_end_of(month)).select_related("issue__gazette")
    files = list(rows.order_by("published_at", "sha256", "kind", "issue", "document"))
    documents = documents_of(files)
    body = canonical(
        {
            "format": MANIFEST,
            "archive": settings.SITE["name"],
            "month": month,
            "made": as_time(now),
            "key": signer.key_id,
            "previous": previous.sha256 if previous else None,
            "files": [entry(standing(one, documents, given=one.ended_at is None)) for one in files],
        }
    )
    made = Manifest.objects.create(
        month=month,
        body=body.decode(),
        sha256=checksum(body),
        signature=sign(key, body),
        key=signer,
        made_at=now,
        file_count=len(files),
    )
    new = [one.pk for one in files if one.first_listed_id is None]
    PublishedFile.objects.filter(pk__in=new).update(first_listed=made)
    next_edition_beside_issues()
    log.info("the manifest of %s is signed, with %s files", month, len(files))
    return made


def entry(one: Standing) -> dict[str, Any]:
    """A file as a manifest lists it.

    What is signed cannot be taken back. So nothing of it says what a file holds: the name stands there only of an
    original that is given, and of an annex never.
    """
    file, issue = one.file, one.issue
    named = one.is_given and file.kind != PublishedFile.Kind.ANNEX
    return {
        "sha256": file.sha256,
        "bytes": file.size,
        "type": file.media_type,
        "kind": file.kind,
        "name": file.name if named else None,
        "gazette": issue.gazette.name if issue.gazette else None,
        "year": issue.year,
        "issue": issue.label or None,
        "address": _address(one),
        "published": as_time(file.published_at),
        "state": str(one.state),
        "ended": as_time(one.ended_at) if one.ended_at else None,
    }


def _address(one: Standing) -> str | None:
    """The page where the file is given, or which says that it was withdrawn, below the address of the site."""
    if one.document is not None:
        return one.document.get_absolute_url()
    return one.issue.get_absolute_url() if one.issue.has_address else None


def as_time(moment: datetime) -> str:
    """2026-11-01T00:00:12Z"""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


# --- keys --------------------------------------------------------------------------------------------
def _present_key(key: Ed25519PrivateKey, now: datetime) -> ManifestKey:
    """The row of the key, made when it signs for the first time; from then on the one before signs no more."""
    public = key.public_key()
    held = ManifestKey.objects.filter(key_id=key_id(public)).first()
    if held is None:
        # Told to the second, as manifests tell it.
        moment = now.replace(microsecond=0)
        ManifestKey.objects.filter(until=None).update(until=moment)
        return ManifestKey.objects.create(key_id=key_id(public), pem=public_pem(public), since=moment)
    if held.revoked_at is not None or held.until is not None:
        why = "作废" if held.revoked_at is not None else "停用"
        raise KeyUnusable(
            f"MANIFEST_KEY_FILE 的密钥 {held.key_id} 已经{why}。请用 manage.py make_manifest_key 新做一把"
        )
    return held


def revoke(key: ManifestKey, reason: str, now: datetime) -> ManifestKey:
    """The key, marked as leaked: it signs no more, and whoever checks is told."""
    with transaction.atomic():
        key.revoked_at, key.revoked_reason = now.replace(microsecond=0), reason
        key.save(update_fields=["revoked_at", "revoked_reason"])
        next_edition_beside_issues()
    return key


def listed_keys() -> Iterator[dict[str, Any]]:
    """Every key that has signed, oldest first, as keys.json has it."""
    for key in ManifestKey.objects.all():
        yield {
            "id": key.key_id,
            "pem": key.pem,
            "from": as_time(key.since),
            "until": as_time(key.until) if key.until else None,
            "revoked": as_time(key.revoked_at) if key.revoked_at else None,
            "reason": key.revoked_reason or None,
        }
