"""References: other documents named in the text, with their relation and the sentence that shows it.

Specimens: 根据《关于甲的通知》（晋政发〔2021〕43号）精神; 原《乙预案》同时废止; 国发〔2016〕6号文件公布的《丙清单》不再执行;
将《关于丁的通知》（某政办发〔2021〕40号）中关于“……”条款删除，原文件仍有效; 现将《戊意见》转发给你们.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archive.ingest.parse import relations
from archive.ingest.parse.records import Block, Reference
from archive.numbers import DocumentNumber, FoundNumber, find_numbers, read_number

STRENGTH = ("cites", "based-on", "forwards", "amends", "repeals")

# What a title that is printed without a number must end with to be an official document's:
# 《某某日报》 and 《自查情况表》 are none.
_DOCUMENT_TITLE = re.compile(
    r"(?:法|法典|条例|规定|办法|细则|规则|通知|通报|通告|公告|公报|意见|决定|决议|命令|令|批复|函|报告|请示|议案|纪要|纲要|规划|计划|方案"
    r"|预案|要点|措施|政策|制度|规范|规程|标准|准则|导则|守则|章程|指南|指引|目录|清单|宪法|修正案|解释|协定|协议|公约|条约|议定书|声明"
    r"|安排|手册|大纲|机制|名单|名录|图则|定额)(?:[（(〔][^（）()〔〕]{1,20}[）)〕])*$"
)
# 《方案》, 《实施意见》: of what, the text says elsewhere
_BARE_KIND = re.compile(
    r"(?:本|原|该|新)?(?:工作|实施|总体|管理|暂行|试行|指导|若干|应急|行动|专项|建设|发展|基本|调查|审批|核查)?"
    r"(?:条例|规定|办法|细则|规则|通知|通报|通告|公告|意见|决定|批复|函|报告|请示|纪要|纲要|规划|计划|方案|预案|要点|措施|制度|规范|规程"
    r"|标准|准则|章程|指南|指引|目录|清单|协定|协议|公约)"
)
_ALIAS = re.compile(r"以下(?:统)?(?:简称|称)[：:]?[“\"《]?([^”\"》，。；）)]{2,20})")
# 国发〔2016〕6号文件公布的《…清单》, 国务院令第427号《…条例》
_NUMBER_THEN_TITLE = re.compile(
    r"(?:文件?)?\s*(?:所?(?P<how>附|公布|印发|发布|下发|颁布|转发|批准|规定|确定)的?)?(?:附件\s?\d*)?\s?[（(]?$"
)
_PART_TITLE = re.compile(r"(?:清单|目录|附表|名录|名单|一览表|附件)(?:[（(〔][^（）()〔〕]{1,20}[）)〕])?$")
_SEPARATED = re.compile(r"[\s、，,；;]*(?:以及|和|及|与|或|并)?\s*(?P<words>[^，,；;。：:《》]{0,22})")
_ISSUED_BY = re.compile(r"(?:联合)?(?:公布|印发|发布|下发|颁布|制定)的$")
_GROUP_BREAKS = re.compile(
    r"根据|按照|依据|依照|遵照|贯彻|落实|对照|参照|结合|废止|执行|修改|修订|删除|公布|印发|转发|将|对|中|第|要求|规定|精神|同意|现|被|由"
)
_LIST_LABEL = re.compile(r"^\s*(?:[0-9]{1,3}[.．、]|[（(]?[0-9一二三四五六七八九十]{1,3}[）)、]|《)")
_SENTENCE_MARKS = re.compile(r"[“”《》。！？\n]")
_TITLE_MARKS = re.compile(r"[《》]")
_CLAUSE_MARKS = "，,；;。：:"
# 国发〔2016〕1号、2号和3号文件; 1号至5号
_SHARED = re.compile(r"\s*(?P<joint>[、，和及与至到\-—～])\s*第?(?P<sequence>\d{1,4})号")
_LONGEST_RANGE = 30
_SENTENCE_LIMIT = 3000  # characters; a list of laws runs to several hundred
_QUOTE_LIMIT = 400
_TITLE_LIMIT = 160
_SKIPPED_KINDS = frozenset({"recipient", "signature", "date", "attachment", "roster"})


@dataclass(frozen=True, slots=True)
class _Target:
    """A document named at `start:end` of a sentence; `part`: only a list of it is named (…公布的《…清单》)."""

    start: int
    end: int
    title: str
    number: DocumentNumber | None = None
    part: bool = False
    alias: str = ""


@dataclass(frozen=True, slots=True)
class _Mention:
    target: _Target
    relation: str
    evidence: str


def find_references(
    blocks: Sequence[Block], own_number: str | None, title: str, codes: frozenset[str] = frozenset()
) -> tuple[Reference, ...]:
    """The other documents that a document names, one reference each, in the order of their first mention.

    The document's own title counts as a sentence (关于修正《…》部分条款的补充通知); its own number and the plan it
    carries (《…》已经同意，现印发给你们) are no references. `codes` are issuing codes known to be in use.
    """
    own = read_number(own_number) if own_number else None
    mentions: list[_Mention] = []
    listed = relations.Listing()
    previous = ""
    for block in blocks:
        if block.kind in _SKIPPED_KINDS or not block.text:
            continue
        listed = relations.listing_below(block.text, listed, bool(_LIST_LABEL.match(block.text)))
        for sentence in sentences(block.text):
            if "《" in sentence or "号" in sentence:
                mentions.extend(_mentions(sentence, codes, listed, previous))
            previous = sentence
    mentions.extend(
        _mentions_in_title(title, codes, mentions)
    )  # last, so that a sentence of the text is the evidence
    kept = [m for m in mentions if not _is_own(m, own, title)]
    return _one_a_target(kept)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a block; a 。 inside “…” or 《…》 ends none."""
    start = depth = 0
    inside = False
    for match in _SENTENCE_MARKS.finditer(text):
        mark = match.group()
        if match.start() - start > _SENTENCE_LIMIT:
            yield text[start : match.start()]
            start, depth, inside = match.start(), 0, False
        if mark == "“":
            inside = text.find("”", match.end(), match.end() + _QUOTE_LIMIT) > 0
        elif mark == "”":
            inside = False
        elif mark == "《":
            depth = depth + 1 if text.find("》", match.end(), match.end() + _TITLE_LIMIT) > 0 else 0
        elif mark == "》":
            depth = max(0, depth - 1)
        elif mark == "\n" or not (inside or depth):
            if piece := text[start : match.end()].strip():
                yield piece
            start, depth, inside = match.end(), 0, False
    if piece := text[start:].strip():
        yield piece


def fold_title(title: str) -> str:
    """A title without white space, width and its outer 《》, for comparing."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", title))
    return folded.removeprefix("《").removesuffix("》").replace("<", "〈").replace(">", "〉")


def _mentions_in_title(title: str, codes: frozenset[str], in_text: list[_Mention]) -> list[_Mention]:
    flat = re.sub(r"\s+", "", title)
    found = [_Mention(t, relations.title_relation(flat, t.start, t.end), flat) for t in _targets(flat, codes)]
    found = [m for m in found if m.relation]
    named = any(m.relation == "forwards" for m in in_text)
    if not found and not named and (forwarded := relations.forwarded_title(flat)):
        found = [_Mention(_Target(0, len(flat), forwarded), "forwards", flat)]
    return found


def _mentions(
    sentence: str, codes: frozenset[str], listed: relations.Listing, previous: str
) -> Iterator[_Mention]:
    targets = _targets(sentence, codes)
    for group in _groups(sentence, targets):
        first, last = group[0], group[-1]
        for target in group:
            relation = relations.relation(sentence, first.start, last.end, target.part)
            if relation == relations.CARRIED:
                continue
            # a list with a title of its own holds titles, not sentences: …关于贯彻执行《甲规定》的通知
            if listed.relation and (relation == "cites" or (listed.titled and relation == "based-on")):
                if not target.number and not _LIST_LABEL.match(sentence):
                    continue  # 某市财政局关于印发《甲办法》的通知: a title without its own 《》, its number follows
                relation = listed.relation
            if not target.title and target.number and listed.relation:
                target = replace(target, title=_title_beside(sentence, target, previous))
            yield _Mention(target, relation, sentence)


def _title_beside(line: str, target: _Target, previous: str) -> str:
    """The title of a number in a list of titles and numbers: before it in the line, else the line above."""
    before = re.sub(
        r"^\s*(?:[（(]?[0-9一二三四五六七八九十百]{1,4}[）)]?[.．、]?(?=\D))?\s*|[\s（(]+$",
        "",
        line[: target.start],
    )
    for text in (before, previous.strip()):
        if len(text) > 6 and _DOCUMENT_TITLE.search(text):
            return text
    return ""


def _targets(sentence: str, codes: frozenset[str]) -> list[_Target]:
    titles = _titles(sentence)
    numbers = [
        each
        for n in find_numbers(sentence, codes)
        if not any(start < n.start < end for start, end in titles)
        for each in (n, *_numbers_that_share(sentence, n))
    ]
    targets: list[_Target] = []
    taken: set[int] = set()
    for start, end in titles:
        if end <= max((t.end for t in targets), default=0):
            continue
        name = sentence[start + 1 : end - 1].strip()
        behind, close, alias = _number_behind(sentence, end, numbers)
        if behind:
            taken.update(n.start for n in behind)
            number = _joined(sentence, behind)
            targets.append(_Target(start, close, name, number, alias=alias))
            continue
        before = _number_before(sentence, start, numbers, taken)
        if before:
            found, how = before
            taken.add(found.start)
            part = how == "附" or (bool(_PART_TITLE.search(name)) and how != "")
            close = (
                end + 1 if sentence[end : end + 1] in ("）", ")") and sentence[start - 1] in "（(" else end
            )
            targets.append(_Target(found.start, close, "" if part else name, found.number, part))
        else:
            targets.append(_Target(start, close, name, alias=alias))
    targets.extend(_Target(n.start, n.end, "", n.number) for n in numbers if n.start not in taken)
    targets.sort(key=lambda t: t.start)
    return [t for t in targets if t.number or _is_document_title(t.title) or t.alias or len(t.title) < 6]


def _numbers_that_share(sentence: str, found: FoundNumber) -> Iterator[FoundNumber]:
    """2号 and 3号 of 国发〔2016〕1号、2号和3号文件, and all that 1号至5号 covers: they share code and year."""
    last, end = found.number.sequence, found.end
    while last is not None and not found.number.joined and (match := _SHARED.match(sentence, end)):
        sequence = int(match["sequence"])
        through = match["joint"] in ("至", "到", "-", "—", "～")
        first = last + 1 if through and last < sequence <= last + _LONGEST_RANGE else sequence
        for each in range(first, sequence + 1):
            number = replace(found.number, sequence=each, joined=())
            yield FoundNumber(number, match.start("sequence"), match.end(), f"{sequence}号")
        last, end = sequence, match.end()


def _is_document_title(title: str) -> bool:
    return bool(_DOCUMENT_TITLE.search(re.sub(r"\s+", "", title)))


def _titles(sentence: str) -> list[tuple[int, int]]:
    """Spans of 《…》 with their marks; 《 inside 《 is part of the title; one never closed is left out."""
    spans: list[tuple[int, int]] = []
    depth = start = 0
    for match in _TITLE_MARKS.finditer(sentence):
        if match.group() == "《":
            if depth == 0 or match.start() - start > _TITLE_LIMIT:
                depth, start = 0, match.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 or not _TITLE_MARKS.search(sentence, match.end()):
                spans.append((start, match.end()))
                depth = 0
    return spans


def _number_behind(sentence: str, end: int, numbers: list[FoundNumber]) -> tuple[list[FoundNumber], int, str]:
    """The numbers in the bracket behind a title, where the bracket ends, and the short name given there."""
    match = re.match(r"\s*[（(〔\[【]", sentence[end:])
    if not match:
        near = [n for n in numbers if n.start >= end and not sentence[end : n.start].strip()]
        return (near[:1], near[0].end, "") if near else ([], end, "")
    opening = end + match.end()
    close = _closing(sentence, opening)
    inside = [n for n in numbers if opening <= n.start and n.end <= close]
    content = sentence[opening:close]
    alias = _ALIAS.search(content)
    if not inside and not alias and not content.startswith(("见附件", "附件", "以下", "试行", "草案")):
        return [], end, ""
    if inside and sentence[opening : inside[0].start].strip(" 原即见") and "简称" not in content:
        return [], end, ""  # （根据某政发〔2021〕3号制定）
    return inside, min(close + 1, len(sentence)), alias[1].strip("《》“”") if alias else ""


def _closing(sentence: str, opening: int) -> int:
    depth = 1
    for i in range(opening, min(len(sentence), opening + 120)):
        c = sentence[i]
        depth += (c in "（(") - (c in "）)")
        if depth == 0:
            return i
    return min(len(sentence), opening + 120)


def _joined(sentence: str, found: list[FoundNumber]) -> DocumentNumber:
    """One number; two that are printed as one joint number (〔1994〕财办24号、某税二〔1994〕95号) stay joined."""
    if len(found) > 1:
        joint = read_number(sentence[found[0].start : found[-1].end])
        if joint and len(joint.joined) == len(found) - 1:
            return joint
    return found[0].number


def _number_before(
    sentence: str, start: int, numbers: list[FoundNumber], taken: set[int]
) -> tuple[FoundNumber, str] | None:
    for found in reversed(numbers):
        if found.end <= start:
            match = _NUMBER_THEN_TITLE.fullmatch(sentence[found.end : start])
            return (found, match["how"] or "") if match and found.start not in taken else None
    return None


def _groups(sentence: str, targets: list[_Target]) -> Iterator[list[_Target]]:
    """Targets named in one breath, 《甲》（…）、《乙》（…）和丙: one verb governs them all."""
    group: list[_Target] = []
    for target in targets:
        if group and not _in_one_breath(sentence, group[0].start, group[-1].end, target.start):
            yield group
            group = []
        group.append(target)
    if group:
        yield group


def _in_one_breath(sentence: str, first: int, start: int, end: int) -> bool:
    """True when only 、 or 和, and perhaps who issued the next one, stand between two names."""
    between = sentence[start:end]
    match = _SEPARATED.fullmatch(between)
    if not match:
        return False
    words = _ISSUED_BY.sub("", match["words"])
    if _GROUP_BREAKS.search(words):
        return False
    if not re.search(r"[，,；;]", between):
        return True
    # 原《甲》，《乙》同时废止 is one breath; 根据《甲》，《乙》同时废止 is not
    return len(words) <= 2 and not relations.is_governed(sentence, first)


def _is_own(mention: _Mention, own: DocumentNumber | None, title: str) -> bool:
    target = mention.target
    if target.number is not None:
        return own is not None and any(
            part == other or _same_decree(part, other) for part in own.parts for other in target.number.parts
        )
    if STRENGTH.index(mention.relation) > STRENGTH.index("based-on"):
        return False
    name, flat = fold_title(target.title), fold_title(title)
    return name == flat or bool(name and re.search(r"(?:印发|发布|公布|颁布|下发).*" + re.escape(name), flat))


def _same_decree(own: DocumentNumber, other: DocumentNumber) -> bool:
    """One decree under a longer and a shorter name: 省政府令第27号 in the text of 某某省人民政府令第27号.

    第707号, printed without its 令 line, is the 国务院令第707号 that its own text names.
    """
    if not (own.is_decree and other.is_decree and own.sequence == other.sequence):
        return False
    one, two = (n.code.replace("人民政府", "政府") for n in (own, other))
    return one.endswith(two) or two.endswith(one)


def _one_a_target(mentions: list[_Mention]) -> tuple[Reference, ...]:
    aliases = {fold_title(m.target.alias): m for m in mentions if m.target.alias}
    numbered = {
        fold_title(m.target.title): m.target.number for m in mentions if m.target.number and m.target.title
    }
    best: dict[object, Reference] = {}
    for mention in mentions:
        target = mention.target
        if target.number is None and (first := aliases.get(fold_title(target.title))):
            target = first.target
        name = fold_title(target.title)
        number = target.number or _number_of_title(name, numbered)
        if number is None and (_BARE_KIND.fullmatch(name) or not _is_document_title(name)):
            continue
        key: object = number or _key_of_title(name, best)
        reference = Reference(
            number=number.canonical if number else None,
            title=_clean(target.title),
            relation=mention.relation,
            evidence=mention.evidence,
        )
        best[key] = _stronger(best[key], reference) if key in best else reference
    return tuple(best.values())


def _clean(title: str) -> str:
    return re.sub(r"\s*\n\s*", "", title).strip()


def _number_of_title(name: str, numbered: Mapping[str, DocumentNumber]) -> DocumentNumber | None:
    """The number printed elsewhere with this title, with or without the issuer's name before it."""
    if len(name) < 6:
        return None
    for title, number in numbered.items():
        if title == name or title.endswith(name) or (name.endswith(title) and len(title) >= 6):
            return number
        if re.search(r"(?:印发|公布|发布)〈" + re.escape(name) + "〉的?(?:通知|通告|公告)$", title):
            return number  # 关于印发〈甲办法〉的通知 is how 甲办法 is kept
    return None


def _key_of_title(name: str, best: dict[object, Reference]) -> str:
    """The key under which the same title, with or without its issuer, is known already."""
    for key in best:
        if (
            isinstance(key, str)
            and len(key) >= 8
            and len(name) >= 8
            and (key.endswith(name) or name.endswith(key))
        ):
            return key
    return name


def _stronger(one: Reference, other: Reference) -> Reference:
    """The one with the stronger relation, the first at a tie; the longer of their titles."""
    title = max(one.title, other.title, key=len)
    strong = other if STRENGTH.index(other.relation) > STRENGTH.index(one.relation) else one
    return replace(strong, title=title)
