"""The page of what was here and was withdrawn."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def gone(request: HttpRequest, reason: str) -> HttpResponse:
    """The page of what was here and was withdrawn: the reason, and nothing of what it said."""
    return render(request, "archive/gone.html", {"reason": reason}, status=410)
