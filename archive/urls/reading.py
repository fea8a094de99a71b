"""Addresses of the public pages."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter, StringConverter

from archive.authenticity.manifest_text import MONTH
from archive.models.document import ID_LETTERS
from archive.views import (
    annexes,
    browse,
    bulk,
    document,
    feeds,
    files,
    guide,
    home,
    iiif,
    in_print,
    issues,
    manifests,
    not_held,
    people,
    report,
    take_along,
    verify,
    viewer,
)


class PublicIdConverter(StringConverter):
    """A document's short id; issuing codes are Chinese, so the two can be told apart."""

    regex = f"[{ID_LETTERS}]{{8,12}}"


class NameConverter(StringConverter):
    """A label, a gazette, an issuing code: any text but a NUL, which PostgreSQL takes in no parameter."""

    regex = r"[^/\x00]+"


class PrintedConverter(StringConverter):
    """A name or a post as printed, which may hold a stroke: 主任/局长."""

    regex = r"[^\x00]+"


class Sha256Converter(StringConverter):
    regex = "[0-9a-f]{64}"


class MonthConverter(StringConverter):
    """2026-10"""

    regex = MONTH


class CountConverter(IntConverter):
    """A year, a sequence or a decree's number: no more figures than a document number has."""

    regex = "[0-9]{1,6}"


register_converter(PublicIdConverter, "public_id")
register_converter(NameConverter, "name")
register_converter(PrintedConverter, "printed")
register_converter(Sha256Converter, "sha256")
register_converter(MonthConverter, "month")
register_converter(CountConverter, "count")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("feeds/issues.atom", feeds.issues, name="feed-issues"),
    path("feeds/kinds/<name:kind>.atom", feeds.kind, name="feed-kind"),
    path("feeds/issuers/<name:issuer>.atom", feeds.issuer, name="feed-issuer"),
    path("help/", guide.help_page, name="help"),
    path("about/", guide.about, name="about"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("bulk/<name:name>", bulk.bulk_file, name="bulk-file"),
    path("issues/", issues.issues, name="issues"),
    path("issues/<count:year>/<name:label>/", issues.issue_short, name="issue-short"),
    path("issues/<name:gazette>/<count:year>/<name:label>/", issues.issue, name="issue"),
    path("issues/<name:gazette>/<count:year>/<name:label>/pages/", viewer.pages, name="issue-pages"),
    path(
        "issues/<name:gazette>/<count:year>/<name:label>/pages/<count:number>.webp",
        files.page,
        name="page-picture",
    ),
    path(
        "issues/<name:gazette>/<count:year>/<name:label>/pages/<count:number>.small.webp",
        files.page,
        {"small": True},
        name="page-small",
    ),
    path(
        "issues/<name:gazette>/<count:year>/<name:label>/pages/<count:number>.json",
        viewer.page_lines,
        name="page-lines",
    ),
    path(
        "issues/<name:gazette>/<count:year>/<name:label>/pages/<count:number>/",
        viewer.page,
        name="issue-page",
    ),
    path("documents/", browse.numbers, name="numbers"),
    path("documents/not-held/", not_held.not_held, name="numbers-not-held"),
    path("documents/<public_id:public_id>/", document.document, name="document"),
    path("documents/<public_id:public_id>/annexes/<sha256:sha256>/<name:name>", annexes.annex, name="annex"),
    path("documents/<public_id:public_id>/cite.bib", take_along.bibtex, name="document-bibtex"),
    path("documents/<public_id:public_id>/cite.ris", take_along.ris, name="document-ris"),
    path("documents/<public_id:public_id>/akn.xml", take_along.akoma_ntoso, name="document-akn"),
    path("documents/<public_id:public_id>/text.txt", take_along.plain_text, name="document-text"),
    path("documents/<public_id:public_id>/text.md", take_along.markdown, name="document-markdown"),
    path(
        "documents/<public_id:public_id>/tables/<count:position>.csv",
        take_along.table,
        name="document-table",
    ),
    path("documents/<public_id:public_id>/print/", in_print.in_print, name="document-print"),
    path("documents/<public_id:public_id>/pages.pdf", in_print.pages, name="document-pages"),
    path("documents/<public_id:public_id>/report/", report.report, name="document-report"),
    path("documents/<name:code>/", browse.code, name="number-code"),
    path("documents/<name:code>/<count:year>/", browse.year, name="number-year"),
    path("documents/<name:code>/<count:year>/<count:sequence>/", browse.sequence, name="number-document"),
    path("people/", people.people, name="people"),
    path("people/<printed:name>/", people.person, name="person"),
    path("posts/<printed:post>/", people.post, name="post"),
    path("files/<sha256:sha256>/<name:name>", files.original, name="original"),
    path("verify/", verify.verify, name="verify"),
    path("manifests/", manifests.manifests, name="manifests"),
    path("manifests/keys.json", manifests.keys, name="manifest-keys"),
    path("manifests/<month:month>.json", manifests.manifest, name="manifest"),
    path("manifests/<month:month>.json.sig", manifests.signature, name="manifest-signature"),
    path("pictures/<sha256:sha256>/cover.webp", files.cover, name="cover"),
    path("iiif/collection.json", iiif.collection, name="iiif-collection"),
    path("iiif/issues/<name:gazette>/<count:year>/collection.json", iiif.year, name="iiif-year"),
    path(
        "iiif/issues/<name:gazette>/<count:year>/<name:label>/manifest.json",
        iiif.manifest,
        name="iiif-manifest",
    ),
    path(
        "iiif/issues/<name:gazette>/<count:year>/<name:label>/canvas/<count:number>",
        iiif.canvas,
        name="iiif-canvas",
    ),
    path(
        "iiif/images/<name:gazette>/<count:year>/<name:label>/<count:number>", iiif.image, name="iiif-image"
    ),
    path(
        "iiif/images/<name:gazette>/<count:year>/<name:label>/<count:number>/info.json",
        iiif.information,
        name="iiif-information",
    ),
    path(
        "iiif/images/<name:gazette>/<count:year>/<name:label>/<count:number>/full/<name:size>/0/default.jpg",
        iiif.picture,
        name="iiif-picture",
    ),
]
