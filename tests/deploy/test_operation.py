"""docs/operation.md keeps up with what it describes."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.core.management import get_commands

from archive.metrics import KEPT_PAGES, Holdings
from tests.deploy.production import DEPLOY
from tests.outside import PROJECT

OPERATION = (PROJECT / "docs" / "operation.md").read_text(encoding="utf-8")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def messages() -> Iterator[str]:
    """What the archive's own modules write into the log, as it stands in the code."""
    for path in (PROJECT / "archive").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            of, first = ast.unparse(node.func.value), node.args[0]
            if of in {"log", "logger"} and node.func.attr in LEVELS and isinstance(first, ast.Constant):
                yield str(first.value)


def test_each_line_of_the_log_is_explained() -> None:
    found = set(messages())
    assert len(found) > 10
    # "%s" is a message that was made elsewhere; the table has it as it is made.
    assert [message for message in sorted(found - {"%s"}) if f"`{message}`" not in OPERATION] == []


@pytest.mark.django_db
def test_each_figure_is_one_that_there_is() -> None:
    named = set(re.findall(r"gazette_[a-z_]+(?=`|\{)", OPERATION)) - {"gazette_old"}
    told = {family.name for family in Holdings().collect()}
    told |= {sample.name for family in KEPT_PAGES.collect() for sample in family.samples}
    assert named <= told | {"gazette_worker_silence_seconds"}
    assert len(named) >= 5


def test_each_command_and_file_that_it_names_is_there() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", OPERATION, re.S))
    commands = set(re.findall(r"^(?:\./deploy/)?gazette (\w+)", blocks, re.M))
    assert {"migrate", "nginx", "backup", "restore", "verify"} <= commands <= set(get_commands())
    for name in re.findall(r"\bdeploy/([\w./]+\w)", OPERATION):
        assert (DEPLOY / name).exists(), name
    units = set(re.findall(r"gazette-[a-z]+\.(?:socket|timer|service)", OPERATION))
    assert units and all((DEPLOY / "systemd" / name).exists() for name in units)


def test_the_readme_leads_there() -> None:
    assert "(docs/operation.md)" in (PROJECT / "README.md").read_text(encoding="utf-8")
