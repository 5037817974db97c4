"""Every text has the vector of its model: equal texts one, changed texts a new one, gone texts none."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import functions as F
from tests.text.embedding import put, save_model

from tubelake import cli, devices, job, settings, store, tables
from tubelake.backends import Options, embedder, use
from tubelake.errors import UsageError
from tubelake.settings import Embeddings, Lake
from tubelake.tables import EMBEDDINGS
from tubelake.text.embeddings import embed_all, embedding_by
from tubelake.text.neighbours import Asked, nearest
from tubelake.text.sources import EMBEDDED, named

ODD = ("\ud800 good", "a\0b", "a\0", "مرحبا بالعالم", "😂😂", "word " * 50_000, "x" * 100_000)
ALL = ",".join(source.name for source in EMBEDDED)
DESCRIPTION = "line\tone\nline two\u2028end"
CATS, CARS = "How to care for a kitten", "Engine repair of old trucks"


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    return save_model(tmp_path_factory.mktemp("use") / "one", seed=1)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory) -> str:
    """A slightly different vector each time: equal vectors were computed once."""
    return save_model(tmp_path_factory.mktemp("use") / "noisy", seed=2, dimensions=16, noise=0.001)


@pytest.fixture(scope="module")
def halfway(spark, noisy, tmp_path_factory):
    """A lake with nine texts that are not empty, six of them different; a run was stopped after four."""
    lake = Lake(root=str(tmp_path_factory.mktemp("halfway") / "lake"))
    put(spark, tables.VIDEOS, lake, [
        {"video_id": "v1", "title": CATS, "description": None}, {"video_id": "v2", "title": CARS, "description": ""},
        {"video_id": "v3", "title": CATS, "description": DESCRIPTION},
    ])  # fmt: skip
    put(spark, tables.COMMENTS, lake, [{"comment_id": "c1", "video_id": "v1", "text": CATS}])
    put(spark, tables.CHAT_MESSAGES, lake, [
        {"message_id": name, "video_id": "v1", "text": text}
        for name, text in {"m1": "lol", "m2": "lol", "m3": " \n ", "m4": None}.items()
    ])  # fmt: skip
    put(spark, tables.PICTURE_TEXT, lake, [{"video_id": "v1", "text": "WOW"}, {"video_id": "v2", "text": ""}])
    by = embedding_by(Embeddings(backend="use", model=noisy), 1)
    with pytest.raises(InterruptedError):
        embed_all(spark, named(ALL.split(",")), by, lake, 4, stop)
    return lake


def stop(done: int, total: int | None, note: str = "") -> None:
    if done:
        raise InterruptedError


@pytest.fixture(scope="module")
def finished(spark, halfway, noisy, tmp_path_factory):
    """What the job says that goes on there, the rows before it, and its lake."""
    kept = {row["text_hash"]: row["vector"] for row in store.read(spark, EMBEDDINGS, halfway).collect()}
    lake = Lake(root=str(shutil.copytree(halfway.root, tmp_path_factory.mktemp("finished") / "lake")))
    return embed(spark, lake, noisy), kept, lake


@pytest.fixture
def filled(finished, lake):
    """A copy of that lake."""
    shutil.copytree(finished[2].root, lake.root)
    return lake


def embed(spark, lake, model: str, *overrides: str):
    """The job's report."""
    fixed = [
        f"lake.root={lake.root}",
        f"embeddings.sources={ALL}",
        "embeddings.backend=use",
        f"embeddings.model={model}",
    ]
    return job.load("embed_text").run(spark, settings.load(overrides=[*fixed, *overrides], environ={}))


def rows_of(spark, lake):
    return {(row["source"], row["source_id"]): row for row in store.read(spark, EMBEDDINGS, lake).collect()}


def version(spark, lake) -> int:
    return spark.sql(f"DESCRIBE HISTORY {store.name(EMBEDDINGS, lake)} LIMIT 1").first()["version"]


def change(spark, lake, table, statement: str) -> None:
    spark.sql(statement.format(store.name(table, lake)))


def test_universal_sentence_encoder(model, tmp_path):
    load = lambda folder=model: embedder.load(Options("use", model=folder))  # noqa: E731
    texts = ["short", "a somewhat longer text", "", " \n", "short", *ODD, *(f"{n} words" for n in range(300))]
    together = load().embed(texts)
    assert together.shape == (len(texts), 512)
    assert together.dtype == np.float32
    lengths = np.linalg.norm(together, axis=1)
    assert np.allclose(lengths, [0 if not text.strip() else 1 for text in texts], atol=1e-5)
    for at in (*range(12), 300):
        assert np.allclose(load().embed([texts[at]])[0], together[at], atol=1e-5)
    assert not np.allclose(together[0], together[1])
    assert len(load().embed([])) == 0
    copy = Path(shutil.copytree(model, tmp_path / "copy"))
    assert load(str(copy)).model_hash == load().model_hash
    (copy / "assets" / "more.txt").write_text("")
    assert load(str(copy)).model_hash != load().model_hash


def test_a_model_that_is_called_by_its_signature_and_one_that_is_none(tmp_path):
    import tensorflow as tf

    holder = tf.Module()
    signature = tf.function(lambda texts: {"outputs": tf.ones((tf.size(texts), 3))})
    tf.saved_model.save(holder, str(tmp_path / "by_name"), signatures=signature.get_concrete_function(tf.TensorSpec([None], tf.string)))  # fmt: skip
    wrong = tf.function(lambda texts: {"outputs": tf.ones((2, 3))})
    tf.saved_model.save(holder, str(tmp_path / "wrong"), signatures=wrong.get_concrete_function(tf.TensorSpec([None], tf.string)))  # fmt: skip
    found = embedder.load(Options("use", model=str(tmp_path / "by_name"))).embed(["a", "b c"])
    assert np.allclose(found, np.full((2, 3), 3**-0.5))
    with pytest.raises(UsageError, match="does not give one vector for each text"):
        embedder.load(Options("use", model=str(tmp_path / "wrong"))).embed(["a"])


def test_what_is_missing_is_said_before_anything_runs(spark, settings_for, lake, tmp_path):
    handle = "https://tfhub.dev/google/universal-sentence-encoder/4"
    cases = {
        ("embeddings.backend=use",): "set embeddings.model to the folder",
        ("embeddings.backend=use", f"embeddings.model={tmp_path}"): "no SavedModel in",
        ("embeddings.backend=use", f"embeddings.model={handle}"): "tensorflow_hub is not installed",
        ("embeddings.sources=videos,title",): f"no source of texts 'title'.* they are: {ALL.replace(',', ', ')}",
    }
    for overrides, said in cases.items():
        with pytest.raises(UsageError, match=said):
            job.load("embed_text").run(spark, settings_for("http://127.0.0.1:1", *overrides))
    assert not store.exists(spark, EMBEDDINGS, lake)
    with pytest.raises(UsageError, match=r"embeddings\.device=gpu, but"):
        devices.chosen("gpu", {}, "embeddings.device")


@pytest.mark.slow  # a job, several times from start to end
def test_a_run_that_was_stopped_goes_on_and_equal_texts_are_embedded_once(spark, finished):
    report, kept, lake = finished
    assert len(kept) == 4
    assert report.notes == ("embeddings: 2 texts embedded, 3 rows repeat one, 0 removed",)
    rows = rows_of(spark, lake)
    assert rows.keys() == {
        *(("videos", f"v{n}") for n in (1, 2, 3)), ("descriptions", "v3"), ("comments", "c1"), ("picture_text", "v1"),
        *(("chat_messages", f"m{n}") for n in (1, 2, 3)),
    }  # fmt: skip
    vectors = {key: row["vector"] for key, row in rows.items()}
    assert vectors["videos", "v1"] == vectors["videos", "v3"] == vectors["comments", "c1"]
    assert vectors["chat_messages", "m1"] == vectors["chat_messages", "m2"]
    assert vectors["chat_messages", "m3"] is None
    for row in rows.values():
        assert row["vector"] == kept.get(row["text_hash"], row["vector"])
        assert row["vector"] is None or np.linalg.norm(row["vector"]) == pytest.approx(1, abs=1e-5)
        assert (row["device"], row["backend"], row["rules"]) == ("cpu", "use", use.RULES)


@pytest.mark.slow  # a job, several times from start to end
def test_only_what_changed_is_embedded_again_and_what_is_gone_goes(spark, filled, noisy):
    first, before = rows_of(spark, filled), version(spark, filled)
    assert embed(spark, filled, noisy).notes == ()
    assert version(spark, filled) == before
    change(
        spark,
        filled,
        tables.VIDEOS,
        "UPDATE {} SET title = 'lol', fetched_at = fetched_at - INTERVAL 1 DAY WHERE video_id = 'v1'",
    )
    change(spark, filled, tables.COMMENTS, "UPDATE {} SET fetched_at = fetched_at + INTERVAL 1 DAY")
    change(spark, filled, tables.PICTURE_TEXT, "UPDATE {} SET text = '' WHERE video_id = 'v1'")
    change(spark, filled, tables.CHAT_MESSAGES, "DELETE FROM {} WHERE message_id = 'm2'")
    assert embed(spark, filled, noisy).notes == ("embeddings: 0 texts embedded, 2 rows repeat one, 2 removed",)
    then = rows_of(spark, filled)
    assert then["videos", "v1"]["vector"] == first["chat_messages", "m1"]["vector"]
    assert then["comments", "c1"]["vector"] == first["comments", "c1"]["vector"]
    assert then["comments", "c1"]["fetched_at"] > first["comments", "c1"]["fetched_at"]
    assert first.keys() - then.keys() == {("picture_text", "v1"), ("chat_messages", "m2")}


@pytest.mark.slow  # a job, several times from start to end
def test_another_model_embeds_all_once_and_leaves_other_sources_alone(spark, filled, model):
    change(spark, filled, tables.CHAT_MESSAGES, "DELETE FROM {} WHERE message_id = 'm2'")
    report = embed(
        spark, filled, model, "embeddings.sources=videos,comments,caption_windows", "embeddings.round_texts=1"
    )
    assert (report.rows_in, report.rows_out) == (2, 4)
    hashes = {row["source"]: row["model_hash"] for row in rows_of(spark, filled).values()}
    new = embedder.load(Options("use", model=model)).model_hash
    assert {source for source, found in hashes.items() if found == new} == {"videos", "comments"}
    rows = rows_of(spark, filled)
    assert len(rows) == 9
    assert all(len(row["vector"]) == 512 for row in rows.values() if row["model_hash"] == new)


def test_neighbours_are_the_nearest_of_all(spark):
    random = np.random.default_rng(3)
    vectors = random.normal(size=(500, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[100:200] = vectors[0]  # said again and again
    rows = [
        ("videos", f"id{at:03}", f"v{at}", f"{0 if 100 <= at < 200 else at}", vector.tolist(), "m")
        for at, vector in enumerate(vectors)
    ]
    ddl = "source string, source_id string, video_id string, text_hash string, vector array<float>, model_hash string"
    frame = spark.createDataFrame([*rows, ("videos", "null", "v", "n", None, "m")], ddl).repartition(3)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "50")
    try:
        queries = np.stack([vectors[0], vectors[7], random.normal(size=8).astype(np.float32)])
        asked = Asked(queries, ["a", "b", "c"], [None, "id007", None])
        found = nearest(frame, asked, 5).collect()
        once = nearest(frame, asked, 5, distinct=True).collect()
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
    cosines = queries.astype(np.float64) @ vectors.T.astype(np.float64)
    cosines[1, 7] = -2
    for query in range(3):
        mine = [row for row in found if row["query"] == query]
        expected = sorted(range(500), key=lambda at, q=query: (-round(cosines[q, at], 5), at))[:5]
        assert np.allclose([row["similarity"] for row in mine], cosines[query, expected], atol=1e-5)
        assert len({row["text_hash"] for row in once if row["query"] == query}) == 5
    assert [row["source_id"] for row in found if row["query"] == 0] == ["id000", "id100", "id101", "id102", "id103"]
    assert [row["source_id"] for row in found if row["query"] == 1] == [
        row["source_id"] for row in once if row["query"] == 1
    ]
    assert "id007" not in {row["source_id"] for row in found if row["query"] == 1}


@pytest.mark.slow  # a lake whose texts a model has embedded
def test_commands_say_what_is_wrong(spark, filled, model, capsys):
    given = [
        "--set",
        f"lake.root={filled.root}",
        "--set",
        "embeddings.backend=use",
        "--set",
        f"embeddings.model={model}",
    ]
    cases = {
        ("neighbours",): "say what to look for",
        ("neighbours", "cats", "--source", "titles", *given): "no source of texts 'titles'",
        ("neighbours", "cats", *given): "nothing of videos is embedded by use yet: tubelake run embed_text",
        ("export-projector", "--out", "x", "--labels", "title", *given): "no label 'title'",
        ("export-projector", "--out", "x", *given): "nothing of videos is embedded",
    }
    for arguments, said in cases.items():
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 2
        assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow  # a lake whose texts a model has embedded
def test_commands_find_and_export(spark, filled, noisy, capsys, tmp_path):
    given = [
        "--set",
        f"lake.root={filled.root}",
        "--set",
        "embeddings.backend=use",
        "--set",
        f"embeddings.model={noisy}",
    ]

    def say(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            cli.main([*arguments, *given])
        out = capsys.readouterr()
        assert ended.value.code == 0, out.err
        return " ".join(out.out.split())

    told = say("neighbours", "repair of trucks", "--id", "v1", "--k", "2", "--distinct")
    assert told.index(CARS) < told.index(CATS)
    assert told.index(CARS) < told.index("v1") < told.rindex("v3")
    told = say("export-projector", "--source", "videos,descriptions,chat_messages", "--out", str(tmp_path / "out/all"))
    assert "4 texts" in told
    meta = (tmp_path / "out/all_meta.tsv").read_text(encoding="utf-8").splitlines()
    assert meta == [
        "text\tvideo_id\tcount",
        f"{CARS}\tv2\t1",
        f"{CATS}\tv1\t2",
        "line one line two end\tv3\t1",
        "lol\tv1\t2",
    ]
    vectors = (tmp_path / "out/all_vecs.tsv").read_text(encoding="utf-8").splitlines()
    expected = embedder.load(Options("use", model=noisy)).embed([CARS, CATS, DESCRIPTION, "lol"])
    assert np.allclose([[float(cell) for cell in line.split("\t")] for line in vectors], expected, atol=1e-3)


@pytest.mark.slow
@pytest.mark.real_data
def test_real_titles_by_minilm(spark, settings_for, lake, real_data):
    """Of eleven countries, Korean among them; English ones about the same come to stand near each other."""
    resources = [json.loads(line) for line in (real_data / "corpus/videos.jsonl").open()]
    titles = [resource["snippet"]["title"] for resource in resources]
    korean = [title for title in titles if any("가" <= sign <= "힣" for sign in title)]
    assert korean
    texts = [*dict.fromkeys([*titles[:30], *korean[:10]]), CATS, CARS, "Raising a young cat"]
    put(spark, tables.VIDEOS, lake, [{"video_id": f"v{at}", "title": text} for at, text in enumerate(texts)])
    wanted = settings_for("http://127.0.0.1:1", "embeddings.sources=videos")
    assert job.load("embed_text").run(spark, wanted).rows_in == len(texts)
    rows = store.read(spark, EMBEDDINGS, lake)
    assert rows.where(F.col("vector").isNull() | (F.size("vector") != 384)).count() == 0
    asked = Asked(embedder.load(Options("minilm")).embed([CATS, korean[0]]), ["", ""], [f"v{texts.index(CATS)}", None])
    near = {row["query"]: row for row in nearest(rows, asked, 1).collect()}
    assert texts[int(near[0]["video_id"][1:])] == "Raising a young cat"
    assert texts[int(near[1]["video_id"][1:])] == korean[0]
    assert near[1]["similarity"] == pytest.approx(1, abs=1e-4)
