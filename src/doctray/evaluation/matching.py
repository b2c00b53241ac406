"""When an extracted value counts as the true one. Pure.

White space, case and punctuation do not count. Text may differ a little (nine tenths the same) as long as its digits are the same.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

TEXT_ALIKE = 0.9
SUBJECT_ALIKE = 0.85
LABEL_ALIKE = 0.7
"""Least likeness (difflib's ratio) of texts, of subjects of time blocks, and of labels of limits."""

_KEPT = re.compile(r"[^a-z0-9]+")
_DIGITS = re.compile(r"\D+")


def fold(value: object) -> str:
    return _KEPT.sub("", str(value).casefold())


def likeness(one: object, other: object) -> float:
    """From 0 to 1, of the folded texts."""
    a, b = fold(one), fold(other)
    return 1.0 if a == b else difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


def same_value(truth: object, found: object) -> bool:
    """Numbers by their worth, everything else as text with the same digits."""
    if isinstance(truth, int | float) and not isinstance(truth, bool):
        try:
            return abs(float(found) - float(truth)) < 1e-6  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
    return _DIGITS.sub("", str(truth)) == _DIGITS.sub("", str(found)) and likeness(truth, found) >= TEXT_ALIKE


def same_block(truth: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Day, start, end and subject. An edge that the truth calls `inferred` is not printed, and may be anything."""
    inferred = truth.get("inferred") or ()
    return (
        truth.get("day") == found.get("day")
        and all(edge in inferred or truth.get(edge) == found.get(edge) for edge in ("start", "end"))
        and likeness(truth.get("subject") or "", found.get("subject") or "") >= SUBJECT_ALIKE
    )


def stated(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """(JSON Pointer, value) of every leaf that says something."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from stated(item, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from stated(item, f"{pointer}/{index}")
    elif value is not None and fold(value):
        yield pointer, value


def paired(truths: Sequence[T], founds: Sequence[T], alike: Callable[[T, T], float]) -> list[tuple[int, int]]:
    """(index of a truth, index of what was found), each at most once, the most alike first; those that are not alike stay alone."""
    candidates = sorted(((alike(truth, found), i, j) for i, truth in enumerate(truths) for j, found in enumerate(founds)), reverse=True)
    pairs: list[tuple[int, int]] = []
    for worth, i, j in candidates:
        if worth > 0 and all(i != taken_i and j != taken_j for taken_i, taken_j in pairs):
            pairs.append((i, j))
    return pairs
