"""Values of settings as people write them: lists with commas, moments, and ids that are checked."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator


def _words(value: object) -> object:
    """`a, b` as ("a", "b"): lists are written with commas on the command line and in the environment."""
    words = value.split(",") if isinstance(value, str) else value
    if isinstance(words, list | tuple) and all(isinstance(word, str) for word in words):
        return tuple(word.strip() for word in words if word.strip())
    return value


def _video_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [video_id for video_id in ids if not re.fullmatch(r"[\w-]{11}", video_id, re.ASCII)]
    if wrong:
        raise ValueError(
            f"{wrong[0]!r} is not a video id: 11 letters, digits, - or _, as after watch?v= in the address"
        )
    return ids


def _channel_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [channel_id for channel_id in ids if not re.fullmatch(r"UC[\w-]{22}", channel_id, re.ASCII)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not a channel id: UC and 22 letters, digits, - or _, as in the address")
    return ids


def _regions(codes: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [code for code in codes if not re.fullmatch("[A-Z]{2}", code)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not a country: two capital letters of ISO 3166, such as US")
    return codes


def _host_names(hosts: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [host for host in hosts if not re.fullmatch(r"([a-z0-9-]+\.)+[a-z][a-z0-9-]*", host)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not the full name of a host in small letters, such as i.ytimg.com")
    return hosts


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
VideoIds = Annotated[Words, AfterValidator(_video_ids)]
ChannelIds = Annotated[Words, AfterValidator(_channel_ids)]
Regions = Annotated[Words, AfterValidator(_regions)]
Hosts = Annotated[Words, AfterValidator(_host_names)]
Moment = Annotated[datetime, AfterValidator(_in_utc)] | None
