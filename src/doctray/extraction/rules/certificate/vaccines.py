"""What a record of vaccinations is about: the vaccines of its table, or the disease that its title names."""

import re
from collections.abc import Sequence

from doctray.extraction.grounding import Found
from doctray.extraction.parse import find_dates, fold, unfilled
from doctray.extraction.rules.certificate.page import CertificatePage
from doctray.extraction.rules.labels import is_like, words_at
from doctray.extraction.rules.reading import Phrase

_HEADINGS = (
    "vaccine", "vaccines", "vaccine name", "name of vaccine", "vaccine prophylaxis", "vaccine or prophylaxis", "vaccination",
    "immunization", "immunisation", "vaccine type", "type of vaccine",
)  # fmt: skip
_DOSE = re.compile(r"\b(?:doses?|booster|lot|batch|visit)\b|^\W*(?:\d{1,2}(?:st|nd|rd|th)?|other)\W*$", re.IGNORECASE)
_DISEASES = re.compile(
    r"\b(?:covid[ -]?19|influenza|rabies|yellow fever|hepatitis [ab]|measles|mmr|polio\w*|tetanus|typhoid|cholera|meningitis|varicella)\b",
    re.IGNORECASE,
)
_ROW_APART = 4.0
"""Line heights between the rows of a table of vaccines at most."""

_WRAPPED = 1.0
"""Line heights between the lines of one cell at most."""

_MOST_VACCINES = 40


def is_vaccination(title: Found | None) -> bool:
    return title is not None and re.search(r"vaccin|immuni[sz]", str(title.value), re.IGNORECASE) is not None


def vaccines(page: CertificatePage) -> Found | None:
    """Every vaccine under the heading of a table's column, once each, parted by commas; None where there is no such column."""
    if not is_vaccination(page.title):
        return None
    for head in page.sheet.phrases:
        if is_like(head.text, _HEADINGS) and page.sheet.right_of(head):
            named = _column(page, head)
            if named:
                words = tuple(word for lines in named for phrase in lines for word in phrase.words)
                return Found(value=", ".join(map(_text, named)), page=head.page, words=words, trust=0.9)
    return None


def _column(page: CertificatePage, head: Phrase) -> list[list[Phrase]]:
    """The lines of each vaccine that is named under a heading, without those that say the same as one before."""
    named: list[list[Phrase]] = []
    last = head
    for phrase in page.sheet.phrases:
        if phrase.box.top < last.box.bottom - 0.4 * last.height or abs(phrase.box.left - head.box.left) > head.box.width:
            continue
        close = phrase.box.top - last.box.bottom < _WRAPPED * head.height
        if last is head and close and head.text.rstrip().endswith("/"):  # the heading's own second line: Vaccine/ over Prophylaxis
            head = last = phrase
            continue
        if phrase.box.top - last.box.bottom > _ROW_APART * head.height or page.labelled.is_label(phrase) or len(named) == _MOST_VACCINES:
            break
        goes_on = bool(named) and last is named[-1][-1] and close and (phrase.text[:1].islower() or last.text.endswith("-"))
        last = phrase
        if goes_on:
            named[-1].append(phrase)
        elif _is_vaccine(phrase.text):
            named.append([phrase])
    return list({fold(_text(lines)): lines for lines in reversed(named)}.values())[::-1]


def _text(lines: Sequence[Phrase]) -> str:
    """A vaccine's name, its lines joined: a hyphen at the end of one stays, as in non-replicating."""
    text = " ".join(line.text.strip() for line in lines)
    return re.sub(r"(?<=\w-) (?=[^\W\d_])", "", text)


def _is_vaccine(text: str) -> bool:
    named = unfilled(text) is not None and re.search(r"[A-Za-z]{2}", text) is not None
    return named and len(text.split()) <= 5 and not _DOSE.search(text) and not find_dates(text)


def vaccinated_against(title: Found | None) -> Found | None:
    """The disease that a title names, as COVID-19 Vaccination Record Card."""
    match = None if title is None or not is_vaccination(title) else _DISEASES.search(" ".join(word.text for word in title.words))
    if title is None or match is None:
        return None
    return Found(value=match[0], page=title.page, words=words_at(title.words, match.start(), match.end()), trust=0.6)
