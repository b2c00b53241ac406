"""The deployment that is looked at: its address, its key, and how it is asked."""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[2]
CERTIFICATE = ROOT / "examples" / "documents" / "certificate_of_insurance.pdf"
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """url: where callers go in, without a path. ca: certificates to trust beside the system's, for a self-signed staging."""

    url: str
    key: str | None = None
    ca: Path | None = None

    @property
    def secure(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    def client(self, *, key: str | None = None) -> httpx.Client:
        """key: another than the deployment's own; empty: none."""
        used = self.key if key is None else key
        context: ssl.SSLContext | bool = ssl.create_default_context(cafile=str(self.ca)) if self.ca else True
        return httpx.Client(
            base_url=self.url, headers={"x-api-key": used} if used else {}, timeout=PATIENCE_S, verify=context, trust_env=False
        )


def key_of(key_file: Path | None) -> str | None:
    """From the file, else from DOCTRAY_API_KEY. A key on a command line could be seen by everybody on the machine."""
    if key_file is not None:
        return key_file.read_text(encoding="utf-8").strip()
    return os.environ.get("DOCTRAY_API_KEY") or None


def read_to_its_end(client: httpx.Client, request_id: str, *, within_s: float) -> dict[str, object]:
    """The job once it has ended, or as it stands when the time is up; long polls of 10 s."""
    job: dict[str, object] = {}
    for _ in range(max(1, round(within_s / 10))):
        job = client.get(f"/status/{request_id}", params={"wait": 10}).json()
        if job["status"] in ("completed", "failed", "cancelled"):
            break
    return job
