"""The administration: for administrators alone, behind the sign-in of the desk and its second factor."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class AdministrationConfig(AdminConfig):
    default_site = "archive.admin_site.Administration"


class Administration(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.is_staff and user.is_superuser)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """No sign-in of its own: that of the desk, which counts failures and asks for the second factor."""
        # Loaded here: the site is made while applications are still being loaded.
        from archive.views.desk_access import forbidden, to_sign_in, wanted_of

        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            return forbidden(request, administration=True)
        return to_sign_in(request, wanted_of(request))
