"""Archives as an operator has them, in processes and data folders of their own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.outside import PROJECT, copy_migrated_database

FILL = """
from django.contrib.auth.models import Group, User
from django_otp.plugins.otp_totp.models import TOTPDevice
from archive.ingest.pipeline import ingest_file
from archive.alerts import following
from archive.audit import recorded
from archive.models import Correction, IngestRun, Issue
from pathlib import Path
ingest_file(Path("archive/samples/jichuan-2023-06.txt"), publish=True)
ingest_file(Path("archive/samples/jichuan-2024-01.pdf"))
# A number that was given away again: what comes after a restore must not take the numbers that are in use.
User.objects.create_user("gone").delete()
editor = User.objects.create_user("bianji", password="a-long-password", is_staff=True)
editor.groups.add(Group.objects.get(name="编辑"))
TOTPDevice.objects.create(user=editor, name="phone", confirmed=True)
issue = Issue.objects.first()
with recorded(issue, "filled-in", editor, reason="第一行\\u2028第二行"):
    pass
document = issue.documents.first()
Correction.objects.create(issue=issue, document=document, kind="text", old="甲", new=None, made_by=editor)
IngestRun.objects.create(file_name="waiting.pdf", uploaded_by=editor)
from datetime import timedelta
from django.conf import settings
from django.utils import timezone
from archive.authenticity.manifest_text import new_private_pem
from archive.authenticity.signing import sign_ended_months
key = Path(settings.GAZETTE_DATA) / "signs.pem"
key.touch(0o600)
key.write_bytes(new_private_pem()[0])
settings.MANIFEST_KEY_FILE = str(key)
assert sign_ended_months(timezone.now() + timedelta(days=40))
following.sign_up("duzhe@example.org", following.Wanted("kind", "通知"), "zh-hans")
"""


class Site:
    """An archive of its own, driven by commands; `more` of its settings."""

    def __init__(self, data: Path, database: str = "", **more: str) -> None:
        self.data = data
        dropped = {"DATABASE_URL", "SECRET_KEY", "DJANGO_ALLOW_ASYNC_UNSAFE"}
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        self.environment = {
            **kept,
            "GAZETTE_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "gazette.settings",
            **more,
        }
        if database:
            self.environment["DATABASE_URL"] = database
            self.manage("migrate", "--verbosity", "0")
        else:
            copy_migrated_database(data)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def manage(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def files(folder: Path) -> dict[str, bytes]:
    """Everything of a data folder that a backup keeps."""
    found = [
        folder / "secret-key",
        *folder.glob("originals/*/*"),
        *folder.glob("annexes/*/*"),
        *folder.glob("uploads/*"),
    ]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def raw_rows(site: Site) -> str:
    """Every row of the kept models straight from the database, accounts and kinds of rows by name."""
    code = (
        # PostgreSQL keeps the keys of a JSON object in an order of its own.
        "import json\n"
        "from archive.backup.rows import kept_models\n"
        "for model in kept_models():\n"
        "    for row in model._base_manager.order_by('pk'):\n"
        "        told = [[f.name, str(getattr(row, f.name)) if f.is_relation else f.value_from_object(row)]\n"
        "                for f in model._meta.local_fields]\n"
        "        told += [sorted(map(str, getattr(row, f.name).all())) for f in model._meta.many_to_many]\n"
        "        print(model._meta.label, json.dumps(told, sort_keys=True, default=repr, ensure_ascii=False))\n"
    )
    return site.manage("shell", "--verbosity", "0", "--command", code)
