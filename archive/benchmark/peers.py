"""Other ways to search the same folded texts, each built and asked in the same run as ours.

A peer is asked for runs of characters that must all stand in a text, and gives the documents, best first where it
ranks. It is used in a `with`, which lets go of its files and tables.
"""

import secrets
import sqlite3
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, Self

# A document's number and its folded text.
Texts = Iterable[tuple[int, str]]


class Peer(Protocol):
    """One other engine."""

    name: str

    def __enter__(self) -> Any: ...

    def __exit__(self, *exception: object) -> None: ...

    def build(self, texts: Texts) -> None: ...

    def find(self, runs: tuple[str, ...]) -> list[int]: ...

    def size(self) -> int | None:
        """Bytes on disk; None for one that keeps nothing there."""
        ...


class PlainScan(AbstractContextManager["PlainScan"]):
    """Look into every text: what is right by definition."""

    name = "scan"

    def __init__(self, folder: Path) -> None:
        self._texts: list[tuple[int, str]] = []

    def __exit__(self, *exception: object) -> None:
        self._texts.clear()

    def build(self, texts: Texts) -> None:
        self._texts = list(texts)

    def find(self, runs: tuple[str, ...]) -> list[int]:
        found = self._texts
        for run in runs:
            found = [pair for pair in found if run in pair[1]]
        return [number for number, _ in found]

    def size(self) -> None:
        return None


class SqliteTrigrams(AbstractContextManager["SqliteTrigrams"]):
    """FTS5 with its own trigram tokenizer; runs of fewer than three characters are looked for with LIKE."""

    name = "sqlite trigrams"
    _table = "create virtual table t using fts5(body, tokenize='trigram case_sensitive 1')"

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{type(self).__name__}.sqlite3"
        self._connection = sqlite3.connect(self._path)

    def __exit__(self, *exception: object) -> None:
        self._connection.close()

    def build(self, texts: Texts) -> None:
        with self._connection:
            self._connection.execute(self._table)
            self._connection.executemany(
                "insert into t (rowid, body) values (?, ?)", ((n, self._tokens(text)) for n, text in texts)
            )
        self._connection.execute("insert into t (t) values ('optimize')")
        self._connection.commit()

    def find(self, runs: tuple[str, ...]) -> list[int]:
        long = [run for run in runs if len(run) >= 3]
        where = ["t match ?"] * bool(long) + ["body like ? escape '\\'"] * (len(runs) - len(long))
        values = [" ".join(map(_quoted, long))] if long else []
        values += [f"%{_escaped(run)}%" for run in runs if len(run) < 3]
        order = " order by rank" if long else ""
        rows = self._connection.execute(f"select rowid from t where {' and '.join(where)}{order}", values)
        return [number for (number,) in rows]

    def size(self) -> int:
        return self._path.stat().st_size

    def _tokens(self, text: str) -> str:
        return text.replace("\x00", "\n")  # a byte 0 would end it


class SqliteBigrams(SqliteTrigrams):
    """FTS5 over pairs of characters, asked for phrases; each pair is written as one word of letters and digits."""

    name = "sqlite bigrams"
    _table = "create virtual table t using fts5(body, content='', tokenize='unicode61')"

    def find(self, runs: tuple[str, ...]) -> list[int]:
        question = " ".join(_quoted(self._tokens(run)) for run in runs)
        rows = self._connection.execute("select rowid from t where t match ? order by rank", [question])
        return [number for (number,) in rows]

    def _tokens(self, text: str) -> str:
        return " ".join(pairs_as_words(text))


def pairs_as_words(text: str) -> list[str]:
    """安全生 as two words that every tokenizer leaves whole: 5b895168 51687517."""
    codes = [format(ord(character), "x") for character in text]
    return [f"{first}z{second}" for first, second in pairwise(codes)]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class PostgresTrigrams(AbstractContextManager["PostgresTrigrams"]):
    """pg_trgm with a GIN index, in a schema of its own with a name that no other has; it is dropped at the end."""

    name = "postgresql pg_trgm"

    def __init__(self, address: str) -> None:
        import psycopg

        self._connection = psycopg.connect(address, autocommit=True)
        self._schema = f"gazette_bench_{secrets.token_hex(6)}"

    def __enter__(self) -> Self:
        run = self._connection.execute
        run("create extension if not exists pg_trgm")
        run(f"create schema {self._schema}")
        run(f"create table {self._schema}.t (id integer primary key, body text not null)")
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.execute(f"drop schema if exists {self._schema} cascade")
        self._connection.close()

    def build(self, texts: Texts) -> None:
        with self._connection.cursor().copy(f"copy {self._schema}.t (id, body) from stdin") as copy:
            for number, text in texts:
                copy.write_row((number, text.replace("\x00", "\n")))
        self._connection.execute(f"create index t_body on {self._schema}.t using gin (body gin_trgm_ops)")
        self._connection.execute(f"vacuum analyze {self._schema}.t")

    def find(self, runs: tuple[str, ...]) -> list[int]:
        where = " and ".join(["body like %s"] * len(runs))
        values: list[Any] = [f"%{_escaped(run)}%" for run in runs]
        rows = self._connection.execute(f"select id from {self._schema}.t where {where}", values)
        return [number for (number,) in rows]

    def size(self) -> int:
        row = self._connection.execute(f"select pg_total_relation_size('{self._schema}.t')").fetchone()
        return int(row[0]) if row else 0


class Tantivy(AbstractContextManager["Tantivy"]):
    """tantivy over pairs of characters with their positions, asked for phrases."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._tantivy = tantivy
        self._folder = folder / "tantivy"
        self._folder.mkdir()
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body", stored=False, tokenizer_name="whitespace", index_option="position")
        builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
        self._index = tantivy.Index(builder.build(), path=str(self._folder))

    def __exit__(self, *exception: object) -> None:
        del self._index

    def build(self, texts: Texts) -> None:
        writer = self._index.writer(heap_size=256_000_000, num_threads=1)
        for number, text in texts:
            document = self._tantivy.Document()
            document.add_text("body", " ".join(pairs_as_words(text)))
            document.add_unsigned("id", number)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def find(self, runs: tuple[str, ...]) -> list[int]:
        searcher = self._index.searcher()
        phrases = [self._phrase(run) for run in runs]
        query = self._tantivy.Query.boolean_query([(self._tantivy.Occur.Must, one) for one in phrases])
        hits = searcher.search(query, limit=max(1, searcher.num_docs), count=True).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    def _phrase(self, run: str) -> Any:
        words: list[Any] = list(pairs_as_words(run))
        schema = self._index.schema
        if len(words) == 1:
            return self._tantivy.Query.term_query(schema, "body", words[0])
        return self._tantivy.Query.phrase_query(schema, "body", words)

    def size(self) -> int:
        return sum(path.stat().st_size for path in self._folder.iterdir())


def cpu_seconds_of_building(peer: Peer, texts: Texts) -> float:
    """Build and give the CPU seconds of this process; of a server's own work nothing is known."""
    started = time.process_time()
    peer.build(texts)
    return time.process_time() - started
