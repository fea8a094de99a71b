"""Sheets as drawn to pages as read: the steps of layout in their order."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from archive.ingest.layout.columns import column_edges, full_width, reading_order, segments_to_line
from archive.ingest.layout.footnotes import with_footnotes_behind
from archive.ingest.layout.furniture import figures_of_text, find_furniture, printed_numbers, split_furniture
from archive.ingest.layout.gutters import Form, page_gutters
from archive.ingest.layout.hanging import with_hanging_indents
from archive.ingest.layout.rows import Segment, glyphs_to_rows, row_to_segments
from archive.ingest.layout.sideways import Sideways, sideways_furniture, sideways_of
from archive.ingest.layout.spreads import cut_spreads, join_halves
from archive.ingest.layout.stacks import edges_beside, headings_first, take_stacks
from archive.ingest.layout.tables import continues, find_tables, join_tables
from archive.ingest.layout.unruled import find_runs, with_lists, without_runs
from archive.ingest.layout.vertical import is_vertical, laid_down, stood_up
from archive.ingest.lines import Glyph, Page, RuledTable, Sheet

HEAVY_FONTS = ("bold", "hei", "black", "heavy")


def sheets_to_pages(
    sheets: Iterable[Sheet], progress: Callable[[int, int | None], None] | None = None
) -> list[Page]:
    """The pages of one file in reading order, without running heads, ruled tables joined over pages."""
    drawn: list[tuple[Sheet, list[RuledTable], list[list[Glyph]]]] = []
    sizes: Counter[float] = Counter()
    # by place in `drawn`, the rows in the margins of pages that are set from top to bottom
    margins: dict[int, list[list[Glyph]]] = {}
    # for each of `drawn`, the headings that run down its side
    stacks: list[list[Segment]] = []
    # for each of `drawn`, what is set at quarter turns and stands in no table
    sideways: list[list[Sideways]] = []
    whole = list(sheets)
    halves = cut_spreads(whole)
    for sheet in (half.sheet for half in halves):
        tables, glyphs, beside = find_tables(
            sheet.number, sheet.glyphs, sheet.rules, sheet.height, sideways_of(sheet)
        )
        sideways.append(beside)
        rows = glyphs_to_rows(glyphs)
        if is_vertical(glyphs, rows):
            sheet, margins[len(drawn)] = laid_down(sheet, rows)
            tables, rows = [], glyphs_to_rows(list(sheet.glyphs))
            stacks.append([])
        else:
            rows, headings = take_stacks(rows)
            stacks.append(headings)
        for row in rows:
            sizes[round(row[len(row) // 2].size * 2) / 2] += len(row)
        drawn.append((sheet, tables, rows))
    body_size = sizes.most_common(1)[0][0] if sizes else 10.5
    heads = [(sheet.height, [row_to_segments(row) for row in rows]) for sheet, _, rows in drawn]
    recurring = find_furniture(heads)
    pages: list[Page] = []
    cut = [split_furniture(height, rows, recurring) for height, rows in heads]
    for i, rows in margins.items():
        _, taken, number = split_furniture(0.0, [row_to_segments(row) for row in rows], set())
        cut[i] = (cut[i][0], cut[i][1] + taken, number)
    turned = sideways_furniture([sheet for sheet, _, _ in drawn], sideways, recurring)
    cut = [
        (rows, furniture + taken, printed if number is None else number)
        for (rows, furniture, printed), (taken, number, _) in zip(cut, turned, strict=True)
    ]
    numbers = printed_numbers([number for _, _, number in cut])
    for i, figures in enumerate(figures_of_text([furniture for _, furniture, _ in cut], numbers)):
        if figures and i not in margins:
            rows_left, taken, _ = split_furniture(*heads[i], recurring, figures)
            cut[i] = (rows_left, taken + turned[i][0], numbers[i])
    forms = pages_to_forms([sheet for sheet, _, _ in drawn], [rows for rows, _, _ in cut])
    gutters = page_gutters(forms, body_size)
    lists = [
        [] if i in margins else find_runs(sheet.number, rows, page, headed_only=bool(page))
        for i, ((sheet, _, _), (rows, _, _), page) in enumerate(zip(drawn, cut, gutters, strict=True))
    ]
    if any(lists):
        # a list over both columns of a page tells nothing of its gutter
        cut = [
            (without_runs(rows, runs), furniture, number)
            for (rows, furniture, number), runs in zip(cut, lists, strict=True)
        ]
        forms = pages_to_forms([sheet for sheet, _, _ in drawn], [rows for rows, _, _ in cut])
        gutters = page_gutters(forms, body_size)
    ordered = [
        headings_first(
            with_lists(
                reading_order(
                    [*rows, *([stack] for stack in headings)], [*tables, *(run.table for run in runs)], page
                ),
                sheet.number,
            )
        )
        for (sheet, tables, _), (rows, _, _), runs, headings, page in zip(
            drawn, cut, lists, stacks, gutters, strict=True
        )
    ]
    # pages of one form share their edges, those of another form have their own
    places = [(form.kind, page) for form, page in zip(forms, gutters, strict=True)]
    edges = column_edges(
        [
            ((place, column), item[0])
            for place, page in zip(places, ordered, strict=True)
            for column, item in page
            if isinstance(item, list) and not item[0].upright
        ],
        body_size,
    )
    for place in set(places):
        if narrow := [edge for (other, column), edge in edges.items() if other == place and column]:
            edges[place, 0] = full_width(narrow)
    for (sheet, _, _), (_, furniture, _), (_, _, beside_text), items, number, place in zip(
        drawn, cut, turned, ordered, numbers, places, strict=True
    ):
        own = edges_beside(items, [edges.get((place, column)) for column, _ in items], body_size)
        pages.append(
            Page(
                number=sheet.number,
                width=sheet.width,
                height=sheet.height,
                printed_number=number,
                items=tuple(
                    segments_to_line(item, sheet.number, column, edge, is_bold(item))
                    if isinstance(item, list)
                    else item
                    for (column, item), edge in zip(items, own, strict=True)
                ),
                furniture=tuple(furniture),
                readable=bool(sheet.glyphs),
                undefined_glyphs=sheet.undefined_glyphs,
                text=sheet.text if sheet.glyphs else "",
                sideways=tuple(beside_text),
                outside=sheet.outside,
            )
        )
        if progress:
            progress(sheet.number, len(drawn))
    pages = with_footnotes_behind(pages, [sheet.rules for sheet, _, _ in drawn], body_size)
    pages = [stood_up(page) if i in margins else page for i, page in enumerate(pages)]
    return join_halves(halves, join_over_pages(with_hanging_indents(pages)), whole)


def pages_to_forms(sheets: list[Sheet], rows: list[list[list[Segment]]]) -> list[Form]:
    """What gutters are found in: pages told apart by width and, in a bound volume, by side."""
    joined = [[[glyph for segment in row for glyph in segment.glyphs] for row in page] for page in rows]
    mirrored = has_mirrored_margins(sheets, joined)
    return [
        Form((round(sheet.width / 5), sheet.number % 2 if mirrored else 0), sheet.width, page)
        for sheet, page in zip(sheets, joined, strict=True)
    ]


def has_mirrored_margins(sheets: list[Sheet], rows: list[list[list[Glyph]]]) -> bool:
    """True when the text of odd pages stands further left or right than that of even ones, towards the spine."""
    lefts: dict[int, list[int]] = {0: [], 1: []}
    for sheet, page in zip(sheets, rows, strict=True):
        if len(page) >= 8:
            starts = Counter(round(row[0].x0) for row in page)
            most = starts.most_common(1)[0][1]
            lefts[sheet.number % 2].append(min(x for x, n in starts.items() if n >= 0.3 * most))
    if min(len(lefts[0]), len(lefts[1])) < 2:
        return False
    even, odd = sorted(lefts[0]), sorted(lefts[1])
    if not 4 < abs(even[len(even) // 2] - odd[len(odd) // 2]) < 60:
        return False
    return all(
        sum(abs(x - side[len(side) // 2]) <= 3 for x in side) >= 0.7 * len(side) for side in (even, odd)
    )


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
            # of two pages on one sheet this is the right one
            right = result[-1].number == page.number
            whole = replace(join_tables(upper, lower), ends_right=right)
            joined = replace(before, items=(*before.items[:-1], whole))
            result[result.index(before)] = joined
            items.pop(0)
        result.append(replace(page, items=tuple(items)))
    return result
