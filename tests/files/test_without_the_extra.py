"""Without requirements-s3.txt the archive runs as ever; a bucket in the settings is told with the remedy."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from archive.ingest.files_store import DiskFiles, files_store
from tests.outside import PROJECT


@pytest.mark.parametrize("missing", ["storages", "botocore"])
def test_a_bucket_without_the_packages_is_told_with_the_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "archive.ingest.s3_files", raising=False)
    for package in ("storages", "botocore"):
        for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
            monkeypatch.delitem(sys.modules, name)
    assert isinstance(files_store(), DiskFiles)
    settings.FILES_S3_BUCKET = "gazette"
    with pytest.raises(ImproperlyConfigured, match=r"pip install -r requirements-s3\.txt"):
        files_store()
    with pytest.raises(SystemCheckError, match=r"archive\.E002.*requirements-s3\.txt"):
        call_command("check")


def test_nothing_of_it_is_loaded_while_files_lie_on_the_disk() -> None:
    code = (
        "import sys, django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.urls import reverse\n"
        "call_command('check'); reverse('home')\n"
        "print([name for name in ('boto3', 'botocore', 'storages', 'archive.ingest.s3_files') if name in sys.modules])"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "gazette.settings",
        "GAZETTE_DATA": str(PROJECT / "var" / "test"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
