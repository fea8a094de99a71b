"""From when and until when a document is in force, by its own words or by those of the plan that it carries.

Specimens: 本办法自2022年5月1日起施行，有效期5年。  本预案自印发之日起实施。  本办法自印发之日起30日后施行。
本规定自2022年5月1日起施行，有效期至2027年4月30日。  本通知自2022年1月1日起执行，试行2年。
第八条 中试平台有效期为三年 and 原办法自2022年5月1日起停止执行 say nothing of the document.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from archive.ingest.parse.records import Block, Validity
from archive.ingest.parse.references import fold_title, sentences
from archive.ingest.parse.signs import KINDS, PLANS, chinese_to_number, folded, read_date

_KIND = "|".join(sorted({*KINDS, *PLANS, "基准", "文件", "标准", "协议"}, key=len, reverse=True))
# 本办法, 本实施细则, 本指导意见
_ITSELF = rf"本(?:[\u4e00-\u9fff]{{0,6}}?)(?:{_KIND})"
_DATE = r"(?:\d{4}年\d{1,2}月\d{1,2}日|[一二三四五六七八九零〇○]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日)"
_ISSUED = r"(?:印发|发布|公布|颁布|下发|发文|签发|公开发布)之?日"
_WAIT = r"(?P<wait>\d{1,3}|[一二三四五六七八九十]{1,3})(?:个)?(?P<unit>日|天|月)(?:之?后)?(?:起)?"
_FROM = rf"[自从](?P<day>{_DATE}|{_ISSUED})起?(?:{_WAIT})?"
_IN_FORCE = r"(?:正式|开始|起)?(?:施行|实施|执行|生效|试行|实行)"
_STARTS = re.compile(
    rf"{_FROM}(?:至(?P<until>{_DATE})止?)?[，,]?{_IN_FORCE}(?=[，,。；;）)：:]|$|有效|试行|至)"
)
_RANGE = re.compile(rf"有效期(?:限)?[为：:]?(?:自|从)?(?P<day>{_DATE})起?至(?P<until>{_DATE})")
_TERM_WORD = r"(?:有效期限?|执行期限?|实施期限?|施行期限?|试行期限?|暂行期限?|试行|暂行)"
_NUMBER = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_TERM = re.compile(
    rf"(?P<word>{_TERM_WORD})(?:均?为|暂定为?|暂定|是)?(?:(?P<years>{_NUMBER})年(?!度|级)|至(?P<until>{_DATE}))"
)
_QUOTED = re.compile(r"“[^”]*”")
_TITLE = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")
_ENDED = re.compile(r"停止|不再|废止|失效|终止")
# 现予公布, 现印发给你们: what is handed out here is what comes into force
_HANDED_OUT = re.compile(r"现(?:予|将|印发|公布|发布|颁布|批准)|予以(?:公布|发布|印发)|现公布")
_LABEL = re.compile(
    r"^(?:第[一二三四五六七八九十百零]{1,7}条|[（(]?[一二三四五六七八九十]{1,4}[）)]?[、.．]?|\d{1,2}(?:[.．]\d{1,2})*[.．、]?(?!\d{2,}年|\d年))"
)
_EXPLAINED = re.compile(r"负责解释")
_SKIPPED_KINDS = frozenset({"recipient", "signature", "date", "note", "attachment", "table", "roster"})


@dataclass(frozen=True, slots=True)
class Term:
    """What one sentence says: the first day, the last day, the years; each None where it does not say."""

    starts: date | None
    ends: date | None
    years: int | None
    sentence: str


def find_validity(
    blocks: Sequence[Block], signed_on: date | None, titles: Sequence[str] = ()
) -> Validity | None:
    """The validity of a document; None when it says nothing. What two sentences contradict is left open.

    `titles` are the document's own and those of its enclosures: 《甲办法》自2022年5月1日起施行 speaks of them.
    """
    terms = list(find_terms(blocks, signed_on, titles))
    if not terms:
        return None
    starts, ends, years = ({getattr(t, name) for t in terms} - {None} for name in ("starts", "ends", "years"))
    effective = starts.pop() if len(starts) == 1 else None
    length = years.pop() if len(years) == 1 else None
    expires = ends.pop() if len(ends) == 1 else None
    if expires is None and not ends and effective and length:
        expires = years_later(effective, length) - timedelta(days=1)
    return Validity(effective, expires, length, tuple(dict.fromkeys(t.sentence for t in terms)))


def is_contradictory(blocks: Sequence[Block], signed_on: date | None, titles: Sequence[str] = ()) -> bool:
    """True when two sentences give different first days, last days or years."""
    return any(
        len({getattr(t, name) for t in find_terms(part, signed_on, titles)} - {None}) > 1
        for part in each_with_notice(blocks)
        for name in ("starts", "ends", "years")
    )


def each_with_notice(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks once for each plan that a notice encloses: its own and those of that plan.

    Two 办法 under one notice may begin on different days.
    """
    titles = [i for i, block in enumerate(blocks) if block.kind == "subtitle"]
    if not titles:
        return [list(blocks)]
    notice = list(blocks[: titles[0]])
    return [notice + list(blocks[i:end]) for i, end in zip(titles, [*titles[1:], len(blocks)], strict=True)]


def find_terms(blocks: Sequence[Block], signed_on: date | None, titles: Sequence[str] = ()) -> Iterator[Term]:
    """What each sentence of the text says of the document's own time in force."""
    names = [fold_title(title) for title in titles if title]
    for block in blocks:
        if block.kind in _SKIPPED_KINDS or not re.search(
            r"[自从有试暂执施实].{0,30}[行效施日年]", block.text
        ):
            continue
        for sentence in sentences(block.text):
            if term := read_term(sentence, signed_on, names):
                yield term


def read_term(sentence: str, signed_on: date | None, names: Sequence[str] = ()) -> Term | None:
    """What one sentence says; None when it says nothing of the document itself."""
    plain = _QUOTED.sub("", _named_itself(folded(sentence), names))
    start = next((m for m in _STARTS.finditer(plain) if _is_own(plain, m)), None)
    span = next((m for m in _RANGE.finditer(plain) if _is_own(plain, m)), None)
    term = next((m for m in _TERM.finditer(plain) if _is_own_term(plain, m, start is not None)), None)
    if not (start or span or term):
        return None
    starts = _first_day(start, signed_on) if start else read_date(span["day"]) if span else None
    last = next((m["until"] for m in (span, start, term) if m and m["until"]), None)
    years = _number(term["years"]) if term and term["years"] else None
    return Term(starts, read_date(last) if last else None, years, sentence)


def years_later(day: date, years: int) -> date:
    """The same day some years on; 28 February for the 29th where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _named_itself(sentence: str, names: Sequence[str]) -> str:
    """The sentence with 本文件 for the document's own 《title》, and 《》 for the title of any other."""

    def stands_for(match: re.Match[str]) -> str:
        name = fold_title(match.group())
        own = bool(name) and any(name == n or n.endswith(name) or f"印发{name}" in n for n in names)
        return "本文件" if own else "《》"

    return _TITLE.sub(stands_for, sentence)


def _clause_before(sentence: str, at: int) -> str:
    cut = max(sentence.rfind(mark, 0, at) for mark in "，,；;。：:")
    return sentence[cut + 1 : at]


def _is_own(sentence: str, match: re.Match[str]) -> bool:
    """True when the clause has 本办法 or nothing before it, and nothing in it is ended."""
    before = _LABEL.sub("", _clause_before(sentence, match.start()))
    behind = sentence[match.end() : match.end() + 6]
    if _ENDED.search(before) or _ENDED.search(behind) or _ENDED.search(match.group()):
        return False
    if re.search(rf"{_ITSELF}(?:及[^，。]{{0,12}})?(?:将|拟|现)?$", before):
        return True
    if before and not re.fullmatch(r"(?:现予?(?:以)?(?:公布|发布|印发|颁布)|并|并于|将|均|一律)", before):
        return False
    if match.start() == len(sentence) - len(_LABEL.sub("", sentence)):
        return True  # the sentence begins with it: 自印发之日起施行。
    said = sentence[: match.start()]
    return bool(re.search(_ITSELF, said) or _HANDED_OUT.search(said) or _EXPLAINED.search(said))


def _is_own_term(sentence: str, match: re.Match[str], begins_here: bool) -> bool:
    before = _LABEL.sub("", _clause_before(sentence, match.start()))
    if re.search(rf"{_ITSELF}的?$", before):
        return True
    return before in ("", "并", "其") and (begins_here or bool(re.search(_ITSELF, sentence[: match.start()])))


def _first_day(match: re.Match[str], signed_on: date | None) -> date | None:
    printed = match["day"]
    day = signed_on if re.fullmatch(_ISSUED, printed) else read_date(printed)
    if day is None or not match["wait"]:
        return day
    wait = _number(match["wait"])
    if wait is None:
        return None
    return day + timedelta(days=wait) if match["unit"] in "日天" else _months_later(day, wait)


def _months_later(day: date, months: int) -> date | None:
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else chinese_to_number(text.replace("两", "二"))
