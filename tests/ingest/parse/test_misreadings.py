"""Names, digits and dates that were likely misread, and those that were not."""

import pytest

from archive.characters import look_alikes
from archive.ingest.parse import gazetteer
from archive.ingest.parse.known import NOTHING_KNOWN, Known
from archive.ingest.parse.misreadings import issuing_city, misreading_findings
from archive.ingest.parse.records import Block, Finding, ParsedDocument


def find(text: str, gazette: str = "运城市人民政府公报", known: Known = NOTHING_KNOWN) -> list[Finding]:
    document = ParsedDocument(1, "关于甲的通知", blocks=(Block("paragraph", text, 7),))
    return list(misreading_findings([document], gazette, known))


@pytest.mark.parametrize(
    ("text", "printed", "proposed"),
    [
        ("会议要求，降县、夏县要抓紧整改。", "降县", "绛县"),
        ("垣曲县和稷山县、闻喜县、芮域县。", "芮域县", "芮城县"),
        ("临猗县、平陆县与万荥县共同承办。", "万荥县", "万荣县"),
        ("运诚市人民政府", "运诚市", "运城市"),
    ],
)
def test_places_of_the_issuing_city(text: str, printed: str, proposed: str) -> None:
    assert [f.evidence[:2] for f in find(text)] == [(printed, proposed)]


@pytest.mark.parametrize(
    "text",
    [
        "绛县、夏县、临猗县、万荣县",
        "该区域区划调整以后，各县各市要执行。",
        "晋城市、长治市、临汾市的做法",
        "全县、我县、本市、城区、园区、县市区",
        "甘肃省天水市",
    ],
)
def test_places_that_are_right(text: str) -> None:
    assert find(text) == []


def test_a_name_that_another_province_has_is_left_when_that_is_named() -> None:
    gazette = "阳泉市人民政府公报"
    assert [f.evidence[:2] for f in find("孟县、平定县要带头。", gazette)] == [("孟县", "盂县")]
    assert find("学习河南省孟县的经验。", gazette) == []


def test_one_finding_for_all_places_of_one_misreading() -> None:
    [found] = find("降县要整改，降县要上报。")
    assert (found.severity, found.document, found.page) == ("note", 1, 7)
    assert "共2处" in found.message and "第7页" in found.message
    assert found.evidence == ("降县", "绛县", "降县要整改，降县要上报。")


def test_places_that_the_archive_knows() -> None:
    known = Known(places=frozenset({"霁川县"}))
    [found] = find("霁用县、霁川县的做法", gazette="霁川市人民政府公报", known=known)
    assert found.evidence[:2] == ("霁用县", "霁川县")


def test_an_issue_of_no_known_city_proposes_no_name() -> None:
    assert find("孟县、降县、平足县", gazette="霁川市人民政府公报") == []


@pytest.mark.parametrize(
    ("text", "code", "evidence"),
    [
        ("于20l9年印发", "digits-misread", ("20l9", "2019")),
        ("晋政发〔2O22〕1号", "digits-misread", ("2O22", "2022")),
        ("3O日前完成", "digits-misread", ("3O", "30")),
        ("截至2022年2月30日", "date-impossible", ("2022年2月30日",)),
        ("13月1日", "date-impossible", ("13月1日",)),
        ("2021年2月29日", "date-impossible", ("2021年2月29日",)),
    ],
)
def test_digits_and_days(text: str, code: str, evidence: tuple[str, ...]) -> None:
    [found] = find(text)
    assert (found.code, found.evidence[: len(evidence)]) == (code, evidence)


@pytest.mark.parametrize(
    "text", ["2020年2月29日", "2月29日", "12月31日", "PM2.5为35", "5G、IPv6", "A5I号楼", "20个月30日龄"]
)
def test_digits_and_days_that_are_right(text: str) -> None:
    assert find(text) == []


def test_issuing_city_is_that_of_the_gazette_or_of_most_issuers() -> None:
    issued = [
        ParsedDocument(1, "甲", issuer="运城市人民政府"),
        ParsedDocument(2, "乙", issuer="运城市人民政府办公室"),
    ]
    assert issuing_city([], "运城市人民政府公报") == "运城市"
    assert issuing_city(issued, "") == "运城市"
    assert issuing_city([ParsedDocument(1, "甲", issuer="国务院")], "") is None


def test_the_gazetteer_is_whole() -> None:
    places = gazetteer.prefectures()
    assert len(places) > 330
    assert places["运城市"][0] == "山西省" and "绛县" in places["运城市"][1]
    assert gazetteer.city_named_in("恩施土家族苗族自治州人民政府公报") == "恩施土家族苗族自治州"
    assert {"海淀区", "浦东新区", "石河子市"} <= gazetteer.all_places()
    assert "孟" in look_alikes()["盂"]
