"""Exported files hold the lake's values, no formula, and nobody's name; what fails leaves the old files as they were."""

import contextlib
import csv
import io
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv as arrow_csv
from pyspark.sql import functions as F

from tubelake import cli, settings, store, tables
from tubelake.errors import TubeLakeError, UsageError
from tubelake.export import batches, files, people, projector
from tubelake.export.lake import Wanted, export
from tubelake.parse.chat import messages_from_answers
from tubelake.parse.columns import with_missing
from tubelake.text.sources import EMBEDDED

AT = datetime(2026, 3, 1, 12, 30, 1, 500_000, UTC)
API_KEY = "AIza" + "Sy0123456789_abcdefghijklmnopqrstuv"
OWN = "privacy.key=a-key-of-mine"
LONG = 'é"' * 500_000
# A message as it was written: the same in Parquet, and in a cell of CSV. None: as before.
CASES = {
    "=1+1": ("=1+1", "'=1+1"),
    "-2+3+cmd|' /C calc'!A0": (None, "'-2+3+cmd|' /C calc'!A0"),
    "@SUM(A1:A9)": ("@user(A1:A9)", "'@user(A1:A9)"),
    "+49 170 1234": (None, "'+49 170 1234"),
    "-5": (None, "'-5"),
    "\t=2": (None, "'\t=2"),
    "\ttab": (None, "'\ttab"),
    "\rreturn": (None, "'\rreturn"),
    " \u00a0=3": (None, "' \u00a0=3"),
    "\ufeff=4": (None, "'\ufeff=4"),
    "\u200f+5": (None, "'\u200f+5"),
    "＝6": (None, "'＝6"),
    "－7": (None, "'－7"),
    "＋8": (None, "'＋8"),
    "a = 9, b-c": (None, None),
    'she said "so, so"': (None, None),
    "lines\nof\r\nevery\rkind": (None, None),
    "\u202eevil\u202c": (None, None),
    "👩‍👩‍👧 joined\u200d": (None, None),
    "한국어": (None, None),
    "": (None, None),
    "nul \0 bell \a": (None, "nul \ufffd bell \ufffd"),
    LONG: (None, None),
    "to anna.b+c@mail.example.co.kr, x_y＠z.de or u%40v.org!": ("to (e-mail), (e-mail) or (e-mail)!", None),
    f"?key={API_KEY}&a": ("?key=(key)&a", None),
    "thanks @Bob_99, @김철수·1 and youtube.com/@carol-x.": ("thanks @user, @user and youtube.com/@user.", None),
    "I am UCabcdefghijklmnopqrstu": (None, None),
    "I am UCabcdefghijklmnopqrstuv": ("I am (channel)", None),
    "a@b a @ b @ ": ("a@user a @ b @ ", None),
}
HIDDEN = ("anna.b", "x_y", "Bob_99", "김철수", "carol-x", "UCabcdefghijklmnopqrstuv", API_KEY, "Aut Hor", "UCauthor")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


def in_parquet(text):
    return CASES[text][0] if CASES[text][0] is not None else text


def in_csv(text):
    return CASES[text][1] if CASES[text][1] is not None else in_parquet(text)


def messages():
    """A message a case, by authors with names, and one without a text and an author."""
    for at, text in enumerate([*CASES, None]):
        known = {} if text is None else {"author_name": f"=Aut Hor {at % 7}", "author_channel_id": f"UCauthor{at % 7}"}
        yield {"message_id": f"m{at:03}", "chat_id": "c", "video_id": "v1", "event": "text", "text": text, "published_at": AT, "offset_seconds": -at / 3, "fetched_at": AT, **known}  # fmt: skip


ROWS = {
    tables.COMMENTS: [
        {"comment_id": "k1", "video_id": "v1", "author_name": "=Aut Hor 1", "author_channel_id": "UCauthor1", "text": "=hi @Bob_99", "like_count": -3, "fetched_at": AT},
    ],
    tables.VIDEOS: [
        {"video_id": "-v1", "title": "=1+1", "description": "Mail: anna.b@mail.com, see @MyChannel", "tags": ["a,b", 'c"d', "e@f.gh", None], "view_count": 7, "has_captions": True, "fetched_at": AT},
        {"video_id": "v1", "title": "", "description": None, "tags": [], "view_count": None, "has_captions": False, "fetched_at": AT},
        {"video_id": "v2", "title": "other", "fetched_at": AT},
    ],
    tables.SEARCH_HITS: [
        {"keyword": "cats", "kind": "video", "item_id": "v1", "video_id": "v1", "first_seen_at": AT},
        {"keyword": "dogs", "kind": "channel", "item_id": "UC1", "channel_id": "UC1", "first_seen_at": AT},
    ],
    tables.THUMBNAIL_FEATURES: [
        {"video_id": "v1", "thumbnail_link": "https://i.ytimg.com/vi/v1/hq.jpg", "thumbnail_ocr_embed": [0.1, -1e-9, float("nan")], "thumbnail_ocr_length": 2, "angry_count": 0},
        {"video_id": "v2", "thumbnail_ocr_embed": None, "thumbnail_ocr_length": None},
    ],
    tables.PICTURES: [{"video_id": "v1", "run_id": "r", "data": b"\x89PNG\0", "fetched_at": AT}],
    tables.RESPONSES: [{"request_id": "r1", "method": "x", "body": '{"author": "=Aut Hor 1"}', "item_ids": ["m1"], "fetched_at": AT}],
    tables.TRENDING_ROWS: [{"sha256": "s", "cohort": "t", "record_number": 1, "video_id": "v1", "other": {"note": "to x_y@z.de", "=b": None}}],
    tables.COMPARISONS: [],
    tables.CHAT_MESSAGES: [*messages()],
}  # fmt: skip


@pytest.fixture(scope="module")
def lake(spark, tmp_path_factory):
    """One lake for all; the text of a further message is no UTF-8, and it has a poll."""
    made = settings.Lake(root=str(tmp_path_factory.mktemp("export") / "lake"))
    for table, rows in ROWS.items():
        frame = spark.createDataFrame([tuple(row.get(name) for name in table.column_names) for row in rows], table.ddl)
        if table == tables.CHAT_MESSAGES:
            halves = spark.sql("SELECT 'm900' AS message_id, CAST(unhex('3DEDA08041') AS string) AS text, array(named_struct('text', 'a@b.cd \"q\"', 'votes', 2L), null) AS poll_options")  # fmt: skip
            frame = frame.unionByName(with_missing(halves, table))
        store.append(frame, table, made)
    return made


def exporting(lake, folder, *words, names=False, **options):
    """Export these tables, with these settings (they have an =); gives the folder."""
    fixed = [f"lake.root={lake.root}", f"run.logs={lake.root}_logs", "run.id=r"]
    values = settings.load(overrides=[*fixed, *(word for word in words if "=" in word)], environ={})
    wanted = Wanted(tuple(word for word in words if "=" not in word), **options)
    export(values, wanted, folder, people.treated(values.privacy, names=names))
    return folder


@pytest.fixture
def exported(lake, tmp_path):
    return lambda out, *words, **options: exporting(lake, tmp_path / out, *words, **options)


@pytest.fixture(scope="module")
def every(lake, tmp_path_factory):
    """Every table in both forms, in partitions of 7 rows at most, by our own key; and what was said."""
    root, said = tmp_path_factory.mktemp("every"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setattr(batches, "ROWS", 7)
        csv.field_size_limit(10_000_000)
        for form in ("csv", "parquet"):
            exporting(lake, root / form, OWN, everything=True, form=form)
    return root, said.getvalue()


def read(file):
    """Rows as dicts, by a strict reader that knows nothing of ours."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines, strict=True)
    assert all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def strings(folder):
    """Everything that the files of a folder hold, as one text."""
    parts = [file.read_text(encoding="utf-8") for file in folder.glob("*.csv")]
    parts += [str(pq.read_table(file).to_pylist()) for file in folder.glob("*.parquet")]
    assert parts
    return "\n".join(parts)


def test_hostile_messages_in_csv(every):
    file = every[0] / "csv/chat_messages.csv"
    rows = read(file)
    assert [row["text"] for row in rows] == [*map(in_csv, CASES), "", "'=\ufffd\ufffd\ufffdA"]
    assert [row["message_id"] for row in rows] == sorted(row["message_id"] for row in rows)
    assert rows[0]["published_at"] == "2026-03-01T12:30:01.500000Z"
    assert [float(row["offset_seconds"]) for row in rows[:-1]] == [-at / 3 for at in range(len(CASES) + 1)]
    assert json.loads(rows[-1]["poll_options"]) == [{"text": '(e-mail) "q"', "votes": 2}, None]
    assert pd.read_csv(file, keep_default_na=False, dtype=str).to_dict("records") == rows
    # Null is told from an empty text by readers that look at quotes.
    options = arrow_csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    blocks = arrow_csv.ReadOptions(block_size=1 << 24)
    table = arrow_csv.read_csv(file, blocks, arrow_csv.ParseOptions(newlines_in_values=True), options)
    assert table["text"].to_pylist() == [*map(in_csv, CASES), None, "'=\ufffd\ufffd\ufffdA"]


def test_hostile_messages_in_parquet(every):
    file = every[0] / "parquet/chat_messages.parquet"
    table = pq.read_table(file)
    assert table["text"].to_pylist() == [*map(in_parquet, CASES), None, "=\ufffd\ufffd\ufffdA"]
    assert table.schema.field("published_at").type == pa.timestamp("us", "UTC")
    assert table.schema.field("offset_seconds").metadata[b"unit"] == b"s"
    assert table["published_at"][0].as_py() == AT
    assert pq.ParquetFile(file).num_row_groups == -(-len(table) // 7)
    assert pd.read_parquet(file)["message_id"].tolist() == table["message_id"].to_pylist()
    assert pq.read_table(file.with_name("pictures.parquet"))["data"].to_pylist() == [b"\x89PNG\0"]
    others = pq.read_table(file.with_name("trending_rows.parquet"))["other"].to_pylist()
    assert others == [[("note", "to (e-mail)"), ("=b", None)]]
    assert pq.read_table(file.with_name("comparisons.parquet")).num_rows == 0


def test_nobody_is_named_unless_asked(every, exported):
    for form in ("csv", "parquet"):
        text = strings(every[0] / form)
        assert [name for name in HIDDEN if name in text] == []
        assert MAIL.findall(text) == []
        assert "MyChannel" in text  # what a channel says of itself is public
    named = strings(exported("named", "chat_messages", "comments", "responses", names=True))
    assert [name for name in HIDDEN if name not in named] == [API_KEY]


def test_pseudonyms_agree_by_key(every, exported):
    def author(folder):
        chat, (comment,) = (read(folder / f"{name}.csv") for name in ("chat_messages", "comments"))
        assert chat[-2]["author_name"] == ""
        assert len({row["author_name"] for row in chat[:-2]}) == 7
        for name in ("author_name", "author_channel_id"):
            assert comment[name] == chat[1][name] != chat[2][name]
        assert re.fullmatch("[0-9a-f]{32}", comment["author_name"])
        return comment["author_name"]

    assert author(every[0] / "csv") != author(exported("other", "chat_messages", "comments"))


def test_equal_exports_are_equal_to_the_byte(every, exported, monkeypatch):
    monkeypatch.setattr(batches, "ROWS", 7)
    for form in ("csv", "parquet"):
        again = exported(form, "chat_messages", OWN, form=form) / f"chat_messages.{form}"
        assert again.read_bytes() == (every[0] / form / again.name).read_bytes()


def test_the_usual_tables_and_what_is_said(exported, capsys):
    folder = exported("usual", OWN)
    said = capsys.readouterr().out
    names = {file.name for file in folder.iterdir()}
    assert names == {"videos.csv", "thumbnail_features.csv", "comparisons.csv", "columns.csv"}
    assert (folder / "comparisons.csv").read_text() == ",".join(tables.COMPARISONS.column_names) + "\n"
    assert [part for part in ("without any row: comparisons", "not in this lake yet: keyword_statistics", "your privacy.key") if part not in said] == []  # fmt: skip
    first, second, third = read(folder / "videos.csv")
    assert (first["video_id"], first["title"], first["view_count"], first["has_captions"]) == ("'-v1", "'=1+1", "7", "true")  # fmt: skip
    assert json.loads(first["tags"]) == ["a,b", 'c"d', "(e-mail)", None]
    assert (second["tags"], second["view_count"], third["tags"]) == ("[]", "", "")
    vectors = [row["thumbnail_ocr_embed"] for row in read(folder / "thumbnail_features.csv")]
    assert vectors == ["[0.1,-1e-9,null]", ""]


def test_the_dictionary_has_every_column(every, exported, tmp_path):
    root, said = every
    assert [part for part in ("left out: pictures.data: ", "left out: responses.body: ") if part not in said] == []
    folder = shutil.copytree(root / "csv", tmp_path / "d")
    found = read(folder / "columns.csv")
    for file in folder.glob("*.csv"):
        if file.name != "columns.csv":
            header = file.read_text(encoding="utf-8").split("\n")[0].split(",")
            assert [row["column"] for row in found if row["table"] == file.stem] == header
    assert {file.name for file in folder.iterdir()} == {"columns.csv", *(f"{table.name}.csv" for table in ROWS)}
    told = {(row["table"], row["column"]): row for row in found}
    assert told["chat_messages", "offset_seconds"]["unit"] == "s"
    assert told["chat_messages", "amount_micros"]["unit"] == "millionths of the currency"
    assert told["videos", "thumbnail_width"]["unit"] == "px"
    assert told["videos", "published_at"]["unit"] == "UTC"
    assert told["comments", "author_name"]["meaning"].endswith("; in this export: a pseudonym")
    assert told["thumbnail_features", "sad_count"]["meaning"].startswith("Faces with this emotion")
    # A further export into the folder adds to it, and keeps what is of no concern to it.
    (folder / "mine.txt").write_text("x")
    exported("d", "videos", columns=("title",), bom=True)
    after = read(folder / "columns.csv")
    assert {row["table"] for row in after} == {row["table"] for row in found}
    assert [row["column"] for row in after if row["table"] == "videos"] == ["title"]
    assert (folder / "mine.txt").read_text() == "x"
    assert (folder / "videos.csv").read_bytes() == b'\xef\xbb\xbftitle\n"\'=1+1"\n""\n"other"\n'


def test_rows_and_columns_that_are_wanted(exported):
    assert [row["keyword"] for row in read(exported("k", "search_hits", keywords=("cats",)) / "search_hits.csv")] == [
        "cats"
    ]
    rows = read(exported("w", "videos", where="view_count > 5", columns=("view_count", "title"), guarded=False) / "videos.csv")  # fmt: skip
    assert rows == [{"view_count": "7", "title": "=1+1"}]
    alone = (exported("a", "videos", columns=("tags",)) / "videos.csv").read_text()
    assert alone.split("\n")[2:] == ['"[]"', '""', ""]  # a null alone is no empty line, which readers leave out
    usual = exported("u", keywords=("cats",))
    assert {file.name: len(read(file)) for file in usual.glob("[!c]*.csv")} == {"videos.csv": 1, "thumbnail_features.csv": 1}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "options", "part"),
    [
        (["vidoes"], {}, "there is no table 'vidoes'; did you mean videos?"),
        (["videos"], {"columns": ("titel",)}, "silver.videos has no column 'titel'; did you mean title?"),
        (["chatters"], {}, "has no table gold.chatters yet; it is filled by: tubelake run analyse_chat"),
        (["videos"], {"where": "views >"}, "cannot use --where on silver.videos: "),
        (["videos"], {"where": "view_cuont > 1"}, "view_cuont"),
        (["videos"], {"keywords": ("cast",)}, "no search of this lake for 'cast' has found anything; did you mean 'cats'?"),
        (["comparisons"], {"keywords": ("cats",)}, "gold.comparisons has no rows of a keyword"),
        (["pictures"], {"columns": ("data",)}, "--format parquet"),
        (["responses"], {"columns": ("body",)}, "--names"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(exported, tmp_path, words, options, part):
    with pytest.raises(UsageError) as told:
        exported("wrong", *words, **options)
    assert part in str(told.value)
    assert "\n" not in str(told.value)
    assert [*tmp_path.glob("wrong/*")] == []


def test_what_is_in_the_way(exported, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "taken/videos.csv").mkdir(parents=True)
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/columns.csv").write_text("a,b\n1,2\n")
    cases = {"file": "give another --out", "file/below": "give another", "taken": "it is a folder", "strange": "columns.csv is in the way"}  # fmt: skip
    for out, part in cases.items():
        with pytest.raises(UsageError, match=part):
            exported(out, "videos")
    with pytest.raises(UsageError, match="takes a folder of this machine"):
        files.folder(tmp_path.relative_to(tmp_path) / "s3://bucket/x")
    assert (tmp_path / "strange/columns.csv").read_text() == "a,b\n1,2\n"
    with pytest.raises(TubeLakeError, match=r"cannot export silver\.videos: .*gone"):
        exported("broken", "videos", where="raise_error('gone') IS NULL")
    assert [*(tmp_path / "broken").iterdir()] == []


def test_a_full_disk_leaves_the_old_file(every, exported, tmp_path):
    folder = shutil.copytree(every[0] / "csv", tmp_path / "full")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with limited_files(400_000), pytest.raises(UsageError, match=r"cannot write .*; give another --out, or make room"):
        exported("full", "chat_messages")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@contextlib.contextmanager
def limited_files(size):
    """This process can write no file larger than this: what a full disk does, an error in the middle of a write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_kill_leaves_the_old_files(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("old")
    dying = (
        "import os, signal, sys; from pathlib import Path; from tubelake.export import files\n"
        "with files.replacing(*map(Path, sys.argv[1:])) as streams:\n"
        "    [stream.write(b'new' * 100_000) for stream in streams]\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", dying, one, other], check=False)
    assert died.returncode == -signal.SIGKILL
    assert one.read_text() == "old"
    assert not other.exists()
    with files.replacing(one, other) as streams:
        for stream in streams:
            stream.write(b"new")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"one": "new", "other": "new"}


def test_the_command(lake, tmp_path, capsys, monkeypatch):
    for name in [name for name in os.environ if name.startswith("TUBELAKE_")]:
        monkeypatch.delenv(name)
    fixed = ["--set", f"lake.root={lake.root}", "--set", f"run.logs={tmp_path}"]
    words = [
        "export",
        "videos",
        "--columns",
        "video_id,title",
        "--keyword",
        "cats",
        "--raw",
        "--bom",
        "--format",
        "csv",
    ]
    cases = [
        ([*words, "--out", str(tmp_path / "x"), *fixed], 0, ["silver.videos", "videos.csv", "TUBELAKE_PRIVACY_KEY keeps"]),
        (["export", "videos", "--all"], 2, ["name tables, or say --all"]),
        (["export", "--format", "parquet", "--bom"], 2, ["--bom and --raw are about CSV"]),
        (["export", "--format", "xls"], 2, ["'--format'", "parquet"]),
        (["export", "videos", "--columns", ","], 2, ["--columns wants names"]),
    ]  # fmt: skip
    for arguments, code, parts in cases:
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said = capsys.readouterr()
        assert ended.value.code == code, said
        assert [part for part in parts if part not in said.out + said.err] == []
    assert (tmp_path / "x/videos.csv").read_bytes() == b'\xef\xbb\xbfvideo_id,title\n"v1",""\n'


def test_who_is_named_is_declared():
    """A column that says who somebody is, or what viewers wrote, is known to exports as such."""
    public = {"picture_text.text", "caption_snippets.text", "caption_windows.text", "corrected_texts.text", "corrected_texts.corrected_text", "thumbnail_features.thumbnail_ocr_text", "video_features.picture_text", "video_features.picture_text_corrected", "chat_messages.sticker_text", "embeddings.text_hash", "trending_rejects.text"}  # fmt: skip
    who = re.compile(r"author|gifter|banned|chatter|user|handle|commenter|person|display_name|who\b|pseudonym", re.IGNORECASE)  # fmt: skip
    of_channels = {"channels.custom_url"}  # a channel that publishes is public
    for table in tables.ALL:
        assert {*table.persons, *table.said, *table.raw} <= {*table.column_names}
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            says_who = who.search(column.name) or re.search("pseudonym|handle", column.comment)
            if "string" in column.type and says_who and name not in of_channels:
                assert column.name in table.persons, name
            if column.type == "string" and re.search(r"(^|_)text($|_)", column.name) and name not in public:
                assert column.name in table.said, name


def test_units_are_read_off_comments():
    cases = {
        "Length (s); null where missing": "s", "Where it begins (s from the start of the video)": "s", "Width (px)": "px",
        "What they paid in all (in the currency)": "the currency", "Start (UTC)": "UTC", "Size (bytes)": "bytes",
        "Standard deviation (n - 1)": None, "-1 (bad) to 1 (good)": None, "Language (ISO 639-1)": None,
        "how much (standard deviations); null": "standard deviations", "Rank from 1": None,
    }  # fmt: skip
    assert {text: tables.Column("c", "double", text).unit for text in cases} == cases


def test_labels_of_the_projector_name_nobody(spark):
    rows = [("comments", "hi @Bob_99"), ("videos", "by @MyChannel, a@b.cd"), ("comments", None)]
    texts = projector.covered(spark.createDataFrame(rows, "source string, text string"), EMBEDDED)
    assert [tuple(row) for row in texts.collect()] == [
        ("comments", "hi @user"), ("videos", "by @MyChannel, (e-mail)"), ("comments", None),
    ]  # fmt: skip


def test_text_of_any_length_takes_time_in_proportion():
    """Expressions that go back and forth take hours for such a text."""
    hostile = pa.array(["a.-" * 300_000 + "@", "@" + "a-." * 300_000, "a@" * 300_000, "AIza" * 200_000])
    done = people.without_people(hostile, handles=True).to_pylist()
    assert done == [hostile[0].as_py(), "@user-.", "a" + "@user" * 299_999 + "@", "(key)"]


@pytest.mark.slow  # every message of the real chats
@pytest.mark.real_data
def test_real_chat(spark, tmp_path, real_data):
    items = [json.loads(line) for line in (real_data / "corpus/chat.jsonl").open(encoding="utf-8")]
    bodies = [(json.dumps({"items": items[at : at + 500]}),) for at in range(0, len(items), 500)]
    answers = (
        spark.createDataFrame(bodies, "body string")
        .withColumns({"method": F.lit("liveChatMessages.list"), "params": F.lit('{"liveChatId": "c"}')})
        .withColumns({"subject": F.lit("v"), "status": F.lit(200), "fetched_at": F.lit(AT)})
        .withColumns({name: F.lit(None).cast("string") for name in ("shard", "reason")})
    )
    own = settings.Lake(root=str(tmp_path / "real"))
    store.ensure(spark, tables.CHAT_MESSAGES, own)
    store.append(messages_from_answers(answers), tables.CHAT_MESSAGES, own)
    values = settings.load(overrides=[f"lake.root={own.root}", f"run.logs={tmp_path}", "run.id=r"], environ={})
    out = tmp_path / "out"
    export(values, Wanted(("chat_messages",)), out, people.treated(values.privacy, names=False))
    rows = {row["message_id"]: row for row in read(out / "chat_messages.csv")}
    assert len(rows) == len({item["id"] for item in items}) > 8_000
    authors = {item["authorDetails"][name] for item in items for name in ("displayName", "channelId")}
    text = strings(out)
    assert [author for author in authors if author in text] == []
    assert MAIL.findall(text) == []
    wrote = {item["id"]: item["snippet"].get("textMessageDetails", {}).get("messageText") for item in items}
    plain = {key: text for key, text in wrote.items() if text and "@" not in text and text[0] not in "=+-\t\r"}
    assert len(plain) > 7_000
    assert {key: rows[key]["text"] for key in plain} == plain
