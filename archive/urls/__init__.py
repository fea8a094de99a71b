"""The addresses of the archive: the house, the desk, accounts, mails to readers, search, and the reading room."""

from archive.urls import accounts, alerts, desk, house, reading, search

urlpatterns = [
    *house.urlpatterns,
    *desk.urlpatterns,
    *accounts.urlpatterns,
    *alerts.urlpatterns,
    *search.urlpatterns,
    *reading.urlpatterns,
]
