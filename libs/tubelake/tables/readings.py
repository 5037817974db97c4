"""Tables of results about texts, small enough to be built anew."""

from tubelake.tables.model import Table, columns

CHAT_MINUTES = Table(
    "gold", "chat_minutes", "One row a minute of a live chat that has messages",
    columns("""
    chat_id          string         Chat
    minute           int            Minute of the stream, from 0, below it before the start; from the chat's first message where the start is not known
    video_id         string         The live video
    began_at         timestamp      When the minute began (UTC)
    message_count    bigint         Messages with words
    author_count     bigint         Different authors of them
    mean_polarity    double         Mean polarity of the scored ones; null without any
    positive_count   bigint         Scored ones above 0
    negative_count   bigint         Scored ones below 0
    unscored_count   bigint         Messages that the backend cannot read
    positive_share   double         Of the scored ones; null without any
    negative_share   double         Of the scored ones; null without any
    is_peak          boolean        Whether more was written than in the minutes around it: see README
    peak_words       array<string>  What this peak's messages say more often than the rest of the chat, the strongest first; null: no peak
    """), key=("chat_id", "minute"), rule=2,
)  # fmt: skip
CHATTERS = Table(
    "gold", "chatters", "One row a chat and author of messages in it",
    columns("""
    chat_id             string     Chat
    author_channel_id   string     Author's channel, or the pseudonym
    author_name         string     Newest name, or the pseudonym
    video_id            string     The live video
    message_count       bigint     Messages with words
    share               double     Of all messages with words of the chat
    median_gap_seconds  double     Median time between two of them (s); null for one message
    is_owner            boolean    Whether it ever was the stream's own channel
    is_moderator        boolean    Whether it ever was a moderator
    is_member           boolean    Whether it ever was a member
    is_verified         boolean    Whether it ever was verified
    mean_polarity       double     Mean polarity of its scored messages; null without any
    first_at            timestamp  Its first message (UTC)
    last_at             timestamp  Its last message (UTC)
    """), key=("chat_id", "author_channel_id"), persons=("author_channel_id", "author_name"),
)  # fmt: skip
SUPER_CHATS = Table(
    "gold", "super_chats", "Super chats and stickers by chat and currency",
    columns("""
    chat_id        string         Chat
    currency       string         Currency (ISO 4217)
    video_id       string         The live video
    paid_count     bigint         Super chats and stickers
    author_count   bigint         Different people who paid
    amount         decimal(38,6)  What they paid in all (in the currency)
    largest        decimal(38,6)  The largest one (in the currency)
    """), key=("chat_id", "currency"),
)  # fmt: skip
CHAT_EXAMPLES = Table(
    "gold", "chat_examples", "Messages that show the best and the worst mood of a chat",
    columns("""
    chat_id         string  Chat
    side            string  positive or negative
    rank            int     From 1, the strongest first
    message_id      string  The message
    video_id        string  The live video
    offset_seconds  double  When in the stream it was written (s)
    text            string  What it says
    polarity        double  -1 to 1
    subjectivity    double  0 to 1; null where the backend has none
    """), key=("chat_id", "side", "rank"), said=("text",),
)  # fmt: skip
VIDEO_SENTIMENT = Table(
    "gold", "video_sentiment", "Sentiment of a video's texts, a row for each kind of text",
    columns("""
    video_id              string   Video
    source                string   chat_messages, comments, videos (its title) or caption_windows
    text_count            bigint   Texts
    scored_count          bigint   Texts that were scored
    word_count            bigint   Words of those
    coverage              double   Share of these words that the backend knows
    polarity              double   Mean, weighted by words
    subjectivity          double   Mean, weighted by words
    polarity_low          double   95 % interval of the mean polarity, lower end; null under two texts
    polarity_high         double   Upper end
    subjectivity_low      double   95 % interval of the mean subjectivity, lower end; null under two texts
    subjectivity_high     double   Upper end
    has_enough_words      boolean  Whether there are at least 200 scored words: fewer say little
    subjectivity_rank     bigint   1: the most subjective of those with enough words, of the same kind; null without
    objectivity_rank      bigint   1: the most objective of those, likewise
    """), key=("video_id", "source"),
)  # fmt: skip
COMPARISONS = Table(
    "gold", "comparisons", "Whether groups of videos differ, with effect, interval and how sure that is",
    columns("""
    grouping          string  keyword, category, cohort, or keyword size
    metric            string  polarity or subjectivity of a kind of text, or a count such as view_count
    group_a           string  First group
    group_b           string  Second group
    video_count_a     bigint  Videos with a value in the first
    video_count_b     bigint  And in the second
    word_count_a      bigint  Words behind the first; null where the metric is no text's
    word_count_b      bigint  And behind the second
    median_a          double  Median of the first
    median_b          double  Median of the second
    effect            double  Cliff's delta, -1 to 1: how much more often a value of the first is the greater one
    effect_low        double  95 % bootstrap interval, lower end
    effect_high       double  Upper end
    p_value           double  Two-sided Mann-Whitney test
    p_adjusted        double  By Holm, over all comparisons of the grouping
    least_detectable  double  Smallest effect that so many videos show in 80 of 100 cases, at 5 %
    verdict           string  In plain words
    """), key=("grouping", "metric", "group_a", "group_b"),
)  # fmt: skip
TOP_TERMS = Table(
    "gold", "top_terms", "Words, word pairs and topics that mark a keyword, category or cohort",
    columns("""
    grouping     string         keyword, category or cohort
    group        string         The group
    kind         string         word, pair or topic
    rank         int            From 1, the strongest first
    term         string         The word or pair; of a topic its words, the strongest first
    video_count  bigint         Videos of the group whose title, tags or captions have it; of a topic those mostly about it
    share        double         Of the group's videos
    strength     double         Log-odds against all other groups with an informative prior (z), null without another group; of a topic its mean weight
    """), key=("grouping", "group", "kind", "rank"),
)  # fmt: skip
NOVEL_SEGMENTS = Table(
    "gold", "novel_segments", "Segments of a keyword's captions that differ most from those of its other videos",
    columns("""
    keyword        string         Keyword
    rank           int            From 1, the most novel first
    video_id       string         Video
    track_id       string         Caption track
    position       int            Number of the segment in it
    start_seconds  double         Where it begins (s)
    end_seconds    double         Where it ends (s)
    word_count     bigint         Words in it
    novelty        double         Divergence of its words from those of the keyword's other videos, above what its length alone gives (bits)
    keywords       array<string>  Words that make it so, the strongest first
    url            string         Link to its first second
    """), key=("keyword", "rank"),
)  # fmt: skip
ASPECTS = Table(
    "gold", "aspects", "What is said about each named aspect: sentences of captions, messages, comments",
    columns("""
    aspect          string  Aspect, as text.aspects names it
    video_id        string  Video
    source          string  chat_messages, comments or caption_windows (sentences)
    text_count      bigint  Texts that speak of it
    scored_count    bigint  Of those scored
    polarity        double  Mean; null without scored ones
    subjectivity    double  Mean; null without scored ones
    positive_count  bigint  Above 0
    negative_count  bigint  Below 0
    best_text       string  The most positive one
    worst_text      string  The most negative one
    """), key=("aspect", "video_id", "source"), said=("best_text", "worst_text"),
)  # fmt: skip
