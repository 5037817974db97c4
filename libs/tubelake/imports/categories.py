"""Names of video categories: from the JSON files that come with the CSV files, else YouTube's usual ones."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from tubelake.errors import UsageError

PATTERN = "*_category_id.json"  # answers of videoCategories.list, one a country
STANDARD: Mapping[str, str] = MappingProxyType({
    "1": "Film & Animation", "2": "Autos & Vehicles", "10": "Music", "15": "Pets & Animals", "17": "Sports",
    "18": "Short Movies", "19": "Travel & Events", "20": "Gaming", "21": "Videoblogging", "22": "People & Blogs",
    "23": "Comedy", "24": "Entertainment", "25": "News & Politics", "26": "Howto & Style", "27": "Education",
    "28": "Science & Technology", "29": "Nonprofits & Activism", "30": "Movies", "31": "Anime/Animation",
    "32": "Action/Adventure", "33": "Classics", "34": "Comedy", "35": "Documentary", "36": "Drama", "37": "Family",
    "38": "Foreign", "39": "Horror", "40": "Sci-Fi/Fantasy", "41": "Thriller", "42": "Shorts", "43": "Shows",
    "44": "Trailers",
})  # fmt: skip


def find_names(files: Iterable[Path], folder: str | None) -> dict[str, dict[str, str]]:
    """Names by country and id, from the JSON files of `folder`, or of the CSV files' folders where it is None.

    Raises UsageError for a folder without such files, and for a file that is no answer of videoCategories.list.
    """
    if folder is not None:
        found = sorted(Path(folder).expanduser().glob(PATTERN))
        if not found:
            raise UsageError(f"import.categories: no {PATTERN} in {folder}")
    else:
        folders = sorted({file.parent for file in files})
        found = [file for place in folders for each in (place, place / "category_id") for file in each.glob(PATTERN)]
    return {match[0]: _read(file) for file in found if (match := re.match(r"[A-Z]{2}(?=_)", file.name))}


def _read(file: Path) -> dict[str, str]:
    try:
        items = json.loads(file.read_text(encoding="utf-8-sig"))["items"]
        return {str(item["id"]): str(item["snippet"]["title"]) for item in items}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is no answer of videoCategories.list ({error}); mend or remove it") from None


def name(names: Mapping[str, Mapping[str, str]], country: str | None, category_id: str) -> str | None:
    """The name of a category in a country; None for an id that neither the country nor YouTube's table has."""
    return names.get(country or "", {}).get(category_id) or STANDARD.get(category_id)
