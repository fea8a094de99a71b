"""The arrows of docs/architecture.md: which room may know which, read from the imports."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ARCHIVE = PROJECT / "archive"


def modules(*places: str) -> list[Path]:
    """The Python files of folders or single files under archive/; no place may be empty or gone."""
    found = []
    for place in places:
        path = ARCHIVE / place
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        assert files, f"archive/{place} holds no Python file"
        assert all(file.is_file() for file in files), f"archive/{place} is not there"
        found += files
    return found


def imports(path: Path, root: Path = PROJECT) -> Iterator[str]:
    """Every module that a file imports, dotted and absolute, wherever in the file the import stands.

    `from archive import search` gives archive and archive.search.
    """
    package = path.relative_to(root).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def knows(path: Path, room: str) -> bool:
    return any(name == room or name.startswith(f"{room}.") for name in imports(path))


def those_that_know(paths: list[Path], *rooms: str) -> list[str]:
    """ "archive/views/desk.py knows archive.ingest.parse", one for each arrow that must not be."""
    return [
        f"{path.relative_to(PROJECT)} knows {room}" for path in paths for room in rooms if knows(path, room)
    ]


PURE = ("django", "haystack", "whoosh", "pdfminer", "pypdfium2", "archive.models", "archive.search")

FORBIDDEN_ARROWS = [
    # (which files, what they must not know)
    (["models"], ["archive.ingest", "archive.search", "archive.views"]),
    (
        ["ingest/parse", "ingest/layout", "numbers.py", "characters.py"],
        [*PURE, "archive.ingest.extract", "archive.ingest.store"],
    ),
    (["ingest/lines.py", "ingest/errors.py", "ingest/extract"], ["archive.models", "archive.search"]),
    # what judges manifests on any machine
    (["authenticity/manifest_text.py", "authenticity/offline.py"], [*PURE, "archive.ingest", "gazette"]),
    (["authenticity"], ["archive.views"]),
    (["views"], ["archive.ingest.extract", "archive.ingest.layout", "archive.ingest.parse"]),
    (["oai"], ["archive.ingest", "archive.views", "archive.search"]),
    (["ingest"], ["archive.views", "archive.alerts"]),
    (["alerts"], ["archive.views", "archive.ingest"]),
    (["search"], ["archive.ingest", "archive.views", "archive.alerts"]),
]


@pytest.mark.parametrize(("places", "rooms"), FORBIDDEN_ARROWS, ids=lambda value: " ".join(value))
def test_no_arrow_points_back(places: list[str], rooms: list[str]) -> None:
    assert those_that_know(modules(*places), *rooms) == []


ONLY_PLACES = [
    # (library, the only places that import it)
    ("pdfminer", ["ingest/extract"]),
    ("whoosh", ["search"]),
    # the benchmark asks it for phrases, beside ours
    ("tantivy", ["search/tantivy_store.py", "benchmark/peers.py"]),
    # the benchmark asks its stock backend
    ("haystack", ["search", "search_indexes.py", "benchmark/stock.py"]),
    ("archive.ingest.parse.records", ["ingest"]),
    ("prometheus_client", ["metrics.py"]),
    ("iiif_prezi3", ["iiif/manifest.py"]),
    # loaded only where a manifest is asked for, since that takes most of a second
    ("archive.iiif.manifest", ["views/iiif.py"]),
    ("cryptography", ["authenticity"]),
    ("botocore", ["ingest/s3_files.py"]),
    ("storages", ["ingest/s3_files.py"]),
    ("django.core.mail", ["alerts/sending.py"]),
    ("smtplib", ["alerts/sending.py"]),
    # loaded only where the settings name a bucket, since it needs what is installed only then
    ("archive.ingest.s3_files", ["ingest/files_store.py"]),
]


@pytest.mark.parametrize(("library", "places"), ONLY_PLACES, ids=lambda value: str(value))
def test_a_library_is_known_in_one_place(library: str, places: list[str]) -> None:
    inside = modules(*places)
    assert any(knows(path, library) for path in inside), (
        f"{library} is used nowhere: is this line still true?"
    )
    outside = [path for path in ARCHIVE.rglob("*.py") if path not in inside]
    assert those_that_know(outside, library) == []


def test_imports_are_read_in_every_form(tmp_path: Path) -> None:
    """The tests above would pass by blindness if an import were overlooked."""
    path = tmp_path / "archive" / "views" / "desk.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import a.b\nimport c as d\nfrom e import f\nfrom .. import models\nfrom ..ingest.parse import records\n"
        "def late():\n    from . import reading\n"
    )
    assert set(imports(path, root=tmp_path)) == {
        *("a.b", "c", "e", "e.f", "archive", "archive.models"),
        *("archive.ingest.parse", "archive.ingest.parse.records", "archive.views", "archive.views.reading"),
    }


# --- what no file of the project says -----------------------------------------------------------------
def project_files() -> list[Path]:
    """The files under version control, and those about to be; without git (a release), the files themselves."""
    git = ["git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
    except (FileNotFoundError, subprocess.CalledProcessError):
        listed = [
            str(path.relative_to(PROJECT)) for path in PROJECT.rglob("*.*") if ".venv" not in path.parts
        ]
    return [PROJECT / name for name in listed if name and (PROJECT / name).is_file()]


# Paths of one machine. Written so that this file does not hold them itself.
MACHINE_PATHS = re.compile(r"(?<![\w.:/])/(?:work|root)" + "/")


def test_no_file_names_a_path_of_one_machine() -> None:
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # pictures, PDFs, compiled messages
            continue
        found += [
            f"{path.relative_to(PROJECT)}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if MACHINE_PATHS.search(line)
        ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "machine_path"),
    [("see /work" + "/x", True), ("'/root" + "/x'", True), ("/issues/2022/", False), ("a/work/b", False)],
)
def test_machine_paths_are_recognised(text: str, machine_path: bool) -> None:
    assert bool(MACHINE_PATHS.search(text)) == machine_path


INLINE = {
    "a script in the page": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")", re.I
    ),
    "a style sheet in the page": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "an address with script": re.compile(r"javascript:", re.I),
    "something from another host": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.I
    ),
}


def test_templates_hold_no_inline_script_or_style() -> None:
    """The content security policy refuses them, so they would be dead anyway."""
    templates = sorted((PROJECT / "templates").rglob("*.html"))
    assert templates
    found = [
        f"{path.relative_to(PROJECT)}: {what}"
        for path in templates
        for what, pattern in INLINE.items()
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ("<script>x()</script>", "a script in the page"),
        ("<STYLE>", "a style sheet in the page"),
        ('<p style="color:red">', "a style attribute"),
        ("<p onclick='x()'>", "an event attribute"),
        ('<a href="javascript:x()">', "an address with script"),
        ('<link href="https://cdn.example/x.css">', "something from another host"),
    ],
)
def test_inline_things_are_recognised(html: str, what: str) -> None:
    assert INLINE[what].search(html)


def test_modules_stay_small() -> None:
    """A module past 450 lines is two rooms."""
    long = {
        str(path.relative_to(PROJECT)): lines
        for path in ARCHIVE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}
