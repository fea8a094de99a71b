"""People and posts: as printed, grouped by issuing body, told apart by editors alone, and nothing of what is not public."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.ingest.parse.records import Appointment, Block, Member, Roster
from archive.models import Appointment as AppointmentRow
from archive.models import Document, Issue
from archive.search import update
from archive.vocabulary import settle_namesakes
from tests.factories import make_document, make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

BUREAU = "云岭市林业局局长"


def act(action: str, person: str, post: str, remark: str = "") -> Appointment:
    return Appointment(action, person, post, remark, person)


def personnel(position: int, *acts: Appointment, **changes: Any) -> Any:
    """A personnel document with a line for each act."""
    lines = [
        Block("paragraph", f"{a.person}{'的' if 'remov' in a.action else '为'}{a.post}。", page=position + 1)
        for a in acts
    ]
    number = f"云政任字〔{changes.get('signed_on', date(2024, 1, 1)).year}〕{position}号"
    fields = {"category": "人事任免", "number": number, "blocks": tuple(lines), "signed_on": date(2024, 1, 1)}
    return make_document(position, appointments=acts, **fields | changes)


def issue_of(*documents: Any, **changes: Any) -> Issue:
    return make_issue(documents=documents, **changes)


def address(person: str) -> str:
    return f"/people/{quote(person)}/"


# --- the list ------------------------------------------------------------------------------------------
def test_documents_that_appoint_are_listed_newest_first_with_the_names(client: Client) -> None:
    issue_of(
        personnel(
            1, act("appoint", "林岚", BUREAU), title="关于林岚任职的通知", signed_on=date(2023, 12, 30)
        ),
        personnel(
            2, act("remove", "程千里", BUREAU), title="关于程千里免职的通知", signed_on=date(2024, 1, 5)
        ),
        make_document(3, title="关于防汛的通知"),
    )
    page = get(client, "/people/")
    assert page.words.index("关于程千里免职的通知") < page.words.index("关于林岚任职的通知")
    assert "关于防汛的通知" not in page.words
    assert {address("林岚"), address("程千里"), "?year=2023", "?year=2024"} <= set(page.links())
    assert "收录任免公文 2 件" in page.words


def test_a_year_is_that_of_the_document_or_where_no_date_is_printed_of_the_issue(client: Client) -> None:
    issue_of(
        personnel(
            1, act("appoint", "林岚", BUREAU), title="关于林岚任职的通知", signed_on=date(2023, 12, 30)
        ),
        personnel(2, act("appoint", "高山流", BUREAU), title="关于高山流任职的通知"),
        year=2024,
    )
    Document.objects.filter(position=2).update(signed_on=None)
    assert "关于林岚任职的通知" in get(client, "/people/", year="2023").words
    of_2024 = get(client, "/people/", year="2024").words
    assert "关于高山流任职的通知" in of_2024 and "关于林岚任职的通知" not in of_2024
    assert "未印日期" in of_2024


@pytest.mark.parametrize("year", ["1999", "x", "²⁰²⁴", "99999999999999", "2024.5", "-2024"])
def test_a_year_of_which_nothing_is_here_is_no_page(client: Client, year: str) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)))
    get(client, "/people/", 404, year=year)


def test_a_document_of_many_names_shows_some_and_leads_to_the_others(client: Client) -> None:
    acts = [act("appoint", f"林{n}", f"第{n}局局长") for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯"]
    issue = issue_of(personnel(1, *acts))
    page = get(client, "/people/")
    assert address("林甲") in page.links() and address("林卯") not in page.links()
    assert "另有 6 人" in page.words
    assert f"{issue.documents.get().get_absolute_url()}#appointments" in page.links()


def test_names_and_posts_are_found_by_a_part_of_them(client: Client) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU), act("remove", "程千里", "云岭市水利局副局长")))
    page = get(client, "/people/", q="林")
    assert address("林岚") in page.links() and f"/posts/{quote(BUREAU)}/" in page.links()
    assert address("程千里") not in page.links()
    assert address("程千里") in get(client, "/people/", q="程 千里").links()
    assert f"/posts/{quote('云岭市水利局副局长')}/" in get(client, "/people/", q="水利局").links()
    nothing = get(client, "/people/", q="没有此人")
    assert "任免公文中没有这个姓名或职务" in nothing.words
    assert f"/search/?q={quote('没有此人')}" in nothing.links()


@pytest.mark.parametrize(
    "query", ["%", "_", "\x00", "' OR 1=1", "a" * 3000, "<script>alert(1)</script>", "\\"]
)
def test_anything_may_be_looked_for(client: Client, query: str) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)))
    page = get(client, "/people/", q=query)
    assert address("林岚") not in page.links() or query == "\x00"
    assert "<script>alert" not in page.html


# --- a person ------------------------------------------------------------------------------------------
def test_a_person_has_all_appointments_as_printed_newest_first_by_issuing_body(client: Client) -> None:
    issue = issue_of(
        personnel(1, act("appoint", "林岚", BUREAU, "试用期一年"), signed_on=date(2022, 3, 1)),
        personnel(
            2, act("remove", "林岚", BUREAU), act("appoint", "旁人", BUREAU), signed_on=date(2024, 5, 6)
        ),
        personnel(
            3, act("nominate", "林岚", "水务公司总经理"), issuer="云岭市国资委", signed_on=date(2023, 1, 1)
        ),
    )
    page = get(client, address("林岚"))
    assert page.text("h1") == "林岚"
    assert [" ".join(text.split()) for text in page.texts["h2"]][:2] == ["云岭市人民政府", "云岭市国资委"]
    order = [page.words.index(text) for text in ("2024年5月6日", "2022年3月1日", "2023年1月1日")]
    assert order == sorted(order)
    for printed in (
        "免去",
        "任命",
        "提名",
        f"{BUREAU}（试用期一年）",
        "云政任字〔2024〕2号",
        "2024年第1期第1页",
    ):
        assert printed in page.words, printed
    assert "旁人" not in page.words
    links = page.links()
    assert f"{issue.documents.get(position=2).get_absolute_url()}#appointment-0" in links
    assert f"/posts/{quote(BUREAU)}/" in links
    assert page.all("link", rel="canonical")[0]["href"] == f"http://testserver{address('林岚')}"


def test_a_link_leads_to_the_very_line_of_the_document(client: Client) -> None:
    acts = (act("appoint", "林岚", BUREAU), act("remove", "程千里", BUREAU), act("remove", "林岚", "副局长"))
    issue = issue_of(personnel(1, *acts))
    html = get(client, issue.documents.get().get_absolute_url()).html
    for n, line in enumerate((f"林岚为{BUREAU}", f"程千里的{BUREAU}", "林岚的副局长")):
        assert f'id="appointment-{n}"></span>{line}' in html
    # What the text prints otherwise is marked in the list of the page.
    AppointmentRow.objects.filter(position=1).update(person="程万里")
    page = get(client, issue.documents.get().get_absolute_url())
    assert page.all("tr", id="appointment-1") and not page.all("span", id="appointment-1")
    assert len([e for _tag, e in page.elements if str(e.get("id", "")).startswith("appointment-")]) == 3


def test_the_list_of_a_document_leads_to_person_and_post(client: Client) -> None:
    issue = issue_of(personnel(1, act("appoint", "林岚", BUREAU)))
    links = get(client, issue.documents.get().get_absolute_url()).links()
    assert address("林岚") in links and f"/posts/{quote(BUREAU)}/" in links


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("林岚", "林 岚"),
        ("林岚", "林　岚"),
        ("林岚", "林嵐"),
        ("阿依古丽·买买提", "阿依古丽•买买提"),
        ("欧阳A", "欧阳Ａ"),
    ],
)
def test_another_spelling_leads_to_the_name(client: Client, stored: str, asked: str) -> None:
    issue_of(personnel(1, act("appoint", stored, BUREAU)))
    response = client.get(address(asked))
    assert response.status_code == 302 and response.headers["Location"] == address(stored)


@pytest.mark.parametrize(
    "name",
    ["甲/乙", "100%", "a?b", "甲#乙", "甲&乙", "<script>alert(1)</script>", "阿·买", "甲+乙", "；", "甲\\乙"],
)
def test_names_and_posts_of_odd_characters_have_addresses(client: Client, name: str) -> None:
    issue_of(personnel(1, act("appoint", name, name)))
    listed = get(client, "/people/")
    (link,) = [link for link in listed.links() if link.startswith("/people/") and link != "/people/"]
    page = get(client, link)
    assert page.text("h1") == name
    assert "<script>alert" not in page.html
    (post,) = {link for link in page.links() if link.startswith("/posts/")}
    assert get(client, post).text("h1") == name


@pytest.mark.parametrize(
    "path", ["/people/没有此人/", "/posts/没有此职/", f"/people/{'长' * 900}/", "/people/%00/"]
)
def test_an_unknown_name_is_a_friendly_404_that_offers_a_search(client: Client, path: str) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)))
    page = get(client, path, 404)
    assert page.all("form", role="search")
    if "没有" in path:
        assert page.all("input", name="q")[0]["value"] == path.split("/")[2]
        assert f"/people/?q={quote(path.split('/')[2])}" in page.links()


# --- people of one name --------------------------------------------------------------------------------
def three_of_a_name() -> list[Document]:
    issue = issue_of(
        *(
            personnel(n, act("appoint", "林岚", f"第{n}局局长"), signed_on=date(2020 + n, 1, 1))
            for n in (1, 2, 3)
        )
    )
    return list(issue.documents.order_by("position"))


def test_where_nobody_has_said_anything_the_page_says_so(client: Client) -> None:
    first, second, third = three_of_a_name()
    assert "同名者可能不止一人" in get(client, address("林岚")).words
    settle_namesakes("林岚", first, second, True)
    page = get(client, address("林岚"))
    assert "同名者可能不止一人" in page.words  # of the third nobody knows
    assert [" ".join(text.split()) for text in page.texts["h2"]][:2] == ["林岚（1）", "尚未认定"]
    assert page.words.index("第2局局长") < page.words.index("第1局局长") < page.words.index("第3局局长")
    settle_namesakes("林岚", second, third, True)
    page = get(client, address("林岚"))
    assert "同名者可能不止一人" not in page.words
    assert "编辑部认定以下各件所指为同一人" in page.words


def test_one_document_alone_is_one_person(client: Client) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU), act("remove", "林岚", "副局长")))
    assert "同名者" not in get(client, address("林岚")).words


def test_two_people_of_whom_editors_say_so_are_told_apart(client: Client) -> None:
    first, second, third = three_of_a_name()
    settle_namesakes("林岚", first, second, False)
    settle_namesakes("林岚", second, third, False)
    settle_namesakes("林岚", first, third, True)
    page = get(client, address("林岚"))
    words = page.words
    assert [" ".join(text.split()) for text in page.texts["h2"]][:2] == ["林岚（1）", "林岚（2）"]
    assert words.index("第3局局长") < words.index("第1局局长") < words.index("第2局局长")
    assert "与（2）不是同一人" in words and "与（1）不是同一人" in words
    assert "编辑部认定 2 件所指为同一人" in words and "同名者可能不止一人" not in words


def test_what_editors_say_of_another_name_counts_for_nothing(client: Client) -> None:
    first, second, _third = three_of_a_name()
    AppointmentRow.objects.create(document=first, position=9, action="appoint", person="高山", post="处长")
    AppointmentRow.objects.create(document=second, position=9, action="appoint", person="高山", post="局长")
    settle_namesakes("高山", first, second, False)
    assert "林岚（1）" not in get(client, address("林岚")).words
    assert "高山（2）" in get(client, address("高山")).words


# --- rosters -------------------------------------------------------------------------------------------
def test_rosters_are_named_apart(client: Client) -> None:
    group = make_document(
        2,
        title="关于成立领导组的通知",
        blocks=(Block("roster", "组 长：林 岚 副市长", page=3, roster=0),),
        rosters=(Roster((Member("组长", "林岚", "副市长"), Member("成员", "林岚川", "科长")), page=3),),
    )
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)), group)
    assert "名单中的同名者" not in get(client, address("林岚")).words  # there is no index yet
    update.rebuild()
    words = get(client, address("林岚")).words
    assert "名单中的同名者" in words and "组长 副市长 关于成立领导组的通知" in words
    assert "科长" not in words
    only_listed = get(client, address("林岚川"))
    assert "成员 科长" in only_listed.words and "任免公文中没有这个姓名" in only_listed.words
    Document.objects.filter(position=2).update(withdrawn_at="2024-03-01T00:00Z")
    assert "名单" not in get(client, address("林岚")).words
    get(client, address("林岚川"), 404)


# --- a post --------------------------------------------------------------------------------------------
def test_a_post_lists_who_came_and_who_went_by_issuing_body(client: Client) -> None:
    issue = issue_of(
        personnel(1, act("appoint", "林岚", BUREAU, "试用期一年"), signed_on=date(2022, 3, 1)),
        personnel(
            2, act("remove", "林岚", BUREAU), act("appoint", "高山", BUREAU), signed_on=date(2024, 5, 6)
        ),
        personnel(3, act("appoint", "别处", BUREAU), issuer="青川市人民政府", signed_on=date(2023, 1, 1)),
        personnel(4, act("appoint", "副手", f"{BUREAU}助理"), signed_on=date(2023, 1, 1)),
    )
    page = get(client, f"/posts/{quote(BUREAU)}/")
    assert page.text("h1") == BUREAU
    headings = [" ".join(text.split()) for text in page.texts["h2"]]
    assert headings[:2] == ["云岭市人民政府", "青川市人民政府"]
    words = page.words
    assert words.index("免去 林岚") < words.index("任命 高山") < words.index("任命 林岚（试用期一年）")
    assert "副手" not in words
    assert f"{issue.documents.get(position=2).get_absolute_url()}#appointment-1" in page.links()
    assert address("高山") in page.links()


def test_a_post_longer_than_the_index_holds_has_its_page(client: Client) -> None:
    long, longer = "长" * 80, "长" * 81
    issue_of(personnel(1, act("appoint", "林岚", long), act("appoint", "高山", longer)))
    assert "高山" not in get(client, f"/posts/{quote(long)}/").words
    assert "林岚" not in get(client, f"/posts/{quote(longer)}/").words


def test_a_post_of_very_many_is_paged(client: Client) -> None:
    issue = issue_of(personnel(1, act("appoint", "林岚", "副局长")))
    document = issue.documents.get()
    AppointmentRow.objects.bulk_create(
        AppointmentRow(document=document, position=n, action="appoint", person=f"林{n}", post="副局长")
        for n in range(1, 150)
    )
    first, second = (get(client, f"/posts/{quote('副局长')}/", page=page) for page in ("1", "2"))
    assert address("林7") in first.links() and address("林149") not in first.links()
    assert address("林149") in second.links() and address("林7") not in second.links()


# --- to whom, and at what cost -------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_nothing_of_what_readers_may_not_see_counts(client: Client, state: str) -> None:
    issue_of(
        personnel(1, act("appoint", "林岚", BUREAU), title="关于林岚任职的通知", signed_on=date(2021, 1, 1))
    )
    issue_of(
        personnel(1, act("remove", "林岚", BUREAU), act("appoint", "密人", "密职"), title="密件"),
        label="2",
        state=state,
    )
    update.rebuild()
    for path in ("/people/", "/people/?q=林岚", "/people/?q=密", address("林岚"), f"/posts/{quote(BUREAU)}/"):
        words = get(client, path).words
        assert (
            "密件" not in words and "密人" not in words and "2024" not in words.replace("2024年第1期", "")
        ), path
        assert "免去" not in words, path
    for path in (address("密人"), f"/posts/{quote('密职')}/"):
        get(client, path, 404)
    get(client, "/people/", 404, year="2024")


def test_a_document_withdrawn_alone_is_gone_here_too(client: Client) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)), personnel(2, act("remove", "林岚", BUREAU)))
    Document.objects.filter(position=2).update(withdrawn_at="2024-03-01T00:00Z")
    assert "免去" not in get(client, address("林岚")).words
    assert "收录任免公文 1 件" in get(client, "/people/").words


@pytest.mark.parametrize(
    "path", ["/people/", "/people/?year=2024", "/people/?q=局", "/people/林岚/", f"/posts/{BUREAU}/"]
)
def test_more_appointments_cost_no_query(client: Client, path: str, django_assert_num_queries: Any) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)), personnel(2, act("remove", "林岚", BUREAU)))
    update.rebuild()
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        get(client, path)
    more = [personnel(n, act("appoint", "林岚", BUREAU), act("remove", "高山", BUREAU)) for n in range(1, 25)]
    issue_of(*more, label="2")
    update.rebuild()
    with django_assert_num_queries(len(few)):
        page = get(client, path)
    assert len(few) <= 8
    assert page.words


# --- from the search -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query", ["person:林岚", 'person:"林岚"', "林岚", 'person:"林　岚" 通知', "PERSON：林岚"]
)
def test_a_search_for_a_person_leads_to_the_page(client: Client, query: str) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)), make_document(2, title="关于防汛的通知"))
    update.rebuild()
    assert address("林岚") in get(client, "/search/", q=query).links(), query


@pytest.mark.parametrize("query", ["防汛", "person:林", "-person:林岚", "林岚 防汛", "person:"])
def test_no_other_search_does(client: Client, query: str) -> None:
    issue_of(personnel(1, act("appoint", "林岚", BUREAU)), make_document(2, title="关于防汛的通知"))
    update.rebuild()
    assert address("林岚") not in get(client, "/search/", q=query).links(), query


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_are_well_made_in_both_languages(client: Client, language: str) -> None:
    first, second, _third = three_of_a_name()
    settle_namesakes("林岚", first, second, False)
    client.cookies["django_language"] = language
    for path in ("/people/", "/people/?year=2021", "/people/?q=林", address("林岚"), "/posts/第1局局长/"):
        page = Page.of(client.get(path))
        assert page.unclosed == [] and len(page.all("h1")) == 1, path
        if language == "en":
            assert page.unmarked_chinese == [], path
    page = Page.of(client.get(reverse("person", args=["没有"])))
    assert page.unclosed == []
