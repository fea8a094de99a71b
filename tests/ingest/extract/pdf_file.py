"""Small PDFs written out by hand: what a real producer writes, and what it should not."""

from collections.abc import Mapping

# a face with Latin letters that every reader has
LATIN = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def pdf_file(
    *contents: str | bytes,
    page: str = "/MediaBox[0 0 595 842]",
    resources: str = f"/Font<</F {LATIN}>>",
    objects: Mapping[int, str | bytes] | None = None,
) -> bytes:
    """A PDF with one page for each content stream; `objects` from number 100 on are the specimen's own.

    It has no table of objects: readers then look for them, so that offsets need no counting.
    """
    kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(len(contents)))
    parts: list[bytes] = [
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
        f"2 0 obj<</Type/Pages/Kids[{kids}]/Count {len(contents)}>>endobj\n".encode(),
    ]
    for i, content in enumerate(contents):
        data = content if isinstance(content, bytes) else content.encode("latin-1")
        parts += [
            f"{10 + 2 * i} 0 obj<</Type/Page/Parent 2 0 R{page}/Resources<<{resources}>>".encode(),
            f"/Contents {11 + 2 * i} 0 R>>endobj\n{11 + 2 * i} 0 obj<</Length {len(data)}>>stream\n".encode(),
            data,
            b"\nendstream endobj\n",
        ]
    for number, body in (objects or {}).items():
        parts += [f"{number} 0 obj".encode(), body if isinstance(body, bytes) else body.encode("latin-1")]
        parts.append(b" endobj\n")
    return b"".join(parts) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def stream(data: bytes, entries: str = "") -> bytes:
    """The body of an object that is a stream."""
    return f"<<{entries}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"


def composite_font(encoding: str, ordering: str = "GB1", more: str = "", outer: str = "") -> str:
    """A font of two-byte codes that is not embedded, as producers of the 1990s wrote them: no ToUnicode."""
    return (
        f"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding {encoding}{outer}/DescendantFonts[<</Type/Font"
        f"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 4>>"
        f"/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4>>{more}>>]>>"
    )
