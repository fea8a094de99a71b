"""The addresses of the site: the archive's own, the administration, and the language switch."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("archive.urls")),
]
