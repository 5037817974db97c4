"""Comments: threads with five replies, the other replies, disabled ones, and corpora that bring their own."""

import json
from pathlib import Path

import pytest
import yaml
from googleapiclient.errors import HttpError

from tubelake.emulator import CorpusError, load_corpus, running


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def truth(folder):
    """The lines of comments.jsonl: every thread with all its replies."""
    return read_lines(folder / "comments.jsonl")


def listed(resource, **query):
    """All items that paging through a list method gives, and the pages."""
    pages, token = [], None
    while True:
        pages.append(resource.list(**query, pageToken=token).execute())
        token = pages[-1].get("nextPageToken")
        if token is None:
            return [item for page in pages for item in page["items"]], pages


def by_video(threads):
    found = {}
    for thread in threads:
        found.setdefault(thread["snippet"]["videoId"], []).append(thread)
    return found


def size(thread):
    return 1 + thread["snippet"]["totalReplyCount"]


def test_every_comment_that_a_video_counts_can_be_fetched(youtube, videos, truth):
    video_id, expected = max(by_video(truth).items(), key=lambda pair: sum(map(size, pair[1])))
    query = {"part": "snippet,replies", "videoId": video_id, "maxResults": 7}
    threads, pages = listed(youtube.commentThreads(), **query)
    assert [page["pageInfo"] for page in pages][:-1] == [{"totalResults": 7, "resultsPerPage": 7}] * (len(pages) - 1)
    assert pages[-1]["pageInfo"] == {"totalResults": len(threads) - 7 * (len(pages) - 1), "resultsPerPage": 7}
    assert not any("prevPageToken" in page for page in pages)
    assert sorted(thread["id"] for thread in threads) == sorted(thread["id"] for thread in expected)
    times = [thread["snippet"]["topLevelComment"]["snippet"]["publishedAt"] for thread in threads]
    assert times == sorted(times, reverse=True)
    (video,) = (video for video in videos if video["id"] == video_id)
    assert sum(map(size, threads)) == int(video["statistics"]["commentCount"]) > 20


def test_five_replies_come_with_a_thread_and_all_of_them_with_its_id(youtube, truth):
    thread = max(truth, key=size)
    (shown,) = youtube.commentThreads().list(part="replies,snippet", id=thread["id"]).execute()["items"]
    replies, pages = listed(youtube.comments(), part="snippet", parentId=thread["id"], maxResults=4)
    newest = sorted(thread["replies"]["comments"], key=lambda reply: reply["snippet"]["publishedAt"], reverse=True)
    assert shown["snippet"]["totalReplyCount"] == len(replies) == len(newest) > 10
    assert [reply["snippet"]["publishedAt"] for reply in replies] == [r["snippet"]["publishedAt"] for r in newest]
    assert {reply["id"] for reply in replies} == {reply["id"] for reply in newest}
    inline = shown["replies"]["comments"]
    assert [reply["id"] for reply in inline] == [reply["id"] for reply in replies[:5]]
    assert pages[0]["pageInfo"] == {"resultsPerPage": 4}
    assert {reply["snippet"]["parentId"] for reply in [*inline, *replies]} == {thread["id"]}
    assert {reply["snippet"]["videoId"] for reply in inline} == {thread["snippet"]["videoId"]}
    assert not any("videoId" in reply["snippet"] for reply in replies)


def test_a_thread_without_replies_and_parts(youtube, truth):
    alone = next(thread for thread in truth if "replies" not in thread)
    answer = youtube.commentThreads().list(part="id,replies", id=f"{alone['id']},Ugnone").execute()
    assert [set(item) for item in answer["items"]] == [{"kind", "etag", "id"}]
    replied = next(thread for thread in truth if "replies" in thread)
    reply = replied["replies"]["comments"][-1]
    answer = youtube.comments().list(part="snippet", id=f"{reply['id']},Ugnone,{replied['id']}").execute()
    texts = [reply["snippet"]["textOriginal"], replied["snippet"]["topLevelComment"]["snippet"]["textOriginal"]]
    assert [item["snippet"]["textOriginal"] for item in answer["items"]] == texts
    assert [item["snippet"].get("parentId") for item in answer["items"]] == [replied["id"], None]
    assert youtube.comments().list(part="id", parentId=alone["id"]).execute()["items"] == []


def test_a_channel_gives_the_threads_of_all_its_videos(youtube, truth, videos):
    channel = truth[0]["snippet"]["channelId"]
    own = {video["id"] for video in videos if video["snippet"]["channelId"] == channel}
    threads, _ = listed(youtube.commentThreads(), part="id", allThreadsRelatedToChannelId=channel, maxResults=100)
    expected = [thread["id"] for thread in truth if thread["snippet"]["videoId"] in own]
    assert sorted(thread["id"] for thread in threads) == sorted(expected) != []


def test_search_terms_and_relevance(youtube, truth):
    video_id, expected = max(by_video(truth).items(), key=lambda pair: len(pair[1]))
    tops = {thread["id"]: thread["snippet"]["topLevelComment"]["snippet"] for thread in expected}
    word = next(iter(tops.values()))["textOriginal"].split()[0].upper()
    query = {"part": "snippet", "videoId": video_id, "textFormat": "plainText", "maxResults": 100}
    threads, _ = listed(youtube.commentThreads(), searchTerms=word, **query)
    matching = {thread_id for thread_id, top in tops.items() if word.casefold() in top["textOriginal"].casefold()}
    assert {thread["id"] for thread in threads} == matching
    threads, _ = listed(youtube.commentThreads(), order="relevance", **query)
    weights = [tops[thread["id"]]["likeCount"] + 2 * thread["snippet"]["totalReplyCount"] for thread in threads]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) == len(tops)


def test_a_token_of_another_video_is_refused(youtube, truth):
    one, other = sorted(by_video(truth).items(), key=lambda pair: len(pair[1]))[-2:]
    query = {"part": "id", "maxResults": 1}
    token = youtube.commentThreads().list(**query, videoId=one[0]).execute()["nextPageToken"]
    with pytest.raises(HttpError, match="invalid page token"):
        youtube.commentThreads().list(**query, videoId=other[0], pageToken=token).execute()


WRONG = {
    ("commentThreads", "videoId", "nosuchvideo"): (404, "videoNotFound", "youtube.commentThread", "videoId"),
    ("commentThreads", "allThreadsRelatedToChannelId", "UCnone"): (
        404,
        "channelNotFound",
        "youtube.commentThread",
        "channelId",
    ),
    ("comments", "parentId", "Ugnone"): (404, "commentNotFound", "youtube.comment", "parentId"),
    ("comments", "maxResults", "101"): (400, "invalidParameter", "global", "maxResults"),
    ("commentThreads", "maxResults", "0"): (400, "invalidParameter", "global", "maxResults"),
    ("commentThreads", "order", "time"): (400, "missingRequiredParameter", "youtube.parameter", "parameters."),
}


@pytest.mark.parametrize("call", WRONG)
def test_wrong_calls(youtube, call):
    endpoint, name, value = call
    status, *details = WRONG[call]
    with pytest.raises(HttpError) as raised:
        getattr(youtube, endpoint)().list(part="id", **{name: value}).execute()
    (error,) = raised.value.error_details
    assert raised.value.status_code == status
    assert [error["reason"], error["domain"], error["location"]] == details


def test_disabled_comments_are_the_real_403(youtube, videos):
    disabled = next(v for v in videos if "statistics" in v and "commentCount" not in v["statistics"])
    with pytest.raises(HttpError) as raised:
        youtube.commentThreads().list(part="id", videoId=disabled["id"]).execute()
    (error,) = raised.value.error_details
    assert raised.value.status_code == 403
    assert error == {
        "message": 'The video identified by the <code><a href="/youtube/v3/docs/commentThreads/list#videoId">'
        "videoId</a></code> parameter has disabled comments.",
        "domain": "youtube.commentThread",
        "reason": "commentsDisabled",
        "location": "videoId",
        "locationType": "parameter",
    }
    without_counters = next(video for video in videos if "statistics" not in video)
    assert youtube.commentThreads().list(part="id", videoId=without_counters["id"]).execute()["items"] == []


def test_a_made_corpus_counts_what_it_writes(folder, videos, truth):
    counted = {
        v["id"]: int(v["statistics"]["commentCount"]) for v in videos if "commentCount" in v.get("statistics", {})
    }
    written = {video_id: sum(map(size, threads)) for video_id, threads in by_video(truth).items()}
    assert written == {video_id: count for video_id, count in counted.items() if count}
    disabled = sum("statistics" in video and "commentCount" not in video["statistics"] for video in videos)
    replies = sum(len(thread.get("replies", {}).get("comments", [])) for thread in truth)
    told = yaml.safe_load((folder / "corpus.yml").read_text(encoding="utf-8"))["comments"]
    assert told == {"threads": len(truth), "replies": replies, "videos_disabled": disabled}


def test_a_made_corpus_has_what_real_comments_have(videos, truth):
    uploaded = {video["id"]: video["snippet"]["publishedAt"] for video in videos}
    everything = []
    for thread in truth:
        replies = [reply["snippet"] for reply in thread.get("replies", {}).get("comments", [])]
        top = thread["snippet"]["topLevelComment"]["snippet"]
        assert all(reply["publishedAt"] > top["publishedAt"] for reply in replies)
        everything += [top, *replies]
    assert all(uploaded[comment["videoId"]] < comment["publishedAt"] < "2026-11-21" for comment in everything)
    edited = [comment for comment in everything if comment["updatedAt"] != comment["publishedAt"]]
    assert 0.02 < len(edited) / len(everything) < 0.1
    assert all(comment["updatedAt"] > comment["publishedAt"] for comment in edited)
    assert max(map(size, truth)) > 40
    likes = sorted(comment["likeCount"] for comment in everything)
    assert likes[len(likes) // 2] < 3 < 1_000 < likes[-1]
    authors = [comment["authorChannelId"]["value"] for comment in everything]
    assert max(map(authors.count, set(authors))) > 0.05 * len(authors)
    texts = "\n".join(comment["textOriginal"] for comment in everything)
    assert all(sign in texts for sign in ("https://", "@", "🔥", "ㅋㅋ", "最高", "jaja", "ngl", "<b>"))
    assert len({comment["authorDisplayName"] for comment in everything}) == len(set(authors))


def comment(comment_id: str, at: str = "2020-01-01T00:00:00Z", **snippet: object) -> dict:
    return {"kind": "youtube#comment", "id": comment_id, "snippet": {"publishedAt": at, "textOriginal": "t"} | snippet}


def write(folder: Path, *resources: object) -> None:
    about = {"publishedAt": "2019-01-01T00:00:00Z", "channelId": "UCone"}
    videos = [{"id": "v", "snippet": about}, {"id": "off", "snippet": about, "statistics": {}}]
    for name, lines in (("videos", videos), ("comments", resources)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def test_plain_comments_become_threads_whatever_their_order(tmp_path, connect):
    text = 'a < b & "c"\nsee 1:02:03, https://x.org/?a=1&b=2 it\'s 12:34:56:78'
    reply = comment("top.new", "2020-01-03T00:00:00Z", parentId="top", likeCount=3)
    thread = {
        "kind": "youtube#commentThread",
        "id": "other",
        "snippet": {"videoId": "v", "topLevelComment": comment("other"), "totalReplyCount": 99},
        "replies": {"comments": [comment("other.1")]},
    }
    old = comment("top.old", "2020-01-02T00:00:00.5Z", parentId="top")
    write(tmp_path, reply, comment("top", videoId="v", textOriginal=text), thread, old, reply)
    with running(load_corpus(tmp_path)) as emulator:
        youtube = connect(emulator.url)
        first, second = youtube.commentThreads().list(part="snippet,replies", videoId="v").execute()["items"]
        plain = youtube.comments().list(part="snippet", id="top", textFormat="plainText").execute()["items"]
        assert emulator.calls()[-1] == (
            "comments.list",
            {"part": "snippet", "id": "top", "textFormat": "plainText", "alt": "json"},
            200,
        )
    assert [first["id"], first["snippet"]["totalReplyCount"]] == ["other", 1]
    assert first["replies"]["comments"][0]["snippet"]["parentId"] == "other"
    assert [reply["id"] for reply in second["replies"]["comments"]] == ["top.new", "top.old"]
    shown = second["snippet"]["topLevelComment"]["snippet"]
    assert (shown["channelId"], shown["videoId"], shown["likeCount"]) == ("UCone", "v", 0)
    assert shown["textDisplay"] == (
        "a &lt; b &amp; &quot;c&quot;<br>see "
        '<a href="https://www.youtube.com/watch?v=v&amp;t=3723">1:02:03</a>, '
        '<a href="https://x.org/?a=1&amp;b=2">https://x.org/?a=1&amp;b=2</a> it&#39;s 12:34:56:78'
    )
    assert plain[0]["snippet"]["textDisplay"] == plain[0]["snippet"]["textOriginal"] == text


def test_a_channel_keeps_the_comments_of_closed_videos_to_itself(tmp_path, connect):
    write(tmp_path, comment("hidden", videoId="off"), comment("shown", videoId="v"), comment("lost", videoId="gone"))
    with running(load_corpus(tmp_path)) as emulator:
        query = {"part": "id", "allThreadsRelatedToChannelId": "UCone"}
        answer = connect(emulator.url).commentThreads().list(**query).execute()
    assert [item["id"] for item in answer["items"]] == ["shown"]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"id": "c"}, "comments.jsonl:2: c has no snippet"),
        (comment("c"), "comments.jsonl:2: c has neither snippet.videoId nor snippet.parentId"),
        (comment("c", at="soon", videoId="v"), "comments.jsonl:2: c has no readable snippet.publishedAt"),
        (comment("c", parentId="gone"), "comments.jsonl:2: no line has the comment gone that this one replies to"),
        (
            {"kind": "youtube#commentThread", "id": "c", "snippet": {"videoId": "v"}},
            "comments.jsonl:2: c: not a resource with an id",
        ),
        (
            {
                "id": "c",
                "snippet": {"videoId": "v", "topLevelComment": comment("c")},
                "replies": {"comments": [{"id": "r"}]},
            },
            "comments.jsonl:2: c: r has no snippet",
        ),
        (
            {"id": "c", "snippet": {"videoId": "v", "topLevelComment": comment("c")}, "replies": []},
            "comments.jsonl:2: c has no list in replies.comments",
        ),
    ],
)
def test_a_bad_line_is_named(tmp_path, second, message):
    write(tmp_path, comment("good", videoId="v"), second)
    with pytest.raises(CorpusError) as raised:
        load_corpus(tmp_path)
    assert str(raised.value).endswith(message)
