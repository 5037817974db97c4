"""A video that is deleted while the emulator runs is gone from every answer; others stay."""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from googleapiclient.errors import HttpError

from tubelake.emulator import EmulatorOptions, running


def ask(url: str, body: str | None = None, token: str = "") -> tuple[int, object]:
    """Status and JSON of an answer, None where it is none."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, None if body is None else body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.load(reply) if "json" in reply.headers["Content-Type"] else None
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error) if "json" in error.headers["Content-Type"] else None


@pytest.fixture(scope="module")
def full(corpus):
    """The two most viewed videos that have everything: comments with replies, captions and a picture."""
    threads = corpus.comments.by_video

    def has_everything(video: dict) -> bool:
        with_replies = any(thread.replies for thread in threads.get(video["id"], ()))
        return with_replies and video["id"] in corpus.transcripts and video["id"] in corpus.thumbnails

    found = filter(has_everything, corpus.videos.values())
    return sorted(found, key=lambda video: -int(video["statistics"].get("viewCount", 0)))[:2]


class Client:
    """What a client sees of a video: each method gives a value that differs once the video is gone."""

    def __init__(self, emulator, youtube, corpus, found_ids):
        self.url, self.youtube, self.corpus, self.found_ids = emulator.url, youtube, corpus, found_ids

    def seen(self, video: dict) -> dict[str, object]:
        youtube, video_id, channel_id = self.youtube, video["id"], video["snippet"]["channelId"]
        thread = next(thread for thread in self.corpus.comments.by_video[video_id] if thread.replies)
        ids = f"{thread.id},{thread.replies[0]['id']}"
        return {
            "search": video_id in self.found_ids(youtube, channelId=channel_id, order="date"),
            "videos": len(youtube.videos().list(part="id", id=video_id).execute()["items"]),
            "stats": len(youtube.videos().batchGetStats(part="id", id=video_id).execute()["items"]),
            "uploads": self.in_uploads(channel_id, video_id),
            "chart": video_id in self.chart(video["snippet"]["categoryId"]),
            "threads": status(youtube.commentThreads().list(part="id", videoId=video_id)),
            "threads by id": len(youtube.commentThreads().list(part="id", id=thread.id).execute()["items"]),
            "replies": status(youtube.comments().list(part="id", parentId=thread.id)),
            "comments": len(youtube.comments().list(part="id", id=ids).execute()["items"]),
            "captions": self.captions(video_id, channel_id),
            "player": ask(f"{self.url}/youtubei/v1/player", json.dumps({"videoId": video_id}))[1]["playabilityStatus"][
                "status"
            ],
            "timed text": ask(f"{self.url}/api/timedtext?v={video_id}&{self.track(video_id)}")[0],
            "picture": ask(f"{self.url}/vi/{video_id}/mqdefault.jpg")[0],
        }

    def in_uploads(self, channel_id: str, video_id: str) -> bool:
        query = {"part": "contentDetails", "playlistId": "UU" + channel_id[2:], "videoId": video_id}
        return bool(self.youtube.playlistItems().list(**query).execute()["items"])

    def track(self, video_id: str) -> str:
        """What the address of the first track of a video asks for."""
        track = self.corpus.transcripts[video_id][0]
        return f"lang={track['language_code']}" + ("&kind=asr" if track["is_generated"] else "")

    def chart(self, category: str) -> list[str]:
        query = {"part": "id", "chart": "mostPopular", "videoCategoryId": category, "maxResults": 50}
        return [item["id"] for item in self.youtube.videos().list(**query).execute()["items"]]

    def captions(self, video_id: str, channel_id: str) -> int:
        names = ("grant_type", "client_id", "client_secret")
        form = dict.fromkeys(names, "refresh_token") | {"refresh_token": f"owner:{channel_id}"}
        _, issued = ask(f"{self.url}/token", urllib.parse.urlencode(form))
        return ask(f"{self.url}/youtube/v3/captions?part=id&videoId={video_id}", token=issued["access_token"])[0]


def status(request) -> int:
    try:
        request.execute()
    except HttpError as error:
        return error.status_code
    return 200


THERE = {
    "search": True, "videos": 1, "stats": 1, "uploads": True, "chart": True, "threads": 200, "threads by id": 1,
    "replies": 200, "comments": 2, "captions": 200, "player": "OK",
    "timed text": 200, "picture": 200,
}  # fmt: skip
GONE = {
    "search": False, "videos": 0, "stats": 0, "uploads": False, "chart": False, "threads": 404, "threads by id": 0,
    "replies": 404, "comments": 0, "captions": 404, "player": "ERROR",
    "timed text": 404, "picture": 404,
}  # fmt: skip


def test_a_removed_video_is_gone_everywhere_and_others_stay(corpus, connect, found_ids, full):
    limits = dict.fromkeys(("search", "stats", "common"), 10**9)
    with running(corpus, EmulatorOptions(limits=limits)) as emulator:
        client = Client(emulator, connect(emulator.url), corpus, found_ids)
        first, second = full
        assert (client.seen(first), client.seen(second)) == (THERE, THERE)
        emulator.remove(first["id"])
        assert (client.seen(first), client.seen(second)) == (GONE, THERE)
        assert ask(f"{emulator.url}/emulator/remove", json.dumps({"video_ids": [second["id"]]})) == (
            200,
            {"removed": 1},
        )
        assert (client.seen(first), client.seen(second)) == (GONE, GONE)
    with running(corpus, EmulatorOptions(limits=limits)) as again:
        assert Client(again, connect(again.url), corpus, found_ids).seen(first) == THERE


def test_a_removed_video_leaves_playlists(corpus, connect, videos):
    with running(corpus) as emulator:
        emulator.remove(videos[1]["id"])
        request = connect(emulator.url).playlistItems().list(part="snippet", playlistId="PLmixofthree")
        left = [item["snippet"]["resourceId"]["videoId"] for item in request.execute()["items"]]
    assert left == [videos[0]["id"], videos[2]["id"]]


def test_what_cannot_be_removed_is_refused_and_nothing_is_lost(corpus, connect, videos):
    known = videos[0]["id"]
    with running(corpus) as emulator:
        with pytest.raises(ValueError, match="no video 'nowhere'"):
            emulator.remove(known, "nowhere")
        cases = {
            json.dumps({"video_ids": [known, "nowhere"]}): "there is no video 'nowhere' to remove",
            "{": '{"video_ids": ["abcdefghijk"]} is expected',
            "{}": '{"video_ids": ["abcdefghijk"]} is expected',
            '{"video_ids": "abcdefghijk"}': '{"video_ids": ["abcdefghijk"]} is expected',
        }
        for body, problem in cases.items():
            assert ask(f"{emulator.url}/emulator/remove", body) == (400, {"error": problem})
        assert connect(emulator.url).videos().list(part="id", id=known).execute()["items"]
