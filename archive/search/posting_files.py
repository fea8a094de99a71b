"""Whoosh's files of terms and postings, written and read a list at a time.

Whoosh's own writer takes one posting after the other through several layers, 12 to 17 s of CPU for a million
characters; here a list of document numbers becomes one block at once. The files are those that Whoosh's readers
expect, and segments of Whoosh's own writer may stand beside them. This reaches inside Whoosh, so `posting_writer`
uses it only with versions that it was tried with, and a test compares it with Whoosh's writer term by term.
"""

import os
import pickle
import zlib
from array import array
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import accumulate
from operator import sub
from struct import Struct, pack, unpack_from
from typing import Any

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3TermInfo
from whoosh.filedb.filetables import HashWriter, OrderedHashReader, OrderedHashWriter
from whoosh.util.numlists import GrowableArray

# A list this long or shorter stands with its term: a block's head alone is as long as 30 numbers.
_INLINE = 24
# Numbers in a block; Whoosh's 128 make blocks whose heads are longer than their data.
_BLOCK = 1 << 15
# Data shorter than this grows when it is compressed.
_COMPRESSED_FROM = 64
_COMPRESSION = 1
# inlined; weight, documents; least and greatest length, greatest weight; first and last document
_INFO = W3TermInfo._struct
_EXTENT = Struct("!qi")
_LENGTHS = Struct("!ii")
_POINTER = Struct("!Iq")
_READ_AHEAD = 1 << 20

# A field, a term of it, and the numbers of its documents, ascending.
PostingList = tuple[str, bytes, Sequence[int]]


class TermFile(OrderedHashWriter):
    """Whoosh's file of terms; held in arrays while it is written, 20 bytes a term where Whoosh needs 200."""

    def __init__(self, file: Any) -> None:
        # By CRC32, which Whoosh reads as well: MD5, its own choice, takes ten times as long.
        HashWriter.__init__(self, file, hashtype=1)
        self.index = GrowableArray()
        self.lastkey = b""
        self._at = file.tell()
        self._starts = array("q")
        self._hashes = [array("I") for _ in range(256)]
        self._places = [array("q") for _ in range(256)]

    def add(self, key: bytes, value: bytes) -> None:
        if key <= self.lastkey:
            raise ValueError(f"terms must ascend: {self.lastkey!r} before {key!r}")
        self.lastkey = key
        self.dbfile.write(b"".join((_LENGTHS.pack(len(key), len(value)), key, value)))
        hashed = self.hashfn(key)
        self._starts.append(self._at)
        self._hashes[hashed & 255].append(hashed)
        self._places[hashed & 255].append(self._at)
        self._at += _LENGTHS.size + len(key) + len(value)

    def _write_hashes(self) -> None:
        at = self._at
        for hashes, places in zip(self._hashes, self._places, strict=True):
            slots = 2 * len(hashes)
            self.directory.append((at, slots))
            table = bytearray(slots * _POINTER.size)
            taken = bytearray(slots)
            for hashed, place in zip(hashes, places, strict=True):
                slot = (hashed >> 8) % slots
                while taken[slot]:
                    slot = (slot + 1) % slots
                taken[slot] = 1
                _POINTER.pack_into(table, slot * _POINTER.size, hashed, place)
            self.dbfile.write(table)
            at += len(table)

    def _write_extras(self) -> None:
        code = next(code for code, limit in (("H", 16), ("i", 31), ("q", 63)) if self._at < 1 << limit)
        self.index.array = array(code, self._starts)
        super()._write_extras()


class PostingFiles:
    """Writes the terms and postings of one segment, which come in order of field and term."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._terms = TermFile(segment.create_file(storage, W3Codec.TERMS_EXT))
        self._postings = segment.create_file(storage, W3Codec.POSTS_EXT)
        self._fields: dict[str, int] = {}
        self._terms.extras["fieldmap"] = self._fields
        self._at = 0

    def add(self, field: str, term: bytes, numbers: Sequence[int]) -> None:
        """Write the list of a term."""
        count = len(numbers)
        inlined = count <= _INLINE
        info = _INFO.pack(inlined, float(count), count, 0, 0, 1.0, numbers[0], numbers[-1])
        if inlined:
            # No weights means 1 each.
            value = pickle.dumps((tuple(numbers), (), ()), 3)
        else:
            data = _blocks(numbers)
            self._postings.write(data)
            value = _EXTENT.pack(self._at, len(data))
            self._at += len(data)
        identifier = self._fields.setdefault(field, len(self._fields))
        self._terms.add(pack("!H", identifier) + term, info + value)

    def close(self) -> None:
        self._terms.close()
        self._postings.close()


def _blocks(numbers: Sequence[int]) -> bytes:
    """A list as Whoosh's blocks: a length (negative: the last), what is in it, the differences."""
    parts = [WHOOSH3_HEADER_MAGIC]
    for start in range(0, len(numbers), _BLOCK):
        block = numbers[start : start + _BLOCK]
        # Bytes where all differences fit: Whoosh takes any row of integers.
        gaps = [block[0], *map(sub, block[1:], block)]
        ids: Any = bytes(gaps) if max(gaps) < 256 else tuple(gaps)
        data = pickle.dumps((ids, None, None), 3)
        level = 0
        if len(data) >= _COMPRESSED_FROM:
            data, level = zlib.compress(data, _COMPRESSION), _COMPRESSION
        head = pickle.dumps((len(block), block[-1], 1.0, level, 0, 0), 2)
        size = len(head) + len(data)
        parts += [pack("!i", -size if start + _BLOCK >= len(numbers) else size), head, data]
    return b"".join(parts)


def read_lists(storage: Any, segment: Any) -> Iterator[PostingList]:
    """All lists of a segment in order, through plain files: mapped ones would fill the memory with read pages."""
    names = [segment.make_filename(extension) for extension in (W3Codec.TERMS_EXT, W3Codec.POSTS_EXT)]
    table = OrderedHashReader(storage.open_file(names[0]), storage.file_length(names[0]))
    fields = {number: name for name, number in table.extras["fieldmap"].items()}
    start, end = table.startofdata, table.endofdata
    table.close()
    with (
        open(os.path.join(storage.folder, names[0]), "rb", _READ_AHEAD) as terms,
        open(os.path.join(storage.folder, names[1]), "rb", _READ_AHEAD) as postings,
    ):
        terms.seek(start)
        while start < end:
            key_length, value_length = _LENGTHS.unpack(terms.read(_LENGTHS.size))
            key, value = terms.read(key_length), terms.read(value_length)
            start += _LENGTHS.size + key_length + value_length
            if value[0]:
                numbers = pickle.loads(value[_INFO.size :])[0]
            else:
                offset, length = _EXTENT.unpack_from(value, _INFO.size)
                postings.seek(offset)
                numbers = _numbers(postings.read(length))
            yield fields[key[0] << 8 | key[1]], key[2:], numbers


def _numbers(data: bytes) -> Sequence[int]:
    """The numbers of one list as it stands in the file."""
    numbers = array("I")
    at, length = len(WHOOSH3_HEADER_MAGIC), 1
    while length > 0:
        (length,) = unpack_from("!i", data, at)
        block = BytesIO(data[at + 4 : at + 4 + abs(length)])
        level = pickle.load(block)[3]
        rest = block.read()
        numbers.extend(accumulate(pickle.loads(zlib.decompress(rest) if level else rest)[0]))
        at += 4 + abs(length)
    return numbers
