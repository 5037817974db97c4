"""The owner's way to captions: tokens that are refreshed for real, tracks, files, and who may have them."""

import html
import json
import re
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import httplib2
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tubelake.emulator import CorpusError, Emulator, EmulatorOptions, load_corpus, running

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "a secret"
SNIPPETS = [
    {"text": "a < b & c --> d", "start": 3.9, "duration": 5.43},
    {"text": "two\n\nlines", "start": 3661.0005, "duration": 2},
    {"text": "", "start": 9.33, "duration": 1.2345},
    {"text": "비밀 \ud83d \x07", "start": 7200, "duration": 0.5},
]


def track(language: str, *, generated: bool = False, translatable: bool = True) -> dict:
    return {
        "video_id": "mine",
        "language_code": language,
        "language": language,
        "is_generated": generated,
        "is_translatable": translatable,
        "snippets": SNIPPETS,
    }


TRACKS = [track("en"), track("en", generated=True), track("ko", translatable=False), track("en")]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("captions")
    owners = {"mine": "UCme", "other": "UCyou"}
    videos = [
        {"id": video_id, "snippet": {"publishedAt": "2020-01-01T00:00:00Z", "channelId": owner}}
        for video_id, owner in owners.items()
    ]
    tracks = [*TRACKS, TRACKS[0] | {"video_id": "other"}]
    for name, lines in (("videos", videos), ("transcripts", tracks)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    options = EmulatorOptions(clock_start=START, limits={"common": 10**9})
    with running(load_corpus(folder), options) as emulator:
        yield emulator


def owner(emulator: Emulator, channel: str = "UCme", token: str | None = None) -> Credentials:
    return Credentials(
        token=token,
        refresh_token=f"owner:{channel}",
        token_uri=f"{emulator.url}/token",
        client_id="an app",
        client_secret=SECRET,
    )


def client(emulator: Emulator, credentials: Credentials):
    http = AuthorizedHttp(credentials, http=httplib2.Http(timeout=10))
    return build("youtube", "v3", http=http, client_options={"api_endpoint": emulator.url}, static_discovery=True)


@pytest.fixture(scope="module")
def mine(emulator):
    return client(emulator, owner(emulator))


@pytest.fixture(scope="module")
def captions(mine):
    return mine.captions().list(part="id,snippet", videoId="mine").execute()["items"]


def get(url: str, headers: dict[str, str]) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_tracks_are_listed_with_ids_that_stay(mine, captions):
    kinds = [(item["snippet"]["language"], item["snippet"]["trackKind"]) for item in captions]
    assert kinds == [("en", "standard"), ("en", "ASR"), ("ko", "standard"), ("en", "standard")]
    assert captions[0]["snippet"] == {
        "videoId": "mine",
        "lastUpdated": "2020-01-01T01:00:00.000Z",
        "trackKind": "standard",
        "language": "en",
        "name": "",
        "audioTrackType": "unknown",
        "isCC": False,
        "isLarge": False,
        "isEasyReader": False,
        "isDraft": False,
        "isAutoSynced": False,
        "status": "serving",
    }
    ids = [item["id"] for item in captions]
    assert len(set(ids)) == 4
    chosen = mine.captions().list(part="id", videoId="mine", id=f"{ids[3]},{ids[1]}").execute()["items"]
    assert [item["id"] for item in chosen] == [ids[1], ids[3]]
    assert mine.captions().list(part="id", videoId="mine").execute()["items"][2]["id"] == ids[2]


def test_what_calls_cost(emulator, mine, captions):
    def spent():
        return sum(day["common"] for day in emulator.usage().values())

    before = spent()
    mine.captions().list(part="id", videoId="other").execute()
    assert spent() - before == 50
    mine.captions().download(id=captions[0]["id"]).execute()
    assert spent() - before == 250


SECONDS = r"(\d+):(\d\d):(\d\d)[.,](\d{3})"


def seconds(text: str) -> float:
    hours, minutes, rest, thousandths = map(int, re.fullmatch(SECONDS, text).groups())
    return round(hours * 3600 + minutes * 60 + rest + thousandths / 1000, 3)


TIMES = [(3.9, 9.33), (3661.0, 3663.0), (9.33, 10.564), (7200.0, 7200.5)]
TEXTS = ["a < b & c --> d", "two\nlines", "", "비밀 ? \x07"]


def blocks(body: str, arrow: str) -> tuple[list[tuple[float, float]], list[str]]:
    """The times and texts of the cues in `body`, whose lines after a line of times are text."""
    line = re.compile(rf"^(\S+){re.escape(arrow)}(\S+)\n((?:.+\n)*)\n", re.MULTILINE)
    found = [match.groups() for match in line.finditer(body)]
    return [(seconds(start), seconds(end)) for start, end, _ in found], [text.rstrip("\n") for *_, text in found]


def download(mine, captions, **query) -> str:
    return mine.captions().download(id=captions[0]["id"], **query).execute().decode()


def test_srt(mine, captions):
    body = download(mine, captions, tfmt="srt")
    assert body.startswith(
        "1\n00:00:03,900 --> 00:00:09,330\na < b & c --> d\n\n2\n01:01:01,000 --> 01:01:03,000\ntwo\n"
    )
    assert re.findall(r"^(\d+)\n\d\d:", body, re.MULTILINE) == ["1", "2", "3", "4"]
    times, texts = blocks(body.replace("\n\n\n", "\n\n"), " --> ")
    assert (times, texts) == (TIMES, TEXTS)


def test_vtt_text_is_escaped(mine, captions):
    body = download(mine, captions, tfmt="vtt")
    assert body.startswith(
        "WEBVTT\nKind: captions\nLanguage: en\n\n00:00:03.900 --> 00:00:09.330\na &lt; b &amp; c --&gt; d\n\n"
    )
    times, texts = blocks(body, " --> ")
    assert (times, [html.unescape(text) for text in texts]) == (TIMES, TEXTS)


def test_sbv_is_what_comes_without_a_format(mine, captions):
    body = download(mine, captions)
    assert body.startswith("0:00:03.900,0:00:09.330\na < b & c --> d\n\n1:01:01.000,1:01:03.000\ntwo\nlines\n\n")
    assert body == download(mine, captions, tfmt="sbv")
    assert blocks(body, ",") == (TIMES, TEXTS)


def test_ttml_is_xml_and_media_downloads_are_the_same(mine, captions):
    body = download(mine, captions, tfmt="ttml")
    assert mine.captions().download_media(id=captions[0]["id"], tfmt="ttml").execute().decode() == body
    root = ET.fromstring(body.encode())
    paragraphs = list(root.iter("{http://www.w3.org/ns/ttml}p"))
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    assert [(seconds(p.attrib["begin"]), seconds(p.attrib["end"])) for p in paragraphs] == TIMES
    texts = ["\n".join(p.itertext()) for p in paragraphs]
    assert texts == ["a < b & c --> d", "two\nlines", "", "비밀  "]


def test_translations(mine, captions):
    body = download(mine, captions, tfmt="vtt", tlang="de")
    assert "Language: de\n" in body
    assert body != download(mine, captions, tfmt="vtt")
    korean = captions[2]["id"]
    for query in ({"id": korean, "tlang": "de"}, {"id": korean, "tfmt": "docx"}):
        with pytest.raises(HttpError) as raised:
            mine.captions().download(**query).execute()
        assert (raised.value.status_code, raised.value.error_details[0]["reason"]) == (400, "couldNotConvert")


def test_only_the_owner_may_download(emulator, mine, captions):
    (foreign,) = mine.captions().list(part="id", videoId="other").execute()["items"]
    with pytest.raises(HttpError) as raised:
        mine.captions().download(id=foreign["id"]).execute()
    (error,) = raised.value.error_details
    assert (raised.value.status_code, error["reason"], error["domain"]) == (403, "forbidden", "youtube.caption")
    assert error["message"].startswith("The permissions associated with the request are not sufficient to download")
    yours = client(emulator, owner(emulator, "UCyou"))
    assert yours.captions().download(id=foreign["id"], tfmt="srt").execute().startswith(b"1\n")
    for wrong in ("AAAA", "é", captions[0]["id"] + "A"):
        with pytest.raises(HttpError) as raised:
            mine.captions().download(id=wrong).execute()
        assert (raised.value.status_code, raised.value.error_details[0]["reason"]) == (404, "captionNotFound")
    for query, reason in (({"videoId": "gone"}, "videoNotFound"), ({"videoId": ""}, "required")):
        with pytest.raises(HttpError) as raised:
            mine.captions().list(part="id", **query).execute()
        assert raised.value.error_details[0]["reason"] == reason


@pytest.mark.parametrize(
    ("headers", "reason", "message"),
    [
        ({"X-Goog-Api-Key": "k"}, "required", "Login Required."),
        ({}, "required", "Login Required."),
        ({"Authorization": "Basic abc"}, "required", "Login Required."),
        ({"Authorization": "Bearer ya29.unknown"}, "authError", "Invalid Credentials"),
        ({"Authorization": "Bearer ya29.unknown", "X-Goog-Api-Key": "k"}, "authError", "Invalid Credentials"),
    ],
)
def test_without_a_good_token_it_is_the_real_401(emulator, captions, headers, reason, message):
    for path in ("captions?part=id&videoId=mine", f"captions/{captions[0]['id']}"):
        status, body = get(f"{emulator.url}/youtube/v3/{path}", headers)
        error = body["error"]
        assert (status, error["code"], error["status"]) == (401, 401, "UNAUTHENTICATED")
        assert error["errors"] == [
            {
                "message": message,
                "domain": "global",
                "reason": reason,
                "location": "Authorization",
                "locationType": "header",
            }
        ]


def test_a_token_is_enough_for_any_method_and_ends_after_an_hour(emulator):
    credentials = owner(emulator)
    youtube = client(emulator, credentials)
    (video,) = youtube.videos().list(part="id", id="mine").execute()["items"]
    assert video["id"] == "mine"
    first = credentials.token
    address = f"{emulator.url}/youtube/v3/videos?part=id&id=mine"
    assert get(f"{address}&access_token={first}", {})[0] == 200
    emulator.move_clock(START + timedelta(minutes=59))
    assert get(address, {"Authorization": f"Bearer {first}"})[0] == 200
    emulator.move_clock(START + timedelta(minutes=61))
    assert get(address, {"Authorization": f"Bearer {first}"})[0] == 401
    # The client asks for another token by itself.
    assert youtube.captions().list(part="id", videoId="mine").execute()["items"]
    assert credentials.token != first
    record = json.dumps(emulator.calls())
    assert not any(secret in record for secret in (SECRET, "owner:UCme", first, credentials.token))


def post(emulator: Emulator, **form: str) -> tuple[int, dict]:
    request = urllib.request.Request(f"{emulator.url}/token", data=urllib.parse.urlencode(form).encode())
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_token_endpoint(emulator):
    good = {
        "grant_type": "refresh_token",
        "client_id": "an app",
        "client_secret": SECRET,
        "refresh_token": "owner:UCme",
    }
    status, body = post(emulator, **good)
    assert (status, set(body)) == (200, {"access_token", "expires_in", "token_type", "scope"})
    assert (body["expires_in"], body["token_type"]) == (3600, "Bearer")
    assert body["scope"] == "https://www.googleapis.com/auth/youtube.force-ssl"
    wrong = {
        ("grant_type", "password"): "unsupported_grant_type",
        ("client_secret", ""): "invalid_request",
        ("refresh_token", "owner:UCnobody"): "invalid_grant",
        ("refresh_token", "UCme"): "invalid_grant",
    }
    for (name, value), error in wrong.items():
        status, body = post(emulator, **good | {name: value})
        assert (status, body["error"]) == (400, error), name
    with pytest.raises(RefreshError, match="invalid_grant"):
        client(emulator, owner(emulator, "UCnobody")).captions().list(part="id", videoId="mine").execute()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"video_id": "v"}, "transcripts.jsonl:1: not a caption track with video_id and language_code"),
        (
            {"video_id": "v", "language_code": "en", "snippets": [{"text": "t", "start": "0", "duration": 1}]},
            "transcripts.jsonl:1: v has a snippet without text, start and duration",
        ),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    (tmp_path / "transcripts.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(CorpusError) as raised:
        load_corpus(tmp_path)
    assert str(raised.value).endswith(message)
