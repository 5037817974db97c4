"""Which correction of a word is believed: how unlike the two are, how common the correction is, what the token looks like.

A token that no dictionary knows is a name, or of another language, more often than it is misspelt: of the unknown words in
real titles nine of ten. So only tokens in small letters, in texts most of whose words are known, get the likeliest
correction; any other gets one of which little doubt is left.
"""

from collections.abc import Mapping
from math import log

from tubelake.spelling.dictionary import Dictionary, counts_of, learned_of
from tubelake.spelling.tokens import is_plain, lookalikes, parts

VERSION = "1"  # raise it when the same words come to be corrected otherwise
COMMON = 2_000_000  # in the general dictionary the 15,000 most common words
# Letters of a word that is corrected whatever its text is: to one of the corpus, to another common one. Of misread title
# words 27 % are put right by the latter alone, 53 % by both; of distinct real names 0.5 % and 0.9 % are changed.
OWN_LETTERS, SURE_LETTERS = 6, 7
FAR_LETTERS = 4  # from so many on a word may be two steps away: fewer letters are like too many words
# What a slip costs, by how often people and OCR engines make it (a plain one costs 1.1).
SLIP, LOST, ADDED, TWICE, SWAPPED, FIRST = 1.1, 0.9, 0.95, 0.5, 0.6, 1.3
VOWELS, ALIKE, NEAR = 0.7, 0.8, 0.85
COST_WEIGHT = (
    12.0  # by it accuracy on Norvig's and SymSpell's words was best: 0.81 and 0.58; with 3 it is 0.78 and 0.59
)

_ALIKE = (
    "li",
    "ij",
    "lt",
    "ft",
    "ec",
    "oc",
    "uv",
    "gq",
    "hb",
    "nh",
    "ao",
    "oq",
    "rf",
    "cg",
    "vy",
    "it",
    "do",
    "sz",
)  # in print
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> frozenset[str]:
    keys = [(key, row, column) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)]
    return frozenset(
        one + other for one, row, column in keys for other, r, c in keys if max(abs(row - r), abs(column - c)) == 1
    )


def _slip_costs() -> dict[str, float]:
    costs = dict.fromkeys(_neighbours(), NEAR)
    costs |= {one + other: VOWELS for one in "aeiouy" for other in "aeiouy"}
    return costs | dict.fromkeys((*_ALIKE, *(pair[::-1] for pair in _ALIKE)), ALIKE)


_COSTS = _slip_costs()


def cost(word: str, correction: str) -> float:
    """How unlikely it is that `correction` was written as `word`.

    Optimal string alignment with weights (Damerau 1964; Kernighan, Church and Gale, "A spelling correction program based on
    a noisy channel model", COLING 1990): a doubled letter, two swapped ones, a vowel for another cost less.
    """
    above, last = list[float](), [0.0]
    for at, right in enumerate(correction):
        last.append(last[-1] + (TWICE if at and right == correction[at - 1] else LOST))
    for row, wrong in enumerate(word):
        is_twice = row > 0 and wrong == word[row - 1]
        added = TWICE if is_twice else ADDED
        now = [last[0] + added]
        for at, right in enumerate(correction):
            slip = 0.0 if wrong == right else _COSTS.get(wrong + right, SLIP) * (1 if row else FIRST)
            lost = TWICE if at and right == correction[at - 1] else LOST
            least = min(last[at] + slip, last[at + 1] + added, now[at] + lost)
            if row and at and wrong == correction[at - 1] and word[row - 1] == right:
                least = min(least, above[at - 1] + SWAPPED)
            now.append(least)
        above, last = last, now
    return last[-1]


def likeliest(word: str, candidates: Mapping[str, int]) -> str | None:
    """The best of corrections with their counts: common, and little unlike; None where there are none."""
    return max(
        candidates,
        key=lambda other: (log(candidates[other] + 1) - COST_WEIGHT * cost(word, other), other),
        default=None,
    )


def steps(word: str, correction: str) -> int:
    """Letters lost, added, replaced or swapped with the next one, at least, between two words."""
    above, last = list[int](), list(range(len(correction) + 1))
    for row, wrong in enumerate(word):
        now = [row + 1]
        for at, right in enumerate(correction):
            least = min(last[at] + (wrong != right), last[at + 1] + 1, now[at] + 1)
            if row and at and wrong == correction[at - 1] and word[row - 1] == right:
                least = min(least, above[at - 1] + 1)
            now.append(least)
        above, last = last, now
    return last[-1]


def misread(token: str, counts: Mapping[str, int]) -> str | None:
    """The correction of a token whose signs were taken for others that look like them, if that gives a common word."""
    if (found := parts(token)) is None:
        return None
    common = {word: counts[word] for word in lookalikes(found.word) if counts.get(word, 0) >= COMMON}
    best = max(common, key=lambda word: (common[word], word), default=None)
    return None if best is None or len(best) < FAR_LETTERS else found.form(best) + found.tail


def judged(token: str, correction: str, dictionary: Dictionary) -> tuple[str | None, str | None]:
    """A backend's correction of the token's word, in the token's form: if it is sure; and if it is likely in a known text."""
    found = parts(token)
    if found is None or not is_plain(found.word) or _is_doubtful(found.word, correction):
        return None, None
    given = found.form(correction) + found.tail
    distance = steps(found.word, correction)
    sure = given if distance == 1 and _is_sure(found.word, correction, dictionary) else None
    is_near = distance == 1 or (distance == 2 and len(found.word) >= FAR_LETTERS)
    return sure, given if sure or (is_near and token.islower()) else None


def _is_doubtful(word: str, correction: str) -> bool:
    """Whether both may be right: one is the other without its ending, or with e or i before it, as ebook is of book."""
    is_ended = correction in (word + "s", word + "d", word + "ed") and word[-1] != correction[-1]
    return correction == word or is_ended or (correction == word[1:] and word[0] in "ei")


def _is_sure(word: str, correction: str, dictionary: Dictionary) -> bool:
    """Whether a word one step away is surely meant: the slip is inside, and the result is the corpus's own, or common."""
    if word[0] != correction[0] or word[-1] != correction[-1]:
        return False
    is_own = len(word) >= OWN_LETTERS and correction in learned_of(dictionary)
    return is_own or (len(word) >= SURE_LETTERS and counts_of(dictionary).get(correction, 0) >= COMMON)
