"""A frame of requests in, a frame with an answer for every request out: threads in tasks overlap the waiting."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pyspark import TaskContext
from pyspark.sql import DataFrame
from tenacity import Retrying, retry_if_result, wait_random_exponential

from tubelake import tables
from tubelake.collect.callers import Access, ask
from tubelake.collect.gate import Gate, Pace
from tubelake.collect.request import DEFERRED, Price, facts
from tubelake.collect.tasks import Row, answered
from tubelake.youtube.client import Answer
from tubelake.youtube.outcomes import Outcome, outcome

_ENDING = (Outcome.QUOTA, Outcome.BLOCKED, Outcome.CREDENTIALS, Outcome.BUG)
ROWS_A_BATCH = 64  # answers of 50 items are 100-200 kB: a batch stays under 16 MB


@dataclass(frozen=True)
class Round:
    """What every task of a round needs to know."""

    run_id: str
    round_id: str
    access: Access
    pace: Pace
    price: Price
    calls: tuple[int, ...]  # calls that each task may make, by partition
    ahead: timedelta = timedelta()  # of the run's clock before the real one, in whole days


def fetch(requests: DataFrame, this: Round) -> DataFrame:
    """An answer (a row of `responses`) for every page of every request; failures are rows.

    `requests` has the columns of REQUEST_DDL and at most one partition an entry of `this.calls`. The frame is lazy, see
    `answered`.
    """
    return answered(requests, tables.RESPONSES, this.run_id, this.round_id, lambda asked: _in_batches(asked, this))


def _in_batches(asked: list[Row], this: Round) -> Iterator[list[Row]]:
    rows: list[Row] = []
    for pages in _fetch_all(asked, this):
        rows += pages
        if len(rows) >= ROWS_A_BATCH:
            yield rows
            rows = []
    yield rows


def _fetch_all(asked: list[Row], this: Round) -> Iterator[list[Row]]:
    """The rows of each request, in the order in which they are done."""
    context = TaskContext.get()
    partition = context.partitionId() if context else 0
    gate = Gate(this.pace, this.calls[partition], this.run_id)
    with ThreadPoolExecutor(max(1, min(this.pace.threads, len(asked)))) as threads:
        for done in as_completed([threads.submit(_fetch_chain, request, this, gate) for request in asked]):
            yield done.result()


def _fetch_chain(asked: Row, this: Round, gate: Gate) -> list[Row]:
    """The pages of one request until it ends, fails, or the round does."""
    rows: list[Row] = []
    params, token = json.loads(asked["params"]), asked["page_token"]
    asked_tokens = {token}
    for page in range(asked["max_pages"]):
        answer, tries = _call_patiently(this, asked["method"], {**params, "pageToken": token}, gate)
        if tries == 0 and rows:
            break
        rows.append(facts(asked, page, token, answer, tries, this.price, this.ahead))
        token = rows[-1]["next_page_token"]
        if answer.reason or not token or token in asked_tokens:
            break
        asked_tokens.add(token)
    return rows


def _call_patiently(this: Round, method: str, params: dict[str, Any], gate: Gate) -> tuple[Answer, int]:
    """The answer after bounded retries, and how many calls were made for it."""
    tries = 0
    given = {name: value for name, value in params.items() if value is not None}
    answer = Answer(0, DEFERRED, None, {})

    def once() -> Answer:
        nonlocal tries, answer
        if not gate.enter():
            gate.close()
            return answer
        tries += 1
        answer = ask(this.access, method, given, gate.wait)
        if outcome(answer.status, answer.reason) in _ENDING:
            gate.close()
        if outcome(answer.status, answer.reason) is Outcome.SLOW_DOWN:
            gate.pause(answer.retry_after_seconds or 0.0)
        return answer

    retrying = Retrying(
        retry=retry_if_result(_may_be_retried),
        stop=lambda state: gate.closed or state.attempt_number >= this.pace.attempts,
        wait=wait_random_exponential(multiplier=this.pace.retry_base_seconds, max=this.pace.retry_max_seconds),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else answer,
    )
    answer = retrying(once)
    if _may_be_retried(answer) and tries < this.pace.attempts:
        return replace(answer, reason=DEFERRED), tries  # the round ended before its tries did
    return answer, tries


def _may_be_retried(answer: Answer) -> bool:
    return outcome(answer.status, answer.reason) in (Outcome.RETRY, Outcome.SLOW_DOWN)
