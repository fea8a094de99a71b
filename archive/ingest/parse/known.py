"""What an archive has learnt from the issues it holds, handed to the parser as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Codes of document numbers (晋政办函) met before.

    `places` are the names of the counties and districts that the issuing city governs, as far as known: a name
    that differs from one of them by a character that looks alike is a likely misreading (孟县 for 盂县).
    """

    codes: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


NOTHING_KNOWN = Known()
