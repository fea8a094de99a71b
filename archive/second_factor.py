"""The second factor of an account: a code that changes every 30 seconds (TOTP), and backup codes on paper.

Who needs one: everybody at the desk where REQUIRE_SECOND_FACTOR says `staff`, else whoever is in the group 两步验证;
whoever has set one up is asked for it in any case. signed_in.py holds people to it.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django_otp import login as remember_verified
from django_otp import verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from archive.qr import qr_picture

# Whoever is in it needs a second factor; made by a migration.
GROUP = "两步验证"
BACKUP_CODES = 10

# What is still asked of somebody who has given the password: "code" of those who have a second factor, "enrol" of those
# who need one and have none, "" of nobody else.
Step = Literal["code", "enrol", ""]


def step_of(user: Any, *, verified: bool) -> Step:
    """What is still asked of the user in a session that is `verified` by a code, or is not."""
    if verified:
        return ""
    if has_second_factor(user):
        return "code"
    return "enrol" if needs_second_factor(user) else ""


def has_second_factor(user: Any) -> bool:
    return TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).exists()


def needs_second_factor(user: Any) -> bool:
    if settings.REQUIRE_SECOND_FACTOR == "staff" and user.is_staff:
        return True
    return user.groups.filter(name=GROUP).exists()


# --- setting it up -----------------------------------------------------------------------------------
def new_key() -> str:
    """A secret in hexadecimal, not kept anywhere yet."""
    return random_hex(20)


def secret_of(user: Any, key: str) -> tuple[str, str]:
    """The secret as it is typed in, in groups of four letters, and as a picture (SVG) to be photographed."""
    device = TOTPDevice(user=user, key=key)
    address = device.config_url
    secret = address.partition("secret=")[2].partition("&")[0]
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)), qr_picture(address)


def set_up(request: Any, user: Any, key: str, code: str) -> list[str] | None:
    """The backup codes, once the code shows that the secret has arrived; None when it is wrong.

    What the user had before is void, and this session counts as verified.
    """
    totp = TOTP(bytes.fromhex(key), drift=0)
    totp.time = time.time()
    plain = code_in(code)
    if not (plain.isascii() and plain.isdecimal() and totp.verify(int(plain), tolerance=1)):
        return None
    with transaction.atomic():
        for held in TOTPDevice.objects.filter(user_id=user.pk):
            held.delete()
        device = TOTPDevice.objects.create(
            user_id=user.pk, name="TOTP", key=key, last_t=totp.t(), drift=totp.drift
        )
        codes = new_backup_codes(user)
    _verified(request, user, device)
    return codes


def new_backup_codes(user: Any) -> list[str]:
    """Ten codes, each good once; the ones before are void."""
    with transaction.atomic():
        StaticDevice.objects.filter(user_id=user.pk).delete()
        device = StaticDevice.objects.create(user_id=user.pk, name="backup")
        codes = [StaticToken.random_token() for _number in range(BACKUP_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def backup_codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user_id=user.pk).count()


# --- asking for it -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Answer:
    """`good`, or else `again_at`: when the next try counts, None for at once. Each wrong code doubles the wait."""

    good: bool
    again_at: datetime | None = None


def check_code(request: Any, user: Any, code: str) -> Answer:
    """Whether it is the code of now, or an unused backup code; then this session counts as verified."""
    plain = code_in(code)
    # Six figures come from the authenticator, letters from the paper: a slip in one does not slow the other.
    model: Any = TOTPDevice if plain.isdecimal() else StaticDevice
    device = model.objects.filter(user_id=user.pk, confirmed=True).first()
    if device is None:
        return Answer(False)
    allowed, why = device.verify_is_allowed()
    if not allowed:
        return Answer(False, (why or {}).get("locked_until"))
    verified = verify_token(user, device.persistent_id, plain)
    if verified is None:
        return Answer(False)
    _verified(request, user, verified)
    return Answer(True)


def code_in(typed: str) -> str:
    """The code without the blanks and hyphens that people put in."""
    return "".join(typed.replace("-", "").split()).lower()


def _verified(request: Any, user: Any, device: Any) -> None:
    request.user = user
    remember_verified(request, device)
    # A session that somebody has planted before is worth nothing now.
    request.session.cycle_key()
