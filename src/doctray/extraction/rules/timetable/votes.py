"""Settles rooms, teachers and subjects that an engine read in several ways within one table: S2-12 and 52-12 are one room."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from doctray.extraction.rules.timetable.blocks import Block
from doctray.extraction.rules.timetable.reading import Found

_ALIKE = str.maketrans("OoQIl|iSsBZzG", "0001111558226")
"""Letters and the digits that engines take them for. Two digits are never one, so that room 101 stays beside room 107."""

_CLEARLY = 2
"""One reading is that of a text when it stands in the table so many times as often as each other one."""

_SETTLED = 0.85
_VOTED = ("room", "teacher", "subject")


def with_one_reading(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, with texts that differ only in letters and digits that look alike as most of the blocks have them.

    What a text layer prints stands.
    """
    settled = list(blocks)
    for name in _VOTED:
        known: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for block in blocks:
            if found := getattr(block, name):
                known[found.value.translate(_ALIKE)][found.value] += 1
        voted: list[dict[str, Any]] = [{name: _as_most(getattr(block, name), known)} for block in settled]
        settled = [replace(block, **texts) for block, texts in zip(settled, voted, strict=True)]
    return tuple(settled)


def _as_most(found: Found | None, known: defaultdict[str, Counter[str]]) -> Found | None:
    if found is None or all(word.confidence == 1.0 for word in found.words):
        return found
    (most, count), *others = known[found.value.translate(_ALIKE)].most_common(2)
    if most == found.value or any(count < _CLEARLY * other for _, other in others):
        return found
    return replace(found, value=most, certainty=min(found.certainty, _SETTLED))
