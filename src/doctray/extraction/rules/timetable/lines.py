"""Takes the lines of a cell apart and puts them together: words of a line, its parts, small print, broken words."""

import re
from collections.abc import Callable, Sequence, Set

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.reading import Found, Reading, size_of

_SMALL_WORDS = re.compile(
    r"of|to|and|in|at|for|the|on|or|by|a|an|with|up|us|it|is|go|do|no|so|my|we|be|he|me|if|as|am|pm|vs|mit|et|de|la|le|du|des|und"
)
_ENDINGS = re.compile(
    r"[a-z]{1,2}|ion|ing|ics|ies|ess|ent|ism|ity|ure|ers|ial|ory|ary|phy|ogy|try|ish|ths|nce|ons|tion|sion|ment|ness|graphy|ology"
)
_PREPOSITIONS = frozenset(("en", "em", "el", "al", "del", "los", "las", "por", "zu", "im", "les", "aux"))
"""What may end a word broken in two (Gard|en), and is a word where others follow it in its line: en ingeniería."""

_PICTURES = "".join(map(chr, range(0xF020, 0xF100)))
"""Signs of fonts such as Wingdings, which stand at these places of Unicode's private area."""

DASHES = " \t-–—−:;,|/•·*←→↔<>«»=~_…" + _PICTURES
_SMALL = 0.8
"""Print lower than this part of the block's largest print is a note. In OCR boxes, whose height depends on the letters, less: see below."""

_SMALL_READ = 0.62
_NARROW_READ = 0.8
"""A small line's letters are narrower too: boxes of two lines in one print may differ by a half in height."""


def parted(line: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """The line parted after commas, bars and at lone dashes."""
    parts: list[list[Word]] = [[]]
    for word in line:
        if not word.text.strip(DASHES):
            parts.append([])
            continue
        parts[-1].append(word)
        if word.text.endswith((",", ";", "|")):
            parts.append([])
    return [tuple(part) for part in parts if part]


def around_taken(line: tuple[Word, ...], taken: Set[int]) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """What stands before the words that are taken from a line, and what stands after them; all of it first where none are."""
    last = max((index for index, word in enumerate(line) if id(word) in taken), default=len(line))
    return tuple(word for word in line[:last] if id(word) not in taken), line[last + 1 :]


def line_starts(reading: Reading) -> set[int]:
    starts, place = {len(reading.text) + 1}, 0
    for line in reading.line_texts:
        starts.add(place)
        place += len(line) + 1
    return starts


def part_small(lines: Sequence[tuple[Word, ...]]) -> tuple[list[tuple[Word, ...]], list[tuple[Word, ...]]]:
    """Lines of the block, and those (or tails of lines) in clearly smaller print."""
    sizes = [size_of(word) for line in lines for word in line]
    if not sizes:
        return [], []
    printed = all(word.confidence == 1.0 for line in lines for word in line)
    limit = max(sizes) * (_SMALL if printed else _SMALL_READ)
    if not printed:
        whole = [max(size_of(word) for word in line) for line in lines]
        pitches = [_pitch(line) for line in lines]
        small = [size < whole[0] * _SMALL_READ and pitch < pitches[0] * _NARROW_READ for size, pitch in zip(whole, pitches, strict=True)]
        alike = [pitch for pitch, low in zip(pitches[1:], small[1:], strict=True) if not low]
        # a line as narrow as one whose box is higher is in the same print
        small = [low and not any(other * _NARROW_READ <= pitch for other in alike) for low, pitch in zip(small, pitches, strict=True)]
        return [line for line, low in zip(lines, small, strict=True) if not low], [
            line for line, low in zip(lines, small, strict=True) if low
        ]
    main: list[tuple[Word, ...]] = []
    notes: list[tuple[Word, ...]] = []
    for line in lines:
        cut = next((index for index, word in enumerate(line) if size_of(word) < limit and any(c.isalnum() for c in word.text)), len(line))
        if any(size_of(word) >= limit for word in line[cut:]):
            cut = len(line)
        if line[:cut]:
            main.append(line[:cut])
        if line[cut:]:
            notes.append(line[cut:])
    return (main, notes) if main else (notes, [])


def _pitch(line: Sequence[Word]) -> float:
    """How wide a line's letters are, in pixels."""
    lengths = [word.box.height if word.angle in (90, 270) else word.box.width for word in line]
    return sum(lengths) / max(1, sum(len(word.text) for word in line))


def cut_out(line: tuple[Word, ...], begin: int, stop: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Words of the line that hold characters begin to stop, and the rest; a word that sticks out keeps its other part."""
    taken: list[Word] = []
    rest: list[Word] = []
    place = 0
    for word in line:
        end = place + len(word.text)
        if place < stop and begin < end:
            taken.append(word)
            left, right = word.text[: max(0, begin - place)], word.text[max(0, stop - place) :] if end > stop else ""
            rest.extend(_piece(word, text) for text in (left, right) if any(c.isalnum() for c in text))
        else:
            rest.append(word)
        place = end + 1
    return tuple(taken), tuple(rest)


def _piece(word: Word, text: str) -> Word:
    return Word(text=text, box=word.box, confidence=word.confidence, angle=word.angle)


def as_one(lines: Sequence[tuple[Word, ...]]) -> Found | None:
    """The lines as one text; a word broken at the end of a line (Engli|sh) is put together."""
    text = ""
    for line in lines:
        part = text_of(line)
        head = re.match(r"([a-z]+)(?=$|[\s/,.)])", part)
        broken = head and _is_ending(head[1]) and not (len(line) > 1 and head[1] in _PREPOSITIONS) and re.search(r"[^\W\d_]{3,}$", text)
        if text.endswith("-") and re.match(r"[a-z]", part) and not text.endswith(" -"):
            text = text[:-1] + part
        else:
            text += part if broken or not text else f" {part}"
    text = re.sub(r"\.{3,}$", "", " ".join(text.split()).strip(DASHES)).lstrip("+#^ ")
    text = _SPREAD.sub(lambda spread: re.sub(r"(?<=[^\W\d_])(?=[A-Z][a-z])", " ", spread[0].replace(" ", "")), text)
    words = tuple(word for line in lines for word in line)
    return Found(value=text, words=words) if any(c.isalnum() for c in text) else None


_SPREAD = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){4,}(?!\w)")
"""Letters set apart to fill a cell: L u n c h B r e a k."""


def _is_ending(letters: str) -> bool:
    """Whether small letters at the start of a line are the end of a word rather than a word."""
    return _ENDINGS.fullmatch(letters) is not None and _SMALL_WORDS.fullmatch(letters) is None


def bare(words: Sequence[Word]) -> str:
    return text_of(words).strip(DASHES + "()[]@")


def text_of(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line)


def share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    """Of how many texts something holds, in [0, 1]; nothing of none."""
    return sum(map(holds, texts)) / len(texts) if texts else 0.0
