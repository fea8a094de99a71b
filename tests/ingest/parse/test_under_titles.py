"""What stands under a title: the date in brackets, and what was adopted without a number; who issues together."""

from datetime import date

import pytest

from archive.ingest.extract.text import text_to_items
from archive.ingest.parse.issue import parse_items
from archive.ingest.parse.issuers import issuers, signers
from archive.ingest.parse.records import ParsedDocument, Source

TEXT = "各乡镇人民政府：\n为做好渡口安全工作，现就有关事项通知如下。\n一、加强检查。每季度检查一次，发现问题立即整改。\n"


def read(text: str) -> tuple[ParsedDocument, ...]:
    return parse_items(text_to_items(text), Source("issue.txt", "0" * 64, "text", None)).documents


@pytest.mark.parametrize(
    "printed", ["（2023年5月6日）", "(2023 年 5 月 6 日)", "2023年5月6日", "（二○二三年五月六日）"]
)
def test_the_date_under_the_number(printed: str) -> None:
    (document,) = read(f"云埠市人民政府关于加强渡口管理的通知\n埠政发〔2023〕14号\n{printed}\n{TEXT}")
    assert document.signed_on == date(2023, 5, 6)
    assert document.recipients == "各乡镇人民政府"
    assert [block.kind for block in document.blocks][:3] == ["date", "recipient", "paragraph"]


def test_the_date_between_title_and_number() -> None:
    (document,) = read(f"云埠市人民政府关于加强渡口管理的通知\n（2023年5月6日）\n埠政发〔2023〕14号\n{TEXT}")
    assert (document.title, document.number) == ("云埠市人民政府关于加强渡口管理的通知", "埠政发〔2023〕14号")
    assert document.signed_on == date(2023, 5, 6)


def test_the_date_under_the_title_of_what_has_no_number() -> None:
    (document,) = read(f"云埠市人民政府关于加强渡口管理的通告\n（2023年5月6日）\n{TEXT}")
    assert (document.signed_on, document.recipients) == (date(2023, 5, 6), "各乡镇人民政府")


def test_a_date_in_brackets_further_down_is_no_date_of_signing() -> None:
    (document,) = read(
        f"云埠市人民政府关于加强渡口管理的通知\n埠政发〔2023〕14号\n{TEXT}"
        "云埠市人民政府\n2023年5月6日\n云埠市渡口名录\n（2022年12月31日）\n第一条　双溪渡。\n"
    )
    assert document.signed_on == date(2023, 5, 6)
    assert [block.text for block in document.blocks if block.kind == "date"] == ["2023年5月6日"]


CONGRESS = """\
溪州县人民代表大会常务委员会关于支怀谨等任免职务的决定
（2023年6月8日溪州县第十七届人民代表大会常务委员会第十一次会议通过）
决定任命：
支怀谨为溪州县人民政府副县长。
溪州县人民代表大会常务委员会任免名单
（2023年6月8日溪州县第十七届人民代表大会常务委员会第十一次会议通过）
免去：
郝静之的溪州县人民法院审判员职务。
溪州县人民代表大会常务委员会关于批准2022年县级决算的决议
（2023年6月8日溪州县第十七届人民代表大会常务委员会第十一次会议通过）
会议决定批准2022年县级决算。
"""


def test_what_a_congress_adopts_begins_at_its_title() -> None:
    documents = read(CONGRESS)
    assert [
        (d.title.removeprefix("溪州县人民代表大会常务委员会"), len(d.appointments)) for d in documents
    ] == [
        ("关于支怀谨等任免职务的决定", 1),
        ("任免名单", 1),
        ("关于批准2022年县级决算的决议", 0),
    ]
    assert {(d.issuer, d.signed_on) for d in documents} == {
        ("溪州县人民代表大会常务委员会", date(2023, 6, 8))
    }


@pytest.mark.parametrize(
    "signed", ["溪州县财政局\n溪州县水利局", "溪州县财政局　　溪州县水利局", "溪州县财政局\t溪州县水利局"]
)
@pytest.mark.parametrize(
    "named", ["溪州县财政局　溪州县水利局\n", "溪州县财政局\n溪州县水利局\n", "溪州县财政局、溪州县水利局"]
)
def test_bodies_that_issue_together(named: str, signed: str) -> None:
    (document,) = read(
        f"{named}关于下达灌溉补助资金的通知\n溪财农〔2023〕18号\n{TEXT}{signed}\n2023年5月16日\n"
    )
    assert document.issuer == "溪州县财政局、溪州县水利局"
    assert document.signed_by == ("溪州县财政局", "溪州县水利局")


MANY = [
    "云埠市民政局",
    "中共云埠市委社会工作部",
    "云埠市教育局",
    "云埠市财政局",
    "云埠市公安局",
    "云埠市卫生健康局",
    "国家税务总局云埠市税务局",
]


def test_seven_bodies_that_sign_one_below_the_other() -> None:
    (document,) = read(
        f"关于加强养老服务的通知\n埠民发〔2023〕3号\n{TEXT}" + "\n".join(MANY) + "\n2023年5月6日\n"
    )
    assert document.signed_by == tuple(MANY)
    assert document.issuer == "云埠市民政局"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("云埠市民政局云埠市财政局", ["云埠市民政局", "云埠市财政局"]),
        ("云埠市民政局　　云埠市财政局", ["云埠市民政局", "云埠市财政局"]),
        (
            "云埠市市场监督管理局云埠市能源局云埠市公安局",
            ["云埠市市场监督管理局", "云埠市能源局", "云埠市公安局"],
        ),
        ("国家税务总局云埠市税务局", ["国家税务总局云埠市税务局"]),
        ("云埠市人民政府办公室", ["云埠市人民政府办公室"]),
        ("云埠市 财政局", ["云埠市 财政局"]),
        ("国务院　中央军委", ["国务院", "中央军委"]),
        ("市　长　林望舟", ["市长 林望舟"]),
        ("省长：林　岚", ["省长：林 岚"]),
    ],
)
def test_bodies_on_one_line(line: str, names: list[str]) -> None:
    assert signers(line, "国务院、中央军委") == names


@pytest.mark.parametrize(
    ("named", "signed_by", "issuer"),
    [
        ("云埠市民政局云埠市财政局", (), "云埠市民政局、云埠市财政局"),
        ("云埠市民政局电力公司", ("云埠市民政局", "电力公司"), "云埠市民政局、电力公司"),
        ("云埠市人民政府", ("云埠市人民政府办公室",), "云埠市人民政府"),
        ("", ("云埠市民政局", "云埠市财政局"), "云埠市民政局"),
        # a person signs for a body
        ("", ("总理 林望舟",), "国务院"),
        ("", ("市长 林望舟",), ""),
        ("", (), ""),
    ],
)
def test_who_issues(named: str, signed_by: tuple[str, ...], issuer: str) -> None:
    assert issuers(named, signed_by) == issuer


@pytest.mark.parametrize(
    "opening",
    [
        "为适应改革需要，根据有关规定，现提出以下意见：",
        "根据省政府通知精神，现将有关要求通知如下：",
        "现就渡口管理作出以下规定：",
    ],
)
def test_a_sentence_that_opens_the_text_is_no_recipient(opening: str) -> None:
    (document,) = read(
        f"云埠市人民政府关于加强渡口管理的通知\n埠政发〔2023〕14号\n{opening}\n一、加强检查。每季度检查一次。\n"
    )
    assert document.recipients == ""


def test_a_zero_that_is_a_letter() -> None:
    (document,) = read(
        f"云埠市人民政府关于加强渡口管理的通知\n埠府〔2002〕12号\n{TEXT}二ОО二年五月二十九日\n"
    )
    assert document.signed_on == date(2002, 5, 29)


@pytest.mark.parametrize(
    "printed",
    ["云埠市人民政府　　2023年5月6日", "云埠市人民政府 2023 年 5 月 6 日", "市长　林望舟　2023年5月6日"],
)
def test_who_signs_and_when_on_one_line(printed: str) -> None:
    (document,) = read(f"云埠市人民政府关于加强渡口管理的通知\n埠政发〔2023〕14号\n{TEXT}{printed}\n")
    assert document.signed_on == date(2023, 5, 6)
    assert [block.kind for block in document.blocks][-2:] == ["signature", "date"]
    assert document.signed_by == (("市长 林望舟",) if "市长" in printed else ("云埠市人民政府",))


def test_a_date_in_running_text_is_no_signature() -> None:
    (document,) = read(
        f"云埠市人民政府关于加强渡口管理的通知\n埠政发〔2023〕14号\n{TEXT}"
        "二、及时上报。检查情况每年报送一次，首次报送\n市人民政府 2023年5月6日\n前完成。\n"
    )
    assert (document.signed_by, document.signed_on) == ((), None)


def test_to_whom_copies_go_is_no_note() -> None:
    (document,) = read(
        f"云埠市人民政府关于加强渡口管理的通知\n埠政发〔2023〕14号\n{TEXT}"
        "云埠市人民政府\n2023年5月6日\n抄送：市委办公室。\n云埠市人民政府办公室　2023年5月7日印发\n"
    )
    assert document.note == ""
    assert [block.kind for block in document.blocks][-2:] == ["note", "note"]


DECREE = """\
云埠市人民政府令
第12号
《云埠市渡口管理办法》已经市人民政府第20次常务会议通过，现予公布。
市　长　林　岚
2023年4月18日
云埠市渡口管理办法
（2023年4月18日云埠市人民政府令第12号公布）
第一条　为了加强渡口管理，制定本办法。
"""


def test_when_a_regulation_was_made_public_is_no_part_of_its_title() -> None:
    (document,) = read(DECREE)
    assert (document.title, document.number) == ("云埠市渡口管理办法", "云埠市人民政府令第12号")
    assert (document.signed_by, document.issuer) == (("市长 林 岚",), "云埠市人民政府")
