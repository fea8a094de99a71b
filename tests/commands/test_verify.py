"""`verify`: what is wrong with files or index is named, and the index is mended."""

from pathlib import Path

import pytest
from django.core.management import call_command

from archive.ingest.originals import original_path
from archive.ingest.pipeline import ingest_file
from archive.models import Document, Issue
from archive.search.update import indexed_ids, remove_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLE = min((PROJECT / "archive" / "samples").glob("*.txt"))


@pytest.fixture
def issue() -> Issue:
    return ingest_file(SAMPLE, publish=True).issue


def verify(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    code = 0
    try:
        call_command("verify", *options)
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr().out


def file_of(issue: Issue) -> Path:
    return original_path(issue.sha256, issue.source_kind)


def test_all_is_well(capsys: pytest.CaptureFixture[str], issue: Issue) -> None:
    code, said = verify(capsys)
    assert code == 0
    assert f"1 期的原件校验和相符，索引与已发布的 {issue.documents.count()} 件公文一致" in said


def test_an_empty_archive_is_well(capsys: pytest.CaptureFixture[str], db: None) -> None:
    assert verify(capsys)[0] == 0


def test_a_changed_file_is_named(capsys: pytest.CaptureFixture[str], issue: Issue) -> None:
    with file_of(issue).open("ab") as file:
        file.write(b"\n")
    code, said = verify(capsys, "--repair")
    assert code == 1
    assert "原件已变" in said
    assert str(issue) in said


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str], issue: Issue) -> None:
    file_of(issue).unlink()
    code, said = verify(capsys)
    assert code == 1
    assert "缺少原件" in said
    assert issue.sha256 in said


def test_an_index_that_lacks_documents(capsys: pytest.CaptureFixture[str], issue: Issue) -> None:
    wanted = indexed_ids()
    Issue.objects.update(state="draft")
    remove_issue(issue.pk)
    Issue.objects.update(state="published")
    code, said = verify(capsys)
    assert code == 1
    assert f"索引中缺少 {len(wanted)} 件" in said
    assert verify(capsys, "--repair")[0] == 0
    assert indexed_ids() == wanted
    assert verify(capsys)[0] == 0


def test_an_index_that_shows_what_is_not_published(capsys: pytest.CaptureFixture[str], issue: Issue) -> None:
    Issue.objects.update(state="draft")
    code, said = verify(capsys)
    assert code == 1
    assert f"索引中多出 {issue.documents.count()} 件" in said
    assert verify(capsys, "--repair")[0] == 0
    assert indexed_ids() == set()


def test_an_index_with_old_text(capsys: pytest.CaptureFixture[str], issue: Issue) -> None:
    Document.objects.filter(position=1).update(title="换了题目的通知")
    code, said = verify(capsys)
    assert code == 1
    assert "索引中已过时 1 件：换了题目的通知" in said
    assert verify(capsys, "--repair")[0] == 0


def test_a_damaged_index_is_told_and_built_anew(
    capsys: pytest.CaptureFixture[str], issue: Issue, data_folder: Path
) -> None:
    wanted = indexed_ids()
    current = data_folder / "index" / (data_folder / "index" / "current").read_text()
    with (current / "texts").open("r+b") as file:
        file.write(b"x")
    code, said = verify(capsys)
    assert code == 1
    assert "索引文件已损坏" in said and "texts" in said and "--repair" in said
    assert indexed_ids() == set()
    assert verify(capsys, "--repair")[0] == 0
    assert indexed_ids() == wanted
    assert verify(capsys)[0] == 0


def test_a_damaged_index_of_an_empty_archive_is_told(
    capsys: pytest.CaptureFixture[str], issue: Issue, data_folder: Path
) -> None:
    """Nothing is missing of nothing, and still nothing could go into it."""
    Issue.objects.update(state="draft")
    remove_issue(issue.pk)
    (data_folder / "index" / "current").write_bytes(b"\xff\x00")
    code, said = verify(capsys)
    assert (code, "索引文件已损坏" in said) == (1, True)
    assert verify(capsys, "--repair")[0] == 0
    assert verify(capsys)[0] == 0
