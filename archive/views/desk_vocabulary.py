"""The vocabulary at the desk: codes, categories, kinds, places, and people of the same name."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from archive.forms import TermForm
from archive.models import Appointment, Document, Term
from archive.roles import EDITOR, has_role
from archive.views.addresses import Choice, page_addresses, with_parameters
from archive.views.desk_access import editor_only, staff_only
from archive.vocabulary import confirm, forget, offices_of, settle_namesakes, strike, words_of

PERSON = "person"
WORDS_A_PAGE = 100
_VERDICTS = {"same": True, "different": False, "forget": None}


@staff_only
@require_safe
def vocabulary(request: HttpRequest) -> HttpResponse:
    """The words of a kind (`?kind=`, `?q=` narrows), or people (`?kind=person`, `?person=` shows one)."""
    return _page(request, request.GET.get("kind", ""))


@editor_only
@require_POST
def settle_term(request: HttpRequest) -> HttpResponse:
    """Confirm a word, strike it out, or leave it to be learnt (`act`)."""
    form = TermForm(request.POST)
    if not form.is_valid():
        for error in [str(error) for errors in form.errors.values() for error in errors]:
            messages.error(request, error)
        return _page(request, request.POST.get("kind", ""), status=400)
    said, user = form.cleaned_data, request.user
    kind, word = said["kind"], said["word"]
    if said["act"] == "confirm":
        confirm(kind, word, belongs_to=said["belongs_to"], position=said["position"], user=user)
    elif said["act"] == "strike":
        strike(kind, word, user)
    else:
        forget(kind, word, user)
    messages.success(request, _("已保存，以后读取的文件照此办理。"))
    return redirect(_address(kind=kind, q=request.POST.get("q", "")))


@editor_only
@require_POST
def settle_namesake(request: HttpRequest) -> HttpResponse:
    """Keep an editor's word on whether two documents name one person."""
    person, verdict = _sent(request.POST, "person"), _sent(request.POST, "verdict")
    wanted = [_sent(request.POST, name) for name in ("first", "second")]
    documents = {one.public_id: one for one in Document.objects.filter(public_id__in=wanted)}
    try:
        if verdict not in _VERDICTS or len(documents) != 2:
            raise ValueError(verdict)
        first, second = (documents[public_id] for public_id in wanted)
        settle_namesakes(person, first, second, _VERDICTS[verdict], request.user)
    except (ValueError, KeyError):
        messages.error(request, _("表单不完整，请刷新页面后再试。"))
        return _page(request, PERSON, status=400)
    messages.success(request, _("已保存。"))
    return redirect(_address(kind=PERSON, person=person))


def _sent(sent: QueryDict, name: str) -> str:
    """What was sent under a name, without space around it; "" for nothing."""
    return sent.get(name, "").strip()


def _address(**given: str) -> str:
    return reverse("desk-vocabulary") + with_parameters(
        {name: value for name, value in given.items() if value}
    )


def _page(request: HttpRequest, kind: str, status: int = 200) -> HttpResponse:
    kinds: dict[str, Any] = {**dict(Term.Kind.choices), PERSON: _("同名的人")}
    if kind not in kinds:
        kind = Term.Kind.CODE
    query = _sent(request.GET, "q")
    given = {"kind": kind, **({"q": query} if query else {})}
    context: dict[str, Any] = {
        "kind": kind,
        "tabs": [Choice(name, with_parameters({}, kind=key), key == kind) for key, name in kinds.items()],
        "query": query,
        "may_edit": has_role(request.user, EDITOR),
    }
    context |= _people(request, query) if kind == PERSON else _words(kind, query)
    page = Paginator(context.pop("listed"), WORDS_A_PAGE).get_page(request.GET.get("page"))
    context |= {
        "rows": page.object_list,
        "count": page.paginator.count,
        "pages": page_addresses(given, page.number, page.paginator.num_pages),
    }
    return render(request, "desk/vocabulary.html", context, status=status)


def _words(kind: str, query: str) -> dict[str, Any]:
    listed = [one for one in words_of(kind) if query in one.word or query in one.belongs_to]
    return {
        "listed": listed,
        "has_body": kind in (Term.Kind.CODE, Term.Kind.PLACE),
        "has_order": kind == Term.Kind.CATEGORY,
        "is_code": kind == Term.Kind.CODE,
    }


def _people(request: HttpRequest, query: str) -> dict[str, Any]:
    """Those whom more than one document names."""
    named = Appointment.objects.filter(person__contains=query) if query else Appointment.objects.all()
    people = named.order_by().values("person").annotate(documents=Count("document", distinct=True))
    person = _sent(request.GET, "person")
    return {
        "listed": people.filter(documents__gte=2).order_by("-documents", "person"),
        "person": person,
        "offices": offices_of(person) if person else [],
    }
