"""Addresses of the house itself: its health and figures, what machines look for, the making of the first administrator."""

from django.urls import URLPattern, URLResolver, path

from archive.views import discovery, first_administrator, health, icon, metrics, oai

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.health, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("favicon.ico", icon.icon, name="icon"),
    path("robots.txt", discovery.robots, name="robots"),
    path("sitemap.xml", discovery.sitemap_index, name="sitemap-index"),
    path("sitemap-<slug:section>.xml", discovery.sitemap, name="sitemap"),
    path("oai", oai.oai, name="oai"),
    path("opensearch.xml", discovery.opensearch, name="opensearch"),
    path(
        "desk/first-administrator/<str:token>/",
        first_administrator.first_administrator,
        name="first-administrator",
    ),
]
