"""Readers' reports of errors: taken in, and shown at the desk as findings. Nothing of them is ever public."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from archive.client_address import TooMany, place_of
from archive.models import Document, Finding, Issue, ReaderReport
from archive.search.folding import normalise

READER_REPORT = "reader-report"
MOST_WORDS, MOST_QUOTE = 2000, 500
_WINDOW = timedelta(hours=1)
_MESSAGE = "读者报告这一件有错误"


@dataclass(frozen=True, slots=True)
class Reported:
    """What a reader has said, as a finding holds it; `quote` and `contact` are "" where nothing was given."""

    words: str
    quote: str
    contact: str
    made_at: datetime | None


def take_in(
    document: Document, words: str, *, quote: str = "", contact: str = "", address: str | None = None
) -> ReaderReport:
    """The report, kept and found at the desk. Raises TooMany for an address that has sent enough."""
    client = _client(address)
    with transaction.atomic():
        # Also what a new reading of the file waits for, so that none of the two loses the other's findings.
        issue = Issue.objects.select_for_update(of=("self",)).get(pk=document.issue_id)
        _refuse_too_many(client)
        report = ReaderReport.objects.create(
            document=document,
            words=words[:MOST_WORDS],
            quote=quote[:MOST_QUOTE],
            contact=contact,
            client=client,
        )
        finding = _finding(report)
        last = issue.findings.aggregate(last=Max("position"))["last"]
        finding.issue, finding.position = issue, 0 if last is None else last + 1
        # In bulk, which the log does not see: a reader's words and address are kept in one place.
        Finding.objects.bulk_create([finding])
    return report


def report_findings(issue: Issue) -> list[Finding]:
    """A finding, not saved yet, for each report on the issue's documents, in the order in which they came."""
    return [_finding(report) for report in _reports(issue)]


def reported_in(finding: Finding) -> Reported | None:
    """What a reader has said; None for a finding that is no reader's."""
    if finding.code != READER_REPORT:
        return None
    words, quote, contact, made_at = (*map(str, finding.evidence[:4]), "", "", "", "")[:4]
    return Reported(words, quote, contact, parse_datetime(made_at))


def _reports(issue: Issue) -> list[ReaderReport]:
    return list(ReaderReport.objects.filter(document__issue=issue).select_related("document"))


def _finding(report: ReaderReport) -> Finding:
    return Finding(
        code=READER_REPORT,
        severity=Finding.Severity.NOTE,
        document=report.document,
        page=_page(report.document, report.quote),
        message=_MESSAGE,
        # The moment tells two equal reports apart, so that one that was settled stays so.
        evidence=[report.words, report.quote, report.contact, report.made_at.isoformat()],
    )


def _page(document: Document, quote: str) -> int | None:
    """The page of the file on which the quoted line begins; that of the document where it stands nowhere."""
    wanted = normalise(quote).strip()
    if wanted:
        for text, page in document.blocks.order_by("position").values_list("text", "page"):
            if page is not None and wanted in normalise(text):
                return page
    return document.first_page


# --- how many from one address -------------------------------------------------------------------------
def _refuse_too_many(client: str) -> None:
    since = timezone.now() - _WINDOW
    # Where somebody wrote from is kept no longer than it is needed.
    ReaderReport.objects.filter(made_at__lt=since).exclude(client="").update(client="")
    sent = ReaderReport.objects.filter(client=client, made_at__gte=since).order_by("-made_at")
    times = list(sent.values_list("made_at", flat=True)[: settings.REPORTS_PER_HOUR])
    if len(times) >= settings.REPORTS_PER_HOUR:
        first = times[-1] if times else timezone.now()
        raise TooMany((first - since).total_seconds())


def _client(address: str | None) -> str:
    """A keyed hash of the address, of IPv6 of its network; all whose address is not known count as one."""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"report {place_of(address)}".encode(), "sha256"
    ).hexdigest()
