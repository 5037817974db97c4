"""The quota ledger: units are leased in blocks from one row a bucket and day, so that runs share a limit exactly."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from tubelake import store
from tubelake.errors import QuotaSpent
from tubelake.settings import Lake, Quota
from tubelake.tables import QUOTA_BUCKETS
from tubelake.youtube import quota


@dataclass(frozen=True)
class Account:
    """One bucket of one project on one Pacific day; the limit in units."""

    project: str
    bucket: str
    day: date
    limit: int


@dataclass(frozen=True)
class Balance:
    """What an account has spent, in units."""

    leased: int = 0
    settled: int = 0
    exhausted: bool = False

    def left(self, limit: int) -> int:
        return 0 if self.exhausted else max(0, limit - self.leased)


@dataclass
class Wallet:
    """Units that this run holds of an account, and those it has spent since the last commit."""

    account: Account
    held: int = 0
    spent: int = 0
    left: int = 0  # that the day had, besides those held, when last asked

    def refill(self, spark: SparkSession, lake: Lake, wanted: int) -> int:
        """Hold `wanted` units, or as many as the day still has; gives what is held."""
        if self.held < wanted:
            self.held, self.left = lease(spark, self.account, wanted, lake, returned=self.held, settled=self.spent)
            self.spent = 0
        return self.held

    def pay(self, units: int) -> None:
        self.held -= units
        self.spent += units

    def close(self, spark: SparkSession, lake: Lake) -> None:
        """Give back what is held and book what was spent."""
        lease(spark, self.account, 0, lake, returned=max(0, self.held), settled=self.spent)
        self.held = self.spent = 0


def account(bucket: str, settings: Quota, now: datetime) -> Account:
    """The account that pays at `now`, with the published limit unless the settings have their own."""
    own_limit: int | None = getattr(settings, bucket)
    day = quota.quota_day(now)
    return Account(settings.project, bucket, day, quota.limit(bucket, day) if own_limit is None else own_limit)


def lease(spark: SparkSession, account: Account, wanted: int, lake: Lake, returned: int = 0, settled: int = 0) -> tuple[int, int]:  # fmt: skip
    """Units granted of `wanted`, never above the day's limit however many runs ask at once, and units left then.

    `returned` units of an earlier lease are given back and `settled` ones booked as spent in the same commit. What is
    never returned (a killed run) stays spent.
    """
    while True:
        before = _open(spark, account, lake)
        free = replace(before, leased=before.leased - returned).left(account.limit)
        granted = min(wanted, free)
        after = replace(before, leased=before.leased - returned + granted, settled=before.settled + settled)
        if after == before or _swap(spark, account, lake, before, after):
            return granted, after.left(account.limit)


def exhaust(spark: SparkSession, account: Account, lake: Lake) -> None:
    """Note that the API refuses the account for the rest of the day, though our count is lower."""
    before = _open(spark, account, lake)
    while not before.exhausted and not _swap(spark, account, lake, before, replace(before, exhausted=True)):
        before = _open(spark, account, lake)


def balance(spark: SparkSession, account: Account, lake: Lake) -> Balance:
    """What the account has spent; nothing where it was never used."""
    rows = store.read(spark, QUOTA_BUCKETS, lake).where(F.expr(_where(account))).collect()
    return _balance(rows[0]) if rows else Balance()


def spent_error(account: Account, now: datetime) -> QuotaSpent:
    """The error that ends a run whose account is empty, with the time at which it can go on, in the user's zone."""
    resets = quota.resets_at(now)
    hours, minutes = divmod(int((resets - now).total_seconds()) // 60, 60)
    return QuotaSpent(
        f"the {account.bucket} quota of {account.limit:,} units a day is used up; everything fetched is kept: run the "
        f"same command again after {resets.astimezone():%Y-%m-%d %H:%M %Z} (in {hours} h {minutes:02d} min)"
    )


def _open(spark: SparkSession, account: Account, lake: Lake) -> Balance:
    """The account's balance; its row is made where it is missing."""
    found = store.read(spark, QUOTA_BUCKETS, lake).where(F.expr(_where(account))).collect()
    if found:
        return _balance(found[0])
    day = account.day.isoformat()
    store.execute(
        spark, QUOTA_BUCKETS, lake,
        f"MERGE INTO {store.name(QUOTA_BUCKETS, lake)} t USING (SELECT {_text(account.project)} project, "
        f"{_text(account.bucket)} bucket, DATE'{day}' quota_day) s "
        "ON t.project = s.project AND t.bucket = s.bucket AND t.quota_day = s.quota_day WHEN NOT MATCHED THEN INSERT "
        "(project, bucket, quota_day, units_leased, units_settled, exhausted, updated_at) "
        "VALUES (s.project, s.bucket, s.quota_day, 0, 0, false, current_timestamp())",
    )  # fmt: skip
    return Balance()


def _balance(row: Row) -> Balance:
    return Balance(row["units_leased"], row["units_settled"], row["exhausted"])


def _where(account: Account) -> str:
    return (
        f"project = {_text(account.project)} AND bucket = {_text(account.bucket)} "
        f"AND quota_day = DATE'{account.day.isoformat()}'"
    )


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _swap(spark: SparkSession, account: Account, lake: Lake, before: Balance, after: Balance) -> bool:
    """Put `after` in the place of `before`, unless another run changed the row meanwhile."""
    changed = store.execute(
        spark, QUOTA_BUCKETS, lake,
        f"UPDATE {store.name(QUOTA_BUCKETS, lake)} SET units_leased = {after.leased}, units_settled = {after.settled}, "
        f"exhausted = {str(after.exhausted).lower()}, updated_at = current_timestamp() WHERE {_where(account)} "
        f"AND units_leased = {before.leased} AND units_settled = {before.settled}",
    )  # fmt: skip
    return bool(changed[0]["num_affected_rows"])
