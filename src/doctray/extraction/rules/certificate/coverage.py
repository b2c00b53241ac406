"""One coverage of an insurance paper, and the words that name coverages and sums."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import AMOUNT_WORDS, find_amounts, fold
from doctray.extraction.rules.certificate.vocabulary import COVERAGE_HEADINGS, INSURANCE
from doctray.extraction.rules.labels import is_like
from doctray.extraction.rules.reading import Phrase, Sheet

COVERAGE = re.compile(
    r"\b(?:(?:commercial |comprehensive |business )?general liability|(?:commercial |business )?auto(?:mobile)?(?: liability)?|"
    r"umbrella(?:[ /]+excess)?(?: liab(?:ility)?)?|excess(?:[ /]+umbrella)?(?: liab(?:ility)?)|"
    r"(?:worker|employee)'?’?s'?’? comp(?:ensation)?|employer'?’?s'?’? liability|(?:public|products?|professional|product|pollution|"
    r"cyber|management|directors?|property owners'?|personal|vehicle|garage|liquor|"
    r"third[- ]party|environmental|legal|media|fiduciary|employment practices|occupiers'?|tenants'?|abuse|statutory|(?:special )?event|"
    r"excess|contractual|aviation|marine|premises|contractors'?|malpractice|trustees?'?|charity|landlords?'?|host|garagekeepers|"
    r"non[- ]owned auto|hired auto|crime) (?:(?:&|and|/) ?(?:officers|products?|public|property owners'?) )*liability|"
    r"work injury compensation|professional indemnity|errors (?:&|"
    r"and) omissions|"
    r"commercial property|property (?:insurance|damage cover|coverage)|buildings?(?: & | and )contents|"
    r"business interruption|business personal property|contents insurance|builders'? risk|inland marine|"
    r"(?:motor )?(?:truck )?cargo|contractors'? all risks?|equipment (?:breakdown|floater)|crime|fidelity|surety|"
    r"cyber(?: insurance| risk)?|products ?/ ?completed operations|tools (?:cover|insurance)|"
    r"personal accident|legal expenses|motor insurance|travel insurance|medical malpractice|clinical negligence|"
    r"terrorism|goods in transit|plant (?:hire|all risks)|stop gap|employee dishonesty|hired[ -]in plant)\b",
    re.IGNORECASE,
)
SHORT_KIND = re.compile(
    r"(?:(?:commercial|business|personal) )?(?:property|liability|automobile|auto|vehicles?|crime|cargo|umbrella|excess|cyber|equipment|"
    r"fire|flood|garage|liquor|pollution|marine|boiler (?:&|and) machinery)",
    re.IGNORECASE,
)
"""Words that name a kind of insurance only where a column of kinds says so."""

_SENTENCE = re.compile(
    r"\b(?:is|are|was|will|shall|must|has|have|been|that|which|this|you|your|we|please|if|not|subject to|only)\b", re.IGNORECASE
)


@dataclass(slots=True)
class Coverage:
    """One coverage as it is gathered; what it lacks comes from the whole document. listed: a table names it, if only with a premium."""

    kind: Found | None
    policy_number: Found | None = None
    effective_date: Found | None = None
    expiry_date: Found | None = None
    insurer_letter: Found | None = None
    insurer: Found | None = None
    limits: dict[str, Found] = field(default_factory=dict)
    listed: bool = False

    def tree(self) -> dict[str, Any]:
        return {
            "type": self.kind,
            "insurer_letter": self.insurer_letter,
            "policy_number": self.policy_number,
            "effective_date": self.effective_date,
            "expiry_date": self.expiry_date,
            "limits": self.limits,
            "currency": currency_of(self.limits),
        }


def currency_of(limits: Mapping[str, Found]) -> Found | None:
    """The currency whose sign is printed with the sums."""
    for found in limits.values():
        for _, _, amount in find_amounts(" ".join(word.text for word in found.words)):
            if amount.currency is not None:
                return Found(value=amount.currency, page=found.page, words=found.words)
    return None


def heading(row: Sequence[Phrase]) -> Found | None:
    """The coverage that a row without sums names."""
    if len(row) == 2 and is_like(row[0].text, INSURANCE["kind"]):
        row = row[1:]
    if len(row) == 2 and (is_like(row[1].text, COVERAGE_HEADINGS["limit"]) or _OF_INSURER.fullmatch(row[1].text)):
        row = row[:1]
    text = _NUMBERED.sub("", text_of(row))
    if (
        len(row) > 2
        or len(text.split()) > 9
        or re.search(r"\d{3}|:\s*\S", text)
        or find_amounts(text)
        or AMOUNT_WORDS.match(row[-1].text.strip(" -•"))
    ):
        return None
    match = COVERAGE.search(text)
    if match is not None and AMOUNT_WORDS.match(text[match.end() :].strip(" -–:")):
        return None
    if match is None or text.rstrip().endswith((".", ",", "?")) or re.search(r"certificate|evidence of|card\b", text, re.IGNORECASE):
        return None
    kept = re.sub(
        r"^(?:limits?(?: of (?:liability|insurance))?|coverages?|section \w+|(?:class|type|line) of (?:insurance|cover|"
        r"policy|business|coverage)|(?:cover|policy|coverage|insurance) type)\s*[—–:\-]+\s*",
        "",
        text.strip(" -•*·"),
        flags=re.IGNORECASE,
    ).strip(" :-")
    kept = re.sub(r"\s*\((?:occurrence|claims[- ]made)[^()]*\)$", "", kept, flags=re.IGNORECASE)
    kept = re.sub(r"\s+[–—-]\s+(?:cover note|certificate|schedule|policy)$", "", kept, flags=re.IGNORECASE)
    kept = re.sub(
        r"\s+(?:declarations?|coverage part|schedule|section|details|policy details|coverages?(?: declarations?)?)$",
        "",
        kept,
        flags=re.IGNORECASE,
    )
    words = [word for phrase in row for word in phrase.words if fold(word.text) and fold(word.text) in fold(kept)]
    return Found(value=kept, page=row[0].page, words=tuple(words)) if words and len(kept.split()) <= 8 else None


_OF_INSURER = re.compile(r"(?:insurer|company|carrier|insr)(?: letter)?:? (?P<letter>[A-F])", re.IGNORECASE)
"""The letter of the insurer beside the name of a coverage: GENERAL LIABILITY   Company: A."""

_NUMBERED = re.compile(
    r"^\W{0,2}(?:(?:section|part|item|coverage|policy) (?:no\.? ?)?(?:\d{1,2}|[A-Z]|[IVX]{1,4}) ?[:.)–—-]|"
    r"\d{1,2}[.)]|[A-H][.)]) ?(?=[A-Z])",
    re.IGNORECASE,
)
"""The number of a section before what it insures: Section 2: Public Liability | 1. General Liability."""


def letter_beside(row: Sequence[Phrase]) -> Found | None:
    """The letter of the insurer in the row of a coverage's heading."""
    match = _OF_INSURER.fullmatch(row[1].text) if len(row) == 2 else None
    return None if match is None else Found(value=match["letter"].upper(), page=row[1].page, words=row[1].words[-1:])


def letter_in(sheet: Sheet) -> Found | None:
    """The letter of the insurer in the section of one policy: beside its label, or in a row beneath a heading that asks for insurer."""
    for phrase in sheet.phrases:
        match = _LETTER_LABELLED.fullmatch(phrase.text)
        if match is not None:
            return Found(value=match["letter"].upper(), page=phrase.page, words=phrase.words[-1:])
        if _ASKS_FOR_LETTER.fullmatch(phrase.text):
            for value in (*sheet.right_of(phrase)[:1], *sheet.below(phrase)[:1]):
                if re.fullmatch(r"[A-F]", value.text):
                    return Found(value=value.text, page=value.page, words=value.words)
    return None


_LETTER_LABELLED = re.compile(
    r"(?:(?:insurer|company|carrier|insr)(?: (?:letter|ltr))?|letter|ltr)(?: ?: ?| )(?P<letter>(?-i:[A-F]))", re.IGNORECASE
)
_ASKS_FOR_LETTER = re.compile(r"(?:(?:insurer|company|carrier|insr|co\.?)(?: (?:letter|ltr))?|letter|ltr) ?:?", re.IGNORECASE)


def plain_label(text: str) -> str:
    """A limit's label without bullets and without the remark in brackets that explains it, as (Ea occurrence)."""
    kept = text.strip(" :-•*·$|₹")
    if (named := _SECTION_OF.match(kept) or _SECTION_THEN.match(kept)) is not None:
        return named["what"].strip()
    short = re.sub(r"\s*\((?!per\b)[^)]*\)?\s*$", "", kept, flags=re.IGNORECASE)
    return short if len(fold(short)) >= 3 else kept


_SECTION_OF = re.compile(r"(?:under )?section \S[^()]{0,30}(?:\([ivx]+\)[^()]{0,30})?\((?P<what>[A-Z][^()]{8,60})\)?$", re.IGNORECASE)
"""A section of a policy, with what it insures in brackets."""

_SECTION_THEN = re.compile(r"under section \S{1,12}(?: ?\([ivx]{1,4}\))? ?: ?(?P<what>[A-Z].{7,80})$", re.IGNORECASE)
"""A section of a policy, with what it insures after a colon."""


def text_of(phrases: Sequence[Phrase]) -> str:
    return " ".join(phrase.text for phrase in phrases)


def is_sentence(row: Sequence[Phrase]) -> bool:
    text = text_of(row)
    return len(text.split()) > 9 and len(_SENTENCE.findall(text)) >= 2
