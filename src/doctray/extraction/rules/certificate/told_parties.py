"""Who a sentence says is insured, and with whom: We confirm that Oakfield Ltd of 2 High Street, York is insured with Aldersgate plc."""

import re
from collections.abc import Sequence

from doctray.extraction.grounding import Found
from doctray.extraction.rules.certificate.parties import Party, is_address_line, is_party
from doctray.extraction.rules.finds import joined, text_found
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Phrase, Sheet

_INSURES = re.compile(
    r"\b(?:insures|has been issued to|have been issued to|in the name of)\s+(?P<who>(?-i:[A-Z0-9])[^,.;:]{2,60})(?=[,.;]|$)", re.IGNORECASE
)


_CERTIFIES_ABOUT = re.compile(
    r"\b(?:(?:certifi(?:e|ons)|attest(?:e|ons)) que|certifica que|bestätig(?:en|t)(?: \w+){0,2},? dass|attesta che|certify that)\b"
    r"[^.,]{0,30}:\s*$",
    re.IGNORECASE,
)
"""The end of a line that certifies something of whom the next one names: certifions que la société :"""


def insured_in_words(sheets: Sequence[Sheet]) -> Party:
    """Name and address of whom a sentence says to be insured."""
    told = next((party for sheet in sheets for phrase in sheet.phrases if (party := _said_insured(sheet, phrase))[0] is not None), None)
    return told or (_called_insured(sheets), None)


def _called_insured(sheets: Sequence[Sheet]) -> Found | None:
    for sheet in sheets:
        for phrase in sheet.phrases:
            if _CERTIFIES_ABOUT.search(phrase.text) and (beneath := sheet.below(phrase, lines=2.5)[:1]) and is_party(beneath[0].text):
                return text_found(beneath[0], trust=0.8)
            if _CALLED_INSURED.match(phrase.text) and (over := sheet.above(phrase, lines=1.0)):
                named = min((p for p in over if p.box.center_y > over[0].box.top - over[0].height), key=lambda p: p.box.left)
                if is_party(named.text) and named.text[:1].isupper():
                    return text_found(named, trust=0.7)
            if _CONFIRMS_THAT.search(phrase.text) and (who := _subject_of_rest(sheet, phrase)) is not None:
                return text_found(who, trust=0.8)
            match = _INSURES.search(phrase.text)
            if match is not None and is_party(match["who"]) and not re.match(r"the\b", match["who"], re.IGNORECASE):
                return text_found(Phrase.of(phrase.page, words_at(phrase.words, match.start("who"), match.end("who"))), trust=0.8)
    return None


_CONFIRMS_THAT = re.compile(r"\b(?:confirms?|confirmation|certif(?:y|ies)|certification) that\W*$", re.IGNORECASE)
"""The end of a line that confirms something of whom the next one names, in a sentence that goes on in the line after."""

_CALLED_INSURED = re.compile(r"\(\W{0,3}(?:hereinafter |called |referred to as )*the ['\"“”‘’]{0,2}insured\W{0,4}\)", re.IGNORECASE)
"""The beginning of a line of a sentence that calls who is named in the blank over it the insured."""

_IS_SAID = re.compile(r"(?:is|are|has|have|was|were|holds?|who)\b", re.IGNORECASE)
"""How the line begins that goes on with what is confirmed of somebody: Has Public Liability cover of up to £1 Million."""

_SENTENCE_GAP = 6.0
"""Line heights between the lines of a sentence whose name is set apart from it."""


def _subject_of_rest(sheet: Sheet, phrase: Phrase) -> Phrase | None:
    """Who stands between the beginning of a sentence and its rest, beside the beginning or in a line of its own."""
    for who in sheet.right_of(phrase)[:1] or sheet.below(phrase, lines=_SENTENCE_GAP)[:1]:
        rest = next((p for p in sheet.phrases if p.box.top >= max(phrase.box.bottom, who.box.bottom)), None)
        said = rest is not None and rest.box.top - who.box.bottom < _SENTENCE_GAP * who.height and _IS_SAID.match(rest.text)
        if said and is_party(who.text) and who.text[:1].isupper():
            return who
    return None


_SAID_INSURED = re.compile(
    r"\b(?:certif(?:y|ies)|confirms?|advise|verif(?:y|ies)) that,? "
    r"(?:(?:our|the) (?:above[- ]?(?:mentioned|named) )?(?:client|insured|member),? )?"
    r"(?P<who>(?-i:[A-Z0-9])[^,;:]{2,70}?)(?:,? (?:of|at) (?P<address>(?-i:[A-Z0-9]).{8,120}?))?,? "
    r"(?:is|are|has been|have been)(?: (?:currently|duly|hereby))? (?:insured|covered)\b",
    re.IGNORECASE,
)
_INSURED_WITH = re.compile(
    r"\b(?:is|are|been) (?:insured|covered) (?:with|by) (?P<who>(?-i:[A-Z])[\w&'’.\- ]{2,70}?)"
    r"(?=,| (?:under|for|in respect|against|from|as)\b|[.:;]? *$)",
    re.IGNORECASE,
)
_LINES_OF_SENTENCE = 3
_NOBODY = re.compile(r"(?:the|this|our|your|we|you|it|all|any)\b", re.IGNORECASE)


def _said_insured(sheet: Sheet, phrase: Phrase) -> Party:
    told = _sentence(sheet, phrase)
    match = _SAID_INSURED.search(told.text)
    if match is None or match.start() >= len(phrase.text) or not is_party(match["who"]) or _NOBODY.match(match["who"]):
        return None, None
    name = text_found(Phrase.of(told.page, words_at(told.words, *match.span("who"))), trust=0.8)
    if match["address"] is None or not is_address_line(match["address"]):
        return name, None
    return name, joined([Phrase.of(told.page, words_at(told.words, *match.span("address")))])


def insurer_in_words(sheets: Sequence[Sheet]) -> Found | None:
    """With whom a sentence says somebody to be insured."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            told = _sentence(sheet, phrase)
            match = _INSURED_WITH.search(told.text)
            if match is not None and match.start() < len(phrase.text) and is_party(match["who"]) and not _NOBODY.match(match["who"]):
                words = words_at(told.words, *match.span("who"))
                return Found(value=match["who"], page=told.page, words=tuple(words), trust=0.8)
    return None


def _sentence(sheet: Sheet, phrase: Phrase) -> Phrase:
    """A line with those right beneath it at one edge, as far as a sentence may run."""
    lines = [phrase]
    while len(lines) < _LINES_OF_SENTENCE:
        beneath = [p for p in sheet.below(lines[-1], lines=1.0)[:1] if abs(p.box.left - phrase.box.left) < phrase.height]
        if not beneath:
            break
        lines += beneath
    return phrase if len(lines) == 1 else Phrase.of(phrase.page, [word for line in lines for word in line.words])
