"""Every answer must fit the schemas of the discovery document that google-api-python-client ships."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache
import httplib2
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from jsonschema import Draft202012Validator

from tubelake.emulator import load_corpus, running

PATTERNS = {"int64": r"^-?\d+$", "uint64": r"^\d+$", "google-duration": r"^\d+(\.\d+)?s$"}
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
PLAYLIST = "PLmixofthree"


@lru_cache(maxsize=1)
def discovery() -> dict[str, Any]:
    documents = Path(googleapiclient.discovery_cache.__file__).parent / "documents"
    return json.loads((documents / "youtube.v3.json").read_text(encoding="utf-8"))


def json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A discovery schema as JSON schema: references kept, unknown properties refused."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    made: dict[str, Any] = {"type": schema.get("type", "object")}
    if made["type"] == "any":
        return {}
    if "items" in schema:
        made["items"] = json_schema(schema["items"])
    if made["type"] == "object":
        properties = schema.get("properties", {})
        made["properties"] = {name: json_schema(value) for name, value in properties.items()}
        extra = schema.get("additionalProperties")
        made["additionalProperties"] = json_schema(extra) if extra else False
    pattern = TIME if schema.get("format") in {"date-time", "google-datetime"} else PATTERNS.get(schema.get("format"))
    return made | ({"pattern": pattern} if pattern else {})


@lru_cache(maxsize=16)
def validator(name: str) -> Draft202012Validator:
    definitions = {key: json_schema(schema) for key, schema in discovery()["schemas"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


def all_parts(resource: str) -> str:
    return ",".join(sorted(set(discovery()["schemas"][resource]["properties"]) - {"kind", "etag"}))


def calls(videos: list[dict[str, Any]], thread: str) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By endpoint: the schema of an item and the parameters of a call."""
    channel = videos[0]["snippet"]["channelId"]
    ids = ",".join(video["id"] for video in videos[:49]) + ",nosuchvideo"
    odd = ",".join(video["id"] for video in videos if "liveStreamingDetails" in video)[: 12 * 50 - 1]
    return {
        "search": [
            ("SearchResult", {"q": "cooking", "maxResults": 50, "type": "video"}),
            ("SearchResult", {"maxResults": 50, "type": "channel,playlist"}),
            ("SearchResult", {"q": "no such text anywhere"}),
        ],
        "videos": [
            ("Video", {"id": ids}),
            ("Video", {"id": odd}),
            ("Video", {"chart": "mostPopular"}),
            ("Video", {"chart": "mostPopular", "regionCode": "KR", "videoCategoryId": "10"}),
        ],
        "channels": [("Channel", {"id": channel}), ("Channel", {"id": "UCnone"})],
        "playlists": [("Playlist", {"id": PLAYLIST}), ("Playlist", {"channelId": channel})],
        "playlistItems": [
            ("PlaylistItem", {"playlistId": "UU" + channel[2:], "maxResults": 50}),
            ("PlaylistItem", {"playlistId": PLAYLIST}),
        ],
        "videoCategories": [("VideoCategory", {"regionCode": "KR"})],
        "commentThreads": [
            ("CommentThread", {"videoId": busiest(videos), "maxResults": 100}),
            ("CommentThread", {"videoId": busiest(videos), "textFormat": "plainText", "order": "relevance"}),
            ("CommentThread", {"allThreadsRelatedToChannelId": channel}),
            ("CommentThread", {"id": "Ugnone"}),
        ],
        "comments": [
            ("Comment", {"parentId": thread, "maxResults": 3}),
            ("Comment", {"id": f"{thread},Ugnone"}),
        ],
    }


def busiest(videos: list[dict[str, Any]]) -> str:
    return max(videos, key=lambda video: int(video.get("statistics", {}).get("commentCount", 0)))["id"]


ENDPOINTS = (
    "search",
    "videos",
    "channels",
    "playlists",
    "playlistItems",
    "videoCategories",
    "commentThreads",
    "comments",
)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_list_answers_fit_the_discovery_document(youtube, videos, corpus, endpoint):
    name = discovery()["resources"][endpoint]["methods"]["list"]["response"]["$ref"]
    replied = next(thread for thread in corpus.comments.threads.values() if len(thread.replies) > 3)
    for item, query in calls(videos, replied.id)[endpoint]:
        answer = getattr(youtube, endpoint)().list(part=all_parts(item), **query).execute()
        problems = [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(answer)]
        assert problems == [], query
        assert answer["kind"] == f"youtube#{name[0].lower()}{name[1:]}"


def test_batch_statistics_fit_the_discovery_document(youtube, videos):
    ids = ",".join(video["id"] for video in videos[:50])
    answer = youtube.videos().batchGetStats(part=all_parts("VideoStat"), id=ids).execute()
    problems = [error.message for error in validator("BatchGetStatsResponse").iter_errors(answer)]
    assert problems == []
    assert [item["id"] for item in answer["items"]] == [video["id"] for video in videos[:50]]


def test_caption_tracks_fit_the_discovery_document(tmp_path):
    video = {"id": "v", "snippet": {"publishedAt": "2020-01-01T00:00:00+02:00", "channelId": "UCme"}}
    track = {"video_id": "v", "language_code": "en", "is_generated": True, "snippets": []}
    for name, line in (("videos", video), ("transcripts", track)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with running(load_corpus(tmp_path)) as emulator:
        token = emulator.world.grants.issue("UCme")
        http = AuthorizedHttp(Credentials(token=token), http=httplib2.Http(timeout=10))
        endpoint = {"api_endpoint": emulator.url}
        youtube = build("youtube", "v3", http=http, client_options=endpoint, static_discovery=True)
        answer = youtube.captions().list(part=all_parts("Caption"), videoId="v").execute()
    problems = [error.message for error in validator("CaptionListResponse").iter_errors(answer)]
    assert problems == []
    assert answer["items"][0]["snippet"]["lastUpdated"] == "2019-12-31T23:00:00.000Z"


def test_a_foreign_field_would_be_noticed(youtube, videos):
    answer = youtube.videos().list(part="snippet", id=videos[0]["id"]).execute()
    answer["items"][0]["snippet"]["publishTime"] = "2026-01-01T00:00:00Z"
    assert not validator("VideoListResponse").is_valid(answer)
