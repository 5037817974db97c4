"""The demo as a newcomer runs it: from keywords to what was read off thumbnails, in one command."""

import re

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_shows_statistics_a_chat_and_what_it_read_off_thumbnails(demo):
    done = demo.done
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^cooking: \d+ videos", done.stdout, re.MULTILINE)
    assert re.search(r"^a live chat: [\d,]+ messages", done.stdout, re.MULTILINE)
    pictures, numbers = re.findall(r"what was read of (\d+) pictures?.*?│ ([\d │,]+) │\n└", done.stdout, re.DOTALL)[0]
    words, words_read, faces, right_face_counts = (int(number) for number in numbers.split("│"))
    assert words_read >= 0.9 * words > 20
    assert right_face_counts >= 0.9 * int(pictures)
    assert faces > 5
