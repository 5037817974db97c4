"""Wrong calls: the status, the reason and the place that the real API names."""

import json
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest
from googleapiclient.errors import HttpError

from tubelake.emulator import EmulatorOptions, running

MANY = ",".join(f"id{number}" for number in range(51))


def get(url: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict]:
    request = urllib.request.Request(f"{url}/youtube/v3/{path}", headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


WRONG = {
    "search?part=snippet&maxResults=51": (400, "invalidParameter", "maxResults"),
    "search?part=snippet&maxResults=-1": (400, "invalidParameter", "maxResults"),
    "search?part=snippet&maxResults=ten": (400, "invalidParameter", "maxResults"),
    "search?q=x": (400, "required", "part"),
    "search?part=snippet,statistics": (400, "unknownPart", "part"),
    "search?part=snippet&color=red": (400, "invalid", None),
    "search?part=snippet&order=newest": (400, "invalidParameter", "order"),
    "search?part=snippet&type=movie": (400, "invalidParameter", "type"),
    "search?part=snippet&publishedAfter=2026-01-01": (400, "invalidParameter", "publishedAfter"),
    "search?part=snippet&publishedAfter=2026-13-01T00:00:00Z": (400, "invalidParameter", "publishedAfter"),
    "search?part=snippet&videoDuration=long": (400, "invalidSearchFilter", "videoDuration"),
    "search?part=snippet&eventType=live&type=channel": (400, "invalidSearchFilter", "eventType"),
    "search?part=snippet&forMine=true": (401, "authorizationRequired", "forMine"),
    "videos?part=snippet": (400, "missingRequiredParameter", "parameters."),
    "videos?part=snippet&id=": (400, "missingRequiredParameter", "parameters."),
    "videos?part=snippet&id=a&chart=mostPopular": (400, "incompatibleParameters", "parameters."),
    f"videos?part=snippet&id={MANY}": (400, "invalidFilters", "parameters."),
    f"videos:batchGetStats?part=snippet&id={MANY}": (400, "invalidFilters", "parameters."),
    "videos?part=snippet&id=a&fields=items(id": (400, "invalidParameter", "fields"),
    "videos?part=snippet&id=a&fields=items/nonsense": (400, "invalidParameter", "fields"),
    "channels?part=snippet": (400, "missingRequiredParameter", "parameters."),
    "playlistItems?part=snippet&playlistId=PLnone": (404, "playlistNotFound", "playlistId"),
    "playlists?part=snippet&channelId=UCnone": (404, "channelNotFound", "channelId"),
    "videoCategories?part=snippet": (400, "missingRequiredParameter", "parameters."),
}


@pytest.mark.parametrize("path", WRONG)
def test_wrong_calls(plenty, path):
    code, reason, location = WRONG[path]
    status, body = get(plenty.url, f"{path}&key=k")
    error = body["error"]
    assert (status, error["code"]) == (code, code)
    assert (error["errors"][0]["reason"], error["errors"][0].get("location")) == (reason, location)
    assert error["message"] == error["errors"][0]["message"] != ""
    assert {"domain", "reason", "message"} <= set(error["errors"][0])
    assert error["status"] == {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND"}[code]


def test_a_call_without_key(plenty):
    for headers in ({}, {"X-Goog-Api-Key": ""}):
        status, body = get(plenty.url, "videos?part=id&id=a", headers)
        assert (status, body["error"]["status"]) == (403, "PERMISSION_DENIED")
        assert body["error"]["errors"][0]["reason"] == "forbidden"
        assert body["error"]["message"].startswith("Method doesn't allow unregistered callers")


def test_known_keys(corpus, connect):
    with running(corpus, EmulatorOptions(keys=frozenset({"good"}))) as emulator:
        assert connect(emulator.url, "good").videos().list(part="id", id="a").execute()["items"] == []
        assert get(emulator.url, "videos?part=id&id=a", {"X-Goog-Api-Key": "good"})[0] == 200
        with pytest.raises(HttpError) as raised:
            connect(emulator.url, "bad").videos().list(part="id", id="a").execute()
        status, body = get(emulator.url, "videos?part=id&id=a&key=bad")
        assert len(emulator.usage()) == 1
        assert "good" not in json.dumps(emulator.calls())
    assert "API key not valid. Please pass a valid API key." in str(raised.value)
    assert (status, body["error"]["errors"][0]["reason"]) == (400, "badRequest")
    assert body["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_partial_responses_and_layout(plenty, videos):
    video = next(video for video in videos if "viewCount" in video.get("statistics", {}))
    path = f"videos?part=snippet,statistics&key=k&id={video['id']}&fields="
    views = {"statistics": {"viewCount": video["statistics"]["viewCount"]}}
    cases = {
        "items(id,statistics/viewCount)": {"items": [{"id": video["id"], **views}]},
        "items/id,pageInfo(totalResults)": {"items": [{"id": video["id"]}], "pageInfo": {"totalResults": 1}},
        "items/statistics(viewCount),items/id": {"items": [{"id": video["id"], **views}]},
        "items(snippet(thumbnails/*/width))": {
            "items": [
                {
                    "snippet": {
                        "thumbnails": {
                            name: {"width": picture["width"]}
                            for name, picture in video["snippet"]["thumbnails"].items()
                        }
                    }
                }
            ]
        },
        "nextPageToken": {},
    }
    for fields, expected in cases.items():
        assert get(plenty.url, path + quote(fields)) == (200, expected), fields
    assert get(plenty.url, path + "*")[1]["items"][0]["snippet"] == video["snippet"]


@pytest.mark.parametrize(("pretty", "lines"), [("true", True), ("false", False)])
def test_pretty_print_and_content_type(plenty, pretty, lines):
    url = f"{plenty.url}/youtube/v3/videos?part=id&id=a&key=k&prettyPrint={pretty}"
    with urllib.request.urlopen(url, timeout=10) as reply:
        assert reply.headers["Content-Type"] == "application/json; charset=UTF-8"
        assert reply.headers["Content-Encoding"] is None
        assert (b"\n" in reply.read()) is lines
