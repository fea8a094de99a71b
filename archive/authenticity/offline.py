"""Judges manifests by public keys alone: no database, no network, no Django."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature

from archive.authenticity.manifest_text import (
    Key,
    ManifestText,
    NotReadable,
    checksum,
    parse_manifest,
    parse_signature,
)

_CHUNK = 1024 * 1024
# What is no longer given to readers is no fault of whoever has it.
PUBLISHED = "published"


@dataclass(slots=True)
class Judged:
    """A manifest and what is wrong with it; `said` is what should be known beside that."""

    name: str
    sha256: str
    manifest: ManifestText | None = None
    key: Key | None = None
    problems: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Given:
    """A manifest as it came: what to call it, its bytes and those of its signature file (None where there is none)."""

    name: str
    data: bytes
    signature: bytes | None


def judge(given: Sequence[Given], keys: Mapping[str, Key]) -> list[Judged]:
    """Each manifest with what is wrong with it, in the order of their months; unreadable ones first.

    Of two neighbours the later has to name the earlier by its checksum. What a revoked key has signed is good only where
    a good manifest names it, for whoever has the key can sign with any date.
    """
    found = sorted((_by_itself(one, keys) for one in given), key=_month)
    dated = [one for one in found if one.manifest is not None]
    for earlier, later in pairwise(dated):
        _judge_neighbours(earlier, later)
    if dated and (first := dated[0].manifest) and first.previous:
        dated[0].said.append("它的前一份没有给出")
    named: str | None = None
    for one in reversed(dated):
        if one.key is not None and one.key.revoked and one.sha256 != named:
            one.problems.append(
                f"密钥 {one.key.id} 已于 {one.key.revoked} 作废，而没有一份由有效密钥签署的后续清单指明它"
            )
        named = one.manifest.previous if one.is_good and one.manifest else None
    return found


def _month(one: Judged) -> str:
    return one.manifest.month if one.manifest else ""


def _by_itself(given: Given, keys: Mapping[str, Key]) -> Judged:
    found = Judged(given.name, checksum(given.data))
    try:
        found.manifest = manifest = parse_manifest(given.data)
        if given.signature is None:
            raise NotReadable("没有签名文件")
        signed_by, signature = parse_signature(given.signature)
    except NotReadable as error:
        found.problems.append(str(error))
        return found
    key = keys.get(signed_by)
    if key is None:
        found.problems.append(f"签名所用的密钥 {signed_by} 不在给出的公钥之中")
        return found
    try:
        key.public.verify(signature, given.data)
    except InvalidSignature:
        found.problems.append("签名与内容不符：清单或签名被改动过")
        return found
    found.key = key
    if manifest.key != signed_by:
        found.problems.append("清单写明的密钥与签名所用的不同")
    if (key.since and manifest.made < key.since) or (key.until and manifest.made >= key.until):
        found.problems.append(
            f"清单签署于 {manifest.made}，不在密钥使用的时间（{key.since} 至 {key.until or '今'}）之内"
        )
    return found


def _judge_neighbours(earlier: Judged, later: Judged) -> None:
    before, after = earlier.manifest, later.manifest
    assert before is not None and after is not None
    if before.month == after.month:
        if earlier.sha256 != later.sha256:
            later.problems.append(f"{after.month} 有两份内容不同的清单")
    elif after.previous is None:
        later.problems.append(f"它自称是第一份，却有更早的 {earlier.name}")
    elif next_month(before.month) != after.month:
        later.said.append("它的前一份没有给出")
    elif after.previous != earlier.sha256:
        later.problems.append(f"它所指明的前一份不是 {earlier.name}")


def next_month(month: str) -> str:
    """2027-01 after 2026-12."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


# --- files -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file of a folder and what the manifest lists it as; None for one that it does not list."""

    path: Path
    listed: Mapping[str, Any] | None


def judge_files(folder: Path, manifest: ManifestText) -> Iterator[JudgedFile]:
    """Every file below the folder, in order. Raises OSError for what cannot be read."""
    listed = {one["sha256"]: one for one in manifest.files}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield JudgedFile(path, listed.get(_checksum_of(path)))


def _checksum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
