"""A keyword that needs more searches than a day gives: every day ends with 75, the last with 0, nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from tubelake import job, store, tables
from tubelake.emulator import EmulatorOptions, load_corpus, make_corpus, running
from tubelake.errors import QuotaSpent

pytestmark = pytest.mark.slow
MATCHES, LIMIT, SHARDS = 1_500, 12, 4
FIRST_DAY = datetime(2026, 12, 1, 18, tzinfo=UTC)


def test_a_keyword_is_collected_over_days(spark, settings_for, lake, tmp_path, capsys):
    make_corpus(tmp_path / "corpus", 2_000, seed=11, matches={"cooking": MATCHES})
    corpus, codes, now = load_corpus(tmp_path / "corpus"), [], FIRST_DAY
    with running(corpus, EmulatorOptions(limits={"search": LIMIT}, clock_start=now)) as youtube:
        while 0 not in codes:
            assert len(codes) < 6, f"it does not end: {youtube.usage()}"
            youtube.move_clock(now)
            wanted = settings_for(
                youtube.url, "search.keywords=cooking", f"search.shards={SHARDS}", f"quota.search={LIMIT}",
                f"run.now={now.isoformat()}", run_id=f"day-{len(codes)}",
            )  # fmt: skip
            codes.append(job.run(spark, "collect_search", wanted))
            now += timedelta(days=1)
        usage = [units["search"] for units in youtube.usage().values()]
        statuses = {status for _, _, status in youtube.calls()}
    assert codes == [QuotaSpent.exit_code] * (len(codes) - 1) + [0]
    assert usage[:-1] == [LIMIT] * (len(usage) - 1)  # no unit of a day is left unused
    assert statuses == {200}  # and the ledger keeps us from asking for more
    assert "after 2026-12-0" in capsys.readouterr().err
    assert sum(usage) <= 1.05 * MATCHES / 50 + 2 * SHARDS
    rows = store.read(spark, tables.RESPONSES, lake).where("reason IS NULL").collect()
    assert len({(row["params"], row["page_token"]) for row in rows}) == len(rows) == sum(usage)
    assert len({video_id for row in rows for video_id in row["item_ids"]}) == MATCHES
