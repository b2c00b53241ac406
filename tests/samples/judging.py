"""Which values of an answer are right, by the truth about its document."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from doctray.domain.extraction import leaves
from doctray.extraction.parse import fold

UNSTATED = ("currency", "additional_insured", "subrogation_waived")
"""Fields that most truths leave out: a value there is judged only where the truth has one."""


def right_pointers(truth: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    """Pointers of the values that the truth has too. Items of lists are paired with those of the truth that they agree with most."""
    for key, value in fields.items():
        if not isinstance(value, list) and value is not None and truth.get(key) is not None and same(truth[key], value):
            yield f"/{key}"
    for at, item, best in _paired(truth, fields):
        yield from (f"{at}{pointer}" for pointer in _agreeing(best, item))


def open_pointers(truth: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    """Pointers of the edges of blocks that are not printed, by the truth (its `inferred`), so that they may be anything."""
    for at, _, best in _paired(truth, fields):
        yield from (f"{at}/{edge}" for edge in best.get("inferred") or ())


def _paired(truth: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """(pointer, item, the truth's item) of all items of lists that have anything in common with one of the truth."""
    for key, value in fields.items():
        if not isinstance(value, list):
            continue
        left = list(truth.get(key) or ())
        for index, item in enumerate(value):
            best = max(left, key=lambda other: len(_agreeing(other, item)), default=None)
            if best is not None and _agreeing(best, item):
                left.remove(best)
                yield f"/{key}/{index}", item, best


def _agreeing(truth: Mapping[str, Any], item: Mapping[str, Any]) -> list[str]:
    told = dict(leaves(truth))
    limits = {fold(pointer.removeprefix("/limits/")): value for pointer, value in told.items() if pointer.startswith("/limits/")}
    out = []
    for pointer, value in leaves(item):
        if pointer.startswith("/limits/"):
            label = fold(pointer.removeprefix("/limits/"))
            near = difflib.get_close_matches(label, list(limits), n=1, cutoff=0.7)
            if near and same(limits[near[0]], value):
                out.append(pointer)
        elif pointer in told and same(told[pointer], value):
            out.append(pointer)
    return out


def same(truth: object, value: object) -> bool:
    """Whether two values are the same after folding; texts may differ by a tenth of their letters, but not in a digit."""
    if isinstance(truth, int | float) or isinstance(value, int | float):
        return truth == value
    one, other = (fold(str(text)).replace(" ", "") for text in (truth, value))
    digits = ["".join(character for character in text if character.isdigit()) for text in (one, other)]
    return digits[0] == digits[1] and difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.9


def counts(truth: Mapping[str, Any], fields: Mapping[str, Any]) -> tuple[int, int, int]:
    """(right, answered, true) values of a certificate."""
    right = list(right_pointers(truth, fields))
    stated = {pointer.rsplit("/", 1)[-1] for pointer, _ in leaves(truth)}
    answered = [pointer for pointer, _ in leaves(fields) if pointer in right or not _unstated(pointer, stated)]
    return len(right), len(answered), len(leaves(truth))


def _unstated(pointer: str, stated: set[str]) -> bool:
    name = pointer.rsplit("/", 1)[-1]
    return name in UNSTATED and name not in stated
