"""Leaves out what a computer lays over the screen that a picture was taken of: the call to activate Windows."""

import re
from dataclasses import replace

from doctray.domain.document import Page

_NOTICE = re.compile(r"activatewindows|goto(?:pc)?settingstoactivate(?:w\w*)?\.?")
"""Its lines without their spaces, the second cut off where the screen ends."""


def without_notices(page: Page) -> Page:
    """The page without lines that are such a notice."""
    kept = tuple(line for line in page.lines if not _NOTICE.fullmatch("".join(line.text.split()).casefold()))
    return page if len(kept) == len(page.lines) else replace(page, lines=kept)
