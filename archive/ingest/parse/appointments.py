"""Appointments: who is given or relieved of which post, read from the sentence's own form.

Specimens: 林 岚为汀州市财政局局长（试用期一年）；  陈舟的汀州市信访局副局长（正县级）职务。  任命张三、李四为某某；
某公司：决定提名：周川为某公司总经理。  免去王五同志的某职务；  赵六任甲局局长，免去其乙局局长职务。
免去钱七副局长职务, without 的, where an order stands before the name or above the line.
`X为Y` appoints and `X的Y职务` removes, whatever heading stands above: OCR of columns moves `免去：` behind the names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.ingest.parse.bare_posts import split_bare
from archive.ingest.parse.records import Appointment, Block

_HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
_BLANK = r"[ \u3000\u00a0]"
# 林岚, 林 岚, 欧阳某某, 阿卜杜·某某; （女） behind a name belongs to it
_NAME = (
    rf"(?:[{_HAN}](?:{_BLANK}*[{_HAN}]){{1,3}}?|[{_HAN}]{{1,8}}(?:[·•・．][{_HAN}]{{1,10}}){{1,4}})"
    r"(?:[（(](?:男|女|[^（）()]{1,4}族|[男女][，,、][^（）()]{1,8})[）)])?"
)
_NAMES = rf"{_NAME}(?:[、，,和]{_BLANK}*{_NAME}){{0,20}}?"
_PEOPLE = rf"(?P<names>{_NAMES}){_BLANK}*(?:等?[0-9一二三四五六七八九十]*(?:位|名)?同志)?"

_BETWEEN_NAMES = re.compile(
    rf"[、，,](?![^（()）]*[）)])|(?<=[{_HAN}][{_HAN}])和(?=[{_HAN}][{_HAN}])"
)  # 和继明: 和 is a surname, too
_PERSONNEL_TITLE = re.compile(
    r"任免|任职(?!资格|条件|年限|培训)|免职|任命|免去|聘任|解聘|挂职|提名|辞去.*职务"
)
_RULES_TITLE = re.compile(
    r"(?:办法|规定|条例|细则|规则|制度|方案|意见|标准)(?:[（(][^（）()]*[）)])?(?:的通知)?$"
)
# 决定任命：, 提名免去:, 建议免去：, 现任命如下：
_ORDER = (
    r"(?:提请|提名|建议|推荐|决定|同意|现)?(?:任命|聘任|任职|免去|免除|免职|解聘|提名|推荐|建议)"
    r"(?:免去|任命|免职|任职)?(?:如下|以下(?:同志|人员))?[：:]"
)
_ORDERS = re.compile(_ORDER)
# 研究决定任命, 同意提名免去: the person stands behind such words, or at the start of the sentence
_ORDER_WORDS = re.compile(r"(?:决定|同意|现|提请|建议|提名|推荐|任命|聘任|聘请|免去|免除|解聘|接受)+")
_APPOINTS = re.compile(
    rf"{_PEOPLE}"
    r"(?:兼任|(?:挂职)?担任|挂任|挂职任|续任|为|(?<![主责信担胜兼委升聘现历常])任(?![务期何职意性免]))[ \u3000]*"
    # a comma inside a bracket belongs to the remark: （挂职，时间两年）
    r"(?P<post>(?:[^，,；;。（(]|[（(][^（）()]*[）)]|[（(])+)"
)
_REMOVES = re.compile(
    rf"{_PEOPLE}(?:[所兼担现]任的?|的|辞去(?:的)?){_BLANK}*(?:[所兼担现]任的?)?(?P<post>[^；;。]{{2,160}}?)职务(?P<remark>[（(][^（）()]*[）)])?"
    r"(?:的(?:请求|申请))?(?:自然)?(?:免除|不再保留)?"
)
_REMOVES_COMRADE = re.compile(
    rf"(?P<names>{_NAMES})同志(?:的|[所兼担现]任的?)?{_BLANK}*(?P<post>[^；;。，,]{{2,160}}?)职务(?P<remark>[（(][^（）()]*[）)])?"
)
# 免去张三副局长职务: where the name ends, its characters say
_REMOVES_BARE = re.compile(r"(?P<said>[^；;。：:]{4,160}?)职务(?P<remark>[（(][^（）()]*[）)])?(?=$|[，,])")
_REMOVAL_WORDS = re.compile(r"(?:免去|免除|解聘|撤销)$")
_PLACE = re.compile(r"^(?P<place>.{1,10}?(?:省|市|县|区|州|盟|旗))")
_LEAVES = re.compile(
    rf"{_PEOPLE}不再(?:担任|兼任|任)(?P<post>[^；;。，,]{{2,160}}?)(?:职务)?(?P<remark>[（(][^（）()]*[）)])?$"
)
_ALSO_REMOVED = re.compile(
    r"(?:免去其|不再担任|不再兼任)(?:现任|原任|兼任)?的?(?P<post>[^；;。，,]{2,160}?)(?:职务|$)"
)
# 林岚为财政局局长，兼任国资委主任
_ALSO_APPOINTED = re.compile(r"^[，,]\s*(?:并)?(?:同时)?兼任(?P<post>[^，,；;。]{2,60})")
_FORMS = ((_LEAVES, True), (_REMOVES, True), (_REMOVES_COMRADE, True), (_APPOINTS, False))
# A person begins here: used to tell a new sentence from the rest of one that columns cut apart.
_BEGINS = re.compile(rf"^(?:{_ORDER}|(?:任命|免去|聘任|提名)?{_PEOPLE}(?:兼任|担任|为|任|的|不再|辞去))")
_NEXT_PERSON = re.compile(
    rf"[，,](?!不再|同时|兼任|免去其|原任|现任)(?=(?:任命|免去|聘任|提名)?{_NAME}(?:同志)?(?:为|任|兼任|担任|的))"
)

_DATE = re.compile(r"(?<![自于从至到])(?:19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日(?![起止至])")
_DECIDES = re.compile(r"(?:^|(?<=[。；：:]))(?:经)?(?P<body>[^，,；;。：:]{3,30}?)(?:研究)?决定")
# not inside a bracket: 副局长（正县级；试用期一年）
_SENTENCE_END = re.compile(r"(?<=[；;。：:])(?![^（()）。]{0,40}[）)])")
_BRACKET = re.compile(r"[（(][^（）()]*[）)]")
_TRAILING_BRACKET = re.compile(r"[（(](?P<inside>[^（）()]*)[）)]$")
# 提名周川为某公司总经理人选
_CANDIDATE = re.compile(r"人选$")
_REMARK = re.compile(
    r"试用|兼|级|待遇|挂职|任期|聘期|保留|代理|主持|列|排|退休|时间|年|月|任职|不再|援|锻炼|公务员|职级|编制|续聘|聘任"
)
_REMARK_BEHIND_COMMA = re.compile(
    r"[，,](?P<remark>(?:试用期|任职试用期|任期|聘期|任职时间|挂职|保留|享受|原职级|职级).{1,30})$"
)
# What a post ends with: else 试用期为一年 would name a person.
_POST = re.compile(r"[长任记员师席理事书学察官委督问监专代级授使人务政佐董总工者手]$|组织|院士")
_NO_NAME = re.compile(
    r"[0-9]|[0-9一二三四五六七八九十]+[年月日期]|第.{1,3}条|^(?:切实|以便|以下|其中|以上|上述|下列|有关|本[次届人]|任期|为|现|经|决定|任命|免去|提名|同意|建议|推荐|聘任|该|其|不再|同时)"
)
_PERSON_COLUMN = re.compile(r"^姓\s*名$|^人\s*员$")
_POST_COLUMN = re.compile(r"(?:任命|拟任|新任|任|免去|免|聘任|提名)?(?:的)?职\s*务$|任职$|免职$")
_SKIPPED_KINDS = frozenset({"recipient", "signature", "date", "note", "attachment", "table", "roster"})


@dataclass(frozen=True, slots=True)
class _Order:
    """A line that says what follows: 任命：, 免去：, 提名：, 提名免去：."""

    removes: bool
    nominates: bool


def find_appointments(blocks: Sequence[Block], title: str) -> tuple[Appointment, ...]:
    """The appointments and dismissals of a personnel notice, in the order printed; () for any other document.

    A sentence that columns cut apart, with the signature or the date between its halves, is joined again;
    one whose end is nowhere printed is left out.
    """
    if not _is_personnel(blocks, title):
        return ()
    clauses = list(_clauses(blocks))
    orders = [_order(clause) for clause in clauses]
    place = match["place"] if (match := _PLACE.match(re.sub(r"\s+", "", title))) else ""
    found: list[Appointment] = []
    for i, clause in enumerate(clauses):
        if orders[i] is None:
            found.extend(list(_read(clause, i, orders)) or _read_bare(clause, i, orders, place))
    found.extend(_in_tables(blocks))
    return tuple(found)


def _in_tables(blocks: Sequence[Block]) -> Iterator[Appointment]:
    """Those of tables with the columns 姓名 and 职务, under the order that stands above: 免去：, else 任命：."""
    order: _Order | None = None
    for block in blocks:
        if block.kind not in _SKIPPED_KINDS:
            order = next((o for line in block.text.splitlines()[::-1] if (o := _order(line.strip()))), order)
        if block.kind != "table":
            continue
        header, *rows = (line.split("\t") for line in block.text.splitlines() or [""])
        person_at = next((i for i, cell in enumerate(header) if _PERSON_COLUMN.search(cell)), None)
        post_at = next((i for i, cell in enumerate(header) if _POST_COLUMN.search(cell)), None)
        if person_at is None or post_at is None or person_at == post_at:
            continue
        removal = bool(re.search(r"免", header[post_at])) or bool(order and order.removes)
        nominates = bool(order and order.nominates) or "提名" in header[post_at]
        action = {
            (False, False): "appoint",
            (True, False): "remove",
            (False, True): "nominate",
            (True, True): "nominate-removal",
        }[removal, nominates]
        for row in rows:
            if len(row) <= max(person_at, post_at) or not row[post_at].strip():
                continue
            for printed in _people(row[person_at].strip()):
                if printed:
                    yield _appointment(action, printed, *_post_and_remark(row[post_at], ""))


def _is_personnel(blocks: Sequence[Block], title: str) -> bool:
    flat = re.sub(r"\s+", "", title)
    if _PERSONNEL_TITLE.search(flat) and not _RULES_TITLE.search(flat):
        return True
    return any(
        _ORDERS.search(line.strip()[-20:])
        for block in blocks
        if block.kind not in _SKIPPED_KINDS
        for line in block.text.splitlines()
        if line.rstrip().endswith(("：", ":"))
    )


def _clauses(blocks: Sequence[Block]) -> Iterator[str]:
    """The sentences of the notice, one person's or one order each, without signature and date."""
    signers = {re.sub(r"\s+", "", b.text) for b in blocks if b.kind == "signature"}
    lines = [line.strip() for b in blocks if b.kind not in _SKIPPED_KINDS for line in b.text.splitlines()]
    signers |= {match["body"] for line in lines for match in _DECIDES.finditer(line)}
    pending = ""
    for line in lines:
        line = _DATE.sub("", line).strip()
        if not line or line in signers:
            continue
        for piece in _SENTENCE_END.split(line):
            piece = _without_signer(piece.strip(), signers)
            if pending and (_BEGINS.match(piece) or _ORDERS.search(piece)):
                yield pending
                pending = ""
            pending += piece
            if pending.endswith(("；", ";", "。", "：", ":")):
                yield pending
                pending = ""
    if pending:
        yield pending


def _without_signer(line: str, signers: set[str]) -> str:
    """A line without the signature that columns pushed before it: 某市人民政府王五的某局局长职务。"""
    for signer in signers:
        rest = line.removeprefix(signer)
        if rest != line and _BEGINS.match(rest) and not rest.startswith(("的", "为")):
            return rest
    return line


def _order(clause: str) -> _Order | None:
    match = _ORDERS.search(clause)
    if not match or match.end() != len(clause):
        return None
    said = match.group() + clause[max(0, match.start() - 4) : match.start()]
    return _Order(
        removes=bool(re.search(r"免|解聘", said)), nominates=bool(re.search(r"提名|推荐|建议", said))
    )


def _read(clause: str, at: int, orders: Sequence[_Order | None]) -> Iterator[Appointment]:
    """Every person of one sentence."""
    clause = clause.rstrip("；;。 ")
    for part in _NEXT_PERSON.split(clause):
        order, removal, people, post, remark, rest = _parse(part)
        if not people:
            continue
        nominates = bool(re.search(r"提名|推荐|建议", order)) or (
            not order and _nominates(at, orders, removal)
        )
        action = (
            ("nominate-removal" if nominates else "remove")
            if removal
            else ("nominate" if nominates else "appoint")
        )
        for printed in people:
            yield _appointment(action, printed, post, remark)
            if not removal and (second := _ALSO_APPOINTED.match(rest)):
                yield _appointment(action, printed, *_post_and_remark(second["post"], ""))
            if not removal and (also := _ALSO_REMOVED.search(rest)):
                also_post, also_remark = _post_and_remark(also["post"], "")
                yield _appointment("remove", printed, also_post, also_remark)


def _read_bare(clause: str, at: int, orders: Sequence[_Order | None], place: str) -> Iterator[Appointment]:
    """Those that a sentence relieves without 的 between name and post, under or behind 免去."""
    clause = clause.rstrip("；;。 ")
    ordered = next((o for o in reversed(orders[:at]) if o), None)
    starts = [match.end() for match in _ORDER_WORDS.finditer(clause) if _REMOVAL_WORDS.search(match.group())]
    if ordered is not None and ordered.removes:
        starts.append(0)
    for start in starts:
        match = _REMOVES_BARE.match(clause, start)
        removed = _bare_pieces(match["said"], place) if match else []
        if match is None or not removed:
            continue
        said_before = clause[:start]
        nominates = bool(re.search(r"提名|推荐|建议", said_before)) or (
            not said_before and _nominates(at, orders, True)
        )
        for people, said in removed:
            post, remark = _post_and_remark(said, (match["remark"] or "").strip("（）()"))
            for printed in people:
                yield _appointment("nominate-removal" if nominates else "remove", printed, post, remark)
        return


def _bare_pieces(said: str, place: str) -> list[tuple[list[str], str]]:
    """(persons, post) of each piece of 林岚副市长，陈舟秘书长; [] where one does not read so."""
    pieces: list[tuple[list[str], str]] = []
    for piece in re.split(r"[，,]", said):
        split = split_bare(piece, place)
        if split is None or not _POST.search(_BRACKET.sub("", split[1])):
            return []
        pieces.append(split)
    return pieces


def _parse(part: str) -> tuple[str, bool, list[str], str, str, str]:
    """(order before the names, whether it removes, names as printed, post, remark, what follows); no names: none."""
    starts = [(match.group(), match.end()) for match in _ORDER_WORDS.finditer(part)]
    if not _ORDER_WORDS.match(part):
        starts.insert(0, ("", 0))
    for order, start in starts[:6]:
        for pattern, removal in _FORMS:
            match = pattern.match(part, start)
            if not match or not (people := _people(match["names"])):
                continue
            behind = part[match.end() :]
            remark = match["remark"] if removal else None
            if comma := _REMARK_BEHIND_COMMA.match(behind):
                remark = "；".join(part for part in (remark, comma["remark"]) if part)
            post, remark = _post_and_remark(match["post"], (remark or "").strip("（）()"))
            if _POST.search(_BRACKET.sub("", post)):
                return order, removal, people, post, remark, behind
    return "", False, [], "", "", ""


def _people(names: str) -> list[str]:
    people = [re.sub(r"[（(].*?[）)]", "", name).strip() for name in _BETWEEN_NAMES.split(names)]
    if any(_NO_NAME.search(re.sub(r"\s+", "", name)) for name in people):
        return []
    return people


def _nominates(at: int, orders: Sequence[_Order | None], removal: bool) -> bool:
    """True when the order that governs this sentence is 提名：or 提名免去：.

    That is the nearest order of the sentence's own kind above it, or the next one below when columns moved it there.
    """
    above = [o for o in orders[:at] if o and o.removes == removal]
    below = [o for o in orders[at:] if o and o.removes == removal]
    governing = above[-1] if above else below[0] if below else None
    return governing is not None and governing.nominates


def _post_and_remark(post: str, remark: str) -> tuple[str, str]:
    """The post as printed, and the remark in brackets behind it: 副局长（兼） gives 副局长 and 兼.

    A bracket that holds a second post, 局长（主任）, stays in the post.
    """
    post = _CANDIDATE.sub("", post.strip())
    remarks = [remark] if remark else []
    while (match := _TRAILING_BRACKET.search(post)) and _REMARK.search(match["inside"]):
        remarks.insert(0, match["inside"].strip())
        post = post[: match.start()].strip()
    return post, "；".join(remarks)


def _appointment(action: str, printed: str, post: str, remark: str) -> Appointment:
    return Appointment(
        action=action, person=re.sub(r"\s+", "", printed), post=post, remark=remark, person_as_printed=printed
    )
