"""What ends a run: each error is one line with its remedy, and carries the exit code of the process."""

import re
from collections.abc import Iterator
from contextlib import contextmanager


class TubeLakeError(Exception):
    """A failure that the user can read; the process ends with exit code 1."""

    exit_code = 1
    outcome = "failed"
    calls = 0  # of the API, made before the error; set by the run that they belong to
    units = 0


class UsageError(TubeLakeError):
    """A wrong option, setting, key or lake: nothing was started; exit code 2."""

    exit_code = 2
    outcome = "usage"


def first_line(error: Exception) -> str:
    """The one line of an error that says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


# What a task raises comes to the driver as the text of its traceback.
_OF_A_TASK = re.compile(r"^\s*tubelake\.errors\.UsageError: (.+)$", re.MULTILINE)


@contextmanager
def for_the_user() -> Iterator[None]:
    """Raises UsageError for what is the user's to put right: a package that is missing, or what a task says is wrong."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the package {error.name} is not installed: install tubelake with its extras, "
            "tubelake[spark35,nlp,korean,vision,embed,train], or those of them that you need"
        ) from error
    except TubeLakeError:
        raise
    except Exception as error:
        if told := _OF_A_TASK.findall(str(error)):
            raise UsageError(told[-1]) from error
        raise


class Postponed(TubeLakeError):  # noqa: N818 - not an error of anybody
    """Nothing more can be fetched for now, everything fetched is kept: run again later; exit code 75."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h: a scheduler may simply try again later


class QuotaSpent(Postponed):
    """The day's units are used up: run again after the reset."""

    outcome = "quota"


class Blocked(Postponed):
    """YouTube blocks this address: run again in some hours, slower, or through a proxy."""

    outcome = "blocked"
