"""Where a list goes on. A token is the request itself and the place reached, so nothing is kept and none runs out.

    ListRecords~1764292000123~100~5321~oai_dc~kind:!E9!80!9A!E7!9F!A5~2024-01-01~
    verb, last sequence, records given so far, records in all, metadataPrefix, set, from, until

Its signs mean nothing in an address, for harvesters that do not escape them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ARGUMENTS = ("metadataPrefix", "set", "from", "until")
# Sequences are 64 bits wide. Our own sets hold no ~, though the protocol allows it.
_TOKEN = re.compile(
    r"(ListIdentifiers|ListRecords)~([0-9]{1,18})~([0-9]{1,12})~([0-9]{1,12})"
    r"~([A-Za-z0-9_]+)~([A-Za-z0-9\-_.!*'():]*)~([0-9TZ:-]*)~([0-9TZ:-]*)"
)
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Token:
    """The place that a list has reached: behind the entry of that `sequence`, `given` records of about `size`.

    `arguments` are those of the request that began the list.
    """

    verb: str
    sequence: int
    given: int
    size: int
    arguments: Mapping[str, str]

    def __str__(self) -> str:
        asked = (self.arguments.get(name, "") for name in _ARGUMENTS)
        return "~".join([self.verb, str(self.sequence), str(self.given), str(self.size), *asked])


def token_of(text: str) -> Token | None:
    """The token that is written so; None for what is none. Whether its arguments are in order is not looked at."""
    found = _TOKEN.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    verb, sequence, given, size, *asked = found.groups()
    arguments = {name: value for name, value in zip(_ARGUMENTS, asked, strict=True) if value}
    return Token(verb, int(sequence), int(given), int(size), arguments)
