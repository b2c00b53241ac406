"""Every way a request or a job can be refused or fail: one tree, one stable code a class.

    DoctrayError
    ├── CallerError      the request is at fault: change it before sending it again
    ├── DocumentError    the document is at fault: another try gives the same answer
    ├── ServiceError     we are at fault: the job is tried again, or the caller may try again later
    └── NeighbourError   something we depend on is at fault (a receiver, a model, a web server)

`code` is public (API, metrics, docs/errors.md) and never changes; `why` and `remedy` are what a caller reads.
HTTP statuses are not known here: they stand in `doctray.api.errors` alone.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class DoctrayError(Exception):
    """Base of all. `detail` is safe to show to the caller: never document text, a field value, a secret or a path of ours."""

    code: ClassVar[str] = ""
    title: ClassVar[str] = ""
    why: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        retry_after_s: float | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        self.detail = detail or self.why
        self.retry_after_s = retry_after_s
        self.errors = tuple(dict(error) for error in errors)
        super().__init__(self.detail)


class CallerError(DoctrayError):
    """The request is at fault."""


class DocumentError(DoctrayError):
    """The document is at fault; trying again cannot help."""


class ServiceError(DoctrayError):
    """doctray is at fault or short of something; trying again may help."""

    retryable = True


class NeighbourError(DoctrayError):
    """Something outside doctray is at fault; trying again may help."""

    retryable = True


# --- the request ---


class MalformedRequest(CallerError):
    code = "malformed_request"
    title = "The request cannot be read"
    why = "The body is not the JSON or multipart form that this route takes."
    remedy = "Send multipart/form-data with a part named file, or application/json with exactly one source."


class Unauthenticated(CallerError):
    code = "unauthenticated"
    title = "No valid API key"
    why = "This service needs an API key, and the request carried none that is valid."
    remedy = "Send the key in the x-api-key header, or as Authorization: Bearer. `doctray keys create` makes one."


class Forbidden(CallerError):
    code = "forbidden"
    title = "The API key may not do this"
    why = "The key is valid, but its scopes do not cover this route."
    remedy = "Use a key with the scope that the detail names, or have an administrator create one."


class NotFound(CallerError):
    code = "not_found"
    title = "Nothing of yours is here"
    why = "No such job, batch or page exists for this caller, or it was deleted."
    remedy = "Check the id, and use a key of the owner that submitted the job, or the job's read token."


class Expired(CallerError):
    code = "expired"
    title = "The job's data are gone"
    why = "The retention time has passed; only the job's id and times are kept."
    remedy = "Submit the document again."


class NotAcceptable(CallerError):
    code = "not_acceptable"
    title = "The result has no such form"
    why = "The form asked for does not exist for this kind of document."
    remedy = "Ask for one of the forms that the detail names."


class NotFinished(CallerError):
    code = "not_finished"
    title = "The job is not finished"
    why = "The result was asked for before the job was completed."
    remedy = "Poll the status until it is completed, then ask again."
    retryable = True


class ReviewConflict(CallerError):
    code = "review_conflict"
    title = "Somebody else has reviewed it meanwhile"
    why = "The job's fields were reviewed since the state that this review was made from."
    remedy = "Read the review that stands now, then send yours again with its ETag in If-Match."


class RolloutConflict(CallerError):
    code = "rollout_conflict"
    title = "Somebody else has changed the rollout meanwhile"
    why = "The rollout plan was changed since the state that this change was made from."
    remedy = "Read the plan that stands now, then send your change again with its ETag in If-Match."


class IdempotencyConflict(CallerError):
    code = "idempotency_conflict"
    title = "The same Idempotency-Key is in use"
    why = "Another request with this Idempotency-Key is still being received."
    remedy = "Wait for its answer, then send the same request again to get the same answer."
    retryable = True


class IdempotencyMismatch(CallerError):
    code = "idempotency_mismatch"
    title = "The Idempotency-Key belongs to other content"
    why = "This Idempotency-Key was used within 24 hours for a document or options that differ."
    remedy = "Use a new Idempotency-Key for new content."


class InvalidOption(CallerError):
    code = "invalid_option"
    title = "An option is not valid"
    why = "An option is unknown or its value is outside what it may be."
    remedy = "Correct the option that the detail names; /docs lists them."


class InvalidSchema(CallerError):
    code = "invalid_schema"
    title = "The schema cannot be used"
    why = "The JSON Schema is not valid, refers outside itself, or is larger or deeper than allowed."
    remedy = "Send an object schema that refers only within itself."


class UnsafeUrl(CallerError):
    code = "unsafe_url"
    title = "The address is not allowed"
    why = "The URL is not http(s), or leads to a private, loopback, link-local or otherwise reserved address."
    remedy = "Use a public address, or have the operator allow the host in OUTBOUND_ALLOW."


class PathOutsideDocuments(CallerError):
    code = "path_outside_documents"
    title = "The path is not inside the documents folder"
    why = "file_path must name a regular file inside DOCUMENTS_DIR; links that lead out, devices and missing files are refused."
    remedy = "Put the document into the folder that DOCUMENTS_DIR names, or upload it."


class RateLimited(CallerError):
    code = "rate_limited"
    title = "Too many requests"
    why = "The caller's limit for this minute is used up."
    remedy = "Wait for the seconds that Retry-After names."
    retryable = True


class QuotaExceeded(CallerError):
    code = "quota_exceeded"
    title = "The daily quota is used up"
    why = "The key's documents for today are used up."
    remedy = "Wait until the time that Retry-After gives, or have the quota raised."
    retryable = True


class WaitExceeded(CallerError):
    code = "wait_exceeded"
    title = "The job is not finished yet"
    why = "The job was accepted and goes on, but did not finish within the longest wait."
    remedy = "Poll the status of the request_id in this answer."
    retryable = True


class CancelledByCaller(CallerError):
    code = "cancelled_by_caller"
    title = "The job was cancelled"
    why = "The caller cancelled or deleted the job before it was finished."
    remedy = "Submit the document again if it is wanted after all."


class DeadlineExceeded(CallerError):
    code = "deadline_exceeded"
    title = "The deadline passed"
    why = "The job was not finished within its deadline_seconds."
    remedy = "Submit it again with a later deadline or none."


# --- the document ---


class UnsupportedMediaType(DocumentError):
    code = "unsupported_media_type"
    title = "Not a document that can be read"
    why = "By its content the file is none of PDF, PNG, JPEG, TIFF, WebP, BMP, GIF or HEIC; its name does not count."
    remedy = "Send one of those formats."


class TooLarge(DocumentError):
    code = "too_large"
    title = "The document is too large"
    why = "The document has more bytes than MAX_FILE_SIZE_MB allows."
    remedy = "Send a smaller file, or have the operator raise MAX_FILE_SIZE_MB."


class CorruptDocument(DocumentError):
    code = "corrupt_document"
    title = "The document is damaged"
    why = "The file is cut short or damaged and cannot be opened."
    remedy = "Open the file on your side, save or scan it again, and send the new file."


class EncryptedDocument(DocumentError):
    code = "encrypted_document"
    title = "The document is locked by a password"
    why = "The PDF cannot be opened without its password."
    remedy = "Remove the password and send the file again."


class TooManyPages(DocumentError):
    code = "too_many_pages"
    title = "The document has too many pages"
    why = "The document has more pages than the service reads."
    remedy = "Send fewer pages, or choose some with the option pages."


class PageTooLarge(DocumentError):
    code = "page_too_large"
    title = "A page is too large"
    why = "A page or image has more pixels, or needs more memory or processor time, than a page may have."
    remedy = "Scan at 300 dpi or less and send it again."


class EmptyDocument(DocumentError):
    code = "empty_document"
    title = "The document is empty"
    why = "The file holds no bytes, or no page."
    remedy = "Check the file on your side and send it again."


# --- the service ---


class QueueFull(ServiceError):
    code = "queue_full"
    title = "The queue is full"
    why = "As many jobs are waiting as MAX_QUEUE_SIZE allows."
    remedy = "Send it again after the seconds that Retry-After names."


class StorageFull(ServiceError):
    code = "storage_full"
    title = "The storage is nearly full"
    why = "Too little room is left to keep another document safely."
    remedy = "Send it again later; the operator has to free or add space."


class Maintenance(ServiceError):
    code = "maintenance"
    title = "Under maintenance"
    why = "The operator has paused submissions."
    remedy = "Send it again after the seconds that Retry-After names; polls work meanwhile."


class TemporarilyUnavailable(ServiceError):
    code = "temporarily_unavailable"
    title = "Temporarily unavailable"
    why = "The service cannot reach its own records just now; nothing was accepted."
    remedy = "Send it again after the seconds that Retry-After names."


class EngineFailure(ServiceError):
    code = "engine_failure"
    title = "The page could not be read"
    why = "The OCR engine stopped or failed on this document."
    remedy = "The job is tried again by itself; when it has failed for good, an administrator can replay it."


class EngineOutOfMemory(EngineFailure):
    code = "engine_out_of_memory"
    title = "The engine ran out of memory"
    why = "A page needed more memory than the engine may use."
    remedy = "Send the page at a lower resolution, or have the operator raise MAX_MEMORY_USAGE_GB."


class TimedOut(ServiceError):
    code = "timeout"
    title = "Reading took too long"
    why = "A page or the whole job went over its time budget."
    remedy = "Send fewer or simpler pages; the operator can raise the budget."


class WorkerLost(ServiceError):
    code = "worker_lost"
    title = "The worker was lost too often"
    why = "The workers that read this job ended again and again before it was finished."
    remedy = "An administrator can replay the job once the workers are stable."


class ExtractionFailed(ServiceError):
    code = "extraction_failed"
    title = "The fields could not be extracted"
    why = "The text was read, but taking the fields from it failed."
    remedy = "The job is tried again by itself; when it has failed for good, an administrator can replay it."


# --- neighbours ---


class DownloadFailed(NeighbourError):
    code = "download_failed"
    title = "The document could not be downloaded"
    why = "The server behind the URL did not answer with the document."
    remedy = "Check that the URL opens without signing in, then submit it again."


class ExtractorUnavailable(NeighbourError):
    """The extractor's model cannot be reached or refuses work just now: rules take over, with a warning."""

    code = "extraction_failed"


class ExtractionRejected(NeighbourError):
    """The extractor answered with something unusable: rules take over, with a warning."""

    code = "extraction_failed"
    retryable = False


def catalogue() -> dict[str, type[DoctrayError]]:
    """code → the class that explains it; the closed list of the API's codes."""
    found: dict[str, type[DoctrayError]] = {}
    waiting: list[type[DoctrayError]] = [DoctrayError]
    while waiting:
        cls = waiting.pop(0)
        waiting.extend(cls.__subclasses__())
        if cls.code and cls.title and cls.code not in found:
            found[cls.code] = cls
    return found


def blame(error_class: type[DoctrayError]) -> str:
    """Whose fault a class is: caller, document, service or neighbour. Only the last two count against the SLO."""
    for base, word in ((CallerError, "caller"), (DocumentError, "document"), (NeighbourError, "neighbour")):
        if issubclass(error_class, base):
            return word
    return "service"
