"""Whether documents still hold: what later documents and last days propose, for an editor to confirm or decline."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from archive.models import Document, Supplement, ValidityJudgement
from archive.publishing import ChangedMeanwhile
from archive.roles import EDITOR, has_role
from archive.validity_proposals import Proposal, judge, open_proposals, take_back
from archive.views.addresses import page_addresses
from archive.views.desk_access import editor_only, staff_only

PROPOSALS_A_PAGE = 50
_LATEST = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A proposal with its documents; `source` is None where the document itself names its last day."""

    proposal: Proposal
    document: Document
    source: Document | None
    state: str | Promise


@staff_only
@require_safe
def validity(request: HttpRequest) -> HttpResponse:
    """The proposals that are open, the newest first, and what was judged last."""
    page = Paginator(open_proposals(), PROPOSALS_A_PAGE).get_page(request.GET.get("page"))
    proposals = list(page.object_list)
    keys = {key for one in proposals for key in (one.document, one.source) if key is not None}
    documents = Document.objects.select_related("issue__gazette").in_bulk(keys)
    context = {
        "rows": [
            Row(
                one,
                documents[one.document],
                documents.get(one.source or 0),
                Supplement.Validity(one.state).label,
            )
            for one in proposals
            if one.document in documents
        ],
        "count": page.paginator.count,
        "judged": ValidityJudgement.objects.select_related("document", "source", "made_by")[:_LATEST],
        "pages": page_addresses({}, page.number, page.paginator.num_pages),
        "may_edit": has_role(request.user, EDITOR),
    }
    return render(request, "desk/validity.html", context)


@editor_only
@require_POST
def judge_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline (`verdict`) the proposal `key` for the document `pk`."""
    found = get_object_or_404(Document, pk=pk)
    verdict, key = request.POST.get("verdict", ""), request.POST.get("key", "")
    if verdict not in ("confirm", "decline") or not key:
        return HttpResponse(
            _("表单不完整，请刷新页面后再试。"), status=400, content_type="text/plain; charset=utf-8"
        )
    try:
        judged = judge(found, key, confirmed=verdict == "confirm", user=request.user)
    except ChangedMeanwhile as conflict:
        messages.error(request, str(conflict))
    else:
        said = _("已确认：%(state)s。") if judged.confirmed else _("已否定：不是%(state)s。")
        messages.success(request, said % {"state": judged.get_state_display()})
    return redirect("desk-validity")


@editor_only
@require_POST
def take_back_judgement(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a proposal open again that was judged."""
    take_back(get_object_or_404(ValidityJudgement.objects.select_related("document"), pk=pk), request.user)
    messages.success(request, _("已撤销，这一条重新待定。"))
    return redirect("desk-validity")
