"""What a rollout's arms read otherwise, with the place on the page, for the operator who has the documents anyway."""

from collections.abc import Mapping
from typing import Any

from doctray.domain.agreement import disagreements, value_at
from doctray.domain.errors import NotFound
from doctray.domain.extraction import leaves
from doctray.domain.job import Job
from doctray.evaluation.crops import PageCrops
from doctray.ports import BlobStore, Journal
from doctray.service.page_images import StoredPageImages
from doctray.service.reuse import shadow_key
from doctray.service.rollout_page import Evidence
from doctray.service.rollout_report import RolloutReport
from doctray.service.stored import result_at, stored_result

SHOWN_EACH = 8
"""Values of one document."""

LONGEST = 300
"""Letters shown of a value."""


async def evidence_of(report: RolloutReport, *, journal: Journal, blobs: BlobStore) -> dict[str, list[Evidence]]:
    """request_id → values on which the arms differ, for the report's worst disagreements; documents that are gone are left out."""
    plan, shown = report.plan, {}
    for case in report.pairs.worst:
        job = await journal.get(case.request_id)
        if job is None or job.result is None:
            continue
        try:
            baseline = await stored_result(job.result, blobs=blobs)
            candidate = await result_at(shadow_key(job.request_id, plan.kind, plan.candidate), blobs=blobs)
        except NotFound:
            continue
        shown[job.request_id] = await _differences(job, baseline, candidate, blobs=blobs)
    return shown


async def _differences(job: Job, baseline: Mapping[str, Any], candidate: Mapping[str, Any], *, blobs: BlobStore) -> list[Evidence]:
    here, there = baseline.get("fields") or {}, candidate.get("fields") or {}
    found = disagreements(here, there, str(baseline.get("document_type")))[:SHOWN_EACH]
    places = [_place(baseline, one) or _place(candidate, other) for one, other in found]
    pages = {int(place["page"]) for place in places if place is not None}
    images = StoredPageImages(job.request_id, blobs=blobs)
    content = {number: await images.png(number) for number in sorted(pages)}
    crops = PageCrops(content.get)
    return [
        Evidence(
            pointer=one or other or "",
            page=None if place is None else int(place["page"]),
            baseline=_shown(value_at(here, one)),
            candidate=_shown(value_at(there, other)),
            picture=crops.crop(place),
        )
        for (one, other), place in zip(found, places, strict=True)
    ]


def _place(result: Mapping[str, Any], pointer: str | None) -> Mapping[str, Any] | None:
    """Where the value was read, or the first value of an item."""
    if pointer is None:
        return None
    provenance: Mapping[str, Mapping[str, Any]] = result.get("provenance") or {}
    return next((place for at, place in provenance.items() if at == pointer or at.startswith(f"{pointer}/")), None)


def _shown(value: Any) -> str:
    text = ", ".join(str(leaf) for _, leaf in leaves(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
