"""Browsing by document number: the issuing codes, the years of a code, the run of a year, one number."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.models import Document
from archive.models.document import DocumentQuerySet
from archive.numbers import read_number
from archive.views.structured import way_data

# Lines on one page of a run; a gap of any length is one line.
RUN_PAGE = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of a run that are not in this archive, both ends included."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Numbered:
    """One number of a run and the documents that print it: two, where an issue gives one number twice."""

    sequence: int
    documents: tuple[Document, ...]


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Every issuing code with its years."""
    rows = (
        _numbered()
        .values_list("number_code", "number_year")
        .annotate(count=Count("pk"))
        .order_by("number_code", F("number_year").desc(nulls_last=True))
    )
    codes: dict[str, list[tuple[int | None, int]]] = {}
    for code, year, count in rows:
        codes.setdefault(code, []).append((year, count))
    lines = sorted(
        ((code, sum(n for _year, n in years), years) for code, years in codes.items()),
        key=lambda line: (-line[1], line[0]),
    )
    return render(
        request, "archive/numbers.html", {"codes": lines, "document_count": sum(line[1] for line in lines)}
    )


@require_safe
def code(request: HttpRequest, code: str) -> HttpResponse:
    """The years of a code, with the run of the newest; for decrees, which count no years, their run."""
    of_code = _numbered().filter(number_code=code)
    years = list(
        of_code.filter(number_year__isnull=False)
        .values_list("number_year")
        .annotate(count=Count("pk"))
        .order_by("-number_year")
    )
    newest = years[0][0] if years else None
    # A run of decrees begins where the archive begins: 国务院令第707号 says nothing of the 706 before it.
    decrees = runs_of(of_code.filter(number_year__isnull=True))
    if not years and not decrees:
        raise Http404
    return render(
        request,
        "archive/code.html",
        {
            "code": code,
            "structured": way_data(request, [_numbers()], code),
            "years": years,
            "newest": newest,
            "newest_run": runs_of(of_code.filter(number_year=newest), begin=1)[:RUN_PAGE] if newest else [],
            "run": Paginator(decrees, RUN_PAGE).get_page(request.GET.get("page")),
        },
    )


@require_safe
def year(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The run of numbers of a code in a year, with its gaps; /documents/国务院令/707/ leads to the decree."""
    of_code = _numbered().filter(number_code=code)
    run = runs_of(of_code.filter(number_year=year), begin=1)
    if not run:
        return _lead(
            request, of_code.filter(number_year__isnull=True, number_sequence=year), f"{code}第{year}号"
        )
    return render(
        request,
        "archive/run.html",
        {
            "code": code,
            "structured": way_data(
                request, [_numbers(), (code, reverse("number-code", args=[code]))], f"{code}〔{year}〕"
            ),
            "year": year,
            "run": Paginator(run, RUN_PAGE).get_page(request.GET.get("page")),
            "present": sum(isinstance(line, Numbered) for line in run),
            "missing": sum(line.count for line in run if isinstance(line, Gap)),
        },
    )


@require_safe
def sequence(request: HttpRequest, code: str, year: int, sequence: int) -> HttpResponse:
    """Lead to the document of a number, or list both when two print it."""
    exact = _numbered().filter(number_code=code, number_year=year, number_sequence=sequence)
    return _lead(request, exact, f"{code}〔{year}〕{sequence}号")


def runs_of(documents: DocumentQuerySet, begin: int | None = None) -> list[Numbered | Gap]:
    """The numbers in order with the gaps between them; from `begin`, else from the first one that is here."""
    found = documents.select_related("issue__gazette").order_by("number_sequence", "issue_id", "position")
    by_sequence: dict[int, list[Document]] = {}
    for document in found:
        by_sequence.setdefault(document.number_sequence or 0, []).append(document)
    return list(_with_gaps(by_sequence.items(), begin))


def _with_gaps(found: Iterable[tuple[int, list[Document]]], begin: int | None) -> Iterable[Numbered | Gap]:
    expected = begin
    for sequence, documents in found:
        if expected is not None and expected < sequence:
            yield Gap(expected, sequence - 1)
        yield Numbered(sequence, tuple(documents))
        expected = sequence + 1


def _numbers() -> tuple[str, str]:
    """The way to all numbers, as pages name it."""
    return _("文号"), reverse("numbers")


def _numbered() -> DocumentQuerySet:
    """The published documents whose number can be browsed."""
    return Document.objects.published().filter(number_sequence__isnull=False).exclude(number_code="")


def _lead(request: HttpRequest, exact: DocumentQuerySet, printed: str) -> HttpResponse:
    found = list(exact.select_related("issue__gazette").newest_first()) or _named_otherwise(printed)
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect(found[0])
    return render(request, "archive/which_document.html", {"number": printed, "documents": found})


def _named_otherwise(printed: str) -> list[Document]:
    """The documents that have the number behind another one (浙税二〔1994〕95号、〔1994〕财办24号),
    or only in the contents of their issue, where these differ from the document itself.
    """
    wanted = read_number(printed)
    if wanted is None:
        return []
    published = Document.objects.published().select_related("issue__gazette").newest_first()
    joint = [
        document
        for document in published.filter(number__contains="、").filter(
            number__contains=f"{wanted.sequence}号"
        )
        if (number := read_number(document.number)) and wanted in number.parts
    ]
    if joint:
        return joint
    return [
        document
        for document in published.exclude(number_in_contents="")
        .exclude(number_in_contents=F("number"))
        .filter(number_in_contents__contains=f"{wanted.sequence}号")
        if (number := read_number(document.number_in_contents)) and wanted in number.parts
    ]
