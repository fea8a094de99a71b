"""Where in a document's text each of its appointments is printed, so that a link can lead to the very line."""

from collections.abc import Sequence

from archive.models import Appointment, Block

# What is shown as a paragraph, and so can carry the place of a line.
_KINDS = {Block.Kind.PARAGRAPH, Block.Kind.HEADING}


def lines_of(
    appointments: Sequence[Appointment], blocks: Sequence[Block]
) -> dict[int, tuple[Appointment, ...]]:
    """For each block (by its primary key) the appointments that it prints, in order.

    Left out is one that no paragraph prints as it is: it stands in a table, or an editor has corrected it.
    """
    texts = [(block.pk, _bare(block.text)) for block in blocks if block.kind in _KINDS]
    found: dict[int, tuple[Appointment, ...]] = {}
    at = 0
    for one in appointments:
        person, post = _bare(one.person), _bare(one.post)
        # Both are in the order printed: of two lines that would do, the next one is meant.
        order = [*range(at, len(texts)), *range(at)]
        place = next((n for n in order if _prints(texts[n][1], person, post)), None)
        if place is not None:
            key, at = texts[place][0], place
            found[key] = (*found.get(key, ()), one)
    return found


def _prints(text: str, person: str, post: str) -> bool:
    name = text.find(person)
    return name >= 0 and text.find(post, name) >= 0


def _bare(text: str) -> str:
    return "".join(text.split())
