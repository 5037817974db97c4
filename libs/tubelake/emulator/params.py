"""Query parameters: checked against the discovery document, the real 400 where they are wrong."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from tubelake.emulator import discovery, errors

Params: TypeAlias = Mapping[str, str]
MAX_IDS = 50
_OWNERS_ONLY = frozenset(
    {"mine", "mySubscribers", "managedByMe", "myRating", "forMine", "forContentOwner", "forDeveloper"}
)


def read(method: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters of one call, repeated ones joined by a comma; unknown names and values are the 400."""
    known = discovery.parameters(method)
    params: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise errors.unknown_parameter(name)
        repeated = name in params and known[name].get("repeated")
        params[name] = f"{params[name]},{value}" if repeated else value
    for name, value in params.items():
        _check_value(name, value, known[name].get("enum"))
    return params


def _check_value(name: str, value: str, allowed: Sequence[str] | None) -> None:
    if allowed is not None and value not in allowed:
        raise errors.invalid_value(name, value, f"Allowed values: [{', '.join(allowed)}]")
    if name in _OWNERS_ONLY:
        raise errors.not_authorized(name)


def words(params: Params, name: str) -> tuple[str, ...]:
    """The non-empty elements of a comma-separated parameter, each once, in the order given."""
    return tuple(dict.fromkeys(part.strip() for part in params.get(name, "").split(",") if part.strip()))


def parts(params: Params, resource: str) -> frozenset[str]:
    """The parts asked for; none and unknown ones are the real 400."""
    name = "part"
    asked = words(params, name)
    if not asked:
        raise errors.missing_parameter(name)
    for part in asked:
        if part not in discovery.parts(resource):
            raise errors.unknown_part(part)
    return frozenset(asked)


def ids(params: Params, name: str = "id") -> tuple[str, ...]:
    """The ids asked for, at most 50."""
    found = words(params, name)
    if len(found) > MAX_IDS:
        message = "The request specifies an invalid filter parameter."
        raise errors.ApiError(400, "invalidFilters", message, location="parameters.", location_type="other")
    return found


def max_results(params: Params, default: int = 5, lowest: int = 0, highest: int = MAX_IDS) -> int:
    """The page size; outside `lowest`..`highest` is the real 400."""
    name = "maxResults"
    text = params.get(name, str(default))
    hint = f"Values must be within the range: [{lowest}, {highest}]"
    try:
        size = int(text)
    except ValueError:
        raise errors.invalid_value(name, text, hint) from None
    if not lowest <= size <= highest:
        raise errors.invalid_value(name, text, hint)
    return size


def one_filter(params: Params, names: Sequence[str]) -> str:
    """Which one of `names` the call filters by; none and several are the real 400."""
    given = [name for name in names if params.get(name)]
    if len(given) != 1:
        raise errors.filter_error(given, names)
    return given[0]
