"""The addresses of the archive: the house, the desk, search, and the reading room."""

from archive.urls import desk, house, reading, search

urlpatterns = [*house.urlpatterns, *desk.urlpatterns, *search.urlpatterns, *reading.urlpatterns]
