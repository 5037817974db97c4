"""CSV files -> pieces that tasks can read apart: encoding, header, where records begin, which records and lines."""

import codecs
import glob
import gzip
import hashlib
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np
import pyarrow as pa

from tubelake.errors import UsageError
from tubelake.imports.records import FIELD_LIMIT, Records, read, split

PIECE_BYTES = 16 << 20  # what one worker holds at a time, some five times over
HEADER_BYTES = 1 << 20
THREADS = 2  # of a survey: Arrow leaves the interpreter free
UTF8, NEARLY_UTF8, CP1252 = "utf-8", "utf-8 with errors", "cp1252"
# The five bytes that cp1252 leaves open are control characters in browsers, and so they are here.
_CP1252_TABLE = "".join(bytes([byte]).decode(CP1252, "ignore") or chr(byte) for byte in range(256))

Parsed = tuple[Records, int]  # the records of a piece, and how many of them are rows


class Head(NamedTuple):
    names: tuple[str, ...]
    offset: int  # where the records begin
    lines: int  # that the header takes
    newline: bytes


class Piece(NamedTuple):
    """A span of the (unpacked) file that begins and ends between records, and what stands before it."""

    offset: int
    length: int
    record: int  # records before it, without the header, with blank lines
    line: int  # lines before it
    rows: int  # records in it that are rows
    bad: int  # records in it that are none


def find(path: str, setting: str) -> list[Path]:
    """The CSV files of a file, a folder or a glob. Raises UsageError where there are none."""
    place = Path(path).expanduser()
    if place.is_file():
        return [place.absolute()]
    found = place.glob("*.csv*") if place.is_dir() else _matching(place)
    files = sorted(file.absolute() for file in found if file.is_file() and file.name.endswith((".csv", ".csv.gz")))
    if not files:
        raise UsageError(f"{setting}: no .csv or .csv.gz file at {path}")
    return files


def _matching(pattern: Path) -> Iterator[Path]:
    return map(Path, glob.iglob(str(pattern), recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern


def sha256(path: str) -> str:
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def encoding_of(path: str) -> str:
    """UTF8, or CP1252, or NEARLY_UTF8: with a few broken characters, which become U+FFFD."""
    decoder, good, broken = codecs.getincrementaldecoder(UTF8)("replace"), 0, 0
    with _open(path) as stream:
        while block := stream.read(PIECE_BYTES):
            text = decoder.decode(block)
            wrong = text.count("\ufffd")
            good, broken = good + len(text) - len(text.encode("ascii", "ignore")) - wrong, broken + wrong
    broken += decoder.decode(b"", final=True).count("\ufffd")  # a character that the file's end cuts off
    return UTF8 if not broken else NEARLY_UTF8 if good > broken else CP1252


def survey(path: str, count_rows: Callable[[Records, Head], int]) -> tuple[str, Head, list[Piece]]:
    """Read a file once, in bounded memory, for what tasks must know to read its pieces apart.

    `count_rows` says how many of some records are rows. Raises ValueError, in words for the user, for what is no CSV.
    """
    try:
        return UTF8, *_survey(path, UTF8, count_rows)
    except UnicodeDecodeError:
        encoding = encoding_of(path)
        return encoding, *_survey(path, encoding, count_rows)


def _survey(path: str, encoding: str, count_rows: Callable[[Records, Head], int]) -> tuple[Head, list[Piece]]:
    head = read_head(path, encoding)

    def parse(raw: bytes) -> Parsed:
        found = read(in_utf8(raw, encoding, head.newline), len(head.names), head.newline)
        return found, count_rows(found, head)

    pieces, offset, record, line = list[Piece](), head.offset, 0, head.lines
    with ThreadPoolExecutor(THREADS) as pool, _open(path) as stream:
        for length, (found, rows) in _parsed(pool, stream, head, parse):
            bad = len(found.bad) + len(found.numbers) - rows
            pieces.append(Piece(offset, length, record, line, rows, bad))
            offset, record, line = offset + length, record + found.count, line + found.line_count
    return head, pieces


def _parsed(
    pool: ThreadPoolExecutor, stream: BinaryIO, head: Head, parse: Callable[[bytes], Parsed]
) -> Iterator[tuple[int, Parsed]]:
    """The length of each piece of the file, and what `parse` gives for it."""
    offset = head.offset
    stream.seek(offset)
    for length, found in _in_order(pool, _cut_by_quotes(stream, head.newline), parse):
        if not found[0].is_closed:
            break  # some quotes are not around fields, so counting them does not tell where records begin
        yield length, found
        offset += length
    else:
        return
    stream.seek(offset)
    yield from _in_order(pool, _cut_by_records(stream), parse)


def _in_order(
    pool: ThreadPoolExecutor, cut: Iterator[bytes], parse: Callable[[bytes], Parsed]
) -> Iterator[tuple[int, Parsed]]:
    """The length of each piece and what `parse` gives for it; only as many pieces as there are threads are held."""
    waiting: deque[tuple[int, Future[Parsed]]] = deque()
    for raw in cut:
        waiting.append((len(raw), pool.submit(parse, raw)))
        if len(waiting) > THREADS:
            length, parsed = waiting.popleft()
            yield length, parsed.result()
    for length, parsed in waiting:
        yield length, parsed.result()


def read_pieces(path: str, encoding: str, head: Head, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Records]]:
    """The records of each piece, one piece in memory at a time."""
    with _open(path) as stream:
        for piece in pieces:
            stream.seek(piece.offset)
            text = in_utf8(stream.read(piece.length), encoding, head.newline)
            yield piece, read(text, len(head.names), head.newline)


def read_head(path: str, encoding: str) -> Head:
    """The names of the columns, and where the records begin. Raises ValueError for a file that is no CSV."""
    with _open(path) as stream:
        start = stream.read(HEADER_BYTES)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("it is in UTF-16; save it as UTF-8")
    mark = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    newline = b"\n" if b"\n" in start else b"\r"
    header, names = next(split(io.StringIO(_decoded(start[mark:], encoding, "replace"), newline="")), ("", None))
    if not names:
        raise ValueError("it does not begin with the names of columns")
    lines, end = header.count(newline.decode()), mark
    for _ in range(lines):
        end = start.index(newline, end) + 1
    return Head(tuple(name.strip() for name in names), end if lines else len(start), lines, newline)


def in_utf8(raw: bytes, encoding: str, newline: bytes) -> bytes:
    """Raises UnicodeDecodeError for what is not UTF-8, if the file is said to be that."""
    if encoding != UTF8:
        raw = _decoded(raw, encoding, "replace").encode()
    elif not _is_utf8(raw):
        raw.decode()  # raises, with the place
    return raw if raw.endswith((newline, b"\r")) else raw + newline


def _decoded(raw: bytes, encoding: str, errors: str) -> str:
    if encoding == CP1252:
        return codecs.charmap_decode(raw, errors, _CP1252_TABLE)[0]
    return raw.decode(UTF8, errors)


def _is_utf8(raw: bytes) -> bool:
    """Ten times as fast as decoding: Arrow does not build the text."""
    offsets = pa.py_buffer(np.array([0, len(raw)], np.int32).tobytes())
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(raw)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _open(path: str) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if path.endswith(".gz") else Path(path).open("rb")


def _cut_by_quotes(stream: BinaryIO, newline: bytes) -> Iterator[bytes]:
    """Pieces that end at a newline with an even number of quotes before it: right where quotes are used as they should."""
    rest = b""
    while block := stream.read(PIECE_BYTES):
        rest += block
        end = _last_record_end(rest, newline)
        if end == 0 and len(rest) > PIECE_BYTES + FIELD_LIMIT:
            end = rest.rfind(newline) + 1  # no field is as long: this piece will be found open
        if end:
            yield rest[:end]
        rest = rest[end:]
    if rest:
        yield rest


def _last_record_end(data: bytes, newline: bytes) -> int:
    """Just behind the last newline outside of quotes; 0: there is none."""
    quotes, end = data.count(b'"'), len(data)
    while (at := data.rfind(newline, 0, end)) >= 0:
        quotes -= data.count(b'"', at, end)
        if quotes % 2 == 0:
            return at + 1
        end = at
    return 0


def _cut_by_records(stream: BinaryIO) -> Iterator[bytes]:
    """The same for any file: slower, since Python reads each record. In latin-1 a character is a byte."""
    texts, size = list[str](), 0
    for text, _ in split(io.TextIOWrapper(stream, "latin-1", newline="")):
        texts.append(text)
        size += len(text)
        if size >= PIECE_BYTES:
            yield "".join(texts).encode("latin-1")
            texts, size = [], 0
    if texts:
        yield "".join(texts).encode("latin-1")
