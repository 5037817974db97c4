"""Power laws: where a tail begins and how steep it is, found by trying a few beginnings instead of all; and p-values.

Baseline: `powerlaw.Fit` with its own scan over all values, on the same data in the same run. A p-value by 200 fits takes
it hours: both make as many rounds as it can do on a smaller sample.
"""

import json
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import powerlaw

from benchmarks.common import computed, real_data, result, settings_for, warm_session
from tubelake.stats import power_law
from tubelake.stats.power_law import Fit, Floats
from tubelake.stats.tails import ccdf, power_laws

ALPHA, XMIN = 2.1, 1_000
SMALL, ROUNDS = 500, 5
MANY = 200_000


def timed(do: Callable[[], object]) -> tuple[object, float]:
    started = time.perf_counter()
    return do(), time.perf_counter() - started


def theirs(values: Floats) -> Fit:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = powerlaw.Fit(values, discrete=True, verbose=0)
    return Fit(float(found.xmin), float(found.alpha), float(found.D), int((values >= found.xmin).sum()))


def ours(values: Floats) -> Fit:
    found = power_law.fit(power_law.counted(values))
    assert found
    return found


def compare(name: str, values: Floats) -> float:
    """Print what both find; gives how many times as fast ours is."""
    (own, fast), (other, slow) = timed(lambda: ours(values)), timed(lambda: theirs(values))
    print(f"{name}: {len(values):,} values, {len(np.unique(values)):,} different")
    for whose, found, seconds in (("ours", own, fast), ("powerlaw.Fit", other, slow)):
        print(f"  {whose}: xmin {found.xmin:,.0f}, alpha {found.alpha:.3f}, distance {found.distance:.4f}, tail {found.tail:,}, {seconds:.3f} s")  # type: ignore[attr-defined]  # fmt: skip
    return slow / fast


def rounds(fit: Callable[[Floats], Fit], values: Floats) -> float:
    """Seconds of some rounds of a bootstrap: values drawn again, fitted again."""
    random = np.random.default_rng(1)
    return timed(lambda: [fit(random.choice(values, len(values))) for _ in range(ROUNDS)])[1]


def real_views() -> Floats:
    lines = (real_data() / "corpus/videos.jsonl").open(encoding="utf-8")
    counts = (json.loads(line).get("statistics", {}).get("viewCount") for line in lines)
    return np.array([float(count) for count in counts if count and int(count) > 0])


def many_videos() -> float:
    """Seconds of both tables of a keyword with as many videos as this, in Spark."""
    with tempfile.TemporaryDirectory() as folder:
        spark = warm_session(settings_for(Path(folder), "http://127.0.0.1:1", "spark.master=local[2]"))
        drawn = power_law.counted(np.floor(np.random.default_rng(3).lognormal(9, 2, MANY)) + 1)
        rows = [("k", "view_count", float(v), int(n)) for v, n in zip(*drawn, strict=True)]
        counts = spark.createDataFrame(rows, "keyword string, metric string, value double, times bigint").cache()
        counts.count()
        fitted, curve = computed(power_laws(counts)), computed(ccdf(counts))
        print(f"{MANY:,} videos, one metric: power law with {2 * power_law.ROUNDS} fits {fitted:.1f} s, curve {curve:.1f} s")  # fmt: skip
        return fitted


def main() -> None:
    random = np.random.default_rng(2)
    drawn = np.concatenate([np.floor(random.uniform(1, XMIN, 1_200)), power_law.draw(ALPHA, XMIN, 800, random)])
    faster = compare(f"drawn, a power law with alpha {ALPHA} from {XMIN:,} on", drawn)
    result("the fit, times as fast as powerlaw.Fit", faster, 20, at_least=True)
    result("alpha of it, off by", abs(ours(drawn).alpha - ALPHA), 0.1)
    compare("views of the real corpus", real_views())
    few = random.choice(drawn, SMALL, replace=False)
    slow, fast = rounds(theirs, few), rounds(ours, few)
    print(f"{ROUNDS} rounds of a bootstrap, {SMALL} values: ours {fast:.3f} s, powerlaw.Fit {slow:.1f} s")
    result("a bootstrap, times as fast", slow / fast, 20, at_least=True)
    result(f"{MANY:,} videos", many_videos(), 120, " s")


if __name__ == "__main__":
    main()
