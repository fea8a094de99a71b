"""The addresses of the site: the archive's own, the administration, and the language switch."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

urlpatterns = [
    # To choose a language harms nobody: without a token in its form, public pages set no cookie and can be cached.
    path("i18n/setlang/", csrf_exempt(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("", include("archive.urls")),
]

handler400 = "archive.views.unavailable.bad_request"
handler404 = "archive.views.not_found.not_found"
handler500 = "archive.views.unavailable.server_error"
