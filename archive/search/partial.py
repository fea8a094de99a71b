"""The nearest documents to a question that no document answers word for word.

工业和信息化部到哪家企业进行督导检查？ stands in no document; 工业, 业和, … 督导, 导检, 检查 do. Question words fall
away, rare pairs weigh more, a title weighs more than a body, long texts weigh less.
"""

import re
from collections import defaultdict
from functools import reduce
from math import log
from operator import and_

from archive.search.document_set import DocumentSet, heaviest
from archive.search.grams import pairs_of, plain_gram, title_gram, word_gram, words_of
from archive.search.query_language import Condition, is_plain, positive_terms
from archive.search.snapshot import Snapshot

# What a question asks with, and what says nothing by itself; cut out, so that no pair runs over it.
_ASKING = re.compile(
    r"请问|是什么|有什么|为什么|什么样|什么|有哪些|哪些|哪几|哪个|哪家|哪里|哪种|怎么样|怎么办|怎么|怎样|如何|是否|能否|可否|多少|多久|几个"
    r"|何时|何地|为何|对于|关于|根据|以及|应该|需要|可以|进行|相关|有关|哪|吗|呢|吧|啊|的|了|[?!,.;:、。“”‘’\"'()\[\]《》<>…—]+"
)
_MARKS_QUESTION = re.compile(r"[?？]|什么|哪些|哪个|哪里|哪家|怎么|怎样|如何|是否|能否|多少|为何|吗$")
_NO_HAN = re.compile(r"[^\u3400-\U0003ffff]+")
# Candidates that are read for how often the pairs stand in them.
_READ = 100
# Pairs in more than this share of documents find nothing.
_TOO_COMMON = 0.5
# Chosen on 631 questions that people asked of 599 real documents (the right one first for 83 of 100).
_SATURATION, _LENGTH_SHARE, _TITLE, _THREE, _COVERAGE = 2.0, 0.6, 0.3, 0.5, 0.5
# A document that answers less than this share of the best answer is no answer.
_NEAR = 0.3


def is_question(query: str, condition: Condition) -> bool:
    """True for plain words in one run, and for anything that asks: what partial answers are given to.

    Several terms with blanks between them are no question: who types them asks for all of them.
    """
    if not is_plain(condition):
        return False
    return len(positive_terms(condition)) == 1 or _MARKS_QUESTION.search(query) is not None


def question_grams(condition: Condition) -> tuple[list[str], list[str]]:
    """What to look for: pairs (Latin words and numbers whole), and runs of three; no question words in them."""
    pairs: dict[str, None] = {}
    threes: dict[str, None] = {}
    for term in positive_terms(condition):
        for piece in _ASKING.split(term.text):
            for run in _NO_HAN.split(piece):
                if len(run) >= 2:
                    pairs.update(dict.fromkeys(pairs_of(run)))
                    threes.update(dict.fromkeys(run[i : i + 3] for i in range(len(run) - 2)))
            pairs.update((word_gram(word), None) for word in words_of(piece))
    return list(pairs), list(threes)


def nearest(
    snapshot: Snapshot, condition: Condition, within: DocumentSet, limit: int, share: float = _NEAR
) -> list[tuple[int, float]]:
    """The documents of `within` that come nearest, best first, `limit` at most;
    none that scores less than `share` of the first."""
    weights: dict[str, float] = {}
    pairs, threes = question_grams(condition)
    for pair in pairs:
        count = snapshot.count_with(pair)
        if count and (count <= 3 or count < _TOO_COMMON * snapshot.size):
            weights[pair] = log(1 + (snapshot.size - count + 0.5) / (count + 0.5))
    having = {pair: snapshot.documents_with(pair) for pair in weights}
    read = heaviest([(weight, having[pair]) for pair, weight in weights.items()], within, _READ)
    titled = {pair: snapshot.documents_with(title_gram(pair)) for pair in weights if len(pair) == 2}
    lengths = snapshot.columns.body_lengths
    mean = snapshot.mean_length
    total = sum(weights.values())
    nowhere = DocumentSet()
    # The posting lists say which pairs a document has: only those are counted in it.
    held: defaultdict[int, list[tuple[bytes, float, bool]]] = defaultdict(list)
    for pair, weight in weights.items():
        needle = plain_gram(pair).encode()
        in_titles = titled.get(pair, nowhere)
        for number in read & having[pair]:
            held[number].append((needle, weight, number in in_titles))
    # A run of three is about as rare as the rarer of its pairs, and stands where both do.
    runs: defaultdict[int, list[tuple[bytes, float]]] = defaultdict(list)
    for run in threes:
        places = [having[pair] for pair in (run[:2], run[1:]) if pair in having]
        for number in reduce(and_, places, read) if places else ():
            weight = max(weights.get(run[:2], 0.0), weights.get(run[1:], 0.0))
            runs[number].append((run.encode(), weight))
    scored = []
    for number in read:
        text = snapshot.text(number)
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths[number] / mean)
        score = covered = 0.0
        for needle, weight, in_title in held[number]:
            times = text.count(needle)
            score += weight * ((_SATURATION + 1) * times / (times + damping))
            covered += weight
            if in_title:
                score += weight * _TITLE
        score += _THREE * sum(weight for run, weight in runs[number] if run in text)
        scored.append((number, score * (covered / total) ** _COVERAGE))
    days = snapshot.columns.days
    scored.sort(key=lambda pair: (-round(pair[1], 3), -days[pair[0]], pair[0]))
    return [(number, score) for number, score in scored[:limit] if score >= share * scored[0][1]]
