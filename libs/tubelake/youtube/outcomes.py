"""What an answer means for the caller: the API's error table as data."""

from enum import Enum


class Outcome(Enum):
    """What to do after an answer."""

    OK = "ok"
    RETRY = "retry"  # try again with jitter, bounded; then a failed row that the next run retries
    SLOW_DOWN = "slow down"  # the same, but everybody waits
    QUOTA = "quota"  # stop every task until the reset
    BLOCKED = "blocked"  # stop: YouTube blocks this address; wait for hours, or set a proxy
    FINAL = "final"  # this item has no answer and never will: record it, go on
    CREDENTIALS = "credentials"  # stop: the user must give or change a key
    BUG = "bug"  # stop: the request itself is wrong


CHAT_FORBIDDEN = "chatForbidden"  # ours too: one chat is for members only, the others go on
NOT_OWNER = "notOwner"  # our word: the API says `forbidden` for this, and for a caller that may do nothing at all

# Reasons that do not follow their status. https://developers.google.com/youtube/v3/docs/errors
_BY_REASON = {
    "quotaExceeded": Outcome.QUOTA,
    "dailyLimitExceeded": Outcome.QUOTA,
    "rateLimitExceeded": Outcome.SLOW_DOWN,
    "userRateLimitExceeded": Outcome.SLOW_DOWN,
    "commentsDisabled": Outcome.FINAL,
    "invalidPageToken": Outcome.FINAL,
    "playlistItemsNotAccessible": Outcome.FINAL,
    "channelClosed": Outcome.FINAL,
    "channelSuspended": Outcome.FINAL,
    "playlistForbidden": Outcome.FINAL,
    "channelForbidden": Outcome.FINAL,
    "videoForbidden": Outcome.FINAL,
    "liveChatEnded": Outcome.FINAL,
    "liveChatDisabled": Outcome.FINAL,
    "liveChatNotFound": Outcome.FINAL,
    CHAT_FORBIDDEN: Outcome.FINAL,
    "processingFailure": Outcome.RETRY,
    "API_KEY_INVALID": Outcome.CREDENTIALS,
    "keyInvalid": Outcome.CREDENTIALS,
    "keyExpired": Outcome.CREDENTIALS,
    "accessNotConfigured": Outcome.CREDENTIALS,
    "ipRefererBlocked": Outcome.CREDENTIALS,
    # Captions that the owner downloads: these concern one track or video, not the caller.
    "couldNotConvert": Outcome.FINAL,
    NOT_OWNER: Outcome.FINAL,
    # The exceptions of youtube-transcript-api. Most come on pages with the status 200.
    "RequestBlocked": Outcome.BLOCKED,
    "IpBlocked": Outcome.BLOCKED,
    "TranscriptsDisabled": Outcome.FINAL,
    "NoTranscriptFound": Outcome.FINAL,
    "VideoUnavailable": Outcome.FINAL,
    "VideoUnplayable": Outcome.FINAL,
    "InvalidVideoId": Outcome.FINAL,
    "AgeRestricted": Outcome.FINAL,
    "PoTokenRequired": Outcome.FINAL,
    "NotTranslatable": Outcome.FINAL,
    "TranslationLanguageNotAvailable": Outcome.FINAL,
    "YouTubeRequestFailed": Outcome.RETRY,
    "YouTubeDataUnparsable": Outcome.RETRY,
    "FailedToCreateConsentCookie": Outcome.RETRY,
}
_BY_STATUS = {
    0: Outcome.RETRY,  # no answer: reset, time-out, broken body
    400: Outcome.BUG,
    401: Outcome.CREDENTIALS,
    403: Outcome.CREDENTIALS,
    404: Outcome.FINAL,
    408: Outcome.RETRY,
    410: Outcome.FINAL,
    429: Outcome.SLOW_DOWN,
}
FINAL_REASONS = tuple(reason for reason, found in _BY_REASON.items() if found is Outcome.FINAL)
FINAL_STATUSES = tuple(status for status, found in _BY_STATUS.items() if found is Outcome.FINAL)


def outcome(status: int, reason: str | None) -> Outcome:
    """What to do after an answer with this HTTP status (0: none came) and reason (None: a good answer)."""
    if (status, reason) == (429, "YouTubeRequestFailed"):
        return Outcome.BLOCKED
    if reason in _BY_REASON:
        return _BY_REASON[reason]
    if status == 200:
        return Outcome.OK if reason is None else Outcome.RETRY
    return _BY_STATUS.get(status, Outcome.RETRY if status >= 500 else Outcome.BUG)


def is_final(status: int, reason: str | None) -> bool:
    """Whether asking again is pointless."""
    return outcome(status, reason) is Outcome.FINAL
