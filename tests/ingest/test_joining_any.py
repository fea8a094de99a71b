"""Paragraphs of any words, set at any width and read back from their printed lines."""

from hypothesis import given
from hypothesis import strategies as st

from archive.ingest.layout.paragraphs import join_lines
from archive.ingest.lines import Line

# No stops inside, so that nothing but the edges tells where a paragraph ends; the last sign is a full stop.
CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种"
)
paragraphs = st.lists(
    st.text(alphabet=CHARACTERS, min_size=1, max_size=200).map(lambda text: f"{text}。"),
    min_size=1,
    max_size=8,
)
LEFT, SIZE = 70.0, 10.5


def set_in_type(texts: list[str], width: int, lines_a_page: int) -> list[Line]:
    """The printed lines of paragraphs indented by two ems, `width` ems wide, over as many pages as they need."""
    lines: list[Line] = []
    for text in texts:
        rest, indent = text, 2
        while rest:
            room = width - indent
            # a full stop never begins a line (GB/T 15834): it hangs over the edge
            cut = room + 1 if len(rest) == room + 1 else room
            piece, rest = rest[:cut], rest[cut:]
            number = len(lines)
            top = 100.0 + 16 * (number % lines_a_page)
            x0 = LEFT + indent * SIZE
            x1 = x0 + len(piece) * SIZE
            lines.append(
                Line(
                    piece,
                    page=1 + number // lines_a_page,
                    box=(x0, top, x1, top + SIZE),
                    size=SIZE,
                    starts=float(indent),
                    ends=float(width - indent - len(piece)),
                )
            )
            indent = 0
    return lines


@given(paragraphs, st.integers(12, 45), st.integers(3, 50))
def test_paragraphs_come_back_whole(texts: list[str], width: int, lines_a_page: int) -> None:
    read = join_lines(set_in_type(texts, width, lines_a_page), lambda _text: False)
    assert [paragraph.text for paragraph in read] == texts


@given(paragraphs, st.integers(12, 45))
def test_no_character_is_lost_or_moved(texts: list[str], width: int) -> None:
    lines = set_in_type(texts, width, 30)
    read = join_lines(lines, lambda _text: False)
    assert [line for paragraph in read for line in paragraph.lines] == lines
    assert "".join(paragraph.text for paragraph in read) == "".join(texts)
