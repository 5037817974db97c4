"""The ledger gives out a day's units exactly once, however many runs want them."""

import re
import threading
from datetime import UTC, date, datetime

import pytest

from tubelake.collect.ledger import Account, Balance, Wallet, account, balance, balances, spent_error
from tubelake.errors import QuotaSpent
from tubelake.settings import Lake, Quota

DAY = date(2026, 7, 1)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Lake:
    """One lake for all tests: each has accounts of its own."""
    return Lake(root=str(tmp_path_factory.mktemp("ledger") / "lake"))


def test_units_are_leased_paid_and_given_back(spark, ledger):
    mine = Account("o'neil \\ project", "search", DAY, 100)
    first, second = Wallet(mine), Wallet(mine)
    assert first.refill(spark, ledger, 60) == 60
    first.pay(25)
    assert (first.held, first.spent, first.left) == (35, 25, 75)
    assert first.refill(spark, ledger, 30) == 35  # it holds enough: no commit
    assert balance(spark, mine, ledger) == Balance(leased=60)
    first.close(spark, ledger)
    assert balance(spark, mine, ledger) == Balance(leased=25, settled=25)
    assert second.refill(spark, ledger, 100) == 75
    second.pay(75)
    assert second.refill(spark, ledger, 1) == 0
    assert balance(spark, mine, ledger) == Balance(leased=100, settled=100)


def test_what_a_killed_run_held_stays_spent_until_the_next_day(spark, ledger):
    mine, other = Account("killed", "search", DAY, 100), Account("killed", "common", DAY, 100)
    tomorrow = Account("killed", "search", date(2026, 7, 2), 100)
    Wallet(mine).refill(spark, ledger, 30)  # and nobody ever closes it
    wallet = Wallet(mine)
    assert wallet.refill(spark, ledger, 100) == 70
    wallet.pay(10)
    wallet.exhaust(spark, ledger)  # the API refuses before our count says so
    assert (wallet.held, wallet.left, wallet.refill(spark, ledger, 1)) == (0, 0, 0)
    assert Wallet(mine).refill(spark, ledger, 1) == 0
    assert Wallet(tomorrow).refill(spark, ledger, 1_000) == 100
    found = balances(spark, [tomorrow, other, mine], ledger)
    assert found == [Balance(leased=100), Balance(), Balance(leased=40, settled=10, exhausted=True)]


def test_runs_side_by_side_share_a_limit_exactly(spark, ledger):
    mine = Account("shared", "search", DAY, 100)
    start, paid, failures = threading.Barrier(2), [], []

    def run() -> None:
        wallet = Wallet(mine)
        start.wait()
        try:
            while units := wallet.refill(spark, ledger, 30):
                paid.append(units)
                wallet.pay(units)
            wallet.close(spark, ledger)
        except Exception as error:  # noqa: BLE001 - a thread's error must fail the test
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(paid) == 100
    assert balance(spark, mine, ledger) == Balance(leased=100, settled=100)


def test_a_limit_of_0_gives_nothing(spark, ledger):
    assert Wallet(Account("none", "search", DAY, 0)).refill(spark, ledger, 5) == 0


@pytest.mark.parametrize(
    ("bucket", "settings", "now", "expected"),
    [
        ("search", Quota(), NOON, Account("default", "search", DAY, 100)),
        ("common", Quota(project="mine"), NOON, Account("mine", "common", DAY, 10_000)),
        ("search", Quota(search=7), NOON, Account("default", "search", DAY, 7)),
        ("search", Quota(search=0), NOON, Account("default", "search", DAY, 0)),
        ("stats", Quota(search=7), NOON, Account("default", "stats", DAY, 10_000)),
        # Pacific midnight, and a day before the bucket existed.
        (
            "search",
            Quota(),
            datetime(2026, 7, 1, 6, 59, tzinfo=UTC),
            Account("default", "search", date(2026, 6, 30), 100),
        ),
        ("search", Quota(), datetime(2026, 5, 1, 12, tzinfo=UTC), Account("default", "search", date(2026, 5, 1), 0)),
    ],
)
def test_the_account_of_a_moment(bucket, settings, now, expected):
    assert account(bucket, settings, now) == expected


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "19 h 00 min"),
        (datetime(2026, 7, 1, 6, 58, 30, tzinfo=UTC), "0 h 01 min"),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), "25 h 00 min"),  # the day on which the clock goes back
    ],
)
def test_the_error_says_when_it_goes_on(now, wait):
    error = spent_error(Account("p", "search", DAY, 10_000), now)
    said = str(error)
    assert isinstance(error, QuotaSpent)
    assert error.exit_code == 75
    assert "search quota of 10,000 units" in said
    assert f"(in {wait})" in said
    assert "run the same command again after" in said
    assert "\n" not in said
    shown = re.search(r"after (\d{4}-\d{2}-\d{2} \d{2}:\d{2}) ", said).group(1)
    again = datetime.fromisoformat(shown).astimezone(UTC)
    assert 0 <= (again - now).total_seconds() <= 25 * 3_600
    assert again.hour in {7, 8}
