"""Extracted fields against the truth, value by value. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doctray.evaluation.kinds import kind_of
from doctray.evaluation.matching import LABEL_ALIKE, likeness, paired, same_block, same_value, stated

Fields = Mapping[str, Any]

LISTS = ("insurers", "policies")
"""Of a certificate, in the order in which they are told."""

OPTIONAL = frozenset({"week", "currency", "additional_insured", "subrogation_waived"})
"""Fields that most truths leave out: where the truth does not state one, finding it is neither right nor wrong."""

_BESIDE_A_BLOCK = ("room", "teacher")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One value of the truth, of what was found, or of both.

    truth_at, found_at: JSON Pointers into the fields; None where that side has no such value. right: they are the same.
    """

    kind: str
    truth_at: str | None
    found_at: str | None
    expected: Any = None
    found: Any = None
    right: bool = False


def judge(truth: Fields, found: Fields) -> list[Judged]:
    """Every value of both. Lists of objects are compared item by item, those that are most alike with one another.

    A time block counts as one value; where it is right, its room and teacher count too.
    """
    expected = {name: value for name, value in truth.items() if name != "truth_notes"}
    told = dict(found)
    judged: list[Judged] = []
    blocks, told_blocks = expected.pop("timeblocks", None), _items(told.pop("timeblocks", None))
    if blocks is not None:
        judged.extend(_blocks(blocks, told_blocks))
    lists = (name for name, value in (*expected.items(), *told.items()) if _items(value))
    for name in dict.fromkeys((*LISTS, *lists)):
        judged.extend(_items_of(name, _items(expected.pop(name, None)), _items(told.pop(name, None))))
    judged.extend(_flat(expected, told, "", ""))
    return judged


def _blocks(expected: list[Fields], found: list[Fields]) -> Iterator[Judged]:
    pairs = paired(expected, found, lambda truth, block: float(same_block(truth, block)))
    for i, j in pairs:
        yield _block(expected[i], found[j], i, j, right=True)
        beside, told = ({name: block.get(name) for name in _BESIDE_A_BLOCK} for block in (expected[i], found[j]))
        yield from _flat(beside, told, f"/timeblocks/{i}", f"/timeblocks/{j}")
    left = [i for i in range(len(expected)) if all(i != taken for taken, _ in pairs)]
    spare = [j for j in range(len(found)) if all(j != taken for _, taken in pairs)]
    # What is not right is shown beside what comes nearest, so that a person sees the fault.
    near = paired([expected[i] for i in left], [found[j] for j in spare], _block_likeness)
    shown = {left[a]: spare[b] for a, b in near}
    for i in left:
        nearest = shown.get(i)
        yield _block(expected[i], None if nearest is None else found[nearest], i, nearest, right=False)
    for j in spare:
        if j not in shown.values():
            yield _block(None, found[j], None, j, right=False)


def _block(truth: Fields | None, found: Fields | None, i: int | None, j: int | None, *, right: bool) -> Judged:
    return Judged(
        kind="block",
        truth_at=None if i is None else f"/timeblocks/{i}",
        found_at=None if j is None else f"/timeblocks/{j}",
        expected=truth and _worded(truth),
        found=found and _worded(found),
        right=right,
    )


def _worded(block: Fields) -> str:
    return f"{block.get('day')} {block.get('start') or '?'}–{block.get('end') or '?'} {block.get('subject')}"


def _block_likeness(truth: Fields, found: Fields) -> float:
    same = sum(truth.get(name) == found.get(name) for name in ("day", "start", "end")) / 3
    return (same + likeness(truth.get("subject") or "", found.get("subject") or "")) / 2 if same else 0.0


def _items_of(name: str, expected: list[Fields], found: list[Fields]) -> Iterator[Judged]:
    pairs = paired(expected, found, _overlap)
    for i, j in pairs:
        yield from _flat(expected[i], found[j], f"/{name}/{i}", f"/{name}/{j}", listed=True)
    for i, truth in enumerate(expected):
        if all(i != taken for taken, _ in pairs):
            yield from _flat(truth, {}, f"/{name}/{i}", "", listed=True)
    for j, item in enumerate(found):
        if all(j != taken for _, taken in pairs):
            yield from _flat({}, item, "", f"/{name}/{j}", listed=True)


def _overlap(truth: Fields, found: Fields) -> float:
    """Which part of the truth's values the item has right."""
    judged = list(_flat(truth, found, "", ""))
    return sum(each.right for each in judged) / max(1, sum(each.truth_at is not None for each in judged))


def _flat(truth: Fields, found: Fields, truth_base: str, found_base: str, *, listed: bool = False) -> Iterator[Judged]:
    """Value by value at the same place; a limit's label may differ a little.

    listed: of an item of a list, in which an optional field that was found counts only where it is right.
    """
    expected = dict(stated(truth))
    told = {at: value for at, value in stated(found) if at in expected or at.rsplit("/", 1)[-1] not in OPTIONAL}
    unused = set(told)
    for at, value in expected.items():
        place = at if at in unused else _nearest_limit(at, unused)
        right = place is not None and same_value(value, told[place])
        if place is not None and right:
            unused.discard(place)
        yield Judged(
            kind=kind_of(truth_base + at, value),
            truth_at=truth_base + at,
            found_at=found_base + place if right and place is not None else None,
            expected=value,
            found=told[place] if place is not None else None,
            right=right,
        )
    for at in sorted(unused):
        if not (listed and at.rsplit("/", 1)[-1] in OPTIONAL):
            yield Judged(kind=kind_of(found_base + at, told[at]), truth_at=None, found_at=found_base + at, found=told[at])


def _nearest_limit(at: str, unused: set[str]) -> str | None:
    if not at.startswith("/limits/"):
        return None
    near = {other: likeness(_label(at), _label(other)) for other in unused if other.startswith("/limits/")}
    alike = {other: worth for other, worth in near.items() if worth >= LABEL_ALIKE}
    return max(sorted(alike), key=lambda other: alike[other], default=None)


def _label(at: str) -> str:
    return at.removeprefix("/limits/").replace("~1", "/").replace("~0", "~")


def _items(value: Any) -> list[Fields]:
    return [item for item in value or () if isinstance(item, Mapping)] if isinstance(value, list) else []
