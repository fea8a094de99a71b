"""What each verb answers: an archive of documents, kinds, gazettes and years, and nothing that readers do not see."""

import pytest
from django.test import Client
from pytest_django import Settings

from archive.models import Document, Issue, JournalEntry, Supplement
from archive.oai.sets import spec_of
from archive.publishing import publish_issue, restore_document, withdraw_document, withdraw_issue
from tests.factories import GAZETTE, make_document, make_issue
from tests.oai.harvest import OAI, ask, code_of, described, records_in, token_in

pytestmark = pytest.mark.django_db

HOST = "gazette.example"
EVIL = '"><script>alert(1)</script>\x08\ufffe&amp;]]>'


@pytest.fixture(autouse=True)
def named(settings: Settings) -> None:
    settings.SITE_ADDRESS = f"https://{HOST}"


@pytest.fixture
def issue() -> Issue:
    return publish_issue(make_issue("draft"))


def identifier(document: Document) -> str:
    return f"oai:{HOST}:documents/{document.public_id}"


def everything(client: Client, **more: str) -> dict[str, dict[str, list[str]] | None]:
    root = ask(client, verb="ListRecords", metadataPrefix="oai_dc", **more)
    assert not token_in(root)
    return records_in(root)


def test_identify(client: Client, issue: Issue, settings: Settings) -> None:
    settings.SITE = settings.SITE | {"name": "云岭公报库", "contact": "电话 12345，gongbao@yunling.example"}
    JournalEntry.objects.update(at="2024-05-06T07:08:09Z")
    JournalEntry.objects.filter(type="issue").update(at="2001-05-06T07:08:09Z")
    (found,) = ask(client, verb="Identify").iter(f"{OAI}Identify")
    assert {child.tag.removeprefix(OAI): child.text for child in found if not len(child)} == {
        "repositoryName": "云岭公报库",
        "baseURL": f"https://{HOST}/oai",
        "protocolVersion": "2.0",
        "adminEmail": "gongbao@yunling.example",
        "earliestDatestamp": "2024-05-06T07:08:09Z",
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    assert [child.text for child in found[-1][0]] == ["oai", HOST, ":", f"oai:{HOST}:documents/bcdfghjk"]


@pytest.mark.parametrize(
    ("address", "hosts", "host"),
    [
        ("https://a.example:8443", ["b.example"], "a.example"),
        ("", ["127.0.0.1", "[::1]", "b.example", "c.example"], "b.example"),
        ("http://127.0.0.1", ["127.0.0.1", "b.example"], "b.example"),
        ("", [".b.example"], "b.example"),
        ("", ["*"], "localhost.localdomain"),
        ("", ["127.0.0.1", "localhost"], "localhost.localdomain"),
    ],
)
def test_records_are_identified_by_one_host(
    client: Client, issue: Issue, settings: Settings, address: str, hosts: list[str], host: str
) -> None:
    settings.SITE_ADDRESS, settings.ALLOWED_HOSTS = address, [*hosts, "testserver"]
    root = ask(client, verb="Identify")
    assert root.findtext(f".//{OAI}adminEmail") == f"postmaster@{host}"
    named = address if host in address else "http://testserver"
    assert root.findtext(f".//{OAI}baseURL") == f"{named}/oai"
    assert all(name.startswith(f"oai:{host}:documents/") for name in everything(client))


def test_formats(client: Client, issue: Issue) -> None:
    one = issue.documents.all()[0]
    for more in ({}, {"identifier": identifier(one)}):
        root = ask(client, verb="ListMetadataFormats", **more)
        assert [found.text for found in root.iter(f"{OAI}metadataPrefix")] == ["oai_dc"]


def test_a_document_in_dublin_core(client: Client, issue: Issue) -> None:
    one = issue.documents.get(position=1)
    root = ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier(one))
    assert records_in(root) == {
        identifier(one): {
            "title": ["云岭市人民政府关于加强古树名木保护工作的通知"],
            "creator": ["云岭市人民政府"],
            "subject": ["政府文件"],
            "publisher": [GAZETTE],
            "date": ["2024-01-15"],
            "type": ["Text", "通知"],
            "identifier": [f"https://{HOST}/documents/{one.public_id}/", "云政发〔2024〕1号"],
            "source": [f"{GAZETTE}, 2024(1): 1"],
            "language": ["zh"],
            "relation": [
                "《云岭省人民政府关于古树名木保护的意见》（云省政发〔2020〕7号）",
                "《古树名木管理办法》（云政发〔2011〕3号）",
            ],
        }
    }
    entry = JournalEntry.objects.get(key=one.public_id)
    assert root.findtext(f".//{OAI}datestamp") == entry.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    sets = [found.text for found in root.iter(f"{OAI}setSpec")]
    assert sets == [spec_of("kind", "通知"), spec_of("gazette", GAZETTE), "year:2024"]
    assert sets[0] == "kind:!E9!80!9A!E7!9F!A5"


def test_what_is_not_known_is_left_out_and_what_editors_added_is_there(client: Client) -> None:
    bare = make_document(
        1, title="通告", category="", issuer="", kind="", signed_by=(), printed_first_page=None
    )
    issue = make_issue("draft", documents=(bare, make_document(2, issuer="", signed_by=("甲局", "乙局"))))
    second = issue.documents.get(position=2)
    Supplement.objects.create(document=second, subject_class="林业", keywords=["古树", "名木"])
    publish_issue(issue)
    found = everything(client)
    first = found[identifier(issue.documents.get(position=1))]
    assert first is not None and set(first) == {
        *("title", "publisher", "date", "type", "identifier", "source", "language")
    }
    assert (first["date"], first["type"], len(first["identifier"])) == (["2024"], ["Text"], 1)
    other = found[identifier(second)]
    assert other is not None
    assert other["creator"] == ["甲局", "乙局"]
    assert other["subject"] == ["政府文件", "林业", "古树", "名木"]


def test_identifiers_are_the_headers_of_the_records(client: Client, issue: Issue) -> None:
    withdraw_document(issue.documents.get(position=2), "个人信息")
    asked = {"metadataPrefix": "oai_dc", "set": "kind"}
    lists = [ask(client, verb=verb, **asked) for verb in ("ListRecords", "ListIdentifiers")]
    headers = [
        [(header.get("status"), *(child.text for child in header)) for header in root.iter(f"{OAI}header")]
        for root in lists
    ]
    assert headers[0] == headers[1] and len(headers[0]) == 4


# --- what readers do not see ----------------------------------------------------------------------------
def test_a_draft_is_not_there(client: Client) -> None:
    draft = make_issue("draft", documents=(make_document(1, title="草稿", kind="函"),))
    one = draft.documents.get()
    assert code_of(ask(client, verb="ListRecords", metadataPrefix="oai_dc")) == "noRecordsMatch"
    asked = {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": identifier(one)}
    assert code_of(ask(client, **asked)) == "idDoesNotExist"
    assert code_of(ask(client, verb="ListMetadataFormats", identifier=identifier(one))) == "idDoesNotExist"
    assert [spec.text for spec in ask(client, verb="ListSets").iter(f"{OAI}setSpec")] == [
        "kind",
        "gazette",
        "year",
    ]
    publish_issue(draft)
    assert "草稿" in str(everything(client))


def test_what_was_withdrawn_is_deleted_with_the_act(client: Client, issue: Issue) -> None:
    one, other = issue.documents.get(position=1), issue.documents.get(position=2)
    withdraw_document(one, "个人信息")
    found = everything(client)
    assert found[identifier(one)] is None and found[identifier(other)] is not None
    root = ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier(one))
    assert root.find(f".//{OAI}header").get("status") == "deleted"
    assert one.title not in str(found)
    assert found.keys() == everything(client, set="year:2024").keys()
    restore_document(one)
    assert everything(client)[identifier(one)] is not None
    withdraw_issue(issue, "印刷有误")
    assert len(found := everything(client)) == 4 and set(found.values()) == {None}
    # Nobody finds anything in these sets, but who harvests one is told.
    assert everything(client, set=spec_of("kind", "通知")) == found
    assert [spec.text for spec in ask(client, verb="ListSets").iter(f"{OAI}setSpec")] == [
        "kind",
        "gazette",
        "year",
    ]


def test_what_the_journal_has_not_heard_of_is_not_shown_either(client: Client, issue: Issue) -> None:
    Issue.objects.update(state="withdrawn", withdrawn_at=issue.changed_at, withdrawn_reason="x")
    assert set(everything(client).values()) == {None}


# --- sets ------------------------------------------------------------------------------------------------
def test_sets(client: Client, issue: Issue) -> None:
    names = {"kind": "意见~1%", "title": "另一件", "issuer": ""}
    publish_issue(
        make_issue("draft", gazette="甲/乙 公报", year=2019, documents=(make_document(1, **names),))
    )
    root = ask(client, verb="ListSets")
    sets = {one.findtext(f"{OAI}setSpec"): one.findtext(f"{OAI}setName") for one in root.iter(f"{OAI}set")}
    assert sets == {
        "kind": "文种",
        spec_of("kind", "意见~1%"): "文种：意见~1%",
        spec_of("kind", "通知"): "文种：通知",
        "gazette": "公报",
        spec_of("gazette", GAZETTE): f"公报：{GAZETTE}",
        spec_of("gazette", "甲-乙-公报"): "公报：甲/乙 公报",
        "year": "年份",
        "year:2019": "年份：2019",
        "year:2024": "年份：2024",
    }
    assert "kind:!E6!84!8F!E8!A7!81!7E1!25" in sets
    everywhere = everything(client)
    for spec, size in {
        "kind": 5,
        "year": 5,
        "year:2019": 1,
        "year:2024": 4,
        spec_of("kind", "意见~1%"): 1,
    }.items():
        found = everything(client, set=spec)
        assert len(found) == size, spec
        assert found.items() <= everywhere.items()
        if ":" in spec:
            root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec)
            for header in root.iter(f"{OAI}header"):
                assert spec in [one.text for one in header.iter(f"{OAI}setSpec")]
    assert len(everything(client, set=spec_of("gazette", "甲-乙-公报"))) == 1


def test_what_print_holds_is_text(client: Client) -> None:
    one = make_document(1, title=f"通知{EVIL}", issuer=EVIL, category=EVIL, kind=EVIL[:20], number=EVIL)
    publish_issue(make_issue("draft", documents=(one,)))
    root = ask(client, verb="ListRecords", metadataPrefix="oai_dc")
    (found,) = (described(record) for record in root.iter(f"{OAI}record"))
    kept = EVIL.replace("\x08", "\ufffd").replace("\ufffe", "\ufffd")
    assert (found["title"], found["creator"], found["type"][1]) == ([f"通知{kept}"], [kept], kept[:20])
    (spec,) = [spec.text for spec in root.iter(f"{OAI}setSpec") if spec.text.startswith("kind:")]
    assert len(everything(client, set=spec)) == 1
    ask(client, verb="ListSets")


def test_an_answer_is_made_for_each_request(client: Client, issue: Issue) -> None:
    """It tells when it was made, by which harvesters ask the next time."""
    answer = client.get("/oai?verb=Identify")
    assert answer["Cache-Control"] == "no-store" and "ETag" not in answer.headers
    assert not answer.cookies
