"""The demo as a newcomer runs it: everything that there is, in one command."""

import re
import subprocess

import pytest

from tubelake import store, tables
from tubelake.settings import Lake

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2_400)]  # it makes the demo that others look at
FILLED = (
    tables.KEYWORD_STATISTICS, tables.COMMENTS, tables.CAPTION_SNIPPETS, tables.CHAT_MESSAGES, tables.CHAT_MINUTES,
    tables.TEXT_SCORES, tables.WINDOW_ENTROPY, tables.CAPTION_SEGMENTS, tables.COMPARISONS, tables.TOP_TERMS,
    tables.PICTURE_TEXT, tables.FACES, tables.EMBEDDINGS, tables.VIDEO_FEATURES, tables.FEATURE_ASSOCIATIONS,
)  # fmt: skip


def said_by(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def states(said: str) -> dict[str, str]:
    """How each job ended, by the table at the end."""
    return dict(re.findall(r"^│ (\w+_\w+) .* │ ([\w ]+?) +│$", said, re.MULTILINE))


def test_the_demo_fills_the_tables_and_shows_statistics_and_what_it_read(spark, demo):
    said = said_by(demo.done)
    ended = states(said)
    assert {
        "build_statistics",
        "analyse_chat",
        "find_terms",
        "embed_text",
        "read_faces",
        "build_features",
    } <= ended.keys()
    assert set(ended.values()) <= {"done", "up to date"}
    # Whoever waits sees the statistics of keywords first, and one line a job.
    assert said.index("\nbuild_statistics: ") < said.index("\ncollect_chat: ")
    assert all(len(re.findall(rf"^{name}: \d", said, re.MULTILINE)) == 1 for name in ended)
    lake = Lake(root=str(demo.lake))
    assert [table.name for table in FILLED if store.read(spark, table, lake).isEmpty()] == []
    assert re.search(r"Views of each keyword's videos *\n.*\n.*keyword +┃ videos ┃", said)
    ((read, words, right, pictures),) = re.findall(
        r"^thumbnails: (\d+) of (\d+) words .* on (\d+) of (\d+)$", said, re.MULTILINE
    )
    assert int(read) >= 0.9 * int(words) > 20
    assert int(right) >= 0.9 * int(pictures) > 15
    texts = (
        store.read(spark, tables.RESPONSES, lake).where("method = 'transcripts'").select("subject").distinct().count()
    )
    assert int(pictures) <= texts <= 42
