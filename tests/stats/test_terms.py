"""Words, pairs, topics and segments that mark a keyword: as a recount finds them, and as they were planted."""

import math
from collections import Counter

import numpy as np
import pytest
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.stats import log_odds as odds
from tubelake.stats.novel import FEWEST_WORDS, KEYWORDS, UNSEEN, expected_log, novel_segments, words_of_segments
from tubelake.stats.terms import term_counts, terms_of, texts_of, top_terms
from tubelake.stats.topics import documents_of, topic_weights, topics


def frame(spark, table: tables.Table, rows: list[dict]):
    return spark.createDataFrame([tuple(row.get(name) for name in table.column_names) for row in rows], table.ddl)


def test_log_odds_are_those_of_monroe(spark):
    cases = [(30, 1_000, 40, 9_000), (1, 1_000, 40, 9_000), (0, 50, 7, 900), (5, 5, 5, 900), (9, 900, 9, 900)]
    rows = spark.createDataFrame(cases, "y bigint, n bigint, whole bigint, total bigint")
    actual = [row[0] for row in rows.select(odds.log_odds(*(F.col(name) for name in rows.columns))).collect()]
    expected = []
    for y, n, whole, total in cases:
        prior, rest, others, all_priors = odds.PRIOR * whole, whole - y, total - n, odds.PRIOR * total
        omega = math.log((y + prior) / (n + all_priors - y - prior))
        omega -= math.log((rest + prior) / (others + all_priors - rest - prior))
        expected.append(omega / math.sqrt(1 / (y + prior) + 1 / (rest + prior)))
    assert actual == pytest.approx(expected)
    assert actual[0] > 2 > 0 > actual[1]


def test_a_text_that_is_one_word_over_and_over_has_no_odds(spark):
    row = spark.sql("SELECT 4L y, 4L n, 9L whole, 9L total").select(
        odds.log_odds(*map(F.col, ("y", "n", "whole", "total")))
    )
    assert row.collect()[0][0] is None


TITLES = {  # title, tags -> words, pairs
    "plain": ("The Cat in the big Hat", ["big hat", "Cat"], {"cat", "big", "hat"}, {"big hat"}),
    "no tags": ("New phone review", None, {"new", "phone", "review"}, {"new phone", "phone review"}),
    "repeats": ("cat cat cat", [], {"cat"}, set()),
    "numbers": ("Top 10 goals 2024 https://example.com/x", ["#1"], {"top", "goals"}, set()),
    "korean": ("고양이 배터리", None, {"고양이", "배터리"}, {"고양이 배터리"}),
    "emoji": ("🔥🔥", [], set(), set()),
    "null": (None, None, set(), set()),
    "empty": ("", [""], set(), set()),
}


def test_words_and_pairs_of_titles_tags_and_captions(spark):
    videos = [{"video_id": name, "title": title, "tags": tags} for name, (title, tags, _, _) in TITLES.items()]
    videos.append({"video_id": "said", "title": "dog"})
    windows = [{"video_id": "said", "kind": kind, "language_code": "de", "text": f"der {kind} Hund"} for kind in ("words", "minutes")]  # fmt: skip
    texts = texts_of(
        frame(spark, tables.VIDEOS, videos), frame(spark, tables.TEXT_SCORES, []),
        frame(spark, tables.CAPTION_WINDOWS, windows),
    )  # fmt: skip
    found = {}
    for row in terms_of(texts).collect():
        assert row["term"] not in found.setdefault((row["video_id"], row["kind"]), set())
        found[row["video_id"], row["kind"]].add(row["term"])
    expected = {(name, kind): terms for name, (_, _, *both) in TITLES.items() for kind, terms in zip(("word", "pair"), both, strict=True) if terms}  # fmt: skip
    expected |= {("said", "word"): {"dog", "words", "hund"}, ("said", "pair"): {"words hund"}}
    assert found == expected


def test_common_words_are_those_of_the_title_s_language(spark):
    videos = frame(spark, tables.VIDEOS, [{"video_id": name, "title": "die Katze"} for name in ("told", "detected", "neither")])  # fmt: skip
    videos = videos.withColumn("default_language", F.when(F.col("video_id") == "told", "de-AT"))
    scores = [{"source": "videos", "source_id": "detected", "language": "de"}, {"source": "videos", "source_id": "told", "language": "en"}]  # fmt: skip
    texts = texts_of(videos, frame(spark, tables.TEXT_SCORES, scores), frame(spark, tables.CAPTION_WINDOWS, []))
    found = (
        terms_of(texts).where("kind = 'word'").groupBy("video_id").agg(F.array_sort(F.collect_list("term"))).collect()
    )
    assert dict(map(tuple, found)) == {"told": ["katze"], "detected": ["katze"], "neither": ["die", "katze"]}


@pytest.fixture(scope="module")
def grouped(spark):
    """Members and terms: cats and dogs share "video"; birds is the only cohort."""
    random = np.random.default_rng(2)
    members, terms = [], []
    for keyword, own in (("cats", "purr"), ("dogs", "bark")):
        for number in range(40):
            video = f"{keyword}{number}"
            members.append(("keyword", keyword, video))
            said = {"video", f"rare {video}"} | {f"word{at}" for at in random.integers(0, 30, 8)}
            if number < 30:
                said.add(own)
            terms += [(video, "word", term) for term in said]
    members += [("cohort", "birds", f"cats{number}") for number in range(5)]
    return (
        spark.createDataFrame(members, "grouping string, group string, video_id string"),
        spark.createDataFrame(terms, "video_id string, kind string, term string"),
        members, terms,
    )  # fmt: skip


def test_terms_mark_the_group_that_has_them_more_often(grouped):
    members, terms, listed, said = grouped
    found = top_terms(members, term_counts(members, terms))
    assert found.columns == tables.TOP_TERMS.column_names
    rows = [row for row in found.collect() if row["grouping"] == "keyword"]
    first = {row["group"]: row for row in rows if row["rank"] == 1}
    assert {group: (row["term"], row["video_count"], row["share"]) for group, row in first.items()} == {
        "cats": ("purr", 30, 0.75), "dogs": ("bark", 30, 0.75),
    }  # fmt: skip
    assert not [row["term"] for row in rows if row["term"].startswith("rare ")]
    group_of = {video: group for grouping, group, video in listed if grouping == "keyword"}
    counts = Counter((group_of[video], term) for video, _, term in said)
    n = {group: sum(count for (of, _), count in counts.items() if of == group) for group in ("cats", "dogs")}
    total = sum(n.values())
    for row in rows:
        y, whole = counts[row["group"], row["term"]], sum(counts[group, row["term"]] for group in n)
        part, rest, others = y + odds.PRIOR * whole, whole - y + odds.PRIOR * whole, odds.PRIOR * total
        expected = math.log(part / (n[row["group"]] + others - part))
        expected -= math.log(rest / (total - n[row["group"]] + others - rest))
        assert row["strength"] == pytest.approx(expected / math.sqrt(1 / part + 1 / rest))
        assert row["strength"] > odds.SIGN
    for group in n:
        ranks = [(row["rank"], row["strength"]) for row in rows if row["group"] == group]
        assert sorted(ranks) == sorted(ranks, key=lambda pair: -pair[1])
        assert len(ranks) <= 25


def test_a_group_without_others_has_its_most_frequent_terms(grouped):
    members, terms = grouped[:2]
    rows = [row for row in top_terms(members, term_counts(members, terms)).collect() if row["grouping"] == "cohort"]
    counts = [row["video_count"] for row in sorted(rows, key=lambda row: row["rank"])]
    assert {row["strength"] for row in rows} == {None}
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 5


def test_topics_are_those_that_were_planted(spark):
    random = np.random.default_rng(6)
    themes = {"cooking": [f"cook{n}" for n in range(12)], "football": [f"ball{n}" for n in range(12)]}
    texts, members = [], []
    for keyword, vocabulary in themes.items():
        for number in range(30):
            video = f"{keyword}{number}"
            members.append(("keyword", keyword, video))
            texts.append((video, "en", " ".join(random.choice(vocabulary, 30))))
    members = spark.createDataFrame(members, "grouping string, group string, video_id string")
    documents = documents_of(spark.createDataFrame(texts, "video_id string, language string, text string")).cache()
    found = topics(members, topic_weights(documents, 2))
    assert found.columns == tables.TOP_TERMS.column_names
    rows = {(row["group"], row["rank"]): row for row in found.collect()}
    for keyword, vocabulary in themes.items():
        first = rows[keyword, 1]
        assert (first["kind"], first["video_count"], first["share"]) == ("topic", 30, 1.0)
        assert set(first["term"].split()) < set(vocabulary)
        assert first["strength"] > 0.8
        assert rows[keyword, 1]["strength"] + rows[keyword, 2]["strength"] == pytest.approx(1)
    few = topics(members, topic_weights(documents.where("video_id like '%1'"), 2))
    assert (few.columns, few.count()) == (tables.TOP_TERMS.column_names, 0)
    documents.unpersist()


def said(video: str, language: str, segments: list[list[str]]) -> tuple[list[dict], list[dict]]:
    """Segments of a minute each, and their words as sentences of ten words."""
    track, cut, told = f"{video}/{language}/manual", [], []
    for position, words in enumerate(segments):
        start = position * 60.0
        cut.append({
            "document_id": track, "position": position, "video_id": video, "language_code": language,
            "start_seconds": start, "end_seconds": start + 60, "word_count": len(words), "url": f"{video}&t={start:.0f}s",
        })  # fmt: skip
        told += [
            {
                "track_id": track, "kind": "sentence", "video_id": video, "language_code": language,
                "start_seconds": start + at / 100, "text": " ".join(words[at : at + 10]),
            }
            for at in range(0, len(words), 10)
        ]  # fmt: skip
    return cut, told


@pytest.fixture(scope="module")
def spoken(spark):
    """Five videos of one keyword about the same words, one of which says something new in its third segment."""
    random = np.random.default_rng(7)
    usual = [f"usual{n}" for n in range(400)]
    shares = 1 / np.arange(1, 401)
    shares /= shares.sum()

    def draw(count: int) -> list[str]:
        return list(random.choice(usual, count, p=shares))

    talks = {f"v{n}": [draw(size) for size in (40, 120, 300, 900)] for n in range(5)}
    talks["v2"][2] = [*draw(60), *random.choice(["quantum", "entangled", "photon", "qubit", "laser"], 60)]
    talks["v3"][0] = draw(FEWEST_WORDS - 1)
    segments, sentences = [], []
    for video, parts in talks.items():
        cut, told = said(video, "en", parts)
        segments += cut
        sentences += told
    for video, language in (("korean", "ko"), ("alone", "en")):
        cut, told = said(video, language, [[f"{language}{n}" for n in range(50)]])
        segments += cut
        sentences += told
    hits = [("rocks", video) for video in (*talks, "korean")] + [
        ("lonely", "alone"),
        ("rocks", None),
        ("rocks", "gone"),
    ]
    frames = (
        spark.createDataFrame(hits, "keyword string, video_id string"),
        frame(spark, tables.CAPTION_SEGMENTS, segments), frame(spark, tables.CAPTION_WINDOWS, sentences),
    )  # fmt: skip
    words = words_of_segments(*frames).cache()
    found = novel_segments(words, frames[1])
    assert found.columns == tables.NOVEL_SEGMENTS.column_names
    rows = found.collect()
    words.unpersist()
    return talks, rows


def test_the_segment_that_says_something_new_is_first(spoken):
    rows = {row["rank"]: row for row in spoken[1]}
    assert {row["keyword"] for row in rows.values()} == {
        "rocks"
    }  # lonely has one video; the Korean one nothing to compare
    assert (rows[1]["video_id"], rows[1]["position"]) == ("v2", 2)
    assert (rows[1]["track_id"], rows[1]["start_seconds"], rows[1]["word_count"]) == ("v2/en/manual", 120.0, 120)
    assert set(rows[1]["keywords"][:5]) == {"quantum", "entangled", "photon", "qubit", "laser"}
    assert len(rows[1]["keywords"]) == KEYWORDS
    assert sorted(rows) == list(range(1, 20))  # all but one of 5 x 4 segments have enough words


def test_chance_and_length_alone_are_not_novel(spoken):
    rows = [row for row in spoken[1] if (row["video_id"], row["position"]) != ("v2", 2)]
    by_length = {
        position: np.mean([row["novelty"] for row in rows if row["position"] == position]) for position in range(4)
    }
    assert all(abs(novelty) < 0.15 for novelty in by_length.values()), by_length


def test_novelty_is_the_divergence_less_that_of_random_samples(spoken):
    talks, found = spoken
    rows = {(row["video_id"], row["position"]): row["novelty"] for row in found}
    everything = Counter(word for parts in talks.values() for part in parts for word in part)
    random = np.random.default_rng(1)
    for video, position in (("v2", 2), ("v0", 0), ("v1", 3)):
        own = Counter(word for part in talks[video] for word in part)
        vocabulary = sorted(everything)
        usual = np.array([everything[word] - own[word] + UNSEEN for word in vocabulary])
        usual /= usual.sum()
        here = Counter(talks[video][position])
        counts = np.array([here[word] for word in vocabulary])
        samples = random.multinomial(counts.sum(), usual, 2_000)
        expected = divergence(counts[None], usual)[0] - divergence(samples, usual).mean()
        assert rows[video, position] == pytest.approx(expected, abs=0.02), (video, position)


def divergence(counts: np.ndarray, usual: np.ndarray) -> np.ndarray:
    shares = counts / counts.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nansum(shares * np.log2(shares / usual), axis=1)


def test_the_expected_logarithm_is_that_of_poisson_numbers(spark):
    means = [0.0, 0.01, 0.7, 3.0, 40.0, 499.0, 501.0, 80_000.0]
    rows = spark.createDataFrame([(mean,) for mean in means], "mean double")
    actual = [row[0] for row in rows.select(expected_log(F.col("mean"))).collect()]
    random = np.random.default_rng(0)
    assert actual == pytest.approx([np.log2(1 + random.poisson(mean, 200_000)).mean() for mean in means], abs=0.003)
