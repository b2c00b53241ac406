"""What a typed timetable says, from lines as people would note it: titles, then one line a block.

    class_name: 9B
    year: 2025
    Mon,Wed 08:45-09:30 Maths @ R4 + Ms Lind # A
    Fri 13:00-? Games

`@` is before the room, `+` before the teacher, `#` before the week. An edge that is missing is not printed; `?` is one that is not
printed either, but may be told from its neighbours.
"""

import re
from typing import Any

from tests.samples.timetable_plan import DAYS

_DAYS = {day[:3]: day for day in (*DAYS, "Sunday")}
_ALL = "Mon,Tue,Wed,Thu,Fri"
_BLOCK = re.compile(
    r"(?P<days>[A-Z][a-z]{2}(?:,[A-Z][a-z]{2})*|week) (?P<start>\d\d:\d\d|\??)-(?P<end>\d\d:\d\d|\??) (?P<subject>.+?)"
    r"(?: @ (?P<room>.+?))?(?: \+ (?P<teacher>.+?))?(?: # (?P<week>.+))?$"
)
_TITLES = ("teacher_name", "class_name", "school_name", "term", "year")


def week_of(lines: str) -> dict[str, Any]:
    """The fields of a timetable. `week` as the days means Monday to Friday."""
    fields: dict[str, Any] = dict.fromkeys(_TITLES)
    blocks = []
    for line in lines.splitlines():
        name, _, value = line.partition(": ")
        if name in _TITLES:
            fields[name] = int(value) if name == "year" else value
            continue
        match = _BLOCK.fullmatch(line)
        assert match is not None, line
        days = _ALL if match["days"] == "week" else match["days"]
        edges = {edge: match[edge].strip("?") or None for edge in ("start", "end")}
        told = {name: match[name] for name in ("subject", "room", "teacher", "week")}
        inferred = [edge for edge in edges if match[edge] == "?"]
        blocks += [
            {"day": _DAYS[day], **edges, **told, "notes": None, **({"inferred": inferred} if inferred else {})} for day in days.split(",")
        ]
    return {**fields, "timeblocks": blocks}
