"""A small made-up YouTube, a real client for it, and ways to page."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httplib2
import pytest
from googleapiclient.discovery import build

from tubelake.emulator import Corpus, Emulator, EmulatorOptions, load_corpus, make_corpus, running

Connect = Callable[..., Any]
PLAYLIST = "PLmixofthree"


def connect(url: str, key: str = "any key") -> Any:
    """google-api-python-client, pointed at `url`; it tries every call once and waits 10 s at most."""
    return build(
        "youtube",
        "v3",
        developerKey=key,
        http=httplib2.Http(timeout=10),
        client_options={"api_endpoint": url},
        static_discovery=True,
    )


def pages(youtube: Any, **query: Any) -> Iterator[dict[str, Any]]:
    """All pages of a search, until there is no next token."""
    request = {"part": "snippet", "type": "video", "maxResults": 50} | query
    answer = youtube.search().list(**request).execute()
    yield answer
    while "nextPageToken" in answer:
        answer = youtube.search().list(**request, pageToken=answer["nextPageToken"]).execute()
        yield answer


def found_ids(youtube: Any, **query: Any) -> list[str]:
    """The ids of all videos that paging through a search gives."""
    return [item["id"]["videoId"] for page in pages(youtube, **query) for item in page["items"]]


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,500 videos, 900 of them about cooking, and one playlist of three videos."""
    path = tmp_path_factory.mktemp("corpus")
    make_corpus(path, videos=2_500, seed=7, matches={"cooking": 900})
    videos = read_lines(path / "videos.jsonl")[:3]
    owner = {name: videos[0]["snippet"][name] for name in ("publishedAt", "channelId", "channelTitle")}
    playlist = {"id": PLAYLIST, "snippet": owner | {"title": "Mix", "description": ""}, "status": {}}
    items = [
        {
            "id": f"item{position}",
            "snippet": owner
            | {
                "playlistId": PLAYLIST,
                "position": position,
                "title": video["snippet"]["title"],
                "resourceId": {"kind": "youtube#video", "videoId": video["id"]},
            },
        }
        for position, video in enumerate(videos)
    ]
    (path / "playlists.jsonl").write_text(json.dumps(playlist), encoding="utf-8")
    (path / "playlist_items.jsonl").write_text("\n".join(map(json.dumps, items)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def videos(folder: Path) -> list[dict[str, Any]]:
    """The truth: the lines of videos.jsonl."""
    return read_lines(folder / "videos.jsonl")


@pytest.fixture(scope="session")
def corpus(folder: Path) -> Corpus:
    return load_corpus(folder)


@pytest.fixture(scope="session")
def plenty(corpus: Corpus) -> Iterator[Emulator]:
    """An emulator without faults whose buckets never run dry."""
    limits = dict.fromkeys(("search", "stats", "common"), 10**9)
    with running(corpus, EmulatorOptions(seed=1, limits=limits)) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def youtube(plenty: Emulator) -> Any:
    return connect(plenty.url)


@pytest.fixture(name="connect", scope="session")
def connect_fixture() -> Connect:
    return connect


@pytest.fixture(name="found_ids", scope="session")
def found_ids_fixture() -> Callable[..., list[str]]:
    return found_ids


@pytest.fixture(name="pages", scope="session")
def pages_fixture() -> Callable[..., Iterator[dict[str, Any]]]:
    return pages
