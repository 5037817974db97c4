"""Transcripts as youtube-transcript-api itself reads them off the emulator: data, faults, the record."""

import json
import math

import pytest
import requests
import youtube_transcript_api as library
from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter

from tubelake.emulator import EmulatorOptions, FaultsError, load_corpus, parse_faults, running

TEXTS = [
    "a < b & c",
    "1 < 2 &lt; 3 &amp;amp; &#39; &nbsp; 'single' \"double\"",
    "two\nlines\r\nand\rmore\n\n",
    "  edges\t",
    "비밀 🎉 \u200b \xa0 \x85",
    "",
    "]]> <!--",
]
NUMBERS = [0, 3.9, 0.1 + 0.2, 1e-7, 123456.789, 2, math.pi * 1000]
SNIPPETS = [{"text": text, "start": start, "duration": start / 3} for text, start in zip(TEXTS, NUMBERS, strict=True)]


def track(video_id: str, code: str, language: str, *, generated: bool = False, translatable: bool = True) -> dict:
    flags = {"is_generated": generated, "is_translatable": translatable}
    return {"video_id": video_id, "language_code": code, "language": language, **flags, "snippets": SNIPPETS}


TRACKS = [
    track("many", "ko", "Korean (auto-generated)", generated=True),
    track("many", "en", "English", translatable=False),
    track("many", "ko", "Korean"),
    track("fixed", "en", "English", translatable=False),
]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transcripts")
    snippet = {"publishedAt": "2020-01-01T00:00:00Z", "channelId": "UC", "title": 'class="g-recaptcha"'}
    videos = [{"id": video_id, "snippet": snippet} for video_id in ("many", "fixed", "silent")]
    for name, lines in (("videos", videos), ("transcripts", TRACKS)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with running(load_corpus(folder)) as emulator:
        yield emulator


class Elsewhere(HTTPAdapter):
    """Sends what is meant for www.youtube.com to the emulator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: PreparedRequest, *args, **options):
        request.url = self.url + request.path_url
        return super().send(request, *args, **options)


@pytest.fixture
def api(emulator):
    emulator.set_faults()
    with Session() as session:
        session.mount("https://www.youtube.com", Elsewhere(emulator.url))
        yield library.YouTubeTranscriptApi(http_client=session)
    emulator.set_faults()


def test_tracks_are_listed_manual_ones_first(api):
    found = list(api.list("many"))
    assert [(t.language_code, t.language, t.is_generated, t.is_translatable) for t in found] == [
        ("en", "English", False, False),
        ("ko", "Korean", False, True),
        ("ko", "Korean (auto-generated)", True, True),
    ]
    assert found[0].translation_languages == []
    assert {"en", "ko", "es", "zh-Hant"} <= {language.language_code for language in found[1].translation_languages}
    assert [t.translation_languages for t in api.list("fixed")] == [[]]


def test_every_character_and_every_digit_comes_through(api):
    for found in api.list("many"):
        assert found.fetch().to_raw_data() == SNIPPETS


def test_what_the_library_takes_for_a_tag_is_lost(tmp_path):
    texts = {"<i>not</i> this": "not this", "a < b > c": "a  c", "\x07bell\x00 \ud83d": "bell "}
    lines = [{"text": text, "start": 1, "duration": 1} for text in texts]
    (tmp_path / "videos.jsonl").write_text(
        json.dumps({"id": "v", "snippet": {"publishedAt": "2020-01-01T00:00:00Z"}}), encoding="utf-8"
    )
    (tmp_path / "transcripts.jsonl").write_text(
        json.dumps({"video_id": "v", "language_code": "en", "snippets": lines}), encoding="utf-8"
    )
    with running(load_corpus(tmp_path)) as emulator, Session() as session:
        session.mount("https://www.youtube.com", Elsewhere(emulator.url))
        (found,) = library.YouTubeTranscriptApi(http_client=session).list("v")
        assert [snippet.text for snippet in found.fetch()] == list(texts.values())
        assert (found.language, found.is_generated, found.is_translatable) == ("en", False, False)


def test_a_translation_marks_every_text(api):
    korean = api.list("many").find_generated_transcript(["ko"])
    translated = korean.translate("es")
    assert (translated.language, translated.language_code, translated.is_generated) == ("Spanish", "es", True)
    assert translated.fetch().to_raw_data() == [{**snippet, "text": f"[es] {snippet['text']}"} for snippet in SNIPPETS]


ALL_FAILURES = [
    ("[{method: watch, reason: IpBlocked}]", library.IpBlocked),
    ("[{method: watch, status: 429}]", library.IpBlocked),
    ("[{method: player, status: 429}]", library.IpBlocked),
    ("[{method: timedtext, status: 429}]", library.IpBlocked),
    ("[{method: player, reason: RequestBlocked}]", library.RequestBlocked),
    ("[{method: player, reason: AgeRestricted}]", library.AgeRestricted),
    ("[{method: player, reason: VideoUnplayable}]", library.VideoUnplayable),
    ("[{method: player, reason: VideoUnavailable}]", library.VideoUnavailable),
    ("[{method: player, reason: TranscriptsDisabled}]", library.TranscriptsDisabled),
    ("[{method: player, reason: PoTokenRequired}]", library.PoTokenRequired),
    ("[{method: watch, reason: FailedToCreateConsentCookie}]", library.FailedToCreateConsentCookie),
    ("[{method: watch, reason: YouTubeDataUnparsable}]", library.YouTubeDataUnparsable),
    ("[{method: watch, kind: html}]", library.YouTubeDataUnparsable),
    ("[{method: watch, status: 500}]", library.YouTubeRequestFailed),
    ("[{method: player, status: 503}]", library.YouTubeRequestFailed),
    ("[{method: timedtext, status: 404}]", library.YouTubeRequestFailed),
    ("[{method: '*', status: 502}]", library.YouTubeRequestFailed),
]


@pytest.mark.parametrize(("schedule", "expected"), ALL_FAILURES)
def test_every_failure_is_the_one_that_the_library_knows(api, emulator, schedule, expected):
    emulator.set_faults(*parse_faults(schedule, "test"))
    with pytest.raises(library.CouldNotRetrieveTranscript) as raised:
        api.list("many").find_transcript(["en"]).fetch()
    assert type(raised.value) is expected
    emulator.set_faults()
    assert len(api.list("many").find_transcript(["en"]).fetch()) == len(SNIPPETS)


def test_a_fault_may_concern_one_video_or_language(api, emulator):
    schedule = """
    - {method: player, match: {videoId: fixed}, reason: AgeRestricted}
    - {method: timedtext, match: {v: many, lang: en}, status: 429}
    """
    emulator.set_faults(*parse_faults(schedule, "test"))
    found = api.list("many")
    assert len(found.find_transcript(["ko"]).fetch()) == len(SNIPPETS)
    with pytest.raises(library.IpBlocked):
        found.find_transcript(["en"]).fetch()
    with pytest.raises(library.AgeRestricted):
        api.list("fixed")


@pytest.mark.parametrize(
    ("video_id", "expected"),
    [("silent", library.TranscriptsDisabled), ("nowhere", library.VideoUnavailable),
     ("https://www.youtube.com/watch?v=many", library.InvalidVideoId)],
)  # fmt: skip
def test_videos_without_transcripts(api, video_id, expected):
    with pytest.raises(expected):
        api.list(video_id)


def test_an_unplayable_video_says_why(api, emulator):
    emulator.set_faults(*parse_faults("[{method: player, reason: VideoUnplayable}]", "test"))
    with pytest.raises(library.VideoUnplayable) as raised:
        api.list("many")
    assert (raised.value.reason, raised.value.sub_reasons) == ("Video unavailable", ["This video is private."])


def test_the_consent_page_is_shown_until_somebody_agrees(api, emulator):
    emulator.set_faults(*parse_faults("[{method: watch, reason: consent}]", "test"))
    before = len(emulator.calls())
    api.list("many")
    assert [method for method, _, _ in emulator.calls()[before:]] == ["watch", "watch", "player"]
    before = len(emulator.calls())
    api.list("many")
    assert [method for method, _, _ in emulator.calls()[before:]] == ["watch", "player"]


def test_calls_are_on_record_cost_nothing_and_have_no_key(api, emulator):
    before, units = len(emulator.calls()), emulator.usage()
    api.list("many").find_transcript(["ko"]).translate("es").fetch()
    assert emulator.calls()[before:] == [
        ("watch", {"v": "many"}, 200),
        ("player", {"videoId": "many"}, 200),
        ("timedtext", {"v": "many", "lang": "ko", "tlang": "es"}, 200),
    ]
    assert emulator.usage() == units


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/youtubei/v1/player?key=x", b"", 400),
        ("/youtubei/v1/player", b"[]", 400),
        ("/youtubei/v1/player", b'{"videoId": ""}', 400),
        ("/youtubei/v1/player", b'{"videoId": "many"}', 200),
        ("/api/timedtext?v=many&lang=en", None, 200),
        ("/api/timedtext?v=many&lang=en&kind=asr", None, 404),
        ("/api/timedtext?v=many&lang=en&fmt=srv3", None, 404),
        ("/api/timedtext?v=many", None, 404),
        ("/api/timedtext?v=many&lang=en&tlang=ko", None, 400),  # not translatable
        ("/api/timedtext?v=many&lang=ko&tlang=xx", None, 400),  # no such language
    ],
)
def test_what_no_client_should_ask_is_refused(emulator, path, body, status):
    reply = requests.request("GET" if body is None else "POST", emulator.url + path, data=body, timeout=10)
    assert reply.status_code == status


def player(emulator, video_id: str) -> dict:
    return requests.post(f"{emulator.url}/youtubei/v1/player", json={"videoId": video_id}, timeout=10).json()


def test_two_tracks_of_one_language_have_addresses_of_their_own(tmp_path):
    lines = [track("v", "en", "English") | {"snippets": [{"text": text, "start": 0, "duration": 1}]} for text in "ab"]
    (tmp_path / "videos.jsonl").write_text(
        json.dumps({"id": "v", "snippet": {"publishedAt": "2020-01-01T00:00:00Z"}}), encoding="utf-8"
    )
    (tmp_path / "transcripts.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with running(load_corpus(tmp_path)) as emulator:
        shown = player(emulator, "v")["captions"]["playerCaptionsTracklistRenderer"]["captionTracks"]
        addresses = [caption["baseUrl"].replace("&fmt=srv3", "") for caption in shown]
        texts = [requests.get(address, timeout=10).text for address in addresses]
    assert [f'dur="1">{text}</text>' in body for text, body in zip("ab", texts, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{method: player, reason: AgeRestricteed}", "or as reason AgeRestricted, PoTokenRequired"),
        ("{method: watch, reason: AgeRestricted}", "or as reason FailedToCreateConsentCookie, IpBlocked"),
        ("{method: videos.list, reason: AgeRestricted}", "one of status, delay, kind is needed"),
        ("{reason: consent}", "one of status, delay, kind is needed"),
    ],
)
def test_a_reason_that_a_page_does_not_have_is_refused(entry, problem):
    with pytest.raises(FaultsError, match=problem):
        parse_faults(f"[{entry}]", "test")


def paths(value, prefix="") -> set[str]:
    """The names in nested JSON, such as `captions.captionTracks[].name`."""
    if isinstance(value, dict):
        return {
            path for name, inner in value.items() for path in {f"{prefix}.{name}"} | paths(inner, f"{prefix}.{name}")
        }
    if isinstance(value, list):
        return {path for inner in value for path in paths(inner, f"{prefix}[]")}
    return set()


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("recorded", "reason", "video_id"),
    [
        ("youtube", "", "many"),
        ("youtube_transcripts_disabled", "TranscriptsDisabled", "many"),
        ("youtube_age_restricted", "AgeRestricted", "many"),
        ("youtube_request_blocked", "RequestBlocked", "many"),
        ("youtube_video_unavailable", "", "nowhere"),
        ("youtube_unplayable", "VideoUnplayable", "many"),
        ("youtube_po_token_required", "PoTokenRequired", "many"),
    ],
)
def test_the_player_answers_in_the_shape_of_recorded_answers(real_data, emulator, recorded, reason, video_id):
    if reason:
        emulator.set_faults(*parse_faults(f"[{{method: player, reason: {reason}}}]", "test"))
    ours = player(emulator, video_id)
    emulator.set_faults()
    theirs = json.loads((real_data / "innertube" / f"{recorded}.innertube.json").read_text(encoding="utf-8"))
    # The recorded video has manual tracks only, and their age gate has another screen.
    allowed = {".captions.playerCaptionsTracklistRenderer.captionTracks[].kind"}
    screen = {path for path in paths(ours) if reason == "AgeRestricted" and ".errorScreen." in path}
    assert paths(ours) - paths(theirs) - screen <= allowed
    assert ours["playabilityStatus"]["status"] == theirs["playabilityStatus"]["status"] or reason == "VideoUnplayable"


def test_latency_holds_for_pages_too(emulator):
    with running(emulator.world.corpus, EmulatorOptions(latency_seconds=0.3)) as slow, pytest.raises(requests.Timeout):
        requests.get(f"{slow.url}/watch?v=many", timeout=0.1)


def test_a_video_that_is_deleted_is_unavailable(emulator):
    with running(emulator.world.corpus) as other, Session() as session:
        session.mount("https://www.youtube.com", Elsewhere(other.url))
        found = library.YouTubeTranscriptApi(http_client=session)
        assert len(list(found.list("many"))) == 3
        other.remove("many")
        with pytest.raises(library.VideoUnavailable):
            found.list("many")
