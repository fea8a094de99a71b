"""What an archive has learnt from the issues it holds, handed to the parser as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Codes of document numbers (晋政办函) met before.

    `places` are the names of the counties and districts that the issuing city governs, as far as known: a name
    that differs from one of them by a character that looks alike is a likely misreading (孟县 for 盂县).
    `issuers` are (code, body) as editors have settled them: 阳政办函 is of 阳泉市人民政府办公室. `kinds` and `not_kinds`
    are kinds of documents beside those that the parser knows, and those that are none here; so are `not_places`.
    """

    codes: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    not_places: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    not_kinds: frozenset[str] = frozenset()
    issuers: frozenset[tuple[str, str]] = frozenset()


NOTHING_KNOWN = Known()
