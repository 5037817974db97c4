"""The records of a CSV file, and the lines they stand on, whatever the quotes do: judged by Python's strict reader."""

import csv
import gzip
import io
import random

import pytest

from tubelake.errors import UsageError
from tubelake.imports import files, records

HEADER = "id,text,n\n"
# Fields of each good record with the line it begins on, then the lines and reasons of the bad ones.
CASES = {
    "plain": ("a,b,1\nc,d,2\n", [("a", "b", "1", 2), ("c", "d", "2", 3)], []),
    "no line end at the end": ("a,b,1\nc,d,2", [("a", "b", "1", 2), ("c", "d", "2", 3)], []),
    "CRLF": ("a,b,1\r\nc,d,2\r\n", [("a", "b", "1", 2), ("c", "d", "2", 3)], []),
    "quoted newlines": ('a,"b\nb\r\n\nb",1\nc,d,2\n', [("a", "b\nb\r\n\nb", "1", 2), ("c", "d", "2", 6)], []),
    "quoted commas and quotes": ('a,"b,""b""",1\n', [("a", 'b,"b"', "1", 2)], []),
    "carriage returns in a field": ('a,"b\rb",1\nc,d,2\n', [("a", "b\rb", "1", 2), ("c", "d", "2", 3)], []),
    "a carriage return that ends a record": ("a,b,1\rc,d,2\ne,f,3\n",
                                             [("a", "b", "1", 2), ("c", "d", "2", 2), ("e", "f", "3", 3)], []),
    "a line of spaces": ("  \na,b,1\n", [("a", "b", "1", 3)], [(2, "1 fields instead of 3", "  ")]),
    "blank lines": ("\na,b,1\n\n\nc,d,2\n\n", [("a", "b", "1", 3), ("c", "d", "2", 6)], []),
    "empty fields": ("a,,\n", [("a", None, None, 2)], []),
    "too few fields": ("a,b\nc,d,2\n", [("c", "d", "2", 3)], [(2, "2 fields instead of 3", "a,b")]),
    "too many, over lines": ('a,"b\nb",1,2\nc,d,2\n', [("c", "d", "2", 4)],
                             [(2, "4 fields instead of 3", 'a,"b\nb",1,2')]),
    "quotes inside a field": ('a,5" tv,1\nc,"d\nd",2\ne,5" x 7",3\n',
                              [("a", '5" tv', "1", 2), ("c", "d\nd", "2", 3), ("e", '5" x 7"', "3", 5)], []),
    "a quoted field without an end": ('a,b,1\nc,"d,2\ne,f,3\ng,h,4\n',
                                      [("a", "b", "1", 2), ("e", "f", "3", 4), ("g", "h", "4", 5)],
                                      [(3, "a quoted field does not end", 'c,"d,2')]),
    "only a header": ("", [], []),
    "words of the world": ("é,요리 🍜,1\n", [("é", "요리 🍜", "1", 2)], []),
}  # fmt: skip


def read_all(path, monkeypatch=None, piece_bytes=None):
    """Every good record with its line and every bad one, as tasks read them after a survey."""
    if piece_bytes:
        monkeypatch.setattr(files, "PIECE_BYTES", piece_bytes)
    encoding, head, pieces = files.survey(str(path), lambda found, head: len(found.numbers))
    good, bad, numbers = [], [], []
    for piece, found in files.read_pieces(str(path), encoding, head, pieces):
        rows = zip(*(column.to_pylist() for column in found.columns), strict=True)
        good += [(*row, int(line) + piece.line + 1) for row, line in zip(rows, found.lines, strict=True)]
        bad += [(each.line + piece.line + 1, each.reason, each.text) for each in found.bad]
        numbers += [int(number) + piece.record + 1 for number in found.numbers]
    assert (sum(piece.rows for piece in pieces), sum(piece.bad for piece in pieces)) == (len(good), len(bad))
    assert numbers == sorted(set(numbers))
    return good, bad, pieces


@pytest.mark.parametrize("piece_bytes", [None, 1, 9])
@pytest.mark.parametrize("case", CASES)
def test_records_lines_and_reasons(tmp_path, monkeypatch, case, piece_bytes):
    text, good, bad = CASES[case]
    path = tmp_path / "file.csv"
    path.write_bytes((HEADER + text).encode())
    assert read_all(path, monkeypatch, piece_bytes)[:2] == (good, bad)
    if not bad:
        strict = list(csv.reader(io.StringIO(HEADER + text, newline=""), strict=True))
        assert [[field or "" for field in row[:-1]] for row in good] == [row for row in strict[1:] if row]


def noise(numbers: random.Random) -> str:
    """Records of two fields, and lines that are anything."""
    fields, marks = ("a", '"b\nc"', '"x,y"', '"q""q"', "", "é"), ("a", ",", '"', '""', "\n", "\r", "é", " ")
    lines = [
        ",".join(numbers.choices(fields, k=2)) if numbers.random() < 0.7 else "".join(numbers.choices(marks, k=4))
        for _ in range(numbers.randrange(12))
    ]
    return "".join(line + numbers.choice(("\n", "\n", "\r\n")) for line in lines)


def test_any_noise_is_read_as_csv_reads_it(tmp_path, monkeypatch):
    numbers, path, compared = random.Random(4), tmp_path / "a.csv", 0
    for _ in range(1500):
        text = "h,i\n" + noise(numbers)
        path.write_bytes(text.encode())
        good, bad, _ = read_all(path, monkeypatch, numbers.choice((1, 5, 20, 1 << 20)))
        if any(reason == "a quoted field does not end" for _, reason, _ in bad):
            continue  # `csv` gives the rest of the file as one field
        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert [[field or "" for field in row[:-1]] for row in good] == [row for row in rows if len(row) == 2], text
        assert len(bad) == sum(len(row) not in (0, 2) for row in rows), text
        assert all(
            text.split("\n")[line - 1].startswith(said.split("\n")[0]) for line, _, said in bad if "\r" not in text
        )
        compared += 1
    assert compared > 1000


def test_pieces_of_a_packed_file_and_of_a_plain_one_are_the_same(tmp_path, monkeypatch):
    text = HEADER + "".join(f'{number},"line\n{number}",{number}\n' for number in range(1000))
    (tmp_path / "a.csv").write_bytes(text.encode())
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    plain = read_all(tmp_path / "a.csv", monkeypatch, 500)
    assert plain == read_all(tmp_path / "a.csv.gz", monkeypatch, 500)
    good, _, pieces = plain
    assert len(pieces) > 20
    assert good[999] == ("999", "line\n999", "999", 2000)


def test_quotes_that_mislead_in_the_middle_of_a_large_file_lose_nothing(tmp_path, monkeypatch):
    rows = [f'{number},"line\n{number}",{number}\n' for number in range(1000)]
    rows[500] = '500,5" tv,500\n'
    (tmp_path / "a.csv").write_text(HEADER + "".join(rows))
    good, bad, pieces = read_all(tmp_path / "a.csv", monkeypatch, 500)
    assert [row[0] for row in good] == [str(number) for number in range(1000)]
    assert (good[500][1], good[999][3], bad) == ('5" tv', 1999, [])
    assert len(pieces) > 20


def test_a_field_that_never_ends_does_not_swallow_a_large_file(tmp_path, monkeypatch):
    for module in (files, records):
        monkeypatch.setattr(module, "FIELD_LIMIT", 2000)
    count = 1000
    rows = "".join(f"{number},b,{number}\n" for number in range(count))
    (tmp_path / "a.csv").write_text(f'{HEADER}x,"y,0\n{rows}')
    good, bad, _ = read_all(tmp_path / "a.csv")
    assert bad == [(2, "a quoted field does not end", 'x,"y,0')]
    assert (len(good), good[-1]) == (count, (str(count - 1), "b", str(count - 1), count + 2))


NAUGHTY = "naïve – “quoted” €5"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (NAUGHTY.encode(), NAUGHTY),
        (b"\xef\xbb\xbf" + NAUGHTY.encode(), NAUGHTY),
        (NAUGHTY.encode("cp1252"), NAUGHTY),
        (b"caf\xe9 \x81", "café \x81"),  # one of the five bytes that cp1252 leaves open
        ("요리 ".encode() + b"\xec\x9a", "요리 \ufffd"),  # Kaggle's Korean file: a character that was cut
    ],
)
def test_encodings(tmp_path, raw, text):
    mark, raw = (raw[:3], raw[3:]) if raw.startswith(b"\xef\xbb\xbf") else (b"", raw)
    (tmp_path / "a.csv").write_bytes(mark + HEADER.encode() + b"a," + raw + b",1\n")
    assert read_all(tmp_path / "a.csv")[:2] == ([("a", text, "1", 2)], [])
    assert files.read_head(str(tmp_path / "a.csv"), files.UTF8).names == ("id", "text", "n")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "names of columns"), (b"\n", "names of columns"), ("id,text\n".encode("utf-16"), "UTF-16")],
)
def test_what_is_no_csv_is_refused(tmp_path, raw, reason):
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(ValueError, match=reason):
        files.survey(str(tmp_path / "a.csv"), lambda found, head: 0)


def test_a_path_is_a_file_a_folder_or_a_pattern(tmp_path):
    for name in ("b.csv", "a.csv.gz", "notes.txt", "deep/c.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = {path: [file.name for file in files.find(str(tmp_path / path), "import.path")] for path in
             ("b.csv", ".", "*.csv", "**/*.csv*", "notes.txt")}  # fmt: skip
    assert found == {
        "b.csv": ["b.csv"], ".": ["a.csv.gz", "b.csv"], "*.csv": ["b.csv"],
        "**/*.csv*": ["a.csv.gz", "b.csv", "c.csv"], "notes.txt": ["notes.txt"],
    }  # fmt: skip
    for path in ("none.csv", "*.tsv", "none"):
        with pytest.raises(UsageError, match=r"import\.path: no \.csv"):
            files.find(str(tmp_path / path), "import.path")
