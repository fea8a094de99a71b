"""The 附件 list: its lines, its labels, and what is left out with （略）."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from archive.ingest.parse.attachments import (
    continues_attachments,
    item_label,
    read_attachments,
    starts_attachments,
)

LISTS = [
    (["附件：重点任务分工(略)"], [("", "重点任务分工", True)]),
    (["附件:重点任务分工"], [("", "重点任务分工", False)]),
    (
        [
            "附件:1.市政府下放审批层级的行政审批",
            "事项清单(共2项)(略)",
            "2.市政府承接的行政审批事项清单(共17",
            "项)(略)",
        ],
        [
            ("1", "市政府下放审批层级的行政审批事项清单(共2项)", True),
            ("2", "市政府承接的行政审批事项清单(共17项)", True),
        ],
    ),
    (
        ["附件：1．资金分配表", "      2．绩效目标表（略）。"],
        [("1", "资金分配表", False), ("2", "绩效目标表", True)],
    ),
    (["附件：", "1.资金分配表", "2.绩效目标表"], [("1", "资金分配表", False), ("2", "绩效目标表", False)]),
    (
        ["附件1：资金分配表.xls", "附件2：绩效目标表.docx"],
        [("1", "资金分配表", False), ("2", "绩效目标表", False)],
    ),
    (
        ["附 件：1.2022年重点任务", "2.2023年重点任务"],
        [("1", "2022年重点任务", False), ("2", "2023年重点任务", False)],
    ),
    (["附：收费标准明细表"], [("", "收费标准明细表", False)]),
    (["附件：一、甲清单", "二、乙清单（略）"], [("一", "甲清单", False), ("二", "乙清单", True)]),
    (["附件：1.甲清单(略) 2.乙清单(略)"], [("1", "甲清单", True), ("2", "乙清单", True)]),
    (["附件：1.甲清单（略）2.乙清单"], [("1", "甲清单", True), ("2", "乙清单", False)]),
    # figures inside a title are no labels
    (
        ["附件：1.建设指南（2.0版）", "2.参考条件"],
        [("1", "建设指南（2.0版）", False), ("2", "参考条件", False)],
    ),
    (["附件：1.清单（2022", "年版）（略）"], [("1", "清单（2022年版）", True)]),
    (["附件：（此件另发）"], [("", "（此件另发）", False)]),
    (["附件1"], []),  # stands above the annex itself
    (["附　件"], []),
    ([], []),
]


@pytest.mark.parametrize(("lines", "expected"), LISTS)
def test_lists(lines: list[str], expected: list[tuple[str, str, bool]]) -> None:
    assert [(a.label, a.title, a.omitted) for a in read_attachments(lines)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("附件：1.资金分配表", True),
        ("附件:重点任务分工(略)", True),
        ("附　件：重点任务分工", True),
        ("附件2：绩效目标表", True),
        ("附件：", True),
        ("附：收费标准明细表", True),
        ("附件", False),
        ("附件1", False),
        ("附件2 绩效目标表", False),
        ("附件1：所列事项由市财政局负责办理，其余按原规定执行。", False),
        ("附则：本办法自印发之日起施行", False),
        ("各单位请填写附件：申报表", False),
    ],
)
def test_where_a_list_begins(line: str, expected: bool) -> None:
    assert starts_attachments(line) is expected


@pytest.mark.parametrize(
    ("line", "last_label", "expected"),
    [
        ("2.绩效目标表", "1", True),
        ("3.绩效目标表", "1", False),
        ("2.加强组织领导。各县区要高度重视。", "1", False),
        ("1.绩效目标表", "", False),
        ("1.绩效目标表", item_label("附件："), True),
        ("2．绩效目标表", item_label("附件1：分配表"), True),
        ("二、乙清单", "一", True),
        ("项)(略)", "2", True),
        ("汀州市人民政府", "2", False),
        ("2022年3月1日", "1", False),
    ],
)
def test_where_a_list_goes_on(line: str, last_label: str, expected: bool) -> None:
    assert continues_attachments(line, last_label) is expected


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("name", ["yangquan-2022-02.truth.json", "yangquan-2022-02-onecolumn.truth.json"])
def test_the_lists_of_a_real_issue(shared: Path, name: str) -> None:
    truth = json.loads((shared / "issue" / name).read_text(encoding="utf-8"))
    count = 0
    for document in truth["documents"]:
        lists = [b["text"].splitlines() for b in document["blocks"] if b["kind"] == "attach"]
        for lines in lists:
            assert starts_attachments(lines[0])
            labels = [item_label(line) for line in lines]
            assert all(
                continues_attachments(line, label) for line, label in zip(lines[1:], labels, strict=False)
            )
        found = [(folded(a.title), a.omitted) for lines in lists for a in read_attachments(lines)]
        assert found == [
            (folded(re.sub(r"[（(]略[）)]$", "", a)), a.endswith(("(略)", "（略）")))
            for a in document["attachments"]
        ]
        count += len(found)
    assert count == 33


def test_a_list_cut_into_short_lines_reads_the_same(shared: Path) -> None:
    """Columns are narrow: each item again, broken after every seventh character."""
    truth = json.loads((shared / "issue/yangquan-2022-02.truth.json").read_text(encoding="utf-8"))
    lists = [b["text"].splitlines() for d in truth["documents"] for b in d["blocks"] if b["kind"] == "attach"]
    assert len(lists) > 10
    for lines in lists:
        cut = [piece for line in lines for piece in re.findall(r"附件[:：]\d?.{8}|.{1,7}", line)]
        assert read_attachments(cut) == read_attachments(lines)
