"""Tables of what texts say: windows of captions, scores, entropy, segments. Each row names what it was made by."""

from tubelake.tables.model import CHANGE_FEED, Table, columns

_MADE_BY = """
    backend     string     What made it
    model_hash  string     SHA-256 of its model or word list, the first 16 digits
    rules       string     Versions of the rules that text went through before
    fetched_at  timestamp  When the newest of what it was made from was fetched (UTC)
"""
_SEGMENT = """
    document_id    string         Caption track or chat
    position       int            Number of the segment in it, from 0
    video_id       string         YouTube's id of the video
    language_code  string         Language of a track; null for a chat
    start_seconds  double         Where it begins (s from the start of the video)
    end_seconds    double         Where it ends (s)
    word_count     bigint         Words in it
    novelty        double         How much more its words differ from those before than shuffled ones (standard deviations); null in the first
    keywords       array<string>  Words that tell it from the rest of the video, the strongest first; of a single segment the commonest
    url            string         Link to its first second
    method         string         Rule by which it was found
    fetched_at     timestamp      When the newest of its texts was fetched (UTC)
"""

CAPTION_WINDOWS = Table(
    "silver", "caption_windows", "What caption tracks say, cut in other ways: one row a window of each kind",
    columns("""
    track_id       string     Track
    kind           string     minutes, words, sentence or paragraph
    position       int        Number of the window of this kind in the track, from 0
    window_id      string     track_id, kind and position in one, as text_scores names it
    video_id       string     YouTube's id of the video
    language_code  string     Language of the track
    start_seconds  double     When its first word is said (s from the start of the video)
    end_seconds    double     When its last word has been said (s)
    text           string     What is said
    word_count     int        Words in it
    fetched_at     timestamp  When the track was fetched (UTC)
    """), key=("track_id", "kind", "position"), newest_by="fetched_at", zorder_by=("video_id",),
    properties=CHANGE_FEED, aged_by="fetched_at", whole_by="track_id",
)  # fmt: skip
TEXT_SCORES = Table(
    "silver", "text_scores", "Language and sentiment of each text: one row a message, comment, title or caption window",
    columns(f"""
    source               string     Table of the text: chat_messages, comments, videos (titles) or caption_windows
    source_id            string     Its key there
    video_id             string     YouTube's id of the video
    language             string     Language (ISO 639-1); null where there is nothing to tell it by
    language_confidence  double     How sure that is, 0 to 1
    scored_text          string     The text as it was scored: slang, emoji and the like spelled out
    word_count           int        Words in it
    coverage             double     Share of its words that the backend knows; null without words
    is_scored            boolean    Whether the backend speaks its language and it has words: if not, that is no neutral
    polarity             double     -1 (bad) to 1 (good); null where it is unscored
    subjectivity         double     0 (matter of fact) to 1 (opinion); null where unscored or the backend has none
    assessments          array<struct<words:array<string>,polarity:double,subjectivity:double>>  What the polarity comes from
    {_MADE_BY.strip()}
    """), key=("source", "source_id"), partition_by=("source",), zorder_by=("video_id",),
    properties=CHANGE_FEED, aged_by="fetched_at", searched_by=("fetched_at",), said=("scored_text", "assessments"),
)  # fmt: skip
WINDOW_ENTROPY = Table(
    "silver", "window_entropy", "Information in the words of each window of a caption track or minute of a chat",
    columns("""
    source            string     captions or chat
    document_id       string     Caption track or chat
    position          int        Minute of the track, or of the chat's stream, from 0; minutes in which nothing is said have no row
    video_id          string     YouTube's id of the video
    start_seconds     double     Where the window begins (s from the start of the video)
    end_seconds       double     Where it ends (s)
    word_count        bigint     Words in it
    distinct_count    bigint     Different words in it
    entropy           double     Shannon entropy of its words (bits); 0 for one word, null for none
    relative_entropy  double     Kullback-Leibler divergence from all words before it, smoothed (bits); null without words, and where none come before
    novelty           double     That divergence against the same video's words shuffled (standard deviations); null where there is none, or shuffling changes nothing
    fetched_at        timestamp  When the newest of its texts was fetched (UTC)
    """), key=("source", "document_id", "position"), partition_by=("source",), zorder_by=("video_id",),
    properties=CHANGE_FEED, aged_by="fetched_at", whole_by="document_id",
)  # fmt: skip
CAPTION_SEGMENTS = Table(
    "silver", "caption_segments", "Where a new topic begins in a caption track, and its words",
    columns(_SEGMENT), key=("document_id", "position"), zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at", whole_by="document_id",
)  # fmt: skip
CHAT_SEGMENTS = Table(
    "silver", "chat_segments", "Where a new topic begins in a live chat, and its words",
    columns(_SEGMENT), key=("document_id", "position"), zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at", whole_by="document_id",
)  # fmt: skip
