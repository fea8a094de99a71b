"""The units of systemd: what they name is there, what they allow is enough and no more, and systemd understands them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.production import DEPLOY, unit
from tests.outside import PROJECT

UNITS = sorted(path.name for path in (DEPLOY / "systemd").iterdir())
SERVICES = [name for name in UNITS if name.endswith(".service")]


def test_these_are_all() -> None:
    assert UNITS == [
        "gazette-backup.service",
        "gazette-backup.timer",
        "gazette-web.service",
        "gazette-web.socket",
        "gazette-worker.service",
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_as_nobody_special_on_its_own_folders(name: str) -> None:
    service = unit(name)["Service"]
    assert service["User"] == service["Group"] == "gazette"
    assert service["EnvironmentFile"] == "/etc/gazette/environment"
    assert service["WorkingDirectory"] == "/srv/gazette/current"
    assert service["ProtectSystem"] == "strict" and service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["IPAddressDeny"] == "any"
    # What the environment file names must be writable.
    assert service["StateDirectory"] == "gazette"
    environment = (DEPLOY / "environment").read_text(encoding="utf-8")
    assert "\nGAZETTE_DATA=/var/lib/gazette\n" in environment
    assert "\nSTATIC_ROOT=/var/cache/gazette/static\n" in environment


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_starts_is_there(name: str) -> None:
    python, *words = unit(name)["Service"]["ExecStart"].split()
    assert python == "/srv/gazette/current/.venv/bin/python"
    if words[0] == "manage.py":
        done = subprocess.run(
            [sys.executable, "manage.py", words[1], "--help"], cwd=PROJECT, capture_output=True
        )
        assert done.returncode == 0
    else:
        assert words[:2] == ["-m", "gunicorn"]  # test_restart.py starts it


def test_the_socket_is_the_one_that_nginx_is_told_of() -> None:
    path = unit("gazette-web.socket")["Socket"]["ListenStream"]
    command = (PROJECT / "archive" / "management" / "commands" / "nginx.py").read_text(encoding="utf-8")
    assert f'default="unix:{path}"' in command


def test_gunicorn_has_time_to_end_what_it_answers() -> None:
    import gazette.gunicorn_settings as web

    assert int(unit("gazette-web.service")["Service"]["TimeoutStopSec"]) > web.graceful_timeout


def test_systemd_understands_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze (apt install systemd)")
    for name in UNITS:
        text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/srv/gazette/current/.venv/bin/python", sys.executable))
    for name in UNITS:
        done = subprocess.run(
            [analyze, "verify", "--man=no", tmp_path / name],
            capture_output=True,
            text=True,
            env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        )
        # Other units of this machine are none of ours.
        told = [line for line in done.stderr.splitlines() if "gazette" in line]
        assert told == [], name
        assert done.returncode == 0 or not re.search("gazette", done.stderr), done.stderr


def test_a_slip_would_be_seen(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze (apt install systemd)")
    text = (DEPLOY / "systemd" / "gazette-worker.service").read_text(encoding="utf-8")
    (tmp_path / "gazette-worker.service").write_text(text.replace("PrivateTmp=", "PrivatTmp="))
    done = subprocess.run(
        [analyze, "verify", "--man=no", tmp_path / "gazette-worker.service"], capture_output=True, text=True
    )
    assert "PrivatTmp" in done.stderr
