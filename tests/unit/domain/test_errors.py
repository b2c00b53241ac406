"""The list of codes is closed, explained, and the one of the contract."""

from doctray.domain.errors import blame, catalogue

CONTRACT = [
    "malformed_request",
    "unauthenticated",
    "forbidden",
    "not_found",
    "expired",
    "not_acceptable",
    "not_finished",
    "idempotency_conflict",
    # beyond api.md: decisions/0019
    "review_conflict",
    # beyond api.md: decisions/0038
    "rollout_conflict",
    "too_large",
    "unsupported_media_type",
    "invalid_option",
    "invalid_schema",
    "idempotency_mismatch",
    "unsafe_url",
    "path_outside_documents",
    "rate_limited",
    "quota_exceeded",
    "queue_full",
    "storage_full",
    "maintenance",
    "temporarily_unavailable",
    "wait_exceeded",
    "corrupt_document",
    "encrypted_document",
    "too_many_pages",
    "page_too_large",
    "empty_document",
    "engine_failure",
    "engine_out_of_memory",
    "timeout",
    "worker_lost",
    "extraction_failed",
    "download_failed",
    "deadline_exceeded",
    "cancelled_by_caller",
]


def test_the_codes_are_those_of_the_contract() -> None:
    assert sorted(catalogue()) == sorted(CONTRACT)


def test_every_code_says_what_happened_why_and_what_to_do() -> None:
    for code, error in catalogue().items():
        assert all((error.title, error.why, error.remedy)), code
        assert error().detail == error.why
        assert blame(error) in {"caller", "document", "service", "neighbour"}


def test_a_document_at_fault_is_never_tried_again() -> None:
    assert not any(error.retryable for error in catalogue().values() if blame(error) == "document")
