"""Settings from defaults < YAML < environment < command line; each error names the key and the nearest right one."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tubelake.errors import UsageError
from tubelake.settings.section import Section
from tubelake.settings.sections import Settings

ENV_PREFIX = "TUBELAKE_"
_SECRETS = {"youtube.api_key", "privacy.key", "captions.proxy"}
# The field of each section, by the section's name: `import` is a keyword of Python, so its field is `import_`.
_FIELDS = {field.alias or name: name for name, field in Settings.model_fields.items()}


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
    import yaml  # most commands have no file, and this takes 0.1 s

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
        if variable.startswith(ENV_PREFIX) and section in _FIELDS and key:
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
    sections = ((name, Settings.model_fields[field].annotation) for name, field in _FIELDS.items())
    return [
        f"{name}.{key}"
        for name, section in sections
        if isinstance(section, type) and issubclass(section, Section)
        for key in section.model_fields
    ]


def value(values: Settings, name: str) -> Any:
    """The value of a setting by its name, such as "lake.root"."""
    section, key = name.split(".")
    return getattr(getattr(values, _FIELDS[section]), key)


def changed(values: Settings, section: str, **given: object) -> Settings:
    """The settings with other values in one section; they are not checked again."""
    return values.model_copy(update={section: getattr(values, section).model_copy(update=given)})


def _explain(detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    if detail["type"] != "extra_forbidden":
        shown = "" if name in _SECRETS else f", got {detail['input']!r}"
        return f"setting {name}: {detail['msg'][0].lower()}{detail['msg'][1:]}{shown}"
    known = names() if "." in name else list(_FIELDS)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"unknown setting {name}" + (f"; did you mean {nearest[0]}?" if nearest else "; see: tubelake settings")


def explained(values: Settings) -> list[tuple[str, str, str]]:
    """Every setting with its value and what it means; secrets are not shown."""
    rows = []
    for name in names():
        section, key = name.split(".")
        meaning = type(getattr(values, _FIELDS[section])).model_fields[key].description or ""
        found = value(values, name)
        shown = ", ".join(map(str, found)) if isinstance(found, tuple) else "" if found is None else str(found)
        rows.append((name, shown, " ".join(meaning.split())))
    return rows
