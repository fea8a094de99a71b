"""nginx holds a reader to so many searches and so many tries a minute, and others are not kept waiting for it."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.deploy.production import HOST, Answer, Production, needs_nginx
from tests.deploy.test_nginx import ONCE

# So many a minute and as many at once: what goes beyond is refused, long before the minute is over.
MOST = 3
SEARCHES = (
    "/search/?q=1",
    "/search/suggest?q=12",
    "/number/?q=1",
    "/api/v1/search?q=1",
    "/api/v1/suggest?q=12",
    "/oai?verb=Identify",
    "/verify/?sha256=12",
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(1, id="nginx alone"),
        pytest.param(2, id="behind another proxy", marks=pytest.mark.in_full),
    ],
)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    needs_nginx()
    with Production(
        tmp_path_factory.mktemp("site"),
        ALLOWED_HOSTS=f"{HOST},127.0.0.1",
        PROXIES=str(request.param),
        SEARCHES_PER_MINUTE=str(MOST),
        API_PER_MINUTE=str(MOST),
        TRIES_PER_MINUTE=str(MOST),
    ) as site:
        site.manage("migrate", "--verbosity", "0")
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        site.start_web()
        site.start_nginx()
        yield site


def from_address(site: Production, address: str) -> dict[str, str]:
    """The headers with which the proxy before nginx says where a request comes from; what a reader wrote stands first."""
    return (
        {"X-Forwarded-For": f"192.0.2.{len(address)}, {address}"}
        if site.environment["PROXIES"] == "2"
        else {}
    )


def send(site: Production, path: str, address: str, fields: dict[str, str]) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded", **from_address(site, address)}
    return site.ask(path, "POST", urlencode(fields).encode(), headers)


def test_searches(site: Production) -> None:
    here = from_address(site, "203.0.113.7")
    asked = [site.ask(SEARCHES[n % len(SEARCHES)], headers=here) for n in range(MOST * 4)]
    statuses = [answer.status for answer in asked]
    assert 429 not in statuses[: MOST + 1]
    # One more is let through each third of a minute, however slow this machine is.
    assert statuses.count(429) >= MOST and statuses[MOST + 1] == 429
    # Each of them counts; asked twice, since in between one may be let through.
    counting = {path for path in SEARCHES for _ in range(2) if site.ask(path, headers=here).status == 429}
    assert counting == set(SEARCHES)
    # Of a page; of the API it is told below.
    refused = next(answer for answer in asked[:: len(SEARCHES)] if answer.status == 429)
    assert refused["Retry-After"] == "60" and refused["Content-Type"].startswith("text/html")
    assert "请求过多" in refused.body.decode() and "site.css" in refused.body.decode()
    assert {name: refused.all_of(name) for name in ONCE} == {name: [value] for name, value in ONCE.items()}
    assert asked[0].all_of("Retry-After") == []
    api = site.ask("/api/v1/search?q=1", headers=here)
    assert (api.status, api["Retry-After"], api["Content-Type"]) == (429, "60", "application/problem+json")
    assert api.all_of("Access-Control-Allow-Origin") == ["*"]
    told = json.loads(api.body)
    assert (told["status"], told["title"]) == (429, "Too Many Requests") and "Retry-After" in told["detail"]
    # Reading goes on.
    assert [site.ask(path, headers=here).status for path in ("/", "/issues/", "/help/")] == [200, 200, 200]


def test_all_of_the_api(site: Production) -> None:
    here = from_address(site, "203.0.113.8")
    statuses = [site.ask("/api/v1/issues", headers=here).status for n in range(MOST * 4)]
    # This machine has one address, and has asked the API before; that of the searches counts with it.
    assert statuses.count(429) >= MOST and set(statuses) <= {200, 429}
    assert site.ask("/api/", headers=here).status == 200


def test_tries(site: Production) -> None:
    """Another name each time: one password tried on many accounts locks none of them."""
    statuses = [
        send(site, "/desk/sign-in/", "203.0.113.9", {"username": f"n{n}", "password": "x"}).status
        for n in range(MOST * 3)
    ]
    assert 429 not in statuses[: MOST + 1] and statuses[MOST + 1] == 429
    # The page itself is still there, and the link of the first administrator counts by whatever method.
    assert site.ask("/desk/sign-in/", headers=from_address(site, "203.0.113.9")).status == 200
    for path in (
        "/desk/account/code/",
        "/desk/first-administrator/x/",
        "/documents/bcdfghjk/report/",
        "/verify/",
        *("/desk/account/code/", "/desk/first-administrator/x/", "/documents/bcdfghjk/report/"),
        *("/alerts/?follow=search", "/alerts/mine/"),
    ):
        assert send(site, path, "203.0.113.9", {}).status == 429, path
    # A mail provider ends mails for all of its readers from one place.
    assert send(site, "/alerts/end/?t=x", "203.0.113.9", {}).status == 404


def test_other_readers_are_others(site: Production) -> None:
    if site.environment["PROXIES"] == "1":
        # This machine has one address, whatever a reader writes.
        for n in range(MOST * 2 + 1):
            site.ask("/search/?q=2", headers={"X-Forwarded-For": f"203.0.113.{n}"})
        assert site.ask("/search/?q=2", headers={"X-Forwarded-For": "203.0.113.99"}).status == 429
        return
    for n in range(MOST * 2 + 1):
        site.ask("/search/?q=2", headers=from_address(site, f"198.51.100.8:{4000 + n}"))
    assert site.ask("/search/?q=2", headers=from_address(site, "198.51.100.8:9")).status == 429
    assert site.ask("/search/?q=2", headers=from_address(site, "198.51.100.9:9")).status == 200
    # A customer has many addresses of IPv6, and one network.
    for n in range(MOST * 2 + 1):
        site.ask("/search/?q=3", headers=from_address(site, f"[2001:db8:1:2:3::{n}]:443"))
    assert site.ask("/search/?q=3", headers=from_address(site, "2001:db8:1:2:9::1")).status == 429
    assert site.ask("/search/?q=3", headers=from_address(site, "2001:db8:1:3::1")).status == 200
