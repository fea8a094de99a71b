"""The signed lists of published files, month by month, and the public keys that check them."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.authenticity.manifest_text import keys_text, signature_text
from archive.authenticity.signing import listed_keys
from archive.models import Manifest, ManifestKey

_JSON = "application/json; charset=utf-8"


@require_safe
def manifests(request: HttpRequest) -> HttpResponse:
    """The months with what was signed of them, newest first, and the keys."""
    signed = list(Manifest.objects.defer("body").select_related("key"))
    keys = list(ManifestKey.objects.order_by("-since", "-pk"))
    context = {"manifests": signed, "keys": keys, "signs": bool(settings.MANIFEST_KEY_FILE)}
    return render(request, "archive/manifests.html", context)


@require_safe
def manifest(request: HttpRequest, month: str) -> HttpResponse:
    """The list of a month, byte for byte as it was signed."""
    return HttpResponse(_signed(month).body.encode(), content_type=_JSON)


@require_safe
def signature(request: HttpRequest, month: str) -> HttpResponse:
    """Its signature, with the id of the key."""
    found = _signed(month)
    text = signature_text(found.key.key_id, found.signature)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every public key that has signed, with its times."""
    return HttpResponse(keys_text(listed_keys()), content_type=_JSON)


def _signed(month: str) -> Manifest:
    found = Manifest.objects.select_related("key").filter(month=month).first()
    if found is None:
        raise Http404
    return found
