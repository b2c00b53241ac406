"""Text on a page that gives orders to software that reads it. What stands nowhere else counts as not printed.

A model is told that a page is data, and may still obey it. Orders that are worded otherwise than here are not seen: the votes of the rules
and a person's eyes remain.
"""

import re
from collections.abc import Sequence

from doctray.domain.document import Document
from doctray.extraction.rules.reading import Phrase, Sheet, lines_of

_MACHINE = r"(?:ai|a\.i\.|llms?|language models?|chatbots?|assistants?|gpt|gemini|claude|extraction (?:system|model|software)s?)"
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b(?:\W+\w+){0,5}?\W+(?:instructions?|prompts?|guidelines|schema|system message)\b"
    r"|\b(?:system|developer)\s(?:prompt|message|instructions?)\b|\bprompt injection\b"
    r"|<\|?(?:im_start|im_end|system|assistant)\|?>|\[/?INST\]"
    rf"|\b(?:you are|act as|acting as|pretend to be)\s(?:now )?(?:an? |the )?{_MACHINE}\b"
    rf"|\b(?:note|message|attention|instructions?|dear|hello|hey)\b\W+(?:to |for |all |any |the |every ){{0,3}}{_MACHINE}\b"
    r"|\b(?:answer|respond|reply|output|return|extract|report)\b(?:\W+\w+){0,6}?\W+json\b"
    r"|\b[a-z]+_(?:name|number|date|address|holder|letter)\s*(?:=|:=|to be|must be|should be|is to)\s",
    re.IGNORECASE,
)
"""Wordings of published attacks on readers of documents, and names of fields as only a schema writes them."""

_CLOSE = 0.6
_MOST_LINES = 6
"""An order goes on in so many lines at the most, each less than so many heights below the one before."""


def gives_orders(document: Document) -> bool:
    """Whether any page does."""
    return any(_ORDER.search(page.text) for page in document.pages)


def without_orders(sheet: Sheet) -> Sheet:
    """The page without the lines that give orders and those that go on from them."""
    if not _ORDER.search(" ".join(word.text for word in sheet.words)):
        return sheet
    lines = lines_of(sheet)
    said = [line for at, first in enumerate(lines) if _ORDER.search(first.text) for line in _going_on(first, lines[at + 1 :])]
    return sheet.without([word for line in said for word in line.words])


def _going_on(first: Phrase, below: Sequence[Phrase]) -> list[Phrase]:
    out = [first]
    for line in below:
        last = out[-1].box
        beneath = line.box.left < last.right and last.left < line.box.right and line.box.center_y > last.bottom
        if len(out) < _MOST_LINES and beneath and line.box.top - last.bottom <= _CLOSE * line.height:
            out.append(line)
    return out
