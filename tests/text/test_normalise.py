"""What people write becomes words that lexicons know; nothing else changes."""

import pytest

from tubelake.text.normalise import LONGEST, clean, slang, spell_out, without_emotes
from tubelake.text.words import find_words

REFERENCE = (
    "I had a really horrible day. It was the worst day ever! "
    "But every now and then I have a really good day that makes me happy."
)
CASES = {
    REFERENCE: REFERENCE,
    "soooo goooood lol": "so good laughing",
    "u r the bessst": "you are the best",
    "idk tbh, imo its gr8": "I do not know to be honest, in my opinion its great",
    "COOOOL pizzaaa": "cool pizza",
    "hahahahahaha": "laughing",
    "LMAOOOOO": "laughing",
    "see @some.body now": "see now",
    "look https://example.org/a?b=c and www.example.org": "look and",
    "rock &amp; roll &#39;n&#39; more": "rock & roll 'n' more",
    "\U0001d4f1\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8 ｗｏｒｌｄ": "hello world",
    "so good 😂😂": "so good face with tears of joy face with tears of joy",
    "thumbs 👍🏽": "thumbs thumbs up medium skin tone",
    "family 👨‍👩‍👧": "family man woman girl",
    ":hand-pink-waving: hi :_catLove:": "hand pink waving hi cat love",
    "it is 10:30:45 now": "it is 10:30:45 now",
    "zero\u200bwidth \u202eturned": "zerowidth turned",
    "half \ud83d pair": "half pair",
    "nul \x00 byte": "nul byte",
    "  many \n\t spaces ": "many spaces",
    "": "",
    "https://example.org": "",
    "Mississippi needs no coffee": "Mississippi needs no coffee",
    "a.b.c. don't!": "a.b.c. don't!",
}


@pytest.mark.parametrize("text", CASES)
def test_texts_are_spelled_out(text):
    assert spell_out(clean(text)) == CASES[text]


def test_a_text_of_a_megabyte_is_cut():
    assert len(clean("ab c" * 300_000)) <= LONGEST


def test_emotes_are_no_words_of_a_language():
    assert find_words(without_emotes(clean("좋아요 :hand-pink-waving: 최고"))) == ["좋아요", "최고"]


def test_the_list_of_slang_is_large_and_ends():
    assert len(slang()) >= 300
    known = slang()
    assert not [form for form, meaning in known.items() if meaning in known and known[meaning] != meaning]
    assert all(form == form.lower() and meaning for form, meaning in known.items())


def test_what_was_spelled_out_stays_as_it_is():
    once = [spell_out(clean(text)) for text in CASES]
    assert [spell_out(clean(text)) for text in once] == once
