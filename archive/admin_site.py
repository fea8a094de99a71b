"""The administration: for administrators alone, behind the sign-in of the desk and its second factor."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class AdministrationConfig(AdminConfig):
    default_site = "archive.admin_site.Administration"


class Administration(AdminSite):
    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's; what is sent may change what readers see, the name of a gazette for one."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response: HttpResponse = inner(request, *args, **kwargs)
            if request.method == "POST":
                # Loaded here: the site is made while applications are still being loaded.
                from archive.edition import next_edition, next_edition_beside_issues

                # Accounts, locked names and second factors stand in no document.
                of_archive = request.path.startswith(reverse("admin:app_list", args=["archive"]))
                (next_edition if of_archive else next_edition_beside_issues)()
            return response

        return seen

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
