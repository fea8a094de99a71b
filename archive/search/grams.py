"""What texts are looked up by: every character, every pair, every Latin word or number.

安全2022 gives 安, 全, 2, 0, 安全, 全2, 20, 02, 22 and the word 2022. Whoosh keeps their existence only, no positions,
no lengths, no copies: a longer run of characters is looked up by its pairs, and the few documents left are read to
see whether it stands there. The fields of tantivy hold the same.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import add

from whoosh.fields import FieldType
from whoosh.formats import Existence

from archive.search.folding import WORD

_WORDS = re.compile(f"[{WORD}]+")
# Mark a whole word, and a gram of a title: no folded text holds a control character, so no gram looks like one.
WORD_MARK = "\x01"
TITLE_MARK = "\x02"


class Grams(FieldType):
    """A field whose value is the grams themselves."""

    def __init__(self) -> None:
        super().__init__(format=Existence(), analyzer=None, scorable=False, stored=False, unique=False)

    def index(self, value: Iterable[str], **kwargs: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        for gram in value:
            yield gram.encode(), 1, 1.0, b""


def grams_of(texts: Iterable[str], titles: Iterable[str] = ()) -> set[str]:
    """All grams of some folded texts, and the marked grams of those of them that are titles.

    No gram runs from one text to another.
    """
    grams: set[str] = set()
    for text in texts:
        grams.update(text)
        grams.update(map(add, text, text[1:]))
        grams.update(map(word_gram, _WORDS.findall(text)))
    for title in titles:
        grams.update(map(title_gram, title))
        grams.update(map(title_gram, map("".join, pairwise(title))))
    return grams


def pairs_of(text: str) -> list[str]:
    """The distinct pairs of a folded text, in order; the text itself when it is shorter."""
    return list(dict.fromkeys(map("".join, pairwise(text)))) or [text]


def words_of(text: str) -> list[str]:
    """The Latin words and numbers of a folded text."""
    return list(dict.fromkeys(_WORDS.findall(text)))


def word_gram(word: str) -> str:
    """The gram under which a whole word is kept."""
    return WORD_MARK + word


def title_gram(gram: str) -> str:
    """The gram under which a character or pair of a title is kept."""
    return TITLE_MARK + gram


def plain_gram(gram: str) -> str:
    """What stands in the text where a marked or unmarked gram is kept."""
    return gram.lstrip(WORD_MARK + TITLE_MARK)
