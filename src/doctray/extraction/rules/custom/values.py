"""Reads a phrase as the type that a caller's schema wants, or not at all."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from doctray.extraction.custom_answer import allows, alternatives
from doctray.extraction.grounding import Found
from doctray.extraction.json_schema import NotCheckable, violations
from doctray.extraction.parse import DateOrder, fold, read_amount
from doctray.extraction.rules.finds import amount_found, dates_found, text_found
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Phrase
from doctray.extraction.times import clock, find_label_spans

Schema = Mapping[str, Any]
Fits = Callable[[Any], bool]

TRUE = frozenset({"yes", "y", "true", "x", "ja", "oui", "si", "on", "checked", "ticked", "✓", "✔", "☑", "☒"})
FALSE = frozenset({"no", "n", "false", "nein", "non", "off", "unchecked", "☐"})

_EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_WEB = re.compile(r"https?://\S{1,2000}|www\.[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}(?:/\S{0,2000})?", re.IGNORECASE)
_NUMBERED = frozenset({"number", "no", "num", "nr", "#", "code", "iban", "phone", "telephone", "fax", "zip", "postcode", "registration"})
_LONG = frozenset(
    {
        "description", "notes", "note", "remarks", "remark", "comments", "comment", "terms", "conditions", "address", "text", "summary",
        "details", "clause", "statement", "instructions", "body", "content", "message", "abstract", "reason", "diagnosis", "purpose",
    }
)  # fmt: skip
_WORDS_OF_NUMBER = 8
_WORDS_OF_VALUE = 16
"""Words of a name, a title or a short answer. What is longer beside a label is a sentence that begins like it."""

_SECONDS = re.compile(r"\d{1,2}:\d\d:(\d\d)")
_LONGEST_WINDOW = 12
_BARE = re.compile(r"[^\d\w]{0,3}([\d.,']{0,20}\d)[^\d]{0,4}$")
"""A number with signs before it and a short unit after it: -12, (3.50), 7.5%, 3kg."""

_MINUS = re.compile(r"\W?[-–−(]\W?\d")


def read_typed(phrase: Phrase, schema: Schema, order: DateOrder | None, *, ocr: bool) -> Found | None:
    """The phrase as the schema's type wants it; None where it holds nothing of that type, or nothing that the schema takes.

    order: how the document writes numeric dates. ocr: the words were recognised from an image.
    """
    fits = _fits(schema)
    for found in _readings(phrase, schema, order, ocr=ocr):
        if fits(found.value):
            return found
    return None


def is_plausible(value: Any, names: Sequence[str]) -> bool:
    """Whether a text can be the value of a property that is called so: a number has a digit and few words, only remarks are long."""
    if not isinstance(value, str):
        return True
    count = len(value.split())
    if any(name.split()[-1] in _NUMBERED for name in names):
        return any(character.isdigit() for character in value) and count <= _WORDS_OF_NUMBER
    return count <= _WORDS_OF_VALUE or any(word in _LONG for name in names for word in name.split())


def choices_of(schema: Schema) -> list[Any]:
    """Values of the schema's enum, and those of its alternatives, without null."""
    own = list(schema.get("enum") or ()) + [value for option in alternatives(schema) for value in choices_of(option)]
    return [value for value in own if value is not None]


def format_of(schema: Schema) -> str | None:
    return next((part["format"] for part in (schema, *alternatives(schema)) if isinstance(part.get("format"), str)), None)


def _readings(phrase: Phrase, schema: Schema, order: DateOrder | None, *, ocr: bool) -> Iterable[Found]:
    choices, formatted = choices_of(schema), format_of(schema)
    if choices:
        yield from _chosen(phrase, choices)
    elif formatted == "date":
        yield from dates_found(phrase, order)
    elif formatted == "date-time":
        yield from _moments(phrase, order)
    elif formatted == "time":
        yield from _times(phrase)
    elif formatted in ("email", "idn-email"):
        yield from _matching(phrase, _EMAIL)
    elif formatted in ("uri", "url", "iri"):
        yield from (_addressed(found) for found in _matching(phrase, _WEB))
    elif allows(schema, "number") or allows(schema, "integer"):
        yield from _numbers(phrase, whole=not allows(schema, "number"), ocr=ocr)
        if allows(schema, "string"):
            yield from _texts(phrase, schema)
    elif allows(schema, "boolean"):
        yield from _flags(phrase)
    else:
        yield from _texts(phrase, schema)


def _texts(phrase: Phrase, schema: Schema) -> Iterable[Found]:
    """The whole phrase, and where a pattern or a length asks for less, each run of its words."""
    whole = text_found(phrase)
    if whole is None:
        return
    yield whole
    if any(key in part for part in (schema, *alternatives(schema)) for key in ("pattern", "maxLength")):
        count = min(len(phrase.words), _LONGEST_WINDOW)
        for size in range(count, 0, -1):
            for start in range(count - size + 1):
                piece = phrase.part(start, start + size)
                found = text_found(piece) if piece is not None and size < len(phrase.words) else None
                if found is not None:
                    yield found


def _numbers(phrase: Phrase, *, whole: bool, ocr: bool) -> Iterable[Found]:
    found = amount_found(phrase, ocr=ocr)
    candidates = [found] if found is not None and not isinstance(found.value, str) else []
    for word in phrase.words:
        number = _BARE.match(word.text)
        amount = read_amount(number[1]) if number else None
        if amount is not None:
            candidates.append(Found(value=amount.value, page=phrase.page, words=(word,)))
    for candidate in candidates:
        value = -candidate.value if _MINUS.match(candidate.words[0].text) and candidate.value > 0 else candidate.value
        if not whole or value == int(value):
            yield replace(candidate, value=int(value) if value == int(value) else value)


def _flags(phrase: Phrase) -> Iterable[Found]:
    words = [word.text.strip("[](){}.,;:").casefold() for word in phrase.words]
    first = next((word for word in words if word), "")
    if first in TRUE | FALSE:
        yield Found(value=first in TRUE, page=phrase.page, words=phrase.words)


def _chosen(phrase: Phrase, choices: Sequence[Any]) -> Iterable[Found]:
    """The choice that the phrase is, else the longest one that it holds."""
    folded = phrase.folded
    exact = [choice for choice in choices if fold(str(choice)) == folded]
    within = [
        choice
        for choice in sorted(choices, key=lambda choice: -len(str(choice)))
        if len(fold(str(choice))) > 1 and re.search(rf"(?<!\w){re.escape(fold(str(choice)))}(?!\w)", folded)
    ]
    for choice in (*exact, *within):
        yield Found(value=choice, page=phrase.page, words=phrase.words)


def _times(phrase: Phrase) -> Iterable[Found]:
    for span in find_label_spans(phrase.text):
        readings = span.start.readings
        words = words_at(phrase.words, span.begin, span.stop)
        # Without am or pm a time of day is what it says: 02:30 is half past two in the night.
        yield Found(value=f"{clock(readings[0])}:00", page=phrase.page, words=words)
        yield Found(value=clock(readings[0]), page=phrase.page, words=words)


def _moments(phrase: Phrase, order: DateOrder | None) -> Iterable[Found]:
    for day in dates_found(phrase, order):
        after = [word for word in phrase.words if word not in day.words]
        spans = find_label_spans(" ".join(word.text for word in after))
        seconds = _SECONDS.search(phrase.text)
        time = f"{clock(spans[0].start.readings[0])}:{seconds[1] if seconds else '00'}" if spans else "00:00:00"
        yield replace(day, value=f"{day.value}T{time}", words=phrase.words if spans else day.words)


def _matching(phrase: Phrase, pattern: re.Pattern[str]) -> Iterable[Found]:
    for match in pattern.finditer(phrase.text):
        yield Found(value=match[0].rstrip(".,;)"), page=phrase.page, words=words_at(phrase.words, match.start(), match.end()))


def _addressed(found: Found) -> Found:
    value = str(found.value)
    return found if ":" in value.split("/")[0] else replace(found, value=f"https://{value}", doubts=(*found.doubts, "assumed"))


def _fits(schema: Schema) -> Fits:
    def fits(value: Any) -> bool:
        try:
            return not violations(value, schema, most=1)
        except NotCheckable:
            return True

    return fits
