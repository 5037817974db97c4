"""The statistics of each keyword: describe(), histograms, and how heavy the tail is."""

from tubelake.report.lake import Reading
from tubelake.report.section import Section


def section(reading: Reading) -> Section:
    return Section("keywords", "Keywords", ())
