"""Each backend gives a score for each text, in order, and says which texts it cannot score."""

import json
import os
import time

import numpy as np
import pytest
from scipy.special import softmax
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from tubelake import backends
from tubelake.backends import lexicon, minilm, stored, trained, vader
from tubelake.backends.base import Options, Score
from tubelake.errors import UsageError
from tubelake.text import korean
from tubelake.text.words import find_words

UNSCORED = Score(None, None, [], 0)
ODD = ("", " \n\t", "\ud800 good", "مرحبا بالعالم", "😂😂", "https://a.example/b?c=d", "a" * 100_000)
KOREAN = """\ufeffpolarity,word,subjectivity,source
0.8,좋다,0.9,x
-1,최악,,x
0.5,정말 좋다,0.7,"y, z"

0.2,^^,,x
-0.5,ㅠㅠ,1,x
"""


def options(**changes) -> Options:
    usual = {"backend": "", "lexicon": None, "lexicon_language": "ko", "model": "", "threads": 1}
    return Options(**{**usual, **changes})


def scores(backend, texts) -> list[Score]:
    return backend.score(list(texts), [find_words(text) for text in texts])


class TestVader:
    backend = vader.load(options())

    def test_polarity_is_vaders_compound(self):
        texts = [
            "VADER is smart, handsome, and funny!",
            "The book was NOT good :(",
            "today 😂",
            "the table",
            "not bad at all",
        ]
        expected = [SentimentIntensityAnalyzer().polarity_scores(text)["compound"] for text in texts]
        found = scores(self.backend, texts)
        assert [score.polarity for score in found] == expected
        assert [score.known for score in found] == [3, 1, 0, 0, 1]
        assert {score.subjectivity for score in found} == {None}

    def test_assessments_are_the_words_of_its_list_before_its_rules(self):
        (score,) = scores(self.backend, ["The book was NOT good :("])
        assert score.assessments == [(["good"], 1.9 / 4, None), ([":("], -1.9 / 4, None)]

    def test_a_long_text_is_the_mean_of_its_pieces_and_takes_no_minutes(self):
        words = ["good", "day", "for", "all"] * 500 + ["bad"] * 100
        compound = [SentimentIntensityAnalyzer().polarity_scores(" ".join(words[at : at + 500]))["compound"]
                    for at in range(0, 2100, 500)]  # fmt: skip
        expected = (sum(compound[:4]) * 500 + compound[4] * 100) / 2100
        assert scores(self.backend, [" ".join(words)])[0].polarity == pytest.approx(expected)
        started = time.monotonic()
        longer = scores(self.backend, ["really not good at all " * 10_000])[0]  # as one piece: minutes
        assert time.monotonic() - started < 20
        assert -1 <= longer.polarity < 0

    def test_odd_texts(self):
        found = scores(self.backend, ODD)
        assert found[:2] == [UNSCORED, UNSCORED]
        assert [score.polarity is None for score in found[2:]] == [False] * 5
        assert found[2].known == 1


class TestLexicon:
    def backend(self, folder, data=KOREAN):
        file = folder / "words.csv"
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return lexicon.load(options(lexicon=str(file)))

    def test_the_mean_of_what_is_found(self, tmp_path):
        cases = {
            ("이거", "정말", "좋다"): Score(0.5, 0.7, [(["정말", "좋다"], 0.5, 0.7)], 2),
            ("좋다", "정말"): Score(0.8, 0.9, [(["좋다"], 0.8, 0.9)], 1),
            ("최악", "좋다"): Score(-0.1, 0.9, [(["최악"], -1.0, None), (["좋다"], 0.8, 0.9)], 2),
            ("최악",): Score(-1.0, None, [(["최악"], -1.0, None)], 1),
            ("책상",): Score(0.0, None, [], 0),
        }
        backend = self.backend(tmp_path)
        assert backend.languages == {"ko"}
        found = backend.score([" ".join(words) for words in cases], [list(words) for words in cases])
        for score, expected in zip(found, cases.values(), strict=True):
            assert score.polarity == pytest.approx(expected.polarity)
            assert score[1:] == expected[1:]

    def test_korean_entries_are_found_in_other_forms(self, tmp_path):
        backend = self.backend(tmp_path, "word,polarity\n행복하다,1\n재미없다,-1\n나쁘다,-0.5\n")
        texts = ["정말 행복해요", "재미없어서 껐어요", "나쁜 영상이네", "책상 위에 있다"]
        found = backend.score(texts, [korean.find_words(text) for text in texts])
        assert [score.polarity for score in found] == [1, -1, -0.5, 0]

    def test_what_is_no_word_is_looked_for_in_the_text(self, tmp_path):
        (score,) = scores(self.backend(tmp_path), ["좋다 ^^ ^^"])
        assert score.polarity == pytest.approx((0.8 + 0.2 + 0.2) / 3)
        assert (score.known, len(score.assessments)) == (1, 3)

    def test_odd_texts(self, tmp_path):
        found = scores(self.backend(tmp_path), ODD)
        assert found == [UNSCORED] * 2 + [Score(0.0, None, [], 0)] * 5
        assert scores(self.backend(tmp_path), ["좋다 " * 200_000])[0].polarity == pytest.approx(0.8)

    def test_another_file_is_another_model(self, tmp_path):
        one, other = self.backend(tmp_path), self.backend(tmp_path, KOREAN + "-0.1,아니,,\n")
        assert len(one.model_hash) == 16
        assert one.model_hash != other.model_hash
        assert one.model_hash == self.backend(tmp_path).model_hash

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ("", "line 1: the first line must name the columns word and polarity"),
            ("good,1\nbad,-1\n", "line 1: the first line must name the columns"),
            ("word,polarity\n", "has no words"),
            ("word,polarity\ngood,1\nbad,-1.5\n", "line 3: polarity must be a number from -1 to 1, not '-1.5'"),
            ("word,polarity\ngood,nan\n", "line 2: polarity must be a number from -1 to 1, not 'nan'"),
            ("word,polarity\n\ngood,much\n", "line 3: polarity must be a number from -1 to 1, not 'much'"),
            ("word,polarity,subjectivity\ngood,1,2\n", "line 2: subjectivity must be a number from 0 to 1, not '2'"),
            ("word,polarity\ngood,1,1\n", "line 2: 3 fields instead of 2"),
            ("word,polarity\n ,1\n", "line 2: no word"),
            ("word,polarity\nGood,1\nbad,-1\ngood,0.5\n", "line 4: 'good' is there twice, with different values"),
            ("word,polarity\ngood,1\n".encode("utf-16"), "line 1: it must be in UTF-8"),
            ("word,polarity\né,1\n".encode("latin-1"), "line 2: it must be in UTF-8"),
            ('word,polarity\n"good,1\n', "line 2: unexpected end of data"),
        ],
    )
    def test_a_file_that_is_no_word_list(self, tmp_path, data, message):
        with pytest.raises(UsageError) as raised:
            self.backend(tmp_path, data)
        assert message in str(raised.value)
        assert len(str(raised.value).splitlines()) == 1

    @pytest.mark.parametrize(("path", "part"), [(None, "set text.lexicon"), ("none.csv", "cannot read none.csv")])
    def test_no_file(self, path, part):
        with pytest.raises(UsageError) as raised:
            lexicon.load(options(lexicon=path))
        assert part in str(raised.value)


class TestTrained:
    rng = np.random.default_rng(5)
    regression = trained.Regression(("negative", "neutral", "positive"),
                                    rng.normal(size=(3, 384)) * 0.05, np.array([0.5, -1.0, 0.25]))  # fmt: skip
    vectors = rng.normal(size=(50, 384)).astype(np.float32)

    def test_probabilities_are_the_softmax(self):
        margins = self.vectors.astype(np.float64) @ self.regression.coefficients.T + self.regression.intercepts
        assert np.allclose(trained.probabilities(self.regression, self.vectors), softmax(margins, axis=1), atol=1e-12)

    def test_the_sign_of_polarity_is_the_likeliest_label(self):
        likely, found = (find(self.regression, self.vectors) for find in (trained.probabilities, trained.polarities))
        labels = likely.argmax(axis=1)
        assert set(labels) == {0, 1, 2}
        assert np.array_equal(np.sign(found), labels - 1)
        assert np.allclose(found[labels != 1], (likely[:, 2] - likely[:, 0])[labels != 1])
        numbers = self.regression.coefficients[:2], self.regression.intercepts[:2]
        assert np.all(trained.polarities(trained.Regression(("negative", "positive"), *numbers), self.vectors) != 0)

    def test_what_is_stored_is_what_is_read(self, tmp_path):
        place = stored.folder(str(tmp_path / "models"), trained.NAME)
        written = stored.write(place, trained.content_of(self.regression), "# card\n")
        found = trained.regression_from(stored.read(place).content)
        assert np.array_equal(found.coefficients, self.regression.coefficients)
        assert np.array_equal(found.intercepts, self.regression.intercepts)
        backend = trained.load(options(model=str(tmp_path / "models")))
        assert (backend.languages, backend.model_hash) == ({"en"}, written.sha256[:16])
        assert {file.name for file in place.iterdir()} == {"model.json", "CARD.md"}

    def test_models_that_cannot_be_used(self, tmp_path):
        place = stored.folder(str(tmp_path), trained.NAME)
        load = lambda: trained.load(options(model=str(tmp_path)))  # noqa: E731
        with pytest.raises(UsageError, match=r"run train_sentiment with --set text\.sentiment_backend=trained"):
            load()
        content = trained.content_of(self.regression)
        stored.write(place, {**content, "embedder_hash": "other"}, "")
        with pytest.raises(UsageError, match="other sentence embeddings"):
            load()
        stored.write(place, content, "")
        changed = json.loads((place / "model.json").read_text())
        changed["model"]["intercepts"][0] += 1
        (place / "model.json").write_text(json.dumps(changed))
        with pytest.raises(UsageError, match="does not fit its checksum"):
            load()
        (place / "model.json").write_text("[]")
        with pytest.raises(UsageError, match="is no model of train_sentiment"):
            load()


@pytest.mark.slow
class TestMiniLM:
    embed = staticmethod(minilm.load(options()).embed)

    def test_similarities_are_those_of_the_models_card(self):
        vectors = self.embed(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])
        assert vectors.shape == (3, minilm.DIMENSIONS)
        similarities = vectors @ vectors.T
        expected = [[1, 0.6660, 0.1046], [0.6660, 1, 0.1411], [0.1046, 0.1411, 1]]
        assert np.allclose(similarities, expected, atol=2e-3)

    def test_a_text_alone_is_as_among_others(self):
        texts = ["short", "a somewhat longer text about cats, and about dogs", "short", "word " * 600, *ODD]
        together = self.embed(texts)
        assert np.allclose(np.linalg.norm(together, axis=1), [*[1] * 4, 0, 0, *[1] * 5], atol=1e-5)
        assert np.array_equal(together[0], together[2])
        for text, vector in zip(texts, together, strict=True):
            assert np.allclose(self.embed([text])[0], vector, atol=1e-5)
        assert self.embed([]).shape == (0, minilm.DIMENSIONS)

    def test_the_end_of_a_long_text_counts(self):
        cats, cars = "my cat sleeps on the sofa. " * 50, "the engine of this car is loud. " * 50
        both, alone = self.embed([cats + cars, cats, cars]), self.embed(["a loud car engine"])
        assert both[0] @ alone[0] > both[1] @ alone[0] + 0.2


def test_a_word_list_that_changes_within_a_session_is_read_again(tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("word,polarity\nfine,0.5\n", encoding="utf-8")
    wanted = options(backend="lexicon", lexicon=str(file), lexicon_language="en")
    before = backends.load(wanted)
    assert backends.load(wanted) is before
    file.write_text("word,polarity\nfine,-0.5\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))  # whatever the clock of the file system shows
    after = backends.load(wanted)
    assert after.model_hash != before.model_hash
    assert [scores(one, ["fine"])[0].polarity for one in (before, after)] == [0.5, -0.5]
