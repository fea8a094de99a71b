"""The list of the desk: issues by state, narrowed by year, gazette and name, with who did what last; and the gaps."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from archive.latest_acts import latest_acts
from archive.models import IngestRun, Issue
from tests.accounts import make_account
from tests.factories import make_document, make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(db: None) -> User:
    user = make_account()
    user.last_name, user.first_name = "李", "晓雯"
    user.save()
    return user


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def plain(state: str, label: str, *severities: str, **fields: object) -> Issue:
    """An issue of one document with findings of the severities given and no others."""
    issue = make_issue(state, label=label, documents=(make_document(1),), findings=(), **fields)
    issue.findings.all().delete()
    for position, severity in enumerate(severities):
        issue.findings.create(position=position, code="x", severity=severity, message="不一致")
    return issue


def listed(page: Page) -> list[str]:
    """The issues of the list, in order."""
    addresses = {reverse("desk-issue", args=[issue.pk]): issue.name for issue in Issue.objects.all()}
    table = page.html[page.html.index('aria-labelledby="issues"') :]
    found = sorted(
        (table.index(f'"{address}"'), name) for address, name in addresses.items() if f'"{address}"' in table
    )
    return [name for _at, name in found]


def tabs(page: Page) -> dict[str, int]:
    """{"待核": 2, …}"""
    text = page.words[page.words.index("全部 ") :]
    words = text.split()[:12]
    return {name: int(count) for name, count in zip(words[::2], words[1::2], strict=True)}


@pytest.fixture
def several() -> None:
    plain("draft", "1", "error", "note")
    plain("draft", "2", "warning")
    plain("draft", "3", "note")
    plain("draft", "4")
    plain("published", "5", "error")
    plain("withdrawn", "6")


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    ("state", "labels"),
    [
        ("", "654321"),
        ("review", "21"),
        ("ready", "43"),
        ("published", "5"),
        ("withdrawn", "6"),
        ("nonsense", "654321"),
    ],
)
def test_each_state_is_an_address(desk: Client, state: str, labels: str) -> None:
    page = get(desk, reverse("desk"), state=state)
    assert listed(page) == [f"2024年第{label}期" for label in labels]
    wanted = {"全部": 6, "处理中": 0, "待核": 2, "可发布": 2, "已发布": 1, "已撤回": 1}
    assert tabs(page) == wanted


def test_what_is_being_read_stands_among_what_is_processed(desk: Client) -> None:
    for number, state in enumerate(("queued", "running", "done", "failed")):
        IngestRun.objects.create(
            file_name=f"{state}.pdf", sha256=str(number) * 64, state=state, lease_until=timezone.now()
        )
    page = get(desk, reverse("desk"), state="processing")
    listing = page.html[page.html.index('aria-labelledby="issues"') :]
    assert listing.index("running.pdf") < listing.index("queued.pdf")
    assert "failed.pdf" not in listing
    assert tabs(page)["处理中"] == 2
    assert tabs(get(desk, reverse("desk"), q="queued"))["处理中"] == 1


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({"year": "2023"}, ["2023年第2期"]),
        ({"gazette": "丙公报"}, ["2022年第1期"]),
        ({"gazette": "nobody"}, []),
        ({"year": "99999"}, []),
        ({"year": "x"}, ["2024年增刊1", "2023年第2期", "2022年第1期"]),
        ({"q": "2023年第2期"}, ["2023年第2期"]),
        ({"q": " 2023 年 "}, ["2023年第2期"]),
        ({"q": "第2期"}, ["2023年第2期"]),
        ({"q": "2024年增刊"}, ["2024年增刊1"]),
        ({"q": "丙公报"}, ["2022年第1期"]),
        ({"q": "终稿"}, ["2023年第2期"]),
        ({"q": "%"}, []),
        ({"q": "2023", "state": "published"}, []),
    ],
)
def test_the_list_is_narrowed(desk: Client, query: dict[str, str], labels: list[str]) -> None:
    plain("draft", "增刊1", year=2024)
    plain("draft", "2", year=2023, name="终稿.pdf")
    plain("draft", "1", year=2022, gazette="丙公报")
    page = get(desk, reverse("desk"), **query)
    assert listed(page) == labels
    if not labels:
        assert "没有符合的一期" in page.words
    # the tabs keep what the list was narrowed by
    for name, value in query.items():
        if name != "state" and " " not in value:
            address = next(link for link in page.links() if "state=review" in link)
            assert f"{name}=" in address


def test_long_lists_have_pages_that_keep_the_choice(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.views.desk.ISSUES_A_PAGE", 2)
    for n in range(1, 6):
        plain("draft", str(n))
    page = get(desk, reverse("desk"), state="ready", page="2")
    assert listed(page) == ["2024年第3期", "2024年第2期"]
    assert "?state=ready&page=3" in page.links()


def test_a_row_tells_the_score_and_what_is_open(desk: Client) -> None:
    issue = plain("draft", "1", "error", "warning", "warning", "note")
    issue.reading_score = {
        "contents_entries": 31,
        "contents_found": 30,
        "characters": 1000,
        "characters_placed": 999,
        "characters_uncertain": 0,
    }
    issue.save()
    words = get(desk, reverse("desk")).words
    assert "99.9 % 目录 30/31" in words.replace("%目录", "% 目录")
    assert "错误 1 警告 2 提示 1 待核" in words


def test_who_did_what_last(desk: Client, editor: User) -> None:
    issue = plain("draft", "1")
    hour = timedelta(hours=1)
    added = issue.added_at
    assert str(latest_acts([issue])[issue.pk].what) == "入库"

    run = {"file_name": "x", "sha256": "0" * 64, "issue": issue, "state": "done", "uploaded_by": editor}
    IngestRun.objects.create(**run, outcome="added", finished_at=added + hour)
    act = latest_acts([issue])[issue.pk]
    assert (str(act.what), act.who, act.when) == ("上传", "晓雯 李", added + hour)
    assert "上传 晓雯 李" in get(desk, reverse("desk")).words

    # the same file once more changes nothing
    IngestRun.objects.create(**run, outcome="unchanged", finished_at=added + 2 * hour)
    assert latest_acts([issue])[issue.pk].when == added + hour

    issue.released_at = added + 3 * hour
    assert str(latest_acts([issue])[issue.pk].what) == "发布"
    issue.withdrawn_at = added + 4 * hour
    assert str(latest_acts([issue])[issue.pk].what) == "撤回"
    IngestRun.objects.create(**run, outcome="replaced", replace=True, finished_at=added + 5 * hour)
    assert str(latest_acts([issue])[issue.pk].what) == "重新读取"


def test_gaps_are_said_of_this_archive_alone(desk: Client) -> None:
    def numbers(*sequences: int) -> tuple[object, ...]:
        return tuple(
            make_document(n, number=f"云政办发〔2022〕{sequence}号")
            for n, sequence in enumerate(sequences, 1)
        )

    make_issue("published", label="2", year=2022, documents=numbers(1, 2))
    make_issue("draft", label="4", year=2022, documents=numbers(4, 8))
    page = get(desk, reverse("desk-gaps"))
    assert "2022 2 第1期 第3期" in page.words
    assert "云政办发〔2022〕 4 3 5–7 共 4 个" in page.words
    assert "本库未收录" in page.words
    assert "未发布" not in page.words
    assert "云政办发" in get(desk, reverse("desk-gaps"), code="云政办发").words
    assert "没有看出缺号" in get(desk, reverse("desk-gaps"), code="无此代字").words
