"""What only the user can put right is one line, wherever it is found out."""

import pytest

from tubelake import devices
from tubelake.errors import UsageError, for_the_user


def test_what_a_task_finds_wrong_is_told_as_if_the_driver_had_found_it(spark):
    def on_executor(batches):
        devices.here("gpu")
        yield from batches

    with (
        pytest.raises(
            UsageError, match=r"^vision\.device=gpu, but Spark gave this task no GPU: .* or vision\.device=auto$"
        ),
        for_the_user(),
    ):
        spark.range(1).mapInArrow(on_executor, "id bigint").collect()


def test_other_failures_stay_what_they_are(spark):
    def on_executor(batches):
        raise ValueError("of a task")

    with pytest.raises(Exception, match="ValueError: of a task") as raised, for_the_user():
        spark.range(1).mapInArrow(on_executor, "id bigint").collect()
    assert not isinstance(raised.value, UsageError)
