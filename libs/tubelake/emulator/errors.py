"""Errors as the YouTube Data API words them: a method raises one, the server sends its body."""

from collections.abc import Mapping, Sequence
from typing import Any

_STATES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
_UNREGISTERED = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
_BAD_KEY = "API key not valid. Please pass a valid API key."
_KEY_IS_NOT_ENOUGH = (
    "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that "
    "assert a principal. See https://cloud.google.com/docs/authentication"
)
_UNKNOWN_CALLER = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_QUOTA = (
    "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.'
)


class ApiError(Exception):
    """An answer that is an error; `body()` is the JSON that the real API sends for it."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "youtube.parameter",
        location: str | None = None,
        location_type: str = "parameter",
        details: Sequence[Mapping[str, Any]] = (),
        short: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.domain = domain
        self.location = location
        self.location_type = location_type
        self.details = details
        self.short = short or message

    def body(self) -> dict[str, Any]:
        """The `{"error": ...}` object of this error."""
        entry = {"message": self.short, "domain": self.domain, "reason": self.reason}
        if self.location is not None:
            entry |= {"location": self.location, "locationType": self.location_type}
        error: dict[str, Any] = {
            "code": self.status,
            "message": self.message,
            "errors": [entry],
            "status": _STATES.get(self.status, "UNKNOWN"),
        }
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}


def missing_key() -> ApiError:
    """403 for a call that names no key."""
    return ApiError(403, "forbidden", _UNREGISTERED, domain="global")


def bad_key() -> ApiError:
    """400 for a key that the emulator was told to refuse."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "youtube.googleapis.com"},
    }
    localized = {
        "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
        "locale": "en-US",
        "message": _BAD_KEY,
    }
    return ApiError(400, "badRequest", _BAD_KEY, domain="global", details=(info, localized))


def quota_exceeded() -> ApiError:
    """403 for a call whose bucket is empty until the next Pacific midnight."""
    return ApiError(403, "quotaExceeded", _QUOTA, domain="youtube.quota")


def invalid_value(name: str, value: str, hint: str = "") -> ApiError:
    """400 for a parameter with a value outside what the method takes."""
    message = f"Invalid value '{value}'. {hint}".rstrip()
    return ApiError(400, "invalidParameter", message, domain="global", location=name)


def missing_parameter(name: str) -> ApiError:
    """400 for a required parameter that is absent or empty."""
    return ApiError(400, "required", f"Required parameter: {name}", domain="global", location=name)


def unknown_parameter(name: str) -> ApiError:
    """400 for a query parameter that the method does not have."""
    message = (
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
        f"Field '{name}' could not be found in request message."
    )
    details = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"description": message}],
    }
    return ApiError(400, "invalid", message, domain="global", details=(details,))


def unknown_part(name: str) -> ApiError:
    """400 for a part that the resource does not have."""
    return ApiError(400, "unknownPart", f"'{name}'", domain="youtube.part", location="part")


def filter_error(given: Sequence[str], expected: Sequence[str]) -> ApiError:
    """400 for a list method with no filter, or with more than one."""
    if given:
        message = f"Incompatible parameters specified in the request: {', '.join(given)}"
        reason = "incompatibleParameters"
    else:
        message = f"No filter selected. Expected one of: {', '.join(expected)}"
        reason = "missingRequiredParameter"
    return ApiError(400, reason, message, location="parameters.", location_type="other")


def invalid_page_token() -> ApiError:
    """400 for a page token that is damaged or belongs to another query."""
    message = "The request specifies an invalid page token."
    return ApiError(400, "invalidPageToken", message, location="pageToken")


def not_authorized(name: str) -> ApiError:
    """401 for a parameter that needs the owner's consent, which the emulator never has."""
    message = f"The request uses the <code>{name}</code> parameter but is not properly authorized."
    return ApiError(401, "authorizationRequired", message, location=name)


def video_not_found(kind: str, documented_at: str) -> ApiError:
    """404 for a video whose comments or captions (`kind`) are asked for and that does not exist."""
    message = f"The video identified by the {_linked(documented_at, 'videoId')} parameter could not be found."
    return ApiError(404, "videoNotFound", message, domain=f"youtube.{kind}", location="videoId")


def comments_disabled() -> ApiError:
    """403 for the comments of a video that allows none."""
    message = (
        f"The video identified by the {_linked('commentThreads/list', 'videoId')} parameter has disabled comments."
    )
    return ApiError(403, "commentsDisabled", message, domain="youtube.commentThread", location="videoId")


def comment_channel_not_found() -> ApiError:
    """404 for the comments of a channel that does not exist."""
    name = _linked("commentThreads/list", "allThreadsRelatedToChannelId")
    message = f"The channel identified by the {name} parameter could not be found."
    return ApiError(404, "channelNotFound", message, domain="youtube.commentThread", location="channelId")


def comment_not_found(name: str) -> ApiError:
    """404 for the replies of a comment that does not exist."""
    message = f"The comment identified by the {_linked('comments/list', name)} parameter could not be found."
    return ApiError(404, "commentNotFound", message, domain="youtube.comment", location=name)


def chat_ended() -> ApiError:
    """403 for the chat of a stream that is over."""
    return _chat_error(403, "liveChatEnded", "The specified live chat is no longer live.")


def chat_not_found() -> ApiError:
    """404 for a chat that does not exist."""
    message = "The live chat that you are trying to retrieve cannot be found."
    return _chat_error(404, "liveChatNotFound", message)


def _chat_error(status: int, reason: str, message: str) -> ApiError:
    return ApiError(status, reason, message, domain="youtube.liveChat", location="liveChatId")


def video_chart_not_found() -> ApiError:
    """404 for a chart of a category that has none."""
    message = "The requested video chart is not supported or is not available."
    return ApiError(404, "videoChartNotFound", message, domain="youtube.video", location="chart")


def caption_not_found() -> ApiError:
    """404 for a caption track that does not exist."""
    message = (
        "The caption track could not be found. Check the value of the request's <code>id</code> parameter "
        "to ensure that it is correct."
    )
    return ApiError(404, "captionNotFound", message, domain="youtube.caption", location="id")


def caption_forbidden() -> ApiError:
    """403 for the captions of somebody else's video."""
    message = (
        "The permissions associated with the request are not sufficient to download the caption track. The request "
        "might not be properly authorized, or the video order might not have enabled third-party contributions "
        "for this caption."
    )
    return ApiError(403, "forbidden", message, domain="youtube.caption", location="id")


def caption_not_convertible() -> ApiError:
    """400 for a format or language that a caption track cannot be turned into."""
    message = (
        "The caption track data could not be converted to the requested language and/or format. Ensure that the "
        "requested <code>tfmt</code> and <code>tlang</code> values are valid, and that the "
        "<code>snippet.status</code> of the requested caption track is not <code>failed</code>."
    )
    return ApiError(400, "couldNotConvert", message, domain="youtube.caption")


def login_required() -> ApiError:
    """401 for a call that has no access token where one is needed."""
    return _unauthenticated("required", "Login Required.", _KEY_IS_NOT_ENOUGH, "CREDENTIALS_MISSING")


def invalid_credentials() -> ApiError:
    """401 for an access token that is unknown or has expired."""
    return _unauthenticated("authError", "Invalid Credentials", _UNKNOWN_CALLER, "ACCESS_TOKEN_EXPIRED")


def _unauthenticated(reason: str, short: str, message: str, code: str) -> ApiError:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": code,
        "domain": "googleapis.com",
        "metadata": {"service": "youtube.googleapis.com"},
    }
    return ApiError(
        401, reason, message, short=short, domain="global", location="Authorization", location_type="header",
        details=(info,),
    )  # fmt: skip


def _linked(documented_at: str, name: str) -> str:
    """A parameter's name as the API's messages show it: a link to its description."""
    return f'<code><a href="/youtube/v3/docs/{documented_at}#{name}">{name}</a></code>'
