"""Insurers in a table of their own, whose headings ask for a letter and a name: Letter | Company | NAIC."""

import re
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold, read_naic
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.reading import Phrase, Sheet

_HEADING = re.compile(
    r"(?:(?:(?:insurer|company|carrier|co|insr) )?(?:letter|ltr|code)|insurer|insr|co) "
    r"(?P<name>(?:(?:insurers?|compan(?:y|ies)|carriers?)(?: s)? (?:affording|providing) coverage|(?:name of )?(?:the )?insurers?|"
    r"(?:insurance )?(?:company|carrier)|(?:insurer|company|carrier) name|name)) ?(?P<code>naic\b.{0,10})?"
)
_FARTHEST = 3.0
"""Line heights between two rows of the table at most."""

_WRAPPED = 0.9
"""Line heights between a name and what goes on with it at most."""


def lettered_table(sheet: Sheet) -> list[dict[str, Found]]:
    """The insurers of the rows beneath such headings, each with its letter; nothing where the rows have no letters in their order."""
    rows = sheet.rows()
    for index, row in enumerate(rows):
        match = _HEADING.fullmatch(fold(" ".join(phrase.text for phrase in row)))
        if match is not None and (len(row) > 1 or match["code"] is not None):
            found = _beneath(sheet, row, rows[index + 1 :])
            if found:
                return found
    return []


def _beneath(sheet: Sheet, heads: Sequence[Phrase], rows: Sequence[Sequence[Phrase]]) -> list[dict[str, Found]]:
    height = heads[0].height
    codes = next((word.box.left for phrase in heads for word in phrase.words if fold(word.text).startswith("naic")), float("inf"))
    named: list[tuple[Word, list[Word], list[Word]]] = []
    bottom = max(phrase.box.bottom for phrase in heads)
    for row in rows:
        words = [word for phrase in row for word in phrase.words]
        gap = min(word.box.top for word in words) - bottom
        after = named[-1][0].text[:1] if named else ""
        if re.fullmatch(r"[A-F][.:)]?", words[0].text) and words[0].text[0] > after and gap < _FARTHEST * height:
            named.append((words[0], *_parted(words[1:], codes - 2 * height)))
        elif named and named[-1][1] and gap < _WRAPPED * height and _goes_on(words, named[-1][1][0], codes, height):
            named[-1][1].extend(words)
        else:
            break
        bottom = max(word.box.bottom for word in words)
    return [insurer for letter, name, code in named if (insurer := _insurer(sheet, letter, name, code))]


def _parted(words: Sequence[Word], codes: float) -> tuple[list[Word], list[Word]]:
    """The words of a name, and those of the code after it, which stands beneath its heading or is the last of five digits."""
    code = [word for word in words if word.box.left >= codes or (word is words[-1] and re.fullmatch(r"\d{5}", word.text))]
    return [word for word in words if word not in code], code


def _goes_on(words: Sequence[Word], first: Word, codes: float, height: float) -> bool:
    return abs(words[0].box.left - first.box.left) < height and words[-1].box.right < codes


def _insurer(sheet: Sheet, letter: Word, name: Sequence[Word], code: Sequence[Word]) -> dict[str, Found]:
    named = text_found(Phrase.of(sheet.number, name)) if name else None
    if named is None or not re.search(r"[^\W\d_]{2}", str(named.value)):
        return {}
    out = {"letter": Found(value=letter.text[0], page=sheet.number, words=(letter,)), "name": named}
    for word in code:
        if (naic := read_naic(word.text)) is not None:
            doubts = () if re.sub(r"\D", "", word.text).startswith(naic[:5]) else ("repaired_identifier",)
            return {**out, "naic": Found(value=naic, page=sheet.number, words=(word,), doubts=doubts)}
    return out
