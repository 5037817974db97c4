"""Measures the information in each minute of captions and chats, and finds where new topics begin."""

from functools import partial

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import follow
from tubelake.settings import Settings
from tubelake.text.entropy import entropy_of_captions, entropy_of_chats
from tubelake.text.segments import segments_of_captions, segments_of_chats
from tubelake.text.windows import documents, of_whole
from tubelake.text.words import COMMON_WORDS_VERSION

OPTIONAL = ("captions", "chat")
READS = (tables.CAPTION_SNIPPETS, tables.CHAT_MESSAGES)
WRITES = (tables.WINDOW_ENTROPY, tables.CAPTION_SEGMENTS, tables.CHAT_SEGMENTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    backend, pause, lake = settings.text.entropy_backend, settings.text.pause_seconds, settings.lake
    tracks = of_whole(store.read(spark, tables.CAPTION_SNIPPETS, lake), "track_id")
    chats = of_whole(store.read(spark, tables.CHAT_MESSAGES, lake), "chat_id")
    from_captions = {
        tables.WINDOW_ENTROPY.of("captions"): tracks(partial(entropy_of_captions, backend=backend)),
        tables.CAPTION_SEGMENTS: tracks(partial(segments_of_captions, pause_seconds=pause)),
    }
    from_chats = {
        tables.WINDOW_ENTROPY.of("chat"): chats(partial(entropy_of_chats, backend=backend)),
        tables.CHAT_SEGMENTS: chats(segments_of_chats),
    }
    rules = (pause, COMMON_WORDS_VERSION)
    counts = follow(spark, READS[0], from_captions, lake, parameters=rules, keys=documents("track_id"))
    counts += follow(spark, READS[1], from_chats, lake, parameters=COMMON_WORDS_VERSION, keys=documents("chat_id"))
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
