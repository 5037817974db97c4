"""Page tokens: opaque, tied to their query, alive after a restart, sometimes lost."""

import pytest
from googleapiclient.errors import HttpError

from tubelake.emulator import EmulatorOptions, Fault, running

QUERY = {"part": "id", "type": "video", "q": "cooking", "maxResults": 50}


def test_tokens_survive_a_restart(corpus, connect, found_ids, youtube):
    whole = found_ids(youtube, q="cooking")
    with running(corpus, EmulatorOptions(seed=1)) as emulator:
        token = connect(emulator.url).search().list(**QUERY).execute()["nextPageToken"]
    with running(corpus, EmulatorOptions(seed=1)) as emulator:
        answer = connect(emulator.url).search().list(**QUERY, pageToken=token).execute()
    assert [item["id"]["videoId"] for item in answer["items"]] == whole[50:100]


def test_the_previous_token_leads_back(youtube):
    first = youtube.search().list(**QUERY).execute()
    second = youtube.search().list(**QUERY, pageToken=first["nextPageToken"]).execute()
    assert "prevPageToken" not in first
    again = youtube.search().list(**QUERY, pageToken=second["prevPageToken"]).execute()
    assert again["items"] == first["items"]


@pytest.mark.parametrize("change", [lambda token: token[:-2] + "AA", lambda _: "x", lambda _: "CDIQAA", lambda _: "é"])
def test_a_damaged_token_is_the_real_400(youtube, change):
    token = youtube.search().list(**QUERY).execute()["nextPageToken"]
    with pytest.raises(HttpError) as raised:
        youtube.search().list(**QUERY, pageToken=change(token)).execute()
    assert raised.value.status_code == 400
    assert raised.value.error_details[0]["reason"] == "invalidPageToken"


def test_a_token_of_another_query_is_refused(youtube):
    token = youtube.search().list(**QUERY).execute()["nextPageToken"]
    with pytest.raises(HttpError, match="invalid page token"):
        youtube.search().list(**QUERY | {"q": "lofi"}, pageToken=token).execute()


def test_lost_tokens_come_back_when_asked_again_and_are_the_same_in_every_run(corpus, connect):
    def lost() -> list[bool]:
        with running(corpus, EmulatorOptions(seed=3, lost_token_rate=0.3)) as emulator:
            youtube = connect(emulator.url)
            return ["nextPageToken" not in youtube.search().list(**QUERY).execute() for _ in range(40)]

    first = lost()
    assert 4 <= sum(first) <= 22
    assert first == lost()


def test_no_lost_token_on_a_good_day(youtube, pages):
    assert sum("nextPageToken" in page for page in pages(youtube, q="cooking")) == 9


@pytest.mark.parametrize(
    "options",
    [EmulatorOptions(loop_token_rate=1), EmulatorOptions(faults=(Fault("search.list", kind="loop"),))],
)
def test_looping_pages_give_their_own_token(corpus, connect, options):
    with running(corpus, options) as emulator:
        youtube = connect(emulator.url)
        first = youtube.search().list(**QUERY).execute()
        second = youtube.search().list(**QUERY, pageToken=first["nextPageToken"]).execute()
    assert second["items"] == first["items"]
    assert second["nextPageToken"] == first["nextPageToken"]
