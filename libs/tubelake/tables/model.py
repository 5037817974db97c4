"""What a table is: columns with comments and units, key, layout."""

import re
from dataclasses import dataclass, replace

# Where a comment says a unit, it stands in brackets: "Length (s); null where missing", "(s from the start of the video)".
_UNIT = re.compile(
    r"\((?:in )?(UTC|s|px|bytes|bits|days|standard deviations|the currency|millionths of the currency)\b[^)]*\)"
)
COMMITS_A_CHECKPOINT = 50  # Delta's 10 are for tables whose every reader is another process; one takes 0.5 to 5 s


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    comment: str

    @property
    def unit(self) -> str | None:
        """The unit of its numbers, as the comment says it; null: it counts things, or has none."""
        found = _UNIT.search(self.comment)
        return found[1] if found else None


@dataclass(frozen=True)
class Table:
    """A Delta table, or the part of one that a job reads or writes (`part`: a value of its partition column)."""

    layer: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    newest_by: str | None = None  # of two rows with one key, the one with the larger value stays
    oldest_by: str | None = None  # the one with the smaller value stays
    partition_by: tuple[str, ...] = ()
    zorder_by: tuple[str, ...] = ()  # columns whose near values stand near each other once files are compacted
    searched_by: tuple[str, ...] = ()  # further columns by which readers leave out files
    properties: tuple[tuple[str, str], ...] = ()
    fixed: str | None = None  # a column that never changes for a key and grows with time: a MERGE reads only its range
    rule: int = 1  # raise it when the meaning of a column changes: the table is then derived anew
    part: str | None = None
    whole_by: str | None = None  # a thing whose rows come together: those that are no longer among them go
    aged_by: str | None = None  # time from which the age of its rows counts; None: they do not age
    forgets: tuple[str, ...] = ()  # columns that age empties, of rows that stay; none: age deletes the whole row
    # What exports do with people, who did not ask to be in anybody's file:
    persons: tuple[str, ...] = ()  # columns that say who wrote or did something: exports have pseudonyms of them
    said: tuple[str, ...] = ()  # columns of what viewers wrote: exports have no handles of people in them
    raw: tuple[str, ...] = ()  # columns of whole answers, in which names stand anywhere: exports leave them out

    def of(self, part: str | None) -> "Table":
        """Only the rows of this table whose partition is `part`: what a job depends on, more exactly; None: all rows."""
        return replace(self, part=part)

    @property
    def full_name(self) -> str:
        return f"{self.layer}.{self.name}"

    @property
    def ddl(self) -> str:
        """The columns as Spark SQL DDL, without comments: a schema for `createDataFrame`."""
        return ", ".join(f"{column.name} {column.type}" for column in self.columns)

    @property
    def measured(self) -> list[str]:
        """The columns whose least and greatest value Delta keeps for each file: those that rows are looked up by.

        Each column more is more code that every task which writes must generate first.
        """
        times = (self.newest_by, self.oldest_by, self.fixed, self.aged_by, self.whole_by)
        looked_up = dict.fromkeys([*self.key, *self.zorder_by, *filter(None, times), *self.searched_by])
        return [column for column in looked_up if column not in self.partition_by]

    @property
    def delta_properties(self) -> dict[str, str]:
        """What Delta is told when it makes the table."""
        return {
            "delta.checkpointInterval": str(COMMITS_A_CHECKPOINT),
            "delta.dataSkippingStatsColumns": ",".join(self.measured),
            **dict(self.properties),
        }

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def explained(self) -> dict[str, Column]:
        """The columns by name, each with a comment that can be read alone: "Likewise" is what the column before says."""
        found: dict[str, Column] = {}
        before = ""
        for column in self.columns:
            begins_likewise = column.comment.lower() == "likewise"
            before = before if begins_likewise else column.comment
            found[column.name] = replace(column, comment=before)
        return found


def columns(text: str) -> tuple[Column, ...]:
    """One column a line: name, type, comment."""
    return tuple(Column(*line.split(None, 2)) for line in text.splitlines() if line.strip())


CHANGE_FEED = (("delta.enableChangeDataFeed", "true"),)
