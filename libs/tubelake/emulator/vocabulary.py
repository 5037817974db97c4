"""The words that synthetic titles, descriptions and tags are made of, in several languages."""

from collections.abc import Mapping

# By language code. Whitespace parts the words.
_SPOKEN = {
    "en": """
        morning night city river tiny golden broken perfect secret summer winter drive garden kitchen
        guitar piano coding travel camping workout history science space ocean desert train market
        street forest coffee bread noodles puzzle chess football tennis sketch paint clay robot engine
        bicycle island festival wedding sunset thunder silence diary challenge tutorial explained
        compilation highlights trailer unboxing reaction podcast interview documentary
    """,
    "ko": """
        아침 여행 브이로그 노래 커버 무대 직캠 일상 공부 집밥 고양이 서울 게임 하이라이트
    """,
    "ja": """
        朝 旅行 歌ってみた ライブ 配信 日常 料理 猫 東京 ゲーム 実況 切り抜き 散歩 勉強
    """,
    "es": """
        mañana ciudad corazón canción viaje receta fútbol niños español último capítulo
    """,
    "de": """
        Straße Küche Mädchen Reise Übung Fußball schönste Folge Anleitung Prüfung
    """,
    "ru": """
        утро город песня новости рецепт дорога зима игра обзор серия
    """,
    "ar": """
        صباح مدينة أغنية رحلة وصفة الحلقة جديد لعبة
    """,
}
WORDS: Mapping[str, tuple[str, ...]] = {language: tuple(words.split()) for language, words in _SPOKEN.items()}
LANGUAGE_WEIGHTS: Mapping[str, int] = {"en": 60, "ko": 11, "ja": 10, "es": 8, "de": 4, "ru": 4, "ar": 3}
COUNTRIES = ("US", "GB", "KR", "JP", "MX", "DE", "BR", "IN")

# Where {} stands a run of words goes: what real titles do with quotes, marks and pictures.
TITLE_SHAPES: tuple[str, ...] = (
    "{}",
    "{}",
    "{}",
    "{}",
    "{} | {}",
    "{} - {}",
    "{}: {}",
    "[4K] {}",
    "{} (Part 2)",
    "{} #shorts",
    'He said "{}"',
    "I'm back with {}",
    "{} <3 {}",
    "{} & {}",
    "{} 🔥🔥",
    "😭 {} 👨‍👩‍👧",
    "{} 🇰🇷",
    "【{}】{}",
    "{}!!!",
)
LINE_SHAPES: tuple[str, ...] = (
    "{}.",
    "{} & {}.",
    "Thanks to everyone who watched {}!",
    "00:00 {}\n02:31 {}\n10:05 {}",
    '"{}", they said.',
    "More: https://example.com/watch?a=1&b=2",
    "<b>{}</b>",
    "🎧 {}",
    "© {}",
    "",
)
TOPICS = (
    "Music",
    "Food",
    "Lifestyle_(sociology)",
    "Video_game_culture",
    "Sport",
    "Technology",
    "Knowledge",
    "Film",
)
