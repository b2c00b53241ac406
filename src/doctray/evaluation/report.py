"""What an evaluation found: documents judged, and the groups that the table shows."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doctray.evaluation.calibration import Sample, bins_of, expected_error, samples_of, sure_share
from doctray.evaluation.corpus import Case, source_of
from doctray.evaluation.judging import Judged, judge
from doctray.evaluation.tally import Tally, by_kind, tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document that was read. result: as the service gives it; empty where the job failed, with the reason in `failure`.

    source: text layer, scan, photo, mixed, or none. seconds: from handing it in to its result.
    """

    case: Case
    engine: str
    extractor: str
    source: str
    request_id: str
    seconds: float
    judged: Sequence[Judged]
    samples: Sequence[Sample]
    result: Mapping[str, Any]
    failure: str | None = None

    @property
    def tally(self) -> Tally:
        return tally(self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    documents: Sequence[Document] = field(default_factory=tuple)

    @property
    def total(self) -> Tally:
        return tally(each for document in self.documents for each in document.judged)

    @property
    def kinds(self) -> dict[str, Tally]:
        return by_kind(each for document in self.documents for each in document.judged)

    @property
    def samples(self) -> list[Sample]:
        return [sample for document in self.documents for sample in document.samples]

    def grouped(self, name: Callable[[Document], str]) -> dict[str, Tally]:
        groups: defaultdict[str, Tally] = defaultdict(Tally)
        for document in self.documents:
            groups[name(document)] += document.tally
        return dict(sorted(groups.items()))


def document_of(case: Case, *, engine: str, job: Mapping[str, Any], seconds: float) -> Document:
    """job: as its status shows it once it has ended, the result in it."""
    result = job.get("result") or {}
    judged = judge(case.truth, result.get("fields") or {})
    error = job.get("error") or {}
    failure = None if result else f"{job.get('status')}: {error.get('detail', '')} ({error.get('code', '')})"
    return Document(
        case=case,
        engine=str((result.get("engine") or {}).get("name") or engine),
        extractor=str((result.get("extractor") or {}).get("name") or ""),
        source=source_of(case, result.get("pages") or []) if result else "none",
        request_id=str(job.get("request_id", "")),
        seconds=seconds,
        judged=judged,
        samples=samples_of(judged, result.get("provenance") or {}),
        result=result,
        failure=failure,
    )


def as_json(report: Report) -> dict[str, Any]:
    """For machines and for comparing runs. Holds no values of documents, only places and counts."""
    right, sure = sure_share(report.samples)
    return {
        "total": _tally_json(report.total),
        "kinds": {name: _tally_json(each) for name, each in sorted(report.kinds.items())},
        "sources": {name: _tally_json(each) for name, each in report.grouped(lambda document: document.source).items()},
        "engines": {name: _tally_json(each) for name, each in report.grouped(lambda document: document.engine).items()},
        "extractors": {name: _tally_json(each) for name, each in report.grouped(lambda document: document.extractor).items()},
        "calibration": {
            "samples": len(report.samples),
            "expected_error": round(expected_error(report.samples), 4),
            "at_0.9_or_above": {"right": right, "all": sure},
            "bins": [
                {"low": each.low, "high": each.high, "count": each.count, "right": each.right, "confidence": round(each.mean_confidence, 4)}
                for each in bins_of(report.samples)
            ],
        },
        "documents": [
            {
                "name": document.case.name,
                "engine": document.engine,
                "extractor": document.extractor,
                "source": document.source,
                "seconds": round(document.seconds, 2),
                "failure": document.failure,
                **_tally_json(document.tally),
                "missed": [each.truth_at for each in document.judged if each.truth_at is not None and not each.right],
                "wrong": [each.found_at for each in document.judged if each.found_at is not None and not each.right],
            }
            for document in report.documents
        ],
    }


def _tally_json(counts: Tally) -> dict[str, Any]:
    return {
        "right": counts.right,
        "found": counts.found,
        "true": counts.true,
        "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4),
        "f1": round(counts.f1, 4),
    }
