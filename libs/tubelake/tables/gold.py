"""Tables of results, small enough to be built anew."""

from tubelake.tables.model import Table, columns

# What describe() says of values.
DESCRIBED = """
    mean           double  Arithmetic mean
    sd             double  Standard deviation (n - 1)
    min            double  Least value
    q1             double  First quartile, linearly interpolated
    median         double  Median, linearly interpolated
    q3             double  Third quartile, linearly interpolated
    max            double  Greatest value
"""
KEYWORD_STATISTICS = Table(
    "gold", "keyword_statistics", "describe() of each metric of a keyword's videos, from their newest counts",
    columns(f"""
    keyword        string  Keyword
    metric         string  Metric, such as view_count; ratios and rates say their unit in the name
    video_count    bigint  Videos of the keyword
    value_count    bigint  Videos with a value
    missing_count  bigint  Videos without
    {DESCRIBED.strip()}
    """), key=("keyword", "metric"),
)  # fmt: skip
HISTOGRAMS = Table(
    "gold", "histograms", "How often which value occurs, in bins of equal width or equal ratio",
    columns("""
    keyword      string  Keyword
    metric       string  Metric, as in keyword_statistics
    scale        string  linear or log
    bin          int     Number of the bin from 0; -1 on the log scale: values that are 0 or less
    lower        double  Where the bin begins (inclusive)
    upper        double  Where it ends (exclusive; inclusive in the last bin)
    video_count  bigint  Videos in it; empty bins are rows too
    """), key=("keyword", "metric", "scale", "bin"),
)  # fmt: skip
