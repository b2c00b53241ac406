"""Making forms of results on request, beside the jobs: claimed from the journal, rendered, kept as blobs of the job.

Nothing but the journal remembers that one was asked for, so none is lost with a worker or with Redis. A maker that lost its claim
(to another, to a new edition, or to the job's deletion) removes what it wrote.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from doctray.domain.artifact import Artifact, retry_gap_s
from doctray.domain.errors import DoctrayError, EngineFailure, NotFound, TemporarilyUnavailable
from doctray.domain.job import BlobRef, JobError
from doctray.ports import BlobStore, Clock, Journal, Notices, Renderer
from doctray.service.forms import FORMS, edition_of
from doctray.service.look import end_within, look_forever
from doctray.service.reuse import forms_prefix
from doctray.service.review import shown_result

_log = structlog.get_logger()

AT_ONCE = 2
"""Forms that one worker makes at the same time; each searchable PDF has a page process to itself."""

LEASE_S = 30.0
HOLD_EVERY_S = 8.0
"""A maker says this often that it is still at it, and learns that it need not be."""

OnMade = Callable[[str, str, float], None]
"""(form; outcome: made, retried or failed; seconds), for metrics."""


class ArtifactMaker:
    """Makes what is due, for one worker. renderers: by form."""

    def __init__(
        self,
        *,
        journal: Journal,
        blobs: BlobStore,
        notices: Notices,
        clock: Clock,
        renderers: Mapping[str, Renderer],
        on_made: OnMade | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._journal = journal
        self._blobs = blobs
        self._notices = notices
        self._clock = clock
        self._renderers = renderers
        self._on_made = on_made
        self._at_once = at_once
        self._under_way: set[asyncio.Task[None]] = set()
        self._look = asyncio.Event()

    async def forever(self, *, every_s: float) -> None:
        """Look for what is due every every_s, and when one is made; until cancelled. What is under way then goes on: see `drain`."""
        await look_forever(self.start_due, again=self._look, every_s=every_s, unreachable="artifacts.journal_unreachable")

    async def start_due(self) -> int:
        """Claim what is due, as far as there is room, and start to make it; how many were started. Raises TemporarilyUnavailable."""
        free = self._at_once - len(self._under_way)
        due = await self._journal.due_artifacts(lease_s=LEASE_S, limit=free) if free > 0 else []
        for artifact in due:
            task = asyncio.create_task(self._make(artifact), name=f"artifact {artifact.request_id} {artifact.form}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(due)

    async def drain(self, *, grace_s: float) -> None:
        """Let what is under way end within grace_s, then hand it back uncharged: another worker makes it."""
        await end_within(grace_s, self._under_way)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._look.set()

    async def _make(self, artifact: Artifact) -> None:
        structlog.contextvars.bind_contextvars(request_id=artifact.request_id)
        try:
            await self._make_or_give_up(artifact)
        except TemporarilyUnavailable:
            # Its lease runs out, and somebody makes it again.
            _log.warning("artifact.unrecorded", form=artifact.form)
        except asyncio.CancelledError:
            with suppress(TemporarilyUnavailable):
                await self._journal.record_artifact(artifact, next_in_s=0.0)
            raise

    async def _make_or_give_up(self, artifact: Artifact) -> None:
        started = self._clock.monotonic()
        error: DoctrayError
        try:
            blob = await self._rendered(artifact)
        except TemporarilyUnavailable:
            raise
        except DoctrayError as known:
            error = known
        except Exception as unknown:  # one of the outermost loops: others' forms must be made
            _log.exception("artifact.crashed", form=artifact.form, error=type(unknown).__name__)
            error = EngineFailure("An unexpected error stopped the making; it is in the worker's log.")
        else:
            await self._keep(artifact, blob, self._clock.monotonic() - started)
            return
        gap_s = retry_gap_s(artifact.tries_used + 1) if error.retryable else None
        job_error = JobError(code=error.code, detail=error.detail)
        recorded = await self._journal.record_artifact(artifact, error=job_error, next_in_s=gap_s)
        outcome = "failed" if gap_s is None else "retried"
        _log.warning("artifact.attempt_failed", form=artifact.form, code=error.code, outcome=outcome, recorded=recorded)
        await self._blobs.delete_prefix(_place(artifact))
        await self._tell(artifact, outcome, self._clock.monotonic() - started)

    async def _rendered(self, artifact: Artifact) -> BlobRef | None:
        """The form's blob; None when the claim is gone. Raises DoctrayError."""
        job = await self._journal.get(artifact.request_id)
        if job is None or job.result is None:
            return None
        edition = edition_of(FORMS[artifact.form], job)
        if edition != artifact.edition:
            # Reviewed since it was asked for: whoever asks again asks for this one.
            await self._journal.want_artifact(job.request_id, form=artifact.form, edition=edition)
            return None
        result = await shown_result(job, journal=self._journal, blobs=self._blobs)
        renderer = self._renderers.get(artifact.form)
        if renderer is None:
            raise NotFound("This worker does not make this form.")
        making = asyncio.create_task(self._blobs.put(f"{_place(artifact)}document", renderer.render(job, result)))
        try:
            while not making.done():
                await asyncio.wait({making}, timeout=HOLD_EVERY_S)
                if not making.done() and not await self._held(artifact):
                    return None
            return await making
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)

    async def _held(self, artifact: Artifact) -> bool:
        try:
            return await self._journal.hold_artifact(artifact, lease_s=LEASE_S)
        except TemporarilyUnavailable:
            return True

    async def _keep(self, artifact: Artifact, blob: BlobRef | None, seconds: float) -> None:
        if blob is None or not await self._journal.record_artifact(artifact, blob=blob):
            _log.info("artifact.claim_lost", form=artifact.form)
            await self._blobs.delete_prefix(_place(artifact))
            return
        for key in await self._blobs.keys_under(forms_prefix(artifact.request_id)):
            place = key.rpartition("/")[0] + "/"
            if place != _place(artifact) and place.startswith(f"{forms_prefix(artifact.request_id)}{artifact.form}-"):
                await self._blobs.delete_prefix(place)
        _log.info("artifact.made", form=artifact.form, size_bytes=blob.size_bytes, seconds=round(seconds, 3))
        await self._tell(artifact, "made", seconds)

    async def _tell(self, artifact: Artifact, outcome: str, seconds: float) -> None:
        if self._on_made is not None:
            self._on_made(artifact.form, outcome, seconds)
        await self._notices.publish(artifact.request_id, None)


def _place(artifact: Artifact) -> str:
    """Where this claim writes: one that was lost overwrites nothing that counts."""
    return f"{forms_prefix(artifact.request_id)}{artifact.form}-{artifact.claim_no}/"
