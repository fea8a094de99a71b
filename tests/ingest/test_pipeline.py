"""One file's way into the archive, and what is left when it breaks off."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ingest.errors import IngestError, IssueConflict, NoDocuments, UnreadableFile
from archive.ingest.originals import checksum, original_path, remove_original, stored_originals
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.pipeline import ingest_file, read_file, store_file
from archive.ingest.read import Progress
from archive.models import Issue
from archive.publishing import withdraw_issue
from archive.search.update import indexed_ids, remove_issue
from tests.factories import make_parsed_issue
from tests.outside import PROJECT, Outside

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = PROJECT / "archive" / "samples"


class Reader:
    """Reads every file as the given issue; counts how often it was asked."""

    def __init__(self, parsed: ParsedIssue | None = None, error: IngestError | None = None) -> None:
        self.parsed, self.error, self.times = parsed or make_parsed_issue(), error, 0

    def __call__(
        self, path: Path, name: str | None, password: str, progress: Progress | None, known: Known
    ) -> ParsedIssue:
        self.times += 1
        if self.error:
            raise self.error
        if progress:
            progress("extract", 1, 6)
        source = replace(self.parsed.source, name=name or path.name, sha256=checksum(path)[0])
        return replace(self.parsed, source=source)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "upload.tmp"
    path.write_bytes(b"%PDF-1.7 first")
    return path


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    path = tmp_path / "corrected.tmp"
    path.write_bytes(b"%PDF-1.7 second")
    return path


def stored_names() -> list[str]:
    return [path.name for _sha256, path in stored_originals()]


def test_a_file_becomes_an_issue(file: Path) -> None:
    steps: list[str] = []
    result = ingest_file(
        file, name="第1期.pdf", read=Reader(), progress=lambda stage, page, pages: steps.append(stage)
    )
    assert (result.outcome, result.issue.state, result.issue.file_name) == ("added", "draft", "第1期.pdf")
    assert result.issue.file_size == file.stat().st_size
    assert original_path(result.issue.sha256, "pdf").read_bytes() == file.read_bytes()
    assert set(result.seconds) == {"read", "store", "index"}
    assert steps == ["extract", "store", "index"]
    assert indexed_ids() == set()


def test_published_at_once_it_can_be_found(file: Path) -> None:
    result = ingest_file(file, read=Reader(), publish=True)
    assert result.issue.is_published
    assert indexed_ids() == set(result.issue.documents.values_list("pk", flat=True))
    assert len(indexed_ids()) == 4


def test_the_same_file_again_is_not_even_read(file: Path) -> None:
    reader = Reader()
    first = ingest_file(file, read=reader)
    second = ingest_file(file, read=reader)
    assert (second.issue, second.outcome, reader.times) == (first.issue, "unchanged", 1)
    assert ingest_file(file, read=reader, replace=True).outcome == "replaced"
    assert reader.times == 2
    assert Issue.objects.count() == 1
    assert len(stored_names()) == 1


def test_again_with_publish_publishes_the_draft(file: Path) -> None:
    ingest_file(file, read=Reader())
    result = ingest_file(file, read=Reader(), publish=True)
    assert (result.outcome, result.issue.state) == ("unchanged", "published")
    assert len(indexed_ids()) == 4


def test_what_was_withdrawn_is_not_published_by_the_way(file: Path) -> None:
    issue = ingest_file(file, read=Reader(), publish=True).issue
    withdraw_issue(issue, "重新排印")
    for again in (True, False):
        assert ingest_file(file, read=Reader(), publish=True, replace=again).issue.state == "withdrawn"
    assert indexed_ids() == set()


def test_an_issue_of_unknown_label_is_in_and_stays_a_draft(file: Path) -> None:
    result = ingest_file(file, read=Reader(make_parsed_issue(label="")), publish=True)
    assert (result.outcome, result.issue.state) == ("added", "draft")
    assert "期号" in result.note


def test_what_an_earlier_run_left_undone_is_done(file: Path) -> None:
    issue = ingest_file(file, read=Reader(), publish=True).issue
    Issue.objects.filter(pk=issue.pk).update(state="draft")
    remove_issue(issue.pk)
    Issue.objects.filter(pk=issue.pk).update(state="published")
    remove_original(issue.sha256, "pdf")
    assert indexed_ids() == set()

    assert ingest_file(file, read=Reader()).outcome == "unchanged"
    assert len(indexed_ids()) == 4
    assert original_path(issue.sha256, "pdf").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("error", [UnreadableFile, NoDocuments])
def test_a_file_that_cannot_be_read_leaves_nothing(file: Path, error: type[IngestError]) -> None:
    with pytest.raises(error):
        ingest_file(file, read=Reader(error=error("坏.pdf", "文件已损坏", "请重新导出")))
    assert not Issue.objects.exists()
    assert stored_names() == []


def test_a_conflict_leaves_nothing_and_a_replacement_keeps_both_files(file: Path, corrected: Path) -> None:
    first = ingest_file(file, read=Reader(), publish=True).issue
    with pytest.raises(IssueConflict):
        ingest_file(corrected, read=Reader())
    assert len(stored_names()) == 1

    result = ingest_file(corrected, read=Reader(), replace=True)
    assert (result.outcome, result.issue.pk, result.issue.state) == ("replaced", first.pk, "published")
    assert len(stored_names()) == 2  # what was once public is not destroyed
    assert indexed_ids() == set(result.issue.documents.values_list("pk", flat=True))


def test_replacing_shows_in_the_index(file: Path) -> None:
    issue = ingest_file(file, read=Reader(), publish=True).issue
    parsed = make_parsed_issue()
    ingest_file(file, read=Reader(replace(parsed, documents=parsed.documents[:2])), replace=True)
    assert indexed_ids() == set(issue.documents.values_list("pk", flat=True))
    assert len(indexed_ids()) == 2


def test_a_failure_while_storing_leaves_nothing(file: Path) -> None:
    unstorable = make_parsed_issue()
    wrong = replace(unstorable.documents[0], first_page=9, last_page=3)
    with pytest.raises(Exception, match="document_pages_in_order"):
        ingest_file(file, read=Reader(replace(unstorable, documents=(wrong,))))
    assert not Issue.objects.exists()
    assert stored_names() == []


def test_a_file_that_changes_while_it_is_read(file: Path, corrected: Path) -> None:
    found = read_file(file, read=Reader())
    file.write_bytes(corrected.read_bytes())
    with pytest.raises(UnreadableFile, match="改动"):
        store_file(found)
    assert not Issue.objects.exists()
    assert stored_names() == []


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nix\.pdf：没有这个文件"):
        ingest_file(tmp_path / "nix.pdf")


def test_the_samples_are_read_in_a_process_of_their_own() -> None:
    sample = next(iter(sorted(SAMPLES.glob("*.txt"))))
    result = ingest_file(sample, publish=True)
    assert result.issue.source_kind == "text"
    assert result.issue.documents.count() > 1
    assert original_path(result.issue.sha256, "text").read_bytes() == sample.read_bytes()


# --- killed ------------------------------------------------------------------------------------------
@pytest.mark.in_full
def test_killed_at_any_moment_nothing_half_made_is_visible(tmp_path: Path, few: Callable[[int], int]) -> None:
    """kill -9 at moments early and late; what is visible between is nothing or all of it."""
    sample = str(min(SAMPLES.glob("*.pdf")))
    state = "[[i.state, i.documents.count(), i.pages.count()] for i in Issue.objects.all()]"
    with Outside(tmp_path) as outside:
        start = time.monotonic()
        outside.manage("ingest", sample, "--publish")
        whole_run = time.monotonic() - start
        whole = outside.ask(state)
        assert whole[0][0] == "published"
        assert whole[0][1] > 3
        outside.ask("[issue.delete() and None for issue in Issue.objects.all()]")
        outside.manage("verify", "--repair")

        moments, rounds = random.Random(707), few(10)
        for round_ in range(rounds):
            # The first third of a run is Python starting up.
            delay = whole_run * (0.3 + 0.8 * (round_ + moments.random()) / rounds)
            with outside.start("ingest", sample, "--publish", "--replace") as process:
                time.sleep(delay)
                process.kill()
                process.communicate()
            assert outside.ask(state) in ([], whole)

        outside.manage("ingest", sample, "--publish", "--replace")
        assert outside.ask(state) == whole
        assert "没有问题" in outside.run("verify").stdout
