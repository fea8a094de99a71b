"""No secret stands in the repository, and none gets into the log."""

import logging
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from archive.first_administrator import issue_token
from archive.log_lines import JsonLines, TextLines
from archive.second_factor import new_backup_codes
from tests.accounts import PASSWORD, make_account
from tests.outside import PROJECT

SECRETS = {
    "a private key": rb"-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP |ENCRYPTED )?PRIVATE KEY",
    "a key of a cloud": rb"\b(?:AKIA|ASIA|LTAI|AIza)[0-9A-Za-z_-]{16,}",
    "a token of a service": rb"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|npm_|pypi-AgE)[0-9A-Za-z_-]{16,}",
    "a signed token": rb"\beyJ[0-9A-Za-z_-]{16,}\.eyJ[0-9A-Za-z_-]{16,}\.",
    "a password in an address": rb"\b[a-z][a-z0-9+]{2,12}://[^\s:/@'\"{}$<>]+:(?!password@|\{)[^\s:/@'\"{}$<>]+@",
    "a key of Django": rb"(?i)\bSECRET_KEY\s*=\s*['\"][^'\"{]{16,}['\"]",
}


def tracked() -> list[Path]:
    """The files of the repository; without git all that stands in its folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True)
    if listed.returncode == 0:
        return [
            path for name in listed.stdout.decode().split("\0") if name and (path := PROJECT / name).is_file()
        ]
    left_out = {".venv", ".venv-upkeep", "var", "staticfiles", "node_modules", "__pycache__", ".git"}
    return [p for p in PROJECT.rglob("*") if p.is_file() and not left_out & set(p.relative_to(PROJECT).parts)]


def test_no_secret_is_in_the_repository() -> None:
    files = tracked()
    assert len(files) > 300
    found = [
        f"{path.relative_to(PROJECT)}: {what}"
        for path in files
        for what, pattern in SECRETS.items()
        if re.search(pattern, path.read_bytes())
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "0123456789abcdefghij",
        "postgres://gazette:" + "hunter2hunter2@db/gazette",
        "SECRET_KEY = '" + "0123456789abcdefghij'",
    ],
)
def test_secrets_are_known_for_what_they_are(line: str) -> None:
    assert any(re.search(pattern, line.encode()) for pattern in SECRETS.values())


def test_what_holds_secrets_is_not_kept_in_the_repository() -> None:
    names = [str(path.relative_to(PROJECT)) for path in tracked()]
    assert [
        name
        for name in names
        if re.search(r"(?:^|/)(?:var/|\.env|secret-key|.*\.(?:pem|key|sqlite3|p12)$)", name)
    ] == []


@pytest.mark.django_db
@pytest.mark.parametrize("form", [TextLines, JsonLines])
def test_no_secret_gets_into_the_log(form: type[logging.Formatter], client: Client, settings: object) -> None:
    """Signing in with wrong and right words and codes, the link of the first start, a report: and all that is logged."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(form().format(record))

    token = issue_token() or ""
    handler, root = Kept(level=logging.INFO), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    settings.LOG_REQUESTS = True  # type: ignore[attr-defined]
    try:
        client.get(f"/desk/first-administrator/{token}/")
        client.post(f"/desk/first-administrator/{token}/", {"username": "x", "password1": "typed-one-1"})
        user = make_account("bianji")
        device = TOTPDevice.objects.create(user=user, name="TOTP", key="31" * 20)
        backup = new_backup_codes(user)
        for password in ("nearly-right-1", PASSWORD):
            client.post("/desk/sign-in/?next=/desk/", {"username": "bianji", "password": password})
        for code in ("909090", backup[0], f"{totp(bytes.fromhex(device.key)):06d}"):
            client.post("/desk/account/code/", {"code": code})
        session, form_token = client.session.session_key or "", client.get("/desk/account/password/")
        found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form_token.content.decode())
        client.get("/search/?q=whatsomebodylooksfor")
        client.get("/nothing-at-all/")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    written = "\n".join(lines)
    assert "/desk/sign-in/" in written and "/nothing-at-all/" in written and found
    secrets = [
        token,
        "typed-one-1",
        "nearly-right-1",
        PASSWORD,
        "909090",
        *backup,
        device.key,
        session,
        found[1],
    ]
    assert [one for one in [*secrets, "whatsomebodylooksfor", _key()] if one and one in written] == []


def _key() -> str:
    return settings.SECRET_KEY
