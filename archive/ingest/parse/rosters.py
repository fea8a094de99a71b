"""The members of a leading group, one a line: role where printed, name, post.

Specimens: `组　长：石　峥　副市长`, `副组长：商永波 市政府督查专员`, below them lines of name and post alone.
`指挥长：市政府分管副市长。` names nobody and is no such line.
"""

import re
from collections.abc import Sequence

from archive.ingest.parse.names import BLANK, HAN, NAME, WIDE_NAME, may_be_name, without_blanks
from archive.ingest.parse.records import Member

ROLE_WORDS = (
    r"(?:第一|常务|执行|名誉)?(?:副)?(?:组长|总指挥|指挥长|主任|召集人|负责人|会长|主席|秘书长|团长|总召集人|指挥|主任委员)"
    r"|(?:副)?总指挥长|成员|组员|委员|顾问|联络员|办公室主任|办公室副主任"
)
ROLE = re.compile(rf"^(?P<role>(?:[{HAN}]{BLANK}*){{1,10}})[:：]{BLANK}*")
PERSON = re.compile(
    rf"^(?P<person>{NAME})(?:{BLANK}+(?P<post>[^ \u3000].*)|[（(](?P<bracketed>[^（）()]{{2,40}})[）)])$"
)
SENTENCE = re.compile(r"[。；;！？]")
TOKEN = re.compile(rf"{WIDE_NAME}(?={BLANK}|$)|[^ \u3000]+")
LONGEST = 60


def read_line(text: str) -> tuple[str, str, str] | None:
    """(role, person, post) of a line with one person or more (then of the first); None for anything else."""
    line = text.strip()
    role = ""
    if found := ROLE.match(line):
        role = without_blanks(found["role"])
        if not re.fullmatch(ROLE_WORDS, role):
            return None
        line = line[found.end() :]
    person = PERSON.match(line)
    if person is None or SENTENCE.search(line) or not may_be_name(person["person"]):
        return None
    return role, without_blanks(person["person"]), person["post"] or person["bracketed"]


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
        text = line.strip()
        if found := ROLE.match(text):
            role = without_blanks(found["role"])
            text = text[found.end() :]
        for person, post in split_people(text):
            members.append(Member(role, person, post))
    return tuple(members)


def split_people(text: str) -> list[tuple[str, str]]:
    """(person, post) of each person on a line: 商永波 市政府督查专员 赵建军 市发展和改革委员会党组书记."""
    found = PERSON.match(text)
    if found and found["bracketed"]:
        return [(without_blanks(found["person"]), found["bracketed"])]
    people: list[tuple[str, str]] = []
    tokens: list[str] = TOKEN.findall(text)
    for index, token in enumerate(tokens):
        begins = index + 1 < len(tokens) and may_be_name(token) and (not people or people[-1][1])
        if begins or not people:
            people.append((without_blanks(token), ""))
        else:
            person, post = people[-1]
            people[-1] = (person, post + token)
    return people
