"""`tubelake pipeline` with everything, on the real corpus: as a command, from an empty lake to the report, and again.

Baseline of the repeat: the first run; and the repeat that looks at everything again.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.comments import served
from benchmarks.common import real_data, result, stopwatch
from benchmarks.pictures import thumbnails
from tubelake import disk, tables
from tubelake.demo import WORDS
from tubelake.emulator import load_corpus
from tubelake.settings import Lake

KEYWORDS = ("official", "트와이스", "music")


def command(folder: Path, url: str) -> list[str]:
    """Three keywords, and all videos with captions, a picture or a live chat."""
    corpus = load_corpus(real_data() / "corpus")
    ids = sorted({*corpus.transcripts, *thumbnails(), *corpus.live})
    sets = (
        f"lake.root={folder / 'lake'}", f"run.logs={folder}", f"youtube.endpoint={url}", "youtube.api_key=benchmark",
        f"chat.video_ids={','.join(corpus.live)}", "captions.requests_per_second=50", "captions.tracks=all",
        "policy.derived_metrics_accepted=true",
    )  # fmt: skip
    return [
        *(sys.executable, "-m", "tubelake", "pipeline", f"--video-ids={','.join(ids)}", "--with", ",".join([*WORDS, "recall"])),
        *(word for keyword in KEYWORDS for word in ("--keyword", keyword)),
        *(word for each in sets for word in ("--set", each)),
    ]  # fmt: skip


def main() -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(real_data() / "corpus", "--chat-speed", "600", "--polling", "0.5") as url:
            run, lake, taken, versions = command(folder, url), Lake(root=str(folder / "lake")), [], []
            for more in ((), (), ("--set", "run.again_minutes=0")):
                with stopwatch() as seconds:
                    subprocess.run([*run, *more], check=True, stdout=subprocess.DEVNULL)
                taken.append(seconds[0])
                versions.append(disk.commits(tables.ALL, lake))
    print(
        f"first run {taken[0]:.0f} s, again {taken[1]:.1f} s, looking at everything again {taken[2]:.0f} s", flush=True
    )
    return all((
        result("the first run, with the report", taken[0], 360, " s"),
        result("the second run", taken[1], 20, " s"),
        result("tables with a new version after it", sum(versions[0][t] != versions[1][t] for t in versions[0]), 0),
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
