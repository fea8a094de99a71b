"""What an editor sends from the page of a document, as the changes that it asks for.

Each form says what the editor saw, so that nobody's work is overwritten unseen. `changes_of` raises BadForm with a
sentence for the editor.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from archive.forms import what_was_seen
from archive.ingest.correct.change import Change
from archive.ingest.correct.structure import KINDS, heading_of
from archive.ingest.correct.texts import retitled_values
from archive.models import Block
from archive.numbers import read_number

LEVELS = range(1, 6)
# The fields of a document in the order of its form.
FIELDS = ("title", "number", "issuer", "kind", "category", "recipients", "signed_by", "signed_on", "note")
MEMBER = ("role", "person", "post")
FACTS: dict[str, tuple[str, ...]] = {
    "appointment": ("action", "person", "post", "remark"),
    "reference": ("relation", "number", "title", "evidence"),
    "attachment": ("label", "title", "omitted"),
}
# What a fact must have to be one; the first blank in a row drops it.
_NEEDED = {
    "appointment": ("person",),
    "reference": ("number", "title"),
    "attachment": ("title",),
    "member": ("person",),
}
_PARAGRAPHS = re.compile(r"\n[ \t\u3000]*\n\s*")
_SIGNERS = re.compile(r"[、，,；;\n]\s*")


Seen = TypeVar("Seen")


class BadForm(Exception):
    """What was filled in cannot be used; the message says why."""


def changes_of(act: str, sent: QueryDict) -> list[Change]:
    """The changes that a form asks for, [] where it changes nothing."""
    read = _ACTS.get(act)
    if read is None:
        raise BadForm(_("没有这种更正。"))
    try:
        found = read(sent)
    except (KeyError, TypeError, AttributeError, ValueError):
        # what the form keeps of what the editor saw was tampered with
        raise BadForm(_("表单不完整，请刷新页面后再试。")) from None
    return [change for change in found if change.old != change.new]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _whole(sent: QueryDict, name: str) -> int:
    value = sent.get(name, "")
    if not re.fullmatch(r"-?[0-9]{1,6}", value):
        raise BadForm(_("表单不完整，请刷新页面后再试。"))
    return int(value)


def _seen(sent: QueryDict, kind: type[Seen]) -> Seen:
    """What the editor saw, as the form keeps it."""
    found = what_was_seen(sent.get("seen", ""))
    if not isinstance(found, kind):
        raise BadForm(_("表单不完整，请刷新页面后再试。"))
    return found


# --- fields --------------------------------------------------------------------------------------------
def _fields(sent: QueryDict) -> list[Change]:
    seen = _seen(sent, dict)
    return [
        Change("field", {"field": name}, seen.get(name), value)
        for name in FIELDS
        if name in sent and (value := _field(name, str(sent[name]))) != _blank(seen.get(name))
    ]


def _blank(value: Any) -> Any:
    return "" if value is None else value


def _field(name: str, text: str) -> Any:
    text = _plain(text).strip()
    if name == "title" and not text:
        raise BadForm(_("标题不能空着。"))
    if name == "number" and text:
        number = read_number(text)
        return number.canonical if number else text
    if name == "signed_by":
        return [part.strip() for part in _SIGNERS.split(text) if part.strip()]
    if name == "signed_on" and text:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise BadForm(_("日期要写成 2022-03-28 的样子。")) from None
    return text


# --- blocks --------------------------------------------------------------------------------------------
def _block(sent: QueryDict) -> list[Change]:
    """A block's text, what it is, and where a blank line parts it."""
    at, seen, text = _whole(sent, "block"), _seen(sent, dict), _plain(sent.get("text", ""))
    if not text.strip():
        raise BadForm(_("段落不能改成空的；多余的段落请并入前一段或后一段。"))
    parts = [part for part in _PARAGRAPHS.split(text) if part.strip()]
    whole = "".join(parts)
    changes = [] if whole == seen["text"] else [Change("text", {"block": at}, seen["text"], whole)]
    changes += _role(sent, at, whole, seen)
    for part in parts[:-1]:
        rest = whole[len(part) :]
        changes.append(Change("split", {"block": at}, whole, [part, rest]))
        at, whole = at + 1, rest
    return changes


def _role(sent: QueryDict, at: int, text: str, seen: dict[str, Any]) -> list[Change]:
    """What the block is: a level of heading, or one of the kinds."""
    role, place = sent.get("role", ""), {"block": at, "text": text}
    # the heading as it is once the text is changed
    before = seen["heading"] and retitled_values(seen["heading"], text)
    if role.isdecimal() and int(role) in LEVELS:
        new = heading_of(text, int(role))
        if before is not None and before["level"] == int(role):
            return []
        as_paragraph = (
            []
            if seen["kind"] in ("paragraph", "heading")
            else [Change("kind", place, seen["kind"], "paragraph")]
        )
        return [*as_paragraph, Change("heading", place, before, new)]
    if role not in KINDS:
        return []
    changes = [Change("heading", place, before, None)] if before is not None else []
    kind = "paragraph" if before is not None else seen["kind"]
    return changes if role == kind else [*changes, Change("kind", place, kind, role)]


def _merge(sent: QueryDict) -> list[Change]:
    first, second = _seen(sent, list)
    return [Change("merge", {"block": _whole(sent, "block")}, [first, second], first + second)]


def _row(sent: QueryDict) -> list[Change]:
    """One row of a table, cell by cell."""
    table, row, seen = _whole(sent, "table"), _whole(sent, "row"), _seen(sent, list)
    return [
        Change("cell", {"table": table, "row": row, "column": n}, old, _plain(sent.get(f"cell-{n}", old)))
        for n, old in enumerate(seen)
    ]


# --- facts ---------------------------------------------------------------------------------------------
def _facts(kind: str, names: Sequence[str], place: Callable[[QueryDict], dict[str, Any]]) -> Any:
    def read(sent: QueryDict) -> list[Change]:
        """The rows of a list from the last to the first, so that places stay right, then a new one at its end."""
        seen = _seen(sent, list)
        changes = []
        for at in range(len(seen), -1, -1):
            old = seen[at] if at < len(seen) else None
            new: dict[str, Any] | None = {n: sent.get(f"{n}-{at}", "").strip() for n in names}
            assert new is not None
            if kind == "attachment":
                new["omitted"] = f"omitted-{at}" in sent
            if kind == "reference" and new["number"] and (number := read_number(new["number"])):
                new["number"] = number.canonical
            if not any(new[name] for name in _NEEDED[kind]) or f"drop-{at}" in sent:
                new = None
            if (
                old is not None
                and new is not None
                and all((old.get(n) or None) == (v or None) for n, v in new.items())
            ):
                continue
            if old is not None or new is not None:
                changes.append(Change(kind, {**place(sent), "at": at}, old, new))
        return changes

    return read


# --- documents -----------------------------------------------------------------------------------------
def _begin(sent: QueryDict) -> list[Change]:
    """A document of its own from a block on; `seen` are the blocks that hold its title and number.

    Where its title stands in the middle of a block, `start` and `end` say where the blocks are parted before.
    """
    head = [_head_block(one) for one in _seen(sent, list)]
    title = "".join(_plain(sent.get("title", "")).split("\n")).strip()
    at, count = _whole(sent, "block"), _whole(sent, "head")
    start, end = (_whole(sent, name) if sent.get(name) else 0 for name in ("start", "end"))
    if not title:
        raise BadForm(_("请写明新的一件的标题。"))
    if not head or not 0 <= count <= len(head) or ((start or end) and not count):
        raise BadForm(_("表单不完整，请刷新页面后再试。"))
    head = head[: max(count, 1)]
    changes = []
    if end:
        # The last first: what is parted behind moves no block in front.
        kind, text, page = head[-1]
        changes.append(_parted(at + len(head) - 1, text, end))
        head[-1] = [kind, text[:end], page]
    if start:
        kind, text, page = head[0]
        changes.append(_parted(at, text, start))
        head[0] = ["paragraph" if kind == Block.Kind.HEADING else kind, text[start:], page]
        at += 1
    place = {"block": at, "text": head[0][1]}
    new = {"title": title, "number": sent.get("number", "").strip(), "head": head[:count]}
    return [*changes, Change("begin", place, None, new)]


def _head_block(value: Any) -> list[Any]:
    """[kind, text, page] of a block as the form keeps it. Raises ValueError for anything else."""
    kind, text, page = value
    if kind not in Block.Kind.values or not isinstance(text, str) or not (page is None or type(page) is int):
        raise ValueError(kind)
    return [kind, text, page]


def _parted(at: int, text: str, cut: int) -> Change:
    if not 0 < cut < len(text):
        raise ValueError(cut)
    return Change("split", {"block": at}, text, [text[:cut], text[cut:]])


def _boundary(sent: QueryDict) -> list[Change]:
    return [Change("boundary", {}, _seen(sent, str), {"blocks": _whole(sent, "blocks")})]


_ACTS: dict[str, Callable[[QueryDict], list[Change]]] = {
    "fields": _fields,
    "block": _block,
    "merge": _merge,
    "row": _row,
    "member": _facts("member", MEMBER, lambda sent: {"roster": _whole(sent, "roster")}),
    **{kind: _facts(kind, names, lambda sent: {}) for kind, names in FACTS.items()},
    "begin": _begin,
    "boundary": _boundary,
}
