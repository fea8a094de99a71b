"""What stands in no manifest that the archive has signed is told, whichever byte of it is another one."""

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.authenticity.manifest_text import (
    Key,
    NotReadable,
    canonical,
    key_id,
    keys_text,
    parse_keys,
    parse_manifest,
    public_pem,
)
from archive.authenticity.offline import Given, judge, next_month
from tests.authenticity.signed import a_file, a_manifest, another_letter, known, signature

OLD, NEW = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def problems(given: list[Given], keys: dict[str, Key]) -> list[list[str]]:
    return [one.problems for one in judge(given, keys)]


def test_what_was_signed_is_good() -> None:
    (one,) = judge([a_manifest(OLD)], known(OLD))
    assert one.is_good and one.manifest and len(one.manifest.files) == 1 and one.said == []


def test_the_bytes_are_those_of_the_guide() -> None:
    """docs/open-data.md says how a manifest is written; other programs rest on it."""
    assert canonical({"b": None, "a": ["公报", '\u2028\x00"\\/', 1]}) == (
        '{"a":["公报","\u2028\\u0000\\"\\\\/",1],"b":null}\n'.encode()
    )


@pytest.mark.parametrize("step", range(7))
def test_every_byte_counts(step: int) -> None:
    """Each byte of manifest and signature changed in turn, by one bit."""
    good = a_manifest(OLD)
    assert good.signature is not None
    keys = known(OLD)
    for place in range(step, len(good.data), 7):
        changed = bytearray(good.data)
        changed[place] ^= 1
        assert problems([Given("x", bytes(changed), good.signature)], keys) != [[]], place
    for place in range(step, len(good.signature), 7):
        changed = bytearray(good.signature)
        changed[place] ^= 1
        assert problems([Given("x", good.data, bytes(changed))], keys) != [[]], place


def rewritten(change: Callable[[dict[str, object]], object]) -> bytes:
    record = json.loads(a_manifest(OLD).data)
    change(record)
    return canonical(record)


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a blank": lambda data: data.replace(b":", b": ", 1),
    "a line end less": lambda data: data.rstrip(b"\n"),
    "a line end more": lambda data: data + b"\n",
    "a mark before it": lambda data: b"\xef\xbb\xbf" + data,
    "another encoding": lambda data: data.decode().encode("utf-16"),
    "escaped characters": lambda data: (json.dumps(json.loads(data), separators=(",", ":")) + "\n").encode(),
    "a key twice": lambda data: data.replace(b'{"archive"', b'{"archive":"x","archive"', 1),
    "nothing": lambda data: b"",
    "no object": lambda data: b"[]\n",
    "too deep": lambda data: b"[" * 100_000,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_there_is_one_form_even_where_it_is_signed(change: Callable[[bytes], bytes]) -> None:
    """Two texts that say the same would be two manifests of a month."""
    data = change(a_manifest(OLD).data)
    with pytest.raises(NotReadable):
        parse_manifest(data)
    assert problems([Given("x", data, signature(OLD, data))], known(OLD)) != [[]]


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(month="2026-13"),
        lambda record: record.update(format="gazette-archive/manifest/2"),
        lambda record: record.update(previous="x"),
        lambda record: record.update(made="2026-11-01"),
        lambda record: record.update(files=None),
        lambda record: record["files"].append({"sha256": "0"}),
        lambda record: record.pop("key"),
    ],
)
def test_what_lacks_something_is_no_manifest(change: Callable[[dict[str, object]], object]) -> None:
    with pytest.raises(NotReadable):
        parse_manifest(rewritten(change))


def test_another_key_is_not_believed() -> None:
    assert problems([a_manifest(NEW)], known(OLD)) != [[]]
    # It says that it is the old one's, and is not.
    data = a_manifest(OLD).data
    forged = signature(NEW, data).replace(
        key_id(NEW.public_key()).encode(), key_id(OLD.public_key()).encode()
    )
    assert "签名与内容不符" in problems([Given("x", data, forged)], known(OLD))[0][0]
    # Both are known, and the manifest names the other one.
    assert problems([Given("x", data, signature(NEW, data))], known(OLD, NEW)) == [
        ["清单写明的密钥与签名所用的不同"]
    ]
    assert problems([Given("x", data, None)], known(OLD)) == [["没有签名文件"]]


def test_one_signature_has_one_spelling() -> None:
    good = a_manifest(OLD)
    assert good.signature is not None
    assert problems([Given("x", good.data, another_letter(good.signature))], known(OLD)) != [[]]


# --- the chain -----------------------------------------------------------------------------------------
def chain(*keys: Ed25519PrivateKey) -> list[Given]:
    """A manifest a month from November 2026 on, each naming the one before."""
    made: list[Given] = []
    month = "2026-11"
    for key in keys:
        made.append(a_manifest(key, month, made[-1] if made else None))
        month = next_month(month)
    return made


def test_each_names_the_one_before() -> None:
    given = chain(OLD, OLD, OLD)
    assert [one.name for one in given] == ["2026-11.json", "2026-12.json", "2027-01.json"]
    found = judge(list(reversed(given)), known(OLD))
    assert [one.name for one in found] == [one.name for one in given] and all(one.is_good for one in found)


def test_a_manifest_that_was_exchanged_breaks_it() -> None:
    """Signed again with the right key, with a file less: the next one names the other."""
    first, second, third = chain(OLD, OLD, OLD)
    other = a_manifest(OLD, "2026-12", first, files=[])
    assert problems([first, other, third], known(OLD)) == [[], [], ["它所指明的前一份不是 2026-12.json"]]
    assert problems([second, other], known(OLD))[1] == ["2026-12 有两份内容不同的清单"]
    assert problems([first, a_manifest(OLD, "2026-12")], known(OLD))[1] == [
        "它自称是第一份，却有更早的 2026-11.json"
    ]


def test_one_that_is_missing_is_told_and_no_fault() -> None:
    first, _second, third = chain(OLD, OLD, OLD)
    found = judge([first, third], known(OLD))
    assert all(one.is_good for one in found) and found[1].said == ["它的前一份没有给出"]
    (alone,) = judge([third], known(OLD))
    assert alone.is_good and alone.said == ["它的前一份没有给出"]


# --- keys that come and go -------------------------------------------------------------------------------
def test_both_keys_hold_each_for_its_time() -> None:
    given = chain(OLD, OLD, NEW)
    turn = "2027-02-01T00:00:12Z"
    keys = known(OLD, since="2026-12-01T00:00:12Z", until=turn) | known(NEW, since=turn)
    assert problems(given, keys) == [[], [], []]
    late = a_manifest(OLD, "2027-02", given[-1])
    assert "不在密钥使用的时间" in problems([*given, late], keys)[3][0]
    early = a_manifest(NEW, "2026-10")
    assert "不在密钥使用的时间" in problems([early], keys)[0][0]


def test_what_a_revoked_key_signed_counts_where_a_good_one_names_it() -> None:
    given = chain(OLD, OLD, NEW)
    keys = known(OLD, revoked="2027-01-20T00:00:00Z") | known(NEW)
    assert problems(given, keys) == [[], [], []]
    # Without the one that names them, any of them may be forged.
    assert all("已于 2027-01-20T00:00:00Z 作废" in one[0] for one in problems(given[:2], keys))
    forged = a_manifest(OLD, "2026-12", given[0], files=[a_file(b"forged")])
    first, second, third = problems([given[0], forged, given[2]], keys)
    assert "作废" in first[0] and "作废" in second[0] and third == ["它所指明的前一份不是 2026-12.json"]


def test_the_list_of_keys_is_read_as_it_is_written() -> None:
    listed = [
        {
            "id": key_id(key.public_key()),
            "pem": public_pem(key.public_key()),
            "from": "2026-11-01T00:00:12Z",
            "until": None,
            "revoked": revoked,
            "reason": None,
        }
        for key, revoked in ((OLD, "2027-01-20T00:00:00Z"), (NEW, None))
    ]
    keys = parse_keys(keys_text(listed))
    assert list(keys) == [key_id(OLD.public_key()), key_id(NEW.public_key())]
    old = keys[key_id(OLD.public_key())]
    assert (old.since, old.until, old.revoked) == ("2026-11-01T00:00:12Z", "", "2027-01-20T00:00:00Z")
    pem = public_pem(OLD.public_key())
    assert list(parse_keys(f"密钥编号 x\n{pem}".encode())) == [key_id(OLD.public_key())]
    for wrong in (
        b"",
        b"{}",
        b"[]",
        b"null",
        pem.replace("M", "N", 1).encode(),
        keys_text([*listed, listed[0]]),
        keys_text([listed[0] | {"id": "0" * 32}]),
        keys_text([listed[0] | {"until": "some day"}]),
    ):
        with pytest.raises(NotReadable):
            parse_keys(wrong)
