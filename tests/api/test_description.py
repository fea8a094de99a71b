"""The description of the API says everything, and every answer is as it says."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from django.utils import timezone

from archive.api import api
from archive.export.as_json import document_rows, document_to_json
from archive.ingest.pipeline import ingest_file
from archive.models import Block, Document, Issue, Supplement, Table
from archive.search.update import rebuild
from tests.factories import make_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db


@pytest.fixture
def described() -> Any:
    return api.get_openapi_schema()


def schemas(part: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of every record and every parameter, with what is said of it."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from schemas(one, f"{where}[{number}]")
    if not isinstance(part, dict):
        return
    for name, field in part.get("properties", {}).items():
        yield f"{where}.{name}", field
    for parameter in part.get("parameters", []):
        yield f"{where}?{parameter['name']}", parameter
    for name, header in part.get("headers", {}).items():
        yield f"{where} {name}:", header
    if "responses" in part:
        for status, response in part["responses"].items():
            yield f"{where} {status}", response
    for name, one in part.items():
        yield from schemas(one, f"{where}/{name}")


def test_every_parameter_field_header_and_error_is_described(described: Any) -> None:
    found = dict(schemas({name: described[name] for name in ("paths", "components")}))
    assert len(found) > 200
    assert [where for where, said in found.items() if len(said.get("description", "")) < 8] == []
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"] and operation["description"], path
            assert {"200", "304", "400", "422", "429", "500", "503"} <= set(operation["responses"])
            assert ("404" in operation["responses"]) == ("{" in path)


def test_it_is_in_english(described: Any) -> None:
    """Chinese stands in it where it names what is printed, and in no sentence."""
    texts = [said["description"] for _where, said in schemas(described)]
    assert [text for text in texts if re.search("[，。；：]", text)] == []


def test_each_field_says_what_null_means(described: Any) -> None:
    told = dict(schemas(described["components"]))
    silent = [
        where
        for where, field in told.items()
        if any(one.get("type") == "null" for one in field.get("anyOf", []))
        and not re.search("null|not there|only with", field["description"])
    ]
    assert silent == []


def check(described: Any, path: str, response: Any) -> None:
    """The answer is as the description of the path says."""
    said = described["paths"][f"/api/v1/{path}"]["get"]["responses"][str(response.status_code)]
    kind = response["Content-Type"].partition(";")[0]
    schema = {**said["content"][kind]["schema"], "components": described["components"]}
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(response.json())
    strict(described, said["content"][kind]["schema"], response.json())


def strict(described: Any, schema: Any, told: Any) -> None:
    """No answer has a field that the description does not name."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema and told is not None:
        schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        return strict(described, schema, told)
    if isinstance(told, dict) and "properties" in schema:
        assert set(told) <= set(schema["properties"]), set(told) - set(schema["properties"])
        for name, value in told.items():
            strict(described, schema["properties"][name], value)
    elif isinstance(told, list) and "items" in schema:
        for value in told:
            strict(described, schema["items"], value)
    return None


def with_all_there_is(issue: Issue) -> None:
    """What editors and recognition add to an issue."""
    issue.reading_score = {
        "contents_entries": 4,
        "contents_found": 3,
        "characters": 9,
        "characters_placed": 9,
    }
    issue.save()
    document = issue.documents.get(position=1)
    document.effective_on, document.valid_years = date(2024, 3, 1), 5
    document.validity_evidence = ["自2024年3月1日起施行。"]
    document.save()
    Block.objects.filter(document=document, position=1).update(
        as_printed="原刊", confidence=0.5, recognised=[[0, 2, 0.5]], printed_page=3
    )
    Table.objects.update(as_printed=[[-1, 0, "序"], [0, 1, "编"]])
    Supplement.objects.create(
        document=document,
        index_number="A/1",
        keywords=["古树"],
        released_on=date(2024, 3, 2),
        validity="amended",
        validity_on=date(2025, 1, 1),
        validity_evidence="修改。",
        validity_source=issue.documents.get(position=2),
    )


def test_every_answer_is_as_described(client: Client, described: Any) -> None:
    whole = make_issue()
    with_all_there_is(whole)
    special = make_issue(label="增刊1", published_on=None)
    gone = make_issue(label="3").documents.get(position=1)
    Document.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="个人信息")
    for sample in sorted((PROJECT / "archive" / "samples").glob("*.pdf"))[:1]:
        ingest_file(sample, publish=True)
    rebuild()
    asked = [
        *(("issues", "issues", query) for query in ("", "?page_size=1", "?page=x")),
        *(
            ("documents", "documents", query)
            for query in ("", "?page_size=1&page=2", "?after=x", "?kind=通知")
        ),
        *(
            ("search", "search", query)
            for query in ("", "?q=古树", "?q=古树应由谁普查？", "?sort=date&page_size=1", "?sort=x")
        ),
        *(("suggest", "suggest", query) for query in ("", "?q=古树", "?q=云政发2024", "?q=晋玮")),
        *((f"issues/{issue.pk}", "issues/{id}", "") for issue in Issue.objects.all()),
        *((f"documents/{one.public_id}", "documents/{id}", "") for one in Document.objects.all()),
        *(
            (f"documents/{one.public_id}/hits", "documents/{id}/hits", "?q=的")
            for one in Document.objects.all()
        ),
        *((f"{path}/0", f"{path}/{{id}}", "") for path in ("issues", "documents")),
    ]
    statuses = set()
    for path, template, query in asked:
        response = client.get(f"/api/v1/{path}{query}")
        statuses.add(response.status_code)
        check(described, template, response)
    assert statuses == {200, 404, 410, 422}
    assert special.documents.exists()


def test_records_are_sent_as_they_are_made(client: Client) -> None:
    """Byte for byte what the exports make: a checksum of a record holds wherever it is taken."""
    document = document_rows(Document.objects.filter(pk=make_issue().documents.get(position=2).pk)).get()
    told = client.get(f"/api/v1/documents/{document.public_id}").json()
    assert list(told) == list(document_to_json(document)) and told == document_to_json(document)
