"""What every test stands on: a data folder of its own, the shared material, a browser, and an honest count.

Nothing is left out silently. A test that cannot run here (no browser, no shared material, the other database)
is skipped with its reason, and the reasons are listed at the end. With `--require-all` (REQUIRE_ALL=1) a skip
is a failure.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connections
from pytest_django import Settings

from tests.bucket import Bucket, Server, a_server, use
from tests.read_once import reading_once, shared_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROJECT = Path(__file__).resolve().parent.parent
LEFT_OUT_KEY = pytest.StashKey[Counter[str]]()

# Files that take longest begin first, so that at the end no process works on one alone.
LONGEST = (
    "tests/browser/test_every_page.py/",
    "tests/views/test_any_query.py/",
    "tests/search/test_killed.py/",
    "tests/search/test_real_issue.py/",
    "tests/ingest/recognise/",
    "tests/backup/",
    "tests/browser/",
    "tests/deploy/",
    "tests/test_worker.py/",
    "tests/commands/",
    "tests/views/",
    "tests/search/",
)

IN_FULL = (
    "what takes seconds and is tried in short beside it: in full with make test-all, or by naming the file"
)

# Seconds after which a browser that does not come is given up; no measure of speed, for the machine may have other work.
PATIENCE = 120

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each window has pages of its own for what is typed into the address bar: two thirds of the work of opening one.
    # The others are Playwright's own, whose list this one replaces.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,LensOverlay,MediaRouter,"
    "OptimizationHints,PaintHolding,ThirdPartyStoragePartitioning",
]


# Hypothesis tries the same examples each time, and takes its time: a run says the same as the one before.
hypothesis.settings.register_profile("the same each time", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("the same each time")


# --- what was left out, and why ----------------------------------------------------------------------
def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-all",
        action="store_true",
        default=os.environ.get("REQUIRE_ALL", "") in {"1", "true", "yes"},
        help="a test that is left out fails (also REQUIRE_ALL=1)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT_KEY] = Counter()
    config.pluginmanager.register(LeftOut(config.stash[LEFT_OUT_KEY]), "left-out")
    config.addinivalue_line("markers", "postgresql: holds only on PostgreSQL")
    config.addinivalue_line("markers", "sqlite: holds only on SQLite")
    config.addinivalue_line("markers", "long: takes minutes; only with -m long (make test-long)")
    config.addinivalue_line("markers", "in_full: left to make test-all, and to whoever names the file")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, or left to `-m long`; tests of the other database skipped, or set aside for a second run on it."""
    if config.option.markexpr != "long":
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    here = django_settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    other, name = {
        "sqlite3": ("postgresql", "PostgreSQL (set DATABASE_URL)"),
        "postgresql": ("sqlite", "SQLite (unset DATABASE_URL)"),
    }[here]
    items.sort(key=_rank)
    _leave_out_what_is_in_full(config, items)
    foreign = [item for item in items if item.get_closest_marker(other)]
    if config.getoption("--require-all"):
        if here == "postgresql":
            # They ran on SQLite, and no other database can change them: pytest-django keeps them from any.
            foreign += [item for item in items if not _asks_a_database(item)]
        config.hook.pytest_deselected(items=foreign)
        left_out = set(foreign)
        items[:] = [item for item in items if item not in left_out]
        return
    for item in foreign:
        item.add_marker(pytest.mark.skip(reason=f"needs {name}"))


def _leave_out_what_is_in_full(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests marked `in_full`, unless everything is required or their file is named on the command line."""
    if config.getoption("--require-all"):
        return
    named = {
        (config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args
    }
    for item in items:
        if item.get_closest_marker("in_full") and item.path not in named:
            item.add_marker(pytest.mark.skip(reason=IN_FULL))


def _rank(item: pytest.Item) -> int:
    """Where the test's file stands in LONGEST; a sort by it keeps the order otherwise."""
    place = f"{item.path.relative_to(PROJECT)}/"
    return next((rank for rank, start in enumerate(LONGEST) if place.startswith(start)), len(LONGEST))


def _asks_a_database(item: pytest.Item) -> bool:
    names = {"db", "transactional_db", "live_server", "django_db_setup"}
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgresql"))
    return marked or not names.isdisjoint(getattr(item, "fixturenames", ()))


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was left out; "" for one that was not."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return ""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


def _require(config: pytest.Config, report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where everything is required."""
    if config.getoption("--require-all") and (reason := _reason(report)):
        report.outcome = "failed"
        report.longrepr = f"left out, but everything is required here: {reason}"


@pytest.fixture(scope="session")
def everything(request: pytest.FixtureRequest) -> bool:
    """True where everything is required: elsewhere the largest random samples are smaller."""
    return bool(request.config.getoption("--require-all"))


@pytest.fixture(scope="session")
def few(everything: bool) -> Callable[[int], int]:
    """Of so many what is tried here: all where everything is required, elsewhere a sixth."""
    return lambda many: many if everything else -(-many // 6)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _require(item.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _require(collector.config, report)
    return report


class LeftOut:
    """Counts what was left out by its reason, where the tests are run and where their workers report to."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if reason := _reason(report):
            self.counts[reason] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if reason := _reason(report):
            self.counts[reason] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash[LEFT_OUT_KEY]
    terminalreporter.section("left out")
    for reason, count in left_out.most_common():
        terminalreporter.line(f"{count:5d}  {reason}", yellow=True)
    if django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        terminalreporter.line(
            "  all  on PostgreSQL: this run was on SQLite (make test-all runs on both)", yellow=True
        )
    elif not left_out:
        terminalreporter.line("nothing")


# --- recognition ---------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _without_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a scan with the OCR extra takes five seconds a page: tests that want it say so."""
    monkeypatch.setenv("GAZETTE_OCR", "0")


@pytest.fixture(scope="session", autouse=True)
def _bundled_issues_read_once() -> Iterator[None]:
    with reading_once():
        yield


# --- a data folder of its own ------------------------------------------------------------------------
@contextmanager
def _use_data_folder(folder: Path) -> Iterator[Path]:
    """Point settings and the index at `folder` for a while."""
    import haystack

    # whitenoise warns when its folder is not there.
    (folder / "static").mkdir(parents=True, exist_ok=True)
    index = haystack.connections.connections_info["default"]
    index_before = dict(index)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "GAZETTE_DATA", folder)
        patch.setattr(django_settings, "UPLOADS_DIR", folder / "uploads")
        patch.setattr(django_settings, "STATIC_ROOT", folder / "static")
        index["PATH"] = str(folder / "index")
        _forget_open_index()
        try:
            yield folder
        finally:
            index.update(index_before)
            _forget_open_index()


def _forget_open_index() -> None:
    """Let the next search of this thread open the index anew, at the path that holds then."""
    import haystack

    getattr(haystack.connections.thread_local, "connections", {}).pop("default", None)


@pytest.fixture(scope="session", autouse=True)
def session_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What fixtures of the whole session see (the live server starts before any test)."""
    with _use_data_folder(tmp_path_factory.mktemp("session-data")) as folder:
        yield folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as a site has it: each thread of the live server opens and closes its own connection."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        database.settings_dict["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits_for_the_disk() -> Iterator[None]:
    """No test cuts the power: what must be on the disk is judged by what was asked for, and in which order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="module")
def module_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One data folder for all tests of a module: for what is costly to ingest and then only read."""
    with _use_data_folder(tmp_path_factory.mktemp("module-data")) as folder:
        yield folder


@pytest.fixture(autouse=True)
def data_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """GAZETTE_DATA (originals, uploads, index, heartbeat) of this test alone."""
    if "module_data_folder" in request.fixturenames:
        yield request.getfixturevalue("module_data_folder")
        return
    with _use_data_folder(tmp_path_factory.mktemp("data")) as folder:
        yield folder


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Passwords of tests guard nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def pages_made_anew(settings: Settings) -> None:
    """Each page is made when it is asked for: tests change rows behind the back of the archive."""
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def kept_pages(db: None, pages_made_anew: None, settings: Settings) -> None:
    """Pages are kept as on a site, by each test for itself."""
    from archive.edition import next_edition, present_edition

    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": present_edition()}
    }
    next_edition()


# --- the shared material -----------------------------------------------------------------------------
@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real issues and their truth files; never part of the project."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip(f"needs the shared material at {folder.name}/ beside the project (set GAZETTE_SHARED)")
    return folder


# --- files in a bucket -------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def s3_server() -> Iterator[Server]:
    """A server that speaks S3, for all tests that do not stop it."""
    with a_server() as server:
        yield server


@pytest.fixture
def bucket(s3_server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The archive's files lie in this bucket, which is empty."""
    found = Bucket(s3_server.address)
    use(found, settings, monkeypatch)
    return found


# --- a browser ---------------------------------------------------------------------------------------
def find_chromium() -> str | None:
    """The browser to drive: CHROMIUM, else what the distribution installed; None when there is none."""
    if given := os.environ.get("CHROMIUM"):
        return given
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("needs Chromium (apt install chromium, or set CHROMIUM)")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=1000 * PATIENCE)

    with pytest.MonkeyPatch.context() as patch:
        # The browser's driver keeps an event loop in this thread; Django would refuse the ORM beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
            yield browser
            browser.close()


@pytest.fixture
def console_errors() -> list[str]:
    """What the pages of this test complained about: console errors, exceptions, refused or failed requests."""
    return []


@pytest.fixture
def open_page(browser: "Browser", console_errors: list[str]) -> Iterator[Callable[..., "Page"]]:
    """`open_page(width=1280, height=800, **context options)` gives a page in a context of its own."""
    contexts = []

    def _open(width: int = 1280, height: int = 800, **options: object) -> "Page":
        context = browser.new_context(
            **{"viewport": {"width": width, "height": height}, "locale": "zh-CN", **options}
        )
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: console_errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        return page

    yield _open
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., "Page"]) -> "Page":
    """A wide page with script."""
    return open_page()
