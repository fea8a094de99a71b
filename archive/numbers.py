"""Document numbers (发文字号): read any printed form, canonicalise, sort, and find them in running text.

Specimens: 晋政发〔2022〕1号, （国发[2019]5号）, 沪价费[94]第121号, 厦府〔1992〕综018号, [1992]京商字119号, 国务院令第707号,
市人民政府第14号令, 省税务局公告2015年第6号, 人大常委会公告〔8届〕第14号, 浙税二〔1994〕95号、[1994]财办24号.
"""

import re
from dataclasses import dataclass, field, replace

from archive import number_forms as forms


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
    return text.translate(forms.FOLD)


def read_number(text: str) -> DocumentNumber | None:
    """Return the number that `text` is, None when it is anything else or holds no sequence (重府发[1994])."""
    if not text or len(text) > 240:
        return None
    folded = _unwrap(_tidy(fold_number_text(text)))
    if not folded or not re.search(rf"[0-9{forms.CN}]|[lIO]号", folded):
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
    text = re.sub(r"(?<=[0-9])零|零(?=[0-9])", "0", text)
    text = re.sub(r"(?<=[令告])等(?=[0-9])", "第", text)  # 令等3号, misread
    text = re.sub(r"〔〕(?=[0-9]{4}〕)", "〔", text)  # []2015]
    text = re.sub(r"〔+(?=〔)|〕+(?=〕)|号(?=号)", "", text)
    while match := forms.LEAD.match(text):
        text = text[match.end() :]
    return text


def _unwrap(text: str) -> str:
    """〔晋政办〔2015〕107号〕 without its outer brackets; an odd opening bracket in front goes too."""
    while text.startswith("〔") and text.endswith("〕") and "〕" not in _balanced_head(text):
        text = text[1:-1].strip()
    if (
        text.startswith("〔")
        and text.count("〔") > text.count("〕")
        and not re.match(rf"〔{forms.YEAR}", text)
    ):
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
    for match in forms.JOINT.finditer(text):
        cut = text.index("号", match.start()) + 1
        rest = text[match.end() :]
        if rest.startswith(("令", "公告", "通告")) and match.end() == cut:
            continue
        pieces.append(text[start:cut])
        start = match.end()
    pieces.append(text[start:])
    return [p.strip() for p in pieces]


_FORMS = (
    forms.BRACKETED,
    forms.ALL_IN_BRACKETS,
    forms.HALF_BRACKETED,
    forms.YEAR_LEADS,
    forms.DATED,
    forms.DASHED,
    forms.RUN_TOGETHER,
    forms.SESSION,
)


def _read_one(text: str, follows: bool = False) -> DocumentNumber | None:
    """One number without blanks. `follows`: it stands behind another (82号财行92号), so its code may be short."""
    text = text.replace(" ", "")
    for pattern in _FORMS:
        match = pattern.fullmatch(text)
        if match and (number := _number_of(match.groupdict())):
            return number
    match = forms.YEARLESS.fullmatch(text) or forms.YEARLESS_BARE.fullmatch(text)
    if not match:
        return None
    found = match.groupdict()
    found["sequence"] = found["sequence"] or found.get("boxed")
    code = match["code"] + (match["tail"] or "")
    if code and not forms.YEARLESS_ENDS.search(code) and not (follows and len(code) <= 8):
        return None
    return _number_of(found) if code or found.get("de") else None


def _number_of(found: dict[str, str | None]) -> DocumentNumber | None:
    code, branch = found.get("code") or "", found.get("branch") or ""
    if forms.NO_CODE.search(code):
        return None
    sequence, misread = _read_figures(found["sequence"] or "")
    year = _read_year(found.get("year") or "")
    if sequence is None or (found.get("year") and year is None):
        return None
    if (tail := found.get("tail")) and not code.endswith(tail):
        code += tail
    session = found.get("session") or found.get("short")
    code = forms.REPUBLIC.sub("", code)
    year_first = bool(year and not code and branch)
    if year_first:
        code, branch = branch, ""
    # 甘地税发1994年第007号 is 甘地税发〔1994〕7号; only bodies and their 令 and 公告 count 2015年第6号
    dated = bool(found.get("dated")) and not forms.ABBREVIATED.search(code)
    return DocumentNumber(
        code=code,
        year=year,
        sequence=sequence,
        session=f"{_read_figures(session)[0]}届" if session else "",
        branch=branch,
        year_first=year_first,
        dated=dated,
        misread=misread or bool(found.get("odd")),
    )


def _read_year(text: str) -> int | None:
    """1994 of 1994, 94 or 一九九四; two figures below 50 are of this century."""
    if not text:
        return None
    if not text.isascii():
        text = "".join(str(forms.DIGITS[c]) for c in text)
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < 50 else 1900)
    return year if 1900 <= year < 2100 else None


def _read_figures(text: str) -> tuple[int | None, bool]:
    """The value of 018, 四十九, 一五四 or ll (then the second value, misread, is True)."""
    if text.isascii():
        mended = text.replace("l", "1").replace("I", "1").replace("O", "0").replace("o", "0")
        return int(mended), mended != text
    if not any(c in forms.UNITS for c in text):
        return int("".join(str(forms.DIGITS[c]) for c in text)), False
    total = digit = 0
    for c in text:
        if c in forms.UNITS:
            total += (digit or 1) * forms.UNITS[c]
            digit = 0
        else:
            digit = forms.DIGITS[c]
    return total + digit, False


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
    for pattern in (forms.IN_TEXT, forms.DECREE_IN_TEXT, forms.DECREE_BEHIND, forms.BARE_IN_TEXT):
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
    decree = match.re is forms.DECREE_IN_TEXT or match.re is forms.DECREE_BEHIND
    start = _code_start(folded, max(reached, match.start() - forms.WINDOW), match.start(), codes, decree)
    code = folded[start : match.start()]
    if decree and (match.start() == start or forms.WORDS_BEFORE_DECREE.fullmatch(code)):
        return []
    if match.re is forms.BARE_IN_TEXT and len(code.strip()) < 3:
        return []
    if match.re is forms.IN_TEXT and not _branch_fits(match["branch"], code, text[match.start()]):
        return []
    listed = re.split(r"[、,和]", match["sequences"]) if match.re is forms.IN_TEXT else [""]
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
        for length in range(min(len(stripped), forms.WINDOW), 2, -1):
            if stripped[-length:] in codes:
                return floor + len(stripped) - length
        # a code of two characters may also be the end of a longer one, unless a word stands before it
        if stripped[-2:] in codes and forms.WORD_BEFORE_SHORT.search(stripped[:-2]):
            return floor + len(stripped) - 2
    match = forms.CODE_BEFORE.search(window)
    if not match:
        return end
    start, run = match.start(), match.group()
    # behind a bracket, or at the start of the text, stands the bare number
    another = window[start - 1 : start] == "》" or folded[floor + start - 1 : floor + start] == "号"
    bare = (start == 0 and floor == 0 and not decree) or (start > 0 and window[start - 1] in forms.OPENERS)
    if start > 0 and run[0] in "年月日" and window[start - 1].isdigit():  # 1987年11月28日甘政发〔1987〕139号
        start += 1
    words = forms.WORDS_BEFORE_DECREE if decree else forms.WORDS_BEFORE
    for cut in words.finditer(run):
        if len(run[cut.end() :].strip()) >= 2:
            start = max(start, match.start() + cut.end())
            bare = False
    for pattern in (forms.ALWAYS_BEFORE,) if bare else (forms.ALWAYS_BEFORE, forms.CHARACTER_BEFORE):
        if single := pattern.match(window[start:].strip()):
            start += single.end()
    if another and start == match.start() and (single := forms.AFTER_ANOTHER.match(window[start:].strip())):
        start += single.end()
    if forms.NO_CODE_AT_ALL.fullmatch(window[start:].strip()):
        return end
    if decree:
        return floor + start
    run = window[start:].strip()
    if len(run) > forms.LONG_CODE:
        cuts = [c.end() for c in forms.INSIDE_LONG_RUN.finditer(run) if len(run) - c.end() >= 3]
        start += cuts[-1] if cuts else 0
        run = window[start:].strip()
    if len(run) > forms.LONG_CODE and (ministry := forms.MINISTRY.match(run)):
        start += ministry.end()  # 财政部国人部发〔2007〕100号
    return floor + start


def _branch_fits(branch: str | None, code: str, bracket: str) -> bool:
    """False for words between year and sequence that are no part of a number: （2015）年产12号."""
    if not branch:
        return True
    if not code.strip() and not branch.endswith("字"):  # 〔1994〕财外26号, but not （1994）楼房26号
        return bracket not in "(（" and len(branch) >= 2
    return len(branch) == 1 or branch.endswith(("字", "字发", "发字"))
