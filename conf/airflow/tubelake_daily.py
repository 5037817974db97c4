"""TubeLake every day under Airflow 3: a task a job, in the order of what the jobs read and write.

Put this file and `conf/resources/jobs.yml` (as `jobs.yml`) into the folder of DAGs, or let Airflow sync the repository.
Workers need `tubelake-job` on their PATH, Java 17, and the settings file that the variable TUBELAKE_CONFIG names:
https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html
"""

from pathlib import Path

import pendulum
import yaml
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

HERE = Path(__file__).parent
# The same order that the Databricks bundle has, which `python -m tubelake.bundle` makes of what the jobs read and write.
ORDER = next(file for file in (HERE / "jobs.yml", HERE.parent / "resources" / "jobs.yml") if file.is_file())
TASKS = yaml.safe_load(ORDER.read_text(encoding="utf-8"))["resources"]["jobs"]["tubelake"]["tasks"]

with DAG(
    "tubelake_daily",
    description="From keywords to gold tables and the report",
    # The quota's day begins at midnight in California.
    schedule="15 0 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Los_Angeles"),
    catchup=False,  # a run goes on where the one before stopped: days that were missed need none of their own
    max_active_runs=1,
    default_args={
        "retries": 0,  # the next day's run is the retry, and one at once would ask what has just failed
        # The key is the password of a connection named youtube: Airflow hides it in logs.
        "env": {"YOUTUBE_API_KEY": "{{ conn.youtube.password }}"},
        "append_env": True,
        # A spent quota (75) is no failure. What is there is built, and tomorrow's run goes on.
        "skip_on_exit_code": 75,
        "trigger_rule": "none_failed",
    },
    tags=["tubelake"],
) as dag:
    operators = {
        task["task_key"]: BashOperator(
            task_id=task["task_key"], bash_command=f'tubelake-job {task["task_key"]} --config "$TUBELAKE_CONFIG"'
        )
        for task in TASKS
    }
    for task in TASKS:
        for before in task.get("depends_on", ()):
            operators[before["task_key"]] >> operators[task["task_key"]]
    report = BashOperator(task_id="report", bash_command='tubelake report --config "$TUBELAKE_CONFIG"')
    report << [operator for operator in operators.values() if not operator.downstream_list]
