"""Tables of what pictures show: words, faces, emotions; and of texts corrected or turned into vectors."""

from tubelake.tables.model import CHANGE_FEED, Table, columns

_MADE_BY = """
    backend     string     What made it
    model_hash  string     SHA-256 of its model or word list, the first 16 digits
    rules       string     Settings and versions of the rules that it depends on besides
    fetched_at  timestamp  When what it was made from was fetched (UTC)
"""
_PICTURE = """
    video_id    string     YouTube's id of the video
    sha256      string     SHA-256 of the picture (hex)
    width       int        Width of the picture (px)
    height      int        Height (px)
"""
_READ = f"""
    error       string     Why the picture could not be read; null where it was
    device      string     Where it was computed: cpu, or the address of a GPU
    process     string     Host and process that read it
    {_MADE_BY.strip()}
"""
_FACE = (
    "left:int,top:int,right:int,bottom:int,emotion:string,emotion_confidence:double,angry:double,disgust:double,"
    "fear:double,happy:double,sad:double,surprise:double,neutral:double"
)

PICTURE_TEXT = Table(
    "silver", "picture_text", "Words in each video's thumbnail: one row a picture that was read",
    columns(f"""
    {_PICTURE.strip()}
    text        string     Its words in reading order, joined by blanks; empty where it has none, null where it could not be read
    word_count  int        Words in it; null where it could not be read
    words       array<struct<text:string,confidence:double,left:int,top:int,right:int,bottom:int>>  Each word, in the same order: how sure that is (0 to 1), and its box (px)
    {_READ.strip()}
    """), key=("video_id",), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at", searched_by=("sha256",),
)  # fmt: skip
PICTURE_FACES = Table(
    "silver", "picture_faces", "Faces in each video's thumbnail, and their emotions: one row a picture that was read",
    columns(f"""
    {_PICTURE.strip()}
    face_count  int        Faces in it; null where it could not be read
    angry       int        Faces with this emotion; a face whose likeliest emotion is not likely enough counts for none
    disgust     int        Likewise
    fear        int        Likewise
    happy       int        Likewise
    sad         int        Likewise
    surprise    int        Likewise
    neutral     int        Likewise
    found       array<struct<{_FACE}>>  Each face: its box (px), its emotion if that is likely enough, and the probability of each
    {_READ.strip()}
    """), key=("video_id",), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at", searched_by=("sha256",),
)  # fmt: skip
FACES = Table(
    "silver", "faces", "One row a face in a thumbnail: where it is and what it shows, never whose it is",
    columns(f"""
    video_id            string     YouTube's id of the video
    position            int        Number of the face in the picture, from 0, the largest first
    left                int        Its box in the picture (px)
    top                 int        Likewise
    right               int        Likewise
    bottom              int        Likewise
    emotion             string     angry, disgust, fear, happy, sad, surprise or neutral; null where none is likely enough
    emotion_confidence  double     Probability of the likeliest emotion
    angry               double     Probability of this emotion; null for one that the model does not know
    disgust             double     Likewise
    fear                double     Likewise
    happy               double     Likewise
    sad                 double     Likewise
    surprise            double     Likewise
    neutral             double     Likewise
    {_MADE_BY.strip()}
    """), key=("video_id", "position"), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at", whole_by="video_id",
)  # fmt: skip
CORRECTED_TEXTS = Table(
    "silver", "corrected_texts", "Texts of pictures with their spelling corrected",
    columns(f"""
    source          string     Table of the text: picture_text
    source_id       string     Its key there
    video_id        string     YouTube's id of the video
    text            string     The text as it was
    corrected_text  string     The text with its words corrected
    changes         array<struct<word:string,correction:string>>  Words that were changed, in order
    {_MADE_BY.strip()}
    """), key=("source", "source_id"), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at",
)  # fmt: skip
EMBEDDINGS = Table(
    "silver", "embeddings", "Texts as vectors: near ones mean alike",
    columns(f"""
    source      string        Which text: videos (title), descriptions, picture_text, comments, chat_messages or caption_windows
    source_id   string        Its key in its table; a text that is null or empty has no row
    video_id    string        YouTube's id of the video
    text_hash   string        SHA-256 of the text, the first 16 digits: equal texts have equal vectors
    vector      array<float>  Its vector, of length 1; null for a text without any token
    device      string        Where it was computed: cpu, or the address of a GPU
    {_MADE_BY.strip()}
    """), key=("source", "source_id"), partition_by=("source",), zorder_by=("text_hash",), properties=CHANGE_FEED,
    aged_by="fetched_at", searched_by=("video_id",),
)  # fmt: skip
