"""Sheets as drawn to pages as read: the steps of layout in their order."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from archive.ingest.layout.columns import column_edges, find_gutter, reading_order, segments_to_line
from archive.ingest.layout.furniture import find_furniture, printed_numbers, split_furniture
from archive.ingest.layout.rows import Segment, glyphs_to_rows, row_to_segments
from archive.ingest.layout.spreads import cut_spreads, join_halves
from archive.ingest.layout.tables import continues, find_tables, join_tables
from archive.ingest.lines import Page, RuledTable, Sheet

HEAVY_FONTS = ("bold", "hei", "black", "heavy")


def sheets_to_pages(
    sheets: Iterable[Sheet], progress: Callable[[int, int | None], None] | None = None
) -> list[Page]:
    """The pages of one file in reading order, without running heads, ruled tables joined over pages."""
    drawn = []
    sizes: Counter[float] = Counter()
    whole = list(sheets)
    halves = cut_spreads(whole)
    for sheet in (half.sheet for half in halves):
        tables, glyphs = find_tables(sheet.number, sheet.glyphs, sheet.rules)
        rows = glyphs_to_rows(glyphs)
        for row in rows:
            sizes[round(row[len(row) // 2].size * 2) / 2] += len(row)
        drawn.append((sheet, tables, rows))
    body_size = sizes.most_common(1)[0][0] if sizes else 10.5
    heads = [(sheet.height, [row_to_segments(row) for row in rows]) for sheet, _, rows in drawn]
    recurring = find_furniture(heads)
    pages: list[Page] = []
    cut = [split_furniture(height, rows, recurring) for height, rows in heads]
    numbers = printed_numbers([number for _, _, number in cut])
    gutter = find_gutter(
        [
            (sheet.width, [[glyph for segment in row for glyph in segment.glyphs] for row in rows])
            for (sheet, _, _), (rows, _, _) in zip(drawn, cut, strict=True)
        ],
        body_size,
    )
    ordered = [
        reading_order(rows, tables, gutter) for (_, tables, _), (rows, _, _) in zip(drawn, cut, strict=True)
    ]
    edges = column_edges(
        [(column, item[0]) for page in ordered for column, item in page if isinstance(item, list)], body_size
    )
    for (sheet, _, _), (_, furniture, _), items, number in zip(drawn, cut, ordered, numbers, strict=True):
        pages.append(
            Page(
                number=sheet.number,
                width=sheet.width,
                height=sheet.height,
                printed_number=number,
                items=tuple(
                    segments_to_line(item, sheet.number, column, edges.get(column), is_bold(item))
                    if isinstance(item, list)
                    else item
                    for column, item in items
                ),
                furniture=tuple(furniture),
                readable=bool(sheet.glyphs),
                undefined_glyphs=sheet.undefined_glyphs,
                text=sheet.text if sheet.glyphs else "",
            )
        )
        if progress:
            progress(sheet.number, len(drawn))
    return join_halves(halves, join_over_pages(pages), whole)


def is_bold(parts: list[Segment]) -> bool:
    """True when most glyphs are of a heavy face (黑体 or a bold cut)."""
    glyphs = [glyph for part in parts for glyph in part.glyphs]
    heavy = sum(1 for glyph in glyphs if any(name in glyph.font.lower() for name in HEAVY_FONTS))
    return heavy * 2 > len(glyphs)


def join_over_pages(pages: list[Page]) -> list[Page]:
    """A table that ends a page and goes on at the head of the next becomes one, on the page where it begins."""
    result: list[Page] = []
    for page in pages:
        items = list(page.items)
        while items and isinstance(lower := items[0], RuledTable):
            before = next((p for p in reversed(result) if p.items), None)
            upper = before.items[-1] if before else None
            if before is None or not isinstance(upper, RuledTable) or not continues(upper, lower):
                break
            joined = replace(before, items=(*before.items[:-1], join_tables(upper, lower)))
            result[result.index(before)] = joined
            items.pop(0)
        result.append(replace(page, items=tuple(items)))
    return result
