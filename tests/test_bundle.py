"""The Databricks bundle: its jobs are what our jobs read and write, and what Databricks and our own commands understand."""

import graphlib
import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml
from databricks.bundles.jobs import ClusterSpec, Job

from tubelake import bundle, job, pipeline, session, settings

CONF = Path(__file__).parents[1] / "conf"
BUNDLE = yaml.safe_load((CONF / "databricks.yml").read_text(encoding="utf-8"))
JOBS = yaml.safe_load((CONF / "resources/jobs.yml").read_text(encoding="utf-8"))["resources"]["jobs"]
TASKS = [task for each in JOBS.values() for task in each["tasks"]]


def test_the_file_is_current():
    assert (CONF / "resources/jobs.yml").read_text(encoding="utf-8") == bundle.text()


@pytest.mark.parametrize("name", JOBS)
def test_databricks_understands_the_job(name):
    """Its own package refuses fields that it does not know, and values of another type."""
    understood = Job.from_dict(JOBS[name])
    assert [task.task_key for task in understood.tasks] == [task["task_key"] for task in JOBS[name]["tasks"]]
    with pytest.raises((TypeError, ValueError)):
        Job.from_dict({**JOBS[name], "task": []})


def test_databricks_understands_the_cluster():
    assert ClusterSpec.from_dict(BUNDLE["variables"]["cluster"]["default"]).num_workers


@pytest.mark.parametrize("name", JOBS)
def test_tasks_come_after_each_other_as_the_jobs_feed_each_other(name):
    tasks = {
        task["task_key"]: [other["task_key"] for other in task.get("depends_on", [])] for task in JOBS[name]["tasks"]
    }

    def before(graph: dict[str, list[str]], task: str) -> set[str]:
        return set(graph[task]).union(*(before(graph, other) for other in graph[task]))

    graph = pipeline.graph(list(tasks))
    assert {task: before(tasks, task) for task in tasks} == {task: before(graph, task) for task in tasks}
    list(graphlib.TopologicalSorter(tasks).static_order())


def test_every_job_that_writes_is_in_one_of_them_but_for_those_that_need_what_a_user_gives():
    given = {"collect_charts", "build_charts", "collect_channels", "import_trending", "build_trending", "import_labels"}
    trained = {"train_emotion", "train_sentiment"}
    expected = {*pipeline.writers(), "maintain_tables"} - given - trained - {"score_aspects"}
    assert {task["task_key"] for task in TASKS} == expected


def test_every_entry_point_is_one_of_the_package():
    ours = {entry.name for entry in entry_points(group="console_scripts") if entry.dist.name == "tubelake"}
    assert {task["python_wheel_task"]["entry_point"] for task in TASKS} <= ours
    assert {task["python_wheel_task"]["package_name"] for task in TASKS} == {"tubelake"}


def test_every_task_names_a_job_and_settings_that_there_are():
    for task in TASKS:
        name, *rest = task["python_wheel_task"]["parameters"]
        assert name == task["task_key"]
        assert name in job.find_all()
        assert set(rest[::2]) == {"--set"}
        assert {given.partition("=")[0] for given in rest[1::2]} <= set(settings.names())


def test_every_name_that_is_used_is_declared():
    text = (CONF / "resources/jobs.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{var\.(\w+)\}", text)) == set(BUNDLE["variables"])
    for each in JOBS.values():
        declared = {parameter["name"] for parameter in each["parameters"]}
        assert set(re.findall(r"\{\{job\.parameters\.(\w+)\}\}", str(each["tasks"]))) == declared
        compute = {cluster["job_cluster_key"] for cluster in each["job_clusters"]}
        compute |= {environment["environment_key"] for environment in each["environments"]}
        assert {task.get("job_cluster_key") or task["environment_key"] for task in each["tasks"]} <= compute


def test_what_calls_youtube_runs_where_python_may_and_its_failure_does_not_stop_the_builds():
    for task in TASKS:
        if task["task_key"].startswith("collect_"):
            assert "job_cluster_key" in task, task
        if any(other["task_key"].startswith("collect_") for other in task.get("depends_on", [])):
            assert task["run_if"] == "ALL_DONE", task


def test_the_cluster_s_settings_are_those_of_our_own_session():
    given = BUNDLE["variables"]["cluster"]["default"]["spark_conf"]
    ours = session.session_conf(settings.Spark(master="spark://a:1"))
    assert {name: given[name] for name in given} == {name: ours[name] for name in given}
