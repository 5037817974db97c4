"""How good the data are."""

from tubelake.report.lake import Reading
from tubelake.report.section import Section


def section(reading: Reading) -> Section:
    return Section("quality", "Data quality", ())
