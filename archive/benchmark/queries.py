"""The questions that engines are asked, drawn from the texts themselves by class, the same for the same seed."""

import random
import re
from collections.abc import Mapping, Sequence

_HAN = re.compile(r"[\u4e00-\u9fff]+")
# Runs that are looked at to find the commonest and the rarest among them.
_LOOKED_AT = 4
_NUMBER = re.compile(r"[\u4e00-\u9fff]+\[\d{4}\]\d+号")

# A query: runs that must all stand in a document.
Runs = tuple[str, ...]


def draw_queries(
    texts: Sequence[str], people: Sequence[str], count: int, seed: int
) -> Mapping[str, list[Runs]]:
    """`count` queries of each class; texts and names are folded."""
    choose = random.Random(seed)

    def run(length: int) -> str:
        """So many Chinese characters from anywhere, over the borders of words as it falls."""
        while True:
            stretch = choose.choice(_HAN.findall(choose.choice(texts)) or [""])
            if len(stretch) >= length:
                start = choose.randrange(len(stretch) - length + 1)
                return stretch[start : start + length]

    def by_frequency(length: int) -> list[tuple[int, str]]:
        drawn = {run(length) for _ in range(count * _LOOKED_AT)}
        some = choose.sample(texts, min(len(texts), 500))
        return sorted((sum(one in text for text in some), one) for one in drawn)

    def three() -> Runs:
        while True:
            stretches = _HAN.findall(choose.choice(texts))
            long = [stretch for stretch in stretches if len(stretch) >= 2]
            if len(long) >= 3:
                return tuple(stretch[:2] for stretch in choose.sample(long, 3))

    two, four = by_frequency(2), by_frequency(4)
    numbers = [match.group() for text in texts if (match := _NUMBER.search(text))]
    return {
        "2 characters, common": [(one,) for _, one in two[-count:]],
        "2 characters, rare": [(one,) for _, one in two[:count]],
        "4 characters, common": [(one,) for _, one in four[-count:]],
        "4 characters, rare": [(one,) for _, one in four[:count]],
        "long phrase": [(run(12),) for _ in range(count)],
        # Words are mostly of two characters: a run of three begins or ends inside one.
        "across words": [(run(3),) for _ in range(count)],
        "number": [(one,) for one in choose.sample(numbers, min(count, len(numbers)))],
        "three terms": [three() for _ in range(count)],
        "name": [(one,) for one in choose.sample(sorted(set(people)), min(count, len(set(people))))],
    }


def draw_questions(texts: Sequence[str], count: int, seed: int) -> list[str]:
    """Questions that no document answers word for word: what people type who do not think in key words."""
    choose = random.Random(seed)
    questions: list[str] = []
    while len(questions) < count:
        long = [stretch for stretch in _HAN.findall(choose.choice(texts)) if len(stretch) >= 5]
        if len(long) >= 2:
            first, second = choose.sample(long, 2)
            questions.append(f"{first[:6]}对{second[:6]}有哪些要求？")
    return questions


def draw_runs(texts: Sequence[str], count: int, seed: int) -> list[str]:
    """Runs of 1 to 12 characters from anywhere, with at least one Chinese character, as a query can ask for them.

    Runs that only hold what separates, excludes or quotes are no terms; neither is one that begins or ends blank.
    """
    choose = random.Random(seed)
    runs: list[str] = []
    while len(runs) < count:
        text = choose.choice(texts)
        length = choose.randint(1, 12)
        start = choose.randrange(max(1, len(text) - length))
        run = text[start : start + length]
        if len(run) == length and run == run.strip() and _HAN.search(run) and not set(run) & {'"', "\x00"}:
            runs.append(run)
    return runs
