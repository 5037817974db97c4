"""Everything a user can set: defaults < YAML < environment < command line, as one frozen typed tree."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from tubelake.errors import UsageError

ENV_PREFIX = "TUBELAKE_"


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


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Moment = Annotated[datetime, AfterValidator(_in_utc)] | None


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _taken_back(cls, values: Any) -> Any:
        """An empty text is "not set", so that a setting can be taken back on the command line."""
        if not isinstance(values, dict):
            return values
        optional = {key for key, field in cls.model_fields.items() if field.default is None}
        return {key: None if value == "" and key in optional else value for key, value in values.items()}


class Lake(Section):
    root: str = "./lake"
    """Folder or object-store address of the lake; tables lie at ROOT/LAYER/TABLE."""
    catalog: str | None = None
    """Catalog that holds the tables as CATALOG.LAYER.TABLE, instead of the folder (Unity Catalog)."""


class YouTube(Section):
    endpoint: str | None = None
    """Address of the API; not set: the real one. The emulator's address goes here."""
    api_key: SecretStr | None = None
    """Your API key; better given as the environment variable YOUTUBE_API_KEY."""
    timeout_seconds: float = Field(30.0, gt=0)
    """How long one call may take."""


class Search(Section):
    keywords: Words = ()
    """Keywords to search, separated by commas."""
    type: Literal["video", "channel", "playlist"] = "video"
    """What to search for."""
    order: Literal["date", "relevance", "viewCount", "rating", "title"] = "date"
    """`date` finds everything; any other order is a sample of at most about 500."""
    since: Moment = None
    """Only videos published from this moment on (ISO date or time, UTC)."""
    until: Moment = None
    """Only videos published before this moment."""
    max_videos: int | None = Field(None, ge=1)
    """Stop a keyword after this many distinct results."""
    region: str | None = None
    """ISO 3166 country whose view of YouTube is searched."""
    language: str | None = None
    """ISO 639-1 language that results should be most relevant to."""
    duration: Literal["short", "medium", "long"] | None = None
    """Only videos under 4, of 4 to 20, or over 20 minutes."""
    definition: Literal["high", "standard"] | None = None
    """Only HD or only SD videos."""
    fields: str | None = None
    """Partial response in the API's grammar; not set: what TubeLake reads."""
    shards: int = Field(8, ge=1, le=64)
    """Into how many time shards a large keyword is cut; they are fetched side by side."""
    refresh_hours: float = Field(24.0, ge=0)
    """A keyword is searched for newer videos when its last search is older than this."""


class Videos(Section):
    ids: Annotated[Words, AfterValidator(_video_ids)] = ()
    """Video ids to collect besides those that searches found."""
    refresh_hours: float = Field(24.0 * 7, gt=0)
    """A new statistics snapshot is taken when the newest is older than this."""


class Collect(Section):
    threads: int = Field(32, ge=1, le=256)
    """Calls under way at once in one Spark task."""
    tasks: int = Field(0, ge=0)
    """Spark tasks a round is spread over; 0: one a core."""
    requests_per_second: float = Field(200.0, gt=0)
    """Calls a second of the whole cluster, at most."""
    round_seconds: float = Field(30.0, gt=0)
    """After this long a round starts no new call: what a kill can waste is bounded."""
    round_calls: int = Field(1000, ge=1)
    """Requests of one round, at most; a search request is a chain of up to 10 pages."""
    attempts: int = Field(5, ge=1)
    """Tries of one call on 5xx, 429, time-outs, resets and broken answers."""
    retry_base_seconds: float = Field(0.5, ge=0)
    """First upper bound of the random wait between tries; it doubles each time."""
    retry_max_seconds: float = Field(30.0, ge=0)
    """Largest wait between tries; a longer Retry-After ends the round and the run waits for it."""


class Quota(Section):
    project: str = "default"
    """Name of the API project whose quota is used: lakes count each project apart."""
    search: int | None = Field(None, ge=0)
    """Calls a day of search.list, if your project's limit differs from the published one."""
    stats: int | None = Field(None, ge=0)
    """Calls a day of videos.batchGetStats, likewise."""
    common: int | None = Field(None, ge=0)
    """Units a day of everything else, likewise."""


class Statistics(Section):
    bins: int = Field(100, ge=1, le=10_000)
    """Bins of each histogram."""


class Spark(Section):
    master: str | None = None
    """Spark master; not set: what spark-submit says, else local[*,4]."""
    nlp: bool = False
    """Put Spark NLP on the classpath (2 s more at each start)."""
    shuffle_partitions: int = Field(0, ge=0)
    """Partitions after a shuffle in local mode, 0: one a core; clusters set spark.sql.shuffle.partitions."""
    driver_memory: str = "2g"
    """Memory of the driver (in local mode: of everything but the Python workers)."""
    ivy_settings: str | None = None
    """Ivy settings file that says where jars come from; not set: Maven Central."""
    conf: dict[str, str] = {}
    """Any other Spark settings (YAML only)."""


class Run(Section):
    id: str | None = None
    """Id of this run, in every row it logs; not set: made from the time."""
    now: Moment = None
    """Run as if this moment was now: for replays and tests of quota days."""
    logs: str | None = None
    """Folder of the log files; not set: the user's log folder."""


class Settings(Section):
    lake: Lake = Lake()
    youtube: YouTube = YouTube()
    search: Search = Search()
    videos: Videos = Videos()
    collect: Collect = Collect()
    quota: Quota = Quota()
    statistics: Statistics = Statistics()
    spark: Spark = Spark()
    run: Run = Run()


def load(
    config: Path | None = None,
    overrides: Iterable[str] = (),
    environ: Mapping[str, str] = os.environ,
    given: Mapping[str, object] | None = None,
) -> Settings:
    """Settings from the YAML file `config`, the environment and `overrides` such as "lake.root=./lake".

    `given` are values by section.key, such as the options of a command; `overrides` win over them.

    Raises UsageError, in one line, for an unknown key, a value of the wrong type and unreadable YAML.
    """
    tree: dict[str, dict[str, Any]] = {}
    for layer in (_from_yaml(config), _from_environ(environ), _nested(given or {}), _from_overrides(overrides)):
        for section, values in layer.items():
            tree.setdefault(section, {}).update(values)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise UsageError("; ".join(_explain(detail) for detail in error.errors())) from None


def _from_yaml(config: Path | None) -> dict[str, dict[str, Any]]:
    if config is None:
        return {}
    try:
        tree = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise UsageError(f"cannot read the settings file {config}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{config} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(tree, dict) or not all(isinstance(values, dict) for values in tree.values()):
        raise UsageError(f"{config} must hold sections with keys, such as 'lake: {{root: ./lake}}'")
    return tree


def _from_environ(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """TUBELAKE_SECTION_KEY; other variables with that prefix are none of our business."""
    tree: dict[str, dict[str, Any]] = {}
    for variable, value in environ.items():
        section, _, key = variable.removeprefix(ENV_PREFIX).lower().partition("_")
        if variable.startswith(ENV_PREFIX) and section in Settings.model_fields and key:
            tree.setdefault(section, {})[key] = value
    if environ.get("YOUTUBE_API_KEY"):
        tree.setdefault("youtube", {}).setdefault("api_key", environ["YOUTUBE_API_KEY"])
    return tree


def _from_overrides(overrides: Iterable[str]) -> dict[str, dict[str, Any]]:
    values: dict[str, object] = {}
    for override in overrides:
        name, _, value = override.partition("=")
        if not re.fullmatch(r"\s*\w+\.\w+\s*=.*", override, re.DOTALL):
            raise UsageError(f"--set wants section.key=value, such as --set lake.root=./lake; got {override!r}")
        values[name.strip()] = value
    return _nested(values)


def _nested(values: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    tree: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, key = name.partition(".")
        tree.setdefault(section, {})[key] = value
    return tree


def names() -> list[str]:
    """Every setting as section.key."""
    sections = ((name, field.annotation) for name, field in Settings.model_fields.items())
    return [
        f"{name}.{key}"
        for name, section in sections
        if isinstance(section, type) and issubclass(section, Section)
        for key in section.model_fields
    ]


def _explain(detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    if detail["type"] != "extra_forbidden":
        shown = "" if "api_key" in name else f", got {detail['input']!r}"
        return f"setting {name}: {detail['msg'][0].lower()}{detail['msg'][1:]}{shown}"
    known = names() if "." in name else list(Settings.model_fields)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"unknown setting {name}" + (f"; did you mean {nearest[0]}?" if nearest else "; see: tubelake settings")


def explained(values: Settings) -> list[tuple[str, str, str]]:
    """Every setting with its value and what it means; secrets are not shown."""
    rows = []
    for name in names():
        section, key = name.split(".")
        part = getattr(values, section)
        value, meaning = getattr(part, key), type(part).model_fields[key].description or ""
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
        rows.append((name, shown, " ".join(meaning.split())))
    return rows
