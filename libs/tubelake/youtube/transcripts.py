"""Transcripts of any video, off the pages that everybody sees: youtube-transcript-api, and an answer whatever happens.

No key and no quota, but an address that asks too fast is blocked for hours: every request waits for its turn first.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import ParseError

from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import JSONDecodeError
from requests.utils import get_environ_proxies
from youtube_transcript_api import (
    CouldNotRetrieveTranscript,
    IpBlocked,
    Transcript,
    VideoUnplayable,
    YouTubeDataUnparsable,
    YouTubeRequestFailed,
    YouTubeTranscriptApi,
)

from tubelake.youtube import tracks
from tubelake.youtube.client import NO_ANSWER, Answer, retry_after
from tubelake.youtube.tracks import Snippet, Track, Wanted, wanted_tracks

# The library reads pages unchecked: all but the first two come out of it where a page is not as it expects.
_FAILURES = (
    CouldNotRetrieveTranscript, RequestException, ParseError, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip


@dataclass(frozen=True)
class Access:
    """How to reach YouTube's pages. `endpoint` None is the real one. The proxy is not shown: it may have a password."""

    endpoint: str | None
    timeout_seconds: float
    proxy: str | None = None

    def __repr__(self) -> str:
        return f"Access(endpoint={self.endpoint!r})"


def call(access: Access, video_id: str, wanted: Wanted, wait: Callable[[], None]) -> Answer:
    """List the tracks of a video and fetch the wanted ones. Never raises for what YouTube or the network does.

    The answer's items are all tracks, of which the wanted ones have snippets. A video without a track in a wanted
    language is a good answer in which none has: the list itself was asked for. A failure has the library's exception
    as its `reason`, the HTTP status that came with it, and in its items what was fetched before.

    `wait` is called before each request; an exception of the caller's own kind that it raises passes through, and then
    nothing is kept.
    """
    found: dict[str, Track] = {}
    try:
        _fetch(_api(access, wait), video_id, wanted, found)
    except _FAILURES as error:
        return _failed(error, list(found.values()))
    return tracks.answer(list(found.values()))


def _fetch(api: YouTubeTranscriptApi, video_id: str, wanted: Wanted, found: dict[str, Track]) -> None:
    """Fill `found` step by step, so that what comes before a failure is kept."""
    listed = {_id(transcript): transcript for transcript in api.list(video_id)}
    found |= {track_id: _track(transcript) for track_id, transcript in listed.items()}
    chosen = wanted_tracks(found.values(), wanted)
    for track in chosen:
        track["snippets"] = _snippets(listed[track["id"]])
    if _needs_translation(chosen, wanted.translate):
        source = chosen[0]
        transcript = listed[source["id"]].translate(str(wanted.translate))
        track_id = f"{video_id}/{transcript.language_code}/from-{source['languageCode']}"
        translation = _track(transcript) | {"id": track_id, "translatedFrom": source["languageCode"]}
        found[track_id] = translation | {"snippets": _snippets(transcript)}


def _needs_translation(chosen: list[Track], language: str | None) -> bool:
    there = {track["languageCode"] for track in chosen}
    return bool(language and chosen and chosen[0]["isTranslatable"] and language not in there)


def _id(transcript: Transcript) -> str:
    """A name that stays the same: the library gives one track of each language and kind."""
    return f"{transcript.video_id}/{transcript.language_code}/{'generated' if transcript.is_generated else 'manual'}"


def _track(transcript: Transcript) -> Track:
    return {
        "id": _id(transcript),
        "videoId": transcript.video_id,
        "languageCode": transcript.language_code,
        "language": transcript.language,
        "isGenerated": transcript.is_generated,
        "isTranslatable": transcript.is_translatable,
        "translationLanguages": [language.language_code for language in transcript.translation_languages],
        "translatedFrom": None,
        "snippets": None,
    }


def _snippets(transcript: Transcript) -> list[Snippet]:
    return [{"text": part.text, "start": part.start, "duration": part.duration} for part in transcript.fetch()]


def _failed(error: Exception, found: list[Track]) -> Answer:
    """YouTube says most of its noes on good pages: then the status is 200."""
    reason = type(error).__name__
    if isinstance(error, YouTubeRequestFailed):
        return _http_error(error, found)
    if isinstance(error, VideoUnplayable):
        return tracks.answer(found, 200, reason, " ".join(filter(None, (error.reason, *error.sub_reasons))))
    if isinstance(error, CouldNotRetrieveTranscript):
        words = error.cause.partition("\n")[0]
        return tracks.answer(found, 429 if isinstance(error, IpBlocked) else 200, reason, words)
    if isinstance(error, RequestException) and not isinstance(error, JSONDecodeError):
        return tracks.answer(found, 0, f"{NO_ANSWER}: {reason}")
    return tracks.answer(found, 200, YouTubeDataUnparsable.__name__, f"{reason}: {error}")


def _http_error(error: YouTubeRequestFailed, found: list[Track]) -> Answer:
    """The library keeps only the text of requests' error, which has the status and what the server asks for."""
    cause: Any = error.__context__
    failed = tracks.answer(
        found, cause.response.status_code, type(error).__name__, error.reason.partition(" for url")[0]
    )
    return replace(failed, retry_after_seconds=retry_after(cause.response.headers))


class _Turns(HTTPAdapter):
    """What every request passes, also those after a redirect: requests has no other place to wait and to re-address."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self.access = access
        self.wait: Callable[[], None] = lambda: None

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """The response to `request`, in its turn and from where `access` points."""
        self.wait()
        # A copy: cookies are kept by the address that the library knows.
        sent = request.copy()
        if self.access.endpoint:
            sent.url = self.access.endpoint.rstrip("/") + request.path_url
        proxy = self.access.proxy
        # The session would let the environment's proxies win over the one that was chosen.
        proxies = {"http": proxy, "https": proxy} if proxy else get_environ_proxies(str(sent.url))
        response = super().send(sent, *args, **options | {"timeout": self.access.timeout_seconds, "proxies": proxies})
        _check_text(response, request.path_url)
        return response


def _check_text(response: Response, path: str) -> None:
    """A page for people in place of a text may pass for a track without captions; the library does not look."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if is_page and response.status_code == 200 and path.startswith("/api/timedtext"):
        response.close()
        raise ValueError("a page came instead of timed text")


class _Sessions(threading.local):
    """A session is not thread-safe and keeps connections and the consent cookie: one a thread and access."""

    def __init__(self) -> None:
        self.by_access: dict[Access, tuple[Session, _Turns]] = {}


_sessions = _Sessions()


def _api(access: Access, wait: Callable[[], None]) -> YouTubeTranscriptApi:
    if access not in _sessions.by_access:
        session, turns = Session(), _Turns(access)
        for scheme in ("http://", "https://"):
            session.mount(scheme, turns)
        _sessions.by_access[access] = session, turns
    session, turns = _sessions.by_access[access]
    turns.wait = wait
    return YouTubeTranscriptApi(http_client=session)
