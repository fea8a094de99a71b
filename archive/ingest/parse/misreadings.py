"""What was likely misread in print or by recognition: suggestions for the editor, never changes.

Specimens: 孟县 in the gazette of a city that governs 盂县 and no 孟县;  20l9年, 〔2O22〕;  2月30日.
"""

import calendar
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.characters import look_alikes
from archive.ingest.parse import gazetteer
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import Finding, ParsedDocument

PLACE_END = re.compile(r"[县区市旗]")
HAN = re.compile(r"[\u3400-\u9fff]")
# a name of two characters must begin a word, else 该区域区划 would hold 域区
BEFORE_NAME = frozenset("与和及在从向到至由对赴于往经属")
DIGITS_MISREAD = re.compile(
    r"(?<![A-Za-z0-9.\-])(?=[0-9lIOo]*[0-9])(?=[0-9lIOo]*[lIOo])[0-9lIOo]{2,4}(?=\s*[年月日号〕])"
)
DIGIT_OF = str.maketrans("lIOo", "1100")
DAY = re.compile(r"(?:(?<!\d)(\d{4})\s*年\s*)?(?<![\d.])(\d{1,2})\s*月\s*(\d{1,2})\s*日")
SENTENCE_MARKS = "。；！？\n"
LONGEST_SENTENCE = 120


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """One place of the text: what is printed there, what is proposed, and where."""

    code: str
    printed: str
    proposed: str
    sentence: str
    document: int
    page: int | None


def misreading_findings(
    documents: Sequence[ParsedDocument], gazette: str, known: Known
) -> tuple[Finding, ...]:
    """One finding for each pair of what is printed and what is proposed, with how often and on which pages."""
    city = issuing_city(documents, gazette)
    variants, province = name_variants(city, known.places, known.not_places)
    suspicions: dict[tuple[str, str, str], list[_Suspicion]] = {}
    for document in documents:
        for suspicion in _suspicions(document, variants, province):
            key = (suspicion.code, suspicion.printed, suspicion.proposed)
            suspicions.setdefault(key, []).append(suspicion)
    return tuple(_finding(same) for same in suspicions.values())


def issuing_city(documents: Sequence[ParsedDocument], gazette: str) -> str | None:
    """The prefecture that issues: named in the gazette's title, else in most of the issuers' names."""
    if gazette and (city := gazetteer.city_named_in(gazette)):
        return city
    issuers = Counter(city for d in documents if d.issuer and (city := gazetteer.city_named_in(d.issuer)))
    named = issuers.most_common(1)
    return named[0][0] if named and named[0][1] * 2 > len(documents) else None


def name_variants(
    city: str | None, places: frozenset[str], not_places: frozenset[str] = frozenset()
) -> tuple[dict[str, str], frozenset[str]]:
    """(misread name → name of a place of the city, names in use in its province).

    `not_places` are names that the city does not have (any more): none of them is proposed. A name that could be two places, or
    that the province has, is left out: nothing could be proposed.
    """
    names = set(places)
    in_use = set(places)
    if city is not None:
        province, governed = gazetteer.prefectures()[city]
        names |= {*governed, city}
        in_use |= gazetteer.places_of_province(province)
    names -= not_places
    alike = look_alikes() if names else {}
    variants: dict[str, str | None] = {}
    for name in names:
        for at, character in enumerate(name[:-1]):
            for other in alike.get(character, ""):
                variant = name[:at] + other + name[at + 1 :]
                variants[variant] = None if variant in variants and variants[variant] != name else name
    return (
        {variant: name for variant, name in variants.items() if name is not None and variant not in in_use},
        frozenset(in_use),
    )


def _suspicions(
    document: ParsedDocument, variants: dict[str, str], in_use: frozenset[str]
) -> Iterator[_Suspicion]:
    lengths = sorted({len(variant) for variant in variants}, reverse=True)
    texts = [(document.title, document.first_page), *((b.text, b.page) for b in document.blocks)]
    for text, page in texts:
        for code, start, end, proposed in (
            *_misread_names(text, variants, lengths, in_use),
            *_misread_digits(text),
            *_impossible_days(text),
        ):
            sentence = sentence_around(text, start, end)
            yield _Suspicion(code, text[start:end], proposed, sentence, document.position, page)


def _misread_names(
    text: str, variants: dict[str, str], lengths: list[int], in_use: frozenset[str]
) -> Iterator[tuple[str, int, int, str]]:
    if not lengths:
        return
    for found in PLACE_END.finditer(text):
        end = found.end()
        for length in lengths:
            start = end - length
            proposed = variants.get(text[start:end]) if start >= 0 else None
            if proposed is None or (length == 2 and not _begins_word(text, start, in_use)):
                continue
            if not _is_elsewhere(text, start, end):
                yield "name-misread", start, end, proposed
            break


def _begins_word(text: str, start: int, in_use: frozenset[str]) -> bool:
    before = text[start - 1 : start]
    if not before or not HAN.match(before) or before in BEFORE_NAME:
        return True
    return any(text[max(0, start - length) : start] in in_use for length in range(2, 6))


def _is_elsewhere(text: str, start: int, end: int) -> bool:
    """True when the print names a place of another province: 河南省孟县, or a longer name that ends so."""
    places = gazetteer.all_places()
    if any(text[max(0, at) : end] in places for at in range(start - 5, start)):
        return True
    if text[start:end] not in places:
        return False
    before = text[max(0, start - 8) : start]
    return any(before.endswith((name, name.rstrip("省市"))) for name in _provinces_and_cities())


def _provinces_and_cities() -> tuple[str, ...]:
    provinces = {province for province, _ in gazetteer.prefectures().values()}
    return (*provinces, *gazetteer.prefectures())


def _misread_digits(text: str) -> Iterator[tuple[str, int, int, str]]:
    for found in DIGITS_MISREAD.finditer(text):
        yield "digits-misread", found.start(), found.end(), found.group().translate(DIGIT_OF)


def _impossible_days(text: str) -> Iterator[tuple[str, int, int, str]]:
    """2月30日, 13月1日; without a year 2月29日 is possible."""
    for found in DAY.finditer(text):
        year, month, day = int(found.group(1) or 2000), int(found.group(2)), int(found.group(3))
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(max(year, 1), month)[1]:
            yield "date-impossible", found.start(), found.end(), ""


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence in which `start:end` stands, cut to a length that can be read at a glance."""
    first = max((text.rfind(mark, 0, start) for mark in SENTENCE_MARKS), default=-1) + 1
    last = min((at for mark in SENTENCE_MARKS if (at := text.find(mark, end)) >= 0), default=len(text))
    return text[max(first, start - LONGEST_SENTENCE) : min(last + 1, end + LONGEST_SENTENCE)].strip()


def _finding(same: list[_Suspicion]) -> Finding:
    first = same[0]
    pages = sorted({one.page for one in same if one.page})
    where = (
        f"（第{'、'.join(str(page) for page in pages)}页，共{len(same)}处）"
        if pages
        else f"（共{len(same)}处）"
    )
    message = {
        "name-misread": f"“{first.printed}”可能是“{first.proposed}”之误：发文地区没有这一地名{where}",
        "digits-misread": f"“{first.printed}”中的字母可能是数字，疑为“{first.proposed}”{where}",
        "date-impossible": f"“{first.printed}”不是实有的日期{where}",
    }[first.code]
    severity = "warning" if first.code == "date-impossible" else "note"
    evidence = (
        (first.printed, first.proposed, first.sentence) if first.proposed else (first.printed, first.sentence)
    )
    return Finding(first.code, severity, message, first.document, first.page, evidence)
