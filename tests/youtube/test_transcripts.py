"""Transcripts over real HTTP: which tracks are fetched, and an answer for whatever YouTube or the network does."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tubelake.emulator import load_corpus, parse_faults, running
from tubelake.youtube.client import message
from tubelake.youtube.outcomes import Outcome, outcome
from tubelake.youtube.tracks import Wanted, wanted_tracks
from tubelake.youtube.transcripts import Access, call

SNIPPETS = [{"text": "one & <two", "start": 0.5, "duration": 1.25}, {"text": "", "start": 2.0, "duration": 0.5}]
ANY = Wanted()


def track(code: str, *, generated: bool = False, translatable: bool = True, video_id: str = "many") -> dict:
    flags = {"is_generated": generated, "is_translatable": translatable}
    return {"video_id": video_id, "language_code": code, "language": f"in {code}", **flags, "snippets": SNIPPETS}


TRACKS = [
    track("ko", generated=True),
    track("en", translatable=False),
    track("ko"),
    track("es", generated=True),
    track("en", generated=True, video_id="heard"),
    track("es", generated=True, video_id="heard"),
    track("zh-Hant", video_id="regions"),
    track("en-GB", video_id="regions"),
]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transcripts")
    videos = [
        {"id": video_id, "snippet": {"publishedAt": "2020-01-01T00:00:00Z"}}
        for video_id in ("many", "heard", "regions", "silent")
    ]
    for name, lines in (("videos", videos), ("transcripts", TRACKS)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with running(load_corpus(folder)) as emulator:
        yield emulator


@pytest.fixture
def access(emulator):
    emulator.set_faults()
    yield Access(emulator.url, 10.0)
    emulator.set_faults()


class Turns:
    """Counts how often a turn was waited for."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self) -> None:
        self.taken += 1


def ask(access: Access, video_id: str = "many", wanted: Wanted = ANY):
    return call(access, video_id, wanted, Turns())


def fetched(answer) -> list[str]:
    """The ids of the tracks that have snippets."""
    return [item["id"] for item in answer.content["items"] if item["snippets"] is not None]


def test_a_good_answer_lists_every_track_and_has_the_snippets_of_one(access):
    answer = ask(access)
    assert (answer.status, answer.reason) == (200, None)
    assert json.loads(answer.body) == answer.content
    assert answer.content["kind"] == "tubelake#transcripts"
    items = {item["id"]: item for item in answer.content["items"]}
    assert list(items) == ["many/en/manual", "many/ko/manual", "many/ko/generated", "many/es/generated"]
    assert items["many/en/manual"] == {
        "id": "many/en/manual",
        "videoId": "many",
        "languageCode": "en",
        "language": "in en",
        "isGenerated": False,
        "isTranslatable": False,
        "translationLanguages": [],
        "translatedFrom": None,
        "snippets": SNIPPETS,
    }
    generated = items["many/ko/generated"]
    assert (generated["isGenerated"], generated["isTranslatable"], generated["snippets"]) == (True, True, None)
    assert {"en", "es", "ko"} <= set(generated["translationLanguages"])


@pytest.mark.parametrize(
    ("video_id", "wanted", "expected"),
    [
        ("many", ANY, ["many/en/manual"]),
        ("many", Wanted(default_language="ko"), ["many/ko/manual"]),
        ("many", Wanted(default_language="es"), ["many/en/manual"]),  # the manual one before the generated one
        ("many", Wanted(languages=("ko",)), ["many/ko/manual"]),
        ("many", Wanted(languages=("es", "ko")), ["many/es/generated"]),
        ("many", Wanted(languages=("fr", "ko"), default_language="en"), ["many/ko/manual"]),
        ("many", Wanted(languages=("fr",)), []),
        ("many", Wanted(languages=("fr",), tracks="all"), []),
        ("many", Wanted(languages=("ko", "fr"), tracks="all"), ["many/ko/manual", "many/ko/generated"]),
        ("many", Wanted(tracks="all"), ["many/en/manual", "many/ko/manual", "many/ko/generated", "many/es/generated"]),
        ("heard", ANY, ["heard/en/generated"]),
        ("heard", Wanted(default_language="es-419"), ["heard/es/generated"]),
        ("regions", Wanted(default_language="en"), ["regions/en-GB/manual"]),
        ("regions", Wanted(languages=("en",)), []),  # a list means these codes only
    ],
)
def test_which_tracks_are_fetched(access, emulator, video_id, wanted, expected):
    before, turns = len(emulator.calls()), Turns()
    answer = call(access, video_id, wanted, turns)
    assert (answer.status, answer.reason) == (200, None)
    assert fetched(answer) == expected
    assert len(answer.content["items"]) == sum(line["video_id"] == video_id for line in TRACKS)
    assert turns.taken == len(emulator.calls()) - before == 2 + len(expected)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(languages=("ko",), translate="es"), ["many/ko/manual", "many/es/from-ko"]),
        (Wanted(languages=("ko",), translate="ko"), ["many/ko/manual"]),
        (Wanted(translate="es"), ["many/en/manual"]),  # cannot be translated
        (Wanted(languages=("ko", "es"), tracks="all", translate="es"),
         ["many/ko/manual", "many/ko/generated", "many/es/generated"]),
        (Wanted(languages=("ko",), tracks="all", translate="fr"),
         ["many/ko/manual", "many/ko/generated", "many/fr/from-ko"]),
        (Wanted(languages=("fr",), translate="es"), []),
    ],
)  # fmt: skip
def test_a_translation_is_one_more_track(access, wanted, expected):
    answer = ask(access, wanted=wanted)
    assert fetched(answer) == expected
    translated = [item for item in answer.content["items"] if item["translatedFrom"]]
    assert [item["id"] for item in translated] == [track_id for track_id in expected if "/from-" in track_id]
    for item in translated:
        assert (item["languageCode"], item["translatedFrom"]) == (wanted.translate, "ko")
        assert (item["isGenerated"], item["isTranslatable"], item["translationLanguages"]) == (True, False, [])
        assert [part["text"] for part in item["snippets"]] == [
            f"[{wanted.translate}] {part['text']}" for part in SNIPPETS
        ]


def test_a_translation_that_is_not_offered_is_final_and_loses_nothing(access):
    answer = ask(access, wanted=Wanted(languages=("ko",), translate="tlh"))
    assert answer.reason == "TranslationLanguageNotAvailable"
    assert outcome(answer.status, answer.reason) is Outcome.FINAL
    assert fetched(answer) == ["many/ko/manual"]


@pytest.mark.parametrize(
    ("schedule", "status", "reason", "meaning"),
    [
        ("{method: watch, reason: IpBlocked}", 429, "IpBlocked", Outcome.BLOCKED),
        ("{method: watch, status: 429}", 429, "IpBlocked", Outcome.BLOCKED),
        ("{method: player, status: 429}", 429, "IpBlocked", Outcome.BLOCKED),
        ("{method: player, reason: RequestBlocked}", 200, "RequestBlocked", Outcome.BLOCKED),
        ("{method: player, reason: AgeRestricted}", 200, "AgeRestricted", Outcome.FINAL),
        ("{method: player, reason: VideoUnplayable}", 200, "VideoUnplayable", Outcome.FINAL),
        ("{method: player, reason: VideoUnavailable}", 200, "VideoUnavailable", Outcome.FINAL),
        ("{method: player, reason: TranscriptsDisabled}", 200, "TranscriptsDisabled", Outcome.FINAL),
        ("{method: watch, reason: FailedToCreateConsentCookie}", 200, "FailedToCreateConsentCookie", Outcome.RETRY),
        ("{method: watch, reason: YouTubeDataUnparsable}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: watch, kind: empty}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: player, kind: html}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: player, kind: broken_json}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: player, kind: empty}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: watch, status: 503}", 503, "YouTubeRequestFailed", Outcome.RETRY),
        ("{method: watch, status: 403}", 403, "YouTubeRequestFailed", Outcome.RETRY),
        ("{method: player, status: 400}", 400, "YouTubeRequestFailed", Outcome.RETRY),
        ("{method: watch, kind: reset}", 0, "noAnswer: ConnectionError", Outcome.RETRY),
        ("{method: player, kind: truncate}", 0, "noAnswer: ChunkedEncodingError", Outcome.RETRY),
    ],
)
def test_a_failure_is_an_answer_with_the_reason_of_the_library(access, emulator, schedule, status, reason, meaning):
    emulator.set_faults(*parse_faults(f"[{schedule}]", "test"))
    answer = ask(access)
    assert (answer.status, answer.reason, answer.content["items"]) == (status, reason, [])
    assert outcome(answer.status, answer.reason) is meaning
    assert json.loads(answer.body) == answer.content
    emulator.set_faults()
    assert fetched(ask(access)) == ["many/en/manual"]


@pytest.mark.parametrize(
    ("schedule", "status", "reason", "meaning"),
    [
        ("{method: timedtext, at: [2], status: 429}", 429, "IpBlocked", Outcome.BLOCKED),
        ("{method: timedtext, at: [2], status: 500}", 500, "YouTubeRequestFailed", Outcome.RETRY),
        ("{method: timedtext, at: [2], kind: html}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: timedtext, at: [2], kind: empty}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: timedtext, at: [2], kind: broken_json}", 200, "YouTubeDataUnparsable", Outcome.RETRY),
        ("{method: timedtext, at: [2], kind: reset}", 0, "noAnswer: ConnectionError", Outcome.RETRY),
    ],
)
def test_what_was_fetched_before_a_failure_is_kept(access, emulator, schedule, status, reason, meaning):
    emulator.set_faults(*parse_faults(f"[{schedule}]", "test"))
    answer = ask(access, wanted=Wanted(tracks="all"))
    assert (answer.status, answer.reason) == (status, reason)
    assert outcome(answer.status, answer.reason) is meaning
    assert fetched(answer) == ["many/en/manual"]
    assert len(answer.content["items"]) == 4
    assert json.loads(answer.body) == answer.content


def test_a_missing_token_leaves_the_list(access, emulator):
    emulator.set_faults(*parse_faults("[{method: player, reason: PoTokenRequired}]", "test"))
    answer = ask(access)
    assert (answer.reason, fetched(answer), len(answer.content["items"])) == ("PoTokenRequired", [], 4)
    assert outcome(answer.status, answer.reason) is Outcome.FINAL


@pytest.mark.parametrize(
    ("video_id", "reason"),
    [
        ("silent", "TranscriptsDisabled"),
        ("nowhere", "VideoUnavailable"),
        ("http://y.com/watch?v=many", "InvalidVideoId"),
    ],
)
def test_a_video_without_transcripts_is_final(access, video_id, reason):
    answer = ask(access, video_id)
    assert (answer.reason, outcome(answer.status, answer.reason)) == (reason, Outcome.FINAL)


def test_the_words_of_a_failure_are_in_its_body(access, emulator):
    said = {
        "{method: player, reason: VideoUnplayable}": "Video unavailable This video is private.",
        "{method: watch, status: 503}": "503 Server Error: Service Unavailable",
        "{method: player, reason: TranscriptsDisabled}": "Subtitles are disabled for this video",
    }
    for schedule, words in said.items():
        emulator.set_faults(*parse_faults(f"[{schedule}]", "test"))
        assert message(ask(access).body) == words


def test_the_wait_that_the_server_asks_for_is_kept(access, emulator):
    emulator.set_faults(*parse_faults("[{method: watch, status: 503, retry_after: 7}]", "test"))
    assert ask(access).retry_after_seconds == 7


def test_consent_is_given_once_a_thread_and_each_request_waits_for_its_turn(emulator):
    emulator.set_faults(*parse_faults("[{method: watch, reason: consent}]", "test"))
    access, taken = Access(emulator.url, 9.0), []
    for _ in range(2):
        turns = Turns()
        assert fetched(call(access, "many", ANY, turns)) == ["many/en/manual"]
        taken.append(turns.taken)
    emulator.set_faults()
    assert taken == [4, 3]


def test_a_redirect_is_a_request_too_and_stays_with_the_server(access, emulator):
    schedule = "[{method: watch, first: 1, kind: redirect, location: 'https://www.youtube.com/watch?v=many'}]"
    emulator.set_faults(*parse_faults(schedule, "test"))
    turns = Turns()
    assert fetched(call(access, "many", ANY, turns)) == ["many/en/manual"]
    assert turns.taken == 4


class RoundEnded(Exception):  # noqa: N818
    """What a caller may raise instead of giving a turn."""


def test_what_the_wait_raises_passes_through(access, emulator):
    def refuse() -> None:
        raise RoundEnded

    before = len(emulator.calls())
    with pytest.raises(RoundEnded):
        call(access, "many", ANY, refuse)
    assert len(emulator.calls()) == before
    assert fetched(ask(access)) == ["many/en/manual"]


def test_a_slow_and_a_missing_server_are_no_answer(emulator):
    emulator.set_faults(*parse_faults("[{method: player, delay: 1}]", "test"))
    slow = ask(Access(emulator.url, 0.2))
    emulator.set_faults()
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_port
    gone = ask(Access(f"http://127.0.0.1:{port}", 5.0))
    assert (slow.status, slow.reason) == (0, "noAnswer: ReadTimeout")
    assert (gone.status, gone.reason) == (0, "noAnswer: ConnectionError")


def test_threads_do_not_share_a_session(access):
    answers = {}

    def fetch(number: int) -> None:
        answers[number] = ask(access, wanted=Wanted(tracks="all"))

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(len(fetched(answer)) == 4 for answer in answers.values())


@contextlib.contextmanager
def serving(pages: dict[str, bytes]):
    """A server of these bodies by path; gives its address and the request lines that it heard."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0].removeprefix("http://youtube.invalid")
            body = pages.get(path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


WATCH = b'<script>{"INNERTUBE_API_KEY":"k"}</script>'


def test_a_proxy_that_was_chosen_is_used_whatever_the_environment_says(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    player = json.dumps({"playabilityStatus": {"status": "OK"}}).encode()
    with serving({"/watch": WATCH, "/youtubei/v1/player": player}) as (url, heard):
        access = Access("http://youtube.invalid", 5.0, proxy=url)
        assert ask(access).reason == "TranscriptsDisabled"
        assert "secret" not in repr(Access(None, 1.0, "http://me:secret@proxy"))
    assert heard == ["http://youtube.invalid/watch?v=many", "http://youtube.invalid/youtubei/v1/player?key=k"]


@pytest.mark.parametrize(
    "player",
    [b"{}", b"[]", b"null", b'{"playabilityStatus": null}', b'{"playabilityStatus": {}, "captions": []}',
     b'{"playabilityStatus": {}, "captions": {"playerCaptionsTracklistRenderer": {"captionTracks": [{}]}}}',
     b'{"playabilityStatus": {}, "captions": {"playerCaptionsTracklistRenderer": {"captionTracks": {"a": 1}}}}'],
)  # fmt: skip
def test_answers_that_no_player_should_give(player):
    with serving({"/watch": WATCH, "/youtubei/v1/player": player}) as (url, _):
        answer = ask(Access(url, 5.0))
    assert (answer.status, answer.reason) == (200, "YouTubeDataUnparsable")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("watch", "player", "reason"),
    [
        ("youtube.html", "youtube", None),
        ("youtube.html", "youtube_altered_user_agent", None),
        ("youtube.html", "youtube_age_restricted", "AgeRestricted"),
        ("youtube.html", "youtube_request_blocked", "RequestBlocked"),
        ("youtube.html", "youtube_transcripts_disabled", "TranscriptsDisabled"),
        ("youtube.html", "youtube_unplayable", "VideoUnplayable"),
        ("youtube.html", "youtube_video_unavailable", "VideoUnavailable"),
        ("youtube.html", "youtube_po_token_required", "PoTokenRequired"),
        ("youtube_too_many_requests.html", "youtube", "IpBlocked"),
        ("youtube_consent_page.html", "youtube", "FailedToCreateConsentCookie"),
        ("youtube_consent_page_invalid.html", "youtube", "FailedToCreateConsentCookie"),
    ],
)
def test_recorded_pages_of_youtube(real_data, watch, player, reason):
    recorded = real_data / "innertube"
    pages = {
        "/watch": (recorded / watch).read_bytes(),
        "/youtubei/v1/player": (recorded / f"{player}.innertube.json").read_bytes(),
        "/api/timedtext": (recorded / "transcript.xml").read_bytes(),
    }
    with serving(pages) as (url, _):
        answer = ask(Access(url, 5.0), "GJLlxj_dtq8", Wanted(languages=("en",)))
    assert answer.reason == reason
    if reason is None:
        (first,) = [item for item in answer.content["items"] if item["snippets"]]
        assert (first["languageCode"], len(first["snippets"])) == ("en", 3)
        assert first["snippets"][1] == {"text": "this is not the original transcript", "start": 1.54, "duration": 4.16}


@pytest.mark.real_data
def test_every_track_of_the_real_corpus_is_equal_to_its_source(real_data):
    corpus = load_corpus(real_data / "corpus")
    tracks = snippets = 0
    with running(corpus) as emulator:
        access = Access(emulator.url, 30.0)
        for video_id, sources in corpus.transcripts.items():
            everything = ask(access, video_id, Wanted(tracks="all")).content["items"]
            found = {(item["languageCode"], item["isGenerated"]): item for item in everything}
            assert len(found) == len(sources)
            for source in sources:
                item = found[source["language_code"], source["is_generated"]]
                assert item["snippets"] == source["snippets"]
                assert (item["language"], item["isTranslatable"]) == (source["language"], source["is_translatable"])
                tracks, snippets = tracks + 1, snippets + len(item["snippets"])
            preferred = ask(access, video_id)
            assert fetched(preferred) == [f"{video_id}/en/manual"]
    assert (len(corpus.transcripts), tracks, snippets) == (12, 43, 12_667)


def test_wanted_tracks_of_a_video_without_any_are_none():
    assert wanted_tracks([], Wanted(tracks="all", default_language="en")) == []
