"""Clock times as papers print them: found in text, then settled as minutes of the day by what a school day allows.

Finding and settling are two steps because "1.30" means 13:30 only beside its neighbours: `find_spans` says what is printed,
`resolve` reads a whole row of spans in order and chooses morning or afternoon for each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Half(StrEnum):
    """Half of the day, where it is printed."""

    AM = "am"
    PM = "pm"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTime:
    """A time as printed. hour: 0-23, minute: 0-59; `half` where am, pm or noon stands beside it."""

    hour: int
    minute: int
    half: Half | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 23 and 0 <= self.minute <= 59):
            raise ValueError("not a time of day")

    @property
    def readings(self) -> tuple[int, ...]:
        """Minutes from midnight that it can mean."""
        if self.hour > 12 or self.hour == 0:
            return (self.hour * 60 + self.minute,)
        morning = self.hour % 12 * 60 + self.minute
        if self.half is Half.AM:
            # many a timetable prints 12:20 am for twenty past noon
            return (morning, morning + 720) if self.hour == 12 else (morning,)
        if self.half is Half.PM:
            return (morning + 720,)
        return (morning, morning + 720)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSpan:
    """A printed time, or two with a dash between them; `begin` and `stop` are its place in the text it was found in."""

    start: PrintedTime
    end: PrintedTime | None
    begin: int
    stop: int
    end_begin: int = 0
    """Where the second time begins; equals `stop` when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """Minutes from midnight."""

    start: int
    end: int | None


def clock(minutes: int) -> str:
    """HH:MM of minutes from midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def find_spans(text: str) -> tuple[PrintedSpan, ...]:
    """Times and ranges in running text: 9.00-9.45, 9:00 – 10:00, 0800-0900, 1.15-3PM, 9 – 9.30, 12 noon, 08h30.

    A pair of bare numbers ("Years 1-3") is no range here; see `find_label_spans`.
    """
    return _spans(text, bare_pairs=False)


def find_label_spans(text: str) -> tuple[PrintedSpan, ...]:
    """Times in a label of a row or column, where "8-9" means hours, "0730" a time, and two times are a range without a dash too."""
    for pattern, sign in _SIGNS:
        text = pattern.sub(sign, text)
    spans = _spans(text, bare_pairs=True) or _compact_spans(text)
    return _paired(text, spans) if len(spans) == 2 else spans


_SIGNS = (
    (re.compile(r"(?<=[:.h]\d\d)[/:•](?=\d{1,2}[:.h]\d\d(?!\d))"), "-"),
    (re.compile(r"(?:(?<=[:.h]\d\d)|(?<=[:.h]\d\d ))[:•](?= ?\d{1,2}[:.h]\d\d(?!\d))"), "-"),
    (re.compile(r"(?:(?<=\b\d[0-5][05])|(?<=\b\d\d[0-5][05]))[·•.:](?=\d{1,2}[0-5][05]\b)"), "-"),
    (re.compile(r"(?:(?<=[:.]\d\d[–—-]\d\d)|(?<=[:.]\d\d [–—-] \d\d))-(?=[0-5]\d(?!\d))"), ":"),
    (re.compile(r"(?<=\b\d\d) (?=[0-5]\d ?[–—-] ?\d\d[:.]\d\d(?!\d))"), ":"),
)
"""Signs in a label of two times that stand, or were read, for others, one for one: 8:25/9:25, 10.30 - 10-45, 17 00 - 17:55."""


def find_block_spans(text: str) -> tuple[PrintedSpan, ...]:
    """Times in the text of a block, where two at the very beginning without a dash are a range (the dash is small, and easily lost)."""
    spans = _spans(text, bare_pairs=False)
    return _paired(text, spans) if spans and spans[0].begin == 0 else spans


def resolve(spans: Sequence[PrintedSpan], *, near: TimeSpan | None = None) -> tuple[TimeSpan, ...]:
    """The minutes that spans mean, read together in the order of the day; `near`: where they are expected to lie.

    The cheapest path over all readings wins: a school day runs 7:00-19:00, goes forward, and has no endless lesson.
    The weights are judgements, not measurements; what matters is their order (backwards > night > overlap > evening).
    """
    if not spans:
        return ()
    day_24 = _prints_24_hours(spans)
    cost, path = _cheapest(spans, near, day_24=day_24)
    if not day_24:
        return path
    # an hour beyond 12 is a misprint where the row runs forward only without it: 9:30, 20:30, 11:30, 2:30
    other, twelve = _cheapest(spans, near, day_24=False)
    return twelve if other + _NIGHT < cost else path


def _cheapest(spans: Sequence[PrintedSpan], near: TimeSpan | None, *, day_24: bool) -> tuple[float, tuple[TimeSpan, ...]]:
    """What the cheapest path costs, and the path."""
    paths: list[tuple[float, tuple[TimeSpan, ...]]] = [(0.0, ())]
    for span in spans:
        grown: list[tuple[float, tuple[TimeSpan, ...]]] = []
        for reading in _readings(span):
            own = _cost(reading, span, day_24=day_24) + (_distance(reading, near) if near else 0.0)
            best = min(paths, key=lambda path: path[0] + _step(path[1], reading))
            grown.append((best[0] + own + _step(best[1], reading), (*best[1], reading)))
        paths = grown
    return min(paths, key=lambda path: path[0])


_HALF = (
    r"(?:\s?(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?|(?<=[:.]\d\d)[ap]\b|(?<=[:.]\d\d\s)[ap](?=\s?[-–—])"
    r"|noon\b|nn\b|midday\b|(?:(?<=\d{4})|(?<=[:.]\d\d)|(?<=[:.]\d\d\s))h\b|h(?:rs?|s)\b|uhr\b))?"
)
_TOKEN = re.compile(
    r"(?<![\w:])(?<!\d[.,/])(?:"
    r"(?P<hour>\d{1,2})(?!:\s\d\d[:.h]\d\d)(?:\s?[:;]\s?|[.,h·]|\s?h\s)(?P<minute>[0-5]\d)(?::[0-5]\d|(?<=h\d\d)\s?min\b)?(?!\d)(?![.,/:]\d)"
    r"|(?P<compact>\d{3,4})(?![\d:./])"
    r"|(?P<bare>\d{1,2})(?:\s?(?P<hours>h)(?!\w))?(?![\d:/%]|[.,]\d)"
    r")" + _HALF + r"(?!\w)",
    re.IGNORECASE,
)
_LETTERS = tuple("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BETWEEN = re.compile(
    r"\s*(?:[-‐‑–—−~_→=>•]+(?:\s[-‐‑–—−•]+)?|…|\.{2,3}|\b(?:to|till?|until|bis|à|[àa]s|a|al|alle|y|do|до|po|til|tot|och|s[/.]?d\.?|sampai|hingga)(?!\w))\s*",
    re.IGNORECASE,
)
_ENDS_RANGE = re.compile(r"(?:[\d:.][-–—]|\d[.:]\d)\s*$")
"""A time after a dash whose own start cannot be read (":40-2.40") is an end, and must not pass for a start."""

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
"""Minutes printed above the line: 8⁰⁰-8⁴⁵."""

_SLIPS = (
    (re.compile(r"(?<=\d)[oO](?=[\d:.]|\b)|(?<=[\d][:.])[oO](?=[\doO])|\b[oO](?=\d[:.]\d\d)"), "0"),
    (re.compile(r"\b[lI|](?=\d?[:.]\d\d)|(?<=\d)(?<!:\d\d)[lI|](?=[:.\d])|(?<=[:.])[lI|](?=\d\b)"), "1"),
)


def _paired(text: str, spans: tuple[PrintedSpan, ...]) -> tuple[PrintedSpan, ...]:
    """The first two spans as one range, where both are single times with nothing between them."""
    first, *others = spans
    if not others or first.end or others[0].end or text[first.stop : others[0].begin].strip(" |/,;\n"):
        return spans
    second = others[0]
    both = PrintedSpan(start=first.start, end=second.start, begin=first.begin, stop=second.stop, end_begin=second.begin)
    return (both, *others[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    time: PrintedTime
    begin: int
    stop: int
    marked: bool
    hours: bool = False


_COMPACT_LABEL = re.compile(r"\s*(?:0[6-9]|1\d)[0-5][05](?:\s+(?:0[6-9]|1\d)[0-5][05])?\s*")
"""One or two times of a school day without any sign in them, and nothing else: 0730, or 0730 over 0810."""


def _compact_spans(text: str) -> tuple[PrintedSpan, ...]:
    if _COMPACT_LABEL.fullmatch(text) is None:
        return ()
    return tuple(
        PrintedSpan(start=token.time, end=None, begin=token.begin, stop=token.stop, end_begin=token.stop) for token in _tokens(text)
    )


def _spans(text: str, *, bare_pairs: bool) -> tuple[PrintedSpan, ...]:
    tokens = _tokens(text)
    spans: list[PrintedSpan] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if _is_number_of(tokens[index : index + 3], text):
            index += 1
            continue
        bare_pair = bare_pairs and not text[: token.begin].rstrip(" (").endswith(_LETTERS)
        if following and _BETWEEN.fullmatch(text[token.stop : following.begin]) and _pairs(token, following, bare_pairs=bare_pair):
            spans.append(
                PrintedSpan(start=token.time, end=following.time, begin=token.begin, stop=following.stop, end_begin=following.begin)
            )
            index += 2
            continue
        if (token.kind == "clock" or token.marked or (token.hours and bare_pairs)) and not _ENDS_RANGE.search(text[: token.begin]):
            spans.append(PrintedSpan(start=token.time, end=None, begin=token.begin, stop=token.stop, end_begin=token.stop))
        index += 1
    return tuple(spans)


def _is_number_of(three: Sequence[_Token], text: str) -> bool:
    """Whether the first of three is the number of a period before its range, and no time: 1 - 07h30 às 08h20."""
    if [token.kind for token in three] != ["bare", "clock", "clock"] or three[0].marked or three[0].hours:
        return False
    return all(_BETWEEN.fullmatch(text[token.stop : following.begin]) for token, following in pairwise(three))


def _tokens(text: str) -> list[_Token]:
    text = text.translate(_RAISED)
    for pattern, digit in (*_SLIPS, *_SLIPS):
        text = pattern.sub(digit, text)
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = "clock" if match["hour"] else "compact" if match["compact"] else "bare"
        digits = match["compact"] or ""
        hour = int(match["hour"] or digits[:-2] or match["bare"])
        minute = int(match["minute"] or digits[-2:] or 0)
        half = _half(match["half"], hour)
        if hour <= 23 and minute <= 59 and not (kind == "bare" and hour == 0):
            time = PrintedTime(hour=hour, minute=minute, half=half)
            marked, hours = match["half"] is not None, match["hours"] is not None
            tokens.append(_Token(kind=kind, time=time, begin=match.start(), stop=match.end(), marked=marked, hours=hours))
    return tokens


def _half(mark: str | None, hour: int) -> Half | None:
    mark = (mark or "").casefold()
    if mark.startswith("a"):
        return Half.AM
    if mark.startswith("p"):
        return Half.PM
    return Half.PM if mark in ("noon", "nn", "midday") and hour == 12 else None


def _pairs(first: _Token, second: _Token, *, bare_pairs: bool) -> bool:
    kinds = {first.kind, second.kind}
    if kinds == {"clock", "compact"}:
        minutes = 60 * (second.time.hour - first.time.hour) + second.time.minute - first.time.minute
        return bare_pairs and 0 < minutes % 720 <= _LONGEST_LESSON
    if "compact" in kinds:
        return kinds == {"compact"} and not _years(first, second)
    if first.hours and second.hours:
        return True
    if kinds == {"bare"} and not (first.marked or second.marked):
        return bare_pairs and (second.time.hour - first.time.hour) % 12 in (1, 2, 3)
    return True


_LONGEST_LESSON = 180
"""Minutes of two times of which only one has its sign: 13:00-1355."""


def _years(first: _Token, second: _Token) -> bool:
    """2022-2023 is a school year, not 20:22 to 20:23."""
    return {first.time.hour, second.time.hour} <= {19, 20} and 0 < second.time.minute - first.time.minute <= 5


def _prints_24_hours(spans: Sequence[PrintedSpan]) -> bool:
    times = [time for span in spans for time in (span.start, span.end) if time]
    return any(time.hour > 12 or time.hour == 0 for time in times) and not any(time.half for time in times)


def _readings(span: PrintedSpan) -> list[TimeSpan]:
    ends: tuple[int | None, ...] = _meanings(span.end) if span.end else (None,)
    return [TimeSpan(start=start, end=end) for start in _meanings(span.start) for end in ends]


def _meanings(printed: PrintedTime) -> tuple[int, ...]:
    """Minutes that a time can mean among others: 11 pm is eleven in the morning where it stands between 10.45 am and 12 pm."""
    late = printed.half is Half.PM and printed.hour in _LATE_HOURS
    return (*printed.readings, printed.hour * 60 + printed.minute) if late else printed.readings


_LATE_HOURS = range(9, 12)
_MISPRINTED = 15.0
_NIGHT = 12.0
"""What a lesson between midnight and six costs."""


def _cost(reading: TimeSpan, span: PrintedSpan, *, day_24: bool) -> float:
    cost = _hour_cost(reading.start, span.start, day_24=day_24)
    if reading.end is not None and span.end:
        cost += _hour_cost(reading.end, span.end, day_24=day_24)
        hours = (reading.end - reading.start) / 60
        cost += 200 if hours <= 0 else 1.5 * max(0.0, hours - 3)
    return cost


def _hour_cost(minutes: int, printed: PrintedTime, *, day_24: bool) -> float:
    if minutes not in printed.readings:
        return _MISPRINTED
    if len(printed.readings) == 1:
        return 0.0
    if day_24:
        return 0.0 if minutes // 60 == printed.hour else 15.0
    hour = minutes // 60
    if 7 <= hour < 19:
        return 0.0
    return 2.0 if hour == 6 else 3.0 if 19 <= hour < 22 else 6.0 if hour >= 22 else _NIGHT


def _distance(reading: TimeSpan, near: TimeSpan) -> float:
    return abs(reading.start - near.start) / 30


def _step(path: tuple[TimeSpan, ...], reading: TimeSpan) -> float:
    if not path:
        return 0.0
    before = path[-1]
    if reading.start < before.start:
        return 40.0
    end = before.start if before.end is None else before.end
    return 4.0 if reading.start < end else max(0.0, (reading.start - end) / 60 - 2)
