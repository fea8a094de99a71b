"""What is installed is what was looked at: every package in one version, every file by its checksum."""

import json
import re

import pytest

from tests.outside import PROJECT

# A requirement with all that its lines carry: version, condition, checksums.
_PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<rest>(?:.*\\\n)*.*)$", re.M)
_WANTED = re.compile(r"^(?P<name>[\w.-]+)(?:\[\w+\])?==(?P<version>\S+)$", re.M)
FILES = sorted(path.stem for path in PROJECT.glob("requirements*.in"))


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def plain(name: str) -> str:
    """The name as indexes spell it: pdfminer.six and pdfminer-six are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    """Versions by package of one file of requirements."""
    return {plain(found["name"]): found["version"] for found in _PINNED.finditer(text_of(f"{file}.txt"))}


def test_every_file_is_made_of_one_that_is_written_by_hand() -> None:
    assert {path.stem for path in PROJECT.glob("requirements*.txt")} == set(FILES)
    assert len(FILES) == 7


@pytest.mark.parametrize("file", FILES)
def test_every_package_has_its_version_and_its_checksums(file: str) -> None:
    text = text_of(f"{file}.txt")
    found = list(_PINNED.finditer(text))
    assert found
    assert [one["name"] for one in found if not re.search(r"--hash=sha256:[0-9a-f]{64}", one["rest"])] == []
    # Nothing stands in the file that is neither a package, nor its checksums, nor a remark.
    left = _PINNED.sub("", text)
    kept = [line for line in left.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert kept in ([], ["-r requirements.txt"])


@pytest.mark.parametrize("file", FILES)
def test_what_is_wanted_stands_in_the_file_made_of_it(file: str) -> None:
    wanted = {plain(found["name"]): found["version"] for found in _WANTED.finditer(text_of(f"{file}.in"))}
    assert wanted
    made = pinned(file)
    assert {name: made.get(name) for name in wanted} == wanted


def test_what_two_files_hold_is_one_version() -> None:
    base = pinned("requirements")
    for file in FILES:
        if "-r requirements.txt" in text_of(f"{file}.txt"):
            others = pinned(file)
            assert {name: others[name] for name in others if name in base} == {
                name: base[name] for name in others if name in base
            }


def test_nothing_is_installed_without_its_checksum() -> None:
    """pip is told, so that a file from which all checksums were lost is refused, too."""
    installing = [
        line
        for name in ("Makefile", "deploy/Containerfile", "docs/operation.md")
        for line in text_of(name).splitlines()
        if "pip install" in line
    ]
    assert len(installing) == 6
    assert [line for line in installing if "--require-hashes" not in line] == []


def test_the_viewer_of_the_tests_has_its_version_and_its_checksum() -> None:
    """It comes by npm, for tests alone; nothing of it runs while it is installed."""
    folder = "tests/browser/viewer"
    wanted = json.loads(text_of(f"{folder}/package.json"))["dependencies"]
    packages = json.loads(text_of(f"{folder}/package-lock.json"))["packages"]
    assert packages.pop("")["dependencies"] == wanted
    assert {f"node_modules/{name}": version for name, version in wanted.items()}.items() <= {
        name: package["version"] for name, package in packages.items()
    }.items()
    for package in packages.values():
        assert package["integrity"].startswith("sha512-")
        # Where it comes from is for the machine to say that installs it.
        assert "resolved" not in package
    installing = [line for line in text_of("Makefile").splitlines() if "npm ci" in line]
    assert len(installing) == 1 and "--ignore-scripts" in installing[0]
