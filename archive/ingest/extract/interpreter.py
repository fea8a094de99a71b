"""Draws the pages of a PDF on a device: pdfminer's interpreter with our scanner, within limits."""

from collections.abc import Callable, Sequence
from typing import Any

from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, num_value, resolve1

from archive.ingest.extract.content import DamagedContent, TooMuchContent, operators, stream_bytes
from archive.ingest.extract.fonts import UnnamedFont

MAX_OPERATORS_A_PAGE = 1_000_000
# To enter a form costs as much as so many other operators.
COST_OF_A_FORM = 50
MAX_FORMS_DEEP = 30
MAX_STATES_DEEP = 5_000
# A4, where a page does not say how large it is
USUAL = (0.0, 0.0, 595.0, 842.0)
SMALLEST, LARGEST = 10.0, 20_000.0

# What moves the pen, draws or places text. Colours, dashes, clips and marks of content change nothing that is read.
_DRAWING = "q Q cm m l c v y h re S s f F f* B B* b b* n BT Tc Tw Tz TL Tf Tr Ts Td TD Tm T* Tj TJ ' \" Do EI"


def _drawing() -> dict[bytes, tuple[str, int]]:
    """Operator → the method of the interpreter and how many operands it takes."""
    table = {}
    for operator in _DRAWING.split():
        method = "do_" + operator.replace("*", "_a").replace('"', "_w").replace("'", "_q")
        code = getattr(PDFPageInterpreter, method).__code__
        table[operator.encode()] = (method, code.co_argcount - 1)
    return table


DRAWING = _drawing()

Box = tuple[float, float, float, float]


def frame(page: PDFPage) -> Box:
    """The part of the page that is seen: its crop box within its media box, corners in order."""
    media = _box(page.mediabox) or USUAL
    crop = _box(page.cropbox)
    if crop:
        x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
        x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
        if x1 - x0 >= SMALLEST and y1 - y0 >= SMALLEST:
            return x0, y0, x1, y1
    return media


def _box(corners: Any) -> Box | None:
    """The box with its corners in order, None where it is no page."""
    try:
        x0, x1 = sorted((float(corners[0]), float(corners[2])))
        y0, y1 = sorted((float(corners[1]), float(corners[3])))
    except (TypeError, ValueError, IndexError):
        return None
    if SMALLEST <= x1 - x0 <= LARGEST and SMALLEST <= y1 - y0 <= LARGEST:
        return x0, y0, x1, y1
    return None


def user_unit(page: PDFPage) -> float:
    """How many points a unit of the page is; 1 where nothing sensible is said."""
    try:
        unit = float(num_value(resolve1(page.attrs.get("UserUnit", 1))))
    except (TypeError, ValueError):
        return 1.0
    return unit if 0.01 <= unit <= 100 else 1.0


class PageInterpreter(PDFPageInterpreter):
    """Interprets what draws and places text. Raises TooMuchContent, or what pdfminer raises at a damaged page."""

    # of the page that is drawn, shared with the forms in it
    damaged = False

    # pdfminer knows it as a device of any kind
    device: Any

    def __init__(self, resources: Any, device: Any, outer: "PageInterpreter | None" = None) -> None:
        super().__init__(resources, device)
        self.page: PageInterpreter = outer.page if outer else self
        self.depth: int = outer.depth + 1 if outer else 0
        self.spent = 0

    def dup(self) -> "PageInterpreter":
        return self.__class__(self.rsrcmgr, self.device, self)

    def process_page(self, page: PDFPage) -> None:
        """Draw one page with the lower left corner of what is seen of it at the origin, turned as it is read."""
        x0, y0, x1, y1 = frame(page)
        u = user_unit(page)
        turn = page.rotate // 90 % 4
        width, height = (x1 - x0) * u, (y1 - y0) * u
        ctm = (
            (u, 0, 0, u, -x0 * u, -y0 * u),
            (0, -u, u, 0, -y0 * u, x1 * u),
            (-u, 0, 0, -u, x1 * u, y1 * u),
            (0, u, -u, 0, y1 * u, -x0 * u),
        )[turn]
        self.spent, self.damaged = 0, False
        self.device.start_page(*((height, width) if turn % 2 else (width, height)))
        self.render_contents(page.resources, page.contents, ctm=ctm)

    def execute(self, streams: Sequence[object]) -> None:
        data = self._data(streams)
        drawing = DRAWING
        methods: dict[bytes, tuple[Callable[..., None], int]] = {}
        spent = 0
        for operator, operands in operators(data):
            spent += 1
            if spent >= 1000:
                self._spend(spent)
                spent = 0
            entry = methods.get(operator)
            if entry is None:
                known = drawing.get(operator)
                if known is None:
                    continue
                entry = methods[operator] = (getattr(self, known[0]), known[1])
            method, count = entry
            if not count:
                method()
            elif len(operands) == count:
                method(*operands)
            elif len(operands) > count:
                method(*operands[-count:])
        self._spend(spent)

    def _spend(self, operators_done: int) -> None:
        self.page.spent += operators_done
        if self.page.spent > MAX_OPERATORS_A_PAGE:
            raise TooMuchContent(f"more than {MAX_OPERATORS_A_PAGE} operators")

    def _data(self, streams: Sequence[object]) -> bytes:
        """The streams as one; those that are being drawn already are left out, or they would never end."""
        self.stream_ids.clear()
        parts = []
        for each in streams:
            stream = resolve1(each)
            if not isinstance(stream, PDFStream):
                # it has been lost, and with it what it drew
                self.page.damaged = True
                continue
            if stream.objid is not None:
                if stream.objid in self.parent_stream_ids:
                    continue
                self.stream_ids.add(stream.objid)
            try:
                parts.append(stream_bytes(stream))
            except DamagedContent as error:
                self.page.damaged = True
                parts.append(error.data)
        return b"\n".join(parts)

    def do_q(self) -> None:
        if len(self.gstack) >= MAX_STATES_DEEP:
            raise TooMuchContent("states within states")
        super().do_q()

    def do_Do(self, xobjid_arg: Any) -> None:
        if not hasattr(xobjid_arg, "name"):
            return
        if self.depth >= MAX_FORMS_DEEP:
            raise TooMuchContent("forms within forms")
        self._spend(COST_OF_A_FORM)
        super().do_Do(xobjid_arg)

    def do_TJ(self, seq: Any) -> None:
        # pdfminer copies the graphic state for every string; this device has no use for it
        if self.textstate.font is not None and isinstance(seq, list):
            self.device.render_string(self.textstate, seq, None, None)

    def do_Tf(self, fontid: Any, fontsize: Any) -> None:
        if not hasattr(fontid, "name"):
            return
        if fontid.name not in self.fontmap:
            # pdfminer would take a Latin face, and give out other characters than those printed
            self.fontmap[fontid.name] = UnnamedFont(2)
        super().do_Tf(fontid, fontsize)

    def do_EI(self, obj: Any) -> None:
        if isinstance(obj, dict):
            self.device.render_image("", PDFStream({}, b""))
