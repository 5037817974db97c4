"""Tables of features, one row a video or thumbnail, and what is counted of them; small enough to be built anew."""

from tubelake.tables.gold import DESCRIBED
from tubelake.tables.model import Table, columns

_EMOTIONS = """
    angry_count     int  Faces with this emotion; a face whose likeliest emotion is not likely enough counts for none
    disgust_count   int  Likewise
    fear_count      int  Likewise
    happy_count     int  Likewise
    sad_count       int  Likewise
    surprise_count  int  Likewise
    neutral_count   int  Likewise
"""
_GROUP = "Keyword whose videos are counted; empty: all"

THUMBNAIL_FEATURES = Table(
    "gold", "thumbnail_features", "One row a video with a thumbnail: its words, their vector, its faces and emotions",
    columns(f"""
    video_id              string        YouTube's id of the video
    thumbnail_link        string        Address of the picture that was downloaded
    thumbnail_ocr_text    string        Words on it; empty where it has none, null where it was not or could not be read
    thumbnail_ocr_embed   array<float>  Vector of these words, of length 1; null where they have none
    thumbnail_ocr_length  int           Words on it; 0 without text, null where it was not or could not be read
    face_count            int           Faces on it; null where nobody looked for them or the picture could not be read
    {_EMOTIONS.strip()}
    """), key=("video_id",),
)  # fmt: skip
THUMBNAIL_STATISTICS = Table(
    "gold", "thumbnail_statistics", "describe() of the words, faces and emotions of thumbnails, by keyword and of all",
    columns(f"""
    keyword        string  {_GROUP}
    metric         string  Column of thumbnail_features
    video_count    bigint  Videos with a thumbnail
    value_count    bigint  Of those with a value
    missing_count  bigint  Without: not read yet, or could not be read
    zero_count     bigint  Whose value is 0, such as pictures without text
    zero_share     double  Of those with a value: of thumbnail_ocr_length the share without text; null without values
    {DESCRIBED.strip()}
    """), key=("keyword", "metric"),
)  # fmt: skip
THUMBNAIL_HISTOGRAMS = Table(
    "gold", "thumbnail_histograms", "How many thumbnails have how many words, faces and emotions",
    columns(f"""
    keyword      string  {_GROUP}
    metric       string  Column of thumbnail_features
    bin          int     The number: each from 0 to the greatest has a bin of its own
    lower        double  Where the bin begins: half below the number
    upper        double  Where it ends: half above
    video_count  bigint  Videos in it; empty bins are rows too
    """), key=("keyword", "metric", "bin"),
)  # fmt: skip
VIDEO_FEATURES = Table(
    "gold", "video_features", "One row a video: what is known of it, its texts and its thumbnail; null: not known",
    columns(f"""
    video_id                       string         YouTube's id of the video
    title                          string         Title
    channel_id                     string         Channel that published it
    channel_title                  string         Its name
    category                       string         Usual name of its category
    published_at                   timestamp      When it was published (UTC)
    duration_seconds               bigint         Length (s)
    keywords                       array<string>  Keywords that found it; null: none
    cohorts                        array<string>  Imported cohorts that it is in; null: none
    counted_at                     timestamp      When its newest counts were taken (UTC)
    age_days                       double         How long after its publication that was (days)
    view_count                     bigint         Views then; null where hidden or missing
    like_count                     bigint         Likes then; null where hidden or missing
    comment_count                  bigint         Comments then; null where disabled or missing
    likes_per_view                 double         Likes a view; null without views
    comments_per_view              double         Comments a view; null without views
    views_per_day                  double         Views a day since its publication
    title_polarity                 double         Polarity of the title, -1 (bad) to 1 (good); null where unscored
    title_subjectivity             double         Its subjectivity, 0 (matter of fact) to 1 (opinion); null where unscored
    caption_polarity               double         Mean polarity of what is said, weighted by words
    caption_subjectivity           double         Mean subjectivity, likewise
    comment_polarity               double         Of comments, likewise
    comment_subjectivity           double         Of comments, likewise
    chat_polarity                  double         Of live chat, likewise
    chat_subjectivity              double         Of live chat, likewise
    caption_entropy                double         Mean entropy of the words of each minute of captions (bits)
    chat_entropy                   double         Mean entropy of the words of each minute of live chat (bits)
    caption_language               string         Language of the caption track that counts
    caption_word_count             bigint         Words in it
    picture_text                   string         Words on the thumbnail; empty: none, null: not read
    picture_text_corrected         string         The same with its spelling corrected
    picture_word_count             int            Words on it; 0 without text, null where not read
    face_count                     int            Faces on it; null where nobody looked for them or it could not be read
    {_EMOTIONS.strip()}
    title_caption_similarity       double         Cosine of the vectors of title and captions, -1 to 1; null where one has none
    title_picture_similarity       double         Cosine of the vectors of title and words on the thumbnail, likewise
    caption_picture_similarity     double         Cosine of the vectors of captions and words on the thumbnail, likewise
    """), key=("video_id",),
)  # fmt: skip
FEATURE_ASSOCIATIONS = Table(
    "gold", "feature_associations", "How each feature goes with views: associations, which say nothing about causes",
    columns(f"""
    keyword           string  {_GROUP}
    feature           string  Numeric column of video_features
    video_count       bigint  Videos with both the feature and views
    rho               double  Spearman's rank correlation with views, -1 to 1; null for too few videos, or where one never differs
    rho_low           double  95 % interval of it, lower end; null where rho is, or is -1 or 1
    rho_high          double  Upper end
    p_value           double  Two-sided, by Student's t; null where rho is
    p_adjusted        double  By Holm, over all features of all keywords; of all videos over their features alone
    least_detectable  double  Smallest rho that so many videos show in 80 of 100 cases, at 5 %; null for too few
    verdict           string  In plain words
    """), key=("keyword", "feature"),
)  # fmt: skip
