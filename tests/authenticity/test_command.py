"""`verify_manifest` needs public keys, and neither database, nor settings, nor network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.authenticity.manifest_text import public_pem
from archive.authenticity.offline import Given
from tests.authenticity.signed import a_file, a_manifest
from tests.outside import PROJECT

CONTENT = b"%PDF-1.7 the first"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two manifests of a chain with their signatures, the public key, and a folder with a file that they list."""
    key = Ed25519PrivateKey.generate()
    (tmp_path / "public.pem").write_text(public_pem(key.public_key()))
    former = a_file(b"the former", state="former", ended="2026-11-05T00:00:00Z")
    first = a_manifest(key, "2026-10", files=[a_file(CONTENT)])
    second = a_manifest(key, "2026-11", first, files=[a_file(CONTENT), former, a_file(b"not here")])
    for one in (first, second):
        keep(tmp_path, one)
    files = tmp_path / "files"
    files.mkdir()
    (files / "a.pdf").write_bytes(CONTENT)
    return tmp_path


def keep(folder: Path, manifest: Given) -> None:
    (folder / manifest.name).write_bytes(manifest.data)
    (folder / f"{manifest.name}.sig").write_bytes(manifest.signature or b"")


def check(folder: Path, *arguments: str, command: str = "verify-manifest") -> tuple[int, str]:
    """Exit code and what was said, by a process whose settings could not be loaded."""
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "DATABASE_URL": "nonsense://",
        "PROXIES": "x",
    }
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), command, *arguments],
        cwd=folder,
        env=environment | {"GAZETTE_DATA": str(folder / "none")},
        capture_output=True,
        text=True,
    )
    assert not (folder / "none").exists() and "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_what_is_right_is_said_to_be_right(folder: Path) -> None:
    (folder / "files" / "b.pdf").write_bytes(b"the former")
    code, said = check(folder, "2026-11.json", "2026-10.json", "--key", "public.pem", "--files", "files")
    assert code == 0
    lines = said.splitlines()
    assert lines[0].startswith("OK   2026-10.json") and lines[1].startswith("OK   2026-11.json")
    assert lines[2] == "OK   files/a.pdf：云岭市人民政府公报 2024 1"
    assert "former，2026-11-05T00:00:00Z" in lines[3]
    assert "2 个相符，0 个不在清单；清单中现行的文件有 1 个不在文件夹中" in lines[4]


def test_what_is_wrong_is_named(folder: Path) -> None:
    (folder / "files" / "b.pdf").write_bytes(CONTENT + b".")
    code, said = check(folder, "2026-10.json", "--key", "public.pem", "--files", "files")
    assert code == 1 and "FAIL files/b.pdf" in said and "OK   files/a.pdf" in said
    path = folder / "2026-10.json"
    path.write_bytes(path.read_bytes().replace(b"2024", b"2023"))
    code, said = check(
        folder, "2026-10.json", "--key", "public.pem", "--files", "files", command="verify_manifest"
    )
    assert code == 1 and "FAIL 2026-10.json" in said and "签名与内容不符" in said and "OK" not in said


def test_what_cannot_be_judged_is_neither(folder: Path) -> None:
    assert check(folder, "2026-10.json", "--key", "2026-10.json")[0] == 2
    assert check(folder, "2026-09.json", "--key", "public.pem")[0] == 2
    both = ("2026-10.json", "2026-11.json", "--key", "public.pem", "--signature", "2026-10.json.sig")
    assert check(folder, *both)[0] == 2
    (folder / "2026-10.json.sig").rename(folder / "apart")
    assert check(folder, "2026-10.json", "--key", "public.pem", "--signature", "apart")[0] == 0
