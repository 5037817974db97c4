"""Over Spark Connect jobs fill the tables that they fill in local mode; what cannot be done there says so in a line."""

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual
from tests.slow.cluster import SPARK_HOME, connect_server, run

from tubelake import job, pipeline, settings, store, tables
from tubelake.emulator import ChatOptions, Corpus, EmulatorOptions, load_corpus, make_corpus, running
from tubelake.settings import Lake
from tubelake.tables import Table

pytestmark = [
    pytest.mark.slow, pytest.mark.spark41, pytest.mark.timeout(1_800),
    pytest.mark.skipif(
        not list((SPARK_HOME / "jars").glob("spark-connect_*.jar")), reason="Spark 3.5's package has no Connect server"
    ),
]  # fmt: skip
PAGE = Path(__file__).parents[2] / "docs" / "connect.md"

KEYWORD = "lofi"
FETCHING = (
    "collect_channels", "collect_charts", "collect_search", "collect_videos", "collect_recall", "build_videos", "collect_chat",
)  # fmt: skip
OF_FEW = ("collect_comments", "collect_captions", "collect_thumbnails")
# Models take a minute each to load. They meet Spark in one call of `mapInArrow`, as score_text does, which loads none.
WITH_MODELS = ("read_thumbnails", "read_faces", "embed_text", "train_sentiment", "train_emotion")
DELETES = ("maintain_tables",)
# What needs classes of the JVM, by the job and its setting; the page tells why.
CANNOT = {
    "train_sentiment": "text.sentiment_backend=sparknlp",
    "correct_spelling": "spelling.backend=sparknlp",
    "train_emotion": "emotion_training.feeding=petastorm",
}
EMPTY = {"label_rejects", "trending_rejects", "aspects", "corrected_texts", "thumbnail_histograms"}
TRENDING = """video_id,trending_date,title,channel_title,category_id,publish_time,tags,views,likes,dislikes,comment_count
trending001,18.14.06,A day,Chan,10,2018-06-01T10:00:00.000Z,a|b,100,10,1,5
trending002,18.14.06,A night,Chan,10,2018-06-02T10:00:00.000Z,b,200,20,2,7
"""
RUN_ALL = """
import sys
from tubelake import job, settings
sys.exit(job.run_all(sys.argv[1].split(","), settings.load(overrides=sys.argv[2:])))
"""
RUN_EACH = """
import json, sys
from tubelake import job, settings
for name, override in json.loads(sys.argv[1]).items():
    print(job.run_all([name], settings.load(overrides=[*sys.argv[2:], override])), flush=True)
"""
CLIENT = {"JAVA_HOME": "/nowhere"}  # it could start no Java


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    make_corpus(folder, 100, seed=31, matches={KEYWORD: 20})
    return load_corpus(folder)


@pytest.fixture(scope="module")
def youtube(corpus) -> Iterator[Sequence[str]]:
    """The settings by which it is asked."""
    with running(corpus, EmulatorOptions(chat=ChatOptions(speed=600.0, polling_seconds=0.5))) as emulator:
        yield [f"youtube.endpoint={emulator.url}", "youtube.api_key=any", "captions.requests_per_second=1000"]


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Sequence[str]:
    """Settings that name files to import: of trending videos, of labelled texts and faces."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "USvideos.csv").write_text(TRENDING)
    (folder / "texts.csv").write_text("text,label\nI love it,positive\nI hate it,negative\n")
    (folder / "faces" / "happy").mkdir(parents=True)
    Image.new("L", (8, 8)).save(folder / "faces" / "happy" / "1.png")
    files = {"import.path": "USvideos.csv", "labels.texts": "texts.csv", "labels.faces": "faces"}
    return [f"{name}={folder / file}" for name, file in files.items()]


def sets(folder: Path, *more: str) -> Sequence[str]:
    return [
        f"lake.root={folder / 'lake'}", f"run.logs={folder / 'logs'}", f"search.keywords={KEYWORD}", "text.aspects=video",
        f"text.model={folder / 'model'}", "policy.derived_metrics_accepted=true", *more,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def filled(spark, corpus, youtube, tmp_path_factory) -> Path:
    """A folder with a lake whose log local mode filled."""
    folder = tmp_path_factory.mktemp("filled")
    channel = Counter(video["snippet"]["channelId"] for video in corpus.videos.values()).most_common(1)[0][0]
    ids = sorted((corpus.thumbnails.keys() & corpus.transcripts.keys()) - set(corpus.live))[:6]
    asked = {
        FETCHING: [f"channels.ids={channel}", "charts.regions=US", f"chat.video_ids={corpus.live[0]}", "chat.build_seconds=60"],
        OF_FEW: ["search.keywords=", f"videos.ids={','.join(ids)}"],
    }  # fmt: skip
    for names, more in asked.items():
        wanted = job.with_run_id(settings.load(overrides=sets(folder, *youtube, *more), environ={}))
        assert {job.run(spark, name, wanted) for name in names} == {0}
    return folder


def copied(filled: Path, folder: Path) -> Path:
    """With the times of its files: a commit's is how a table knows its source again."""
    shutil.copytree(filled / "lake", folder / "lake")
    return folder


def run_jobs(names: Sequence[str], folder: Path, wanted: Sequence[str], environ: dict[str, str]) -> Lake:
    done = run([sys.executable, "-c", RUN_ALL, ",".join(names), *sets(folder, *wanted)], folder, environ, seconds=1_500)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return Lake(root=str(folder / "lake"))


def derived() -> Sequence[str]:
    """The jobs that fetch nothing, each after those that it reads from."""
    left_out = {*WITH_MODELS, *DELETES}
    return pipeline.in_order(
        [name for name in job.find_all() if name not in left_out and not name.startswith("collect_")]
    )


def rows(spark, table: Table, lake: Lake) -> DataFrame:
    """Of topics the words alone: steps towards a video's end at a threshold, so last digits can move it to another topic."""
    found = store.read(spark, table, lake)
    if table is not tables.TOP_TERMS:
        return found
    measures = {
        name: F.when(F.col("kind") != "topic", F.col(name)) for name in ("rank", "video_count", "share", "strength")
    }
    return found.withColumns(measures)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    with connect_server(tmp_path_factory.mktemp("server") / "spark") as address:
        yield address


def test_jobs_that_fetch_nothing_fill_the_same_tables(spark, server, filled, given, tmp_path_factory):
    over_connect, in_local_mode = (
        run_jobs(derived(), copied(filled, tmp_path_factory.mktemp("copy")), [*given, *wanted], environ)
        for wanted, environ in (
            ([f"spark.master={server}"], CLIENT),
            (["spark.master=local[*,4]", "spark.shuffle_partitions=2"], {}),
        )
    )
    written = {table.name: table for name in derived() for table in job.load(name).WRITES}
    for table in written.values():
        actual, expected = (rows(spark, table, lake) for lake in (over_connect, in_local_mode))
        assertDataFrameEqual(actual, expected, checkRowOrder=False)
    assert {name for name, table in written.items() if rows(spark, table, in_local_mode).isEmpty()} == EMPTY


def test_the_server_fetches_and_tidies(spark, server, youtube, filled, tmp_path):
    names = ["collect_search", "collect_videos", "build_videos", *DELETES]
    lakes = run_jobs(names, tmp_path, youtube, {**CLIENT, "SPARK_REMOTE": server}), Lake(root=str(filled / "lake"))
    found, known = ({row["item_id"] for row in store.read(spark, tables.SEARCH_HITS, lake).collect()} for lake in lakes)
    assert found == known
    assert len(found) == 20


def test_what_cannot_run_says_so_in_a_line(server, filled, tmp_path):
    wanted = sets(copied(filled, tmp_path), f"spark.master={server}")
    done = run([sys.executable, "-c", RUN_EACH, json.dumps(CANNOT), *wanted], tmp_path, CLIENT)
    assert done.stdout.split() == ["2"] * len(CANNOT), done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(CANNOT)
    assert [
        line for line in lines if "cannot be done over Spark Connect: set spark.master to another" not in line
    ] == []


def test_the_page_lists_it():
    told = re.findall(r"^\| `(\w+)` \| `(.+=.+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(told) == CANNOT
