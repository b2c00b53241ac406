"""Everything that processing a job needs, and who is told how it goes; built once by the worker's composition root."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from doctray.domain.document import Page
from doctray.domain.extraction import Extraction
from doctray.domain.job import Job
from doctray.domain.rollout_run import RolloutRun
from doctray.ports import BlobStore, Clock, Extractor, Fetcher, JobQueue, Journal, Notices, PageOpener, PageReader
from doctray.service.announce import Announcer
from doctray.service.stages import Stages


class Observer(Protocol):
    """Told what happened; telemetry implements it."""

    def claimed(self, job: Job) -> None: ...

    def stage(self, name: str, seconds: float) -> None: ...

    def page(self, page: Page, seconds: float) -> None: ...

    def ended(self, job: Job, seconds: float) -> None: ...

    def retried(self) -> None: ...

    def rollout_run(self, run: RolloutRun) -> None:
        """An attempt that a rollout plan assigned has ended, or a shadow has; its percentage is not told."""
        ...

    def extracted(self, extraction: Extraction, *, engine: str) -> None:
        """A document was read, and its fields taken; not told of results from the cache."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """extractors: by name; `rules` is always there and takes over when another fails. engine_versions: name → version.

    second_readers: name of an engine → the second reader that goes over its lines; engines without one are left out.
    fingerprint: what shapes this worker's results. stages: bound what is in flight, across jobs. job_seconds: see `Budget`.
    engine_memory: bytes of the engine's process now. page_prices: dollars a page, of engines that cost any.
    """

    journal: Journal
    blobs: BlobStore
    queue: JobQueue
    notices: Notices
    pages: PageOpener
    reader: PageReader
    extractors: Mapping[str, Extractor]
    default_extractor: str
    default_engine: str
    engine_versions: Mapping[str, str]
    second_readers: Mapping[str, str]
    fingerprint: str
    fetcher: Fetcher
    clock: Clock
    announcer: Announcer
    observer: Observer
    stages: Stages
    max_file_bytes: int
    cache_ttl_s: float
    job_seconds: float
    engine_memory: Callable[[], int] = lambda: 0
    page_prices: Mapping[str, float] = field(default_factory=dict)
    random: Random = field(default_factory=Random)

    def engine_told(self, name: str) -> dict[str, Any]:
        """A result's `engine`: name, version, second_reader."""
        return {"name": name, "version": self.engine_versions.get(name, ""), "second_reader": self.second_readers.get(name)}
