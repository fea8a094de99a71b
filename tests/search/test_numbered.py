"""From any spelling of a number to its documents."""

import pytest

from archive.numbers import read_number
from archive.search.numbered import documents_with_number
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "positions"),
    [
        ("云政发〔2024〕1号", [1]),
        ("云政发[2024]1号", [1]),
        ("云政发 2024 1", [1]),
        ("云政发２０２４年１号", [1]),
        ("云政发〔2024〕001号", [1]),
        ("云政发〔2024〕2号", [2, 3]),  # one number on two documents
        ("云岭市人民政府令第7号", [4]),
        ("云税二〔2024〕95号", [5]),  # one of a joint number
        ("〔2024〕云财办24号", [5]),
        ("云政发〔2024〕60号", [6]),  # only the contents say so
        ("[2024]3号", [6]),  # no code: whichever has it
        ("云政发〔2024〕99号", []),
        ("云政发〔2023〕1号", []),
    ],
)
def test_found(typed: str, positions: list[int]) -> None:
    make_issue(
        documents=(
            make_document(1, number="云政发〔2024〕1号"),
            make_document(2, number="云政发〔2024〕2号"),
            make_document(3, number="云政发〔2024〕2号"),
            make_document(4, number="云岭市人民政府令第7号"),
            make_document(5, number="云税二〔2024〕95号、〔2024〕云财办24号"),
            make_document(6, number="云政发〔2024〕3号", number_in_contents="云政发〔2024〕60号"),
        )
    )
    make_issue(label="2", state="draft")
    number = read_number(typed)
    assert number is not None
    assert [document.position for document in documents_with_number(number)] == positions
