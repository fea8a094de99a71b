"""The parameters by which lists and searches are narrowed: those of the results page, read by the same rule."""

import json
import re
from datetime import date
from typing import Annotated, Literal

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Schema
from pydantic import BeforeValidator, Field

from archive.search.query import SIGNED, chosen_filters

Identifier = Annotated[int, Path(ge=1, le=2**62, description=_("本期在本库中的编号。"))]
DocumentId = Annotated[str, Path(description=_("公文的短编号；旧编号也行。"))]
Words = Annotated[str, Query(description=_("检索式：关键词、文号或人名，写法见帮助页。"))]
Gazette = Annotated[str, Query(description=_("只要这种公报，公报的全称。"))]
Year = Annotated[str, Query(description=_("只要这一年的公报，四位数字。"))]


def _written_out(day: object) -> object:
    """`day`, where it is written year-month-day. Raises ValueError for a count of seconds, which would be read as a day, too."""
    if isinstance(day, str) and not _DAY.fullmatch(day):
        raise ValueError("give a day as year-month-day: 2022-03-15")
    return day


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[date, BeforeValidator(_written_out)]


class Narrowing(Schema):
    """What the results page narrows by."""

    year: str = Field("", description=_("只要这一年公报所登的，四位数字。"))
    month: Literal["", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"] = Field(
        "", description=_("只要这个月出版的公报所登的，1 至 12。")
    )
    category: str = Field("", description=_("只要这一栏目的。"))
    kind: str = Field("", description=_("只要这一文种的，如通知。"))
    issuer: str = Field("", description=_("只要这一发文机关的。"))
    gazette: str = Field("", description=_("只要这种公报，公报的全称。"))
    validity: Literal["", "stands", "amended", "expired", "repealed"] = Field(
        "",
        description=_(
            "只要这一效力的：stands 未见废止、修改或期满，"
            "amended 已被修改，expired 已过有效期，repealed 已被废止。"
        ),
    )
    signed_from: Day | None = Field(
        None, description=_("只要这一天或之后成文的（没有印的按出版日期），年-月-日。")
    )
    signed_to: Day | None = Field(
        None, description=_("只要这一天或之前成文的（没有印的按出版日期），年-月-日。")
    )

    def chosen(self) -> dict[str, str]:
        """Those that are asked for, as archive.search takes them."""
        chosen = chosen_filters(
            {name: value for name, value in self.dict().items() if isinstance(value, str)}
        )
        if self.signed_from is None and self.signed_to is None:
            return chosen
        first, last = (day.isoformat() if day else "" for day in (self.signed_from, self.signed_to))
        return chosen | {SIGNED: f"{first}..{last}"}


def among(keys: list[int]) -> RawSQL:
    """`keys` for `pk__in`, however many: as one parameter, for databases limit how many there may be."""
    rows = {
        "sqlite": "SELECT value FROM json_each(%s)",
        "postgresql": "SELECT jsonb_array_elements_text(%s::jsonb)::bigint",
    }
    return RawSQL(rows[connection.vendor], [json.dumps(keys)])


def as_year(text: str) -> int:
    """A year to filter by; -1, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else -1


def storable(text: str) -> str:
    """`text` without the one character that PostgreSQL does not take."""
    return text.replace("\x00", "\ufffd")
