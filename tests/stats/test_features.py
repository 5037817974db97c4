"""Features of videos and thumbnails: each number is that of numpy, pandas or scipy; a repeat of the jobs changes nothing."""

import math
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tubelake import job, store, tables
from tubelake.parse.columns import with_missing
from tubelake.settings import Lake
from tubelake.stats import rank
from tubelake.stats.associations import FEATURES, associations
from tubelake.stats.features import video_features
from tubelake.stats.thumbnails import thumbnail_features, thumbnail_histograms, thumbnail_metrics, thumbnail_statistics
from tubelake.vision.emotion import EMOTIONS

START = datetime(2026, 3, 1)
VIDEOS = [f"v{number:02}" for number in range(40)]
KEYWORDS = {"cats": VIDEOS[:30], "dogs": VIDEOS[20:39], "few": VIDEOS[:4]}  # nothing has found the last video
SAID, HEARD = "v00/en/manual", "v00/en/generated"
MODEL, OTHER = ({"backend": "b", "model_hash": name, "rules": "r"} for name in ("one", "another"))
JOBS = ("build_thumbnail_features", "build_features")
random = np.random.default_rng(3)


def unit(number: int) -> list[float]:
    vector = np.random.default_rng(number).normal(size=5)
    return (vector / np.linalg.norm(vector)).astype(np.float32).tolist()


def embedding(source: str, key: str, video: str, vector, by=MODEL) -> dict:
    return {"source": source, "source_id": key, "video_id": video, "vector": vector, **by}


def window(track: str, kind: str, position: int, words: int = 10) -> dict:
    key = f"{track}/{kind}/{position}"
    return {"track_id": track, "kind": kind, "position": position, "window_id": key, "video_id": track[:3], "language_code": "en", "word_count": words}  # fmt: skip


def minute(source: str, document: str, position: int, entropy) -> dict:
    return {"source": source, "document_id": document, "position": position, "video_id": document[:3], "entropy": entropy}  # fmt: skip


def _counted() -> dict[tables.Table, list[dict]]:
    """Videos, counts and groups: the first has no newest views, the second no likes, the third no views at all."""
    views = np.floor(random.lognormal(8, 2, len(VIDEOS))).astype(int).tolist()
    newest = [{"video_id": v, "fetched_at": START + timedelta(days=10), "view_count": n, "like_count": int(n * random.random() / 9), "comment_count": int(random.integers(0, 9))} for v, n in zip(VIDEOS, views, strict=True)]  # fmt: skip
    newest[0]["view_count"], newest[1]["like_count"], newest[2]["view_count"] = None, None, 0
    return {
        tables.VIDEOS: [{"video_id": v, "title": f"Video {v}", "category_id": "10", "channel_id": "UC", "published_at": START + timedelta(hours=int(random.integers(0, 99))), "duration_seconds": int(random.integers(10, 999))} for v in VIDEOS],
        tables.VIDEO_SNAPSHOTS: [*newest, *({"video_id": v, "fetched_at": START, "view_count": 7, "like_count": 7, "comment_count": 7} for v in VIDEOS[:5])],
        tables.SEARCH_HITS: [{"keyword": k, "kind": "video", "item_id": v, "video_id": v} for k, found in KEYWORDS.items() for v in found]
        + [{"keyword": "cats", "kind": "channel", "item_id": "UC", "video_id": None}],
        tables.TRENDING_DAYS: [{"video_id": v, "country": "US", "trending_date": day, "cohort": cohort} for v, day, cohort in [("v00", START.date(), "trending"), ("v00", START.date() + timedelta(1), "trending"), ("v00", START.date(), "also"), ("v01", START.date(), None)]],
    }  # fmt: skip


def _texts() -> dict[tables.Table, list[dict]]:
    """The first video has two tracks and a chat; titles of most videos are scored; two videos have odd vectors."""
    kinds = (*((SAID, "words", at) for at in (0, 1, 2)), (SAID, "sentence", 0), (HEARD, "words", 0), ("v01/en/manual", "words", 0))  # fmt: skip
    windows = [window(track, kind, at, 10 + at) for track, kind, at in kinds]
    vectors = [embedding("caption_windows", one["window_id"], one["video_id"], unit(100 + at)) for at, one in enumerate(windows)]  # fmt: skip
    titles = [embedding("videos", v, v, unit(at), OTHER if v == "v01" else MODEL) for at, v in enumerate(VIDEOS[:30])]
    pictures = [embedding("picture_text", v, v, None if v == "v03" else unit(200 + at)) for at, v in enumerate(VIDEOS[:20])]  # fmt: skip
    scores = [{"video_id": v, "source": "videos", "polarity": float(random.normal(0, 0.2)), "subjectivity": 0.5} for v in VIDEOS[1:]]  # fmt: skip
    return {
        tables.CAPTION_WINDOWS: windows,
        tables.EMBEDDINGS: [*vectors, *titles, *pictures],
        tables.VIDEO_SENTIMENT: [*scores, {"video_id": "v00", "source": "chat_messages", "polarity": -0.5, "subjectivity": 0.75}],
        tables.WINDOW_ENTROPY: [minute("captions", SAID, 0, 4.0), minute("captions", SAID, 1, 5.0), minute("captions", HEARD, 0, 9.0), minute("chat", "v00 chat", 0, 2.0), minute("chat", "v00 chat", 1, None)],
    }  # fmt: skip


def _pictures() -> dict[tables.Table, list[dict]]:
    """Of the first video the newer picture counts; words of the fifth were read off an older one; two are unreadable."""
    pictures = [{"video_id": v, "run_id": "new", "url": f"https://i/{v}/new.jpg", "sha256": f"{v} new", "data": b"x", "fetched_at": START} for v in VIDEOS[:25]]  # fmt: skip
    older = {**pictures[0], "run_id": "old", "url": "https://i/old.jpg", "sha256": "old", "fetched_at": START - timedelta(1)}  # fmt: skip
    failed = {"video_id": "v30", "run_id": "new", "url": "https://i/v30.jpg", "reason": "notFound", "fetched_at": START}
    texts = [{"video_id": v, "sha256": f"{v} new", "text": " ".join(["w"] * n), "word_count": n} for v, n in zip(VIDEOS[:24], random.integers(0, 4, 24).tolist(), strict=True)]  # fmt: skip
    texts[2] |= {"text": None, "word_count": None}
    texts[4]["sha256"] = "older"
    faces = [{"video_id": v, "sha256": f"{v} new", "face_count": 2, **dict(zip(EMOTIONS, random.integers(0, 3, 7).tolist(), strict=True))} for v in VIDEOS[:25]]  # fmt: skip
    faces[3] = {"video_id": "v03", "sha256": "v03 new"}
    return {
        tables.PICTURES: [*pictures, older, failed],
        tables.PICTURE_TEXT: texts,
        tables.PICTURE_FACES: faces,
        tables.CORRECTED_TEXTS: [{"source": "picture_text", "source_id": "v00", "video_id": "v00", "corrected_text": "right"}],
    }  # fmt: skip


ROWS = {**_counted(), **_texts(), **_pictures()}


def frame(spark, table: tables.Table):
    """The rows of a table, none where none are given; columns that they do not name are null."""
    rows = ROWS.get(table, [])
    named = [column for column in table.columns if any(column.name in row for row in rows)] or table.columns[:1]
    values = [tuple(row.get(column.name) for column in named) for row in rows]
    given = spark.createDataFrame(values, ", ".join(f"{column.name} {column.type}" for column in named))
    return with_missing(given, table).select(*table.column_names).coalesce(1)


@pytest.fixture(scope="module")
def frames(spark):
    """What the jobs make of these rows, by table."""
    lake = {table: frame(spark, table) for table in ROWS}
    thumbnails = thumbnail_features(*(lake[table] for table in (tables.PICTURES, tables.PICTURE_TEXT, tables.PICTURE_FACES, tables.EMBEDDINGS)))  # fmt: skip
    features = video_features(lake).cache()
    metrics = thumbnail_metrics(thumbnails, lake[tables.SEARCH_HITS]).cache()
    yield {
        tables.VIDEO_FEATURES: features,
        tables.FEATURE_ASSOCIATIONS: associations(features),
        tables.THUMBNAIL_FEATURES: thumbnails,
        tables.THUMBNAIL_STATISTICS: thumbnail_statistics(metrics),
        tables.THUMBNAIL_HISTOGRAMS: thumbnail_histograms(metrics),
    }
    features.unpersist()
    metrics.unpersist()


@pytest.fixture(scope="module")
def read(frames):
    """The rows of a table by their key, each once."""

    @cache
    def rows(table: tables.Table) -> dict:
        found = frames[table].select(*table.column_names).collect()
        by_key = {tuple(row[name] for name in table.key): row for row in found}
        assert len(by_key) == len(found) > 0
        return {key[0] if len(key) == 1 else key: row for key, row in by_key.items()}

    return rows


@pytest.fixture(scope="module")
def features(read):
    return read(tables.VIDEO_FEATURES)


def test_each_video_has_its_newest_counts_and_its_groups(features):
    assert sorted(features) == VIDEOS
    newest = {row["video_id"]: row for row in ROWS[tables.VIDEO_SNAPSHOTS] if row["fetched_at"] > START}
    for video in ROWS[tables.VIDEOS]:
        row, count = features[video["video_id"]], newest[video["video_id"]]
        assert {name: row[name] for name in count if name not in ("video_id", "fetched_at")} == {name: count[name] for name in ("view_count", "like_count", "comment_count")}  # fmt: skip
        age = (count["fetched_at"] - video["published_at"]) / timedelta(days=1)
        ratio = None if not count["view_count"] or count["like_count"] is None else count["like_count"] / count["view_count"]  # fmt: skip
        assert (row["age_days"], row["likes_per_view"]) == (pytest.approx(age), ratio), video["video_id"]
        assert (row["title"], row["category"], row["duration_seconds"]) == (video["title"], "Music", video["duration_seconds"])  # fmt: skip
    assert [features[v]["keywords"] for v in ("v00", "v25", "v39")] == [["cats", "few"], ["cats", "dogs"], None]
    assert [features[v]["cohorts"] for v in ("v00", "v01")] == [["also", "trending"], None]


def test_texts_are_those_of_the_track_that_counts(features):
    first, second = features["v00"], features["v02"]
    assert (first["caption_language"], first["caption_word_count"], first["caption_entropy"]) == ("en", 33, 4.5)
    assert (first["chat_entropy"], first["chat_polarity"], first["chat_subjectivity"]) == (2.0, -0.5, 0.75)
    assert (first["title_polarity"], second["title_subjectivity"]) == (None, 0.5)
    assert {second[name] for name in second.asDict() if name.startswith(("caption", "chat", "comment_p"))} == {None}
    assert (first["picture_text_corrected"], second["picture_text"], second["picture_word_count"]) == ("right", None, None)  # fmt: skip
    assert features["v24"]["face_count"] == 2
    assert features["v03"]["happy_count"] is None
    assert features["v05"]["happy_count"] == ROWS[tables.PICTURE_FACES][5]["happy"]


def test_agreements_are_cosines_of_vectors_of_one_model(features):
    said = np.mean([unit(100 + at) for at in range(3)], axis=0)
    said /= np.linalg.norm(said)
    expected = (np.dot(unit(0), said), np.dot(unit(0), unit(200)), np.dot(said, unit(200)))
    names = ("title_caption_similarity", "title_picture_similarity", "caption_picture_similarity")
    assert [features["v00"][name] for name in names] == pytest.approx(expected, abs=1e-6)
    # The title of v01 is embedded by another model, v03's picture has no word that the model knows, v25's none at all.
    assert [[name for name in names if features[v][name] is not None] for v in ("v01", "v03", "v05", "v25")] == [[names[2]], [], [names[1]], []]  # fmt: skip


def test_associations_are_those_of_scipy(read, features):
    found = read(tables.FEATURE_ASSOCIATIONS)
    groups = {"": VIDEOS, **KEYWORDS}
    assert sorted(found) == sorted((keyword, feature) for keyword in groups for feature in FEATURES)
    known = pd.DataFrame([row.asDict() for row in features.values()]).set_index("video_id")
    for (keyword, feature), row in found.items():
        pair = known.loc[groups[keyword], [feature, "view_count"]].dropna().astype(float)
        assert row["video_count"] == len(pair), feature
        if len(pair) < 10 or pair.nunique().min() == 1:
            assert {row[name] for name in ("rho", "rho_low", "rho_high", "p_value", "p_adjusted")} == {None}, feature
            assert ("too few" if len(pair) < 10 else "same") in row["verdict"]
            continue
        test = stats.spearmanr(pair[feature], pair["view_count"])
        assert (row["rho"], row["p_value"]) == pytest.approx((test.statistic, test.pvalue), abs=1e-9), feature
        error = 1.959964 * math.sqrt((1 + test.statistic**2 / 2) / (len(pair) - 3))
        ends = [math.tanh(math.atanh(test.statistic) + side * error) for side in (-1, 1)]
        assert [row["rho_low"], row["rho_high"]] == pytest.approx(ends), feature
    likes = found["", "like_count"]
    assert likes["verdict"].startswith("videos with more likes tend to have more views: a large association (rho ")
    for row in found.values():
        if row["p_value"] is not None and row["p_adjusted"] >= 0.05:
            assert ("a hint at most" if row["p_value"] < 0.05 else "would go unseen") in row["verdict"]


def test_p_values_are_adjusted_by_holm_in_two_families(read):
    found = read(tables.FEATURE_ASSOCIATIONS)
    for is_all in (True, False):
        tests = {key: row for key, row in found.items() if (key[0] == "") == is_all and row["p_value"] is not None}
        ordered = sorted(tests, key=lambda key: tests[key]["p_value"])
        raised = [min(1.0, (len(ordered) - at) * tests[key]["p_value"]) for at, key in enumerate(ordered)]
        assert [tests[key]["p_adjusted"] for key in ordered] == pytest.approx(np.maximum.accumulate(raised).tolist())


def test_the_interval_of_a_rank_correlation_holds_what_it_says():
    truth, count, trials = 0.6, 40, 1_000
    pairs = np.random.default_rng(4).multivariate_normal([0, 0], [[1, truth], [truth, 1]], (trials, count))
    known = 6 / math.pi * math.asin(truth / 2)  # Spearman's rho of that distribution (Kruskal 1958)
    ends = [rank.interval(rank.spearman(pair[:, 0], pair[:, 1])[0], count) for pair in pairs]
    assert np.mean([low < known < high for low, high in ends]) == pytest.approx(0.95, abs=0.02)
    assert rank.interval(1.0, count) == (None, None)


def test_thumbnails_have_the_link_and_what_was_read_off_that_very_picture(read):
    found = read(tables.THUMBNAIL_FEATURES)
    assert sorted(found) == VIDEOS[:25]
    first, unread, stale = found["v00"], found["v24"], found["v04"]
    text = ROWS[tables.PICTURE_TEXT][0]
    assert (first["thumbnail_link"], first["thumbnail_ocr_length"]) == ("https://i/v00/new.jpg", text["word_count"])
    assert first["thumbnail_ocr_embed"] == unit(200)
    assert first["surprise_count"] == ROWS[tables.PICTURE_FACES][0]["surprise"]
    assert (unread["thumbnail_ocr_length"], unread["face_count"], stale["thumbnail_ocr_length"]) == (None, 2, None)
    assert found["v03"]["thumbnail_ocr_embed"] is found["v03"]["angry_count"] is None


def test_statistics_and_histograms_of_thumbnails_are_those_of_pandas(read):
    rows = read(tables.THUMBNAIL_FEATURES)
    known = pd.DataFrame([row.asDict() for row in rows.values()]).set_index("video_id")
    described, bins = read(tables.THUMBNAIL_STATISTICS), read(tables.THUMBNAIL_HISTOGRAMS)
    names = {"mean": "mean", "sd": "std", "min": "min", "q1": "25%", "median": "50%", "q3": "75%", "max": "max"}
    groups = {"": VIDEOS, **KEYWORDS}
    metrics = ["thumbnail_ocr_length", "face_count", *(f"{emotion}_count" for emotion in EMOTIONS)]
    assert sorted(described) == sorted((keyword, metric) for keyword in groups for metric in metrics)
    for (keyword, metric), row in described.items():
        values = known.loc[[v for v in groups[keyword] if v in rows], metric].astype(float)
        expected = values.describe()
        assert [row[name] for name in names] == pytest.approx([expected[name] for name in names.values()]), (keyword, metric)  # fmt: skip
        assert (row["video_count"], row["missing_count"]) == (len(values), values.isna().sum())
        assert (row["zero_count"], row["zero_share"]) == ((values == 0).sum(), pytest.approx((values.dropna() == 0).mean()))  # fmt: skip
        counted = np.bincount(values.dropna().astype(int))
        assert [bins[keyword, metric, at]["video_count"] for at in range(len(counted))] == counted.tolist()
    assert len(bins) == sum(row["max"] + 1 for row in described.values())
    assert {(row["bin"] - row["lower"], row["upper"] - row["bin"]) for row in bins.values()} == {(0.5, 0.5)}


def commits(lake: Lake) -> int:
    return sum(1 for _ in Path(lake.root).rglob("_delta_log/*.json"))


@pytest.mark.slow
def test_the_jobs_fill_the_tables_and_a_repeat_commits_nothing(spark, lake, settings_for, read):
    wanted = settings_for("http://127.0.0.1:1")
    for table in ROWS:
        store.ensure(spark, table, lake)
        store.append(frame(spark, table), table, lake)
    reports = [job.load(name).run(spark, wanted) for name in JOBS]
    written = [table for name in JOBS for table in job.load(name).WRITES]
    assert sum(report.rows_out for report in reports) == sum(len(read(table)) for table in written)
    for table in written:
        found = {tuple(row[name] for name in table.key): row for row in store.read(spark, table, lake).collect()}
        assert sorted(found) == sorted(key if isinstance(key, tuple) else (key,) for key in read(table))
    (note,) = reports[1].notes
    assert note.startswith("features of 40 videos: 39 with counts, 39 with scored titles, 2 with captions, 1 with scored chats")  # fmt: skip
    assert note.endswith("none with scored comments")
    before = commits(lake)
    assert [job.load(name).run(spark, wanted) for name in JOBS] == [job.Report(0, 0)] * 2
    assert commits(lake) == before


@pytest.mark.slow
def test_a_lake_without_anything_has_tables_without_rows(spark, lake, settings_for):
    wanted = settings_for("http://127.0.0.1:1")
    assert [job.load(name).run(spark, wanted).rows_out for name in JOBS] == [0, 0]
    assert all(store.read(spark, table, lake).isEmpty() for name in JOBS for table in job.load(name).WRITES)
