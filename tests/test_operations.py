"""What starts TubeLake every day: cron's lines, systemd's units, Airflow's DAG, by those that read them."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from tubelake import cli, job
from tubelake.errors import Postponed

ROOT = Path(__file__).parents[1]
UNITS = sorted((ROOT / "conf/systemd").iterdir())
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
BUNDLE = yaml.safe_load((ROOT / "conf/resources/jobs.yml").read_text(encoding="utf-8"))["resources"]["jobs"]
SECOND, MINUTE, HOUR, *_ = BUNDLE["tubelake"]["schedule"]["quartz_cron_expression"].split()
AIRFLOW = ("apache-airflow==3.3.2", "apache-airflow-providers-standard==1.21.0")
# Airflow's own reading of the folder, without its database.
READ_DAGS = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
dag = bag.dags["tubelake_daily"]
tasks = {t.task_id: [sorted(t.upstream_task_ids), t.bash_command, t.skip_on_exit_code, t.trigger_rule] for t in dag.tasks}
print(json.dumps([bag.import_errors, dag.schedule, str(dag.timezone), dag.catchup, dag.max_active_runs, tasks]))
"""


def understood(command: str) -> str:
    """The name of a command of ours, with options that it has."""
    name, *arguments = shlex.split(command)
    get_command(cli.app).commands[name].make_context(name, arguments)
    return name


def test_cron_starts_commands_that_there_are_after_the_quota_is_new():
    lines = re.findall(r"^(\d+) (\d+) \* \* \*\s+.* && \S+/tubelake (.+)$", PAGE, re.MULTILINE)
    assert [understood(command) for *_, command in lines] == ["pipeline", "maintain"]
    assert lines[0][:2] == (MINUTE, HOUR)
    assert "CRON_TZ=America/Los_Angeles" in PAGE


def test_units_start_the_pipeline_after_the_quota_is_new():
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # systemd's names have capitals
    read.read(UNITS)
    assert understood(read["Service"]["ExecStart"].partition("/bin/tubelake ")[2]) == "pipeline"
    assert read["Service"]["SuccessExitStatus"] == str(Postponed.exit_code)
    assert read["Timer"]["OnCalendar"] == f"*-*-* {int(HOUR):02}:{int(MINUTE):02}:{int(SECOND):02} America/Los_Angeles"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit, tmp_path):
    def complaints(text: str) -> list[str]:
        (tmp_path / "tubelake.service").write_text(UNITS[0].read_text())
        (tmp_path / unit.name).write_text(text)
        command = ["systemd-analyze", "verify", str(tmp_path / unit.name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return [line for line in done.stderr.splitlines() if str(tmp_path) in line]

    assert complaints(unit.read_text()) == []
    spoilt = (
        unit.read_text().replace("\n[Service]\n", "\n[Service]\nTyp=x\n").replace("\n[Timer]\n", "\n[Timer]\nOn=x\n")
    )
    assert "Unknown key" in complaints(spoilt)[0]


@pytest.mark.slow  # Airflow is fetched into an environment of its own
def test_airflow_reads_the_dag(tmp_path):
    uv = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv/bin/uv")
    needed = [part for package in AIRFLOW for part in ("--with", package)]
    done = subprocess.run(
        [uv, "run", "--isolated", "--no-project", "--python", sys.executable, *needed, "python", "-c", READ_DAGS,
         str(ROOT / "conf/airflow")],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)}, cwd=tmp_path, capture_output=True, text=True, timeout=500,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    errors, schedule, timezone, catchup, most, tasks = json.loads(done.stdout.splitlines()[-1])
    assert (errors, catchup, most) == ({}, False, 1)
    assert (schedule, timezone) == (f"{MINUTE} {HOUR} * * *", BUNDLE["tubelake"]["schedule"]["timezone_id"])
    before = {
        task["task_key"]: sorted(other["task_key"] for other in task.get("depends_on", []))
        for task in BUNDLE["tubelake"]["tasks"]
    }
    assert {name: told[0] for name, told in tasks.items() if name != "report"} == before
    assert tasks.keys() - {"report"} <= job.find_all().keys()
    others = {name for name in before if not any(name in others for others in before.values())}
    assert set(tasks["report"][0]) == others
    for name, (_, command, skipped, rule) in tasks.items():
        started = (
            command.replace("tubelake-job ", "run ", 1).removeprefix("tubelake ").replace("$TUBELAKE_CONFIG", "a.yml")
        )
        assert understood(started) == ("report" if name == "report" else "run")
        assert (skipped, rule) == ([Postponed.exit_code], "none_failed")
