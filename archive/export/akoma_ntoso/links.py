"""Where a document names another one: which words of its text, and where they lead."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from django.urls import reverse

from archive.export.akoma_ntoso.elements import Element, element
from archive.export.akoma_ntoso.identity import AddressOf
from archive.models import Document, Reference
from archive.numbers import find_numbers, read_number


def address_of_named(reference: Reference, target: Document | None, address_of: AddressOf) -> str:
    """The document where the archive has it, else where it says of that number or title what it knows."""
    if target is not None:
        return address_of(target.get_absolute_url())
    if reference.number:
        return address_of(f"{reverse('number')}?{urlencode({'q': reference.number}, errors='replace')}")
    wanted = '"{}"'.format(reference.title.replace('"', " "))
    return address_of(f"{reverse('search')}?{urlencode({'q': wanted}, errors='replace')}")


class Links:
    """The numbers and titles that a document names, to be found in its text.

    `targets` are the documents named that readers may see, by the position of the reference.
    """

    def __init__(self, document: Document, targets: Mapping[int, Document], address_of: AddressOf) -> None:
        self._numbers: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        codes = set()
        for reference in document.references.all():
            address = address_of_named(reference, targets.get(reference.position), address_of)
            if reference.title:
                self._titles.setdefault(f"《{reference.title}》", address)
            number = read_number(reference.number) if reference.number else None
            for one in number.parts if number else ():
                self._numbers.setdefault(one.canonical, address)
                codes.add(one.code)
        self._codes = frozenset(codes - {""})
        self._made = 0

    def linked(self, text: str) -> Iterator["str | Element"]:
        """The text in pieces, with what names another document as `ref`."""
        at = 0
        for start, end, address in sorted(self._found(text)):
            if start < at:
                continue
            self._made += 1
            yield text[at:start]
            yield element("ref", text[start:end], eId=f"ref_{self._made}", href=address)
            at = end
        yield text[at:]

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        if self._numbers:
            for found in find_numbers(text, self._codes):
                if address := self._numbers.get(found.number.canonical):
                    yield found.start, found.end, address
        for title, address in self._titles.items():
            start = text.find(title)
            while start >= 0:
                yield start, start + len(title), address
                start = text.find(title, start + len(title))
