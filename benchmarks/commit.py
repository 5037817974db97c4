"""A small commit to a table on a local disk. Baseline: the same session with the classes that Spark and Delta usually take.

Those ask the system for each file whether it is a link, by a program of their own. The two take turns, each in a
process of its own.
"""

from statistics import median

from benchmarks.common import result, seconds_said
from tubelake.session import STREAMING

TURNS = 3
COMMITS = 40
USUAL = {
    "spark.delta.logStore.file.impl": "io.delta.storage.HDFSLogStore",
    "spark.sql.streaming.checkpointFileManagerClass": f"{STREAMING}.FileContextBasedCheckpointFileManager",
}
SCRIPT = """
import tempfile, time
from statistics import median
from pathlib import Path
from tubelake import session, settings
spark = session.get_session(settings.Spark(conf={conf}), Path("/dev/null"))
rows = spark.range(10)
with tempfile.TemporaryDirectory() as folder:
    taken = []
    for _ in range({commits}):
        started = time.perf_counter()
        rows.write.format("delta").mode("append").save(folder + "/table")
        taken.append(time.perf_counter() - started)
print("SECONDS", median(taken[{commits} // 2:]))
"""


def seconds(conf: dict[str, str]) -> float:
    """The median of the later commits of a session."""
    return seconds_said(SCRIPT.format(conf=conf, commits=COMMITS))


def main() -> None:
    turns = [(seconds(USUAL), seconds({})) for _ in range(TURNS)]
    usual, ours = (median(each) for each in zip(*turns, strict=True))
    print(f"a commit of 10 rows: usual classes {usual * 1e3:.0f} ms, ours {ours * 1e3:.0f} ms")
    result("a small commit, in times of the usual", ours / usual, 0.9)


if __name__ == "__main__":
    main()
