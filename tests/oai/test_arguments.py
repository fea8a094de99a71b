"""Which arguments a verb takes, and which error it tells where one is amiss."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from archive.models import JournalEntry
from archive.oai.tokens import Token, token_of
from archive.publishing import publish_issue
from tests.factories import make_issue
from tests.oai.harvest import OAI, ask, ask_pairs, code_of
from tests.security.hostile import PAYLOADS, faults_of

pytestmark = pytest.mark.django_db

LIST = "verb=ListRecords&metadataPrefix=oai_dc"
GOOD = "ListRecords~0~100~300~oai_dc~~~"
ERRORS = [
    # (what is sent, which error it gets)
    ("", "badVerb"),
    ("verb=", "badVerb"),
    ("verb=identify", "badVerb"),
    ("verb=Identify&verb=Identify", "badVerb"),
    ("verb=Identify\x00", "badVerb"),
    ("metadataPrefix=oai_dc", "badVerb"),
    ("verb=Identify&set=kind", "badArgument"),
    ("verb=Identify&x=1", "badArgument"),
    ("verb=ListSets&metadataPrefix=oai_dc", "badArgument"),
    ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
    ("verb=ListMetadataFormats&metadataPrefix=oai_dc", "badArgument"),
    ("verb=ListMetadataFormats&identifier=oai:x:y", "idDoesNotExist"),
    ("verb=ListMetadataFormats&identifier=", "badArgument"),
    ("verb=GetRecord", "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
    ("verb=GetRecord&identifier=oai:x:y", "badArgument"),
    ("verb=GetRecord&identifier=oai:x:y&metadataPrefix=oai_dc", "idDoesNotExist"),
    ("verb=GetRecord&identifier=a b&metadataPrefix=oai_dc", "badArgument"),
    ("verb=GetRecord&identifier=oai:x:y&metadataPrefix=marc21", "cannotDisseminateFormat"),
    ("verb=ListRecords", "badArgument"),
    ("verb=ListIdentifiers&set=kind", "badArgument"),
    ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
    ("verb=ListRecords&metadataPrefix=古", "badArgument"),
    (LIST + "&metadataPrefix=oai_dc", "badArgument"),
    (LIST + "&identifier=oai:x:y", "badArgument"),
    (LIST + "&from=2024", "badArgument"),
    (LIST + "&from=2024-02-30", "badArgument"),
    (LIST + "&from=2024-02-03T04:05:06", "badArgument"),
    (LIST + "&from=2024-02-03T04:05Z", "badArgument"),
    (LIST + "&from=2024-02-03T24:05:06Z", "badArgument"),
    (LIST + "&from=２０２４-02-03", "badArgument"),
    (LIST + "&until=0000-01-01", "badArgument"),
    (LIST + "&from=", "badArgument"),
    (LIST + "&from=2024-02-03&until=2024-02-03T04:05:06Z", "badArgument"),
    (LIST + "&from=2024-02-04&until=2024-02-03", "badArgument"),
    (LIST + "&from=9999-12-31", "noRecordsMatch"),
    (LIST + "&until=0001-01-01", "noRecordsMatch"),
    (LIST + "&until=1999-12-31T23:59:59Z", "noRecordsMatch"),
    (LIST + "&set=", "badArgument"),
    (LIST + "&set=kind:通知", "badArgument"),
    (LIST + "&set=kind:", "badArgument"),
    (LIST + "&set=kind:%E9", "badArgument"),
    (LIST + "&set=nothing", "noRecordsMatch"),
    (LIST + "&set=nothing:x", "noRecordsMatch"),
    (LIST + "&set=kind:!ff", "noRecordsMatch"),
    (LIST + "&set=kind:!00", "noRecordsMatch"),
    (LIST + "&set=year:2024:1", "noRecordsMatch"),
    (LIST + "&set=year:99999999999999999999", "noRecordsMatch"),
    (LIST + "&set=year:02024", "noRecordsMatch"),
    (f"{LIST}&resumptionToken={GOOD}", "badArgument"),
    ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
    (f"verb=ListIdentifiers&resumptionToken={GOOD}", "badResumptionToken"),
    (f"verb=ListRecords&resumptionToken={GOOD}{GOOD}", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=ListRecords~0~1~3~marc21~~~", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=ListRecords~0~1~3~oai_dc~~2024-02-30~", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=ListRecords~0~1~3~oai_dc~a::b~~", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=ListRecords~9" + "9" * 30 + "~1~3~oai_dc~~~", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=ListRecords~999999999999999999~1~3~oai_dc~~~", "badResumptionToken"),
]


def test_each_slip_has_its_error(client: Client) -> None:
    publish_issue(make_issue("draft"))
    for sent, code in ERRORS:
        pairs = [
            (name, value) for name, _sign, value in (one.partition("=") for one in sent.split("&")) if name
        ]
        for post in (False, True):
            root = ask_pairs(client, pairs, post=post)
            assert code_of(root) == code, sent
            # What was amiss in itself is not repeated, all else is.
            repeated = dict(root.find(f"{OAI}request").attrib)
            assert repeated == ({} if code in ("badVerb", "badArgument") else dict(pairs)), sent


def test_a_day_and_a_second_count_as_a_whole(client: Client) -> None:
    publish_issue(make_issue("draft"))
    JournalEntry.objects.update(at="2024-05-06T07:08:09.5Z")
    for bounds in (
        {"from_": "2024-05-06"},
        {"until": "2024-05-06"},
        {"from_": "2024-05-06", "until": "2024-05-06"},
        {"from_": "2024-05-06T07:08:09Z", "until": "2024-05-06T07:08:09Z"},
        {"until": "9999-12-31"},
        {"until": "9999-12-31T23:59:59Z"},
        {"from_": "0001-01-01"},
    ):
        root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **bounds)
        assert len(list(root.iter(f"{OAI}header"))) == 4, bounds
    for bounds in (
        {"from_": "2024-05-07"},
        {"until": "2024-05-05"},
        {"from_": "2024-05-06T07:08:10Z"},
        {"until": "2024-05-06T07:08:08Z"},
    ):
        root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **bounds)
        assert code_of(root) == "noRecordsMatch", bounds


def test_a_form_counts_instead_of_the_parameters(client: Client) -> None:
    form = "application/x-www-form-urlencoded"
    answer = client.post("/oai?verb=Nothing", "verb=Identify", content_type=form)
    assert b"<Identify>" in answer.content
    # Anything else that is sent is no request: it is not taken apart.
    for kind in ("multipart/form-data; boundary=x", "application/json", "text/plain"):
        answer = client.post("/oai?verb=Identify", "verb=Identify", content_type=kind)
        assert b'code="badVerb"' in answer.content, kind


def test_what_is_sent_is_bounded(client: Client) -> None:
    long = urlencode({"verb": "ListRecords", "resumptionToken": "x" * 9000})
    answer = client.post("/oai", long, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    many = "&".join(f"a{n}=1" for n in range(1500))
    answer = client.post("/oai", many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413)


def test_it_is_asked_by_get_head_and_post_alone(client: Client) -> None:
    assert client.put("/oai").status_code == 405
    head = client.head("/oai?verb=Identify")
    assert (head.status_code, head.content) == (200, b"")


def test_whatever_is_sent_is_answered_in_order(client: Client) -> None:
    """Each argument with all that an attacker writes: nothing breaks, and what is repeated is text."""
    publish_issue(make_issue("draft"))
    good = {
        "GetRecord": {"identifier": "oai:x:y", "metadataPrefix": "oai_dc"},
        "ListIdentifiers": {"metadataPrefix": "oai_dc", "set": "kind", "from": "2024-01-01"},
        "ListSets": {"resumptionToken": "x"},
    }
    faults = set()
    for verb, arguments in good.items():
        for name in arguments:
            for payload in (payload for payloads in PAYLOADS.values() for payload in payloads):
                sent = {"verb": verb, **arguments, name: payload}
                form = urlencode(sent, errors="surrogatepass")[:8000]
                answer = client.post("/oai", form, content_type="application/x-www-form-urlencoded")
                faults |= {(name, payload[:50], fault) for fault in faults_of(answer)}
    assert faults == set()


@pytest.mark.parametrize(
    "token",
    [
        Token("ListRecords", 1764292000123, 100, 5321, {"metadataPrefix": "oai_dc"}),
        Token(
            "ListIdentifiers",
            0,
            0,
            0,
            {
                "metadataPrefix": "oai_dc",
                "set": "kind:!E9!80!9A",
                "from": "2024-01-01",
                "until": "2024-02-01",
            },
        ),
    ],
)
def test_a_token_is_read_as_it_is_written(token: Token) -> None:
    assert token_of(str(token)) == token
