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

from archive.ingest.errors import IngestError, LimitExceeded, NoRoom, UnreadableFile
from archive.ingest.file_kind import BROKEN_ZIP, HTML_SUFFIXES, MARKDOWN_SUFFIXES
from archive.room import lacks_room

ISSUE_SUFFIXES = frozenset({".pdf", ".txt", ".docx", ".docm", *HTML_SUFFIXES, *MARKDOWN_SUFFIXES})
# An issue in one of these is told of with the way to convert it. Pictures and spreadsheets lie beside issues as
# well, and are passed over.
LEGACY_SUFFIXES = frozenset(
    {".doc", ".wps", ".wpt", ".ofd", ".rtf", ".odt", ".ceb", ".cebx", ".caj", ".mht", ".mhtml", ".rar", ".7z"}
)
ZIP_SUFFIX = ".zip"
# What speaks of the folder and is no issue.
NOT_ISSUES = frozenset({"readme", "license", "changelog", "robots"})

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

    A file that is named itself is always tried; in folders and zips what is no issue by its name is passed over.
    """
    for path in paths:
        if path.is_dir():
            for file in _files_below(path):
                if isinstance(file, IngestError):
                    yield file
                else:
                    yield from _sources_of(file)
        else:
            yield from _sources_of(path)


def _files_below(folder: Path) -> Iterator[Path | IngestError]:
    closed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        folders.sort()
        folders[:] = [name for name in folders if not _is_hidden(name)]
        for name in sorted(names):
            if is_source_name(name):
                yield Path(place, name)
    for error in closed:
        yield UnreadableFile(
            str(error.filename or folder), f"文件夹打不开（{error.strerror}）", "请核对文件夹的读取权限"
        )


def _is_hidden(name: str) -> bool:
    """True for what systems and programs leave behind: .DS_Store, __MACOSX, and ~$第2期.docx while Word has it open."""
    return name.startswith((".", "__MACOSX", "~$"))


def is_issue_name(name: str) -> bool:
    """True when a file of this name in a folder can be an issue, also one that must be converted first."""
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    return (
        not _is_hidden(name)
        and suffix in ISSUE_SUFFIXES | LEGACY_SUFFIXES
        and path.stem.lower() not in NOT_ISSUES
    )


def is_source_name(name: str) -> bool:
    """True when a file of this name in a folder can be an issue, or a zip of them."""
    return is_issue_name(name) or (not _is_hidden(name) and PurePosixPath(name).suffix.lower() == ZIP_SUFFIX)


def may_be_tried(name: str) -> bool:
    """True when a file that somebody names himself is worth reading: README.md as well, a picture never."""
    return PurePosixPath(name).suffix.lower() in ISSUE_SUFFIXES | LEGACY_SUFFIXES | {ZIP_SUFFIX}


def _sources_of(path: Path) -> Iterator[SourceFile | IngestError]:
    if path.suffix.lower() != ZIP_SUFFIX or not path.is_file():
        yield SourceFile(str(path), path.name, path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _entries(path, archive.infolist())
    except BROKEN_ZIP as error:
        yield UnreadableFile(str(path), f"压缩包已损坏（{error}）", "请重新压缩为 zip 后再试")


def _entries(path: Path, infos: list[zipfile.ZipInfo]) -> Iterator[SourceFile | IngestError]:
    named = [(entry_name(info), info) for info in infos if not info.is_dir()]
    entries = [(name, info) for name, info in named if _is_issue(name)]
    for name in sorted(name for name, _info in named if _is_nested_zip(name)):
        yield UnreadableFile(f"{path}/{name}", "压缩包里还有压缩包", "请先解压，再逐个导入其中的压缩包")
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
    return not _in_hidden_folder(name) and is_issue_name(PurePosixPath(name).name)


def _is_nested_zip(name: str) -> bool:
    return not _in_hidden_folder(name) and PurePosixPath(name).suffix.lower() == ZIP_SUFFIX


def _in_hidden_folder(name: str) -> bool:
    return any(_is_hidden(part) for part in PurePosixPath(name).parts if part not in {".", ".."})


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
        raise UnreadableFile(source.label, "压缩包有密码", "请解压后再导入")
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
    except BROKEN_ZIP as error:
        shutil.rmtree(target, ignore_errors=True)
        if lacks_room(error):
            raise NoRoom(source.label) from error
        raise UnreadableFile(
            source.label, f"压缩包内的文件已损坏（{error}）", "请重新压缩为 zip 后再试"
        ) from error
