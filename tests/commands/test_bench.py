"""The bench command: a small corpus measured in a place of its own, its figures checked for what they claim."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from archive.benchmark.corpus import clauses_of, recipe
from archive.benchmark.peers import PlainScan, SqliteBigrams, SqliteTrigrams
from archive.benchmark.queries import draw_queries, draw_runs
from archive.benchmark.questions import UnreadableQuestions, measure_questions

PROJECT = Path(__file__).resolve().parent.parent.parent
SAMPLES = settings.BASE_DIR / "archive" / "samples"


def bench(*options: str) -> dict:
    command = [sys.executable, "manage.py", "bench", *options]
    return json.loads(subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.in_full
def test_ours_and_the_peers_are_measured_in_one_run() -> None:
    measured = bench("--documents", "45", "--queries", "3", "--runs", "50")
    assert measured["documents"] == 45
    assert measured["exact"] == {"runs": 50, "pairs": 10, "wrong": 0, "examples": []}
    ours = measured["ours"]["classes"]
    assert len(ours) == 10
    assert all(0 < figures["p50_ms"] <= figures["p95_ms"] for figures in ours.values())
    assert all(0 < figures["cpu_p50_ms"] <= figures["cpu_p95_ms"] for figures in ours.values())
    assert measured["ours"]["dearest_cpu_p95_ms"] == max(figures["cpu_p95_ms"] for figures in ours.values())
    assert measured["ours"]["dearest_p95_ms"] == max(figures["p95_ms"] for figures in ours.values())
    # Numbers and names are found as often as the plain scan finds them; the stock backend finds hardly anything.
    assert measured["peers"]["scan"]["wrong"] == 0
    assert measured["peers"]["sqlite bigrams"]["wrong"] == 0
    assert measured["peers"]["haystack's whoosh"]["wrong"] > 10
    for name, figures in measured["peers"]["scan"]["classes"].items():
        assert figures["hits"] == ours[name]["hits"], name
    assert set(measured["ratios"]) == set(measured["peers"])
    assert any(reason.startswith("postgresql") for reason in measured["left_out"])


@pytest.mark.in_full
def test_engines_are_compared_on_the_same_documents() -> None:
    measured = bench("--documents", "30", "--queries", "2", "--runs", "20", "--engines")
    assert measured["ours"]["engine"] == "whoosh"
    engines = measured["engines"]
    left_out = any("requirements-tantivy.txt" in reason for reason in measured["left_out"])
    assert set(engines) == ({"whoosh"} if left_out else {"whoosh", "tantivy"})
    for figures in engines.values():
        assert figures["exact"]["wrong"] == 0
        assert figures["building"]["megabytes_per_million"] > 0
        for name, found in figures["classes"].items():
            assert found["hits"] == measured["ours"]["classes"][name]["hits"], name


@pytest.mark.in_full
def test_ours_alone_asks_no_other_engine() -> None:
    measured = bench("--documents", "20", "--queries", "2", "--runs", "5", "--alone")
    assert measured["peers"] == measured["ratios"] == {}
    assert measured["exact"]["wrong"] == 0


@pytest.mark.in_full
def test_questions_are_measured_by_where_the_right_document_stands(tmp_path: Path) -> None:
    texts = ["城市供水管网改造计划。", "公共数据开放目录编制要求。", "古树名木养护责任。", "森林防火期通告。"]
    rows = [json.dumps({"docid": f"d{n}", "text": text}, ensure_ascii=False) for n, text in enumerate(texts)]
    (tmp_path / "documents.jsonl").write_text("\n".join(rows), encoding="utf-8")
    asked = [
        {"docid": "d0", "question": "供水管网怎么改造？"},
        {"docid": "d1", "question": "公共数据目录有哪些编制要求？"},
        {"docid": "d2", "question": "森林防火期有多长？"},  # another document answers it
    ]
    (tmp_path / "questions.json").write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    measured = bench("--questions", str(tmp_path))
    assert measured == {"questions": {"r@1": 0.6667, "r@5": 0.6667, "r@10": 0.6667, "mrr": 0.6667, "n": 3}}


@pytest.mark.parametrize("content", [None, "{}", '{"docid": 3, "text": "x"}', "no json"])
def test_a_folder_without_questions_is_told_by_its_file(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "documents.jsonl").write_text(content)
    with pytest.raises(UnreadableQuestions, match=r"documents\.jsonl"):
        measure_questions(tmp_path)


def test_the_command_tells_it_in_a_line(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "bench", "--questions", str(tmp_path)]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 1
    assert "documents.jsonl" in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


def test_no_documents_are_no_corpus() -> None:
    with pytest.raises(CommandError, match="from 1 up"):
        call_command("bench", documents=0)


def test_a_seed_gives_the_same_corpus_and_the_same_queries() -> None:
    clauses = clauses_of(SAMPLES)
    first, again, other = (list(recipe(clauses, 20, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    texts = ["".join(one.paragraphs) for one in first]
    people = [one.person for one in first]
    assert draw_queries(texts, people, 4, 1) == draw_queries(texts, people, 4, 1)
    assert draw_runs(texts, 9, 1) == draw_runs(texts, 9, 1)


@pytest.mark.parametrize("make", [PlainScan, SqliteBigrams, SqliteTrigrams])
def test_a_peer_finds_what_stands_in_a_text(make: type, tmp_path: Path) -> None:
    texts = [(7, "安全生产责任\x00安政发[2022]1号"), (8, "生产安全100%_a"), (9, "无")]
    with make(tmp_path) as peer:
        peer.build(texts)
        assert sorted(peer.find(("安全生产",))) == [7]
        assert sorted(peer.find(("安全",))) == [7, 8]
        assert sorted(peer.find(("生产", "责任"))) == [7]
        assert sorted(peer.find(("[2022]1号",))) == [7]
        assert sorted(peer.find(("00%_a",))) == [8]
