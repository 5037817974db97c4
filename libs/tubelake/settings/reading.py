"""Settings of what is read out of texts and pictures: models, what they may use, what counts."""

from typing import Literal

from pydantic import Field

from tubelake.settings.section import Section
from tubelake.settings.values import Words


class Text(Section):
    normalise: bool = True
    """Spell out slang, emoji, stretched words and the like before texts are scored."""
    sentiment_backend: Literal["textblob", "vader", "lexicon", "sparknlp", "trained"] = "textblob"
    """What scores texts; another one, or another model, scores every text anew."""
    lexicon: str | None = None
    """CSV file of words for the backend lexicon: word,polarity and perhaps subjectivity, -1 to 1 and 0 to 1."""
    lexicon_language: str = Field("en", pattern=r"^[a-z]{2,3}$")
    """Language of that file's words (ISO 639): only texts in it are scored."""
    model: str = "./models/sentiment"
    """Folder of the model that train_sentiment writes, and that the backends trained and sparknlp read."""
    entropy_backend: Literal["sql", "pandas"] = "sql"
    """Entropy in Spark SQL, or the same numbers by a pandas UDF, which is easier to extend."""
    window_minutes: float = Field(5.0, gt=0)
    """Length of the caption windows of kind minutes."""
    window_words: int = Field(300, ge=1)
    """About how many words a caption window of kind words has; it ends with a caption."""
    pause_seconds: float = Field(1.5, gt=0)
    """In captions without punctuation a sentence ends where nothing is said for so long."""
    aspects: Words = ()
    """Aspects such as battery,price: what is said about each is counted and scored."""
    topics: int = Field(10, ge=2, le=200)
    """Topics that top_terms has for each grouping."""


class Spelling(Section):
    backend: Literal["symspell", "sparknlp", "pyspellchecker"] = "symspell"
    """What corrects words; another one corrects every text anew."""
    dictionary: str | None = None
    """File of words and how common they are, one a line, as SymSpell has them; not set: the one that comes with SymSpell."""
    least_videos: int = Field(2, ge=1)
    """A word of titles and descriptions is known once it is in so many videos."""


class Embeddings(Section):
    backend: Literal["minilm", "use"] = "minilm"
    """What turns texts into vectors; another one embeds every text anew."""
    model: str | None = None
    """Universal Sentence Encoder of the backend use: the folder of its SavedModel, or its TF-Hub handle."""
    sources: Words = ("videos", "picture_text")
    """Which texts: videos (titles), descriptions, picture_text, comments, chat_messages, caption_windows."""
    round_texts: int = Field(20_000, ge=1)
    """Texts of one round, at most: what a kill can lose."""
    device: Literal["auto", "cpu", "gpu"] = "auto"
    """Where the model runs; gpu: only on one that Spark has given to the task, auto: there or else on the CPU."""


class Vision(Section):
    ocr_backend: Literal["rapidocr", "keras-ocr"] = "rapidocr"
    """What reads words; another one reads every picture anew."""
    ocr_weights: str | None = None
    """Folder with the weights of keras-ocr: craft_mlt_25k.h5 and crnn_kurapan.h5; not set: it downloads them."""
    face_model: Literal["hog", "cnn"] = "hog"
    """What finds faces; cnn takes 50 to 200 times as long where dlib has no GPU."""
    face_upsample: int = Field(2, ge=0, le=4)
    """How often a picture of 320 px (a larger one: made so small) is doubled before faces are looked for: each time smaller ones are found, in four times the time."""
    emotion_model: str = "fer"
    """fer, or a model file (.keras, .h5, .hdf5, .onnx) with its labels and input beside it, as train_emotion writes them."""
    # 0.5 keeps 78 % of FER2013's faces and 67 % of those in real thumbnails, and the labels of the first are right for
    # 0.74 of them instead of 0.65; 0.6 would be right for 0.80, but leave nearly half of the faces without a label.
    emotion_confidence: float = Field(0.5, ge=0, le=1)
    """A face has an emotion if its likeliest one is at least so likely; its probabilities are kept in any case."""
    device: Literal["auto", "cpu", "gpu"] = "auto"
    """Where models run; gpu: only on one that Spark has given to the task, auto: there or else on the CPU."""
    batch_pictures: int = Field(32, ge=1)
    """Pictures that a model is given at once, at most."""
    round_pictures: int = Field(2000, ge=1)
    """Pictures of one round, at most: what a kill can lose."""
    memory_mb: int | None = Field(4000, ge=256)
    """A model's process that has held more (MB) is ended after its batch, and started anew; null: whatever it holds."""
    timeout_seconds: float = Field(120.0, gt=0)
    """How long a batch may take, or one picture alone; then it is given up."""


class EmotionTraining(Section):
    model: str = "./models/emotion"
    """Folder into which train_emotion puts the model with its card; vision.emotion_model takes its emotion.h5."""
    feeding: Literal["auto", "petastorm", "arrow"] = "auto"
    """How faces go from Spark to TensorFlow; auto: by petastorm where it is installed, else by Arrow. The same either way."""
    cache: str | None = None
    """Address of a folder that the driver and all workers reach, where petastorm puts the faces; not set: one of this machine."""
    size: int = Field(48, ge=32, le=224)
    """Side of the pictures that the model sees (px); FER2013 has 48."""
    folds: int = Field(5, ge=2, le=20)
    """Parts that the faces are cut into: each is judged by a model that was trained on the others."""
    epochs: int = Field(60, ge=1)
    """How often a model sees each face, at most."""
    patience: int = Field(15, ge=1)
    """A fold's training stops when so many epochs of the second half have brought nothing."""
    label_share: float = Field(0.6, gt=0, le=1)
    """The card names the greatest vision.emotion_confidence that leaves so great a share of unseen faces with a label."""
    seed: int = Field(0, ge=0, lt=2**31)
    """Of all that is drawn at random: the same faces, settings and packages give the same model."""
    timeout_minutes: float = Field(24.0 * 60, gt=0)
    """Training that takes longer is ended."""
