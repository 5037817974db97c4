"""Borders of topics: five real transcripts joined end to end, in 50 random choices and orders; known borders are theirs.

Baselines: borders at minutes whose entropy, or whose surprise (relative entropy to all before), exceeds the mean by one
standard deviation; and the right number of borders at random. Pk and WindowDiff are counted in sentences: 0 is perfect.
Transcripts are in more than one of the 50, so that the intervals are somewhat too narrow.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from nltk.metrics.segmentation import pk, windowdiff

from benchmarks.common import result, stopwatch
from tubelake.text import cohesion, novelty
from tubelake.text.counting import content_counts
from tubelake.text.segments import SHORTEST_CAPTIONS
from tubelake.text.sentences import Caption, Sentence, sentences
from tubelake.text.words import find_words

TRANSCRIPTS = Path(os.environ.get("TUBELAKE_REAL_DATA", "../shared/data")) / "corpus" / "transcripts.jsonl"
ORDERS, JOINED, PAUSE, MINUTE = 50, 5, 1.5, 60.0
LANGUAGES = (("en", False), ("ko", True), ("es", True))  # the made tracks of English, the generated ones of the others
Segmenter = Callable[[list[Sentence]], list[int]]


def tracks(language: str, *, is_generated: bool) -> list[list[Sentence]]:
    """The sentences of each transcript of a language."""
    with TRANSCRIPTS.open(encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    wanted = [track for track in found if (track["language_code"], track["is_generated"]) == (language, is_generated)]
    return [sentences(captions(track["snippets"]), PAUSE) for track in wanted]


def captions(snippets: list[dict]) -> list[Caption]:
    said = sorted((s["start"], max(s["duration"], 0.0), " ".join(s["text"].split())) for s in snippets)
    said = [one for one in said if one[2]]
    following = [start for start, _, _ in said[1:]] + [np.inf]
    return [
        Caption(start, min(start + long, next_), text)
        for (start, long, text), next_ in zip(said, following, strict=True)
    ]


def join(parts: list[list[Sentence]]) -> tuple[list[Sentence], list[int]]:
    """One text of several, and where each but the first begins in it."""
    joined: list[Sentence] = []
    for part in parts:
        shift = joined[-1].end if joined else 0.0
        joined += [Sentence(one.start + shift, one.end + shift, one.text) for one in part]
    return joined, np.cumsum([len(part) for part in parts])[:-1].tolist()


def ours(language: str) -> Segmenter:
    def cut(said: list[Sentence]) -> list[int]:
        counts = content_counts([one.text for one in said], language)
        starts, ends = (np.array([getattr(one, edge) for one in said]) for edge in ("start", "end"))
        return cohesion.segment_borders(counts, starts, ends, SHORTEST_CAPTIONS)[1:]

    return cut


def minutes(said: list[Sentence]) -> tuple[list[int], list[Counter]]:
    """The first sentence of each minute, and its words."""
    place = np.array([one.start // MINUTE for one in said])
    _, firsts = np.unique(place, return_index=True)
    ends = [*firsts[1:], len(said)]
    return firsts.tolist(), [
        Counter(word for one in said[first:end] for word in find_words(one.text))
        for first, end in zip(firsts, ends, strict=True)
    ]


def exceeding(firsts: list[int], values: np.ndarray) -> list[int]:
    limit = np.nanmean(values) + np.nanstd(values)
    return [first for first, value in zip(firsts, values, strict=True) if value > limit and first > 0]


def by_entropy(said: list[Sentence]) -> list[int]:
    firsts, counted = minutes(said)
    shares = [np.array([*words.values()]) / words.total() for words in counted]
    return exceeding(firsts, np.array([-(share * np.log2(share)).sum() for share in shares]))


def by_surprise(said: list[Sentence]) -> list[int]:
    firsts, counted = minutes(said)
    numbers: dict[str, int] = {}
    entries = [
        (at, numbers.setdefault(word, len(numbers)), n) for at, words in enumerate(counted) for word, n in words.items()
    ]
    counts = cohesion.Counts(*np.array(entries).T)
    return exceeding(firsts, novelty.divergences(counts, len(firsts)))


def distances(borders: list[int], found: list[int], units: int) -> tuple[float, float, float]:
    """Pk, WindowDiff (windows of half a mean segment) and the number of borders found."""
    marks = ["".join("1" if at in set(where) else "0" for at in range(units)) for where in (borders, found)]
    window = round(units / (len(borders) + 1) / 2)
    return pk(*marks, k=window), windowdiff(*marks, k=window), len(found)


def measure(language: str, *, is_generated: bool) -> dict[str, np.ndarray]:
    """For each way to cut its distances in each of the random texts."""
    given, random = tracks(language, is_generated=is_generated), np.random.default_rng(6)
    ways: dict[str, Segmenter] = {"ours": ours(language), "entropy": by_entropy, "surprise": by_surprise}
    measured: dict[str, list] = {}
    for _ in range(ORDERS):
        chosen = random.choice(len(given), JOINED, replace=False)
        said, borders = join([given[number] for number in chosen])
        cuts = {name: cut(said) for name, cut in ways.items()}
        cuts["random"] = sorted(random.choice(np.arange(1, len(said)), len(borders), replace=False).tolist())
        for name, cut in cuts.items():
            measured.setdefault(name, []).append(distances(borders, cut, len(said)))
    return {name: np.array(rows) for name, rows in measured.items()}


def interval(one: np.ndarray, other: np.ndarray | None = None) -> tuple[float, float]:
    """95 % bootstrap interval of a mean, or of the ratio of two means of the same texts."""
    drawn = np.random.default_rng(7).integers(0, len(one), (10_000, len(one)))
    means = one[drawn].mean(axis=1)
    low, high = np.quantile(means if other is None else means / other[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def show(language: str, measured: dict[str, np.ndarray]) -> None:
    print(f"{language}: {ORDERS} texts of {JOINED} transcripts{'':12} Pk             WindowDiff          borders")
    for name, rows in measured.items():
        figures = [
            f"{rows[:, at].mean():.3f} ({low:.3f}-{high:.3f})" for at in (0, 1) for low, high in [interval(rows[:, at])]
        ]
        print(f"  {name:36} {figures[0]}   {figures[1]}   {rows[:, 2].mean():5.1f}")


def main() -> None:
    reached = []
    for language, is_generated in LANGUAGES:
        measured = measure(language, is_generated=is_generated)
        show(language, measured)
        found = measured["ours"][:, 0]
        plain = min((measured[name][:, 0] for name in ("entropy", "surprise")), key=np.mean)
        random = measured["random"][:, 0]
        low, high = interval(found, plain)
        print(f"  Pk in those of the better threshold: {found.mean() / plain.mean():.2f} (95 %: {low:.2f}-{high:.2f})")
        reached += [
            result(f"{language}: Pk in those of random borders", found.mean() / random.mean(), 0.6),
            result(f"{language}: Pk in those of the better threshold", found.mean() / plain.mean(), 0.85),
            result(f"{language}: upper end of that ratio's interval", high, 1.0),
        ]
    alone, cut = tracks("en", is_generated=False), ours("en")
    with stopwatch() as taken:
        numbers = [len(cut(said)) + 1 for said in alone]
    lengths = [said[-1].end / 60 / number for said, number in zip(alone, numbers, strict=True)]
    print(f"single transcripts: {numbers} segments, {min(lengths):.1f} to {max(lengths):.1f} min each on average")
    print(f"{taken[0] / len(alone) * 1000:.0f} ms a transcript")
    if not all(reached):
        sys.exit(1)


if __name__ == "__main__":
    main()
