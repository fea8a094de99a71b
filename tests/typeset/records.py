"""The manuscript of a gazette issue: what a source file says, before it is set in type."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Heading:
    """`### 一、总体要求`: a line of its own. `level` counts from 1 inside its scheme."""

    level: int
    label: str
    text: str
    gap: str = ""

    @property
    def printed(self) -> str:
        return f"{self.label}{self.gap}{self.text}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a run-in heading (1.摸清底数。) or an article label (第一条) may open it."""

    text: str
    level: int = 0
    label: str = ""
    heading: str = ""

    @property
    def opening(self) -> str:
        """What is printed in a heavier face at the start; "" for a plain paragraph."""
        return f"{self.label}{self.heading}"

    @property
    def printed(self) -> str:
        return f"{self.opening}{self.text}"


@dataclass(frozen=True, slots=True)
class Subtitle:
    """The title of what a notice carries, over both columns; `bracket` is the line in brackets under it."""

    lines: tuple[str, ...]
    bracket: str = ""
    enclosure: bool = True


@dataclass(frozen=True, slots=True)
class Roster:
    """People of a leading group: (role or "", person, post), the person without spaces."""

    members: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table; `widths` are shares of the text width. `people`: its columns are role, person and post."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    people: bool = False


@dataclass(frozen=True, slots=True)
class Appointment:
    """One printed line of a personnel notice: 沈　棠为霁川市教育局副局长（试用期一年）；"""

    action: str
    person: str
    post: str
    remark: str = ""
    stop: str = "；"

    @property
    def printed(self) -> str:
        remark = f"（{self.remark}）" if self.remark else ""
        name = spaced(self.person)
        if self.action not in ("remove", "nominate-removal"):
            return f"{name}为{self.post}{remark}{self.stop}"
        # 兼 says how the post is held and stands with it: 副馆长（兼）职务; a reason stands behind: 职务（退休）
        if self.remark == "兼":
            return f"{name}的{self.post}{remark}职务{self.stop}"
        return f"{name}的{self.post}职务{remark}{self.stop}"


@dataclass(frozen=True, slots=True)
class Attachments:
    """The list after 附件：, as (label or "", title, printed with （略）)."""

    items: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, and when."""

    names: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Note:
    """（此件公开发布）"""

    text: str


@dataclass(frozen=True, slots=True)
class UnderTitle:
    """What stands under the title: （2023年5月6日）, or when and where the document was adopted."""

    text: str
    on: date
    alone: bool = True


Item = (
    Heading
    | Paragraph
    | Subtitle
    | Roster
    | Table
    | Appointment
    | Attachments
    | Signature
    | Note
    | UnderTitle
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A document that this one names, as the truth should hold it."""

    relation: str
    number: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Document:
    """One official document. A decree's `title_lines` name the decree (霁川市人民政府令), `decree` what it enacts."""

    category: str
    title_lines: tuple[str, ...]
    number: str = ""
    recipients: str = ""
    contents_title: str = ""
    contents_number: str = ""
    decree: str = ""
    items: tuple[Item, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def title(self) -> str:
        return self.decree or "".join(self.title_lines)

    @property
    def full_number(self) -> str:
        """The number in canonical form, "" where none is printed: a decree keeps its form, 霁川市人民政府令第12号."""
        return f"{''.join(self.title_lines)}{self.number}" if self.decree else self.number

    @property
    def listed_title(self) -> str:
        return self.contents_title.replace(" / ", "") or self.title

    @property
    def listed_number(self) -> str:
        return self.contents_number or self.full_number


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue; `findings` are (code, position of the document or None) that a reader of it must report."""

    gazette: str
    pinyin: str
    year: int
    number: int
    total: int
    published: date
    frequency: str
    organiser: str
    documents: tuple[Document, ...] = ()
    findings: tuple[tuple[str, int | None], ...] = field(default=())

    @property
    def label(self) -> str:
        return f"{self.year}年第{self.number}期"


def chinese_date(day: date) -> str:
    """2024年2月28日"""
    return f"{day.year}年{day.month}月{day.day}日"


def spaced(name: str) -> str:
    """A name of two characters as it is printed, with a full-width space inside: 沈　棠."""
    return f"{name[0]}\u3000{name[1]}" if len(name) == 2 else name
