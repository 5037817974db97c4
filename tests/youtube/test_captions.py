"""The owner's captions over real HTTP: tokens, tracks, files of three formats, and every failure."""

import json

import pytest
from google.oauth2.credentials import Credentials

from tubelake.emulator import EmulatorOptions, load_corpus, parse_faults, running
from tubelake.errors import UsageError
from tubelake.youtube.caption_files import CaptionFileError, snippets
from tubelake.youtube.captions import Owner, download, list_tracks, read_credentials
from tubelake.youtube.client import BROKEN_ANSWER, message
from tubelake.youtube.outcomes import NOT_OWNER, Outcome, outcome
from tubelake.youtube.tracks import Wanted, wanted_tracks

SECRET = "client-secret-0123"
SNIPPETS = [
    {"text": "a < b & c --> d", "start": 3.9, "duration": 5.43},
    {"text": "two\nlines", "start": 9.33, "duration": 2.0},
    {"text": "비밀 🎉 &amp; <i>", "start": 3661.001, "duration": 0.5},
]
FORMATS = ("srt", "vtt", "ttml")


def track(code: str, video_id: str = "mine", *, generated: bool = False, translatable: bool = True) -> dict:
    flags = {"is_generated": generated, "is_translatable": translatable}
    return {"video_id": video_id, "language_code": code, "language": code, **flags, "snippets": SNIPPETS}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("captions")
    videos = [
        {"id": video_id, "snippet": {"publishedAt": "2020-01-01T00:00:00Z", "channelId": channel}}
        for video_id, channel in (("mine", "UCme"), ("yours", "UCyou"), ("silent", "UCme"))
    ]
    tracks = [track("ko", generated=True), track("en", translatable=False), track("en", "yours")]
    for name, lines in (("videos", videos), ("transcripts", tracks)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with running(load_corpus(folder), EmulatorOptions(limits={"common": 10**9})) as emulator:
        yield emulator


def credentials(channel: str = "UCme") -> str:
    """What google-auth itself writes after a sign-in."""
    return Credentials(
        token=None, refresh_token=f"owner:{channel}", token_uri="https://oauth2.googleapis.com/token",
        client_id="an app", client_secret=SECRET,
    ).to_json()  # fmt: skip


@pytest.fixture
def owner(emulator):
    emulator.set_faults()
    yield Owner(emulator.url, credentials(), 10.0)
    emulator.set_faults()


def units(emulator) -> int:
    return sum(day["common"] for day in emulator.usage().values())


def test_tracks_are_listed_without_snippets(owner, emulator):
    before = units(emulator)
    answer = list_tracks(owner, "mine")
    assert units(emulator) - before == 50
    assert (answer.status, answer.reason) == (200, None)
    assert json.loads(answer.body) == answer.content
    first, second = answer.content["items"]
    assert first | {"id": ""} == {
        "id": "",
        "videoId": "mine",
        "languageCode": "ko",
        "language": None,
        "isGenerated": True,
        "isTranslatable": None,
        "translationLanguages": [],
        "translatedFrom": None,
        "snippets": None,
    }
    assert (second["languageCode"], second["isGenerated"]) == ("en", False)
    assert [found["languageCode"] for found in wanted_tracks((first, second), Wanted())] == ["en"]
    assert list_tracks(owner, "silent").content["items"] == []


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_track_comes_with_its_snippets_in_any_format(owner, emulator, file_format):
    _, listed = list_tracks(owner, "mine").content["items"]
    before = units(emulator)
    answer = download(owner, listed, file_format)
    assert units(emulator) - before == 200
    assert answer.reason is None
    assert answer.content["items"] == [listed | {"snippets": SNIPPETS}]
    assert emulator.calls()[-1][1]["tfmt"] == file_format


def test_a_translation_is_a_track_of_its_own(owner):
    korean, english = list_tracks(owner, "mine").content["items"]
    (found,) = download(owner, korean, translate="es").content["items"]
    assert found["id"] == f"{korean['id']}/es"
    assert (found["languageCode"], found["translatedFrom"], found["isGenerated"]) == ("es", "ko", True)
    assert [part["text"] for part in found["snippets"]] == [f"[es] {part['text']}" for part in SNIPPETS]
    refused = download(owner, english, translate="es")
    assert (refused.status, refused.reason) == (400, "couldNotConvert")
    assert outcome(refused.status, refused.reason) is Outcome.FINAL


def test_what_is_not_there_or_somebody_elses_is_final(owner):
    (foreign,) = list_tracks(owner, "yours").content["items"]
    for answer, status, reason in (
        (download(owner, foreign), 403, NOT_OWNER),
        (download(owner, foreign | {"id": "AAAA"}), 404, "captionNotFound"),
        (list_tracks(owner, "nowhere"), 404, "videoNotFound"),
    ):
        assert (answer.status, answer.reason) == (status, reason)
        assert outcome(answer.status, answer.reason) is Outcome.FINAL
        assert message(answer.body)


def test_credentials_that_do_not_hold_stop_the_run(emulator):
    answer = list_tracks(Owner(emulator.url, credentials("UCnobody"), 10.0), "mine")
    assert (answer.status, answer.reason) == (401, "invalid_grant")
    assert outcome(answer.status, answer.reason) is Outcome.CREDENTIALS


@pytest.mark.parametrize(
    ("fault", "status", "reason", "meaning"),
    [
        ("{status: 403, reason: quotaExceeded}", 403, "quotaExceeded", Outcome.QUOTA),
        ("{status: 503}", 503, "backendError", Outcome.RETRY),
        ("{status: 429}", 429, "rateLimitExceeded", Outcome.SLOW_DOWN),
        ("{kind: html}", 200, BROKEN_ANSWER, Outcome.RETRY),
        ("{kind: broken_json}", 200, BROKEN_ANSWER, Outcome.RETRY),
        ("{kind: truncate}", 0, "noAnswer: IncompleteRead", Outcome.RETRY),
        ("{kind: reset}", 0, "noAnswer: ConnectionResetError", Outcome.RETRY),
    ],
)
def test_failures_are_answers(owner, emulator, fault, status, reason, meaning):
    emulator.set_faults(*parse_faults(f"[{fault}]", "test"))
    answer = list_tracks(owner, "mine")
    assert (answer.status, answer.reason, answer.content) == (status, reason, {})
    assert outcome(answer.status, answer.reason) is meaning
    emulator.set_faults()
    assert list_tracks(owner, "mine").reason is None


def test_a_missing_server_is_no_answer(emulator):
    with running(emulator.world.corpus) as other:
        url = other.url
    answer = list_tracks(Owner(url, credentials(), 2.0), "mine")
    assert (answer.status, answer.reason.partition(":")[0]) == (0, "noAnswer")


def test_a_page_instead_of_a_file_is_a_broken_answer(owner, emulator):
    listed = list_tracks(owner, "mine").content["items"][0]
    emulator.set_faults(*parse_faults("[{method: captions.download, kind: html}]", "test"))
    for file_format in ("srt", "vtt", "ttml"):
        answer = download(owner, listed, file_format)
        assert (answer.status, answer.reason) == (200, BROKEN_ANSWER), file_format


def test_secrets_are_not_shown(owner):
    assert SECRET not in f"{owner!r} {list_tracks(owner, 'mine')!r}"


def test_credentials_are_read_from_the_file_that_google_writes(tmp_path):
    path = tmp_path / "owner.json"
    path.write_text(credentials(), encoding="utf-8")
    assert read_credentials(path) == credentials()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "have no refresh_token, client_id, client_secret"),
        ('{"client_id": "a", "client_secret": "b"}', "have no refresh_token: sign in again"),
        ('{"installed": {"client_id": "a"}}', "is an app's client secret, not an owner's credentials"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, text, problem):
    path = tmp_path / "owner.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_credentials(path)
    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)


FILES = {
    "srt": [
        ("\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\nhello\r\n\r\n", [("hello", 1.0, 1.5)]),
        ("1\n00:00:01,000 --> 00:00:02,500\n12\n\n2\n00:00:03,000 --> 00:00:04,000\nb\n", [("12", 1, 1.5), ("b", 3, 1)]),
        ("", []),
        ("\n", []),
    ],
    "vtt": [
        ("WEBVTT\n\nNOTE no cue\n\nid\n00:01.000 --> 00:02.500 align:start\n<v Ann>hello</v> &amp; <b>bye</b>\n", [("Ann: hello & bye", 1, 1.5)]),
        ("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nso <00:00:00.500><c>it</c> is\n", [("so it is", 0, 1)]),
        ("WEBVTT\n", []),
    ],
    "ttml": [
        ('<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2.5s">hello<br/>you &lt;3</p></div></body></tt>', [("hello\nyou <3", 1, 1.5)]),
        ('<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="ko"><body><div><p begin="00:00:01.000" dur="1.5s">hello</p></div></body></tt>', [("hello", 1, 1.5)]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("file_format", "text", "expected"), [(name, *case) for name in FILES for case in FILES[name]])
def test_files_of_other_writers(file_format, text, expected):
    assert [(part["text"], part["start"], part["duration"]) for part in snippets(text, file_format)] == expected


@pytest.mark.parametrize(
    ("file_format", "text"),
    [
        ("srt", "1\nsoon\nhello\n"),
        ("srt", "<html>"),
        ("vtt", "<html>"),
        ("ttml", "<html></html>"),
        ("ttml", '{"a": 1}'),
    ],
)
def test_what_is_no_caption_file_is_said_to_be_none(file_format, text):
    with pytest.raises(CaptionFileError, match=f"^not a (readable )?{file_format} file"):
        snippets(text, file_format)


@pytest.mark.real_data
@pytest.mark.parametrize("file_format", FORMATS)
def test_the_real_corpus_comes_through_each_format(real_data, file_format):
    corpus = load_corpus(real_data / "corpus")
    video_id, sources = next(iter(corpus.transcripts.items()))
    channel = corpus.videos[video_id]["snippet"]["channelId"]
    with running(corpus) as emulator:
        owner = Owner(emulator.url, credentials(channel), 30.0)
        listed = list_tracks(owner, video_id).content["items"]
        assert len(listed) == len(sources) > 1
        for found, source in zip(listed, sources, strict=True):
            (item,) = download(owner, found, file_format).content["items"]
            shown = [part for part in source["snippets"] if part["text"]]
            assert [part["text"] for part in item["snippets"] if part["text"]] == [part["text"] for part in shown]
            for name in ("start", "duration"):
                times = [part[name] for part in item["snippets"] if part["text"]]
                assert times == pytest.approx([part[name] for part in shown], abs=0.0011)
