"""Where a name ends and a post begins when nothing parts them: 免去张三副局长职务, 免去王小五、沈棠云埠市督学职务."""

import re

from archive.ingest.parse.gazetteer import all_places
from archive.ingest.parse.names import (
    COMPOUND_SURNAMES,
    HAN,
    WIDE_NAME,
    begins_with_surname,
    may_be_name,
    without_blanks,
)

BETWEEN = re.compile(r"[、，,]\s*")
# a post begins so: 副局长, 市水务局局长, 党组书记; not 州市水务局, the end of a place
POST_BEGINS = re.compile(
    r"(?:省|市|县|区|州|旗|镇|乡)(?!省|市|县|区|州|旗|镇|乡)|副|常务|原|党(?:组|委|工委|总支|支部)|政府|人民政府|办公[室厅]|中共"
    r"|(?:局|厅|处|科|院|校|馆|站|所|镇|乡|县|市|区|检察|审判|秘书)长|主任|书记|委员|督学|参事|总|行政|一级|二级|三级|四级"
)
# … or with a place: 云埠市, 盂县, 阿鲁科尔沁旗; two characters before 市 are the commonest
PLACE_BEGINS = re.compile(
    rf"(?P<name>[{HAN}]{{1,6}}?)(?:省|市|县|区|自治州|自治县|州|盟|旗|镇|乡|街道)(?!市|县|区)"
)
WIDE = re.compile(rf"^{WIDE_NAME}")
BLANK_BEHIND = re.compile(rf"^([{HAN}]{{2,4}})[ \u3000]+")


def split_bare(text: str, place: str = "") -> tuple[list[str], str] | None:
    """(persons as printed, post) of `text`, which names persons and then their post; None where that is not plain.

    `place` is where the document comes from: in 王小五云埠市水务局局长 it shows that 云 is no part of the name.
    """
    *others, last = _parts(text.strip())
    if not all(may_be_name(name) and begins_with_surname(name) for name in others):
        return None
    if found := WIDE.match(last) or BLANK_BEHIND.match(last):
        name, post = last[: found.end()].strip(), last[found.end() :].strip()
    else:
        ranked = sorted(
            (rank, length)
            for length in (2, 3, 4)
            if (rank := _rank(last[:length], last[length:], place)) is not None
        )
        if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
            return None
        length = ranked[0][1]
        name, post = last[:length], last[length:]
    if not (may_be_name(name) and begins_with_surname(name)):
        return None
    return [*others, name], post


def _parts(text: str) -> list[str]:
    """The names that stand apart, and the rest: 张三, 李四副局长 of 张三、李四副局长; 副秘书长、主任 stays whole."""
    parts: list[str] = []
    while (found := BETWEEN.search(text)) and may_be_name(text[: found.start()]):
        parts.append(text[: found.start()].strip())
        text = text[found.end() :]
    return [*parts, text]


def _rank(name: str, post: str, place: str) -> int | None:
    """How plainly the name ends here, 0 the plainest; None where it does not."""
    compound = COMPOUND_SURNAMES.match(name) is not None
    if len(name) != len(without_blanks(name)) or len(name) - (1 if compound else 0) not in (2, 3):
        return None
    if not may_be_name(name) or not begins_with_surname(name) or name.endswith("副"):
        return None
    if place and post.startswith(place):
        return 0
    if POST_BEGINS.match(post):
        return 1
    found = PLACE_BEGINS.match(post)
    if found is None:
        return None
    if found.group() in all_places():
        return 1
    return 2 if len(found["name"]) == 2 else 3
