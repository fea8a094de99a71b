"""Nothing of one page of a PDF goes out with another, however the file ties them together."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from archive.bare_pages import make_bare
from archive.pictures import failure_of, folder_of, masked_pdf

SHA = "a" * 64
SECRET, SHOWN = 11, 12


def picture(pdf: pikepdf.Pdf, width: int) -> Any:
    """A picture, known by its width."""
    size = {"Width": width, "Height": 8, "BitsPerComponent": 8, "ColorSpace": Name.DeviceGray}
    return pdf.make_indirect(Stream(pdf, bytes(width * 8), Type=Name.XObject, Subtype=Name.Image, **size))


def form(pdf: pikepdf.Pdf, content: bytes, **more: Any) -> Any:
    return pdf.make_indirect(Stream(pdf, content, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]), **more))


def two_pages(content: bytes, **lists: Any) -> pikepdf.Pdf:
    """Two pages with one list of resources on the branch above both; the first shows what is secret."""
    pdf = pikepdf.new()
    images = Dictionary(Im1=picture(pdf, SECRET), Im2=picture(pdf, SHOWN))
    resources = Dictionary(XObject=images)
    for one in (b"/Im1 Do", content):
        pdf.add_blank_page(page_size=(300, 400))
        del pdf.pages[-1].obj["/Resources"]
        pdf.pages[-1].Contents = Stream(pdf, one)
    for kind, make in lists.items():
        if f"/{kind}" not in resources:
            resources[f"/{kind}"] = Dictionary()
        for name, found in make(pdf, images).items():
            resources[f"/{kind}"][f"/{name}"] = found
    pdf.Root.Pages.Resources = pdf.make_indirect(resources)
    return pdf


def widths(pdf: pikepdf.Pdf) -> list[int]:
    """How wide each picture in the file is, shown or not."""
    data = io.BytesIO()
    pdf.save(data)
    with pikepdf.open(data) as read:
        found: Iterator[Any] = (one for one in read.objects if isinstance(one, Stream))
        return sorted(int(one.Width) for one in found if one.get("/Subtype") == "/Image")


def alone(pdf: pikepdf.Pdf) -> list[int]:
    """The pictures in a file of the second page."""
    made = pikepdf.new()
    page = pdf.pages[1]
    make_bare(page)
    made.pages.append(page)
    return widths(made)


@pytest.mark.parametrize(
    "content",
    [
        b"q 9 0 0 9 0 0 cm /Im2 Do Q",
        b"/Im#32 Do",
        b"<zz> ]] /Im2 Do",
        b"(not closed /Im2 Do",
        b"/Im2 Do BI /W 4 ID x",
    ],
    ids=["plain", "escaped", "bad tokens", "bad string", "bad picture"],
)
def test_a_page_keeps_the_pictures_that_it_names(content: bytes) -> None:
    assert alone(two_pages(content)) == [SHOWN]


def test_a_page_without_content_keeps_none() -> None:
    pdf = two_pages(b"")
    del pdf.pages[1].obj["/Contents"]
    assert alone(pdf) == []


def test_content_in_several_streams_is_read_whole() -> None:
    pdf = two_pages(b"")
    pdf.pages[1].Contents = Array([pdf.make_indirect(Stream(pdf, one)) for one in (b"q", b"/Im2 Do", b"Q")])
    assert alone(pdf) == [SHOWN]


@pytest.mark.parametrize("kind", ["Pattern", "ExtGState", "Font"])
def test_what_draws_by_itself_goes_with_the_page_that_names_it(kind: str) -> None:
    """A pattern, a state of graphics with a mask, letters that are drawn: each draws a picture of its own."""

    def make(pdf: pikepdf.Pdf, _images: Any) -> dict[str, Any]:
        drawn = Dictionary(XObject=Dictionary(I=picture(pdf, 20), J=picture(pdf, 21)))
        if kind == "Pattern":
            one = pdf.make_indirect(Stream(pdf, b"/I Do", PatternType=1, Resources=drawn))
        elif kind == "ExtGState":
            one = Dictionary(SMask=Dictionary(S=Name.Luminosity, G=form(pdf, b"/I Do", Resources=drawn)))
        else:
            letters = Dictionary(a=pdf.make_indirect(Stream(pdf, b"/I Do")))
            one = Dictionary(Subtype=Name.Type3, CharProcs=letters, Resources=drawn)
        return {"X": pdf.make_indirect(one)}

    assert alone(two_pages(b"/Im2 Do", **{kind: make})) == [SHOWN]
    assert alone(two_pages(b"/Im2 Do /X use", **{kind: make})) == [SHOWN, 20]


def test_forms_bring_only_what_they_draw() -> None:
    def make(pdf: pikepdf.Pdf, images: Any) -> dict[str, Any]:
        ring = form(pdf, b"/Im2 Do /Ring Do", Resources=Dictionary(XObject=images))
        images["/Ring"] = ring
        return {"Own": ring, "Bare": form(pdf, b"/Im2 Do")}

    for content in (b"/Own Do", b"/Bare Do"):
        assert alone(two_pages(content, XObject=make)) == [SHOWN]


def test_letters_without_resources_are_drawn_with_those_of_the_page() -> None:
    def make(pdf: pikepdf.Pdf, _images: Any) -> dict[str, Any]:
        letters = Dictionary(a=pdf.make_indirect(Stream(pdf, b"/Im2 Do")))
        return {"F": Dictionary(Subtype=Name.Type3, CharProcs=letters)}

    assert alone(two_pages(b"/F 9 Tf (a) Tj", Font=make)) == [SHOWN]


def test_what_leads_out_of_a_page_is_left_behind() -> None:
    pdf = two_pages(b"/Im2 Do")
    field = pdf.make_indirect(Dictionary(T="name", Kids=Array([Dictionary(V="secret", AP=picture(pdf, 30))])))
    pdf.pages[1].Annots = Array([Dictionary(Subtype=Name.Widget, Parent=field)])
    pdf.pages[1].PieceInfo = Dictionary(Office=picture(pdf, 31))
    assert alone(pdf) == [SHOWN]


def mask(folder: Path) -> Path:
    path = folder / "mask.webp"
    Image.new("RGB", (30, 40)).save(path, "WEBP")
    return path


def test_nothing_of_a_masked_page_is_left_in_the_public_file(tmp_path: Path, data_folder: Path) -> None:
    two_pages(b"<zz> /Im2 Do").save(tmp_path / "shared.pdf")
    masked = masked_pdf(lambda: tmp_path / "shared.pdf", SHA, [(1, mask(tmp_path), 300, 400)], "masks")
    assert masked is not None
    with pikepdf.open(masked) as pdf:
        assert widths(pdf) == [SHOWN, 30]
        assert (len(pdf.pages), pdf.pages[1].mediabox) == (2, [0, 0, 300, 400])


def test_a_file_with_a_page_that_cannot_be_decoded_is_kept_back(tmp_path: Path, data_folder: Path) -> None:
    pdf = two_pages(b"")
    pdf.pages[1].Contents = Stream(pdf, b"not packed at all", Filter=Name.RunLengthDecode, DecodeParms=None)
    pdf.pages[1].Contents.write(b"\x00\xff\xff", filter=Name.JBIG2Decode)
    pdf.save(tmp_path / "odd.pdf")
    assert masked_pdf(lambda: tmp_path / "odd.pdf", SHA, [(1, mask(tmp_path), 300, 400)], "masks") is None
    assert failure_of(folder_of(SHA) / "masked-bare-masks.pdf").exists()
