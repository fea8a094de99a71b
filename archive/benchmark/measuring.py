"""Time whole result pages of ours and of every peer on the same documents, and compare what is found."""

import importlib.util
import os
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from archive.benchmark import peers as others
from archive.benchmark.corpus import make_corpus
from archive.benchmark.engines import measure_engines, missing
from archive.benchmark.queries import Runs, draw_queries, draw_questions, draw_runs
from archive.benchmark.stock import StockHaystack
from archive.models import Appointment, Document
from archive.search import update
from archive.search.folding import normalise
from archive.search.query import matching_documents, search_documents
from archive.search.stores import ENGINES
from archive.search.texts import document_texts, prefetch

_PAGE = 20
_MOST_FOR_STOCK = 1000
# What the facets of a peer's page are counted by; ours counts more.
_FACETS = ("kind", "issuer", "category", "issue__year")


def measure(
    folder: Path,
    samples: Path,
    *,
    count: int,
    queries: int,
    runs: int,
    seed: int,
    postgres: str,
    engines: bool = False,
    peers: bool = True,
) -> dict[str, Any]:
    """Build a corpus, index it, and measure; everything is written below `folder`.

    Ours stands on the engine that settings name; with `engines` all that are installed are compared as well, and other
    searches with `peers`.
    """
    _say(f"making {count} documents")
    characters = make_corpus(samples, count, seed)
    building = _build(folder / "index", characters)
    _say("reading the texts for the plain scan")
    numbers, texts = folded_texts()
    people = [normalise(name) for name in Appointment.objects.values_list("person", flat=True)]
    asked = draw_queries(texts, people, queries, seed)
    questions = draw_questions(texts, queries, seed)
    _say("asking ours")
    ours = {name: _time_pages(group, _our_page) for name, group in asked.items()}
    ours["question"] = _time_pages([(question,) for question in questions], _our_page)
    answer: dict[str, Any] = {
        "documents": count,
        "characters": characters,
        "seed": seed,
        "machine": {"cores": os.cpu_count(), "python": sys.version.split()[0]},
        "ours": {
            "engine": settings.SEARCH_ENGINE,
            "classes": ours,
            **_summary(ours),
            "building": building,
        },
        "exact": exactness(numbers, texts, runs, seed),
        "peers": {},
        "left_out": [],
    }
    if engines:
        answer["left_out"] += filter(None, map(missing, ENGINES))
        answer["engines"] = measure_engines(
            folder,
            build=lambda index: _build(index, characters),
            check=lambda: exactness(numbers, texts, runs, seed),
            page=_our_page,
            asked={**asked, "question": [(question,) for question in questions]},
            figures=_figures,
        )
    chosen = _peers(folder, count, postgres, answer["left_out"]) if peers else []
    for make, name in chosen:
        _say(f"asking {name}")
        with make() as peer:
            answer["peers"][name] = _measure_peer(peer, numbers, texts, characters, asked)
    answer["ratios"] = _ratios(answer)
    return answer


def _build(index: Path, characters: int) -> dict[str, Any]:
    """Build the index and say what it cost; the memory is the most that this process ever took."""
    _say(f"building the index on {settings.SEARCH_ENGINE}")
    started, wall = time.process_time(), time.perf_counter()
    update.rebuild()
    return {
        "cpu_seconds_per_million": _per_million(time.process_time() - started, characters),
        "wall_seconds": round(time.perf_counter() - wall, 1),
        "megabytes_per_million": _per_million(_size_of(index) / 1e6, characters),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def folded_texts() -> tuple[list[int], list[str]]:
    """Keys and folded texts of all published documents, read from the database, not from the index."""
    numbers, texts = [], []
    for document in prefetch(Document.objects.published().order_by("pk")).iterator(chunk_size=200):
        parts = document_texts(document)
        numbers.append(document.pk)
        texts.append("\x00".join(map(normalise, [*parts.titles, *parts.numbers, *parts.people, parts.body])))
    return numbers, texts


def exactness(numbers: Sequence[int], texts: Sequence[str], count: int, seed: int) -> dict[str, Any]:
    """Random runs of 1 to 12 characters, and pairs of them, against a look into every text."""
    runs = draw_runs(texts, count, seed)
    single: list[Runs] = [(run,) for run in runs]
    pairs: list[Runs] = list(zip(runs[::5], runs[2::5], strict=False))
    wrong = []
    for asked in (*single, *pairs):
        right = {n for n, text in zip(numbers, texts, strict=True) if all(run in text for run in asked)}
        if set(matching_documents(as_query(asked))) != right:
            wrong.append(as_query(asked))
    return {"runs": len(single), "pairs": len(pairs), "wrong": len(wrong), "examples": wrong[:5]}


def as_query(runs: Runs) -> str:
    """The runs as a reader would type them to have them taken as they are."""
    return " ".join(f'"{run}"' for run in runs)


def _our_page(runs: Runs) -> int:
    query = runs[0] if len(runs) == 1 else " ".join(runs)
    return search_documents(query, page_size=_PAGE).total


def _time_pages(asked: Sequence[Runs], page: Callable[[Runs], int]) -> dict[str, Any]:
    for runs in asked[:2]:
        page(runs)  # files that are read for the first time are no measure
    times, busy, totals = [], [], []
    for runs in asked:
        started, cpu = time.perf_counter(), time.process_time()
        totals.append(page(runs))
        busy.append((time.process_time() - cpu) * 1000)
        times.append((time.perf_counter() - started) * 1000)
    return _figures(times, busy, totals)


def _figures(times: Sequence[float], busy: Sequence[float], totals: Sequence[int]) -> dict[str, Any]:
    """Of one class: milliseconds by the clock and of CPU, and how much is found."""
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(_p95(times), 2),
        # What a machine with other work to do does not blur; of a server that is asked, nothing is in it.
        "cpu_p50_ms": round(statistics.median(busy), 2),
        "cpu_p95_ms": round(_p95(busy), 2),
        "hits": round(statistics.mean(totals), 1),
    }


def _p95(figures: Sequence[float]) -> float:
    return sorted(figures)[max(0, -(-len(figures) * 95 // 100) - 1)]


def _measure_peer(
    peer: others.Peer,
    numbers: Sequence[int],
    texts: Sequence[str],
    characters: int,
    asked: Mapping[str, list[Runs]],
) -> dict[str, Any]:
    cpu = others.cpu_seconds_of_building(peer, zip(numbers, texts, strict=True))
    by_number = dict(zip(numbers, texts, strict=True))
    values = {pk: row for pk, *row in Document.objects.values_list("pk", *_FACETS)}

    def page(runs: Runs) -> int:
        """Total, the first twenty, counts by value and a piece of text around each hit: what ours gives."""
        found = peer.find(runs)
        for column in range(len(_FACETS)):
            Counter(values[number][column] for number in found)
        for number in found[:_PAGE]:
            text = by_number[number]
            at = text.find(runs[0])
            text[max(0, at - 40) : at + 40]
        return len(found)

    classes = {name: _time_pages(group, page) for name, group in asked.items()}
    size = peer.size()
    return {
        "classes": classes,
        **_summary(classes),
        "building": {
            "cpu_seconds_per_million": _per_million(cpu, characters),
            "megabytes_per_million": None if size is None else _per_million(size / 1e6, characters),
        },
        "wrong": _wrong(peer, by_number, [runs for group in asked.values() for runs in group]),
    }


def _wrong(peer: others.Peer, by_number: Mapping[int, str], asked: Collection[Runs]) -> int:
    """How many queries a peer answers with other documents than a look into every text."""
    return sum(
        set(peer.find(runs)) != {n for n, text in by_number.items() if all(run in text for run in runs)}
        for runs in asked
    )


def _summary(classes: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    slowest = [figures["p95_ms"] for figures in classes.values()]
    return {
        "dearest_p95_ms": max(slowest),
        "median_p95_ms": round(statistics.median(slowest), 2),
        "dearest_cpu_p95_ms": max(figures["cpu_p95_ms"] for figures in classes.values()),
    }


def _ratios(answer: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Ours to each peer: below 1 ours is the faster. Over the classes that both were asked."""
    found = {}
    ours = answer["ours"]["classes"]
    for name, peer in answer["peers"].items():
        shared = [
            ours[kind]["p95_ms"] / max(0.001, figures["p95_ms"]) for kind, figures in peer["classes"].items()
        ]
        dearest = max(ours[kind]["p95_ms"] for kind in peer["classes"])
        found[name] = {
            "dearest": round(dearest / peer["dearest_p95_ms"], 3),
            "median": round(statistics.median(shared), 3),
        }
    return found


def _peers(
    folder: Path, count: int, postgres: str, left_out: list[str]
) -> list[tuple[Callable[[], others.Peer], str]]:
    """The peers that can be asked here; the others are named in `left_out` with the reason."""
    found: list[tuple[Callable[[], others.Peer], str]] = [
        (lambda: others.PlainScan(folder), others.PlainScan.name),
        (lambda: others.SqliteTrigrams(folder), others.SqliteTrigrams.name),
        (lambda: others.SqliteBigrams(folder), others.SqliteBigrams.name),
    ]
    if postgres:
        found.append((lambda: others.PostgresTrigrams(postgres), others.PostgresTrigrams.name))
    else:
        left_out.append("postgresql pg_trgm: name a server with --postgres URL")
    if importlib.util.find_spec("tantivy"):
        found.append((lambda: others.Tantivy(folder), others.Tantivy.name))
    else:
        left_out.append("tantivy: pip install tantivy")
    if count <= _MOST_FOR_STOCK:
        found.append((lambda: StockHaystack(folder), StockHaystack.name))
    else:
        left_out.append(
            f"{StockHaystack.name}: asked of up to {_MOST_FOR_STOCK} documents, it takes a third of a second each time"
        )
    return found


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _per_million(amount: float, characters: int) -> float:
    return round(amount * 1e6 / max(1, characters), 2)


def _say(message: str) -> None:
    if sys.stderr.isatty():
        print(message, file=sys.stderr, flush=True)
