"""Addresses of the mails that tell of new documents (/alerts/)."""

from django.urls import URLPattern, URLResolver, path

from archive.views import alerts

urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/", alerts.follow, name="alerts"),
    path("alerts/mine/", alerts.mine, name="alerts-mine"),
    path("alerts/confirm/", alerts.confirm_one, name="alerts-confirm"),
    path("alerts/end/", alerts.end, name="alerts-end"),
]
