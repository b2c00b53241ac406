"""What a browser prints around a page of the web: when and what over it, its address and the page's number beneath."""

import re

from doctray.extraction.rules.reading import Phrase, Sheet

_ADDRESS = re.compile(r"(?:https?://|file:///|about:blank)\S*(?: (?P<page>\d{1,3}/\d{1,3}))?$", re.IGNORECASE)
_PAGE = re.compile(r"\d{1,3}/\d{1,3}|\d{1,3} (?:of|von|de|di|sur) \d{1,3}")
_PRINTED_ON = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}\b")


def without_browser_print(sheet: Sheet) -> Sheet:
    """The page without its first and last row, where those are a browser's: the day of printing is no date of the paper."""
    rows = sheet.rows()
    if len(rows) < _LEAST_ROWS or not _ends_print(rows[-1]) or not _PRINTED_ON.match(rows[0][0].text):
        return sheet
    return sheet.without([word for row in (rows[0], rows[-1]) for phrase in row for word in phrase.words])


_LEAST_ROWS = 3


def _ends_print(row: list[Phrase]) -> bool:
    """Whether a row is an address of the web with a page's number."""
    matches = [match for phrase in row if (match := _ADDRESS.match(phrase.text)) is not None]
    return any(match["page"] for match in matches) or (bool(matches) and any(_PAGE.fullmatch(phrase.text) for phrase in row))
