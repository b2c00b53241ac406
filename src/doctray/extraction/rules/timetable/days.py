"""Reads day names: full, short, misspelt, with OCR slips, several at once, one letter each, or in another language."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from doctray.extraction.worded_dates import MONTH_NAMES

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SHORT = {
    "mon": 0, "mo": 0, "tue": 1, "tues": 1, "tu": 1, "wed": 2, "weds": 2, "we": 2, "thu": 3, "thur": 3, "thurs": 3, "th": 3,
    "fri": 4, "fr": 4, "sat": 5, "sa": 5, "sun": 6, "su": 6,
}  # fmt: skip
_FOREIGN = (
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "montag dienstag mittwoch donnerstag freitag sonnabend sonntag",
    "lunes martes miercoles jueves viernes sabado domingo",
    "lunedi martedi mercoledi giovedi venerdi sabato domenica",
    "segunda terca quarta quinta sexta sabado domingo",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "poniedzialek wtorek sroda czwartek piatek sobota niedziela",
    "pazartesi sali carsamba persembe cuma cumartesi pazar",
    "mandag tirsdag onsdag torsdag fredag lordag sondag",
    "mandag tisdag onsdag torsdag fredag lordag sondag",
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "pondeli utery streda ctvrtek patek sobota nedele",
    "luni marti miercuri joi vineri sambata duminica",
    "dilluns dimarts dimecres dijous divendres dissabte diumenge",
    "hetfo kedd szerda csutortok pentek szombat vasarnap",
    "isnin selasa rabu khamis jumaat sabtu ahad",
    "senin selasa rabu kamis jumat sabtu minggu",
)
_FARTHER = (
    "понедельник вторник среда четверг пятница суббота воскресенье",
    "понеділок вівторок середа четвер п'ятниця субота неділя",
    "понеделник вторник сряда четвъртък петък събота неделя",
    "понедељак уторак среда четвртак петак субота недеља",
    "дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі",
    "ponedeljak utorak sreda četvrtak petak subota nedelja",
    "ponedjeljak utorak srijeda četvrtak petak subota nedjelja",
    "ponedeljek torek sreda četrtek petek sobota nedelja",
    "pondelok utorok streda štvrtok piatok sobota nedeľa",
    "esmaspäev teisipäev kolmapäev neljapäev reede laupäev pühapäev",
    "pirmdiena otrdiena trešdiena ceturtdiena piektdiena sestdiena svētdiena",
    "pirmadienis antradienis trečiadienis ketvirtadienis penktadienis šeštadienis sekmadienis",
    "mánudagur þriðjudagur miðvikudagur fimmtudagur föstudagur laugardagur sunnudagur",
    "astelehena asteartea asteazkena osteguna ostirala larunbata igandea",
    "luns martes mércores xoves venres sábado domingo",
    "lunes martes miyerkules huwebes biyernes sabado linggo",
    "jumatatu jumanne jumatano alhamisi ijumaa jumamosi jumapili",
    "maandag dinsdag woensdag donderdag vrydag saterdag sondag",
    "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή",
    "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه",
    "پیر منگل بدھ جمعرات جمعہ ہفتہ اتوار",
    "שני שלישי רביעי חמישי שישי שבת ראשון",
    "सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार",
    "সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার",
    "จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์",
    "วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期天",
    "周一 周二 周三 周四 周五 周六 周日",
    "週一 週二 週三 週四 週五 週六 週日",
    "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
    "月曜 火曜 水曜 木曜 金曜 土曜 日曜",
    "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
)
"""Names that count only as they are spelt: misspelt ones are too close to words of other languages."""

_OF_TWO_WORDS = (
    "thứ hai, thứ ba, thứ tư, thứ năm, thứ sáu, thứ bảy, chủ nhật",
    "thứ 2, thứ 3, thứ 4, thứ 5, thứ 6, thứ 7, chủ nhật",
    "dydd llun, dydd mawrth, dydd mercher, dydd iau, dydd gwener, dydd sadwrn, dydd sul",
    "dé luain, dé máirt, dé céadaoin, dé déardaoin, dé haoine, dé sathairn, dé domhnaigh",
)
_FOREIGN_SHORT = tuple(
    tuple(names.split())
    for names in (
        "mo di mi do fr sa so", "lun mar mer jeu ven sam dim", "lu ma me je ve sa di", "lun mar mie jue vie sab dom",
        "lu ma mi ju vi sa do", "lu ma me gi ve sa do", "dl dt dc dj dv ds dg", "lu ma mi jo vi sa du", "l m x j v s d",
        "lun mar mer gio ven sab dom", "seg ter qua qui sex sab dom", "2a 3a 4a 5a 6a sab dom",
        "ma di wo do vr za zo", "pon wt sr czw pt sob nd",
        "pn wt sr cz pt so nd", "pzt sal car per cum cmt paz", "man tir ons tor fre lor son", "man tis ons tor fre lor son",
        "ma ti ke to pe la su", "po ut st ct pa so ne", "lun mar mie joi vin sam dum", "l m m j v s d", "l m m g v s d", "m d m d f s s",
        "m d w d v z z", "m d m d v l s", "isn sel rab kha jum sab ahd", "sen sel rab kam jum sab min",
        "пн вт ср чт пт сб вс", "пн вт ср чт пт сб нд", "pon uto sre cet pet sub ned", "pon uto sri cet pet sub ned",
        "pon tor sre cet pet sob ned", "po ut st st pi so ne", "pr an tr kt pn st sk", "pr ot tr ce pk se sv", "e t k n r l p",
        "h k sz cs p sz v", "al ar az og or lr ig", "lun mar miy huw biy sab lin", "δευ τρι τετ πεμ παρ σαβ κυρ",
        "月 火 水 木 金 土 日", "월 화 수 목 금 토 일",
    )
)  # fmt: skip
"""Abbreviations by language: each may stand for other days elsewhere (di: Tuesday or Sunday), so they count in a row only."""


def _folded(word: str) -> str:
    """Small letters and digits without accents. ł and ı are letters of their own in Unicode, ª is what a machine reads as a."""
    plain = unicodedata.normalize("NFKD", word.casefold().replace("ł", "l").replace("ı", "i").replace("ø", "o"))
    return re.sub(r"[^\w|!$]|[\u0300-\u036f]", "", plain)


def _phrase(text: str) -> str:
    return " ".join(_folded(word) for word in text.split())


_NAMES = {day.casefold(): index for index, day in enumerate(DAYS)}
_WORDS = _NAMES | {name: index for names in _FOREIGN for index, name in enumerate(names.split())}
_EXACT = _WORDS | {_folded(name): index for names in _FARTHER for index, name in enumerate(names.split()) if _folded(name) not in _WORDS}
_PHRASES = {_phrase(name): index for names in _OF_TWO_WORDS for index, name in enumerate(names.split(", "))}
_FOREIGN_SHORT = tuple(tuple(map(_folded, names)) for names in _FOREIGN_SHORT)
_ABBREVIATIONS = frozenset(name for names in _FOREIGN_SHORT for name in names)
_FEWEST_SHORT = 3
_LETTERS = {"m": (0,), "t": (1, 3), "w": (2,), "f": (4,), "s": (5, 6)}
_FUZZY = 0.75
_LESSONS = frozenset(("artes",))
"""Lessons whose names are as near to a day's as a misspelt one: martes."""

_SLIPS = str.maketrans("013568|!$", "oiisbbiis")
_WEEK = re.compile(r"\b(odd|even)\b|\bweek\s*[-:]?\s*(odd|even|[AB12])\b|\(([AB])\)|(?:^|\s)([AB])$", re.IGNORECASE)
_WEEK_AHEAD = re.compile(r"(?:(?:wee)?k|wk|w)?\s?(?P<week>odd|even|[OEAB]|[12](?!\.))\s?[-–:.]\s?(?=[^\W\d_])", re.IGNORECASE)
"""A week before the day: O - Mon, B: Tuesday."""

_AHEAD = re.compile(
    rf"\(?(?:day\s?)?\d{{1,4}}(?:st|nd|rd|th|(?:[-./\s](?:\d{{1,4}}|(?:{MONTH_NAMES})\b)){{1,2}})?[).,:-]*\s?(?=[^\W\d_]{{3}})",
    re.IGNORECASE,
)
"""A date or a number before the day: 12-May Monday, 12 Mon, 1. Monday, Day 1 Monday."""

_JOIN = re.compile(r"\s*(?:,|/|&|\+|\band\b)\s*", re.IGNORECASE)
_THROUGH = re.compile(r"\s*(?:[-–—]|\bto\b|\bthrough\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayName:
    """Days that a label names, in week order. certainty: [0, 1]. week: odd, even, A, B… as printed beside the day."""

    days: tuple[str, ...]
    certainty: float
    week: str | None = None


def day_name(text: str) -> DayName | None:
    """The days that a label names, or None: "MON", "Thrusday", "Mon/Wed", "Monday to Friday", "Tue (Odd)", "Friday 3 May"."""
    text = " ".join(text.split()).strip(" .:,;*|-–_[]({})")
    text = text.replace(" ", "") if _SPACED.fullmatch(text) else text
    if not text or len(text) > 40:
        return None
    week = week_of(text)
    if (ahead := _WEEK_AHEAD.match(text)) and _single(re.split(r"[\s,(/:]", text[ahead.end() :], maxsplit=1)[0]):
        week, text = week or ahead["week"], text[ahead.end() :]
    if (ahead := _AHEAD.match(text)) and _single(re.split(r"[\s,(\-–/:]", text[ahead.end() :], maxsplit=1)[0]):
        text = text[ahead.end() :]
    if (several := _several(text)) is not None:
        return DayName(days=several, certainty=0.95, week=week)
    if (two := _PHRASES.get(_phrase(" ".join(text.split()[:2])))) is not None:
        return DayName(days=(DAYS[two],), certainty=1.0, week=week)
    head = re.split(r"[\s,(\-–/:]", text, maxsplit=1)[0]
    rest = re.sub(r"^[-\s]*feira\b", "", text[len(head) :], flags=re.IGNORECASE)
    if re.search(r"[^\W\d_]{4,}", _WEEK.sub(" ", _MONTHS.sub(" ", rest))):
        return None
    if any(_single(part) for part in re.findall(r"[^\W\d_]{3,}", rest)):
        return None
    single = _single(head)
    return None if single is None else DayName(days=(DAYS[single[0]],), certainty=single[1], week=week)


def is_day_in_english(word: str) -> bool:
    """Whether a word is a day's name as it is spelt, in full or with three letters or more."""
    folded = word.casefold()
    return folded in _NAMES or (len(folded) > 2 and folded in _SHORT)


_SPACED = re.compile(r"[^\W\d_](?: [^\W\d_]){2,}")
"""A name whose letters stand apart: S u n d a y, M O N."""

_RUN = re.compile(r"(?:Mo?|Tu|Th|T|We?|R|Fr?|Sa|Su|S|U)+")
_OF_RUN = {"m": 0, "mo": 0, "t": 1, "tu": 1, "w": 2, "we": 2, "th": 3, "r": 3, "f": 4, "fr": 4, "sa": 5, "s": 5, "su": 6, "u": 6}


def days_of_run(text: str) -> DayName | None:
    """The days of a run of letters in a column of days, as American colleges print it: MWF, TR, TTh, MoWeFr, M/W."""
    run = re.sub(r"[\s,/&.|-]", "", text)
    if not _RUN.fullmatch(run):
        return None
    letters = re.findall(r"Mo|Tu|Th|We|Fr|Sa|Su|[MTWRFSU]", run)
    days = [_OF_RUN[letter.casefold()] for letter in letters]
    if len(set(days)) < len(days) or days != sorted(days):
        return None
    return DayName(days=tuple(DAYS[day] for day in days), certainty=0.9 if len(days) > 1 else 0.85)


def short_days(texts: Sequence[str]) -> dict[str, int]:
    """The days that short names in a column mean, where one language other than English has them all; {} where none has, or two differ."""
    told = {_folded(part) for text in texts for part in _JOIN.split(text) if any(letter.isalpha() for letter in part)}
    fitting = [
        {name: names.index(name) for name in told}
        for names in _FOREIGN_SHORT
        if len(told) > 1 and all(len(name) > 1 and names.count(name) == 1 for name in told)
    ]
    return fitting[0] if fitting and all(days == fitting[0] for days in fitting) else {}


def days_in_short(text: str, short: Mapping[str, int]) -> DayName | None:
    """The days of one label, by the short names of its column: Mar, Jue."""
    days = [short.get(_folded(part)) for part in _JOIN.split(text.strip())]
    known = sorted({day for day in days if day is not None})
    return DayName(days=tuple(DAYS[day] for day in known), certainty=0.95) if known and None not in days else None


def may_name_day(text: str) -> bool:
    """Whether a label names a day, or could beside others (a single letter)."""
    return day_name(text) is not None or text.strip(" .").casefold() in _LETTERS or _folded(text) in _ABBREVIATIONS


def week_of(text: str) -> str | None:
    """odd, even, A, B, 1 or 2 as printed, where a label tells which of two weeks it stands for."""
    match = _WEEK.search(text)
    return next((group for group in match.groups() if group), None) if match else None


def days_in_order(texts: Sequence[str]) -> list[DayName | None]:
    """Labels read together down a column or along a row, where M T W T F and an unreadable day between known ones make sense.

    A label that cannot be read is taken for the day that its distance from known ones tells, with a certainty below 0.65.
    """
    found = [day_name(text) for text in texts]
    if not _read_abbreviations(texts, found):
        _read_letters(texts, found)
    _read_by_distance(texts, found)
    return found


_MONTHS = re.compile(rf"\b(?:{MONTH_NAMES})\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _single(word: str) -> tuple[int, float] | None:
    folded = _folded(word)
    if folded in _EXACT:
        return _EXACT[folded], 1.0
    if folded in _SHORT and len(folded) >= 2:
        return _SHORT[folded], 1.0 if len(folded) > 2 else 0.9
    if folded.endswith("s") and folded[:-1] in _NAMES:
        return _NAMES[folded[:-1]], 1.0
    slipped = folded.translate(_SLIPS)
    if slipped in _SHORT and len(slipped) >= 3:
        return _SHORT[slipped], 0.9
    if len(slipped) < 5:
        return None
    # of Monday and Sunday, Munday is meant for the one that begins as it does
    likeness, _, name = max(((_likeness(slipped, name), name[0] == slipped[0], name) for name in _WORDS), default=(0.0, False, ""))
    if folded in _LESSONS:
        return None
    english = name in _NAMES
    return (_WORDS[name], 0.9) if likeness >= 0.85 or (english and likeness >= _FUZZY and slipped[0] == name[0]) else None


def _likeness(word: str, name: str) -> float:
    """difflib's ratio, or nothing where lengths and letters rule out that the one is meant for the other."""
    if abs(len(word) - len(name)) > 3 or len(set(word) & set(name)) < 3:
        return 0.0
    matcher = difflib.SequenceMatcher(None, word, name, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _FUZZY else 0.0


def _several(text: str) -> tuple[str, ...] | None:
    ends = _THROUGH.split(text)
    if len(ends) == 2:
        first, last = (_single(end) for end in ends)
        if first and last and first[0] < last[0]:
            return DAYS[first[0] : last[0] + 1]
    parts = [_single(part) for part in _JOIN.split(text)]
    if len(parts) > 1 and all(parts):
        return tuple(DAYS[index] for index in sorted({part[0] for part in parts if part}))
    return None


def _read_abbreviations(texts: Sequence[str], found: list[DayName | None]) -> bool:
    """Short names of one language other than English: where three or more follow one another, they are the row's days."""
    labels = [_folded(text) for text in texts]
    if sum(name is not None and len(label) > 2 for name, label in zip(found, labels, strict=True)) > 1:
        return False
    best: dict[int, int] = {}
    for names in _FOREIGN_SHORT:
        for first in _FIRST_DAYS:
            places = _places_of(labels, names, first)
            if len(places) > len(best):
                best = places
    english = sum(name is not None for name in found)
    if len(best) < max(_FEWEST_SHORT, english + 1):
        return False
    alone = all(len(labels[index]) == 1 for index in best)
    in_english = sum(label in _LETTERS for label in labels)
    if alone and (len(best) < 4 or 0 not in best.values() or len(best) <= in_english):
        return False
    for index, day in best.items():
        found[index] = DayName(days=(DAYS[day],), certainty=0.85 if alone else 0.95)
    return True


_FIRST_DAYS = (0, 6, 5)
"""Weeks begin on Monday, on Sunday or, from Algiers to Tehran, on Saturday."""


def _places_of(labels: Sequence[str], names: Sequence[str], first: int) -> dict[int, int]:
    """Which labels name which days of a week that begins with `first`, in its order."""
    places: dict[int, int] = {}
    last = -1
    for index, label in enumerate(labels):
        after = [day for day, name in enumerate(names) if name == label and (day - first) % len(DAYS) > last]
        day = min(after, key=lambda day: (day - first) % len(DAYS), default=None)
        if day is not None:
            places[index], last = day, (day - first) % len(DAYS)
    return places


def _read_letters(texts: Sequence[str], found: list[DayName | None]) -> None:
    letters = [text.strip(" .").casefold() for text in texts]
    if sum(letter in _LETTERS for letter in letters) < 2 or not any(letter in ("m", "w", "f") for letter in letters):
        return
    last = -1
    for index, letter in enumerate(letters):
        known = found[index]
        if known:
            last = DAYS.index(known.days[-1])
        elif letter in _LETTERS:
            sunday_first = letter == "s" and letters[index + 1 : index + 2] == ["m"]
            following = [place for place in _LETTERS[letter] if place > last] or list(_LETTERS[letter])
            place = 6 if sunday_first else following[0]
            last = -1 if sunday_first else place
            found[index] = DayName(days=(DAYS[place],), certainty=0.85)


def _begins_as(text: str, day: str) -> bool:
    """Whether a short label that cannot be read may be what is left of a day's: F R- of FRI."""
    return len(text.strip()) <= _SHORT_LABEL and text.strip()[0].casefold() == day[0].casefold()


_SHORT_LABEL = 4


def _read_by_distance(texts: Sequence[str], found: list[DayName | None]) -> None:
    """Labels one step apart name days one step apart: a lone T two places before Thursday is Tuesday, a smudge after it Wednesday."""
    anchors = {index: DAYS.index(name.days[0]) for index, name in enumerate(found) if name and len(name.days) == 1}
    steps = {day - index for index, day in anchors.items()}
    if len(steps) != 1:
        return
    step = steps.pop()
    for index, text in enumerate(texts):
        letter = text.strip(" .").casefold()
        if found[index] is None and step + index in _LETTERS.get(letter, ()):
            found[index] = DayName(days=(DAYS[step + index],), certainty=0.75)
            anchors[index] = step + index
    if len(anchors) < 2:
        return
    for index, text in enumerate(texts):
        between = min(anchors) < index < max(anchors)
        beside = index > 0 and 0 <= step + index <= 4 and (len(text.strip()) <= 2 or _begins_as(text, DAYS[step + index]))
        if found[index] is None and (between or beside):
            found[index] = DayName(days=(DAYS[step + index],), certainty=0.6 if between else 0.5)
