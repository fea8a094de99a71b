"""Zip files at the desk: each issue in them is queued, everything else is named, and nothing unpacks without end."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from archive.ingest.errors import IngestError
from archive.models import IngestRun, Issue
from archive.tasks import ingest_upload
from archive.uploads import Accepted, password_of, upload_path
from archive.zipped import accept_files
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = sorted((PROJECT / "archive" / "samples").glob("*.txt"))


def zip_upload(files: dict[str, bytes], name: str = "往期.zip") -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in files.items():
            archive.writestr(entry, data)
    return SimpleUploadedFile(name, content.getvalue())


def told(found: list[Accepted | IngestError]) -> list[str]:
    return [one.name if isinstance(one, Accepted) else str(one) for one in found]


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_each_file_of_a_zip_is_queued(settings: Settings, data_folder: Path) -> None:
    files = {f"2023/第{n}期.txt": path.read_bytes() for n, path in enumerate(SAMPLES, 1)}
    found = accept_files(zip_upload(files), password="123456", replace=True)
    assert told(found) == [f"第{n}期.txt" for n in range(1, len(files) + 1)]
    runs = list(IngestRun.objects.order_by("pk"))
    assert [run.file_name for run in runs] == told(found)
    assert all(password_of(run) == "123456" and run.replace for run in runs)
    assert upload_path(runs[0]).read_bytes() == SAMPLES[0].read_bytes()
    assert list(data_folder.glob("unzip-*")) == []
    assert left_in(settings.UPLOADS_DIR) == sorted(
        name for run in runs for name in (f"run-{run.pk}", f"run-{run.pk}.password")
    )
    for run in runs:
        assert ingest_upload.call(run.pk) == "added"
    assert Issue.objects.count() == len(files)
    assert [
        one.issue is not None for one in accept_files(zip_upload(files)) if isinstance(one, Accepted)
    ] == [True] * len(files)


def test_what_is_no_issue_is_named_and_the_issues_are_queued() -> None:
    files = {
        "第1期.txt": SAMPLES[0].read_bytes(),
        "空.pdf": b"",
        "封面.jpg": b"\xff\xd8\xff",
        "__MACOSX/._第1期.txt": b"x",
        ".DS_Store": b"x",
    }
    empty, first, rest = accept_files(zip_upload(files))
    assert isinstance(first, Accepted)
    assert first.is_new
    assert str(empty).startswith("往期.zip/空.pdf：文件是空的")
    assert str(rest) == "往期.zip：包内有 1 个文件不是公报文件（封面.jpg）。它们已略过"


def test_a_single_file_gives_one_answer() -> None:
    (found,) = accept_files(SimpleUploadedFile("第6期.txt", SAMPLES[0].read_bytes()))
    assert isinstance(found, Accepted)
    assert found.is_new
    (refused,) = accept_files(SimpleUploadedFile("空.pdf", b" "))
    assert isinstance(refused, IngestError)
    assert "空.pdf" in str(refused)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "没有公报文件"),
        ({"封面.jpg": b"\xff\xd8\xff"}, "1 个文件不是公报文件"),
        ({f"{n}.txt": b"x" for n in range(4)}, "有 4 个文件"),
        ({"a.txt": b"\0" * 900_000}, "解开后超过"),
    ],
    ids=["empty", "nothing in it", "too many", "packed too tightly"],
)
def test_what_is_refused(settings: Settings, files: dict[str, bytes], says: str) -> None:
    settings.UPLOAD_MAX_FILES = 3
    settings.UPLOAD_MAX_BYTES = 1024**2
    (refused,) = accept_files(zip_upload(files))
    assert isinstance(refused, IngestError)
    assert says in str(refused)
    assert str(refused).startswith("往期.zip")
    assert not IngestRun.objects.exists()
    assert left_in(settings.UPLOADS_DIR) == []


OUTSIDE = (
    "../../outside.txt",
    "/tmp/outside.txt",
    "C:\\outside.txt",
    "..\\..\\outside.txt",
    "a/../../outside.txt",
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_in_a_zip_leads_nowhere_else(settings: Settings, data_folder: Path, name: str) -> None:
    """What is unpacked lies under a name of ours; the name it had is only told."""
    before = {path for path in data_folder.parent.rglob("*") if "outside" in path.name}
    [found] = accept_files(zip_upload({name: SAMPLES[0].read_bytes()}))
    assert told([found]) == ["outside.txt"]
    run = IngestRun.objects.get()
    assert upload_path(run).parent == Path(settings.UPLOADS_DIR)
    assert {path for path in data_folder.parent.rglob("*") if "outside" in path.name} == before
    assert not Path("/tmp/outside.txt").exists()


def test_a_link_in_a_zip_is_no_file_of_this_machine(settings: Settings) -> None:
    link = zipfile.ZipInfo("2024-1.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    accept_files(SimpleUploadedFile("往期.zip", content.getvalue()))
    kept = [path.read_bytes() for path in Path(settings.UPLOADS_DIR).rglob("*") if path.is_file()]
    assert [held for held in kept if b"root:" in held] == []


def test_all_together_unpack_to_no_more_than_they_may(settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 30_000
    content = SAMPLES[0].read_bytes()[:2000] * 12
    files = {f"{n}.txt": f"{n} ".encode() + content for n in range(6)}
    found = accept_files(zip_upload(files))
    assert [isinstance(one, Accepted) for one in found] == [True] * 4 + [False]
    assert "解开后超过" in str(found[-1])
    assert IngestRun.objects.count() == 4


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7"])
def test_what_is_no_zip(settings: Settings, content: bytes) -> None:
    (refused,) = accept_files(SimpleUploadedFile("坏.zip", content))
    assert isinstance(refused, IngestError)
    assert str(refused).startswith("坏.zip：压缩包已损坏")
    assert str(settings.UPLOADS_DIR) not in str(refused)
    assert left_in(settings.UPLOADS_DIR) == []
