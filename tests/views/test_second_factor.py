"""The second factor: setting it up, being asked for it, and who needs one."""

import html
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from archive.first_administrator import issue_token
from archive.second_factor import GROUP, new_backup_codes, secret_of
from gazette.settings import environment_choice
from tests.accounts import PASSWORD, make_account
from tests.factories import make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db
SET_UP, CODE = reverse("account-second-factor"), reverse("account-code")
KEY = "3132333435363738393031323334353637383930"


@pytest.fixture
def editor(db: None) -> User:
    return make_account("bianji")


@pytest.fixture
def device(editor: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=editor, name="TOTP", key=KEY)


def code_of(key: str, ahead: int = 0) -> str:
    """The six figures of now, or so many steps of half a minute ahead."""
    return f"{totp(bytes.fromhex(key), t0=-30 * ahead):06d}"


def wrong_code(key: str) -> str:
    near = {code_of(key, ahead) for ahead in range(-3, 4)}
    return next(code for code in (f"{n:06d}" for n in range(9)) if code not in near)


def sign_in(client: Client, **fields: str) -> str:
    """Give the right password; returns where that leads."""
    response = client.post(reverse("desk-sign-in"), {"username": "bianji", "password": PASSWORD, **fields})
    assert response.status_code == 302
    return response["Location"]


# --- setting it up -----------------------------------------------------------------------------------
def test_setting_it_up_shows_secret_picture_and_backup_codes_once(client: Client, editor: User) -> None:
    sign_in(client)
    page = get(client, SET_UP)
    key = client.session["second_factor_key"]
    assert bytes.fromhex(key).hex() == key and len(key) == 40
    secret, picture = secret_of(editor, key)
    assert secret in page.words
    assert picture in page.html
    assert "style" not in picture and "<script" not in picture
    assert get(client, SET_UP).words == page.words  # the secret stays until it is confirmed

    assert "验证码不对" in Page.of(client.post(SET_UP, {"code": wrong_code(key)})).words
    assert not TOTPDevice.objects.exists()

    response = client.post(SET_UP, {"code": code_of(key)})
    assert "no-store" in response["Cache-Control"]
    codes = re.findall(r"<li>([a-z2-7]{8})</li>", response.content.decode())
    assert len(set(codes)) == 10
    assert {token.token for token in StaticToken.objects.all()} == set(codes)
    assert TOTPDevice.objects.get().key == key
    # this session has shown a code just now
    assert client.get(reverse("desk")).status_code == 200
    assert codes[0] not in get(client, reverse("account")).words
    # and the next secret is another one
    get(client, SET_UP)
    assert client.session["second_factor_key"] != key


def test_the_picture_says_the_secret(editor: User) -> None:
    secret, _picture = secret_of(editor, KEY)
    address = TOTPDevice(user=editor, key=KEY).config_url
    assert parse_qs(urlsplit(address).query)["secret"] == [secret.replace(" ", "")]
    assert address.startswith("otpauth://totp/")


def test_a_code_is_good_once(client: Client, editor: User) -> None:
    sign_in(client)
    get(client, SET_UP)
    key = client.session["second_factor_key"]
    code = code_of(key)
    client.post(SET_UP, {"code": code})
    other = Client()
    assert sign_in(other).startswith(CODE)
    assert other.post(CODE, {"code": code}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert other.post(CODE, {"code": code_of(key, ahead=1)}).status_code == 302


def test_another_authenticator_takes_the_place_of_the_first(
    client: Client, editor: User, device: TOTPDevice
) -> None:
    old = new_backup_codes(editor)
    sign_in(client)
    client.post(CODE, {"code": code_of(KEY)})
    assert "原来的验证器和备用码作废" in get(client, SET_UP).words
    client.post(SET_UP, {"code": code_of(client.session["second_factor_key"])})
    assert TOTPDevice.objects.get().key != KEY
    assert not StaticToken.objects.filter(token__in=old).exists()


# --- being asked for it --------------------------------------------------------------------------------
def test_signing_in_asks_for_the_code_and_leads_on(client: Client, device: TOTPDevice) -> None:
    wanted = reverse("desk-runs")
    leads_to = sign_in(client, next=wanted)
    assert leads_to == f"{CODE}?next={wanted}"
    page = get(client, leads_to)
    assert page.text("h1") == "输入验证码"
    session_before = client.session.session_key
    answer = client.post(CODE, {"code": code_of(KEY), "next": wanted})
    assert answer["Location"] == wanted
    assert client.get(wanted).status_code == 200
    assert client.session.session_key != session_before


@pytest.mark.parametrize("next_", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_the_code_leads_nowhere_else(client: Client, device: TOTPDevice, next_: str) -> None:
    sign_in(client)
    assert client.post(CODE, {"code": code_of(KEY), "next": next_})["Location"] == reverse("desk")


def test_the_password_alone_opens_nothing(client: Client, editor: User, device: TOTPDevice) -> None:
    draft = make_issue("draft")
    editor.is_superuser = True
    editor.save()
    sign_in(client)
    for name in ("desk", "desk-runs", "account", "account-password"):
        assert client.get(reverse(name))["Location"].startswith(CODE), name
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get(reverse("admin:login"))["Location"].startswith(CODE)
    assert client.post(reverse("desk-publish", args=[draft.pk]))["Location"].startswith(CODE)
    assert client.get(reverse("original", args=[draft.sha256, "x"])).status_code == 404
    # nor another second factor in place of the one that was asked for
    assert client.get(SET_UP)["Location"].startswith(CODE)
    assert client.post(SET_UP, {"code": "123456"})["Location"].startswith(CODE)
    assert client.post(reverse("account-backup-codes"))["Location"].startswith(CODE)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_each_wrong_code_makes_the_next_wait_longer(client: Client, device: TOTPDevice) -> None:
    sign_in(client)
    assert "验证码不对" in Page.of(client.post(CODE, {"code": wrong_code(KEY)})).words
    TOTPDevice.objects.update(throttling_failure_count=8)
    response = client.post(CODE, {"code": code_of(KEY)})
    assert response.status_code == 429 and 100 <= int(response["Retry-After"]) < 200
    assert re.search(r"请过 1[0-9]{2} 秒再试", Page.of(response).words)
    assert client.get(reverse("desk")).status_code == 302


def test_a_backup_code_is_good_once(client: Client, editor: User, device: TOTPDevice) -> None:
    code, *_others = new_backup_codes(editor)
    sign_in(client)
    assert client.post(CODE, {"code": f" {code[:4].upper()}-{code[4:]} "}).status_code == 302
    assert "还有 9 个备用码" in get(client, reverse("account")).words
    again = Client()
    sign_in(again)
    assert again.post(CODE, {"code": code}).status_code == 200
    # a slip on paper does not slow the authenticator
    assert again.post(CODE, {"code": code_of(KEY)}).status_code == 302


def test_new_backup_codes_void_the_old(client: Client, editor: User, device: TOTPDevice) -> None:
    old = new_backup_codes(editor)
    sign_in(client)
    client.post(CODE, {"code": code_of(KEY)})
    page = Page.of(client.post(reverse("account-backup-codes")))
    new = {token.token for token in StaticToken.objects.all()}
    assert len(new) == 10 and not new & set(old)
    assert all(code in page.words for code in new)


def test_signing_out_half_way_leads_to_another_account(client: Client, device: TOTPDevice) -> None:
    sign_in(client)
    client.post(reverse("desk-sign-out"))
    assert client.get(reverse("desk"))["Location"].startswith(reverse("desk-sign-in"))


def test_the_time_of_a_session_counts_while_the_code_is_awaited(client: Client, device: TOTPDevice) -> None:
    sign_in(client)
    session = client.session
    session["signed_in_at"] = time.time() - 13 * 3600
    session.save()
    assert client.post(CODE, {"code": code_of(KEY)})["Location"].startswith(reverse("desk-sign-in"))


# --- who needs one -------------------------------------------------------------------------------------
def assert_led_to_enrolment_and_nowhere_else(client: Client) -> None:
    for path in (reverse("desk"), reverse("account"), reverse("account-password"), CODE):
        assert client.get(path)["Location"].startswith(SET_UP), path
    page = get(client, SET_UP)
    assert "须设置两步验证" in page.words
    response = client.post(
        SET_UP, {"code": code_of(client.session["second_factor_key"]), "next": "/desk/uploads/"}
    )
    assert 'href="/desk/uploads/"' in html.unescape(response.content.decode())
    assert client.get(reverse("desk")).status_code == 200


def test_the_setting_asks_all_staff(client: Client, editor: User, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    assert sign_in(client) == f"{SET_UP}?next={reverse('desk')}"
    assert_led_to_enrolment_and_nowhere_else(client)


@pytest.mark.parametrize(("given", "chosen"), [("", "off"), (" Staff ", "staff"), ("off", "off")])
def test_the_setting_is_read(monkeypatch: pytest.MonkeyPatch, given: str, chosen: str) -> None:
    monkeypatch.setenv("REQUIRE_SECOND_FACTOR", given)
    assert environment_choice("REQUIRE_SECOND_FACTOR", ("off", "staff")) == chosen


def test_a_slip_in_the_setting_does_not_switch_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_SECOND_FACTOR", "staf")
    with pytest.raises(ImproperlyConfigured, match="REQUIRE_SECOND_FACTOR=staf: choose one of off, staff"):
        environment_choice("REQUIRE_SECOND_FACTOR", ("off", "staff"))


def test_a_session_of_before_is_asked_too(client: Client, editor: User, settings: Settings) -> None:
    sign_in(client)
    assert client.get(reverse("desk")).status_code == 200
    settings.REQUIRE_SECOND_FACTOR = "staff"
    assert_led_to_enrolment_and_nowhere_else(client)


def test_the_group_asks_its_members(client: Client, editor: User) -> None:
    assert sign_in(client) == reverse("desk")
    editor.groups.add(Group.objects.get_or_create(name=GROUP)[0])
    assert_led_to_enrolment_and_nowhere_else(client)


def test_the_first_administrator_is_asked(client: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    link = reverse("first-administrator", args=[issue_token()])
    client.post(link, {"username": "guanli", "password1": "sheng-qu-wan-li", "password2": "sheng-qu-wan-li"})
    assert_led_to_enrolment_and_nowhere_else(client)


def test_readers_with_an_account_are_not_asked(client: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    client.force_login(make_account("duzhe", staff=False))
    assert client.get(reverse("desk")).status_code == 403


def test_an_administrator_removes_what_was_lost(client: Client, editor: User, device: TOTPDevice) -> None:
    administrator = Client()
    administrator.force_login(make_account("guanli", administrator=True))
    change = reverse("admin:otp_totp_totpdevice_change", args=[device.pk])
    assert KEY not in administrator.get(change).content.decode()
    assert administrator.get(reverse("admin:otp_totp_totpdevice_add")).status_code == 403
    path = reverse("admin:otp_totp_totpdevice_delete", args=[device.pk])
    assert administrator.post(path, {"post": "yes"}).status_code == 302
    assert sign_in(client) == reverse("desk")
    assert client.get(reverse("desk")).status_code == 200


# --- the pages -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_well_made(
    client: Client, editor: User, device: TOTPDevice, language: str, settings: Settings
) -> None:
    client.cookies["django_language"] = language
    sign_in(client)
    pages = [get(client, CODE)]
    client.post(CODE, {"code": code_of(KEY)})
    pages += [get(client, reverse(name)) for name in ("account", "account-password", "account-second-factor")]
    pages.append(Page.of(client.post(reverse("account-backup-codes"))))
    settings.AXES_FAILURE_LIMIT = 1
    client.cookies.pop("sessionid")
    pages.append(Page.of(client.post(reverse("desk-sign-in"), {"username": "bianji", "password": "x"})))
    for page in pages:
        title = page.text("h1")
        assert page.unclosed == [], title
        assert len(page.all("h1")) == 1
        assert page.unmarked_chinese == [], title
        assert page.all("meta", name="robots", content="noindex"), title
        assert not [tag for tag, found in page.elements if "style" in found or tag == "style"], title
        labelled = {found.get("for") for found in page.all("label")}
        for found in page.all("input"):
            assert found.get("type") == "hidden" or found.get("id") in labelled, title
