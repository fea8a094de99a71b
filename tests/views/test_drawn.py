"""What an editor draws on a page: which document begins there, what the form is filled with, and what is refused."""

import pytest
from auditlog.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from archive.ingest.correct.change import Change
from archive.ingest.correcting import correct
from archive.ingest.parse.records import Block, ParsedIssue, PrintedPage
from archive.ingest.store import store_issue
from archive.models import Correction, Document, Issue
from archive.views.drawn import Drawn, NoStart, find_start, read_drawn
from tests.accounts import make_account
from tests.factories import make_document, make_issue, make_parsed_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

MISSED = ("云岭市人民政府", "关于表彰先进集体的决定")
# The lines of page 2 as they are printed: (text, left, top); each 12 points high and 10 wide a character.
LINES = (
    ("云岭市人民政府公报", 72, 20),
    ("云岭市人民政府关于护林的通知", 150, 60),
    ("云政发〔2024〕1号", 200, 80),
    ("各县（区）人民政府：", 72, 100),
    ("现将护林工作通知", 92, 120),
    ("如下。", 72, 140),
    (MISSED[0], 180, 180),
    (MISSED[1], 150, 200),
    ("（云政发〔2024〕2号）", 200, 220),
    ("各县（区）人民政府：", 72, 240),
    ("市政府决定予以表彰。", 92, 260),
    ("一、表彰的集体", 72, 280),
)


def make_print(*blocks: str) -> Issue:
    """A draft of one document, whose blocks are those texts, and in which another was missed."""
    return store_issue(make_parsed_print(*blocks), file_size=1).issue


def make_parsed_print(*blocks: str) -> ParsedIssue:
    """The same as it was read."""
    lines = tuple(
        (text, float(left), float(top), left + 10.0 * len(text), top + 12.0) for text, left, top in LINES
    )
    page = PrintedPage(2, width=595.0, height=842.0, printed_number=1, lines=lines)
    document = make_document(
        1,
        title=LINES[1][0],
        number=LINES[2][0],
        blocks=tuple(
            Block("table" if "\t" in text else "paragraph", text, page=2) for text in blocks or BLOCKS
        ),
    )
    return make_parsed_issue(documents=(document,), pages=(page,))


BLOCKS = (
    "各县（区）人民政府：",
    "现将护林工作通知如下。",
    "".join(MISSED),
    "（云政发〔2024〕2号）",
    "各县（区）人民政府：",
    "市政府决定予以表彰。",
    "一、表彰的集体",
)


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_account())
    return client


def box(first: int, last: int) -> str:
    """A rectangle around lines `first` to `last` of the page, drawn with an unsteady hand."""
    top, bottom = LINES[first][2] - 5, LINES[last][2] + 15
    return f"2:140.5,{top},310,{bottom - top}"


def draw(issue: Issue, drawn: str) -> tuple[int, int, str, str, int, int]:
    read = read_drawn(drawn)
    assert read is not None
    found = find_start(issue, read)
    return found.block, found.head, found.title, found.number, found.start, found.end


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("2:7", Drawn(2, line=7)),
        ("11:72,96.5,310,40", Drawn(11, box=(72, 96.5, 310, 40))),
        ("2:72,96.5,310", None),
        ("2:72,96.5,0,40", None),
        ("2:1e9,1,1,1", None),
        ("2:nan,1,1,1", None),
        ("2:,,,,,,,,", None),
        ("-2:7", None),
        ("2:7;", None),
        ("", None),
    ],
)
def test_what_an_address_says_was_drawn(text: str, drawn: Drawn | None) -> None:
    assert read_drawn(text) == drawn


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(box(6, 7), id="title"),
        pytest.param(box(6, 8), id="title and number"),
        pytest.param("2:6", id="its first line"),
        pytest.param("2:7", id="its second line"),
        pytest.param("2:200,205,1,1", id="a click on it"),
        pytest.param("2:230,184,1.5,25", id="a stroke down through both lines"),
    ],
)
def test_a_title_between_paragraphs(drawn: str) -> None:
    assert draw(make_print(), drawn) == (2, 2, "".join(MISSED), "（云政发〔2024〕2号）", 0, 0)


def test_a_title_of_two_blocks() -> None:
    issue = make_print(*BLOCKS[:2], *MISSED, *BLOCKS[3:])
    assert draw(issue, box(6, 7)) == (2, 3, "".join(MISSED), "（云政发〔2024〕2号）", 0, 0)


def test_a_rectangle_takes_no_more_than_it_holds() -> None:
    assert draw(make_print(), box(7, 7)) == (2, 2, MISSED[1], "（云政发〔2024〕2号）", 7, 0)


def test_a_title_in_the_middle_of_a_paragraph() -> None:
    glued = "现将护林工作通知如下。" + "".join(MISSED) + " （云政发〔2024〕2号）各县（区）人民政府："
    issue = make_print(BLOCKS[0], glued, *BLOCKS[5:])
    at = glued.index(MISSED[0])
    end = glued.index("各县")
    assert draw(issue, box(6, 7)) == (1, 1, "".join(MISSED), "（云政发〔2024〕2号）", at, end)
    # one line of a long paragraph is that line alone
    assert draw(issue, "2:7") == (1, 1, MISSED[1], "（云政发〔2024〕2号）", at + 7, end)


@pytest.mark.parametrize(
    ("drawn", "reason"),
    [
        pytest.param("2:300,400,100,100", "没有文字行", id="nothing there"),
        pytest.param("2:99", "没有文字行", id="no such line"),
        pytest.param("9:1", "没有文字行", id="no such page"),
        pytest.param("2:0", "不在任何一件的正文里", id="running head"),
        pytest.param("2:1", "已经从这里开始", id="title of a document"),
        pytest.param("2:3", "已经从这里开始", id="its first paragraph"),
        pytest.param("2:70,95,300,200", "已经从这里开始", id="from its first paragraph on"),
        pytest.param("2:70,115,300,180", "最多占 4 段", id="far more than a title"),
    ],
)
def test_where_no_document_can_begin(drawn: str, reason: str) -> None:
    with pytest.raises(NoStart, match=reason):
        draw(make_print(), drawn)


def follow(desk: Client, issue: Issue, drawn: str) -> tuple[Page, str]:
    """The form that what was drawn leads to, and its address."""
    response = desk.get(reverse("desk-missed", args=[issue.pk]), {"drawn": drawn})
    assert response.status_code == 302
    return Page.of(desk.get(response["Location"])), response["Location"]


def save(desk: Client, issue: Issue, fields: dict[str, str]) -> HttpResponse:
    return desk.post(reverse("desk-correct", args=[issue.pk, 1]), fields)  # type: ignore[return-value]


def texts(document: Document) -> list[str]:
    return list(document.blocks.values_list("text", flat=True))


def test_the_form_is_filled_and_makes_the_document(desk: Client) -> None:
    issue = make_print()
    page, address = follow(desk, issue, box(6, 7))
    assert address == f"/desk/issues/{issue.pk}/documents/1/?edit=block-2&drawn={box(6, 7)}#block-2"
    sent = page.form_with("act", "begin")
    assert (sent["title"], sent["number"], sent["head"]) == ("".join(MISSED), "（云政发〔2024〕2号）", "2")
    response = save(desk, issue, sent)
    assert response["Location"] == reverse("desk-document", args=[issue.pk, 2])
    first, second = issue.documents.order_by("position")
    assert (second.title, second.number) == ("".join(MISSED), "云政发〔2024〕2号")
    assert (texts(first), texts(second)) == (list(BLOCKS[:2]), list(BLOCKS[4:]))
    corrections = get(desk, reverse("desk-corrections", args=[issue.pk]))
    assert (
        "".join(MISSED) + " （云政发〔2024〕2号）" in corrections.words
        and "paragraph" not in corrections.words
    )
    desk.post(reverse("desk-undo", args=[issue.pk, Correction.objects.get().act]))
    assert texts(issue.documents.get()) == list(BLOCKS)


def test_paragraphs_are_parted_for_the_title_and_joined_again(desk: Client) -> None:
    glued = "现将护林工作通知如下。" + "".join(MISSED) + "各县（区）人民政府："
    issue = make_print(BLOCKS[0], glued, *BLOCKS[5:])
    page, _address = follow(desk, issue, box(6, 7))
    assert "…现将护林工作通知如下。" in page.words and "各县（区）人民政府：…" in page.words
    save(desk, issue, page.form_with("act", "begin") | {"title": f"{MISSED[0]}\r\n{MISSED[1]}"})
    first, second = issue.documents.order_by("position")
    assert texts(first) == [BLOCKS[0], "现将护林工作通知如下。"]
    assert second.title == "".join(MISSED) and texts(second) == ["各县（区）人民政府：", *BLOCKS[5:]]
    acts = set(Correction.objects.values_list("act", flat=True))
    assert len(acts) == 1 and Correction.objects.count() == 3
    desk.post(reverse("desk-undo", args=[issue.pk, acts.pop()]))
    assert texts(issue.documents.get()) == [BLOCKS[0], glued, *BLOCKS[5:]]


def test_a_document_begun_in_the_middle_of_a_paragraph_lasts(desk: Client) -> None:
    glued = "现将护林工作通知如下。" + "".join(MISSED) + "各县（区）人民政府："
    parsed = make_parsed_print(BLOCKS[0], glued, *BLOCKS[5:])
    issue = store_issue(parsed, file_size=1).issue
    page, _address = follow(desk, issue, box(6, 7))
    save(desk, issue, page.form_with("act", "begin") | {"reason": "识别时漏掉"})
    made = issue.documents.get(position=2)
    for _reading in range(2):
        assert store_issue(parsed, file_size=1, replace=True).issue == issue
        first, second = issue.documents.order_by("position")
        assert (second.public_id, second.title) == (made.public_id, "".join(MISSED))
        assert texts(first) == [BLOCKS[0], "现将护林工作通知如下。"]
        assert texts(second) == ["各县（区）人民政府：", *BLOCKS[5:]]
    told = set(Correction.objects.values_list("state", "made_by__username", "reason"))
    assert told == {("standing", "bianji", "识别时漏掉")}
    entry = LogEntry.objects.filter(additional_data__act="corrected").get()
    assert str(entry.actor) == "bianji" and entry.additional_data["corrections"] == 3


def test_a_corrected_paragraph_is_not_parted_by_its_print() -> None:
    glued = "现将护林工作通知如下。" + "".join(MISSED) + "各县（区）人民政府："
    issue = make_print(BLOCKS[0], glued, *BLOCKS[5:])
    change = Change("text", {"block": 1}, glued, glued.replace("护林", "森林防火"))
    correct(issue.documents.get(), [change])
    for drawn in (box(6, 7), "2:7", "2:4"):
        with pytest.raises(NoStart, match="更正过"):
            draw(issue, drawn)


def test_a_corrected_title_is_taken_whole() -> None:
    issue = make_print()
    change = Change("text", {"block": 2}, BLOCKS[2], "云岭市人民政府关于表彰先进单位的决定")
    correct(issue.documents.get(), [change])
    assert draw(issue, box(6, 7))[:2] == (2, 2)


def test_markup_in_print_is_shown_as_printed(desk: Client) -> None:
    bad = '<script>alert("1")</script>'
    lines = (("页眉", 72.0, 20.0, 92.0, 32.0), (bad, 72.0, 60.0, 300.0, 72.0))
    document = make_document(
        1, title="通知", blocks=(Block("paragraph", "正文。"), Block("paragraph", bad, page=2))
    )
    page = PrintedPage(2, width=595.0, height=842.0, printed_number=1, lines=lines)
    issue = make_issue("draft", documents=(document,), pages=(page,))
    shown = get(desk, reverse("desk-missed", args=[issue.pk]))
    assert bad in [a["aria-label"] for a in shown.all("a", href="?drawn=2:1")] and bad not in shown.html
    form = follow(desk, issue, "2:1")[0]
    assert form.form_with("act", "begin")["title"] == bad and bad not in form.html
    save(desk, issue, form.form_with("act", "begin"))
    told = get(desk, reverse("desk-missed", args=[issue.pk]), drawn="2:1")
    assert bad in told.words and bad not in told.html


def test_what_could_not_be_kept_is_not_lost(desk: Client) -> None:
    issue = make_print()
    sent = follow(desk, issue, box(6, 7))[0].form_with("act", "begin")
    response = save(desk, issue, sent | {"title": " ", "number": "云政发〔2024〕9号"})
    assert response.status_code == 400
    again = Page.of(response).form_with("act", "begin")
    assert (again["number"], again["head"]) == ("云政发〔2024〕9号", "2")
    # somebody else has changed the title meanwhile
    block = get(desk, reverse("desk-document", args=[issue.pk, 1]), edit="block-2").form_with("act", "block")
    save(desk, issue, block | {"text": "云岭市人民政府关于表彰的决定"})
    response = save(desk, issue, sent | {"title": "我写的标题"})
    assert response.status_code == 409
    page = Page.of(response)
    assert "已被别人改过" in page.words and "云岭市人民政府关于表彰的决定" in page.words
    assert page.form_with("act", "begin")["title"] == "我写的标题"
    assert issue.documents.count() == 1
    assert save(desk, issue, page.form_with("act", "begin")).status_code == 302


@pytest.mark.parametrize(
    "tampered",
    [
        {"start": "999"},
        {"end": "999"},
        {"start": "-1"},
        {"start": "3", "head": "0"},
        {"head": "9" * 5000},
        {"start": "9" * 5000},
        {"seen": "[]"},
        {"seen": '[["script", "云岭市人民政府关于表彰先进集体的决定", 2]]', "head": "1"},
        {"seen": '[["paragraph", "云岭市人民政府关于表彰先进集体的决定", "x"]]', "head": "1"},
        {"seen": '[["paragraph", 7, 2]]', "head": "1"},
        {"seen": "[1]", "head": "1"},
    ],
)
def test_forms_that_nobody_was_given(desk: Client, tampered: dict[str, str]) -> None:
    issue = make_print()
    sent = follow(desk, issue, box(6, 7))[0].form_with("act", "begin")
    assert save(desk, issue, sent | tampered).status_code == 400
    assert not Correction.objects.exists() and issue.documents.count() == 1


def test_a_page_lists_its_lines_and_documents(desk: Client) -> None:
    issue = make_print()
    page = get(desk, reverse("desk-missed", args=[issue.pk]))
    assert "原件第2页" in page.words
    links = [str(link) for link in page.links() if "drawn=" in link]
    assert links == [f"?drawn=2:{n}" for n in range(len(LINES))]
    assert [a["aria-label"] for a in page.all("a", class_="begun")] == [LINES[1][0], LINES[2][0]]
    said = get(desk, reverse("desk-missed", args=[issue.pk]), drawn="2:300,400,100,100")
    assert "这里没有文字行" in said.words
    for drawn in ("nonsense", "2:" + "9" * 90, "99999:1,1,1,1"):
        assert get(desk, reverse("desk-missed", args=[issue.pk]), drawn=drawn).all("p", role="alert")
    for asked in ("x", "0", "99999", "9" * 5000):
        get(desk, reverse("desk-missed", args=[issue.pk]), page=asked)


def test_a_drawing_for_another_document_fills_no_form(desk: Client) -> None:
    issue = make_print()
    for drawn in ("2:0", "nonsense", "2:10"):
        page = get(desk, reverse("desk-document", args=[issue.pk, 1]), edit="block-2", drawn=drawn)
        assert page.form_with("act", "begin")["number"] == ""


def test_files_without_pages_name_the_form(desk: Client) -> None:
    issue = make_print()
    Issue.objects.update(source_kind=Issue.SourceKind.TEXT)
    assert "从这一段起是另一件公文" in get(desk, reverse("desk-missed", args=[issue.pk])).words


def test_only_editors_are_offered_it(client: Client) -> None:
    issue = make_print()
    staff = make_account("staff", staff=False)
    staff.is_staff = True
    staff.save()
    client.force_login(staff)
    for path in (
        reverse("desk-issue", args=[issue.pk]),
        reverse("desk-document", args=[issue.pk, 1]),
    ):
        assert "标出漏掉的文件" not in get(client, path).words
    page = get(client, reverse("desk-document", args=[issue.pk, 1]), edit="block-2", drawn=box(6, 7))
    assert "begin" not in [field.get("value") for field in page.all("input", name="act")]
    assert client.get(reverse("desk-missed", args=[issue.pk]), {"drawn": "2:6"}).status_code == 403
