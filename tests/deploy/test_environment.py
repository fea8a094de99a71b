"""The environment file says all there is to set and nothing else, and what it sets passes Django's own check."""

import ast
import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.production import DEPLOY, settings_of
from tests.outside import PROJECT

ENVIRONMENT = DEPLOY / "environment"
# Of the system, and what the archive tells its own processes.
NOT_SET_BY_HAND = {"PATH", "DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"}
READERS = {
    "environment_flag",
    "environment_list",
    "environment_choice",
    "environment_networks",
    "environment_address",
    "environment_number",
}


def read_in(path: Path) -> Iterator[str]:
    """The names of the variables that a module reads."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func)
            if called in {"os.environ.get", "os.getenv", *READERS}:
                name = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            name = node.slice
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value


def read_by_the_archive() -> set[str]:
    files = [*(PROJECT / "gazette").glob("*.py"), *(PROJECT / "archive").rglob("*.py")]
    return {name for path in files for name in read_in(path)} - NOT_SET_BY_HAND


def named(pattern: str, text: str) -> set[str]:
    return set(re.findall(pattern, text, re.M))


def test_each_variable_that_is_read_stands_in_the_file_and_no_other() -> None:
    text = ENVIRONMENT.read_text(encoding="utf-8")
    listed = re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.M)
    assert len(listed) == len(set(listed)), "a variable stands there twice"
    assert set(listed) == read_by_the_archive()
    assert {"GAZETTE_DATA", "READ_MAX_SECONDS", "WEB_THREADS"} <= set(listed)


def test_each_variable_is_explained() -> None:
    """A paragraph of comment stands above each, or above the run of them that it is about."""
    before = ""
    for line in ENVIRONMENT.read_text(encoding="utf-8").splitlines():
        if re.match(r"#?[A-Z][A-Z0-9_]*=", line):
            assert re.match(r"# [^-]|#?[A-Z][A-Z0-9_]*=", before), f"nothing explains {line}"
        before = line


def test_the_table_of_the_readme_names_the_same() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    table = text.partition("\n## Settings\n")[2].partition("\n## ")[0]
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert named(r"`([A-Z0-9_]+)`", "\n".join(firsts)) == read_by_the_archive()


SHOW = """
import django, json
from django.conf import settings
from archive.ingest.extract import sandbox
from archive.ingest.recognise import process
import gazette.gunicorn_settings as web
names = [name for name in dir(settings) if name.isupper() and name != "SECRET_KEY"]
shown = {name: repr(getattr(settings, name)) for name in names}
shown |= {"read": [sandbox.MAX_SECONDS, sandbox.MAX_MEMORY], "ocr": [process.PAGE_SECONDS, process.MAX_MEMORY]}
shown |= {"web": [web.bind, web.workers, web.threads]}
print(json.dumps(shown))
"""


def shown(tmp_path: Path, given: dict[str, str]) -> dict[str, object]:
    """All settings that an environment gives."""
    environment = {"PATH": os.environ["PATH"], "GAZETTE_DATA": str(tmp_path), **given}
    environment |= {"DJANGO_SETTINGS_MODULE": "gazette.settings", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_lines_behind_a_sign_show_the_defaults(tmp_path: Path) -> None:
    lines = ENVIRONMENT.read_text(encoding="utf-8").splitlines()
    defaults = dict(line[1:].split("=", 1) for line in lines if re.match(r"#[A-Z][A-Z0-9_]*=", line))
    assert len(defaults) > 25
    # With HTTPS, which the file sets and its lines are about.
    assert shown(tmp_path, {"HTTPS": "1", **defaults}) == shown(tmp_path, {"HTTPS": "1"})
    assert shown(tmp_path, {"HTTPS": "1", "UPLOAD_MAX_MB": "7"}) != shown(tmp_path, {"HTTPS": "1"})


def test_a_shell_reads_the_file_as_systemd_does(tmp_path: Path) -> None:
    read = subprocess.run(
        ["sh", "-c", f"set -a; . {shlex.quote(str(ENVIRONMENT))}; env -0"],
        env={},
        capture_output=True,
        check=True,
    ).stdout.decode()
    found = dict(item.split("=", 1) for item in read.split("\0") if item)
    assert {name: found.get(name) for name in settings_of(ENVIRONMENT)} == settings_of(ENVIRONMENT)


def check(tmp_path: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"]} | settings_of(ENVIRONMENT)
    environment |= {
        "GAZETTE_DATA": str(tmp_path / "data"),
        "STATIC_ROOT": str(tmp_path / "static"),
        **changes,
    }
    command = [sys.executable, "-W", "error::UserWarning", "manage.py", "check", "--deploy"]
    return subprocess.run(
        [*command, "--fail-level", "WARNING"], cwd=PROJECT, env=environment, capture_output=True, text=True
    )


def test_the_check_for_servers_finds_nothing(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DEBUG": "1"}, "security.W018"),
        pytest.param({"HTTPS": "0"}, "security.W008", marks=pytest.mark.in_full),
        pytest.param({"HSTS_SECONDS": "0"}, "security.W004", marks=pytest.mark.in_full),
        pytest.param({"HSTS_SUBDOMAINS": "0"}, "security.W005", marks=pytest.mark.in_full),
        pytest.param({"SECRET_KEY": "short"}, "security.W009", marks=pytest.mark.in_full),
        ({"ALLOWED_HOSTS": ""}, "security.W020"),
    ],
)
def test_the_check_for_servers_would_find_a_slip(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    done = check(tmp_path, **changes)
    assert done.returncode == 1 and code in done.stderr


def test_the_command_runs_with_the_settings_of_the_file(tmp_path: Path) -> None:
    """deploy/gazette, by a link as it is installed, once as somebody and once as root, who becomes gazette."""
    release = tmp_path / "release"
    (release / "deploy").mkdir(parents=True)
    (release / ".venv" / "bin").mkdir(parents=True)
    (release / "deploy" / "gazette").write_text((DEPLOY / "gazette").read_text())
    python = release / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$PWD $ALLOWED_HOSTS $*"\n')
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "runuser").write_text('#!/bin/sh\nprintf "%s " "$1" "$2"; shift 3; exec "$@"\n')
    (tools / "id").write_text('#!/bin/sh\necho "${TEST_ID}"\n')
    for program in (release / "deploy" / "gazette", python, *tools.iterdir()):
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    link = tmp_path / "gazette"
    link.symlink_to(release / "deploy" / "gazette")
    for who, before in (("0", "-u gazette "), ("1000", "")):
        environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "GAZETTE_ENVIRONMENT": str(ENVIRONMENT),
            "TEST_ID": who,
        }
        done = subprocess.run(
            [link, "verify", "--repair"], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"{before}{release} gazette.example manage.py verify --repair\n"
