"""What is new at an address as Atom (RFC 4287), for feed readers and other machines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.feedgenerator import Atom1Feed

from archive.export.xml_text import cleaned

CONTENT_TYPE = Atom1Feed.content_type


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
        title=cleaned(title),
        link=page,
        description="",
        language="zh-Hans",
        author_name=cleaned(author),
        feed_url=feed,
        feed_guid=page,
    )
    for entry in entries:
        made.add_item(
            title=cleaned(entry.title),
            link=entry.address,
            description=cleaned(entry.summary),
            unique_id=entry.address,
            author_name=cleaned(entry.author) or None,
            categories=[cleaned(one) for one in entry.categories if one],
            pubdate=entry.published,
            updateddate=entry.updated,
        )
    return made.writeString("utf-8")
