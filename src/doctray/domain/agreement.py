"""Whether two extractions of one document say the same, value by value, without keeping what they say. Pure.

Used to compare a rollout's two arms with one another, and each with what a person left in a review.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

MAX_COMPARED = 2_000
"""Values of one document; those after them are left out, so that no document makes a comparison long."""

LIST_KEYS: Mapping[str, Sequence[Sequence[str]]] = {
    "timeblocks": (("week", "day", "start", "subject"), ("week", "day", "start"), ("week", "day", "subject")),
    "insurers": (("letter", "name"), ("letter",), ("name",)),
    "policies": (("policy_number", "type"), ("policy_number",), ("type",)),
}
"""By which members items of a list are recognised on the other side, tried in turn, so that one misread member hides no item."""

_OPTIONAL_KEY = "week"
_PRINTED_NAMES = frozenset({"limits"})
"""Objects whose member names are the document's own words: their members are counted, never named."""

_NUMBERS_POINT = re.compile(r"(?<=\d)[.,](?=\d)")


def compare(baseline: Mapping[str, Any], candidate: Mapping[str, Any], document_type: str) -> dict[str, bool]:
    """JSON Pointer → whether both say the same there; what neither states is left out.

    Case, white space and punctuation do not count, but the point within a number does. Pointers are the baseline's; items and limits
    that the candidate alone has are numbered after the baseline's. An item that the other side lacks is one disagreement, not one for
    each of its members. In a `custom` document each field of the caller's schema is compared as a whole. Holds no values.
    """
    return {pointer: same for pointer, *_, same in _compared(baseline, candidate, document_type)}


def disagreements(baseline: Mapping[str, Any], candidate: Mapping[str, Any], document_type: str) -> list[tuple[str | None, str | None]]:
    """(JSON Pointer into the baseline, into the candidate) of what they say otherwise, for showing both to a person.

    None on the side that lacks the item. Unlike those of `compare`, pointers to limits hold their printed labels.
    """
    return [(here, there) for _, here, there, same in _compared(baseline, candidate, document_type) if not same]


def value_at(fields: Any, pointer: str | None) -> Any:
    """What stands at a JSON Pointer; None where nothing does."""
    if pointer is None:
        return None
    value = fields
    for part in pointer.split("/")[1:]:
        if isinstance(value, Mapping):
            value = value.get(part.replace("~1", "/").replace("~0", "~"))
        elif isinstance(value, list | tuple) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def truth_score(fields: Mapping[str, Any], reviewed: Mapping[str, Any], document_type: str) -> float | None:
    """The share in [0, 1] of values in which the fields agree with a person's; None when neither states any.

    A value that the person took out counts against them as one does that they missed.
    """
    agreed = compare(reviewed, fields, document_type)
    return sum(agreed.values()) / len(agreed) if agreed else None


def field_of(pointer: str) -> str:
    """The field that a pointer belongs to, whatever the item: /policies/2/limits/0 → policies.limits. A whole item is its list's name."""
    return ".".join(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:] if not part.isdigit())


_Compared = Iterator[tuple[str, str | None, str | None, bool]]
"""Pointer as `compare` names it, pointers into the baseline and into the candidate, and whether they say the same there."""


def _compared(baseline: Mapping[str, Any], candidate: Mapping[str, Any], document_type: str) -> _Compared:
    found = _whole(baseline, candidate) if document_type == "custom" else _members(baseline, candidate, "", "")
    return islice(found, MAX_COMPARED)


def _whole(baseline: Mapping[str, Any], candidate: Mapping[str, Any]) -> _Compared:
    for name in _names(baseline, candidate):
        here, there = _plain(baseline.get(name)), _plain(candidate.get(name))
        if here is not None or there is not None:
            at = f"/{_escaped(name)}"
            yield at, at, at, here == there


def _members(baseline: Mapping[str, Any], candidate: Mapping[str, Any], at: str, other_at: str) -> _Compared:
    for name in _names(baseline, candidate):
        here, there = baseline.get(name), candidate.get(name)
        pointer, other = f"{at}/{_escaped(name)}", f"{other_at}/{_escaped(name)}"
        if name in _PRINTED_NAMES:
            yield from _printed(_object(here), _object(there), pointer, other)
        elif name in LIST_KEYS:
            yield from _items(_objects(here), _objects(there), LIST_KEYS[name], pointer, other)
        elif (plain := _plain(here)) is not None or _plain(there) is not None:
            yield pointer, pointer, other, plain == _plain(there)


def _items(
    baseline: Sequence[Mapping[str, Any]], candidate: Sequence[Mapping[str, Any]], keys: Sequence[Sequence[str]], at: str, other_at: str
) -> _Compared:
    pairs = _paired(baseline, candidate, keys)
    for index, item in enumerate(baseline):
        other = pairs.get(index)
        yield f"{at}/{index}", f"{at}/{index}", None if other is None else f"{other_at}/{other}", other is not None
        if other is not None:
            yield from _members(item, candidate[other], f"{at}/{index}", f"{other_at}/{other}")
    alone = sorted(set(range(len(candidate))).difference(pairs.values()))
    for number, other in enumerate(alone):
        yield f"{at}/{len(baseline) + number}", None, f"{other_at}/{other}", False


def _paired(baseline: Sequence[Mapping[str, Any]], candidate: Sequence[Mapping[str, Any]], keys: Sequence[Sequence[str]]) -> dict[int, int]:
    """Index here → index there, each at most once; items that are the same first, those with one and the same key in their order."""
    pairs: dict[int, int] = {}
    left = dict.fromkeys(range(len(candidate)))
    for names in ((), *keys):
        waiting: dict[tuple[Any, ...], list[int]] = {}
        for index in left:
            if (key := _key(candidate[index], names)) is not None:
                waiting.setdefault(key, []).append(index)
        for index, item in enumerate(baseline):
            key = None if index in pairs else _key(item, names)
            if key is not None and (same := waiting.get(key)):
                pairs[index] = same.pop(0)
        for taken in pairs.values():
            left.pop(taken, None)
    return pairs


def _key(item: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...] | None:
    """names: none: the item as a whole. None when it does not say enough to be recognised by."""
    if not names:
        return (repr(_plain(item)),)
    key = tuple(_plain(item.get(name)) for name in names)
    return None if any(part is None for name, part in zip(names, key, strict=True) if name != _OPTIONAL_KEY) else key


def _printed(baseline: Mapping[str, Any], candidate: Mapping[str, Any], at: str, other_at: str) -> _Compared:
    here, there = ({_plain(label): label for label, value in side.items() if _plain(value) is not None} for side in (baseline, candidate))
    for number, label in enumerate(dict.fromkeys((*here, *there))):
        mine, others = here.get(label), there.get(label)
        same = mine is not None and others is not None and _plain(baseline[mine]) == _plain(candidate[others])
        yield (
            f"{at}/{number}",
            None if mine is None else f"{at}/{_escaped(mine)}",
            None if others is None else f"{other_at}/{_escaped(others)}",
            same,
        )


def _plain(value: Any) -> Any:
    """What counts of a value; None when it says nothing."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return None if math.isnan(value) else round(float(value), 6)
    if isinstance(value, Mapping):
        return {name: plain for name, item in sorted(value.items()) if (plain := _plain(item)) is not None} or None
    if isinstance(value, list | tuple):
        return [plain for item in value if (plain := _plain(item)) is not None] or None
    return _folded(str(value)) or None


def _folded(text: str) -> str:
    """Letters and digits of any script, each in one form; the point within a number is kept."""
    marked = _NUMBERS_POINT.sub("\u00b7", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in marked if letter == "\u00b7" or letter.isalnum() or unicodedata.category(letter).startswith("M"))


def _names(baseline: Mapping[str, Any], candidate: Mapping[str, Any]) -> Sequence[str]:
    return tuple(dict.fromkeys((*baseline, *candidate)))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
