"""kill -9 of a worker that sends digests: nobody is left out, and at most the mail that was under way comes twice."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.post_office import SENDER, PostOffice, Received
from tests.faults.processes import Site, own_database, text_of_issue, wait_until

pytestmark = [pytest.mark.long, pytest.mark.django_db]

READERS = [f"duzhe{n}@example.org" for n in range(12)]
# As if each had confirmed long ago that all new documents are to be told.
FOLLOW = (
    "[Followed.objects.create(subscriber=Subscriber.objects.create(address=address, language='zh-hans'), what='search',"
    " language='zh-hans', **dict.fromkeys(('confirmed_at', 'told_until'), {long_ago})).pk for address in {addresses}]"
)
LONG_AGO = (
    "__import__('django.utils.timezone', fromlist=['x']).now() - __import__('datetime').timedelta(days=1)"
)
# What came public must be older than ten minutes to be told of.
EARLIER = (
    "Issue.objects.update(released_at=__import__('django.utils.timezone', fromlist=['x']).now()"
    " - __import__('datetime').timedelta(hours=1))"
)
# What a killed worker held is taken up when the time is over that a mail can be under way.
OVER = "Letter.objects.update(due_at=__import__('django.utils.timezone', fromlist=['x']).now())"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.open()
    yield office
    office.close()


@pytest.fixture
def site(tmp_path: Path, office: PostOffice) -> Iterator[Site]:
    """A published issue, and readers who follow all that is new."""
    mails = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(office.port), "MAIL_TLS": "off", "MAIL_FROM": SENDER}
    with own_database(tmp_path) as database, Site(tmp_path, database, **mails, MAIL_HOUR="0") as site:
        path = tmp_path / "1.txt"
        path.write_text(text_of_issue(1), encoding="utf-8")
        site.manage("ingest", "--publish", str(path))
        site.ask_python(EARLIER)
        site.ask_python(FOLLOW.format(long_ago=LONG_AGO, addresses=READERS))
        yield site


def went(office: PostOffice) -> Counter[str]:
    return Counter(one.to[0] for one in office.received)


@pytest.mark.parametrize("moment", ["in the middle of a mail", "between two mails"])
def test_nobody_is_left_out_and_one_at_most_is_told_twice(
    site: Site, office: PostOffice, moment: str
) -> None:
    worker = site.start("worker", "--interval", "0.1")
    last = random.Random().randint(1, len(READERS) - 1)

    def kill(received: Received) -> None:
        # The server has it; whoever sends it does not know so yet.
        if len(office.received) == last:
            worker.kill()
            worker.wait()

    if moment == "in the middle of a mail":
        office.when_taken = kill
    else:
        wait_until(lambda: len(office.received) >= last)
        worker.kill()
    worker.wait()
    office.when_taken = lambda received: None
    assert last <= len(office.received) < len(READERS) or moment == "between two mails"
    # Started again at once it leaves alone what may still be under way.
    site.manage("worker", "--batch")
    assert set(went(office).values()) == {1} and len(went(office)) >= len(READERS) - 1
    site.ask_python(OVER)
    site.manage("worker", "--batch")
    told = went(office)
    assert set(told) == set(READERS)
    twice = [address for address, times in told.items() if times > 1]
    assert len(twice) == 1 if moment == "in the middle of a mail" else len(twice) <= 1
    assert max(told.values()) <= 2
    for address in twice:
        names = {one.header("Message-ID") for one in office.received if one.to == [address]}
        assert len(names) == 1
    # And that was the day's.
    site.manage("worker", "--batch")
    assert went(office) == told and site.ask_python("Letter.objects.count()") == 0


def test_a_worker_that_is_asked_to_end_sends_its_mail_to_the_end(site: Site, office: PostOffice) -> None:
    worker = site.start("worker", "--interval", "0.1")
    office.when_taken = lambda received: worker.terminate()
    worker.wait()
    office.when_taken = lambda received: None
    assert worker.returncode == 0
    site.ask_python(OVER)
    site.manage("worker", "--batch")
    assert went(office) == Counter(READERS)
