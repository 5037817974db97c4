"""Quota as data: what a call costs on which day, and when the day ends."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tubelake.youtube import quota
from tubelake.youtube.quota import Cost

OLD, LAST, FIRST = date(2024, 2, 29), date(2026, 5, 31), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("method", "on", "expected"),
    [
        ("search.list", OLD, Cost("common", 100)),
        ("search.list", LAST, Cost("common", 100)),
        ("search.list", FIRST, Cost("search", 1)),
        ("search.list", date(2030, 1, 1), Cost("search", 1)),
        ("videos.list", LAST, Cost("common", 1)),
        ("videos.list", FIRST, Cost("common", 1)),
        ("videos.batchGetStats", date(2026, 6, 2), Cost("common", 1)),
        ("videos.batchGetStats", date(2026, 6, 3), Cost("stats", 1)),
        ("captions.download", FIRST, Cost("common", 200)),
    ],
)
def test_what_a_call_costs_depends_on_the_day(method, on, expected):
    assert quota.cost(method, on) == expected


@pytest.mark.parametrize(
    ("bucket", "on", "units"),
    [
        ("common", OLD, 10_000),
        ("common", FIRST, 10_000),
        ("search", LAST, 0),
        ("search", FIRST, 100),
        ("stats", date(2026, 6, 2), 0),
        ("stats", date(2026, 6, 3), 10_000),
        ("nonsense", FIRST, 0),
    ],
)
def test_what_a_day_gives_depends_on_the_day(bucket, on, units):
    assert quota.limit(bucket, on) == units


def test_every_bucket_that_pays_has_a_limit():
    methods = {method for method, _, _ in quota._COSTS}
    for on in (OLD, LAST, FIRST, date(2026, 6, 2), date(2026, 6, 3)):
        prices = [quota.cost(method, on) for method in methods]
        paying = {price.bucket for price in prices if price.units}
        assert {price.bucket for price in prices} - paying == {quota.FREE}
        assert paying == set(quota.buckets(on))
        assert all(quota.limit(bucket, on) > 0 for bucket in paying)


def test_a_method_without_a_price_is_an_error_and_not_free():
    with pytest.raises(KeyError, match=r"playlistItems\.insert has no entry"):
        quota.cost("playlistItems.insert", FIRST)


@pytest.mark.parametrize(
    ("now", "day", "resets"),
    [
        # Winter: UTC-8, summer: UTC-7.
        ("2026-01-15T07:59:59", date(2026, 1, 14), "2026-01-15T08:00:00"),
        ("2026-01-15T08:00:00", date(2026, 1, 15), "2026-01-16T08:00:00"),
        ("2026-07-01T06:59:59", date(2026, 6, 30), "2026-07-01T07:00:00"),
        ("2026-07-01T07:00:00", date(2026, 7, 1), "2026-07-02T07:00:00"),
        # Sunday 2026-03-08 has 23 hours, the clock goes forward at 10:00 UTC.
        ("2026-03-08T07:59:59", date(2026, 3, 7), "2026-03-08T08:00:00"),
        ("2026-03-08T08:00:00", date(2026, 3, 8), "2026-03-09T07:00:00"),
        ("2026-03-08T10:00:00", date(2026, 3, 8), "2026-03-09T07:00:00"),
        ("2026-03-09T07:00:00", date(2026, 3, 9), "2026-03-10T07:00:00"),
        # Sunday 2026-11-01 has 25 hours, the clock goes back at 09:00 UTC.
        ("2026-11-01T06:59:59", date(2026, 10, 31), "2026-11-01T07:00:00"),
        ("2026-11-01T07:00:00", date(2026, 11, 1), "2026-11-02T08:00:00"),
        ("2026-11-01T09:30:00", date(2026, 11, 1), "2026-11-02T08:00:00"),
        ("2026-11-02T07:59:59", date(2026, 11, 1), "2026-11-02T08:00:00"),
        ("2026-11-02T08:00:00", date(2026, 11, 2), "2026-11-03T08:00:00"),
    ],
)
def test_the_quota_day_ends_at_midnight_pacific_time(now, day, resets):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert quota.quota_day(moment) == day
    assert quota.resets_at(moment) == datetime.fromisoformat(resets).replace(tzinfo=UTC)
    assert quota.resets_at(moment).utcoffset() == timedelta(0)


def test_the_zone_in_which_a_moment_is_written_does_not_matter():
    seoul = datetime(2026, 7, 1, 15, 59, tzinfo=timezone(timedelta(hours=9)))
    assert quota.quota_day(seoul) == date(2026, 6, 30)
    assert quota.resets_at(seoul) == datetime(2026, 7, 1, 7, tzinfo=UTC)
