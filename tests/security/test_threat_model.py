"""docs/security.md names no test and no file that is not there, and readers of the other guides find it."""

import re

import pytest

from tests.outside import PROJECT

TEXT = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
NAMED = sorted(
    set(re.findall(r"`((?:tests|archive|gazette|deploy)/[\w./-]+(?:::\w+)?|requirements\.txt)`", TEXT))
)


@pytest.mark.parametrize("name", NAMED)
def test_what_it_names_is_there(name: str) -> None:
    path, _colons, test = name.partition("::")
    assert (PROJECT / path).is_file()
    if test:
        assert re.search(rf"^(?:async )?def {test}\(", (PROJECT / path).read_text(encoding="utf-8"), re.M)


def test_each_threat_has_its_defence_and_its_test() -> None:
    assert len(ROWS) > 30
    for row in ROWS:
        _threat, defence, tests = (cell.strip() for cell in row.strip("|").split(" | "))
        assert defence and "`tests/" in tests, row


def test_every_test_of_security_is_named() -> None:
    files = {f"tests/security/{path.name}" for path in (PROJECT / "tests" / "security").glob("test_*.py")}
    assert {file for file in files if file not in TEXT} == set()


def test_other_guides_lead_there() -> None:
    for guide in ("README.md", "docs/operation.md", "docs/architecture.md"):
        assert "security.md" in (PROJECT / guide).read_text(encoding="utf-8"), guide
