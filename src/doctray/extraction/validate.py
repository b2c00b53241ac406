"""Checks that fields agree with one another, and says how far the whole can be trusted."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from doctray.domain.extraction import Fields, Provenance, Warning, leaves

HARMLESS = frozenset({"several_documents"})
"""Warnings that need no person by themselves."""

REVIEW_BELOW = 0.6

UNPLACED = 0.3
"""Confidence of a value that stands nowhere on the pages, as a model may give."""


def check_certificate(fields: Fields) -> list[Warning]:
    """Warnings about what cannot be right in the fields of one certificate."""
    if not _says_anything(fields):
        return [Warning(code="no_fields", message="No field is filled in: a blank form, or a layout that the rules do not know.")]
    return [*_missing(fields), *_dates(fields), *_insurers(fields), *_policies(fields)]


def sureness(fields: Fields, provenance: Mapping[str, Provenance], warnings: Sequence[Warning]) -> float:
    """Confidence of the fields as a whole, in [0, 1]: the mean over the values, which is how many of them are right to expect."""
    values = [pointer for pointer, value in leaves(fields) if pointer != "/kind" and not isinstance(value, bool)]
    if not values or any(warning.code == "no_fields" for warning in warnings):
        return 0.0
    return round(sum(provenance[pointer].confidence if pointer in provenance else UNPLACED for pointer in values) / len(values), 3)


def needs_review(confidence: float, warnings: Sequence[Warning]) -> bool:
    return confidence < REVIEW_BELOW or any(warning.code not in HARMLESS for warning in warnings)


def _says_anything(fields: Fields) -> bool:
    return any(pointer.rsplit("/", 1)[-1] not in ("kind", "title") for pointer, _ in leaves(fields))


def _missing(fields: Fields) -> list[Warning]:
    """The main field of each kind, where it was not read: what is left may be right and still of little use."""
    wanted = {"insurance": ("insured_name", "policies"), "other": ("recipient_name",)}.get(fields.get("kind", ""), ())
    return [
        Warning(code="main_field_missing", message=f"No {name.replace('_', ' ')} was read.", pointer=f"/{name}")
        for name in wanted
        if not fields.get(name)
    ]


def _dates(fields: Fields) -> list[Warning]:
    issued, expires = _day(fields.get("issue_date")), _day(fields.get("expiry_date"))
    if issued and expires and expires < issued:
        return [Warning(code="expiry_before_issue", message="The certificate ends before it was issued.", pointer="/expiry_date")]
    return []


def _insurers(fields: Fields) -> list[Warning]:
    warnings = []
    for index, insurer in enumerate(fields.get("insurers") or ()):
        naic = insurer.get("naic")
        if naic is not None and not re.fullmatch(r"\d{5}(?:-\d{3,5})?", naic):
            warnings.append(Warning(code="naic_digits", message="An NAIC number has five digits.", pointer=f"/insurers/{index}/naic"))
        if insurer.get("name") is None:
            warnings.append(
                Warning(
                    code="insurer_without_name", message="An insurer is given by its number or letter alone.", pointer=f"/insurers/{index}"
                )
            )
    return warnings


def _policies(fields: Fields) -> list[Warning]:
    listed = {insurer.get("letter") for insurer in fields.get("insurers") or () if insurer.get("letter")}
    warnings = []
    for index, policy in enumerate(fields.get("policies") or ()):
        at = f"/policies/{index}"
        start, end = _day(policy.get("effective_date")), _day(policy.get("expiry_date"))
        if start and end and end < start:
            warnings.append(
                Warning(code="expiry_before_effective", message="The policy ends before it starts.", pointer=f"{at}/expiry_date")
            )
        elif start and end and (end - start).days > 366 * 5:
            warnings.append(
                Warning(code="long_policy_period", message="The policy runs for more than five years.", pointer=f"{at}/expiry_date")
            )
        letters = re.findall(r"[A-F]", policy.get("insurer_letter") or "")
        if listed and any(letter not in listed for letter in letters):
            warnings.append(
                Warning(
                    code="insurer_not_listed",
                    message="The policy names an insurer letter that is not listed.",
                    pointer=f"{at}/insurer_letter",
                )
            )
        if listed and not letters:
            warnings.append(Warning(code="insurer_letter_missing", message="No insurer letter was read for this policy.", pointer=at))
        if policy.get("policy_number") is None:
            warnings.append(Warning(code="policy_number_missing", message="No policy number was read for this policy.", pointer=at))
    return warnings


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None
