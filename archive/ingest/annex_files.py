"""The files of annexes: what may be one, and where it lies under its checksum."""

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from archive.ingest.errors import UnreadableFile
from archive.ingest.files_store import files_store
from archive.models import Annex

# What is saved under which type; none of them is opened in the site's name.
CONTENT_TYPES: dict[str, str] = {
    Annex.Kind.PDF: "application/pdf",
    Annex.Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Annex.Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Annex.Kind.JPEG: "image/jpeg",
    Annex.Kind.PNG: "image/png",
    Annex.Kind.WEBP: "image/webp",
}
ACCEPTED = ".pdf,.docx,.xlsx,.jpg,.jpeg,.png,.webp"
_PARTS = {"word/document.xml": Annex.Kind.DOCX, "xl/workbook.xml": Annex.Kind.XLSX}
_PICTURES = {"JPEG": Annex.Kind.JPEG, "PNG": Annex.Kind.PNG, "WEBP": Annex.Kind.WEBP}
_HEAD = 1024


def annex_name(sha256: str, kind: str) -> PurePosixPath:
    """What the file is called in the store: annexes/ab/abcdef….pdf"""
    return PurePosixPath("annexes", sha256[:2], f"{sha256}.{kind}")


def annex_path(sha256: str, kind: str) -> Path:
    """Where the file can be read on this machine; nothing lies there when there is none. Raises FilesAway."""
    return files_store().path(annex_name(sha256, kind))


def annex_kind(path: Path, name: str) -> str:
    """What the file is, by what it holds. Raises UnreadableFile for all that cannot be an annex."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind: str | None = None
    if b"%PDF-" in head:
        kind = Annex.Kind.PDF
    elif head.startswith(b"PK"):
        kind = _office_kind(path)
    elif head:
        kind = _picture_kind(path)
    if kind is None:
        raise UnreadableFile(
            name, _("不是可以补录的格式"), _("请上传 PDF、不含宏的 DOCX 或 XLSX，或 JPEG、PNG、WebP 图片")
        )
    return kind


def _office_kind(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as file:
            names = set(file.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for part, kind in _PARTS.items() if part in names), None)


def _picture_kind(path: Path) -> str | None:
    try:
        with Image.open(path, formats=list(_PICTURES)) as picture:
            picture.verify()
            return _PICTURES.get(picture.format or "")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def forget_files_on_commit(files: Iterable[tuple[str, str]]) -> None:
    """Delete the files (checksum, kind) once this is committed, but those that an annex still uses."""
    wanted = list(files)

    def forget() -> None:
        used = set(
            Annex.objects.filter(sha256__in=[sha256 for sha256, _kind in wanted]).values_list(
                "sha256", "kind"
            )
        )
        for sha256, kind in wanted:
            if (sha256, kind) not in used:
                files_store().remove(annex_name(sha256, kind))

    if wanted:
        transaction.on_commit(forget, robust=True)
