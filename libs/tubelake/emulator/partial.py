"""Partial responses: the `fields` parameter, in Google's grammar `a,b(c,d),e/f,*`."""

import re
from functools import lru_cache
from typing import Any, TypeAlias

from tubelake.emulator import discovery
from tubelake.emulator.errors import ApiError

# None stands for "the whole value".
Tree: TypeAlias = "dict[str, Tree] | None"
_TOKEN = re.compile(r"\s*([A-Za-z_$][\w$-]*|[*,()/])\s*")
_ENDS = frozenset({"", ",", ")"})


@lru_cache(maxsize=256)
def selection(method: str, fields: str) -> Tree:
    """The tree that `fields` selects in an answer of `method`; a field it cannot have is the real 400."""
    tokens = _tokens(fields)
    tree = _list(tokens, fields)
    if tokens:
        raise _invalid(fields)
    _check(tree, discovery.schema(discovery.response_schema(method)))
    return tree


def pick(value: Any, tree: Tree) -> Any:
    """`value` with only what `tree` selects; lists are selected item by item."""
    if tree is None or ("*" in tree and tree["*"] is None):
        return value
    if isinstance(value, list):
        return [pick(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: pick(value[name], tree.get(name, tree.get("*"))) for name in _chosen(value, tree)}


def _chosen(value: dict[str, Any], tree: dict[str, Tree]) -> list[str]:
    return [name for name in value if name in tree or "*" in tree]


def _tokens(fields: str) -> list[str]:
    """The tokens of `fields`, last one first, so that `pop` takes the next."""
    tokens, at = [], 0
    while at < len(fields):
        match = _TOKEN.match(fields, at)
        if match is None:
            raise _invalid(fields)
        tokens.append(match.group(1))
        at = match.end()
    return tokens[::-1]


def _list(tokens: list[str], fields: str) -> dict[str, Tree]:
    tree: dict[str, Tree] = {}
    while True:
        name, below = _item(tokens, fields)
        tree[name] = _merged(tree[name], below) if name in tree else below
        if not tokens or tokens[-1] != ",":
            return tree
        tokens.pop()


def _item(tokens: list[str], fields: str) -> tuple[str, Tree]:
    name = tokens.pop() if tokens else ""
    if name in _ENDS or name in "(/":
        raise _invalid(fields)
    following = tokens[-1] if tokens else ""
    if following == "/":
        tokens.pop()
        below_name, below = _item(tokens, fields)
        return name, {below_name: below}
    if following != "(":
        return name, None
    tokens.pop()
    tree = _list(tokens, fields)
    if not tokens or tokens.pop() != ")":
        raise _invalid(fields)
    return name, tree


def _merged(one: Tree, other: Tree) -> Tree:
    if one is None or other is None:
        return None
    shared = {name: _merged(one[name], other[name]) for name in one.keys() & other.keys()}
    return one | other | shared


def _check(tree: Tree, schema: Any) -> None:
    """Raise for a name that `schema` lacks; free-form objects and "*" take any name."""
    for name, below in (tree or {}).items():
        known = schema.get("properties")
        if name == "*" or known is None:
            continue
        if name not in known:
            raise _invalid(name)
        inner = known[name].get("items", known[name])
        _check(below, discovery.schema(inner["$ref"]) if "$ref" in inner else inner)


def _invalid(fields: str) -> ApiError:
    message = f"Invalid field selection {fields}"
    return ApiError(400, "invalidParameter", message, domain="global", location="fields")
