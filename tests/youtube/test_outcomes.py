"""The error table: what each answer of the API makes the run do."""

import pytest
import youtube_transcript_api

from tubelake.youtube.client import BROKEN_ANSWER, NO_ANSWER
from tubelake.youtube.outcomes import NOT_OWNER, Outcome, is_final, outcome


def test_every_exception_of_the_transcript_library_has_its_row():
    for error in youtube_transcript_api.CouldNotRetrieveTranscript.__subclasses__():
        assert outcome(400, error.__name__) in {Outcome.BLOCKED, Outcome.FINAL, Outcome.RETRY}


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (200, None, Outcome.OK),
        (200, BROKEN_ANSWER, Outcome.RETRY),
        (0, f"{NO_ANSWER}: TimeoutError", Outcome.RETRY),
        (403, "quotaExceeded", Outcome.QUOTA),
        (403, "dailyLimitExceeded", Outcome.QUOTA),
        (429, "quotaExceeded", Outcome.QUOTA),
        (403, "rateLimitExceeded", Outcome.SLOW_DOWN),
        (403, "userRateLimitExceeded", Outcome.SLOW_DOWN),
        (429, "rateLimitExceeded", Outcome.SLOW_DOWN),
        (429, "HTTP 429", Outcome.SLOW_DOWN),
        (500, "backendError", Outcome.RETRY),
        (500, "HTTP 500", Outcome.RETRY),
        (502, "HTTP 502", Outcome.RETRY),
        (503, "HTTP 503", Outcome.RETRY),
        (408, "HTTP 408", Outcome.RETRY),
        (400, "processingFailure", Outcome.RETRY),
        (400, "API_KEY_INVALID", Outcome.CREDENTIALS),
        (400, "keyInvalid", Outcome.CREDENTIALS),
        (401, "authorizationRequired", Outcome.CREDENTIALS),
        (403, "accessNotConfigured", Outcome.CREDENTIALS),
        (403, "forbidden", Outcome.CREDENTIALS),
        (400, "invalidPageToken", Outcome.FINAL),
        (403, "commentsDisabled", Outcome.FINAL),
        (403, "videoForbidden", Outcome.FINAL),
        (404, "videoNotFound", Outcome.FINAL),
        (404, "HTTP 404", Outcome.FINAL),
        (410, "gone", Outcome.FINAL),
        (400, "badRequest", Outcome.BUG),
        (400, "invalidParameter", Outcome.BUG),
        (405, "HTTP 405", Outcome.BUG),
        (418, "HTTP 418", Outcome.BUG),
        (200, "RequestBlocked", Outcome.BLOCKED),
        (200, "IpBlocked", Outcome.BLOCKED),
        (429, "IpBlocked", Outcome.BLOCKED),
        (429, "YouTubeRequestFailed", Outcome.BLOCKED),
        (403, "YouTubeRequestFailed", Outcome.RETRY),
        (404, "YouTubeRequestFailed", Outcome.RETRY),
        (200, "YouTubeDataUnparsable", Outcome.RETRY),
        (200, "FailedToCreateConsentCookie", Outcome.RETRY),
        (200, "TranscriptsDisabled", Outcome.FINAL),
        (200, "NoTranscriptFound", Outcome.FINAL),
        (200, "VideoUnavailable", Outcome.FINAL),
        (200, "VideoUnplayable", Outcome.FINAL),
        (200, "InvalidVideoId", Outcome.FINAL),
        (200, "AgeRestricted", Outcome.FINAL),
        (200, "PoTokenRequired", Outcome.FINAL),
        (200, "NotTranslatable", Outcome.FINAL),
        (200, "TranslationLanguageNotAvailable", Outcome.FINAL),
        (400, "couldNotConvert", Outcome.FINAL),
        (403, NOT_OWNER, Outcome.FINAL),
    ],
)
def test_what_an_answer_means(status, reason, expected):
    assert outcome(status, reason) is expected
    assert is_final(status, reason) is (expected is Outcome.FINAL)
