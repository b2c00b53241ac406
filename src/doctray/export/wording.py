"""How exports word names and values for people, the same in every form."""

from collections.abc import Mapping
from typing import Any

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TITLES = {"naic": "NAIC", "timeblocks": "Timetable", "issue_date": "Issue date", "expiry_date": "Expiry date"}


def title(name: str) -> str:
    """A field's name as a heading: policy_number → Policy number."""
    return _TITLES.get(name) or name.replace("_", " ").strip().capitalize() or name


def is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def plain(value: Any) -> str:
    """One value in words: yes and no, whole numbers without a point, lists by semicolons, objects as `name: value`; "" for null."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case Mapping():
            return "; ".join(f"{name}: {plain(item)}" for name, item in value.items() if item is not None)
        case list() | tuple():
            return "; ".join(worded for item in value if (worded := plain(item)))
        case _:
            return str(value)


def day_order(day: Any) -> int:
    """Monday 0 to Sunday 6; 7 for anything else."""
    return DAYS.index(day) if day in DAYS else len(DAYS)


def reviewed_by(review: Mapping[str, Any]) -> str:
    """Who reviewed it and when, in one phrase."""
    return f"Reviewed by {review.get('reviewed_by') or 'a person'} on {str(review.get('reviewed_at') or '')[:10]}"
