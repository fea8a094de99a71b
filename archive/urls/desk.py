"""Addresses of the desk (/desk/)."""

from django.urls import URLPattern, URLResolver, path

from archive.views import desk, desk_issue
from archive.views.desk_access import SignIn, SignOut

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk.desk, name="desk"),
    path("desk/sign-in/", SignIn.as_view(), name="desk-sign-in"),
    path("desk/sign-out/", SignOut.as_view(), name="desk-sign-out"),
    path("desk/upload/", desk.upload, name="desk-upload"),
    path("desk/uploads/", desk.runs, name="desk-runs"),
    path("desk/uploads/state/", desk.runs_state, name="desk-runs-state"),
    path("desk/issues/<int:pk>/", desk_issue.issue, name="desk-issue"),
    path("desk/issues/<int:pk>/documents/<int:position>/", desk_issue.document, name="desk-document"),
    path("desk/issues/<int:pk>/publish/", desk_issue.publish, name="desk-publish"),
    path("desk/issues/<int:pk>/discard/", desk_issue.discard, name="desk-discard"),
    path("desk/issues/<int:pk>/withdraw/", desk_issue.withdraw, name="desk-withdraw"),
]
