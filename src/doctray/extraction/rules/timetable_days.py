"""Reads day names: full, short, misspelt, with OCR slips, several at once, one letter each, or in another Latin-script language."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SHORT = {
    "mon": 0, "mo": 0, "tue": 1, "tues": 1, "tu": 1, "wed": 2, "weds": 2, "we": 2, "thu": 3, "thur": 3, "thurs": 3, "th": 3,
    "fri": 4, "fr": 4, "sat": 5, "sa": 5, "sun": 6, "su": 6,
}  # fmt: skip
_FOREIGN = (
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "segunda terça quarta quinta sexta sábado domingo",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "isnin selasa rabu khamis jumaat sabtu ahad",
    "senin selasa rabu kamis jumat sabtu minggu",
)
_NAMES = {day.casefold(): index for index, day in enumerate(DAYS)}
_WORDS = _NAMES | {name: index for names in _FOREIGN for index, name in enumerate(names.split())}
_LETTERS = {"m": (0,), "t": (1, 3), "w": (2,), "f": (4,), "s": (5, 6)}
_FUZZY = 0.75
_SLIPS = str.maketrans("013568|!$", "oiisbbiis")
_WEEK = re.compile(r"\b(odd|even)\b|\bweek\s*[-:]?\s*(odd|even|[AB12])\b|\(([AB])\)|(?:^|\s)([AB])$", re.IGNORECASE)
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
    if not text or len(text) > 40:
        return None
    week = week_of(text)
    if (several := _several(text)) is not None:
        return DayName(days=several, certainty=0.95, week=week)
    head = re.split(r"[\s,(\-–/:]", text, maxsplit=1)[0]
    rest = text[len(head) :]
    if re.search(r"[^\W\d_]{4,}", _WEEK.sub(" ", _MONTHS.sub(" ", rest))):
        return None
    if any(_single(part) for part in re.findall(r"[^\W\d_]{3,}", rest)):
        return None
    single = _single(head)
    return None if single is None else DayName(days=(DAYS[single[0]],), certainty=single[1], week=week)


def may_name_day(text: str) -> bool:
    """Whether a label names a day, or could beside others (a single letter)."""
    return day_name(text) is not None or text.strip(" .").casefold() in _LETTERS


def week_of(text: str) -> str | None:
    """odd, even, A, B, 1 or 2 as printed, where a label tells which of two weeks it stands for."""
    match = _WEEK.search(text)
    return next((group for group in match.groups() if group), None) if match else None


def days_in_order(texts: Sequence[str]) -> list[DayName | None]:
    """Labels read together down a column or along a row, where M T W T F and an unreadable day between known ones make sense.

    A label that cannot be read is taken for the day that its distance from known ones tells, with a certainty below 0.65.
    """
    found = [day_name(text) for text in texts]
    _read_letters(texts, found)
    _read_by_distance(texts, found)
    return found


_MONTHS = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)


def _single(word: str) -> tuple[int, float] | None:
    folded = re.sub(r"[^\w|!$]", "", word.casefold())
    if folded in _WORDS:
        return _WORDS[folded], 1.0
    if folded in _SHORT and len(folded) >= 2:
        return _SHORT[folded], 1.0 if len(folded) > 2 else 0.9
    if folded.endswith("s") and folded[:-1] in _NAMES:
        return _NAMES[folded[:-1]], 1.0
    slipped = folded.translate(_SLIPS)
    if slipped in _SHORT and len(slipped) >= 3:
        return _SHORT[slipped], 0.9
    if len(slipped) < 5:
        return None
    likeness, name = max((difflib.SequenceMatcher(None, slipped, name, autojunk=False).ratio(), name) for name in _NAMES)
    return (_NAMES[name], 0.9) if likeness >= 0.85 or (likeness >= _FUZZY and slipped[0] == name[0]) else None


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
            following = [place for place in _LETTERS[letter] if place > last] or list(_LETTERS[letter])
            last = following[0]
            found[index] = DayName(days=(DAYS[last],), certainty=0.85)


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
        beside = index > 0 and 0 <= step + index <= 4 and len(text.strip()) <= 2
        if found[index] is None and (between or beside):
            found[index] = DayName(days=(DAYS[step + index],), certainty=0.6 if between else 0.5)
