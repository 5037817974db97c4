# ruff: noqa: RUF001 - letters of many scripts are the point here
"""What is said in synthetic videos: shapes of sentences, and the words of each topic, in several languages."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "ko": "Korean",
    "ja": "Japanese",
    "es": "Spanish",
    "de": "German",
    "ru": "Russian",
    "ar": "Arabic",
}
# Between segments of speech, as YouTube's own recognition marks it.
MUSIC: Mapping[str, str] = {
    "en": "[Music]",
    "ko": "[음악]",
    "ja": "[音楽]",
    "es": "[Música]",
    "de": "[Musik]",
    "ru": "[музыка]",
    "ar": "[موسيقى]",
}
# Where {} stands goes a word of the topic; at most two of them.
SENTENCES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "So the first thing about the {} is the {}.",
        "You can see how the {} changes with the {}.",
        "I always start with the {}.",
        "Honestly, the {} is better than the {}.",
        "Let me show you the {} once more.",
        "Most people forget the {} & the {}.",
        "And that is why the {} needs a good {}.",
        "Look at this {}, isn't it great?",
        "What happens if we take away the {}?",
        "Without the {} there is no {}.",
        "Now put the {} next to the {}.",
        "I learned about the {} from an old {}.",
    ),
    "ko": (
        "먼저 {}부터 보겠습니다.",
        "{}하고 {}는 정말 중요해요.",
        "이 {} 어떠세요?",
        "여기서 {}를 다시 볼게요.",
        "{} 없이는 {}도 없습니다.",
    ),
    "ja": (
        "まず{}から始めましょう。",
        "{}と{}は大切です。",
        "この{}を見てください。",
        "次は{}の話です。",
        "{}がないと{}はできません。",
    ),
    "es": (
        "Primero vamos a ver {}.",
        "Sin {} no hay {}.",
        "Mira cómo cambia {} con {}.",
        "¿Y qué pasa con {}?",
        "Lo más importante es {}.",
    ),
    "de": (
        "Zuerst schauen wir auf {}.",
        "Ohne {} gibt es keine {}.",
        "Hier sieht man {} und {}.",
        "Und was ist mit {}?",
        "Das Wichtigste ist {}.",
    ),
    "ru": (
        "Сначала посмотрим на {}.",
        "Без {} нет {}.",
        "Здесь важны {} и {}.",
        "А что насчёт {}?",
        "Самое главное здесь {}.",
    ),
    "ar": (
        "أولا ننظر إلى {}.",
        "لا {} بدون {}.",
        "هنا نرى {} و{}.",
        "ماذا عن {}؟",
        "الأهم هو {}.",
    ),
}
# By topic and language. Whitespace parts the words.
_SAID: Mapping[str, Mapping[str, str]] = {
    "kitchen": {
        "en": "onion garlic butter oven pan salt flour dough sauce recipe knife soup pepper cheese",
        "ko": "양파 마늘 소금 국물 밀가루 고추장 프라이팬 반죽",
        "ja": "玉ねぎ 塩 味噌 鍋 卵 包丁 小麦粉 だし",
        "es": "cebolla ajo sartén harina sal horno salsa queso",
        "de": "Zwiebel Knoblauch Butter Pfanne Mehl Ofen Soße Käse",
        "ru": "лук чеснок масло соль мука духовка соус сыр",
        "ar": "بصل ثوم زبدة ملح دقيق فرن صلصة جبن",
    },
    "football": {
        "en": "goal striker penalty referee midfield keeper corner defender pass header stadium coach league offside",
        "ko": "골 공격수 심판 수비수 감독 패스 경기장 골키퍼",
        "ja": "ゴール 審判 監督 選手 パス 守備 試合 得点",
        "es": "gol árbitro delantero portero defensa pase estadio liga",
        "de": "Tor Schiedsrichter Stürmer Torwart Abwehr Pass Stadion Trainer",
        "ru": "гол судья вратарь защита тренер стадион пас лига",
        "ar": "هدف حكم مهاجم حارس دفاع تمريرة ملعب مدرب",
    },
    "space": {
        "en": "rocket planet orbit telescope gravity galaxy moon astronaut comet launch star satellite crater booster",
        "ko": "로켓 행성 궤도 망원경 중력 은하 우주비행사 위성",
        "ja": "ロケット 惑星 軌道 望遠鏡 重力 銀河 衛星 宇宙飛行士",
        "es": "cohete planeta órbita telescopio gravedad galaxia luna satélite",
        "de": "Rakete Planet Umlaufbahn Teleskop Schwerkraft Galaxie Mond Satellit",
        "ru": "ракета планета орбита телескоп гравитация галактика луна спутник",
        "ar": "صاروخ كوكب مدار تلسكوب جاذبية مجرة قمر رائد",
    },
    "garden": {
        "en": "soil seeds roots compost tomato flower rain spade leaf pot bees weeds fertilizer greenhouse",
        "ko": "흙 씨앗 뿌리 퇴비 토마토 꽃 잎 화분",
        "ja": "土 種 根 肥料 花 葉 庭 植木鉢",
        "es": "tierra semilla raíz abono tomate flor hoja maceta",
        "de": "Erde Samen Wurzel Kompost Tomate Blume Blatt Topf",
        "ru": "земля семена корень компост помидор цветок лист горшок",
        "ar": "تربة بذور جذور سماد طماطم زهرة ورقة أصيص",
    },
    "money": {
        "en": "bank loan interest stock market tax budget investor currency inflation savings debt wallet dividend",
        "ko": "은행 대출 이자 주식 세금 예산 투자자 환율",
        "ja": "銀行 借金 利子 株 税金 予算 投資家 貯金",
        "es": "banco préstamo interés bolsa impuesto presupuesto inflación deuda",
        "de": "Bank Kredit Zinsen Aktie Steuer Haushalt Inflation Schulden",
        "ru": "банк кредит процент акция налог бюджет инфляция долг",
        "ar": "بنك قرض فائدة سهم ضريبة ميزانية تضخم دين",
    },
    "music": {
        "en": "guitar chord rhythm melody drummer bass verse chorus microphone piano tempo album violin harmony",
        "ko": "기타 화음 박자 멜로디 드럼 가사 마이크 피아노",
        "ja": "ギター 和音 リズム 旋律 歌詞 太鼓 楽譜 ピアノ",
        "es": "guitarra acorde ritmo melodía batería letra micrófono piano",
        "de": "Gitarre Akkord Rhythmus Melodie Schlagzeug Strophe Mikrofon Klavier",
        "ru": "гитара аккорд ритм мелодия барабан припев микрофон пианино",
        "ar": "غيتار لحن إيقاع نغمة طبل أغنية ميكروفون بيانو",
    },
    "computers": {
        "en": "keyboard processor memory compiler server browser database bug laptop function driver password update loop",
        "ko": "키보드 프로세서 메모리 서버 브라우저 오류 비밀번호 함수",
        "ja": "キーボード 記憶装置 サーバー 画面 関数 配列 更新 暗証番号",
        "es": "teclado procesador memoria servidor navegador error contraseña función",
        "de": "Tastatur Prozessor Speicher Server Browser Fehler Passwort Funktion",
        "ru": "клавиатура процессор память сервер браузер ошибка пароль функция",
        "ar": "لوحة معالج ذاكرة خادم متصفح خطأ كلمة دالة",
    },
    "travel": {
        "en": "airport passport suitcase hostel beach ticket museum border flight island map ferry hotel luggage",
        "ko": "공항 여권 가방 숙소 해변 표 박물관 지도",
        "ja": "空港 旅券 鞄 宿 海辺 切符 博物館 地図",
        "es": "aeropuerto pasaporte maleta albergue playa billete museo mapa",
        "de": "Flughafen Pass Koffer Herberge Strand Fahrkarte Museum Karte",
        "ru": "аэропорт паспорт чемодан гостиница пляж билет музей карта",
        "ar": "مطار جواز حقيبة فندق شاطئ تذكرة متحف خريطة",
    },
}
TOPIC_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    topic: {language: tuple(words.split()) for language, words in said.items()} for topic, said in _SAID.items()
}
