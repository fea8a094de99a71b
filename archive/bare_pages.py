"""A page of a PDF without anything that it does not show itself, so that it can go out while others stay.

Its text is put before programs that run alone (pictures.py, cut_pages.py), so it knows nothing of the project.
"""

import re
from typing import Any

import pikepdf

# What a page is drawn with. The rest leads out of it: links, form fields, threads, tags, what programs keep of it.
_KEPT = {
    *("/Type", "/Parent", "/Resources", "/Contents", "/Group", "/Rotate", "/UserUnit"),
    *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"),
}
# /Im1 of "/Im1 Do"; a name may be written in part as #49m1
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def make_bare(page: pikepdf.Page) -> None:
    """Take from the page what leads out of it, and from its resources what its content does not name.

    Many producers give all pages one list of resources, by which a page brings the pictures of all others along.
    Raises pikepdf.PdfError where the content cannot be decoded, for then nobody knows what it shows.
    """
    for key, _value in list(page.obj.items()):
        if key not in _KEPT:
            del page.obj[key]
    content: Any = page.obj.get("/Contents")
    streams = list(content) if isinstance(content, pikepdf.Array) else [content]
    data = b"\n".join(one.read_bytes() for one in streams if isinstance(one, pikepdf.Stream))
    page.obj["/Resources"] = _named(_resources(page), data, set())


def _resources(page: pikepdf.Page) -> Any:
    """Its own list or that of the nearest branch above it; None without any. Damaged files have branches in a ring."""
    at: Any = page.obj
    for _ in range(50):
        if at is None or "/Resources" in at:
            break
        at = at.get("/Parent")
    return at and at.get("/Resources")


def _named(resources: Any, data: bytes, seen: set[tuple[int, int]]) -> pikepdf.Dictionary:
    """A copy of `resources` with only what the content `data` names, and so on in what is named."""
    kept = pikepdf.Dictionary()
    if not isinstance(resources, pikepdf.Dictionary):
        return kept
    lists = [(kind, some) for kind, some in resources.items() if isinstance(some, pikepdf.Dictionary)]
    names, new = set[str](), _names(data)
    while new:
        names |= new
        found = [(kind, name, one) for kind, some in lists for name, one in some.items() if name in new]
        for kind, name, one in found:
            if kind not in kept:
                kept[kind] = pikepdf.Dictionary()
            kept[kind][name] = one
        drawing = [_what_draws(one) for _kind, _name, one in found]
        # What has no resources of its own is drawn with those of what it stands in.
        new = set[str]().union(*(_names(_content(one)) for one in drawing if not _has_own(one))) - names
        for one in drawing:
            if _has_own(one) and one.objgen not in seen:
                if one.objgen != (0, 0):
                    seen.add(one.objgen)
                one["/Resources"] = _named(one["/Resources"], _content(one), seen)
    return kept


def _what_draws(one: Any) -> Any:
    """The form that a state of graphics takes for its mask; of all else the same."""
    mask = one.get("/SMask") if isinstance(one, pikepdf.Dictionary) else None
    return mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else one


def _has_own(one: Any) -> bool:
    return isinstance(one, pikepdf.Dictionary | pikepdf.Stream) and "/Resources" in one


def _content(one: Any) -> bytes:
    """What a form or a pattern draws, or the letters of a font that are drawn; b"" for pictures and all else."""
    if isinstance(one, pikepdf.Stream):
        return one.read_bytes() if one.get("/Subtype") == "/Form" or "/PatternType" in one else b""
    letters = one.get("/CharProcs") if isinstance(one, pikepdf.Dictionary) else None
    streams = [letter for _name, letter in letters.items()] if isinstance(letters, pikepdf.Dictionary) else []
    return b"\n".join(letter.read_bytes() for letter in streams if isinstance(letter, pikepdf.Stream))


def _names(data: bytes) -> set[str]:
    found = {_ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), name) for name in _NAME.findall(data)}
    return {"/" + name.decode("utf-8", "surrogateescape") for name in found}
