"""A published issue as a manifest of the IIIF Presentation API 3.0: its pages as pictures, its contents, where it is from.

Made of records, by iiif-prezi3, which holds the classes of the standard and refuses what does not fit them. What stands in
print is Chinese; words of ours are said in both languages of the site. Each id leads somewhere: a canvas has an address, and
what is part of another thing is a fragment of that thing's address.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from iiif_prezi3 import Canvas, Collection, CollectionRef, Manifest, ManifestRef, Range
from iiif_prezi3.skeleton import CanvasRef, Homepages, SeeAlso

from archive.iiif.addresses import canvas_address, image_address, manifest_address
from archive.iiif.image import FORMAT, LEVEL, SERVICE, Size, picture_address, sizes_of
from archive.models import Document, Gazette, Issue, Page
from archive.templatetags.reading import span

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
# The language of the print. The shortest tag, since viewers look up zh-CN or zh-TW and come down to this one.
LANGUAGE = "zh"

Whole = Callable[[str], str]
# What a text is in each language.
Texts = dict[str, list[str]]


class DocumentRange(Range):
    """A range that says where its document is read; the library's own leaves this out, which the standard allows."""

    homepage: Homepages | None = None
    seeAlso: SeeAlso | None = None


def issue_to_manifest(
    issue: Issue,
    pages: Sequence[Page],
    documents: Iterable[Document],
    whole: Whole,
    *,
    original: str,
    undrawn: set[int],
) -> Manifest:
    """The manifest of an issue with its `pages` and those of its `documents` that readers may see, in their order.

    `original` is the address of its PDF, `undrawn` are the numbers of pages of which there can be no picture.
    """
    canvases = [page_to_canvas(issue, page, whole, drawn=page.number not in undrawn) for page in pages]
    ranges = _contents(issue, documents, {page.number for page in pages}, whole)
    api = {"type": "Dataset", "label": _in_both(_("本期数据（JSON）")), "format": "application/json"}
    pdf = {"type": "Text", "label": _in_both(_("原版 PDF")), "format": "application/pdf"}
    return Manifest(
        id=whole(manifest_address(issue)),
        label=_in_print(str(issue)),
        metadata=_facts(issue),
        requiredStatement={
            "label": _in_both(_("来源")),
            "value": _in_print(f"{issue} · {settings.SITE['publisher'] or settings.SITE['name']}"),
        },
        provider=_provider(whole),
        homepage=[_page_of(whole(issue.get_absolute_url()), str(issue))],
        rendering=[{"id": whole(original), **pdf}] if original else None,
        seeAlso=[{"id": whole(reverse("api-1:issue", kwargs={"id": issue.pk})), **api}],
        thumbnail=next((canvas.thumbnail for canvas in canvases if canvas.thumbnail), None),
        viewingDirection="left-to-right",
        behavior=["paged"],
        items=canvases,
        structures=[ranges] if ranges else None,
    )


def page_to_canvas(issue: Issue, page: Page, whole: Whole, *, drawn: bool) -> Canvas:
    """A page, as large as its picture, which is painted on it where it can be drawn."""
    sizes = sizes_of(page)
    full, address = sizes[-1], whole(canvas_address(issue, page.number))
    image = whole(image_address(issue, page.number))
    painting = {
        "id": f"{address}#image",
        "type": "Annotation",
        "motivation": "painting",
        "body": _picture(image, None, full),
        "target": address,
    }
    return Canvas(
        id=address,
        label=_page_name(page),
        width=full.width,
        height=full.height,
        # A sheet with two printed pages has no page beside it.
        behavior=["facing-pages"] if page.printed_right else None,
        thumbnail=[_picture(image, sizes[0], sizes[0])] if drawn else None,
        items=[{"id": f"{address}#pictures", "type": "AnnotationPage", "items": [painting]}] if drawn else [],
    )


def years_to_collection(years: Iterable[tuple[str, str, int | None]], whole: Whole) -> Collection:
    """All that the archive shows, as a collection of a year of a gazette each: (slug, name, year)."""
    return Collection(
        id=whole(reverse("iiif-collection")),
        label=_in_print(settings.SITE["name"]),
        provider=_provider(whole),
        homepage=[_page_of(whole(reverse("issues")), settings.SITE["name"])],
        items=[
            CollectionRef(
                id=whole(reverse("iiif-year", args=[slug, year])),
                type="Collection",
                label=_in_print(f"{name} {year}年"),
            )
            for slug, name, year in years
        ],
    )


def issues_to_collection(gazette: Gazette, year: int, issues: Iterable[Issue], whole: Whole) -> Collection:
    """The issues of a gazette in a year, as a collection of manifests."""
    root = {"id": whole(reverse("iiif-collection")), "type": "Collection"}
    return Collection(
        id=whole(reverse("iiif-year", args=[gazette.slug, year])),
        label=_in_print(f"{gazette.name} {year}年"),
        partOf=[root],
        items=[
            ManifestRef(id=whole(manifest_address(issue)), type="Manifest", label=_in_print(str(issue)))
            for issue in issues
        ],
    )


def as_json(thing: Manifest | Canvas | Collection) -> dict[str, Any]:
    """The thing as a document of its own, with its context, which the standard wants first."""
    found: dict[str, Any] = thing.model_dump(
        mode="json", by_alias=True, exclude_none=True, serialize_as_any=True, exclude={"context"}
    )
    return {"@context": CONTEXT, **found}


def _contents(issue: Issue, documents: Iterable[Document], held: set[int], whole: Whole) -> Range | None:
    """The contents as printed: a range for each category with one for each of its documents; None where there are none."""
    manifest = whole(manifest_address(issue))
    parts: list[Range] = []
    standing = [one for one in documents if held.intersection(_pages_of(one))]
    for place, (category, found) in enumerate(groupby(standing, attrgetter("category")), 1):
        inner = [_document_range(issue, one, held, whole) for one in found]
        parts += (
            [Range(id=f"{manifest}#category-{place}", label=_in_print(category), items=inner)]
            if category
            else inner
        )
    return Range(id=f"{manifest}#contents", label=_in_both(_("本期目录")), items=parts) if parts else None


def _document_range(issue: Issue, document: Document, held: set[int], whole: Whole) -> Range:
    numbers = [number for number in _pages_of(document) if number in held]
    akn = {"type": "Dataset", "label": {"none": ["Akoma Ntoso"]}, "format": "application/akn+xml"}
    return DocumentRange(
        id=f"{whole(manifest_address(issue))}#document-{document.public_id}",
        label=_in_print(document.title),
        homepage=[_page_of(whole(document.get_absolute_url()), document.title)],
        seeAlso=[{"id": whole(reverse("document-akn", args=[document.public_id])), **akn}],
        items=[CanvasRef(id=whole(canvas_address(issue, number)), type="Canvas") for number in numbers],
    )


def _pages_of(document: Document) -> range:
    """The pages of the file on which a document stands; none where that is not known."""
    first = document.first_page
    return range(first, (document.last_page or first) + 1) if first is not None else range(0)


def _picture(image: str, asked: Size | None, size: Size) -> dict[str, Any]:
    """A picture of a page in one size, None for the full one, with the service that has the others."""
    return {
        "id": picture_address(image, asked),
        "type": "Image",
        "format": FORMAT,
        "width": size.width,
        "height": size.height,
        "service": [{"id": image, "type": SERVICE, "profile": LEVEL}],
    }


def _page_name(page: Page) -> Texts:
    """By the number that the page itself carries, else by its place in the file."""
    if printed := span(page.printed_number, page.printed_right):
        return _in_both(_("公报第%(pages)s页"), pages=printed)
    return _in_both(_("原件第%(page)s页"), page=page.number)


def _facts(issue: Issue) -> list[dict[str, Texts]]:
    gazette = issue.gazette
    assert gazette is not None
    facts = [
        (_("公报"), _in_print(gazette.name)),
        (_("期"), _in_print(issue.name)),
        (_("总期号"), _in_none(issue.total_number)),
        (_("出版日期"), _in_none(issue.published_on and issue.published_on.isoformat())),
        (_("主办"), _in_print(gazette.organiser)),
        (_("刊期"), _in_print(gazette.frequency)),
    ]
    return [{"label": _in_both(name), "value": value} for name, value in facts if any(value.values())]


def _provider(whole: Whole) -> list[dict[str, Any]]:
    home, site = whole(reverse("home")), settings.SITE
    name = _in_print(site["publisher"] or site["name"])
    return [{"id": home, "type": "Agent", "label": name, "homepage": [_page_of(home, site["name"])]}]


def _page_of(address: str, name: str) -> dict[str, Any]:
    """A page of the reading room, to be opened by people."""
    return {
        "id": address,
        "type": "Text",
        "format": "text/html",
        "label": _in_print(name),
        "language": [LANGUAGE],
    }


def _in_print(text: str) -> Texts:
    return {LANGUAGE: [text] if text else []}


def _in_none(value: object) -> Texts:
    """What is the same in every language: a number, a date."""
    return {"none": [str(value)] if value else []}


def _in_both(message: str | Promise, **values: object) -> Texts:
    """A message of the catalogue in the languages of the site."""
    found = {}
    for code, tag in (("zh-hans", LANGUAGE), ("en", "en")):
        with translation.override(code):
            found[tag] = [str(message) % values if values else str(message)]
    return found
