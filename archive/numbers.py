"""Document numbers (发文字号): read any printed form, canonicalise, sort, and find them in running text.

Specimens: 晋政发〔2022〕1号, （国发[2019]5号）, 沪价费[94]第121号, 厦府〔1992〕综018号, [1992]京商字119号, 国务院令第707号,
市人民政府第14号令, 省税务局公告2015年第6号, 人大常委会公告〔8届〕第14号, 浙税二〔1994〕95号、[1994]财办24号.
"""

import re
from dataclasses import dataclass, field, replace

# One character for one character, so that a span in the folded text is a span in the printed text.
_BRACKETS = {
    "〔": "[［【(（﹝〖〘〚⟦⦗〈＜<{｛「『",
    "〕": "]］】)）﹞〗〙〛⟧⦘〉＞>}｝」』",
}
_FOLD = {ord(c): to for to, group in _BRACKETS.items() for c in group}
_FOLD |= {ord("０") + i: str(i) for i in range(10)}
_FOLD |= {ord("Ａ") + i: chr(ord("A") + i) for i in range(26)}
_FOLD |= {ord("ａ") + i: chr(ord("a") + i) for i in range(26)}
_FOLD |= dict.fromkeys(map(ord, "○〇◯零Ｏ"), "零")
_FOLD |= dict.fromkeys(map(ord, "－–—―−‐‑﹣"), "-")
_FOLD |= dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\ue003\t"), " ")
_FOLD |= {ord("，"): ",", ord("／"): "/", ord("號"): "号", ord("？"): "?"}

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_CN = "零一二三四五六七八九十百千"
# a code as printed: Han and Latin letters, with a part in brackets at times (京价〔收〕字); joint issuers by 、
_CODE_CHARS = r"A-Za-z\u3400-\u9fff·、"
_CODE = rf"(?:[{_CODE_CHARS}]{{0,20}}第[0-9]{{1,2}}(?=届))?[{_CODE_CHARS}]{{0,120}}(?:〔[{_CODE_CHARS}]{{1,6}}〕[{_CODE_CHARS}]{{0,8}}){{0,2}}"
_YEAR = r"(?:(?:19|20)[0-9]{2}|[0-9]{2}|[一二][零一二三四五六七八九]{3})"
_FULL_YEAR = r"(?:19|20)[0-9]{2}"
_SEQUENCE = rf"(?:[0-9]{{1,6}}|[0-9]{{0,3}}[lIOo][0-9lIOo]{{0,3}}|[{_CN}]{{1,7}})"
# 沪房[1994]拆字发第92号, 京林发[1994][公]字第10号
_BRANCH = r"[A-Za-z\u3400-\u9fff]{0,10}?(?:〔[\u3400-\u9fff]{1,4}〕[\u3400-\u9fff]{0,4}?)?"

_BRACKETED = re.compile(
    rf"(?P<code>{_CODE})〔(?P<year>{_YEAR})年?〕(?P<dated>年)?-?(?P<branch>{_BRANCH})"
    rf"(?P<de>第?)〔?(?P<sequence>{_SEQUENCE})〕?(?P<hao>号?)〕?(?P<tail>令|公告|通告)?文?件?"
)
# 温政办[201547号, 锡政规[20151号: the closing bracket was lost or read as a figure
_HALF_BRACKETED = re.compile(
    rf"(?P<code>{_CODE})〔(?P<year>{_FULL_YEAR})(?P<sequence>[0-9]{{1,4}})(?P<hao>号)"
)
# 北京市人民政府令[94年第27号]
_ALL_IN_BRACKETS = re.compile(
    rf"(?P<code>{_CODE})〔(?P<year>{_YEAR})(?P<dated>年)第?(?P<sequence>{_SEQUENCE})号〕"
)
# 公告2015年第6号, 令91年第21号, 2015年第2号公告, 字1993第5号, 2015挂牌公告第〔5〕号
_DATED = re.compile(
    rf"(?P<code>{_CODE})(?P<year>{_YEAR})(?P<dated>年?)(?P<branch>[\u3400-\u9fff]{{0,8}}?)"
    rf"第〔?(?P<sequence>{_SEQUENCE})〕?号(?P<tail>令|公告|通告)?文?件?"
)
# 淄知字2015-36号, 2022/1, and what a reader types: 浙政发 2022 1 (the blank is kept as one "-")
_DASHED = re.compile(rf"(?P<code>{_CODE})(?P<year>{_YEAR})年?[-/](?P<sequence>[0-9]{{1,6}})(?P<hao>号?)")
# 沪土发1993181号
_RUN_TOGETHER = re.compile(
    rf"(?P<code>{_CODE})(?P<year>{_FULL_YEAR})年?(?P<sequence>[0-9]{{1,4}})(?P<hao>号?)"
)
# 公告〔8届〕第14号, 公告8-14
_SESSION = re.compile(
    rf"(?P<code>{_CODE})(?:〔(?P<session>[0-9]{{1,2}}|[{_CN}]{{1,3}})届〕|(?P<short>[0-9]{{1,2}})-)"
    rf"第?(?P<sequence>{_SEQUENCE})(?P<hao>号?)"
)
# 1994年某市人民政府令第19号
_YEAR_LEADS = re.compile(
    rf"(?P<year>{_YEAR})(?P<dated>年)(?P<code>{_CODE}(?:令|公告|通告))〔?第〔?(?P<sequence>{_SEQUENCE})号〕?"
)
# 国务院令第707号, 政府令[第48号], 政府第14号令, 第四十九号
_YEARLESS = re.compile(
    rf"(?P<code>{_CODE})〔?(?P<de>第)〔?(?P<sequence>{_SEQUENCE})〕?号〕?(?P<tail>令|公告|通告)?(?:文件?)?"
)
# 政府令31号, 公告[11号], 政府179号文
_YEARLESS_BARE = re.compile(
    rf"(?P<code>{_CODE}(?<!第))(?:〔(?P<boxed>[0-9]{{1,3}})号〕|(?P<sequence>{_SEQUENCE})号)"
    rf"(?P<tail>令|公告|通告)?(?:文件?)?"
)
# What a code without a year may end with: else 中山路12号 would be a number.
_YEARLESS_ENDS = re.compile(
    r"(?:令|公告|通告|公报|决定|命令|政府|委员会|人大|常委会|局|厅|部|院|署|市|省|府|发|字|函|文|办|政|规|通|电)$"
)
_NO_CODE = re.compile(r"关于|根据|按照|依据|附件|印发|[路街巷弄]$")
_LEAD = re.compile(
    r"^(?:[?■□●◆★\ufeff]+|摘自|文号:?|发文字号:?|(?:19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日(?=[\u3400-\u9fff]))"
)
_ABBREVIATED = re.compile(r"[发字函文规办]$")
_REPUBLIC = re.compile(r"^中华人民共和国(?=\S{2,}(?:令|公告|通告)$)")
_JOINT = re.compile(r"号文?[、,;/; 和]*(?=[〔A-Za-z\u3400-\u9fff][^号]{1,30}[0-9零一二三四五六七八九十]号)")


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """One document number. Two are equal when they name the same document, however they are printed.

    `code` is the issuing code (晋政发), for a decree the words before 第 (国务院令), "" where none is printed.
    `year` is None for a decree counted without years. `branch` stands between year and sequence (厦府〔1992〕综018号).
    `joined` holds the numbers printed behind this one (浙税二〔1994〕95号、〔1994〕财办24号).
    `misread` says that letters stood where figures belong (l for 1, O for 0).
    """

    code: str
    year: int | None
    sequence: int | None
    session: str = ""
    branch: str = ""
    joined: tuple["DocumentNumber", ...] = ()
    year_first: bool = field(default=False, compare=False)
    dated: bool = field(default=False, compare=False)
    misread: bool = field(default=False, compare=False)

    @property
    def canonical(self) -> str:
        """晋政发〔2022〕1号; a decree keeps its form: 国务院令第707号, 省税务局公告2015年第6号."""
        return "、".join([self._one(), *(n._one() for n in self.joined)])

    def _one(self) -> str:
        if self.session:
            return f"{self.code}〔{self.session}〕{self.branch}{self.sequence}号"
        if self.year is None:
            return f"{self.code}第{self.sequence}号"
        if self.dated:
            return f"{self.code}{self.year}年{self.branch}第{self.sequence}号"
        if self.year_first:
            return f"〔{self.year}〕{self.code}{self.sequence}号"
        return f"{self.code}〔{self.year}〕{self.branch}{self.sequence}号"

    @property
    def sort_key(self) -> tuple[str, int, int, str, int, tuple[object, ...]]:
        """By code, then session, year, branch and sequence; what counts no years stands first."""
        session = int(self.session[:-1]) if self.session else 0
        return (
            self.code,
            session,
            self.year or 0,
            self.branch,
            self.sequence or 0,
            tuple(n.sort_key for n in self.joined),
        )

    @property
    def is_decree(self) -> bool:
        """True for numbers counted without a year: 国务院令第707号, 第四十九号."""
        return self.year is None and not self.session

    @property
    def parts(self) -> tuple["DocumentNumber", ...]:
        """Each of the joined numbers by itself."""
        return (replace(self, joined=()), *self.joined)


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number inside running text; `text[start:end] == printed`."""

    number: DocumentNumber
    start: int
    end: int
    printed: str


def fold_number_text(text: str) -> str:
    """`text` with brackets, figures and blanks in one form each, character for character."""
    return text.translate(_FOLD)


def read_number(text: str) -> DocumentNumber | None:
    """Return the number that `text` is, None when it is anything else or holds no sequence (重府发[1994])."""
    if not text or len(text) > 240:
        return None
    folded = _unwrap(_tidy(fold_number_text(text)))
    if not folded or not re.search(rf"[0-9{_CN}]|[lIO]号", folded):
        return None
    parts: list[DocumentNumber] = []
    for piece in _split_joint(folded):
        number = _read_one(piece, follows=bool(parts))
        if number is None:
            return None
        if number not in parts:  # 赣商发〔饮〕〔1992〕143号/赣商发〔饮〕〔1992〕143号
            parts.append(number)
    if len(parts) == 1:
        return parts[0]
    return replace(parts[0], joined=tuple(parts[1:]), misread=any(n.misread for n in parts))


def canonical(text: str) -> str | None:
    """The canonical form of the number that `text` is, None when it is none."""
    number = read_number(text)
    return number.canonical if number else None


def is_number_line(line: str) -> bool:
    """True for a line that is only a number, as it stands under a title: （国发〔2019〕5号）, 国务院令 第707号."""
    folded = fold_number_text(line).strip()
    if len(folded) > 120 or ("号" not in folded and "〔" not in folded):
        return False
    number = read_number(line)
    if number is None:
        return False
    # 粤府[92]170, [2015]-1059: without 号 a code or the dash must show that it is no note (2015)12
    return "号" in folded or bool(number.code) or "〕-" in folded


def _tidy(text: str) -> str:
    """Blanks out, doubled signs once, dates and marks in front off; blanks between figures become "-"."""
    text = text.strip(" \n\r。.?；;、,:")
    text = re.sub(r"(?<=[0-9])\s+(?=[0-9])", "-", text)
    text = re.sub(r"(?<=号)\s+(?=\S)", " ", text)
    text = re.sub(r"(?<!号)\s+|\s+$", "", text)
    text = re.sub(r"(?<=[令告])等(?=[0-9])", "第", text)  # 令等3号, misread
    text = re.sub(r"〔[〔〕]*(?=〔)|〔〕(?=[0-9]{4}〕)|〕+(?=〕)|号(?=号)", "", text)
    while match := _LEAD.match(text):
        text = text[match.end() :]
    return text


def _unwrap(text: str) -> str:
    """〔晋政办〔2015〕107号〕 without its outer brackets; an odd opening bracket in front goes too."""
    while text.startswith("〔") and text.endswith("〕") and "〕" not in _balanced_head(text):
        text = text[1:-1].strip()
    if text.startswith("〔") and text.count("〔") > text.count("〕") and not re.match(rf"〔{_YEAR}", text):
        text = text[1:]
    return text


def _balanced_head(text: str) -> str:
    """What stands behind the bracket that closes the first one ("" when it closes at the end)."""
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "〔") - (c == "〕")
        if depth == 0:
            return text[i:] if i < len(text) - 1 else ""
    return ""


def _split_joint(text: str) -> list[str]:
    """浙税二〔1994〕95号、〔1994〕财办24号 in its numbers; the 、 inside a code (two bodies) stays."""
    pieces, start = [], 0
    for match in _JOINT.finditer(text):
        cut = text.index("号", match.start()) + 1
        rest = text[match.end() :]
        if rest.startswith(("令", "公告", "通告")) and match.end() == cut:
            continue
        pieces.append(text[start:cut])
        start = match.end()
    pieces.append(text[start:])
    return [p.strip() for p in pieces]


_FORMS = (
    _BRACKETED,
    _ALL_IN_BRACKETS,
    _HALF_BRACKETED,
    _YEAR_LEADS,
    _DATED,
    _DASHED,
    _RUN_TOGETHER,
    _SESSION,
)


def _read_one(text: str, follows: bool = False) -> DocumentNumber | None:
    """One number without blanks. `follows`: it stands behind another (82号财行92号), so its code may be short."""
    text = text.replace(" ", "")
    for pattern in _FORMS:
        match = pattern.fullmatch(text)
        if match and (number := _number_of(match.groupdict())):
            return number
    match = _YEARLESS.fullmatch(text) or _YEARLESS_BARE.fullmatch(text)
    if not match:
        return None
    found = match.groupdict()
    found["sequence"] = found["sequence"] or found.get("boxed")
    code = match["code"] + (match["tail"] or "")
    if code and not _YEARLESS_ENDS.search(code) and not (follows and len(code) <= 8):
        return None
    return _number_of(found) if code or found.get("de") else None


def _number_of(found: dict[str, str | None]) -> DocumentNumber | None:
    code, branch = found.get("code") or "", found.get("branch") or ""
    if _NO_CODE.search(code):
        return None
    sequence, misread = _read_figures(found["sequence"] or "")
    year = _read_year(found.get("year") or "")
    if sequence is None or (found.get("year") and year is None):
        return None
    if (tail := found.get("tail")) and not code.endswith(tail):
        code += tail
    session = found.get("session") or found.get("short")
    code = _REPUBLIC.sub("", code)
    year_first = bool(year and not code and branch)
    if year_first:
        code, branch = branch, ""
    # 甘地税发1994年第007号 is 甘地税发〔1994〕7号; only bodies and their 令 and 公告 count 2015年第6号
    dated = bool(found.get("dated")) and not _ABBREVIATED.search(code)
    return DocumentNumber(
        code=code,
        year=year,
        sequence=sequence,
        session=f"{_read_figures(session)[0]}届" if session else "",
        branch=branch,
        year_first=year_first,
        dated=dated,
        misread=misread,
    )


def _read_year(text: str) -> int | None:
    """1994 of 1994, 94 or 一九九四; two figures below 50 are of this century."""
    if not text:
        return None
    if not text.isascii():
        text = "".join(str(_DIGITS[c]) for c in text)
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < 50 else 1900)
    return year if 1900 <= year < 2100 else None


def _read_figures(text: str) -> tuple[int | None, bool]:
    """The value of 018, 四十九, 一五四 or ll (then the second value, misread, is True)."""
    if text.isascii():
        mended = text.replace("l", "1").replace("I", "1").replace("O", "0").replace("o", "0")
        return int(mended), mended != text
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)), False
    total = digit = 0
    for c in text:
        if c in _UNITS:
            total += (digit or 1) * _UNITS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit, False


# ---- numbers inside running text

# What stands between an issuing code and its sequence: 〔2022〕15号, [94]第121号, 〔2022〕43、48号, 〔8届〕14号
_IN_TEXT = re.compile(
    rf"〔\s?(?:(?P<year>{_YEAR})\s?年?|[0-9]{{1,2}}届)\s?〕\s?年?\s?"
    r"(?:[\u3400-\u9fff]{1,3}字[发]?|[综通地沧](?=[0-9]))?\s?"
    r"第?\s?(?P<sequences>[0-9][0-9lO]{0,5}(?:\s?[、,和]\s?[0-9]{1,5}){0,8})\s?号"
)
# 国务院令第707号, 公告〔2021〕第7号, 令 2018年第2号, 政府令[第48号], 公告2022年第7号
_DECREE_IN_TEXT = re.compile(
    rf"(?<=[令告])\s?(?:〔?\s?(?P<year>{_FULL_YEAR})\s?年?\s?〕?\s?年?\s?)?"
    rf"〔?第\s?(?P<sequence>[0-9]{{1,5}}|[{_CN}]{{1,7}})\s?号〕?"
)
# 政府第14号令, 省政府2015年第3号令
_DECREE_BEHIND = re.compile(
    rf"(?:(?P<year>{_FULL_YEAR})年)?第?\s?(?P<sequence>[0-9]{{1,5}}|[{_CN}]{{1,7}})\s?号(?P<tail>令|公告|通告)"
)
# 沪土发1993181号 and 晋政发2022年15号 in running text: only behind a code that ends like one
_BARE_IN_TEXT = re.compile(rf"(?<=[发函字])\s?(?P<year>{_FULL_YEAR})(?:\s?年\s?第?|第|-|\s)?\s?(?P<sequence>[0-9]{{1,4}})\s?号")

_WINDOW = 48
_CODE_BEFORE = re.compile(r"(?:[A-Za-z\u3400-\u9fff·]+(?:〔[\u3400-\u9fff]{1,4}〕[\u3400-\u9fff]{0,8})?)\s?$")
# Words that stand before a number in a sentence and in no code; the code starts behind the last of them.
_WORDS_BEFORE = re.compile(
    r"根据|依据|按照|依照|遵照|参照|对照|比照|贯彻|落实|执行|结合|废止|修订|修改|修正|印发|下发|转发|批转|发布|公布|颁布|施行"
    r"|制定|出台|文件|通知|意见|以及|同时|关于|属于|包括|取消|撤销|代替|替代|规定|要求|精神|批准|印制|通过|明确|遵循|适用|实施"
    r"|收到|来函|附上|参见|详见|简称|所称|其中|此前|原有|上述|分别|涉及|符合|违反|属|第[0-9]+条"
)
_WORDS_BEFORE_DECREE = re.compile(_WORDS_BEFORE.pattern + r"|日|第.{1,3}次会议|[0-9]|[和及与或按以由经将对见的在]")
# One character that may belong to a code (和政发, 经信发): taken off only when a whole code is left.
_CHARACTER_BEFORE = re.compile(r"^[和及与或按以由经将对见的在即为原从把被是并依据照因]+")
_MINISTRY = re.compile(r".*[部委厅局院会府](?=[\u3400-\u9fff]{2,8}[发函字办规文]$)")


def find_numbers(text: str, codes: frozenset[str] = frozenset()) -> list[FoundNumber]:
    """Every number in running text, in order, none inside another.

    `codes` are codes known to be in use; they settle where a code begins (根据晋政办函〔2022〕15号 holds
    晋政办函). Without them the words that stand before numbers in sentences do.
    """
    if "号" not in text:
        return []
    folded = fold_number_text(text).replace("\n", " ")
    found: list[FoundNumber] = []
    spans: list[tuple[int, re.Match[str]]] = []
    for pattern in (_IN_TEXT, _DECREE_IN_TEXT, _DECREE_BEHIND, _BARE_IN_TEXT):
        spans.extend((match.start(), match) for match in pattern.finditer(folded))
    spans.sort(key=lambda pair: pair[0])
    reached = 0
    for start, match in spans:
        if start < reached:
            continue
        numbers = _numbers_at(folded, text, match, reached, codes)
        found.extend(numbers)
        if numbers:
            reached = match.end()
    return found


def _numbers_at(
    folded: str, text: str, match: re.Match[str], reached: int, codes: frozenset[str]
) -> list[FoundNumber]:
    """The numbers whose year and sequence are `match`: one, or more for 〔2022〕43、48号; [] when it is none."""
    decree = match.re is _DECREE_IN_TEXT or match.re is _DECREE_BEHIND
    start = _code_start(folded, max(reached, match.start() - _WINDOW), match.start(), codes, decree)
    code = folded[start : match.start()]
    if decree and (match.start() == start or _WORDS_BEFORE_DECREE.fullmatch(code)):
        return []
    if match.re is _BARE_IN_TEXT and len(code.strip()) < 3:
        return []
    listed = re.split(r"[、,和]", match["sequences"]) if match.re is _IN_TEXT else [""]
    if len(listed) == 1:
        number = read_number(folded[start : match.end()])
        return [FoundNumber(number, start, match.end(), text[start : match.end()])] if number else []
    head = folded[start : match.start("sequences")]
    numbers, at = [], start
    for sequence in listed:
        number = read_number(f"{head}{sequence}号")
        if number is None:
            return []
        end = match.end() if sequence is listed[-1] else folded.index(sequence, at) + len(sequence)
        numbers.append(FoundNumber(number, at, end, text[at:end]))
        at = end
    return numbers


def _code_start(folded: str, floor: int, end: int, codes: frozenset[str], decree: bool) -> int:
    """Where the code that ends at `end` begins; `end` itself when no code stands there (〔1994〕财外26号)."""
    window = folded[floor:end]
    stripped = window.rstrip()
    if not decree or stripped.endswith(("令", "公告", "通告")):
        for length in range(min(len(stripped), _WINDOW), 2, -1):
            if stripped[-length:] in codes:
                return floor + len(stripped) - length
    match = _CODE_BEFORE.search(window)
    if not match:
        return end
    start, run = match.start(), match.group()
    opened = start == 0 or window[start - 1] in "〔《、;"  # a bracket before it: no words of a sentence in the run
    words = _WORDS_BEFORE_DECREE if decree else _WORDS_BEFORE
    for cut in words.finditer(run):
        if len(run[cut.end() :].strip()) >= 2:
            start, opened = match.start() + cut.end(), True
    run = window[start:]
    if not opened and (single := _CHARACTER_BEFORE.match(run)) and len(run[single.end() :].strip()) >= 3:
        start += single.end()
    run = window[start:]
    if len(run.strip()) > 9 and not decree and (ministry := _MINISTRY.match(run.strip())):
        start += ministry.end()  # 财政部国人部发〔2007〕100号
    return floor + start
