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
POWER_LAWS = Table(
    "gold", "power_laws", "How counts of videos are distributed, and whether their tail is a power law",
    columns("""
    keyword            string   Keyword whose videos are counted; empty: all
    metric             string   Count, such as view_count
    video_count        bigint   Videos
    value_count        bigint   Videos with a value
    zero_count         bigint   Of those with 0, which has no logarithm and is in no tail
    xmin               double   Where the tail begins that is most like a power law; null, like all after it, where none can be fitted
    tail_count         bigint   Videos in it; at least 50, and 10 % of those above 0
    tail_share         double   Of all with a value
    alpha              double   Exponent: P(x) ~ x^-alpha
    alpha_low          double   95 % interval of it, lower end; the tail's beginning is not taken for known
    alpha_high         double   Upper end
    ks_distance        double   Kolmogorov-Smirnov distance of tail and power law
    p_value            double   Share of data from that power law that lie as far from it: under 0.1 it is none
    lognormal_ratio    double   Normalised ratio of likelihoods (Vuong): above 0 the power law is likelier than a log-normal
    lognormal_p        double   p-value of it: from 0.1 on the data cannot tell them apart
    lognormal_mu       double   Mean of logarithms of the log-normal of this tail
    lognormal_sigma    double   Their standard deviation
    exponential_ratio  double   The same ratio against an exponential
    exponential_p      double   Its p-value
    exponential_rate   double   Rate of the exponential of this tail
    is_long_tailed     boolean  Whether the tail is longer than an exponential one; null: the data cannot tell
    verdict            string   In plain words; where nothing was fitted, why
    """), key=("keyword", "metric"),
)  # fmt: skip
CCDF = Table(
    "gold", "ccdf", "Share of videos with so many views (likes, comments) or more, at up to 200 values",
    columns("""
    keyword            string  Keyword whose videos are counted; empty: all
    metric             string  Count, as in power_laws
    value              double  A value above 0 that occurs
    share_at_or_above  double  Videos with so much or more, of all with a value, also 0; exact
    """), key=("keyword", "metric", "value"),
)  # fmt: skip
SEARCH_RECALL = Table(
    "gold", "search_recall", "How complete the search of a keyword is, by searching some time windows a second time",
    columns("""
    keyword         string  Keyword
    window_count    bigint  Time windows that were searched a second time
    call_count      bigint  Calls that this took
    found_first     bigint  Results published in them that the first search found
    found_again     bigint  That the second one found
    overlap         bigint  That both found
    total_estimate  double  Results in these windows, also those that none of the two found, by Chapman's estimator
    total_low       double  95 % interval of it, lower end: that of the recall, turned around
    total_high      double  Upper end; null where both found nothing in common
    recall          double  Share of what the second search found that the first had; null where it found nothing
    recall_low      double  95 % interval of it (Wilson), lower end
    recall_high     double  Upper end
    note            string  In plain words, with what it takes for granted
    """), key=("keyword",),
)  # fmt: skip
