"""One example of every shape that is answered or taken, by its name in /openapi.json. Whole and true to the shape: a test checks each."""

from collections.abc import Mapping
from typing import Any

from doctray.api.openapi_problems import EXAMPLE_ID, example_of
from doctray.api.openapi_rollout_report import rollout_report
from doctray.domain.rollout import Arm, RolloutKind, RolloutPlan

READ_TOKEN = "rt_dOg6WgIjP9k4J0maoCdipDHNGCYNCZbM"  # noqa: S105 - opens nothing
BATCH_ID = f"b{EXAMPLE_ID}"
KEY_ID = "01m81g3s5v9a7c2e4j6m8p0r1t"
CREATED, STARTED, FINISHED = "2026-11-22T11:32:19.622Z", "2026-11-22T11:32:19.636Z", "2026-11-22T11:32:20.965Z"
EXPIRES = "2026-11-29T11:32:20.965Z"

_LINKS = {"status_url": f"/status/{EXAMPLE_ID}", "result_url": f"/v1/jobs/{EXAMPLE_ID}/result", "read_token": READ_TOKEN}
_TICKET = {
    "request_id": EXAMPLE_ID,
    "status": "queued",
    "document_type": "auto",
    "cached": False,
    **_LINKS,
    "created_at": CREATED,
    "queue_position": 3,
    "estimated_seconds": 12,
}
_FIELDS = {"kind": "other", "title": "CERTIFICATE OF COMPLETION", "recipient_name": "Ada Byron", "issue_date": "2026-06-30"}
_WORD = {"text": "Ada", "bbox": [412.0, 640.5, 498.2, 690.0], "confidence": 0.98, "alternatives": ["Ado"]}
RESULT = {
    "document_type": "certificate",
    "schema_version": "1",
    "fields": _FIELDS,
    "provenance": {"/recipient_name": {"page": 1, "bbox": [412.0, 640.5, 720.4, 690.0], "text": "Ada Byron", "confidence": 0.97}},
    "confidence": 0.94,
    "needs_review": False,
    "validated": False,
    "warnings": [{"code": "ungrounded", "message": "stands nowhere on the page", "pointer": "/issue_date"}],
    "other_documents": [],
    "text": "CERTIFICATE OF COMPLETION\nAda Byron",
    "pages": [
        {
            "page": 1,
            "width": 1654,
            "height": 2339,
            "rotation": 0,
            "source": "ocr",
            "placement": [2.083333, 0.0, 0.0, 2.083333, 0.0, 0.0],
            "lines": [{"text": "Ada Byron", "bbox": [412.0, 640.5, 720.4, 690.0], "confidence": 0.97, "words": [_WORD]}],
        }
    ],
    "page_total": 1,
    "engine": {"name": "easyocr", "version": "1.7.2", "second_reader": "ppocr 3.10.0"},
    "extractor": {"name": "rules", "version": "1", "model": None},
    "timings": {"queued": 0.02, "render": 0.1, "ocr": 1.2, "extract": 0.05, "total": 1.4},
}
_JOB = {
    "request_id": EXAMPLE_ID,
    "status": "processing",
    "document_type": "certificate",
    "cached": False,
    "progress": {"stage": "ocr", "pages_done": 1, "pages_total": 3, "percent": 41},
    "attempt": 1,
    "queue_position": None,
    "estimated_seconds": 4,
    "metadata": {"order": 4711},
    "created_at": CREATED,
    "started_at": STARTED,
    "finished_at": None,
    "expires_at": None,
    "file_name": "certificate.pdf",
    "generation": 1,
    "confidence": None,
    "needs_review": False,
    "validated": False,
    "review_no": 0,
    "dead_lettered": False,
    "result": None,
    "error": None,
}
_ENDED = {**_JOB, "progress": None, "estimated_seconds": None, "finished_at": FINISHED, "expires_at": EXPIRES}
COMPLETED = {**_ENDED, "status": "completed", "confidence": 0.94, "result": RESULT}
_ERROR = {name: value for name, value in example_of("engine_failure").items() if name != "status"} | {"request_id": EXAMPLE_ID}
FAILED = {**_ENDED, "status": "failed", "attempt": 3, "error": _ERROR, "dead_lettered": True}
CANCELLED = {**_ENDED, "status": "cancelled", "error": {**_ERROR, "code": "cancelled_by_caller", "type": "/problems/cancelled_by_caller"}}

_DELIVERY = {
    "delivery_id": "01m81gejzqq9vk9r28ym9h9p6d",
    "request_id": EXAMPLE_ID,
    "webhook_id": "msg_c4khq2fyzsd2ngm7ym5gu2dk",
    "type": "job.completed",
    "url": "https://example.org/hook",
    "status": "delivered",
    "created_at": FINISHED,
    "next_at": None,
    "tries": [{"number": 1, "at": FINISHED, "status_code": 204, "error": None, "seconds": 0.12}],
}
_REVIEW = {
    "number": 1,
    "reviewed_at": "2026-11-22T12:01:00.000Z",
    "reviewed_by": "Grace",
    "key_id": KEY_ID,
    "note": "read from the seal",
    "fields": _FIELDS,
}
_KEY = {
    "key_id": KEY_ID,
    "owner": "school",
    "name": "school portal",
    "prefix": "dt_k3Qw1Z",
    "scopes": ["read", "submit"],
    "created_at": CREATED,
    "expires_at": None,
    "revoked_at": None,
    "last_used_at": FINISHED,
    "age_days": 12,
    "old": False,
    "rate_per_minute": None,
    "daily_quota": 500,
    "rollout": None,
}
_NEW_ROLLOUT = {
    "kind": "engine",
    "baseline": "easyocr",
    "candidate": "rapidocr",
    "percentage": 15,
    "shadow_percentage": 5,
    "forced": {"qa": "candidate"},
    "auto_advance_after_s": 86400.0,
    "reason": "It reads twice as fast in the shadow.",
}
_ROLLOUT = RolloutPlan(
    kind=RolloutKind.ENGINE,
    baseline="easyocr",
    candidate="rapidocr",
    percentage=15,
    shadow_percentage=5,
    forced={"qa": Arm.CANDIDATE},
    auto_advance_after_s=86400.0,
    revision=4,
).as_dict() | {"stage_since": STARTED, "settled": False, "next_stage": 35}
_ROLLOUT_STATE = {"kind": "engine", "plan": _ROLLOUT, "retired": []}
_WORKER = {
    "worker_id": "worker-0-15312-18ea5aa7ac71fcd1",
    "host": "reader-1",
    "pid": 15397,
    "device": "cuda:0",
    "slots": 64,
    "running": 3,
    "engine": "easyocr 1.7.2",
    "engines": ["easyocr", "rapidocr"],
    "fingerprint": "easyocr/1.7.2 rules=1 schema=1",
    "started_at": CREATED,
    "lease_until": FINISHED,
}
_BATCH = {
    "batch_id": BATCH_ID,
    "status": "open",
    "total": 2,
    "counts": {"queued": 1, "processing": 0, "completed": 1, "failed": 0, "cancelled": 0},
    "metadata": {"order": 4711},
    "created_at": CREATED,
    "finished_at": None,
}
_PIPELINE = {"job_id": EXAMPLE_ID, "status": "queued"}

EXAMPLES: Mapping[str, Any] = {
    "Problem": example_of("invalid_option") | {"errors": [{"name": "priority", "detail": "must be a whole number from 0 to 9"}]},
    "Explanation": {
        "type": "/problems/not_found",
        "code": "not_found",
        "title": "Not found",
        "status": 404,
        "why": "There is no such job of yours.",
        "remedy": "Look at the id.",
        "retryable": False,
        "fault": "caller",
    },
    "Alive": {"status": "alive"},
    "Ready": {"status": "ready"},
    "Result": RESULT,
    "Ticket": _TICKET,
    "EarlierTicket": {**_TICKET, "success": True},
    "DocumentTicket": {**_TICKET, "documentId": EXAMPLE_ID, "success": True},
    "PipelineTicket": {**_TICKET, **_PIPELINE},
    "JobView": _JOB,
    "ResultLink": {
        "request_id": EXAMPLE_ID,
        "url": f"https://s3.example.com/documents/jobs/{EXAMPLE_ID}/result-1.json?X-Amz-Signature=…",
        "expires_at": EXPIRES,
        "size_bytes": 3481,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    "PendingForm": {"request_id": EXAMPLE_ID, "form": "pdf", "status": "pending"},
    "PipelineJob": {**COMPLETED, "job_id": EXAMPLE_ID},
    "BatchTicket": {
        "batch_id": BATCH_ID,
        "batch_url": f"/v1/batches/{BATCH_ID}",
        "total": 1,
        "documents": [
            {"file_name": "a.pdf", **_TICKET},
            {"file_name": "b.exe", "error": example_of("unsupported_media_type")},
        ],
    },
    "BatchStatus": {
        **_BATCH,
        "documents": [
            {
                "request_id": EXAMPLE_ID,
                "file_name": "a.pdf",
                "status": "completed",
                "status_url": _LINKS["status_url"],
                "result_url": _LINKS["result_url"],
                "error": None,
            }
        ],
    },
    "JobList": {"jobs": [{**COMPLETED, "result": None}], "next_cursor": None},
    "DeadLetter": {
        "job": FAILED,
        "tries_used": 3,
        "leases_lost": 0,
        "attempts": [
            {
                "generation": 1,
                "number": 1,
                "worker_id": _WORKER["worker_id"],
                "started_at": STARTED,
                "ended_at": FINISHED,
                "ended": "failed",
                "error_code": "engine_failure",
                "engine": "easyocr",
            }
        ],
    },
    "Replay": {"request_ids": [EXAMPLE_ID]},
    "Replayed": {"replayed": [EXAMPLE_ID], "not_found": []},
    "DeliveryView": _DELIVERY,
    "DeliveryList": {"deliveries": [_DELIVERY]},
    "NewReview": {"fields": _FIELDS, "reviewed_by": "Grace", "note": "read from the seal"},
    "ReviewView": _REVIEW,
    "ReviewList": {"request_id": EXAMPLE_ID, "validated": True, "reviews": [_REVIEW]},
    "WebhookSecrets": {"secret": "whsec_…", "previous": [], "fixed": False},
    "NewKey": {"name": "school portal", "owner": "school", "scopes": ["submit", "read"], "daily_quota": 500},
    "RotateKey": {"overlap_hours": 24},
    "KeyList": {"keys": [_KEY]},
    "CreatedKey": {**_KEY, "key": "dt_…"},
    "SignIn": {"key": "dt_…"},
    "SessionView": {"signed_in": True, "owner": "school", "scopes": ["read", "submit"], "csrf": "2f4c9d"},
    "AuditLog": {
        "entries": [
            {
                "entry_id": EXAMPLE_ID,
                "at": STARTED,
                "means": "key",
                "key_id": EXAMPLE_ID,
                "name": "operations",
                "request_id": EXAMPLE_ID,
                "action": "key.revoked",
                "target": EXAMPLE_ID,
                "outcome": "done",
                "detail": {},
            }
        ],
        "next_cursor": None,
    },
    "WorkerList": {"workers": [_WORKER]},
    "NewRollout": _NEW_ROLLOUT,
    "RolloutView": _ROLLOUT_STATE,
    "RolloutHistory": {
        "changes": [
            {
                "entry_id": EXAMPLE_ID,
                "kind": "engine",
                "at": STARTED,
                "means": "key",
                "key_id": KEY_ID,
                "name": "operations",
                "action": "advanced",
                "from_percentage": 5,
                "to_percentage": 15,
                "reason": "It reads twice as fast in the shadow.",
                "plan": _ROLLOUT,
            }
        ]
    },
    "RolloutReportView": rollout_report(),
    "RolloutHealth": {
        "kind": "engine",
        "baseline": "easyocr",
        "candidate": "rapidocr",
        "percentage": 15,
        "shadow_percentage": 10,
        "enabled": True,
        "verdict": "breach",
        "reason": "errors: 16 of 200 attempts failed (8%), at most 5% may",
        "since": STARTED,
        "min_sample": 20,
        "checks": [
            {
                "name": "errors",
                "verdict": "breach",
                "value": 0.08,
                "baseline": 0.005,
                "threshold": 0.05,
                "critical": 0.1,
                "sample": 200,
            }
        ],
        "arms": {
            "baseline": {
                "attempts": 1140,
                "errors": 6,
                "jobs": 1136,
                "completed": 1134,
                "shadows": 0,
                "p95_seconds": 6.2,
                "confidence": 0.93,
                "agreement": None,
                "compared": 0,
                "truth": 0.97,
                "reviewed": 41,
            },
            "candidate": {
                "attempts": 200,
                "errors": 16,
                "jobs": 190,
                "completed": 184,
                "shadows": 35,
                "p95_seconds": 2.1,
                "confidence": 0.95,
                "agreement": 0.96,
                "compared": 35,
                "truth": None,
                "reviewed": 0,
            },
        },
        "next": {"action": "stepped_back", "percentage": 5, "reason": "breach: errors: 16 of 200 attempts failed (8%), at most 5% may"},
        "shadows_waiting": 2,
    },
    "RetireBaseline": {"kind": "engine", "name": "easyocr", "reason": "Nobody has asked for it in a month."},
    "NewKeyRollout": {"rollout": "candidate"},
    "KeyRollout": {"key_id": KEY_ID, "rollout": "candidate"},
    "NewMaintenance": {"on": True, "reason": "The database moves; back at noon."},
    "MaintenanceView": {"on": True, "reason": "The database moves; back at noon."},
    "HoldWebhooks": {"held": True, "reason": "The receiver is being moved."},
    "WebhooksView": {"held": True, "reason": "The receiver is being moved."},
    "AppStatus": {
        "queue": {"waiting_in_queue": 4, "processing": 2, "max": 1000, "oldest_due_age_seconds": 1.5},
        "workers": [_WORKER],
        "system": {
            "cpu": {"percent": 12.5, "cores": 16},
            "memory": {"percent": 40.1, "used_bytes": 13_000_000_000, "total_bytes": 32_000_000_000},
            "disk": {"percent": 59.5, "free_bytes": 44_000_000_000, "total_bytes": 270_000_000_000},
            "gpu": ["cuda:0"],
        },
    },
    "Health": {
        "status": "healthy",
        "healthy": True,
        "version": "0.1.0",
        "queue_size": 4,
        "queue": {
            "queued": 4,
            "due": 4,
            "processing": 2,
            "oldest_due_age_seconds": 1.5,
            "drained_per_minute": 31.0,
            "dead_letters": 0,
        },
        "workers": 1,
        "parts": {"journal": "ok", "redis": "ok", "workers": "ok", "storage": "ok", "queue": "ok"},
    },
}


def event(kind: str) -> dict[str, Any]:
    """The body of a webhook, by its type."""
    data: dict[str, Any] = {
        "job.completed": COMPLETED,
        "job.failed": FAILED,
        "job.cancelled": CANCELLED,
        "job.reviewed": {**COMPLETED, "result": None, "validated": True, "result_url": _LINKS["result_url"], "review": _REVIEW},
        "batch.completed": {
            **_BATCH,
            "status": "completed",
            "counts": {**_BATCH["counts"], "queued": 0, "completed": 2},  # type: ignore[dict-item]
            "finished_at": FINISHED,
            "batch_url": f"/v1/batches/{BATCH_ID}",
        },
    }[kind]
    return {"type": kind, "timestamp": FINISHED, "data": data}
