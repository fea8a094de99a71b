"""What is stored of a parsed issue, and what lasts when it is stored again."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from archive.ingest import store
from archive.ingest.errors import IssueConflict, NoDocuments
from archive.ingest.parse.records import (
    Attachment,
    Block,
    ParsedDocument,
    ParsedIssue,
    PrintedPage,
    Reference,
    Section,
    Validity,
)
from archive.ingest.store import store_issue
from archive.models import Document, DocumentAlias, Gazette, Issue
from archive.models import Section as SectionRow
from tests.factories import make_document, make_issue, make_parsed_issue, save_issue

pytestmark = pytest.mark.django_db


def ids_by_title(issue: Issue) -> dict[str, str]:
    return dict(issue.documents.values_list("title", "public_id"))


def with_titles(*titles: str, **changes: object) -> ParsedIssue:
    """An issue of one-paragraph notices; the number follows the title's place in the alphabet of Heaven."""
    documents = tuple(
        make_document(n, title=title, number=f"云政发〔2024〕{'甲乙丙丁戊'.index(title[0]) + 1}号")
        for n, title in enumerate(titles, 1)
    )
    return make_parsed_issue(documents=documents, findings=(), **changes)


# --- what is saved -----------------------------------------------------------------------------------
def test_every_part_is_saved() -> None:
    parsed = make_parsed_issue()
    issue = save_issue(parsed, file_size=1234)

    assert (issue.gazette.name, issue.year, issue.label, issue.number) == ("云岭市人民政府公报", 2024, "1", 1)
    assert (issue.state, issue.file_size, issue.page_count, issue.parser_version != "") == (
        "draft",
        1234,
        6,
        True,
    )
    assert issue.published_on == date(2024, 2, 28)
    assert issue.documents.count() == 4
    assert list(issue.pages.values_list("printed_number", flat=True)) == [None, 1, 2, 3, 4, 5]
    assert issue.pages.get(number=2).lines == [["第2页的文字", 72.0, 80.0, 300.0, 96.0]]

    notice, plan, group, personnel = issue.documents.all()
    assert (notice.number_code, notice.number_year, notice.number_sequence) == ("云政发", 2024, 1)
    assert notice.signed_by == ["云岭市人民政府"]
    assert [block.kind for block in notice.blocks.all()] == [b.kind for b in parsed.documents[0].blocks]
    assert [b.text for b in notice.blocks.all()] == [b.text for b in parsed.documents[0].blocks]
    sections = list(notice.sections.all())
    assert [(s.anchor, s.parent and s.parent.anchor) for s in sections] == [
        ("s-1", None),
        ("s-2", None),
        ("s-2-1", "s-2"),
        ("s-2-2", "s-2"),
    ]
    assert [b.section and b.section.anchor for b in notice.blocks.all()][2:8] == [
        *("s-1", "s-1", "s-2", "s-2-1", "s-2-1", "s-2-2"),
    ]
    assert notice.attachments.get().omitted

    assert plan.number_in_contents == "云政办发〔2024〕61号"
    table = plan.tables.get()
    assert (table.columns, table.rows[1]) == (["序号", "名称", "数量"], ["2", "冲锋舟", "6"])
    assert plan.blocks.get(kind="table").table == table
    assert plan.enclosures.get().block.text == "云岭市防汛应急预案"
    assert group.rosters.get().members[0] == {"role": "组长", "person": "林岚", "post": "副市长"}
    assert [(a.action, a.person) for a in personnel.appointments.all()] == [
        ("appoint", "晋玮"),
        ("appoint", "高山流"),
        ("remove", "程千里"),
    ]
    finding = issue.findings.first()
    assert (finding.code, finding.document, len(finding.evidence)) == ("number-differs", plan, 2)
    assert [entry.document for entry in issue.contents.all()] == [notice, plan, group, personnel]


def test_a_contents_entry_without_a_document_stays() -> None:
    parsed = make_parsed_issue()
    lonely = replace(parsed.contents[0], title="目录里有而正文没有的通知", page=9)
    issue = save_issue(replace(parsed, contents=(*parsed.contents, lonely)), file_size=1)
    assert issue.contents.last().document is None


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("国务院令第707号", ("国务院令", None, 707)),
        ("云政发〔2024〕1号", ("云政发", 2024, 1)),
        (None, ("", None, None)),
    ],
)
def test_number_parts(number: str | None, parts: tuple[str, int | None, int | None]) -> None:
    issue = save_issue(make_parsed_issue(documents=(make_document(1, number=number),)), file_size=1)
    document = issue.documents.get()
    assert (document.number_code, document.number_year, document.number_sequence) == parts


def test_an_issue_without_documents_is_refused() -> None:
    with pytest.raises(NoDocuments, match=r"空\.pdf"):
        save_issue(make_parsed_issue(documents=(), name="空.pdf"), file_size=1)
    assert not Issue.objects.exists()
    assert not Gazette.objects.exists()


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(store, "_save_findings", fail)
    with pytest.raises(RuntimeError):
        save_issue(make_parsed_issue(), file_size=1)
    assert not Issue.objects.exists()
    assert not Gazette.objects.exists()
    assert not Document.objects.exists()


def test_characters_and_values_that_a_database_refuses() -> None:
    document = make_document(
        1,
        title="关于\x00保护古树的\ud800通知",
        number="云" * 130 + "〔2024〕1号",
        kind="通知" * 20,
        attachments=(Attachment("附件" * 20, "名录\x00"),),
        blocks=(Block("paragraph", "正文\x00。"),),
    )
    page = PrintedPage(1, 595.0, float("inf"), lines=(("\x00字", float("nan"), 1.0, 2.0, 3.0),))
    issue = save_issue(
        make_parsed_issue(documents=(document,), pages=(page,), total_number=10**30, contents=()), file_size=1
    )
    saved = Document.objects.get(issue=issue)
    assert saved.title == "关于保护古树的\ufffd通知"
    assert saved.number == ""  # half a number would be another number
    assert (len(saved.kind), saved.kind[-1]) == (20, "…")
    assert saved.blocks.get().text == "正文。"
    assert issue.pages.get().lines == [["字", 0.0, 1.0, 2.0, 3.0]]
    assert Issue.objects.get().total_number is None
    cut = {
        f.message.rpartition("（")[2]: f.evidence for f in issue.findings.filter(code="value-does-not-fit")
    }
    assert set(cut) == {
        *("document.number）", "document.kind）", "document.number_in_contents）"),
        *("attachment.label）", "issue.total_number）"),
    }
    assert cut["attachment.label）"][0] == "附件" * 20


# --- twice -------------------------------------------------------------------------------------------
def test_the_same_file_twice_is_one_issue() -> None:
    first = store_issue(make_parsed_issue(), file_size=1)
    second = store_issue(make_parsed_issue(), file_size=1)
    assert (first.outcome, second.outcome) == ("added", "unchanged")
    assert first.issue == second.issue
    assert Document.objects.count() == 4


def test_another_file_of_the_same_issue_asks() -> None:
    save_issue(make_parsed_issue(), file_size=1)
    with pytest.raises(IssueConflict, match=r"请选择替换$") as raised:
        save_issue(make_parsed_issue(sha256="f" * 64, name="更正.pdf"), file_size=1)
    assert raised.value.needs == "replace"
    assert Issue.objects.get().sha256 != "f" * 64


def test_issues_of_unknown_label_do_not_stand_in_each_others_way() -> None:
    save_issue(make_parsed_issue(label="", sha256="a" * 64), file_size=1)
    save_issue(make_parsed_issue(label="", sha256="b" * 64), file_size=1)
    assert Issue.objects.count() == 2


def test_a_file_cannot_take_the_place_of_two_issues() -> None:
    save_issue(make_parsed_issue(label="1", sha256="a" * 64), file_size=1)
    save_issue(make_parsed_issue(label="2", sha256="b" * 64), file_size=1)
    with pytest.raises(IssueConflict, match="第2期"):
        save_issue(make_parsed_issue(label="2", sha256="a" * 64), file_size=1, replace=True)


@pytest.mark.parametrize("sha256", [None, "f" * 64], ids=["same file", "another file of the issue"])
def test_two_processes_that_store_at_once(monkeypatch: pytest.MonkeyPatch, sha256: str | None) -> None:
    """The other one commits between our look, which finds nothing, and our insert, which the database refuses."""
    theirs = make_issue("draft")
    for name in ("_held_issue", "_same_issue"):
        looks = iter([lambda *args: None])
        real = getattr(store, name)
        monkeypatch.setattr(store, name, lambda *args, looks=looks, real=real: next(looks, real)(*args))

    ours = make_parsed_issue() if sha256 is None else make_parsed_issue(sha256=sha256)
    if sha256 is None:
        stored = store_issue(ours, file_size=1)
        assert (stored.issue.pk, stored.outcome) == (theirs.pk, "unchanged")
    else:
        with pytest.raises(IssueConflict):
            store_issue(ours, file_size=1)
    assert Document.objects.count() == 4


# --- replace -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["draft", "published", "withdrawn"])
def test_replacing_keeps_state_address_and_ids(state: str) -> None:
    issue = make_issue(state)
    before = ids_by_title(issue)
    rows = {d.public_id: d.pk for d in issue.documents.all()}

    stored = store_issue(make_parsed_issue(sha256="f" * 64, name="更正.pdf"), file_size=99, replace=True)

    assert stored.outcome == "replaced"
    assert stored.issue.pk == issue.pk
    again = Issue.objects.get()
    assert (again.state, again.sha256, again.file_name, again.file_size) == (state, "f" * 64, "更正.pdf", 99)
    assert again.withdrawn_reason == issue.withdrawn_reason
    assert ids_by_title(again) == before
    assert {d.public_id: d.pk for d in again.documents.all()} == rows
    assert SectionRow.objects.filter(document__issue=again).count() == 8
    assert again.findings.count() == 2
    assert not DocumentAlias.objects.exists()


def test_storing_the_same_file_anew_replaces_its_parts() -> None:
    issue = make_issue()
    parsed = make_parsed_issue()
    shorter = replace(parsed.documents[0], sections=(), blocks=(Block("paragraph", "新的识别结果。"),))
    stored = store_issue(
        replace(parsed, documents=(shorter, *parsed.documents[1:])), file_size=1, replace=True
    )
    assert stored.outcome == "replaced"
    assert [b.text for b in issue.documents.first().blocks.all()] == ["新的识别结果。"]


def test_an_unsure_parse_does_not_take_a_published_address_away() -> None:
    issue = make_issue()
    parsed = replace(make_parsed_issue(), label="", year=None, gazette="")
    store_issue(parsed, file_size=1, replace=True)
    again = Issue.objects.get()
    assert (again.gazette, again.year, again.label) == (issue.gazette, 2024, "1")


@pytest.mark.parametrize(
    ("before", "after", "stay"),
    [
        # one is found in front: all others move on by one
        (["甲关于", "乙关于"], ["丙关于", "甲关于", "乙关于"], ["甲关于", "乙关于"]),
        # the order turns round
        (["甲关于", "乙关于", "丙关于"], ["丙关于", "乙关于", "甲关于"], ["甲关于", "乙关于", "丙关于"]),
        # one is lost, another comes
        (["甲关于", "乙关于", "丙关于"], ["甲关于", "丙关于", "丁关于"], ["甲关于", "丙关于"]),
    ],
)
def test_documents_keep_their_ids_when_others_come_and_go(
    before: list[str], after: list[str], stay: list[str]
) -> None:
    first = ids_by_title(save_issue(with_titles(*before), file_size=1))
    second = ids_by_title(save_issue(with_titles(*after), file_size=1, replace=True))
    assert {title: second[title] for title in stay} == {title: first[title] for title in stay}
    assert set(second) == set(after)
    assert len(set(second.values())) == len(after)
    assert not set(first.values()) & {second[title] for title in after if title not in stay}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "甲关于保护盂县古树的通知"},
        {"number": "云政发〔2024〕9号"},
        {"title": "甲关于保护盂县古树的通知", "number": "云政发〔2024〕9号"},
        {"number": None},
    ],
    ids=["title mended", "number mended", "both mended", "number lost"],
)
def test_a_mended_document_is_the_same(changes: dict[str, str | None]) -> None:
    issue = save_issue(with_titles("甲关于保护孟县古树的通知", "乙关于"), file_size=1)
    public_id = issue.documents.get(position=1).public_id
    fields = {"title": "甲关于保护孟县古树的通知", "number": "云政发〔2024〕1号"} | changes
    second = make_document(2, title="乙关于", number="云政发〔2024〕2号")
    save_issue(
        make_parsed_issue(documents=(make_document(1, **fields), second), findings=()),
        file_size=1,
        replace=True,
    )
    assert issue.documents.get(position=1).public_id == public_id


def test_one_number_on_two_documents_tells_them_apart_by_title() -> None:
    documents = tuple(
        make_document(n, title=title, number="云政办函〔2024〕46号")
        for n, title in enumerate(["甲", "乙"], 1)
    )
    parsed = make_parsed_issue(documents=documents, findings=())
    before = ids_by_title(save_issue(parsed, file_size=1))
    turned = tuple(
        replace(d, position=3 - d.position, first_page=None, last_page=None) for d in reversed(documents)
    )
    after = ids_by_title(save_issue(replace(parsed, documents=turned), file_size=1, replace=True))
    assert after == before


def test_the_id_of_a_vanished_document_leads_to_the_one_that_holds_its_page() -> None:
    first, second, third = (
        make_document(n, title=title, first_page=page, last_page=page + 1)
        for n, (title, page) in enumerate([("甲", 2), ("乙", 4), ("丙", 6)], 1)
    )
    issue = save_issue(make_parsed_issue(documents=(first, second, third), findings=()), file_size=1)
    ids = ids_by_title(issue)
    merged = replace(first, last_page=5)
    parsed = make_parsed_issue(documents=(merged, replace(third, position=2)), findings=())
    save_issue(parsed, file_size=1, replace=True)

    assert ids_by_title(issue) == {"甲": ids["甲"], "丙": ids["丙"]}
    assert DocumentAlias.objects.get(public_id=ids["乙"]).document.title == "甲"
    finding = issue.findings.get(code="document-gone")
    assert (finding.document.title, finding.evidence) == ("甲", ["乙", "甲"])

    # and when that one goes, too, both lead on
    save_issue(
        make_parsed_issue(documents=(replace(third, position=1, first_page=2),), findings=()),
        file_size=1,
        replace=True,
    )
    assert {a.public_id: a.document.title for a in DocumentAlias.objects.all()} == {
        ids["甲"]: "丙",
        ids["乙"]: "丙",
    }


def test_what_was_withdrawn_alone_does_not_come_back_in_its_neighbour() -> None:
    first = make_document(1, title="甲", first_page=2, last_page=2)
    second = make_document(2, title="乙", first_page=3, last_page=3)
    issue = save_issue(make_parsed_issue(documents=(first, second), findings=()), file_size=1)
    issue.documents.filter(title="乙").update(withdrawn_at=timezone.now(), withdrawn_reason="含个人信息")
    merged = make_parsed_issue(documents=(replace(first, last_page=3),), findings=())
    save_issue(merged, file_size=1, replace=True)
    left = issue.documents.get()
    assert left.withdrawn_at is not None
    assert left.withdrawn_reason == "含个人信息"


# --- references --------------------------------------------------------------------------------------
def referring(to: str | None = None, to_title: str = "", **changes: object) -> ParsedDocument:
    return make_document(references=(Reference(to, to_title, "cites", "根据……"),), **changes)


def target_of(issue: Issue) -> Document | None:
    return issue.documents.get(position=1).references.get().target


def cite(number: str | None = None, title: str = "") -> Issue:
    return save_issue(
        make_parsed_issue(label="9", documents=(referring(number, title),), findings=()), file_size=1
    )


def bring(label: str, *documents: ParsedDocument) -> Issue:
    return save_issue(make_parsed_issue(label=label, documents=documents, findings=()), file_size=1)


def test_references_inside_an_issue_are_resolved() -> None:
    issue = make_issue()
    notice = issue.documents.get(position=1)
    assert issue.documents.get(position=3).references.get().target == notice
    assert [r.target for r in notice.references.all()] == [None, None]
    assert [r.document.position for r in notice.cited_by.all()] == [3]


@pytest.mark.parametrize(
    "numbers",
    ["云政发〔2023〕8号", "云政发〔2023〕8号、云财〔2023〕2号"],
    ids=["alone", "joint"],
)
def test_a_later_issue_brings_the_target(numbers: str) -> None:
    issue = cite("云政发〔2023〕8号")
    assert target_of(issue) is None
    later = bring("10", make_document(1, number=numbers))
    assert target_of(issue) == later.documents.get()


def test_two_candidates_are_none_and_one_that_goes_leaves_the_other() -> None:
    issue = cite("云政发〔2023〕8号")
    bring("10", make_document(1, number="云政发〔2023〕8号"))
    eleven = bring("11", make_document(1, number="云政发〔2023〕8号"))
    assert target_of(issue) is None
    # the second was misread: re-parsed, it has another number
    save_issue(
        make_parsed_issue(label="11", documents=(make_document(1, number="云政发〔2023〕3号"),), findings=()),
        file_size=1,
        replace=True,
    )
    assert target_of(issue).issue.label == "10"
    assert eleven.documents.get().number == "云政发〔2023〕3号"


def test_by_title_only_where_no_number_is_printed() -> None:
    by_title = cite(title="云岭市古树保护办法")
    bring("10", make_document(1, title="云岭市古树保护办法", number="云政发〔2023〕8号"))
    assert target_of(by_title).title == "云岭市古树保护办法"
    save_issue(
        make_parsed_issue(
            label="9",
            documents=(referring("云政发〔1999〕1号", "云岭市古树保护办法"),),
            findings=(),
        ),
        file_size=1,
        replace=True,
    )
    assert target_of(by_title) is None


def test_a_document_is_never_its_own_target() -> None:
    issue = bring("9", referring("云政发〔2024〕8号", number="云政发〔2024〕8号"))
    assert target_of(issue) is None


def test_targets_stay_when_the_cited_issue_is_stored_again() -> None:
    issue = cite("云政发〔2024〕1号")
    cited = make_issue()
    target = target_of(issue)
    assert target is not None
    store_issue(make_parsed_issue(sha256="f" * 64), file_size=1, replace=True)
    assert target_of(issue) == target == cited.documents.get(position=1)


def test_withdrawn_issues_are_no_candidates() -> None:
    make_issue("withdrawn")
    assert target_of(cite("云政发〔2024〕1号")) is None


def test_sections_of_any_depth_find_their_parents() -> None:
    sections = [Section(1, "1", "甲")]
    for depth in range(1, 6):
        sections.append(Section(depth + 1, ".".join(["1"] * (depth + 1)), "乙", parent=depth - 1))
    document = make_document(1, sections=tuple(sections))
    issue = bring("9", document)
    rows = list(issue.documents.get().sections.all())
    assert [row.parent for row in rows] == [None, *rows[:-1]]
    assert rows[-1].anchor == "s-1-1-1-1-1-1"


def test_storing_takes_a_steady_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    documents = tuple(
        replace(make_parsed_issue().documents[0], position=n, number=f"云政发〔2024〕{n}号")
        for n in range(1, 61)
    )
    with django_assert_max_num_queries(60), transaction.atomic():
        save_issue(make_parsed_issue(documents=documents, findings=()), file_size=1)


def test_validity_and_confidence_are_stored_and_fitted() -> None:
    sure = make_document(
        1,
        validity=Validity(date(2024, 3, 1), date(2029, 2, 28), 5, ("有效期5年。",)),
        blocks=(
            Block("paragraph", "正文。", confidence=0.875),
            Block("note", "（附注）", confidence=float("nan")),
        ),
    )
    misread = make_document(2, title="另一件", validity=Validity(years=10**30, evidence=("有效期百万年。",)))
    issue = save_issue(make_parsed_issue(documents=(sure, misread)), file_size=1)
    first, second = issue.documents.all()
    assert (first.effective_on, first.expires_on, first.valid_years) == (
        date(2024, 3, 1),
        date(2029, 2, 28),
        5,
    )
    assert first.validity_evidence == ["有效期5年。"]
    assert [block.confidence for block in first.blocks.all()] == [0.875, 0.0]
    assert second.valid_years is None
    finding = issue.findings.get(code="value-does-not-fit")
    assert (finding.document, finding.evidence) == (second, [str(10**30), ""])
