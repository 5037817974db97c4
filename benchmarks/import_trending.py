"""Import of 1,000,000 CSV rows: the real file, multiplied under new ids. Baseline: pandas' read_csv and drop_duplicates.

The baseline only holds the rows in memory; the import also checks each cell, knows each line, and has committed them.
"""

import csv
import gzip
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import job, store, tables

ROWS = 1_000_000
REAL_DATA = Path(os.environ.get("TUBELAKE_REAL_DATA", "../shared/data")) / "trending"
SOURCES = ("kaggle2018_fullschema_USvideos_marko.csv", "kaggle2018_timeseries_USvideos.csv.gz")  # 16 and 8 columns
# In a process of its own, as much memory as it needs, and not warmed by Spark; the import of pandas is not counted.
PANDAS = """
import resource, sys, time
import pandas
started = time.perf_counter()
rows = pandas.read_csv(sys.argv[1], encoding="utf-8")
rows = rows.drop_duplicates(["video_id", "trending_date"])
print(time.perf_counter() - started, len(rows), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def multiply(source: Path, target: Path) -> None:
    """Write ROWS records: those of `source` again and again, each time with other ids, which leave the rest as it is."""
    raw = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    header, *records = csv.reader(io.StringIO(text, newline=""), strict=True)
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for first in range(0, ROWS, len(records)):
            copy = records[: ROWS - first]
            writer.writerows([f"{first + at:011d}", *record[1:]] for at, record in enumerate(copy))


def measure(folder: Path, source: Path) -> None:
    target = folder / "USvideos.csv"
    multiply(source, target)
    size = target.stat().st_size / 1e6
    done = subprocess.run([sys.executable, "-c", PANDAS, str(target)], check=True, capture_output=True, text=True)
    pandas_seconds, pandas_rows, pandas_kb = map(float, done.stdout.split())
    wanted = settings_for(folder, "http://127.0.0.1:1", f"import.path={target}", "spark.master=local[2]")
    spark = warm_session(wanted)
    module = job.load("import_trending")
    with stopwatch() as first:
        report = module.run(spark, wanted)
    with stopwatch() as again:
        module.run(spark, wanted)
    count = store.read(spark, tables.TRENDING_ROWS, wanted.lake).count()
    assert report.rows_out == count == pandas_rows == ROWS
    print(
        f"{source.name}: {size:,.0f} MB; pandas {pandas_seconds:.1f} s, {pandas_kb / 1e3:,.0f} MB; import {first[0]:.1f} s; "
        f"the same again {again[0]:.1f} s"
    )
    result(f"{source.name}: seconds of the import, in those of pandas", first[0] / pandas_seconds, 1.0)


def main() -> None:
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as name:
            measure(Path(name), REAL_DATA / sys.argv[1])
        return
    for source in SOURCES:  # a session of its own each
        subprocess.run([sys.executable, "-m", "benchmarks.import_trending", source], check=True)


if __name__ == "__main__":
    main()
