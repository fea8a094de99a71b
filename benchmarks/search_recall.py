"""Haystack's stock Whoosh backend and the archive's own engine on the same documents, side by side, as JSON.

    python benchmarks/search_recall.py [--documents 300] [--seed 1] [FILE…]

Sentences of the issues in FILE… (else of the bundled samples) are recombined into documents by a seeded recipe,
and both engines index them through Haystack. Runs of characters are cut from the texts at random, over word
borders as it falls; what a plain scan finds is the truth. Times are of the first 20 results with the total.
"""

import argparse
import json
import logging
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gazette.settings")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
        os.environ["GAZETTE_DATA"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        import django

        django.setup()
        print(json.dumps(measure(Path(folder), options), ensure_ascii=False, indent=2))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    import haystack
    from django.core.management import call_command

    from archive.models import Document
    from archive.search.folding import normalise
    from archive.search.texts import document_texts, prefetch

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    files = options.files or sorted((PROJECT / "archive" / "samples").glob("*-*.*"))
    make_documents(sentences_of(files), options.documents, options.seed)
    haystack.connections.connections_info["stock"] = {
        "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
        "PATH": str(folder / "stock"),
    }
    texts = {}
    for document in prefetch(Document.objects.published()):
        parts = document_texts(document)
        texts[document.pk] = "\0".join(
            map(normalise, [*parts.titles, *parts.numbers, *parts.people, parts.body])
        )
    characters = sum(map(len, texts.values()))
    queries = make_queries(list(texts.values()), options.queries, options.seed)
    scan = {
        query: {pk for pk, text in texts.items() if query in text}
        for group in queries.values()
        for query in group
    }
    return {
        "documents": len(texts),
        "characters": characters,
        "engines": {
            name: measure_engine(using, folder / place, queries, scan, characters)
            for name, using, place in (("stock", "stock", "stock"), ("archive", "default", "index"))
        },
    }


def measure_engine(
    using: str, folder: Path, queries: dict[str, list[str]], scan: dict[str, set[int]], characters: int
) -> dict[str, Any]:
    from django.core.management import call_command
    from haystack.query import SearchQuerySet

    building = cpu_seconds(lambda: call_command("update_index", using=[using], verbosity=0))
    answers: dict[str, Any] = {
        "build_cpu_seconds_per_million": round(building * 1e6 / characters, 1),
        "megabytes_per_million": round(
            sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / characters, 1
        ),
        "classes": {},
    }
    for name, group in queries.items():
        times, wanted, right, given = [], 0, 0, 0
        for query in group:
            found = {int(result.pk) for result in SearchQuerySet(using=using).filter(content=query)[:100_000]}
            wanted, given, right = (
                wanted + len(scan[query]),
                given + len(found),
                right + len(found & scan[query]),
            )
            started = time.perf_counter()
            first = SearchQuerySet(using=using).filter(content=query)
            list(first[:20])
            first.count()
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        answers["classes"][name] = {
            "recall": round(right / wanted, 3) if wanted else None,
            "precision": round(right / given, 3) if given else None,
            "p50_ms": round(statistics.median(times), 2),
            "p95_ms": round(times[int(len(times) * 0.95) - 1], 2),
        }
    return answers


def cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def sentences_of(files: list[Path]) -> list[str]:
    """The sentences of some issues, numbers and dates left in."""
    from archive.ingest.read import read_issue

    found = [
        sentence
        for file in files
        for document in read_issue(file).documents
        for block in document.blocks
        for sentence in re.split(r"(?<=[。；])", block.text)
        if len(sentence) > 5
    ]
    if not found:
        raise SystemExit("no sentences: name an issue with text, PDF or txt")
    return found


def make_documents(sentences: list[str], count: int, seed: int) -> None:
    """Published documents of recombined sentences: about 2,000 characters each, some short, some long."""
    from archive.models import Block, Document, Gazette, Issue

    choose = random.Random(seed)
    gazette = Gazette.objects.create(name="测试公报", slug="bench")
    issue = Issue.objects.create(
        gazette=gazette,
        year=2024,
        label="1",
        file_name="bench",
        sha256="0" * 64,
        source_kind="text",
        parser_version="bench",
        state="published",
        published_on=date(2024, 12, 31),
    )
    for n in range(1, count + 1):
        number = f"测政发〔{2000 + n % 25}〕{n}号"
        document = Document.objects.create(
            issue=issue,
            position=n,
            title=re.sub(r"\s", "", choose.choice(sentences))[:40],
            number=number,
            number_code="测政发",
            number_year=2000 + n % 25,
            number_sequence=n,
            kind=choose.choice(["通知", "意见", "批复", "公告"]),
            issuer=choose.choice(["市人民政府", "市人民政府办公室"]),
            category=choose.choice(["政府文件", "部门文件", "人事任免"]),
            signed_on=date(2000, 1, 1) + timedelta(days=n % 9000),
        )
        some = choose.choices(sentences, k=choose.choice([5, 20, 40, 80]))
        Block.objects.bulk_create(
            Block(document=document, position=at, kind="paragraph", text=text)
            for at, text in enumerate(some, 1)
        )


def make_queries(texts: list[str], count: int, seed: int) -> dict[str, list[str]]:
    """Runs of Chinese characters by length, and numbers of documents."""
    choose = random.Random(seed + 1)

    def run(length: int) -> str:
        while True:
            text = choose.choice(texts)
            start = choose.randrange(max(1, len(text) - length))
            piece = text[start : start + length]
            if len(piece) == length and all("\u4e00" <= character <= "\u9fff" for character in piece):
                return piece

    lengths = {"one character": 1, "two characters": 2, "four characters": 4, "eight characters": 8}
    groups = {name: [run(length) for _ in range(count)] for name, length in lengths.items()}
    numbers = [match.group() for text in texts if (match := re.search(r"测政发\[\d+\]\d+号", text))]
    return {**groups, "number": choose.sample(numbers, min(count, len(numbers)))}


if __name__ == "__main__":
    main()
