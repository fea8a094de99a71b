"""What the archive teaches the parser: from published issues, or from what was read more than once."""

from pathlib import Path

import pytest

from archive.ingest import knowledge
from archive.ingest.knowledge import known_from_archive
from archive.ingest.pipeline import ingest_file
from archive.models import Issue, Reference
from archive.publishing import publish_issue, withdraw_issue
from tests.factories import make_document, make_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_empty_archive_knows_nothing() -> None:
    assert known_from_archive().codes == frozenset()


def test_published_issues_teach() -> None:
    make_issue()
    assert known_from_archive().codes == {"云政发", "云政办发", "云政办函", "云政任字"}


def test_one_misread_does_not_teach() -> None:
    draft = make_issue("draft", documents=(make_document(1, number="云政友〔2024〕1号"),))
    assert known_from_archive().codes == frozenset()
    publish_issue(draft)
    assert known_from_archive().codes == {"云政友"}
    withdraw_issue(draft, "识别有误")
    assert known_from_archive().codes == frozenset()


def test_a_draft_teaches_what_it_says_twice() -> None:
    documents = tuple(make_document(n, number=f"云政办函〔2024〕{n}号") for n in (1, 2))
    make_issue("draft", documents=documents)
    assert known_from_archive().codes == {"云政办函"}


def test_the_most_frequent_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "MOST_CODES", 2)
    make_issue()
    make_issue(
        label="2",
        documents=(
            make_document(1, number="云政任字〔2024〕9号"),
            make_document(2, number="云政发〔2024〕9号"),
        ),
    )
    assert known_from_archive().codes == {"云政任字", "云政发"}


def test_it_is_looked_up_once_for_as_long_as_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_issue()
    times: list[int] = []
    look_up = knowledge._look_up
    monkeypatch.setattr(knowledge, "_look_up", lambda: times.append(1) or look_up())
    first, second = known_from_archive(), known_from_archive()
    assert first is second
    make_issue(label="2")
    known_from_archive()
    assert len(times) <= 2
    assert Issue.objects.count() == 2


def test_a_code_of_one_issue_is_read_in_the_next(tmp_path: Path) -> None:
    """前发云水函: only one who knows 云水函 sees that 前发 is no part of it."""
    sample = min((PROJECT / "archive" / "samples").glob("*.txt")).read_text(encoding="utf-8")
    start = sample.index("根据")
    file = tmp_path / "第6期.txt"
    file.write_text(f"{sample[:start]}依照前发云水函〔2022〕15号文件要求，{sample[start:]}", encoding="utf-8")

    def numbers() -> set[str]:
        result = ingest_file(file, replace=True)
        found = Reference.objects.filter(document__issue=result.issue, number__contains="〔2022〕15号")
        return set(found.values_list("number", flat=True))

    assert "云水函〔2022〕15号" not in numbers()
    make_issue(documents=(make_document(1, number="云水函〔2023〕2号"),))
    assert numbers() == {"云水函〔2022〕15号"}
