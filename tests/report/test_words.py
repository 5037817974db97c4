"""Words and topics: of which groups they are shown, how many, and what is said of the strongest."""

import pytest
from tests.report.charted import lacking, shown, words
from tests.report.test_report import ARABIC, EVIL, FORMULA, add

from tubelake import tables
from tubelake.report.lake import Reading
from tubelake.report.sections import words as section_of_words
from tubelake.settings import Lake

GROUPS = section_of_words.MOST_GROUPS + 3


def term(group: str, rank: int, text: str, count: int, share: float, strength: float | None, **other) -> dict:
    return {"grouping": "keyword", "group": group, "kind": "word", "rank": rank, "term": text, "video_count": count,
            "share": share, "strength": strength, **other}  # fmt: skip


@pytest.fixture(scope="module")
def reading(spark, settings_of, tmp_path_factory) -> Reading:
    """Keywords k1 (the smallest) to k15; a category that stands alone, so that nothing marks it."""
    lake = Lake(root=str(tmp_path_factory.mktemp("words") / "lake"))
    many = [term("k15", rank, f"word{rank}", 75, 0.5, 9.0 - 0.1 * rank) for rank in range(3, 26)]
    add(spark, lake, tables.TOP_TERMS, *many,
        term("k15", 1, EVIL, 90, 0.6, 9.5), term("k15", 2, FORMULA, 60, 0.4, 9.1),
        term("k15", 1, ARABIC.replace("\0", ""), 30, 0.2, 3.0, kind="pair"),
        *(term(f"k{at}", 1, f"only of {at}", at, 0.1, 2.5) for at in range(1, GROUPS)),
        *(term(f"k{at}", rank, f"topic {rank}", 0 if rank > 1 else at, 0.0 if rank > 1 else 0.1, 0.9 if rank == 1 else 0.01, kind="topic")
          for at in (15, 14) for rank in (1, 2)),
        term("Music", 1, "song", 7, 0.7, None, grouping="category"),
        term("US", 1, "nobody compares", 7, 0.7, 8.0, grouping="weekday"),
    )  # fmt: skip
    return Reading(spark, settings_of(lake))


def test_the_largest_groups_are_shown_with_their_strongest_terms(reading):
    page = shown(section_of_words.section(reading))
    told = " ".join(page.words)
    tabs = [attributes.get("id") for name, attributes in page.tags if name == "button"]
    assert len(tabs) == 2 + section_of_words.MOST_GROUPS
    assert "only of 14" in told
    assert "only of 4" in told
    assert "only of 3" not in told
    assert "nobody compares" not in told
    assert page.words.count("word15") == 1
    assert "word16" not in told
    at = page.words.index(EVIL)
    assert page.words[at : at + 8] == [EVIL, "60%", "90", "9.5", FORMULA, "40%", "60", "9.1"]
    assert "150 videos." in told
    at = page.words.index("song")
    assert page.words[at : at + 3] == ["song", "70%", "7"]  # without another group there is no strength
    (grid,) = page.specs
    assert [(row["group"], row["topic"], row["weight"]) for row in grid["data"]["values"]] == [
        ("k15", "topic 1", 0.9), ("k15", "topic 2", 0.01), ("k14", "topic 1", 0.9), ("k14", "topic 2", 0.01),
    ]  # fmt: skip


def test_the_finding_names_the_strongest_term_of_keywords(reading):
    (found,) = section_of_words.section(reading).findings
    assert found.text.startswith("What marks the keyword “\u2068k15\u2069” most is “\u2068</script><script>")
    assert found.text.endswith(": 90 of its 150 videos have it.")
    assert found.doubt.startswith("Strength 9.5 against the other groups.")


def test_without_the_table_it_is_said_what_to_run(reading):
    assert "tubelake run find_terms" in words(section_of_words.section(lacking(reading, tables.TOP_TERMS)))
