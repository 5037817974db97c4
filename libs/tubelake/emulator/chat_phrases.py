# ruff: noqa: RUF001 - letters of many scripts are the point here
"""What people write in synthetic live chats: slang, emotes, spam, praise and complaints; and what they can buy."""

from collections.abc import Mapping

# Where {word} stands goes a word of the language.
LINES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "hi from Canada 🇨🇦", "HYPE HYPE HYPE", "LETS GOOO 🔥🔥🔥", "lol", "LMAO 😂😂", "W", "L take", "gg", "F in the chat",
        "this {word} is amazing", "I love this {word} ❤️", "so boring...", "worst {word} ever", "why is it lagging??",
        "audio is broken", "first time here, hello everyone!", "can you show the {word} again?", "how much is the {word}?",
        "the battery dies so fast, terrible", "great price tbh", "just bought it, thank you!", "scam", "is this real?",
        ":face-blue-smiling:", "POG", "KEKW", "u r the best fr", "GOAT 🐐", "brb", "what did I miss", "👏👏👏",
        "who else is watching at 3am", "please say hi to my sister", "that {word} was insane", "no way 😱",
        "I'm disappointed with the {word}", "best stream so far", "😭😭😭", "chat is too fast to read this",
    ),
    "ko": (
        "안녕하세요", "ㅋㅋㅋㅋㅋㅋ", "대박 {word}", "너무 좋아요 ❤️", "별로예요", "소리가 안 들려요", "가격이 얼마예요?",
        "화이팅!!", "진짜 최고", "ㅠㅠㅠ", "{word} 다시 보여주세요",
    ),
    "ja": (
        "こんばんは", "草", "wwww", "かわいい{word}", "最高です！", "音が聞こえない", "つまらない", "888888", "{word}すごい",
        "いくらですか？", "ありがとう🙏",
    ),
    "es": (
        "hola a todos 👋", "jajajaja", "me encanta {word} 😍", "qué aburrido", "¿cuánto cuesta?", "vamos!!!", "el sonido va mal",
        "saludos desde México 🇲🇽", "increíble {word}", "no me gusta nada",
    ),
}  # fmt: skip
STICKERS = (
    ("hi_bear_v1", "A bear waves hello"),
    ("love_lemon_v2", "A lemon throws hearts"),
    ("party_cat_v1", "A cat with a party hat"),
)
LEVELS = ("Fan", "Super fan", "Backstage")
# Name and price in jewels.
GIFTS = (("Rose", 1), ("Confetti", 20), ("Rocket", 100), ("Castle", 1_000))
POLLS = (
    ("Which one next?", ("The red one", "The blue one", "Both")),
    ("Is it worth it?", ("Yes", "No")),
)
