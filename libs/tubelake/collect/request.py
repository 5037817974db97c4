"""What is asked of the API, and the facts of what came back: the two frames around a fetch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from tubelake.youtube.client import Answer

REQUEST_DDL = (
    "request_id string, method string, params string, subject string, shard string, page_token string, max_pages int"
)
REQUEST_COLUMNS = [column.split()[0] for column in REQUEST_DDL.split(", ")]
DEFERRED = "deferred"  # not asked, or not to the last try: the round ended first, or its units did


@dataclass(frozen=True)
class Request:
    """A chain of pages to fetch, following nextPageToken for at most `max_pages`."""

    method: str
    params: Mapping[str, str]
    subject: str | None = None
    shard: str | None = None
    page_token: str | None = None
    max_pages: int = 1

    def row(self, request_id: str) -> tuple[Any, ...]:
        """A row of REQUEST_DDL."""
        return (
            request_id,
            self.method,
            params_json(self.params),
            self.subject,
            self.shard,
            self.page_token,
            self.max_pages,
        )


def params_json(params: Mapping[str, str]) -> str:
    """Parameters as the log has them: equal parameters give equal texts."""
    return json.dumps(dict(params), sort_keys=True, ensure_ascii=False)


def params_with(name: str, ids: Column, params: Mapping[str, str]) -> Column:
    """What `params_json` gives for `params` and the parameter `name`, for a column of ids (no quotes, no backslashes)."""
    mark = "@id@"
    before, after = params_json({**params, name: mark}).split(mark)
    return F.concat(F.lit(before), ids, F.lit(after))


@dataclass(frozen=True)
class Price:
    """Who pays for a round, and how much a call."""

    bucket: str
    units: int
    quota_day: date


def facts(
    asked: Mapping[str, Any], page: int, token: str | None, answer: Answer, tries: int, price: Price,
    ahead: timedelta = timedelta(),
) -> dict[str, Any]:  # fmt: skip
    """The row of `responses` for page number `page` of the request `asked`, fetched just now.

    `ahead` is how far the run's clock is before the real one.
    """
    items = [item for item in answer.content.get("items", ()) if isinstance(item, dict)]
    published = [moment for moment in map(published_at, items) if moment]
    info = answer.content.get("pageInfo")
    return {
        "request_id": f"{asked['request_id']}-{page:03d}",
        **{name: asked[name] for name in ("method", "params", "subject", "shard")},
        "page_token": token,
        "next_page_token": answer.content.get("nextPageToken"),
        "status": answer.status,
        "reason": answer.reason,
        "attempt": tries,
        "bucket": price.bucket,
        "units": tries * price.units,
        "item_count": len(items),
        "item_ids": [found for found in map(item_id, items) if found],
        "incomplete_ids": [found for found in map(item_id, filter(is_incomplete, items)) if found],
        "oldest_published_at": min(published, default=None),
        "newest_published_at": max(published, default=None),
        "is_descending": published == sorted(published, reverse=True),
        "total_results": info.get("totalResults") if isinstance(info, dict) else None,
        "retry_after_seconds": answer.retry_after_seconds,
        "pause_seconds": _pause_seconds(answer.content.get("pollingIntervalMillis")),
        "offline_at": _moment(answer.content.get("offlineAt")),
        "fetched_at": datetime.now(UTC) + ahead,
        "quota_day": price.quota_day,
        "body": answer.body,
    }


def item_id(item: Mapping[str, Any]) -> str | None:
    """The id of what an item is about: the video of a playlist item, the resource of a search result.

    Messages of a live chat are not listed: there may be 2,000 in each of many answers, and nothing asks for them by id.
    """
    found = item.get("id")
    if item.get("kind") == "youtube#liveChatMessage":
        return None
    if item.get("kind") == "youtube#playlistItem":
        found = item.get("contentDetails", {}).get("videoId") or item.get("snippet", {}).get("resourceId", {}).get(
            "videoId"
        )
    if isinstance(found, dict):
        found = found.get("videoId") or found.get("channelId") or found.get("playlistId")
    return found if isinstance(found, str) else None


def is_incomplete(item: Mapping[str, Any]) -> bool:
    """Whether the item says that it has more than the answer holds: a comment thread with further replies."""
    snippet, replies = item.get("snippet"), item.get("replies")
    told = snippet.get("totalReplyCount") if isinstance(snippet, dict) else None
    held = replies.get("comments") if isinstance(replies, dict) else None
    return isinstance(told, int) and told > (len(held) if isinstance(held, list) else 0)


def published_at(item: Mapping[str, Any]) -> datetime | None:
    """When the item was published (UTC); None where that is missing or no time."""
    snippet = item.get("snippet")
    return _moment(snippet.get("publishedAt") if isinstance(snippet, dict) else None)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
    except ValueError:
        return None


def _pause_seconds(millis: object) -> float | None:
    return millis / 1_000 if isinstance(millis, int) else None
