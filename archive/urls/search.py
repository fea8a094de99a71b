"""Addresses of search, the number resolver and the API."""

from django.urls import URLPattern, URLResolver, path

from archive import api
from archive.api import page as api_page
from archive.views import feeds, search, search_exports, suggest

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", search.search, name="search"),
    path("search/feed.atom", feeds.search, name="search-feed"),
    path("search/documents.csv", search_exports.table, name="search-table"),
    path("search/suggest", suggest.suggest, name="search-suggest"),
    path("search/completions", suggest.completions, name="search-completions"),
    path("number/", search.number, name="number"),
    path("api/", api_page.page, name="api-docs"),
    path("api/v1/", api.urls),
]
