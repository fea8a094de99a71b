"""Addresses of the house itself: its health and figures, and the making of the first administrator."""

from django.urls import URLPattern, URLResolver, path

from archive.views import first_administrator, health, icon, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.health, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("favicon.ico", icon.icon, name="icon"),
    path(
        "desk/first-administrator/<str:token>/",
        first_administrator.first_administrator,
        name="first-administrator",
    ),
]
