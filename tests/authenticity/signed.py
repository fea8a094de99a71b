"""Manifests made without an archive: of invented files, signed with keys of the test."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.authenticity.manifest_text import (
    MANIFEST,
    Key,
    canonical,
    checksum,
    key_id,
    new_private_pem,
    sign,
    signature_text,
)
from archive.authenticity.offline import Given


def a_file(content: bytes = b"%PDF-1.7", **changes: Any) -> dict[str, Any]:
    """What a manifest lists of an original with that content."""
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "type": "application/pdf",
        "kind": "original",
        "name": "云岭市人民政府公报 2024年第1期.pdf",
        "gazette": "云岭市人民政府公报",
        "year": 2024,
        "issue": "1",
        "address": "/issues/x/2024/1/",
        "published": "2026-10-03T02:11:09Z",
        "state": "published",
        "ended": None,
    } | changes


def a_manifest(
    key: Ed25519PrivateKey,
    month: str = "2026-10",
    previous: Given | None = None,
    files: Sequence[Mapping[str, Any]] = (a_file(),),
    **changes: Any,
) -> Given:
    """A signed manifest, made on the first of the month after; `changes` of what its head says."""
    record = {
        "format": MANIFEST,
        "archive": "政府公报数字档案",
        "month": month,
        "made": f"{after(month)}-01T00:00:12Z",
        "key": key_id(key.public_key()),
        "previous": checksum(previous.data) if previous else None,
        "files": list(files),
    }
    data = canonical(record | changes)
    return Given(f"{month}.json", data, signature(key, data))


def signature(key: Ed25519PrivateKey, data: bytes) -> bytes:
    return signature_text(key_id(key.public_key()), sign(key, data)).encode()


def after(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def known(*keys: Ed25519PrivateKey, **times: str) -> dict[str, Key]:
    """The public keys of these by their ids; `times` are those of all."""
    public = [key.public_key() for key in keys]
    return {key_id(one): Key(key_id(one), one, **times) for one in public}


def key_file(folder: Path, name: str = "key.pem") -> Path:
    """A new private key in a file that only its owner reads."""
    path = folder / name
    path.touch(0o600)
    path.write_bytes(new_private_pem()[0])
    return path


def another_letter(signature_file: bytes) -> bytes:
    """The signature file with another spelling in base64 of the very same signature."""
    head, _blank, text = signature_file.rpartition(b" ")
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = text.strip().rstrip(b"=")[-1:]
    other = letters[letters.index(last) ^ 1 : (letters.index(last) ^ 1) + 1]
    changed = text.strip().rstrip(b"=")[:-1] + other + b"==\n"
    assert base64.b64decode(changed) == base64.b64decode(text)
    return head + b" " + changed


def on(year: int, month: int, day: int, hour: int = 4) -> datetime:
    return datetime(year, month, day, hour, 30, tzinfo=UTC)
