"""Who calls: Google's token endpoint, which takes the refresh token "owner:CHANNEL_ID", and bearer tokens.

POST /token    grant_type=refresh_token, client_id, client_secret, refresh_token: an access token of one hour
"""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from tubelake.emulator import errors
from tubelake.emulator.quota import Clock

_OWNER = "owner:"
_SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
_LIFETIME = timedelta(hours=1)
_NEEDED = ("client_id", "client_secret", "refresh_token")


@dataclass(frozen=True)
class Grants:
    """The access tokens that are out: whose they are and until when they hold."""

    clock: Clock
    _out: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue(self, channel_id: str) -> str:
        """A new access token of the owner of a channel."""
        token = f"ya29.{secrets.token_urlsafe(24)}"
        with self._lock:
            self._out[token] = (channel_id, self.clock.now() + _LIFETIME)
        return token

    def channel(self, token: str) -> str:
        """The channel whose owner has `token`; an unknown or expired one is the real 401."""
        channel_id, until = self._out.get(token, ("", self.clock.now()))
        if self.clock.now() >= until:
            raise errors.invalid_credentials()
        return channel_id


def bearer(request: web.Request) -> str | None:
    """The access token that a call carries, in its header or its address; None where it has none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.query.get("access_token") or request.query.get("oauth_token")


def add_route(app: web.Application, grants: Grants, channels: Mapping[str, Any]) -> None:
    """Add the token endpoint to `app`; `channels` are those that have an owner."""

    async def token(request: web.Request) -> web.StreamResponse:
        status, body = _answer(grants, channels, await request.post())
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})

    app.router.add_post("/token", token)


def _answer(grants: Grants, channels: Mapping[str, Any], form: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    grant_type = form.get("grant_type")
    if grant_type != "refresh_token":
        return 400, _problem("unsupported_grant_type", f"Invalid grant_type: {grant_type or ''}")
    missing = [name for name in _NEEDED if not form.get(name)]
    if missing:
        return 400, _problem("invalid_request", f"Missing required parameter: {missing[0]}")
    refresh_token = str(form["refresh_token"])
    channel_id = refresh_token.removeprefix(_OWNER)
    if channel_id == refresh_token or channel_id not in channels:
        return 400, _problem("invalid_grant", "Bad Request")
    lifetime = int(_LIFETIME.total_seconds())
    issued = {"access_token": grants.issue(channel_id), "expires_in": lifetime}
    return 200, {**issued, "scope": _SCOPE, "token_type": "Bearer"}


def _problem(error: str, description: str) -> dict[str, Any]:
    return {"error": error, "error_description": description}
