"""Addresses of the desk (/desk/)."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter

from archive.views import (
    desk,
    desk_batches,
    desk_corrections,
    desk_document,
    desk_gaps,
    desk_history,
    desk_issue,
    desk_missed,
    desk_runs,
    desk_supplied,
    desk_upload,
    desk_validity,
    desk_vocabulary,
)
from archive.views.desk_access import SignIn, SignOut


class RowConverter(IntConverter):
    """The number of a row or a place in a list: no more figures than a database takes."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk.desk, name="desk"),
    path("desk/sign-in/", SignIn.as_view(), name="desk-sign-in"),
    path("desk/sign-out/", SignOut.as_view(), name="desk-sign-out"),
    path("desk/gaps/", desk_gaps.gaps, name="desk-gaps"),
    path("desk/validity/", desk_validity.validity, name="desk-validity"),
    path("desk/validity/<row:pk>/", desk_validity.judge_proposal, name="desk-validity-judge"),
    path("desk/validity/<row:pk>/back/", desk_validity.take_back_judgement, name="desk-validity-back"),
    path("desk/vocabulary/", desk_vocabulary.vocabulary, name="desk-vocabulary"),
    path("desk/vocabulary/term/", desk_vocabulary.settle_term, name="desk-term"),
    path("desk/vocabulary/person/", desk_vocabulary.settle_namesake, name="desk-namesake"),
    path("desk/upload/", desk_upload.upload, name="desk-upload"),
    path("desk/upload/file/", desk_upload.upload_file, name="desk-upload-file"),
    path("desk/uploads/", desk_runs.runs, name="desk-runs"),
    path("desk/uploads/state/", desk_runs.runs_state, name="desk-runs-state"),
    path("desk/uploads/<row:pk>/retry/", desk_runs.retry_run, name="desk-retry"),
    path("desk/uploads/<row:pk>/file", desk_runs.failed_file, name="desk-failed-file"),
    path("desk/batches/", desk_batches.batches, name="desk-batches"),
    path("desk/batches/open/", desk_batches.open_, name="desk-batch-open"),
    path("desk/batches/<row:pk>/", desk_batches.batch, name="desk-batch"),
    path("desk/batches/<row:pk>/pause/", desk_batches.pause_batch, name="desk-batch-pause"),
    path("desk/batches/<row:pk>/resume/", desk_batches.resume_batch, name="desk-batch-resume"),
    path("desk/batches/<row:pk>/retry/", desk_batches.retry_batch, name="desk-batch-retry"),
    path("desk/history/", desk_history.log, name="desk-log"),
    path("desk/issues/<row:pk>/history/", desk_history.history, name="desk-history"),
    path("desk/issues/<row:pk>/", desk_issue.issue, name="desk-issue"),
    path("desk/issues/<row:pk>/documents/<row:position>/", desk_document.document, name="desk-document"),
    path(
        "desk/issues/<row:pk>/documents/<row:position>/correct/",
        desk_document.correct_document,
        name="desk-correct",
    ),
    path(
        "desk/issues/<row:pk>/documents/<row:position>/preview/", desk_document.preview, name="desk-preview"
    ),
    path(
        "desk/issues/<row:pk>/documents/<row:position>/withdraw/",
        desk_document.withdraw,
        name="desk-withdraw-document",
    ),
    path(
        "desk/issues/<row:pk>/documents/<row:position>/supplement/",
        desk_supplied.supplement,
        name="desk-supplement",
    ),
    path(
        "desk/issues/<row:pk>/documents/<row:position>/annexes/",
        desk_supplied.add_annex,
        name="desk-annex-add",
    ),
    path(
        "desk/issues/<row:pk>/documents/<row:position>/annexes/<row:annex>/",
        desk_supplied.change_annex,
        name="desk-annex",
    ),
    path(
        "desk/issues/<row:pk>/documents/<row:position>/annexes/<row:annex>/file",
        desk_supplied.annex_file,
        name="desk-annex-file",
    ),
    path("desk/issues/<row:pk>/corrections/", desk_corrections.corrections, name="desk-corrections"),
    path(
        "desk/issues/<row:pk>/corrections.csv",
        desk_corrections.corrections_table,
        name="desk-corrections-table",
    ),
    path("desk/issues/<row:pk>/corrections/<str:act>/undo/", desk_corrections.undo_act, name="desk-undo"),
    path("desk/issues/<row:pk>/findings/<row:finding>/", desk_corrections.settle_finding, name="desk-settle"),
    path("desk/issues/<row:pk>/pages/", desk_issue.pages, name="desk-pages"),
    path("desk/issues/<row:pk>/pages/<row:number>.webp", desk_issue.page, name="desk-page"),
    path("desk/issues/<row:pk>/missed/", desk_missed.missed, name="desk-missed"),
    path("desk/issues/<row:pk>/original", desk_issue.original, name="desk-original"),
    path("desk/issues/<row:pk>/fields/", desk_issue.fields, name="desk-issue-fields"),
    path("desk/issues/<row:pk>/again/", desk_issue.again, name="desk-again"),
    path("desk/issues/<row:pk>/publish/", desk_issue.publish, name="desk-publish"),
    path("desk/issues/<row:pk>/discard/", desk_issue.discard, name="desk-discard"),
    path("desk/issues/<row:pk>/withdraw/", desk_issue.withdraw, name="desk-withdraw"),
]
