"""The container file: what it copies is there and suffices, and what it starts starts."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.deploy.production import DEPLOY, HOST, PATIENCE, free_port, settings_of, wait_for_port
from tests.outside import PROJECT

CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def variables() -> dict[str, str]:
    """What ENV sets."""
    block = re.search(r"^ENV (.*?[^\\])$", CONTAINERFILE, re.M | re.S)
    assert block
    return dict(item.split("=", 1) for item in block[1].replace("\\\n", " ").split())


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The folder as the image has it: what the file copies, and nothing else."""
    folder = tmp_path / "image"
    for words in re.findall(r"^COPY (.+)$", CONTAINERFILE, re.M):
        *sources, target = words.split()
        for pattern in sources:
            found = list(PROJECT.glob(pattern))
            assert found, f"{pattern} is not there"
            for source in found:
                to = folder / target if source.is_dir() else folder / target / source.name
                to.parent.mkdir(parents=True, exist_ok=True)
                (shutil.copytree if source.is_dir() else shutil.copy)(source, to)
    return folder


@pytest.mark.in_full
def test_the_image_collects_its_static_files_migrates_and_answers(image: Path, tmp_path: Path) -> None:
    port = free_port()
    environment = {"PATH": os.environ["PATH"], **settings_of(DEPLOY / "environment"), **variables()}
    assert environment["WEB_BIND"] == "0.0.0.0:8000" and environment["STATIC_ROOT"].startswith(
        "/srv/gazette/"
    )
    data, static = tmp_path / "data", tmp_path / "static"
    data.mkdir()
    environment |= {
        "GAZETTE_DATA": str(data),
        "STATIC_ROOT": str(static),
        "DATABASE_URL": f"sqlite:///{data / 'gazette.sqlite3'}",
        "WEB_BIND": f"127.0.0.1:{port}",
    }

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "deploy/container.py", *words]
        return subprocess.run(
            command, cwd=image, env=environment, capture_output=True, text=True, timeout=PATIENCE
        )

    for words in (("collectstatic", "--noinput"), ("migrate", "--verbosity", "0")):
        done = run(*words)
        assert done.returncode == 0, done.stderr
    assert json.loads((static / "staticfiles.json").read_text())["paths"]
    assert run("healthy").returncode == 1
    web = subprocess.Popen([sys.executable, "deploy/container.py", "web"], cwd=image, env=environment)
    try:
        wait_for_port(port)
        deadline = time.monotonic() + PATIENCE
        while run("healthy").returncode:
            assert time.monotonic() < deadline
    finally:
        web.terminate()
        assert web.wait(PATIENCE) == 0
    assert HOST in environment["ALLOWED_HOSTS"]


def test_nothing_private_goes_into_the_image() -> None:
    ignored = (PROJECT / ".containerignore").read_text().split()
    assert {"var", ".git", ".venv"} <= set(ignored)
    assert not re.search(r"^COPY \. ", CONTAINERFILE, re.M)
    assert re.search(r"^USER gazette$", CONTAINERFILE, re.M)
