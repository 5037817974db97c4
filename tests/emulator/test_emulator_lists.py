"""The list methods beside search, against the lines of the corpus."""

import time
from concurrent.futures import ThreadPoolExecutor

from tubelake.emulator import EmulatorOptions, running


def test_videos_come_in_the_order_asked_with_the_parts_asked(youtube, videos):
    chosen = [video for video in videos if "statistics" not in video][:2] + videos[:3]
    ids = [video["id"] for video in chosen]
    answer = youtube.videos().list(part="statistics,id", id=",".join([*ids, "unknown"])).execute()
    assert [item["id"] for item in answer["items"]] == ids
    assert [item.get("statistics") for item in answer["items"]] == [video.get("statistics") for video in chosen]
    assert set(answer["items"][-1]) == {"kind", "etag", "id", "statistics"}
    assert answer["pageInfo"] == {"totalResults": 5, "resultsPerPage": 5}


def test_batch_statistics_name_times_and_durations_as_protobuf_does(youtube, videos):
    video = next(v for v in videos if v["contentDetails"]["duration"] == "PT0S")
    parts = "snippet,statistics,contentDetails"
    (stat,) = youtube.videos().batchGetStats(part=parts, id=video["id"]).execute()["items"]
    assert stat["contentDetails"] == {"duration": "0s"}
    assert stat["snippet"] == {"publishTime": video["snippet"]["publishedAt"]}
    expected = {k: v for k, v in video["statistics"].items() if k != "favoriteCount"}
    assert stat["statistics"] == expected


def test_a_channel_leads_to_all_its_uploads_newest_first(youtube, videos):
    channel = videos[0]["snippet"]["channelId"]
    (item,) = youtube.channels().list(part="contentDetails,statistics", id=channel).execute()["items"]
    playlist = item["contentDetails"]["relatedPlaylists"]["uploads"]
    assert playlist == "UU" + channel[2:]
    query = {"part": "contentDetails,snippet", "playlistId": playlist, "maxResults": 50}
    rows, token = [], None
    while True:
        answer = youtube.playlistItems().list(**query, pageToken=token).execute()
        rows += answer["items"]
        token = answer.get("nextPageToken")
        if token is None:
            break
    own = [video["id"] for video in videos if video["snippet"]["channelId"] == channel]
    assert sorted(row["contentDetails"]["videoId"] for row in rows) == sorted(own)
    assert [row["snippet"]["position"] for row in rows] == list(range(len(own)))
    times = [row["contentDetails"]["videoPublishedAt"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert answer["pageInfo"]["totalResults"] == len(own) == int(item["statistics"]["videoCount"]) > 50
    again = youtube.playlistItems().list(part="snippet", id=rows[7]["id"]).execute()["items"]
    assert again[0]["snippet"] == rows[7]["snippet"]


def test_uploads_stop_at_the_cap(corpus, connect, videos):
    playlist = "UU" + videos[0]["snippet"]["channelId"][2:]
    with running(corpus, EmulatorOptions(uploads_cap=30)) as emulator:
        query = {"part": "id", "playlistId": playlist, "maxResults": 50}
        answer = connect(emulator.url).playlistItems().list(**query).execute()
    assert len(answer["items"]) == answer["pageInfo"]["totalResults"] == 30
    assert "nextPageToken" not in answer


def test_channels_by_handle_and_none_at_all(youtube, corpus):
    channel = next(iter(corpus.channels.values()))
    for handle in (channel["snippet"]["customUrl"], channel["snippet"]["customUrl"][1:].upper()):
        (item,) = youtube.channels().list(part="snippet", forHandle=handle).execute()["items"]
        assert item["id"] == channel["id"]
    assert "items" not in youtube.channels().list(part="snippet", forHandle="@nobody").execute()


def test_playlists_and_their_items(youtube, corpus, videos):
    (playlist,) = corpus.playlists.values()
    query = {"part": "snippet", "channelId": playlist["snippet"]["channelId"]}
    assert [item["id"] for item in youtube.playlists().list(**query).execute()["items"]] == [playlist["id"]]
    query = {"part": "snippet", "playlistId": playlist["id"], "maxResults": 2}
    answer = youtube.playlistItems().list(**query).execute()
    answer = youtube.playlistItems().list(**query, pageToken=answer["nextPageToken"]).execute()
    assert [item["snippet"]["resourceId"]["videoId"] for item in answer["items"]] == [videos[2]["id"]]


def test_categories_of_a_region_and_by_id(youtube):
    answer = youtube.videoCategories().list(part="snippet", regionCode="KR").execute()
    assert {item["id"]: item["snippet"]["title"] for item in answer["items"]}["10"] == "Music"
    answer = youtube.videoCategories().list(part="id", id="20,99").execute()
    assert [item["id"] for item in answer["items"]] == ["20"]


def test_a_query_too_long_for_a_url_comes_as_a_post(youtube, videos):
    ids = [video["id"] for video in videos[:50]]
    answer = youtube.videos().list(part="snippet", id=ids, fields="items/id" + ",items/id" * 250).execute()
    assert len(answer["items"]) == 50


def test_slow_calls_wait_side_by_side(corpus, connect):
    with running(corpus, EmulatorOptions(latency_seconds=0.3)) as emulator, ThreadPoolExecutor(40) as threads:
        clients = [connect(emulator.url) for _ in range(40)]
        started = time.monotonic()
        list(threads.map(lambda client: client.videos().list(part="id", id="a").execute(), clients))
        assert 0.3 <= time.monotonic() - started < 3
