"""The style of a house: how an office sets its gazette. The defaults are those of the bundled samples."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class House:
    """`number` and `date` are what stands around a document's number and the date under its title.

    `title_size` is that of a title inside a column, in points; None: titles stand over all columns, which are balanced
    under each. `dated_under_title` prints the date there and no signature; `signers_beside` sets the bodies that sign
    on one line, `date_beside` their date as well; `head_again` prints the head of a table on each of its pages.
    Contents: `entry_page` is what stands around a page number (None: not printed), `entry_number` says that the number
    stands behind the title, `leader` what leads from title to page.
    """

    columns: int = 2
    title_size: float | None = None
    number: str = "{}"
    date: str = "（{}）"
    dated_under_title: bool = False
    signers_beside: bool = False
    date_beside: bool = False
    head_again: bool = True
    contents: bool = True
    category: str = "【{}】"
    entry_page: str | None = "（{}）"
    entry_number: bool = True
    leader: str = "…"

    @property
    def in_column(self) -> bool:
        """True when titles stand in the column, one document below the other."""
        return self.title_size is not None


SAMPLES = House()
