"""What a page says in schema.org's words, read back from its HTML as linked data, is what the archive holds."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import XSD

from archive.export.schema_org import as_script, legal_force
from archive.ingest.parse.records import Reference
from archive.models import Document, Issue, Supplement, ValidityJudgement
from archive.publishing import publish_issue, withdraw_document
from archive.search import update
from archive.views.document import with_parts
from tests.factories import make_document, make_issue

pytestmark = [
    pytest.mark.django_db,
    # rdflib's own parser uses it.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

HOST = "http://testserver"
# The terms that are used, as schema.org's own context has them: what is an address, what is a day.
CONTEXT = json.loads(Path(__file__).with_name("schema.org.jsonld").read_text(encoding="utf-8"))
SCHEMA = Namespace("https://schema.org/")


def data_of(client: Client, address: str) -> dict[str, Any]:
    """The one data block of a page, as JSON."""
    answer = client.get(address)
    assert answer.status_code == 200
    (block,) = lxml.html.fromstring(answer.content).xpath('//script[@type="application/ld+json"]')
    found: dict[str, Any] = json.loads(block.text)
    assert found["@context"] == "https://schema.org"
    return found


def graph_of(client: Client, address: str) -> Graph:
    """The data of a page as linked data; nothing is asked of the network."""
    data = data_of(client, address) | CONTEXT
    return Graph().parse(data=json.dumps(data), format="json-ld")


def node(document: Document | Issue) -> URIRef:
    return URIRef(Client().get("/").wsgi_request.build_absolute_uri(document.get_absolute_url()))


def value(graph: Graph, of: Any, *path: str) -> Any:
    """What stands at the end of a path of properties, of which each has one value; None where there is none."""
    for name in path:
        found = list(graph.objects(of, SCHEMA[name]))
        assert len(found) < 2, (name, found)
        if not found:
            return None
        of = found[0]
    return of.toPython() if isinstance(of, Literal) else of


def test_a_document_is_what_the_archive_holds_of_it(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    for document in issue.documents.all():
        graph, it = graph_of(client, document.get_absolute_url()), node(document)
        assert (it, RDF.type, SCHEMA.Legislation) in graph
        assert value(graph, it, "url") == it
        assert value(graph, it, "legislationIdentifier") == document.number
        assert value(graph, it, "name") == document.title
        assert value(graph, it, "legislationType") == document.kind
        assert value(graph, it, "legislationDate") == document.signed_on
        assert value(graph, it, "datePublished") == issue.published_on
        assert value(graph, it, "legislationPassedBy", "name") == document.issuer
        assert value(graph, it, "inLanguage") == "zh-Hans"
        assert value(graph, it, "legislationLegalForce") is None
        printed_in = value(graph, it, "isPartOf")
        assert printed_in == node(issue) and (printed_in, RDF.type, SCHEMA.PublicationIssue) in graph
        assert value(graph, printed_in, "issueNumber") == issue.label
        assert value(graph, printed_in, "isPartOf", "volumeNumber") == str(issue.year)
        assert issue.gazette
        assert value(graph, printed_in, "isPartOf", "isPartOf", "name") == issue.gazette.name
        publisher = value(graph, printed_in, "isPartOf", "isPartOf", "publisher", "name")
        assert publisher == (issue.gazette.organiser or None)


def test_what_is_not_known_is_not_said(client: Client) -> None:
    issue = publish_issue(
        make_issue("draft", documents=(make_document(1, number="", kind="", issuer="", signed_on=None),))
    )
    document = issue.documents.get()
    (it, _way) = data_of(client, document.get_absolute_url())["@graph"]
    assert it.keys() == {"@type", "@id", "url", "name", "inLanguage", "datePublished", "isPartOf"}


# --- what one document does to another -----------------------------------------------------------------
OLD, NEW = "云政发〔2011〕3号", "云政发〔2024〕1号"


def two(relation: str) -> tuple[Document, Document]:
    """A document, and a later one that repeals or amends it, and another one that is not here."""
    said = (
        Reference(OLD, "旧办法", relation, f"《旧办法》（{OLD}）同时处理。"),
        Reference(
            "云政发〔1999〕5号", "更旧的办法", relation, "《更旧的办法》（云政发〔1999〕5号）同时处理。"
        ),
        Reference("云省政发〔2020〕7号", "", "based-on", "根据云省政发〔2020〕7号。"),
    )
    publish_issue(make_issue("draft", label="1", documents=(make_document(1, number=OLD, title="办法"),)))
    publish_issue(
        make_issue(
            "draft", label="2", documents=(make_document(1, number=NEW, references=said, title="新办法"),)
        )
    )
    return Document.objects.get(number=OLD), Document.objects.get(number=NEW)


@pytest.mark.parametrize(
    ("relation", "term"), [("repeals", "legislationRepeals"), ("amends", "legislationAmends")]
)
def test_amendments_and_repeals_are_told_on_both_pages(client: Client, relation: str, term: str) -> None:
    old, new = two(relation)
    graph = graph_of(client, new.get_absolute_url())
    changed = set(graph.objects(node(new), SCHEMA[term]))
    assert node(old) in changed and len(changed) == 2
    assert value(graph, node(old), "legislationIdentifier") == OLD
    assert value(graph, node(old), "name") == "办法"
    (elsewhere,) = changed - {node(old)}
    assert value(graph, elsewhere, "legislationIdentifier") == "云政发〔1999〕5号"
    assert value(graph, elsewhere, "name") == "更旧的办法"
    # The same statement, from the other page.
    graph = graph_of(client, old.get_absolute_url())
    assert (node(new), SCHEMA[term], node(old)) in graph
    assert value(graph, node(new), "legislationIdentifier") == NEW
    for other in {"legislationRepeals", "legislationAmends"} - {term}:
        assert not list(graph.subject_objects(SCHEMA[other]))


def test_what_an_editor_has_declined_or_withdrawn_is_not_said(client: Client) -> None:
    old, new = two("repeals")
    (sentence,) = old.cited_by.values_list("evidence", flat=True)
    declined = ValidityJudgement.objects.create(
        document=old, source=new, state="repealed", evidence=sentence, confirmed=False
    )
    for one in (old, new):
        graph = graph_of(client, one.get_absolute_url())
        assert (node(new), SCHEMA.legislationRepeals, node(old)) not in graph
    declined.delete()
    withdraw_document(new, "个人信息")
    graph = graph_of(client, old.get_absolute_url())
    assert not list(graph.subjects(SCHEMA.legislationRepeals))
    assert NEW not in client.get(old.get_absolute_url()).content.decode()


def test_a_document_that_is_not_public_is_named_by_print_alone(client: Client) -> None:
    old, new = two("repeals")
    withdraw_document(old, "个人信息")
    graph = graph_of(client, new.get_absolute_url())
    assert node(old) not in set(graph.all_nodes())
    numbers = {str(one) for one in graph.objects(None, SCHEMA.legislationIdentifier)}
    assert OLD in numbers


def read_again(document: Document) -> Document:
    return with_parts(Document.objects.all()).get(pk=document.pk)


def test_whether_it_is_in_force_is_said_where_it_is_settled() -> None:
    old, new = two("repeals")
    today = date(2024, 6, 1)
    in_force, not_in_force = "https://schema.org/InForce", "https://schema.org/NotInForce"
    assert legal_force(read_again(old), today) == not_in_force
    assert legal_force(read_again(new), today) == ""
    Document.objects.filter(pk=new.pk).update(effective_on=date(2024, 7, 1), expires_on=date(2025, 6, 30))
    for day, said in (
        (today, not_in_force),
        (date(2024, 7, 1), ""),
        (date(2025, 6, 30), ""),
        (date(2025, 7, 1), not_in_force),
    ):
        assert legal_force(read_again(new), day) == said, day
    word = Supplement.objects.create(document=old, validity="stands", validity_at=timezone.now())
    assert legal_force(read_again(old), today) == in_force
    for validity, said in (("amended", ""), ("repealed", not_in_force), ("expired", not_in_force)):
        Supplement.objects.filter(pk=word.pk).update(validity=validity)
        assert legal_force(read_again(old), today) == said, validity


def test_the_days_on_which_it_holds_are_those_of_the_text(client: Client) -> None:
    _old, new = two("repeals")
    begin = timezone.localdate() - timedelta(days=3)
    address = new.get_absolute_url()
    for end, said in (
        (None, f"{begin}/.."),
        (begin + timedelta(days=9), f"{begin}/{begin + timedelta(days=9)}"),
    ):
        Document.objects.filter(pk=new.pk).update(effective_on=begin, expires_on=end)
        assert value(graph_of(client, address), node(new), "temporalCoverage") == said


# --- issues, and the way to a page ---------------------------------------------------------------------
def test_an_issue_is_what_the_archive_holds_of_it(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    it = node(issue)
    graph = graph_of(client, issue.get_absolute_url())
    file = value(graph, it, "encoding")
    assert value(graph, file, "sha256") == issue.sha256
    assert value(graph, file, "encodingFormat") == "application/pdf"
    withdraw_document(issue.documents.get(position=4), "个人信息")
    graph = graph_of(client, issue.get_absolute_url())
    # What readers get now is a masked copy, which has another checksum.
    assert value(graph, value(graph, it, "encoding"), "sha256") is None
    assert (it, RDF.type, SCHEMA.PublicationIssue) in graph
    assert value(graph, it, "name") == str(issue)
    assert value(graph, it, "issueNumber") == issue.label
    assert Literal(issue.published_on, datatype=XSD.date) in set(graph.objects(it, SCHEMA.datePublished))
    held = list(issue.documents.published())
    assert set(graph.objects(it, SCHEMA.hasPart)) == {node(one) for one in held}
    for one in held:
        assert value(graph, node(one), "legislationIdentifier") == one.number
        assert value(graph, node(one), "name") == one.title
    assert str(value(graph, it, "image")) == f"{HOST}/pictures/{issue.sha256}/cover.webp"


def way(client: Client, address: str) -> list[tuple[str, str]]:
    """The steps of the way to a page: (name, address)."""
    graph = graph_of(client, address)
    (itself,) = graph.subjects(RDF.type, SCHEMA.BreadcrumbList)
    steps = list(graph.objects(itself, SCHEMA.itemListElement))
    steps.sort(key=lambda step: int(value(graph, step, "position")))
    return [(value(graph, step, "name"), str(value(graph, step, "item"))) for step in steps]


def test_the_way_to_a_page_is_the_one_that_it_shows(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    update.rebuild()
    one = issue.documents.get(position=1)
    number = [one.number_code, one.number_year]
    for address, shown in (
        (one.get_absolute_url(), '//p[@class="source"]/a'),
        (issue.get_absolute_url(), '//p[@class="issue-name"]/a'),
        (reverse("number-code", args=number[:1]), '//p[@class="crumbs"]/a'),
        (reverse("number-year", args=number), '//p[@class="crumbs"]/a'),
        (reverse("person", args=["林岚"]), '//p[@class="crumbs"]/a'),
        (reverse("post", args=["云岭市林业局局长"]), '//p[@class="crumbs"]/a'),
    ):
        page = lxml.html.fromstring(client.get(address).content)
        links = [(link.text_content(), HOST + link.get("href")) for link in page.xpath(shown)]
        *before, itself = way(client, address)
        assert links and before == links, address
        assert itself[1] == str(page.xpath('//link[@rel="canonical"]/@href')[0]), address
        assert itself[0] in page.xpath("//h1")[0].text_content() or itself[0] == one.title


# --- nothing in print can break out of it ---------------------------------------------------------------
def test_no_text_ends_the_data_block(client: Client) -> None:
    evil = '</script><script>alert(1)</script><!-- & "\\'
    issue = publish_issue(make_issue("draft", documents=(make_document(1, title=evil, issuer=evil),)))
    document = issue.documents.get()
    for address in (document.get_absolute_url(), issue.get_absolute_url()):
        assert "<script>alert" not in client.get(address).content.decode()
        assert evil in str(graph_of(client, address).serialize(format="nt")).replace('\\"', '"').replace(
            "\\\\", "\\"
        )
    script = as_script({"name": evil})
    assert script.count("<") == 2 and "&" not in script
    assert json.loads(script.partition(">")[2].rpartition("<")[0])["@graph"] == [{"name": evil}]


def test_a_preview_says_nothing_to_machines(client: Client, django_user_model: Any) -> None:
    draft = make_issue("draft")
    client.force_login(django_user_model.objects.create_superuser("admin"))
    answer = client.get(reverse("desk-preview", args=[draft.pk, 1]))
    assert answer.status_code == 200
    assert "ld+json" not in answer.content.decode() and "og:title" not in answer.content.decode()
