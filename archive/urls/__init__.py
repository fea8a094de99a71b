"""The addresses of the archive: the desk, search, and the reading room."""

from archive.urls import desk, reading, search

urlpatterns = [*desk.urlpatterns, *search.urlpatterns, *reading.urlpatterns]
