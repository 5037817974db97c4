"""A million chat messages to CSV: `tubelake export` against `toPandas().to_csv`, each in a process of its own.

The plain way sorts nothing, gives nobody a pseudonym and leaves formulas as they are; it is here for its time and memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks import chat_texts
from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import store, tables
from tubelake.export import lake, people
from tubelake.settings import Settings

AUTHORS = 50_000
MEMORY = "spark.driver_memory=4g"  # toPandas does not come through with the default of 2 GB


def name_authors(spark: SparkSession, wanted: Settings) -> None:
    number = f"abs(hash(message_id)) % {AUTHORS}"
    spark.sql(
        f"UPDATE {store.name(tables.CHAT_MESSAGES, wanted.lake)} SET author_name = concat('@viewer-', {number}), "
        f"author_channel_id = concat('UC', lpad({number}, 22, '0'))"
    )


def by_export(spark: SparkSession, wanted: Settings, out: Path) -> None:
    rows = store.read(spark, tables.CHAT_MESSAGES, wanted.lake)
    treated = people.treated(wanted.privacy, names=False)
    lake.write(rows, tables.CHAT_MESSAGES, tables.CHAT_MESSAGES.column_names, lake.Wanted(), out, treated)


def by_pandas(spark: SparkSession, wanted: Settings, out: Path) -> None:
    store.read(spark, tables.CHAT_MESSAGES, wanted.lake).toPandas().to_csv(out / "chat_messages.csv", index=False)


WAYS = {"export": by_export, "pandas": by_pandas}


def one(way: str, folder: Path) -> None:
    """Export in one way in this process, and print what it took."""
    wanted = settings_for(folder, "http://127.0.0.1:9", MEMORY)
    spark = warm_session(wanted.model_copy(update={"lake": wanted.lake.model_copy(update={"root": str(folder / way)})}))
    out = folder / f"{way}_files"
    out.mkdir()
    before = peak_mb()
    with stopwatch() as seconds:
        WAYS[way](spark, wanted, out)
    size = (out / "chat_messages.csv").stat().st_size
    print(json.dumps({"seconds": seconds[0], "mb": peak_mb() - before, "peak_mb": peak_mb(), "bytes": size}))


def peak_mb() -> float:
    """The most memory that the driver's Python has had (MB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(way: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.export", "--one", way, "--folder", str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    print(f"     {way}: {told}", flush=True)
    return json.loads(told)


def main(messages: int) -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill = [sys.executable, "-m", "benchmarks.export", "--fill", str(messages), "--folder", str(folder)]
        subprocess.run(fill, check=True)
        export, pandas = measured("export", folder), measured("pandas", folder)
        claims = (
            result("seconds, of those of toPandas().to_csv", export["seconds"] / pandas["seconds"], 1.0),
            result("memory of the driver, of that of toPandas().to_csv", export["mb"] / pandas["mb"], 0.2),
        )
    return all(claims)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=1_000_000)
    options.add_argument("--one", choices=WAYS)
    options.add_argument("--fill", type=int)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    if given.one:
        one(given.one, given.folder)
    elif given.fill:
        wanted = settings_for(given.folder, "http://127.0.0.1:9", MEMORY)
        spark = warm_session(wanted)
        chat_texts.fill_chat(spark, wanted, given.fill)
        name_authors(spark, wanted)
    else:
        sys.exit(0 if main(given.messages) else 1)
