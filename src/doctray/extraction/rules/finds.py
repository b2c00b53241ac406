"""Makes found values of words: text, dates, amounts and identifiers, each with its doubts."""

import re
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import (
    AMOUNT_WORDS,
    Amount,
    DateOrder,
    find_amounts,
    find_dates,
    fold,
    mended_postcode,
    mended_words,
    read_amount,
    read_identifier,
    unfilled,
    without_sign_read_as_digit,
)
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Phrase

_READABLE = 0.15
"""An identifier that was recognised with less confidence is a guess letter by letter."""

_FOOTNOTE = re.compile(r"(?<=\w)\s?\((?:[a-z]|authori[sz]ed insurers?)\)$", re.IGNORECASE)
_EDGE_SIGNS = " \t:;|_*•·~=>"


def text_found(phrase: Phrase | None, *, trust: float = 1.0, doubts: tuple[str, ...] = ()) -> Found | None:
    """The phrase as text, without signs at its edges; None for a placeholder."""
    if phrase is None:
        return None
    text = unfilled(_FOOTNOTE.sub("", phrase.text).strip(_EDGE_SIGNS))
    if text is None or not fold(text):
        return None
    return Found(value=text.strip(" ,"), page=phrase.page, words=phrase.words, trust=trust, doubts=doubts)


def dates_found(phrase: Phrase, order: DateOrder | None) -> list[Found]:
    out = []
    for read in find_dates(phrase.text, order):
        doubts = (("ambiguous_date",) if read.ambiguous else ()) + (("repaired_date",) if read.repaired else ())
        words = words_at(phrase.words, read.start, read.end)
        out.append(Found(value=read.value.isoformat(), page=phrase.page, words=words, doubts=doubts, trust=0.6 if doubts else 1.0))
    return out


def date_found(phrase: Phrase | None, order: DateOrder | None) -> Found | None:
    return None if phrase is None else next(iter(dates_found(phrase, order)), None)


def amount_found(phrase: Phrase, *, ocr: bool, sign_seen: bool = False, small: bool = True) -> Found | None:
    """The sum that the phrase is or holds, or the printed word in its place (Included, Statutory).

    ocr: the words were recognised, so a first digit 5 or 8 may be a misread $ unless the sign was seen. small: a bare number
    without grouping counts too.
    """
    text = phrase.text.strip(_EDGE_SIGNS)
    if AMOUNT_WORDS.match(text):
        return Found(value=text.strip(" ."), page=phrase.page, words=phrase.words)
    if ocr and not sign_seen:
        rest = without_sign_read_as_digit(text)
        if rest is not None:
            return Found(value=rest, page=phrase.page, words=phrase.words, doubts=("currency_sign_read_as_digit",), trust=0.5)
    amount, words = read_amount(text), phrase.words
    if amount is None or not (small or amount.repaired or amount.value >= 10_000 or find_amounts(text)):
        sums = find_amounts(phrase.text)
        if len(sums) != 1:
            return None
        start, end, amount = sums[0]
        words = words_at(phrase.words, start, end)
    return _sum(amount, phrase.page, words)


def identifier_found(phrase: Phrase | None) -> Found | None:
    if phrase is None:
        return None
    text = read_identifier(phrase.text)
    if text is None or min(word.confidence for word in phrase.words) < _READABLE:
        return None
    return Found(value=text, page=phrase.page, words=phrase.words)


def joined(parts: Sequence[Phrase | Sequence[Phrase]], separator: str = ", ") -> Found | None:
    """Lines of text as one: phrases of a line parted by spaces, lines by the separator."""
    lines = [[line] if isinstance(line, Phrase) else list(line) for line in parts]
    texts = [" ".join(p.text.strip(_EDGE_SIGNS) for p in line).strip(" ,") for line in lines]
    words: list[Word] = [word for line in lines for phrase in line for word in phrase.words]
    value = unfilled(separator.join(text for text in texts if fold(text)))
    if value is None or not words:
        return None
    mended = mended_words(mended_postcode(value))
    doubts = () if mended == value else ("repaired_identifier",)
    return Found(value=mended, page=lines[0][0].page, words=tuple(words), doubts=doubts)


def _sum(amount: Amount, page: int, words: Sequence[Word]) -> Found:
    doubts = ("repaired_amount",) if amount.repaired else ()
    return Found(value=amount.value, page=page, words=tuple(words), doubts=doubts, trust=0.6 if doubts else 1.0)
