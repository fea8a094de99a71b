"""Where the archive keeps what IIIF viewers ask for, by the gazette, year and label of an issue."""

from typing import Any

from django.urls import reverse

from archive.models import Issue


def manifest_address(issue: Issue) -> str:
    """The address of the issue's manifest."""
    return reverse("iiif-manifest", args=_place(issue))


def canvas_address(issue: Issue, number: int) -> str:
    """The address of a page of it, which is the page's name in manifests."""
    return reverse("iiif-canvas", args=[*_place(issue), number])


def image_address(issue: Issue, number: int) -> str:
    """The base of all addresses of a page's picture."""
    return reverse("iiif-image", args=[*_place(issue), number])


def _place(issue: Issue) -> list[Any]:
    assert issue.gazette is not None
    return [issue.gazette.slug, issue.year, issue.label]
