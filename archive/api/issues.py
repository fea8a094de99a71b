"""/api/v1/issues: the list, and one issue with its documents."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Router

from archive.api.answers import answer
from archive.api.errors import Gone
from archive.api.filters import Gazette, Identifier, Year, as_year, storable
from archive.api.paging import AfterIssue, PageNumber, PageSize, page_of
from archive.api.records import IssueRecord
from archive.api.schemas import IssueList
from archive.export.as_json import issue_rows, issue_summary, issue_to_json
from archive.models import Issue
from archive.views.gone import why_issue_went

router = Router()


@router.get(
    "/issues", response=IssueList, summary=_("各期清单"), description=_("本库公开的各期公报，从新到旧。")
)
def issues(
    request: HttpRequest,
    gazette: Gazette = "",
    year: Year = "",
    page: PageNumber = 1,
    page_size: PageSize = 50,
    after: AfterIssue = "",
) -> HttpResponse:
    found = Issue.objects.published().select_related("gazette").newest_first()
    if gazette:
        found = found.filter(gazette__name=storable(gazette))
    if year:
        found = found.filter(year=as_year(year))
    return answer(page_of(request, found, issue_summary, page, page_size, after))


@router.get(
    "/issues/{id}",
    response=IssueRecord,
    by_alias=True,
    summary=_("一期公报"),
    description=_("一期公报的著录、目录和全部公文，格式 gazette-issue/1。"),
)
def issue(request: HttpRequest, id: Identifier) -> HttpResponse:
    found = issue_rows(Issue.objects.published()).filter(pk=id).first()
    if found is None:
        if (reason := why_issue_went(id)) is not None:
            raise Gone(reason)
        raise Http404("no published issue has this id")
    return answer(issue_to_json(found))
