"""Addresses of the public pages."""

from django.urls import URLPattern, URLResolver, path

from archive.views import reading

urlpatterns: list[URLPattern | URLResolver] = [
    path("", reading.home, name="home"),
    path("issues/", reading.home, name="issues"),
    path("documents/", reading.home, name="numbers"),
]
