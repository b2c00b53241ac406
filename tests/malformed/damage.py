"""Sound documents damaged by chance: bits turned, ends cut off, pieces blanked, moved, repeated. The chance is seeded."""

import random
from collections.abc import Callable
from functools import partial

from tests.malformed.case import COMPLETED, Case, Cases, Group
from tests.malformed.sound import EXTENSIONS, sound

_ANY = (COMPLETED, "corrupt_document", "empty_document", "page_too_large", "unsupported_media_type", "too_many_pages", "encrypted_document")
"""A damaged file may still be read, by chance may say that it is larger, longer or locked, or be no such file any more. It is never the
service's failure, and takes no longer than its page budget."""

Damage = Callable[[bytearray, random.Random], bytearray]

_CUTS = (1, 8, 32, 100, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, -1)
"""What is kept: bytes, or a share; -1: all but the last byte."""


def cases(seed: int) -> Cases:
    """Damaged ones of each format."""
    for kind, extension in EXTENSIONS.items():
        case = Group(f"damaged {kind}", extension)
        for cut in _CUTS:
            yield case(f"cut at {cut:g}", partial(_cut, sound(kind), cut), *_ANY)
        for name, count, damage in _DAMAGES:
            for number in range(count):
                yield _by_chance(case, kind, f"{name} {number}", damage, seed)


def _by_chance(case: Group, kind: str, what: str, damage: Damage, seed: int) -> Case:
    return case(what, lambda: bytes(damage(bytearray(sound(kind)), random.Random(f"{seed} {kind} {what}"))), *_ANY)


def _cut(content: bytes, kept: float) -> bytes:
    if kept == -1:
        return content[:-1]
    return content[: int(kept)] if kept >= 1 else content[: int(kept * len(content))]


def _bits(count: int) -> Damage:
    def damage(content: bytearray, chance: random.Random) -> bytearray:
        for _ in range(count):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        return content

    return damage


def _header_bits(content: bytearray, chance: random.Random) -> bytearray:
    """Behind the magic number, where sizes stand."""
    for _ in range(3):
        content[chance.randrange(8, min(160, len(content)))] ^= 1 << chance.randrange(8)
    return content


def _percent(content: bytearray, chance: random.Random) -> bytearray:
    return _bits(max(1, len(content) // 100))(content, chance)


def _blanked(content: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(content) // 8, len(content) - 1)
    size = min(len(content) - start, max(4, len(content) // 6))
    content[start : start + size] = bytes(size)
    return content


def _shuffled(content: bytearray, chance: random.Random) -> bytearray:
    step = max(16, len(content) // 12)
    pieces = [content[at : at + step] for at in range(0, len(content), step)]
    rest = pieces[1:]
    chance.shuffle(rest)
    return bytearray(b"").join([pieces[0], *rest])


def _dropped(content: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(16, len(content) - 1)
    del content[start : start + chance.randrange(1, max(2, len(content) // 5))]
    return content


def _repeated(content: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(16, len(content) - 1)
    size = chance.randrange(1, max(2, len(content) // 5))
    return content[: start + size] + content[start:]


def _extremes(content: bytearray, chance: random.Random) -> bytearray:
    """Four bytes of a kind that sizes and offsets are made of."""
    for _ in range(2):
        at = chance.randrange(8, max(9, len(content) - 4))
        content[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\x80\0\0\0", b"\0\0\0\x80"))
    return content


_DAMAGES: tuple[tuple[str, int, Damage], ...] = (
    ("one bit", 4, _bits(1)),
    ("eight bits", 3, _bits(8)),
    ("three bits of the header", 4, _header_bits),
    ("a percent of bits", 2, _percent),
    ("extremes", 4, _extremes),
    ("a piece blank", 1, _blanked),
    ("pieces shuffled", 1, _shuffled),
    ("a piece missing", 2, _dropped),
    ("a piece twice", 1, _repeated),
)
