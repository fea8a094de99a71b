"""The members of a leading group, one a line: role where printed, name, post.

Specimens: `组　长：石　峥　副市长`, `副组长：商永波 市政府督查专员`, below them lines of name and post alone;
`组长：林 岚（市委副书记）`, `组长：林岚，市委副书记`, `成员：张　三　李　四　王小五`.
`指挥长：市政府分管副市长。` and `成员：市财政局、市民政局` name nobody and are no such lines.
"""

import re
from collections.abc import Sequence

from archive.ingest.parse.names import (
    BLANK,
    HAN,
    NAME,
    WIDE_NAME,
    begins_with_surname,
    may_be_name,
    without_blanks,
)
from archive.ingest.parse.records import Member

ROLE_WORDS = re.compile(
    r"(?:第一|常务|执行|名誉|总)?(?:副)?(?:总)?(?:组长|总指挥|指挥长|主任|召集人|负责人|会长|主席|秘书长|团长|指挥|主任委员|局长|站长"
    r"|领队|主编|总编辑)"
    r"|(?:专职|兼职|办公室)?(?:成员|组员|委员|顾问|联络员|编辑|秘书|专家|办公室主任|办公室副主任|主任|副主任)"
)
ROLE = re.compile(rf"^(?P<role>(?:[{HAN}]{BLANK}*){{1,10}})[:：]{BLANK}*")
PERSON = re.compile(
    rf"^(?P<person>{NAME})(?:{BLANK}+(?P<post>[^ \u3000].*)|{BLANK}*[（(](?P<bracketed>兼|[^（）()]{{2,40}})[）)]"
    r"|[，,](?P<behind_comma>.{2,60}))$"
)
SENTENCE = re.compile(r"[。；;！？]")
# 、also stands between names, and between the posts of one person (市委常委、常务副市长)
TOKEN = re.compile(rf"{WIDE_NAME}(?={BLANK}|、|$)|[^ \u3000]+")
LIST_OF_NAMES = re.compile(rf"{NAME}(?:(?:{BLANK}+|{BLANK}*、{BLANK}*){NAME})+")
EACH_NAME = re.compile(rf"{WIDE_NAME}(?={BLANK}|、|$)|[{HAN}·]{{2,16}}")
POST_END = re.compile(
    r"(?:[长任员记师席理事书督察官委级授使监总]|代表|专员|干部|人员|负责人|队员|志愿者)[）)]?$"
)
# 成员：单位, 组长：主要负责人
NO_SINGLE_NAME = re.compile(r"[位员门人构]$")
BLANK_RUN = re.compile(rf"{BLANK}+")
GAPS = re.compile(r"[\t\u00a0\u2002\u2003]+")
# What recognition makes of a speck of dust in the white beside a name …
SPECKS = r"[·•・．.'‘’`´^~|¦｜*°\"]{1,2}"
SPECK_IN_WHITE = re.compile(
    rf"^{SPECKS}(?=[{HAN}])|(?<={BLANK}){SPECKS}(?={BLANK}|[{HAN}])|(?<=[{HAN}:：]){SPECKS}(?={BLANK})"
)
# … between name and post, where a dot may be part of a name, and inside a name of two characters
BEGINS = r"(?:^|(?<=[:： \u3000]))"
SPECK_BEHIND_NAME = re.compile(
    rf"(?P<name>{BEGINS}[{HAN}]{{2,3}}|{WIDE_NAME}){SPECKS}(?=(?P<post>[{HAN}][^ \u3000·]+)$)"
)
SPECK_IN_NAME = re.compile(rf"({BEGINS}[{HAN}])[·•・．.](?=[{HAN}]{BLANK})")
SINGLE_NAME = re.compile(r"[位员门人构]$")
BLANK_RUN = re.compile(rf"{BLANK}+")
GAPS = re.compile(r"[\t\u00a0\u2002\u2003]+")
# What recognition reads of a speck of dust, in the white beside a name …
SPECKS = r"[·•・．.'‘’`´^~|¦｜*°\"]{1,2}"
SPECK_IN_WHITE = re.compile(
    rf"^{SPECKS}(?=[{HAN}])|(?<={BLANK}){SPECKS}(?={BLANK}|[{HAN}])|(?<=[{HAN}:：]){SPECKS}(?={BLANK})"
)
# … between name and post, or in the white inside a name; a dot in a name stands before a name, not before a post
SPECK_BEHIND_NAME = re.compile(
    rf"(?P<name>(?:^|(?<=[:： \u3000]))[{HAN}]{{2,3}}|{WIDE_NAME}){SPECKS}(?=(?P<post>[{HAN}][^ \u3000·]+)$)"
)
SPECK_IN_NAME = re.compile(rf"((?:^|(?<=[:： \u3000]))[{HAN}])[·•・．.](?=[{HAN}]{BLANK})")
SINGLE_NAME = re.compile(NAME)
LONGEST = 60


def read_line(text: str) -> tuple[str, str, str] | None:
    """(role, person, post) of a line with one person or more (then of the first); None for anything else."""
    role, line = _role_and_rest(text)
    if role and not ROLE_WORDS.fullmatch(role):
        return None
    if SENTENCE.search(line):
        return None
    if names := names_alone(line):
        return (role, names[0], "") if role else None  # without a role: perhaps who signs
    if role and is_single_name(line):
        return role, without_blanks(line), ""
    person = PERSON.match(line)
    if person is None or not may_be_name(person["person"]):
        return None
    post = person["post"] or person["bracketed"] or person["behind_comma"]
    sure = begins_with_surname(person["person"]) or bool(POST_END.search(without_blanks(post)))
    if not sure or (person["behind_comma"] and not POST_END.search(post)):
        return None
    return role, without_blanks(person["person"]), post


def is_roster_line(text: str) -> bool:
    """True for a line that names a person with a post, with a role before them or not."""
    return read_line(text) is not None and (len(text) <= LONGEST or starts_roster(text))


def starts_roster(text: str) -> bool:
    """True for a line that names a person with role and post: it begins a roster."""
    read = read_line(text)
    return read is not None and read[0] != ""


def read_roster(lines: Sequence[str]) -> tuple[Member, ...]:
    """The members in order; a role holds for the lines below it, a line without a person goes on with a post."""
    members: list[Member] = []
    role = ""
    for line in lines:
        if read_line(line) is None:
            if members:
                last = members[-1]
                members[-1] = Member(last.role, last.person, last.post + without_blanks(line))
            continue
        printed, text = _role_and_rest(line)
        role = printed or role
        for person, post in split_people(text):
            members.append(Member(role, person, post))
    return tuple(members)


def split_people(text: str) -> list[tuple[str, str]]:
    """(person, post) of each person on a line: 商永波 市政府督查专员 赵建军 市发展和改革委员会党组书记."""
    if names := names_alone(text):
        return [(name, "") for name in names]
    if is_single_name(text):
        return [(without_blanks(text), "")]
    found = PERSON.match(text)
    if found and (found["bracketed"] or found["behind_comma"]):
        return [(without_blanks(found["person"]), found["bracketed"] or found["behind_comma"])]
    people: list[tuple[str, str]] = []
    tokens: list[str] = TOKEN.findall(text)
    for index, token in enumerate(tokens):
        begins = index + 1 < len(tokens) and may_be_name(token) and (not people or people[-1][1])
        if begins and people and not begins_with_surname(token):
            begins = False  # 市工信局 总工 程师办公室主任: a post with blanks inside
        if begins or not people:
            people.append((without_blanks(token), ""))
        else:
            person, post = people[-1]
            people[-1] = (person, post + token)
    return people


def names_alone(text: str) -> list[str]:
    """The persons of a line that holds names and nothing else, 张　三　李四、王小五; [] for any other line."""
    if not LIST_OF_NAMES.fullmatch(text.strip()):
        return []
    names = [without_blanks(name) for name in EACH_NAME.findall(text)]
    if all(may_be_name(name) and begins_with_surname(name) for name in names):
        return names
    return []


def is_single_name(text: str) -> bool:
    """True for a name and nothing else, as behind 办公室主任：."""
    plain = without_blanks(text)
    return (
        bool(SINGLE_NAME.fullmatch(text.strip()))
        and may_be_name(plain)
        and begins_with_surname(plain)
        and not NO_SINGLE_NAME.search(plain)
    )


def without_specks(line: str) -> str:
    """A line without the specks that recognition read as marks: 组长：程以宁 · 副市长, 陆青岚'市财政局副局长, 石·磊 局长."""

    def parted(found: re.Match[str]) -> str:
        name = found["name"]
        sure = begins_with_surname(name) and may_be_name(name) and POST_END.search(found["post"])
        return f"{name}\u3000" if sure else found.group()

    line = SPECK_IN_WHITE.sub("", line).strip()
    return SPECK_IN_NAME.sub("\\1\u3000", SPECK_BEHIND_NAME.sub(parted, line))


def _role_and_rest(text: str) -> tuple[str, str]:
    """(副组长, what follows) of a line; the role is "" where none is printed."""
    line = without_specks(GAPS.sub("\u3000", text).strip())
    if found := ROLE.match(line):
        return without_blanks(found["role"]), line[found.end() :]
    return _role_before_blank(line)


def _role_before_blank(line: str) -> tuple[str, str]:
    """(组长, 林岚 副市长) of `组　长　林岚　副市长`: a role without a colon, a name and a post behind it."""
    parts = BLANK_RUN.split(line)
    for count in range(1, min(4, len(parts) - 1)):
        role, rest = "".join(parts[:count]), " ".join(parts[count:])
        if not ROLE_WORDS.fullmatch(role):
            continue
        person = PERSON.match(rest)
        if not person or not person["post"] or not POST_END.search(without_blanks(person["post"])):
            continue
        if may_be_name(person["person"]) and begins_with_surname(person["person"]):
            return role, rest
    return "", line
