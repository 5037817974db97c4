"""The jobs of a Databricks bundle, made of what our jobs read and write: `python -m tubelake.bundle > conf/resources/jobs.yml`."""

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.metadata import requires
from typing import Any, TypeAlias

import yaml

from tubelake import pipeline, settings

Tree: TypeAlias = dict[str, Any]

# What every run asks for; what needs a setting of its own (charts, imports, aspects) is added by hand where it is wanted.
WORDS = ("text", "captions", "comments", "channels", "thumbnails", "pictures", "embeddings", "features", "recall")
# Models in a process of their own beside each task. They run on classic compute, as what calls YouTube does: functions in
# Python have no internet on serverless compute, and less memory than models want.
WITH_MODELS = ("read_thumbnails", "read_faces", "embed_text")
EXTRAS = ("nlp", "korean", "vision", "embed")
CLASSIC, SERVERLESS = "classic", "serverless"
ENVIRONMENT = "2"  # of serverless compute: the one with Python 3.11
WHEEL = "../dist/*.whl"
HEAD = """\
# Made by `python -m tubelake.bundle > conf/resources/jobs.yml` from what the jobs read and write; a test says when it is stale.
# Compute, names and schedules are explained in docs/databricks.md; what you change is in conf/databricks.yml.
"""


def resources() -> Tree:
    """All resources of the bundle."""
    return {"resources": {"jobs": {"tubelake": collecting(), "tubelake_chat": chat(), "tubelake_upkeep": upkeep()}}}


def collecting() -> Tree:
    """From keywords to gold tables, every day after the quota's reset: what one day could not pay, the next goes on with."""
    names = pipeline.jobs_of(settings.load(overrides=["search.keywords=any"], environ={}), WORDS)
    given, sets = {"keywords": "${var.keywords}"}, ["search.keywords={{job.parameters.keywords}}"]
    return _job("tubelake", names, "0 15 0 * * ?", given, sets)


def chat() -> Tree:
    """Live chats to their end, when somebody starts it: a stream cannot be read again."""
    names = pipeline.in_order(["collect_chat", "build_chat", "analyse_chat"])
    return _job("tubelake chat", names, None, {"video_ids": ""}, ["chat.video_ids={{job.parameters.video_ids}}"])


def upkeep() -> Tree:
    """What YouTube's policy asks for, and small files put together."""
    return _job("tubelake upkeep", ["maintain_tables"], "0 30 12 * * ?", {}, [])


def _job(name: str, names: Sequence[str], cron: str | None, parameters: Mapping[str, str], sets: Sequence[str]) -> Tree:
    before = reduced(pipeline.graph(names))
    given = {"catalog": "${var.catalog}", **parameters}
    tasks = [_task(each, before[each], sets) for each in names]
    schedule = {"quartz_cron_expression": cron, "timezone_id": "America/Los_Angeles"}
    return {
        "name": name,
        "max_concurrent_runs": 1,
        "parameters": [{"name": key, "default": value} for key, value in given.items()],
        **({"schedule": schedule} if cron else {}),
        "job_clusters": [{"job_cluster_key": CLASSIC, "new_cluster": "${var.cluster}"}],
        "environments": [{"environment_key": SERVERLESS, "spec": _environment()}],
        "tasks": tasks,
    }  # fmt: skip


def _task(name: str, before: Sequence[str], sets: Sequence[str]) -> Tree:
    overrides = ["lake.catalog={{job.parameters.catalog}}", "run.logs=/tmp/tubelake", *sets]
    parameters = [name, *(part for override in overrides for part in ("--set", override))]
    # A spent quota ends what collects with exit code 75, which Databricks calls a failure: what is there is built anyway.
    gone_on = {"run_if": "ALL_DONE"} if any(map(_collects, before)) else {}
    is_classic = _collects(name) or name in WITH_MODELS
    classic = {"job_cluster_key": CLASSIC, "libraries": _libraries(name)}
    return {
        "task_key": name,
        **({"depends_on": [{"task_key": other} for other in before]} if before else {}),
        **gone_on,
        "python_wheel_task": {"package_name": "tubelake", "entry_point": "tubelake-job", "parameters": parameters},
        **(classic if is_classic else {"environment_key": SERVERLESS}),
        "max_retries": 0,  # the next day's run is the retry, and one at once would ask what has just failed
    }


def _libraries(name: str) -> list[Tree]:
    """The wheel; for models also the packages of extras, which pip cannot name with a wheel's path."""
    packages = _packages(EXTRAS) if name in WITH_MODELS else []
    return [{"whl": WHEEL}, *({"pypi": {"package": each}} for each in packages)]


def _environment() -> Tree:
    return {"environment_version": ENVIRONMENT, "dependencies": [WHEEL, *_packages(("nlp", "korean"))]}


def _packages(extras: Iterable[str]) -> list[str]:
    """What these extras need, as they are declared."""
    markers = {f"extra == '{extra}'" for extra in extras}
    declared = (each.partition(";") for each in requires("tubelake") or ())
    return sorted({package.strip() for package, _, marker in declared if marker.strip() in markers})


def _collects(name: str) -> bool:
    return name.startswith("collect_")


def reduced(graph: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """The same order with the fewest edges: no job names another that one of its others comes after."""

    def all_before(name: str) -> set[str]:
        return set(graph[name]).union(*map(all_before, graph[name]))

    return {
        name: [each for each in before if not any(each in all_before(other) for other in before)]
        for name, before in graph.items()
    }


def text() -> str:
    """The file."""
    return HEAD + yaml.safe_dump(resources(), sort_keys=False, width=120)


if __name__ == "__main__":
    sys.stdout.write(text())
