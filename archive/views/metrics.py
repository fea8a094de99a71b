"""The figures for a monitor, only where METRICS_FROM lets them be read."""

from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from archive.client_address import client_address
from archive.metrics import exposition


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format; for everybody else there is no such page."""
    if not may_read(request):
        raise Http404
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def may_read(request: HttpRequest) -> bool:
    """True when the request comes from one of METRICS_FROM.

    A request that a proxy has passed on, though the settings know of none, comes from anywhere: its address is the
    proxy's, mostly this very machine.
    """
    if not settings.PROXIES and ("X-Forwarded-For" in request.headers or "Forwarded" in request.headers):
        return False
    told = client_address(request)
    if told is None:
        return False
    address = ip_address(told)
    # ::ffff:127.0.0.1 is how a socket of both families names 127.0.0.1
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in settings.METRICS_FROM)
