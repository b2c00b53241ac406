"""Finds printed labels in spite of OCR slips, and the value that stands with each: after it, right of it, or below it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from doctray.domain.document import Word
from doctray.extraction.parse import find_dates, fold, read_identifier, unfilled
from doctray.extraction.rules.reading import Phrase, Sheet

Accept = Callable[[str], bool]

Vocabulary = Mapping[str, Sequence[str]]
"""key → labels as people print them, the most telling first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A label where it stands. rest: what follows it in the same phrase. rank: place of the label in its vocabulary's list.

    marked: a colon or the like ends the label, so that it cannot be part of a sentence.
    """

    key: str
    rank: int
    likeness: float
    phrase: Phrase
    label: Phrase
    rest: Phrase | None
    marked: bool


def likeness(printed: str, label: str) -> float:
    """How alike two folded texts are, in [0, 1]. Short labels must be the same: INSURED is one letter from INSURER."""
    if abs(len(printed) - len(label)) > 4 + len(label) // 4:
        return 0.0
    one, other = printed.replace(" ", ""), label.replace(" ", "")
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > max(2, len(other) // 5):
        return 0.0
    if _last_word(label) in _SHORT_ENDS and _last_word(printed) not in _SHORT_ENDS:
        return 0.0
    ratio = fuzz.ratio(one, other) / 100
    return ratio if ratio >= (0.88 if len(other) < 9 else 0.84) and not _known_apart(one, other) else 0.0


def is_like(printed: str, labels: Iterable[str]) -> bool:
    folded = fold(printed)
    return any(likeness(folded, _folded(label)) for label in labels)


def spots(sheet: Sheet, vocabulary: Vocabulary) -> list[Spot]:
    """Every phrase that is a label of the vocabulary or begins with one; for each phrase its longest, most like label."""
    return [spot for phrase in sheet.phrases if (spot := spot_of(phrase, vocabulary)) is not None]


def spot_of(phrase: Phrase, vocabulary: Vocabulary) -> Spot | None:
    best: tuple[float, Spot] | None = None
    skip = _numbering(phrase)
    words = phrase.words[skip:]
    colon = next((index for index, word in enumerate(words) if word.text.endswith(":")), len(words))
    prefixes = [fold(" ".join(word.text for word in words[:size])) for size in range(1, min(len(words), _LONGEST, colon + 1) + 1)]
    for key, labels in vocabulary.items():
        for rank, label in enumerate(labels):
            folded = _folded(label)
            count = len(folded.split())
            for size in range(max(1, count - 1), min(len(prefixes), count + 2) + 1):
                alike = likeness(prefixes[size - 1], folded)
                if not alike:
                    continue
                marked = words[size - 1].text.rstrip().endswith((":", ":-", "=")) or (size < len(words) and words[size].text[:1] in ":-–#")
                if size < len(words) and not marked and len(words) - size > 8:
                    continue
                weight = len(folded) * alike**4  # a longer label wins, but not by guessing at what is printed
                if best is None or weight > best[0]:
                    best = (weight, _spot(key, rank, alike, phrase, skip, size, marked=marked))
    return None if best is None else best[1]


def values_of(sheet: Sheet, spot: Spot, accept: Accept, *, is_label: Callable[[Phrase], bool], above: bool = False) -> Iterator[Phrase]:
    """Phrases that may be the label's value, the likeliest first: the rest of its phrase, right of it, above it, below it.

    In a row of headings (labels without colons beside one another) what stands below comes first.
    """
    if spot.rest is not None:
        yield from _accepted([spot.rest], accept)
    if spot.rest is not None and spot.marked:
        return
    in_row = sheet.right_of(spot.phrase)
    below = [p for p in sheet.below(spot.label)[:1] if not is_label(p)]
    headings = not spot.marked and any(is_label(p) for p in (*in_row, *sheet.left_of(spot.phrase)))
    if headings and below and abs(below[0].box.left - spot.label.box.left) < spot.label.height:
        yield from _accepted(below, accept)
    yield from _accepted([p for p in in_row[:1] if not is_label(p)], accept)
    if above:
        yield from _accepted([p for p in sheet.above(spot.phrase, lines=2.2)[:1] if not is_label(p)], accept)
    yield from _accepted(below, accept)


def value_of(sheet: Sheet, spot: Spot, accept: Accept, *, is_label: Callable[[Phrase], bool], above: bool = False) -> Phrase | None:
    return next(values_of(sheet, spot, accept, is_label=is_label, above=above), None)


@dataclass(frozen=True, slots=True)
class Labelled:
    """All labels of a vocabulary on some sheets, found once. is_label: whether a phrase is one, of these or of others."""

    sheets: Sequence[Sheet]
    spots: Sequence[tuple[Sheet, Spot]]
    is_label: Callable[[Phrase], bool]

    @classmethod
    def of(cls, sheets: Sequence[Sheet], vocabulary: Vocabulary, *, stops: Vocabulary | None = None) -> "Labelled":
        """stops: labels whose values nobody wants, but which are no values themselves."""
        found = tuple((sheet, spot) for sheet in sheets for spot in spots(sheet, {**vocabulary, **(stops or {})}))
        labels = {id(spot.phrase) for _, spot in found if spot.rest is None or spot.marked}
        return cls(sheets, found, lambda phrase: id(phrase) in labels or phrase.text.rstrip().endswith(":"))

    def values(self, key: str, accept: Accept, *, above: Callable[[Sheet, Spot], bool] | None = None) -> Iterator[tuple[Sheet, Phrase]]:
        """(sheet, value) beside the labels of one field: labels that stand out first, then page by page, the telling ones first.

        A label that runs on into other words without a colon counts only where those words are a date or an identifier.
        """
        mine = [(sheet, spot) for sheet, spot in self.spots if spot.key == key]
        for sheet, spot in sorted(
            mine, key=lambda item: (item[1].rank > _TELLING, not _stands_out(item[1]), item[0].number, item[1].rank, item[1].label.box.top)
        ):
            if not _stands_out(spot) and not (spot.rest is not None and (find_dates(spot.rest.text) or read_identifier(spot.rest.text))):
                continue
            for phrase in values_of(sheet, spot, accept, is_label=self.is_label, above=above is not None and above(sheet, spot)):
                yield sheet, phrase


_TELLING = 8
"""Labels further down a vocabulary's list are words that mean other things too."""


def _stands_out(spot: Spot) -> bool:
    """Whether the label cannot be a word of a sentence: a colon ends it, or it is all that the phrase says."""
    return spot.marked or spot.rest is None


def words_at(words: Sequence[Word], start: int, end: int) -> tuple[Word, ...]:
    """Those of the words that the span of their text, joined by spaces, touches."""
    out, position = [], 0
    for word in words:
        if position < end and start < position + len(word.text):
            out.append(word)
        position += len(word.text) + 1
    return tuple(out)


def filled(text: str) -> bool:
    """Whether the text says anything: not a placeholder, not signs alone."""
    return unfilled(text) is not None and bool(fold(text))


def _accepted(phrases: Iterable[Phrase], accept: Accept) -> Iterator[Phrase]:
    return (phrase for phrase in phrases if filled(phrase.text) and accept(phrase.text))


def _spot(key: str, rank: int, alike: float, phrase: Phrase, skip: int, size: int, *, marked: bool) -> Spot:
    label = phrase.part(skip, skip + size)
    assert label is not None
    return Spot(key, rank, alike, phrase, label, _without_sign(phrase.part(skip + size)), marked)


def _without_sign(rest: Phrase | None) -> Phrase | None:
    """The rest of a phrase without the colon, dash or # that stands between label and value as a word of its own."""
    start = 0
    while rest is not None and start < len(rest.words) and not fold(rest.words[start].text).replace("#", ""):
        start += 1
    return None if rest is None else rest.part(start)


def _numbering(phrase: Phrase) -> int:
    """1 when the phrase starts with an item number as on a form: "2.", "(3)", "a)"."""
    first = phrase.words[0].text.strip()
    return 1 if len(phrase.words) > 1 and len(first) <= 4 and first.rstrip(".)").lstrip("(").isalnum() and first[-1] in ".)" else 0


_APART = ({"insured", "insurer"}, {"insured", "insurers"}, {"effective", "expiration"}, {"issued", "issuer"}, {"insured", "assured"})


_LONGEST = 16
"""Words of the longest label: motor certificates print whole sentences of the law as one."""

_SHORT_ENDS = ("no", "nos", "id", "#", "num", "number", "nr")


def _last_word(folded: str) -> str:
    return folded.rsplit(" ", 1)[-1]


def _known_apart(one: str, other: str) -> bool:
    """Labels a letter or two apart that mean different things are no slips of one another."""
    return any(a in one and b in other and a not in other for pair in _APART for a in pair for b in pair - {a})


@lru_cache(maxsize=4096)
def _folded(label: str) -> str:
    return fold(label)
