"""The bytes of a manifest, of its signature and of the list of keys, and how they are read; knows no Django.

    {"archive":"政府公报数字档案","files":[{…},{…}],"format":"gazette-archive/manifest/1","key":"3f…","made":"…",…}

One form: JSON in UTF-8 on one line, keys sorted, no blanks, nothing escaped that need not be, a line end. What was
signed is these bytes, and whoever reads a manifest writes it again and compares.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MANIFEST = "gazette-archive/manifest/1"
KEYS = "gazette-archive/manifest-keys/1"
# Of the SHA-256 of the 32 bytes of a public key, in hex.
_ID_LENGTH = 32
_SIGNATURE_LENGTH = 64
_LONGEST_SIGNATURE = 1000
MONTH = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
CHECKSUM = r"[0-9a-f]{64}"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"


class NotReadable(ValueError):
    """A text that is no manifest, no signature or no key; the message says why."""


@dataclass(frozen=True, slots=True)
class ManifestText:
    """What a manifest says. `previous` is the checksum of the one before, None of the first; times are UTC."""

    month: str
    made: str
    key: str
    previous: str | None
    files: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and from when until when it signs; "" where that is not known or has not come.

    `revoked` is when it was taken back: what it signed counts only where a later manifest names it.
    """

    id: str
    public: Ed25519PublicKey
    since: str = ""
    until: str = ""
    revoked: str = ""


def canonical(record: Any) -> bytes:
    """The one form in which a record is written."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- manifests ---------------------------------------------------------------------------------------
def parse_manifest(data: bytes) -> ManifestText:
    """What the bytes say. Raises NotReadable unless they are a manifest in its one form."""
    try:
        record = json.loads(data)
        written = canonical(record)
    except (ValueError, RecursionError) as error:
        raise NotReadable("不是 JSON") from error
    if not isinstance(record, dict) or record.get("format") != MANIFEST:
        raise NotReadable(f"不是清单（format 应为 {MANIFEST}）")
    if written != data:
        raise NotReadable("不是规定的写法：清单被改写过")
    files, previous = record.get("files"), record.get("previous")
    if not (
        _is(MONTH, record.get("month"))
        and _is(_TIME, record.get("made"))
        and _is(f"[0-9a-f]{{{_ID_LENGTH}}}", record.get("key"))
        and (previous is None or _is(CHECKSUM, previous))
        and isinstance(files, list)
        and all(isinstance(one, dict) and _is(CHECKSUM, one.get("sha256")) for one in files)
    ):
        raise NotReadable("清单缺少月份、时间、密钥编号、前一份的校验和或文件")
    return ManifestText(record["month"], record["made"], record["key"], previous, tuple(files))


def _is(pattern: str, value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


# --- signatures --------------------------------------------------------------------------------------
def signature_text(key: str, signature: str) -> str:
    """The signature file: the id of the key, and the signature in base64."""
    return f"key: {key}\nsignature: {signature}\n"


def parse_signature(data: bytes) -> tuple[str, bytes]:
    """(id of the key, signature) of a signature file. Raises NotReadable."""
    form = rf"key: ([0-9a-f]{{{_ID_LENGTH}}})\nsignature: ([A-Za-z0-9+/=]+)\n"
    found = re.fullmatch(form.encode(), data) if len(data) <= _LONGEST_SIGNATURE else None
    if found is None:
        raise NotReadable("不是签名文件")
    try:
        signature = base64.b64decode(found[2], validate=True)
    except binascii.Error as error:
        raise NotReadable("签名不是 base64") from error
    # Many texts stand for the same bytes in base64; one of them is the signature.
    if len(signature) != _SIGNATURE_LENGTH or base64.b64encode(signature) != found[2]:
        raise NotReadable("签名不是 Ed25519 签名")
    return found[1].decode(), signature


def sign(key: Ed25519PrivateKey, data: bytes) -> str:
    """The signature of the bytes, in base64."""
    return base64.b64encode(key.sign(data)).decode()


# --- keys --------------------------------------------------------------------------------------------
def key_id(public: Ed25519PublicKey) -> str:
    """What the key is called in manifests, signatures and lists."""
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:_ID_LENGTH]


def public_pem(public: Ed25519PublicKey) -> str:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def new_private_pem() -> tuple[bytes, Ed25519PublicKey]:
    """A new private key as PEM (PKCS #8, without a password), and its public one."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), key.public_key()


def parse_private(data: bytes) -> Ed25519PrivateKey:
    """The private key in a PEM file. Raises NotReadable."""
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotReadable("不是没有密码的 PEM 私钥") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NotReadable("不是 Ed25519 私钥")
    return key


def parse_public(data: bytes) -> Ed25519PublicKey:
    """The public key in a PEM file. Raises NotReadable."""
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotReadable("不是 PEM 公钥") from error
    if not isinstance(key, Ed25519PublicKey):
        raise NotReadable("不是 Ed25519 公钥")
    return key


def keys_text(keys: Iterable[Mapping[str, Any]]) -> bytes:
    """keys.json: the keys with `id`, `pem`, `from`, `until`, `revoked` and `reason`."""
    listed = [{"algorithm": "Ed25519", **key} for key in keys]
    return canonical({"format": KEYS, "keys": listed})


def parse_keys(data: bytes) -> dict[str, Key]:
    """The keys of keys.json, or the one of a PEM file, by their ids. Raises NotReadable."""
    if b"-----BEGIN " in data and not data.lstrip().startswith(b"{"):
        public = parse_public(data)
        return {key_id(public): Key(key_id(public), public)}
    try:
        record = json.loads(data)
        if record["format"] != KEYS:
            raise NotReadable(f"不是公钥列表（format 应为 {KEYS}）")
        found = [_key(one) for one in record["keys"]]
    except NotReadable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotReadable("既不是 PEM 公钥，也不是公钥列表") from error
    keys = {key.id: key for key in found}
    if len(keys) != len(found):
        raise NotReadable("公钥列表中有一把密钥列了两次")
    return keys


def _key(record: Mapping[str, Any]) -> Key:
    public = parse_public(record["pem"].encode())
    if record["id"] != key_id(public):
        raise NotReadable(f"公钥列表中 {record['id']} 的编号与公钥不符")
    times = [record.get(name) or "" for name in ("from", "until", "revoked")]
    if not all(time == "" or _is(_TIME, time) for time in times):
        raise NotReadable(f"公钥列表中 {record['id']} 的时间无法读取")
    return Key(record["id"], public, *times)
