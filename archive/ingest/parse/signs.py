"""The small signs of an official document: dates, signatures, notes, kinds, and where a sentence ends.

Specimens: `2022年3月28日`, `二○一二年三月二十八日`, `（此件公开发布）`, `…工作的通知`.
"""

import re
import unicodedata
from collections.abc import Collection
from datetime import date

SPACE = re.compile(r"\s+")

# 公文种类, Regulations on official documents (党政机关公文处理工作条例) article 8; 命令 is printed 令 as well.
KINDS = (
    *("决议", "决定", "命令", "令", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示"),
    *("批复", "议案", "函", "纪要"),
)
# What a notice encloses, and what is at times issued directly.
PLANS = (
    *(
        "方案",
        "办法",
        "预案",
        "规划",
        "细则",
        "规定",
        "条例",
        "计划",
        "要点",
        "措施",
        "规则",
        "清单",
        "纲要",
        "制度",
    ),
    *(
        "章程",
        "指南",
        "标准",
        "规程",
        "名单",
        "目录",
        "守则",
        "准则",
        "答复",
        "复函",
        "建议",
        "说明",
        "政策",
        "规范",
        "分工",
        "行动",
        "任务书",
    ),
)
TITLE_END = re.compile(rf"(?:{'|'.join((*KINDS, *PLANS))})(?:[（(][^（）()]{{1,30}}[）)])*$")
# Bodies that sign: the last characters of their names.
BODY_END = re.compile(
    r"(?:政府|国务院|办公室|办公厅|委员会|委|局|厅|部|院|会|署|行|社|公司|中心|处|支队|总队|大队|组|馆|法院|指挥部|军分区)"
    r"(?:[（(][^（）()]{1,20}[）)])?$"
)
# 市长　林望舟, 市　长：林　岚
POSTS_THAT_SIGN = re.compile(
    r"^(?P<post>国家主席|主\s*席|总\s*理|代?\s*(?:省|市|州|县|区)\s*长|主\s*任|(?:部|局|行|署|院)\s*长)"
    r"(?:\s+|\s?[:：]\s?)(?P<person>\S{1,2}\s?\S{1,3})$"
)
CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "Ｏ": 0,
    "O": 0,
    # the Cyrillic and the Greek letter, as old files print the zero: 二ОО二年
    "\u041e": 0,
    "\u039f": 0,
    "0": 0,
}
ARABIC_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
CHINESE_DATE = re.compile(
    r"([一二三四五六七八九零〇○ＯO\u041e\u039f0]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
# 2022.3.28, 2022-03-28: only by itself on a line
DOTTED_DATE = re.compile(r"(\d{4})[.\-/](\d{1,2})[.\-/](\d{1,2})日?")
# 溪州县人民代表大会常务委员会任免名单, as a congress publishes it
PERSONNEL_LIST = r"(?:人事)?(?:任免|任命|免职|决定任免|接受辞职)(?:人员)?名单"
ADOPTION = re.compile(
    r"\(.{0,200}\d{4}年\d{1,2}月\d{1,2}日.{0,200}(?:通过|公布|发布|批准|修订|修正|颁布|施行)"
)
# Two or three bodies and their date on one line are no longer.
LONGEST_SIGNATURE = 80
NOTE = re.compile(r"^[（(](?:此件|此文|本文|联系人|不予公开|主动公开|依申请公开)[^（）()]{0,60}[）)]$")
NOTE_WITHIN = re.compile(r"[（(]此件[^（）()]{1,20}[）)]")
COPY_LINE = re.compile(r"^(?:抄送|抄报|主送|印发机关|分送)[:：]|\d日印(?:发|制)?$")


def folded(text: str) -> str:
    """Width folded, white space dropped: for comparing what was printed in two places."""
    return SPACE.sub("", unicodedata.normalize("NFKC", text))


def chinese_to_number(text: str) -> int | None:
    """12 for 十二, 28 for 二十八; None when it is no number below 100."""
    tens, ten, units = text.partition("十")
    if not ten:
        return CHINESE_DIGITS.get(text) if len(text) == 1 else None
    if (tens and tens not in CHINESE_DIGITS) or (units and units not in CHINESE_DIGITS):
        return None
    return (CHINESE_DIGITS[tens] if tens else 1) * 10 + (CHINESE_DIGITS[units] if units else 0)


def read_date(text: str) -> date | None:
    """The first date in a text, in Arabic or Chinese numerals; None when there is none or it is impossible."""
    plain = folded(text)
    if found := ARABIC_DATE.search(plain) or DOTTED_DATE.fullmatch(plain):
        year, month, day = (int(part) for part in found.groups())
    elif found := CHINESE_DATE.search(plain):
        year = int("".join(str(CHINESE_DIGITS[c]) for c in found.group(1)))
        read_month, read_day = chinese_to_number(found.group(2)), chinese_to_number(found.group(3))
        if read_month is None or read_day is None:
            return None
        month, day = read_month, read_day
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_date_line(text: str) -> bool:
    """True when the line is a date and nothing else."""
    plain = folded(text)
    return bool(ARABIC_DATE.fullmatch(plain) or DOTTED_DATE.fullmatch(plain) or CHINESE_DATE.fullmatch(plain))


def is_bracketed_date(text: str) -> bool:
    """True for a date in brackets and nothing else, as it stands under a title: （2023年5月6日）."""
    plain = folded(text)
    return plain[:1] == "(" and plain[-1:] == ")" and is_date_line(plain[1:-1])


def signed_and_dated(text: str) -> tuple[str, str] | None:
    """(who signs, date) as printed on one line, 云埠市人民政府　　2023年5月6日; None for any other line."""
    line = text.strip()
    if len(line) > LONGEST_SIGNATURE or line[-1:] != "日":
        return None
    for gap in SPACE.finditer(line):
        names, day = line[: gap.start()], line[gap.end() :]
        if is_date_line(day):
            bodies = is_body_name(names) or all(map(is_body_name, names.split()))
            return (names, day) if bodies and not ends_sentence(names) else None
    return None


def ends_document(text: str) -> bool:
    """True for the line with which a document ends: its date, alone or behind who signs."""
    return is_date_line(text) or signed_and_dated(text) is not None


def is_adoption(text: str) -> bool:
    """True for the brackets under a title that say when and how it was adopted: （2022年3月28日…通过）, no part of it."""
    return ADOPTION.match(folded(text)) is not None


def is_note(text: str) -> bool:
    """True for 附注 under the date: （此件公开发布）."""
    return bool(NOTE.match(SPACE.sub("", text)))


def is_body_name(text: str) -> bool:
    """True when the line can be the name of a body that signs, or of one by its post: 市长 林望舟."""
    plain = SPACE.sub("", text)
    if not 2 <= len(plain) <= 40 or any(c in plain for c in "。，；：,;:、！？“《"):
        return bool(POSTS_THAT_SIGN.match(text.strip().replace("\u3000", " ")))
    return bool(BODY_END.search(plain) or POSTS_THAT_SIGN.match(text.strip().replace("\u3000", " ")))


def ends_sentence(text: str) -> bool:
    return text.rstrip()[-1:] in "。；！？;!?"


def read_kind(title: str, more: Collection[str] = (), none: Collection[str] = ()) -> str:
    """通知 for …的通知; "" when the title ends in none. `more` are kinds beside the usual, `none` words that are not."""
    plain = re.sub(r"[（(][^（）()]*[）)]$", "", folded(title))
    kinds = {*KINDS, *PLANS, *more}.difference(none)
    # of two that fit the longer, whatever order they stand in
    return max((kind for kind in kinds if plain.endswith(kind)), key=len, default="")


def read_issuer(title: str) -> str:
    """The body that a title begins with: what stands before 关于, 转发 or 印发, or 令, 公告 and 任免名单; "" when none does.

    霁川市人民政府办公室关于…, 霁川市人民政府办公室转发市文化和旅游局关于…, 霁川市人民政府令, …常务委员会任免名单.
    """
    plain = folded(title)
    # 对 only where nothing clearer stands: 市对外经济合作局关于…
    about = r"关于|转发|批转|印发" if re.search(r"关于|转发|批转|印发", plain) else r"对"
    decree = re.fullmatch(rf"((?:(?!关于).){{2,60}}?)(?:令|公告|通告|{PERSONNEL_LIST})", plain)
    before = decree.group(1) if decree else re.split(about, plain, maxsplit=1)[0]
    named = 2 <= len(before) <= 60 and before != plain and not any(c in before for c in "《》“”，。")
    return (
        before.removeprefix("中华人民共和国")
        if decree and named and "国务院" in before
        else before
        if named
        else ""
    )
