"""Timetables as iCalendar (RFC 5545): every block an event that repeats each week, or every other week.

Times are floating: what a timetable prints is the clock on the school's wall, and nothing printed names a time zone. Apple, Google and
Outlook show floating times as printed, wherever the phone is. docs/decisions/0019-exports.md says what else was weighed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from doctray.domain.errors import NotAcceptable
from doctray.export.shown import Shown
from doctray.export.table import ordered_blocks
from doctray.export.term import term_dates
from doctray.export.wording import DAYS, plain, reviewed_by

_BYDAY = dict(zip(DAYS, ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_ODD, _EVEN = (re.compile(rf"\b{word}\b", re.IGNORECASE) for word in ("odd", "even"))
_MOST_OCTETS = 75
"""Of one line, without its break (RFC 5545, 3.1)."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Season:
    """When a timetable holds.

    first_monday: of its first week. first, last: days of the term, where they are known. cycle: after how many weeks it begins anew.
    offsets: label of a week (see `week` of a block) → weeks after the first; blocks without a label take place every week.
    """

    first_monday: date
    first: date | None
    last: date | None
    cycle: int
    offsets: Mapping[str, int]

    def every(self, block: Mapping[str, Any]) -> int:
        """Weeks from one time that the block takes place to the next."""
        return 1 if block.get("week") is None else self.cycle

    def first_day(self, block: Mapping[str, Any]) -> date:
        """The first day on which the block takes place: not before the term."""
        offset = 0 if block.get("week") is None else self.offsets[plain(block["week"])]
        day = self.first_monday + timedelta(days=DAYS.index(block["day"]), weeks=offset)
        return day + timedelta(weeks=self.every(block)) if self.first is not None and day < self.first else day


def has_times(shown: Shown) -> bool:
    """Whether any block says when it is: else there is nothing to put into a calendar."""
    return any(_start(block) is not None for fields in shown.documents for block in ordered_blocks(fields))


def to_ics(shown: Shown) -> bytes:
    """One VCALENDAR with an event for each block whose day and start are known. Lines end with CRLF, none is longer than 75 octets.

    Raises NotAcceptable where there is no such block, or none takes place within the printed term: a calendar holds one event at least
    (RFC 5545, 3.6).
    """
    if not has_times(shown):
        raise NotAcceptable("No lesson of this timetable says on which day and at what time it is.")
    lines = list(_calendar(shown))
    if "BEGIN:VEVENT" not in lines:
        raise NotAcceptable("No lesson of this timetable takes place between the first and the last day of its term.")
    return b"".join(_folded(line) for line in lines)


def _calendar(shown: Shown) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//doctray//timetable//EN"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"X-WR-CALNAME:{_escaped(_name(shown))}"
    if shown.review is not None:
        yield f"X-WR-CALDESC:{_escaped(reviewed_by(shown.review))}"
    several = len(shown.documents) > 1
    for number, fields in enumerate(shown.documents, start=1):
        season = _season(fields, shown.changed_at.date())
        blocks = ordered_blocks(fields)
        # Blocks of one time (groups of a class) are told apart by their order.
        met: Counter[str] = Counter()
        for block in blocks:
            start = _start(block)
            if start is None:
                continue
            slot = f"{number} {plain(block.get('week'))} {block['day']} {block['start']}"
            uid = _uid(shown.request_id, f"{slot} {met[slot]}")
            met[slot] += 1
            group = _group(fields) if several else ""
            yield from _event(shown, season, block, start, _end(block, blocks), uid=uid, group=group)
    yield "END:VCALENDAR"


def _event(
    shown: Shown, season: _Season, block: Mapping[str, Any], start: time, end: time | None, *, uid: str, group: str
) -> Iterator[str]:
    day = season.first_day(block)
    if season.last is not None and day > season.last:
        return
    stamp = shown.changed_at.astimezone(UTC)
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"
    yield f"LAST-MODIFIED:{stamp:%Y%m%dT%H%M%SZ}"
    # A calendar that has the event already takes the higher number.
    yield f"SEQUENCE:{int((shown.review or {}).get('number') or 0)}"
    yield f"DTSTART:{datetime.combine(day, start):%Y%m%dT%H%M%S}"
    if end is not None:
        yield f"DTEND:{datetime.combine(day, end):%Y%m%dT%H%M%S}"
    yield _rule(season, block, start)
    subject = plain(block.get("subject")) or "Lesson"
    yield f"SUMMARY:{_escaped(f'{group}: {subject}' if group else subject)}"
    if block.get("room"):
        yield f"LOCATION:{_escaped(plain(block['room']))}"
    about = [plain(block.get("teacher")), plain(block.get("notes")), f"Week {plain(block.get('week'))}" if block.get("week") else ""]
    described = "\n".join(part for part in about if part)
    if described:
        yield f"DESCRIPTION:{_escaped(described)}"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _rule(season: _Season, block: Mapping[str, Any], start: time) -> str:
    every = season.every(block)
    parts = ["FREQ=WEEKLY"]
    if every > 1:
        parts.append(f"INTERVAL={every}")
    if season.last is not None:
        # Of the same kind as DTSTART: floating (RFC 5545, 3.3.10).
        parts.append(f"UNTIL={datetime.combine(season.last, start):%Y%m%dT%H%M%S}")
    parts.append(f"BYDAY={_BYDAY[block['day']]}")
    if every > 1:
        parts.append("WKST=MO")
    return f"RRULE:{';'.join(parts)}"


def _season(fields: Mapping[str, Any], today: date) -> _Season:
    """Where no term is printed, the week in which the job was finished is the first, and the events have no end."""
    term = term_dates(fields.get("term"), fields.get("year"))
    first, last = term or (None, None)
    start = first or today
    monday = start - timedelta(days=start.weekday())
    labels = {plain(block.get("week")) for block in ordered_blocks(fields) if block.get("week") is not None}
    return _Season(first_monday=monday, first=first, last=last, cycle=max(2, len(labels)), offsets=_offsets(labels, monday))


def _offsets(labels: Collection[str], monday: date) -> dict[str, int]:
    """Odd and even are those of the calendar week (ISO 8601); any other labels follow one another from the first week on."""
    parities = {label: 1 if _ODD.search(label) else 0 for label in labels if _ODD.search(label) or _EVEN.search(label)}
    if len(parities) == len(labels):
        return {label: (monday.isocalendar().week + parity) % 2 for label, parity in parities.items()}
    return {label: number for number, label in enumerate(sorted(labels, key=str.casefold))}


def _start(block: Mapping[str, Any]) -> time | None:
    return _clock(block.get("start")) if block.get("day") in DAYS else None


def _end(block: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> time | None:
    """As printed; else the next start of that day; None for a block that nothing follows, or whose end is not after its start."""
    start, end = _clock(block.get("start")), _clock(block.get("end"))
    if start is None:
        return None
    if end is None:
        same_day = (other for other in blocks if (other.get("day"), other.get("week")) == (block.get("day"), block.get("week")))
        end = min((later for other in same_day if (later := _clock(other.get("start"))) is not None and later > start), default=None)
    return end if end is not None and end > start else None


def _clock(value: Any) -> time | None:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return time(int(found[1]), int(found[2])) if found else None


def _name(shown: Shown) -> str:
    first = shown.documents[0]
    parts = [plain(first.get(name)) for name in ("class_name", "teacher_name", "term")]
    return ", ".join(part for part in parts if part) or shown.file_name or "Timetable"


def _group(fields: Mapping[str, Any]) -> str:
    return plain(fields.get("class_name")) or plain(fields.get("teacher_name"))


def _uid(request_id: str, slot: str) -> str:
    """The same for the same place in the week, whatever a review changes about the lesson."""
    return f"{hashlib.sha256(f'{request_id} {slot}'.encode('utf-8', 'replace')).hexdigest()[:32]}@doctray"


def _escaped(text: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11)."""
    clean = _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line with its break, continued on further lines where it is too long; no character is torn apart."""
    rest = line.encode("utf-8", "replace")
    parts: list[bytes] = []
    room = _MOST_OCTETS
    while len(rest) > room:
        cut = room
        while rest[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
        room = _MOST_OCTETS - 1
    parts.append(rest)
    return b"\r\n ".join(parts) + b"\r\n"
