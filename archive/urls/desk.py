"""Addresses of the desk (/desk/)."""

from django.urls import URLPattern, URLResolver, path

from archive.views import desk, desk_issue, desk_runs
from archive.views.desk_access import SignIn, SignOut

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk.desk, name="desk"),
    path("desk/sign-in/", SignIn.as_view(), name="desk-sign-in"),
    path("desk/sign-out/", SignOut.as_view(), name="desk-sign-out"),
    path("desk/upload/", desk.upload, name="desk-upload"),
    path("desk/uploads/", desk_runs.runs, name="desk-runs"),
    path("desk/uploads/state/", desk_runs.runs_state, name="desk-runs-state"),
    path("desk/uploads/<int:pk>/retry/", desk_runs.retry_run, name="desk-retry"),
    path("desk/uploads/<int:pk>/file", desk_runs.failed_file, name="desk-failed-file"),
    path("desk/issues/<int:pk>/", desk_issue.issue, name="desk-issue"),
    path("desk/issues/<int:pk>/documents/<int:position>/", desk_issue.document, name="desk-document"),
    path("desk/issues/<int:pk>/pages/", desk_issue.pages, name="desk-pages"),
    path("desk/issues/<int:pk>/pages/<int:number>.webp", desk_issue.page, name="desk-page"),
    path("desk/issues/<int:pk>/again/", desk_issue.again, name="desk-again"),
    path("desk/issues/<int:pk>/publish/", desk_issue.publish, name="desk-publish"),
    path("desk/issues/<int:pk>/discard/", desk_issue.discard, name="desk-discard"),
    path("desk/issues/<int:pk>/withdraw/", desk_issue.withdraw, name="desk-withdraw"),
]
