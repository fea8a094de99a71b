"""Searches to try, one for each thing that a query can say, made of what this archive holds, with what each finds."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.models import Appointment, Document, Enclosure
from archive.numbers import read_number
from archive.search.query import count_documents, subject_of

# What gazettes anywhere are about; examples are those of them that this one has.
_WORDS = (
    "安全生产",
    "营商环境",
    "生态环境",
    "应急预案",
    "乡村振兴",
    "义务教育",
    "规划",
    "项目",
    "保护",
    "管理",
    "工作",
)
_FULL_WIDTH = str.maketrans("0123456789[]", "０１２３４５６７８９［］")
_MOST_OF_A_PHRASE = 16


@dataclass(frozen=True, slots=True)
class Example:
    """A query that can be run, and how many documents it finds; None while there is no index."""

    query: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a query can say, with examples of it."""

    said: str | Promise
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What examples are made of; where the archive has none of it, what other gazettes have.

    `document` has the number and the day; None while the archive has no numbered one.
    """

    words: tuple[str, ...]
    phrase: str
    code: str
    year: int
    sequence: int
    person: str
    kinds: tuple[str, ...]
    day: date
    document: Document | None


def search_rules(facts: Facts) -> tuple[Rule, ...]:
    """What a query can say, with what the examples find in the index."""
    first = facts.words[0]
    kind, other = facts.kinds[:2]
    month = f"{facts.day.year}-{facts.day.month:02}"
    rules: list[tuple[str | Promise, tuple[str, ...]]] = [
        (_("任意几个字，一个字也可以；不分繁简、全角半角和括号样式"), (first,)),
        (_("空格隔开的词都要出现"), (_pair(facts.words, "{} {}"),)),
        (_("引号内的字连在一起"), (f'"{facts.phrase}"',)),
        (_("减号后面的词不出现"), (_pair(facts.words, "{} -{}"),)),
        (_("两个词出现一个即可"), (f"{kind} OR {other}",)),
        (
            _("只在标题、文号或人名中找"),
            (f"title:{first}", f"number:[{facts.year}]{facts.sequence}", f"person:{facts.person}"),
        ),
        (
            _("文种、年份等于此值；还有 category、issuer、gazette"),
            (f"kind:{kind}", f"year:{facts.day.year}"),
        ),
        (
            _("成文日期在这段时间内"),
            (f"{facts.day.year}-01..{month}", f"{month}..", f"..{facts.day.year - 1}"),
        ),
    ]
    return tuple(
        Rule(said, tuple(Example(query, count_documents(query)) for query in queries))
        for said, queries in rules
    )


def number_spellings(facts: Facts) -> tuple[str, ...]:
    """A number in spellings that all lead to its document, the usual one first."""
    code, year, sequence = facts.code, facts.year, facts.sequence
    written = (
        f"{code}〔{year}〕{sequence}号",
        f"{code}[{year}]{sequence}号",
        f"{code}（{year}）第{sequence}号",
        f"{code}[{year}]{sequence}号".translate(_FULL_WIDTH),
        f"{code} {year} {sequence}",
        f"{code}{year}-{sequence}",
    )
    wanted = read_number(written[0])
    return tuple(one for one in dict.fromkeys(written) if read_number(one) == wanted)


def facts_for_examples() -> Facts:
    """What the newest issue and the whole index have to make examples of; a fixed number of queries."""
    numbered = Document.objects.published().exclude(number_code="").filter(number_year__isnull=False)
    numbered = numbered.exclude(number_sequence=None).select_related("issue__gazette")
    document = numbered.newest_first().first()
    counted = Document.objects.published().exclude(kind="").values_list("kind").annotate(n=Count("pk"))
    kinds = [kind for kind, _n in counted.order_by("-n", "kind")[:2]]
    people = Appointment.objects.filter(document__in=Document.objects.published()).exclude(person="")
    person = people.order_by("-document__signed_on", "document", "position").values_list("person", flat=True)
    words = tuple(word for word in _WORDS if count_documents(word))
    return Facts(
        words=words if len(words) > 1 else (*words, *(word for word in _WORDS if word not in words)),
        phrase=_phrase(document) or "政府工作报告",
        code=document.number_code if document else "国发",
        year=(document.number_year if document else None) or 2022,
        sequence=(document.number_sequence if document else None) or 1,
        person=person.first() or "张三",
        kinds=(*kinds, *(kind for kind in ("通知", "意见") if kind not in kinds)),
        day=(document.signed_on or document.issue.published_on if document else None) or date(2022, 5, 1),
        document=document,
    )


def _phrase(document: Document | None) -> str:
    """The shortest title of a plan in the issue of the document, else the beginning of what the document is about."""
    if document is None:
        return ""
    published = Document.objects.published().filter(issue=document.issue_id)
    titles = Enclosure.objects.filter(document__in=published.order_by()).values_list("title", flat=True)
    fitting = [title for title in titles if 4 <= len(title) <= _MOST_OF_A_PHRASE]
    subject = min(fitting, key=len, default=subject_of(document.title, document.issuer))
    return subject.replace('"', "")[:_MOST_OF_A_PHRASE]


def _pair(words: tuple[str, ...], form: str) -> str:
    """Two of the words in the form that find something, and less than the first alone; else the first two."""
    for first in words[:3]:
        alone = count_documents(first) or 0
        for second in words:
            query = form.format(first, second)
            if second != first and 0 < (count_documents(query) or 0) < alone:
                return query
    return form.format(*words[:2])
