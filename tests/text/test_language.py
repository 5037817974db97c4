"""The language of texts, short ones above all."""

import json
from pathlib import Path

import pytest
import textblob

from tubelake.text import language
from tubelake.text.normalise import clean
from tubelake.text.words import find_words

CASES = {
    "en": ["hello everyone", "oh no", "this is sooo good", "lmaooo", "YO", "idk tbh", "see you all soon", "nice pass!",
           "I can't believe it", "what a great song", "first", "gg", "love from Texas"],
    "es": ["muchas gracias amigos", "me gusta mucho este video", "hola a todos desde España", "que lindo"],
    "fr": ["j'aime beaucoup cette chanson", "je ne sais pas pourquoi"],
    "de": ["das ist wirklich sehr schön", "ich habe keine Ahnung"],
    "pt": ["você é muito bom nisso", "não sei o que dizer"],
    "ko": ["좋아요", "오늘 방송 너무 재밌어요", "ㅋㅋㅋㅋ", "BTS 사랑해요 최고예요"],
    "ja": ["すごい", "この動画が大好きです", "東京に行きたい"],
    "zh": ["我很喜欢这个视频"],
    "ru": ["это очень хорошая песня"],
    "ar": ["هذا الفيديو رائع جدا شكرا لكم"],
    "he": ["אני אוהב את זה"],
    "th": ["สวัสดีครับ"],
    None: ["", "12345", "!!! ???", "😂😂", "https://example.org"],
}  # fmt: skip


@pytest.mark.parametrize(("expected", "text"), [(code, text) for code, texts in CASES.items() for text in texts])
def test_languages(expected, text):
    cleaned = clean(text)
    found, sure = language.load()(cleaned, find_words(cleaned))
    assert found == expected
    assert 0.0 <= sure <= 1.0
    assert (sure > 0) == (expected is not None)


@pytest.mark.real_data
def test_english_messages_of_a_real_chat_are_known_as_english(real_data):
    """The first 300 whose words are all in Norvig's list of English words, which the detector has not seen."""
    english = set(Path(textblob.__file__).with_name("en").joinpath("en-spelling.txt").read_text("utf-8").split())
    detect, asked, known = language.load(), 0, 0
    for line in (real_data / "corpus/chat.jsonl").open(encoding="utf-8"):
        cleaned = clean(json.loads(line)["snippet"].get("displayMessage") or "")
        words = find_words(cleaned)
        if asked < 300 and words and all(word.isalpha() and word in english for word in words):
            asked += 1
            known += detect(cleaned, words)[0] == "en"
    assert asked == 300
    assert known >= 270
