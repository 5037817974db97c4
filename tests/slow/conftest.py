"""What slow tests share: the demo, run once as a newcomer runs it."""

import pytest
from tests.slow.demoing import Demo, run_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    return Demo(folder, run_demo(folder))
