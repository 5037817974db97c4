"""Spelling of 6,530 OCR-like texts, Delta to Delta, against the loop over pyspellchecker; and how right all backends are.

    TUBELAKE_REAL_DATA=FOLDER python -m benchmarks.spelling

The texts are words of real titles with OCR-like noise. The loop is timed on a sample of them, and extrapolated.
"""

import ast
import json
import random
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession
from spellchecker import SpellChecker

from benchmarks.common import real_data, result, settings_for, stopwatch, warm_session
from tubelake import job, store, tables
from tubelake.parse.columns import with_missing
from tubelake.settings import Settings
from tubelake.spelling.dictionary import Dictionary, counts_of, general_words, merged
from tubelake.spelling.texts import Corrector, corrections

TEXTS, SAMPLE = 6_530, 30
NAMES_STEP = 4  # every fourth name: pyspellchecker takes 0.1 s a name and more
NOISE = (
    ("o", "0"),
    ("l", "1"),
    ("i", "l"),
    ("s", "5"),
    ("m", "rn"),
    ("w", "vv"),
    ("e", "c"),
    ("h", "b"),
    ("a", "o"),
    ("t", "f"),
)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
Pairs = list[tuple[str, str]]


def videos() -> list[dict[str, str]]:
    lines = (real_data() / "corpus/videos.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["snippet"] for line in lines]


def misread(word: str, said: random.Random) -> str:
    """One slip of an OCR engine: a look-alike, or a letter lost or doubled."""
    wrong, right = said.choice(NOISE)
    if wrong in word.lower() and said.random() < 0.7:
        return word.lower().replace(wrong, right, 1)
    at = said.randrange(len(word))
    return word[:at] + word[at + 1 :] if said.random() < 0.5 else word[:at] + word[at] + word[at:]


def make_texts(told: list[dict[str, str]]) -> list[str]:
    """Two to four words of a title each; of the words with five letters and more 40 % are misread."""
    said = random.Random(7)
    titles = [
        words
        for of in told
        if len(words := [w for w in (of.get("title") or "").split() if w.isascii() and w.isalpha()]) > 1
    ]
    texts = []
    for _ in range(TEXTS):
        words = said.choice(titles)
        start = said.randrange(max(1, len(words) - 3))
        shown = words[start : start + said.randint(2, 4)]
        texts.append(" ".join(misread(w, said) if len(w) > 4 and said.random() < 0.4 else w for w in shown))
    return texts


def fill(spark: SparkSession, wanted: Settings, told: list[dict[str, str]], texts: list[str]) -> None:
    rows = [(str(at), of.get("title"), of.get("description"), NOW) for at, of in enumerate(told)]
    append(
        spark, wanted, tables.VIDEOS, rows, "video_id string, title string, description string, fetched_at timestamp"
    )
    shown = [(str(at), text, NOW) for at, text in enumerate(texts)]
    append(spark, wanted, tables.PICTURE_TEXT, shown, "video_id string, text string, fetched_at timestamp")


def append(spark: SparkSession, wanted: Settings, table: tables.Table, rows: list, ddl: str) -> None:
    store.ensure(spark, table, wanted.lake)
    frame = spark.createDataFrame(rows, ddl)
    store.append(with_missing(frame, table), table, wanted.lake)


def loop_seconds(texts: list[str], dictionary: Dictionary) -> float:
    """What the origin did: each word of one text after another, by pyspellchecker; of a sample, extrapolated."""
    checker = SpellChecker()
    checker.word_frequency.load_words(counts_of(dictionary))
    with stopwatch() as taken:
        for text in random.Random(3).sample(texts, SAMPLE):
            " ".join(checker.correction(word) or word for word in text.split())
    return taken[0] / SAMPLE * len(texts)


def job_seconds(spark: SparkSession, wanted: Settings) -> float:
    with stopwatch() as taken:
        report = job.load("correct_spelling").run(spark, wanted)
    if report.rows_out != TEXTS:
        raise AssertionError(f"{report.rows_out:,} of {TEXTS:,} texts are corrected")
    print(*report.notes)
    shutil.rmtree(Path(wanted.lake.root) / "silver" / "corrected_texts")
    return taken[0]


def test_sets() -> dict[str, Pairs]:
    lines = (real_data() / "spelling/symspell/noisy_query_en_1000.part1.txt").read_text("utf-8-sig").splitlines()
    source = (real_data() / "spelling/norvig/spell-testset1.txt").read_text()
    listed = ast.literal_eval(source.partition("=")[2].strip())
    return {
        "SymSpell's queries": [(line.split()[0], line.split()[1]) for line in lines],
        "Norvig's set 1": [(wrong, right) for right, wrongs in listed.items() for wrong in wrongs.split()],
    }


def accuracy(pairs: Pairs, given: dict[str, str]) -> float:
    return sum((given.get(wrong) or wrong) == right for wrong, right in pairs) / len(pairs)


def names_of(told: list[dict[str, str]]) -> list[str]:
    """Words with capitals in titles and names of channels, a sample."""
    words = {word for of in told for word in f"{of.get('title')} {of.get('channelTitle')}".split()}
    return sorted(word for word in words if word.isascii() and word.isalpha() and word[0].isupper())[::NAMES_STEP]


def measure(spark: SparkSession, told: list[dict[str, str]]) -> None:
    """Accuracy and false corrections of each backend with the general dictionary alone: every name is outside of it."""
    sets, names = test_sets(), names_of(told)
    rights = sorted({right for pairs in sets.values() for _, right in pairs})
    tokens = sorted({*rights, *names, *(wrong for pairs in sets.values() for wrong, _ in pairs)})
    frame = spark.createDataFrame([(token,) for token in tokens], "token string").persist()
    checker = SpellChecker()
    plain = {name: accuracy(pairs, {w: checker.correction(w) or w for w, _ in pairs}) for name, pairs in sets.items()}
    for backend in ("symspell", "sparknlp", "pyspellchecker"):
        rows = corrections(frame, Corrector(backend, merged(general_words(None), {}))).collect()
        given = {row["token"]: row["likely"] for row in rows if row["likely"]}
        for name, pairs in sets.items():
            found = accuracy(pairs, given)
            if backend == "symspell":
                print(f"     pyspellchecker with its own dictionary: accuracy on {name}: {plain[name]:.3f}")
                result(
                    f"{backend}: accuracy on {name}, pyspellchecker's own as limit", found, plain[name], at_least=True
                )
            else:
                print(f"     {backend}: accuracy on {name}: {found:.3f}")
        result(
            f"{backend}: false corrections of {len(rights)} right words",
            100 * sum(w in given for w in rights) / len(rights),
            1,
            " %",
        )
        result(
            f"{backend}: false corrections of {len(names)} names",
            100 * sum(w in given for w in names) / len(names),
            1,
            " %",
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        wanted = settings_for(Path(name), "http://127.0.0.1:1", "spark.master=local[2]", "spark.nlp=true")
        spark = warm_session(wanted)
        told = videos()
        texts = make_texts(told)
        fill(spark, wanted, told, texts)
        cold, ours = (job_seconds(spark, wanted) for _ in range(2))
        loop = loop_seconds(texts, merged(general_words(None), {}))
        print(
            f"{TEXTS:,} texts, {sum(len(text.split()) for text in texts):,} words; the loop {loop:,.0f} s by {SAMPLE} of them"
        )
        print(f"ours: {cold:.1f} s the first time in a session (index built), {ours:.1f} s then")
        result("times as fast as the loop, the first time", loop / cold, 100, at_least=True)
        result("times as fast as the loop, warm", loop / ours, 100, at_least=True)
        measure(spark, told)


if __name__ == "__main__":
    main()
