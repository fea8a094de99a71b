"""OAI-PMH for harvesters: one address, asked with parameters or with a form."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from archive.oai.answers import answer
from archive.oai.identity import address_of_site
from archive.oai.xml import CONTENT_TYPE

# In bytes. The longest request has a resumptionToken of a thousand.
MOST_SENT = 8 * 1024


# It changes nothing, whoever sends it: harvesters have no token.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """What a verb asks for, or the error of the protocol, both with status 200. A form counts instead of the parameters."""
    sent = request.GET
    if request.method == "POST":
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_SENT:
            return HttpResponse("The request is too long.\n", content_type="text/plain", status=413)
        sent = request.POST if request.content_type == "application/x-www-form-urlencoded" else QueryDict()
    pairs = [(name, value) for name, values in sent.lists() for value in values]
    written = answer(pairs, _whole(request, reverse("oai")), lambda path: _whole(request, path))
    response = HttpResponse(written, content_type=CONTENT_TYPE)
    # It says when it was made, and a harvester goes by that: none is kept, not by us either.
    response.headers["Cache-Control"] = "no-store"
    return response


def _whole(request: HttpRequest, path: str) -> str:
    address = address_of_site()
    return f"{address}{path}" if address else request.build_absolute_uri(path)
