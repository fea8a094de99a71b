"""/api/: the page about the API, made of its own description, with examples that this archive answers just now."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from archive.api import api
from archive.api.description import ERRORS
from archive.models import Document
from archive.views.examples import Facts, facts_for_examples

# Of an answer so much is shown: entries of a list, characters of a text.
_ENTRIES, _CHARACTERS = 1, 60
_LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field: its type in the words of JSON, and the record that this leads to ("" for none)."""

    name: str
    type: str
    record: str
    said: str


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the API."""

    name: str
    path: str
    said: str
    more: str
    parameters: list[Field]
    record: str


@dataclass(frozen=True, slots=True)
class Example:
    """A command for a shell, and what it answers, shortened."""

    said: str | Promise
    command: str
    answer: str


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters, every record with its fields, every error, and examples."""
    described = json.loads(json.dumps(api.described()))
    records = described["components"]["schemas"]
    context = {
        "addresses": [_address(path, one["get"]) for path, one in described["paths"].items()],
        "records": [(name, list(_fields(records[name]))) for name in _in_order(described)],
        "errors": ERRORS.items(),
        "examples": list(_examples(request)),
        "root": request.build_absolute_uri(reverse("api-1:api-root")),
        "openapi": request.build_absolute_uri(reverse("api-1:openapi-json")),
    }
    return render(request, "archive/api.html", context)


# --- what the description says ---------------------------------------------------------------------------
def _address(path: str, operation: dict[str, Any]) -> Address:
    (content,) = operation["responses"]["200"]["content"].values()
    return Address(
        operation["operationId"],
        path,
        operation["summary"],
        operation.get("description", ""),
        [_field(one["name"], one["schema"], one.get("description", "")) for one in operation["parameters"]],
        _type_of(content["schema"])[1],
    )


def _fields(record: dict[str, Any]) -> Iterator[Field]:
    for name, schema in record.get("properties", {}).items():
        yield _field(name, schema, schema.get("description", ""))


def _field(name: str, schema: dict[str, Any], said: str) -> Field:
    kind, record = _type_of(schema)
    return Field(name, kind, record, said)


def _type_of(schema: dict[str, Any]) -> tuple[str, str]:
    """The type of a schema in a few words, and the record that stands in it."""
    if "$ref" in schema:
        return "", schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        kinds = [_type_of(one) for one in schema["anyOf"]]
        return " | ".join(kind for kind, _record in kinds if kind), next((r for _kind, r in kinds if r), "")
    if "prefixItems" in schema:
        return "[" + ", ".join(_type_of(one)[0] for one in schema["prefixItems"]) + "]", ""
    if schema.get("type") == "array":
        kind, record = _type_of(schema["items"])
        return f"{kind}[]", record
    if isinstance(inner := schema.get("additionalProperties"), dict):
        kind, record = _type_of(inner)
        return f"object: {kind}", record
    kind = schema.get("format", "") if schema.get("format") == "date" else schema.get("type", "")
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    values = [value for value in values if value]
    return (" | ".join(f'"{value}"' for value in values) if values else kind), ""


def _in_order(described: dict[str, Any]) -> list[str]:
    """The names of the records, each behind the first that leads to it."""
    records = described["components"]["schemas"]
    found: list[str] = []

    def follow(part: Any) -> None:
        for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)):
            if name not in found:
                found.append(name)
                follow(records[name])

    for operations in described["paths"].values():
        follow(operations)
    return found


# --- examples --------------------------------------------------------------------------------------------
def _examples(request: HttpRequest) -> Iterator[Example]:
    for said, path, asked in _asked(facts_for_examples()):
        answer = _answer_to(request, path, urlencode(asked))
        if answer.status_code == 200:
            shown = json.dumps(shortened(json.loads(answer.content)), ensure_ascii=False, indent=2)
            yield Example(said, _command(request.build_absolute_uri(path), asked), shown)


def _asked(facts: Facts) -> Iterator[tuple[str | Promise, str, dict[str, str]]]:
    """(what for, path, parameters) of each example."""
    search, documents = reverse("api-1:search"), reverse("api-1:documents")
    document = facts.document or Document.objects.published().first()
    yield _("检索，按成文日期从新到旧"), search, {"q": facts.words[0], "sort": "date", "page_size": "1"}
    yield (
        _("一年里一个文种的公文"),
        documents,
        {"kind": facts.kinds[0], "year": str(facts.day.year), "page_size": "1"},
    )
    yield _("文号怎样写都行"), documents, {"number": f"{facts.code}[{facts.year}]{facts.sequence}"}
    yield _("各期公报"), reverse("api-1:issues"), {"page_size": "1"}
    if document is not None:
        yield _("一件公文的著录和全文"), reverse("api-1:document", args=[document.public_id]), {}
        hits = reverse("api-1:document_hits", args=[document.public_id])
        yield _("一个词在版面上的位置"), hits, {"q": facts.words[0]}
    yield _("随输入提示"), reverse("api-1:suggestions"), {"q": facts.code}


def _answer_to(request: HttpRequest, path: str, query: str) -> HttpResponse:
    """What the API answers to the path, for whoever asks for this page."""
    asked = HttpRequest()
    asked.method, asked.path, asked.path_info, asked.GET = "GET", path, path, QueryDict(query)
    asked.META = {**request.META, "QUERY_STRING": query}
    match = resolve(path)
    answer: HttpResponse = match.func(asked, *match.args, **match.kwargs)
    return answer


def _command(address: str, asked: dict[str, str]) -> str:
    parts = ["curl", *(["-G", address] if asked else [address])]
    lines = [shlex.join(parts)]
    lines += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in asked.items()]
    return " \\\n  ".join(lines)


def shortened(told: Any) -> Any:
    """An answer with the first entry of each list and the beginning of each long text."""
    if isinstance(told, dict):
        return {name: shortened(value) for name, value in told.items()}
    if isinstance(told, list):
        return [shortened(value) for value in told[:_ENTRIES]] + [_LEFT_OUT] * (len(told) > _ENTRIES)
    if isinstance(told, str) and len(told) > _CHARACTERS:
        return told[:_CHARACTERS] + _LEFT_OUT
    return told
