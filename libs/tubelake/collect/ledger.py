"""The quota ledger: units are leased in blocks from one row a bucket and day, so that runs share a limit exactly."""

from collections.abc import Sequence
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
    known: Balance | None = None  # as last seen: while no other run changes it, no read is needed

    @property
    def left(self) -> int:
        """Units that this run may still get today, as last seen."""
        return self.held + (self.known.left(self.account.limit) if self.known else 0)

    def refill(self, spark: SparkSession, lake: Lake, wanted: int, ahead: int = 1) -> int:
        """Hold `wanted` units, or as many as the day still has; gives what is held.

        Where some are missing, as many are leased as `ahead` times would want: each lease is a commit. What is never
        given back, because the run was killed, stays spent.
        """
        if self.held < wanted:
            self._exchange(spark, lake, wanted * ahead)
        return self.held

    def pay(self, units: int) -> None:
        self.held -= units
        self.spent += units

    def close(self, spark: SparkSession, lake: Lake) -> None:
        """Give back what is held and book what was spent."""
        if self.held or self.spent:
            self._exchange(spark, lake, 0)

    def exhaust(self, spark: SparkSession, lake: Lake) -> None:
        """Note that the API refuses the account for the rest of the day, though our count is lower."""
        self._exchange(spark, lake, 0, exhausted=True)

    def _exchange(self, spark: SparkSession, lake: Lake, wanted: int, *, exhausted: bool = False) -> None:
        """Trade what is held for `wanted` units in one commit, never above the day's limit."""
        while True:
            before = self.known or balance(spark, self.account, lake)
            returned = replace(before, leased=before.leased - self.held, exhausted=before.exhausted or exhausted)
            granted = min(wanted, returned.left(self.account.limit))
            after = replace(returned, leased=returned.leased + granted, settled=before.settled + self.spent)
            if after == before or _swap(spark, self.account, lake, before, after):
                self.held, self.spent, self.known = granted, 0, after
                return
            self.known = None


def account(bucket: str, settings: Quota, now: datetime) -> Account:
    """The account that pays at `now`, with the published limit unless the settings have their own."""
    own_limit: int | None = getattr(settings, bucket, None)
    day = quota.quota_day(now)
    return Account(settings.project, bucket, day, quota.limit(bucket, day) if own_limit is None else own_limit)


def balance(spark: SparkSession, account: Account, lake: Lake) -> Balance:
    """What the account has spent; nothing where it was never used."""
    return balances(spark, [account], lake)[0]


def balances(spark: SparkSession, accounts: Sequence[Account], lake: Lake) -> list[Balance]:
    """What each account has spent, from one read."""
    any_of = " OR ".join(f"({_where(account)})" for account in accounts)
    rows = store.read(spark, QUOTA_BUCKETS, lake).where(F.expr(any_of)).collect()
    found = {(row["project"], row["bucket"], row["quota_day"]): _balance(row) for row in rows}
    return [found.get((account.project, account.bucket, account.day), Balance()) for account in accounts]


def spent_error(account: Account, now: datetime) -> QuotaSpent:
    """The error that ends a run whose account is empty, with the time at which it can go on, in the user's zone."""
    resets = quota.resets_at(now)
    hours, minutes = divmod(int((resets - now).total_seconds()) // 60, 60)
    return QuotaSpent(
        f"the {account.bucket} quota of {account.limit:,} units a day is used up; everything fetched is kept: run the "
        f"same command again after {resets.astimezone():%Y-%m-%d %H:%M %Z} (in {hours} h {minutes:02d} min)"
    )


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
    """Put `after` in the place of `before`, unless another run changed the account meanwhile."""
    store.ensure(spark, QUOTA_BUCKETS, lake)
    name = store.name(QUOTA_BUCKETS, lake)
    values = f"""units_leased = {after.leased}, units_settled = {after.settled},
        exhausted = {str(after.exhausted).lower()}, updated_at = current_timestamp()"""
    unchanged = f"""units_leased = {before.leased} AND units_settled = {before.settled}
        AND exhausted = {str(before.exhausted).lower()}"""
    if before == Balance():  # there may be no row yet
        statement = f"""MERGE INTO {name} t USING (SELECT 1) s ON {_where(account)}
            WHEN MATCHED AND {unchanged} THEN UPDATE SET {values}
            WHEN NOT MATCHED THEN INSERT (project, bucket, quota_day, units_leased, units_settled, exhausted, updated_at)
            VALUES ({_text(account.project)}, {_text(account.bucket)}, DATE'{account.day.isoformat()}', {after.leased},
                {after.settled}, {str(after.exhausted).lower()}, current_timestamp())"""
    else:
        statement = f"UPDATE {name} SET {values} WHERE {_where(account)} AND {unchanged}"
    return bool(store.execute(spark, QUOTA_BUCKETS, lake, statement)[0]["num_affected_rows"])
