"""Where a change belongs in a text that is read otherwise than when the change was made."""

from dataclasses import replace

from archive.ingest.correct.change import Change, Stale
from archive.ingest.parse.records import ParsedDocument

# How many characters around a changed run tell where it belongs.
_AROUND = 12


def aimed(document: ParsedDocument, change: Change) -> Change:
    """The change of a text as it is to be made of the text that stands there now; all others as they are.

    For a paragraph that a later parser cuts otherwise, or that was corrected in another place since: the run that
    differs goes where the same characters stand around it. Raises Stale where they stand nowhere or twice.
    """
    if change.kind not in ("text", "redact") or "block" not in change.place:
        return change
    if any(block.text == change.old for block in document.blocks):
        return change
    start, end_old, end_new = changed_run(change.old, change.new)
    before, after = change.old[max(0, start - _AROUND) : start], change.old[end_old : end_old + _AROUND]
    run, fresh = (
        before + middle + after for middle in (change.old[start:end_old], change.new[start:end_new])
    )
    found = [i for i, block in enumerate(document.blocks) if run in block.text]
    if len(found) != 1 or document.blocks[found[0]].text.count(run) != 1 or len(before + after) < 2:
        raise Stale(change.old)
    text = document.blocks[found[0]].text
    return replace(change, place={"block": found[0]}, old=text, new=text.replace(run, fresh))


def changed_run(old: str, new: str) -> tuple[int, int, int]:
    """(start, end of it in `old`, end of it in `new`) of the one run in which the two texts differ."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end_old, end_new = len(old), len(new)
    while end_old > start and end_new > start and old[end_old - 1] == new[end_new - 1]:
        end_old, end_new = end_old - 1, end_new - 1
    return start, end_old, end_new
