"""Every address of the site, and what each kind of person gets there. A new address needs its line in the table."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode
from pytest_django import Settings

from archive.alerts.tokens import Link, signed
from archive.bulk.making import make_all
from archive.first_administrator import issue_token
from archive.ingest.originals import store_original
from archive.models import Batch, IngestRun, Issue, Subscriber
from archive.roles import EDITOR, PUBLISHER
from archive.search.update import rebuild
from archive.second_factor import GROUP
from archive.urls import urlpatterns
from tests.accounts import make_account
from tests.alerts.post_office import turn_alerts_on
from tests.factories import make_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db

# half: the password was right, the second factor is still to come. reader: an account that is not staff.
# staff: at the desk without a role.
PEOPLE = ("nobody", "half", "reader", "staff", "editor", "publisher", "both", "administrator")
# One number: everybody gets the same. 400: the form was sent without what it asks for; 410: the link is spent.
TABLE = """
address                         how  nobody half reader staff editor publisher both administrator
home                            GET  200
icon                            GET  301
robots                          GET  200
sitemap-index                   GET  200
sitemap                         GET  200
opensearch                      GET  200
oai                             GET  200
oai                             POST 200
bulk                            GET  200
bulk-file                       GET  200
issues                          GET  200
issue                           GET  200
issue-short                     GET  302
issue-pages                     GET  200
issue-page                      GET  200
page-picture                    GET  200
page-small                      GET  200
page-lines                      GET  200
cover                           GET  200
iiif-collection                 GET  200
iiif-year                       GET  200
iiif-manifest                   GET  200
iiif-canvas                     GET  200
iiif-image                      GET  303
iiif-information                GET  200
iiif-picture                    GET  200
original                        GET  200
original-draft                  GET  404    404  404    200   200    200       200  200
help                            GET  200
about                           GET  200
numbers                         GET  200
numbers-not-held                GET  200
number-code                     GET  200
number-year                     GET  200
number-document                 GET  302
document                        GET  200
annex                           GET  404
document-print                  GET  200
document-pages                  GET  200
document-bibtex                 GET  200
document-ris                    GET  200
document-akn                    GET  200
document-text                   GET  200
document-markdown               GET  200
document-table                  GET  200
verify                          GET  200
verify                          POST 400
manifests                       GET  200
manifest-keys                   GET  200
manifest                        GET  404
manifest-signature              GET  404
people                          GET  200
person                          GET  200
post                            GET  200
document-report                 GET  200
document-report                 POST 400
search                          GET  200
search-feed                     GET  200
search-table                    GET  200
feed-issues                     GET  200
feed-kind                       GET  200
feed-issuer                     GET  200
number                          GET  200
api-docs                        GET  200
api-1:api-root                  GET  404
api-1:openapi-json              GET  200
api-1:search                    GET  200
api-1:issues                    GET  200
api-1:issue                     GET  200
api-1:documents                 GET  200
api-1:document                  GET  200
api-1:document_hits             GET  200
api-1:suggestions               GET  200
api-1:changes                   GET  200
search-suggest                  GET  200
search-completions              GET  200
alerts                          GET  200
alerts                          POST 400
alerts-mine                     GET  200
alerts-mine                     POST 400
alerts-confirm                  GET  200
alerts-confirm                  POST 200
alerts-end                      GET  200
alerts-end                      POST 200
set_language                    POST 302
healthz                         GET  503
metrics                         GET  200
first-administrator             GET  410
desk                            GET  302    302  403    200   200    200       200  200
desk-runs                       GET  302    302  403    200   200    200       200  200
desk-runs-state                 GET  302    302  403    200   200    200       200  200
desk-failed-file                GET  302    302  403    200   200    200       200  200
desk-log                        GET  302    302  403    200   200    200       200  200
desk-history                    GET  302    302  403    200   200    200       200  200
desk-batches                    GET  302    302  403    200   200    200       200  200
desk-batch                      GET  302    302  403    200   200    200       200  200
desk-gaps                       GET  302    302  403    200   200    200       200  200
desk-preview                    GET  302    302  403    200   200    200       200  200
desk-corrections                GET  302    302  403    200   200    200       200  200
desk-corrections-table          GET  302    302  403    200   200    200       200  200
desk-original                   GET  302    302  403    200   200    200       200  200
desk-issue                      GET  302    302  403    200   200    200       200  200
desk-document                   GET  302    302  403    200   200    200       200  200
desk-pages                      GET  302    302  403    200   200    200       200  200
desk-missed                     GET  302    302  403    403   200    403       200  200
desk-page                       GET  302    302  403    200   200    200       200  200
desk-upload                     POST 302    302  403    403   302    403       302  302
desk-retry                      POST 302    302  403    403   302    403       302  302
desk-again                      POST 302    302  403    403   302    403       302  302
desk-discard                    POST 302    302  403    403   302    403       302  302
desk-publish                    POST 302    302  403    403   403    302       302  302
desk-withdraw                   POST 302    302  403    403   403    302       302  302
desk-upload-file                POST 302    302  403    403   400    403       400  400
desk-batch-open                 POST 302    302  403    403   200    403       200  200
desk-batch-pause                POST 302    302  403    403   302    403       302  302
desk-batch-resume               POST 302    302  403    403   302    403       302  302
desk-batch-retry                POST 302    302  403    403   302    403       302  302
desk-correct                    POST 302    302  403    403   400    403       400  400
desk-undo                       POST 302    302  403    403   404    403       404  404
desk-settle                     POST 302    302  403    403   404    403       404  404
desk-withdraw-document          POST 302    302  403    403   403    302       302  302
desk-validity                   GET  302    302  403    200   200    200       200  200
desk-vocabulary                 GET  302    302  403    200   200    200       200  200
desk-annex-file                 GET  302    302  403    404   404    404       404  404
desk-supplement                 POST 302    302  403    403   400    403       400  400
desk-issue-fields               POST 302    302  403    403   400    403       400  400
desk-annex-add                  POST 302    302  403    403   400    403       400  400
desk-annex                      POST 302    302  403    403   404    403       404  404
desk-validity-judge             POST 302    302  403    403   400    403       400  400
desk-validity-back              POST 302    302  403    403   404    403       404  404
desk-term                       POST 302    302  403    403   400    403       400  400
desk-namesake                   POST 302    302  403    403   400    403       400  400
desk-sign-in                    GET  200
desk-sign-out                   POST 302
account                         GET  302    302  403    200   200    200       200  200
account-password                GET  302    302  403    200   200    200       200  200
account-password                POST 302    302  403    200   200    200       200  200
account-code                    GET  302
account-code                    POST 302
account-second-factor           GET  302    200  200    200   200    200       200  200
account-second-factor           POST 302    200  200    200   200    200       200  200
account-backup-codes            POST 302    302  403    302   302    302       302  302
admin:login                     GET  302    302  403    403   403    403       403  302
admin:logout                    POST 302
admin:index                     GET  302    302  302    302   302    302       302  200
admin:archive_issue_changelist  GET  302    302  302    302   302    302       302  200
"""


def described(patterns: Iterable[Any], namespace: str = "") -> Iterator[str]:
    """The names of all addresses below, with their namespaces; an address without a name by its route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from described(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join(filter(None, [namespace, pattern.name or str(pattern.pattern)]))


def table() -> dict[tuple[str, str], tuple[int, ...]]:
    """(address, method) → the status for each of PEOPLE."""
    found = {}
    for line in TABLE.strip().splitlines()[1:]:
        name, method, *statuses = line.split()
        numbers = tuple(int(status) for status in statuses)
        found[name, method] = numbers * len(PEOPLE) if len(numbers) == 1 else numbers
    return found


@dataclass
class House:
    """An archive with a published issue, a draft and a failed upload, and the session of each kind of person."""

    client: Client
    public: Issue
    draft: Issue
    failed: IngestRun
    batch: Batch
    people: dict[str, str]
    # What stands behind the question mark of the links in mails.
    links: dict[str, str]

    def path(self, name: str) -> str:
        """An address of that name; at the desk the draft's."""
        public, document = self.public, self.public.documents.get(position=1)
        assert public.gazette is not None
        issue = {"gazette": public.gazette.slug, "year": public.year, "label": public.label}
        number = {"code": document.number_code, "year": document.number_year}
        arguments: dict[str, dict[str, Any]] = {
            "first-administrator": {"token": issue_token() or "x"},
            "desk-retry": {"pk": self.failed.pk},
            "desk-failed-file": {"pk": self.failed.pk},
            "desk-document": {"pk": self.draft.pk, "position": 1},
            # a document's, which is the issue's only where both were counted from 1
            "desk-validity-judge": {"pk": self.draft.documents.get(position=1).pk},
            "desk-preview": {"pk": self.draft.pk, "position": 1},
            "desk-supplement": {"pk": self.draft.pk, "position": 1},
            "desk-annex-add": {"pk": self.draft.pk, "position": 1},
            "desk-annex": {"pk": self.draft.pk, "position": 1, "annex": 0},
            "desk-annex-file": {"pk": self.draft.pk, "position": 1, "annex": 0},
            "bulk-file": {"name": "documents.jsonl"},
            "annex": {"public_id": document.public_id, "sha256": "0" * 64, "name": "1.pdf"},
            "desk-correct": {"pk": self.draft.pk, "position": 1},
            "desk-withdraw-document": {"pk": self.draft.pk, "position": 1},
            "desk-batch": {"pk": self.batch.pk},
            "desk-batch-pause": {"pk": self.batch.pk},
            "desk-batch-resume": {"pk": self.batch.pk},
            "desk-batch-retry": {"pk": self.batch.pk},
            "desk-undo": {"pk": self.draft.pk, "act": "none"},
            "desk-settle": {"pk": self.draft.pk, "finding": 0},
            "desk-page": {"pk": self.draft.pk, "number": 1},
            "api-1:issue": {"id": public.pk},
            "api-1:document": {"id": document.public_id},
            "api-1:document_hits": {"id": document.public_id},
            "issue": issue,
            "issue-pages": issue,
            "issue-short": {"year": public.year, "label": public.label},
            **{
                name: issue | {"number": 1}
                for name in (
                    *("issue-page", "page-picture", "page-small", "page-lines"),
                    *("iiif-canvas", "iiif-image", "iiif-information"),
                )
            },
            "iiif-manifest": issue,
            "iiif-year": {"gazette": public.gazette.slug, "year": public.year},
            "iiif-picture": issue | {"number": 1, "size": "max"},
            **{
                f"document{form}": {"public_id": document.public_id}
                for form in (
                    "",
                    "-print",
                    "-pages",
                    "-bibtex",
                    "-ris",
                    "-akn",
                    "-text",
                    "-markdown",
                    "-report",
                )
            },
            "document-table": {"public_id": public.documents.get(position=2).public_id, "position": 0},
            "sitemap": {"section": "documents"},
            "feed-kind": {"kind": document.kind},
            "feed-issuer": {"issuer": document.issuer},
            "person": {"name": "晋玮"},
            "post": {"post": "云岭市林业局局长"},
            "number-code": {"code": document.number_code},
            "number-year": number,
            "number-document": number | {"sequence": document.number_sequence},
            **{name: {"month": "2026-10"} for name in ("manifest", "manifest-signature")},
            "original": {"sha256": public.sha256, "name": "1.pdf"},
            "original-draft": {"sha256": self.draft.sha256, "name": "1.pdf"},
            "cover": {"sha256": public.sha256},
        }
        plain = name.removesuffix("-draft")
        if name in self.links:
            return f"{reverse(name)}?{urlencode({'t': self.links[name]})}"
        wanted = arguments.get(name)
        if wanted is None:
            try:
                return reverse(plain)
            except NoReverseMatch:
                wanted = {"pk": self.draft.pk}
        return reverse(plain, kwargs=wanted)

    def status(self, person: str, path: str, method: str) -> int:
        """What the person gets; whatever it changes is undone."""
        # One client for all, since each reads its middleware anew: a person is a cookie.
        self.client.cookies = SimpleCookie(self.people[person])
        with transaction.atomic():
            ask = self.client.post if method == "POST" else self.client.get
            response = ask(path, {"reason": "排印有误", "sure": "on"} if method == "POST" else {})
            if response.streaming:
                b"".join(response)  # which closes the file
            transaction.set_rollback(True)
        return int(response.status_code)


@pytest.fixture
def house(client: Client, data_folder: Path, tmp_path: Path, settings: Settings) -> House:
    sample = max((PROJECT / "archive" / "samples").glob("*.pdf"))
    other = tmp_path / "draft.pdf"
    other.write_bytes(sample.read_bytes() + b"\n")
    issues = {
        state: make_issue(state, label=label, sha256=store_original(path, "pdf")[0])
        for state, label, path in (("published", "1", sample), ("draft", "2", other))
    }
    rebuild()
    make_all()
    failed = IngestRun.objects.create(file_name="坏.pdf", sha256="0" * 64, state="failed", message="已损坏")
    kept = Path(settings.UPLOADS_DIR, "failed", f"run-{failed.pk}")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"%PDF-1.7")
    half = make_account("half")
    half.groups.add(Group.objects.get_or_create(name=GROUP)[0])
    staff = make_account("staff", staff=False)
    staff.is_staff = True
    staff.save()
    accounts: dict[str, User | None] = {
        "nobody": None,
        "half": half,
        "reader": make_account("reader", staff=False),
        "staff": staff,
        "editor": make_account("editor", EDITOR),
        "publisher": make_account("publisher", PUBLISHER),
        "both": make_account("both"),
        "administrator": make_account("administrator", administrator=True),
    }
    assert tuple(accounts) == PEOPLE
    people = {}
    for name, user in accounts.items():
        client.cookies.clear()
        if user is not None:
            client.force_login(user)
        people[name] = client.cookies.output(attrs=[], header="").strip()
    turn_alerts_on(settings)
    subscriber = Subscriber.objects.create(address="duzhe@example.org", language="zh-hans")
    key = subscriber.followed.create(what="kind", value="通知", language="zh-hans").key
    links = {"alerts-confirm": signed(Link.CONFIRM, key), "alerts-end": signed(Link.END_ONE, key)}
    return House(
        client, issues["published"], issues["draft"], failed, Batch.objects.create(name="往期"), people, links
    )


def test_every_address_has_its_line() -> None:
    names = {name for name in described(get_resolver().url_patterns) if not name.startswith("admin:")}
    assert names - {name for name, _method in table()} == set()


WITHOUT_A_GUARD = {
    "desk-sign-in",
    "desk-sign-out",
    "account-code",
    "account-second-factor",
    "first-administrator",
}


def test_each_view_of_the_desk_declares_one_guard() -> None:
    guards = {
        pattern.name: getattr(pattern.callback, "guards", ())
        for pattern in urlpatterns
        if isinstance(pattern, URLPattern) and str(pattern.pattern).startswith("desk/")
    }
    assert {name for name, declared in guards.items() if not declared} == WITHOUT_A_GUARD
    assert {name: declared for name, declared in guards.items() if len(declared) > 1} == {}
    assert guards["desk-publish"] == ("publisher_only",)


def test_everybody_gets_what_the_table_says(house: House) -> None:
    wanted = table()
    found = {
        (name, method): tuple(house.status(person, house.path(name), method) for person in PEOPLE)
        for name, method in wanted
    }
    assert {key: found[key] for key in wanted if found[key] != wanted[key]} == {}


def administration(patterns: Iterable[Any], before: str = "/") -> Iterator[str]:
    """A path for every address of the administration, with 1 and x in the place of its arguments."""
    for pattern in patterns:
        route = before + re.sub(
            r"<\w+:(\w+)>", lambda m: "x" if m[1] == "app_label" else "1", str(pattern.pattern)
        )
        if isinstance(pattern, URLResolver):
            yield from administration(pattern.url_patterns, route)
        elif "(?P<" not in route:
            yield route


@pytest.mark.in_full
def test_the_administration_is_for_administrators(house: House) -> None:
    """Whatever is registered there: others are sent away from every address before anything is looked up."""
    paths = [path for path in administration(get_resolver().url_patterns) if path.startswith("/admin/")]
    paths = [path for path in paths if path not in {reverse("admin:login"), reverse("admin:logout")}]
    assert len(paths) > 100
    for path in [*paths, "/admin/nothing-there/"]:
        for person in ("nobody", "half", "reader", "both"):
            assert house.status(person, path, "GET") == 302, (path, person)
        assert house.status("both", path, "POST") == 302, path
        assert house.status("administrator", path, "GET") < 500, path


# --- methods -------------------------------------------------------------------------------------------
# A desk that is looked at answers 405; where nobody may look, the guard speaks first. Nothing is ever done by these.
NOT_DONE = {302, 403, 404, 405, 410}
# Pages that show something and take a form as well.
TAKE_A_FORM = {
    "oai",
    *("alerts", "alerts-mine", "alerts-confirm", "alerts-end"),
    *("document-report", "verify", "set_language", "first-administrator", "desk-sign-in", "desk-sign-out"),
    *("account-password", "account-code", "account-second-factor", "account-backup-codes"),
}


def ours() -> list[str]:
    """The names of all addresses but the administration's."""
    return sorted(
        {name for name in described(get_resolver().url_patterns) if not name.startswith("admin:")}
        # django-ninja's own: the description of the API, whatever one asks with
        - {"api-1:api-root", "api-1:openapi-json"}
    )


def other(house: House, person: str, path: str, method: str) -> tuple[int, bytes]:
    """What the person gets by a method, and the body; whatever it changes is undone."""
    house.client.cookies = SimpleCookie(house.people[person])
    with transaction.atomic():
        response = house.client.generic(method, path)
        body = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    return response.status_code, body


def test_no_address_takes_a_method_that_it_does_not_know(house: House) -> None:
    """PUT, DELETE and whatever somebody makes up are refused everywhere, to everybody."""
    found = {
        (name, person, method): status
        for name in ours()
        for person in ("nobody", "both")
        for method in ("PUT", "DELETE", "BREW")
        if (status := other(house, person, house.path(name), method)[0]) not in NOT_DONE
    }
    assert found == {}


def test_what_shows_something_takes_no_form_and_what_takes_a_form_shows_nothing(house: House) -> None:
    posted = {name for name, method in table() if method == "POST"}
    shown = {name.removesuffix("-draft") for name, method in table() if method == "GET"}
    assert posted & shown <= TAKE_A_FORM
    taken = {
        name: status
        for name in ours()
        if name not in posted | TAKE_A_FORM
        and (status := other(house, "both", house.path(name), "POST")[0]) not in NOT_DONE
    }
    assert taken == {}
    looked = {
        name: status
        for name in ours()
        if name not in shown | TAKE_A_FORM
        and (status := other(house, "both", house.path(name), "GET")[0]) not in NOT_DONE
    }
    assert looked == {}


def test_the_head_of_a_page_is_that_of_the_page_without_it(house: House) -> None:
    for (name, method), statuses in table().items():
        if method != "GET":
            continue
        for person in ("nobody", "editor"):
            status, body = other(house, person, house.path(name), "HEAD")
            expected = statuses[PEOPLE.index(person)]
            assert status in (expected, 405), (name, person)
            assert body == b"", name


def test_every_form_needs_its_token(house: House) -> None:
    """But where it harms nobody: to choose a language, for which pages set no cookie, to harvest, to check a file.
    Mails are ended by their link, which nobody else has: programs send that form from elsewhere."""
    client = Client(enforce_csrf_checks=True)
    unguarded = set()
    for name in ours():
        client.cookies = SimpleCookie(house.people["both"])
        with transaction.atomic():
            status = client.post(house.path(name), {"sure": "on", "reason": "排印有误"}).status_code
            transaction.set_rollback(True)
        # Refused for its method before a token is asked for, or for the token.
        if status not in (403, 405):
            unguarded.add((name, status))
    assert unguarded == {("set_language", 302), ("oai", 200), ("verify", 400), ("alerts-end", 200)}
