"""What of the archive is searched; Haystack looks for this module by its name."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from haystack import indexes

from archive.models import Document, Reference
from archive.search.texts import document_texts, prefetch
from archive.search.validity import stored_validity


class DocumentIndex(indexes.SearchIndex, indexes.Indexable):
    """Published documents. `prepare` fills the fields that have no model_attr, from one reading of the rows."""

    text = indexes.CharField(document=True)
    title = indexes.MultiValueField()
    number = indexes.MultiValueField()
    person = indexes.MultiValueField()
    category = indexes.CharField(model_attr="category", faceted=True)
    kind = indexes.CharField(model_attr="kind", faceted=True)
    issuer = indexes.CharField(model_attr="issuer", faceted=True)
    gazette = indexes.CharField(model_attr="issue__gazette__name", faceted=True)
    year = indexes.CharField(model_attr="issue__year", faceted=True)
    # Of publication, as the year is: 1 to 12.
    month = indexes.CharField(faceted=True)
    validity = indexes.CharField(faceted=True)
    # The day it was signed; where none is printed, the day it was published.
    signed_on = indexes.DateField(null=True)
    # Sorts as numbers do: 晋政发〔2022〕2号 before 晋政发〔2022〕10号.
    number_order = indexes.CharField(indexed=False)
    issue = indexes.IntegerField(model_attr="issue_id")

    def get_model(self) -> type[Document]:
        return Document

    def index_queryset(self, using: str | None = None) -> QuerySet[Document]:
        """The documents that readers may see, by the one rule of who may."""
        changes = Reference.objects.filter(
            relation__in=Reference.CHANGES, document__in=Document.objects.published()
        )
        documents = prefetch(Document.objects.published()).select_related("supplement")
        return documents.prefetch_related(Prefetch("cited_by", changes), "validity_judgements")

    def prepare(self, obj: Document) -> dict[str, Any]:
        prepared: dict[str, Any] = super().prepare(obj)
        texts = document_texts(obj)
        prepared |= {
            "text": texts.body,
            "title": list(texts.titles),
            "number": list(texts.numbers),
            "person": list(texts.people),
            "signed_on": obj.signed_on or obj.issue.published_on,
            "number_order": number_order(obj),
            "month": str(obj.issue.published_on.month) if obj.issue.published_on else "",
            "validity": stored_validity(obj),
        }
        return prepared


def number_order(document: Document) -> str:
    """A string that sorts as the document's number does, "" for none."""
    if not document.number:
        return ""
    if not document.number_sequence:
        return document.number
    return f"{document.number_code}\x00{document.number_year or 0:04}\x00{document.number_sequence:07}"
