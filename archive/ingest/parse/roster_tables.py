"""Rosters that are printed as tables: 组长 | 林 岚 | 副市长, with a head or without, the role once for several rows.

A list of posts is none: 市财政局 | 林岚 | 局长 names no role in a group beside the post.
"""

import re
from collections.abc import Sequence

from archive.ingest.parse.names import BLANKS, begins_with_surname, may_be_name, without_blanks
from archive.ingest.parse.records import Member
from archive.ingest.parse.rosters import POST_END, ROLE_WORDS, names_alone

FEWEST = 2
# of a row what says neither role nor post
UNSAID = re.compile(r"序号|编号|电话|手机|联系|性别|年龄|备注|签名")
FIGURES = re.compile(r"[\d\s./、-]*")


def roster_of_table(rows: Sequence[Sequence[str]]) -> tuple[Member, ...]:
    """The members that a table lists with role, name and post, in order; () for any other table.

    An empty cell of the roles goes on with the role above it.
    """
    person_at = next((k for k in range(len(rows[0]) if rows else 0) if holds_people(rows, k)), None)
    if person_at is None:
        return ()
    head, body = ([], rows) if people_of(rows[0][person_at]) else (rows[0], rows[1:])
    role_at = next((k for k in range(len(body[0])) if k != person_at and holds_roles(body, k)), None)
    if role_at is None:
        return ()
    posts_at = [
        k
        for k in range(len(body[0]))
        if k not in (person_at, role_at)
        and not (head and UNSAID.search(BLANKS.sub("", head[k])))
        and not all(FIGURES.fullmatch(row[k]) for row in body)
    ]
    members: list[Member] = []
    role = ""
    for row in body:
        role = without_blanks(row[role_at]) or role
        post = "".join(without_blanks(row[k]) for k in posts_at)
        members += [Member(role, person, post) for person in people_of(row[person_at])]
    with_post = sum(1 for member in members if POST_END.search(member.post))
    return tuple(members) if len(members) >= FEWEST and 2 * with_post > len(members) else ()


def holds_people(rows: Sequence[Sequence[str]], column: int) -> bool:
    """True when each cell of a column names persons, its head aside."""
    body = rows[1:] if not people_of(rows[0][column]) else rows
    return len(body) >= FEWEST and all(people_of(row[column]) for row in body)


def holds_roles(body: Sequence[Sequence[str]], column: int) -> bool:
    """True when a column says 组长, 副组长, 成员 and nothing else, from its first row on."""
    cells = [without_blanks(row[column]) for row in body]
    return bool(cells[0]) and all(not cell or ROLE_WORDS.fullmatch(cell) for cell in cells)


def people_of(cell: str) -> list[str]:
    """The persons of a cell that holds names and nothing else: 林　岚, or several; [] for any other."""
    if names := names_alone(cell):
        return names
    plain = without_blanks(cell)
    return [plain] if may_be_name(plain) and begins_with_surname(plain) else []
