"""The overview of a run as a terminal shows it: over a pseudo terminal, of 80 and of 160 columns."""

import os
import re
import sys

import pytest
from ptyprocess import PtyProcessUnicode

from tubelake import overview

# Jobs that only tell how far they are; what is shown of them is the product's own.
SCRIPT = """
import sys, time
from tubelake import console, overview, progress
names = ["collect_search", "build_videos", "read_thumbnails", "collect_captions"] + [f"later_{{n}}" for n in range({more})]
with overview.shown(names) as view:
    view.begin("collect_search")
    with progress.shown("Searching") as show:
        show(3, 12, "calls, 97 search units left today, and so many words that a narrow terminal has no room for them")
        time.sleep({pause})
    console.say("lofi: 150 results")
    view.end("collect_search", "done", "12 rows out")
    view.begin("build_videos")
    view.end("build_videos", "up to date", "0 rows out")
    view.begin("read_thumbnails")
    view.end("read_thumbnails", "quota", "0 rows out")
    view.begin("collect_captions")
    with progress.shown("Fetching") as show:
        show(7, None)
        time.sleep({pause})
print("after it", view.is_shown)
"""
TOKENS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+")


def screens(columns: int, rows: int = 24, more: int = 1) -> tuple[list[list[str]], list[str]]:
    """The lines of the screen each time that it is about to be drawn anew, and at the end."""
    code = SCRIPT.format(more=more, pause=0.5)
    plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    child = PtyProcessUnicode.spawn(
        [sys.executable, "-c", code], env={**plain, "TERM": "xterm-256color"}, dimensions=(rows, columns)
    )
    said = []
    try:
        while True:
            said.append(child.read())
    except EOFError:
        child.wait()
    assert child.exitstatus == 0, "".join(said)
    return drawn("".join(said))


def drawn(said: str) -> tuple[list[list[str]], list[str]]:
    """What a terminal makes of it, as far as rich uses one: up, erase the line, begin of the line, the next line."""
    lines, at, column, seen, last = [""], 0, 0, [], ""
    for token in TOKENS.findall(said):
        if token == "\x1b[1A":
            if last != "\x1b[2K" or not seen:
                seen.append(list(lines))
            at -= 1
        elif token == "\x1b[2K":
            seen += [list(lines)] if lines[at] else []
            lines[at] = ""
        elif token in ("\r", "\n"):
            column, at = 0, at + (token == "\n")
            lines += [""] * (at + 1 - len(lines))
        elif token[0] != "\x1b":
            lines[at] = lines[at][:column].ljust(column) + token + lines[at][column + len(token) :]
            column += len(token)
        last = token
    return seen, [line.rstrip() for line in lines if line.strip()]


@pytest.mark.parametrize("columns", [80, 160])
def test_a_terminal_shows_a_line_a_job_with_what_runs_and_how_far_it_is(columns):
    pictures, left = screens(columns)
    assert max(len(line) for picture in pictures for line in picture) <= columns
    early = next(picture for picture in pictures if "0 of 5 jobs" in picture[-1])
    assert re.match(r". collect_search   ━{16} 3/12  [\d.]+/s  \d+:\d\d left  calls, 97", early[0])
    assert early[0].endswith("…") == (columns == 80)
    assert [line.split() for line in early[1:3]] == [["build_videos", "waiting"], ["read_thumbnails", "waiting"]]
    late = next(picture for picture in pictures if "3 of 5 jobs" in picture[-1])
    assert [" ".join(line.split()) for line in late[:4]] == [
        "lofi: 150 results", "✓ collect_search done 12 rows out", "✓ build_videos up to date 0 rows out",
        "✗ read_thumbnails quota 0 rows out",
    ]  # fmt: skip
    assert re.match(r". collect_captions 7  [\d.]+/s  0:0\d", late[4])
    assert left == ["lofi: 150 results", "after it True"]


def test_of_more_jobs_than_lines_those_around_the_one_that_runs_are_shown():
    pictures, _ = screens(80, rows=10, more=30)
    assert {len(picture) for picture in pictures if "of 34 jobs" in picture[-1]} <= {9, 10}
    assert all("collect_search" in "".join(picture) for picture in pictures if "0 of 34 jobs" in picture[-1])
    names = [f"job{at}" for at in range(9)]
    cases = {
        (None, 3): "012",
        ("job0", 3): "012",
        ("job4", 3): "345",
        ("job8", 3): "678",
        ("job4", 1): "4",
        ("job2", 20): "012345678",
    }
    shown = {case: "".join(name[3:] for name in overview._around(names, *case)) for case in cases}
    assert shown == cases


def test_off_a_terminal_and_for_one_job_nothing_is_shown(capsys):
    for names in (["collect_search"], ["collect_search", "build_videos"]):
        with overview.shown(names) as view:
            view.begin("collect_search")
            assert not view.is_shown
    assert capsys.readouterr() == ("", "")
