"""Who is appointed and who is removed, read from the sentence itself, whatever heading stands above it.

`X为Y` appoints, `X的Y职务` removes: OCR moves `免去：` behind the names, the sentences stay whole.
Specimens: `晋　玮为平定经济技术开发区管委会主任（试用期一年）；`, `赵永东的市财政局副局长(正县级)职务;`,
`决定提名：` above `马立军为市热力有限责任公司总经理。`
"""

import re
from collections.abc import Iterator, Sequence

from archive.ingest.parse.names import NAME, may_be_name, without_blanks
from archive.ingest.parse.records import Appointment, Block

PERSONNEL_TITLE = re.compile(r"任免|任职|免职|任命|免去|职务")
PERSONNEL_LINE = re.compile(r"(?:任命|免去|提名)[:：]$")
CLAUSE = re.compile(r"[；;。\n]")
# 市人民政府决定任命：, 决定，提名免去：, 经…常务会议决定，任命：
LEAD = re.compile(r"^.{0,120}?(?:决定|任命|免去|提名|通知如下|通过)[^：:]{0,30}[:：]\s*")
NAMES = rf"(?P<names>{NAME}(?:、{NAME}){{0,30}})"
APPOINTS = re.compile(rf"^(?:任命|聘任|提名)?{NAMES}(?:同志)?(?:为|任|担任|兼任)(?P<post>.{{2,160}})$")
REMOVES = re.compile(
    rf"^(?:免去|解聘|提名免去)?{NAMES}(?:同志)?(?:的|担任的|兼任的|所任的?)(?P<post>.{{2,160}}?)"
    r"职务?(?P<behind>[（(][^（）()]+[）)])?$"
)
# A bracket behind a post that says something of the appointment, not more of the post: （主任） is more of it.
REMARK = re.compile(
    r"[（(](?P<remark>[^（）()]*(?:试用|试任|兼|级|保留|待遇|任期|挂职|聘|不占|列|提前|退休|时间|至\d)[^（）()]*)[）)]$"
)


def find_appointments(blocks: Sequence[Block], title: str) -> tuple[Appointment, ...]:
    """The appointments of a personnel notice in the order printed; () for any other document."""
    lines = [block.text.strip() for block in blocks if block.kind in ("paragraph", "heading", "note")]
    if not PERSONNEL_TITLE.search(title) and not any(PERSONNEL_LINE.search(line) for line in lines):
        return ()
    found: list[Appointment] = []
    nominating = False
    for line in lines:
        if "提名" in line:
            nominating = True
        elif re.search(r"(?:决定|^)(?:任命|免去)[:：]", line):
            nominating = False
        for clause in CLAUSE.split(line):
            found += read_clause(LEAD.sub("", clause.strip()).strip(" ,，"), nominating)
    return tuple(found)


def read_clause(clause: str, nominating: bool) -> Iterator[Appointment]:
    """The appointments of one clause: one for each person that shares its verb; nothing when it is another sentence."""
    if match := REMOVES.match(clause):
        action = "nominate-removal" if nominating else "remove"
    elif match := APPOINTS.match(clause):
        action = "nominate" if nominating else "appoint"
    else:
        return
    post, remark = split_remark(match["post"])
    behind = match.groupdict().get("behind")
    remark = behind.strip("（）()") if behind else remark
    names = [name.strip() for name in match["names"].split("、")]
    if not all(map(may_be_name, names)):
        return
    for name in names:
        yield Appointment(action, without_blanks(name), post, remark, name)


def split_remark(post: str) -> tuple[str, str]:
    """(副局长, 试用期一年) for 副局长（试用期一年）; the remark is "" where none is printed."""
    found = REMARK.search(post.strip())
    return (post[: found.start()].strip(), found["remark"]) if found else (post.strip(), "")
