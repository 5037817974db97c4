"""The section `import`, a keyword of Python, is set like any other, from wherever settings come."""

import pytest

from tubelake import settings
from tubelake.errors import UsageError


def test_it_is_set_on_the_command_line_in_yaml_and_in_the_environment(tmp_path):
    config = tmp_path / "settings.yml"
    config.write_text("import: {path: a.csv, cohort: from yaml}\nlabels: {texts: b.csv}")
    found = settings.load(config, ["import.categories=c"], {"TUBELAKE_IMPORT_COHORT": "not_trending"})
    assert found.import_.model_dump() == {"path": "a.csv", "cohort": "not_trending", "categories": "c"}
    assert settings.load(config, ["import.path="], {}).import_.path is None
    assert {name: value for name, value, _ in settings.explained(found) if name.startswith(("import.", "labels."))} == {
        "import.path": "a.csv", "import.cohort": "not_trending", "import.categories": "c", "labels.texts": "b.csv",
        "labels.text_column": "", "labels.label_column": "", "labels.faces": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("import.paht=a.csv", "unknown setting import.paht; did you mean import.path?"),
        ("imports.path=a.csv", "unknown setting imports; did you mean import?"),
        ("import_.path=a.csv", "unknown setting import_; did you mean import?"),
        ("import.cohort=", "setting import.cohort: "),
        ("import.cohort= x", "setting import.cohort: "),
    ],
)
def test_a_wrong_name_or_value_is_named(override, said):
    with pytest.raises(UsageError) as raised:
        settings.load(overrides=[override], environ={})
    assert str(raised.value).startswith(said)
