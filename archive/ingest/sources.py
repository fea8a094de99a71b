"""Find the issue files that a path stands for: a file, a folder of files, or a zip of them.

Names inside a zip are often GBK without saying so (Windows: ｡ 2022年第2期.pdf); they serve as labels only, never as
paths, so that ../ in a name leads nowhere.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings

from archive.ingest.errors import IngestError, LimitExceeded, PasswordNeeded, UnreadableFile

ISSUE_SUFFIXES = frozenset({".pdf", ".txt"})
ZIP_SUFFIX = ".zip"

# An archive of twenty years of issues has a few hundred files; a bomb has a few that unpack a thousandfold.
ZIP_MAX_FILES = 2000
ZIP_MAX_RATIO = 200
ZIP_MAX_BYTES = 20 * 1024**3
_ENCRYPTED, _UTF8 = 0x1, 0x800
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to take in: where it lies, or in which zip; `label` is how it is named in messages."""

    label: str
    name: str
    path: Path
    entry: zipfile.ZipInfo | None = None


def find_sources(paths: list[Path]) -> Iterator[SourceFile | IngestError]:
    """Every issue file under the paths, in the order given and then by name; an error for what cannot be opened.

    A file that is named itself is always tried; in folders and zips only .pdf and .txt count.
    """
    for path in paths:
        if path.is_dir():
            for file in _files_below(path):
                yield from _sources_of(file)
        else:
            yield from _sources_of(path)


def _files_below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in ISSUE_SUFFIXES | {ZIP_SUFFIX}:
                yield Path(place, name)


def _sources_of(path: Path) -> Iterator[SourceFile | IngestError]:
    if path.suffix.lower() != ZIP_SUFFIX or not path.is_file():
        yield SourceFile(str(path), path.name, path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _entries(path, archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield UnreadableFile(str(path), f"压缩包已损坏（{error}）", "请重新压缩为 zip 后再试")


def _entries(path: Path, infos: list[zipfile.ZipInfo]) -> Iterator[SourceFile | IngestError]:
    entries = [(entry_name(info), info) for info in infos if not info.is_dir()]
    entries = [(name, info) for name, info in entries if _is_issue(name)]
    if len(entries) > ZIP_MAX_FILES:
        yield LimitExceeded(
            str(path), f"压缩包内有 {len(entries)} 个文件", f"请每包不超过 {ZIP_MAX_FILES} 个"
        )
        return
    if sum(info.file_size for _name, info in entries) > ZIP_MAX_BYTES:
        yield LimitExceeded(str(path), f"压缩包解开后超过 {ZIP_MAX_BYTES // 1024**3} GB", "请分成几个压缩包")
        return
    for name, info in sorted(entries, key=lambda entry: entry[0]):
        yield SourceFile(f"{path}/{name}", PurePosixPath(name).name, path, info)


def _is_issue(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) and part not in {".", ".."} for part in path.parts)
    return not hidden and path.suffix.lower() in ISSUE_SUFFIXES


def entry_name(info: zipfile.ZipInfo) -> str:
    """The name of a zip's entry in its own encoding: as declared, else UTF-8, else GBK."""
    if info.flag_bits & _UTF8:
        return info.filename.replace("\\", "/")
    # Without the flag zipfile reads cp437, which keeps every byte.
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return info.filename.replace("\\", "/")


@contextmanager
def opened(source: SourceFile) -> Iterator[Path]:
    """The file on the disk for as long as it is needed; what is inside a zip is unpacked under a name of ours.

    Raises an IngestError when it is larger than an upload may be, packed suspiciously tightly, or locked.
    """
    if source.entry is None:
        yield source.path
        return
    folder = Path(settings.GAZETTE_DATA)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unzip-", dir=folder) as place:
        target = Path(place) / f"entry{PurePosixPath(source.name).suffix.lower()}"
        _unpack(source, target)
        yield target


def _unpack(source: SourceFile, target: Path) -> None:
    entry, limit = source.entry, settings.UPLOAD_MAX_BYTES
    assert entry is not None
    if entry.flag_bits & _ENCRYPTED:
        raise PasswordNeeded(source.label, "压缩包有密码", "请解压后再导入")
    allowed = min(limit, max(entry.compress_size, 1) * ZIP_MAX_RATIO)
    try:
        with zipfile.ZipFile(source.path) as archive, archive.open(entry) as packed, target.open("xb") as out:
            # The sizes in a zip's directory can lie: what counts is what comes out.
            while chunk := packed.read(_CHUNK):
                out.write(chunk)
                if out.tell() > allowed:
                    raise LimitExceeded(
                        source.label, f"解开后超过 {allowed / 1024**2:.0f} MB", "请核对压缩包，或解压后再导入"
                    )
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        shutil.rmtree(target, ignore_errors=True)
        raise UnreadableFile(
            source.label, f"压缩包内的文件已损坏（{error}）", "请重新压缩为 zip 后再试"
        ) from error
