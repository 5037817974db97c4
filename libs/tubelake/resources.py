"""Folders that travel with the package: beside it in a wheel, at the top of the tree in a checkout."""

from pathlib import Path


def path(folder: str) -> Path:
    """The folder `conf` or `jobs`, wherever the package was installed from."""
    package = Path(__file__).parent
    candidates = (package / folder, package.parents[1] / folder)
    return next((candidate for candidate in candidates if candidate.is_dir()), candidates[0])
