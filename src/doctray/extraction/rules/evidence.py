"""What is known of each value that rules have found, and how sure that makes it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from doctray.domain.extraction import Provenance, Warning
from doctray.extraction.confidence import Calibration, Evidence, probability
from doctray.extraction.grounding import DOUBTS, Found, Settled


def weighed(
    settled: Settled, warnings: Sequence[Warning], *, family: str, recognised: Collection[int], calibration: Calibration
) -> dict[str, Provenance]:
    """The places of a tree's values with their confidence. recognised: numbers of the pages that an engine read."""
    known = evidence_of(settled, warnings, family=family, recognised=recognised)
    return {pointer: replace(place, confidence=probability(known[pointer], calibration)) for pointer, place in settled.provenance.items()}


def evidence_of(settled: Settled, warnings: Sequence[Warning], *, family: str, recognised: Collection[int]) -> dict[str, Evidence]:
    """JSON Pointer → what is known of the value there."""
    failed = {warning.pointer for warning in warnings if warning.pointer and warning.code not in DOUBTS}
    said = Counter(_said(found) for found in settled.found.values())
    return {
        pointer: Evidence(
            field=_field(pointer),
            family=family,
            ocr=min(word.confidence for word in found.words) if found.page in recognised else None,
            trust=found.trust,
            doubted=bool(found.doubts),
            failed=pointer in failed,
            agreed=len(said_at) - 1 if (said_at := _places(settled.found, found, said)) else 0,
        )
        for pointer, found in settled.found.items()
    }


def _field(pointer: str) -> str:
    names = [part for part in pointer.split("/") if part and not part.isdigit()]
    return "limits" if "limits" in names else names[-1]


def _said(found: Found) -> tuple[str, str]:
    return type(found.value).__name__, str(found.value)


def _places(all_found: Mapping[str, Found], found: Found, said: Counter[tuple[str, str]]) -> set[int]:
    """The first words of every place that says the same; looked for only where another value does."""
    if said[_said(found)] < 2 or isinstance(found.value, bool):
        return set()
    return {id(other.words[0]) for other in all_found.values() if _said(other) == _said(found)}
