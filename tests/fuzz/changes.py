"""Ways to spoil a file. Each takes the bytes and a source of chance, and gives other bytes."""

import io
from collections.abc import Callable
from random import Random

import pikepdf

Change = Callable[[bytes, Random], bytes]

NUMBERS = [
    b"0",
    b"-1",
    b"1e9",
    b"99999999999",
    b"2147483647",
    b"65535",
    b"0.00001",
    b"-0",
    b"--5",
    b".",
    b"1.2.3",
]
WORDS = [
    b"/Type",
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"stream",
    b"endobj",
    b"1 0 R",
    b"null",
    b"Tj",
    b"Do",
    b"\x00",
    b"q",
]


def flip(data: bytes, chance: Random) -> bytes:
    """Some bytes are others."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 100))):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def cut(data: bytes, chance: Random) -> bytes:
    """The file ends early."""
    return data[: chance.randrange(1, len(data))]


def lose(data: bytes, chance: Random) -> bytes:
    """A piece is missing."""
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 3000) :]


def double(data: bytes, chance: Random) -> bytes:
    """A piece stands twice, the second time somewhere else."""
    at, to = chance.randrange(len(data)), chance.randrange(len(data))
    return data[:to] + data[at : at + chance.randrange(1, 3000)] + data[to:]


def insert(data: bytes, chance: Random) -> bytes:
    """Numbers and words of PDF where none belong."""
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data))
        data = data[:at] + b" " + chance.choice(NUMBERS + WORDS) + b" " + data[at:]
    return data


# --- PDF, object by object ------------------------------------------------------------------------------
def _rewritten(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        document.save(target, fix_metadata_version=False)
    return target.getvalue()


def lose_object(data: bytes, chance: Random) -> bytes:
    """An object is nothing, or another one."""

    def change(document: pikepdf.Pdf) -> None:
        objects = [each for each in document.objects if isinstance(each, pikepdf.Dictionary | pikepdf.Stream)]
        one, other = chance.choice(objects), chance.choice(objects)
        holders = [each for each in objects if isinstance(each, pikepdf.Dictionary)]
        for holder in holders:
            for key in list(holder.keys()):
                value = holder[key]
                if isinstance(value, pikepdf.Object) and value.is_indirect and value.objgen == one.objgen:
                    if chance.random() < 0.5:
                        del holder[key]
                    else:
                        holder[key] = other

    return _rewritten(data, change)


def spoil_entries(data: bytes, chance: Random) -> bytes:
    """Entries of dictionaries have values that they should not have."""

    def change(document: pikepdf.Pdf) -> None:
        holders = [each for each in document.objects if isinstance(each, pikepdf.Dictionary | pikepdf.Stream)]
        name, number = pikepdf.Name("/X"), pikepdf.Array([1, pikepdf.Name("/Y")])
        odd = [
            0,
            -1,
            10**12,
            0.5,
            True,
            name,
            number,
            pikepdf.String("x"),
            pikepdf.Array([]),
            pikepdf.Dictionary(),
        ]
        for _ in range(chance.randrange(1, 5)):
            holder = chance.choice(holders)
            keys = [key for key in holder.keys() if key != "/Length"]  # noqa: SIM118
            if keys:
                holder[chance.choice(keys)] = chance.choice([*odd, chance.choice(holders)])

    return _rewritten(data, change)


def _contents(document: pikepdf.Pdf) -> list[pikepdf.Stream]:
    return [
        each
        for each in document.objects
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") != "/Image"
    ]


def swap_streams(data: bytes, chance: Random) -> bytes:
    """Two streams have changed places: a font where a page should be."""

    def change(document: pikepdf.Pdf) -> None:
        streams = _contents(document)
        one, other = chance.choice(streams), chance.choice(streams)
        first, second = one.read_bytes(), other.read_bytes()
        one.write(second)
        other.write(first)

    return _rewritten(data, change)


def spoil_stream(data: bytes, chance: Random) -> bytes:
    """The unpacked data of a stream is spoilt: drawing, fonts, tables of codes."""

    def change(document: pikepdf.Pdf) -> None:
        for _ in range(chance.randrange(1, 4)):
            one = chance.choice(_contents(document))
            inner = one.read_bytes()
            if inner:
                one.write(chance.choice((flip, lose, double, insert, change_numbers))(inner, chance))

    return _rewritten(data, change)


def change_numbers(data: bytes, chance: Random) -> bytes:
    """Numbers are others: places, sizes, matrices."""
    words = data.split(b" ")
    places = [i for i, word in enumerate(words) if word.strip(b"+-.0123456789") == b"" and word]
    for _ in range(chance.choice((1, 5, 50))):
        if places:
            words[chance.choice(places)] = chance.choice([*NUMBERS, b"%d" % chance.randrange(-2000, 2000)])
    return b" ".join(words)


# --- text -----------------------------------------------------------------------------------------------
def mix_lines(data: bytes, chance: Random) -> bytes:
    """Lines are lost, doubled, joined or in another order."""
    lines = data.split(b"\n")
    for _ in range(chance.choice((1, 5, 30))):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                lines.insert(at, b"")
            case 3 if at + 1 < len(lines):
                lines[at : at + 2] = [lines[at] + lines[at + 1]]
            case _:
                lines.insert(chance.randrange(len(lines)), lines.pop(at))
    return b"\n".join(lines)


# What print is made of, where it hurts most.
SIGNS = "〔〕[]（）()《》“”、。：；，.①一二十百零〇○０1年月日号第附件目录章条节表：:\t\u3000 \u200b⼀\U00020000\ue000令为任免去"


def mix_signs(data: bytes, chance: Random) -> bytes:
    """Characters are put in, taken out and exchanged."""
    signs = list(data.decode("utf-8", "replace"))
    for _ in range(chance.choice((1, 20, 300))):
        at = chance.randrange(len(signs))
        match chance.randrange(3):
            case 0 if len(signs) > 1:
                del signs[at]
            case 1:
                signs.insert(at, chance.choice(SIGNS))
            case _:
                signs[at] = chance.choice(SIGNS)
    return "".join(signs).encode()


def numbers_of_text(data: bytes, chance: Random) -> bytes:
    """Digits are others, and some numbers very long."""
    text = list(data.decode("utf-8", "replace"))
    places = [i for i, char in enumerate(text) if char.isdigit()]
    for _ in range(chance.choice((1, 20, 200))):
        if places:
            text[chance.choice(places)] = chance.choice(
                ["", "0", "9", "99", "9" * 30, "〇", "十", "Ⅻ", "²", "٣", "l", "O"]
            )
    return "".join(text).encode()


OF_BYTES: tuple[Change, ...] = (flip, cut, lose, double, insert)
OF_PDF: tuple[Change, ...] = (lose_object, spoil_entries, swap_streams, spoil_stream)
OF_TEXT: tuple[Change, ...] = (mix_lines, mix_signs, numbers_of_text)


def spoilt(data: bytes, chance: Random) -> tuple[bytes, str]:
    """(the file changed in one to three ways, the names of the ways)."""
    names = []
    pdf = data.startswith(b"%PDF")
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change = chance.choice(OF_BYTES * (2 if pdf else 1) + (OF_PDF * 3 if pdf else OF_TEXT * 4))
        try:
            data = change(data, chance) or b"x"
        except (
            pikepdf.PdfError,
            ValueError,
            TypeError,
            RuntimeError,
            KeyError,
            NotImplementedError,
            IndexError,
        ):
            continue  # too spoilt already to be changed object by object
        names.append(change.__name__)
    return data, "+".join(names)
