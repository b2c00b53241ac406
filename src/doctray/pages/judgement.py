"""Decides whether a PDF page's text layer may be trusted, or the page must be read from its image. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Verdict(StrEnum):
    """What a page's text layer is worth. Only `sound` and `blank` spare the page from OCR."""

    SOUND = "sound"  # what is printed stands in the text layer
    BLANK = "blank"  # neither text nor print
    NO_TEXT = "no_text"  # something is printed, and no text is
    HIDDEN = "hidden"  # text that is not what one sees: an OCR layer of someone else's below or over a scan
    GARBAGE = "garbage"  # text, but not the letters that are printed: no or a wrong ToUnicode map
    PARTIAL = "partial"  # a stamp or footer over a scan; most of the print is not in the text layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen of one page.

    text: the visible words, parted by spaces. hidden_letters: characters that are in the text layer and cannot be seen.
    unread_glyphs: marks in the rendered page that look like letters in a row and lie under no visible word. inked: whether
    anything is printed at all.
    """

    text: str
    hidden_letters: int
    unread_glyphs: int
    inked: bool


_HIDDEN_SHARE = 0.3
"""A few hidden words (alternative text, layout helpers) are left out; from this share on the layer was made for searching."""

_GARBAGE_SHARE = 0.1
"""Share of characters that no one prints, from which a layer is garbage; a few glyphs without a map are in many sound layers."""

_UNREAD_SHARE = 0.5
_UNREAD_LEAST = 60
"""Print outside the text layer that makes it partial: half as much as the layer has, and more than a logo with its slogan has."""

_SPARSE = 250
_UNREAD_LEAST_OF_SPARSE = 30
"""The least where the layer has so few letters, as of certificates whose names and dates are printed onto a picture: of three such real
ones 36 to 55 letters were drawn, 68 to 86 % of what their layers have; of thirteen whose layers say nearly all, 46 % at most."""

_LATIN_WORD = re.compile(r"(?<!\w)[a-z]{4,}(?!\w)")
_JUDGED_BIGRAMS = 80
_COMMON_BIGRAM_SHARE = 0.33
"""Of the bigrams of 15 English forms and timetables 63 to 83 % are in the list below; of sentences in German, Dutch, Finnish, Turkish
and Indonesian 58 to 70 %, in Polish 46 %. With letters shifted, as a wrong ToUnicode map does, 12 % of the forms' are, and 25 % or
fewer in 99 of 100. With 80 bigrams chance moves a share by 5 points (one standard deviation)."""

# the sixty most frequent of English (Norvig, "English Letter Frequency Counts: Mayzner Revisited", 2013), and what is frequent beside
# them in German, French, Spanish, Italian and Portuguese
_COMMON_BIGRAMS_TEXT = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li "
    "ch ll be ma si om ur ca el ta la ns di fo ho pe ec "
    "ei ie ge un ue qu os do da em ad ac po tr so no ui ai eu ci il ss sc au us ut et na mi lo tt rs ts nc ol am id"
)
_COMMON_BIGRAMS = frozenset(_COMMON_BIGRAMS_TEXT.split())


def judge(evidence: Evidence) -> Verdict:
    """The first fault found, the surest first."""
    letters = sum(1 for character in evidence.text if not character.isspace())
    if evidence.hidden_letters > _HIDDEN_SHARE * (letters + evidence.hidden_letters):
        return Verdict.HIDDEN
    if letters == 0:
        return Verdict.NO_TEXT if evidence.inked else Verdict.BLANK
    if is_garbage(evidence.text):
        return Verdict.GARBAGE
    least = _UNREAD_LEAST_OF_SPARSE if letters < _SPARSE else _UNREAD_LEAST
    if evidence.unread_glyphs >= max(least, _UNREAD_SHARE * letters):
        return Verdict.PARTIAL
    return Verdict.SOUND


def is_garbage(text: str) -> bool:
    """Whether the text cannot be what is printed: characters that no one prints, or letters in an order that no language has."""
    words = text.split()
    # a private-use character alone is a bullet or a box of a symbol font
    told = [word for word in words if len(word) > 1 or not _is_unprintable(word)]
    if not told:
        return bool(words)
    unprintable = sum(map(_is_unprintable, "".join(told))) + 5 * text.count("(cid:")
    return unprintable > _GARBAGE_SHARE * sum(map(len, told)) or _has_improbable_letters(text)


def _is_unprintable(character: str) -> bool:
    # U+FFFD: no map to Unicode. Co: private use. Cc, Cn, Cs: control, unassigned, surrogate
    return character == "\ufffd" or unicodedata.category(character) in ("Co", "Cc", "Cn", "Cs")


def _has_improbable_letters(text: str) -> bool:
    bigrams = [first + second for word in _LATIN_WORD.findall(text.lower()) for first, second in pairwise(word)]
    if len(bigrams) < _JUDGED_BIGRAMS:
        return False
    return sum(bigram in _COMMON_BIGRAMS for bigram in bigrams) < _COMMON_BIGRAM_SHARE * len(bigrams)
