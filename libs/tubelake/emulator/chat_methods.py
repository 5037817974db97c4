"""liveChatMessages.list: what a chat has said since the last time it was asked."""

from datetime import datetime
from typing import Any

from tubelake.emulator import errors, params, resources, tokens
from tubelake.emulator.chats import repeated
from tubelake.emulator.params import Params
from tubelake.emulator.world import World

METHOD = "liveChatMessages.list"
_DEFAULT_SIZE, _SMALLEST, _LARGEST = 500, 200, 2_000


def live_chat_messages_list(world: World, asked: Params) -> dict[str, Any]:
    """The messages since the token's place, oldest first. The page that holds a chat's last one says `offlineAt`."""
    parts = params.parts(asked, "LiveChatMessage")
    size = params.max_results(asked, _DEFAULT_SIZE, _SMALLEST, _LARGEST)
    chat_id = asked.get("liveChatId", "")
    _check_chat(world, chat_id)
    mark = tokens.query_mark(METHOD, {"liveChatId": chat_id})
    token = asked.get("pageToken")
    offset = tokens.decode(token, mark) if token else 0
    begins = world.stage.begin(chat_id)
    said, ended_at = world.stage.standing(world.corpus, chat_id)
    if ended_at is not None and (offset >= said or not (token or begins)):
        raise errors.chat_ended()
    first = offset - repeated(offset, chat_id, world.options.chat, world.options.seed) if said > offset else offset
    end = max(offset, min(said, first + size))
    items = world.stage.line(world.corpus, chat_id).messages[first:end]
    shown = [resources.with_parts(message, "liveChatMessage", parts) for message in items]
    over = {"offlineAt": _text(ended_at)} if ended_at is not None and end == said else {}
    return resources.listing(
        "liveChatMessageListResponse",
        shown,
        pollingIntervalMillis=round(world.options.chat.polling_seconds * 1_000),
        pageInfo={"totalResults": len(shown), "resultsPerPage": len(shown)},
        nextPageToken=tokens.encode(mark, end),
        **over,
    )


def _check_chat(world: World, chat_id: str) -> None:
    if not chat_id:
        raise errors.missing_parameter("liveChatId")
    if chat_id not in world.chat_ids:
        raise errors.chat_not_found()


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
