"""The public API: what the contract says, of published documents only."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.ingest.parse.as_json import document_to_json
from archive.ingest.parse.records import Block as ParsedBlock
from archive.ingest.parse.records import ReadingScore, Validity
from archive.models import Block, Document, Issue
from archive.publishing import publish_issue
from archive.search import update
from tests.factories import make_document, make_issue, make_parsed_issue, save_issue

pytestmark = pytest.mark.django_db


def published(**changes: Any) -> Issue:
    issue = make_issue(**changes)
    update.index_issue(issue)
    return issue


def get(client: Client, path: str, status: int = 200, **params: str) -> Any:
    response = client.get(f"/api/v1/{path}", params)
    assert response.status_code == status, response.content
    return response.json()


def test_search(client: Client) -> None:
    issue = published()
    answer = get(client, "search", q="逐株登记")
    first = issue.documents.get(position=1)
    assert answer["total"] == 1
    (result,) = answer["results"]
    assert result["id"] == first.public_id
    assert result["title"] == first.title
    assert result["number"] == "云政发〔2024〕1号"
    assert result["issue"] == "云岭市人民政府公报 2024年第1期"
    assert result["url"] == first.get_absolute_url()
    assert isinstance(result["score"], float)
    assert "<mark>逐株登记</mark>" in result["snippets"][0]
    assert answer["facets"]["year"] == [{"value": "2024", "count": 1}]
    assert set(answer["facets"]) >= {"year", "category", "kind", "issuer"}


def test_search_is_narrowed_sorted_and_paged(client: Client) -> None:
    published(documents=tuple(make_document(n, number=f"云政发〔2024〕{n}号") for n in range(1, 31)))
    published(label="2")
    assert get(client, "search", q="通知", category="人事任免")["total"] == 1
    found = [
        get(client, "search", q="通知", number="", sort="number", page=str(n))["results"] for n in (1, 2)
    ]
    numbers = [result["number"] for page in found for result in page]
    assert len(found[0]) == 20
    assert numbers[:30] == sorted(numbers[:30], key=lambda n: (n[:3], int(n.split("〕")[1][:-1])))
    assert get(client, "search", q="通知", year="1999")["total"] == 0


def test_a_question_has_no_whole_match_and_the_nearest_results(client: Client) -> None:
    published()
    answer = get(client, "search", q="古树名木应该由谁来普查登记？")
    assert (answer["total"], answer["partial"]) == (0, True)
    assert answer["results"][0]["title"] == "云岭市人民政府关于加强古树名木保护工作的通知"
    none = get(client, "search", q="古树 编织袋")
    assert (none["total"], none["partial"], none["results"]) == (0, False, [])


@pytest.mark.parametrize(
    "query", ["\x00", '"', "-", "\ufffe", "a" * 5000, "OR OR", "title:", "(", "%00", "\U0010ffff"]
)
def test_any_query_is_answered(client: Client, query: str) -> None:
    published()
    for path in ("search", "documents", "issues"):
        get(
            client,
            path,
            q=query,
            year=query,
            category=query,
            kind=query,
            issuer=query,
            gazette=query,
            number=query,
        )


def test_an_odd_page_is_a_clear_error(client: Client) -> None:
    assert client.get("/api/v1/search", {"q": "a", "page": "x"}).status_code == 422
    assert client.get("/api/v1/search", {"q": "a", "page": "0"}).status_code == 422


def test_issues(client: Client) -> None:
    first, second = published(), published(label="增刊1")
    answer = get(client, "issues")
    assert answer["total"] == 2
    assert {issue["id"] for issue in answer["results"]} == {first.pk, second.pk}
    (special,) = [issue for issue in answer["results"] if issue["id"] == second.pk]
    assert special["number"] == "增刊1"
    assert special["url"] == second.get_absolute_url()
    assert get(client, "issues", year="2023")["total"] == 0
    assert get(client, "issues", gazette="云岭市人民政府公报")["total"] == 2


def test_an_issue_reads_as_it_was_parsed(client: Client) -> None:
    issue = published()
    answer = get(client, f"issues/{issue.pk}")
    parsed = make_parsed_issue()
    assert answer["schema"] == "gazette-issue/1"
    for name in ("gazette", "year", "number", "total_number", "frequency", "organiser"):
        assert answer[name] == getattr(parsed, name), name
    assert answer["published_on"] == "2024-02-28"
    assert answer["source"]["sha256"] == parsed.source.sha256
    assert [entry["title"] for entry in answer["contents"]] == [entry.title for entry in parsed.contents]
    assert len(answer["documents"]) == 4
    for read, document in zip(answer["documents"], parsed.documents, strict=True):
        for name in (
            "position",
            "title",
            "number",
            "category",
            "kind",
            "issuer",
            "recipients",
            "note",
            "first_page",
        ):
            assert read[name] == getattr(document, name), name
        assert read["signed_by"] == list(document.signed_by)
        assert read["signed_on"] == (document.signed_on and document.signed_on.isoformat())
        assert [(b["kind"], b["text"], b["section"]) for b in read["blocks"]] == [
            (b.kind, b.text, b.section) for b in document.blocks
        ]
        assert {(b["printed_page"], tuple(b["recognised"])) for b in read["blocks"]} == {(None, ())}
        assert [(s["label"], s["parent"], s["run_in"]) for s in read["sections"]] == [
            (s.label, s.parent, s.run_in) for s in document.sections
        ]
        assert [t["rows"] for t in read["tables"]] == [[list(row) for row in t.rows] for t in document.tables]
        assert [m["person"] for r in read["rosters"] for m in r["members"]] == [
            m.person for r in document.rosters for m in r.members
        ]
        assert [(a["action"], a["person"], a["remark"]) for a in read["appointments"]] == [
            (a.action, a.person, a.remark) for a in document.appointments
        ]
        assert [(r["number"], r["relation"]) for r in read["references"]] == [
            (r.number, r.relation) for r in document.references
        ]
        assert [(e["title"], e["block"]) for e in read["enclosures"]] == [
            (e.title, e.block) for e in document.enclosures
        ]
        assert [(a["title"], a["omitted"]) for a in read["attachments"]] == [
            (a.title, a.omitted) for a in document.attachments
        ]


def test_documents(client: Client) -> None:
    issue = published()
    first = issue.documents.get(position=1)
    assert get(client, "documents")["total"] == 4
    assert get(client, "documents", category="人事任免")["total"] == 1
    (found,) = get(client, "documents", number="云政发2024-1")["results"]
    assert found["id"] == first.public_id
    assert get(client, "documents", number="星际")["total"] == 0
    whole = get(client, f"documents/{first.public_id}")
    assert whole["title"] == first.title
    assert whole["blocks"]
    get(client, "documents/nonsense", 404)
    assert client.get("/api/v1/documents/%00").status_code == 404


def test_an_old_id_still_answers(client: Client) -> None:
    first = published().documents.get(position=1)
    first.aliases.create(public_id="oldoldold")
    assert get(client, "documents/oldoldold")["id"] == first.public_id


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("withdrawn", 410)])
def test_only_what_is_published(client: Client, state: str, status: int) -> None:
    issue = published(state=state)
    document = issue.documents.get(position=1)
    for path in ("search?q=", "issues", "documents", "search?q=古树"):
        assert get(client, path)["total"] == 0
    get(client, f"issues/{issue.pk}", status)
    get(client, f"documents/{document.public_id}", status)


def test_a_document_withdrawn_alone_leaves_its_issue(client: Client) -> None:
    issue = published()
    document = issue.documents.get(position=1)
    Document.objects.filter(pk=document.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="个人信息")
    update.index_issue(issue)
    assert get(client, f"documents/{document.public_id}", 410)["detail"] == "个人信息"
    assert document.title not in client.get(f"/api/v1/issues/{issue.pk}").content.decode()
    assert document.title not in client.get("/api/v1/search", {"q": "古树"}).content.decode()


def test_how_many_queries_an_issue_takes(client: Client) -> None:
    small = published()
    large = published(label="2", documents=tuple(make_document(n) for n in range(1, 30)))
    with CaptureQueriesContext(connection) as few:
        get(client, f"issues/{small.pk}")
    with CaptureQueriesContext(connection) as many:
        get(client, f"issues/{large.pk}")
    assert len(many) <= len(few) <= 14


def test_it_describes_itself_and_fetches_nothing_from_elsewhere(client: Client) -> None:
    described = get(client, "openapi.json")
    paths = {path.removeprefix("/api/v1/") for path in described["paths"]}
    assert paths == {
        "search",
        "issues",
        "issues/{id}",
        "documents",
        "documents/{id}",
        "documents/{id}/hits",
        "suggest",
        "changes",
    }
    assert "http" not in client.get("/api/v1/openapi.json").content.decode().replace("http://testserver", "")


def test_validity_confidence_and_score(client: Client) -> None:
    plain = make_parsed_issue()
    first, second, *others = plain.documents
    uncertain = replace(first.blocks[0], confidence=0.61)
    first = replace(
        first,
        blocks=(uncertain, *first.blocks[1:]),
        validity=Validity(
            date(2024, 3, 1), date(2029, 2, 28), 5, ("本通知自2024年3月1日起施行，有效期5年。",)
        ),
    )
    issue = save_issue(
        replace(
            plain,
            source=replace(plain.source, text="mixed"),
            documents=(first, second, *others),
            score=ReadingScore(4, 3, 1000, 990, 12),
        ),
        file_size=1,
    )
    publish_issue(issue)
    answer = get(client, f"issues/{issue.pk}")
    assert answer["source"]["text"] == "mixed"
    assert answer["score"] == {
        "contents_entries": 4,
        "contents_found": 3,
        "characters": 1000,
        "characters_placed": 990,
        "characters_uncertain": 12,
    }
    assert answer["documents"][0]["validity"] == {
        "effective_on": "2024-03-01",
        "expires_on": "2029-02-28",
        "years": 5,
        "evidence": ["本通知自2024年3月1日起施行，有效期5年。"],
    }
    assert answer["documents"][1]["validity"] is None
    assert [block["confidence"] for block in answer["documents"][0]["blocks"][:2]] == [0.61, None]
    # the same names as `parse --json`
    parsed = json.loads(json.dumps(document_to_json(first), default=str))
    assert parsed["validity"] == answer["documents"][0]["validity"]


def lines_on(issue: Issue, number: int, *texts: str) -> None:
    issue.pages.filter(number=number).update(
        lines=[
            [text, 50.0, 20.0 * n, 50.0 + 10 * len(text), 20.0 * n + 10, None] for n, text in enumerate(texts)
        ]
    )


def test_the_hits_of_a_document_have_boxes(client: Client) -> None:
    issue = published()
    first = issue.documents.get(position=1)
    lines_on(issue, 2, first.title, "对全市范围内的古树名", "木逐株登记")
    answer = get(client, f"documents/{first.public_id}/hits", q="古树名木逐株登记")
    assert answer == {
        "total": 1,
        "pages": [
            {
                "page": 2,
                "printed_page": 1,
                "width": 595.0,
                "height": 842.0,
                "boxes": [[120.0, 20.0, 150.0, 30.0], [50.0, 40.0, 100.0, 50.0]],
            }
        ],
    }
    page = client.get(first.get_absolute_url(), {"q": "古树名木"}).content.decode()
    assert get(client, f"documents/{first.public_id}/hits", q="古树名木")["total"] == page.count('id="hit-')
    assert get(client, f"documents/{first.public_id}/hits", q="火星 金星") == {"total": 0, "pages": []}
    assert get(client, f"documents/{first.public_id}/hits") == {"total": 0, "pages": []}


@pytest.mark.parametrize(
    "query", ["\x00", '"', "-", "\ufffe", "a" * 5000, "OR OR", "title:", "(", "？", "[[\U0010ffff"]
)
def test_any_query_has_an_answer_of_hits(client: Client, query: str) -> None:
    first = published().documents.get(position=1)
    assert set(get(client, f"documents/{first.public_id}/hits", q=query)) == {"total", "pages"}


def test_hits_are_of_published_documents_only(client: Client) -> None:
    draft = make_issue(state="draft").documents.get(position=1)
    get(client, f"documents/{draft.public_id}/hits", 404, q="古树")
    withdrawn = make_issue(state="withdrawn", label="2").documents.get(position=1)
    get(client, f"documents/{withdrawn.public_id}/hits", 410, q="古树")
    get(client, "documents/zzzzzzzz/hits", 404, q="古树")


def test_hits_have_no_boxes_where_the_file_is_kept_back_or_has_no_pages(client: Client) -> None:
    issue = published()
    first = issue.documents.get(position=1)
    lines_on(issue, 2, "古树名木")
    assert get(client, f"documents/{first.public_id}/hits", q="古树名木")["pages"]
    issue.documents.filter(position=4).update(withdrawn_at=timezone.now())
    assert get(client, f"documents/{first.public_id}/hits", q="古树名木")["pages"]
    Issue.objects.update(source_kind="docx")
    answer = get(client, f"documents/{first.public_id}/hits", q="古树名木")
    assert answer["total"] > 1 and answer["pages"] == []


def test_the_hits_of_a_longer_document_cost_no_more_queries(client: Client) -> None:
    document = published().documents.get(position=2)
    counts = []
    for position in (100, 200):
        with CaptureQueriesContext(connection) as captured:
            get(client, f"documents/{document.public_id}/hits", q="的")
        counts.append(len(captured))
        document.blocks.bulk_create(
            Block(document=document, position=position + n, kind="paragraph", text="的", page=4)
            for n in range(50)
        )
        Document.objects.filter(pk=document.pk).update(last_page=6)
    assert counts[0] == counts[1]


def test_suggestions(client: Client) -> None:
    issue = published()
    document = issue.documents.get(position=1)
    (one,) = get(client, "suggest", q="云政发2024 1")["suggestions"]
    assert (one["kind"], one["text"], one["detail"]) == ("number", "云政发〔2024〕1号", document.title)
    assert one["url"] == document.get_absolute_url()
    assert get(client, "suggest", q="云")["suggestions"] == []
    assert get(client, "suggest")["suggestions"] == []
    described = get(client, "openapi.json")
    assert "get" in described["paths"]["/api/v1/suggest"]
    assert set(described["components"]["schemas"]["SuggestionAnswer"]["properties"]) == set(one)


def test_recognised_lines_and_printed_pages_are_given(client: Client) -> None:
    line = ParsedBlock(
        "paragraph", "各县区要抓落实。", 4, None, None, None, 0.8, ((0, 4, 0.99), (4, 8, 0.8)), 9
    )
    issue = published(documents=(make_document(1, blocks=(line,)),))
    (block,) = get(client, f"documents/{issue.documents.get().public_id}")["blocks"]
    assert (block["confidence"], block["printed_page"]) == (0.8, 9)
    assert block["recognised"] == [[0, 4, 0.99], [4, 8, 0.8]]
