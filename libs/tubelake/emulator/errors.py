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
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.domain = domain
        self.location = location
        self.location_type = location_type
        self.details = details

    def body(self) -> dict[str, Any]:
        """The `{"error": ...}` object of this error."""
        entry = {"message": self.message, "domain": self.domain, "reason": self.reason}
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
