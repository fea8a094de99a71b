"""What is new at an address as Atom (RFC 4287), for feed readers and other machines."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.feedgenerator import Atom1Feed

CONTENT_TYPE = Atom1Feed.content_type
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news. `address` is whole, with its host, and stays the same for ever; `summary` is HTML."""

    title: str
    address: str
    published: datetime
    updated: datetime
    summary: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()


def as_atom(*, title: str, author: str, page: str, feed: str, entries: Iterable[Entry]) -> str:
    """The feed at the address `feed` of what stands on `page`; both are whole. `author` speaks where an entry has none."""
    made = Atom1Feed(
        title=_clean(title),
        link=page,
        description="",
        language="zh-Hans",
        author_name=_clean(author),
        feed_url=feed,
        feed_guid=page,
    )
    for entry in entries:
        made.add_item(
            title=_clean(entry.title),
            link=entry.address,
            description=_clean(entry.summary),
            unique_id=entry.address,
            author_name=_clean(entry.author) or None,
            categories=[_clean(one) for one in entry.categories if one],
            pubdate=entry.published,
            updateddate=entry.updated,
        )
    return made.writeString("utf-8")


def _clean(text: str) -> str:
    """`text` without what XML does not allow: control characters, lone surrogates, the two that are none."""
    return _NOT_XML.sub("", text)
