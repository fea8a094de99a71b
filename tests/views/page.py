"""A page taken apart, to ask what stands in it."""

import re
from html.parser import HTMLParser

import lxml.html
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from archive.models import Appointment, Document, Issue

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_VOID = {"meta", "link", "input", "img", "br", "hr", "wbr", "source"}


class Page(HTMLParser):
    """Elements with attributes and text; `of(response)` reads one."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.languages: list[str] = [""]
        self.texts: dict[str, list[str]] = {}
        self.unclosed: list[str] = []
        self.unmarked_chinese: list[
            str
        ] = []  # Chinese in text or labels of elements that say another language
        self.feed(html)
        self.close()

    @classmethod
    def of(cls, response: HttpResponseBase) -> "Page":
        return cls(response.content.decode())  # type: ignore[attr-defined]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        language = attributes.get("lang") or self.languages[-1]
        self.elements.append((tag, attributes))
        for name in ("title", "aria-label", "placeholder", "alt", "data-done"):
            self._check_language(attributes.get(name) or "", language)
        if tag not in _VOID:
            self.open.append(tag)
            self.languages.append(language)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.unclosed.append(f"</{tag}> in {self.open[-3:]} at {self.getpos()}")
            return
        self.open.pop()
        self.languages.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            return  # a data block is for machines
        for tag in set(self.open):
            self.texts[tag][-1] += data
        if "title" not in self.open:  # a page's title cannot be marked in parts
            self._check_language(data, self.languages[-1])

    def _check_language(self, text: str, language: str) -> None:
        if not language.startswith("zh") and _CHINESE.search(text):
            self.unmarked_chinese.append(text.strip())

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of every such element."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        ]

    def form_with(self, name: str, value: str | None = None) -> dict[str, str]:
        """What the first form whose field `name` has `value` (None: any) sends as it stands."""
        forms = lxml.html.fromstring(self.html).forms
        form = next(
            form
            for form in forms
            if name in form.fields.keys() and value in (None, form.fields.get(name))  # noqa: SIM118
        )
        return {key: text for key, text in form.fields.items() if key and text is not None}

    def links(self) -> list[str]:
        return [str(a["href"]) for a in self.all("a") if a.get("href")]

    def text(self, tag: str) -> str:
        """The text of the first element of that name, white space folded."""
        return " ".join(self.texts[tag][0].split()) if tag in self.texts else ""

    @property
    def words(self) -> str:
        """All text of the page, white space folded."""
        return " ".join(self.texts["html"][0].split())


def get(client: Client, path: str, status: int = 200, **params: str) -> Page:
    response = client.get(path, params)
    assert response.status_code == status, path
    return Page.of(response)


def public_pages() -> list[str]:
    """One address of every kind of page, taken from the archive as it is."""
    issue = Issue.objects.published().get(year=2024, label="1")
    codes = Document.objects.published().exclude(number_code="")
    return [
        reverse("home"),
        reverse("issues"),
        issue.get_absolute_url(),
        *(document.get_absolute_url() for document in issue.documents.published()),
        reverse("help"),
        reverse("about"),
        reverse("api-docs"),
        reverse("numbers"),
        reverse("numbers-not-held"),
        reverse("number-code", args=[codes[0].number_code]),
        reverse("number-year", args=[codes[0].number_code, codes[0].number_year]),
        reverse("people"),
        *_people(issue),
    ]


def _people(issue: Issue) -> list[str]:
    """A person and a post of the issue, where it appoints somebody."""
    one = Appointment.objects.published().filter(document__issue=issue).first()
    return [reverse("person", args=[one.person]), reverse("post", args=[one.post])] if one else []


def document(issue: Issue, position: int) -> Document:
    return issue.documents.get(position=position)
