"""Changes of records: what each does, what undoes it, and what it does not touch."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ingest.correct.aim import aimed, changed_run
from archive.ingest.correct.apply import Held, change_document, change_issue
from archive.ingest.correct.change import Change, Stale
from archive.ingest.correct.documents import joining
from archive.ingest.correct.facts import fact_values
from archive.ingest.correct.structure import heading_values
from archive.ingest.parse.records import ParsedDocument
from archive.ingest.read import read_issue
from tests.factories import make_parsed_issue

SAMPLES = Path(__file__).resolve().parents[3] / "archive" / "samples"


@cache
def sample_documents() -> tuple[ParsedDocument, ...]:
    """The documents of a bundled issue, which have tables, rosters, headings and appointments."""
    return read_issue(SAMPLES / "jichuan-2024-01.pdf").documents


def notice() -> ParsedDocument:
    return make_parsed_issue().documents[0]


def text_change(document: ParsedDocument, at: int, old: str, new: str) -> Change:
    text = document.blocks[at].text
    assert old in text
    return Change("text", {"block": at}, text, text.replace(old, new))


def test_a_text_is_changed_and_its_print_is_kept() -> None:
    changed = change_document(notice(), text_change(notice(), 6, "逐株", "逐棵"))
    assert "逐棵登记" in changed.blocks[6].text
    assert changed.blocks[6].as_printed == notice().blocks[6].text
    again = change_document(changed, text_change(changed, 6, "逐棵", "一一"))
    assert again.blocks[6].as_printed == notice().blocks[6].text
    back = change_document(again, text_change(again, 6, "一一", "逐株"))
    assert back == notice()


def test_a_heading_follows_its_text() -> None:
    changed = change_document(notice(), text_change(notice(), 4, "重点任务", "主要任务"))
    assert (changed.sections[1].label, changed.sections[1].heading) == ("二、", "主要任务")
    changed = change_document(notice(), text_change(notice(), 7, "落实养护", "压实养护"))
    assert (changed.sections[3].label, changed.sections[3].heading) == ("（二）", "压实养护责任。")


def test_references_follow_the_text() -> None:
    changed = change_document(
        notice(), text_change(notice(), 1, "云省政发〔2020〕7号", "云省政发〔2020〕17号")
    )
    assert [r.number for r in changed.references] == ["云省政发〔2020〕17号", "云政发〔2011〕3号"]
    assert "〔2020〕17号" in changed.references[0].evidence


def test_what_an_editor_added_stays_when_the_text_changes() -> None:
    added = {"number": "云政发〔2001〕9号", "title": "", "relation": "cites", "evidence": "见封底"}
    changed = change_document(notice(), Change("reference", {"at": 0}, None, added))
    changed = change_document(changed, text_change(changed, 1, "〔2020〕7号", "〔2020〕8号"))
    assert [r.number for r in changed.references] == [
        "云政发〔2001〕9号",
        "云省政发〔2020〕8号",
        "云政发〔2011〕3号",
    ]


def test_a_text_that_is_read_otherwise_since_is_found_by_what_stands_around_it() -> None:
    change = text_change(notice(), 6, "逐株", "逐棵")
    joined = notice().blocks[6].text + "各级财政予以保障。"
    blocks = (*notice().blocks[:6], replace(notice().blocks[6], text=joined), *notice().blocks[7:])
    document = replace(notice(), blocks=blocks)
    with pytest.raises(Stale):
        change_document(document, change)
    changed = change_document(document, aimed(document, change))
    assert changed.blocks[6].text == joined.replace("逐株", "逐棵")
    assert changed.blocks[6].as_printed == joined


def test_a_text_that_is_gone_is_stale() -> None:
    change = text_change(notice(), 6, "逐株", "逐棵")
    blocks = (*notice().blocks[:6], *notice().blocks[7:])
    document = replace(notice(), blocks=blocks)
    with pytest.raises(Stale):
        change_document(document, change)
    with pytest.raises(Stale):
        aimed(document, change)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("title", "云岭市人民政府关于加强古树名木保护工作的通知", "云岭市人民政府关于古树名木的通知"),
        ("signed_on", "2022-01-15", "2022-01-16"),
        ("signed_on", "2022-01-15", None),
        ("signed_by", ["云岭市人民政府"], ["云岭市人民政府", "云岭市林业局"]),
        ("note", "此件公开发布", ""),
    ],
)
def test_a_field_is_changed_and_back(name: str, old: Any, new: Any) -> None:
    change = Change("field", {"field": name}, old, new)
    document = replace(notice(), signed_on=notice().signed_on and notice().signed_on.replace(year=2022))  # type: ignore[union-attr]
    changed = change_document(document, change)
    assert changed != document
    assert change_document(changed, change.reversed()) == document
    with pytest.raises(Stale):
        change_document(changed, change)


def test_a_cell_keeps_what_is_printed_and_the_text_follows() -> None:
    plan = make_parsed_issue().documents[1]
    change = Change("cell", {"table": 0, "row": 0, "column": 2}, "20000", "26000")
    changed = change_document(plan, change)
    assert changed.tables[0].rows[0] == ("1", "编织袋", "26000")
    assert changed.tables[0].as_printed == ((0, 2, "20000"),)
    assert "26000" in next(b.text for b in changed.blocks if b.kind == "table")
    assert change_document(changed, change.reversed()) == plan
    head = Change("cell", {"table": 0, "row": -1, "column": 1}, "名称", "物资名称")
    assert change_document(plan, head).tables[0].columns[1] == "物资名称"
    # a row was read above it since
    table = replace(plan.tables[0], rows=(("0", "沙袋", "9"), *plan.tables[0].rows))
    moved = change_document(replace(plan, tables=(table,)), change)
    assert moved.tables[0].rows[1] == ("1", "编织袋", "26000")
    assert moved.tables[0].as_printed == ((1, 2, "20000"),)


def test_nothing_of_what_is_blotted_out_is_kept() -> None:
    text = notice().blocks[6].text
    changed = change_document(notice(), text_change(notice(), 6, "逐株", "逐棵"))
    gone = changed.blocks[6].text
    redacted = change_document(changed, Change("redact", {"block": 6}, gone, gone.replace("晋 玮", "█ █")))
    assert "玮" not in repr(redacted)
    assert text != gone


def test_a_paragraph_becomes_a_heading_and_a_paragraph_again() -> None:
    text = notice().blocks[3].text
    new = {"level": 2, "label": "", "heading": text, "run_in": False}
    change = Change("heading", {"block": 3, "text": text}, None, new)
    changed = change_document(notice(), change)
    assert [(s.level, s.heading, s.parent) for s in changed.sections] == [
        (1, "总体要求", None),
        (2, text, 0),
        (1, "重点任务", None),
        (2, "开展普查建档", 2),
        (2, "落实养护责任。", 2),
    ]
    assert [b.section for b in changed.blocks[:8]] == [None, None, 0, 1, 2, 3, 3, 4]
    assert change_document(changed, change.reversed()) == notice()


def test_a_heading_is_promoted_and_what_stands_under_it_goes_along() -> None:
    text = notice().blocks[5].text
    old = heading_values(notice(), 5)
    assert old is not None
    changed = change_document(
        notice(), Change("heading", {"block": 5, "text": text}, old, old | {"level": 1})
    )
    assert [(s.level, s.parent) for s in changed.sections] == [(1, None), (1, None), (1, None), (2, 2)]


def test_blocks_are_joined_and_parted() -> None:
    one, two = notice().blocks[1].text, notice().blocks[2].text
    change = Change("merge", {"block": 1}, [one, two], one + two)
    changed = change_document(notice(), change)
    assert len(changed.blocks) == len(notice().blocks) - 1
    assert [s.heading for s in changed.sections][:1] == ["重点任务"]  # 一、 was a heading of its own
    text = notice().blocks[6].text
    change = Change("split", {"block": 6}, text, [text[:10], text[10:]])
    changed = change_document(notice(), change)
    assert [b.text for b in changed.blocks[6:8]] == [text[:10], text[10:]]
    assert change_document(changed, change.reversed()) == notice()


def test_an_appointment_is_added_changed_and_dropped() -> None:
    person = {"action": "appoint", "person": "石峥", "post": "市水务局局长", "remark": ""}
    added = change_document(notice(), Change("appointment", {"at": 0}, None, person))
    assert [a.person for a in added.appointments] == ["石峥"]
    changed = change_document(
        added, Change("appointment", {"at": 0}, person, person | {"post": "市水务局副局长"})
    )
    assert changed.appointments[0].post == "市水务局副局长"
    dropped = change_document(
        changed, Change("appointment", {"at": 0}, fact_values(changed.appointments[0]), None)
    )
    assert dropped == notice()
    with pytest.raises(Stale):
        change_document(dropped, Change("appointment", {"at": 0}, person, None))


# --- between documents ---------------------------------------------------------------------------------
def held(*documents: ParsedDocument) -> list[Held]:
    return [Held(document, f"id{n}") for n, document in enumerate(documents, 1)]


def test_two_documents_are_joined_and_parted_again() -> None:
    before = held(*make_parsed_issue().documents)
    change = joining(before[0].record, before[1].record)
    joined = change_issue(before, "id1", change)
    assert len(joined) == len(before) - 1
    assert [one.record.position for one in joined] == list(range(1, len(before)))
    texts = [block.text for block in joined[0].record.blocks]
    first, second = before[0].record, before[1].record
    assert texts == [
        *(b.text for b in first.blocks),
        second.title,
        second.number_as_printed,
        *(b.text for b in second.blocks),
    ]
    assert len(joined[0].record.tables) == 1 and joined[0].record.last_page == second.last_page
    parted = change_issue(joined, "id1", change.reversed(), made="id2")
    assert [one.key for one in parted] == [one.key for one in before]
    for one, two in zip(parted, before, strict=True):
        for name in (
            "position",
            "title",
            "number",
            "title_in_contents",
            "first_page",
            "last_page",
            "category",
        ):
            assert getattr(one.record, name) == getattr(two.record, name)
        assert [b.text for b in one.record.blocks] == [b.text for b in two.record.blocks]
        assert one.record.sections == two.record.sections
        assert one.record.tables == two.record.tables


def test_a_missed_document_begins_at_its_title() -> None:
    document = sample_documents()[0]
    at = len(document.blocks) // 2
    head = [["paragraph", document.blocks[at].text, document.blocks[at].page]]
    new = {"title": "吉川市人民政府关于补记的通知", "number": "吉政发[2024]099号", "head": head}
    change = Change("begin", {"block": at, "text": document.blocks[at].text}, None, new)
    first, second = change_issue(held(document), "id1", change, made="new")
    assert (first.key, second.key) == ("id1", "new")
    assert second.record.number == "吉政发〔2024〕99号"
    assert second.record.kind == "通知"
    assert len(first.record.blocks) + 1 + len(second.record.blocks) == len(document.blocks)
    undone = change_issue([first, second], "id1", change.reversed())
    assert [b.text for b in undone[0].record.blocks] == [b.text for b in document.blocks]


@pytest.mark.parametrize("count", [1, 2, -1, -2])
def test_a_boundary_is_moved_and_nothing_is_lost(count: int) -> None:
    one, two, *_ = sample_documents()
    giver = two if count > 0 else one
    old = giver.blocks[0].text if count > 0 else giver.blocks[count].text
    change = Change("boundary", {}, old, {"blocks": count})
    first, second = change_issue(held(one, two), "id1", change)
    texts = [b.text for b in (*first.record.blocks, *second.record.blocks)]
    assert texts == [b.text for b in (*one.blocks, *two.blocks)]
    assert len(first.record.blocks) == len(one.blocks) + count
    check_whole(first.record)
    check_whole(second.record)


def test_what_is_gone_is_stale() -> None:
    with pytest.raises(Stale):
        change_issue(held(notice()), "other", Change("field", {"field": "note"}, "", "x"))
    with pytest.raises(Stale):
        change_issue(held(notice()), "id1", Change("join", {}, {"title": "x", "head": []}, None))


# --- properties ----------------------------------------------------------------------------------------
def check_whole(document: ParsedDocument) -> None:
    """Every index of the record leads somewhere, and parents stand before their children and above them."""
    for block in document.blocks:
        assert block.section is None or block.section < len(document.sections)
        assert block.table is None or block.table < len(document.tables)
        assert block.roster is None or block.roster < len(document.rosters)
    for i, section in enumerate(document.sections):
        assert section.parent is None or section.parent < i
    for enclosure in document.enclosures:
        assert document.blocks[enclosure.block].kind == "subtitle"


@st.composite
def changes(draw: st.DrawFn, document: ParsedDocument) -> Change:
    """A change that an editor could make of a document."""
    plain = [i for i, b in enumerate(document.blocks) if b.table is None and b.roster is None]
    at = draw(st.sampled_from(plain))
    text = document.blocks[at].text
    kind = draw(st.sampled_from(["text", "split", "heading", "merge"]))
    if kind == "text" or not text:
        return Change("text", {"block": at}, text, text + draw(st.sampled_from(["。", "甲", "〔2020〕1号"])))
    if kind == "split" and len(text) > 1:
        cut = draw(st.integers(1, len(text) - 1))
        return Change("split", {"block": at}, text, [text[:cut], text[cut:]])
    if kind == "merge" and at + 1 in plain:
        after = document.blocks[at + 1].text
        return Change("merge", {"block": at}, [text, after], text + after)
    old = heading_values(document, at)
    if old is None and document.blocks[at].kind != "paragraph":
        return Change("text", {"block": at}, text, text + "乙")
    level = draw(st.integers(1, 4))
    new = None if old else {"level": level, "label": "", "heading": text, "run_in": False}
    return Change("heading", {"block": at, "text": text}, old, new)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_run_of_changes_leaves_a_whole_document_with_all_its_text(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(sample_documents()))
    for _ in range(data.draw(st.integers(1, 6))):
        change = data.draw(changes(document))
        before = "".join(block.text for block in document.blocks)
        document = change_document(document, change)
        after = "".join(block.text for block in document.blocks)
        assert after == before or change.kind == "text"
        check_whole(document)


@given(st.text("甲乙丙", max_size=8), st.text("甲乙丙", max_size=8))
def test_the_changed_run(old: str, new: str) -> None:
    start, end_old, end_new = changed_run(old, new)
    assert old[:start] + new[start:end_new] + old[end_old:] == new
