"""The files of live chats: messages, and which chats a stream has had."""

from pathlib import Path
from typing import Any

from tubelake.emulator.entries import Resource, micros
from tubelake.emulator.lines import CorpusError, json_lines, resource_problem


def load_chats(path: Path) -> dict[str, tuple[Resource, ...]]:
    """The messages of every chat by its id, in the order of their times."""
    chats: dict[str, dict[str, Resource]] = {}
    for place, message in json_lines(path):
        problem = _problem(message)
        if problem:
            msg = f"{place}: {problem}"
            raise CorpusError(msg)
        chats.setdefault(message["snippet"]["liveChatId"], {})[message["id"]] = message
    return {
        chat_id: tuple(sorted(messages.values(), key=lambda message: micros(message["snippet"]["publishedAt"])))
        for chat_id, messages in chats.items()
    }


def load_streams(path: Path) -> dict[str, tuple[str, ...]]:
    """The chats of streams that have had several, by video id, in their order."""
    streams: dict[str, tuple[str, ...]] = {}
    for place, stream in json_lines(path):
        ids = stream.get("live_chat_ids") if isinstance(stream, dict) else None
        if not isinstance(ids, list) or not ids or not all(isinstance(found, str) for found in ids):
            msg = f"{place}: not a stream with video_id and live_chat_ids"
            raise CorpusError(msg)
        streams[str(stream.get("video_id"))] = tuple(ids)
    return streams


def _problem(message: Any) -> str | None:
    problem = resource_problem(message, dated=True)
    if problem or isinstance(message["snippet"].get("liveChatId"), str):
        return problem
    return f"{message['id']} has no snippet.liveChatId"
