"""What the worker's metrics are told about documents that were read."""

from prometheus_client import REGISTRY

from doctray.domain.document import Box
from doctray.domain.extraction import Extraction, Provenance, Warning
from doctray.worker.observe import MetricsObserver

KIND, ENGINE = "certificate", "engine-of-this-test"


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"document_type": KIND, "engine": ENGINE, **labels}) or 0.0


def test_confidence_warnings_and_reviews_are_counted_by_kind_and_engine() -> None:
    box = Box(left=0, top=0, right=1, bottom=1)
    provenance = {
        pointer: Provenance(page=1, box=box, text="x", confidence=confidence) for pointer, confidence in (("/a", 0.97), ("/b", 0.4))
    }
    warnings = (Warning(code="ungrounded", message="", pointer="/c"), Warning(code="ungrounded", message="", pointer="/d"))
    observer = MetricsObserver(on_end=lambda: None)
    observer.extracted(
        Extraction(document_type=KIND, fields={}, provenance=provenance, needs_review=True, warnings=warnings), engine=ENGINE
    )
    observer.extracted(Extraction(document_type=KIND, fields={}), engine=ENGINE)

    assert _value("doctray_results_total", needs_review="true") == 1
    assert _value("doctray_results_total", needs_review="false") == 1
    assert _value("doctray_result_warnings_total", code="ungrounded") == 2
    assert _value("doctray_field_confidence_count") == 2
    assert _value("doctray_field_confidence_bucket", le="0.5") == 1
