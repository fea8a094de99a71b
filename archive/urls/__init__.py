"""The addresses of the archive: the house, the desk, accounts, search, and the reading room."""

from archive.urls import accounts, desk, house, reading, search

urlpatterns = [
    *house.urlpatterns,
    *desk.urlpatterns,
    *accounts.urlpatterns,
    *search.urlpatterns,
    *reading.urlpatterns,
]
