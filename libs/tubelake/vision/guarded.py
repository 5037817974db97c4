"""Models in a process of their own: one that hangs or crashes ends with its picture, and the task goes on."""

import importlib
import re
import resource
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

from pebble import ProcessExpired, ProcessPool

from tubelake.errors import TubeLakeError, UsageError

LOADING_SECONDS = 600.0  # a model's first time on a busy machine; keras-ocr may download its weights then
Read: TypeAlias = Callable[[list[bytes]], list[dict[str, Any]]]


@dataclass(frozen=True)
class Model:
    """A module with `load(options) -> Read`, and its options, which can be hashed and sent to a process."""

    module: str
    options: Any


class Failed(Exception):  # noqa: N818 - of one picture, not of the run
    """The model raised an error, which may be of a type that only its own process knows."""


_BROKEN = (Failed, Late, ProcessExpired)


def read(
    model: Model, items: Sequence[bytes], seconds: float, memory_mb: int | None = None
) -> Iterator[dict[str, Any]]:
    """What the model says of each item, in order; of one that it cannot read {"error": why}.

    The items are tried together for `seconds`, and where that fails each alone, once more. A process that has held more
    than `memory_mb` is ended, and the next items start another. Raises UsageError, or what else kept the model from being
    loaded.
    """
    _call(_load, (model,), LOADING_SECONDS)
    try:
        yield from _call(_read, (model, list(items)), seconds)
    except _BROKEN:
        for item in items:
            yield _alone(model, item, seconds)
    if memory_mb is not None and _call(_most_held, (), LOADING_SECONDS) > memory_mb:
        end()


def end() -> None:
    """End the model's process, if there is one."""
    if _process.cache_info().currsize:
        _process().stop()  # type: ignore[no-untyped-call]
        _process().join()
        _process.cache_clear()


def once(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float, what: str) -> Any:
    """What the function gives, in a process that ends with it. Raises what it raised, and TubeLakeError where it hung or crashed."""
    # Libraries warn there of how they are made, from their import on.
    own = ProcessPool(1, initializer=warnings.simplefilter, initargs=("ignore",), context=get_context("spawn"))
    with own as process:
        try:
            return process.schedule(function, args=arguments, timeout=seconds).result()
        except Late:
            raise TubeLakeError(f"{what} was ended: it took more than {seconds:g} s") from None
        except (ProcessExpired, BrokenExecutor) as error:
            raise TubeLakeError(f"{what} crashed its process ({error}): run again") from None


def _alone(model: Model, item: bytes, seconds: float) -> dict[str, Any]:
    _call(_load, (model,), LOADING_SECONDS)  # its process may have been ended
    try:
        return _call(_read, (model, [item]), seconds)[0]  # type: ignore[no-any-return]
    except _BROKEN as error:
        return {"error": _reason(error, seconds)}


def _reason(error: Exception, seconds: float) -> str:
    if isinstance(error, Failed):
        return str(error)
    if isinstance(error, Late):
        return f"timeOut: more than {seconds:g} s"
    return f"crashed: {error}"


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
    return _process().schedule(function, args=arguments, timeout=seconds).result()


@lru_cache
def _process() -> ProcessPool:
    """One a worker, for as long as the worker lives; it is started anew where it was ended."""
    return ProcessPool(max_workers=1, context=get_context("spawn"))


def _load(model: Model) -> None:
    """In the model's process."""
    _loaded(model)


def _read(model: Model, items: list[bytes]) -> list[dict[str, Any]]:
    """In the model's process."""
    try:
        return _loaded(model)(items)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - a model may raise anything for a picture, which is the only one to suffer
        raise Failed(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from None


def _most_held() -> float:
    """In the model's process: the most memory that it has held so far (MB)."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where `getrusage` also counts what the process that started this one held
        return float(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


@lru_cache(2)
def _loaded(model: Model) -> Read:
    return importlib.import_module(model.module).load(model.options)  # type: ignore[no-any-return]
