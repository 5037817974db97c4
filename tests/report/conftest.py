"""Settings for sections of the report that are read from a lake of a test module."""

from collections.abc import Callable

import pytest

from tubelake import settings
from tubelake.settings import Lake, Settings


@pytest.fixture(scope="session")
def settings_of(tmp_path_factory) -> Callable[[Lake], Settings]:
    logs = tmp_path_factory.mktemp("logs")
    return lambda lake: settings.load(overrides=[f"lake.root={lake.root}", f"run.logs={logs}"], environ={})
