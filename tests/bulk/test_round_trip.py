"""The bulk files, read into an empty archive, give the same pages at the same addresses."""

import json
import re
import shutil
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from archive.bulk.loading import load
from archive.ingest.correct.change import Change
from archive.ingest.correcting import correct, join_to_previous
from archive.ingest.originals import original_path, store_original
from archive.models import (
    Correction,
    Document,
    Edition,
    Finding,
    Gazette,
    Issue,
    JournalEntry,
    Namesake,
    Reference,
    Supplement,
    Term,
    ValidityJudgement,
)
from archive.publishing import publish_issue, withdraw_document, withdraw_issue
from archive.search.update import rebuild
from archive.sitemaps import SITEMAPS
from tests.factories import make_document, make_parsed_issue, save_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db


def published(**changes: Any) -> Issue:
    return publish_issue(save_issue(make_parsed_issue(**changes), file_size=1234))


# What says on the page of a document which file it comes from.
CHECKSUM = 'class="checksum"'


def fill(issues: int) -> None:
    """An archive with everything that pages show: several years, words of editors, corrections, what is gone."""
    sample = PROJECT / "archive" / "samples" / "jichuan-2024-01.pdf"
    first = published(sha256=store_original(sample, "pdf")[0])
    others = [published(year=2010 + n // 6, label=str(n % 6 + 2)) for n in range(issues - 1)]
    published(gazette="云岭县人民政府公报", documents=(make_document(1, number="云县发〔2024〕5号"),))
    save_issue(make_parsed_issue(year=2009, label="1"), file_size=1)
    notice, plan, _group, personnel = first.documents.order_by("position")
    correct(notice, [Change("field", {"field": "note"}, notice.note, "此件主动公开")])
    Supplement.objects.create(
        document=notice,
        index_number="YL-1",
        keywords=["古树", "名木"],
        validity="repealed",
        validity_source=others[0].documents.get(position=1),
        validity_evidence="同时废止。",
        validity_at=timezone.now(),
    )
    cited = Reference.objects.get(document=others[0].documents.get(position=1), relation="repeals")
    cited.target = plan
    cited.save()
    ValidityJudgement.objects.create(
        document=plan, state="repealed", source=cited.document, evidence=cited.evidence, confirmed=True
    )
    same = others[0].documents.get(position=4), others[1].documents.get(position=4)
    Namesake.objects.create(person="晋玮", first=personnel, second=same[0], same=True)
    Namesake.objects.create(person="晋玮", first=personnel, second=same[1], same=False)
    Term.objects.create(kind="category", word="人事任免", position=1)
    join_to_previous(others[1].documents.get(position=3))
    withdraw_issue(others[-1], "重新排印")
    # Of an issue that is not the newest, whose contents stand on the home page, too.
    withdraw_document(others[3].documents.get(position=2), "内容有误")


def addresses() -> list[str]:
    """Every public page, and what it was when it went."""
    found = ["/", "/about/", "/help/", "/issues/", "/people/", "/documents/", "/documents/not-held/"]
    found += ["/feeds/issues.atom", "/feeds/kinds/通知.atom", "/feeds/issuers/云岭市人民政府.atom"]
    found += [reverse("sitemap", args=[section]) for section in SITEMAPS]
    found += ["/search/?q=古树", "/search/?q=通知&sort=number", "/api/v1/documents", "/api/v1/issues"]
    for issue in Issue.objects.published():
        place = issue.get_absolute_url()
        found += [place, f"/api/v1/issues/{issue.pk}", f"{place}pages/"]
        found += [f"{place}pages/{page}{form}" for page in (2, 4) for form in ("/", ".json")]
    for document in Document.objects.published():
        place = document.get_absolute_url()
        found += [place, f"/api/v1/documents/{document.public_id}", f"{place}akn.xml", f"{place}text.md"]
        if document.number_year:
            found += [f"/documents/{document.number_code}/{document.number_year}/"]
            found += [f"/documents/{document.number_code}/"]
    for name in ("晋玮", "高山流", "程千里", "林岚"):
        found.append(reverse("person", args=[name]))
    found.append(reverse("post", args=["云岭市林业局局长"]))
    found += [entry.url for entry in JournalEntry.objects.filter(gone=True)]
    return list(dict.fromkeys(found))


def read(client: Client, paths: list[str]) -> dict[str, tuple[int, str]]:
    """Status and text of each; times that the search took left out."""
    found = {}
    for path in paths:
        answer = client.get(path)
        content = b"".join(answer) if answer.streaming else answer.content
        text = re.sub(r"\d+\.\d+(?=\s*(?:秒|</))", "0", content.decode(errors="replace"))
        found[path] = (answer.status_code, answer.headers.get("Location", "") + text)
    return found


def empty() -> None:
    """Make the archive as empty as a new one."""
    for model in (Correction, Finding, Namesake, ValidityJudgement, Supplement, Document, Issue, Gazette):
        rows: models.Manager[Any] = model._default_manager
        rows.all().delete()
    for model in (Term, JournalEntry, Edition):
        model._default_manager.all().delete()
    rebuild()


def there_and_back(client: Client, folder: Path, files: Path) -> dict[str, tuple[str, str]]:
    """The addresses at which the second archive answers otherwise, with both answers."""
    rebuild()
    call_command("make_bulk", str(folder))
    paths = addresses()
    before = read(client, paths)
    empty()
    call_command("load_bulk", str(folder), files=files)
    after = read(client, paths)
    assert len(paths) > 100
    assert {200, 410} <= {status for status, _text in before.values()}
    return {path: (str(before[path]), str(after[path])) for path in paths if before[path] != after[path]}


def addresses_of_the_masked() -> list[str]:
    """The address of the issue of which a document was withdrawn, and those of its documents."""
    issue = Document.objects.filter(withdrawn_at__isnull=False).get().issue
    return [one.get_absolute_url() for one in (issue, *issue.documents.all())]


def untold(differing: dict[str, tuple[str, str]], masked: list[str]) -> dict[str, list[str]]:
    """The lines that differ, but for what open-data.md names: an issue of which something is masked, whose documents
    say of which file the checksum is. `masked` are its address and theirs.
    """
    issue, *documents = masked
    lines = {
        path: list(
            unified_diff(
                *(
                    [line for line in one.split("\n") if path not in documents or CHECKSUM not in line]
                    for one in both
                ),
                n=0,
                lineterm="",
            )
        )
        for path, both in differing.items()
        if not path.startswith(issue)
    }
    return {path: found for path, found in lines.items() if found}


def test_an_empty_archive_gives_the_same_pages_at_the_same_addresses(
    client: Client, tmp_path: Path, data_folder: Path
) -> None:
    fill(7)
    masked = addresses_of_the_masked()
    differing = there_and_back(client, tmp_path / "bulk", PROJECT / "archive" / "samples")
    assert untold(differing, masked) == {}
    issue = Issue.objects.get(year=2024, label="1", gazette__name="云岭市人民政府公报")
    assert original_path(issue.sha256, "pdf").is_file()


@pytest.mark.long
def test_a_thousand_documents_come_back(client: Client, tmp_path: Path) -> None:
    fill(250)
    masked = addresses_of_the_masked()
    differing = there_and_back(client, tmp_path / "bulk", PROJECT / "archive" / "samples")
    assert untold(differing, masked) == {}


# --- what is refused ----------------------------------------------------------------------------------------
@pytest.fixture
def bulk(tmp_path: Path) -> Path:
    """Bulk files of an issue, beside an archive that is empty again."""
    published()
    call_command("make_bulk", str(tmp_path / "bulk"))
    empty()
    return tmp_path / "bulk"


def refused(folder: Path) -> str:
    with pytest.raises(CommandError) as error:
        call_command("load_bulk", str(folder))
    assert not Issue.objects.exists()
    return str(error.value)


def test_an_archive_that_is_not_empty_takes_none(bulk: Path) -> None:
    load(bulk)
    with pytest.raises(CommandError, match="不是空的"):
        call_command("load_bulk", str(bulk))
    assert Issue.objects.count() == 1


def test_a_file_that_breaks_off_is_named_with_its_line(bulk: Path) -> None:
    path = bulk / "documents.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    said = refused(bulk)
    assert "documents.jsonl" in said
    assert "第 4 行" in said
    assert "重新下载" in said


def test_a_wrong_checksum_is_refused(bulk: Path) -> None:
    path = bulk / "references.jsonl"
    path.write_bytes(path.read_bytes().replace("云政发".encode(), "云政府".encode()))
    assert "references.jsonl 的 SHA-256" in refused(bulk)


def test_a_missing_file_and_a_missing_manifest_are_told(bulk: Path) -> None:
    shutil.move(bulk / "gone.jsonl", bulk / "elsewhere")
    assert "gone.jsonl" in refused(bulk)
    (bulk / "manifest.json").unlink()
    assert "manifest.json" in refused(bulk)


@pytest.mark.parametrize("line", [b"{}\n", b'{"id": 1\n', b"[]\n"])
def test_a_line_that_is_no_record_is_named(bulk: Path, line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.bulk.loading.check", lambda folder, file: None)
    path = bulk / "documents.jsonl"
    path.write_bytes(path.read_bytes() + line)
    assert "documents.jsonl 第 5 行" in refused(bulk)


def test_files_of_another_form_are_refused(bulk: Path) -> None:
    manifest = json.loads((bulk / "manifest.json").read_text())
    (bulk / "manifest.json").write_text(json.dumps(manifest | {"format": "gazette-bulk/9"}))
    assert "gazette-bulk/9" in refused(bulk)
