"""A zip file at the desk: taken apart and queued file by file, with a word on what is left out.

`ingest` takes zips of any size; here a person waits for the answer, so what one may hold is bounded.
"""

import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from archive.batches import MOST_SINGLE, note, open_batch
from archive.ingest.errors import IngestError, LimitExceeded, UnreadableFile
from archive.ingest.originals import checksum
from archive.ingest.sources import ZIP_SUFFIX, SourceFile, entry_name, find_sources, opened
from archive.models import Batch
from archive.room import lacks_room
from archive.uploads import Accepted, Uploaded, accept_file, accept_upload, clean_name, no_room, received

# A zip of issues unpacks to little more than its own size: PDF and DOCX are packed already.
_MOST_UNPACKED = 4
_MOST_NAMES = 5


def accept_files(
    upload: Uploaded,
    *,
    user: Any = None,
    password: str = "",
    replace: bool = False,
    batch: Batch | None = None,
) -> list[Accepted | IngestError]:
    """What became of an uploaded file, or of each file in an uploaded zip; never raises an IngestError.

    What is in a zip and is no issue is named in one error at the end. A zip of many files becomes a batch of its
    own, unless it came in with one; what is not queued is written down there.
    """
    options: dict[str, Any] = {"user": user, "password": password, "replace": replace, "batch": batch}
    found: list[Accepted | IngestError]
    try:
        name = clean_name(upload.name or "")
        if PurePosixPath(name).suffix.lower() != ZIP_SUFFIX:
            found = [accept_upload(upload, **options)]
        else:
            with received(upload, name, suffix=ZIP_SUFFIX) as (path, _sha256):
                found = _accept_zip(path, name, options)
    except IngestError as error:
        found = [error]
    if options["batch"] is not None:
        note(options["batch"], found, user)
    return found


def _accept_zip(path: Path, name: str, options: dict[str, Any]) -> list[Accepted | IngestError]:
    found = list(find_sources([path]))
    errors = [_renamed(one, path, name) for one in found if isinstance(one, IngestError)]
    sources = [one for one in found if isinstance(one, SourceFile)]
    if errors and not sources:
        return list(errors)
    if len(sources) > settings.UPLOAD_MAX_FILES:
        raise LimitExceeded(
            name,
            _("压缩包内有 %(n)s 个文件") % {"n": len(sources)},
            _("请每包不超过 %(n)s 个，或请管理员用 ingest 命令导入") % {"n": settings.UPLOAD_MAX_FILES},
        )
    if options["batch"] is None and len(sources) > MOST_SINGLE:
        options["batch"] = open_batch(PurePosixPath(name).stem, options["user"])
    room = settings.UPLOAD_MAX_BYTES * _MOST_UNPACKED
    accepted: list[Accepted | IngestError] = []
    for source in sources:
        entry = f"{name}/{source.label.removeprefix(f'{path}/')}"
        try:
            with opened(source) as unpacked:
                sha256, size = checksum(unpacked)
                room -= size
                if room < 0:
                    raise LimitExceeded(
                        name,
                        _("解开后超过 %(size)s MB")
                        % {"size": settings.UPLOAD_MAX_BYTES * _MOST_UNPACKED // 1024**2},
                        _("其后的文件没有接收，请分成几个压缩包"),
                    )
                accepted.append(accept_file(unpacked, sha256, clean_name(source.name), **options))
        except LimitExceeded as error:
            accepted.append(_renamed(error, path, name))
            if room < 0:
                break
        except OSError as error:
            if not lacks_room(error):
                raise
            accepted.append(no_room(entry))
            break
        except IngestError as error:
            accepted.append(type(error)(entry, error.problem, error.remedy, error.page))
    left_out = _left_out(path, sources)
    if left_out or not accepted:
        accepted.append(_nothing_in(name, left_out))
    return [*accepted, *errors]


def _left_out(path: Path, sources: list[SourceFile]) -> list[str]:
    """The names of the zip's files that cannot be issues; what systems leave behind is not worth a word."""
    taken = {source.entry.filename for source in sources if source.entry is not None}
    with zipfile.ZipFile(path) as archive:
        names = [
            entry_name(info)
            for info in archive.infolist()
            if not info.is_dir() and info.filename not in taken
        ]
    return [
        name
        for name in names
        if not any(part.startswith((".", "__MACOSX", "~$")) for part in PurePosixPath(name).parts)
    ]


def _nothing_in(name: str, left_out: list[str]) -> IngestError:
    if not left_out:
        return UnreadableFile(name, _("压缩包里没有公报文件"), _("请核对压缩包"))
    names = "、".join(left_out[:_MOST_NAMES]) + ("……" if len(left_out) > _MOST_NAMES else "")
    return UnreadableFile(
        name,
        _("包内有 %(n)s 个文件不是公报文件（%(names)s）") % {"n": len(left_out), "names": names},
        _("它们已略过"),
    )


def _renamed(error: IngestError, path: Path, name: str) -> IngestError:
    """The error with the zip called by its own name and not by the place where it lies."""
    return type(error)(error.file.replace(str(path), name), error.problem, error.remedy, error.page)
