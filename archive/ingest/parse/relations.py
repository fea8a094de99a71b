"""How a sentence relates to the documents it names: repeals, amends, forwards, based-on or cites.

The words before and behind the names decide: 废止《甲》, 《甲》同时废止, 《甲》第三条修改为, 现将《甲》转发给你们, 根据《甲》.
"""

import re
from dataclasses import dataclass

# The sentence hands out what it names (《甲预案》已经同意，现印发给你们): that is carried, not referred to.
CARRIED = "carried"

_ENDS = r"(?:废止|停止执行|停止施行|不再执行|不再施行|终止执行|失效|作废)"
# ……同时废止, （……）自2022年1月1日起停止执行; not 废止前, 废止的
_ENDED_BEHIND = re.compile(
    rf"(?:文件|文|一文)?\s*(?:[，,]\s*)?(?P<between>[^，,；;。《]{{0,40}}?)(?P<verb>{_ENDS})(?!前|之前|后|的|或|及|和|情况|程序|意见|建议|工作|期)"
)
_ENDED_BEFORE = re.compile(
    rf"(?P<lead>[^，；。：《]{{0,30}}?)(?P<verb>{_ENDS})(?P<between>[^，；。：《、]{{0,25}})$"
)
# 甲已被乙废止: this document ends neither
_NOT_ENDED = re.compile(
    r"不(?!再)|被|未|已|拟|建议|提出|正在|将于|适时|可以|或|违反|依据|根据|按照|是否|研究"
)
_ENDS_LIST = re.compile(
    rf"{_ENDS}[^，。；《]{{0,24}}[：:]\s*(?:[（(]?[0-9一二三四五六七八九十]{{1,2}}[）).．、])?\s*(?:原)?$"
)

_ENDS_WHAT_FOLLOWS = re.compile(rf"(?P<lead>[^，,；;。：:《]{{0,30}}){_ENDS}[^，。；《：:]{{0,24}}[：:]")

_PART = (
    r"(?:第[零〇一二两三四五六七八九十百0-9]+[编章节条款项目部]|附件|附表|中|部分|有关条款|条款|有关内容|内容|清单|目录"
    r"|限制性)"
)
_PART_WORDS = re.compile(_PART)
_PART_BEHIND = re.compile(rf"(?:文件|文)?\s*(?:的)?[^，,；;。《]{{0,6}}?{_PART}")
_CHANGED = re.compile(
    r"修改为|修正为|修订为|调整为|更改为|变更为|替换为|改为|删除|删去|予以修改|予以修正|予以调整|增加(?:一|第|如下|以下)"
    r"|补充为|" + _ENDS
)
_CHANGED_WHOLE = re.compile(
    r"[^，,；;。《]{0,4}?(?:进行|作出?|做出?|予以)(?:了)?(?:如下|以下|相应|部分|适当)*(?:的)?(?:修改|修正|修订|调整|补充)"
)
# 其他内容不变，仍按原文件执行
_ELSE_UNCHANGED = re.compile(r"(?:文件|文)?\s*(?:的)?其(?:他|它|余)[^，。《]{0,6}(?:不变|继续有效|继续执行)")
_TAKEN_OUT = re.compile(r"(?:删除|删去|取消)(?:原)?$")
_CHANGE_DECIDED = re.compile(r"(?:决定|现)(?:对|将|就)?(?:修改|修正|修订)?[^，,；;。《]{0,15}$|^(?:现)?对$")
_CHANGES = re.compile(r"(?:修改|修正|修订|调整|补充|更正|完善)(?!实施|适用)[^《]{0,6}$")
_CHANGED_IN_TITLE = re.compile(
    r"[^《]{0,12}(?:部分|有关|个别|条款|内容|第)[^《]{0,12}(?:修改|修正|修订|调整)|.{0,12}补充(?:通知|规定)|.{0,4}修正案"
)
_NOT_CHANGED = re.compile(r"正在|抓紧|适时|及时|研究|建议|提出|拟|将对|应当|会同|负责|组织")

_HANDED_OUT = re.compile(
    r"[^《]{0,160}?(?:现|予以|已|一并)(?:将其|予以|予|一并|随文)?(?:印发|公布|发布|颁布|下发)(?!的)"
)
_HANDED_ON = re.compile(r"[^《]{0,70}?(?:现|予以)(?:将其|予以|予|一并)?(?:转发|批转)")
_NOW_GIVEN = re.compile(r"现(?:予以?)?(?:公布|发布|印发|颁布)(?:[^，,；;。《]{0,12})$")
_REACH = 500  # characters before and behind a name in which its verb is looked for
_OWN_ANNEX = re.compile(
    r"[（(](?:详?见)?附件[0-9一二三四五六七八九十]{0,2}[）)]$"
)  # 按照《……清单》（见附件2）分类实施
_NOW = re.compile(r"现(?:将|把)[^，；。《]{0,40}$")

# The last of these before the name is the one that governs it.
_GOVERNS = re.compile(
    r"(?P<based>根据|依据|按照|依照|遵照|遵循|贯彻落实|贯彻执行|贯彻实施|贯彻|落实|按(?![时期月年季需比规质量类序揭劳]))"
    r"|(?P<other>对照|参照|比照|参见|结合|违反|符合|不符|执行|实施|修改|修订|替代|代替|与|对|将)"
)
_NOT_BASED = re.compile(r"(?:没有|未|未能|不)(?:严格|完全|认真)?$")

_LIST_TITLE = re.compile(rf"(?:{_ENDS})[^，。；《》]{{0,24}}(?:目录|清单)(?:[（(][^（）()]*[）)])?$")
_OTHER_LIST_TITLE = re.compile(r"(?:目录|清单)(?:[（(][^（）()]*[）)])?$")
_LIST_TITLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Listing:
    """The relation that a list states for every document in it; `titled`: the list has a title of its own."""

    relation: str = ""
    titled: bool = False


def relation(sentence: str, start: int, end: int, part: bool) -> str:
    """The relation of `sentence` to the documents named at `start:end`; CARRIED when they are its own enclosures.

    `part`: only a list or an annex of the document is named, so that its end amends the document.
    """
    head, behind = _head(sentence, start), sentence[end : end + _REACH]
    if _OWN_ANNEX.search(sentence[start:end]):
        return CARRIED
    if ends := _ended(head, sentence[max(0, start - _REACH) : start], behind):
        return "amends" if part and ends == "repeals" else ends
    if _changed(head, behind):
        return "amends"
    based = _based(head)
    if not based:
        if _HANDED_ON.match(behind) or (_NOW.search(head) and re.search(r"转发|批转", behind)):
            return "forwards"
        if _NOW_GIVEN.search(head) or _HANDED_OUT.match(behind):
            return CARRIED
        if _NOW.search(head) and re.search(r"印发|公布|发布|下发", behind):
            return CARRIED
    return "based-on" if based else "cites"


def is_governed(sentence: str, start: int) -> bool:
    """True when 根据, 按照, 落实 or the like stands before the name at `start`."""
    return _based(_head(sentence, start))


def title_relation(title: str, start: int, end: int) -> str:
    """The relation that a document's own title states to the documents named in it; "" for what it carries."""
    head, behind = title[:start], title[end:]
    if re.search(rf"{_ENDS}[^《]{{0,12}}$", head):
        return "amends" if _PART_WORDS.match(behind) else "repeals"
    if re.match(rf"[^《]{{0,6}}{_ENDS}", behind):
        return "repeals"
    if _CHANGES.search(head) or _CHANGED_IN_TITLE.match(behind):
        return "amends"
    if re.search(r"(?:转发|批转)[^《]*$", head):
        return "forwards"
    if re.search(r"(?:印发|公布|发布|颁布|下发)[^《]*$", head):
        return ""
    return "based-on" if _based(head) else "cites"


def forwarded_title(title: str) -> str:
    """省地震局关于甲的报告 of 某市人民政府转发省地震局关于甲的报告的通知; "" for other titles."""
    if "《" in title:
        return ""
    match = re.search(r"(?:转发|批转)(?P<name>(?>.{4,}?关于).{2,})(?:的通知|的函)$", title)
    return match["name"] if match else ""


def listing_below(text: str, current: Listing, labelled: bool) -> Listing:
    """What is listed in and below this block, when `current` is what was listed above it.

    A list under 下列文件同时废止： ends with the first block without a label; one under a title
    (废止的文件目录) ends with the title of another list.
    """
    line = re.sub(r"\s+", "", text)
    if len(line) <= _LIST_TITLE_LENGTH:
        if _LIST_TITLE.search(line):
            return Listing("repeals", titled=True)
        if _OTHER_LIST_TITLE.search(line):
            return Listing()
    # 经研究，决定废止下列文件： only its last clause says what is ended
    if _ENDS_LIST.search(line) and not _NOT_ENDED.search(re.split(r"[，,；;。]", line)[-1]):
        return Listing("repeals")
    return current if current.titled or labelled else Listing()


def _head(sentence: str, start: int) -> str:
    """What stands before the name in its own clause."""
    cut = max((sentence.rfind(mark, 0, start) for mark in "，,；;。：:》"), default=-1)
    return sentence[cut + 1 : start]


def _ended(head: str, before: str, behind: str) -> str:
    """`repeals` when what is named is ended, `amends` when only a part of it is, else ""."""
    match = _ENDED_BEHIND.match(behind)
    if (
        match
        and not _NOT_ENDED.search(match["between"])
        and not re.search(r"(?:不|未|已|拟|建议|被|由)$", head)
    ):
        return "amends" if _PART_WORDS.search(match["between"]) else "repeals"
    match = _ENDED_BEFORE.search(head)
    if match and not _NOT_ENDED.search(match["lead"] + match["between"]):
        return "amends" if _PART_BEHIND.match(behind) else "repeals"
    if (match := _ENDS_WHAT_FOLLOWS.search(before)) and not _NOT_ENDED.search(match["lead"]):
        return "repeals"
    return ""


def _changed(head: str, behind: str) -> bool:
    """True when the document named is altered here: 将《甲》第三条修改为, 对《甲》作如下修改, 《甲》附件2停止执行."""
    if _NOT_CHANGED.search(head) or _based(head):
        return False
    if _ELSE_UNCHANGED.match(behind) or (_TAKEN_OUT.search(head) and _PART_BEHIND.match(behind)):
        return True
    if (match := _PART_BEHIND.match(behind)) and (changed := _CHANGED.search(behind, match.end())):
        whole = behind[: changed.start()]
        return "《" not in re.sub(r"“[^”]*”", "", whole) and len(whole) < 400
    if re.search(r"(?:将|把)[^，；。]{0,12}$", head) and re.match(
        r"[^《。]{0,30}?(?:修改为|修正为|更名为)", behind
    ):
        return True
    if _CHANGED_WHOLE.match(behind):
        return bool(_CHANGE_DECIDED.search(head)) or bool(re.match(r"(?:现)?(?:决定)?对", head.strip()))
    return bool(re.search(r"决定(?:修改|修正|修订)[^，；。]{0,15}$", head))


def _based(head: str) -> bool:
    """True when the document stands on what is named: the last governing word before it is 根据, 按照, 落实…"""
    last = None
    for match in _GOVERNS.finditer(head):
        last = match
    if last is None or not last["based"]:
        return False
    return not _NOT_BASED.search(head[: last.start()])
