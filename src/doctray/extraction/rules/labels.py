"""Finds printed labels in spite of OCR slips, and the value that stands with each: after it, right of it, or below it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from doctray.domain.document import Word
from doctray.extraction.parse import find_dates, fold, read_identifier, unfilled
from doctray.extraction.rules.reading import Phrase, Sheet

Accept = Callable[[str], bool]

Vocabulary = Mapping[str, Sequence[str]]
"""key → labels as people print them, the most telling first."""

Cells = Mapping[str, Sequence[tuple[Sheet, Sequence[Phrase]]]]
"""key → (sheet, lines) of each cell of a drawn table that stands right of one of the key's labels."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A label where it stands. rest: what follows it in the same phrase. rank: place of the label in its vocabulary's list, the most
    telling first.

    marked: a colon or the like ends the label, so that it cannot be part of a sentence.
    """

    key: str
    rank: int
    likeness: float
    phrase: Phrase
    label: Phrase
    rest: Phrase | None
    marked: bool

    @property
    def weak(self) -> bool:
        """Whether the label is a word that means other things too."""
        return self.label.folded in _WEAK

    @property
    def stands_out(self) -> bool:
        """Whether the label cannot be a word of a sentence: a colon ends it, or it is all that the phrase says."""
        return self.marked or self.rest is None


def likeness(printed: str, label: str) -> float:
    """How alike two folded texts are, in [0, 1]. Short labels must be the same: INSURED is one letter from INSURER."""
    if abs(len(printed) - len(label)) > 4 + len(label) // 4:
        return 0.0
    one, other = printed.replace(" ", ""), label.replace(" ", "")
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > _most_apart(len(other)):
        return 0.0
    if _last_word(label) in _SHORT_ENDS and _last_word(printed) not in _SHORT_ENDS:
        return 0.0
    ratio = fuzz.ratio(one, other, score_cutoff=_LEAST_RATIO) / 100
    return ratio if ratio >= (0.88 if len(other) < 9 else 0.84) and not _known_apart(one, other) else 0.0


def is_like(printed: str, labels: Iterable[str]) -> bool:
    folded = fold(printed)
    return any(likeness(folded, _folded(label)) for label in labels)


def spots(sheet: Sheet, vocabulary: Vocabulary) -> list[Spot]:
    """Every phrase that is a label of the vocabulary or begins with one; for each phrase its longest, most like label."""
    return [spot for phrase in sheet.phrases for spot in _spots_of(phrase, vocabulary)]


def _spots_of(phrase: Phrase, vocabulary: Vocabulary) -> Iterator[Spot]:
    """The label that a phrase begins with, and those that follow its value in the same line: LOAN NUMBER: 9001 POLICY NUMBER: HO3-55."""
    spot = spot_of(phrase, vocabulary)
    if spot is None or (spot.rest is None and not spot.marked and _ENDS_SENTENCE.search(spot.label.text)):
        return
    rest = spot.rest
    if rest is not None and not spot.marked and _ROLE.match(rest.text):
        return
    if rest is None or not spot.marked:
        yield spot
        return
    for start in range(1, min(len(rest.words), _LONGEST)):
        if not any(word.text.endswith(":") for word in rest.words[start:]):
            break
        following = rest.part(start)
        other = None if following is None else spot_of(following, vocabulary)
        if other is not None and other.marked and other.likeness > _SURE and other.label.words[0] is rest.words[start]:
            yield replace(spot, rest=rest.part(0, start))
            assert following is not None
            yield from _spots_of(following, vocabulary)
            return
    yield spot


_ROLE = re.compile(r"(?:director|manager|coordinator|officer|supervisor|team|department|committee)\b", re.IGNORECASE)
"""What makes words like a label the name of an office: Training Program Director."""

_ENDS_SENTENCE = re.compile(r"[a-z]{4,}\.$")
"""The end of a sentence, which no label is: program site. An abbreviation ends with a full stop too, as in Policy No."""

_SURE = 0.95
"""How alike a label amid a line must be to what is known: a value stands before it that must not be cut."""


def spot_of(phrase: Phrase, vocabulary: Vocabulary) -> Spot | None:
    best: tuple[float, Spot] | None = None
    skip = _numbering(phrase)
    words = phrase.words[skip:]
    colon = next((index for index, word in enumerate(words) if word.text.endswith(":")), len(words))
    prefixes = [fold(" ".join(word.text for word in words[:size])) for size in range(1, min(len(words), _LONGEST, colon + 1) + 1)]
    for size, prefix in enumerate(prefixes, 1):
        for alike, label in _like(prefix, vocabulary):
            if not label.words - 2 <= size <= label.words + 2:
                continue
            end = _after_remark(words, _after_translation(words, size))
            marked = _is_marked(words, end)
            if end < len(words) and not marked and len(words) - end > 8:
                continue
            weight = len(label.folded) * alike**4  # a longer label wins, but not by guessing at what is printed
            if best is None or weight > best[0]:
                best = (weight, _spot(label.key, label.rank, alike, phrase, skip, end, marked=marked))
    if best is None and (start := _after_stroke(words, colon) or _after_other_script(words)) is not None:
        rest = phrase.part(skip + start)
        return None if rest is None else spot_of(rest, vocabulary)
    return None if best is None else best[1]


def _is_marked(words: Sequence[Word], end: int) -> bool:
    """Whether a sign ends the label of so many words, follows it, or brackets stand around it: Name: | Name - | (First)"""
    first, last = words[0].text, words[end - 1].text.rstrip()
    bracketed = end == 1 and first.startswith("(") and last.endswith(")")
    return bracketed or last.endswith((":", ":-", "=")) or (end < len(words) and words[end].text[:1] in ":-–#")


def _after_stroke(words: Sequence[Word], colon: int) -> int | None:
    """Where the second language of a label begins that is printed in two, its colon ahead: Versicherungsnehmer / Policyholder:"""
    if not 0 < colon < min(len(words), _LONGEST):
        return None
    return next((at + 1 for at in range(1, colon) if words[at].text == "/"), None)


def _after_other_script(words: Sequence[Word]) -> int | None:
    """Where the Latin half of a label begins that is printed first in another script: जारी करने की तिथि Date of issue:"""
    start = next((at for at, word in enumerate(words) if not _OTHER_SCRIPT.search(word.text)), len(words))
    return start if 0 < start < len(words) else None


_OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u2c80-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufefc]")
"""A letter of Greek, Cyrillic, Arabic, the scripts of India, Chinese and the like."""


def best_key(folded: str, vocabulary: Vocabulary) -> tuple[float, str] | None:
    """(likeness, key) of the label that a whole folded text is most like."""
    found = [(alike, label.key) for alike, label in _like(folded, vocabulary)]
    return max(found, key=lambda item: item[0]) if found else None


@dataclass(frozen=True, slots=True)
class _Label:
    key: str
    rank: int
    folded: str
    words: int


def _like(folded: str, vocabulary: Vocabulary) -> Iterator[tuple[float, _Label]]:
    """Labels that a folded text is like, in the vocabulary's order. Letters are compared in C first: a page asks ten thousand times."""
    letters = folded.replace(" ", "")
    compacts, labels = _by_length(tuple((key, tuple(printed)) for key, printed in vocabulary.items())).get(len(letters), _NO_LABELS)
    near = process.extract(letters, compacts, scorer=fuzz.ratio, processor=None, score_cutoff=_LEAST_RATIO, limit=None)
    for _, _, index in sorted(near, key=lambda item: item[2]):
        alike = likeness(folded, labels[index].folded)
        if alike:
            yield alike, labels[index]


_LEAST_RATIO = 84.0
_NO_LABELS: tuple[Sequence[str], Sequence[_Label]] = ((), ())


@lru_cache(maxsize=64)
def _by_length(vocabulary: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[int, tuple[Sequence[str], Sequence[_Label]]]:
    """Letters of a printed text → (letters of labels, labels) that a text of so many letters can be like."""
    out: dict[int, tuple[list[str], list[_Label]]] = {}
    for key, labels in vocabulary:
        for rank, label in enumerate(labels):
            folded = _folded(label)
            compact = folded.replace(" ", "")
            for length in range(max(1, len(compact) - _most_apart(len(compact))), len(compact) + _most_apart(len(compact)) + 1):
                compacts, known = out.setdefault(length, ([], []))
                compacts.append(compact)
                known.append(_Label(key, rank, folded, len(folded.split())))
    return out


def _most_apart(letters: int) -> int:
    """Letters by which a printed text may differ from a label of so many in length."""
    return max(2, letters // 5)


def values_of(sheet: Sheet, spot: Spot, accept: Accept, *, is_label: Callable[[Phrase], bool], above: bool = False) -> Iterator[Phrase]:
    """Phrases that may be the label's value, the likeliest first: the rest of its phrase, right of it, above it, below it.

    In a row of headings (labels without colons beside one another) what stands below comes first.
    """
    if spot.rest is not None:
        yield from _accepted([spot.rest], accept)
    if spot.rest is not None and spot.marked:
        return
    in_row = sheet.right_of(spot.phrase)
    if spot.rest is None and (told := _after_dash(spot.phrase, in_row)) is not None and not is_label(told):
        yield from _accepted([told], accept)
        return
    if spot.rest is None and (wrapped := _wrapped_beside(sheet, spot.phrase)) is not None and not is_label(wrapped):
        yield from _accepted([wrapped], accept)
    below = [p for p in _beneath(sheet, spot) if not is_label(p)]
    before = sheet.left_of(spot.phrase)
    alternate = bool(in_row) and not is_label(in_row[0]) and accept(in_row[0].text) and _alternates(in_row, before, is_label)
    headings = not spot.marked and not alternate and any(is_label(p) for p in (*in_row, *before))
    if headings and below and _is_aligned(below[0], spot.label):
        yield from _accepted(below, accept)
    yield from _accepted([p for p in in_row[:1] if not is_label(p)], accept)
    if above:
        yield from _accepted([p for p in sheet.above(spot.phrase, lines=_OVER)[:1] if not is_label(p)], accept)
    if (wrapped := _wrapped_label(sheet, spot)) is not None and wrapped.text.rstrip().endswith(":"):
        yield from _accepted([p for p in sheet.right_of(wrapped)[:1] if not is_label(p)], accept)
    if spot.weak and in_row and not is_label(in_row[0]) and in_row[0].box.left - spot.label.box.right < _BESIDE * spot.label.height:
        return
    yield from _accepted(below, accept)
    if spot.rest is None and not in_row:
        yield from _accepted([p for p in _half_beside(sheet, spot.phrase)[:1] if not is_label(p)], accept)


def _after_dash(label: Phrase, in_row: Sequence[Phrase]) -> Phrase | None:
    """What stands close after a dash that stands close after a label: Underwriters  -  Hiscox. A blank cell's is none."""
    if len(in_row) < 2 or in_row[0].text not in _DASHES:
        return None
    dash, told = in_row[:2]
    near = dash.box.left - label.box.right < _DASH_AFTER * label.height and told.box.left - dash.box.right < _VALUE_AFTER * label.height
    return told if near else None


_DASHES = ("-", "–", "—")
_DASH_AFTER = 6.0
"""Line heights between a label and the dash after it, which may stand in a column of dashes."""

_VALUE_AFTER = 2.5
"""Line heights between that dash and the value: the cell beside one that was left blank stands further off."""


def _half_beside(sheet: Sheet, label: Phrase) -> list[Phrase]:
    """Phrases right of a label, nearest first, that stand between its row and the one of its other half: a label in two scripts, one over
    the other, has its value level with their middle."""
    top, bottom, right = label.box.top - label.height, label.box.bottom + label.height, label.box.right
    near = [
        p
        for p in sheet.phrases
        if right < p.box.left < right + _BESIDE * label.height and min(p.box.bottom, bottom) - max(p.box.top, top) > 0.9 * p.box.height
    ]
    return sorted((p for p in near if p.box.bottom > label.box.top and p.box.top < label.box.bottom), key=lambda p: p.box.left)


def _is_aligned(value: Phrase, label: Phrase) -> bool:
    """Whether a value and the heading over it begin at one height of the page, or have one middle."""
    return abs(value.box.left - label.box.left) < label.height or abs(value.box.center_x - label.box.center_x) < label.height


def _alternates(after: Sequence[Phrase], before: Sequence[Phrase], is_label: Callable[[Phrase], bool]) -> bool:
    """Whether labels and values take turns in a label's row: what follows its value is a label, or a pair of both stands before it."""
    pair_before = len(before) > 1 and not is_label(before[0]) and is_label(before[1])
    return is_label(after[1]) if len(after) > 1 else pair_before


_OVER = 3.2
"""What was written over a ruled line stands at most this many line heights over the label beneath the line."""


def _wrapped_beside(sheet: Sheet, label: Phrase) -> Phrase | None:
    """The two lines of a value in a cell right of its label's, whose middle is level with the label: neither is in the label's row."""
    height = label.height
    middle = label.box.center_y
    near = [
        p
        for p in sheet.phrases
        if label.box.right < p.box.left < label.box.right + _BESIDE * height and abs(p.box.center_y - middle) < 1.5 * height
    ]
    left = min((p.box.left for p in near), default=0.0)
    lines = [p for p in near if p.box.left < left + 0.5 * height]
    if len(lines) != 2:
        return None
    over, under = lines
    centred = abs((over.box.center_y + under.box.center_y) / 2 - middle) < 0.25 * height
    apart = 0.7 * height < under.box.center_y - over.box.center_y < 2.0 * height
    level = any(abs(p.box.center_y - middle) < 0.4 * height for p in near)
    return Phrase.of(over.page, [*over.words, *under.words]) if centred and apart and not level else None


def _beneath(sheet: Sheet, spot: Spot) -> list[Phrase]:
    """What stands under a label, past the rest of a label that was wrapped: Name of the Entity / of Coverage."""
    wrapped = _wrapped_label(sheet, spot)
    return sheet.below(spot.label if wrapped is None else wrapped, lines=_LINES_TO_VALUE if spot.marked else 2.5)[:1]


_LINES_TO_VALUE = 3.0
"""Line heights beneath a label with its colon that its value stands within."""


def _wrapped_label(sheet: Sheet, spot: Spot) -> Phrase | None:
    below = sheet.below(spot.label)[:1]
    return below[0] if below and spot.rest is None and not spot.marked and _WRAPPED.match(below[0].text) else None


_WRAPPED = re.compile(r"(?:of|for|and|in|to|on|by|listed)\b")

_BESIDE = 25.0
"""A value in a column of its own is at most this many line heights right of its label."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """All labels of a vocabulary on some sheets, found once. is_label: whether a phrase is one, of these or of others. cells: what drawn
    tables tell beside labels, which goes before all else."""

    sheets: Sequence[Sheet]
    spots: Sequence[tuple[Sheet, Spot]]
    is_label: Callable[[Phrase], bool]
    cells: Cells = field(default_factory=dict)

    @classmethod
    def of(cls, sheets: Sequence[Sheet], vocabulary: Vocabulary, *, stops: Vocabulary | None = None) -> "Labelled":
        """stops: labels whose values nobody wants, but which are no values themselves."""
        found = tuple((sheet, spot) for sheet in sheets for spot in spots(sheet, {**vocabulary, **(stops or {})}))
        labels = {id(spot.phrase) for _, spot in found if spot.rest is None or spot.marked or _opens_with_label(spot)}
        return cls(sheets, found, lambda phrase: id(phrase) in labels or _asks(phrase))

    def telling(self) -> "Labelled":
        """Without the labels that mean other things too."""
        return replace(self, spots=tuple((sheet, spot) for sheet, spot in self.spots if not spot.weak))

    def values(self, key: str, accept: Accept, *, above: Callable[[Sheet, Spot], bool] | None = None) -> Iterator[tuple[Sheet, Phrase]]:
        """(sheet, value) beside the labels of one field: labels that stand out first, then page by page, the telling ones first.

        A label that runs on into other words without a colon counts only where those words are a date or an identifier.
        """
        for sheet, lines in self.cells.get(key, ()):
            whole = Phrase.of(lines[0].page, [word for line in lines for word in line.words])
            yield from ((sheet, phrase) for phrase in _accepted([whole, *lines], accept))
        mine = [(sheet, spot) for sheet, spot in self.spots if spot.key == key]
        for sheet, spot in sorted(
            mine,
            key=lambda item: (
                item[1].weak,
                not item[1].stands_out,
                not (item[1].marked and len(item[1].label.words) > _TELLING_WORDS),
                item[0].number,
                item[1].rank,
                item[1].label.box.top,
            ),
        ):
            if not spot.stands_out and not _is_followed(spot):
                continue
            for phrase in values_of(sheet, spot, accept, is_label=self.is_label, above=above is not None and above(sheet, spot)):
                yield sheet, phrase


_TELLING_WORDS = 3
"""A label of more words with its colon is no word of a logo or a heading: THE FOLLOWING INSURED MEMBER:"""


def _asks(phrase: Phrase) -> bool:
    """Whether a phrase is a label by its looks, whatever it asks for."""
    text = phrase.text.rstrip()
    return (
        text.endswith(":")
        or (":" in text and _OTHER_SCRIPT.match(text) is not None)
        or phrase.folded.endswith(("name and address", "name and mailing address"))
        or re.match(r"\d{1,2}[a-z]\. [A-Z]", text) is not None
        or re.match(r"(?:INSURER|COMPANY|Insurer|Company) [A-F]\b(?!\.)", text) is not None
        or (re.match(r"\d{1,2}\. [A-Z]{4}", text) is not None and text.isupper() and not re.search(r"\d", text[3:]))
    )


_WEAK = frozenset(
    re.split(
        r"\s*\|\s*",
        """name | date | dated | issued | issue | from | to | start | end | period | term | duration | validity | coverage | company|
        client | client name | company name | business name | customer name | applicant | employer | address | agent | agency|
        holder | security | class | type | cover | product | policy | effective | commences | inception | expires | expiry | expiration|
        expiring | renewal date | due date | owner | subject | event | activity | session | award | degree | provider | issuer|
        sponsor | plan | school | student | dates | customer | item calibrated | equipment | instrument | operator | exporter|
        name and address | mortgagee | lender | organization | organisation | institution | course | program | programme | training|
        module | topic | topics | achievement | discipline | certification | qualification | third party | reference | ref | our ref |
        serial | credential | traveller | traveler | adult | return date | departure date |
        presented by | test date | certificate holder | patient | nombre | nom | nome | naam | fecha | datum | data | curso | corso |
        formation | kurs | lehrgang | cursus | opleiding | thema | intitulé | folio""",
    )
)
"""Labels that are words of other meanings too: what stands beside a telling one counts first."""


def _is_followed(spot: Spot) -> bool:
    """Whether a value can follow a label without a colon: a date, an identifier, or after two words and more what begins with a capital."""
    if spot.rest is None or spot.label.folded in _OF_SENTENCES:
        return False
    text = spot.rest.text
    named = len(spot.label.words) > 1 and spot.likeness > _SURE and text[:1].isupper() and len(spot.rest.words) <= _MOST_AFTER
    return bool(find_dates(text) or read_identifier(text)) or (named and not spot.weak and not _ENGLISH.search(text))


_OF_SENTENCES = frozenset({"conducted by", "delivered by", "organised by", "organized by"})
"""Labels that are words of a sentence where neither a colon nor a line's end follows them: conducted by IGTR from 3 to 7 June."""


def _opens_with_label(spot: Spot) -> bool:
    """Whether a phrase is a label in capitals with a number or date after it, so that it is nobody's value: LOAN NUMBER CML-0099213."""
    capitals = len(spot.label.words) > 1 and spot.label.text.isupper() and spot.likeness > _SURE
    return capitals and spot.rest is not None and any(c.isdigit() for c in spot.rest.text)


_MOST_AFTER = 7
_ENGLISH = re.compile(r"\b(?:is|are|was|has|have|shall|will|must|may|this|that|which|and address|number|date)\b", re.IGNORECASE)
"""Words that make what follows a label a sentence, or a label of more words."""


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


def _after_translation(words: Sequence[Word], size: int) -> int:
    """Where a label ends that is printed in two languages or two terms, up to its colon: Policyholder / Souscripteur :"""
    if size >= len(words) or words[size].text != "/":
        return size
    remark = next((at for at in range(size + 1, len(words)) if words[at].text.startswith("(")), len(words))
    rest = words[size + 1 : remark]
    alphabetic = all(re.sub(r"['’.]", "", word.text).isalpha() for word in rest)
    foreign = len(rest) <= _LONGEST_REMARK and any(_OTHER_LANGUAGE.fullmatch(word.text) for word in rest)
    if rest and len(rest) <= _LONGEST_REMARK and not any(re.search(r"[A-Za-z0-9]", word.text) for word in rest):
        return remark
    if alphabetic and rest and (len(rest) <= _MOST_TRANSLATED or foreign):
        return remark
    colon = next((at for at in range(size + 1, min(len(words), size + _LONGEST_REMARK)) if words[at].text.endswith(":")), None)
    return size if colon is None else colon + 1


_MOST_TRANSLATED = 3
"""Words of a label's second language, where nothing follows it: Insured / Assuré."""

_OTHER_LANGUAGE = re.compile(r"de|du|des|en|et|le|la|del|el|y|der|die|des|und|für|van|het|di|[dl]['’]\w+")
"""Small words that show a label's second part to be a translation: Effective date / Date d'entrée en vigueur."""

_LONGEST_REMARK = 8


def _after_remark(words: Sequence[Word], size: int) -> int:
    """Where a label of so many words ends when a remark in brackets explains it: Name (First, Middle, Last)."""
    if size >= len(words) or not words[size].text.startswith("("):
        return size
    for end in range(size, min(len(words), size + _LONGEST_REMARK)):
        if ")" in words[end].text:
            return end + 1
    return size


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
    """Words of the item number that a phrase starts with, as on a form: 1 for "2.", "(3)", "a)", 2 for "Item 4."."""
    first = phrase.words[0].text.strip()
    if len(phrase.words) > 2 and first.casefold() == "item" and _ITEM_NUMBER.fullmatch(f"{phrase.words[1].text.strip().rstrip('.')}."):
        return 2
    return 1 if len(phrase.words) > 1 and _ITEM_NUMBER.fullmatch(first) else 0


_ITEM_NUMBER = re.compile(r"\(?(?:\d{1,3}[a-z]?|[a-z]|[ivx]{1,4})[.)]", re.IGNORECASE)


_APART = (
    {"insured", "insurer"},
    {"insured", "insurers"},
    {"effective", "expiration"},
    {"issued", "issuer"},
    {"insured", "assured"},
    {"name", "uin"},
    {"registry", "registrar"},
)


_LONGEST = 16
"""Words of the longest label: motor certificates print whole sentences of the law as one."""

_SHORT_ENDS = ("no", "nos", "id", "#", "num", "number", "nr", "ref")


def _last_word(folded: str) -> str:
    return folded.rsplit(" ", 1)[-1]


def _known_apart(one: str, other: str) -> bool:
    """Labels a letter or two apart that mean different things are no slips of one another."""
    return any(a in one and b in other and a not in other for pair in _APART for a in pair for b in pair - {a})


@lru_cache(maxsize=4096)
def _folded(label: str) -> str:
    return fold(label)
