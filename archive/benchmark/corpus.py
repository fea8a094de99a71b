"""An archive of N documents made of the bundled issues' own clauses, the same for the same seed.

Clauses are drawn as words are in a language: few of them often, most of them seldom. Figures, dates and names are
drawn anew each time, so that there are runs of characters that stand in one document only.
"""

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from django.db import transaction

from archive.ingest.read import read_issue
from archive.models import Appointment, Block, Document, Gazette, Issue

# About as long as official documents are; most are short, some are long.
_LENGTHS = (500, 1000, 1500, 2000, 3000, 5000)
_DOCUMENTS_AN_ISSUE = 40
_CLAUSES_A_SENTENCE = 3
_SENTENCES_A_PARAGRAPH = 3
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞鹏辉玲红文斌波宁志云梅建国春晓东海峰瑞琪钰晗昊翊"
)
_CODES = ("测政发", "测政办发", "测政函", "测政办函", "测府规", "测发改", "测财", "测人社发")
_ISSUERS = ("测试市人民政府", "测试市人民政府办公室", "测试市财政局", "测试市发展和改革委员会")
_CATEGORIES = ("市政府文件", "市政府办公室文件", "部门文件", "人事任免")
_KINDS = ("通知", "意见", "批复", "公告", "决定", "通报")
_POSTS = ("市财政局局长", "市教育局副局长", "市水务局局长", "市审计局副局长", "市统计局局长")


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """One document of the recipe; `person` takes a post in its last paragraph."""

    title: str
    number: tuple[str, int, int]
    paragraphs: tuple[str, ...]
    person: str
    post: str
    issuer: str
    category: str
    kind: str
    signed_on: date


def make_corpus(samples: Path, count: int, seed: int) -> int:
    """Write `count` published documents into the database; gives their characters, titles and numbers counted."""
    gazette = Gazette.objects.create(name="测试市人民政府公报", slug="bench")
    characters = 0
    issue, batch = _new_issue(gazette, 0), list[MadeDocument]()
    for position, made in enumerate(recipe(clauses_of(samples), count, seed)):
        batch.append(made)
        characters += len(made.title) + sum(map(len, made.paragraphs))
        if len(batch) == _DOCUMENTS_AN_ISSUE or position == count - 1:
            _save(issue, batch)
            issue, batch = _new_issue(gazette, position + 1), []
    return characters


def clauses_of(samples: Path) -> list[str]:
    """The clauses that the issues in a folder print, without the marks at their ends, each once."""
    files = [path for path in sorted(samples.iterdir()) if path.suffix in {".pdf", ".txt"}]
    found = {
        clause.strip(): None
        for path in files
        if not path.name.startswith("README")
        for document in read_issue(path).documents
        for block in document.blocks
        for clause in re.split(r"[，。；：、！？\n]", block.text)
        if 4 <= len(clause.strip()) <= 40
    }
    if not found:
        raise ValueError(f"{samples}: no issue with text to make a corpus of")
    return list(found)


def recipe(clauses: list[str], count: int, seed: int) -> Iterator[MadeDocument]:
    """`count` documents, the same for the same clauses and seed."""
    choose = random.Random(seed)
    clauses = choose.sample(clauses, len(clauses))
    # The first is drawn about eight times as often as the last.
    weights = list(accumulate(1 / (rank + 200) for rank in range(len(clauses))))

    def sentence() -> str:
        drawn = choose.choices(clauses, cum_weights=weights, k=choose.randint(1, 2 * _CLAUSES_A_SENTENCE - 1))
        return (
            "，".join(re.sub(r"\d+", lambda figure: _figure(choose, figure.group()), c) for c in drawn) + "。"
        )

    for n in range(count):
        length, paragraphs = choose.choice(_LENGTHS), list[str]()
        while sum(map(len, paragraphs)) < length:
            paragraphs.append("".join(sentence() for _ in range(_SENTENCES_A_PARAGRAPH)))
        person = choose.choice(_SURNAMES) + "".join(choose.choices(_GIVEN, k=choose.choice((1, 2, 2))))
        post, kind, issuer = choose.choice(_POSTS), choose.choice(_KINDS), choose.choice(_ISSUERS)
        subject = "".join(choose.choices(clauses, cum_weights=weights, k=2))[:24]
        yield MadeDocument(
            title=f"{issuer}关于{subject}的{kind}",
            number=(choose.choice(_CODES), 2000 + n % 25, n // 25 + 1),
            paragraphs=(*paragraphs, f"任命{person}为{post}。"),
            person=person,
            post=post,
            issuer=issuer,
            category=choose.choice(_CATEGORIES),
            kind=kind,
            signed_on=date(2000 + n % 25, 1, 1) + timedelta(days=choose.randrange(365)),
        )


def _figure(choose: random.Random, printed: str) -> str:
    """Another figure of as many digits; years stay years."""
    if len(printed) == 4 and printed.startswith(("19", "20")):
        return str(choose.randint(1990, 2025))
    return str(choose.randrange(10 ** (len(printed) - 1), 10 ** len(printed)))


def _new_issue(gazette: Gazette, begun: int) -> Issue:
    number = begun // _DOCUMENTS_AN_ISSUE
    return Issue(
        gazette=gazette,
        year=2000 + number // 24,
        label=str(number % 24 + 1),
        number=number % 24 + 1,
        file_name=f"bench-{number}.txt",
        sha256=hashlib.sha256(f"bench-{number}".encode()).hexdigest(),
        source_kind=Issue.SourceKind.TEXT,
        parser_version="bench",
        state=Issue.State.PUBLISHED,
        published_on=date(2000 + number // 24, 12, 31),
    )


@transaction.atomic
def _save(issue: Issue, made: list[MadeDocument]) -> None:
    issue.save()
    documents = Document.objects.bulk_create(
        Document(
            issue=issue,
            position=position,
            title=one.title,
            number=f"{one.number[0]}〔{one.number[1]}〕{one.number[2]}号",
            number_code=one.number[0],
            number_year=one.number[1],
            number_sequence=one.number[2],
            kind=one.kind,
            issuer=one.issuer,
            category=one.category,
            signed_on=one.signed_on,
        )
        for position, one in enumerate(made, 1)
    )
    Block.objects.bulk_create(
        Block(document=document, position=position, kind=Block.Kind.PARAGRAPH, text=text)
        for document, one in zip(documents, made, strict=True)
        for position, text in enumerate(one.paragraphs, 1)
    )
    Appointment.objects.bulk_create(
        Appointment(document=document, position=1, action="appoint", person=one.person, post=one.post)
        for document, one in zip(documents, made, strict=True)
    )
