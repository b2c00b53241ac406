"""What the engine `google_documentai` is told by the settings. Light: the worker holds it, and the engine process receives it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

NAME = "google_documentai"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAi:
    """A processor of Google's Document AI, and how it is asked.

    processor: projects/P/locations/L/processors/ID, with /processorVersions/V where a version is pinned. endpoint: the server's address
    without a path. credentials_file: of a service account, an authorised user or a workload identity; None: the machine's own account.
    timeout_s: for one page, repeats included. requests: pages asked about at once. page_price: dollars, for reports.
    """

    processor: str
    endpoint: str
    credentials_file: Path | None = None
    timeout_s: float = 60.0
    requests: int = 8
    page_price: float = 0.0

    @property
    def version(self) -> str:
        """Of the protocol, and which processor answers; a version that is not pinned is Google's to change unseen."""
        return f"v1+{hashlib.sha256(self.processor.encode()).hexdigest()[:8]}"
