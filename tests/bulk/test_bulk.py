"""The bulk files: everything that readers see and nothing else, whole, with checksums, to be resumed."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from archive import journal
from archive.bulk import folder, making, parts
from archive.bulk.folder import present
from archive.export.table import MARK
from archive.ingest.correcting import redact
from archive.management.commands.worker import Following
from archive.models import Document, Issue, JournalEntry, Namesake
from archive.publishing import publish_issue, restore_document, withdraw_document, withdraw_issue
from archive.search.update import rebuild
from archive.tasks import bring_journal_up_to_date
from tests.factories import make_document, make_issue, make_parsed_issue, save_issue

pytestmark = pytest.mark.django_db


def published(**changes: Any) -> Issue:
    return publish_issue(save_issue(make_parsed_issue(**changes), file_size=1))


def made() -> Path:
    while bring_journal_up_to_date():
        pass
    return making.make_all()


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def fetched(client: Client, name: str) -> bytes:
    answer = client.get(reverse("bulk-file", args=[name]))
    assert answer.status_code == 200, name
    return body(answer)


def lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.decode().split("\n")[:-1]]


def without_more(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "more"}


def test_each_line_is_what_the_api_gives(client: Client) -> None:
    issues = [published(), published(label="2")]
    made()
    documents = lines(fetched(client, "documents.jsonl"))
    assert [one["id"] for one in documents] == [
        one.public_id for issue in issues for one in issue.documents.order_by("position")
    ]
    for one in documents:
        assert without_more(one) == client.get(f"/api/v1/documents/{one['id']}").json()
    for one in lines(fetched(client, "issues.jsonl")):
        answer = client.get(f"/api/v1/issues/{one['id']}").json()
        assert without_more(one) == answer | {
            "documents": [document["id"] for document in answer["documents"]]
        }
        entry = JournalEntry.objects.get(type="issue", key=str(one["id"]))
        assert entry.sha256 == journal.checksum_of(without_more(one))


def test_the_parts_of_documents_stand_in_files_of_their_own(client: Client) -> None:
    first = published()
    other = published(label="2")
    document = first.documents.get(position=4)
    numbered = first.documents.get(position=1)
    made()
    sections = [
        one for one in lines(fetched(client, "sections.jsonl")) if one["document"] == numbered.public_id
    ]
    assert [one["anchor"] for one in sections] == ["s-1", "s-2", "s-2-1", "s-2-2"]
    assert sections[2]["parent"] == 1
    for one in sections:
        path, _, anchor = one["url"].partition("#")
        assert f'id="{anchor}"' in client.get(path).content.decode()
    appointments = lines(fetched(client, "appointments.jsonl"))
    assert [one["person"] for one in appointments if one["document"] == document.public_id] == [
        *("晋玮", "高山流", "程千里")
    ]
    references = lines(fetched(client, "references.jsonl"))
    in_here = {(one["document"], one["number"]): one["target"] for one in references}
    third = first.documents.get(position=3)
    assert in_here[third.public_id, "云政发〔2024〕1号"] == numbered.public_id
    assert in_here[numbered.public_id, "云政发〔2011〕3号"] is None
    numbers = {(one["code"], one["year"]): one for one in lines(fetched(client, "numbers.jsonl"))}
    assert numbers["云政发", 2024]["gaps"] == [[2, 10]]
    assert (numbers["云政发", 2024]["present"], numbers["云政发", 2024]["missing"]) == (2, 9)
    pages = lines(gzip.decompress(fetched(client, "pages.jsonl.gz")))
    assert {(one["issue"], one["number"]) for one in pages} == {
        (issue.pk, n) for issue in (first, other) for n in range(1, 7)
    }


def test_the_manifest_tells_sizes_rows_checksums_and_the_state(client: Client) -> None:
    published()
    made()
    manifest = json.loads(fetched(client, "manifest.json"))
    assert (manifest["format"], manifest["sequence"]) == ("gazette-bulk/1", journal.last_sequence())
    names = {file["name"] for file in manifest["files"]}
    for kind in ("issues", "documents", "sections", "appointments", "references", "numbers"):
        assert {f"{kind}.jsonl", f"{kind}.csv"} <= names
    for file in manifest["files"]:
        content = fetched(client, file["name"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
        text = gzip.decompress(content).decode() if file["name"].endswith(".gz") else content.decode()
        if file["name"].endswith(".csv"):
            assert len(list(csv.reader(io.StringIO(text)))) == file["rows"] + 1
        else:
            assert text.count("\n") == file["rows"]
        if file["name"].endswith(".jsonl.gz") and file["name"] != "pages.jsonl.gz":
            assert text == fetched(client, file["name"].removesuffix(".gz")).decode()


def test_a_table_opens_in_spreadsheets_and_no_cell_is_a_formula(client: Client) -> None:
    published(documents=(make_document(title='=HYPERLINK("http://example.org";"点")'),))
    made()
    text = fetched(client, "documents.csv").decode()
    assert text.startswith(MARK)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix(MARK)))
    assert row["title"].startswith("'=HYPERLINK")
    assert row["text"] == "现将有关事项通知如下。"


def test_no_draft_and_nothing_withdrawn_is_in_any_file(client: Client) -> None:
    kept = published()
    draft = save_issue(make_parsed_issue(label="2"), file_size=1)
    withdrawn = withdraw_issue(published(label="3"), "重新排印")
    alone = kept.documents.get(position=2)
    withdraw_document(alone, "内容有误")
    files = made()
    secret = {one.public_id for one in draft.documents.all()}
    secret |= {one.number for issue in (draft, withdrawn) for one in issue.documents.all()}
    secret |= {draft.sha256, withdrawn.sha256, alone.title, alone.number, "冲锋舟"}
    for path in files.iterdir():
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert [one for one in secret if one in content.decode()] == [], path.name
    gone = lines(fetched(client, "gone.jsonl"))
    assert {(one["id"], one["reason"]) for one in gone} == {
        (alone.public_id, "内容有误"),
        (str(withdrawn.pk), "重新排印"),
        *((one.public_id, "重新排印") for one in withdrawn.documents.all()),
    }


def test_what_is_withdrawn_is_in_no_answer_from_the_act_on(client: Client) -> None:
    document = published().documents.get(position=1)
    made()
    assert document.title in fetched(client, "documents.jsonl").decode()
    withdraw_document(document, "内容有误")
    answer = client.get(reverse("bulk-file", args=["documents.jsonl"]))
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "重新生成" in answer.content.decode()
    assert client.get(reverse("bulk-file", args=["manifest.json"])).status_code == 503
    assert "正在生成" in client.get(reverse("bulk")).content.decode()
    made()
    assert document.title not in fetched(client, "documents.jsonl").decode()
    restore_document(document)
    # What is not there yet does no harm.
    assert document.title not in fetched(client, "documents.jsonl").decode()
    made()
    assert document.title in fetched(client, "documents.jsonl").decode()


def test_what_is_blotted_out_is_in_no_answer_from_the_act_on(client: Client) -> None:
    document = published().documents.get(position=1)
    made()
    redact(document, "逐株登记")
    assert client.get(reverse("bulk-file", args=["documents.jsonl"])).status_code == 503
    made()
    assert "逐株登记" not in fetched(client, "documents.jsonl").decode()


def test_files_that_know_more_than_an_archive_that_was_put_back_are_not_given(client: Client) -> None:
    published()
    published(label="2")
    made()
    JournalEntry.objects.order_by("-sequence")[:1].get().delete()
    assert client.get(reverse("bulk-file", args=["documents.jsonl"])).status_code == 503


def test_only_the_issue_that_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = published(), published(label="2")
    made()
    read: list[int] = []
    make_part = parts.make_part
    monkeypatch.setattr(parts, "make_part", lambda issue, name: (read.append(issue), make_part(issue, name)))
    withdraw_document(second.documents.get(position=1), "内容有误")
    made()
    assert read == [second.pk]
    assert not making.make_some()
    withdraw_issue(first, "重印")
    made()
    assert read == [second.pk]


def test_a_making_that_is_killed_leaves_the_files_as_they_were(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    published()
    files = made()
    published(label="2")

    def killed(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    for place, name in ((parts, "as_line"), (making, "write_manifest")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, killed)
            with pytest.raises(OSError, match="No space"):
                made()
        assert present() is not None
        assert len(lines(fetched(client, "documents.jsonl"))) == 4
        assert list(folder.bulk_folder().rglob("*.part")) == []
        assert list((folder.bulk_folder() / "made").iterdir()) == [files]
    made()
    assert len(lines(fetched(client, "documents.jsonl"))) == 8
    assert not files.exists()


def test_of_two_makers_one_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    with folder.held() as ours:
        assert ours
        assert not making.make_some()
        with pytest.raises(OSError, match="another process"):
            making.make_all()
    assert making.make_some()


def test_a_download_is_resumed_by_range_and_told_when_nothing_changed(client: Client) -> None:
    published()
    made()
    address = reverse("bulk-file", args=["documents.jsonl"])
    whole = client.get(address)
    content = body(whole)
    tag = whole["ETag"]
    assert tag == f'"{hashlib.sha256(content).hexdigest()}"'
    assert whole["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in whole["Access-Control-Expose-Headers"]
    assert whole["Content-Disposition"] == 'attachment; filename="documents.jsonl"'
    rest = client.get(address, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert rest.status_code == 206
    assert content[:1000] + body(rest) == content
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    published(label="2")
    made()
    again = client.get(address, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert (again.status_code, again["ETag"] != tag) == (200, True)
    body(again)


@pytest.mark.parametrize("name", ["nothing.jsonl", "..", "current", "%2e%2e", "lock", "manifest.json.part"])
def test_nothing_else_of_the_folder_is_given(client: Client, name: str) -> None:
    published()
    made()
    assert client.get(f"/bulk/{name}").status_code in (301, 404)


def test_the_page_lists_the_files_with_rows_sizes_and_checksums(client: Client) -> None:
    page = client.get(reverse("bulk")).content.decode()
    assert "正在生成" in page
    published()
    made()
    manifest = json.loads(fetched(client, "manifest.json"))
    page = client.get(reverse("bulk")).content.decode()
    for file in manifest["files"]:
        assert file["sha256"] in page
        assert f'href="{reverse("bulk-file", args=[file["name"]])}"' in page
    assert f"/api/v1/changes?since={manifest['sequence']}" in page
    client.cookies["django_language"] = "en"
    assert "Bulk data" in client.get(reverse("bulk")).content.decode()


def test_people_whom_editors_hold_for_one_are_told_without_what_readers_do_not_see(client: Client) -> None:
    issues = [published(), published(label="2"), published(label="3")]
    first, second, third = (issue.documents.get(position=4) for issue in issues)
    Namesake.objects.create(person="晋玮", first=first, second=second, same=True)
    Namesake.objects.create(person="晋玮", first=second, second=third, same=False)
    withdraw_document(second, "内容有误")
    made()
    (one,) = lines(fetched(client, "namesakes.jsonl"))
    assert one == {
        "person": "晋玮",
        "persons": [[first.public_id], [third.public_id]],
        "told_apart": [[0, 1]],
    }


def test_an_empty_archive_has_files_of_no_rows(client: Client) -> None:
    made()
    assert fetched(client, "documents.jsonl") == b""
    assert gzip.decompress(fetched(client, "documents.jsonl.gz")) == b""
    assert fetched(client, "documents.csv").decode().startswith(f"{MARK}id,url")


def test_the_worker_makes_them_when_nothing_else_waits(client: Client) -> None:
    rebuild()
    published()
    following = Following()
    while following.make_some():
        pass
    assert len(lines(fetched(client, "documents.jsonl"))) == 4
    withdraw_document(Document.objects.earliest("pk"), "内容有误")
    while following.make_some():
        pass
    assert len(lines(fetched(client, "documents.jsonl"))) == 3


def test_by_hand_they_are_copied_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_issue()
    call_command("make_bulk", str(tmp_path / "out"))
    manifest = folder.read_manifest(tmp_path / "out")
    assert manifest.file("documents.jsonl") is not None
    for file in manifest.files:
        content = (tmp_path / "out" / file.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
    assert "documents.jsonl" in capsys.readouterr().out
