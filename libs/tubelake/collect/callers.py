"""One call of whatever answers a method: the Data API with a key, YouTube's own pages, or the API for an owner."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from tubelake.youtube import captions, client, transcripts
from tubelake.youtube.client import Answer
from tubelake.youtube.outcomes import CHAT_FORBIDDEN
from tubelake.youtube.tracks import Track, Wanted

Access = client.Access | transcripts.Access | captions.Owner
TRANSCRIPTS = "transcripts"
CHAT = "liveChatMessages.list"
OWN_LIST, OWN_DOWNLOAD = "captions.list", "captions.download"


def ask(access: Access, method: str, params: Mapping[str, Any], wait: Callable[[], None]) -> Answer:
    """The answer to one call. `wait` is for a turn of each request after the first, where a call takes several."""
    if isinstance(access, transcripts.Access):
        return transcripts.call(access, params["videoId"], wanted_from_params(params), _after_the_first(wait))
    if isinstance(access, captions.Owner) and method == OWN_LIST:
        return captions.list_tracks(access, params["videoId"])
    if isinstance(access, captions.Owner):
        track = cast("Track", json.loads(params["track"]))
        return captions.download(access, track, translate=params.get("translate"))
    answer = client.call(access, method, dict(params))
    if method == CHAT and answer.reason == "forbidden":
        return replace(answer, reason=CHAT_FORBIDDEN)
    return answer


def params_from_wanted(wanted: Wanted) -> dict[str, str]:
    """What is wanted of a video's tracks, as parameters of the log."""
    given = {"languages": ",".join(wanted.languages), "tracks": wanted.tracks, "translate": wanted.translate or ""}
    return {name: value for name, value in given.items() if value}


def wanted_from_params(params: Mapping[str, Any]) -> Wanted:
    """The same, read back."""
    languages = tuple(filter(None, params.get("languages", "").split(",")))
    return Wanted(languages, params["tracks"], params.get("translate"), params.get("defaultLanguage"))


def _after_the_first(wait: Callable[[], None]) -> Callable[[], None]:
    """The call itself has already waited for the turn of its first request."""
    is_first = True

    def turn() -> None:
        nonlocal is_first
        if not is_first:
            wait()
        is_first = False

    return turn
