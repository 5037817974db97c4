"""The error table: what each answer of the API makes the run do."""

import pytest

from tubelake.youtube.client import BROKEN_ANSWER, NO_ANSWER
from tubelake.youtube.outcomes import Outcome, is_final, outcome


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
    ],
)
def test_what_an_answer_means(status, reason, expected):
    assert outcome(status, reason) is expected
    assert is_final(status, reason) is (expected is Outcome.FINAL)
