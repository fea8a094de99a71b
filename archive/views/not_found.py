"""The page of an address that leads nowhere: what it may have meant, and where else to look."""

import re
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from archive.models import Document
from archive.numbers import DocumentNumber, read_number
from archive.problem import is_for_programs, problem
from archive.search.query import search_documents

# So many hits stand on the page; the search has the others.
_SHOWN = 5
# Words that are of this site's addresses, and not of what is sought.
_OF_ADDRESSES = {
    *(
        "issues",
        "documents",
        "people",
        "posts",
        "search",
        "files",
        "number",
        "pictures",
        "pages",
        "print",
        "report",
    ),
    *("api", "desk", "html", "htm", "php", "pdf", "v1"),
}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the number or the issue that the address names, and what a search for its words finds."""
    if is_for_programs(request.path):
        return problem(request, 404, "nothing is at this address")
    words = address_words(request.path)
    number = _number_of(request.path, words)
    context: dict[str, Any] = {"words": number.canonical if number else words, "number": number}
    if number is not None:
        context["number_year"] = _run_of(number)
    # Words in Chinese were meant for this archive; wp-login.php was not, and costs no search.
    if any(ord(character) > 0x2FF for character in words):
        query = f'"{number.canonical}"' if number else words
        found = search_documents(query, page_size=_SHOWN)
        # What merely comes near a number is not what was meant.
        if found.total or number is None:
            terms = [term for term in found.terms if term.count]
            context |= {"found": found, "query": query, "terms": terms}
    return render(request, "404.html", context, status=404)


def _number_of(path: str, words: str) -> DocumentNumber | None:
    """The document number that the address is of (/documents/阳政发/2022/999/), or that its words read as."""
    first, *parts = [part for part in unquote(path).split("/") if part] or [""]
    if first == "issues":
        return None
    if first == "documents" and len(parts) > 1 and all(part.isdecimal() for part in parts[1:]):
        if len(parts) == 3:
            return read_number(f"{parts[0]}〔{parts[1]}〕{parts[2]}号")
        # 国务院令/999 is a decree, 阳政发/2031 a year of which nothing is here.
        return read_number(f"{parts[0]}第{parts[1]}号") if parts[0].endswith("令") else None
    return read_number(words)


def _run_of(number: DocumentNumber) -> str:
    """The address of the run of the number's code and year, where readers find its neighbours; "" for none."""
    if not number.code or "/" in number.code or number.year is None:
        return ""
    published = Document.objects.published().filter(number_code=number.code, number_year=number.year)
    return reverse("number-year", args=[number.code, number.year]) if published.exists() else ""


def address_words(path: str) -> str:
    """The words of an address that leads nowhere, to offer a search for them: 阳政发 2022 1."""
    words = re.split(r"[/\s._?=&-]+", unquote(path))
    return " ".join(word for word in words if word and word.lower() not in _OF_ADDRESSES)[:80]
