"""Finds where values stand that came without words: a model's answer, checked against the pages it was given.

Each page is looked at once: its words as one run of letters, its dates, amounts, times and days by what they mean. A value is
then looked up, so that hundreds of them cost no more than a few.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from rapidfuzz import fuzz

from doctray.domain.document import Document, Word
from doctray.domain.extraction import Fields, Provenance, Warning, leaves
from doctray.extraction.grounding import provenance_of, ungrounded
from doctray.extraction.orders import without_orders
from doctray.extraction.parse import DateOrder, find_amounts, find_dates, fold, read_amount
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Sheet, rows_of, sheet_of
from doctray.extraction.rules.timetable.days import DAYS, day_name
from doctray.extraction.times import clock, find_label_spans

Words = tuple[Word, ...]

ALIKE = 90.0
"""How alike, of 100, a value and the print may be told apart by recognition alone. The digits of both must be the same."""

_ALIKE_FROM = 8
"""Letters of the shortest value that is looked for with slips: one slip in seven letters is 86 of 100."""

_SLIPPED_TRUST = 0.8
_SLIPS = str.maketrans("oqdilszb|", "000115281")
"""Letters that recognition takes for digits and the other way round, as one."""

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_WINDOW = 4
"""Words of the longest amount or day: "USD 1 000 000"."""


def grounded(fields: Fields, document: Document, *, exempt: Sequence[str] = ()) -> tuple[dict[str, Provenance], list[Warning]]:
    """Provenance of every leaf that stands on a page, and an `ungrounded` warning for each that does not.

    Text is compared without case and signs and, where it is long enough, in spite of single misread letters; dates, amounts,
    times and days by meaning, so that 2025-02-01 stands where "1 Feb 2025" is printed. Booleans and the keys in `exempt` need
    no place; what stands only where the page gives orders to its reader has none. The first place in reading order wins.
    """
    places = _Pages(document)
    provenance: dict[str, Provenance] = {}
    warnings: list[Warning] = []
    known: dict[tuple[type, object], Provenance | None] = {}
    for pointer, value in leaves(fields):
        if isinstance(value, bool) or pointer.rsplit("/", 1)[-1] in exempt:
            continue
        key = (type(value), value)
        if key not in known:
            known[key] = _first(page.of(value) for page in places) or _first(page.nearly(value) for page in places)
        found = known[key]
        if found is not None:
            provenance[pointer] = found
        else:
            warnings.append(ungrounded(pointer))
    return provenance, warnings


def _first(found: Iterable[Provenance | None]) -> Provenance | None:
    return next((place for place in found if place is not None), None)


@dataclass(frozen=True, slots=True)
class _Run:
    """Words as one run of folded letters. starts: where each token begins, and whose it is; a word may hold several tokens."""

    letters: str
    starts: tuple[int, ...]
    owners: tuple[int, ...]
    words: Words

    @classmethod
    def of(cls, words: Sequence[Word]) -> "_Run":
        letters, starts, owners = "", [], []
        spelt = [(word, tokens) for word in words if (tokens := fold(word.text).split())]
        for index, (_, tokens) in enumerate(spelt):
            for token in tokens:
                starts.append(len(letters))
                owners.append(index)
                letters += token
        return cls(letters, tuple(starts), tuple(owners), tuple(word for word, _ in spelt))

    def find(self, wanted: str, *, slips: bool = False) -> Words:
        """The words that spell it from the beginning of a token to the end of one."""
        letters = self.letters.translate(_SLIPS) if slips else self.letters
        begins = set(self.starts)
        start = letters.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            if start in begins and (end in begins or end == len(letters)) and _near(words := self.between(start, end)):
                return words
            start = letters.find(wanted, start + 1)
        return ()

    def between(self, start: int, end: int) -> Words:
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        return self.words[self.owners[first] : self.owners[last] + 1]


@dataclass(slots=True)
class _Meanings:
    """What a page says that is no plain text: meaning → the words of its first place."""

    dates: dict[str, Words] = field(default_factory=dict)
    amounts: dict[float, Words] = field(default_factory=dict)
    times: dict[str, Words] = field(default_factory=dict)


class _Pages:
    """The pages of a document, each made ready when it is first looked at: most values stand on the first."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._ready: list[_Places] = []

    def __iter__(self) -> "Iterator[_Places]":
        for index, page in enumerate(self._document.pages):
            if index == len(self._ready):
                self._ready.append(_Places(without_orders(sheet_of(page))))
            yield self._ready[index]


class _Places:
    """One page, ready to be asked where a value stands."""

    def __init__(self, sheet: Sheet) -> None:
        self._page = sheet.number
        self._sheet = sheet
        self._run = _Run.of(sheet.words)

    def of(self, value: object) -> Provenance | None:
        """Where it is printed, by its letters or its meaning."""
        words = self._of_number(value) if isinstance(value, int | float) else self._of_text(str(value))
        return provenance_of(self._page, words) if words else None

    def nearly(self, value: object) -> Provenance | None:
        """Where it is printed with slips of recognition, or in pieces on several lines."""
        wanted = _letters(str(value)) if isinstance(value, str) else ""
        if len(wanted) < 4:
            return None
        # A text layer has no slips: what differs from it there was never printed.
        slipped = (self._run.find(wanted.translate(_SLIPS), slips=True) or self._alike(wanted)) if self._sheet.ocr else ()
        words = slipped or self._in_pieces(str(value))
        place = provenance_of(self._page, words) if words else None
        return place and replace(place, confidence=round(place.confidence * _SLIPPED_TRUST, 4))

    def _of_text(self, value: str) -> Words:
        if _DATE.fullmatch(value) and (words := self._meanings.dates.get(value)):
            return words
        if _TIME.fullmatch(value) and (words := self._meanings.times.get(value[:5])):
            return words
        wanted = _letters(value)
        # Of a run over the columns of a page and one over its rows, a value may be whole in either.
        return (wanted and (self._run.find(wanted) or self._across.find(wanted))) or (self._days.get(value, ()) if value in DAYS else ())

    def _of_number(self, value: int | float) -> Words:
        return self._meanings.amounts.get(float(value)) or self._run.find(_letters(str(value)))

    def _alike(self, wanted: str) -> Words:
        if len(wanted) < _ALIKE_FROM:
            return ()
        for run in (self._run, self._across):
            found = fuzz.partial_ratio_alignment(wanted, run.letters, score_cutoff=ALIKE) if len(run.letters) >= len(wanted) else None
            if found is None:
                continue
            words = run.between(found.dest_start, found.dest_end)
            printed, meant = (_letters(text).translate(_SLIPS) for text in (" ".join(word.text for word in words), wanted))
            if fuzz.ratio(meant, printed) >= ALIKE and _digits(meant) == _digits(printed) and _near(words):
                return words
        return ()

    def _in_pieces(self, value: str) -> Words:
        """The words of a value that is printed in parts, as addresses are, all of them near one another."""
        pieces = [_letters(piece) for piece in re.split(r"[,;\n]", value)]
        found = [self._run.find(piece) or self._across.find(piece) for piece in pieces if piece]
        if len(found) < 2 or not all(found):
            return ()
        words = tuple(dict.fromkeys(word for part in found for word in part))
        return words if _near(words) else ()

    @cached_property
    def _rows(self) -> list[list[Word]]:
        return rows_of(self._sheet.words)

    @cached_property
    def _across(self) -> _Run:
        return _Run.of([word for row in self._rows for word in row])

    @cached_property
    def _days(self) -> dict[str, Words]:
        """Days that short phrases name, by what they mean: Mon, Lundi, Monday to Friday."""
        out: dict[str, Words] = {}
        for phrase in self._sheet.phrases:
            named = day_name(phrase.text) if len(phrase.words) <= _LONGEST_WINDOW else None
            for day in named.days if named else ():
                out.setdefault(day, phrase.words)
        return out

    @cached_property
    def _meanings(self) -> _Meanings:
        out = _Meanings()
        for row in self._rows:
            text = " ".join(word.text for word in row)
            for order in DateOrder:
                for date in find_dates(text, order):
                    out.dates.setdefault(date.value.isoformat(), words_at(row, date.start, date.end))
            for start, end, amount in find_amounts(text):
                out.amounts.setdefault(float(amount.value), words_at(row, start, end))
            for span in find_label_spans(text):
                words = words_at(row, span.begin, span.stop)
                for printed in (span.start, *([span.end] if span.end else [])):
                    for minutes in printed.readings:
                        out.times.setdefault(clock(minutes), words)
            for window in _windows(row):
                read = read_amount(" ".join(word.text for word in window))
                if read is not None:
                    out.amounts.setdefault(float(read.value), window)
        return out


def _near(words: Words) -> bool:
    """Whether words stand close enough to be one value: no more than two line heights for each of them, and two more."""
    height = max(word.box.height for word in words)
    return max(word.box.bottom for word in words) - min(word.box.top for word in words) <= (len(words) + 2) * 2 * height


def _windows(row: Sequence[Word]) -> Iterator[Words]:
    """Neighbouring words, single ones first."""
    for size in range(1, _LONGEST_WINDOW + 1):
        for start in range(len(row) - size + 1):
            window = tuple(row[start : start + size])
            if any(character.isdigit() for word in window for character in word.text):
                yield window


def _letters(text: str) -> str:
    return fold(text).replace(" ", "")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
