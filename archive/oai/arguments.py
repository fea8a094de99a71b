"""What a harvester asks for: the verb and its arguments, by the rules of OAI-PMH 2.0 (chapters 2.5, 3 and 4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from archive.oai.errors import Code, OaiError
from archive.oai.sets import is_set_spec
from archive.oai.tokens import Token, token_of

PREFIX = "oai_dc"

_LIST = frozenset({"from", "until", "set", "metadataPrefix", "resumptionToken"})
# verb: (arguments that it takes, those that it cannot do without)
_VERBS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset({"identifier"}), frozenset()),
    "ListSets": (frozenset({"resumptionToken"}), frozenset()),
    "ListIdentifiers": (_LIST, frozenset({"metadataPrefix"})),
    "ListRecords": (_LIST, frozenset({"metadataPrefix"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset({"identifier", "metadataPrefix"})),
}
# Any URI: what of it is an identifier of ours is looked at where it is sought.
_URI = re.compile(r"[!-~]{1,200}")
_PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]{1,50}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is in order. `arguments` are as they were sent, without the verb; of a list that goes on, those of
    the request that began it.

    `since` is the first moment of the harvest, `before` the first one past it; None for no bound.
    """

    verb: str
    arguments: Mapping[str, str]
    identifier: str = ""
    prefix: str = ""
    set_spec: str = ""
    since: datetime | None = None
    before: datetime | None = None
    token: Token | None = None


def read_arguments(sent: Iterable[tuple[str, str]]) -> Asked:
    """What was asked for. Raises OaiError (badVerb, badArgument, badResumptionToken)."""
    pairs = list(sent)
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        raise OaiError(Code.BAD_VERB, f"verb must stand once and be one of {', '.join(_VERBS)}")
    verb, given = verbs[0], dict(pairs)
    if len(given) != len(pairs):
        raise OaiError(Code.BAD_ARGUMENT, "an argument stands more than once")
    del given["verb"]
    _check_names(verb, given)
    if "resumptionToken" in given:
        return _resumed(verb, given["resumptionToken"])
    return _asked(verb, given)


def _check_names(verb: str, given: Mapping[str, str]) -> None:
    known, needed = _VERBS[verb]
    if not given.keys() <= known:
        takes = f"takes {', '.join(sorted(known))} alone" if known else "takes no argument"
        raise OaiError(Code.BAD_ARGUMENT, f"{verb} {takes}")
    if "resumptionToken" in given:
        if len(given) > 1:
            raise OaiError(Code.BAD_ARGUMENT, "no other argument may stand beside resumptionToken")
    elif not needed <= given.keys():
        raise OaiError(Code.BAD_ARGUMENT, f"{verb} needs {' and '.join(sorted(needed))}")


def _resumed(verb: str, text: str) -> Asked:
    """What was asked for when the token was given."""
    token = token_of(text)
    # No list of sets is so long that it is parted, and no token is of that verb.
    if token is None or token.verb != verb:
        raise OaiError(Code.BAD_TOKEN, "this archive has given no such resumptionToken")
    try:
        return replace(_asked(verb, token.arguments), token=token)
    except OaiError as error:
        raise OaiError(Code.BAD_TOKEN, "this archive has given no such resumptionToken") from error


def _asked(verb: str, given: Mapping[str, str]) -> Asked:
    identifier, prefix, wanted = (given.get(name, "") for name in ("identifier", "metadataPrefix", "set"))
    if "identifier" in given and not _URI.fullmatch(identifier):
        raise OaiError(Code.BAD_ARGUMENT, "identifier must be a URI")
    if "metadataPrefix" in given and not _PREFIX.fullmatch(prefix):
        raise OaiError(Code.BAD_ARGUMENT, "metadataPrefix is none")
    if "set" in given and not is_set_spec(wanted):
        raise OaiError(Code.BAD_ARGUMENT, "set must be a setSpec of ListSets")
    since, before = _bounds(given)
    if prefix and prefix != PREFIX:
        raise OaiError(Code.NO_FORMAT, f"the only metadataPrefix is {PREFIX}")
    return Asked(verb, given, identifier, prefix, wanted, since, before)


def _bounds(given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """The first moment that is asked for, and the first one past the last; None for no bound."""
    first, last = (_moment(given[name]) if name in given else None for name in ("from", "until"))
    if first and last and first[1] != last[1]:
        raise OaiError(Code.BAD_ARGUMENT, "from and until must be given in one granularity")
    if first and last and first[0] > last[0]:
        raise OaiError(Code.BAD_ARGUMENT, "from must not be later than until")
    try:
        # The last day and the last second count as a whole.
        return first and first[0], last and last[0] + last[1]
    except OverflowError:
        return first and first[0], None


def _moment(text: str) -> tuple[datetime, timedelta]:
    """When the day or the second begins, and how long it lasts."""
    for pattern, form, lasts in (
        (_DAY, "%Y-%m-%d", timedelta(days=1)),
        (_SECOND, "%Y-%m-%dT%H:%M:%SZ", timedelta(seconds=1)),
    ):
        if pattern.fullmatch(text):
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC), lasts
            except ValueError:
                break
    raise OaiError(Code.BAD_ARGUMENT, "from and until are YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, in UTC")
