"""Captions of one's own videos, with the owner's OAuth credentials: captions.list and captions.download.

A list costs 50 units and a download 200. The answers have the form of `tracks`, as those of `transcripts`.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import Any

import httplib2
from google.auth.exceptions import RefreshError, TransportError
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest

from tubelake.errors import UsageError
from tubelake.youtube import caption_files, tracks
from tubelake.youtube.caption_files import FileFormat
from tubelake.youtube.client import BROKEN_ANSWER, NO_ANSWER, Answer, refused, resource
from tubelake.youtube.outcomes import NOT_OWNER
from tubelake.youtube.tracks import Snippet, Track

SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
_NEEDED = ("refresh_token", "client_id", "client_secret")


@dataclass(frozen=True)
class Owner:
    """Who owns the videos, and how to reach the API. `credentials` is the text of their file; it is not shown."""

    endpoint: str | None
    credentials: str
    timeout_seconds: float

    def __repr__(self) -> str:
        return f"Owner(endpoint={self.endpoint!r})"


def read_credentials(path: Path) -> str:
    """The text of an authorized user's file, such as `Credentials.to_json()` writes; UsageError for any other."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"the captions' credentials {path} cannot be read ({error})") from None
    if isinstance(found, dict) and found.keys() & {"installed", "web"}:
        raise UsageError(
            f"{path} is an app's client secret, not an owner's credentials: let the owner sign in with it once "
            f"(google_auth_oauthlib's InstalledAppFlow, scope {SCOPE}) and keep credentials.to_json() as the file"
        )
    missing = [name for name in _NEEDED if not isinstance(found, dict) or not found.get(name)]
    if missing:
        raise UsageError(f"the captions' credentials {path} have no {', '.join(missing)}: sign in again and keep all")
    return text


def list_tracks(owner: Owner, video_id: str) -> Answer:
    """The tracks of a video, none with snippets. Never raises for what the server or the network does.

    The API does not say what a track can be translated into, and gives its language as a code only: `language` is the
    name of the track, where it has one.
    """
    request = resource(owner.endpoint, "captions").list(part="snippet", videoId=video_id)
    return _answered(owner, request, lambda text: [_track(item) for item in json.loads(text)["items"]])


def download(owner: Owner, track: Track, file_format: FileFormat = "srt", translate: str | None = None) -> Answer:
    """One track of `list_tracks` with its snippets, translated where `translate` names a language. Never raises.

    A track of somebody else's video is refused with the reason NOT_OWNER; a file that is not of its format is a
    broken answer.
    """
    request = resource(owner.endpoint, "captions").download(id=track["id"], tfmt=file_format, tlang=translate)
    asked = _translation(track, translate) if translate else track
    return _answered(owner, request, lambda text: [_with(asked, caption_files.snippets(text, file_format))])


def _answered(owner: Owner, request: HttpRequest, read: Callable[[str], list[Track]]) -> Answer:
    request.postproc = lambda _response, content: content
    try:
        content = request.execute(http=_http(owner), num_retries=0)
    except HttpError as error:
        return _about_the_item(refused(error))
    except RefreshError as error:
        return Answer(503 if error.retryable else 401, str(error.args[0]).partition(":")[0], None, {})
    except (OSError, HTTPException, httplib2.HttpLib2Error, TransportError) as error:
        _connections.by_owner.clear()  # a connection that broke once is not asked again
        return Answer(0, f"{NO_ANSWER}: {type(error).__name__}", None, {})
    text = content.decode("utf-8", errors="replace") if isinstance(content, bytes) else content
    try:
        return tracks.answer(read(text))
    except (ValueError, LookupError, TypeError, AttributeError):
        return Answer(200, BROKEN_ANSWER, text, {})


def _about_the_item(answer: Answer) -> Answer:
    """`forbidden` stops a run elsewhere, for no key may do that; here it means that the video is somebody else's."""
    return replace(answer, reason=NOT_OWNER) if (answer.status, answer.reason) == (403, "forbidden") else answer


def _track(item: dict[str, Any]) -> Track:
    snippet = item["snippet"]
    return {
        "id": item["id"],
        "videoId": snippet["videoId"],
        "languageCode": snippet["language"],
        "language": snippet.get("name") or None,
        "isGenerated": snippet.get("trackKind", "").lower() == "asr",
        "isTranslatable": None,
        "translationLanguages": [],
        "translatedFrom": None,
        "snippets": None,
    }


def _translation(track: Track, language: str) -> Track:
    source = track["languageCode"]
    return track | {
        "id": f"{track['id']}/{language}",
        "languageCode": language,
        "language": None,
        "isGenerated": True,
        "translatedFrom": source,
    }


def _with(track: Track, snippets: list[Snippet]) -> Track:
    return track | {"snippets": snippets}


class _Connections(threading.local):
    """Credentials and httplib2's objects are not thread-safe: one of each a thread and owner."""

    def __init__(self) -> None:
        self.by_owner: dict[Owner, AuthorizedHttp] = {}


_connections = _Connections()


def _http(owner: Owner) -> AuthorizedHttp:
    if owner not in _connections.by_owner:
        credentials = _credentials(owner)
        _connections.by_owner[owner] = AuthorizedHttp(credentials, http=httplib2.Http(timeout=owner.timeout_seconds))
    return _connections.by_owner[owner]


def _credentials(owner: Owner) -> Credentials:
    """Tokens come from where the API is: Google, or an emulator."""
    found: Credentials = Credentials.from_authorized_user_info(json.loads(owner.credentials))  # type: ignore[no-untyped-call]
    if owner.endpoint:
        found = found.with_token_uri(f"{owner.endpoint.rstrip('/')}/token")
    return found
