"""The player's answer about a video: whether it may be played, and its caption tracks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from tubelake.emulator.corpus import Corpus
from tubelake.emulator.entries import Resource, duration_seconds

TRANSLATION_LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic", "zh-Hans": "Chinese (Simplified)", "zh-Hant": "Chinese (Traditional)", "nl": "Dutch",
    "en": "English", "fr": "French", "de": "German", "hi": "Hindi", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "es": "Spanish",
    "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip
_BOT = "Sign in to confirm you\N{RIGHT SINGLE QUOTATION MARK}re not a bot"
_AGE = "This video may be inappropriate for some users."
_GONE = "This video is unavailable"
# By the exception of youtube-transcript-api that each one makes.
_REFUSALS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "RequestBlocked": ("LOGIN_REQUIRED", _BOT, ("This helps protect our community. ", "Learn more")),
    "AgeRestricted": ("LOGIN_REQUIRED", _AGE, ()),
    "VideoUnplayable": ("UNPLAYABLE", "Video unavailable", ("This video is private.",)),
    "VideoUnavailable": ("ERROR", _GONE, ()),
}


def player_answer(corpus: Corpus, video_id: str, origin: str, reason: str = "") -> dict[str, Any]:
    """What the player says of a video; its texts are at `origin`. With `reason` it goes as that exception's name says."""
    video = corpus.videos.get(video_id)
    if reason in _REFUSALS or video is None:
        return _refusal(*_REFUSALS.get(reason, _REFUSALS["VideoUnavailable"]))
    answer = {
        "responseContext": {},
        "playabilityStatus": {"status": "OK", "playableInEmbed": True},
        "videoDetails": _details(video),
    }
    tracks = () if reason == "TranscriptsDisabled" else tuple(named_tracks(corpus, video_id))
    if tracks:
        suffix = "&exp=xpe" if reason == "PoTokenRequired" else ""
        answer["captions"] = {"playerCaptionsTracklistRenderer": _captions(tracks, origin, suffix)}
    return answer


def named_tracks(corpus: Corpus, video_id: str) -> Iterator[tuple[dict[str, str], Resource]]:
    """The tracks of a video with what their addresses ask for; the second of one language and kind has a name."""
    seen: Counter[tuple[str, str]] = Counter()
    for track in corpus.transcripts.get(video_id, ()):
        language, kind = track["language_code"], "asr" if track.get("is_generated") else ""
        seen[language, kind] += 1
        number = seen[language, kind]
        yield {"v": video_id, "kind": kind, "lang": language, "name": str(number) if number > 1 else ""}, track


def _refusal(status: str, reason: str, details: tuple[str, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {"reason": _runs(reason)}
    if details:
        shown["subreason"] = _runs(*details)
    screen = {"playerErrorMessageRenderer": shown}
    return {"responseContext": {}, "playabilityStatus": {"status": status, "reason": reason, "errorScreen": screen}}


def _runs(*texts: str) -> dict[str, Any]:
    return {"runs": [{"text": text} for text in texts]}


def _details(video: Resource) -> dict[str, Any]:
    snippet = video["snippet"]
    return {
        "videoId": video["id"],
        "title": snippet.get("title", ""),
        "lengthSeconds": str(duration_seconds(video.get("contentDetails", {}).get("duration")) or 0),
        "channelId": snippet.get("channelId", ""),
        "shortDescription": snippet.get("description", ""),
        "viewCount": str(video.get("statistics", {}).get("viewCount", 0)),
        "author": snippet.get("channelTitle", ""),
        "isPrivate": False,
    }


def _captions(tracks: tuple[tuple[dict[str, str], Resource], ...], origin: str, suffix: str) -> dict[str, Any]:
    renderer: dict[str, Any] = {
        "captionTracks": [_track(asked, track, origin, suffix) for asked, track in tracks],
        "audioTracks": [{"captionTrackIndices": list(range(len(tracks)))}],
        "defaultAudioTrackIndex": 0,
    }
    if any(track.get("is_translatable") for _, track in tracks):
        renderer["translationLanguages"] = [
            {"languageCode": code, "languageName": _runs(name)} for code, name in TRANSLATION_LANGUAGES.items()
        ]
    return renderer


def _track(asked: dict[str, str], track: Resource, origin: str, suffix: str) -> dict[str, Any]:
    query = urlencode({**{name: value for name, value in asked.items() if value}, "fmt": "srv3"})
    shown = {
        "baseUrl": f"{origin}/api/timedtext?{query}{suffix}",
        "name": _runs(track.get("language") or track["language_code"]),
        "vssId": f"{'a' if asked['kind'] else ''}.{asked['lang']}",
        "languageCode": asked["lang"],
        "isTranslatable": bool(track.get("is_translatable")),
        "trackName": asked["name"],
    }
    return shown | ({"kind": "asr"} if asked["kind"] else {})
