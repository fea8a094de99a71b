"""Addresses of search, the number resolver and the API."""

from django.urls import URLPattern, URLResolver, path

from archive.api import api
from archive.views import search

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", search.search, name="search"),
    path("number/", search.number, name="number"),
    path("api/v1/", api.urls),
]
