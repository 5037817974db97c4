"""A text read piece by piece is the text read as a whole."""

import csv
import gzip
import io
import json
import re

import pytest

from tubelake.text import pieces
from tubelake.text.language import load, share_if_english, signs
from tubelake.text.normalise import clean, spell_out, without_emotes
from tubelake.text.words import find_words

CASES = (
    "", " \t\n", "gr8 m8", "I\u2019ll  be   there :) soooo \U0001f600\U0001f600wow", ":hand-pink-waving: hi @someone see https://a.b/c?d=e now",
    "a&nbsp;b &amp; c", "\ufeffone\u200b two", "안녕하세요 여러분 :hi:", "ﬁne \uff26\uff55\uff4c\uff4c width", "x" * 60 + " y", "1 2 3",
    "w/o this, goin' home", "word " * 6000,
)  # fmt: skip


def joined(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def check(texts) -> None:
    detect = load()
    for text in texts:
        read = pieces.pieces_of(text)
        cleaned = clean(text)
        plain = without_emotes(cleaned)
        assert pieces.cleaned(read) == joined(cleaned)
        assert pieces.plain(read) == joined(plain)
        assert pieces.spelled_out(read) == spell_out(cleaned)
        words = [word for piece in read for word in piece.words]
        assert words == find_words(plain)
        assert [word for piece in read for word in piece.spelled_words] == find_words(spell_out(cleaned))
        share = share_if_english([piece.signs for piece in read])
        assert share == share_if_english([signs(plain, words)])
        if share:
            assert detect(plain, words) == ("en", share)


def test_pieces_of_texts():
    check(CASES)


@pytest.mark.real_data
def test_pieces_of_real_texts(real_data):
    chat = [
        json.loads(line)["snippet"].get("displayMessage") or "" for line in (real_data / "corpus/chat.jsonl").open()
    ]
    raw = gzip.decompress((real_data / "comments/YoutubeCommentsDataSet.csv.gz").read_bytes())
    check(chat + [record[0] for record in csv.reader(io.StringIO(raw.decode(), newline=""))][::3])
