"""Where a setting's value comes from, and what a person reads who wrote a wrong one."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tubelake import settings
from tubelake.errors import UsageError

KEY = "AIzaSecretOfTheTests0123456789"


def load(yaml_text: str | None = None, overrides=(), environ=None, folder: Path | None = None):
    config = None
    if yaml_text is not None:
        config = folder / "settings.yml"
        config.write_text(yaml_text, encoding="utf-8")
    return settings.load(config, overrides, environ or {})


def complaint(*args, **kwargs) -> str:
    with pytest.raises(UsageError) as raised:
        load(*args, **kwargs)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_each_layer_wins_over_those_before_it_and_leaves_the_other_keys(tmp_path):
    yaml_text = "collect: {threads: 2, attempts: 2, round_calls: 2}"
    environ = {"TUBELAKE_COLLECT_ATTEMPTS": "3", "TUBELAKE_COLLECT_ROUND_CALLS": "3"}
    found = load(yaml_text, ["collect.round_calls=4"], environ, tmp_path).collect
    defaults = settings.Collect()
    assert (found.tasks, found.threads, found.attempts, found.round_calls) == (defaults.tasks, 2, 3, 4)


def test_of_two_overrides_the_last_wins():
    assert load(overrides=["search.shards=3", "search.shards=5"]).search.shards == 5


def test_a_value_may_hold_equals_signs_and_dots():
    assert load(overrides=["lake.root=s3a://b/x=1.0"]).lake.root == "s3a://b/x=1.0"


@pytest.mark.parametrize("yaml_text", ["", "# nothing\n", "---\n"])
def test_an_empty_settings_file_changes_nothing(tmp_path, yaml_text):
    assert load(yaml_text, folder=tmp_path) == settings.Settings()


def test_the_environment_names_section_and_key_and_other_variables_are_ignored():
    environ = {
        "TUBELAKE_SEARCH_MAX_VIDEOS": "7",
        "TUBELAKE_REAL_DATA": "/data",
        "TUBELAKE_HOME": "/opt",
        "LAKE_ROOT": "/no",
        "SEARCH_KEYWORDS": "no",
    }
    assert load(environ=environ) == settings.Settings(search=settings.Search(max_videos=7))


def test_the_key_has_a_variable_of_its_own_that_yields_to_ours():
    assert load(environ={"YOUTUBE_API_KEY": KEY}).youtube.api_key.get_secret_value() == KEY
    both = {"YOUTUBE_API_KEY": "other", "TUBELAKE_YOUTUBE_API_KEY": KEY}
    assert load(environ=both).youtube.api_key.get_secret_value() == KEY
    assert load(environ={"YOUTUBE_API_KEY": ""}).youtube.api_key is None


@pytest.mark.parametrize(
    ("override", "typo", "nearest"),
    [
        ("search.keyword=cats", "search.keyword", "search.keywords"),
        ("serach.keywords=cats", "serach", "search"),
        ("quota.serach=3", "quota.serach", "quota.search"),
        ("collect.thread=3", "collect.thread", "collect.threads"),
        ("lake.rot=x", "lake.rot", "lake.root"),
    ],
)
def test_a_typo_names_the_nearest_setting(override, typo, nearest):
    assert complaint(overrides=[override]) == f"unknown setting {typo}; did you mean {nearest}?"


def test_a_name_like_no_other_points_to_the_list():
    assert complaint(overrides=["lake.qqqqqqqqqqqq=1"]).endswith("see: tubelake settings")


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("collect.threads=many", ["setting collect.threads: ", "integer", "got 'many'"]),
        ("collect.threads=0", ["setting collect.threads: ", "greater than or equal to 1", "got '0'"]),
        ("search.order=newest", ["setting search.order: ", "'date'", "'relevance'", "got 'newest'"]),
        ("search.since=yesterday", ["setting search.since: ", "got 'yesterday'"]),
        ("youtube.timeout_seconds=0", ["setting youtube.timeout_seconds: ", "greater than 0"]),
        ("spark.nlp=perhaps", ["setting spark.nlp: ", "boolean"]),
        ("lake.root", ["--set wants section.key=value", "'lake.root'"]),
        ("root=./lake", ["--set wants section.key=value", "'root=./lake'"]),
        (".root=./lake", ["--set wants section.key=value"]),
        ("lake.=./lake", ["--set wants section.key=value"]),
    ],
)
def test_a_wrong_value_says_which_setting_and_what_was_given(override, parts):
    said = complaint(overrides=[override])
    assert [part for part in parts if part not in said] == []


def test_all_wrong_values_are_named_at_once():
    said = complaint(overrides=["collect.threads=0", "search.shards=65"])
    assert "collect.threads" in said
    assert "search.shards" in said


@pytest.mark.parametrize(
    ("yaml_text", "part"),
    [
        ("lake: [", "is not valid YAML"),
        ("lake:\n\troot: x", "is not valid YAML"),
        ("- lake", "must hold sections with keys"),
        ("lake: ./lake", "must hold sections with keys"),
        ("lake:", "must hold sections with keys"),
        ("just words", "must hold sections with keys"),
        ("colect: {threads: 1}", "unknown setting colect; did you mean collect?"),
        ("collect: {thread: 1}", "unknown setting collect.thread; did you mean collect.threads?"),
        ("collect: {threads: [1]}", "setting collect.threads"),
        ("1: {threads: 1}", "setting 1: keys should be strings"),
    ],
)
def test_a_wrong_settings_file_is_refused_in_one_line(tmp_path, yaml_text, part):
    assert part in complaint(yaml_text, folder=tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    binary = tmp_path / "latin.yml"
    binary.write_bytes(b"lake: {root: caf\xe9}")
    for config, part in ((tmp_path / "none.yml", "No such file"), (tmp_path, "directory"), (binary, "not valid YAML")):
        with pytest.raises(UsageError) as raised:
            settings.load(config, (), {})
        assert str(config) in str(raised.value)
        assert part in str(raised.value)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cats", ("cats",)),
        ("cats, black dogs ,,", ("cats", "black dogs")),
        ("요리,🍜", ("요리", "🍜")),
        ("", ()),
    ],
)
def test_lists_are_written_with_commas(text, words):
    assert load(overrides=[f"search.keywords={text}"]).search.keywords == words


def test_lists_in_yaml_are_lists_or_texts_with_commas(tmp_path):
    assert load("search: {keywords: [cats, 'a, b']}", folder=tmp_path).search.keywords == ("cats", "a, b")
    assert load("search: {keywords: 'cats, dogs'}", folder=tmp_path).search.keywords == ("cats", "dogs")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024-03-01T12:30:00", datetime(2024, 3, 1, 12, 30, tzinfo=UTC)),
        ("2024-03-01T00:30:00+09:00", datetime(2024, 2, 29, 15, 30, tzinfo=UTC)),
        ("2024-03-01T12:00:00Z", datetime(2024, 3, 1, 12, tzinfo=UTC)),
    ],
)
def test_moments_are_utc(text, moment):
    since = load(overrides=[f"search.since={text}"]).search.since
    assert since == moment
    assert since.tzinfo == UTC


def test_a_moment_of_yaml_is_utc_too(tmp_path):
    found = load("search: {since: 2024-03-01, until: 2024-03-01T00:30:00+09:00}", folder=tmp_path).search
    assert found.since == datetime(2024, 3, 1, tzinfo=UTC)
    assert found.until == datetime(2024, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=9)))


def test_the_key_is_in_no_text_of_the_settings():
    found = load(environ={"YOUTUBE_API_KEY": KEY})
    shown = [repr(found), str(found), f"{found.youtube}", repr(found.model_dump()), found.model_dump_json()]
    shown += [repr(settings.explained(found))]
    assert [text for text in shown if KEY in text] == []


def test_the_key_is_in_no_complaint():
    assert KEY not in complaint(overrides=[f"youtube.api_key={KEY}", "collect.threads=x"])
    assert KEY not in complaint(overrides=[f"youtube.apikey={KEY}"])


def test_a_key_of_the_wrong_type_is_not_shown(tmp_path):
    assert "12345678" not in complaint("youtube: {api_key: [12345678]}", folder=tmp_path)


def test_an_empty_value_takes_an_optional_setting_back(tmp_path):
    yaml_text = """
        search: {since: 2024-03-01, max_videos: 5, duration: long, region: DE, fields: items}
        youtube: {endpoint: 'http://127.0.0.1:1', api_key: old}
        quota: {search: 9}
        lake: {catalog: main}
        run: {logs: x}"""
    names = [
        "search.since", "search.max_videos", "search.duration", "search.region", "search.fields",
        "youtube.endpoint", "youtube.api_key", "quota.search", "lake.catalog", "run.logs",
    ]  # fmt: skip
    found = load(yaml_text, [f"{name}=" for name in names], folder=tmp_path)
    values = {name: getattr(getattr(found, name.split(".")[0]), name.split(".")[1]) for name in names}
    assert values == dict.fromkeys(names)


def test_settings_cannot_be_changed_after_loading():
    with pytest.raises(ValueError, match="frozen"):
        load().lake.root = "elsewhere"


def test_every_setting_is_explained():
    rows = {
        name: (value, meaning) for name, value, meaning in settings.explained(load(overrides=["search.keywords=a,b"]))
    }
    assert list(rows) == settings.names()
    assert rows["search.keywords"][0] == "a, b"
    assert rows["search.since"][0] == ""
    assert [name for name, (_, meaning) in rows.items() if not meaning] == []
