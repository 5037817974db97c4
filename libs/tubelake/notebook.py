"""A lake in a notebook: one line opens it, one reads a table, one brings in what the demo's lake lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from pyspark.sql import DataFrame, SparkSession

from tubelake import disk, emulator, job, settings, store
from tubelake.errors import TubeLakeError, UsageError
from tubelake.settings import Settings
from tubelake.tables import VIDEOS, Table

VIDEOS_BROUGHT = 60  # enough for a figure; what takes longest is to start the jobs


@dataclass(frozen=True)
class OpenLake:
    """A lake with the Spark session that reads it, and its settings."""

    spark: SparkSession
    settings: Settings

    def read(self, table: Table) -> DataFrame:
        """The rows of a table; none where the lake lacks it."""
        return store.read(self.spark, table, self.settings.lake)

    def run(self, *jobs: str, **sections: dict[str, object]) -> None:
        """Run jobs in this order; a section that is named has other values: `search={"keywords": ("jazz",)}`.

        Raises TubeLakeError where one did not end well; what it said stands above.
        """
        wanted = self.settings
        for section, given in sections.items():
            wanted = settings.changed(wanted, section, **given)
        if code := job.run_all(jobs, wanted):
            raise TubeLakeError(f"the jobs {', '.join(jobs)} ended with exit code {code}")

    def bring(self, *wanted: Table, jobs: Sequence[str]) -> None:
        """See that these tables have rows: on the demo's lake, run `jobs` where one has none, for some of its videos.

        They ask a YouTube of this machine, made from the corpus beside the lake. Raises UsageError on any other lake
        that lacks rows: to collect costs quota, and that is for its owner to start.
        """
        lacking = [table.full_name for table in wanted if not self._has_rows(table)]
        if not lacking:
            return
        corpus = _corpus_beside(self.settings)
        if corpus is None:
            commands = " && ".join(f"tubelake run {name}" for name in jobs)
            raise UsageError(f"this lake has no rows of {', '.join(lacking)} yet; to have them: {commands}")
        videos = self.read(VIDEOS).orderBy("video_id").select("video_id").limit(VIDEOS_BROUGHT).collect()
        with emulator.running(emulator.load_corpus(corpus)) as youtube:
            self.run(
                *jobs,
                youtube={"endpoint": youtube.url, "api_key": self.settings.youtube.api_key or SecretStr("demo")},
                videos={"ids": tuple(row["video_id"] for row in videos)},
                captions={"requests_per_second": 200.0},  # the slow rate is there for the real YouTube
            )

    def _has_rows(self, table: Table) -> bool:
        lake = self.settings.lake
        return store.exists(self.spark, table, lake) and not store.is_new(self.spark, table, lake)


def open_lake(root: str, *overrides: str) -> OpenLake:
    """The lake at `root`, with settings such as "text.topics=5". Raises UsageError where no lake is."""
    wanted = job.with_run_id(settings.load(overrides=[f"lake.root={root}", *overrides]))
    folder = disk.folder(wanted.lake)
    if folder is not None and not folder.is_dir():
        raise UsageError(f"there is no lake in {root}: `make demo` makes one, or name the folder of your own")
    return OpenLake(job.start(wanted), wanted)


def _corpus_beside(wanted: Settings) -> Path | None:
    """The corpus that the demo's lake was collected from; None for any other lake."""
    folder = disk.folder(wanted.lake)
    corpus = folder.parent / "corpus" if folder else None
    return corpus if corpus and (corpus / "videos.jsonl").is_file() else None
