"""Certificates: parts a file into its certificates, chooses the rules for each, and puts the answer together."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from doctray.domain.document import Document
from doctray.domain.extraction import Extraction, Fields, Warning, leaves
from doctray.extraction.calibration_certificate import CERTIFICATES
from doctray.extraction.classify import CERTIFICATE
from doctray.extraction.confidence import Evidence
from doctray.extraction.grounding import Found, Settled, settle, ungrounded
from doctray.extraction.parse import CANADIAN_POSTCODE, order_of
from doctray.extraction.rules.certificate import acord, freeform, other
from doctray.extraction.rules.certificate.acord_continued import continued
from doctray.extraction.rules.certificate.browser_print import without_browser_print
from doctray.extraction.rules.certificate.marks_in_letters import without_marks_in_letters
from doctray.extraction.rules.evidence import evidence_of, weighed
from doctray.extraction.rules.reading import Sheet, sheets_of
from doctray.extraction.validate import check_certificate, needs_review, sureness

_EMPTY: Mapping[str, Any] = {
    "title": None,
    "certificate_number": None,
    "issue_date": None,
    "expiry_date": None,
    "issuer_name": None,
    "recipient_name": None,
    "subject": None,
    "insured_name": None,
    "insured_address": None,
    "producer_name": None,
    "holder_name": None,
    "insurers": [],
    "policies": [],
}
_NO_PLACE = ("/kind", "/currency")

_Read = tuple[str, Mapping[str, Any], str]
"""(kind, tree of found values, which rules read it)"""


def extract(document: Document) -> Extraction:
    """Fields of the first certificate of the document as in schemas/certificate; those of the rest in other_documents."""
    sheets = _sheets(document)
    if not sheets:
        warning = Warning(code="no_text", message="No text was found on any page.")
        return Extraction(document_type=CERTIFICATE, fields={"kind": "other", **_EMPTY}, needs_review=True, warnings=(warning,))
    read = _certificates(sheets)
    first, *rest = [settle(_whole(kind, tree)) for kind, tree, _ in read]
    warnings = [*first.warnings, *_unplaced(first), *check_certificate(first.fields)]
    recognised = frozenset(sheet.number for sheet in sheets if sheet.ocr)
    provenance = weighed(first, warnings, family=read[0][2], recognised=recognised, calibration=CERTIFICATES)
    if rest:
        warnings.append(
            Warning(code="several_documents", message="The file holds several certificates; the others are in other_documents.")
        )
    confidence = sureness(first.fields, provenance, warnings)
    return Extraction(
        document_type=CERTIFICATE,
        fields=first.fields,
        provenance=provenance,
        confidence=confidence,
        needs_review=needs_review(confidence, warnings),
        warnings=tuple(warnings),
        other_documents=tuple(settled.fields for settled in rest),
    )


def evidences(document: Document) -> tuple[Fields, dict[str, Evidence]]:
    """Fields of the first certificate, and what is known of each value: what a calibration is fitted on."""
    sheets = _sheets(document)
    if not sheets:
        return {}, {}
    kind, tree, family = _certificates(sheets)[0]
    settled = settle(_whole(kind, tree))
    warnings = [*settled.warnings, *check_certificate(settled.fields)]
    recognised = frozenset(sheet.number for sheet in sheets if sheet.ocr)
    return settled.fields, evidence_of(settled, warnings, family=family, recognised=recognised)


def _sheets(document: Document) -> list[Sheet]:
    """The pages that say something (rules and dots alone do not), without what a browser prints around them and marks within letters."""
    pages = sheets_of(document, spaced=True)
    return [sheet for page in pages if (sheet := without_marks_in_letters(without_browser_print(page))).phrases]


def _certificates(sheets: Sequence[Sheet]) -> list[_Read]:
    """Every certificate in the file, in page order."""
    found = _readings(sheets)
    return (
        [(kind, _told_currency(tree), family) for kind, tree, family in found]
        if _OTHER_DOLLARS.search("\n".join(sheet.text for sheet in sheets))
        else found
    )


def _readings(sheets: Sequence[Sheet]) -> list[_Read]:
    order = order_of(sheet.text for sheet in sheets)
    forms = [index for index, sheet in enumerate(sheets) if acord.is_acord(sheet)]
    if forms:
        ends = [*forms[1:], len(sheets)]
        return [
            ("insurance", continued(acord.read(sheets[at], order), sheets[at + 1 : end], order), "acord")
            for at, end in zip(forms, ends, strict=True)
        ]
    if freeform.is_insurance(sheets):
        return [("insurance", freeform.read(part, order), "freeform") for part in freeform.parts(sheets)]
    return [("other", other.read(part, order), "other") for part in other.parts(sheets)]


_OTHER_DOLLARS = re.compile(
    rf"{CANADIAN_POSTCODE.pattern}|\b(?:Canada|Ontario|Quebec|Alberta|British Columbia|Australia|New Zealand|Singapore|"
    rf"Hong Kong|Pty|ABN|Sdn|NSW|QLD|Argentina|Chile|Colombia|M[ée]xico|Uruguay|[Pp]esos|PESOS)\b"
)


def _told_currency(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tree without US dollars that only a bare $ tells, for papers of countries with dollars of their own."""
    policies = [
        {**policy, "currency": None} if _is_bare_dollar(policy.get("currency")) else policy for policy in tree.get("policies") or ()
    ]
    return {**tree, "policies": policies}


def _is_bare_dollar(found: Found | None) -> bool:
    return found is not None and found.value == "USD" and not any(re.search(r"us", word.text, re.IGNORECASE) for word in found.words)


def _whole(kind: str, tree: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"kind": kind, **_EMPTY, **tree}


def _unplaced(settled: Settled) -> list[Warning]:
    """A value that no word stands behind; the rules give none, so that this is a guard."""
    return [
        ungrounded(pointer)
        for pointer, value in leaves(settled.fields)
        if pointer not in settled.provenance and not isinstance(value, bool) and not pointer.endswith(_NO_PLACE)
    ]
