"""What the real API takes and gives, read off the discovery document that google-api-python-client ships."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache

# `etag` and `kind` are in every resource; all its other properties are parts one can ask for.
_NOT_PARTS = frozenset({"etag", "kind"})


@lru_cache(maxsize=1)
def document() -> Mapping[str, Any]:
    """The discovery document of YouTube's Data API, version 3."""
    folder = Path(googleapiclient.discovery_cache.__file__).parent / "documents"
    loaded: Mapping[str, Any] = json.loads((folder / "youtube.v3.json").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=64)
def parameters(method: str) -> Mapping[str, Mapping[str, Any]]:
    """The query parameters of `method` ("videos.list"), the ones common to all methods included."""
    resource, name = method.split(".")
    own = document()["resources"][resource]["methods"][name]["parameters"]
    return {**document()["parameters"], **own}


@lru_cache(maxsize=64)
def parts(resource: str) -> frozenset[str]:
    """The part names of a resource schema ("Video")."""
    return frozenset(document()["schemas"][resource]["properties"]) - _NOT_PARTS


def response_schema(method: str) -> str:
    """The name of the schema of `method`'s answer ("VideoListResponse")."""
    resource, name = method.split(".")
    return str(document()["resources"][resource]["methods"][name]["response"]["$ref"])


def schema(name: str) -> Mapping[str, Any]:
    """One schema of the document, by name."""
    found: Mapping[str, Any] = document()["schemas"][name]
    return found
