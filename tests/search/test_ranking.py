"""A page is the beginning of the whole order, whatever of it is not read."""

import random
from datetime import date
from pathlib import Path

import pytest

from archive.search.engine import GramIndex
from archive.search.matching import match
from archive.search.query_language import parse_query
from archive.search.ranking import SCORED, SORTS, in_order
from archive.search.records import Record

CLAUSES = ("安全生产", "责任制", "人民政府办公室", "落实", "自发布之日起施行", "2024", "安全")


def make_record(number: int) -> Record:
    choose = random.Random(number)
    return Record(
        key=f"archive.document.{number}",
        group=str(number // 10),
        titles=("关于" + "".join(choose.choices(CLAUSES, k=choose.randrange(1, 3))) + "的通知",),
        numbers=(f"云政发[2024]{number}号",),
        people=("王安全",) if number % 7 == 0 else (),
        body=",".join(choose.choices(CLAUSES, k=choose.randrange(1, 30))),
        day=date(2024, 1, 1).toordinal() + choose.randrange(300),
        order=f"{number:06}",
    )


@pytest.mark.parametrize("count", [200, SCORED + 300])
def test_a_page_is_the_beginning_of_the_whole_order(tmp_path: Path, search_engine: str, count: int) -> None:
    index = GramIndex(tmp_path / "index")
    with index.writing() as writer:
        for number in range(1, count + 1):
            writer.add(make_record(number))
    snapshot = index.snapshot()
    assert snapshot
    for query in (
        "安全",
        "安全生产 落实",
        "责任制 人民政府 自发布",
        "title:安全 2024",
        "云政发[2024]19号",
        "安全 OR 落实",
        "",
    ):
        condition = parse_query(query)
        documents = match(snapshot, condition)
        assert documents
        for sort in SORTS:
            whole = in_order(snapshot, documents, condition, sort)
            assert len(whole) == len(documents)
            for limit in (1, 20, 60, 5000):
                assert in_order(snapshot, documents, condition, sort, limit) == whole[:limit], (query, sort)
