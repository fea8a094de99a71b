"""When a month has ended, what was published until then is signed; once, and never otherwise afterwards."""

import json
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from archive.authenticity.checks import check_manifest_key
from archive.authenticity.manifest_text import canonical, parse_keys, parse_private
from archive.authenticity.offline import Given, judge
from archive.authenticity.signing import KeyUnusable, months_to_sign, sign_ended_months
from archive.models import Issue, Manifest, ManifestKey, PublishedFile
from archive.publishing import publish_issue, withdraw_document, withdraw_issue
from archive.tasks import sweep
from tests.authenticity.signed import key_file, on
from tests.factories import make_issue

pytestmark = pytest.mark.django_db

NOVEMBER = on(2026, 11, 1)


@pytest.fixture
def key(tmp_path: Path, settings: Settings) -> Path:
    path = key_file(tmp_path)
    settings.MANIFEST_KEY_FILE = str(path)
    return path


def published(when: datetime, label: str = "1") -> Issue:
    issue = make_issue(label=label)
    Issue.objects.filter(pk=issue.pk).update(released_at=when)
    return Issue.objects.get(pk=issue.pk)


def given(client: Client) -> list[Given]:
    """Every manifest as readers download it."""
    months = Manifest.objects.order_by("month").values_list("month", flat=True)
    addresses = [f"/manifests/{month}.json" for month in months]
    return [Given(one, client.get(one).content, client.get(f"{one}.sig").content) for one in addresses]


def files_of(month: str) -> list[dict[str, object]]:
    files: list[dict[str, object]] = json.loads(Manifest.objects.get(month=month).body)["files"]
    return files


def test_a_month_is_signed_once_it_has_ended(client: Client, key: Path) -> None:
    issue = published(on(2026, 10, 3))
    assert sign_ended_months(on(2026, 10, 31)) == []
    (made,) = sign_ended_months(NOVEMBER)
    assert sign_ended_months(NOVEMBER + timedelta(hours=1)) == []
    assert files_of("2026-10") == [
        {
            "sha256": issue.sha256,
            "bytes": 1234,
            "type": "application/pdf",
            "kind": "original",
            "name": issue.file_name,
            "gazette": "云岭市人民政府公报",
            "year": 2024,
            "issue": "1",
            "address": issue.get_absolute_url(),
            "published": "2026-10-03T04:30:00Z",
            "state": "published",
            "ended": None,
        }
    ]
    (one,) = judge(given(client), parse_keys(client.get("/manifests/keys.json").content))
    assert one.is_good and one.key is not None and one.sha256 == made.sha256
    assert made.body.encode() == canonical(json.loads(made.body)) == given(client)[0].data
    assert PublishedFile.objects.get().first_listed == made


def test_the_month_ends_where_the_site_is(key: Path) -> None:
    """Half past four in Shanghai is half past eight in the evening before in UTC."""
    published(on(2026, 10, 30))
    assert months_to_sign(on(2026, 10, 31, 12)) == []
    published(on(2026, 10, 31, 16), label="2")  # the first of November there
    sign_ended_months(on(2026, 10, 31, 20))
    assert [one["issue"] for one in files_of("2026-10")] == ["1"]


def test_months_in_which_nothing_ran_are_made_good(client: Client, key: Path) -> None:
    published(on(2026, 9, 3))
    published(on(2026, 12, 5), label="2")
    sign_ended_months(on(2026, 10, 2))
    made = sign_ended_months(on(2027, 2, 10))
    assert [one.month for one in made] == ["2026-10", "2026-11", "2026-12", "2027-01"]
    assert [len(files_of(one.month)) for one in made] == [1, 1, 2, 2]
    assert all(
        one.is_good for one in judge(given(client), parse_keys(client.get("/manifests/keys.json").content))
    )


def test_an_archive_without_files_or_key_signs_nothing(settings: Settings, key: Path) -> None:
    make_issue("draft")
    assert sign_ended_months(NOVEMBER) == []
    published(on(2026, 10, 3), label="2")
    settings.MANIFEST_KEY_FILE = ""
    assert sign_ended_months(NOVEMBER) == [] and not Manifest.objects.exists()
    # What is published is listed all the same, for whoever asks for a checksum.
    assert PublishedFile.objects.count() == 1


def test_what_is_withdrawn_later_is_corrected_in_the_next_month(client: Client, key: Path) -> None:
    issue, other = published(on(2026, 10, 3)), published(on(2026, 10, 4), label="2")
    sign_ended_months(NOVEMBER)
    before = given(client)[0].data
    withdraw_issue(issue, "印刷有误")
    sign_ended_months(on(2026, 12, 1))
    entry, still = files_of("2026-11")
    assert (entry["sha256"], entry["state"], entry["name"]) == (issue.sha256, "withdrawn", None)
    assert entry["ended"] and entry["address"] == issue.get_absolute_url()
    assert "印刷有误" not in Manifest.objects.get(month="2026-11").body
    assert (still["sha256"], still["state"]) == (other.sha256, "published")
    assert given(client)[0].data == before


def test_a_draft_is_in_no_manifest(key: Path) -> None:
    published(on(2026, 10, 3))
    draft = make_issue("draft", label="2")
    withdrawn_before = publish_issue(make_issue("draft", label="3"))
    withdraw_document(withdrawn_before.documents.get(position=1), "个人信息")
    Issue.objects.filter(pk=withdrawn_before.pk).update(released_at=on(2026, 10, 5))
    sign_ended_months(NOVEMBER)
    body = Manifest.objects.get().body
    assert draft.sha256 not in body and draft.file_name not in body
    # Masked before anybody was given it.
    assert withdrawn_before.sha256 not in body


def test_a_signed_manifest_is_not_changed(key: Path) -> None:
    published(on(2026, 10, 3))
    (made,) = sign_ended_months(NOVEMBER)
    made.body = "{}"
    with pytest.raises(TypeError):
        made.save()


def test_the_worker_signs_and_goes_on_without_a_key(
    key: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    published(on(2026, 10, 3))
    key.chmod(0o644)
    sweep(NOVEMBER)
    assert not Manifest.objects.exists() and "no manifest can be signed" in caplog.text
    key.chmod(0o600)
    sweep(NOVEMBER)
    assert [one.month for one in Manifest.objects.all()] == ["2026-10"]


# --- keys ------------------------------------------------------------------------------------------------
def test_a_key_is_made_for_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "signs.pem"
    call_command("make_manifest_key", str(path))
    said = capsys.readouterr().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = path.read_bytes()
    parse_private(written)
    (public,) = parse_keys(said.encode())
    assert public in said and written.decode() not in said
    with pytest.raises(CommandError, match="已经存在"):
        call_command("make_manifest_key", str(path))
    assert path.read_bytes() == written


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.chmod(0o640), "不只有所有者能读"),
        (lambda path: path.unlink(), "无法读取"),
        (lambda path: path.write_bytes(b"-----BEGIN"), "不是没有密码的 PEM 私钥"),
    ],
)
def test_a_key_that_cannot_sign_is_told_at_the_start(key: Path, spoil: object, says: str) -> None:
    assert check_manifest_key(None) == []
    spoil(key)  # type: ignore[operator]
    (error,) = check_manifest_key(None)
    assert error.id == "archive.E003" and says in error.msg
    with pytest.raises(CommandError, match=says):
        call_command("sign_manifests")


def test_a_new_key_signs_from_then_on(client: Client, key: Path, tmp_path: Path, settings: Settings) -> None:
    published(on(2026, 10, 3))
    sign_ended_months(NOVEMBER)
    settings.MANIFEST_KEY_FILE = str(key_file(tmp_path, "new.pem"))
    sign_ended_months(on(2026, 12, 1))
    sign_ended_months(on(2027, 1, 1))
    old, new = ManifestKey.objects.order_by("since")
    assert old.until == new.since == on(2026, 12, 1) and new.until is None
    keys = parse_keys(client.get("/manifests/keys.json").content)
    assert len(keys) == 2 and all(one.is_good for one in judge(given(client), keys))
    # Back to the old one by a slip: it is told, and nothing is signed.
    settings.MANIFEST_KEY_FILE = str(key)
    with pytest.raises(KeyUnusable, match="已经停用"):
        sign_ended_months(on(2027, 2, 1))
    assert Manifest.objects.count() == 3


def test_a_key_that_leaked_signs_no_more(
    client: Client, key: Path, tmp_path: Path, settings: Settings
) -> None:
    published(on(2026, 10, 3))
    sign_ended_months(NOVEMBER)
    leaked = ManifestKey.objects.get()
    call_command("revoke_manifest_key", leaked.key_id, reason="备份遗失")
    with pytest.raises(KeyUnusable, match="已经作废"):
        sign_ended_months(on(2026, 12, 1))
    keys = parse_keys(client.get("/manifests/keys.json").content)
    assert [one.is_good for one in judge(given(client), keys)] == [False]
    page = client.get("/manifests/").content.decode()
    assert "备份遗失" in page and "已作废" in page
    settings.MANIFEST_KEY_FILE = str(key_file(tmp_path, "new.pem"))
    sign_ended_months(on(2026, 12, 1))
    keys = parse_keys(client.get("/manifests/keys.json").content)
    assert [one.is_good for one in judge(given(client), keys)] == [True, True]
    for again in (leaked.key_id, "0" * 32):
        with pytest.raises(CommandError):
            call_command("revoke_manifest_key", again, reason="备份遗失")


def test_the_command_says_what_it_signed(
    key: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    published(on(2024, 10, 3))
    call_command("sign_manifests")
    assert Manifest.objects.get().sha256 in capsys.readouterr().out
    call_command("sign_manifests")
    assert "没有需要签署的月份" in capsys.readouterr().out
    settings.MANIFEST_KEY_FILE = ""
    with pytest.raises(CommandError, match="没有设置 MANIFEST_KEY_FILE"):
        call_command("sign_manifests")
