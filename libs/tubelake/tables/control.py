"""Tables about the runs themselves."""

from tubelake.tables.model import Table, columns

# The version of the lake: `libs/tubelake/migrations.py` says which changes raise it, and brings older lakes up to it.
LAKE_VERSION = 2
VERSION_PROPERTY = "tubelake.lakeVersion"
QUOTA_BUCKETS = Table(
    "control", "quota_buckets", "Units of each quota bucket and Pacific day",
    columns("""
    project        string     API project
    bucket         string     search, stats or common
    quota_day      date       Pacific day
    units_leased   bigint     Units handed to runs; what a killed run did not log stays spent
    units_settled  bigint     Units that answers are known to have cost
    exhausted      boolean    Whether the API itself said that the day's quota is used up
    updated_at     timestamp  Last change (UTC)
    """),
    key=("project", "bucket", "quota_day"),
    # Two first leases at once must not both insert the row.
    properties=(("delta.isolationLevel", "Serializable"),),
)  # fmt: skip
JOB_RUNS = Table(
    "control", "job_runs", "One row a job that did something or failed",
    columns("""
    run_id      string     Run
    job         string     Job
    started_at  timestamp  Start (UTC)
    seconds     double     How long it took (s)
    rows_in     bigint     Rows read
    rows_out    bigint     Rows written or changed
    calls       bigint     Calls of the API
    units       bigint     Units they cost
    outcome     string     done, quota, blocked, usage or failed
    message     string     Closing line
    """), key=("run_id", "job"), properties=((VERSION_PROPERTY, str(LAKE_VERSION)),),
)  # fmt: skip
