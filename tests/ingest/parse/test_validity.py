"""From when and until when a document says that it is in force."""

from datetime import date

import pytest

from archive.ingest.parse.records import Block
from archive.ingest.parse.validity import find_validity, is_contradictory, years_later

SIGNED = date(2022, 3, 28)


def read(*texts: str, titles: tuple[str, ...] = ()) -> tuple[date | None, date | None, int | None] | None:
    found = find_validity([Block("paragraph", text) for text in texts], SIGNED, titles)
    return (found.effective_on, found.expires_on, found.years) if found else None


TERMS = [
    ("本办法自2022年5月1日起施行。", date(2022, 5, 1), None, None),
    ("第三十条　本办法自2022年5月1日起施行，有效期5年。", date(2022, 5, 1), date(2027, 4, 30), 5),
    ("第九条本细则自印发之日起施行，有效期二年。", SIGNED, date(2024, 3, 27), 2),
    ("本规定自2022年5月1日起施行，有效期至2027年4月30日。", date(2022, 5, 1), date(2027, 4, 30), None),
    ("六、本通知自2022年1月1日起执行，试行2年。", date(2022, 1, 1), date(2023, 12, 31), 2),
    ("本方案由市发展改革委负责解释，自发布之日起执行。", SIGNED, None, None),
    ("自印发之日起施行。", SIGNED, None, None),
    ("本办法自印发之日起30日后施行。", date(2022, 4, 27), None, None),
    ("本办法自公布之日起三个月后施行。", date(2022, 6, 28), None, None),
    (
        "本意见自2022年5月1日起至2025年4月30日施行。",
        date(2022, 5, 1),
        date(2025, 4, 30),
        None,
    ),
    ("本办法有效期自2022年5月1日至2027年4月30日。", date(2022, 5, 1), date(2027, 4, 30), None),
    ("本决定自二○二二年五月一日起生效。", date(2022, 5, 1), None, None),
    ("本实施细则从2022年5月1日起开始实施，执行期限为3年。", date(2022, 5, 1), date(2025, 4, 30), 3),
    ("现公布《霁川市绿化条例》，自2022年5月1日起施行。", date(2022, 5, 1), None, None),
    ("本办法自2022年5月1日起施行。原《霁川市绿化办法》同时废止。", date(2022, 5, 1), None, None),
    ("本办法的有效期为5年。", None, None, 5),
    ("7.3 本预案自印发之日起实施。", SIGNED, None, None),
]


@pytest.mark.parametrize(("text", "effective", "expires", "years"), TERMS)
def test_terms(text: str, effective: date | None, expires: date | None, years: int | None) -> None:
    assert read(text) == (effective, expires, years)


@pytest.mark.parametrize(
    "text",
    [
        "第八条 中试平台有效期为三年，期满当年可申请复核。",
        "原办法自2022年5月1日起停止执行。",
        "该文件自本通知发布之日起不再执行。",
        "《霁川市绿化条例》自2020年5月1日起施行，各地要做好宣传。",
        "从2019年1月1日起，实施三年百万青年见习计划。",
        "第三条修改为：“本办法自2020年1月1日起施行。”",
        "许可证在有效期内可以多次使用。",
        "最低工资标准自2022年1月1日起执行新的标准。",
        "项目试行3年以来，成效明显。",
    ],
)
def test_of_other_things(text: str) -> None:
    assert read(text) is None


def test_the_plan_that_a_notice_carries_speaks_for_it() -> None:
    text = "《霁川市绿化条例》自2022年5月1日起施行。"
    assert read(text, titles=("霁川市人民政府关于印发霁川市绿化条例的通知",)) == (
        date(2022, 5, 1),
        None,
        None,
    )


def test_contradictory_sentences_settle_nothing() -> None:
    texts = ("本通知自2022年5月1日起施行。", "第九条 本办法自2022年6月1日起施行，有效期5年。")
    assert read(*texts) == (None, None, 5)
    assert is_contradictory([Block("paragraph", text) for text in texts], SIGNED)
    assert not is_contradictory([Block("paragraph", texts[0])], SIGNED)


def test_evidence_is_the_sentence() -> None:
    found = find_validity([Block("paragraph", "第一句。本办法自2022年5月1日起施行。末句。")], None)
    assert found is not None
    assert found.evidence == ("本办法自2022年5月1日起施行。",)


def test_nothing_is_dated_by_a_signature_that_is_missing() -> None:
    found = find_validity([Block("paragraph", "本办法自印发之日起施行，有效期5年。")], None)
    assert found is not None
    assert (found.effective_on, found.expires_on, found.years) == (None, None, 5)


def test_years_later_on_a_leap_day() -> None:
    assert years_later(date(2020, 2, 29), 1) == date(2021, 2, 28)
