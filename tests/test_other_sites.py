"""Pages of other sites may read what is made for IIIF viewers, and nothing else."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_issue
from tests.iiif.test_manifest import address
from tests.views.test_scans import print_file

pytestmark = pytest.mark.django_db
ALLOWS = "Access-Control-Allow-Origin"


def test_every_answer_below_iiif_may_be_read_elsewhere(client: Client, data_folder: Path) -> None:
    issue, withdrawn = make_issue(), make_issue("withdrawn", label="2")
    print_file(issue)
    for path, status in (
        (reverse("iiif-collection"), 200),
        (address(issue), 200),
        (address(issue, "iiif-canvas", 1), 200),
        (address(issue, "iiif-image", 1), 303),
        (address(issue, "iiif-information", 1), 200),
        # Also why something cannot be had.
        (address(withdrawn), 410),
        ("/iiif/nothing/", 404),
    ):
        answer = client.get(path, headers={"Origin": "https://viewer.example"})
        assert (answer.status_code, answer[ALLOWS]) == (status, "*"), path
        assert "Access-Control-Allow-Credentials" not in answer


def test_nothing_else_may(client: Client) -> None:
    issue = make_issue()
    for path in (
        "/",
        issue.get_absolute_url(),
        "/api/",
        "/desk/",
        "/iiif",
        "/search/?q=/iiif/",
        "/nothing/",
    ):
        assert ALLOWS not in client.get(path, headers={"Origin": "https://viewer.example"}), path
