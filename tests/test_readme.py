"""The documents against the code: commands, names, tables, exit codes and settings that they show are those there are.

Every command of the documents is run, up to the point where it would start Spark, wait or install something.
"""

import re
import shlex
import urllib.request
from pathlib import Path

import pytest
import yaml

from tubelake import cli, demo, disk, errors, job, pipeline, reactions, settings, show, tables, watch
from tubelake.emulator import corpus as corpora
from tubelake.emulator import parse_faults, running, synthetic
from tubelake.emulator.methods import METHODS
from tubelake.export import lake as export
from tubelake.export import projector, sheet
from tubelake.parse.chat import EVENTS
from tubelake.report import build as report
from tubelake.stats.metrics import METRICS
from tubelake.text import neighbours
from tubelake.text.sources import named

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
}
EXAMPLE = ROOT / "conf/settings/example.yml"
# What the documents speak of that is in no repository: a corpus has it, or the reader makes it.
ELSEWHERE = {value for name, value in vars(corpora).items() if name.endswith("_FILE")} | {
    synthetic.TRUTH_FILE,
    synthetic.SEGMENTS_FILE,
    "columns.csv",
    "report.html",
}
PLACEHOLDERS = {"TUBELAKE_SECTION_KEY", "TUBELAKE_REAL_DATA"}
# Commands of the system and of other tools, which nothing here can check.
OTHERS = {"source", "export"}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """The words of each command: what follows `$ ` in console blocks."""
    lines = [line for block in blocks(text, "console") for line in block.splitlines()]
    return [shlex.split(line[2:]) for line in lines if line.startswith("$ ")]


def prose(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def quoted(text: str) -> list[str]:
    """What stands in backticks outside of blocks."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def rows(text: str, *header: str) -> list[list[str]]:
    """The cells of the table with this header."""
    lines = iter(text.splitlines())
    found = next(line for line in lines if cells(line) == list(header))
    assert set(next(lines)) <= set("|-: "), found
    body = []
    for line in lines:
        if not line.startswith("|"):
            break
        body.append(cells(line))
    return body


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def programs(*names: str) -> list[list[str]]:
    """The commands of all documents that begin with one of these programs, each once."""
    asked = [command for text in DOCUMENTS.values() for command in commands(text) if command[0] in names]
    return [list(command) for command in dict.fromkeys(map(tuple, asked))]


@pytest.fixture
def no_work(monkeypatch, tmp_path):
    """Commands do everything up to their work; gives the settings that they would have worked with."""
    for name in PLACEHOLDERS | {variable(setting) for setting in settings.names()}:
        monkeypatch.delenv(name, raising=False)
    wanted = []
    monkeypatch.setattr(job, "run_all", lambda names, values, **_: wanted.append(values) or 0)
    monkeypatch.setattr(pipeline, "make_report", lambda *given: None)
    monkeypatch.setattr(report, "write", lambda values, out: wanted.append(values))
    monkeypatch.setattr(export, "export", lambda values, asked, *rest: [show.find(name) for name in asked.names])
    monkeypatch.setattr(demo, "serve_corpus", lambda *given, **options: None)
    monkeypatch.setattr(demo, "run", lambda *given: 0)
    monkeypatch.setattr(watch, "watch_chats", lambda values, *rest, **options: wanted.append(values))
    monkeypatch.setattr(reactions, "show_reactions", lambda values, video, at, seconds: reactions.seconds_of(at))
    monkeypatch.setattr(show, "show_table", lambda values, table, *rest: show.find(table) and wanted.append(values))
    monkeypatch.setattr(neighbours, "show_neighbours", lambda values, texts, ids, names, *rest, **options: named(names))
    monkeypatch.setattr(projector, "export", lambda values, names, *rest: named(names))
    monkeypatch.setattr(sheet, "make", lambda values, *rest, **options: wanted.append(values))
    monkeypatch.setattr(
        disk, "folder", lambda lake: None
    )  # whose lake is in no folder is not asked whether it is there
    (tmp_path / "conf").symlink_to(ROOT / "conf")
    monkeypatch.chdir(tmp_path)
    return wanted


def variable(setting: str) -> str:
    return settings.ENV_PREFIX + setting.replace(".", "_").upper()


def exit_code(arguments: list[str]) -> object:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return ended.value.code


def test_every_command_is_of_a_known_program():
    known = {"tubelake", "make", "spark-submit", "curl"}
    assert {command[0] for command in programs("tubelake", "make", "spark-submit", "curl", *OTHERS)} == known | OTHERS
    for name, text in DOCUMENTS.items():
        assert {command[0] for command in commands(text)} <= known | OTHERS, name


@pytest.mark.parametrize("command", programs("tubelake"), ids=shlex.join)
def test_tubelake_understands_its_commands(no_work, command):
    assert exit_code(command[1:]) == 0


@pytest.mark.parametrize("command", programs("spark-submit"), ids=shlex.join)
def test_spark_submit_has_its_files_and_the_jobs_understand_their_arguments(no_work, command):
    at = next(number for number, word in enumerate(command) if word.endswith(".py"))
    options = dict(zip(command[1:at:2], command[2:at:2], strict=True))
    assert options.keys() <= {"--master", "--properties-file", "--archives", "--conf"}
    assert (ROOT / options.get("--properties-file", "README.md")).is_file()
    assert (ROOT / command[at]).is_file()
    assert exit_code(["run", Path(command[at]).stem, *command[at + 1 :]]) == 0
    assert no_work


def test_commands_in_the_prose_exist(no_work, capsys):
    named = {text for document in DOCUMENTS.values() for text in quoted(document) if text.startswith("tubelake ")}
    for text in sorted(named):
        assert exit_code([*shlex.split(text)[1:], "--help"]) == 0, text
    assert len(named) > 5
    capsys.readouterr()


def test_make_has_its_targets():
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    in_prose = [text.split()[1] for document in DOCUMENTS.values() for text in quoted(document) if text[:5] == "make "]
    asked = [*in_prose, *(target for command in programs("make") for target in command[1:])]
    assert asked
    assert set(asked) <= targets


def test_the_emulator_answers_what_curl_asks_of_it(tmp_path):
    synthetic.make_corpus(tmp_path, 10, seed=1)
    with running(corpora.load_corpus(tmp_path)) as emulator:
        asked = programs("curl")
        for command in asked:
            data = command[command.index("-d") + 1].encode() if "-d" in command else None
            address = re.sub(r"^http://127\.0\.0\.1:\d+", emulator.url, command[-1])
            with urllib.request.urlopen(urllib.request.Request(address, data)) as answer:
                assert answer.status == 200, command
    assert {command[-1].rpartition("/")[2] for command in asked} == {"usage", "calls", "clock", "faults"}


def test_examples_in_yaml_and_python_are_right(tmp_path):
    kinds = set()
    for block in blocks(README, "yaml"):
        kinds.add(type(yaml.safe_load(block)))
        if block.startswith("-"):
            assert parse_faults(block, "README.md")
        else:
            (tmp_path / "settings.yml").write_text(block, encoding="utf-8")
            assert settings.load(tmp_path / "settings.yml", environ={}) != settings.Settings()
    assert kinds == {list, dict}
    for name, text in DOCUMENTS.items():
        for block in blocks(text, "python"):
            compile(block, name, "exec")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_in_backticks_and_links_exist(name):
    text = DOCUMENTS[name]
    tops = {path.name for path in ROOT.iterdir()} - {".venv", "demo", "lake"}
    paths = [
        word
        for word in quoted(text)
        if re.fullmatch(r"[\w./-]+", word)
        and (word.split("/")[0] in tops or re.search(r"\.(py|md|yml|jsonl|toml|xml|conf|lock|csv)$", word))
    ]
    links = re.findall(r"\]\((?!https?:)([^)#]+)", prose(text))
    missing = [word for word in [*paths, *links] if word not in ELSEWHERE and not (ROOT / word).exists()]
    assert missing == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_names_in_backticks_exist(name):
    """Settings, methods of the API, tables, jobs, columns: whatever has a dot or an underscore must be one of them."""
    columns = {column.name for table in tables.ALL for column in table.columns}
    names = {
        *settings.names(), *job.find_all(), *columns, *METRICS, *(method.name for method in METHODS),
        *(table.name for table in tables.ALL), *(f"{table.layer}.{table.name}" for table in tables.ALL),
    }  # fmt: skip
    # Fields of the corpus, names of the code, of markers and of the style.
    others = {
        "job.Report",
        "job.repeating",
        "upsert.merge",
        *EVENTS.values(),
        "delta.logRetentionDuration",
        "snippet.publishedAt",
        "with_x",
        "only_x",
        "x_from_y",
        "real_data",
        "broken_json",
    }
    asked = [word for word in quoted(DOCUMENTS[name]) if re.fullmatch(r"[a-z]+(?:[._][a-zA-Z]+)+", word)]
    files = {word for word in asked if (ROOT / word).exists() or word in ELSEWHERE}
    assert sorted(set(asked) - names - others - files) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_variables_of_the_environment_are_settings(name):
    asked = set(re.findall(rf"\b{settings.ENV_PREFIX}[A-Z_]+\b", DOCUMENTS[name])) - PLACEHOLDERS
    assert asked <= {variable(setting) for setting in settings.names()}


def test_the_tables_are_all_tables():
    listed = rows(README, "layer", "table", "key", "what is in it")
    stated = [(layer, name.strip("`"), tuple(quoted(key))) for layer, name, key, _ in listed]
    assert sorted(stated) == sorted((table.layer, table.name, table.key) for table in tables.ALL)


def test_the_metrics_are_all_metrics():
    paragraph = next(part for part in README.split("\n\n") if part.startswith("The metrics are"))
    assert tuple(quoted(paragraph)) == METRICS


def test_the_jobs_are_all_jobs():
    assert sorted(quoted(row[0])[0] for row in rows(README, "job", "what it does")) == sorted(job.find_all())


def test_the_exit_codes_are_those_of_the_errors():
    found = [errors.TubeLakeError, *errors.TubeLakeError.__subclasses__()]
    listed = [int(row[0]) for row in rows(README, "code", "meaning", "what to do")]
    assert sorted(listed) == sorted({0, *(error.exit_code for error in found)})


def test_the_example_settings_are_all_settings_with_their_defaults(tmp_path):
    assert settings.load(EXAMPLE, environ={}) == settings.Settings()
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line and not line.startswith("#")]
    text = "\n".join(line[2:] for line in lines if line.startswith("# "))
    (tmp_path / "all.yml").write_text(text, encoding="utf-8")
    assert [f"{section}.{key}" for section, keys in yaml.safe_load(text).items() for key in keys] == settings.names()
    assert settings.load(tmp_path / "all.yml", environ={}) == settings.Settings()
