"""One page out of a list of rows, with the tokens of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tubelake.emulator import tokens
from tubelake.emulator.params import Params

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, where it starts, and the tokens of the pages around it."""

    rows: Sequence[Row]
    offset: int
    tokens: dict[str, str]


def page(method: str, params: Params, rows: Sequence[Row], size: int) -> Page[Row]:
    """The page that `params` ask for. A page of no rows has no next page: it would be the same again."""
    mark = tokens.query_mark(method, params)
    offset = tokens.decode(params["pageToken"], mark) if params.get("pageToken") else 0
    after = offset + size
    found: dict[str, str] = {}
    if size and after < len(rows):
        found["nextPageToken"] = tokens.encode(mark, after)
    if size and offset:
        found["prevPageToken"] = tokens.encode(mark, max(0, offset - size))
    return Page(rows[offset:after], offset, found)


def looping(method: str, params: Params, answer: dict[str, Any]) -> dict[str, Any]:
    """`answer` with the token of its own page as the next one; an answer that has no pages is left alone."""
    if "pageInfo" not in answer:
        return answer
    own = params.get("pageToken") or tokens.encode(tokens.query_mark(method, params), 0)
    return {**answer, "nextPageToken": own}
