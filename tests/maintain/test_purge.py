"""Which tables age, what they lose, and that new tables say so."""

from datetime import UTC, datetime

import pytest

from tubelake import tables
from tubelake.errors import UsageError
from tubelake.maintain import purge

# What the user brought stays.
AGELESS = {"trending_rows"}


def test_every_table_of_what_was_fetched_says_how_it_ages():
    fetched = {t.name for t in tables.ALL if {"fetched_at", "first_seen_at"} & set(t.column_names)}
    aged = {t.name for t in tables.ALL if t.aged_by}
    assert sorted(fetched - aged - AGELESS) == []
    for table in tables.ALL:
        assert {table.aged_by or table.key[0], *table.forgets} <= set(table.column_names), table.name
        assert not set(table.forgets) & {*table.key, table.aged_by}, table.name


def test_what_is_kept_does_not_age():
    everything = {table.name for table in purge.aging(tables.ALL, ())}
    kept = {table.name for table in purge.aging(tables.ALL, ("silver.video_snapshots", "responses"))}
    assert everything - kept == {"video_snapshots", "responses"}
    assert "trending_rows" not in everything
    with pytest.raises(UsageError, match="no table 'video_snapshot'; did you mean video_snapshots"):
        purge.aging(tables.ALL, ("video_snapshot",))


def test_a_hit_forgets_its_texts_a_video_goes_and_what_was_imported_stays():
    before = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert purge.old_rows(tables.VIDEOS, before) == (
        "fetched_at < TIMESTAMP'2026-01-02 03:04:05.000000+00:00' AND NOT (method <=> 'import_trending')"
    )
    assert purge.old_rows(tables.COMMENTS, before) == "fetched_at < TIMESTAMP'2026-01-02 03:04:05.000000+00:00'"
    assert purge.old_rows(tables.SEARCH_HITS, before) == (
        "first_seen_at < TIMESTAMP'2026-01-02 03:04:05.000000+00:00' "
        "AND (channel_id IS NOT NULL OR title IS NOT NULL OR published_at IS NOT NULL)"
    )
